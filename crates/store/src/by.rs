//! Who does something, and when: goes with every change and from there into the audit log.

use std::fmt;

/// A user's number; never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// An API token's number; never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub i64);

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The program itself, or somebody at the machine's command line.
    System,
    /// Somebody who has not logged in.
    Visitor,
    /// A user who has.
    User(UserId),
    /// A program that shows an API token.
    Token(TokenId),
}

impl fmt::Display for Actor {
    /// As the audit log has it: `system`, `visitor`, `user:7`, `token:3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Visitor => f.write_str("visitor"),
            Self::User(id) => write!(f, "user:{}", id.0),
            Self::Token(id) => write!(f, "token:{}", id.0),
        }
    }
}

/// Who acts, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// UTC microseconds since the Unix epoch.
    pub at_us: i64,
}
