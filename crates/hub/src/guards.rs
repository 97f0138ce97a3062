//! What every request passes on its way in, and every answer on its way out: names of this server only, writes from
//! our own pages only, not too many at once, who asks; headers that keep browsers from doing more than pages need.

use crate::api::Refusal;
use crate::error::Failure;
use crate::pace::Asker;
use crate::site::{Reached, Site};
use crate::state::Hub;
use crate::who::{Caller, Via};
use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use store::Verb;
use store::policy::Scope;

/// Letters and more that a form may send.
const FORM_BYTES: usize = 16 * 1024;

/// What every request passes on its way in, and every answer on its way out.
pub(crate) fn within_guards(pages: Router<Arc<Site>>, site: &Arc<Site>) -> Router<Arc<Site>> {
    let state = || Arc::clone(site);
    pages
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(from_fn_with_state(state(), introduced))
        .layer(from_fn_with_state(state(), from_our_pages))
        .layer(from_fn_with_state(state(), to_this_server))
        .layer(from_fn_with_state(state(), guarded))
}

/// What requests of programs pass: they show a key in each, which a page of elsewhere does not have, so it does not matter
/// from where they come. Limits of size are the router's own.
pub fn for_programs(programs: Router, site: &Arc<Site>) -> Router {
    programs
        .layer(from_fn_with_state(Arc::clone(site), to_this_server))
        .layer(from_fn_with_state(Arc::clone(site), guarded))
}

/// Where a request comes from: the last address that our own proxy wrote down, else the other end of the line.
pub(crate) fn address(request: &Request, reached: &Reached) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let told = request.headers().get_all("x-forwarded-for").iter().next_back();
    let told = told.filter(|_| reached.is_public()).and_then(|line| line.to_str().ok());
    told.and_then(|line| line.rsplit(',').next()?.trim().parse().ok()).unwrap_or(peer)
}

/// The address a request came from, for those who throttle by it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CameFrom(pub(crate) IpAddr);

/// Finds out who asks, and lets nobody ask too often. Pages that say what went wrong are put into the frame of the
/// person who asked.
async fn introduced(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let said = |failure: Failure| {
        if is_api { Refusal::from(failure).into_response() } else { failure.into_response() }
    };
    let from = address(&request, &site.reached);
    let by_token = request.headers().contains_key(header::AUTHORIZATION);
    let is_asset = request.uri().path().starts_with("/assets/");
    if !by_token
        && !is_asset
        && let Err(wait_s) = site.pace().take(Asker::at(from), site.now_us())
    {
        return said(Failure::too_many(wait_s));
    }
    let caller = match site.caller(request.headers()).await {
        Ok(caller) => caller,
        Err(error) => return said(error.into()),
    };
    if by_token
        && let Some(asker) = paced(&caller, from)
        && let Err(wait_s) = site.pace().take(asker, site.now_us())
    {
        return said(Failure::too_many(wait_s));
    }
    request.extensions_mut().insert(caller.clone());
    request.extensions_mut().insert(CameFrom(from));
    let asked = format!("{} {}", request.method(), request.uri().path());
    let response = next.run(request).await;
    if response.status() == StatusCode::FORBIDDEN
        && let Caller::Known(who) = &caller
        && let Err(failure) = Hub::of(&site, who).note(Verb::Refused, "route", &asked).await
    {
        return said(failure);
    }
    match (response.extensions().get::<Failure>(), caller) {
        (Some(failure), Caller::Known(who)) if !matches!(who.via, Via::Token(_)) => {
            let hub = Hub::of(&site, &who);
            let edition = hub.reader.edition().await.ok().flatten();
            let page = failure.page_within(&hub.frame(edition));
            let (mut parts, _) = response.into_parts();
            parts.headers.remove(header::CONTENT_LENGTH);
            (parts, page.into_string()).into_response()
        }
        _ => response,
    }
}

/// Who is counted for a request with a token: the token; its address while it does not work. Write keys have limits of
/// their own.
fn paced(caller: &Caller, from: IpAddr) -> Option<Asker> {
    match caller {
        Caller::Known(who) => match &who.via {
            Via::Token(token) => (token.scopes != [Scope::Ingest]).then_some(Asker::Token(token.id)),
            Via::Session(..) | Via::Demo => Some(Asker::at(from)),
        },
        Caller::Nobody | Caller::Refused => Some(Asker::at(from)),
    }
}

