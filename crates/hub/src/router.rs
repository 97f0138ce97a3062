//! Which address leads to which page, and the headers every answer carries.

use crate::pages::{customers, data, statement};
use crate::{Hub, api, assets, error};
use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use tokio::net::TcpListener;

/// All pages, assets and the JSON interface.
pub fn router(hub: Hub) -> Router {
    Router::new()
        .route("/", get(statement::show::get))
        .route("/customers", get(customers::list::get))
        .route("/customers/{id}", get(customers::show::get))
        .route("/data", get(data::silos::get))
        .route("/data/imports", get(data::imports::get))
        .route("/data/rejects", get(data::rejects::get))
        .route("/data/editions", get(data::editions::get))
        .route("/data/definitions", get(data::definitions::get))
        .route("/data/sql", get(data::sql::get))
        .route("/api/v1/statement", get(api::statement))
        .route("/api/v1/customers", get(api::customers))
        .route("/api/v1/customers/{id}", get(api::customer))
        .route("/api/v1/editions", get(api::editions))
        .route("/assets/{name}", get(assets::get))
        .route("/favicon.ico", get(assets::favicon))
        .fallback(error::missing)
        .layer(map_response(guarded))
        .with_state(hub)
}

/// Answers requests until `shutdown` ends; requests under way are finished first.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'";

async fn guarded(mut response: Response) -> Response {
    guard(response.headers_mut());
    response
}

/// Adds what keeps pages safe; an answer that says nothing of caching is not kept anywhere.
fn guard(headers: &mut HeaderMap) {
    let mut set =
        |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_guarded_and_only_assets_are_cached() {
        let mut page = HeaderMap::new();
        guard(&mut page);
        assert_eq!(page[header::CACHE_CONTROL], "no-store");
        assert_eq!(page[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let policy = page[header::CONTENT_SECURITY_POLICY].to_str().expect("ascii");
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
        let mut asset = HeaderMap::new();
        asset.insert(header::CACHE_CONTROL, HeaderValue::from_static("public"));
        guard(&mut asset);
        assert_eq!(asset[header::CACHE_CONTROL], "public");
    }
}
