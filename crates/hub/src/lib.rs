//! The pages and the JSON interface of Kept: server-rendered, working without script, each from one edition.
//!
//! Handlers read plain rows from [`refresh::Reader`]; pages are pure functions from those rows to markup; no
//! arithmetic happens here beyond what [`report`] tells.

pub mod api;
pub mod assets;
pub mod error;
mod guards;
pub mod layout;
pub mod links;
pub mod pages;
mod router;
#[cfg(test)]
mod samples;
mod state;

pub use guards::for_programs;
pub use pages::reasons;
pub use pages::statement::figures;
pub use pages::statement::rates::{Rate, rates};
pub use router::{router, serve};
pub use state::Hub;
