//! `kept check`: every problem of the config with its line.

use std::path::Path;
use std::process::ExitCode;

/// Exit code 1 when there are problems.
pub(crate) fn run(home: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let problems = match intake::Home::open(home) {
        Ok(_) => Vec::new(),
        Err(intake::HomeError::Config(problems)) => problems,
        Err(other) => return Err(other.into()),
    };
    if json {
        let told: Vec<_> =
            problems.iter().map(|p| serde_json::json!({ "line": p.line, "message": p.message })).collect();
        super::print_json(&serde_json::json!({ "problems": told }))?;
    } else if problems.is_empty() {
        println!("kept.toml is in order");
    } else {
        for problem in &problems {
            println!("{problem}");
        }
    }
    Ok(ExitCode::from(u8::from(!problems.is_empty())))
}
