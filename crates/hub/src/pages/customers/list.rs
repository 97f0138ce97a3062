//! `/customers`: search, and the customers behind any number of the statement.

use super::{shown_name, state, walked};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::statement::show::{period, segment_select};
use crate::{Hub, links};
use axum::extract::State;
use maud::{Markup, html};
use model::{Movement, Period};
use refresh::view::{CustomerList, CustomerRow, Figure, Wanted};
use report::{calendar, number};
use serde::Deserialize;

/// Customers on one page.
const LIMIT: usize = 50;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// With `figure`: the period of the number.
    pub period: Option<String>,
    /// With `period`: which number.
    pub figure: Option<String>,
    /// Which number of the journey, with `at`, `to` and `who`.
    pub walk: Option<String>,
    /// The touchpoint, department, stage or way of that number.
    pub at: Option<String>,
    /// Where to.
    pub to: Option<String>,
    /// `stayed`, `left`, or all.
    pub who: Option<String>,
    /// A segment.
    pub segment: Option<String>,
    /// A search text.
    pub q: Option<String>,
    /// Rows to skip.
    pub offset: Option<usize>,
    /// Rows at most; used by the JSON interface alone.
    pub limit: Option<usize>,
}

impl Asked {
    /// As the reader wants it, at most `limit` rows.
    pub(crate) fn wanted(self, limit: usize) -> Result<Wanted, Failure> {
        let given = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        let figure = match (given(self.period), given(self.figure)) {
            (None, None) => None,
            (Some(at), Some(name)) => {
                let figure = Figure::from_name(&name).ok_or_else(|| {
                    Failure::unclear(
                        format!("There is no number `{name}`."),
                        "Write opening, gained, won_back, expanded, contracted, lost, adjustment or closing.",
                    )
                })?;
                Some((period(&at)?, figure))
            }
            _ => {
                return Err(Failure::unclear(
                    "A number needs its period and its name.",
                    "Write period=2026-09&figure=gained.",
                ));
            }
        };
        let (at, to, who) = (given(self.at), given(self.to), given(self.who));
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let journey = walked::number(given(self.walk).as_deref(), &text(&at), &text(&to), &text(&who))?;
        Ok(Wanted {
            figure,
            journey,
            segment: given(self.segment),
            search: given(self.q),
            offset: self.offset.unwrap_or(0),
            limit,
        })
    }
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// What was asked for.
    pub wanted: Wanted,
    /// The answer.
    pub list: CustomerList,
    /// Segments one can choose.
    pub segments: Vec<String>,
    /// The number of the journey in words; empty for none.
    pub walked: String,
}

pub(crate) async fn get(State(hub): State<Hub>, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let wanted = asked.wanted(LIMIT)?;
    let read = hub
        .at_one_edition(|| async { Ok((hub.reader.customers(&wanted).await?, hub.reader.segments().await?)) })
        .await?;
    let Some((edition, (list, segments))) = read else {
        return Ok(layout::no_edition(&hub.frame(None), Place::Customers, "Customers"));
    };
    let walked =
        wanted.journey.as_ref().map(|number| walked::told(number, hub.reader.company())).unwrap_or_default();
    Ok(page(&View { frame: hub.frame(Some(edition)), wanted, list, segments, walked }))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = html! {
        div.lead {
            p.eyebrow { "Customers" }
            h1 { (sentence(view)) }
        }
        (search(view))
        (chips(view))
        @if view.list.rows.is_empty() { (none(view)) } @else { (table(view)) }
        (layout::pager(view.wanted.offset, view.list.rows.len(), view.list.total, view.wanted.limit, &|offset| {
            address(&Wanted { offset, ..view.wanted.clone() })
        }))
    };
    layout::page(&view.frame, Place::Customers, "Customers", &content)
}

/// How many there are and what they have in common.
fn sentence(view: &View) -> String {
    let wanted = &view.wanted;
    let mut told = number::counted(view.list.total, "customer", "customers");
    if told.starts_with("no ") {
        told.replace_range(..1, "N");
    }
    if let Some((period, figure)) = wanted.figure {
        told = format!("{told} {}", behind(period, figure));
    }
    if !view.walked.is_empty() {
        told = format!("{told} {}", view.walked);
    }
    if let Some(segment) = &wanted.segment {
        told = format!("{told}, in segment {segment}");
    }
    if let Some(search) = &wanted.search {
        told = format!("{told}, matching “{search}”");
    }
    format!("{told}.")
}

