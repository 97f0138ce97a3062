//! `/data/identity/explain?a=silo:key&b=silo:key`: why two records are, or are not, one customer, weight by weight.

use super::{EXPLAIN, Said, compare, form, words};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::data::{marked, sentence};
use crate::{Hub, links};
use axum::http::StatusCode;
use maud::{Markup, html};
use refresh::Error;
use refresh::decisions::{Decision, RecordName, Verdict};
use refresh::view::Merge;
use refresh::view::identity::{Comparison, Explanation};
use report::weights::{self, Row, Weighing};
use report::{calendar, evidence};
use serde::Deserialize;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    /// One record, `silo:key`.
    pub a: Option<String>,
    /// The other.
    pub b: Option<String>,
    /// Code of what was just done.
    pub said: Option<String>,
}

impl Asked {
    /// The two records; `None` while one is missing.
    pub(crate) fn pair(&self) -> Result<Option<(RecordName, RecordName)>, Error> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let (Some(a), Some(b)) = (given(&self.a), given(&self.b)) else { return Ok(None) };
        Ok(Some((RecordName::parse(&a)?, RecordName::parse(&b)?)))
    }
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// What was asked for.
    pub asked: Asked,
    /// The answer, or why there is none; `None` before two records are named.
    pub answer: Option<Result<Explanation, String>>,
    /// Whether customers are accounts, whom no weight joins.
    pub counts_accounts: bool,
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<(StatusCode, Markup), Failure> {
    let edition = hub.reader.edition().await?;
    let frame = hub.frame(edition.clone());
    let counts_accounts = hub.counts_accounts();
    let (a, b) = match asked.pair() {
        Ok(Some(pair)) => pair,
        Ok(None) => return Ok((StatusCode::OK, page(&View { frame, asked, answer: None, counts_accounts }))),
        Err(error) => {
            let answer = Some(Err(error.to_string()));
            return Ok((StatusCode::BAD_REQUEST, page(&View { frame, asked, answer, counts_accounts })));
        }
    };
    let read = hub.at_one_edition(|| async { Ok(hub.reader.explain(&a, &b).await) }).await?;
    let Some((edition, told)) = read else {
        return Ok((StatusCode::OK, layout::no_edition(&frame, Place::Data, "Identity")));
    };
    let frame = hub.frame(Some(edition));
    let (status, answer) = match told {
        Ok(explanation) => {
            let (one, other) = &explanation.customers;
            hub.saw("customers", &format!("2: {one} {other}")).await?;
            (StatusCode::OK, Ok(explanation))
        }
        Err(error @ (Error::NoRecord(_) | Error::NoModel)) => (StatusCode::NOT_FOUND, Err(error.to_string())),
        Err(error @ Error::Decision { .. }) => (StatusCode::BAD_REQUEST, Err(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    Ok((status, page(&View { frame, asked, answer: Some(answer), counts_accounts })))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let asked = |text: &Option<String>| text.clone().unwrap_or_default();
    let (a, b) = (asked(&view.asked.a), asked(&view.asked.b));
    let content = html! {
        (form::pair(&a, &b))
        @match &view.answer {
            None => { p { "Name two records as they stand on their customers’ pages. The page then shows field by field what speaks for their being one customer and what against, and takes your decision." } },
            Some(Err(error)) => div.notice.bad role="alert" { p { (marked(&sentence(error))) "." } },
            Some(Ok(explanation)) => (told(view, explanation)),
        }
    };
    super::page(&view.frame, EXPLAIN, Said::of(view.asked.said.as_deref()), &heading(view), &content)
}

fn heading(view: &View) -> String {
    let Some(Ok(explanation)) = &view.answer else {
        return "Any two records can be weighed against each other.".to_owned();
    };
    let comparison = &explanation.comparison;
    let what = if explanation.one_customer { "one customer" } else { "two customers" };
    let weighed = format!(
        "the evidence between them says {}, {}",
        evidence::chance(comparison.probability),
        words::chance(comparison.probability)
    );
    let (a, b) = (compare::name(&comparison.a), compare::name(&comparison.b));
    format!("{a} and {b} are {what}; {weighed}.")
}

fn told(view: &View, explanation: &Explanation) -> Markup {
    let comparison = &explanation.comparison;
    let weighing = compare::weighing(comparison);
    html! {
        (customers(explanation))
        @if let Some(decision) = &explanation.decision { (decided(&view.frame, decision)) }
        section {
            h2 { "Why" span.muted { " · weights in bits, model " span.code { (comparison.model) } } }
            (weights::picture(&weighing))
            (legend())
            (table(comparison, &weighing))
            (super::meaning_of_weights(view.counts_accounts))
            (compare::whole(comparison))
        }
        @if explanation.one_customer { (path(explanation)) }
        (decide(explanation))
    }
}

fn customers(explanation: &Explanation) -> Markup {
    let (a, b) = &explanation.customers;
    html! {
        p {
            @if explanation.one_customer { a href=(links::customer(a)) { "The customer" } }
            @else { a href=(links::customer(a)) { "The customer of one" } " · " a href=(links::customer(b)) { "the customer of the other" } }
            " · " a href=(super::MODEL) { "what the weights rest on" }
        }
    }
}

fn decided(frame: &Frame, decision: &Decision) -> Markup {
    let what = match decision.verdict {
        Verdict::Same => "they are one customer",
        Verdict::Different => "they are two customers",
        Verdict::Undone => "what was decided before no longer counts",
    };
    html! {
        p.notice {
            bdi { (decision.by) } " decided on " (calendar::minute(decision.at_us, &frame.zone)) ": " (what) ". “" bdi { (decision.reason) } "”"
            @if super::decisions::is_beyond(frame, decision) { " It counts from the next refresh on: run " code { "kept refresh" } "." }
        }
    }
}

fn legend() -> Markup {
    html! {
        p.legend {
            span.key { "for one customer" }
            span.key.rare { "of it, because the value is rare" }
            span.key.lost { "lost, because the value is frequent" }
            span.key.down { "for two" }
        }
    }
}

/// The same in a table; its rows add up to its total.
fn table(comparison: &Comparison, weighing: &Weighing) -> Markup {
    let rows = weighing.rows();
    let table = html! {
        table.rows.evidence {
            thead { tr {
                th scope="col" { "Field" }
                th scope="col" { bdi.code { (compare::name(&comparison.a)) } }
                th scope="col" { bdi.code { (compare::name(&comparison.b)) } }
                th scope="col" { "They are" }
                th.n scope="col" { "Rarity’s part" }
                th.n scope="col" { "Bits" }
            } }
            tbody { @for (index, row) in rows.iter().enumerate() {
                @let part = index.checked_sub(1).and_then(|index| comparison.parts.get(index));
                (line(row, part.map(|part| (part.a.as_str(), part.b.as_str()))))
            } }
            tfoot {
                tr { th scope="row" colspan="5" { "Chance of one customer" span.muted { (words::chance(comparison.probability)) } } td.n { (evidence::chance(comparison.probability)) } }
                @if !weighing.ties() {
                    tr.tie.off { th scope="row" colspan="5" { "✗ Does not tie out" span.muted { "the weights do not make the total" } } td.n { (evidence::bits(comparison.weight.into())) } }
                }
            }
        }
    };
    layout::scroller("Evidence, field by field", &table)
}

fn line(row: &Row, values: Option<(&str, &str)>) -> Markup {
    let values = values.filter(|_| !row.is_total);
    html! {
        tr.total[row.is_total] {
            th scope="row" { (row.name) }
            td.wrap { @if let Some((a, _)) = values { bdi { (a) } } }
            td.wrap { @if let Some((_, b)) = values { bdi { (b) } } }
            td { (row.said) }
            td.n { @if row.frequency.abs() >= 0.05 { (evidence::bits(row.frequency)) } }
            td.n { (evidence::tenths(row.shown_tenths)) }
        }
    }
}

/// What joined them, step by step.
fn path(explanation: &Explanation) -> Markup {
    let table = html! {
        table {
            thead { tr { th scope="col" { "Record" } th scope="col" { "and record" } th scope="col" { "share" } th scope="col" { "Rule" } th.n scope="col" { "Bits" } td {} } }
            tbody { @for merge in &explanation.path { (step(merge)) } }
        }
    };
    html! {
        section {
            h2 { "What joined them" }
            @if explanation.path.len() > 1 { p { "Through records between them, each joined with the next:" } }
            @if explanation.path.is_empty() { (layout::empty("No evidence is kept for these records.", "")) }
            @else { (layout::scroller("What joined them", &table)) }
        }
    }
}

fn step(merge: &Merge) -> Markup {
    html! {
        tr {
            td.code { bdi { (merge.record_a) } }
            td.code { bdi { (merge.record_b) } }
            td { (words::field(&merge.field)) }
            td.wrap { (words::rule(&merge.rule)) }
            td.n { @if let Some(weight) = merge.weight { (evidence::bits(weight)) } @else { "–" } }
            td { a href=(links::explain(&merge.record_a, &merge.record_b)) { "Explain" } }
        }
    }
}

fn decide(explanation: &Explanation) -> Markup {
    let comparison = &explanation.comparison;
    let (a, b) = (compare::name(&comparison.a), compare::name(&comparison.b));
    let choices: &[Verdict] = match explanation.decision.as_ref().map(|decision| decision.verdict) {
        Some(Verdict::Same) => &[Verdict::Different, Verdict::Undone],
        Some(Verdict::Different) => &[Verdict::Same, Verdict::Undone],
        _ => &[Verdict::Same, Verdict::Different],
    };
    html! {
        section #decide {
            h2 { "Decide" }
            p { "What you decide stands above the weights, holds for every refresh to come, and can be undone. The next refresh restates the books accordingly, past periods too." }
            (form::decision(&a, &b, &links::explain(&a, &b), choices))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view(explanation: Explanation) -> View {
        let asked = Asked { a: Some("shop:8812".into()), b: Some("helpdesk:u-31".into()), said: None };
        View { frame: samples::frame(), asked, answer: Some(Ok(explanation)), counts_accounts: false }
    }

    #[test]
    fn the_page_weighs_field_by_field_and_takes_a_decision() {
        let told = page(&view(samples::explanation())).into_string();
        samples::assert_safe(&told);
        for part in [
            "are one customer; the evidence between them says 81.3\u{a0}%, likely one customer.",
            "svg class=\"chart weights wide\"",
            "people decided",
            "weighed evidence",
            "By evidence alone Kept joins two records only from",
            "Through records between them",
            "action=\"/data/identity/decide\"",
            "name=\"back\" value=\"/data/identity/explain?a=shop%3A8812&amp;b=helpdesk%3Au-31\"",
            "value=\"different\"",
            "value=\"undone\"",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        assert!(!told.contains("value=\"same\""), "what is in force needs no second word");
    }

    #[test]
    fn the_table_s_weights_add_up_to_its_total() {
        let told = page(&view(samples::explanation())).into_string();
        let body =
            told.split("class=\"rows evidence\"").nth(1).and_then(|rest| rest.split("</tbody>").next());
        let cells: Vec<i64> = body
            .expect("table")
            .split("</tr>")
            .filter_map(|row| {
                let cell = row.rsplit_once("<td class=\"n\">")?.1.split('<').next()?;
                cell.replace(['.', '+'], "").replace('−', "-").parse().ok()
            })
            .collect();
        let (total, parts) = cells.split_last().expect("rows");
        assert_eq!(parts.len(), samples::explanation().comparison.parts.len() + 2, "{cells:?}");
        assert_eq!(parts.iter().sum::<i64>(), *total, "{cells:?}");
        assert!(!told.contains("Does not tie out"));
    }

    #[test]
    fn two_customers_without_a_decision_can_be_decided_either_way() {
        let mut explanation = samples::explanation();
        explanation.one_customer = false;
        explanation.decision = None;
        explanation.path.clear();
        explanation.comparison.weight += 1.0;
        let told = page(&View { counts_accounts: true, ..view(explanation) }).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("value=\"same\"")
                && told.contains("value=\"different\"")
                && !told.contains("What joined them")
                && told.contains("keys and decisions alone")
        );
        assert!(told.contains("Does not tie out"), "a total that does not follow is called so");
    }

    #[test]
    fn a_record_that_is_not_there_is_told_beside_the_form() {
        let error = Error::NoRecord("shop:<b>".into()).to_string();
        let view = View { answer: Some(Err(error)), ..view(samples::explanation()) };
        let told = page(&view).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("No silo has the record <code>shop:&lt;b&gt;</code>")
                && told.contains("role=\"alert\"")
        );
        let start = View { frame: samples::frame(), asked: Asked::default(), answer: None, ..view };
        let told = page(&start).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("Name two records"));
    }

    #[test]
    fn a_pair_needs_two_names() {
        let asked = |a: &str, b: &str| Asked { a: Some(a.into()), b: Some(b.into()), said: None };
        assert!(asked("shop:1", " ").pair().expect("none").is_none());
        assert!(asked("shop:1", "nobody").pair().is_err());
        let (a, b) = asked("shop:1", "web:a:b").pair().expect("names").expect("both");
        assert_eq!((a.to_string(), b.to_string()), ("shop:1".into(), "web:a:b".into()));
    }
}
