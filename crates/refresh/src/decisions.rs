//! What people decided about identity: which two records are one customer and which are not. Kept for ever, by
//! record key, so that every rebuild starts from it.

use crate::error::Error;
use arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array};
use intake::{Imports, record_hash};
use lake::tables;
use lake::{Lake, Mode, column};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A record by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RecordName {
    /// The silo's id.
    pub silo: String,
    /// The silo's own key.
    pub key: String,
}

impl RecordName {
    /// The record of `silo:key`. Keys may hold colons, silos may not.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text.trim().split_once(':') {
            Some((silo, key)) if !silo.is_empty() && !key.is_empty() => {
                Ok(Self { silo: silo.to_owned(), key: key.to_owned() })
            }
            _ => Err(Error::RecordName(text.to_owned())),
        }
    }

    /// What names the record in tables.
    pub fn hash(&self) -> u64 {
        record_hash(&self.silo, &self.key)
    }
}

impl std::fmt::Display for RecordName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.silo, self.key)
    }
}

/// What was said of two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// They are one customer.
    Same,
    /// They are two.
    Different,
    /// What was said before no longer counts.
    Undone,
}

impl Verdict {
    /// The word in tables, commands and forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Undone => "undone",
        }
    }

    /// The verdict of a word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Same, Self::Different, Self::Undone].into_iter().find(|verdict| verdict.name() == name)
    }
}

/// One thing said about two records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// 1, 2, 3, …
    pub seq: u64,
    /// When, UTC microseconds.
    pub at_us: i64,
    /// Who.
    pub by: String,
    /// One record; the smaller name of the two.
    pub a: RecordName,
    /// The other.
    pub b: RecordName,
    /// What.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

/// A decision to be made.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// One record.
    pub a: RecordName,
    /// The other.
    pub b: RecordName,
    /// What.
    pub verdict: Verdict,
    /// Why; may not be blank.
    pub reason: String,
    /// Who.
    pub by: String,
}

/// Everything decided so far.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    all: Vec<Decision>,
}

impl Decisions {
    /// Reads the table at a snapshot.
    pub(crate) async fn read(lake: &Lake, snapshot: i64) -> Result<Self, Error> {
        let batch = lake.view(snapshot).await?.table("select * from decisions order by seq").await?;
        let text = |name| column::<StringArray>(&batch, name);
        let (seq, at) =
            (column::<UInt64Array>(&batch, "seq")?, column::<TimestampMicrosecondArray>(&batch, "at")?);
        let (by, verdict, reason) = (text("by")?, text("verdict")?, text("reason")?);
        let names = [text("silo_a")?, text("key_a")?, text("silo_b")?, text("key_b")?];
        let name = |at: usize, row: usize| RecordName {
            silo: names[at].value(row).to_owned(),
            key: names[at + 1].value(row).to_owned(),
        };
        let all = (0..batch.num_rows()).map(|row| {
            let word = verdict.value(row);
            Ok(Decision {
                seq: seq.value(row),
                at_us: at.value(row),
                by: by.value(row).to_owned(),
                a: name(0, row),
                b: name(2, row),
                verdict: Verdict::from_name(word)
                    .ok_or_else(|| Error::Unknown(format!("the decision `{word}`")))?,
                reason: reason.value(row).to_owned(),
            })
        });
        Ok(Self { all: all.collect::<Result<_, Error>>()? })
    }

    /// All of them, oldest first.
    pub fn all(&self) -> &[Decision] {
        &self.all
    }

    /// Those that count: the last word on each pair, in order of the pairs, without what was undone.
    pub fn in_force(&self) -> Vec<&Decision> {
        let mut last: BTreeMap<(&RecordName, &RecordName), &Decision> = BTreeMap::new();
        for decision in &self.all {
            last.insert((&decision.a, &decision.b), decision);
        }
        last.into_values().filter(|decision| decision.verdict != Verdict::Undone).collect()
    }

    /// Pairs of record hashes in force with a verdict.
    pub(crate) fn pairs(&self, verdict: Verdict) -> Vec<(u64, u64)> {
        let of = |decision: &&Decision| decision.verdict == verdict;
        self.in_force().into_iter().filter(of).map(|d| (d.a.hash(), d.b.hash())).collect()
    }

