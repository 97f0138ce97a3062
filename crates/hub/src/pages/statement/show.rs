//! `/`: one sentence, the waterfall of a period in customers and in value, and the periods behind it.

use super::{bridge, figures, history, one, rates, split};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::{asset, closings, segments};
use crate::{Hub, links};
use maud::{Markup, html};
use model::{Granularity, Period};
use refresh::view::closings::{Basis, Bridge};
use refresh::view::segments::{Split, SplitStatement, chosen, told as segment_told};
use refresh::view::{Line, Statement};
use report::{Figures, calendar, sentence};
use serde::Deserialize;
use store::policy::{Action, Resource};

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// `month`, `quarter` or `year`.
    pub by: Option<String>,
    /// `2026-09`, `2026-Q3` or `2026`; its length goes before `by`.
    pub period: Option<String>,
    /// A segment; the whole when empty.
    pub segment: Option<String>,
    /// The split told segment by segment; the segment's, else the first, when empty.
    pub split: Option<String>,
    /// `all` lists every segment, not only the largest.
    pub segments: Option<String>,
    /// Anything shows all periods, not only the latest.
    pub all: Option<String>,
    /// `reported` or `restated`; as reported where anything is closed when empty.
    pub r#as: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// The periods.
    pub statement: Statement,
    /// Ways of splitting the customers.
    pub splits: Vec<Split>,
    /// The statement segment by segment; `None` where nothing splits the customers.
    pub split: Option<SplitStatement>,
    /// Whether every segment is listed.
    pub all_segments: bool,
    /// Whether the config tells who came by recommendation.
    pub knows_earned: bool,
    /// The period in front; the last that is over when `None`.
    pub period: Option<Period>,
    /// Whether all periods are listed.
    pub all: bool,
    /// As restated, where the statement is as reported: numbers that differ lead to what explains them.
    pub restated: Vec<Line>,
    /// The bridge of the period in front, where it is closed.
    pub bridge: Option<Bridge>,
}

impl View {
    /// The last day the books cover when a period is not over yet.
    fn so_far(&self, period: Period) -> Option<model::Day> {
        let as_of = self.frame.edition.as_ref()?.as_of;
        (as_of.plus(1) < period.end()).then_some(as_of)
    }

    /// The line in front.
    fn chosen(&self) -> Option<&Line> {
        let lines = &self.statement.lines;
        match self.period {
            Some(period) => lines.iter().find(|line| line.period == period),
            None => lines.iter().rfind(|line| self.so_far(line.period).is_none()).or(lines.last()),
        }
    }

    pub(super) fn segment(&self) -> &str {
        &self.statement.segment
    }

    pub(super) fn by(&self) -> Granularity {
        self.statement.granularity
    }

    /// Whether a period is closed.
    pub(super) fn is_closed(&self, period: Period) -> bool {
        self.statement.closed_until.is_some_and(|until| period.end().plus(-1) <= until)
    }