/// Lets through what names this server. A page of elsewhere can have its own name lead to this machine (DNS rebinding)
/// and would then read and write as if it were ours; but it cannot make a browser say another name.
async fn to_this_server(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let named = match request.uri().authority() {
        Some(authority) => Some(authority.clone()),
        None => request.headers().get(header::HOST).and_then(|host| authority_of(host.to_str().ok()?)),
    };
    if named.as_ref().is_some_and(|named| is_ours(named, &site.reached)) {
        return next.run(request).await;
    }
    let cure = match &site.reached {
        Reached::Here(_) => {
            "Open it as localhost or 127.0.0.1, with the port that `kept serve` told. To open it \
                             under another name, put a proxy with TLS in front and start with --behind-proxy."
                .to_owned()
        }
        Reached::Proxy(name) => {
            format!("Open https://{name}/. The proxy in front of Kept must send `Host: {name}`.")
        }
    };
    let failure = Failure {
        status: StatusCode::MISDIRECTED_REQUEST,
        what: format!(
            "Kept does not answer to the name {}.",
            named.as_ref().map_or("(none)", |named| named.host())
        ),
        cure,
    };
    let is_api = request.uri().path().starts_with("/api/");
    if is_api { Refusal::from(failure).into_response() } else { failure.into_response() }
}

/// Whether a name with its port is one that this server answers to.
fn is_ours(named: &Authority, reached: &Reached) -> bool {
    match reached {
        Reached::Here(_) => is_this_machine(named.host()),
        Reached::Proxy(name) => {
            let named = named.as_str().to_ascii_lowercase();
            named.strip_suffix(":443").unwrap_or(&named) == name
        }
    }
}

/// What a `Host` header says.
fn authority_of(header: &str) -> Option<Authority> {
    header.parse::<Authority>().ok().filter(|named| !named.as_str().contains('@'))
}

/// Whether a name can only be this machine's own: `localhost` or a loopback address.
fn is_this_machine(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Lets through what only reads, what our own pages send, and what programs send with a token: no page can make a browser
/// send one.
async fn from_our_pages(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let by_token = headers.contains_key(header::AUTHORIZATION);
    if request.method().is_safe() || by_token || is_from_us(headers, &site.reached) {
        return next.run(request).await;
    }
    let failure = Failure {
        status: StatusCode::FORBIDDEN,
        what: "This did not come from a page of Kept, so nothing was changed.".to_owned(),
        cure: "Open the page here and decide again. Programs send an API token, or use the command line of `kept`."
            .to_owned(),
    };
    failure.into_response()
}

/// Whether a browser says that the page which sends is of this very server. Old browsers name the page's origin
/// only; who names neither is refused.
fn is_from_us(headers: &HeaderMap, reached: &Reached) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match reached {
        Reached::Here(_) => {
            let origin = text("origin").and_then(|origin| origin.split_once("://"));
            origin.zip(text("host")).is_some_and(|((_, from), host)| from.eq_ignore_ascii_case(host))
        }
        Reached::Proxy(_) => {
            text("origin").is_some_and(|origin| origin.eq_ignore_ascii_case(&reached.address()))
        }
    }
}

const POLICY: &str = "default-src 'none'; object-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'";

/// A year; browsers then ask by TLS alone.
const TLS_ONLY: &str = "max-age=31536000; includeSubDomains";

