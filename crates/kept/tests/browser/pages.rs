//! The served demo company, and a browser on it.

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

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
pub(crate) fn home() -> &'static PathBuf {
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
pub(crate) struct Pages {
    pub(crate) browser: Client,
    /// `http://127.0.0.1:PORT`
    pub(crate) origin: String,
}

impl Pages {
    pub(crate) async fn open(&self, path: &str) {
        let address =
            if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.origin) };
        self.browser.goto(&address).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// What a script in the page gives.
    pub(crate) async fn tell(&self, script: &str) -> Value {
        self.browser.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    pub(crate) async fn texts(&self, selector: &str) -> Vec<String> {
        let all = format!(
            "return [...document.querySelectorAll({})].map(e => e.textContent.trim())",
            json!(selector)
        );
        texts(&self.tell(&all).await)
    }

    pub(crate) async fn devtools(&self, command: &str, parameters: Value) {
        let body = json!({"cmd": command, "params": parameters});
        self.browser.issue_cmd(Own { path: "goog/cdp/execute", body }).await.expect("devtools answer");
    }

    /// What the console was told since the last time.
    pub(crate) async fn console(&self) -> Vec<Value> {
        let own = Own { path: "se/log", body: json!({"type": "browser"}) };
        self.browser.issue_cmd(own).await.expect("log").as_array().expect("entries").clone()
    }

    /// Asks on the SQL page as a person does; gives the rows.
    pub(crate) async fn ask(&self, sql: &str) -> Vec<Vec<String>> {
        self.open("/data/sql").await;
        self.fill("textarea[name=sql]", sql, ".console button").await;
        let rows = self.tell("return [...document.querySelectorAll('table.answer tbody tr')].map(r => [...r.cells].map(c => c.textContent))").await;
        rows.as_array().expect("rows").iter().map(texts).collect()
    }

    /// Types into a field, presses a button and waits for the page it leads to.
    pub(crate) async fn fill(&self, field: &str, text: &str, button: &str) {
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
    pub(crate) async fn met_by_many(&self) -> (String, usize) {
        let sql = "select c.id, m.n from customers c \
             join (select customer, count(*) as n from merges group by customer) m on m.customer = c.customer \
             join (select t.customer, count(distinct p.department) as n from timeline t \
                   join touchpoints p on p.touchpoint = t.touchpoint group by t.customer) l \
             on l.customer = c.customer where l.n >= 3 order by m.n desc, c.id limit 1";
        let rows = self.ask(sql).await;
        (rows[0][0].clone(), rows[0][1].parse().expect("number"))
    }

    /// Where the first evidence of a customer of several records is explained.
    pub(crate) async fn explained(&self) -> String {
        let (id, _) = self.met_by_many().await;
        self.open(&format!("/customers/{id}")).await;
        let link =
            "return document.querySelector('a[href^=\"/data/identity/explain?\"]').getAttribute('href')";
        self.tell(link).await.as_str().expect("a link to an explanation").to_owned()
    }

    /// An address of every kind of page.
    pub(crate) async fn every_page(&self) -> Vec<String> {
        let (id, _) = self.met_by_many().await;
        let explained = self.explained().await;
        let fixed = [
            "/",
            "/?by=quarter&segment=region%3DEast",
            "/?by=year&all=yes",
            "/?period=1999-01",
            "/reasons",
            "/reasons?by=all&segment=region%3DEast",
            "/reasons?period=1999-01",
            "/customers",
            "/customers?q=nobody-at-all",
            "/customers?period=2026-10&figure=lost",
            "/customers?lost=stayers",
            "/closings",
            "/cohorts",
            "/worth",
            "/journey",
            "/scorecard",
            "/journey/paths",
            "/promises",
            "/promises/breaches",
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
            "/account",
            "/settings/people",
            "/settings/people/1",
            "/settings/audit",
        ];
        fixed.map(str::to_owned).into_iter().chain([format!("/customers/{id}"), explained]).collect()
    }
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().unwrap_or_else(|| panic!("no list: {value}"));
    all.iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}

/// The number in front of or within a text: `−1,234.50 EUR` is −123450 with two places.
pub(crate) fn scaled(text: &str, places: usize) -> i64 {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let number: i64 =
        format!("{whole}{part:0<places$}").parse().unwrap_or_else(|_| panic!("no number in `{text}`"));
    if text.contains('−') { -number } else { number }
}

pub(crate) fn whole(text: &str) -> i64 {
    scaled(text, 0)
}

/// Runs a check in a browser of its own and closes the browser also when the check fails.
pub(crate) async fn in_browser<F: Future<Output = ()> + Send + 'static>(check: impl FnOnce(Pages) -> F) {
    in_browser_with(&[], check).await;
}

/// The same, with further options of `kept serve`.
pub(crate) async fn in_browser_with<F>(options: &[&str], check: impl FnOnce(Pages) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    // One process serves a home at a time.
    static SERVED: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _alone = SERVED.lock().await;
    let mut serve = Command::new(env!("CARGO_BIN_EXE_kept"));
    serve.arg("--home").arg(home()).args(["serve", "--bind", "127.0.0.1:0"]).args(options);
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