    /// ` so far` for the period that is not over yet, ` closed` for one that is.
    pub(super) fn mark(&self, period: Period) -> &'static str {
        match (self.so_far(period), self.is_closed(period)) {
            (Some(_), false) => " so far",
            (_, true) => " closed",
            (None, false) => "",
        }
    }

    /// The list behind a number; where as reported it is another than as restated, what explains the difference.
    pub(super) fn behind(&self, period: Period, figure: &str, by_value: bool) -> String {
        let amount = |lines: &[Line]| {
            let line = lines.iter().find(|line| line.period == period)?;
            Some(amount(&figures(line), figure, by_value))
        };
        let is_told_otherwise =
            !self.restated.is_empty() && amount(&self.statement.lines) != amount(&self.restated);
        match self.statement.closed_until {
            Some(until) if is_told_otherwise => {
                let closed = self.is_closed(period);
                let month = Period::of(Granularity::Month, until);
                let at = if closed { period } else { month };
                if figure == "adjustment" && !closed {
                    return links::bridge(at, "all", self.segment());
                }
                format!("{}#{}", links::statement_as(at, self.segment(), Basis::Reported), bridge::ANCHOR)
            }
            _ => links::behind(period, figure, self.segment()),
        }
    }

    /// The statement of a granularity and period, told on the basis of this.
    pub(super) fn address(&self, by: Granularity, period: Option<Period>, all: bool) -> String {
        let address = links::statement(by, period, self.segment(), all);
        match self.statement.closed_until {
            Some(_) => links::with(&address, "as", self.statement.basis.name()),
            None => address,
        }
    }
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let (by, period) = wanted(&asked)?;
    let basis = basis(&asked)?;
    let segment = asked.segment.clone().unwrap_or_default();
    let read = hub
        .at_one_edition(|| async {
            let statement = hub.reader.statement(by, &segment, basis).await?;
            let restated = match statement.basis {
                Basis::Reported => hub.reader.statement(by, &segment, Some(Basis::Restated)).await?.lines,
                Basis::Restated => Vec::new(),
            };
            let splits = hub.reader.splits().await?;
            let split = match chosen(&splits, asked.split.as_deref().unwrap_or_default(), &segment) {
                Some(split) => Some(hub.reader.split_statement(by, &split.id, basis).await?),
                None => None,
            };
            Ok((statement, restated, splits, split))
        })
        .await?;
    let Some((edition, (statement, restated, splits, split))) = read else {
        return Ok(layout::no_edition(&hub.frame(None), Place::Statement, "Statement"));
    };
    let mut view = View {
        restated,
        bridge: None,
        frame: hub.frame(Some(edition)),
        statement,
        splits,
        split,
        all_segments: asked.segments.as_deref() == Some("all"),
        knows_earned: hub.reader.company().ledger.earned.is_some(),
        period,
        all: asked.all.is_some_and(|all| !all.is_empty()),
    };
    if let Some(shown) = view.chosen().map(|line| line.period).filter(|period| view.is_closed(*period)) {
        let snapshot = view.frame.edition.as_ref().map(|edition| edition.edition);
        let read = hub.at_one_edition(|| hub.reader.bridge(shown, view.segment())).await?;
        let same = |edition: u64| Some(edition) == snapshot;
        view.bridge = read.filter(|(edition, _)| same(edition.edition)).and_then(|(_, bridge)| bridge);
    }
    Ok(page(&view))
}

/// A number of a line by its name in links.
const fn amount(figures: &Figures, figure: &str, by_value: bool) -> i64 {
    let flow = if by_value { &figures.value } else { &figures.customers };
    match figure.as_bytes() {
        b"opening" => flow.opening,
        b"gained" => flow.gained,
        b"won_back" => flow.won_back,
        b"expanded" => flow.expanded,
        b"contracted" => flow.contracted,
        b"fx" => flow.fx,
        b"lost" => flow.lost,
        b"adjustment" => flow.adjusted,
        _ => flow.closing,
    }
}

/// Granularity and period asked for; a period's own length goes before `by`.
pub(crate) fn wanted(asked: &Asked) -> Result<(Granularity, Option<Period>), Failure> {
    let period = match asked.period.as_deref().filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(period(text)?),
    };
    let by = match (period, asked.by.as_deref().filter(|text| !text.is_empty())) {
        (Some(period), _) => period.granularity,
        (None, None) => Granularity::Month,
        (None, Some(name)) => Granularity::from_name(name).ok_or_else(|| {
            Failure::unclear(
                format!("There is no statement by `{name}`."),
                "Write by=month, by=quarter or by=year.",
            )
        })?,
    };
    Ok((by, period))
}

/// How closed periods are asked for.
pub(crate) fn basis(asked: &Asked) -> Result<Option<Basis>, Failure> {
    let told = |name: &str| {
        Basis::from_name(name).ok_or_else(|| {
            Failure::unclear(
                format!("There is no statement as `{name}`."),
                "Write as=reported or as=restated.",
            )
        })
    };
    asked.r#as.as_deref().filter(|text| !text.is_empty()).map(told).transpose()
}

/// A period as written in an address.
pub(crate) fn period(text: &str) -> Result<Period, Failure> {
    Period::parse(text)
        .ok_or_else(|| Failure::unclear(format!("`{text}` is no period."), "Write 2026-09, 2026-Q3 or 2026."))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = match view.chosen() {
        Some(line) => told(view, line),
        None => nothing(view),
    };
    layout::page(&view.frame, Place::Statement, "Statement", &content)
}

fn told(view: &View, line: &Line) -> Markup {
    let figures = figures(line);
    html! {
        (asset::tabs("/"))
        div.lead {
            p.eyebrow {
                "Statement" @if !view.segment().is_empty() { " · " bdi { (segment_told(&view.splits, view.segment())) } }
            }
            h1 { (sentence::statement(&figures, view.frame.currency, view.so_far(line.period))) }
        }
        (controls(view, Some(line.period)))
        (one::blocks(view, line, &figures))
        (rates::section(view, line))
        (bridge::section(view))
        (split::section(view, line))
        (history::pictures(view))
        (history::tables(view))
    }
}

