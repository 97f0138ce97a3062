//! `/promises/breaches`: broken promises one by one, newest first, each leading to its customer.

use crate::api::{self, Answer};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::{Hub, links};
use maud::{Markup, html};
use model::{Granularity, Period};
use refresh::view::promises::{Breach, Breaches, WantedBreaches};
use report::{calendar, number};
use serde::Deserialize;

/// Rows of a page.
const ROWS: usize = 100;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// A promise's id; all when empty.
    pub promise: Option<String>,
    /// The month in which it began, `2026-10`; any when empty.
    pub month: Option<String>,
    /// A segment; the whole when empty.
    pub segment: Option<String>,
    /// Rows passed over.
    pub offset: Option<usize>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// What was asked for.
    pub wanted: WantedBreaches,
    /// The breaches.
    pub breaches: Breaches,
}

/// The breaches of a promise, a month, a segment.
pub(super) fn address(promise: &str, month: Option<Period>, segment: &str, offset: usize) -> String {
    let month = month.map(|month| month.to_string()).unwrap_or_default();
    let offset = if offset == 0 { String::new() } else { offset.to_string() };
    let asked = [("promise", promise), ("month", &month), ("segment", segment), ("offset", &offset)];
    links::address("/promises/breaches", &asked)
}

impl Asked {
    fn wanted(self) -> Result<WantedBreaches, Failure> {
        let month = self.month.filter(|text| !text.is_empty());
        let parsed = month.as_deref().map(|text| {
            let found = Period::parse(text).filter(|period| period.granularity == Granularity::Month);
            found.ok_or_else(|| Failure::unclear(format!("`{text}` is no month."), "Write month=2026-10."))
        });
        Ok(WantedBreaches {
            promise: self.promise.unwrap_or_default(),
            month: parsed.transpose()?.map(Period::start),
            segment: self.segment.unwrap_or_default(),
            offset: self.offset.unwrap_or(0),
            limit: ROWS,
        })
    }
}

async fn read(hub: &Hub, asked: Asked) -> Result<Option<View>, Failure> {
    let wanted = asked.wanted()?;
    let read = hub.at_one_edition(|| hub.reader.breaches(&wanted)).await?;
    if let Some((_, breaches)) = &read {
        hub.saw_list(breaches.rows.iter().map(|row| row.customer.as_str())).await?;
    }
    Ok(read.map(|(edition, breaches)| View { frame: hub.frame(Some(edition)), wanted, breaches }))
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    Ok(match read(&hub, asked).await? {
        Some(view) => page(&view),
        None => layout::no_edition(&hub.frame(None), Place::Promises, "Breaches"),
    })
}

/// `/api/v1/promises/breaches?promise=…&month=…&segment=…&offset=…`
pub(crate) async fn json(hub: Hub, asked: api::Wanted<Asked>) -> Answer {
    let Wants(asked) = asked?;
    let view = read(&hub, asked).await?.ok_or_else(api::unpublished)?;
    let edition = view.frame.edition.ok_or_else(api::unpublished)?;
    Ok(api::told(&edition, "breaches", &view.breaches))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let WantedBreaches { promise, month, segment, offset, .. } = &view.wanted;
    let month = month.map(|month| Period::of(Granularity::Month, month));
    let breaches = &view.breaches;
    let link = |offset| address(promise, month, segment, offset);
    let content = html! {
        div.lead {
            p.eyebrow {
                a href=(links::address("/promises", &[("segment", segment)])) { "Promises" }
                @if !segment.is_empty() { " · " bdi { (refresh::view::segments::value_of(segment)) } }
            }
            h1 { (sentence(view, month)) }
            (view.frame.unseen())
        }
        @if breaches.rows.is_empty() {
            (layout::empty("Nothing to show.", ""))
        } @else {
            (layout::pager(*offset, breaches.rows.len(), breaches.total, ROWS, &link))
            (table(view))
        }
    };
    layout::page(&view.frame, Place::Promises, "Breaches", &content)
}

fn sentence(view: &View, month: Option<Period>) -> String {
    let count = number::counted(view.breaches.total, "time", "times");
    let name = view.breaches.rows.first().filter(|_| !view.wanted.promise.is_empty());
    let what = name.map_or_else(|| "a promise".to_owned(), |breach| format!("“{}”", breach.name));
    let when = month.map(|month| format!(" made in {}", calendar::period(month))).unwrap_or_default();
    format!("We broke {what}{when} {count}.")
}

fn table(view: &View) -> Markup {
    let minute = |at_us: Option<i64>| at_us.map(|at_us| calendar::minute(at_us, &view.frame.zone));
    let happened = |breach: &Breach| match (minute(breach.happened_us), breach.due_us) {
        (Some(at), Some(due)) if breach.happened_us > Some(due) => format!("{at}, too late"),
        (Some(at), _) => at,
        (None, _) => "did not happen".to_owned(),
    };
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Customer" } th scope="col" { "Promise" } th scope="col" { "Began" }
                th scope="col" { "Due" } th scope="col" { "Happened" }
            } }
            tbody {
                @for breach in &view.breaches.rows {
                    tr {
                        th.name scope="row" {
                            a href=(links::customer(&breach.customer)) {
                                bdi { @if breach.customer_name.is_empty() { (breach.customer) } @else { (breach.customer_name) } }
                            }
                        }
                        td { (breach.name) }
                        td.when { (calendar::minute(breach.began_us, &view.frame.zone)) }
                        td.when { (minute(breach.due_us).unwrap_or_else(|| "–".to_owned())) }
                        td.when { (happened(breach)) }
                    }
                }
            }
        }
    };
    layout::scroller("Breaches", &table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn each_breach_opens_to_its_customer_and_says_when() {
        let wanted = WantedBreaches { promise: "parcel".into(), limit: ROWS, ..WantedBreaches::default() };
        let view = View { frame: samples::frame(), wanted, breaches: samples::breaches() };
        let told = page(&view).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("/customers/abc") && told.contains("too late") && told.contains("did not happen"),
            "{told}"
        );
        assert!(told.contains("We broke “Parcels come &lt;b&gt; in time” 2\u{a0}times."));
    }

    #[test]
    fn a_month_that_is_none_says_what_to_write() {
        let asked = |month: &str| Asked { month: Some(month.into()), ..Asked::default() };
        assert!(asked("2026").wanted().is_err_and(|failure| failure.cure.contains("2026-10")));
        assert!(asked("").wanted().is_ok_and(|wanted| wanted.month.is_none()));
    }
}
