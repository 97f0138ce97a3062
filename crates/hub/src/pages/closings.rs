//! `/closings`: what is closed, the history with its seals, and the forms that close and reopen.

use crate::error::{Failure, Told, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::asset;
use crate::pages::statement::show::period;
use crate::{Hub, links};
use axum::response::Redirect;
use maud::{Markup, html};
use model::{Granularity, Period};
use refresh::closings::ClosingStep;
use refresh::view::closings::ClosingHistory;
use report::{calendar, number};
use serde::Deserialize;
use store::Verb;
use store::policy::{Action, Resource};

/// Where the history is.
pub(crate) const PATH: &str = "/closings";
/// Where a closing is asked about, then sent.
pub(crate) const CLOSE: &str = "/closings/close";
/// Where a reopening is sent.
pub(crate) const REOPEN: &str = "/closings/reopen";
/// Letters in a reason at most.
const REASON: usize = 500;

/// What was just done; addresses carry this code alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// A period was closed.
    Closed,
    /// A period was reopened.
    Reopened,
}

impl Said {
    const fn code(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Reopened => "reopened",
        }
    }

    fn of(code: Option<&str>) -> Option<Self> {
        [Self::Closed, Self::Reopened].into_iter().find(|said| Some(said.code()) == code)
    }

    const fn told(self) -> &'static str {
        match self {
            Self::Closed => "Closed. The statement shows it from the next refresh.",
            Self::Reopened => "Open again. The statement shows it from the next refresh.",
        }
    }
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Code of what was just done.
    pub said: Option<String>,
    /// The period to be closed.
    pub period: Option<String>,
}

/// A period to be closed, or reopened with a reason.
#[derive(Debug, Deserialize)]
pub(crate) struct Sent {
    period: String,
    #[serde(default)]
    reason: String,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// The history.
    pub history: ClosingHistory,
    /// What was just done.
    pub said: Option<Said>,
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let read = hub.at_one_edition(|| hub.reader.closings()).await?;
    let Some((edition, history)) = read else {
        return Ok(layout::no_edition(&hub.frame(None), Place::Statement, "Closings"));
    };
    let said = Said::of(asked.said.as_deref());
    Ok(page(&View { frame: hub.frame(Some(edition)), history, said }))
}

/// `GET /closings/close?period=…`: what closing means, before it is done.
pub(crate) async fn ask(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let period = period(asked.period.as_deref().unwrap_or_default())?;
    let edition = hub.reader.edition().await?;
    Ok(confirm(&hub.frame(edition), period))
}

/// `POST /closings/close`
pub(crate) async fn close(hub: Hub, Told(sent): Told<Sent>) -> Result<Redirect, Failure> {
    let period = period(&sent.period)?;
    hub.reader.close(period, hub.now_us()).await?;
    hub.note(Verb::Decided, &format!("period:{period}"), "closed").await?;
    Ok(answer(Said::Closed))
}

/// `POST /closings/reopen`
pub(crate) async fn reopen(hub: Hub, Told(sent): Told<Sent>) -> Result<Redirect, Failure> {
    let period = period(&sent.period)?;
    hub.reader.reopen(period, &sent.reason, hub.now_us()).await?;
    hub.note(Verb::Decided, &format!("period:{period}"), "reopened").await?;
    Ok(answer(Said::Reopened))
}

/// Whoever opens the address of a reopening by hand.
pub(crate) async fn back() -> Redirect {
    Redirect::to(PATH)
}

fn answer(said: Said) -> Redirect {
    Redirect::to(&links::with(PATH, "said", said.code()))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = html! {
        (asset::tabs("/"))
        div.lead { p.eyebrow { "Statement · Closings" } h1 { (lead(&view.history)) } }
        @if let Some(said) = view.said { p.notice role="status" { (said.told()) } }
        @if view.history.not_yet_told > 0 {
            p { (number::counted(view.history.not_yet_told, "step shows", "steps show")) " from the next refresh." }
        }
        @if let Some(next) = next(view).filter(|_| view.frame.may(Resource::Periods, Action::Change)) { p { a href=(close_address(next)) { "Close " (calendar::period(next)) } } }
        @if let Some(until) = view.history.closed_until.filter(|_| view.frame.may(Resource::Periods, Action::Change)) {
            (reopening(Period::of(Granularity::Month, until)))
        }
        @if !view.history.steps.is_empty() { (table(view)) }
    };
    layout::page(&view.frame, Place::Statement, "Closings", &content)
}

fn lead(history: &ClosingHistory) -> String {
    match history.closed_until {
        Some(until) => format!("The books are closed up to {}.", calendar::day(until)),
        None => "Nothing is closed yet.".to_owned(),
    }
}

/// The last month that is over and not closed.
fn next(view: &View) -> Option<Period> {
    let as_of = view.frame.edition.as_ref()?.as_of;
    let month = Period::of(Granularity::Month, as_of.plus(1));
    let last = Period { index: month.index - 1, ..month };
    view.history.closed_until.is_none_or(|until| until < last.start()).then_some(last)
}

