//! The audit log: who did what, and who saw whose personal data. Rows are only ever added, each chained to the one
//! before by its hash, and the last hash is kept apart (after Schneier and Kelsey, Secure Audit Logs, 1999).

mod chain;

pub use chain::{Break, Verdict};

use crate::sql::{Row, Tx, values};
use crate::{By, Error, Result, Store, hex};
use chain::Check;
use std::fmt;

/// Rows that [`Store::verify_audit`] holds at a time.
const PAGE: i64 = 250;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Personal data were shown.
    Saw,
    /// Rows left the system.
    Exported,
    /// Something new is there.
    Added,
    /// Something has other contents.
    Changed,
    /// Something is no longer there.
    Removed,
    /// An account was closed.
    Disabled,
    /// A closed account was opened.
    Enabled,
    /// A session began.
    LoggedIn,
    /// A login failed.
    Refused,
    /// A session was ended by its user.
    LoggedOut,
    /// A question was decided.
    Decided,
    /// A customer's personal data were erased.
    Erased,
    /// A backup was made.
    BackedUp,
    /// A backup was put in place.
    Restored,
}

impl Verb {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Saw,
        Self::Exported,
        Self::Added,
        Self::Changed,
        Self::Removed,
        Self::Disabled,
        Self::Enabled,
        Self::LoggedIn,
        Self::Refused,
        Self::LoggedOut,
        Self::Decided,
        Self::Erased,
        Self::BackedUp,
        Self::Restored,
    ];

    /// As the log has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saw => "saw",
            Self::Exported => "exported",
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::LoggedIn => "logged in",
            Self::Refused => "refused",
            Self::LoggedOut => "logged out",
            Self::Decided => "decided",
            Self::Erased => "erased",
            Self::BackedUp => "backed up",
            Self::Restored => "restored",
        }
    }
}

/// What goes into the log. It outlives an erasure, so it names customers and users by their numbers and holds no
/// personal data.
#[derive(Debug, Clone, Copy)]
pub struct Deed<'a> {
    /// What was done.
    pub verb: Verb,
    /// To what: a kind and a number, such as `customer:018f…` or `user:7`.
    pub object: &'a str,
    /// The department concerned, if it is one's.
    pub department: Option<&'a str>,
    /// What else an auditor would ask; may be empty.
    pub detail: &'a str,
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place: 1, 2, 3, … without a gap.
    pub seq: i64,
    /// UTC microseconds.
    pub at_us: i64,
    /// Who, as [`crate::Actor`] prints.
    pub actor: String,
    /// As [`Verb::as_str`].
    pub verb: String,
    /// To what.
    pub object: String,
    /// The department concerned.
    pub department: Option<String>,
    /// What else.
    pub detail: String,
    /// SHA-256 over the hash of the row before and all columns above.
    pub hash: [u8; 32],
}

/// The end of the log. Written down elsewhere, it proves later that nothing before it was rewritten or cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Rows of the log.
    pub seq: i64,
    /// Hash of the last one; zeros where there is none.
    pub hash: [u8; 32],
}

impl Head {
    /// The head of an empty log.
    pub const START: Self = Self { seq: 0, hash: [0; 32] };

    /// Reads what is printed of one; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, hash) = text.trim().split_once(' ')?;
        Some(Self { seq: seq.parse().ok().filter(|&seq| seq >= 0)?, hash: hex::read(hash)? })
    }
}

impl fmt::Display for Head {
    /// The number of rows, a blank, the hash in 64 characters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.seq, hex::write(&self.hash))
    }
}

/// Which rows of the log are sought. All conditions hold together; an empty text does not restrict.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sought<'a> {
    /// Who, as [`crate::Actor`] prints.
    pub actor: &'a str,
    /// As [`Verb::as_str`].
    pub verb: &'a str,
    /// How the object begins: `user:7`, `customer:018f…`.
    pub object: &'a str,
    /// From then on, UTC microseconds.
    pub from_us: Option<i64>,
    /// Before then, UTC microseconds.
    pub until_us: Option<i64>,
    /// Only rows that come before this one.
    pub before_seq: Option<i64>,
}

impl Store {
    /// Adds a row; it is durable when this returns.
    pub async fn record(&self, deed: Deed<'_>, by: By) -> Result<Head> {
        let mut tx = self.pool.begin().await?;
        let head = append(&mut tx, deed, by).await?;
        tx.commit().await?;
        Ok(head)
    }

    /// The end of the log.
    pub async fn audit_head(&self) -> Result<Head> {
        head(&mut self.pool.snapshot().await?).await
    }

