//! Do we keep our word?

pub mod breaches;
pub mod show;
