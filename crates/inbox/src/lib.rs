//! What came over the network and was acknowledged, until it is in the lake: a log of checksummed entries. An entry
//! whose [`Inbox::put`] returned survives a power cut; one that did not was never acknowledged.

mod error;
mod files;
mod frame;
mod log;

pub use error::Error;
pub use log::{Entry, Found, Inbox, Limits};
