//! `/journey`: one sentence, the map, and the tables behind it.

use super::picture::{self, Differs, Show};
use super::tables;
use crate::api::{self, Answer};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::segments::select_of;
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::view::journey::{Journey, Span, share};
use refresh::view::segments::value_of;
use report::{calendar, number};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The shares of paths one can choose, in percent.
const SHARES: [u8; 5] = [30, 50, 70, 90, 100];
/// The share shown unless one is chosen, in percent.
const USUAL: u8 = 50;
/// As many differences are drawn as this share of paths leads to.
const DIFFERENCES: [(u8, usize); 5] = [(30, 10), (50, 20), (70, 40), (90, 80), (100, usize::MAX)];

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// `all`, `stayed`, `left` or `difference`.
    pub show: Option<String>,
    /// Percent of what customers walked that is drawn.
    pub share: Option<u8>,
    /// A segment; the whole when empty.
    pub segment: Option<String>,
    /// Only what happened from this day on, as 2026-01-31.
    pub since: Option<String>,
    /// And up to this one.
    pub until: Option<String>,
    /// `yes`: with the designed journey beneath.
    pub designed: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// Whom it shows.
    pub show: Show,
    /// Percent of what customers walked that is drawn.
    pub share: u8,
    /// The group; those who left for the difference.
    pub journey: Journey,
    /// Those who stayed, for the difference.
    pub stayed: Option<Journey>,
    /// Segments one can choose.
    pub segments: Vec<String>,
    /// Pairs of touchpoints that the design lets follow on one another; empty without one.
    pub design: BTreeSet<(usize, usize)>,
    /// Whether the design is shown.
    pub designed: bool,
}

impl Asked {
    fn show(&self) -> Result<Show, Failure> {
        let name = self.show.as_deref().filter(|name| !name.is_empty()).unwrap_or("all");
        Show::from_name(name).ok_or_else(|| {
            Failure::unclear(
                format!("There is no map of `{name}`."),
                "Write show=all, show=stayed, show=left or show=difference.",
            )
        })
    }

    /// The days; of everybody's map alone.
    fn span(&self, show: Show) -> Result<Option<Span>, Failure> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let span = super::span(given(&self.since), given(&self.until))?;
        if span.is_some() && (show != Show::All || given(&self.segment).is_some()) {
            return Err(Failure::unclear(
                "Days can be chosen on the map of all customers alone.",
                "Leave out show and segment, or since and until.",
            ));
        }
        Ok(span)
    }

    fn share(&self) -> Result<u8, Failure> {
        match self.share.unwrap_or(USUAL) {
            share @ 1..=100 => Ok(share),
            _ => Err(Failure::unclear("A share is between 1 and 100.", "Write share=50.")),
        }
    }
}

async fn read(hub: &Hub, asked: &Asked) -> Result<Option<View>, Failure> {
    let (show, share) = (asked.show()?, asked.share()?);
    let segment = asked.segment.clone().unwrap_or_default();
    let span = asked.span(show)?;
    let read = hub
        .at_one_edition(|| async {
            let journey = match span {
                Some(span) => hub.reader.journey_between(span).await?,
                None => hub.reader.journey(&segment, show.who()).await?,
            };
            let stayed = match show {
                Show::Difference => Some(hub.reader.journey(&segment, Show::Stayed.who()).await?),
                _ => None,
            };
            let design = hub.reader.designed_ways().await?;
            Ok((journey, stayed, hub.reader.journey_segments().await?, design))
        })
        .await?;
    let designed = asked.designed.as_deref() == Some("yes");
    Ok(read.map(|(edition, (journey, stayed, segments, design))| View {
        frame: hub.frame(Some(edition)),
        show,
        share,
        journey,
        stayed,
        segments,
        design,
        designed,
    }))
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    Ok(match read(&hub, &asked).await? {
        Some(view) => page(&view),
        None => layout::no_edition(&hub.frame(None), Place::Journey, "Journey"),
    })
}

/// `/api/v1/journey?show=…&segment=…`: every way, not only those drawn.
pub(crate) async fn json(hub: Hub, asked: api::Wanted<Asked>) -> Answer {
    let Wants(asked) = asked?;
    let view = read(&hub, &asked).await?.ok_or_else(api::unpublished)?;
    let edition = view.frame.edition.ok_or_else(api::unpublished)?;
    match view.stayed {
        None => Ok(api::told(&edition, "journey", &view.journey)),
        Some(stayed) => {
            let both = serde_json::json!({"left": view.journey, "stayed": stayed});
            Ok(api::told(&edition, "journey", &both))
        }
    }
}

