//! The ambient clock and the process's own CPU time: read here, handed on as parameters.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, UTC microseconds since the Unix epoch.
#[expect(clippy::disallowed_methods, reason = "the one place where the program asks what time it is")]
pub(crate) fn now_us() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64)
}

/// CPU seconds (user + system) this process has used, from `/proc`; `None` where there is no such file.
pub(crate) fn cpu_s() -> Option<f64> {
    /// Clock ticks a second in `/proc` (`USER_HZ`), the same on every Linux.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in brackets may hold blanks; fields are counted after it: 12th and 13th are utime and stime.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    Some((ticks(11)? + ticks(12)?) / TICKS)
}
