//! Intake: what silos export becomes the canonical tables of the lake.
//!
//! A feed's files are cut into rows ([`read_file`]) or its query's batches taken as they come ([`read_batch`]); a
//! preset or a column map turns each row into a record and its events. A row that cannot be read is kept aside
//! with its line, its reason and its text. How feeds are written: `docs/intake.md`.

mod canon;
mod checker;
mod desk;
mod error;
mod field;
mod home;
mod import;
mod mapper;
mod message;
mod parse;
mod person;
mod plan;
mod preset;
mod reader;
mod recurring;
mod row;
mod till;
#[cfg(test)]
mod trial;

pub use canon::{Batch, record_hash, record_key};
pub use checker::{Checker, Fault};
pub use error::{Error, Problem};
pub use home::{Home, HomeError};
pub use import::{Drained, Import, ImportError, Imports, Outcome, Progress, Status, drain, heal, import};
pub use message::Message;
pub use plan::{Counts, FeedPlan, ImportState, read_batch, read_file};
