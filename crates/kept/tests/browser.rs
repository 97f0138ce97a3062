//! The pages as a person meets them: a small demo company, served by the built program, in headless Chromium.
#![expect(clippy::expect_used, clippy::panic, reason = "what fails here fails a test")]

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// A program that ends with the test.
struct Running(Child);

impl Running {
    /// Starts it and waits for the line it announces itself with; gives what stands between two marks there.
    fn until_told(command: &mut Command, missing: &str, before: &str, after: &str) -> (Self, String) {
        let mut child =
            command.stdout(Stdio::piped()).spawn().unwrap_or_else(|error| panic!("{missing}: {error}"));
        let said = BufReader::new(child.stdout.take().expect("stdout"));
        let running = Self(child);
        let told = said.lines().map_while(Result::ok).find_map(|line| {
            let (told, _) = line.split_once(before)?.1.split_once(after)?;
            Some(told.to_owned())
        });
        (running, told.unwrap_or_else(|| panic!("{command:?} ended before it said `{before}`")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nothing is left to be done when it has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The demo home, made once for all tests.
fn home() -> &'static PathBuf {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    HOME.get_or_init(|| {
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("browser-home");
        if home.exists() {
            std::fs::remove_dir_all(&home).expect("the home of the last run can be removed");
        }
        let made = Command::new(env!("CARGO_BIN_EXE_kept"))
            .arg("demo")
            .arg(&home)
            .args(["--customers", "400", "--seed", "1", "--until", "2026-10-31"])
            .output()
            .expect("kept runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        home
    })
}

/// A command of Chromium's own driver that the standard does not have.
#[derive(Debug)]
struct Own {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// A browser on the served pages.
#[derive(Clone)]
struct Pages {
    browser: Client,
    /// `http://127.0.0.1:PORT`
    origin: String,
}

impl Pages {
    async fn open(&self, path: &str) {
        let address =
            if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.origin) };
        self.browser.goto(&address).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// What a script in the page gives.
    async fn tell(&self, script: &str) -> Value {
        self.browser.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    async fn texts(&self, selector: &str) -> Vec<String> {
        let all = format!(
            "return [...document.querySelectorAll({})].map(e => e.textContent.trim())",
            json!(selector)
        );
        texts(&self.tell(&all).await)
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        let body = json!({"cmd": command, "params": parameters});
        self.browser.issue_cmd(Own { path: "goog/cdp/execute", body }).await.expect("devtools answer");
    }

    /// What the console was told since the last time.
    async fn console(&self) -> Vec<Value> {
        let own = Own { path: "se/log", body: json!({"type": "browser"}) };
        self.browser.issue_cmd(own).await.expect("log").as_array().expect("entries").clone()
    }

    /// Asks on the SQL page as a person does; gives the rows.
    async fn ask(&self, sql: &str) -> Vec<Vec<String>> {
        self.open("/data/sql").await;
        self.fill("textarea[name=sql]", sql, ".console button").await;
        let rows = self.tell("return [...document.querySelectorAll('table.answer tbody tr')].map(r => [...r.cells].map(c => c.textContent))").await;
        rows.as_array().expect("rows").iter().map(texts).collect()
    }

    /// Types into a field, presses a button and waits for the page it leads to.
    async fn fill(&self, field: &str, text: &str, button: &str) {
        let input = self.browser.find(Locator::Css(field)).await.expect("field");
        input.clear().await.expect("empty field");
        input.send_keys(text).await.expect("typed");
        let before = self.browser.current_url().await.expect("address");
        self.browser.find(Locator::Css(button)).await.expect("button").click().await.expect("pressed");
        for _ in 0..200 {
            let ready = self.tell("return document.readyState").await == "complete";
            if ready && self.browser.current_url().await.expect("address") != before {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the button {button} leads nowhere from {before}");
    }

    /// A customer of at least three departments behind several records: the id, and how much evidence there is.
    async fn met_by_many(&self) -> (String, usize) {
        let sql = "select c.id, m.n from customers c \
             join (select customer, count(*) as n from merges group by customer) m on m.customer = c.customer \
             join (select t.customer, count(distinct p.department) as n from timeline t \
                   join touchpoints p on p.touchpoint = t.touchpoint group by t.customer) l \
             on l.customer = c.customer where l.n >= 3 order by m.n desc, c.id limit 1";
        let rows = self.ask(sql).await;
        (rows[0][0].clone(), rows[0][1].parse().expect("number"))
    }

    /// Where the first evidence of a customer of several records is explained.
    async fn explained(&self) -> String {
        let (id, _) = self.met_by_many().await;
        self.open(&format!("/customers/{id}")).await;
        let link =
            "return document.querySelector('a[href^=\"/data/identity/explain?\"]').getAttribute('href')";
        self.tell(link).await.as_str().expect("a link to an explanation").to_owned()
    }

    /// An address of every kind of page.
    async fn every_page(&self) -> Vec<String> {
        let (id, _) = self.met_by_many().await;
        let explained = self.explained().await;
        let fixed = [
            "/",
            "/?by=quarter&segment=East",
            "/?by=year&all=yes",
            "/?period=1999-01",
            "/reasons",
            "/reasons?by=all&segment=East",
            "/reasons?period=1999-01",
            "/customers",
            "/customers?q=nobody-at-all",
            "/customers?period=2026-10&figure=lost",
            "/customers?lost=stayers",
            "/data",
            "/data/identity",
            "/data/identity/decisions",
            "/data/identity/model",
            "/data/identity/explain",
            "/data/imports",
            "/data/rejects",
            "/data/editions",
            "/data/definitions",
            "/data/sql",
            "/data/sql?sql=select%20*%20from%20imports",
        ];
        fixed.map(str::to_owned).into_iter().chain([format!("/customers/{id}"), explained]).collect()
    }
}

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().unwrap_or_else(|| panic!("no list: {value}"));
    all.iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}

/// The number in front of or within a text: `−1,234.50 EUR` is −123450 with two places.
fn scaled(text: &str, places: usize) -> i64 {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let number: i64 =
        format!("{whole}{part:0<places$}").parse().unwrap_or_else(|_| panic!("no number in `{text}`"));
    if text.contains('−') { -number } else { number }
}

fn whole(text: &str) -> i64 {
    scaled(text, 0)
}

/// Runs a check in a browser of its own and closes the browser also when the check fails.
async fn in_browser<F: Future<Output = ()> + Send + 'static>(check: impl FnOnce(Pages) -> F) {
    let mut serve = Command::new(env!("CARGO_BIN_EXE_kept"));
    serve.arg("--home").arg(home()).args(["serve", "--bind", "127.0.0.1:0"]);
    let (_server, origin) = Running::until_told(&mut serve, "kept does not start", "is served on ", "/ (");
    let mut chromedriver = Command::new("chromedriver");
    chromedriver.arg("--port=0");
    let missing =
        "chromedriver does not start; install Chromium and its driver (Debian: chromium, chromium-driver)";
    let (_driver, port) = Running::until_told(&mut chromedriver, missing, "on port ", ".");
    let profile = tempfile::tempdir().expect("temporary folder");
    let browser = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities(&profile.path().to_string_lossy()))
        .connect(&format!("http://127.0.0.1:{port}"))
        .await
        .expect("Chromium starts; install the package chromium when it is missing");
    let pages = Pages { browser: browser.clone(), origin };
    let checked = tokio::spawn(check(pages)).await;
    browser.close().await.expect("closed");
    if let Err(failed) = checked {
        std::panic::resume_unwind(failed.into_panic());
    }
}

fn capabilities(profile: &str) -> Capabilities {
    let args = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1440,900",
    ];
    let args: Vec<String> =
        args.map(str::to_owned).into_iter().chain([format!("--user-data-dir={profile}")]).collect();
    let all = json!({
        "browserName": "chrome",
        "goog:loggingPrefs": {"browser": "ALL"},
        "goog:chromeOptions": {"args": args},
    });
    all.as_object().expect("object").clone().into_iter().collect()
}

/// Each block of the statement: table rows as (label, cell), bars of both layouts as (title, number).
const BLOCKS: &str = "return [...document.querySelectorAll('section.pair')][0].querySelectorAll('article').values().map(a => ({
    rows: [...a.querySelectorAll('table.rows tbody tr')].map(r => [r.querySelector('th a').textContent, r.querySelector('td').textContent]),
    bars: ['wide', 'narrow'].map(l => [...a.querySelectorAll('svg.waterfall.' + l + ' a')].map(b => [b.querySelector('title').textContent, b.querySelector('text.number').textContent])),
})).toArray()";

