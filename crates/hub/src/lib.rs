//! The pages and the JSON interface of Kept: server-rendered, working without script, each from one edition.
//!
//! Handlers read plain rows from [`refresh::Reader`]; pages are pure functions from those rows to markup; no
//! arithmetic happens here beyond what [`report`] tells.

pub mod api;
pub mod assets;
mod cookie;
pub mod error;
mod gate;
mod guards;
pub mod layout;
pub mod links;
mod pace;
pub mod pages;
mod router;
#[cfg(test)]
mod samples;
mod site;
mod state;
mod who;

pub use gate::{Door, Route};
pub use guards::for_programs;
pub use pages::entry::link;
pub use pages::reasons;
pub use pages::statement::figures;
pub use pages::statement::rates::{Rate, rates};
pub use router::{router, routes, serve};
pub use site::{Ambient, Reached, Site};
pub use state::Hub;
