//! `/reasons`: one sentence, what lost customers said beside what came before, and the tables behind both.

use super::{before, said, split, tables, unknown};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::segments::select;
use crate::pages::statement::show::period;
use crate::{Hub, links};
use maud::{Markup, html};
use model::config::UNKNOWN_REASON;
use model::{Granularity, Period};
use refresh::view::reasons::{Reasons, Span, Which};
use refresh::view::segments::{Split, SplitReasons, chosen, told as segment_told};
use report::reasons::Told;
use report::{calendar, reasons as picture};
use serde::Deserialize;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// `month`, `quarter`, `year`, or `all` for all of the books.
    pub by: Option<String>,
    /// `2026-09`, `2026-Q3` or `2026`; its length goes before `by`.
    pub period: Option<String>,
    /// A segment; the whole when empty.
    pub segment: Option<String>,
    /// The split told segment by segment; the segment's, else the first, when empty.
    pub split: Option<String>,
}

impl Asked {
    /// As the reader wants it: a year where nothing is said, since months hold few losses.
    pub(crate) fn span(&self) -> Result<Span, Failure> {
        if let Some(text) = self.period.as_deref().filter(|text| !text.is_empty()) {
            return Ok(Span::One(period(text)?));
        }
        match self.by.as_deref().filter(|text| !text.is_empty()) {
            None => Ok(Span::Latest(Granularity::Year)),
            Some("all") => Ok(Span::All),
            Some(name) => Granularity::from_name(name).map(Span::Latest).ok_or_else(|| {
                Failure::unclear(
                    format!("There are no reasons by `{name}`."),
                    "Write by=month, by=quarter, by=year or by=all.",
                )
            }),
        }
    }
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// The answer; `None` when the edition holds none.
    pub reasons: Option<Reasons>,
    /// What was asked for.
    pub span: Span,
    /// Ways of splitting the customers.
    pub splits: Vec<Split>,
    /// Segment by segment; `None` where nothing splits the customers.
    pub split: Option<SplitReasons>,
    /// The segment asked for; empty for the whole.
    pub segment: String,
    /// Whether the company has a list of reasons.
    pub listed: bool,
}

impl View {
    pub(super) fn by(&self) -> Option<Granularity> {
        match self.span {
            Span::All => None,
            Span::Latest(by) => Some(by),
            Span::One(period) => Some(period.granularity),
        }
    }

    /// The list behind a number.
    pub(super) fn behind(&self, reasons: &Reasons, which: &Which) -> String {
        links::losses(reasons.period, &which.name(), &self.segment)
    }

    fn so_far(&self, period: Period) -> Option<model::Day> {
        let as_of = self.frame.edition.as_ref()?.as_of;
        (as_of.plus(1) < period.end()).then_some(as_of)
    }
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let span = asked.span()?;
    let segment = asked.segment.unwrap_or_default();
    let read = hub
        .at_one_edition(|| async {
            let splits = hub.reader.splits().await?;
            let reasons = hub.reader.reasons(span, &segment).await?;
            // Of the period in front, whichever that is.
            let here = match reasons.as_ref().and_then(|reasons| reasons.period) {
                Some(period) => Span::One(period),
                None => span,
            };
            let split = match chosen(&splits, asked.split.as_deref().unwrap_or_default(), &segment) {
                Some(split) => hub.reader.split_reasons(here, &split.id).await?,
                None => None,
            };
            Ok((reasons, splits, split))
        })
        .await?;
    let Some((edition, (reasons, splits, split))) = read else {
        return Ok(layout::no_edition(&hub.frame(None), Place::Reasons, "Reasons"));
    };
    if let Some(told) = reasons.as_ref().filter(|reasons| !reasons.other_texts.is_empty()) {
        hub.saw("reasons", &format!("{} texts", told.other_texts.len())).await?;
    }
    let listed = !hub.reader.company().reasons.is_empty();
    Ok(page(&View { frame: hub.frame(Some(edition)), reasons, span, splits, split, segment, listed }))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = html! {
        @if let Some(reasons) = &view.reasons { (told(view, reasons)) } @else {
            div.lead { p.eyebrow { "Reasons" } h1 { "This edition was published before Kept looked for reasons." } }
            (layout::empty("To look for them now, run in the home folder:", "kept refresh"))
        }
    };
    layout::page(&view.frame, Place::Reasons, "Reasons", &content)
}

