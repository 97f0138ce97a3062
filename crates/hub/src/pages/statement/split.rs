//! The period in front, segment by segment: they add up to the whole.

use super::show::View;
use crate::pages::segments::{LISTED, switch};
use crate::{layout, links};
use maud::{Markup, html};
use model::Period;
use refresh::view::Line;
use refresh::view::closings::Basis;
use refresh::view::segments::{SplitStatement, value_of};
use report::number;

/// Where the table stands on the page.
pub(super) const ANCHOR: &str = "segments";

/// One row: a segment, or several small ones.
struct Row<'a> {
    /// `None` for several.
    segment: Option<&'a str>,
    numbers: [i64; 8],
}

/// Opening, gained, won back, lost, adjusted and closing customers; value at the start and at the end.
fn numbers(line: &Line) -> [i64; 8] {
    let lost = line.lost_count.saturating_neg();
    [
        line.opening_count,
        line.gained_count,
        line.won_back_count,
        lost,
        line.adjusted_count,
        line.closing_count,
        line.opening_minor,
        line.closing_minor,
    ]
}

const FIGURES: [&str; 8] =
    ["opening", "gained", "won_back", "lost", "adjustment", "closing", "opening", "closing"];

pub(super) fn section(view: &View, whole: &Line) -> Markup {
    let Some(told) = view.split.as_ref().filter(|told| !told.segments.is_empty()) else { return html! {} };
    let at = |lines: &[Line]| lines.iter().find(|line| line.period == whole.period).copied();
    let Some(total) = at(&told.whole) else { return html! {} };
    let mut rows: Vec<Row<'_>> = told
        .segments
        .iter()
        .filter_map(|one| Some(Row { segment: Some(&one.segment), numbers: numbers(&at(&one.lines)?) }))
        .collect();
    let sums = rows.iter().fold([0; 8], |sums, row| std::array::from_fn(|at| sums[at] + row.numbers[at]));
    let ties = sums == numbers(&total);
    let left_out = if view.all_segments { Vec::new() } else { small(&mut rows) };
    let there = |id: &str| links::with(&view.address(view.by(), Some(whole.period), view.all), "split", id);
    html! {
        section id=(ANCHOR) {
            h2 { "Segment by segment" span.muted { " · " (report::calendar::period(whole.period)) (view.mark(whole.period)) } }
            (switch(&view.splits, &told.split, &|id| format!("{}#{ANCHOR}", there(id))))
            (table(view, told, &rows, &total, ties))
            @if !left_out.is_empty() {
                p.muted { a href=(format!("{}#{ANCHOR}", links::with(&there(&told.split), "segments", "all"))) { "Show all " (number::count((rows.len() - 1 + left_out.len()) as i64)) " segments" } }
            }
            @if told.closed_until.is_some() && told.basis == Basis::Restated && view.statement.basis == Basis::Reported {
                p.muted { "Closed periods are kept by the first split alone; by this one they are told as restated." }
            }
        }
    }
}

/// Puts the small segments into one row, largest first before it; returns those taken out.
fn small<'a>(rows: &mut Vec<Row<'a>>) -> Vec<Row<'a>> {
    if rows.len() <= LISTED + 1 {
        return Vec::new();
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.numbers[5], row.numbers[0])));
    let small = rows.split_off(LISTED);
    let numbers = small.iter().fold([0; 8], |sums, row| std::array::from_fn(|at| sums[at] + row.numbers[at]));
    rows.push(Row { segment: None, numbers });
    small
}

