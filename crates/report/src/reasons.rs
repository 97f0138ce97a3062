//! Why customers were lost: the sentence, what they said as bars, and what came before as paired bars with the lifts
//! and their intervals beside them (a forest plot: Lewis and Clarke 2001), on a page and in a terminal.
//!
//! Classes: `down` (lost), `total` (stayed), `up` (said), `lost` (not said), `whisker`, `mark`, `faint`, `zero`,
//! `grid`, `name`, `said`, `number`, `tick`.

mod picture;
mod terminal;

pub use picture::{before, stated};
pub use terminal::terminal;

use crate::{calendar, number};
use model::{Day, Period};

/// What was said, or what came before.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// What it is called.
    pub name: String,
    /// The department it concerns; empty for none.
    pub department: String,
    /// Losses.
    pub count: i64,
    /// Share (0–1) of the losses.
    pub share: f64,
    /// Where it leads.
    pub href: String,
}

/// What came before losses, against like customers who stayed.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    /// Among all losses.
    pub said: Said,
    /// Shares (0–1) of the paired losses and of those who stayed; `None` without anybody to compare with.
    pub compared: Option<[f64; 2]>,
    /// Where the bar of the paired losses leads.
    pub paired_href: String,
    /// Where the bar of those who stayed leads.
    pub stayed_href: String,
    /// `None` where nothing can be compared.
    pub lift: Option<Lift>,
}

/// How many times as often it came before losses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// `None` when it came before no stayer.
    pub ratio: Option<f64>,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end; `None` without limit.
    pub high: Option<f64>,
    /// Whether it came before losses more often, beyond chance.
    pub stands_out: bool,
}

impl Lift {
    /// `1.9`; `∞` when it came before losses only.
    pub fn told(&self) -> String {
        self.ratio.map_or_else(|| "∞".to_owned(), times)
    }

    /// `1.5–2.4`.
    pub fn interval(&self) -> String {
        format!("{}–{}", times(self.low), self.high.map_or_else(|| "∞".to_owned(), times))
    }
}

/// A ratio with two decimals, one from 10 on, none from 100 on.
fn times(ratio: f64) -> String {
    match ratio {
        small if small < 9.995 => format!("{small:.2}"),
        middle if middle < 99.95 => format!("{middle:.1}"),
        large => number::count(large.round() as i64),
    }
}

/// Everything the sentence tells of.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The period; `None` for all of the books.
    pub period: Option<Period>,
    /// The last day the books cover when the period is not over yet.
    pub so_far: Option<Day>,
    /// Losses.
    pub lost: i64,
    /// Share (0–1) of losses of which nothing was said.
    pub unknown: f64,
    /// Reasons that were said, most first.
    pub stated: &'a [Said],
    /// Causes in order of rank.
    pub before: &'a [Before],
}

/// The one plain sentence: what came before losses more often than chance, and what was said.
pub fn sentence(told: &Told<'_>) -> String {
    let when = match (told.period, told.so_far) {
        (None, _) => "Over all of the books".to_owned(),
        (Some(period), None) => format!("In {}", calendar::period(period)),
        (Some(period), Some(day)) => {
            format!("In {} so far (books to {})", calendar::period(period), calendar::day(day))
        }
    };
    if told.lost == 0 {
        return format!("{when} no customer was lost.");
    }
    let count = usize::try_from(told.lost).unwrap_or(usize::MAX);
    let lost = number::counted(count, "customer was lost", "customers were lost").replacen('\u{a0}', " ", 1);
    format!("{when} {lost}: {}; {}.", ahead(told), spoken(told))
}

fn ahead(told: &Told<'_>) -> String {
    match told.before.first().and_then(|cause| Some((cause, cause.lift.filter(|lift| lift.stands_out)?))) {
        Some((Before { said, .. }, Lift { ratio: Some(ratio), .. })) => format!(
            "before {} of the losses came “{}”, {} times as often as before like customers who stayed",
            number::percent(said.share),
            said.name,
            times(ratio)
        ),
        Some((Before { said, .. }, _)) => format!(
            "before {} of the losses came “{}”, and before no like customer who stayed",
            number::percent(said.share),
            said.name
        ),
        None => "nothing came before them more often than before like customers who stayed, beyond chance"
            .to_owned(),
    }
}

fn spoken(told: &Told<'_>) -> String {
    if told.unknown >= 1.0 {
        return "none of them said why".to_owned();
    }
    let unknown = if told.unknown > 0.0 {
        format!("{} did not say why", number::percent(told.unknown))
    } else {
        "all said why".to_owned()
    };
    match told.stated.first() {
        Some(first) => format!("{unknown}, the others most often said “{}”", first.name),
        None => unknown,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn said(name: &str, count: i64) -> Said {
        let share = count as f64 / 200.0;
        Said { name: name.into(), department: "Fulfilment".into(), count, share, href: format!("/{name}") }
    }

    pub(crate) fn cause(name: &str, count: i64, lift: Option<Lift>) -> Before {
        let (said, compared) = (said(name, count), lift.map(|_| [count as f64 / 200.0, 0.1]));
        Before { said, compared, paired_href: "/paired".into(), stayed_href: "/stayed".into(), lift }
    }

    pub(crate) const CLEAR: Lift = Lift { ratio: Some(1.92), low: 1.41, high: Some(2.61), stands_out: true };
    pub(crate) const OPEN: Lift = Lift { ratio: None, low: 1.6, high: None, stands_out: true };
    pub(crate) const DIM: Lift = Lift { ratio: Some(0.9), low: 0.5, high: Some(1.7), stands_out: false };

    fn plain(told: &Told<'_>) -> String {
        sentence(told).replace('\u{a0}', " ")
    }

    #[test]
    fn the_sentence_says_what_came_before_and_what_was_said() {
        let (stated, before) = ([said("Price", 12)], [cause("Delivery: went wrong", 44, Some(CLEAR))]);
        let told = Told {
            period: Period::parse("2026"),
            so_far: Day::parse("2026-10-12"),
            lost: 200,
            unknown: 0.9,
            stated: &stated,
            before: &before,
        };
        assert_eq!(
            plain(&told),
            "In 2026 so far (books to 12 Oct 2026) 200 customers were lost: before 22.0 % of the losses came “Delivery: went wrong”, 1.92 times as often as before like customers who stayed; 90.0 % did not say why, the others most often said “Price”."
        );
        let open = [cause("Failed charge", 4, Some(OPEN))];
        let all = Told { period: None, so_far: None, before: &open, unknown: 0.0, stated: &[], ..told };
        assert_eq!(
            plain(&all),
            "Over all of the books 200 customers were lost: before 2.0 % of the losses came “Failed charge”, and before no like customer who stayed; all said why."
        );
        let dim = [cause("Silence", 90, Some(DIM))];
        let quiet = Told { before: &dim, unknown: 1.0, so_far: None, lost: 1, ..told };
        assert_eq!(
            plain(&quiet),
            "In 2026 1 customer was lost: nothing came before them more often than before like customers who stayed, beyond chance; none of them said why."
        );
        assert_eq!(
            plain(&Told { lost: 0, ..told }),
            "In 2026 so far (books to 12 Oct 2026) no customer was lost."
        );
    }

    #[test]
    fn lifts_are_told_as_short_as_they_are_sure() {
        assert_eq!((CLEAR.told(), CLEAR.interval()), ("1.92".into(), "1.41–2.61".into()));
        assert_eq!((OPEN.told(), OPEN.interval()), ("∞".into(), "1.60–∞".into()));
        assert_eq!((times(12.34), times(1234.5)), ("12.3".into(), "1,235".into()));
    }
}
