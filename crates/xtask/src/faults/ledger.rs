//! What the client knows: every id it sent and every acknowledgement, also written to a file as it goes; and whether
//! the books say the same.

use super::Random;
use super::client::{Told, value_minor};
use crate::server::Kept;
use anyhow::Context;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// What became of an id, as far as the client knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Sent,
    Acknowledged,
}

/// All ids.
#[derive(Debug)]
pub(super) struct Ledger {
    ids: BTreeMap<String, Known>,
    log: File,
    sent: u64,
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let acknowledged = self.ids.values().filter(|known| **known == Known::Acknowledged).count();
        write!(f, "{} events sent {} times, {acknowledged} acknowledged", self.ids.len(), self.sent)
    }
}

impl Ledger {
    pub(super) fn open(log: &Path) -> anyhow::Result<Self> {
        let log = File::create(log).with_context(|| log.display().to_string())?;
        Ok(Self { ids: BTreeMap::new(), log, sent: 0 })
    }

    /// Ids never acknowledged, and some that were.
    pub(super) fn some(&self, random: &mut Random) -> (Vec<String>, Vec<String>) {
        let of = |wanted: Known| {
            self.ids.iter().filter(move |(_, known)| **known == wanted).map(|(id, _)| id.clone())
        };
        let open = of(Known::Sent).filter(|_| random.below(2) == 0).take(200).collect();
        let known: Vec<String> = of(Known::Acknowledged).collect();
        let from = if known.is_empty() { 0 } else { random.below(known.len() as u64) as usize };
        (open, known.into_iter().skip(from).take(100).collect())
    }

    /// Notes what happened.
    pub(super) fn note(&mut self, told: Vec<Told>) -> anyhow::Result<()> {
        for told in told {
            let (word, ids, known) = match told {
                Told::Sent(ids) => ("sent", ids, Known::Sent),
                Told::Acknowledged(ids) => ("acknowledged", ids, Known::Acknowledged),
            };
            writeln!(self.log, "{word} {}", ids.join(" "))?;
            self.sent += if known == Known::Sent { ids.len() as u64 } else { 0 };
            for id in ids {
                let entry = self.ids.entry(id).or_insert(known);
                if known == Known::Acknowledged {
                    *entry = known;
                }
            }
        }
        Ok(())
    }

    /// Compares with the newest edition: nothing acknowledged is missing, nothing is there twice, changed or unknown, and
    /// the books have what the lake has. Returns rows and minor units of what was imported from files.
    pub(super) fn check(&self, kept: &Kept) -> anyhow::Result<[String; 2]> {
        let told = kept.sql(
            "select source_id, reference from events where source_id like 'r%' \
             union all select 'books', cast(count(*) as varchar) from timeline where kind = 0 \
             union all select 'rows', cast(count(*) as varchar) from events where source_id not like 'r%' \
             union all select 'minor', cast(sum(value_minor) as varchar) from events where source_id not like 'r%'",
        )?;
        let (mut found, mut sums) = (BTreeSet::new(), BTreeMap::new());
        for row in &told {
            let [id, said] = row.as_slice() else { anyhow::bail!("two columns were asked for: {row:?}") };
            if !id.starts_with('r') || id == "rows" {
                sums.insert(id.as_str(), said.clone());
                continue;
            }
            anyhow::ensure!(self.ids.contains_key(id), "{id} was never sent");
            anyhow::ensure!(
                *said == value_minor(id).to_string(),
                "{id} was changed after it was acknowledged"
            );
            anyhow::ensure!(found.insert(id.as_str()), "{id} is doubled");
        }
        let acknowledged = self.ids.iter().filter(|(_, known)| **known == Known::Acknowledged);
        let lost: Vec<&String> =
            acknowledged.map(|(id, _)| id).filter(|id| !found.contains(id.as_str())).collect();
        anyhow::ensure!(
            lost.is_empty(),
            "{} acknowledged and lost: {:?}",
            lost.len(),
            &lost[..lost.len().min(10)]
        );
        let mut sum = |name: &str| sums.remove(name).unwrap_or_default();
        let books = sum("books");
        anyhow::ensure!(
            books == found.len().to_string(),
            "{} events in the lake, {books} in the books",
            found.len()
        );
        Ok([sum("rows"), sum("minor")])
    }
}
