//! What customers said that tells why they leave: reasons that silos gave, and texts the company's list knows.

use crate::error::Error;
use arrow::array::{Array, RecordBatch, StringArray, UInt16Array, UInt64Array};
use futures::StreamExt;
use lake::{View, column};
use ledger::reasons::{NOTHING_SAID, Saying};
use model::config::{Config, Taxonomy};
use rustc_hash::FxHashMap;

/// Import, row and part: where an event was read.
pub(super) type Address = (u64, u64, u16);

/// Everything said, by the address of its event.
pub(super) struct Sayings {
    pub(super) said: Vec<Saying>,
    /// Of each.
    pub(super) address: Vec<Address>,
    at: FxHashMap<Address, u32>,
}

const TEXTS: &str = "select x.import_id, x.row_no, x.part, x.title, x.text, x.reason \
     from side.main.live l join event_text x on l.import_id = x.import_id \
     where x.reason is not null or x.text is not null";

impl Sayings {
    /// Of the live imports. Texts that tell no reason are passed over.
    pub(super) async fn read(view: &View, config: &Config) -> Result<Self, Error> {
        let taxonomy = Taxonomy::new(&config.reasons);
        let mut sayings = Self { said: Vec::new(), address: Vec::new(), at: FxHashMap::default() };
        let mut rows = view.stream(TEXTS).await?;
        while let Some(batch) = rows.next().await {
            sayings.add(&batch?, &taxonomy)?;
        }
        Ok(sayings)
    }

    fn add(&mut self, batch: &RecordBatch, taxonomy: &Taxonomy) -> Result<(), Error> {
        let text = |name| column::<StringArray>(batch, name);
        let (title, text, given) = (text("title")?, text("text")?, text("reason")?);
        let address = addresses(batch)?;
        for row in 0..batch.num_rows() {
            let texts = [given, text, title].into_iter();
            let texts = texts.filter(|column| column.is_valid(row)).map(|column| column.value(row));
            let reason = taxonomy.reason_of(texts).map(|reason| reason as u16);
            let given = given.is_valid(row) && !given.value(row).trim().is_empty();
            if given || reason.is_some() {
                let at = u32::try_from(self.said.len()).ok().filter(|at| *at != NOTHING_SAID);
                let at = at.ok_or(Error::TooMany {
                    what: "texts that tell why customers leave",
                    limit: u64::from(NOTHING_SAID),
                    cure: "make the match patterns of [[reason]] narrower",
                })?;
                self.at.insert(address(row), at);
                self.said.push(Saying { reason, given });
                self.address.push(address(row));
            }
        }
        Ok(())
    }

    /// What each row of the timeline said.
    pub(super) fn of(&self, batch: &RecordBatch) -> Result<Vec<u32>, Error> {
        let address = addresses(batch)?;
        let said = |row| self.at.get(&address(row)).copied().unwrap_or(NOTHING_SAID);
        Ok((0..batch.num_rows()).map(said).collect())
    }
}

fn addresses(batch: &RecordBatch) -> Result<impl Fn(usize) -> Address, Error> {
    let (import, row_no) =
        (column::<UInt64Array>(batch, "import_id")?, column::<UInt64Array>(batch, "row_no")?);
    let part = column::<UInt16Array>(batch, "part")?;
    Ok(move |row| (import.value(row), row_no.value(row), part.value(row)))
}
