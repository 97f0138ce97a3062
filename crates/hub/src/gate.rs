//! Which route asks for what: each is declared with its resource and action, and a route that is not cannot be added.
//! The policy table decides; what it does not allow is denied.

use crate::api::Refusal;
use crate::error::Failure;
use crate::links;
use crate::site::Site;
use crate::who::{Caller, Via};
use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;
use store::policy::{Action, Resource};

/// What a route asks of whoever calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Nothing: what one needs to log in, and what tells nothing.
    Open,
    /// That the policy allows this, at least for one department. What the answer holds is limited by `Sight` and by
    /// the handler.
    To(Resource, Action),
}

/// A route, for tests that walk them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// How it is asked; `GET` answers `HEAD` too.
    pub method: Method,
    /// Its path, with names in braces.
    pub path: &'static str,
    /// What it asks for.
    pub door: Door,
}

/// Routes with their doors. The only way to a route that people or programs can call.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<Arc<Site>>,
    table: Vec<Route>,
}

impl Routes {
    /// A route that reads. Handlers of `GET` change nothing.
    pub(crate) fn get<H, T>(self, path: &'static str, door: Door, handler: H) -> Self
    where
        H: Handler<T, Arc<Site>>,
        T: 'static,
    {
        self.add(Method::GET, path, door, get(handler))
    }

    /// A route that changes something.
    pub(crate) fn post<H, T>(self, path: &'static str, door: Door, handler: H) -> Self
    where
        H: Handler<T, Arc<Site>>,
        T: 'static,
    {
        self.add(Method::POST, path, door, post(handler))
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        door: Door,
        handler: MethodRouter<Arc<Site>>,
    ) -> Self {
        self.router = self.router.route(path, handler.layer(from_fn_with_state(door, pass)));
        self.table.push(Route { method, path, door });
        self
    }

    /// The routes, to be served.
    pub(crate) fn router(self) -> Router<Arc<Site>> {
        self.router
    }

    /// The routes, to be looked at.
    pub(crate) fn table(self) -> Vec<Route> {
        self.table
    }
}

/// Lets through whoever may. Tokens open no page.
async fn pass(State(door): State<Door>, request: Request, next: Next) -> Response {
    let Door::To(resource, action) = door else { return next.run(request).await };
    let path = request.uri().path();
    let is_api = path.starts_with("/api/");
    if let Some(Caller::Known(who)) = request.extensions().get::<Caller>()
        && matches!(who.via, Via::Token(_))
        && !is_api
        && !path.starts_with("/v1/")
    {
        return unknown().into_response();
    }
    match request.extensions().get::<Caller>() {
        Some(Caller::Known(who)) if who.may(resource, action) => next.run(request).await,
        Some(Caller::Known(_)) if is_api => Refusal::from(forbidden()).into_response(),
        Some(Caller::Known(_)) => forbidden().into_response(),
        _ if is_api => {
            let mut response = Refusal::from(unknown()).into_response();
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        Some(Caller::Refused) => unknown().into_response(),
        _ => Redirect::to(&login(&request)).into_response(),
    }
}

/// Where one logs in, and comes back from to what was asked for.
fn login(request: &Request) -> String {
    let asked = request.uri().path_and_query().map_or("", |asked| asked.as_str());
    let back = if request.method() == Method::GET && asked != "/" { asked } else { "" };
    links::address("/login", &[("next", back)])
}

/// Nobody is logged in.
pub(crate) fn unknown() -> Failure {
    Failure {
        status: StatusCode::UNAUTHORIZED,
        what: "You are not logged in, or the token does not work.".to_owned(),
        cure: "Log in under /login. Programs send `Authorization: Bearer TOKEN`; tokens are made under /account."
            .to_owned(),
    }
}

/// The policy does not allow it.
pub(crate) fn forbidden() -> Failure {
    Failure {
        status: StatusCode::FORBIDDEN,
        what: "Your role does not allow this.".to_owned(),
        cure: "An admin can give you another role under Settings.".to_owned(),
    }
}
