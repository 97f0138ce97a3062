//! A served home: two departments, each with a silo that plants words of its own in everything personal.

use crate::support::Home;
use hub::{Ambient, Reached, Site};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Actor, By, Database, Grant, Secret, Store, UserId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Stands in every personal field that the department `web` knows, and nowhere else.
pub(super) const WEB: &str = "zqweb";
/// The same of the department `care`.
pub(super) const CARE: &str = "zqcare";

const CONFIG: &str = r#"
[company]
name = "Secretive Ltd"
currency = "EUR"
as_of = "2024-12-31"
[intake]
max_reject_share = 0.9
[identity]
generic_after_names = 3
[[stream]]
id = "shop"
regime = "purchases"
gap_days = 90
[[department]]
id = "web"
name = "Web"
[[department]]
id = "care"
name = "Care"
[[stage]]
id = "buy"
name = "Buy"
[[touchpoint]]
id = "order"
name = "Order"
match = ["order_*"]
owner = "web"
stage = "buy"
[[touchpoint]]
id = "ticket"
name = "Ticket"
match = ["ticket_*"]
owner = "care"
stage = "buy"
[[promise]]
id = "answer"
name = "Answer"
owner = "care"
when = "ticket"
then = "order"
within = "2 days"
per = "customer"
[[reason]]
id = "price"
name = "Price"
match = ["price"]
[[silo]]
id = "shop"
name = "Shop"
owner = "web"
[[silo.feed]]
id = "orders"
files = "orders*.csv"
columns = { record = "who", at = "day", value = "total", id = "no", reference = "ref", name = "name", email = "email", phone = "phone", address = "address", birth_date = "born", city = "city", company = "firm", title = "subject", text = "note", reason = "why" }
attributes = ["extra"]
[[silo]]
id = "desk"
name = "Desk"
owner = "care"
[[silo.feed]]
id = "tickets"
files = "tickets*.csv"
columns = { record = "who", at = "day", id = "no", event = "what", reference = "ref", name = "name", email = "email", phone = "phone", address = "address", city = "city", company = "firm", title = "subject", text = "note", reason = "why" }
attributes = ["extra"]
"#;

/// The home, made once for all tests.
fn home() -> &'static PathBuf {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    HOME.get_or_init(|| filled(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("people-home")))
}

/// Everything personal bears the word; the customers are recognised by the address that both departments know.
fn filled(path: PathBuf) -> PathBuf {
    let home = Home::anew(path);
    home.write("kept.toml", CONFIG);
    let customers = 4;
    let mut orders = vec![
        "who,day,total,no,ref,name,email,phone,address,born,city,firm,subject,note,why,extra".to_owned(),
    ];
    let mut tickets =
        vec!["who,day,no,what,ref,name,email,phone,address,city,firm,subject,note,why,extra".to_owned()];
    for n in 1..=customers {
        for (day, no) in [("2024-01-05", n * 10), ("2024-03-01", n * 10 + 1)] {
            orders.push(format!(
                "{WEB}-{n},{day},10,{no},{WEB}-ref-{no},Nameof {WEB}{n},shared{n}@firm{n}.example,{WEB}phone{n},{WEB} street {n},1980-01-0{n},{WEB}ville,{WEB} inc,{WEB} subject,{WEB} note {n},{WEB} why,{WEB} extra"
            ));
        }
        tickets.push(format!(
            "{CARE}-{n},2024-02-01,{n},ticket_created,{CARE}-ref-{n},Nameof {CARE}{n},shared{n}@firm{n}.example,{CARE}phone{n},{CARE} street {n},{CARE}ville,{CARE} inc,{CARE} subject,{CARE} note {n},{CARE} why,{CARE} extra"
        ));
    }
    orders.push(format!("{WEB}-bad,no day,10,99,,{WEB},,,,,,,,,,"));
    tickets.push(format!("{CARE}-bad,no day,99,ticket_created,,{CARE},,,,,,,,,"));
    home.write("data/orders.csv", orders.join("\n"));
    home.write("data/tickets.csv", tickets.join("\n"));
    home.run(&["import"]);
    home.run(&["refresh"]);
    // Somebody decided, with a reason that names people.
    home.run(&[
        "identity",
        "decide",
        &format!("shop:{WEB}-1"),
        &format!("shop:{WEB}-2"),
        "different",
        "--reason",
        &format!("{WEB} is not {WEB}"),
    ]);
    home.run(&["refresh"]);
    home.path()
}