    /// Number of the last decision; 0 before the first.
    pub(crate) fn last(&self) -> u64 {
        self.all.last().map_or(0, |decision| decision.seq)
    }

    /// # Errors
    /// When the ruling says nothing new, undoes nothing, or contradicts what follows from the others.
    fn check(&self, ruling: &Ruling) -> Result<(), Error> {
        let (a, b) = (&ruling.a, &ruling.b);
        let told = |what: String| Err(Error::Decision { a: a.to_string(), b: b.to_string(), what });
        if a == b {
            return told("they are one record".to_owned());
        }
        if ruling.reason.trim().is_empty() {
            return told("say why, so that others can follow".to_owned());
        }
        let in_force = self.in_force();
        let before = in_force.iter().find(|decision| (&decision.a, &decision.b) == (a, b));
        match (before, ruling.verdict) {
            (None, Verdict::Undone) => return told("nothing was decided about them".to_owned()),
            (Some(before), verdict) if before.verdict == verdict => {
                return told(format!("{} decided so already", before.by));
            }
            _ => {}
        }
        let others = in_force.iter().copied().filter(|decision| (&decision.a, &decision.b) != (a, b));
        let others: Vec<&Decision> = others.collect();
        let circles = Circles::of(&others);
        match ruling.verdict {
            Verdict::Different if circles.root(a) == circles.root(b) => {
                told("other decisions make them the same; undo one of those first".to_owned())
            }
            Verdict::Same => match circles.parted(&others, a, b) {
                Some(parted) => told(format!(
                    "that would make {} and {} one customer, which were decided to be different; undo that first",
                    parted.a, parted.b
                )),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// Records that decisions make one customer.
#[derive(Default)]
struct Circles<'a> {
    above: BTreeMap<&'a RecordName, &'a RecordName>,
}

impl<'a> Circles<'a> {
    fn of(decisions: &[&'a Decision]) -> Self {
        let mut circles = Self::default();
        for decision in decisions.iter().filter(|decision| decision.verdict == Verdict::Same) {
            let (a, b) = (circles.root(&decision.a), circles.root(&decision.b));
            if a != b {
                circles.above.insert(a, b);
            }
        }
        circles
    }

    fn root<'n>(&self, name: &'n RecordName) -> &'n RecordName
    where
        'a: 'n,
    {
        let mut at = name;
        while let Some(above) = self.above.get(at) {
            at = above;
        }
        at
    }

    /// The decision that keeps the circles of two records apart.
    fn parted<'d>(&self, decisions: &[&'d Decision], a: &RecordName, b: &RecordName) -> Option<&'d Decision> {
        let (a, b) = (self.root(a), self.root(b));
        decisions.iter().copied().find(|decision| {
            let ends = (self.root(&decision.a), self.root(&decision.b));
            decision.verdict == Verdict::Different && (ends == (a, b) || ends == (b, a))
        })
    }
}

/// Adds a decision; it counts from the next refresh.
///
/// # Errors
/// When a record does not exist, or the ruling contradicts what was decided before.
pub async fn decide(lake: &Lake, mut ruling: Ruling, now_us: i64) -> Result<Decision, Error> {
    if ruling.b < ruling.a {
        std::mem::swap(&mut ruling.a, &mut ruling.b);
    }
    let head = lake.head().await?;
    for name in [&ruling.a, &ruling.b] {
        exists(lake, head, name).await?;
    }
    let before = Decisions::read(lake, head).await?;
    before.check(&ruling)?;
    let Ruling { a, b, verdict, reason, by } = ruling;
    let reason = reason.trim().to_owned();
    let decision = Decision { seq: before.last() + 1, at_us: now_us, by, a, b, verdict, reason };
    let key = format!("decision {}", decision.seq);
    lake.put(&tables::decisions(), Mode::Append, &key, &[row(&decision)?]).await?;
    Ok(decision)
}

/// Everything decided up to now.
pub async fn decisions(lake: &Lake) -> Result<Decisions, Error> {
    Decisions::read(lake, lake.head().await?).await
}

