//! The log keeps what it acknowledged, whatever happens to the machine.
#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod crash;
mod disk;
mod many;
mod refused;

use inbox::{Inbox, Limits};

/// Small files, so that tests go through many.
const SMALL: Limits = Limits { log_bytes: 1 << 20, file_bytes: 200, entry_bytes: 100 };

fn all(inbox: &Inbox) -> Vec<Vec<u8>> {
    inbox.read(0, usize::MAX).unwrap().into_iter().map(|entry| entry.bytes).collect()
}