async fn guarded(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    guard(response.headers_mut());
    if site.reached.is_public() {
        let headers = response.headers_mut();
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TLS_ONLY));
    }
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
        let reached = Reached::Here(7878);
        let ours = |headers: &[(&str, &str)]| {
            let named = |(name, value): &(&str, &str)| {
                let name = HeaderName::from_bytes(name.as_bytes()).expect("name");
                (name, HeaderValue::from_str(value).expect("value"))
            };
            is_from_us(&headers.iter().map(named).collect(), &reached)
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
        let proxied = |origin: &'static str| {
            let headers = [("host", "kept.example.com"), ("origin", origin)];
            let headers =
                headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            is_from_us(&HeaderMap::from_iter(headers), &Reached::Proxy("kept.example.com".to_owned()))
        };
        assert!(proxied("https://kept.example.com") && !proxied("http://kept.example.com"));
        assert!(!proxied("https://kept.example.com:8443"));
    }

    #[test]
    fn only_names_of_this_machine_are_answered_to() {
        let here = Reached::Here(7878);
        let ours = |header: &str| authority_of(header).is_some_and(|named| is_ours(&named, &here));
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
        let proxy = Reached::Proxy("kept.example.com".to_owned());
        for (header, expected) in [
            ("kept.example.com", true),
            ("Kept.Example.com:443", true),
            ("kept.example.com:80", false),
            ("localhost", false),
            ("kept.example.com.elsewhere.example", false),
        ] {
            let named = authority_of(header).expect(header);
            assert_eq!(is_ours(&named, &proxy), expected, "{header}");
        }
    }

    /// A server of a home without an edition.
    async fn site(reached: Reached) -> (tempfile::TempDir, Arc<Site>) {
        let folder = tempfile::tempdir().expect("folder");
        let config = "[company]\nname = \"X\"\ncurrency = \"EUR\"\n";
        std::fs::write(folder.path().join("kept.toml"), config).expect("written");
        let lake = lake::Lake::open(folder.path(), lake::Access::Write).await.expect("lake");
        drop(lake);
        let home = intake::Home::open(folder.path()).expect("home");
        let reader = refresh::Reader::open(home).await.expect("reader");
        let database = store::Database::File(folder.path().join("kept.db"));
        let store = store::Store::open(&database, 0).await.expect("store");
        let ambient = crate::Ambient { now_us: || 0, seed: || [7; 32] };
        (folder, Arc::new(Site::new(reader, store, ambient, reached, None)))
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
        let (_folder, shared) = site(Reached::Here(7878)).await;
        for (site, body, status, told) in [
            ("same-origin", "a=1", "200", "kept 1"),
            ("cross-site", "a=1", "403", "nothing was changed"),
            ("same-origin", "b=1", "422", "could not be understood"),
            ("same-origin", &large, "413", "could not be understood"),
        ] {
            let pages = Router::new().route("/x", axum::routing::post(kept));
            let router = within_guards(pages, &shared).with_state(Arc::clone(&shared));
            let answer = asked(router, post(site, body)).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(told), "{answer}");
            assert!(answer.contains("content-security-policy: default-src 'none'"), "{answer}");
        }
    }

    #[tokio::test]
    async fn programs_need_no_page_of_ours_but_name_this_machine() {
        let (_folder, shared) = site(Reached::Here(7878)).await;
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
            let answer = asked(for_programs(takes, &shared), request).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
            assert!(answer.contains("content-security-policy: default-src 'none'"), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_page_whose_own_name_leads_here_reads_and_writes_nothing() {
        let (_folder, shared) = site(Reached::Here(7878)).await;
        let router = || {
            let page = || async { "the books" };
            let pages = Router::new().route("/x", axum::routing::get(page).post(page));
            let pages = pages.route("/api/v1/x", axum::routing::get(page));
            within_guards(pages, &shared).with_state(Arc::clone(&shared))
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

    #[tokio::test]
    async fn behind_a_proxy_the_public_name_alone_is_answered_to_and_tls_is_asked_for() {
        let (_folder, shared) = site(Reached::Proxy("kept.example.com".to_owned())).await;
        let router = || {
            let from = |axum::Extension(CameFrom(address)): axum::Extension<CameFrom>| async move {
                address.to_string()
            };
            let pages = Router::new().route("/x", axum::routing::get(from));
            within_guards(pages, &shared).with_state(Arc::clone(&shared))
        };
        let get = |more: &str| format!("GET /x HTTP/1.1\r\nconnection: close\r\n{more}\r\n");
        let named = "host: kept.example.com\r\n";
        let told = asked(router(), get(&format!("{named}x-forwarded-for: 9.9.9.9, 10.0.0.7\r\n"))).await;
        assert!(told.starts_with("HTTP/1.1 200 ") && told.ends_with("10.0.0.7"), "{told}");
        assert!(told.contains("strict-transport-security: max-age=31536000"), "{told}");
        let told = asked(router(), get("host: localhost\r\n")).await;
        assert!(told.starts_with("HTTP/1.1 421 ") && told.contains("https://kept.example.com/"), "{told}");
        let (_folder, here) = site(Reached::Here(7878)).await;
        let spoofed = Request::builder().header("x-forwarded-for", "9.9.9.9").body(axum::body::Body::empty());
        assert_eq!(address(&spoofed.expect("request"), &here.reached).to_string(), "127.0.0.1");
    }

    #[test]
    fn every_answer_is_guarded_and_only_assets_are_cached() {
        let mut page = HeaderMap::new();
        guard(&mut page);
        assert_eq!(page[header::CACHE_CONTROL], "no-store");
        assert_eq!(page[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let policy = page[header::CONTENT_SECURITY_POLICY].to_str().expect("ascii");
        assert!(
            policy.starts_with("default-src 'none'; object-src 'none'; ") && !policy.contains("unsafe"),
            "{policy}"
        );
        let mut asset = HeaderMap::new();
        asset.insert(header::CACHE_CONTROL, HeaderValue::from_static("public"));
        guard(&mut asset);
        assert_eq!(asset[header::CACHE_CONTROL], "public");
    }
}
