//! The statement as reported: closed periods as frozen, and what has changed about them booked as an adjustment in the
//! first period after them.

use super::frozen::{Frozen, key};
use crate::figures::{Figures, Line, OpeningCohort};
use model::{Day, Granularity, Period};
use std::collections::BTreeMap;

/// Customers and value, minor units.
type Standing = (i64, i64);

impl Frozen<'_> {
    /// The lines as reported, in the order of `StatementBuilder::finish`: for every period from the first month that is
    /// restated or frozen to that of `as_of`, of the whole and of every segment of [`Frozen::segments`].
    ///
    /// `restated` are the lines told from the postings, with segments by their codes of now. A period that is closed
    /// only in part, such as the year, is open: its movements are told as they are now, it ends as its last month does,
    /// and an adjustment ties both. While the books end with a closed month, what changed waits for the next month.
    pub fn as_reported(&self, restated: &[Line], as_of: Day) -> Vec<Line> {
        let restated = self.restated(restated);
        let mut lines = Vec::new();
        let mut month_ends: BTreeMap<(Option<u16>, i32), Standing> = BTreeMap::new();
        let months = restated.keys().chain(self.lines.keys()).filter(|key| key.0 == Granularity::Month);
        let Some(first) = months.map(|key| key.2).min() else {
            return lines;
        };
        let first = Period { granularity: Granularity::Month, index: first }.start();
        for granularity in Granularity::ALL {
            let first = Period::of(granularity, first).index;
            let segments = (0..self.segments().len()).map(|code| Some(code as u16));
            for segment in std::iter::once(None).chain(segments) {
                let mut opening = (0, 0);
                for index in first..=Period::of(granularity, as_of).index {
                    let period = Period { granularity, index };
                    let last_month = Period::of(Granularity::Month, period.end().plus(-1).min(as_of)).index;
                    let end = month_ends.get(&(segment, last_month)).copied();
                    let line = self.line(&restated, (period, segment), opening, end);
                    opening = closing(&line.figures);
                    if granularity == Granularity::Month {
                        month_ends.insert((segment, index), opening);
                    }
                    lines.push(line);
                }
            }
        }
        lines
    }

    /// The restated lines with those of every segment: books that are not split are told as one of them.
    fn restated(&self, lines: &[Line]) -> BTreeMap<(Granularity, Option<u16>, i32), Line> {
        let mut all: BTreeMap<_, _> = lines.iter().map(|line| (key(line), *line)).collect();
        if let Some(unsplit) = self.unsplit.filter(|_| self.segments_now() == 0) {
            let whole = lines.iter().filter(|line| line.segment.is_none());
            let told = whole.map(|line| Line { segment: Some(unsplit), ..*line });
            all.extend(told.map(|line| (key(&line), line)));
        }
        all
    }

    /// A line that opens at `opening`; one that is open closes at `end`, or as restated.
    fn line(
        &self,
        restated: &BTreeMap<(Granularity, Option<u16>, i32), Line>,
        (period, segment): (Period, Option<u16>),
        opening: Standing,
        end: Option<Standing>,
    ) -> Line {
        let nothing = Line { period, segment, figures: Figures::default(), cohort: OpeningCohort::default() };
        let key = key(&nothing);
        if let Some(line) = self.lines.get(&key) {
            return *line;
        }
        let mut line = restated.get(&key).copied().unwrap_or(nothing);
        let mut end = end.unwrap_or(closing(&line.figures));
        if self.cut_off().is_some_and(|cut_off| period.end().plus(-1) <= cut_off) {
            (line, end) = (nothing, opening);
        }
        let f = &mut line.figures;
        f.adjusted_count += end.0 - opening.0 - (f.closing_count - f.opening_count);
        f.adjusted_minor += end.1 - opening.1 - (f.closing_minor - f.opening_minor);
        (f.opening_count, f.opening_minor) = opening;
        (f.closing_count, f.closing_minor) = end;
        line
    }
}

const fn closing(figures: &Figures) -> Standing {
    (figures.closing_count, figures.closing_minor)
}