/// The page.
pub fn page(view: &View) -> Markup {
    let journey = &view.journey;
    let nobody = journey.totals.customers == 0;
    let content = html! {
        div.lead {
            p.eyebrow { "Journey" @if !journey.segment.is_empty() { " · " bdi { (value_of(&journey.segment)) } }
                @if let Some(span) = journey.span { " · " (calendar::day(span.first)) " to " (calendar::day(span.last)) } }
            h1 { (sentence(view)) }
            @if view.show != Show::All { p.summary.muted { (compared(view)) } }
        }
        (controls(view))
        @if nobody {
            (layout::empty("Nobody is in this group. Choose another, or another segment.", ""))
        } @else {
            (map(view))
        }
    };
    layout::page(&view.frame, Place::Journey, "Journey", &content)
}

fn sentence(view: &View) -> String {
    let (journey, totals) = (&view.journey, &view.journey.totals);
    let who = picture::customers(totals.customers);
    let crossed = picture::brief(share(totals.crossings, totals.transitions).unwrap_or(0.0));
    match view.show {
        _ if totals.customers == 0 => "There is nobody to show.".to_owned(),
        Show::All => format!(
            "{who} lived through {} events in {} different ways; {crossed} of their steps led from one department to another.",
            number::count(totals.events as i64),
            number::count(totals.variants as i64)
        ),
        Show::Stayed => format!(
            "This is what the {who} who stayed met before; {crossed} of their steps crossed departments."
        ),
        Show::Left => format!(
            "This is what the {who} who left met before; {crossed} of their steps crossed departments."
        ),
        Show::Difference => difference(journey),
    }
}

/// The surest failure that tells those who left from those who stayed.
fn difference(journey: &Journey) -> String {
    let is_sure = |one: &&refresh::view::journey::Compared| {
        one.met == "failure" && one.is_sure() && one.odds_ratio.is_some_and(|ratio| ratio > 1.0)
    };
    match journey.compared.iter().find(is_sure) {
        None => "No failure at any touchpoint surely tells those who left from those who stayed.".to_owned(),
        Some(one) => {
            let of = |share: Option<f64>| picture::brief(share.unwrap_or(0.0));
            format!(
                "{} of customers who were failed at {} left afterwards, {} of others who were there as often.",
                of(one.left_share),
                one.name,
                of(one.others_share)
            )
        }
    }
}

/// Who is compared, and over which days.
fn compared(view: &View) -> Markup {
    let landmark = view.journey.landmark;
    html! {
        "Of the customers active on " (calendar::day(landmark.day)) ": who was lost within the "
        (landmark.horizon_days) " days after it has left, the others stayed. Counted is what they met in the "
        (landmark.look_back_days) " days before it, so nobody looks safer for having lived longer. "
        @if view.show == Show::Difference && landmark.landmarks > 1 {
            "The sentence, the circles and the first table take " (landmark.landmarks) " such days together, each "
            (landmark.horizon_days) " days before the next. "
        }
        "It tells who, not why."
    }
}

fn address(view: &View, show: Show, percent: u8) -> String {
    let share = if percent == USUAL { String::new() } else { percent.to_string() };
    let show = if show == Show::All { "" } else { show.name() };
    let [since, until] = links::span_parts(view.journey.span.filter(|_| show.is_empty()));
    let designed = if view.designed { "yes" } else { "" };
    links::address(
        "/journey",
        &[
            ("show", show),
            ("share", &share),
            ("since", &since),
            ("until", &until),
            ("designed", designed),
            ("segment", &view.journey.segment),
        ],
    )
}

fn controls(view: &View) -> Markup {
    html! {
        div.controls {
            (super::tabs("/journey"))
            nav.switch aria-label="Whom the map shows" {
                @for show in Show::ALL {
                    a href=(address(view, show, view.share)) aria-current=[(show == view.show).then_some("true")] { (show.title()) }
                }
            }
            nav.switch aria-label="Share of paths drawn" data-shares[view.show != Show::Difference] {
                @for percent in SHARES {
                    a href=(address(view, view.show, percent)) aria-current=[(percent == view.share).then_some("true")] {
                        @if percent == 100 { "All paths" } @else { (percent) " %" }
                    }
                }
            }
            @if view.show != Show::Difference && !view.journey.edges.is_empty() { (slider(view)) }
            @if !view.segments.is_empty() && view.journey.span.is_none() {
                form.filter method="get" action="/journey" {
                    @if view.show != Show::All { input type="hidden" name="show" value=(view.show.name()); }
                    @if view.share != USUAL { input type="hidden" name="share" value=(view.share); }
                    (select_of(&view.segments, &view.journey.segment))
                    button type="submit" { "Show" }
                }
            }
            @if view.show == Show::All && view.journey.segment.is_empty() { (days(view)) }
            @if view.show != Show::Difference && !view.design.is_empty() {
                @let other = View { designed: !view.designed, ..view.clone() };
                a href=(address(&other, view.show, view.share)) {
                    @if view.designed { "Without the design" } @else { "With the design" }
                }
            }
        }
    }
}

