//! Progress bars on long work: on standard error, and only where somebody looks at a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// One line that follows the work at hand.
pub(crate) struct Bar {
    bar: ProgressBar,
    title: String,
}

impl Bar {
    /// A bar; drawn nowhere when `quiet` or when standard error is no terminal.
    pub(crate) fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self { bar: ProgressBar::with_draw_target(None, target), title: String::new() }
    }

    /// Tells how far the work of this title is; `total` 0 means unknown.
    pub(crate) fn tell(&mut self, title: &str, done: u64, total: u64, unit: Unit) {
        if self.title != title {
            title.clone_into(&mut self.title);
            self.bar.reset();
            self.bar.set_message(self.title.clone());
            self.bar.set_style(unit.style(total > 0));
        }
        if total > 0 {
            self.bar.set_length(total);
        }
        self.bar.set_position(done);
    }

    /// Clears the line.
    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Bytes of files.
    Bytes,
    /// Rows, events, lives.
    Rows,
}

impl Unit {
    fn style(self, bounded: bool) -> ProgressStyle {
        let template = match (self, bounded) {
            (Self::Bytes, true) => "{msg:32} {bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left",
            (Self::Rows, true) => "{msg:32} {bar:30} {human_pos}/{human_len}  {per_sec:0}  {eta} left",
            (_, false) => "{msg:32} {spinner} {human_pos}  {elapsed}",
        };
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
    }
}
