//! Tables of `--split`: a line for each segment and one for the whole that they add up to.

use crate::table;
use model::Currency;
use refresh::view::Line;
use refresh::view::segments::{SplitCohorts, SplitReasons, SplitStatement, value_of};
use report::number;

const WHOLE: &str = "all customers";

/// The statement of one period; `None` where the books have no such line. Says whether the segments tie.
pub(crate) fn statement(told: &SplitStatement, line: &Line, currency: Currency) -> String {
    let at = |lines: &[Line]| lines.iter().find(|other| other.period == line.period).copied();
    let counts = |line: &Line| {
        let lost = line.lost_count.saturating_neg();
        [
            line.opening_count,
            line.gained_count,
            line.won_back_count,
            lost,
            line.adjusted_count,
            line.closing_count,
        ]
    };
    let row = |name: &str, line: &Line| {
        let mut cells = vec![name.to_owned()];
        cells.extend(counts(line).map(number::count));
        cells.extend([line.opening_minor, line.closing_minor].map(|minor| number::amount(minor, currency)));
        cells
    };
    let segments: Vec<(&str, Line)> =
        told.segments.iter().filter_map(|one| Some((value_of(&one.segment), at(&one.lines)?))).collect();
    let mut rows: Vec<Vec<String>> = segments.iter().map(|(name, line)| row(name, line)).collect();
    rows.push(row(WHOLE, line));
    let money = currency.to_string();
    let head = [
        (told.split.as_str(), false),
        ("opening", true),
        ("gained", true),
        ("won back", true),
        ("lost", true),
        ("adjusted", true),
        ("closing", true),
        (&*format!("opening, {money}"), true),
        (&*format!("closing, {money}"), true),
    ];
    let sums = segments.iter().fold(([0; 6], [0; 2]), |(sums, minor), (_, line)| {
        let own = counts(line);
        (
            std::array::from_fn(|at| sums[at] + own[at]),
            [minor[0] + line.opening_minor, minor[1] + line.closing_minor],
        )
    });
    let ties = sums == (counts(line), [line.opening_minor, line.closing_minor]);
    let tie =
        if ties { "segments add up to all customers" } else { "SEGMENTS DO NOT ADD UP to all customers" };
    format!("{}\n{}{tie}\n", report::calendar::period(line.period), table::lines(&head, &rows))
}

/// Losses, each segment with what came before most tellingly.
pub(crate) fn reasons(told: &SplitReasons, currency: Currency) -> String {
    let (whole, segments): (Vec<_>, Vec<_>) = told.rows.iter().partition(|row| row.segment.is_empty());
    let rows: Vec<Vec<String>> = segments
        .into_iter()
        .chain(whole)
        .map(|row| {
            let name = if row.segment.is_empty() { WHOLE } else { value_of(&row.segment) };
            let chance = if row.cause.is_empty() || row.stands_out { "" } else { " (chance may do)" };
            vec![
                name.to_owned(),
                number::count(row.lost_count),
                number::amount(row.lost_minor, currency),
                number::count(row.unknown_count),
                format!("{}{chance}", row.cause_name),
                if row.cause.is_empty() { "–".to_owned() } else { number::count(row.cause_count) },
            ]
        })
        .collect();
    let money = format!("value, {currency}");
    let head = [
        (told.split.as_str(), false),
        ("lost", true),
        (&*money, true),
        ("unknown", true),
        ("came before", false),
        ("so many", true),
    ];
    let when = told.period.map_or_else(|| "all of the books".to_owned(), report::calendar::period);
    format!("{when}\n{}", table::lines(&head, &rows))
}

/// Gained, and how many of them are there.
pub(crate) fn cohorts(told: &SplitCohorts, currency: Currency) -> String {
    let (whole, segments): (Vec<_>, Vec<_>) = told.rows.iter().partition(|row| row.segment.is_empty());
    let rows: Vec<Vec<String>> = segments
        .into_iter()
        .chain(whole)
        .map(|row| {
            let name = if row.segment.is_empty() { WHOLE } else { value_of(&row.segment) };
            let share = (row.gained > 0).then(|| row.active as f64 / row.gained as f64);
            let percent = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), number::percent);
            vec![
                name.to_owned(),
                number::count(row.gained),
                number::count(row.active),
                percent(share),
                percent(row.year_share),
                number::amount(row.value_minor, currency),
            ]
        })
        .collect();
    let money = format!("value now, {currency}");
    let head = [
        (told.split.as_str(), false),
        ("gained", true),
        ("active now", true),
        ("of gained", true),
        ("a year later", true),
        (&*money, true),
    ];
    table::lines(&head, &rows)
}
