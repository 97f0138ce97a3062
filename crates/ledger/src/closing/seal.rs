//! A seal over what was frozen: BLAKE3 of its bytes in one order, with the seal before it, so that no closing of a
//! history can be changed or left out unseen.

use super::{BridgeRow, Change, Closure, RecordOf, Reopening};
use crate::figures::{Line, OpeningCohort};
use model::Period;

/// Raised when the bytes of the same closing are others.
const FORMAT: u32 = 1;

/// 256 bits over a closing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seal(pub [u8; 32]);

impl std::fmt::Display for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl Seal {
    /// Reads 64 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }

    /// The seal of a closing; what it says of its own seal is not read.
    pub fn of(closure: &Closure) -> Self {
        let Closure { period, edition, at_us, rules, segments, lines, adjustments, changes, .. } = closure;
        let mut ink = Ink(blake3::Hasher::new());
        ink.bytes(b"Kept closing");
        ink.0.update(&FORMAT.to_le_bytes());
        ink.period(*period);
        ink.0.update(&edition.to_le_bytes());
        ink.0.update(&at_us.to_le_bytes());
        ink.bytes(rules.as_bytes());
        ink.bytes(closure.previous.as_ref().map_or(&[][..], |seal| &seal.0));
        ink.list(segments, |ink, name| ink.bytes(name.as_bytes()));
        ink.list(lines, Ink::line);
        ink.list(adjustments, Ink::adjustment);
        ink.list(changes, Ink::change);
        ink.list(&closure.records, Ink::record);
        Self(*ink.0.finalize().as_bytes())
    }
}

impl Seal {
    /// The seal of a reopening; what it says of its own seal is not read.
    pub fn of_reopening(reopening: &Reopening) -> Self {
        let Reopening { period, edition, at_us, reason, previous, .. } = reopening;
        let mut ink = Ink(blake3::Hasher::new());
        ink.bytes(b"Kept reopening");
        ink.0.update(&FORMAT.to_le_bytes());
        ink.period(*period);
        ink.0.update(&edition.to_le_bytes());
        ink.0.update(&at_us.to_le_bytes());
        ink.bytes(reason.as_bytes());
        ink.bytes(previous.as_ref().map_or(&[][..], |seal| &seal.0));
        Self(*ink.0.finalize().as_bytes())
    }
}

/// Every value has a fixed length or says its length, so that no two closings have the same bytes.
struct Ink(blake3::Hasher);

impl Ink {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn list<T>(&mut self, rows: &[T], write: impl Fn(&mut Self, &T)) {
        self.0.update(&(rows.len() as u64).to_le_bytes());
        for row in rows {
            write(self, row);
        }
    }

    fn period(&mut self, period: Period) {
        self.0.update(&period.granularity.months().to_le_bytes());
        self.0.update(&period.index.to_le_bytes());
    }

    fn segment(&mut self, segment: Option<u16>) {
        self.0.update(&segment.map_or(-1, i32::from).to_le_bytes());
    }

    fn numbers(&mut self, numbers: &[i64]) {
        for number in numbers {
            self.0.update(&number.to_le_bytes());
        }
    }

    fn line(&mut self, line: &Line) {
        self.period(line.period);
        self.segment(line.segment);
        self.numbers(&line.figures.as_array());
        let OpeningCohort { lost_count, lost_minor, expanded_minor, contracted_minor, returned_minor } =
            line.cohort;
        self.numbers(&[lost_count, lost_minor, expanded_minor, contracted_minor, returned_minor]);
    }

    fn adjustment(&mut self, row: &BridgeRow) {
        self.0.update(&[row.cause.code()]);
        self.segment(row.segment);
        self.0.update(&row.customer.to_le_bytes());
        self.numbers(&[row.count, row.value_minor]);
    }

    fn change(&mut self, change: &Change) {
        self.0.update(&change.cut_off.0.to_le_bytes());
        self.0.update(&change.customer.to_le_bytes());
        self.segment(change.segment);
        self.numbers(&[change.count, change.value_minor]);
        self.0.update(&change.events.to_le_bytes());
    }

    fn record(&mut self, of: &RecordOf) {
        self.0.update(&of.record.to_le_bytes());
        self.0.update(&of.customer.to_le_bytes());
    }
}