/// Where a period is asked to be closed.
pub(crate) fn close_address(period: Period) -> String {
    links::address(CLOSE, &[("period", &period.to_string())])
}

/// What closing means, and the button.
pub fn confirm(frame: &Frame, period: Period) -> Markup {
    let content = html! {
        div.lead { p.eyebrow { "Statement · Closings" } h1 { "Close " (calendar::period(period)) "?" } }
        p {
            "Everything up to the end of " (calendar::period(period)) " is frozen as the newest edition tells it. What \
             changes about it later (data that comes late, customers found to be one or several, other rules) is booked \
             as an adjustment in the first month after it. The history keeps the step for ever; reopening needs a reason."
        }
        form.decide method="post" action=(CLOSE) aria-label=(format!("Close {period}")) {
            input type="hidden" name="period" value=(period);
            div.answers { button type="submit" { "Close " (calendar::period(period)) } }
        }
        p { a href=(PATH) { "Leave it open" } }
    };
    layout::page(frame, Place::Statement, "Close", &content)
}

fn reopening(last: Period) -> Markup {
    html! {
        section {
            h2 { "Reopen" }
            p.muted { "Opens the period and everything after it. The reason stays in the history." }
            form.decide method="post" action=(REOPEN) aria-label="Reopen a period" {
                label { span { "From which period on?" }
                    input type="text" name="period" value=(last) required pattern="[0-9]{4}(-Q[1-4]|-[0-9]{2})?" maxlength="7" autocomplete="off";
                }
                label { span { "Why? Others will read it." }
                    input type="text" name="reason" required pattern=r".*\S.*" maxlength=(REASON) autocomplete="off";
                }
                div.answers { button type="submit" { "Reopen" } }
            }
        }
    }
}

fn table(view: &View) -> Markup {
    let table = html! {
        table {
            thead { tr {
                th.n scope="col" { "Step" }
                th scope="col" { "When" }
                th scope="col" { "What" }
                th scope="col" { "Period" }
                th.n scope="col" { "Edition" }
                th.n scope="col" { "Adjustments" }
                th scope="col" { "Reason" }
                th scope="col" { "Seal" }
            } }
            tbody { @for step in view.history.steps.iter().rev() { (row(view, step)) } }
        }
    };
    html! { section { h2 { "History" } (layout::scroller("History of closings", &table)) } }
}

fn row(view: &View, step: &ClosingStep) -> Markup {
    html! {
        tr {
            td.n { (step.seq) }
            td.when { (calendar::minute(step.at_us, &view.frame.zone)) }
            td { (step.step) }
            td { a href=(links::address("/", &[("period", &step.period)])) { (step.period) } }
            td.n { a href="/data/editions" { (step.edition) } }
            td.n { @if step.reason.is_empty() { (number::count(step.adjustments as i64)) } @else { "–" } }
            td { bdi { (step.reason) } }
            td.code title=(step.seal) { (step.seal.get(..16).unwrap_or(&step.seal)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view() -> View {
        let step = |seq, step, reason: &str| ClosingStep {
            seq,
            step,
            period: "2026-Q3".into(),
            edition: 3,
            at_us: 1_793_502_720_000_000,
            rules: "ledger 1".into(),
            reason: reason.into(),
            lines: 12,
            adjustments: 4,
            seal: "ab".repeat(32),
        };
        let steps =
            vec![step(1, "closed", ""), step(2, "reopened", "<b onerror=alert(1)>"), step(3, "closed", "")];
        let closed_until = model::Day::parse("2026-09-30");
        let history = ClosingHistory { closed_until, not_yet_told: 1, steps };
        View { frame: samples::frame(), history, said: Some(Said::Closed) }
    }

    #[test]
    fn the_history_is_told_newest_first_with_its_forms() {
        let told = page(&view()).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("<h1>The books are closed up to 30\u{a0}Sep\u{a0}2026.</h1>"), "{told}");
        assert!(told.contains("action=\"/closings/reopen\"") && told.contains("value=\"2026-09\""));
        assert!(told.contains("/closings/close?period=2026-10"), "October is over and open: {told}");
        assert!(told.contains("1\u{a0}step shows from the next refresh"));
        let nothing = ClosingHistory { closed_until: None, not_yet_told: 0, steps: Vec::new() };
        let told = page(&View { history: nothing, said: None, ..view() }).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("Nothing is closed yet.") && !told.contains("/closings/reopen"));
    }

    #[test]
    fn closing_is_asked_about_before_it_is_done() {
        let told = confirm(&samples::frame(), Period::parse("2026-Q3").expect("period")).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("method=\"post\" action=\"/closings/close\""));
        assert!(told.contains("name=\"period\" value=\"2026-Q3\""));
    }
}
