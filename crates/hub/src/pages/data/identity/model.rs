//! `/data/identity/model`: what the weights are and rest on, and a newly trained model that waits to be accepted.

use super::{Asked, MODEL, Said, form, words};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::data::count;
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::view::Page;
use refresh::view::identity::{Change, ModelField, ModelLevel, ModelSummary, ModelView, Proposal};
use report::{bars, calendar, evidence, number};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// The model in force.
    pub model: Option<ModelView>,
    /// The one that waits.
    pub proposal: Option<Proposal>,
    /// Whether customers are accounts, whom no weight joins.
    pub counts_accounts: bool,
    /// What was just done.
    pub said: Option<Said>,
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let read = hub
        .at_one_edition(|| async { Ok((hub.reader.model().await?, hub.reader.proposal().await?)) })
        .await?;
    let Some((edition, (model, proposal))) = read else {
        return Ok(layout::no_edition(&hub.frame(None), Place::Data, "Identity"));
    };
    if let Some(proposal) = &proposal {
        let changes = proposal.would_merge.rows.len() + proposal.would_split.rows.len();
        hub.saw("model", &format!("{changes} changes")).await?;
    }
    let said = Said::of(asked.said.as_deref());
    let counts_accounts = hub.counts_accounts();
    Ok(page(&View { frame: hub.frame(Some(edition)), model, proposal, counts_accounts, said }))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = html! {
        @if let Some(proposal) = &view.proposal { (proposed(&view.frame, proposal)) }
        @if let Some(model) = &view.model {
            (facts(&view.frame, &model.summary))
            (meaning(&model.summary, view.counts_accounts))
            section { h2 { "What each field says" } (layout::scroller("What each field says", &fields(&model.fields))) }
        } @else {
            (layout::empty("No model is in force. The first refresh learns one from the records themselves; nobody has to label anything.", "kept refresh"))
        }
        @if view.proposal.is_none() && view.model.is_some() {
            section {
                h2 { "Proposed model" }
                (layout::empty("None waits. A newly learnt model changes nothing by itself: it is shown here first, with the customers it would merge and split, and counts only when somebody accepts it. To learn one from the records of today, run in the home folder:", "kept identity retrain"))
            }
        }
    };
    super::page(&view.frame, MODEL, view.said, &told(view), &content)
}

fn told(view: &View) -> String {
    let Some(model) = &view.model else { return "No model weighs the evidence yet.".to_owned() };
    format!(
        "Of all pairs of records {} is one customer; {} tell which.",
        evidence::one_in(model.summary.match_share),
        number::counted(model.fields.len(), "field", "fields")
    )
}

fn facts(frame: &Frame, summary: &ModelSummary) -> Markup {
    html! {
        dl.facts {
            div { dt { "Model" } dd.code { (summary.version) } }
            div { dt { "Learnt from" } dd { (count(summary.records)) " records" } }
            div { dt { "Learnt on" } dd { (calendar::minute(summary.at_us, &frame.zone)) } }
            div { dt { "Accepted by" } dd { bdi { (summary.by) } } }
            div { dt { "Pairs that are one customer, λ" } dd { (evidence::one_in(summary.match_share)) } }
        }
    }
}

/// Weights for readers who are no statisticians.
fn meaning(summary: &ModelSummary, counts_accounts: bool) -> Markup {
    let prior = (summary.match_share / (1.0 - summary.match_share)).log2();
    html! {
        section.prose {
            h2 { "How to read a weight" }
            p {
                "Each agreement is held against how often strangers agree by chance. An equal birth date speaks loudly, since strangers seldom share one; an equal town hardly at all. "
                "A weight counts doublings of the odds, in bits: +1 makes one customer twice as likely as before, +3 eight times, +10 a thousand times; −1 halves it. "
                "Weights add up. A pair starts at " strong { (evidence::bits(prior)) } ", because two records picked at random are hardly ever one customer. "
                "Where the sum is 0 both are equally likely; +3.3 is a chance of about 90 %, +6.6 of 99 %, +10 of 99.9 %."
            }
            (super::meaning_of_weights(counts_accounts))
        }
    }
}

fn fields(fields: &[ModelField]) -> Markup {
    let weights = fields.iter().flat_map(|field| &field.levels).map(|level| f64::from(level.weight));
    let most =
        weights.filter(|weight| weight.is_finite()).fold(1.0, |most: f64, weight| most.max(weight.abs()));
    html! {
        table.feeds.model {
            thead { tr {
                th scope="col" { "Field" } th scope="col" { "Two values are" }
                th.n scope="col" { "In pairs of one customer, m" } th.n scope="col" { "In pairs of strangers, u" }
                th.n scope="col" { "Weight, bits" } th scope="col" aria-hidden="true" { }
            } }
            @for field in fields {
                tbody { @for (index, level) in field.levels.iter().enumerate() {
                    tr { @if index == 0 { (heading(field)) } (cells(level, most)) }
                } }
            }
        }
    }
}

