//! The lake: Parquet files behind a DuckLake catalog, read at snapshots and written by atomic commits.
//!
//! This is the only crate that sees `DataFusion`. It speaks Arrow batches, boxed streams and SQL text, and
//! knows no business rule. Format: <https://ducklake.select>, through `datafusion-ducklake`.

mod catalog;
mod clean;
mod console;
mod data_file;
mod durable;
mod error;
mod files;
mod narrow;
mod open;
mod read;
pub mod tables;
mod write;

pub use clean::Swept;
pub use console::{Limits, Table as ConsoleTable};
pub use error::{Error, Result};
pub use files::{files_named, query_files};
pub use narrow::Only;
pub use open::{Access, Lake};
pub use read::{Rows, View, column, quoted};
pub use write::{Mode, Write};
