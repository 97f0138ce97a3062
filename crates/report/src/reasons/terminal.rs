//! The same in a terminal.

use super::{Before, Said, Told, sentence};
use crate::number;
use crate::terminal::{bar, wrap};
use std::fmt::Write as _;

/// Sentence, what was said and what came before, lines of at most `width` columns (held between 60 and 160).
pub fn terminal(told: &Told<'_>, width: usize) -> String {
    let width = width.clamp(60, 160);
    let mut text = wrap(&sentence(told), width);
    if told.lost == 0 {
        return text;
    }
    let unknown = Said {
        name: "Unknown".to_owned(),
        department: String::new(),
        count: (told.unknown * told.lost as f64).round() as i64,
        share: told.unknown,
        href: String::new(),
    };
    let said: Vec<&Said> = told.stated.iter().chain([&unknown]).collect();
    text += "\nWhat they said\n";
    text += &rows(&said, &vec![String::new(); said.len()], width);
    text += "\nWhat came in the 90 days before, and how many times as often as before those who stayed\n";
    let before: Vec<&Said> = told.before.iter().map(|cause| &cause.said).collect();
    text += &rows(&before, &told.before.iter().map(lift).collect::<Vec<_>>(), width);
    text + &wrap(
        "* beyond chance (95 % interval above 1, at most 5 % false discoveries). Association, not cause.",
        width,
    )
}

fn lift(cause: &Before) -> String {
    match &cause.lift {
        Some(lift) => {
            format!("{} ({}){}", lift.told(), lift.interval(), if lift.stands_out { " *" } else { "  " })
        }
        None => "–  ".to_owned(),
    }
}

fn rows(said: &[&Said], ends: &[String], width: usize) -> String {
    const NAME: usize = 30;
    let names: Vec<String> = said.iter().map(|said| crate::scale::shorten(&said.name, NAME)).collect();
    let amounts: Vec<String> = said
        .iter()
        .map(|said| format!("{} {:>7}", number::count(said.count), number::percent(said.share)))
        .collect();
    let longest = |texts: &[String]| texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let (name, amount, end) = (longest(&names), longest(&amounts), longest(ends));
    let room = width.saturating_sub(name + amount + end + 3).max(4);
    let most = said.iter().map(|said| said.share).fold(f64::MIN_POSITIVE, f64::max);
    let mut text = String::new();
    for (((said, label), told), tail) in said.iter().zip(&names).zip(&amounts).zip(ends) {
        let length = (said.share / most * room as f64 * 8.0).round() as usize;
        let drawn = bar(0, length, room, said.count > 0);
        let line = format!("{label:name$} {drawn} {told:>amount$} {tail:>end$}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reasons::tests::{CLEAR, OPEN, cause, said};

    #[test]
    fn no_line_is_wider_than_asked() {
        let stated = [said("Price", 12), said("A reason with a very long name that goes on", 8)];
        let before = [
            cause("Delivery: went wrong", 44, Some(CLEAR)),
            cause("First purchase", 9, None),
            cause("Open", 3, Some(OPEN)),
        ];
        let told =
            Told { period: None, so_far: None, lost: 200, unknown: 0.9, stated: &stated, before: &before };
        for width in [60, 80, 120] {
            let text = terminal(&told, width);
            for line in text.lines().filter(|line| !line.starts_with("What came")) {
                assert!(line.chars().count() <= width, "{width}: {line:?}");
            }
            assert!(text.contains("1.92 (1.41–2.61) *") && text.contains("Unknown"), "{text}");
        }
        assert_eq!(terminal(&Told { lost: 0, ..told }, 80), "Over all of the books no customer was lost.\n");
    }
}
