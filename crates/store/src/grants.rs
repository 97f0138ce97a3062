//! Roles, and who has which of them for what department.

use crate::{Error, Result};
use std::fmt;

/// What somebody is in the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads figures, meets customers as bare numbers: the board.
    Reader,
    /// Works in a department.
    Member,
    /// Leads a department and speaks for it.
    Lead,
    /// The Chief Customer Officer and the analysts.
    Cco,
    /// Keeps the system running; sees no customer's personal data.
    Admin,
}

impl Role {
    /// All of them, in the order of the policy table's columns.
    pub const ALL: [Self; 5] = [Self::Reader, Self::Member, Self::Lead, Self::Cco, Self::Admin];

    /// As tables and pages have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Member => "member",
            Self::Lead => "lead",
            Self::Cco => "cco",
            Self::Admin => "admin",
        }
    }
}

/// A role that somebody has; for members and leads with the id of their department.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// Of the whole company.
    Reader,
    /// Of a department.
    Member(String),
    /// Of a department.
    Lead(String),
    /// Of the whole company.
    Cco,
    /// Of the whole company.
    Admin,
}

impl Grant {
    /// The role.
    pub fn role(&self) -> Role {
        match self {
            Self::Reader => Role::Reader,
            Self::Member(_) => Role::Member,
            Self::Lead(_) => Role::Lead,
            Self::Cco => Role::Cco,
            Self::Admin => Role::Admin,
        }
    }

    /// The department, where the role has one.
    pub fn department(&self) -> Option<&str> {
        match self {
            Self::Member(department) | Self::Lead(department) => Some(department),
            Self::Reader | Self::Cco | Self::Admin => None,
        }
    }

    /// From the columns of a table, where an empty department stands for none.
    pub(crate) fn read(role: &str, department: String) -> Result<Self> {
        let grant = match role {
            "reader" => Self::Reader,
            "member" => Self::Member(department),
            "lead" => Self::Lead(department),
            "cco" => Self::Cco,
            "admin" => Self::Admin,
            other => return Err(Error::Foreign { column: "grants.role", found: other.to_owned() }),
        };
        Ok(grant)
    }
}

impl fmt::Display for Grant {
    /// `cco`, `member of support`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.role().as_str())?;
        self.department().map_or(Ok(()), |department| write!(f, " of {department}"))
    }
}

/// Sorted, each once.
pub(crate) fn in_order(grants: &[Grant]) -> Result<Vec<Grant>> {
    if grants.iter().any(|grant| grant.department() == Some("")) {
        return Err(Error::Input("a member or lead needs a department".to_owned()));
    }
    let mut grants = grants.to_vec();
    grants.sort_unstable();
    grants.dedup();
    Ok(grants)
}

/// `reader, member of support`; `none` where there is none.
pub(crate) fn told(grants: &[Grant]) -> String {
    if grants.is_empty() {
        return "none".to_owned();
    }
    grants.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