/// A number of the statement in words: `lost in September 2026`.
fn behind(period: Period, figure: Figure) -> String {
    let what = match figure {
        Figure::Opening => "active at the start of",
        Figure::Closing => "active at the end of",
        Figure::Moved(Movement::Gained) => "gained in",
        Figure::Moved(Movement::WonBack) => "won back in",
        Figure::Moved(Movement::Lost) => "lost in",
        Figure::Moved(Movement::Expanded) => "whose value rose in",
        Figure::Moved(Movement::Contracted) => "whose value fell in",
        Figure::Moved(Movement::Adjustment) => "adjusted in",
    };
    format!("{what} {}", calendar::period(period))
}

fn address(wanted: &Wanted) -> String {
    let (period, figure) = wanted.figure.map(|(p, f)| (p.to_string(), f.name())).unwrap_or_default();
    let offset = if wanted.offset == 0 { String::new() } else { wanted.offset.to_string() };
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let (segment, search) = (text(&wanted.segment), text(&wanted.search));
    let mut parts: Vec<(&str, &str)> = vec![("period", &period), ("figure", figure)];
    parts.extend(wanted.journey.iter().flat_map(links::walked_parts));
    parts.extend([("segment", segment.as_str()), ("q", &search), ("offset", &offset)]);
    links::address("/customers", &parts)
}

fn search(view: &View) -> Markup {
    html! {
        form.filter role="search" method="get" action="/customers" {
            @if let Some((period, figure)) = view.wanted.figure {
                input type="hidden" name="period" value=(period);
                input type="hidden" name="figure" value=(figure.name());
            }
            @for (name, value) in view.wanted.journey.iter().flat_map(links::walked_parts) {
                @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
            }
            label.wide-field { span { "Name, e-mail or id" }
                input type="search" name="q" value=[view.wanted.search.as_deref()] autocomplete="off";
            }
            @if !view.segments.is_empty() {
                (segment_select(&view.segments, view.wanted.segment.as_deref().unwrap_or_default()))
            }
            button.keep type="submit" { "Search" }
        }
    }
}

/// Each condition in words, with a link that takes it away.
fn chips(view: &View) -> Markup {
    let wanted = &view.wanted;
    let start = Wanted { offset: 0, ..wanted.clone() };
    let mut chips: Vec<(String, Wanted)> = Vec::new();
    if let Some((period, figure)) = wanted.figure {
        chips.push((behind(period, figure), Wanted { figure: None, ..start.clone() }));
    }
    if wanted.journey.is_some() {
        chips.push((view.walked.clone(), Wanted { journey: None, ..start.clone() }));
    }
    if let Some(segment) = &wanted.segment {
        chips.push((format!("segment {segment}"), Wanted { segment: None, ..start.clone() }));
    }
    if let Some(search) = &wanted.search {
        chips.push((format!("matching “{search}”"), Wanted { search: None, ..start.clone() }));
    }
    html! {
        @if !chips.is_empty() {
            ul.chips aria-label="Only" {
                @for (told, without) in &chips {
                    li { bdi { (told) } a href=(address(without)) aria-label=(format!("Remove: {told}")) { "✕" } }
                }
                @if let Some((period, _)) = wanted.figure {
                    li.plain { a href=(links::statement(period.granularity, Some(period), wanted.segment.as_deref().unwrap_or_default(), false)) { "Back to the statement" } }
                }
            }
        }
    }
}

fn none(view: &View) -> Markup {
    let wanted = &view.wanted;
    if wanted.figure.is_none()
        && wanted.journey.is_none()
        && wanted.segment.is_none()
        && wanted.search.is_none()
        && view.list.total == 0
    {
        return layout::empty(
            "No silo told of a customer yet. Put the exports where kept.toml says, then run:",
            "kept import\nkept refresh",
        );
    }
    layout::empty("Nobody fits. Remove a condition, or search for fewer letters.", "")
}

