//! Who may do what: one table, and what is not in it is denied. A person reviews its golden matrix
//! (`policy/snapshots`), after Omicron's.

mod table;
#[cfg(test)]
mod tests;

pub use table::{Action, Resource, Scope};

use crate::{Grant, Role};
use std::collections::BTreeSet;
use table::{Extent, LINES};

/// How far somebody's permission goes: what a query is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Not allowed.
    Nothing,
    /// Allowed for what belongs to one of these departments; never empty.
    Departments(BTreeSet<String>),
    /// Allowed for the whole company.
    Everything,
}

impl Reach {
    /// Whether it goes to a department, or with `None` to what belongs to the whole company.
    pub fn covers(&self, department: Option<&str>) -> bool {
        match self {
            Self::Nothing => false,
            Self::Departments(departments) => department.is_some_and(|one| departments.contains(one)),
            Self::Everything => true,
        }
    }
}

/// How far the holder of these grants may go.
pub fn reach(grants: &[Grant], resource: Resource, action: Action) -> Reach {
    let mut departments = BTreeSet::new();
    for grant in grants {
        match extent(grant.role(), resource, action) {
            Extent::Never => {}
            Extent::Own => departments.extend(grant.department().map(str::to_owned)),
            Extent::All => return Reach::Everything,
        }
    }
    if departments.is_empty() { Reach::Nothing } else { Reach::Departments(departments) }
}

/// Whether the holder of these grants may do this to what belongs to `department`, or with `None` to the whole
/// company.
pub fn allows(grants: &[Grant], resource: Resource, action: Action, department: Option<&str>) -> bool {
    reach(grants, resource, action).covers(department)
}

/// How far an API token goes: as far as its owner, but only to what one of its scopes names.
pub fn token_reach(grants: &[Grant], scopes: &[Scope], resource: Resource, action: Action) -> Reach {
    if scopes.iter().any(|scope| scope.names(resource, action)) {
        reach(grants, resource, action)
    } else {
        Reach::Nothing
    }
}

fn extent(role: Role, resource: Resource, action: Action) -> Extent {
    let line = LINES.iter().find(|line| line.resource == resource && line.action == action);
    line.map_or(Extent::Never, |line| line.extents[role as usize])
}
