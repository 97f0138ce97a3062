//! Who stands where at the ends of months, told by what changed from one to the next: postings are few, and a
//! customer without any is left out.

use crate::columns::{PostingRows, Rows};
use crate::error::Error;
use crate::segments::column_of;
use model::{Day, EventKind};
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

/// What changed of a customer from one cut-off to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The cut-off by whose end it had changed.
    pub cut_off: Day,
    /// Permanent id.
    pub customer: u128,
    /// Segment from this cut-off on; `None` where customers are not split.
    pub segment: Option<u16>,
    /// −1, 0 or +1; more over several months.
    pub count: i64,
    /// Change of value, minor units.
    pub value_minor: i64,
    /// To be added, wrapping, to the fingerprint of the events that move money: a sum of hashes, so that neither their
    /// order nor whose they are matters.
    pub events: u64,
}

/// Where a customer stands at a cut-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockRow {
    /// Permanent id.
    pub customer: u128,
    /// Segment; `None` where customers are not split.
    pub segment: Option<u16>,
    /// 1 when active.
    pub count: i64,
    /// Value, minor units.
    pub value_minor: i64,
    /// Fingerprint of the events that move money.
    pub events: u64,
}

/// All changes up to the last of some cut-offs, sorted by cut-off and customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// The cut-offs, rising.
    pub cut_offs: Vec<Day>,
    /// The changes; those before the first cut-off belong to it.
    pub changes: Vec<Change>,
}

/// Who the codes of an edition are.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    /// Permanent id of each customer code.
    pub ids: &'a [u128],
    /// Segment of each customer code; not read where `segments` is 0.
    pub segment_of: &'a [u16],
    /// How many segments there are.
    pub segments: u16,
}

/// Takes stock from the postings and the events of one edition, in order of customer and in chunks. Memory is a row
/// for each customer and cut-off with a change.
#[derive(Debug)]
pub struct StockBuilder {
    cut_offs: Vec<i32>,
    parts: FxHashMap<(u32, u32), Part>,
}

/// Changes by customer code and cut-off.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    count: i64,
    value_minor: i64,
    events: u64,
}

impl StockBuilder {
    /// A builder for the ends of some days.
    pub fn new(cut_offs: &[Day]) -> Self {
        let mut cut_offs: Vec<i32> = cut_offs.iter().map(|day| day.0).collect();
        cut_offs.sort_unstable();
        cut_offs.dedup();
        Self { cut_offs, parts: FxHashMap::default() }
    }

    fn part(&mut self, customer: u32, day: i32) -> Option<&mut Part> {
        let at = self.cut_offs.partition_point(|cut_off| *cut_off < day);
        (at < self.cut_offs.len()).then(|| self.parts.entry((at as u32, customer)).or_default())
    }

    /// Reads postings; those after the last cut-off are passed over. Fails on unequal columns.
    pub fn push_postings(&mut self, rows: PostingRows<'_>) -> Result<(), Error> {
        let rows = rows.checked()?;
        for at in 0..rows.customer.len() {
            if let Some(part) = self.part(rows.customer[at], rows.day[at]) {
                part.count += i64::from(rows.count[at]);
                part.value_minor += rows.value_minor[at];
            }
        }
        Ok(())
    }

    /// Reads events; those that move no money and those after the last cut-off are passed over. Fails on unequal
    /// columns.
    pub fn push_events(&mut self, rows: Rows<'_>) -> Result<(), Error> {
        let rows = rows.checked()?;
        for at in 0..rows.customer.len() {
            let kind = EventKind::from_code(rows.kind[at]);
            if matches!(kind, Some(EventKind::Contact | EventKind::Response)) {
                continue;
            }
            let hash = fingerprint(&rows, at);
            if let Some(part) = self.part(rows.customer[at], rows.day[at]) {
                part.events = part.events.wrapping_add(hash);
            }
        }
        Ok(())
    }

    /// The stock. Fails on a code without an id or a segment.
    pub fn finish(self, who: &Who<'_>) -> Result<Stock, Error> {
        let mut changes = Vec::with_capacity(self.parts.len());
        for ((at, code), part) in self.parts {
            let customer = *who.ids.get(code as usize).ok_or(Error::NoId { customer: code })?;
            let column = column_of(code, usize::from(who.segments), who.segment_of)?;
            let segment = column.checked_sub(1).map(|code| code as u16);
            let cut_off = Day(self.cut_offs[at as usize]);
            let Part { count, value_minor, events } = part;
            changes.push(Change { cut_off, customer, segment, count, value_minor, events });
        }
        changes.sort_unstable_by_key(|change| (change.cut_off, change.customer));
        Ok(Stock { cut_offs: self.cut_offs.into_iter().map(Day).collect(), changes })
    }
}

/// A hash of what an event is to the books, whoever's it is and whatever its stream's code.
fn fingerprint(rows: &Rows<'_>, at: usize) -> u64 {
    let (clause, currency, amount_minor) = rows.said(at);
    let mut bytes = [0; 23];
    bytes[..4].copy_from_slice(&rows.day[at].to_le_bytes());
    bytes[4..12].copy_from_slice(&amount_minor.to_le_bytes());
    bytes[12..20].copy_from_slice(&rows.reference[at].to_le_bytes());
    bytes[20..].copy_from_slice(&[rows.kind[at], clause, currency]);
    xxh3_64(&bytes)
}

impl Stock {
    /// Where customers stand at the end of a cut-off, by id.
    pub fn at(&self, cut_off: Day) -> Result<Vec<StockRow>, Error> {
        if !self.cut_offs.contains(&cut_off) {
            return Err(Error::NoStock { day: cut_off });
        }
        Ok(stand(self.changes.iter().filter(|change| change.cut_off <= cut_off)))
    }
}