fn table(view: &View) -> Markup {
    let moved = matches!(view.wanted.figure, Some((_, Figure::Moved(_))));
    let value = if moved { "Value moved" } else { "Value" };
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Name" }
                th.n scope="col" { (layout::defined(value, "value")) ", " (view.frame.currency) }
                @if moved { th scope="col" { "Day" } }
                th scope="col" { "Now" }
                th scope="col" { "Segment" }
                th scope="col" { "E-mail" }
                th scope="col" { "Id" }
            } }
            tbody { @for row in &view.list.rows { (line(view, row, moved)) } }
        }
    };
    layout::scroller("Customers", &table)
}

fn line(view: &View, row: &CustomerRow, moved: bool) -> Markup {
    let value = if moved { number::signed_amount } else { number::amount };
    html! {
        tr {
            th.name scope="row" { a href=(links::customer(&row.id)) { bdi { (shown_name(row)) } } }
            td.n { a href=(links::customer(&row.id)) { (value(row.value_minor, view.frame.currency)) } }
            @if moved { td.when { @if let Some(day) = row.day { (calendar::day(day)) } } }
            td { (state(row.active)) }
            td { bdi { (row.segment) } }
            td.mail { bdi { (row.email) } }
            td.code { (row.id) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view(wanted: Wanted) -> View {
        View {
            frame: samples::frame(),
            wanted,
            list: samples::customers(),
            segments: samples::segments(),
            walked: String::new(),
        }
    }

    fn asked(figure: Option<&str>, period: Option<&str>) -> Asked {
        Asked { figure: figure.map(str::to_owned), period: period.map(str::to_owned), ..Asked::default() }
    }

    #[test]
    fn the_list_names_its_conditions_and_each_can_be_removed() {
        let wanted = Wanted {
            figure: Some((Period::parse("2026-09").expect("period"), Figure::Moved(Movement::Lost))),
            journey: None,
            segment: Some("North".into()),
            search: Some("<ann>".into()),
            offset: 50,
            limit: 50,
        };
        let told = page(&view(wanted)).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains(
                "371\u{a0}customers lost in September 2026, in segment North, matching “&lt;ann&gt;”."
            ),
            "{told}"
        );
        for without in [
            "/customers?segment=North&amp;q=%3Cann%3E\"",
            "/customers?period=2026-09&amp;figure=lost&amp;q=%3Cann%3E\"",
            "/customers?period=2026-09&amp;figure=lost&amp;segment=North\"",
        ] {
            assert!(told.contains(without), "{without}");
        }
        assert!(
            told.contains("figure=lost&amp;segment=North&amp;q=%3Cann%3E\" rel=\"prev\"")
                || told.contains("rel=\"prev\"")
        );
        assert!(told.contains("Value moved") && told.contains("<th scope=\"col\">Day</th>"));
    }

    #[test]
    fn foreign_names_stay_themselves_and_harmless() {
        let told = page(&view(Wanted { limit: 50, ..Wanted::default() })).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("<bdi>محمد الأمين</bdi>") && told.contains("&lt;script&gt;"));
    }

    #[test]
    fn an_empty_list_says_what_to_do() {
        let mut view = view(Wanted { limit: 50, ..Wanted::default() });
        view.list = CustomerList { total: 0, rows: Vec::new() };
        assert!(
            page(&view).into_string().contains("No customers.")
                && page(&view).into_string().contains("kept import")
        );
        view.wanted.search = Some("zz".into());
        assert!(page(&view).into_string().contains("Nobody fits."));
    }

    #[test]
    fn half_a_number_is_refused_with_what_to_write() {
        assert!(asked(Some("lost"), None).wanted(5).is_err_and(|f| f.cure.contains("period=2026-09")));
        assert!(asked(Some("left"), Some("2026")).wanted(5).is_err_and(|f| f.cure.contains("won_back")));
        let fine = asked(Some("opening"), Some("2026-Q1")).wanted(5).expect("fine");
        assert_eq!(
            fine.figure.map(|(p, f)| (p.to_string(), f)),
            Some(("2026-Q1".to_owned(), Figure::Opening))
        );
        assert_eq!(asked(Some(""), Some("")).wanted(5).expect("fine").figure, None);
    }
}
