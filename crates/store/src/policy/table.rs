//! The policy table and the words it uses.

use Action::{Change, Export, Read};
use Extent::{All, Never, Own};

/// What is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Numbers of many customers: statement, journey, scores, definitions, and everything drawn from them.
    Figures,
    /// One customer's life and lists of customers, by number, without personal data.
    Customers,
    /// Names, addresses, texts: what tells who a customer is. Belongs to the department whose silo told it.
    PersonalData,
    /// Records that may be the same person, and what people decided of them.
    Review,
    /// Models that weigh such records.
    Models,
    /// Imports: files, times, how many rows could not be read. Those rows themselves are personal data.
    Imports,
    /// People's own SQL over all tables.
    Console,
    /// `kept.toml`.
    Config,
    /// The closing of a period.
    Periods,
    /// Problems of single customers in triage.
    Cases,
    /// Work across departments.
    Initiatives,
    /// A leader's word on an initiative.
    Commitments,
    /// Events sent over HTTP.
    Ingestion,
    /// Accounts and roles of others.
    Users,
    /// One's own name, password, sessions and tokens.
    OwnAccount,
    /// API tokens of others.
    Tokens,
    /// Who did and saw what.
    Audit,
    /// How this installation runs.
    Settings,
    /// Erasures of customers, and their receipts.
    Erasure,
    /// Backups.
    Backups,
}

impl Resource {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 20] = [
        Self::Figures,
        Self::Customers,
        Self::PersonalData,
        Self::Review,
        Self::Models,
        Self::Imports,
        Self::Console,
        Self::Config,
        Self::Periods,
        Self::Cases,
        Self::Initiatives,
        Self::Commitments,
        Self::Ingestion,
        Self::Users,
        Self::OwnAccount,
        Self::Tokens,
        Self::Audit,
        Self::Settings,
        Self::Erasure,
        Self::Backups,
    ];
}

/// What is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Look at it.
    Read,
    /// Make, alter, decide or remove it.
    Change,
    /// Take it out of the system as a file.
    Export,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Read, Self::Change, Self::Export];
}

/// What an API token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Send events: a write key.
    Ingest,
    /// Read and take out figures.
    Figures,
    /// Read and take out customers, with the personal data its owner may see.
    Customers,
    /// Read and write cases, initiatives and commitments.
    Work,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ingest, Self::Figures, Self::Customers, Self::Work];

    /// As tables and pages have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Figures => "figures",
            Self::Customers => "customers",
            Self::Work => "work",
        }
    }

    pub(super) fn names(self, resource: Resource, action: Action) -> bool {
        use Resource as R;
        match self {
            Self::Ingest => resource == R::Ingestion && action == Change,
            Self::Figures => {
                matches!(resource, R::Figures | R::Config | R::Periods) && matches!(action, Read | Export)
            }
            Self::Customers => {
                matches!(resource, R::Customers | R::PersonalData) && matches!(action, Read | Export)
            }
            Self::Work => matches!(resource, R::Cases | R::Initiatives | R::Commitments),
        }
    }
}

/// How far a role may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Never,
    /// Only what belongs to the department the role is of.
    Own,
    All,
}

/// A line of the table.
pub(super) struct Line {
    pub(super) resource: Resource,
    pub(super) action: Action,
    /// By role, in the order of [`crate::Role::ALL`]: reader, member, lead, cco, admin.
    pub(super) extents: [Extent; 5],
}

const fn line(resource: Resource, action: Action, extents: [Extent; 5]) -> Line {
    Line { resource, action, extents }
}

/// What is not here is denied to everybody.
pub(super) const LINES: &[Line] = &[
    //                                           reader member lead   cco    admin
    line(Resource::Figures, Read, /*          */ [All, All, All, All, All]),
    line(Resource::Figures, Export, /*        */ [All, All, All, All, Never]),
    line(Resource::Customers, Read, /*        */ [All, All, All, All, Never]),
    line(Resource::Customers, Export, /*      */ [Never, Never, Own, All, Never]),
    line(Resource::PersonalData, Read, /*     */ [Never, Own, Own, All, Never]),
    line(Resource::PersonalData, Export, /*   */ [Never, Never, Own, All, Never]),
    line(Resource::Review, Read, /*           */ [Never, Never, Never, All, Never]),
    line(Resource::Review, Change, /*         */ [Never, Never, Never, All, Never]),
    line(Resource::Models, Read, /*           */ [Never, Never, Never, All, Never]),
    line(Resource::Models, Change, /*         */ [Never, Never, Never, All, Never]),
    line(Resource::Imports, Read, /*          */ [Never, Own, Own, All, All]),
    line(Resource::Imports, Change, /*        */ [Never, Never, Never, All, All]),
    line(Resource::Console, Read, /*          */ [Never, Never, Never, All, Never]),
    line(Resource::Console, Export, /*        */ [Never, Never, Never, All, Never]),
    line(Resource::Config, Read, /*           */ [All, All, All, All, All]),
    line(Resource::Config, Change, /*         */ [Never, Never, Never, All, All]),
    line(Resource::Periods, Read, /*          */ [All, All, All, All, All]),
    line(Resource::Periods, Change, /*        */ [Never, Never, Never, All, Never]),
    line(Resource::Cases, Read, /*            */ [Never, Own, Own, All, Never]),
    line(Resource::Cases, Change, /*          */ [Never, Own, Own, All, Never]),
    line(Resource::Cases, Export, /*          */ [Never, Never, Own, All, Never]),
    line(Resource::Initiatives, Read, /*      */ [All, All, All, All, Never]),
    line(Resource::Initiatives, Change, /*    */ [Never, Never, Own, All, Never]),
    line(Resource::Initiatives, Export, /*    */ [All, All, All, All, Never]),
    line(Resource::Commitments, Read, /*      */ [All, All, All, All, Never]),
    // Nobody gives another's word, the CCO neither.
    line(Resource::Commitments, Change, /*    */ [Never, Never, Own, Never, Never]),
    line(Resource::Commitments, Export, /*    */ [All, All, All, All, Never]),
    line(Resource::Ingestion, Change, /*      */ [Never, Never, Never, Never, All]),
    line(Resource::Users, Read, /*            */ [Never, Never, Never, All, All]),
    line(Resource::Users, Change, /*          */ [Never, Never, Never, Never, All]),
    line(Resource::OwnAccount, Read, /*       */ [All, All, All, All, All]),
    line(Resource::OwnAccount, Change, /*     */ [All, All, All, All, All]),
    line(Resource::Tokens, Read, /*           */ [Never, Never, Never, Never, All]),
    line(Resource::Tokens, Change, /*         */ [Never, Never, Never, Never, All]),
    line(Resource::Audit, Read, /*            */ [Never, Never, Never, All, All]),
    line(Resource::Audit, Export, /*          */ [Never, Never, Never, All, All]),
    line(Resource::Settings, Read, /*         */ [Never, Never, Never, All, All]),
    line(Resource::Settings, Change, /*       */ [Never, Never, Never, Never, All]),
    line(Resource::Erasure, Read, /*          */ [Never, Never, Never, All, All]),
    line(Resource::Erasure, Change, /*        */ [Never, Never, Never, All, All]),
    line(Resource::Backups, Read, /*          */ [Never, Never, Never, Never, All]),
    line(Resource::Backups, Change, /*        */ [Never, Never, Never, Never, All]),
];
