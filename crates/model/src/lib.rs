//! The words of Kept: ids, kinds, days and periods, money, the config file and the definitions of metrics.
//!
//! Everything here is plain data with no I/O, so that every other crate can share it. Names follow the
//! product's own vocabulary (see `ARCHITECTURE.md`, Words).

pub mod config;
pub mod definitions;
pub mod kind;
pub mod money;
pub mod period;
pub mod suggest;

pub use config::{Config, Problem};
pub use kind::{Clause, EventKind, Movement, Outcome};
pub use money::{Currency, Rates};
pub use period::{Day, Granularity, Period};
