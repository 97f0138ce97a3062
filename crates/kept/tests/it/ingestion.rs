//! Events over HTTP: what is acknowledged is in the books once, whatever is sent twice, wrongly or at the wrong time.

use crate::support::Home;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

const CONFIG: &str = r#"
[company]
name = "Test"
currency = "EUR"
[[stream]]
id = "shop"
regime = "purchases"
gap_days = 90
[[department]]
id = "web"
name = "Web"
[[silo]]
id = "web"
name = "Web shop"
owner = "web"
[[silo.feed]]
id = "calls"
preset = "segment-events"
mode = "append"
stream = "shop"
"#;

/// A running server that is killed at the end.
struct Server {
    child: Child,
    _says: BufReader<ChildStdout>,
    address: String,
    key: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

struct Answer {
    status: u16,
    head: String,
    body: Value,
}

impl Server {
    fn start(home: &Home, key: &str, drain_seconds: &str) -> Self {
        let args = ["serve", "--bind", "127.0.0.1:0", "--drain-seconds", drain_seconds];
        let mut child = home.command(&args).stdout(Stdio::piped()).spawn().expect("kept runs");
        let mut says = BufReader::new(child.stdout.take().expect("its output"));
        let address = loop {
            let mut line = String::new();
            assert!(says.read_line(&mut line).expect("a line") > 0, "it ended without an address");
            if let Some(address) =
                line.split(" is served on http://").nth(1).and_then(|rest| rest.split('/').next())
            {
                break address.to_owned();
            }
        };
        Self { child, _says: says, address, key: key.to_owned() }
    }

    fn send(&self, path: &str, headers: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).expect("connected");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
            self.address,
            self.key,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("sent");
        // A server that refuses early need not read it all.
        drop(stream.write_all(body));
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        Answer {
            status: head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"),
            head: head.to_ascii_lowercase(),
            body: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    }

