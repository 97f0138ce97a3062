//! Two records beside each other: what each says, how the values relate, what that weighs.

use super::words;
use crate::layout;
use maud::{Markup, html};
use refresh::view::Record;
use refresh::view::identity::{Comparison, Part};
use report::weights::{Clue, Weighing};
use report::{bars, evidence};

/// `silo:key`.
pub(super) fn name(record: &Record) -> String {
    format!("{}:{}", record.silo, record.key)
}

/// As the waterfall draws it; the household's deduction is its last clue.
pub(super) fn weighing(comparison: &Comparison) -> Weighing {
    let mut clues: Vec<Clue> = comparison.parts.iter().map(clue).collect();
    if comparison.household != 0.0 {
        clues.push(Clue {
            name: "Household".to_owned(),
            said: "shared by those who live together".to_owned(),
            bits: f64::from(comparison.household),
            frequency: 0.0,
        });
    }
    Weighing { prior: f64::from(comparison.prior), clues, total: f64::from(comparison.weight) }
}

fn clue(part: &Part) -> Clue {
    Clue {
        name: words::field(&part.field),
        said: words::level(&part.level).to_owned(),
        bits: f64::from(part.weight),
        frequency: f64::from(part.frequency),
    }
}

/// The largest weight of one field in any of the comparisons, so that their bars share one scale.
pub(super) fn most<'a>(comparisons: impl Iterator<Item = &'a Comparison>) -> f64 {
    let weights = comparisons.flat_map(|comparison| &comparison.parts).map(|part| part.weight.abs());
    f64::from(weights.fold(1.0, f32::max))
}

/// A row for each field that both know.
pub(super) fn table(comparison: &Comparison, most: f64) -> Markup {
    let (a, b) = (name(&comparison.a), name(&comparison.b));
    let table = html! {
        table.compare {
            thead { tr {
                th scope="col" { "Field" }
                th scope="col" { span.code { bdi { (a) } } }
                th scope="col" { span.code { bdi { (b) } } }
                th scope="col" { "They are" }
                th.n scope="col" { "Bits" }
                th scope="col" aria-hidden="true" { }
            } }
            tbody { @for part in &comparison.parts { (line(part, most)) } }
        }
    };
    layout::scroller(&format!("{a} beside {b}"), &table)
}

fn line(part: &Part, most: f64) -> Markup {
    let bits = f64::from(part.weight);
    html! {
        tr {
            th.field scope="row" { (words::field(&part.field)) }
            td.wrap.one { bdi { (part.a) } }
            td.wrap.other { bdi { (part.b) } }
            td.said { (words::level(&part.level)) }
            td.n.bits { (evidence::bits(bits)) }
            td.leaning aria-hidden="true" { (bars::lean(bits, most)) }
        }
    }
}

/// Everything both silos know, behind a fold.
pub(super) fn whole(comparison: &Comparison) -> Markup {
    html! {
        details.whole {
            summary { "Everything both records say" }
            div.cards { @for record in [&comparison.a, &comparison.b] {
                article.card {
                    h3 { (record.silo) " " span.code { bdi { (record.key) } } }
                    @if record.fields.is_empty() { p.muted { "Nothing but its key." } }
                    dl { @for (column, value) in &record.fields {
                        div { dt { (column.replace('_', " ")) } dd { bdi { (value) } } }
                    } }
                }
            } }
        }
    }
}
