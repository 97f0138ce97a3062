//! How a server starts: the one-time set-up link, the demo, and what it refuses.

use super::house::{Answer, asked};
use crate::support::{CONFIG, Home, demo};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

/// A server that ends with the test, and what it said until it served.
struct Served {
    child: Child,
    said: Vec<String>,
}

impl Drop for Served {
    fn drop(&mut self) {
        // Nothing is left to be done when it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Served {
    fn start(home: &Home, args: &[&str]) -> Self {
        let mut all = vec!["serve", "--bind", "127.0.0.1:0"];
        all.extend(args);
        let child = home.command(&all).stdout(Stdio::piped()).spawn().expect("kept runs");
        let mut served = Self { child, said: Vec::new() };
        let stdout = served.child.stdout.take().expect("stdout");
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let is_up = line.contains(" is served on ");
            served.said.push(line);
            if is_up {
                return served;
            }
        }
        panic!("the server ended: {:?}", served.said)
    }

    fn address(&self) -> SocketAddr {
        let line = self.said.last().expect("a line");
        let told = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        told.and_then(|told| told.parse().ok()).expect("an address")
    }

    /// The path of the set-up link that it printed.
    fn link(&self) -> Option<String> {
        let line = self.said.iter().find(|line| line.contains("/welcome?key="))?;
        Some(format!("/welcome{}", line.split("/welcome").nth(1)?))
    }

    async fn get(&self, path: &str, head: &str) -> Answer {
        asked(self.address(), "GET", path, head, "").await
    }

    async fn post(&self, path: &str, form: &str) -> Answer {
        let head = format!(
            "sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
            form.len()
        );
        asked(self.address(), "POST", path, &head, form).await
    }
}

fn own() -> Home {
    let home = Home::new();
    home.write("kept.toml", CONFIG);
    home.write("data/orders.csv", "who,day,total,no\na,2024-01-01,10,1\n");
    home.run(&["import"]);
    home.run(&["refresh"]);
    home
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_start_prints_a_link_that_makes_one_admin_and_no_more() {
    let home = own();
    let first = Served::start(&home, &[]);
    let old = first.link().expect("a link");
    let page = first.get("/", "").await;
    assert!(page.is_for_nobody(), "{page:?}");
    assert!(first.get("/login", "").await.body.contains("there is no account yet"));
    drop(first);
    let served = Served::start(&home, &[]);
    let link = served.link().expect("a link");
    assert_eq!(served.get(&old, "").await.status, 404, "a later link replaces it");
    assert!(served.get(&link, "").await.body.contains("make the first account"));
    let key = link.split("key=").nth(1).expect("key");
    let form = |password: &str| format!("key={key}&name=Ann+Ek&email=ann%40x.example&password={password}");
    let weak = served.post("/welcome", &form("short")).await;
    assert!(weak.status == 422 && weak.body.contains("fewer than 12"), "{weak:?}");
    let made = served.post("/welcome", &form("teal-orbit-mango-quilt")).await;
    assert_eq!((made.status, made.header("location")), (303, Some("/settings/people")), "{made:?}");
    let cookie = format!("cookie: {}\r\n", made.cookie().expect("a session"));
    let people = served.get("/settings/people", &cookie).await;
    assert!(people.status == 200 && people.body.contains("ann ek"), "{people:?}");
    assert_eq!(served.get("/customers", &cookie).await.status, 403, "an admin sees no customer");
    assert_eq!(served.post("/welcome", &form("teal-orbit-mango-quilt")).await.status, 404);
    drop(served);
    assert_eq!(Served::start(&home, &[]).link(), None, "there is an account now");
    assert!(home.run(&["users", "list"]).contains("ann@x.example"));
    assert!(home.run(&["audit", "verify"]).contains("every one as it was written"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_on_this_machine_needs_no_login_and_says_so_on_every_page() {
    let home = demo(200, 3);
    let served = Served::start(&home, &[]);
    assert_eq!(served.link(), None);
    for path in
        ["/", "/customers", "/data/sql", "/settings/people", "/settings/audit", "/account", "/nowhere"]
    {
        let page = served.get(path, "").await;
        assert!(page.body.contains("<strong>demo.</strong>"), "{path}: {page:?}");
    }
    drop(served);
    // With an account of somebody's own, the demo asks like any other home.
    let link = home.run(&["users", "add", "ann@x.example", "--name", "Ann", "--role", "cco"]);
    assert!(link.contains("http://127.0.0.1:7878/welcome?key="), "{link}");
    assert!(Served::start(&home, &[]).get("/", "").await.is_for_nobody());
}

#[test]
fn what_others_can_reach_needs_a_proxy_and_an_account() {
    let home = own();
    let told = home.refused(&["serve", "--bind", "0.0.0.0:0"]);
    assert!(told.contains("--behind-proxy"), "{told}");
    let proxy = ["serve", "--bind", "0.0.0.0:0", "--behind-proxy"];
    let told = home.refused(&[&proxy[..], &["https://kept.example.com"]].concat());
    assert!(told.contains("kept users add"), "{told}");
    home.run(&["users", "add", "ann@x.example", "--name", "Ann", "--role", "admin", "--role", "lead:sales"]);
    let told = home.refused(&[&proxy[..], &["http://kept.example.com"]].concat());
    assert!(told.contains("https://kept.example.com"), "{told}");
    let told = home.refused(&["users", "add", "b@x.example", "--name", "B", "--role", "member:sale"]);
    assert!(told.contains("did you mean `sales`?"), "{told}");
    assert!(home.refused(&["users", "disable", "ann@x.example"]).contains("last admin"));
    assert!(home.refused(&["users", "link", "nobody@x.example"]).contains("kept users list"));
    let rows = home.run(&["audit", "export"]);
    assert!(
        rows.starts_with("seq,at_us,actor") && rows.contains("\"system\",\"added\",\"user:1\""),
        "{rows}"
    );
    assert!(!rows.contains("ann@x.example"), "{rows}");
}