/// One answer, its body in small letters.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    /// A header's value, by its name in small letters.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.starts_with(&format!("{name}: ")))?;
        Some(&line[name.len() + 2..])
    }

    /// The cookie that it sets, as a browser sends it back.
    pub(super) fn cookie(&self) -> Option<String> {
        Some(self.header("set-cookie")?.split(';').next()?.to_owned())
    }

    /// Whether it sends to where one logs in, or says that one is not.
    pub(super) fn is_for_nobody(&self) -> bool {
        let to_login = self.header("location").is_some_and(|to| to.starts_with("/login"));
        self.status == 401 || (self.status == 303 && to_login)
    }
}

/// A served home.
pub(super) struct House {
    pub(super) store: Store,
    pub(super) address: std::net::SocketAddr,
    _folder: tempfile::TempDir,
    _stop: tokio::sync::oneshot::Sender<()>,
}

static DRAWN: AtomicU64 = AtomicU64::new(1);

/// Another one each time.
fn seed() -> [u8; 32] {
    let mut bits = [0; 32];
    bits[..8].copy_from_slice(&DRAWN.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    bits
}

pub(super) fn ambient(now_us: fn() -> i64) -> Ambient {
    Ambient { now_us, seed }
}

pub(super) const NOW_US: i64 = 1_735_689_600_000_000;

impl House {
    pub(super) async fn open(now_us: fn() -> i64) -> Self {
        let home = tokio::task::spawn_blocking(home).await.expect("home");
        let folder = tempfile::tempdir().expect("folder");
        let database = Database::File(folder.path().join("kept.db"));
        let store = Store::open(&database, now_us()).await.expect("store");
        let reader = refresh::Reader::open(intake::Home::open(home).expect("home")).await.expect("reader");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let reached = Reached::Here(address.port());
        let site = Site::new(reader, store.clone(), ambient(now_us), reached, None);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        tokio::spawn(hub::serve(listener, hub::router(&std::sync::Arc::new(site)), async {
            drop(stopped.await);
        }));
        Self { store, address, _folder: folder, _stop: stop }
    }

    /// A user without a password.
    pub(super) async fn user(&self, name: &str, grants: &[Grant]) -> UserId {
        let by = By { actor: Actor::System, at_us: NOW_US };
        self.store.add_user(name, &format!("{name}@house.example"), grants, by).await.expect("user")
    }

    /// A new session of theirs, as the cookie's line.
    pub(super) async fn session(&self, user: UserId, now_us: i64) -> String {
        let secret: Secret = ambient(|| 0).secret();
        self.store.start_session(user, &secret, None, now_us).await.expect("session");
        format!("cookie: kept-{}={}\r\n", self.address.port(), secret.text())
    }

    pub(super) async fn get(&self, path: &str, head: &str) -> Answer {
        self.ask("GET", path, head, "").await
    }

    /// Sends a form as our own pages do.
    pub(super) async fn post(&self, path: &str, head: &str, form: &str) -> Answer {
        let head = format!(
            "{head}sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n",
            form.len()
        );
        self.ask("POST", path, &head, form).await
    }

    async fn ask(&self, method: &str, path: &str, head: &str, body: &str) -> Answer {
        asked(self.address, method, path, head, body).await
    }
}

/// Asks a server plainly.
pub(super) async fn asked(
    to: std::net::SocketAddr,
    method: &str,
    path: &str,
    head: &str,
    body: &str,
) -> Answer {
    let mut stream = TcpStream::connect(to).await.expect("connected");
    let request =
        format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{head}\r\n{body}");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("status");
    Answer { status, head: head.to_owned(), body: body.to_lowercase() }
}

/// Everybody who comes, by what they are called in tables.
pub(super) fn everybody() -> BTreeMap<&'static str, Vec<Grant>> {
    BTreeMap::from([
        ("0 reader", vec![Grant::Reader]),
        ("1 member", vec![Grant::Member("care".to_owned())]),
        ("2 lead", vec![Grant::Lead("care".to_owned())]),
        ("3 cco", vec![Grant::Cco]),
        ("4 admin", vec![Grant::Admin]),
    ])
}
