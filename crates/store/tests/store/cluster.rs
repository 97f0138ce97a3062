//! A throw-away PostgreSQL of this process: in a folder of its own, gone when the process is. Tests reach it by a Unix
//! socket there, and with TLS by a free port of this machine.
//!
//! A shell holds it: when our end of its input closes, however we die, it stops the server and removes the folder.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

const HOLD: &str = r#"
trap '' INT TERM HUP
dir=$(mktemp -d /tmp/kept-postgres-XXXXXX) || exit 1
echo "$dir"
cd "$dir"
{
    "$1/initdb" -D data -U kept -A trust -E UTF8 --no-locale --no-sync > log 2>&1 &&
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -addext basicConstraints=critical,CA:FALSE -keyout data/server.key -out data/server.crt >> log 2>&1 &&
    chmod 600 data/server.key &&
    "$1/pg_ctl" -D data -l log -w -o "-k $dir -h localhost -p $2 -F -c max_connections=200 -c ssl=on" start > start 2>&1
} && echo ready || { echo failed; cat log start 2>/dev/null; }
cat > /dev/null
"$1/pg_ctl" -D data -m immediate stop > /dev/null 2>&1
cd /
rm -rf "$dir"
"#;

struct Cluster {
    folder: String,
    port: u16,
    /// Open as long as the server shall live.
    _hold: ChildStdin,
    _shell: Child,
}

/// Address of a database on the server, which is started by the first to ask.
pub(crate) fn address(database: &str) -> String {
    let Cluster { folder, port, .. } = cluster();
    format!("postgres://kept@localhost:{port}/{database}?host={folder}")
}

/// Address of the server by TLS, and the certificate it shows.
pub(crate) fn address_by_tls() -> (String, String) {
    let Cluster { folder, port, .. } = cluster();
    (format!("postgres://kept@localhost:{port}/postgres"), format!("{folder}/data/server.crt"))
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(start)
}

fn start() -> Cluster {
    let programs = programs().expect("PostgreSQL is not here; install it: apt-get install -y postgresql");
    let mut shell = if is_root() {
        // The server refuses to run as root.
        let mut shell = Command::new("runuser");
        shell.args(["-u", "postgres", "--", "sh"]);
        shell
    } else {
        Command::new("sh")
    };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    shell.arg("-c").arg(HOLD).arg("sh").arg(&programs).arg(port.to_string()).current_dir("/");
    let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let hold = shell.stdin.take().unwrap();
    let mut said = BufReader::new(shell.stdout.take().unwrap()).lines();
    let folder = said.next().expect("the shell names its folder").unwrap();
    if said.next().is_none_or(|line| line.unwrap() != "ready") {
        drop(hold);
        let log: Vec<String> = said.map_while(Result::ok).collect();
        panic!("PostgreSQL of {} did not start:\n{}", programs.display(), log.join("\n"));
    }
    Cluster { folder, port, _hold: hold, _shell: shell }
}

/// The folder of `initdb` and `pg_ctl`: that of the newest version Debian has installed, or one on the path.
fn programs() -> Option<PathBuf> {
    let has_both = |folder: &Path| folder.join("initdb").exists() && folder.join("pg_ctl").exists();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |folder: &Path| folder.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|entry| entry.path().join("bin")).filter(|folder| has_both(folder));
    newest.max_by_key(|folder| version(folder)).or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| has_both(folder))
    })
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}