#[tokio::test]
async fn the_waterfall_shows_the_figures_of_its_table_and_they_tie() {
    in_browser(|pages| async move {
        for path in ["/", "/?by=quarter", "/?by=year", "/?by=month&segment=East"] {
            pages.open(path).await;
            let blocks = pages.tell(BLOCKS).await;
            let blocks = blocks.as_array().expect("blocks");
            assert_eq!(blocks.len(), 2, "customers and value");
            for (block, (unit, places)) in blocks.iter().zip([("customers", 0), ("EUR", 2)]) {
                let rows: Vec<Vec<String>> =
                    block["rows"].as_array().expect("rows").iter().map(texts).collect();
                let amounts: Vec<i64> = rows.iter().map(|row| scaled(&row[1], places)).collect();
                let (closing, flow) = amounts.split_last().expect("rows");
                assert!(*closing > 0 && flow.len() >= 4, "{path}: {rows:?}");
                assert_eq!(flow.iter().sum::<i64>(), *closing, "{path}: {rows:?}");
                for bars in block["bars"].as_array().expect("layouts") {
                    let bars: Vec<Vec<String>> = bars.as_array().expect("bars").iter().map(texts).collect();
                    assert_eq!(bars.len(), rows.len(), "{path}: a bar for each row");
                    for (bar, row) in bars.iter().zip(&rows) {
                        assert_eq!(bar[0], format!("{}: {} {unit}", row[0], row[1]), "{path}");
                        let step = 10_i64.pow(u32::try_from(places).expect("small"));
                        let off = whole(&bar[1]) * step - scaled(&row[1], places);
                        assert!(off.abs() * 2 <= step, "{path}: {bar:?} is drawn for {row:?}");
                    }
                }
            }
        }
    })
    .await;
}

