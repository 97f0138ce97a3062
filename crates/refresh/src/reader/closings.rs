//! Closed books of the newest edition: the history, the bridges, and the lists behind their numbers.

use super::list::date;
use super::{Current, Reader};
use crate::closings::{ClosingStep, Closings, cause_of, close, reopen};
use crate::edition;
use crate::error::Error;
use crate::inputs::closings_of;
use crate::view::closings::{Basis, Bridge, BridgeList, BridgePart, ClosingHistory};
use crate::view::{CustomerList, CustomerRow, Line, Wanted};
use arrow::array::{Array, Int64Array, StringArray, UInt32Array};
use lake::{Access, Lake, column, quoted};
use model::{Day, Period};

impl Reader {
    /// The history of closings as it is now, every step compared with its seal.
    pub async fn closings(&self) -> Result<ClosingHistory, Error> {
        let history = Closings::read(&self.lake, self.lake.head().await?).await?;
        let known = self.newest().await?.map_or(0, |current| closings_of(&current.edition.inputs));
        let not_yet_told = history.last().saturating_sub(known) as usize;
        Ok(ClosingHistory { closed_until: history.closed_until()?, not_yet_told, steps: history.steps() })
    }

    /// Closes a period as the newest edition tells it. Fails while another process writes.
    pub async fn close(&self, period: Period, now_us: i64) -> Result<ClosingStep, Error> {
        let lake = Lake::open(self.folder(), Access::Write).await?;
        close(&lake, period, now_us).await
    }

    /// Reopens a period and everything after it. Fails while another process writes.
    pub async fn reopen(&self, period: Period, reason: &str, now_us: i64) -> Result<ClosingStep, Error> {
        let lake = Lake::open(self.folder(), Access::Write).await?;
        reopen(&lake, period, reason, now_us).await
    }

    /// The bridge of a closed period in a segment, empty for the whole; `None` where the period is not closed.
    pub async fn bridge(&self, period: Period, segment: &str) -> Result<Option<Bridge>, Error> {
        let current = self.current().await?;
        let last = period.end().plus(-1);
        if edition::closed_until(&current.edition)?.is_none_or(|until| until < last) {
            return Ok(None);
        }
        let closing = |lines: Vec<Line>| {
            let line = lines.into_iter().find(|line| line.period == period);
            line.map_or((0, 0), |line| (line.closing_count, line.closing_minor))
        };
        let by = period.granularity;
        let reported = closing(self.statement(by, segment, Some(Basis::Reported)).await?.lines);
        let restated = closing(self.statement(by, segment, Some(Basis::Restated)).await?.lines);
        Ok(Some(Bridge {
            period,
            reported_count: reported.0,
            reported_minor: reported.1,
            parts: current.parts(last, segment).await?,
            restated_count: restated.0,
            restated_minor: restated.1,
        }))
    }
}

/// Customers of a bridge with what each changed, under a further condition.
fn moved(cut_off: Day, segment: &str, condition: &str, keys: &str) -> String {
    let segment =
        if segment.is_empty() { String::new() } else { format!(" and segment = {}", quoted(segment)) };
    format!(
        "select {keys}, sum(count) as moved_count, sum(value_minor) as moved_minor from bridges \
         where cut_off = {}{segment}{condition} group by {keys} having sum(count) <> 0 or sum(value_minor) <> 0",
        date(cut_off)
    )
}

impl Current {
    async fn parts(&self, cut_off: Day, segment: &str) -> Result<Vec<BridgePart>, Error> {
        let sql = format!(
            "select cause, sum(moved_count) as by_count, sum(moved_minor) as by_minor, count(*) as customers \
             from ({}) m group by cause",
            moved(cut_off, segment, "", "cause, customer")
        );
        let batch = self.view.table(&sql).await?;
        let cause: &StringArray = column(&batch, "cause")?;
        let number = |name| column::<Int64Array>(&batch, name);
        let (count, value, customers) = (number("by_count")?, number("by_minor")?, number("customers")?);
        let part = |row: usize| {
            Ok(BridgePart {
                cause: cause_of(cause.value(row))?,
                count: count.value(row),
                value_minor: value.value(row),
                customers: usize::try_from(customers.value(row)).unwrap_or_default(),
            })
        };
        let mut parts = (0..batch.num_rows()).map(part).collect::<Result<Vec<_>, Error>>()?;
        parts.sort_unstable_by_key(|part| part.cause);
        Ok(parts)
    }

    /// The customers behind a number of a bridge, largest change first; those who are gone by their id alone.
    pub(super) async fn bridged(&self, list: BridgeList, wanted: &Wanted) -> Result<CustomerList, Error> {
        let condition =
            list.cause.map_or_else(String::new, |cause| format!(" and cause = '{}'", cause.name()));
        let segment = wanted.segment.as_deref().unwrap_or_default();
        let sql = format!(
            "select b.customer as gone, b.moved_minor, c.customer from ({}) b \
             left join customers c on c.id = b.customer",
            moved(list.period.end().plus(-1), segment, &condition, "customer")
        );
        self.holds("bridges")?;
        let batch = self.view.table(&sql).await?;
        let (id, value): (&StringArray, &Int64Array) =
            (column(&batch, "gone")?, column(&batch, "moved_minor")?);
        let code: &UInt32Array = column(&batch, "customer")?;
        let code_of = |row: usize| code.is_valid(row).then(|| code.value(row));
        let found = self.allowed(&Wanted { search: wanted.search.clone(), ..Wanted::default() }).await?;
        let is_found = |row: &usize| match &found {
            None => true,
            Some(found) => code_of(*row).is_some_and(|code| found.contains(&code)),
        };
        let mut rows: Vec<usize> = (0..batch.num_rows()).filter(is_found).collect();
        rows.sort_unstable_by_key(|row| (std::cmp::Reverse(value.value(*row).abs()), id.value(*row)));
        let total = rows.len();
        let page: Vec<usize> = rows.into_iter().skip(wanted.offset).take(wanted.limit).collect();
        let faces = self.faces(&page.iter().filter_map(|row| code_of(*row)).collect::<Vec<_>>()).await?;
        let row = |row: &usize| {
            let face = code_of(*row).and_then(|code| faces.get(&code)).cloned();
            let face = face.unwrap_or_else(|| CustomerRow::gone(id.value(*row)));
            CustomerRow { value_minor: value.value(*row), ..face }
        };
        Ok(CustomerList { total, rows: page.iter().map(row).collect() })
    }
}
