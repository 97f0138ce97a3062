//! What do customers live through, across departments?

pub mod paths;
mod picture;
pub mod show;
mod tables;

pub use picture::{Show, drawn};