/// Links of the newest closed period's numbers in customers: figure, number, address.
const NUMBERS: &str = "const [c, v] = document.querySelectorAll('section.pair article');
    const links = [...c.querySelectorAll('tbody td a')].concat([...v.querySelectorAll('tbody th a.muted')]);
    return links.map(a => [new URL(a.href).searchParams.get('figure'), a.textContent, a.href]);";

#[tokio::test]
async fn a_number_opens_the_list_of_exactly_its_customers() {
    in_browser(|pages| async move {
        for path in ["/", "/?by=quarter&segment=East"] {
            pages.open(path).await;
            let numbers = pages.tell(NUMBERS).await;
            let mut seen = BTreeSet::new();
            for number in numbers.as_array().expect("numbers").iter().map(texts) {
                let [figure, told, address] = number.as_slice() else { panic!("{number:?}") };
                let expected = usize::try_from(whole(told).abs()).expect("count");
                listed(&pages, address, expected).await;
                seen.insert(figure.clone());
            }
            let figures = ["closing", "contracted", "expanded", "gained", "lost", "opening", "won_back"];
            assert_eq!(seen, figures.map(str::to_owned).into(), "{path}");
        }
    })
    .await;
}

/// The list at an address states its length and, paged through, has it.
async fn listed(pages: &Pages, address: &str, expected: usize) {
    pages.open(address).await;
    let sentence = pages.texts("h1").await.concat();
    let stated =
        if sentence.starts_with("No ") { 0 } else { whole(sentence.split('\u{a0}').next().unwrap_or("")) };
    assert_eq!(usize::try_from(stated).expect("count"), expected, "{address}: {sentence}");
    let mut ids = BTreeSet::new();
    loop {
        let rows = pages.tell("return [...document.querySelectorAll('th.name a')].map(a => a.href)").await;
        ids.extend(texts(&rows));
        let next = pages.tell("return document.querySelector('a[rel=next]')?.href ?? null").await;
        let Some(next) = next.as_str() else { break };
        pages.open(next).await;
    }
    assert_eq!(ids.len(), expected, "{address}");
}

/// Whole numbers of the reasons' tables, with the addresses they lead to.
const LOSSES: &str = "const links = [...document.querySelectorAll('table.rows td.n a')];
    return links.map(a => [a.textContent.split(' ')[0], a.href]).filter(([told]) => /^[0-9,]+$/.test(told));";

