//! Words that do not belong in the repository: paths of somebody's machine and hosts of package registries.

use super::Finding;

/// Spelt in two halves, so that this file does not hold them.
const PATHS: &[&str] = &[concat!("/ro", "ot/"), concat!("/wo", "rk/")];

const HOSTS: &[&str] = &[
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("python", "hosted.org"),
    concat!("deb", ".debian.org"),
    concat!("registry", ".npmjs.org"),
    concat!("proxy", ".golang.org"),
];

/// Findings of one text file; the lock file names the registry by its nature.
pub(super) fn check(file: &str, text: &str) -> Vec<Finding> {
    if file == "Cargo.lock" {
        return Vec::new();
    }
    let lines = text.lines().enumerate();
    lines
        .flat_map(|(index, line)| of_line(line).map(move |message| Finding::new(file, index + 1, message)))
        .collect()
}

fn of_line(line: &str) -> impl Iterator<Item = String> {
    let paths = PATHS.iter().filter(|path| starts_somewhere(line, path));
    let paths = paths
        .map(|path| format!("`{path}` is a folder of one machine; write a path relative to the workspace"));
    let hosts = HOSTS.iter().filter(|host| line.contains(**host));
    paths.chain(hosts.map(|host| {
        format!("`{host}` is the host of a registry; name the package, or the registry in words")
    }))
}

/// Whether an absolute path begins in this line; `a/work/b` and a web address hold the letters, but no such path.
fn starts_somewhere(line: &str, path: &str) -> bool {
    let within = |before: &str| {
        before
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || ['_', '-', '.', '~', '}', ')', '>', '*'].contains(&c))
    };
    line.match_indices(path).any(|(at, _)| !within(&line[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_paths_and_registry_hosts_are_found_with_their_lines() {
        let (folder, host) = (PATHS[1], HOSTS[0]);
        for (text, lines) in [
            (format!("a\nsee \"{folder}main\"\n"), vec![2]),
            (format!("{folder}main"), vec![1]),
            (format!("index.{host} and {host}"), vec![1]),
            (format!("the folder src{folder}a and https://example.org{folder}b"), vec![]),
            ("crates-io, a root, some work/ here".to_owned(), vec![]),
        ] {
            let found = check("a.md", &text);
            assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), lines, "{text}");
        }
        assert!(check("Cargo.lock", host).is_empty());
    }
}