fn told(view: &View, reasons: &Reasons) -> Markup {
    let link = |which: Which| view.behind(reasons, &which);
    let (said, before, unknown) = (said(reasons, &link), before(reasons, &link), unknown(reasons));
    let told = Told {
        period: reasons.period.or(match view.span {
            Span::One(period) => Some(period),
            _ => None,
        }),
        so_far: reasons.period.and_then(|period| view.so_far(period)),
        lost: reasons.lost_count,
        unknown,
        stated: &said,
        before: &before,
    };
    html! {
        div.lead {
            p.eyebrow { "Reasons" @if !view.segment.is_empty() { " · " bdi { (segment_told(&view.splits, &view.segment)) } } }
            h1 { (picture::sentence(&told)) }
        }
        (controls(view, reasons.period, &reasons.periods))
        @if reasons.lost_count == 0 {
            (layout::empty("Nobody was lost, so there is nothing to explain. Choose another period or segment.", ""))
        } @else {
            section.why {
                article {
                    h2 { (layout::defined("What they said", "stated_reason")) span.muted { ", share of the losses" } }
                    (picture::stated(&said, (unknown, &link(Which::Stated(UNKNOWN_REASON.to_owned())))))
                    (tables::unlisted(view))
                }
                article {
                    h2 { (layout::defined("What came before", "preceding_cause")) span.muted { ", in 90 days" } }
                    (picture::before(&before))
                    p.legend {
                        span.key.down { "lost" } span.key.base { "like customers who stayed" }
                        span.key.dot { "times as often, with 95 % interval; faint: chance may do" }
                    }
                    p.muted { "Association, not cause: what came before a loss need not have made it." }
                }
            }
            (tables::before(view, reasons))
            (tables::stated(view, reasons))
            (split::section(view, reasons))
        }
    }
}

/// All, year, quarter, month; the period before and after; the segment.
fn controls(view: &View, shown: Option<Period>, periods: &[Period]) -> Markup {
    let beside = |step: isize| {
        let at = periods.iter().position(|period| Some(*period) == shown)?.checked_add_signed(step)?;
        periods.get(at).copied()
    };
    let lengths = Granularity::ALL.map(Some).into_iter().chain([None]);
    html! {
        div.controls {
            nav.switch aria-label="Length of a period" {
                @for by in lengths {
                    @let there = shown.and_then(|period| Some(Period::of(by?, period.end().plus(-1))));
                    a href=(links::reasons(by, there.filter(|_| view.by().is_some()), &view.segment)) aria-current=[(by == view.by()).then_some("true")] {
                        (match by {
                            Some(Granularity::Month) => "Month",
                            Some(Granularity::Quarter) => "Quarter",
                            Some(Granularity::Year) => "Year",
                            None => "All",
                        })
                    }
                }
            }
            nav.steps aria-label="Period" {
                @for (step, sign, rel) in [(-1, "← ", "prev"), (1, "", "next")] {
                    @if let Some(period) = beside(step) {
                        a rel=(rel) href=(links::reasons(view.by(), Some(period), &view.segment)) {
                            (sign) (calendar::period(period)) @if step == 1 { " →" }
                        }
                    }
                }
            }
            @if !view.splits.is_empty() { (segment_form(view, shown)) }
        }
    }
}

