//! Which address leads to which page.

use crate::guards::within_guards;
use crate::pages::{asset, closings, customers, data, journey, promises, reasons, scorecard, statement};
use crate::{Hub, api, assets, error};
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

/// All pages, assets and the JSON interface.
pub fn router(hub: Hub) -> Router {
    let pages = Router::new()
        .route("/", get(statement::show::get))
        .route(closings::PATH, get(closings::get))
        .route(closings::CLOSE, get(closings::ask).post(closings::close))
        .route(closings::REOPEN, get(closings::back).post(closings::reopen))
        .route("/reasons", get(reasons::show::get))
        .route("/cohorts", get(asset::cohorts::get))
        .route("/worth", get(asset::worth::get))
        .route("/customers", get(customers::list::get))
        .route("/customers/{id}", get(customers::show::get))
        .route("/journey", get(journey::show::get))
        .route("/journey/paths", get(journey::paths::get))
        .route("/api/v1/journey/paths", get(journey::paths::json))
        .route("/scorecard", get(scorecard::get))
        .route("/promises", get(promises::show::get))
        .route("/promises/breaches", get(promises::breaches::get))
        .route("/api/v1/promises", get(promises::show::json))
        .route("/api/v1/promises/breaches", get(promises::breaches::json))
        .route("/api/v1/journey", get(journey::show::json))
        .route("/api/v1/scorecard", get(scorecard::json))
        .route("/data", get(data::silos::get))
        .route("/data/identity", get(data::identity::review::get))
        .route("/data/identity/decisions", get(data::identity::decisions::get))
        .route("/data/identity/model", get(data::identity::model::get).post(data::identity::decide::judge))
        .route("/data/identity/explain", get(data::identity::explain::get))
        .route("/data/identity/decide", get(data::identity::decide::get).post(data::identity::decide::decide))
        .route("/data/imports", get(data::imports::get))
        .route("/data/rejects", get(data::rejects::get))
        .route("/data/editions", get(data::editions::get))
        .route("/data/definitions", get(data::definitions::get))
        .route("/data/sql", get(data::sql::get))
        .route("/api/v1/statement", get(api::statement))
        .route("/api/v1/closings", get(api::closings))
        .route("/api/v1/bridge", get(api::bridge))
        .route("/api/v1/reasons", get(api::reasons))
        .route("/api/v1/cohorts", get(api::cohorts))
        .route("/api/v1/segments", get(api::segments))
        .route("/api/v1/survival", get(api::survival))
        .route("/api/v1/worth", get(api::worth))
        .route("/api/v1/fading", get(api::fading))
        .route("/api/v1/customers", get(api::customers))
        .route("/api/v1/customers/{id}", get(api::customer))
        .route("/api/v1/editions", get(api::editions))
        .route("/api/v1/identity", get(api::identity))
        .route("/api/v1/identity/explain", get(api::explain))
        .route("/assets/{name}", get(assets::get))
        .route("/favicon.ico", get(assets::favicon))
        .fallback(error::missing);
    within_guards(pages).with_state(hub)
}

/// Answers requests until `shutdown` ends; requests under way are finished first.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}
