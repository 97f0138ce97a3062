//! What can keep a feed from being read. Rows that cannot be read are no errors: they become rejects.

use model::suggest::nearest;

/// Why a feed's import stops.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// One file of a feed cannot be read.
    #[error("feed `{feed}`, file `{file}`: {problem}")]
    File {
        /// Silo and feed, `billing.subscriptions`.
        feed: String,
        /// The file's name.
        file: String,
        /// What is wrong with it.
        problem: Problem,
    },
    /// The feed itself, or the result of its query, cannot be used.
    #[error("feed `{feed}`: {problem}")]
    Feed {
        /// Silo and feed, `billing.subscriptions`.
        feed: String,
        /// What is wrong with it.
        problem: Problem,
    },
}

/// What is wrong with a file or a query result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A column the feed needs is not there.
    #[error("there is no column `{column}`{hint}")]
    NoColumn {
        /// The column asked for.
        column: String,
        /// The nearest present, or what is present.
        hint: String,
    },
    /// Two columns have the name of one the feed reads.
    #[error("the column `{column}` is there twice; rename one of them")]
    TwiceColumn {
        /// The name.
        column: String,
    },
    /// Nothing in it, not even a header.
    #[error("it is empty; its first row must name the columns")]
    Empty,
    /// Its format is not told by its name.
    #[error(
        "its name does not tell its format; set format = \"csv\", \"tsv\", \"ndjson\", \"json\", \"parquet\", \"xes\" or \"ocel\""
    )]
    UnknownFormat,
    /// A row that does not end within the limit.
    #[error("the row that starts on line {line} is longer than {limit_mib} MiB; is a quote not closed?")]
    RowTooLong {
        /// 1-based line.
        line: u64,
        /// The limit.
        limit_mib: usize,
    },
    /// A document whose brackets cannot be followed.
    #[error("line {line}: {what}")]
    Json {
        /// 1-based line.
        line: u64,
        /// What is wrong and what to do.
        what: &'static str,
    },
    /// A setting of the feed that cannot be used.
    #[error("{0}")]
    Setting(String),
    /// The file system or the decompressor failed.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The separated text cannot be followed.
    #[error("it cannot be read: {0}")]
    Csv(#[from] csv::Error),
    /// The file is no Parquet file, or a broken one.
    #[error("it cannot be read as Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A batch could not be built.
    #[error("its rows do not fit a batch: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
}

impl Problem {
    /// The column `wanted` is not among `present`.
    pub(crate) fn no_column<'a>(wanted: &str, present: impl Iterator<Item = &'a str> + Clone) -> Self {
        let column = wanted.to_owned();
        let mut others = present.clone();
        if let (Some(only), None) = (others.next(), others.next())
            && let Some(mark) = [';', '\t', '|', ','].into_iter().find(|mark| only.contains(*mark))
        {
            let hint = format!(
                "; the header is one column, `{only}`: set csv = {{ separator = {:?} }}",
                mark.to_string()
            );
            return Self::NoColumn { column, hint };
        }
        let hint = match nearest(wanted, present.clone()) {
            Some(near) => format!("; the nearest present is `{near}`"),
            None => listed(present),
        };
        Self::NoColumn { column, hint }
    }
}

/// The first names present, and how many more there are.
fn listed<'a>(present: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<_> = present.map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(SHOWN);
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match (names.len(), more) {
        (0, _) => "; no column is present".to_owned(),
        (_, 0) => format!("; present are {shown}"),
        _ => format!("; present are {shown} and {more} more"),
    }
}