/// The field, beside all its levels.
fn heading(field: &ModelField) -> Markup {
    html! {
        th.silo scope="rowgroup" rowspan=(field.levels.len()) {
            (words::field(&field.name))
            span.muted { "missing in " (number::percent(field.null_share)) }
            @if field.rare_bits != 0.0 || field.common > 0 {
                span.muted { (evidence::bits(field.rare_bits.into())) " more when the value is rare" }
                span.muted { (number::counted(field.common, "frequent value", "frequent values")) " weighed apart" }
            }
        }
    }
}

fn cells(level: &ModelLevel, most: f64) -> Markup {
    html! {
        td { (words::level(&level.name)) }
        td.n { (evidence::one_in(level.m)) }
        td.n { (evidence::one_in(level.u)) }
        td.n { (evidence::bits(level.weight.into())) }
        td.leaning aria-hidden="true" { (bars::lean(level.weight.into(), most)) }
    }
}

fn proposed(frame: &Frame, proposal: &Proposal) -> Markup {
    let model = &proposal.model;
    let merges = number::counted(proposal.would_merge.total, "merger", "mergers");
    let splits = number::counted(proposal.would_split.total, "split", "splits");
    html! {
        section.notice.proposal {
            h2 { "A new model waits for your word: " (merges) ", " (splits) }
            p {
                "Model " span.code { (model.version) } ", learnt on " (calendar::minute(model.at_us, &frame.zone)) " from " (count(model.records))
                " records. Until it is accepted the model in force stays. If it is, the next refresh changes these customers and restates the books accordingly."
            }
            (changes("Would become one", &proposal.would_merge))
            (changes("Would be split", &proposal.would_split))
            (form::judgement())
        }
    }
}

fn changes(heading: &str, changes: &Page<Change>) -> Markup {
    let table = html! {
        table {
            thead { tr { th scope="col" { "Customers now" } th scope="col" { "Records afterwards, a line for each customer" } } }
            tbody { @for change in &changes.rows {
                tr {
                    td.ids { @for id in &change.customers { a.code href=(links::customer(id)) { (id) } } }
                    td.wrap { @for group in &change.groups { p.group { @for record in group { bdi.code { (record) } " " } } } }
                }
            } }
        }
    };
    let left_out = changes.total.saturating_sub(changes.rows.len());
    html! {
        h3 { (heading) span.muted { " · " (number::count(i64::try_from(changes.total).unwrap_or(i64::MAX))) } }
        @if changes.rows.is_empty() { p.muted { "Nobody." } }
        @else { (layout::scroller(heading, &table)) }
        @if left_out > 0 { p.muted { (number::counted(left_out, "more is", "more are")) " left out here." } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view() -> View {
        View {
            frame: samples::frame(),
            model: Some(samples::model()),
            proposal: Some(samples::proposal()),
            counts_accounts: false,
            said: None,
        }
    }

    #[test]
    fn the_model_is_told_in_words_and_levels() {
        let told = page(&view()).into_string();
        samples::assert_safe(&told);
        for part in [
            "<h1>Of all pairs of records 1\u{a0}in\u{a0}45,678 is one customer; 4\u{a0}fields tell which.",
            "missing in 12.3\u{a0}%",
            "+3.1 more when the value is rare",
            "41\u{a0}frequent values weighed apart",
            "A pair starts at <strong>−15.5</strong>",
            "one slip apart",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }

    #[test]
    fn where_accounts_are_counted_the_page_says_that_weights_join_nobody() {
        assert!(page(&view()).into_string().contains("By evidence alone Kept joins two records only from"));
        let told = page(&View { counts_accounts: true, ..view() }).into_string();
        assert!(told.contains("keys and decisions alone") && !told.contains("By evidence alone"), "{told}");
    }

    #[test]
    fn a_proposal_says_whom_it_would_change_and_asks_for_a_reason() {
        let told = page(&view()).into_string();
        for part in [
            "A new model waits for your word: 3\u{a0}mergers, 1\u{a0}split",
            "2\u{a0}more are left out",
            "value=\"accept\"",
            "value=\"reject\"",
            "shop:&lt;img src=x onerror=alert(1)&gt;",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        assert_eq!(told.matches(" required ").count(), 1);
        assert!(!told.contains("None waits"));
    }

    #[test]
    fn before_the_first_refresh_there_is_no_model() {
        let told = page(&View { model: None, proposal: None, ..view() }).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("No model weighs the evidence yet.") && told.contains("kept refresh"));
        let quiet = page(&View { proposal: None, ..view() }).into_string();
        assert!(quiet.contains("None waits.") && !quiet.contains("class=\"decide\""));
    }
}
