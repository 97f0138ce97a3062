//! `/scorecard`: every touchpoint with its owner, reach, failures, waits, who left after it, and its trend; the whole
//! experience beside the parts.

use crate::api::{self, Answer};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::segments::select_of;
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::view::journey::{Counted, Facts, Number, Scorecard, Scored, Who, share};
use refresh::view::segments::value_of;
use report::{number, spark};
use serde::Deserialize;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// A segment; the whole when empty.
    pub segment: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// The figures.
    pub card: Scorecard,
    /// Segments one can choose.
    pub segments: Vec<String>,
}

async fn read(hub: &Hub, asked: Asked) -> Result<Option<View>, Failure> {
    let segment = asked.segment.unwrap_or_default();
    let read = hub
        .at_one_edition(|| async {
            Ok((hub.reader.scorecard(&segment).await?, hub.reader.journey_segments().await?))
        })
        .await?;
    Ok(read.map(|(edition, (card, segments))| View { frame: hub.frame(Some(edition)), card, segments }))
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    Ok(match read(&hub, asked).await? {
        Some(view) => page(&view),
        None => layout::no_edition(&hub.frame(None), Place::Scorecard, "Scorecard"),
    })
}

/// `/api/v1/scorecard?segment=…`
pub(crate) async fn json(hub: Hub, asked: api::Wanted<Asked>) -> Answer {
    let Wants(asked) = asked?;
    let view = read(&hub, asked).await?.ok_or_else(api::unpublished)?;
    let edition = view.frame.edition.ok_or_else(api::unpublished)?;
    Ok(api::told(&edition, "scorecard", &view.card))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let card = &view.card;
    let content = html! {
        div.lead {
            p.eyebrow { "Scorecard" @if !card.segment.is_empty() { " · " bdi { (value_of(&card.segment)) } } }
            h1 { (sentence(card)) }
        }
        @if !view.segments.is_empty() {
            form.filter method="get" action="/scorecard" {
                (select_of(&view.segments, &card.segment))
                button type="submit" { "Show" }
            }
        }
        @if card.rows.is_empty() {
            (layout::empty("No touchpoint was met yet. Import events, then refresh.", "kept import\nkept refresh"))
        } @else {
            (table(card))
            p.muted {
                "Failed: an event that failed, came late, was reopened or complained about. Wait: since the event before of the same order or ticket. "
                "Left after: of the contacts there with active customers, those after which the customer was lost within " (card.follow_up_days)
                " days (90, and as long as a customer counts as active after a purchase), where that is known; after failure: of those that failed. Each contact counts, so the two may be set against each other; each opens the customers who left. "
                "Unharmed: of those who were there in the last 90 days, those whom nothing failed there. It tells who, not why."
            }
        }
    };
    layout::page(&view.frame, Place::Scorecard, "Scorecard", &content)
}

/// The whole experience beside its best and worst part.
fn sentence(card: &Scorecard) -> String {
    let whole = &card.whole;
    let Some(index) = share(whole.recent_unharmed, whole.recent) else {
        return "Nobody met any touchpoint in the last 90 days.".to_owned();
    };
    let part = |row: &&Scored| share(row.facts.recent_unharmed, row.facts.recent);
    // A touchpoint that is a failure by itself, such as a cancelled order, has nothing to be compared with.
    let may_go_well = |row: &&Scored| row.facts.failures < row.facts.events;
    let parts = card.rows.iter().filter(|row| row.facts.recent >= 20).filter(may_go_well);
    let worst = parts.min_by(|a, b| part(a).unwrap_or(1.0).total_cmp(&part(b).unwrap_or(1.0)));
    let beside = match worst {
        Some(row) if part(&row).is_some_and(|part| part < 1.0) => {
            format!(
                "; the weakest part, {}, reaches {}",
                row.name,
                number::percent(part(&row).unwrap_or(1.0))
            )
        }
        _ => String::new(),
    };
    format!("Nothing failed {} of our customers in the last 90 days{beside}.", number::percent(index))
}