fn segment_form(view: &View, shown: Option<Period>) -> Markup {
    html! {
        form.filter method="get" action="/reasons" {
            input type="hidden" name="by" value=(view.by().map_or("all", Granularity::name));
            @if let Some(period) = shown { input type="hidden" name="period" value=(period); }
            (select(&view.splits, &view.segment))
            button type="submit" { "Show" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view(reasons: Option<Reasons>) -> View {
        View {
            frame: samples::frame(),
            reasons,
            span: Span::Latest(Granularity::Year),
            splits: samples::splits(),
            split: Some(samples::split_reasons()),
            segment: String::new(),
            listed: true,
        }
    }

    #[test]
    fn every_table_number_opens_something() {
        let told = page(&view(Some(samples::reasons()))).into_string();
        samples::assert_safe(&told);
        let cells: Vec<&str> = told.split("<td").skip(1).collect();
        assert!(cells.len() > 20);
        for cell in cells.iter().filter(|cell| cell.starts_with(" class=\"n\"")) {
            let cell = cell.split("</td>").next().unwrap_or("");
            assert!(cell.contains("<a ") || cell.contains("–"), "no link in <td{cell}");
        }
    }

    #[test]
    fn numbers_lead_to_exactly_those_they_count() {
        let mut view = view(Some(samples::reasons()));
        view.segment = "Nord & Süd".into();
        let told = page(&view).into_string();
        for which in [
            "stated%3Aprice",
            "stated%3Aunknown",
            "before%3Afailed%3Adelivery",
            "paired%3Afailed%3Adelivery",
            "stayed%3Afailed%3Adelivery",
            "stayers",
            "all",
        ] {
            let link = format!("/customers?period=2026&amp;lost={which}&amp;segment=Nord%20%26%20S%C3%BCd");
            assert!(told.contains(&link), "{link}");
        }
    }

    #[test]
    fn it_is_called_an_association_and_unknown_is_shown() {
        let told = page(&view(Some(samples::reasons()))).into_string();
        assert!(told.contains("Association, not cause") && told.contains("Unknown"));
        assert!(told.contains("<h1>In 2026 so far") || told.contains("<h1>In 2026"), "{told}");
    }

    #[test]
    fn what_is_missing_says_the_next_step() {
        let told = page(&view(None)).into_string();
        assert!(told.contains("kept refresh"));
        let mut nobody = samples::reasons();
        (nobody.lost_count, nobody.lost_minor, nobody.pairs) = (0, 0, 0);
        (nobody.stated, nobody.before) = (Vec::new(), Vec::new());
        let told = page(&view(Some(nobody))).into_string();
        assert!(told.contains("no customer was lost") && told.contains("nothing to explain"));
        let mut unlisted = view(Some(samples::reasons()));
        unlisted.listed = false;
        let told = page(&unlisted).into_string();
        assert!(told.contains("[[reason]]") && told.contains("kept check"));
        samples::assert_safe(&told);
    }

    #[test]
    fn all_of_the_books_have_no_period() {
        let mut view = view(Some(samples::reasons()));
        view.span = Span::All;
        if let Some(reasons) = &mut view.reasons {
            (reasons.period, reasons.periods) = (None, Vec::new());
        }
        let told = page(&view).into_string();
        assert!(told.contains("<h1>Over all of the books") && told.contains("/customers?lost=before%3A"));
        assert!(told.contains("/reasons?by=quarter\""), "{told}");
    }

    #[test]
    fn an_address_that_cannot_be_understood_says_what_to_write() {
        let asked = |by: &str, period: &str| {
            Asked { by: Some(by.into()), period: Some(period.into()), ..Asked::default() }.span()
        };
        assert_eq!(asked("", "").expect("fine"), Span::Latest(Granularity::Year));
        assert_eq!(asked("all", "").expect("fine"), Span::All);
        assert!(matches!(asked("all", "2026-Q3").expect("fine"), Span::One(_)));
        assert!(asked("week", "").is_err_and(|failure| failure.cure.contains("by=all")));
        assert!(asked("", "x").is_err());
    }
}
