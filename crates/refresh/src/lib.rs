//! Refresh: from imported rows to one published edition, and the reading of editions.
//!
//! The order of the steps is imports → identity → timeline → ledger → balance → closed books → reasons → asset → journey → edition. Any failure leaves
//! the last edition as it is.

mod asset;
mod books;
pub mod closings;
mod customers;
pub mod decisions;
mod edition;
mod error;
mod inputs;
mod journey;
mod models;
mod people;
mod publish;
mod reader;
mod reasons;
mod segments;
mod sight;
mod terms;
mod timeline;
pub mod view;

pub use customers::proposal::train_again;
pub use error::Error;
pub use ledger::Error as ClosingError;
pub use ledger::closing::Cause;
pub use publish::{Published, Step, refresh};
pub use reader::{Format, Reader, guarded};
pub use sight::{Extent, Sight};
