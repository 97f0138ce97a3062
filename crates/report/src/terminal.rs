//! The same pictures in a terminal: bars of eighth blocks, no colour needed.

use crate::flow::{Figures, Flow, Measure, Step};
use crate::{calendar, sentence, waterfall};
use model::{Currency, Day};
use std::fmt::Write as _;

/// Sentence and both waterfalls of one period, lines of at most `width` columns (held between 40 and 160).
pub fn statement(figures: &Figures, currency: Currency, so_far: Option<Day>, width: usize) -> String {
    let width = width.clamp(40, 160);
    let mut told = wrap(&sentence::statement(figures, currency, so_far), width);
    for (flow, measure) in
        [(&figures.customers, Measure::Customers), (&figures.value, Measure::Value(currency))]
    {
        let _ = write!(
            told,
            "\n{}, {}\n{}",
            measure.heading(),
            calendar::period(figures.period),
            bars(flow, measure, width)
        );
    }
    told
}

/// One waterfall: a row for each step, its name, its bar and its amount.
pub fn bars(flow: &Flow, measure: Measure, width: usize) -> String {
    let steps = flow.steps(measure);
    let scale = waterfall::scale_of(&steps, measure);
    let amounts: Vec<String> = steps.iter().map(|step| amount(step, measure)).collect();
    let longest = amounts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let names = steps.iter().map(|step| step.label.len()).max().unwrap_or(0);
    let room = width.saturating_sub(names + longest + 2).max(8);
    let place = |level: i64| (scale.place(measure.units(level), 0.0, room as f64) * 8.0).round() as usize;
    let zero = (scale.place(scale.from.max(0.0), 0.0, room as f64) * 8.0).round() as usize;
    let mut told = String::new();
    for (step, amount) in steps.iter().zip(&amounts) {
        let from = if step.is_total { zero } else { place(step.from) };
        let to = place(step.to);
        let mut bar = bar(from.min(to), from.max(to), room, step.amount != 0);
        if step.is_total && scale.cut {
            bar.replace_range(..bar.chars().next().map_or(0, char::len_utf8), "≈");
        }
        let _ = writeln!(told, "{:names$} {bar} {amount:>longest$}", step.label);
    }
    if scale.cut {
        let start = crate::number::count(scale.from as i64);
        let _ = writeln!(told, "{:names$} ≈ axis starts at {start}", "");
    }
    told
}

/// Closing, came, left and growth of many periods, one line each, for narrow terminals too.
pub fn periods(lines: &[Figures], currency: Currency) -> String {
    let mut rows = vec![
        ["Period", "Opening", "Gained", "Won back", "Lost", "Closing", "Growth"].map(str::to_owned).to_vec(),
    ];
    rows[0].push(Measure::Value(currency).heading());
    for line in lines {
        let c = &line.customers;
        let mut row = vec![line.period.to_string()];
        row.extend(
            [c.opening, c.gained, c.won_back, c.lost.saturating_neg(), c.closing].map(crate::number::count),
        );
        row.push(c.growth().map_or_else(|| "–".to_owned(), crate::number::signed_percent));
        row.push(crate::number::amount(line.value.closing, currency));
        rows.push(row);
    }
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut told = String::new();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        let _ = writeln!(told, "{}", cells.join("  "));
    }
    told
}

fn amount(step: &Step, measure: Measure) -> String {
    if step.is_total { measure.exact(step.amount) } else { measure.signed(step.amount) }
}

/// A bar between two positions, in eighths of a column, padded to `room` columns.
pub(crate) fn bar(from: usize, to: usize, room: usize, visible: bool) -> String {
    const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let to = if visible { to.max(from + 1) } else { to };
    let mut told = String::new();
    for column in 0..room {
        let (start, end) = (column * 8, column * 8 + 8);
        let sign = match (from.clamp(start, end) - start, to.clamp(start, end) - start) {
            (0, 8) => '█',
            (0, part) => EIGHTHS[part],
            (8, _) => ' ',
            // A bar that starts inside a column has no block of its own: the nearest half stands for it.
            (begin, part) if part > begin => {
                if begin >= 6 {
                    '▕'
                } else {
                    '▐'
                }
            }
            _ => ' ',
        };
        told.push(sign);
    }
    if visible && told.trim().is_empty() {
        told.pop();
        told.push('▕');
    }
    told
}

/// Breaks at blanks; a word longer than the width stands alone.
pub(crate) fn wrap(text: &str, width: usize) -> String {
    let mut told = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            told.push('\n');
            used = 0;
        } else if used > 0 {
            told.push(' ');
            used += 1;
        }
        told.push_str(word);
        used += length;
    }
    told.push('\n');
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Period;

    fn figures() -> Figures {
        Figures {
            period: Period::parse("2026-09").expect("period"),
            customers: Flow {
                opening: 12_439,
                gained: 374,
                won_back: 38,
                lost: 371,
                closing: 12_480,
                ..Flow::default()
            },
            value: Flow {
                opening: 100_000,
                gained: 50_000,
                lost: 20_000,
                closing: 130_000,
                ..Flow::default()
            },
        }
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        let euro = Currency::parse("EUR").expect("code");
        for width in [40, 60, 80, 120] {
            let told = statement(&figures(), euro, None, width);
            for line in told.lines() {
                assert!(line.chars().count() <= width, "{width}: {line:?}");
            }
            assert!(told.contains("≈ axis starts at 12,"), "{told}");
            assert_eq!(told.lines().filter(|line| line.starts_with("Won back")).count(), 2);
        }
    }

    #[test]
    fn a_bar_covers_its_eighths() {
        let table = [
            (0, 16, 3, "██ "),
            (0, 4, 2, "▌ "),
            (8, 16, 3, " █ "),
            (4, 12, 3, "▐▌ "),
            (3, 3, 2, "▐ "),
            (16, 16, 2, " ▕"),
        ];
        for (from, to, room, expected) in table {
            assert_eq!(bar(from, to, room, true), expected, "{from} {to}");
        }
        assert_eq!(bar(3, 3, 2, false), "  ");
    }

    #[test]
    fn many_periods_stand_in_columns() {
        let told = periods(&[figures()], Currency::parse("EUR").expect("code"));
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].chars().count(), lines[1].chars().count());
        assert!(lines[1].contains("2026-09") && lines[1].contains("−371") && lines[1].contains("1,300.00"));
    }
}
