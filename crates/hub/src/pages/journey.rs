//! What do customers live through, across departments?

mod picture;
pub mod show;
mod tables;

pub use picture::{Show, drawn};
