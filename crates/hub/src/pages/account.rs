//! One's own account: name, password, sessions, API tokens.

pub mod change;
pub mod show;
pub mod tokens;

/// Where it is.
pub(crate) const PATH: &str = "/account";
