//! What holds on every page.

use crate::pages::{in_browser, texts};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::{Value, json};

#[tokio::test]
async fn every_page_fits_a_phone() {
    in_browser(|pages| async move {
        let mut all = pages.every_page().await;
        all.extend(["/no-such-page".to_owned(), "/data/sql?sql=delete%20from%20customers".to_owned()]);
        let phone = json!({"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true});
        pages.devtools("Emulation.setDeviceMetricsOverride", phone).await;
        for path in all {
            pages.open(&path).await;
            let widths = pages.tell("return [document.documentElement.scrollWidth, innerWidth]").await;
            assert_eq!(widths[1], 390, "{path} is laid out for a phone");
            assert!(widths[0].as_i64() <= Some(390), "{path} is {widths} wide");
            let lost = pages
                .tell("return [...document.querySelectorAll('h1, p, dl, nav a, button, svg.chart')].filter(e => e.checkVisibility() && !e.closest('.scroll, .tabs, .skip') && !e.matches('.skip') && e.getBoundingClientRect().right > 391).map(e => e.textContent)")
                .await;
            assert_eq!(lost, json!([]), "{path}: beyond the edge");
        }
    })
    .await;
}

/// Marks what the keyboard should reach, in order, and notes what it does reach and how that looks.
const WATCH: &str = "const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex=\"0\"]';
    window.wanted = [...document.querySelectorAll(all)].filter(e => e.checkVisibility());
    window.reached = [];
    window.unseen = [];
    addEventListener('focusin', e => {
        window.reached.push(window.wanted.indexOf(e.target));
        const look = getComputedStyle(e.target);
        if (look.outlineStyle === 'none' || parseFloat(look.outlineWidth) < 1) window.unseen.push(e.target.outerHTML.slice(0, 200));
    });
    return window.wanted.length";

#[tokio::test]
async fn the_keyboard_reaches_everything_in_order_and_shows_where_it_is() {
    in_browser(|pages| async move {
        let every = pages.every_page().await;
        for path in every.into_iter().filter(|path| path != "/" && path != "/customers") {
            pages.open(&path).await;
            let wanted = pages.tell(WATCH).await.as_u64().expect("count") as usize;
            // A day is reached in four steps: month, day, year and the calendar.
            let days = pages.tell("return document.querySelectorAll('input[type=date]').length").await;
            let steps = wanted + 3 * days.as_u64().expect("count") as usize;
            let mut keys = KeyActions::new("keyboard".to_owned());
            for _ in 0..steps {
                let value = '\u{e004}';
                keys = keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
            }
            pages.browser.perform_actions(keys).await.expect("keys");
            let first = pages.tell("return window.wanted[window.reached[0]]?.className").await;
            assert_eq!(first, "skip", "{path}: the way past the navigation comes first");
            let missed = pages.tell("return window.wanted.filter((_, i) => !window.reached.includes(i)).map(e => e.outerHTML.slice(0, 200))").await;
            assert_eq!(missed, json!([]), "{path}: of {wanted}");
            let reached = pages.tell("return window.reached.filter(i => i >= 0)").await;
            let order: Vec<u64> = reached.as_array().expect("list").iter().filter_map(Value::as_u64).collect();
            assert!(order.is_sorted(), "{path}: {order:?}");
            assert_eq!(pages.tell("return window.unseen").await, json!([]), "{path}: focus must be seen");
        }
    })
    .await;
}

#[tokio::test]
async fn no_page_complains_or_asks_anyone_else() {
    in_browser(|pages| async move {
        for path in pages.every_page().await {
            pages.open(&path).await;
            let asked = pages.tell("return performance.getEntriesByType('resource').map(e => e.name)").await;
            let asked = texts(&asked);
            assert!(asked.len() >= 2, "{path}: style and script: {asked:?}");
            let origin = format!("{}/", pages.origin);
            assert!(asked.iter().all(|name| name.starts_with(&origin)), "{path}: {asked:?}");
            let policy = "const told = arguments[0]; fetch(location.href).then(r => told(r.headers.get('content-security-policy')))";
            let policy = pages.browser.execute_async(policy, Vec::new()).await.expect("fetched");
            let policy = policy.as_str().unwrap_or_default();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(pages.console().await, Vec::<Value>::new(), "{path}");
        }
        pages.tell("console.error('heard')").await;
        assert_eq!(pages.console().await.len(), 1, "the console is listened to");
    })
    .await;
}