    /// Up to `limit` rows that come after `seq`, in order; from 0 on for all.
    pub async fn audit_rows(&self, after_seq: i64, limit: i64) -> Result<Vec<AuditRow>> {
        page(&mut self.pool.snapshot().await?, after_seq, limit).await
    }

    /// Up to `limit` rows that fit, newest first.
    pub async fn audit_sought(&self, sought: Sought<'_>, limit: i64) -> Result<Vec<AuditRow>> {
        let Sought { actor, verb, object, from_us, until_us, before_seq } = sought;
        let select = "SELECT seq, at_us, actor, verb, object, department, detail, hash FROM audit \
                      WHERE seq < $1 AND at_us >= $2 AND at_us < $3 AND ($4 = '' OR actor = $4) \
                      AND ($5 = '' OR verb = $5) AND substr(object, 1, length($6)) = $6 \
                      ORDER BY seq DESC LIMIT $7";
        let (before_seq, from_us) = (before_seq.unwrap_or(i64::MAX), from_us.unwrap_or(i64::MIN));
        let until_us = until_us.unwrap_or(i64::MAX);
        let values = values![before_seq, from_us, until_us, actor, verb, object, limit];
        self.pool.rows(select, values).await?.iter().map(audit_row).collect()
    }

    /// Reads the whole log and computes every hash anew. `anchor` is a head that was written down elsewhere.
    pub async fn verify_audit(&self, anchor: Option<Head>) -> Result<Verdict> {
        let mut tx = self.pool.snapshot().await?;
        let head = head(&mut tx).await?;
        let mut check = Check::new(anchor);
        let mut after_seq = i64::MIN;
        loop {
            let rows = page(&mut tx, after_seq, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after_seq = last.seq;
            for row in &rows {
                if let Some(verdict) = check.take(row) {
                    return Ok(verdict);
                }
            }
        }
        Ok(check.end(head))
    }
}

/// Adds a row to the log within a change, as its last statement: whoever holds the head makes all others wait.
pub(crate) async fn append(tx: &mut Tx, deed: Deed<'_>, by: By) -> Result<Head> {
    let next = "UPDATE audit_head SET seq = seq + 1 RETURNING seq, hash";
    let next = tx.row(next, &[]).await?.ok_or(Error::NoHead)?;
    let mut row = AuditRow {
        seq: next.int("seq")?,
        at_us: by.at_us,
        actor: by.actor.to_string(),
        verb: deed.verb.as_str().to_owned(),
        object: deed.object.to_owned(),
        department: deed.department.map(str::to_owned),
        detail: deed.detail.to_owned(),
        hash: [0; 32],
    };
    row.hash = chain::hash(&hash(&next)?, &row);
    let insert = "INSERT INTO audit (seq, at_us, actor, verb, object, department, detail, hash) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let department = row.department.as_deref();
    let texts =
        values![row.seq, row.at_us, &row.actor, &row.verb, &row.object, department, &row.detail, &row.hash];
    tx.run(insert, texts).await?;
    tx.run("UPDATE audit_head SET hash = $1", values![&row.hash]).await?;
    Ok(Head { seq: row.seq, hash: row.hash })
}

async fn head(tx: &mut Tx) -> Result<Head> {
    let row = tx.row("SELECT seq, hash FROM audit_head", &[]).await?.ok_or(Error::NoHead)?;
    Ok(Head { seq: row.int("seq")?, hash: hash(&row)? })
}

async fn page(tx: &mut Tx, after_seq: i64, limit: i64) -> Result<Vec<AuditRow>> {
    let select = "SELECT seq, at_us, actor, verb, object, department, detail, hash FROM audit \
                  WHERE seq > $1 ORDER BY seq LIMIT $2";
    tx.rows(select, values![after_seq, limit]).await?.iter().map(audit_row).collect()
}

fn audit_row(row: &Row) -> Result<AuditRow> {
    Ok(AuditRow {
        seq: row.int("seq")?,
        at_us: row.int("at_us")?,
        actor: row.text("actor")?,
        verb: row.text("verb")?,
        object: row.text("object")?,
        department: row.text_or_null("department")?,
        detail: row.text("detail")?,
        hash: hash(row)?,
    })
}

/// A hash that is not 32 bytes long fits no row, as a hash of zeros does not.
fn hash(row: &Row) -> Result<[u8; 32]> {
    Ok(row.get::<Vec<u8>>("hash")?.try_into().unwrap_or([0; 32]))
}