/// Chooses the share at once, where there is script; else it stays hidden.
fn slider(view: &View) -> Markup {
    let shares = picture::shares(&view.journey.edges);
    let last = shares.get(picture::WAITING.min(shares.len()) - 1).copied().unwrap_or(100);
    let last = if shares.len() <= picture::WAITING { 100 } else { last.max(view.share) };
    html! {
        label.slider hidden { "Paths drawn "
            input type="range" min="1" max=(last) value=(view.share.min(last)) data-slider;
            output { (view.share) " %" }
        }
    }
}

/// Chooses the days.
fn days(view: &View) -> Markup {
    let span = view.journey.span;
    html! {
        form.filter method="get" action="/journey" {
            label { span { "From" } input type="date" name="since" value=[span.map(|span| span.first.to_string())]; }
            label { span { "To" } input type="date" name="until" value=[span.map(|span| span.last.to_string())]; }
            button.keep type="submit" { "Show" }
            @if span.is_some() { a href="/journey" { "All days" } }
        }
    }
}

fn map(view: &View) -> Markup {
    let journey = &view.journey;
    if let Some(stayed) = &view.stayed {
        let differences = picture::differences(journey, stayed);
        let at = DIFFERENCES.iter().find(|(share, _)| *share >= view.share);
        let count = at.map_or(usize::MAX, |(_, count)| *count).min(differences.len());
        let (shown, rest) = differences.split_at(count);
        return html! {
            figure.journey { (picture::of_difference(journey, stayed, shown).picture()) (legend_of_difference()) }
            (other_differences(view, rest))
            (tables::compared(journey))
            (tables::differences(journey, shown))
        };
    }
    let none = BTreeSet::new();
    let count = picture::drawn(&journey.edges, f64::from(view.share) / 100.0);
    html! {
        figure.journey {
            (picture::of_group(journey, count, if view.designed { &view.design } else { &none }).picture())
            (legend(view.designed))
        }
        (other(view, count))
        (tables::touchpoints(journey))
        (tables::chains(journey))
        (tables::edges(journey, count))
        (tables::hand_offs(journey))
        (tables::funnel(journey))
        (tables::variants(journey))
    }
}

/// What is not drawn.
fn other(view: &View, count: usize) -> Markup {
    let journey = &view.journey;
    let rest = &journey.edges[count..];
    let walked = |edges: &[refresh::view::journey::Edge]| edges.iter().map(|edge| edge.customers).sum();
    html! {
        @if !rest.is_empty() {
            p.muted data-rest {
                "Other: " (number::counted(rest.len(), "further way", "further ways")) " with "
                (picture::brief(share(walked(rest), walked(&journey.edges)).unwrap_or(0.0)))
                " of what customers walked are not drawn. " a href=(address(view, view.show, 100)) { "Show all paths" }
            }
        }
    }
}

fn other_differences(view: &View, rest: &[Differs]) -> Markup {
    html! {
        @if let Some(next) = rest.first() {
            p.muted {
                "Other: " (number::counted(rest.len(), "further way", "further ways")) " differ by at most "
                (picture::points((next.left - next.stayed).abs()).trim_start_matches('+')) " and are not drawn. "
                a href=(address(view, view.show, 100)) { "Show all paths" }
            }
        }
    }
}

fn legend(designed: bool) -> Markup {
    html! {
        figcaption.legend {
            span { "Circle: customers, " span.key.failed { "redder: more of them failed there" } }
            span { "Ring: those whose last event it was" }
            span { "Arrow: customers who went so, darker: longer wait" }
            span.key.across { "from department to department" }
            span.key.within { "within one" }
            @if designed { span { "Dashed: as designed" } }
        }
    }
}

