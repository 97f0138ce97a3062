//! Which address leads to which page, and the headers every answer carries.

use crate::error::Failure;
use crate::pages::{asset, customers, data, statement};
use crate::{Hub, api, assets, error};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{map_request, map_response};
use axum::response::Response;
use axum::routing::get;
use tokio::net::TcpListener;

/// All pages, assets and the JSON interface.
pub fn router(hub: Hub) -> Router {
    let pages = Router::new()
        .route("/", get(statement::show::get))
        .route("/cohorts", get(asset::cohorts::get))
        .route("/worth", get(asset::worth::get))
        .route("/customers", get(customers::list::get))
        .route("/customers/{id}", get(customers::show::get))
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
        .route("/api/v1/cohorts", get(api::cohorts))
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

/// Letters and more that a form may send.
const FORM_BYTES: usize = 16 * 1024;

/// What every request passes on its way in, and every answer on its way out.
fn within_guards<S: Clone + Send + Sync + 'static>(pages: Router<S>) -> Router<S> {
    pages
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(map_request(from_our_pages))
        .layer(map_response(guarded))
}

/// Lets through what only reads, and what our own pages send.
async fn from_our_pages(request: Request) -> Result<Request, Failure> {
    if request.method().is_safe() || is_ours(request.headers()) {
        return Ok(request);
    }
    Err(Failure {
        status: axum::http::StatusCode::FORBIDDEN,
        what: "This did not come from a page of Kept, so nothing was changed.".to_owned(),
        cure: "Open the page here and decide again. Programs use the command line of `kept` instead."
            .to_owned(),
    })
}

/// Whether a browser says that the page which sends is of this very server. Old browsers name the page's origin
/// only; who names neither is refused.
fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let origin = text("origin").and_then(|origin| origin.split_once("://"));
    origin.zip(text("host")).is_some_and(|((_, from), host)| from.eq_ignore_ascii_case(host))
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
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_write() {
        let ours = |headers: &[(&str, &str)]| {
            let named = |(name, value): &(&str, &str)| {
                let name = HeaderName::from_bytes(name.as_bytes()).expect("name");
                (name, HeaderValue::from_str(value).expect("value"))
            };
            is_ours(&headers.iter().map(named).collect())
        };
        let host = ("host", "127.0.0.1:7878");
        for headers in [
            &[host, ("sec-fetch-site", "same-origin")][..],
            &[host, ("sec-fetch-site", "none"), ("origin", "null")],
            &[host, ("origin", "http://127.0.0.1:7878")],
        ] {
            assert!(ours(headers), "{headers:?}");
        }
        for headers in [
            &[host, ("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:7878")][..],
            &[host, ("sec-fetch-site", "same-site")],
            &[host, ("origin", "http://127.0.0.1:7879")],
            &[host, ("origin", "https://elsewhere.example")],
            &[host, ("origin", "null")],
            &[("origin", "http://127.0.0.1:7878")],
            &[host],
            &[],
        ] {
            assert!(!ours(headers), "{headers:?}");
        }
    }

    /// The status and the body that a router answers a raw request with.
    async fn asked(router: Router, request: String) -> String {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = tokio::spawn(serve(listener, router, async { drop(stopped.await) }));
        let mut stream = tokio::net::TcpStream::connect(address).await.expect("connected");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("answered");
        stop.send(()).expect("still served");
        served.await.expect("ended").expect("well");
        answer
    }

    #[tokio::test]
    async fn a_write_from_elsewhere_or_too_large_reaches_no_handler() {
        #[derive(serde::Deserialize)]
        struct Sent {
            a: String,
        }
        async fn kept(error::Told(sent): error::Told<Sent>) -> String {
            format!("kept {}", sent.a)
        }
        let post = |site: &str, body: &str| {
            let length = body.len();
            format!(
                "POST /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\nsec-fetch-site: {site}\r\n\
                 content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
            )
        };
        let large = format!("a={}", "x".repeat(FORM_BYTES));
        for (site, body, status, told) in [
            ("same-origin", "a=1", "200", "kept 1"),
            ("cross-site", "a=1", "403", "nothing was changed"),
            ("same-origin", "b=1", "422", "could not be understood"),
            ("same-origin", &large, "413", "could not be understood"),
        ] {
            let router = within_guards(Router::new().route("/x", axum::routing::post(kept)));
            let answer = asked(router, post(site, body)).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(told), "{answer}");
            assert!(answer.contains("content-security-policy: default-src 'none'"), "{answer}");
        }
    }

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
