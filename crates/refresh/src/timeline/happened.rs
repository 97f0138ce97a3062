//! One event on its way to the timeline, in fixed width.

/// Bytes of one event in a spill file.
pub(super) const BYTES: usize = 56;

/// An event with its customer and everything the timeline says of it, but for what follows from the order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Happened {
    pub(super) customer: u32,
    /// Position of its import among the live ones; names import, silo and stream.
    pub(super) rank: u32,
    /// UTC microseconds.
    pub(super) at: i64,
    pub(super) row_no: u64,
    pub(super) value_minor: i64,
    /// Hash of silo and reference; 0 for none.
    pub(super) reference: u64,
    /// Bits of the score, NaN for none; of the amount in minor units where `currency` is not 0.
    pub(super) extra: u64,
    pub(super) part: u16,
    /// Code of the event's name in its silo.
    pub(super) name: u16,
    pub(super) kind: u8,
    pub(super) outcome: u8,
    /// Code of what a subscription says; 0 for a price and for what is no subscription.
    pub(super) clause: u8,
    /// Code of a subscription's foreign currency; 0 for none.
    pub(super) currency: u8,
}

impl Happened {
    pub(super) fn score(&self) -> Option<f64> {
        let score = f64::from_bits(self.extra);
        (self.currency == 0 && !score.is_nan()).then_some(score)
    }

    /// The amount in the foreign currency.
    pub(super) fn original_minor(&self) -> Option<i64> {
        (self.currency > 0).then_some(self.extra.cast_signed())
    }

    /// The order of the timeline; no two events share it.
    pub(super) const fn order(&self) -> (u32, i64, u32, u64, u16) {
        (self.customer, self.at, self.rank, self.row_no, self.part)
    }

    pub(super) fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let mut rest = bytes.as_mut_slice();
        let mut put = |value: &[u8]| {
            let (slot, after) = std::mem::take(&mut rest).split_at_mut(value.len());
            slot.copy_from_slice(value);
            rest = after;
        };
        put(&self.customer.to_le_bytes());
        put(&self.rank.to_le_bytes());
        put(&self.at.to_le_bytes());
        put(&self.row_no.to_le_bytes());
        put(&self.value_minor.to_le_bytes());
        put(&self.reference.to_le_bytes());
        put(&self.extra.to_le_bytes());
        put(&self.part.to_le_bytes());
        put(&self.name.to_le_bytes());
        put(&[self.kind, self.outcome, self.clause, self.currency]);
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; BYTES]) -> Self {
        let mut rest = bytes.as_slice();
        Self {
            customer: u32::from_le_bytes(take(&mut rest)),
            rank: u32::from_le_bytes(take(&mut rest)),
            at: i64::from_le_bytes(take(&mut rest)),
            row_no: u64::from_le_bytes(take(&mut rest)),
            value_minor: i64::from_le_bytes(take(&mut rest)),
            reference: u64::from_le_bytes(take(&mut rest)),
            extra: u64::from_le_bytes(take(&mut rest)),
            part: u16::from_le_bytes(take(&mut rest)),
            name: u16::from_le_bytes(take(&mut rest)),
            kind: u8::from_le_bytes(take(&mut rest)),
            outcome: u8::from_le_bytes(take(&mut rest)),
            clause: u8::from_le_bytes(take(&mut rest)),
            currency: u8::from_le_bytes(take(&mut rest)),
        }
    }
}

/// The next bytes; zeros past the end, which no caller reaches.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let Some((taken, after)) = rest.split_first_chunk::<N>() else { return [0; N] };
    *rest = after;
    *taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_comes_back_from_its_bytes() {
        let happened = Happened {
            customer: 0xa1b2_c3d4,
            rank: 7,
            at: -86_400_000_001,
            row_no: u64::MAX - 3,
            value_minor: i64::MIN + 1,
            reference: 0x0102_0304_0506_0708,
            extra: (-0.5_f64).to_bits(),
            part: 65_535,
            name: 513,
            kind: 4,
            outcome: 9,
            clause: 8,
            currency: 0,
        };
        assert_eq!(Happened::from_bytes(&happened.to_bytes()), happened);
        assert_eq!((happened.score(), happened.original_minor()), (Some(-0.5), None));
        let foreign = Happened { currency: 255, extra: (-7_i64).cast_unsigned(), ..happened };
        assert_eq!(Happened::from_bytes(&foreign.to_bytes()), foreign);
        assert_eq!((foreign.score(), foreign.original_minor()), (None, Some(-7)));
        assert_eq!(Happened { extra: f64::NAN.to_bits(), ..happened }.score(), None);
    }
}
