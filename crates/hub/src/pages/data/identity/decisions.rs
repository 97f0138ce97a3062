//! `/data/identity/decisions`: what people decided, newest first, who, when and why; and the way to undo it.

use super::{Asked, DECISIONS, Said, form, words};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame};
use crate::pages::data::{LIMIT, sentence};
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::decisions::{Decision, Verdict};
use refresh::view::Page;
use report::{calendar, number};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// Decisions, newest first, and whether each is in force.
    pub decisions: Page<(Decision, bool)>,
    /// Decisions skipped.
    pub offset: usize,
    /// What was just done.
    pub said: Option<Said>,
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let offset = asked.offset.unwrap_or(0);
    let frame = hub.frame(hub.reader.edition().await?);
    let decisions = hub.reader.decisions(offset, LIMIT).await?;
    hub.saw("decisions", &format!("{} rows", decisions.rows.len())).await?;
    Ok(page(&View { frame, decisions, offset, said: Said::of(asked.said.as_deref()) }))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let all = &view.decisions;
    let content = html! {
        @if all.total == 0 {
            (layout::empty("Nobody had to decide anything yet. Pairs that Kept is not sure of wait under Review; any two records can be compared and decided under Two records.", ""))
        } @else {
            p { "A decision names two records, holds for every refresh to come, and is never erased: undoing one adds a line." }
            (layout::scroller("Decisions", &table(view)))
        }
        (layout::pager(view.offset, all.rows.len(), all.total, LIMIT, &address))
    };
    super::page(&view.frame, DECISIONS, view.said, &told(view), &content)
}

fn told(view: &View) -> String {
    let all = number::counted(view.decisions.total, "decision", "decisions");
    let waiting =
        view.decisions.rows.iter().filter(|(decision, now)| is_waiting(view, decision, *now)).count();
    let waiting = match waiting {
        0 => String::new(),
        1 => "; 1 of them counts only from the next refresh on".to_owned(),
        n => format!("; {n} of them count only from the next refresh on"),
    };
    sentence(&format!("{all} about who is one customer{waiting}."))
}

/// Whether the edition that pages show does not count it yet.
pub(super) fn is_beyond(frame: &Frame, decision: &Decision) -> bool {
    frame.edition.as_ref().is_none_or(|edition| decision.seq > edition.decisions)
}

/// Whether it will count, but does not yet.
fn is_waiting(view: &View, decision: &Decision, in_force: bool) -> bool {
    is_beyond(&view.frame, decision) && (in_force || decision.verdict == Verdict::Undone)
}

fn address(offset: usize) -> String {
    let offset = if offset == 0 { String::new() } else { offset.to_string() };
    links::address(DECISIONS, &[("offset", &offset)])
}

fn table(view: &View) -> Markup {
    html! {
        table.decisions {
            thead { tr {
                th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "Decided" } th scope="col" { "Records" }
                th scope="col" { "Why" } th scope="col" { "Now" } td {}
            } }
            tbody { @for (decision, in_force) in &view.decisions.rows { (line(view, decision, *in_force)) } }
        }
    }
}

fn line(view: &View, decision: &Decision, in_force: bool) -> Markup {
    let (a, b) = (decision.a.to_string(), decision.b.to_string());
    html! {
        tr {
            th scope="row" { (calendar::minute(decision.at_us, &view.frame.zone)) }
            td { bdi { (decision.by) } }
            td.when { (words::verdict(decision.verdict)) }
            td.wrap { a href=(links::explain(&a, &b)) { bdi.code { (a) } " and " bdi.code { (b) } } }
            td.wrap { bdi { (decision.reason) } }
            td {
                (state(decision, in_force))
                @if is_waiting(view, decision, in_force) { span.muted.later { "counts from the next refresh" } }
            }
            td { @if in_force { (undo(&a, &b, view.offset)) } }
        }
    }
}

fn state(decision: &Decision, in_force: bool) -> Markup {
    html! {
        @if in_force { span.state { "In force" } }
        @else if decision.verdict != Verdict::Undone { span.state.off { "No longer in force" } }
    }
}

fn undo(a: &str, b: &str, offset: usize) -> Markup {
    html! {
        details.undo {
            summary aria-label=(format!("Undo the decision about {a} and {b}")) { "Undo" }
            (form::decision(a, b, &address(offset), &[Verdict::Undone]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view() -> View {
        View { frame: samples::frame(), decisions: samples::decisions(), offset: 0, said: Some(Said::Undone) }
    }

    #[test]
    fn decisions_say_who_when_why_and_whether_they_count() {
        let told = page(&view()).into_string();
        samples::assert_safe(&told);
        for part in [
            "4\u{a0}decisions about who is one customer; 1 of them counts only from the next refresh on.",
            "&lt;b&gt;called&lt;/b&gt; her",
            "No longer in force",
            "Undid the decision before",
            "Ann",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        assert_eq!(told.matches("value=\"undone\"").count(), 2, "only what is in force can be undone");
        assert_eq!(told.matches("counts from the next refresh<").count(), 1);
    }

    #[test]
    fn a_decision_made_while_an_edition_was_published_waits_for_the_next() {
        let mut view = View { said: None, ..view() };
        let published_us = view.frame.edition.as_ref().expect("edition").at_us;
        view.decisions.rows[0].0.at_us = published_us - 1;
        assert!(page(&view).into_string().contains("; 1 of them counts only from the next refresh on."));
        view.frame.edition.as_mut().expect("edition").decisions = 4;
        assert!(!page(&view).into_string().contains("from the next refresh"));
    }

    #[test]
    fn before_the_first_decision_the_page_says_where_to_decide() {
        let none = View { decisions: Page { total: 0, rows: Vec::new() }, said: None, ..view() };
        let told = page(&none).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("No decisions about who is one customer.") && told.contains("wait under Review")
        );
    }

    #[test]
    fn before_the_first_edition_nothing_counts_yet() {
        let mut view = view();
        view.frame.edition = None;
        assert!(page(&view).into_string().contains("; 3 of them count only from the next refresh"));
    }
}
