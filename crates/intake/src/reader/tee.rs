//! Keeps the text of the row being read, so that a bad row can be kept as it was sent, and lets reading resume
//! after a line whose quotes are broken.

use super::ROW_LIMIT;
use std::io::{self, Read};

/// A stream with a window on the row being read. Positions count bytes from the start of the stream.
pub(super) struct Tee {
    from: Box<dyn Read>,
    window: Vec<u8>,
    /// Position of the window's first byte.
    start: u64,
    /// Nothing before this position is asked for again.
    keep_from: u64,
    /// Position of the next byte to hand out.
    next: u64,
    overflowed: bool,
}

impl Tee {
    pub(super) fn new(from: Box<dyn Read>) -> Self {
        Self { from, window: Vec::new(), start: 0, keep_from: 0, next: 0, overflowed: false }
    }

    /// Allows to forget what comes before a position.
    pub(super) fn keep_from(&mut self, position: u64) {
        self.keep_from = position;
    }

    /// Hands out again what comes after a position within the window.
    pub(super) fn rewind(&mut self, position: u64) {
        self.next = position;
    }

    /// Whether a row was longer than is read.
    pub(super) fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// The bytes between two positions, as far as they are within the window.
    pub(super) fn between(&self, from: u64, to: u64) -> &[u8] {
        let place = |position: u64| (position.saturating_sub(self.start) as usize).min(self.window.len());
        &self.window[place(from)..place(to).max(place(from))]
    }

    fn end(&self) -> u64 {
        self.start + self.window.len() as u64
    }
}

impl Read for Tee {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.next < self.end() {
            let again = self.between(self.next, self.end());
            let count = again.len().min(into.len());
            into[..count].copy_from_slice(&again[..count]);
            self.next += count as u64;
            return Ok(count);
        }
        let forget = (self.keep_from.saturating_sub(self.start) as usize).min(self.window.len());
        self.window.drain(..forget);
        self.start += forget as u64;
        if self.window.len() > ROW_LIMIT {
            self.overflowed = true;
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let count = self.from.read(into)?;
        self.window.extend_from_slice(&into[..count]);
        self.next += count as u64;
        Ok(count)
    }
}

impl std::fmt::Debug for Tee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tee").field("start", &self.start).field("next", &self.next).finish_non_exhaustive()
    }
}
