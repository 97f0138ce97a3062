//! What can go wrong with the log, and what to do about it.

use std::io;
use std::path::PathBuf;

/// Why nothing was taken in, or nothing can be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log is as large as it may become.
    #[error(
        "the log of {limit} bytes is full: {held} bytes wait for the lake, {asked} more were sent; send again once \
         they are in, or allow a larger log"
    )]
    Full {
        /// Bytes it may hold.
        limit: u64,
        /// Bytes it holds.
        held: u64,
        /// Bytes that were sent, with their headers.
        asked: u64,
    },
    /// The disk took no more; nothing of what was sent is kept.
    #[error("the disk of {} is full; make room, then send again", file.display())]
    NoSpace {
        /// The file that could not grow.
        file: PathBuf,
    },
    /// An entry is larger than any may be.
    #[error("an entry of {found} bytes; at most {limit} are taken, send it in parts")]
    TooLarge {
        /// Bytes of the entry.
        found: usize,
        /// Bytes an entry may have.
        limit: usize,
    },
    /// The system could not do what it was asked.
    #[error("cannot {doing} {}: {source}", file.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process has the log open.
    #[error("the log in {} is open in another process; only one may take events in", folder.display())]
    Held {
        /// Where the log is.
        folder: PathBuf,
    },
    /// The system may have dropped what it promised to write. The next who puts tries to go on in a new file.
    #[error("the system could not make {} durable; look at the disk, then send again", file.display())]
    Broken {
        /// The file at fault.
        file: PathBuf,
    },
    /// Acknowledged entries cannot be read.
    #[error(
        "{} is damaged at byte {at}, and newer files follow: entries that were acknowledged cannot be read; restore \
         the file from a backup, or move it away to go on without them", file.display()
    )]
    Damaged {
        /// The file at fault.
        file: PathBuf,
        /// Where its first unreadable entry starts.
        at: u64,
    },
    /// A file between two others is missing.
    #[error(
        "{} starts at {found}, but the log before it ends at {expected}: a file in between is missing; put it back, or \
         move the older files away to go on without them", file.display()
    )]
    Gap {
        /// The file after the gap.
        file: PathBuf,
        /// Where the log before it ends.
        expected: u64,
        /// Where it starts.
        found: u64,
    },
}
