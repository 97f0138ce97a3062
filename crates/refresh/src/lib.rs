//! Refresh: from imported rows to one published edition, and the reading of editions.
//!
//! The order of the steps is imports → identity → timeline → ledger → balance → journey → edition. Any failure leaves
//! the last edition as it is.

mod books;
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
mod timeline;
pub mod view;

pub use customers::proposal::train_again;
pub use error::Error;
pub use publish::{Published, Step, refresh};
pub use reader::Reader;