const HEAD: [(&str, bool); 13] = [
    ("Touchpoint", false),
    ("Owner", false),
    ("Reach", true),
    ("Share", true),
    ("Events", true),
    ("Failed customers", true),
    ("Failed events", true),
    ("Trend, 12 months", false),
    ("Half waited", false),
    ("Nine of ten", false),
    ("Left after", true),
    ("after failure", true),
    ("Unharmed", true),
];

fn table(card: &Scorecard) -> Markup {
    let table = html! {
        table.score {
            thead { tr { @for (name, is_number) in HEAD { th.n[is_number] scope="col" { (name) } } } }
            tbody {
                tr.total {
                    th scope="row" { "Whole experience" }
                    td {}
                    (figures(card, "", &card.whole, &html! {}))
                }
                @for row in &card.rows {
                    tr {
                        th.name scope="row" { (row.name) }
                        td { (row.owner) }
                        (figures(card, &row.key, &row.facts, &trend(row)))
                    }
                }
            }
        }
    };
    layout::scroller("Scorecard", &table)
}

/// The failed events of the last months; nothing where nothing failed.
fn trend(row: &Scored) -> Markup {
    let rates: Vec<Option<f64>> =
        row.months.iter().map(|month| share(month.failures, month.events)).collect();
    let most = rates.iter().flatten().copied().fold(0.0, f64::max);
    let told = format!("Failed events of {} by month, at most {}", row.name, number::percent(most));
    html! { @if most > 0.0 { (spark::line(&rates, most.max(0.02), &told)) } }
}

fn figures(card: &Scorecard, key: &str, facts: &Facts, trend: &Markup) -> Markup {
    let link = |counted| {
        let number = Number { counted, at: key.to_owned(), to: String::new(), who: Who::All };
        links::walked(&number, &card.segment)
    };
    // A list by mark needs no touchpoint for the whole; who was anywhere is everybody.
    let reach = if key.is_empty() { Counted::Everybody } else { Counted::Touchpoint };
    let told = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), number::percent);
    let span = |us: Option<f64>| us.map_or_else(|| "–".to_owned(), number::span);
    html! {
        td.n { a href=(link(reach)) { (number::count(facts.met as i64)) } }
        td.n { (told(share(facts.met, card.customers))) }
        td.n data-events { (number::count(facts.events as i64)) }
        td.n { a href=(link(Counted::Failed)) { (number::count(facts.failed as i64)) } }
        td.n { (told(share(facts.failures, facts.events))) }
        td.trend { (trend) }
        td.when { (span(facts.wait.median_us)) }
        td.when { (span(facts.wait.p90_us)) }
        td.n { a href=(link(Counted::FollowedLeft)) { (told(share(facts.contacts_left, facts.contacts_followed))) } }
        td.n { a href=(link(Counted::FailedLeft)) { (told(share(facts.failures_left, facts.failures_followed))) } }
        td.n { a href=(link(Counted::RecentUnharmed)) { (told(share(facts.recent_unharmed, facts.recent))) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view(card: Scorecard) -> View {
        View { frame: samples::frame(), card, segments: samples::segments() }
    }

    #[test]
    fn the_whole_stands_beside_its_parts_and_counts_open_lists() {
        let told = page(&view(samples::scorecard())).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("Nothing failed 80.0\u{a0}% of our customers in the last 90 days; the weakest part, Delivery, reaches 60.0\u{a0}%."), "{told}");
        for link in [
            "walk=touchpoint&amp;at=delivery",
            "walk=failed&amp;at=delivery",
            "walk=failed_left&amp;at=delivery",
            "walk=recent_unharmed\"",
        ] {
            assert!(told.contains(link), "{link}");
        }
    }

    #[test]
    fn an_empty_scorecard_says_what_to_run() {
        let told =
            page(&view(Scorecard { rows: Vec::new(), whole: Facts::default(), ..samples::scorecard() }))
                .into_string();
        assert!(told.contains("Nobody met any touchpoint") && told.contains("kept import"));
        samples::assert_safe(&told);
    }
}
