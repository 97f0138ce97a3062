//! What the tests need beside Rust: a browser with its driver for the pages, Python for the peers, PostgreSQL for
//! the store.

use crate::command;
use anyhow::Context;
use std::process::Command;

/// Installs what is missing where it may; otherwise says what to install.
pub(super) fn meet() -> anyhow::Result<()> {
    let missing = missing(command::on_path, python_makes_environments(), postgresql_is_here());
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("apt-get update && apt-get install -y {}", missing.join(" "));
    anyhow::ensure!(
        is_debian(&std::fs::read_to_string("/etc/os-release").unwrap_or_default())
            && command::on_path(&["apt-get"]),
        "the tests need {}; install what your system calls these Debian packages",
        missing.join(", ")
    );
    anyhow::ensure!(is_root(), "the tests need {}; run: sudo sh -c '{line}'", missing.join(", "));
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    command::run(apt().arg("update")).with_context(|| format!("for: {line}"))?;
    command::run(apt().args(["install", "-y"]).args(&missing))
}

/// Debian packages that are not there.
fn missing(on_path: impl Fn(&[&str]) -> bool, python: bool, postgresql: bool) -> Vec<&'static str> {
    let mut packages = Vec::new();
    if !on_path(&["chromium", "chromium-browser", "google-chrome"]) {
        packages.push("chromium");
    }
    if !on_path(&["chromedriver"]) {
        packages.push("chromium-driver");
    }
    if !python {
        packages.extend(["python3-venv", "python3-pip"]);
    }
    if !postgresql {
        packages.push("postgresql");
    }
    // Its certificate.
    if !on_path(&["openssl"]) {
        packages.push("openssl");
    }
    packages
}

fn python_makes_environments() -> bool {
    command::works(Command::new("python3").args(["-c", "import venv, ensurepip"]))
}

/// Debian keeps the server's programs off the path, in a folder by version.
fn postgresql_is_here() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let installed =
        versions.map(|version| version.path().join("bin")).any(|folder| folder.join("initdb").exists());
    installed || command::on_path(&["initdb"])
}

fn is_debian(os_release: &str) -> bool {
    let ids =
        os_release.lines().filter_map(|line| line.strip_prefix("ID=").or(line.strip_prefix("ID_LIKE=")));
    ids.flat_map(|ids| ids.trim_matches('"').split(' ')).any(|id| id == "debian" || id == "ubuntu")
}

fn is_root() -> bool {
    command::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_installed() {
        assert!(missing(|_| true, true, true).is_empty());
        let some = |names: &[&str]| names.iter().any(|name| ["chromium-browser", "openssl"].contains(name));
        assert_eq!(missing(some, true, true), ["chromium-driver"]);
        assert_eq!(missing(|_| true, true, false), ["postgresql"]);
        let all = ["chromium", "chromium-driver", "python3-venv", "python3-pip", "postgresql", "openssl"];
        assert_eq!(missing(|_| false, false, false), all);
    }

    #[test]
    fn debian_and_its_children_are_told_from_others() {
        for (text, expected) in [
            ("NAME=\"Debian GNU/Linux\"\nID=debian\n", true),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", true),
            ("ID=fedora\nHOME_URL=\"debian\"\n", false),
            ("", false),
        ] {
            assert_eq!(is_debian(text), expected, "{text}");
        }
    }
}