/// Where customers stand after changes in order of cut-off, by id; without those of whom nothing is left.
pub(super) fn stand<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<StockRow> {
    let mut rows: FxHashMap<u128, StockRow> = FxHashMap::default();
    for &Change { customer, segment, count, value_minor, events, .. } in changes {
        let nothing = StockRow { customer, segment, count: 0, value_minor: 0, events: 0 };
        let row = rows.entry(customer).or_insert(nothing);
        row.segment = segment;
        row.count += count;
        row.value_minor += value_minor;
        row.events = row.events.wrapping_add(events);
    }
    let is_something = |row: &StockRow| (row.count, row.value_minor, row.events) != (0, 0, 0);
    let mut rows: Vec<StockRow> = rows.into_values().filter(is_something).collect();
    rows.sort_unstable_by_key(|row| row.customer);
    rows
}

/// What leads from one stock to another at a cut-off, by id.
pub(super) fn between(before: &[StockRow], after: &[StockRow], cut_off: Day) -> Vec<Change> {
    let mut changes = Vec::new();
    for (was, is) in paired(before, after, |row| row.customer) {
        let Some(known) = is.or(was) else { continue };
        let nothing = StockRow { count: 0, value_minor: 0, events: 0, ..*known };
        let (was_row, is_row) = (*was.unwrap_or(&nothing), *is.unwrap_or(&nothing));
        let change = Change {
            cut_off,
            customer: known.customer,
            segment: known.segment,
            count: is_row.count - was_row.count,
            value_minor: is_row.value_minor - was_row.value_minor,
            events: is_row.events.wrapping_sub(was_row.events),
        };
        let moved = (change.count, change.value_minor, change.events) != (0, 0, 0);
        if moved || was_row.segment != is_row.segment {
            changes.push(change);
        }
    }
    changes
}

/// Rows of equal key side by side, of two lists sorted by it without repeats.
pub(super) fn paired<'a, T, K: Ord>(
    left: &'a [T],
    right: &'a [T],
    key: impl Fn(&T) -> K,
) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let mut pairs = Vec::with_capacity(left.len().max(right.len()));
    let (mut l, mut r) = (0, 0);
    while l < left.len() || r < right.len() {
        let order = match (left.get(l), right.get(r)) {
            (Some(a), Some(b)) => key(a).cmp(&key(b)),
            (Some(_), None) => std::cmp::Ordering::Less,
            _ => std::cmp::Ordering::Greater,
        };
        pairs.push((left.get(l).filter(|_| order.is_le()), right.get(r).filter(|_| order.is_ge())));
        l += usize::from(order.is_le());
        r += usize::from(order.is_ge());
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(customer: u128, segment: u16, count: i64, value_minor: i64, events: u64) -> StockRow {
        StockRow { customer, segment: Some(segment), count, value_minor, events }
    }

    #[test]
    fn what_leads_from_one_stock_to_another_leads_there() {
        let before = [row(1, 0, 1, 10, 5), row(2, 0, 1, 20, 6), row(3, 0, 1, 30, 7), row(4, 1, 0, 0, 8)];
        let after = [row(1, 0, 1, 10, 5), row(2, 1, 1, 20, 6), row(4, 1, 1, 5, 2), row(9, 2, 1, 1, 1)];
        let start = between(&[], &before, Day(5));
        assert_eq!(stand(start.iter()), before);
        let changes = between(&before, &after, Day(9));
        let customers: Vec<u128> = changes.iter().map(|change| change.customer).collect();
        assert_eq!(customers, [2, 3, 4, 9]);
        assert_eq!(stand(start.iter().chain(&changes)), after);
    }

    #[test]
    fn neither_contacts_nor_the_order_of_events_change_a_fingerprint() {
        let taken = |kind: &[u8], day: &[i32], value: &[i64]| {
            let n = kind.len();
            let rows = Rows {
                customer: &vec![0; n],
                day,
                kind,
                stream: &vec![0; n],
                value_minor: value,
                reference: &vec![0; n],
                terms: None,
            };
            let mut builder = StockBuilder::new(&[Day(20), Day(10)]);
            builder.push_events(rows).expect("sound");
            let who = Who { ids: &[77], segment_of: &[], segments: 0 };
            builder.finish(&who).expect("known").at(Day(20)).expect("taken")
        };
        let whole = taken(&[1, 1, 2], &[3, 3, 15], &[5, 6, 7]);
        assert_eq!(whole, taken(&[0, 1, 1, 4, 2, 1], &[1, 3, 3, 4, 15, 21], &[0, 6, 5, 0, 7, 9]));
        assert_ne!(whole, taken(&[1, 1, 1], &[3, 3, 15], &[5, 6, 7]));
        assert_ne!(whole, taken(&[1, 1, 2], &[3, 3, 16], &[5, 6, 7]));
    }

    #[test]
    fn a_stock_is_known_at_its_cut_offs_only_and_of_known_customers() {
        let stock = Stock { cut_offs: vec![Day(10)], changes: Vec::new() };
        assert_eq!(stock.at(Day(11)), Err(Error::NoStock { day: Day(11) }));
        let mut builder = StockBuilder::new(&[Day(10)]);
        let rows = PostingRows { customer: &[1], day: &[3], movement: &[0], count: &[1], value_minor: &[5] };
        builder.push_postings(rows).expect("sound");
        let who = Who { ids: &[7], segment_of: &[0], segments: 1 };
        assert_eq!(builder.finish(&who), Err(Error::NoId { customer: 1 }));
    }
}