fn nothing(view: &View) -> Markup {
    let what = match view.period {
        Some(period) => format!("The books hold nothing for {}.", calendar::period(period)),
        None => "The books are empty: no silo told of a purchase or a subscription yet.".to_owned(),
    };
    let command = if view.period.is_some() { "" } else { "kept check\nkept import\nkept refresh" };
    html! {
        (asset::tabs("/"))
        div.lead { p.eyebrow { "Statement" } h1 { (what) } }
        (controls(view, None))
        (layout::empty("Choose another period or segment, or look at what was read under Data.", command))
    }
}

/// Month, quarter, year; the period before and after; the segment.
fn controls(view: &View, shown: Option<Period>) -> Markup {
    let beside = |step: i32| {
        let period = shown.map(|p| Period { index: p.index + step, ..p })?;
        view.statement.lines.iter().any(|line| line.period == period).then_some(period)
    };
    html! {
        div.controls {
            nav.switch aria-label="Length of a period" {
                @for by in Granularity::ALL {
                    @let there = shown.map(|p| Period::of(by, p.end().plus(-1)));
                    a href=(view.address(by, there, view.all)) aria-current=[(by == view.by()).then_some("true")] {
                        (match by { Granularity::Month => "Month", Granularity::Quarter => "Quarter", Granularity::Year => "Year" })
                    }
                }
            }
            nav.steps aria-label="Period" {
                @for (step, sign, rel) in [(-1, "← ", "prev"), (1, "", "next")] {
                    @if let Some(period) = beside(step) {
                        a rel=(rel) href=(view.address(view.by(), Some(period), view.all)) {
                            (sign) (calendar::period(period)) @if step == 1 { " →" }
                        }
                    }
                }
            }
            @if view.statement.closed_until.is_some() { (basis_switch(view, shown)) }
            @if !view.splits.is_empty() { (segment_form(view, shown)) }
            (closing_links(view, shown))
        }
    }
}

/// As reported or as restated; only where anything is closed.
fn basis_switch(view: &View, shown: Option<Period>) -> Markup {
    html! {
        nav.switch aria-label="How closed periods are told" {
            @for (basis, name) in [(Basis::Reported, "As reported"), (Basis::Restated, "As restated")] {
                @let there = links::statement(view.by(), shown, view.segment(), view.all);
                a href=(links::with(&there, "as", basis.name())) aria-current=[(basis == view.statement.basis).then_some("true")] { (name) }
            }
        }
    }
}

/// The way to close the period in front, once it is over, and to what was closed.
fn closing_links(view: &View, shown: Option<Period>) -> Markup {
    let may_close = view.frame.may(Resource::Periods, Action::Change);
    let is_over = |period: &Period| view.so_far(*period).is_none() && !view.is_closed(*period);
    let closable = shown.filter(|period| may_close && is_over(period));
    html! {
        nav.steps aria-label="Closings" {
            @if let Some(period) = closable { a href=(closings::close_address(period)) { "Close " (calendar::period(period)) } }
            a href=(closings::PATH) { "Closings" }
        }
    }
}

