//! How catalog calls are made from async code.
//!
//! The catalog's calls block inside whatever task makes them. Tokio lets a task make so many steps before it
//! must yield, and past that hands wake-ups to a scheduler that a blocked task never gives a turn: the call
//! would wait for ever. Work that touches the catalog therefore runs without that budget.

use std::future::Future;
use std::pin::Pin;
use tokio::task::{Unconstrained, unconstrained};

/// Runs work that touches the catalog to its end, whatever budget the calling task has left. Boxed: these
/// futures are large, and holding them by value would fill a thread's stack.
pub(crate) fn unhurried<F: Future>(work: F) -> Unconstrained<Pin<Box<F>>> {
    unconstrained(Box::pin(work))
}
