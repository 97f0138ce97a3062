//! Style sheet, script and icon, embedded and named by their content so that browsers may keep them for ever.

use crate::error::Failure;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;

/// One embedded file.
struct Asset {
    /// `kept-0123456789abcdef.css`
    name: String,
    kind: &'static str,
    body: &'static str,
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        asset("css", "text/css; charset=utf-8", include_str!("assets/kept.css")),
        asset("js", "text/javascript; charset=utf-8", include_str!("assets/kept.js")),
        asset("svg", "image/svg+xml", include_str!("assets/kept.svg")),
    ]
});

fn asset(ending: &str, kind: &'static str, body: &'static str) -> Asset {
    let hash = blake3::hash(body.as_bytes()).to_hex();
    Asset { name: format!("kept-{}.{ending}", &hash[..16]), kind, body }
}

/// Address of the style sheet.
pub fn style() -> String {
    format!("/assets/{}", ASSETS[0].name)
}

/// Address of the script.
pub fn script() -> String {
    format!("/assets/{}", ASSETS[1].name)
}

/// Address of the icon.
pub fn icon() -> String {
    format!("/assets/{}", ASSETS[2].name)
}

pub(crate) async fn get(Path(name): Path<String>) -> Result<Response, Failure> {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    let asset = found.ok_or_else(|| Failure::missing("There is no such file.", "Load the page again."))?;
    let headers =
        [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.body).into_response())
}

pub(crate) async fn favicon() -> Response {
    let headers = [(header::CONTENT_TYPE, ASSETS[2].kind), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, ASSETS[2].body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_named_by_their_content_and_ask_nobody_else() {
        for (asset, ending) in ASSETS.iter().zip(["css", "js", "svg"]) {
            let hash = asset.name.strip_prefix("kept-").and_then(|name| name.strip_suffix(ending));
            assert_eq!(hash.map(str::len), Some(17), "{}", asset.name);
            let foreign = asset.body.replace("http://www.w3.org/2000/svg", "");
            assert!(!foreign.contains("http:") && !foreign.contains("https:"), "{}", asset.name);
        }
        assert_eq!(style(), format!("/assets/{}", ASSETS[0].name));
    }
}
