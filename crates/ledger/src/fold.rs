//! What the postings of one customer in one period amount to. Statement lines and the lists behind them are
//! the same fold, so that they cannot disagree.

use crate::columns::PostingRows;
use crate::error::Error;
use model::Movement;

/// One posting as the fold sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) day: i32,
    pub(crate) movement: Movement,
    pub(crate) count: i8,
    pub(crate) value_minor: i64,
}

/// One row behind a figure. `count` and `value_minor` have the figure's sign: lost and contracted positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) movement: Movement,
    pub(crate) day: i32,
    pub(crate) count: i64,
    pub(crate) value_minor: i64,
}

/// A spell of being active that began in the period and lasts.
#[derive(Debug, Clone, Copy)]
struct Spell {
    movement: Movement,
    day: i32,
    entered_minor: i64,
    now_minor: i64,
    peak_minor: i64,
}

/// One customer, one period. Postings go in by day, of one day lost before won back; rows come out as soon as they are certain, those of one
/// movement by day. Nothing before the period is needed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fold {
    spell: Option<Spell>,
    /// Closing − opening − entries + exits, of what has been emitted so far.
    residual_minor: i64,
    /// Last days on which value rose and fell.
    changed_on: [i32; 2],
}

impl Step {
    /// The posting at a row; fails on an unknown movement.
    #[inline]
    pub(crate) fn of(rows: &PostingRows<'_>, at: usize) -> Result<Self, Error> {
        let code = rows.movement[at];
        let Some(movement) = Movement::from_code(code) else {
            return Err(Error::UnknownCode { customer: rows.customer[at], what: "movement", code });
        };
        Ok(Self { day: rows.day[at], movement, count: rows.count[at], value_minor: rows.value_minor[at] })
    }
}

impl Fold {
    /// Whether a loss follows the entry of its own day: then the postings are not in order.
    #[inline]
    pub(crate) fn is_out_of_order(&self, step: &Step) -> bool {
        step.movement == Movement::Lost && self.spell.is_some_and(|spell| spell.day == step.day)
    }

    /// Takes the next posting.
    #[inline]
    pub(crate) fn step(&mut self, step: &Step, emit: &mut impl FnMut(Moved)) {
        let &Step { day, movement, count, value_minor } = step;
        match movement {
            Movement::Gained | Movement::WonBack => {
                let (entered_minor, now_minor, peak_minor) = (value_minor, value_minor, value_minor);
                self.spell = Some(Spell { movement, day, entered_minor, now_minor, peak_minor });
            }
            Movement::Expanded | Movement::Contracted => {
                self.residual_minor += value_minor;
                self.changed_on[usize::from(value_minor < 0)] = day;
                if let Some(spell) = &mut self.spell {
                    spell.now_minor += value_minor;
                    spell.peak_minor = spell.peak_minor.max(spell.now_minor);
                }
            }
            Movement::Lost => {
                emit(Moved { movement, day, count: -i64::from(count), value_minor: -value_minor });
                self.end_spell(|spell| spell.peak_minor, emit);
            }
            Movement::Fx => emit(Moved { movement, day, count: 0, value_minor }),
            Movement::Adjustment => {
                emit(Moved { movement, day, count: i64::from(count), value_minor });
                if count < 0 {
                    self.end_spell(|spell| spell.peak_minor, emit);
                }
            }
        }
    }

    /// Ends the period and makes the fold ready for another.
    #[inline]
    pub(crate) fn close(&mut self, emit: &mut impl FnMut(Moved)) {
        self.end_spell(|spell| spell.now_minor, emit);
        let residual_minor = std::mem::take(&mut self.residual_minor);
        if residual_minor != 0 {
            let fell = residual_minor < 0;
            let movement = if fell { Movement::Contracted } else { Movement::Expanded };
            let day = self.changed_on[usize::from(fell)];
            emit(Moved { movement, day, count: 1, value_minor: residual_minor.abs() });
        }
    }

    /// Emits the entry of the spell at the value it entered the books with.
    #[inline]
    fn end_spell(&mut self, entry_value: impl FnOnce(&Spell) -> i64, emit: &mut impl FnMut(Moved)) {
        let Some(spell) = self.spell.take() else { return };
        let value_minor = entry_value(&spell);
        self.residual_minor -= value_minor - spell.entered_minor;
        emit(Moved { movement: spell.movement, day: spell.day, count: 1, value_minor });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENED: Movement = Movement::Adjustment;

    fn folded(postings: &[(i32, Movement, i8, i64)]) -> Vec<(Movement, i32, i64, i64)> {
        let mut fold = Fold::default();
        let mut rows = Vec::new();
        let mut emit = |moved: Moved| rows.push((moved.movement, moved.day, moved.count, moved.value_minor));
        for &(day, movement, count, value_minor) in postings {
            fold.step(&Step { day, movement, count, value_minor }, &mut emit);
        }
        fold.close(&mut emit);
        rows
    }

    #[test]
    fn an_adjustment_moves_neither_entries_nor_expansion() {
        use Movement::{Contracted, Expanded, Gained, Lost};
        let rows = folded(&[(1, Gained, 1, 100), (2, OPENED, 0, 40), (3, Expanded, 0, 10)]);
        assert_eq!(rows, [(OPENED, 2, 0, 40), (Gained, 1, 1, 110)]);
        let rows =
            folded(&[(1, Gained, 1, 100), (2, OPENED, 0, 40), (3, Contracted, 0, -5), (4, Lost, -1, -135)]);
        assert_eq!(rows, [(OPENED, 2, 0, 40), (Lost, 4, 1, 135), (Gained, 1, 1, 100), (Contracted, 3, 1, 5)]);
        let rows = folded(&[(1, Gained, 1, 100), (2, OPENED, -1, -100)]);
        assert_eq!(rows, [(OPENED, 2, -1, -100), (Gained, 1, 1, 100)]);
    }
}
