//! What every request passes on its way in, and every answer on its way out: names of this machine only, writes from
//! our own pages only, headers that keep browsers from doing more than pages need.

use crate::api::Refusal;
use crate::error::Failure;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{map_request, map_response};
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;

/// Letters and more that a form may send.
const FORM_BYTES: usize = 16 * 1024;

/// What every request passes on its way in, and every answer on its way out.
pub(crate) fn within_guards<S: Clone + Send + Sync + 'static>(pages: Router<S>) -> Router<S> {
    pages
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(map_request(from_our_pages))
        .layer(map_request(to_this_machine))
        .layer(map_response(guarded))
}

/// What requests of programs pass: they show a key in each, which a page of elsewhere does not have, so it does not matter
/// from where they come. Limits of size are the router's own.
pub fn for_programs(programs: Router) -> Router {
    programs.layer(map_request(to_this_machine)).layer(map_response(guarded))
}

/// Lets through what names this machine as its server. A page of elsewhere can have its own name lead to this machine
/// (DNS rebinding) and would then read and write as if it were ours; but it cannot make a browser say another name.
async fn to_this_machine(request: Request) -> Result<Request, Response> {
    let named = match request.uri().host() {
        Some(host) => Some(host.to_owned()),
        None => request.headers().get(header::HOST).and_then(|host| host_of(host.to_str().ok()?)),
    };
    if named.as_deref().is_some_and(is_this_machine) {
        return Ok(request);
    }
    let failure = Failure {
        status: StatusCode::MISDIRECTED_REQUEST,
        what: format!("Kept does not answer to the name {}.", named.as_deref().unwrap_or("(none)")),
        cure: "Open it as localhost or 127.0.0.1, with the port that `kept serve` told. A proxy in front of Kept \
               must send `Host: localhost`."
            .to_owned(),
    };
    let is_api = request.uri().path().starts_with("/api/");
    Err(if is_api { Refusal::from(failure).into_response() } else { failure.into_response() })
}

/// The name in a `Host` header, without its port.
fn host_of(header: &str) -> Option<String> {
    header.parse::<Authority>().ok().map(|named| named.host().to_owned())
}

/// Whether a name can only be this machine's own: `localhost` or a loopback address.
fn is_this_machine(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Lets through what only reads, and what our own pages send.
async fn from_our_pages(request: Request) -> Result<Request, Failure> {
    if request.method().is_safe() || is_ours(request.headers()) {
        return Ok(request);
    }
    Err(Failure {
        status: StatusCode::FORBIDDEN,
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
    use crate::error::Told;
    use crate::router::serve;
    use tokio::net::TcpListener;

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

    #[test]
    fn only_names_of_this_machine_are_answered_to() {
        let ours = |header: &str| host_of(header).is_some_and(|host| is_this_machine(&host));
        for header in
            ["localhost", "LOCALHOST:7878", "127.0.0.1", "127.0.0.1:80", "127.8.9.1:1", "[::1]", "[::1]:7878"]
        {
            assert!(ours(header), "{header}");
        }
        for header in [
            "",
            "elsewhere.example",
            "elsewhere.example:7878",
            "localhost.elsewhere.example",
            "127.0.0.1.elsewhere.example:7878",
            "localhost@elsewhere.example",
            "10.0.0.1:7878",
            "0.0.0.0:7878",
            "[::]:7878",
            "[::ffff:127.0.0.1",
            "a b",
        ] {
            assert!(!ours(header), "{header}");
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
        async fn kept(Told(sent): Told<Sent>) -> String {
            format!("kept {}", sent.a)
        }
        let post = |site: &str, body: &str| {
            let length = body.len();
            format!(
                "POST /x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nsec-fetch-site: {site}\r\n\
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

    #[tokio::test]
    async fn programs_need_no_page_of_ours_but_name_this_machine() {
        for (host, site, status) in [
            ("localhost", "cross-site", "200"),
            ("127.0.0.1:7878", "none", "200"),
            ("elsewhere.example", "same-origin", "421"),
        ] {
            let takes = Router::new().route("/v1/track", axum::routing::post(|| async { "taken" }));
            let request = format!(
                "POST /v1/track HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: {site}\r\nconnection: close\r\n\
                 content-length: 0\r\n\r\n"
            );
            let answer = asked(for_programs(takes), request).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
            assert!(answer.contains("content-security-policy: default-src 'none'"), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_page_whose_own_name_leads_here_reads_and_writes_nothing() {
        let router = || {
            let page = || async { "the books" };
            let pages = Router::new().route("/x", axum::routing::get(page).post(page));
            within_guards(pages.route("/api/v1/x", axum::routing::get(page)))
        };
        let hosts = ["host: elsewhere.example:7878\r\n", "host: [::2]\r\n", ""];
        for (method, path, told) in [
            ("GET", "/x", "<h1>Kept does not answer to the name"),
            ("POST", "/x", "<h1>Kept does not answer to the name"),
            ("GET", "/api/v1/x", r#""cure":"Open it as localhost"#),
            ("GET", "http://elsewhere.example/x", "the name elsewhere.example"),
            ("GET", "/nowhere", "421"),
        ] {
            for host in hosts {
                let request = format!(
                    "{method} {path} HTTP/1.1\r\n{host}connection: close\r\nsec-fetch-site: same-origin\r\n\r\n"
                );
                let answer = asked(router(), request).await;
                assert!(answer.starts_with("HTTP/1.1 421 ") && answer.contains(told), "{answer}");
                assert!(
                    !answer.contains("the books") && answer.contains("content-security-policy"),
                    "{answer}"
                );
            }
        }
        let ours = "GET /x HTTP/1.1\r\nhost: [::1]:7878\r\nconnection: close\r\n\r\n".to_owned();
        assert!(asked(router(), ours).await.ends_with("the books"));
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
