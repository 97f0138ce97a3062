//! What keeps an edition from being published or read.

/// Any failure of a refresh or of reading an edition.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing was imported yet.
    #[error("nothing was imported yet; run `kept import` first")]
    NothingImported,
    /// No edition was published yet.
    #[error("no edition was published yet; run `kept import`, then `kept refresh`")]
    NoEdition,
    /// Two records share a hash.
    #[error("the records `{one}` and `{other}` share the hash {hash:#018x}; rename the silo of one of them")]
    SameHash {
        /// `silo:key` of one.
        one: String,
        /// `silo:key` of the other.
        other: String,
        /// The hash.
        hash: u64,
    },
    /// More of something than its code can number.
    #[error("there are more than {limit} {what}; {cure}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        limit: u64,
        /// What to do.
        cure: &'static str,
    },
    /// No gap fits the company's own condition.
    #[error(
        "stream `{stream}`: no gap up to {longest} days leaves at most {share:.0} % who come back; set gap_days by hand or raise return_share"
    )]
    NoGap {
        /// The stream.
        stream: String,
        /// The longest gap tried.
        longest: u32,
        /// The share allowed, in percent.
        share: f64,
    },
    /// A query of the config that splits nobody.
    #[error("split `{split}` in kept.toml: {what}. `kept sql` tries a query")]
    Split {
        /// Id of the split.
        split: String,
        /// What is wrong, and what to do.
        what: String,
    },
    /// The books do not balance; nothing was published.
    #[error("the books do not balance, nothing was published: {0}")]
    Imbalance(#[from] ledger::Imbalance),
    /// The ledger refused its input.
    #[error("ledger: {0}")]
    Ledger(#[from] ledger::Error),
    /// The journey refused its input.
    #[error("journey: {0}")]
    Journey(#[from] journey::Error),
    /// The address names something that the edition does not have.
    #[error("{0} It may have been renamed in kept.toml; go back to the page and choose again")]
    Asked(String),
    /// Identity refused its input.
    #[error("identity: {0}")]
    Identity(#[from] identity::Error),
    /// A record must be named by silo and key.
    #[error("`{0}` names no record; write silo:key, as on the customer's page")]
    RecordName(String),
    /// Nobody knows the record.
    #[error("no silo has the record `{0}`; names are silo:key, as on the customer's page")]
    NoRecord(String),
    /// No model waits.
    #[error("no model waits to be accepted; `kept identity retrain` proposes one")]
    NoProposal,
    /// Decisions need a reason.
    #[error("say why, so that others can follow")]
    NoReason,
    /// Identity is decided by keys alone until a model is trained.
    #[error("there is no model yet; run `kept refresh` first")]
    NoModel,
    /// A decision that cannot be.
    #[error("{a} and {b}: {what}")]
    Decision {
        /// One record.
        a: String,
        /// The other.
        b: String,
        /// Why it cannot be, and the cure.
        what: String,
    },
    /// Events that wait on disk for their turn.
    #[error("{path}: {source}; is the disk full?")]
    Spill {
        /// Where.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No table has this name.
    #[error("there is no table `{name}`{near}; known: {known}")]
    NoTable {
        /// The name.
        name: String,
        /// A name that is near, as a question; may be empty.
        near: String,
        /// All names.
        known: String,
    },
    /// The edition was published before such a table was kept.
    #[error("edition {edition} does not tell of {table} yet; run `kept refresh`")]
    Older {
        /// The newest edition.
        edition: u64,
        /// The table asked for.
        table: String,
    },
    /// A file that could not be written.
    #[error("{path}: {source}; nothing was exported")]
    Unwritten {
        /// Where.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Subscriptions in a currency whose rates are gone.
    #[error(
        "subscriptions are in {0}, for which kept.toml has no [[rate]] any more; add one, or run `kept import`"
    )]
    NoRate(String),
    /// An answer that holds personal data of others than the reader may see.
    #[error("this holds personal data beyond what your role may see")]
    OutOfSight,
    /// What stands in a table is not what this version writes.
    #[error(
        "the lake holds {0}, which this version of Kept does not understand; was it written by a newer one?"
    )]
    Unknown(String),
    /// Imports.
    #[error(transparent)]
    Import(#[from] intake::ImportError),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] lake::Error),
    /// Columns that do not fit.
    #[error("columns: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// Text that should be JSON.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
}

impl Error {
    /// Whether another process is writing, so that the same may succeed in a moment.
    pub const fn is_busy(&self) -> bool {
        use intake::ImportError;
        use lake::Error::Busy;
        matches!(self, Self::Lake(Busy(_)) | Self::Import(ImportError::Lake(Busy(_))))
    }
}
