//! Which address leads to which page, and what each asks of who comes.

use crate::gate::{Door, Route, Routes};
use crate::guards::within_guards;
use crate::pages::{
    account, asset, audit, closings, customers, data, entry, journey, people, promises, reasons, scorecard,
    statement,
};
use crate::{Site, api, assets, error};
use axum::Router;
use std::net::SocketAddr;
use std::sync::Arc;
use store::policy::Action::{Change, Export, Read};
use store::policy::Resource;
use tokio::net::TcpListener;

const ACCOUNT: Door = Door::To(Resource::OwnAccount, Read);
const AUDIT: Door = Door::To(Resource::Audit, Read);
const AUDIT_OUT: Door = Door::To(Resource::Audit, Export);
const CLOSE: Door = Door::To(Resource::Periods, Change);
const CONFIG: Door = Door::To(Resource::Config, Read);
const CONSOLE: Door = Door::To(Resource::Console, Read);
const CUSTOMERS: Door = Door::To(Resource::Customers, Read);
const DECIDE: Door = Door::To(Resource::Review, Change);
const FIGURES: Door = Door::To(Resource::Figures, Read);
const IMPORTS: Door = Door::To(Resource::Imports, Read);
const JUDGE: Door = Door::To(Resource::Models, Change);
const MANAGE: Door = Door::To(Resource::Users, Change);
const MODELS: Door = Door::To(Resource::Models, Read);
const OWN: Door = Door::To(Resource::OwnAccount, Change);
const PERIODS: Door = Door::To(Resource::Periods, Read);
const REVIEW: Door = Door::To(Resource::Review, Read);
const USERS: Door = Door::To(Resource::Users, Read);

/// All pages, assets and the JSON interface.
pub fn router(site: &Arc<Site>) -> Router {
    let pages = declared().router().fallback(error::missing);
    within_guards(pages, site).with_state(Arc::clone(site))
}

/// Every route with what it asks for.
pub fn routes() -> Vec<Route> {
    declared().table()
}

fn declared() -> Routes {
    people_and_rights(numbers(Routes::default()))
}

/// What is read of the lake, and decided about it.
fn numbers(routes: Routes) -> Routes {
    routes
        .get("/", FIGURES, statement::show::get)
        .get(closings::PATH, PERIODS, closings::get)
        .get(closings::CLOSE, CLOSE, closings::ask)
        .post(closings::CLOSE, CLOSE, closings::close)
        .get(closings::REOPEN, CLOSE, closings::back)
        .post(closings::REOPEN, CLOSE, closings::reopen)
        .get("/reasons", FIGURES, reasons::show::get)
        .get("/cohorts", FIGURES, asset::cohorts::get)
        .get("/worth", FIGURES, asset::worth::get)
        .get("/customers", CUSTOMERS, customers::list::get)
        .get("/customers/{id}", CUSTOMERS, customers::show::get)
        .get("/journey", FIGURES, journey::show::get)
        .get("/journey/paths", FIGURES, journey::paths::get)
        .get("/api/v1/journey/paths", FIGURES, journey::paths::json)
        .get("/journey/steps", FIGURES, journey::steps::get)
        .get("/api/v1/journey/steps", FIGURES, journey::steps::json)
        .get("/journey/designed", FIGURES, journey::designed::get)
        .get("/api/v1/journey/designed", FIGURES, journey::designed::json)
        .get("/journey/credit", FIGURES, journey::credit::get)
        .get("/api/v1/journey/credit", FIGURES, journey::credit::json)
        .get("/scorecard", FIGURES, scorecard::get)
        .get("/promises", FIGURES, promises::show::get)
        .get("/promises/breaches", CUSTOMERS, promises::breaches::get)
        .get("/api/v1/promises", FIGURES, promises::show::json)
        .get("/api/v1/promises/breaches", CUSTOMERS, promises::breaches::json)
        .get("/api/v1/journey", FIGURES, journey::show::json)
        .get("/api/v1/scorecard", FIGURES, scorecard::json)
        .get("/data", CONFIG, data::silos::get)
        .get("/data/identity", REVIEW, data::identity::review::get)
        .get("/data/identity/decisions", REVIEW, data::identity::decisions::get)
        .get("/data/identity/model", MODELS, data::identity::model::get)
        .post("/data/identity/model", JUDGE, data::identity::decide::judge)
        .get("/data/identity/explain", REVIEW, data::identity::explain::get)
        .get("/data/identity/decide", REVIEW, data::identity::decide::get)
        .post("/data/identity/decide", DECIDE, data::identity::decide::decide)
        .get("/data/imports", IMPORTS, data::imports::get)
        .get("/data/rejects", IMPORTS, data::rejects::get)
        .get("/data/editions", CONFIG, data::editions::get)
        .get("/data/definitions", CONFIG, data::definitions::get)
        .get("/data/sql", CONSOLE, data::sql::get)
        .get("/api/v1/statement", FIGURES, api::statement)
        .get("/api/v1/closings", PERIODS, api::closings)
        .get("/api/v1/bridge", FIGURES, api::bridge)
        .get("/api/v1/reasons", FIGURES, api::reasons)
        .get("/api/v1/cohorts", FIGURES, api::cohorts)
        .get("/api/v1/segments", FIGURES, api::segments)
        .get("/api/v1/survival", FIGURES, api::survival)
        .get("/api/v1/worth", FIGURES, api::worth)
        .get("/api/v1/fading", CUSTOMERS, api::fading)
        .get("/api/v1/customers", CUSTOMERS, api::customers)
        .get("/api/v1/customers/{id}", CUSTOMERS, api::customer)
        .get("/api/v1/editions", CONFIG, api::editions)
        .get("/api/v1/identity", REVIEW, api::identity)
        .get("/api/v1/identity/explain", REVIEW, api::explain)
        .get("/assets/{name}", Door::Open, assets::get)
        .get("/favicon.ico", Door::Open, assets::favicon)
}

/// Logging in, one's own account, others' accounts, and who did what.
fn people_and_rights(routes: Routes) -> Routes {
    routes
        .get(entry::LOGIN, Door::Open, entry::login::get)
        .post(entry::LOGIN, Door::Open, entry::login::post)
        .post("/logout", Door::Open, entry::login::out)
        .get(entry::WELCOME, Door::Open, entry::welcome::get)
        .post(entry::WELCOME, Door::Open, entry::welcome::post)
        .get(account::PATH, ACCOUNT, account::show::get)
        .post("/account/name", OWN, account::change::name)
        .post("/account/password", OWN, account::change::password)
        .post("/account/sessions/end", OWN, account::change::end_session)
        .post("/account/tokens", OWN, account::tokens::add)
        .post("/account/tokens/revoke", OWN, account::tokens::revoke)
        .get(people::PATH, USERS, people::list::get)
        .post("/settings/people/invite", MANAGE, people::change::invite)
        .post("/settings/people/withdraw", MANAGE, people::change::withdraw)
        .get("/settings/people/{id}", USERS, people::show::get)
        .post("/settings/people/{id}/roles", MANAGE, people::change::roles)
        .post("/settings/people/{id}/link", MANAGE, people::change::link)
        .post("/settings/people/{id}/disable", MANAGE, people::change::disable)
        .post("/settings/people/{id}/enable", MANAGE, people::change::enable)
        .get(audit::PATH, AUDIT, audit::show::get)
        .get(audit::EXPORT, AUDIT_OUT, audit::export::get)
}

/// Answers requests until `shutdown` ends; requests under way are finished first.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await
}
