//! A Kept under test: its commands, its server, and a client that speaks plain HTTP to it, so that faults and benches
//! see it from outside.

use crate::command;
use anyhow::Context;
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// What time it is, for what is measured.
#[expect(clippy::disallowed_methods, reason = "latencies and random moments need the clock")]
pub fn instant() -> Instant {
    Instant::now()
}

/// The program and a home of its own.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The binary.
    pub binary: PathBuf,
    /// The home folder.
    pub home: PathBuf,
}

impl Kept {
    /// A command on the home.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut kept = Command::new(&self.binary);
        kept.arg("--home").arg(&self.home).args(args);
        kept
    }

    /// Runs a command that must succeed; gives what it said.
    pub fn run(&self, args: &[&str]) -> anyhow::Result<String> {
        let mut kept = self.command(args);
        let line = command::shown(&kept);
        let done = kept.output().with_context(|| format!("cannot start `{line}`"))?;
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        anyhow::ensure!(done.status.success(), "`{line}` failed ({}): {}", done.status, said.trim());
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Runs a command that answers in JSON.
    pub fn json(&self, args: &[&str]) -> anyhow::Result<Value> {
        let said = self.run(&[args, &["--json"]].concat())?;
        serde_json::from_str(&said).with_context(|| format!("kept {args:?} did not answer in JSON: {said}"))
    }

    /// Rows of a query on the newest edition, cells as text.
    pub fn sql(&self, query: &str) -> anyhow::Result<Vec<Vec<String>>> {
        let answer = self.json(&["sql", "--limit", "100000000", query])?;
        let cell = |cell: &Value| cell.as_str().unwrap_or_default().to_owned();
        let row = |row: &Value| row.as_array().map(|row| row.iter().map(cell).collect()).unwrap_or_default();
        Ok(answer["rows"].as_array().context("an answer without rows")?.iter().map(row).collect())
    }

    /// Makes a write key of a silo.
    pub fn write_key(&self, silo: &str) -> anyhow::Result<String> {
        let made = self.json(&["keys", "new", "--name", "test", "--silo", silo])?;
        Ok(made["key"].as_str().context("no key was made")?.to_owned())
    }

    /// Starts the server on a free port and waits until it listens.
    pub fn serve(&self, drain_seconds: f64) -> anyhow::Result<Server> {
        let seconds = drain_seconds.to_string();
        let mut serve = self.command(&["serve", "--bind", "127.0.0.1:0", "--drain-seconds", &seconds]);
        let mut child = serve.stdout(Stdio::piped()).spawn().context("cannot start the server")?;
        let mut says = BufReader::new(child.stdout.take().context("the server says nothing")?);
        let mut line = String::new();
        let address = loop {
            line.clear();
            anyhow::ensure!(says.read_line(&mut line)? > 0, "the server ended before it said where it is");
            if let Some(address) =
                line.split(" is served on http://").nth(1).and_then(|rest| rest.split('/').next())
            {
                break address.to_owned();
            }
        };
        Ok(Server { child, _says: says, address })
    }
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Kept open, so that the server can say what it wants.
    _says: BufReader<std::process::ChildStdout>,
    /// Where it listens.
    pub address: String,
}

impl Server {
    /// Ends it by SIGKILL: no clean-up of its own runs.
    pub fn kill(&mut self) {
        // An error means that it has ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A connection that is kept open from request to request.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
    head: String,
}

impl Client {
    /// Connects; `key` authorizes every request.
    pub fn connect(address: &str, key: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let head =
            format!("host: {address}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n");
        Ok(Self { stream: BufReader::new(stream), head })
    }

    /// Sends and waits for the answer: its status and body.
    pub fn post(&mut self, path: &str, body: &str) -> io::Result<(u16, String)> {
        self.send("POST", path, body)
    }

    /// Asks for a page.
    pub fn get(&mut self, path: &str) -> io::Result<(u16, String)> {
        self.send("GET", path, "")
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> io::Result<(u16, String)> {
        let length = body.len();
        let request =
            format!("{method} {path} HTTP/1.1\r\n{}content-length: {length}\r\n\r\n{body}", self.head);
        self.stream.get_mut().write_all(request.as_bytes())?;
        let broken = || io::Error::new(io::ErrorKind::UnexpectedEof, "the answer broke off");
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
        let mut length = 0;
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(broken());
            }
            let header = line.trim_end();
            if header.is_empty() {
                break;
            }
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(|_| broken())?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        Ok((status, String::from_utf8_lossy(&answer).into_owned()))
    }
}