async fn exists(lake: &Lake, head: i64, name: &RecordName) -> Result<(), Error> {
    let imports = Imports::read(lake, head).await?;
    let live: Vec<String> = imports.live().map(|import| import.id.to_string()).collect();
    let sql = format!(
        "select import_id from records where record_hash = {} and import_id in ({}) limit 1",
        name.hash(),
        if live.is_empty() { "0".to_owned() } else { live.join(", ") }
    );
    let found = lake.view(head).await?.table(&sql).await?;
    if found.num_rows() == 0 { Err(Error::NoRecord(name.to_string())) } else { Ok(()) }
}

fn row(decision: &Decision) -> Result<RecordBatch, Error> {
    let text = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value])) };
    let at = TimestampMicrosecondArray::from(vec![decision.at_us]).with_timezone("UTC");
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt64Array::from(vec![decision.seq])),
        Arc::new(at),
        text(&decision.by),
        text(&decision.a.silo),
        text(&decision.a.key),
        text(&decision.b.silo),
        text(&decision.b.key),
        text(decision.verdict.name()),
        text(&decision.reason),
    ];
    Ok(RecordBatch::try_new(tables::decisions().schema, columns)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(key: &str) -> RecordName {
        RecordName { silo: "shop".to_owned(), key: key.to_owned() }
    }

    fn decided(said: &[(&str, &str, Verdict)]) -> Decisions {
        let one = |(at, &(a, b, verdict)): (usize, &(&str, &str, Verdict))| Decision {
            seq: at as u64 + 1,
            at_us: 0,
            by: "Ann".to_owned(),
            a: name(a),
            b: name(b),
            verdict,
            reason: "seen".to_owned(),
        };
        Decisions { all: said.iter().enumerate().map(one).collect() }
    }

    fn ruled(before: &Decisions, a: &str, b: &str, verdict: Verdict) -> Result<(), String> {
        let (reason, by) = ("seen".to_owned(), "Bo".to_owned());
        let ruling = Ruling { a: name(a), b: name(b), verdict, reason, by };
        before.check(&ruling).map_err(|error| error.to_string())
    }

    use Verdict::{Different, Same, Undone};

    #[test]
    fn the_last_word_on_a_pair_counts() {
        let all =
            decided(&[("1", "2", Same), ("3", "4", Different), ("1", "2", Different), ("3", "4", Undone)]);
        assert_eq!(all.pairs(Same), []);
        assert_eq!(all.pairs(Different), [(name("1").hash(), name("2").hash())]);
        assert_eq!(all.last(), 4);
    }

    #[test]
    fn contradictions_are_refused_also_through_others() {
        let all = decided(&[("1", "2", Same), ("2", "3", Same), ("3", "4", Different)]);
        for (a, b, verdict, says) in [
            ("1", "3", Different, "other decisions make them the same"),
            ("1", "4", Same, "shop:3 and shop:4 one customer"),
            ("1", "2", Same, "Ann decided so already"),
            ("1", "5", Undone, "nothing was decided"),
            ("1", "1", Same, "one record"),
        ] {
            let said = ruled(&all, a, b, verdict).unwrap_err();
            assert!(said.contains(says), "{a} {b}: {said}");
        }
        for (a, b, verdict) in
            [("1", "2", Different), ("1", "2", Undone), ("4", "5", Same), ("1", "5", Different)]
        {
            assert_eq!(ruled(&all, a, b, verdict), Ok(()), "{a} {b}");
        }
    }

    #[test]
    fn a_decision_needs_a_reason() {
        let ruling =
            Ruling { a: name("1"), b: name("2"), verdict: Same, reason: " ".to_owned(), by: "Bo".to_owned() };
        assert!(Decisions::default().check(&ruling).unwrap_err().to_string().contains("say why"));
    }

    #[test]
    fn records_are_named_by_silo_and_key() {
        assert_eq!(
            RecordName::parse("web:a:b").unwrap(),
            RecordName { silo: "web".into(), key: "a:b".into() }
        );
        for text in ["", "web", ":x", "web:"] {
            assert!(RecordName::parse(text).is_err(), "{text}");
        }
    }
}
