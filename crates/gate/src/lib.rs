//! The gate: programs send events over HTTP, and what is acknowledged is on disk.
//!
//! A request is whole or not at all: its write key is looked up, every event checked, all put into the [`inbox`] and
//! made durable, then answered. A drain beside it moves what waits into the lake.

mod answer;
mod body;
mod calls;
mod check;
mod cloud;
mod drain;
mod error;
mod keys;
mod openapi;
mod router;

pub use drain::drained;
pub use error::{Error, Result};
pub use keys::{KeyRow, NewKey, add_key, keys};
pub use router::{Gate, router};

/// The folder of the log, in the home folder.
pub const INBOX: &str = "inbox";

/// How large the log may become: of its files, 16 MiB each, 4 GiB together.
pub const LIMITS: inbox::Limits =
    inbox::Limits { log_bytes: 4 << 30, file_bytes: 16 << 20, entry_bytes: 2 * check::EVENT_BYTES };