    fn json(&self, path: &str, body: &Value) -> Answer {
        self.send(path, "content-type: application/json\r\n", body.to_string().as_bytes())
    }
}

fn home() -> (Home, String) {
    let home = Home::new();
    home.write("kept.toml", CONFIG);
    std::fs::create_dir_all(home.path().join("data")).expect("a folder");
    home.run(&["import"]);
    let key = home.json(&["keys", "new", "--name", "web shop", "--silo", "web"]);
    (home, key["key"].as_str().expect("a key").to_owned())
}

fn bought(id: &str, at: &str, revenue: &str) -> Value {
    json!({"type":"track","event":"Order Completed","userId":"ann","messageId":id,"timestamp":at,
        "properties":{"order_id":id,"revenue":revenue,"currency":"EUR"}})
}

/// Minutes ago, in UTC.
#[expect(clippy::disallowed_methods, reason = "the server compares with the clock")]
fn ago(minutes: i64) -> String {
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    jiff::Timestamp::from_second(now as i64 - minutes * 60).expect("a time").to_string()
}

#[expect(clippy::disallowed_methods, reason = "a test that waits in vain ends")]
fn instant() -> Instant {
    Instant::now()
}

/// Waits until a query answers so, of a new edition each time.
fn wait_for(home: &Home, what: &str, sql: &str, expected: &[&[&str]]) {
    let since = instant();
    loop {
        drop(home.command(&["refresh"]).output());
        let found = home.sql(sql);
        if found == expected {
            return;
        }
        assert!(since.elapsed() < Duration::from_mins(1), "{what}: {found:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn every_form_of_sending_comes_into_the_books_once() {
    let (home, key) = home();
    let at = ago(5);
    let server = Server::start(&home, &key, "3600");
    assert_eq!(
        server
            .json("/v1/identify", &json!({"userId":"ann","messageId":"i","traits":{"email":"ann@x.org"}}))
            .status,
        200
    );
    let batch = json!({"batch":[bought("o1", &at, "10.50"), bought("o2", &at, "4")]});
    let answer = server.json("/v1/batch", &batch);
    assert_eq!((answer.status, answer.body["taken"].as_u64()), (200, Some(2)));
    let cloud = json!({"specversion":"1.0","id":"1","source":"/till","type":"store.visited","subject":"ann","time":at});
    let lines = format!("{}\n{cloud}\n", bought("o3", &at, "1"));
    assert_eq!(
        server.send("/api/v1/events", "content-type: application/x-ndjson\r\n", lines.as_bytes()).status,
        200
    );
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(batch.to_string().as_bytes()).expect("packed");
    let packed = packer.finish().expect("packed");
    assert_eq!(server.send("/v1/batch", "content-encoding: gzip\r\n", &packed).status, 200, "sent again");
    // Nothing was drained: the server is killed, and a refresh takes the log in.
    drop(server);
    assert!(home.run(&["refresh"]).contains("7 events taken in from the inbox, 2 repeated"));
    let books = "select count(*), sum(value_minor) from timeline where kind = 1";
    assert_eq!(home.sql(books), [["3", "1550"]]);
    assert_eq!(home.sql("select count(*) from timeline"), [["4"]]);
    assert_eq!(home.sql("select email from records where email is not null"), [["ann@x.org"]]);
    // Sent again after a restart and after everything is in the lake: the same events, and one with another body.
    let server = Server::start(&home, &key, "0.05");
    assert_eq!(server.json("/v1/batch", &batch).status, 200);
    assert_eq!(
        server.json("/v1/batch", &json!({"batch":[bought("o2", &at, "400"), bought("o4", &at, "2")]})).status,
        200
    );
    wait_for(&home, "drained while served", books, &[&["4", "1750"]]);
    drop(server);
    let aside = home.sql("select file, \"column\", reason from rejects");
    assert_eq!(aside, [["inbox", "messageId", "was received before with another content; the first stands"]]);
    assert_eq!(home.sql("select count(*), count(distinct source_id) from events"), [["5", "5"]]);
    assert_eq!(home.run(&["import"]).matches("no change").count(), 1);
}

#[test]
fn what_cannot_be_taken_is_told_with_place_field_and_cure_and_nothing_of_it_is_kept() {
    let (home, key) = home();
    let mut server = Server::start(&home, &key, "3600");
    let batch =
        json!({"batch":[bought("o1", &ago(5), "1"), bought("o2", &ago(-300), "1"), {"type":"page"}, 7]});
    let answer = server.json("/v1/batch", &batch);
    assert_eq!((answer.status, &answer.body["events"][0]["index"]), (400, &json!(3)), "{}", answer.body);
    let batch = json!({"batch":[bought("o1", &ago(5), "1"), bought("o2", &ago(-300), "1"), bought("o3", &ago(600_000), "1")]});
    let answer = server.json("/v1/batch", &batch);
    let problems = answer.body["events"].as_array().expect("problems");
    assert_eq!((answer.status, problems.len()), (400, 2), "{}", answer.body);
    assert!(problems.iter().all(|problem| problem["field"] == "timestamp"));
    assert!(problems[0]["error"].as_str().expect("text").contains("ahead"), "{}", answer.body);
    assert!(problems[1]["cure"].as_str().expect("text").contains("kept import"), "{}", answer.body);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(&vec![b' '; 64 << 20]).expect("packed");
    let bomb = packer.finish().expect("packed");
    for (path, headers, body, status) in [
        ("/v1/track", "", &b"not json"[..], 400),
        ("/v1/track", "", &b"{\"a\":".repeat(500), 400),
        ("/v1/track", "", &vec![b'['; 1_000_000], 400),
        ("/v1/track", "content-encoding: gzip\r\n", &bomb, 413),
        ("/v1/track", "content-encoding: br\r\n", b"x", 415),
        ("/v1/batch", "", &vec![b' '; 3 << 20], 413),
        ("/v1/teleport", "", b"{}", 404),
        ("/api/v1/events", "content-type: application/cloudevents+json\r\n", b"{}", 400),
        ("/api/v1/events", "", b"", 400),
    ] {
        let answer = server.send(path, headers, body);
        assert_eq!(answer.status, status, "{path} {headers}: {}", answer.body);
        let told = |name: &str| answer.body[name].as_str().is_some_and(|text| text.len() > 3);
        assert!(told("error") && told("cure"), "{path}: {}", answer.body);
        assert!(answer.head.contains("x-content-type-options: nosniff"), "{}", answer.head);
    }
    let right = std::mem::replace(&mut server.key, "0".repeat(64));
    for wrong in ["", "0", &"0".repeat(64)] {
        server.key = wrong.to_owned();
        let answer = server.json("/v1/page", &json!({"userId":"u","messageId":"1"}));
        assert!(answer.status == 401 && answer.head.contains("www-authenticate: basic"), "{}", answer.head);
    }
    server.key = right;
    assert_eq!(server.json("/v1/page", &json!({"userId":"u","messageId":"1"})).status, 200);
    drop(server);
    home.run(&["refresh"]);
    assert_eq!(home.sql("select count(*) from events"), [["1"]]);
    assert_eq!(home.run(&["keys", "revoke", "1"]), "key 1 is taken back\n");
    let server = Server::start(&home, &key, "3600");
    assert_eq!(server.json("/v1/page", &json!({"userId":"u","messageId":"2"})).status, 401);
    assert!(home.refused(&["keys", "new", "--name", "x", "--silo", "shop"]).contains("Silos that do: web"));
}

#[test]
fn a_full_disk_is_told_and_heals_without_a_new_start() {
    let (home, key) = home();
    let folder = home.path().join("inbox");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mount = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=300k", "tmpfs"])
        .arg(&folder)
        .output();
    if !mount.is_ok_and(|done| done.status.success()) {
        eprintln!("not run: only root may mount a file system");
        return;
    }
    let server = Server::start(&home, &key, "3600");
    let mut acknowledged = 0;
    let mut send = |from: u32| {
        let events: Vec<Value> = (from..from + 20)
            .map(|n| json!({"type":"page","userId":"u","messageId":n.to_string(),"properties":{"x":"y".repeat(1000)}}))
            .collect();
        let answer = server.json("/v1/batch", &json!({"batch": events}));
        if answer.status == 200 {
            acknowledged += 20;
        } else {
            assert_eq!(answer.status, 507, "{}", answer.body);
            assert!(answer.head.contains("retry-after: 30"), "{}", answer.head);
        }
        answer.status
    };
    let full = (0..40).find(|round| send(round * 20) == 507).expect("the disk becomes full");
    assert!(full > 3);
    assert_eq!(send(full * 20), 507);
    let remount = std::process::Command::new("mount").args(["-o", "remount,size=4m"]).arg(&folder).status();
    assert!(remount.is_ok_and(|done| done.success()));
    assert_eq!(send(full * 20), 200, "there is room again");
    drop(server);
    home.run(&["refresh"]);
    assert_eq!(
        home.sql("select count(*), count(distinct source_id) from events")[0][0],
        acknowledged.to_string()
    );
    assert!(std::process::Command::new("umount").arg(&folder).status().is_ok_and(|done| done.success()));
}