fn table(view: &View, told: &SplitStatement, rows: &[Row<'_>], total: &Line, ties: bool) -> Markup {
    let currency = view.frame.currency;
    let adjusted = rows.iter().any(|row| row.numbers[4] != 0);
    let is_shown = |at: usize| at != 4 || adjusted;
    let cells = |numbers: &[i64; 8], link: &dyn Fn(&str) -> String| {
        html! {
            @for (at, amount) in numbers.iter().enumerate().filter(|(at, _)| is_shown(*at)) {
                td.n { a href=(link(FIGURES[at])) {
                    (match at { 0 | 5 => number::count(*amount), 6 | 7 => number::amount(*amount, currency), _ => number::signed(*amount) })
                } }
            }
        }
    };
    let table = html! {
        table.rows {
            thead { tr {
                th scope="col" { (layout::defined("Segment", "segment")) }
                @for (at, name) in ["Opening", "Gained", "Won back", "Lost", "Adjusted", "Closing"].iter().enumerate().filter(|(at, _)| is_shown(*at)) {
                    th.n scope="col" { (name) @if at == 0 { ", customers" } }
                }
                th.n scope="col" { "Opening, " (currency) }
                th.n scope="col" { "Closing, " (currency) }
            } }
            tbody { @for row in rows {
                tr {
                    @if let Some(segment) = row.segment {
                        th.name scope="row" { a href=(links::with(&links::statement(view.by(), Some(total.period), segment, view.all), "split", &told.split)) { bdi { (value_of(segment)) } } }
                        (cells(&row.numbers, &|figure| behind(view, told, total.period, figure, segment)))
                    } @else {
                        th.name scope="row" { "smaller segments" }
                        (cells(&row.numbers, &|_| format!("{}#{ANCHOR}", links::with(&links::with(&view.address(view.by(), Some(total.period), view.all), "split", &told.split), "segments", "all"))))
                    }
                }
            } }
            tfoot {
                tr.total { th scope="row" { "All customers" }
                    (cells(&numbers(total), &|figure| behind(view, told, total.period, figure, ""))) }
                tr.tie.off[!ties] { th scope="row" colspan=(if adjusted { 9 } else { 8 }) {
                    @if ties { "✓ Ties out" span.muted { " segments add up to all customers" } }
                    @else { "✗ Does not tie out" span.muted { " segments do not add up to all customers" } }
                } }
            }
        }
    };
    layout::scroller("Statement by segment", &table)
}

/// The list behind a number; of a closed period as reported the segment's statement, which tells what changed since.
fn behind(view: &View, told: &SplitStatement, period: Period, figure: &str, segment: &str) -> String {
    match told.basis {
        Basis::Reported if view.is_closed(period) || figure == "adjustment" => {
            links::statement_as(period, segment, Basis::Reported)
        }
        _ => links::behind(period, figure, segment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::statement::show;
    use crate::samples;

    /// So many segments of equal lines and their whole.
    fn view(segments: i64) -> View {
        let lines = samples::lines(2);
        let times = |line: &Line, n: i64| Line {
            opening_count: line.opening_count * n,
            gained_count: line.gained_count * n,
            won_back_count: line.won_back_count * n,
            lost_count: line.lost_count * n,
            closing_count: line.closing_count * n,
            opening_minor: line.opening_minor * n,
            closing_minor: line.closing_minor * n,
            ..*line
        };
        let whole: Vec<Line> = lines.iter().map(|line| times(line, segments)).collect();
        let mut view = View::sample(whole.clone());
        view.split = Some(SplitStatement {
            granularity: view.by(),
            split: "region".into(),
            basis: Basis::Restated,
            closed_until: None,
            whole,
            segments: (0..segments)
                .map(|at| refresh::view::segments::SegmentLines {
                    segment: format!("region=S & {at}"),
                    lines: lines.clone(),
                })
                .collect(),
        });
        view
    }

    #[test]
    fn segments_are_listed_with_the_whole_they_add_up_to_and_every_number_opens_its_list() {
        let told = show::page(&view(3)).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("segments add up to all customers") && told.contains("S &amp; 2"));
        assert!(
            told.contains("/customers?period=2026-10&amp;figure=lost&amp;segment=region%3DS%20%26%201"),
            "{told}"
        );
        assert!(told.contains("?by=month&amp;period=2026-10&amp;split=plan#segments"), "{told}");
        let mut off = view(3);
        if let Some(split) = &mut off.split {
            split.segments.pop();
        }
        assert!(show::page(&off).into_string().contains("segments do not add up to all customers"));
    }

    #[test]
    fn many_segments_end_in_one_row_that_opens_all() {
        let told = show::page(&view(40)).into_string();
        assert!(told.contains("smaller segments") && told.contains("Show all 40 segments"), "{told}");
        assert!(told.contains("segments add up to all customers"));
        let mut all = view(40);
        all.all_segments = true;
        let told = show::page(&all).into_string();
        assert!(!told.contains("smaller segments") && told.contains("S &amp; 39"));
    }

    #[test]
    fn where_nothing_is_split_there_is_no_table() {
        let mut view = view(2);
        view.split = None;
        assert!(!show::page(&view).into_string().contains("Segment by segment"));
    }
}