fn segment_form(view: &View, shown: Option<Period>) -> Markup {
    html! {
        form.filter method="get" action="/" {
            input type="hidden" name="by" value=(view.by().name());
            @if let Some(period) = shown { input type="hidden" name="period" value=(period); }
            @if view.statement.closed_until.is_some() { input type="hidden" name="as" value=(view.statement.basis.name()); }
            (segments::select(&view.splits, view.segment()))
            button type="submit" { "Show" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    impl View {
        /// The whole by month, nothing closed.
        pub(crate) fn sample(lines: Vec<Line>) -> Self {
            Self {
                frame: samples::frame(),
                statement: samples::statement(lines),
                splits: samples::splits(),
                split: None,
                all_segments: false,
                knows_earned: false,
                period: None,
                all: false,
                restated: Vec::new(),
                bridge: None,
            }
        }
    }

    fn view(lines: Vec<Line>) -> View {
        View::sample(lines)
    }

    #[test]
    fn a_number_told_otherwise_leads_to_what_explains_it() {
        let mut view = view(samples::lines(4));
        view.restated = view.statement.lines.clone();
        view.statement.closed_until = model::Day::parse("2026-09-30");
        view.statement.basis = Basis::Reported;
        let period = |text: &str| Period::parse(text).expect("period");
        assert_eq!(
            view.behind(period("2026-09"), "gained", false),
            "/customers?period=2026-09&figure=gained"
        );
        for line in &mut view.restated {
            (line.gained_count, line.adjusted_count) = (line.gained_count + 1, line.adjusted_count - 1);
        }
        for (at, figure, leads) in [
            ("2026-09", "gained", "/?period=2026-09&as=reported#bridge"),
            ("2026-10", "adjustment", "/customers?period=2026-09&bridge=all"),
            ("2026-10", "lost", "/customers?period=2026-10&figure=lost"),
        ] {
            assert_eq!(view.behind(period(at), figure, false), leads, "{figure}");
        }
        let told = page(&view).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("As restated") && told.contains("/closings/close?period=2026-10"), "{told}");
    }

    #[test]
    fn every_table_number_opens_something() {
        for lines in [samples::lines(30), samples::shrinking(), samples::huge(), samples::lines(1)] {
            let told = page(&view(lines)).into_string();
            samples::assert_safe(&told);
            let cells: Vec<&str> = told.split("<td").skip(1).collect();
            assert!(cells.len() > 10);
            for cell in cells {
                let cell = cell.split("</td>").next().unwrap_or("");
                assert!(cell.contains("<a ") || cell.contains("–"), "no link in <td{cell}");
            }
        }
    }

    #[test]
    fn numbers_lead_to_the_customers_behind_them_in_the_same_segment() {
        let mut view = view(samples::lines(3));
        view.statement.segment = "Nord & Süd".into();
        let told = page(&view).into_string();
        for figure in ["opening", "gained", "won_back", "lost", "expanded", "contracted", "closing"] {
            let link =
                format!("/customers?period=2026-10&amp;figure={figure}&amp;segment=Nord%20%26%20S%C3%BCd");
            assert!(told.contains(&link), "{link}");
        }
    }

    #[test]
    fn a_running_period_is_marked_and_does_not_lead() {
        let mut view = view(samples::lines(3));
        if let Some(edition) = &mut view.frame.edition {
            edition.as_of = model::Day::parse("2026-10-12").expect("day");
        }
        let told = page(&view).into_string();
        assert!(told.contains("<h1>In September 2026 we"), "{told}");
        assert!(told.contains("Oct 26 so far"));
        view.period = Period::parse("2026-10");
        assert!(
            page(&view)
                .into_string()
                .contains("<h1>In October 2026 so far (books to 12\u{a0}Oct\u{a0}2026) we")
        );
    }

    #[test]
    fn a_cut_list_says_how_many_it_left_out() {
        let mut view = view(samples::lines(30));
        assert!(page(&view).into_string().contains("6 earlier months are not listed"));
        view.all = true;
        assert!(!page(&view).into_string().contains("are not listed"));
    }

    #[test]
    fn books_that_do_not_tie_are_called_so() {
        let mut lines = samples::lines(1);
        assert!(page(&view(lines.clone())).into_string().contains("Ties out"));
        lines[0].closing_count += 1;
        assert!(page(&view(lines)).into_string().contains("Does not tie out"));
    }

    #[test]
    fn empty_books_say_the_next_step() {
        let told = page(&view(Vec::new())).into_string();
        assert!(told.contains("The books are empty") && told.contains("kept import"));
        samples::assert_safe(&told);
        let other = View { period: Period::parse("1999-01"), ..view(samples::lines(2)) };
        assert!(page(&other).into_string().contains("The books hold nothing for January 1999."));
    }

    #[test]
    fn an_address_that_cannot_be_understood_says_what_to_write() {
        let asked = |by: &str, period: &str| Asked {
            by: Some(by.into()),
            period: Some(period.into()),
            ..Asked::default()
        };
        assert_eq!(wanted(&asked("", "")).expect("fine"), (Granularity::Month, None));
        assert_eq!(wanted(&asked("month", "2026")).expect("fine").0, Granularity::Year);
        assert!(wanted(&asked("week", "")).is_err_and(|failure| failure.cure.contains("by=quarter")));
        assert!(wanted(&asked("", "2026-13")).is_err_and(|failure| failure.what.contains("2026-13")));
    }
}