#[tokio::test]
async fn a_number_of_the_reasons_opens_a_list_of_that_length() {
    in_browser(|pages| async move {
        for path in ["/reasons", "/reasons?by=all&segment=East"] {
            pages.open(path).await;
            let numbers = pages.tell(LOSSES).await;
            let numbers: Vec<_> = numbers.as_array().expect("numbers").iter().map(texts).collect();
            assert!(numbers.len() > 10, "{path}: {numbers:?}");
            for number in &numbers {
                let [told, address] = number.as_slice() else { panic!("{number:?}") };
                pages.open(address).await;
                let sentence = pages.texts("h1").await.concat();
                let shown = pages.texts("nav.pager .range").await.concat();
                let total = shown.rsplit(' ').next().unwrap_or("0").to_owned();
                let stated = sentence.split('\u{a0}').next().unwrap_or("").to_owned();
                let fits = told == "0" && sentence.starts_with("No ") || (&stated, &total) == (told, told);
                assert!(fits, "{told} at {address}: {sentence} {shown}");
            }
        }
    })
    .await;
}

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
            let mut keys = KeyActions::new("keyboard".to_owned());
            for _ in 0..wanted {
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

#[tokio::test]
async fn a_search_by_name_e_mail_or_id_finds_the_customer() {
    in_browser(|pages| async move {
        pages.open("/customers?period=2026-10&figure=closing").await;
        let row = pages.tell("const r = document.querySelector('tbody tr'); return [r.querySelector('th').textContent, r.querySelector('.mail').textContent, r.querySelector('td.code').textContent]").await;
        let [name, mail, id] = &texts(&row)[..] else { panic!("{row}") };
        for asked in [name, mail, id] {
            pages.open("/customers").await;
            pages.fill("input[name=q]", asked, "form[role=search] button").await;
            assert!(pages.texts("h1").await[0].contains(asked.as_str()));
            assert!(pages.texts("td.code").await.contains(id), "`{asked}` finds {id}");
        }
        pages.browser.find(Locator::LinkText(name)).await.expect("link").click().await.expect("followed");
        assert_eq!(pages.texts("h1").await, [name.as_str()]);
    })
    .await;
}

/// Numbers of the waterfall in both layouts, and of the table behind it.
const WEIGHTS: &str = "const all = s => [...document.querySelectorAll(s)].map(e => e.textContent);
    return [all('svg.weights.wide text.number'), all('svg.weights.narrow text.number'), all('table.evidence tbody td:last-child')]";

#[tokio::test]
async fn the_waterfall_of_weights_shows_the_rows_of_its_table_and_they_add_up() {
    in_browser(|pages| async move {
        let explained = pages.explained().await;
        pages.open(&explained).await;
        assert!(pages.texts("h1").await[0].contains(" are one customer; "), "{explained}");
        let told = pages.tell(WEIGHTS).await;
        let [wide, narrow, table] =
            &told.as_array().expect("three lists").iter().map(texts).collect::<Vec<_>>()[..]
        else {
            panic!("{told}")
        };
        assert!(wide == table && narrow == table && table.len() >= 3, "{told}");
        let tenths: Vec<i64> = table.iter().map(|bits| scaled(bits, 1)).collect();
        let (total, parts) = tenths.split_last().expect("rows");
        assert_eq!(parts.iter().sum::<i64>(), *total, "{explained}: {table:?}");
        assert_eq!(pages.texts("tr.tie.off").await, Vec::<String>::new(), "the weights tie");
    })
    .await;
}

#[tokio::test]
async fn the_review_queue_shows_pairs_to_decide_or_says_that_none_waits() {
    in_browser(|pages| async move {
        pages.open("/data/identity").await;
        let sentence = pages.texts("h1").await.concat();
        let waiting = sentence.split_once("; ").expect("two parts").1;
        let cards = pages.texts("article.waiting").await.len();
        if waiting.starts_with("no ") {
            assert!(cards == 0 && pages.texts(".empty").await.concat().contains("No pair waits"), "{sentence}");
            return;
        }
        let total = usize::try_from(whole(waiting.split('\u{a0}').next().unwrap_or(""))).expect("count");
        assert_eq!(cards, total.min(10), "{sentence}");
        let complete = "return [...document.querySelectorAll('article.waiting')].filter(c => c.querySelectorAll('table.compare tbody tr').length && c.querySelectorAll('button[name=verdict]').length === 2 && c.querySelector('input[name=reason]:required')).length";
        assert_eq!(pages.tell(complete).await, cards, "both sides, both answers, a reason");
    })
    .await;
}

#[tokio::test]
async fn a_decision_is_kept_with_its_reason_and_can_be_undone() {
    in_browser(|pages| async move {
        let explained = pages.explained().await;
        pages.open(&explained).await;
        pages
            .fill("#decide input[name=reason]", "two <b>sisters</b>", "#decide button[value=different]")
            .await;
        assert!(
            pages.texts("[role=status]").await.concat().contains("two customers"),
            "what was done is confirmed"
        );
        pages.open("/data/identity/decisions").await;
        let first = pages.texts("table.decisions tbody tr:first-child").await.concat();
        for part in [
            "this machine",
            "Two customers",
            "two <b>sisters</b>",
            "In force",
            "counts from the next refresh",
        ] {
            assert!(first.contains(part), "{part}: {first}");
        }
        let undo = "tbody tr:first-child .undo summary";
        pages.browser.find(Locator::Css(undo)).await.expect("undo").click().await.expect("opened");
        pages
            .fill(
                "tbody tr:first-child .undo input[name=reason]",
                "a slip",
                "tbody tr:first-child .undo button",
            )
            .await;
        let lines = pages.texts("table.decisions tbody tr").await;
        assert!(
            lines[0].contains("Undid the decision before") && lines[1].contains("No longer in force"),
            "{lines:?}"
        );
    })
    .await;
}

/// Times of the events in order, departments of events and of lanes, and how much of each there is.
const LIFE: &str = "const days = [...document.querySelectorAll('.day')];
    const all = s => [...document.querySelectorAll(s)];
    return {
        times: days.flatMap(d => [...d.querySelectorAll('time')].map(t => Date.parse(d.querySelector('h3').textContent.replaceAll('\\u00a0', ' ') + ' ' + t.textContent + ' UTC'))),
        departments: [...new Set(all('.event .where').map(w => w.textContent.split(' · ')[0]))].sort(),
        lanes: all('svg.life.wide text.name').map(t => t.textContent).slice(1).sort(),
        marks: all('svg.life.wide a.link').length,
        targets: all('svg.life.wide a.link').filter(a => document.querySelector(a.getAttribute('href'))).length,
        cards: all('.card h3').map(h => h.textContent),
        evidence: all('section').find(s => s.querySelector('h2')?.textContent.startsWith('Why')).querySelectorAll('tbody tr').length,
        headings: all('h2').map(h => h.textContent),
    }";

#[tokio::test]
async fn a_customer_s_page_tells_the_life_in_order_and_why_the_records_are_one() {
    in_browser(|pages| async move {
        let (id, evidence) = pages.met_by_many().await;
        pages.open(&format!("/customers/{id}?events=5000")).await;
        let life = pages.tell(LIFE).await;
        let times: Vec<i64> =
            life["times"].as_array().expect("times").iter().filter_map(Value::as_i64).collect();
        let headings = texts(&life["headings"]);
        let counted = |word: &str| {
            let heading = headings.iter().find(|heading| heading.starts_with(word)).expect("heading");
            usize::try_from(whole(heading)).expect("count")
        };
        assert_eq!(times.len(), counted("Life"));
        assert!(times.is_sorted(), "{times:?}");
        assert!(texts(&life["lanes"]).len() >= 3 && life["lanes"] == life["departments"], "{life}");
        assert_eq!((&life["marks"], &life["targets"]), (&json!(times.len()), &json!(times.len())));
        let cards = texts(&life["cards"]);
        let alike = |card: &String| match card.split_once('·') {
            Some((_, rest)) if rest.contains("that say the same") => whole(rest),
            _ => 1,
        };
        let records: i64 = cards.iter().map(alike).sum();
        assert_eq!(usize::try_from(records).expect("count"), counted("Records"), "{cards:?}");
        assert!(evidence > 0 && life["evidence"] == evidence, "{life}");
    })
    .await;
}

#[tokio::test]
async fn the_sql_page_answers_a_select_and_refuses_a_delete() {
    in_browser(|pages| async move {
        let count = "select count(*) as n from customers";
        let before = pages.ask(count).await;
        assert!(whole(&before[0][0]) >= 400, "{before:?}");
        assert_eq!(pages.ask("select 'a', 1 + 1").await, [["a", "2"]]);
        assert!(pages.ask("delete from customers").await.is_empty());
        let refused = pages.texts("[role=alert]").await.concat();
        assert!(refused.contains("could not be answered"), "{refused}");
        assert_eq!(pages.ask(count).await, before);
    })
    .await;
}
