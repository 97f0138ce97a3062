//! The columns that go in, and one customer's part of them.

use crate::error::{Error, same_length};

/// Stands for "nobody owns it" and "in no stage".
pub const NONE: u16 = u16::MAX;

/// The columns of [`Rows`] beyond customer, instant and touchpoint that somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns(u8);

impl Columns {
    /// None of them.
    pub const FEW: Self = Self(0);
    /// `day`.
    pub const DAY: Self = Self(1);
    /// `kind`.
    pub const KIND: Self = Self(2);
    /// `outcome`.
    pub const OUTCOME: Self = Self(4);
    /// `value_minor`.
    pub const VALUE: Self = Self(8);
    /// `reference`.
    pub const REFERENCE: Self = Self(16);

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are among these.
    pub const fn hold(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Events in columns of equal length, sorted by customer, instant and then as they happened. A column that no
/// [`crate::Walk`] of the pass needs may be empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rows<'a> {
    /// Dense customer code.
    pub customer: &'a [u32],
    /// UTC microseconds.
    pub at_us: &'a [i64],
    /// Touchpoint code: index into [`Touchpoints`].
    pub touchpoint: &'a [u16],
    /// Local day since 1970-01-01.
    pub day: &'a [i32],
    /// Code of `model::EventKind`.
    pub kind: &'a [u8],
    /// Code of `model::Outcome`.
    pub outcome: &'a [u8],
    /// Minor units.
    pub value_minor: &'a [i64],
    /// Hash of silo and reference; 0 where the event has none.
    pub reference: &'a [u64],
}

impl<'a> Rows<'a> {
    /// The same rows, known to be of equal length and to hold what is needed.
    pub(crate) fn checked(self, needed: Columns) -> Result<Self, Error> {
        let rows = self.customer.len();
        same_length("at", rows, self.at_us.len())?;
        same_length("touchpoint", rows, self.touchpoint.len())?;
        for (name, column, found) in [
            ("day", Columns::DAY, self.day.len()),
            ("kind", Columns::KIND, self.kind.len()),
            ("outcome", Columns::OUTCOME, self.outcome.len()),
            ("value_minor", Columns::VALUE, self.value_minor.len()),
            ("reference", Columns::REFERENCE, self.reference.len()),
        ] {
            if found > 0 || needed.hold(column) {
                same_length(name, rows, found)?;
            }
        }
        Ok(self)
    }

    /// The rows of a range.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Rows<'a> {
        Rows {
            customer: &self.customer[range.clone()],
            at_us: &self.at_us[range.clone()],
            touchpoint: &self.touchpoint[range.clone()],
            day: part(self.day, &range),
            kind: part(self.kind, &range),
            outcome: part(self.outcome, &range),
            value_minor: part(self.value_minor, &range),
            reference: part(self.reference, &range),
        }
    }
}

fn part<'a, T>(column: &'a [T], range: &std::ops::Range<usize>) -> &'a [T] {
    if column.is_empty() { column } else { &column[range.clone()] }
}

/// Everything one customer lived through, in order; at least one event. Columns as in [`Rows`].
#[derive(Debug, Clone, Copy)]
pub struct Life<'a> {
    /// Dense customer code.
    pub customer: u32,
    /// UTC microseconds.
    pub at_us: &'a [i64],
    /// Touchpoint code.
    pub touchpoint: &'a [u16],
    /// Local day since 1970-01-01.
    pub day: &'a [i32],
    /// Code of `model::EventKind`.
    pub kind: &'a [u8],
    /// Code of `model::Outcome`.
    pub outcome: &'a [u8],
    /// Minor units.
    pub value_minor: &'a [i64],
    /// Hash of silo and reference; 0 where the event has none.
    pub reference: &'a [u64],
}

impl<'a> Life<'a> {
    /// The part of the life in a range of its events.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Life<'a> {
        Life {
            customer: self.customer,
            at_us: &self.at_us[range.clone()],
            touchpoint: &self.touchpoint[range.clone()],
            day: part(self.day, &range),
            kind: part(self.kind, &range),
            outcome: part(self.outcome, &range),
            value_minor: part(self.value_minor, &range),
            reference: part(self.reference, &range),
        }
    }

    /// Microseconds from the first event to the last.
    pub fn duration_us(&self) -> u64 {
        match (self.at_us.first(), self.at_us.last()) {
            (Some(first), Some(last)) => last.abs_diff(*first),
            _ => 0,
        }
    }
}

/// The side table of touchpoints: who owns each and in which stage it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touchpoints {
    owner: Vec<u16>,
    stage: Vec<u16>,
}

impl Touchpoints {
    /// Owner (department code) and stage code of every touchpoint, by touchpoint code; [`NONE`] where there is none.
    /// Fails when the two differ in length.
    pub fn new(owner: Vec<u16>, stage: Vec<u16>) -> Result<Self, Error> {
        if owner.len() == stage.len() {
            return Ok(Self { owner, stage });
        }
        Err(Error::SideTable { owners: owner.len(), stages: stage.len() })
    }

    /// How many touchpoints there are.
    pub const fn len(&self) -> usize {
        self.owner.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.owner.is_empty()
    }

    /// The department that owns a touchpoint, or [`NONE`].
    pub fn owner(&self, touchpoint: u16) -> u16 {
        self.owner.get(usize::from(touchpoint)).copied().unwrap_or(NONE)
    }

    /// The stage of a touchpoint, or [`NONE`].
    pub fn stage(&self, touchpoint: u16) -> u16 {
        self.stage.get(usize::from(touchpoint)).copied().unwrap_or(NONE)
    }
}
