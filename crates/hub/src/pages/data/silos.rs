//! `/data`: the silos, their feeds and what was read from them.

use super::count;
use crate::Hub;
use crate::error::Failure;
use crate::layout::{self, Frame};
use maud::{Markup, html};
use refresh::view::{Feed, Silo};
use report::{calendar, number};

pub(crate) async fn get(hub: Hub) -> Result<Markup, Failure> {
    let frame = hub.frame(hub.reader.edition().await?);
    Ok(page(&frame, &hub.reader.silos().await?))
}

/// The page.
pub fn page(frame: &Frame, silos: &[Silo]) -> Markup {
    let content = html! {
        @if silos.is_empty() {
            (layout::empty("No silo is set up. Add [[silo]] with its [[silo.feed]] to kept.toml, then run:", "kept check\nkept import\nkept refresh"))
        } @else { (layout::scroller("Silos and their feeds", &table(frame, silos))) }
    };
    super::page(frame, "/data", &told(silos), &content)
}

fn told(silos: &[Silo]) -> String {
    let feeds: Vec<&Feed> = silos.iter().flat_map(|silo| &silo.feeds).collect();
    let total = |of: fn(&Feed) -> u64| {
        usize::try_from(feeds.iter().map(|feed| of(feed)).sum::<u64>()).unwrap_or(usize::MAX)
    };
    let waiting = feeds.iter().filter(|feed| feed.last_us.is_none()).count();
    let waiting = if waiting == 0 {
        String::new()
    } else {
        format!("; {} not read yet", number::counted(waiting, "feed is", "feeds are"))
    };
    let text = format!(
        "{} and {} gave {} and {}; {} set aside{waiting}.",
        number::counted(silos.len(), "silo", "silos"),
        number::counted(feeds.len(), "feed", "feeds"),
        number::counted(total(|feed| feed.records), "record", "records"),
        number::counted(total(|feed| feed.events), "event", "events"),
        number::counted(total(|feed| feed.rejects), "row is", "rows are"),
    );
    super::sentence(&text)
}

fn table(frame: &Frame, silos: &[Silo]) -> Markup {
    html! {
        table.feeds {
            thead { tr {
                th scope="col" { "Silo" } th scope="col" { "Feed" }
                th.n scope="col" { "Records" } th.n scope="col" { "Events" } th.n scope="col" { "Set aside" } th.n scope="col" { "Imports" }
                th scope="col" { "Last import" } th scope="col" { "Read by" }
            } }
            @for silo in silos {
                tbody {
                    @if silo.feeds.is_empty() {
                        tr { (heading(silo)) td colspan="7" { "No feed is set up. Add [[silo.feed]] under this silo in kept.toml." } }
                    }
                    @for (index, feed) in silo.feeds.iter().enumerate() {
                        tr { @if index == 0 { (heading(silo)) } (cells(frame, feed)) }
                    }
                }
            }
        }
    }
}

/// The silo, beside all its feeds.
fn heading(silo: &Silo) -> Markup {
    html! {
        th.silo scope="rowgroup" rowspan=(silo.feeds.len().max(1)) {
            (silo.name)
            span.muted { (silo.owner) " · " span.code { (silo.id) } }
        }
    }
}

fn cells(frame: &Frame, feed: &Feed) -> Markup {
    html! {
        td { (feed.id) }
        td.n { (count(feed.records)) }
        td.n { (count(feed.events)) }
        td.n { a.bad[feed.rejects > 0] href="/data/rejects" { (count(feed.rejects)) } }
        td.n { a href="/data/imports" { (number::count(i64::try_from(feed.imports).unwrap_or(i64::MAX))) } }
        td.when { @if let Some(at_us) = feed.last_us { (calendar::minute(at_us, &frame.zone)) } @else { "never: run " code { "kept import" } } }
        td.code { (feed.source) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn silos_say_what_they_gave_and_what_waits() {
        let told = page(&samples::frame(), &samples::silos()).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("2\u{a0}silos and 3\u{a0}feeds gave 12,480\u{a0}records and 1,204,331\u{a0}events; 17\u{a0}rows are set aside; 1\u{a0}feed is not read yet."), "{told}");
        assert!(told.contains("never: run"));
        assert!(page(&samples::frame(), &[]).into_string().contains("No silo is set up"));
    }
}