fn legend_of_difference() -> Markup {
    html! {
        figcaption.legend {
            span { "Circle: customers" }
            span.key.failed { "who was failed there surely left more often; who left more often went on so" }
            span.key.across { "the same of those who stayed" }
            span { "Wider arrow: larger difference" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view(show: Show, share: u8) -> View {
        View {
            frame: samples::frame(),
            show,
            share,
            journey: samples::journey(show.who()),
            stayed: (show == Show::Difference).then(|| samples::journey(Show::Stayed.who())),
            segments: samples::segments(),
            design: BTreeSet::from([(0, 1), (1, 2)]),
            designed: false,
        }
    }

    #[test]
    fn every_map_is_safe_and_every_number_opens_something() {
        for show in Show::ALL {
            for share in [30, 50, 100] {
                let told = page(&view(show, share)).into_string();
                samples::assert_safe(&told);
                for cell in told.split("<td class=\"n\"").skip(1) {
                    let cell = cell.split("</td>").next().unwrap_or("");
                    let is_share = cell.contains('%') || cell.contains("pp");
                    assert!(
                        cell.contains("<a ") || cell.contains("–") || is_share || cell.contains("data-"),
                        "no link in <td{cell}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_not_drawn_is_told_as_other() {
        assert!(page(&view(Show::All, 30)).into_string().contains("Other: "));
        assert!(!page(&view(Show::All, 100)).into_string().contains("Other: "));
        assert!(page(&view(Show::Difference, 100)).into_string().contains("/customers?walk=edge"));
    }

    #[test]
    fn the_difference_leads_with_the_surest_failure() {
        let told = page(&view(Show::Difference, 50)).into_string();
        assert!(told.contains("of customers who were failed at Delivery left afterwards, "), "{told}");
        let mut none = view(Show::Difference, 50);
        none.journey.compared.clear();
        assert!(page(&none).into_string().contains("No failure at any touchpoint"));
    }

    #[test]
    fn the_design_lies_beneath_and_the_slider_has_all_ways_at_hand() {
        let mut view = view(Show::All, 30);
        let dashed = |told: &str| told.matches("way tone-planned").count();
        let told = page(&view).into_string();
        assert_eq!(dashed(&told), 0);
        assert!(told.contains("With the design") && told.contains("data-slider"));
        let waiting = told.matches("class=\"link waits\"").count();
        assert_eq!(
            waiting,
            2 * (view.journey.edges.len() - crate::pages::journey::drawn(&view.journey.edges, 0.3))
        );
        view.designed = true;
        let told = page(&view).into_string();
        assert_eq!(dashed(&told), 4, "two ways in both layouts");
        assert!(told.contains("Without the design") && told.contains("designed=yes"));
    }

    #[test]
    fn the_map_of_some_days_keeps_them_in_its_links_and_lists() {
        let mut some = view(Show::All, 50);
        let day = |text| model::Day::parse(text).expect("day");
        some.journey.span = Some(Span { first: day("2026-01-01"), last: day("2026-03-31") });
        let told = page(&some).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("1\u{a0}Jan\u{a0}2026 to 31\u{a0}Mar\u{a0}2026") && told.contains("All days"),
            "{told}"
        );
        assert!(
            told.contains("walk=edge&amp;at=order&amp;to=delivery&amp;since=2026-01-01&amp;until=2026-03-31")
        );
        assert!(told.contains("/journey?share=90&amp;since=2026-01-01&amp;until=2026-03-31"));
        let asked = Asked { since: Some("2026-01-01".into()), segment: Some("A".into()), ..Asked::default() };
        assert!(asked.span(Show::All).is_err_and(|failure| failure.cure.contains("segment")));
    }

    #[test]
    fn an_empty_group_says_so() {
        let mut empty = view(Show::Left, 50);
        empty.journey.totals = refresh::view::journey::Totals::default();
        assert!(page(&empty).into_string().contains("There is nobody to show."));
    }

    #[test]
    fn links_keep_group_and_segment() {
        let mut view = view(Show::Left, 70);
        view.journey.segment = "A & B".into();
        let told = page(&view).into_string();
        assert!(told.contains("/journey?show=left&amp;share=90&amp;segment=A%20%26%20B"), "{told}");
        assert!(told.contains("who=left&amp;segment=A%20%26%20B"));
    }

    #[test]
    fn an_address_that_cannot_be_understood_says_what_to_write() {
        let asked =
            |show: &str, share| Asked { show: Some(show.into()), share: Some(share), ..Asked::default() };
        assert!(asked("lost", 50).show().is_err_and(|failure| failure.cure.contains("show=left")));
        assert!(asked("", 0).share().is_err_and(|failure| failure.cure.contains("share=50")));
        assert_eq!(asked("", 5).show().expect("all"), Show::All);
    }
}
