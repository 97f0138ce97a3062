//! `/customers`: search, and the customers behind any number of the statement.

use super::{shown_name, state, walked};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::asset;
use crate::pages::segments::select;
use crate::pages::statement::show::period;
use crate::{Hub, links};
use maud::{Markup, html};
use model::{Movement, Period};
use refresh::Cause;
use refresh::view::asset::{Among, Model};
use refresh::view::closings::BridgeList;
use refresh::view::reasons::{LossList, Which};
use refresh::view::segments::{Split, chosen, told as segment_told, value_of};
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
    /// Which losses, or which stayers beside them; of all of the books without `period`.
    pub lost: Option<String>,
    /// A number of cohorts, survival or worth, as `cohort:2026-01:2026-05`.
    pub among: Option<String>,
    /// With `period`: what changed a closed period since, by cause; `all` for every cause.
    pub bridge: Option<String>,
    /// Which number of the journey, with `at`, `to` and `who`.
    pub walk: Option<String>,
    /// The touchpoint, department, stage or way of that number.
    pub at: Option<String>,
    /// Where to.
    pub to: Option<String>,
    /// `stayed`, `left`, or all.
    pub who: Option<String>,
    /// Of a number of the journey: only what happened from this day on.
    pub since: Option<String>,
    /// And up to this one.
    pub until: Option<String>,
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
        let bridged = given(self.period.clone()).unwrap_or_default();
        let period_of = if self.bridge.is_some() { None } else { self.period };
        let (at, losses) = match given(self.lost) {
            Some(name) => (None, Some(losses(given(period_of), &name)?)),
            None => (given(period_of), None),
        };
        let figure = match (at, given(self.figure)) {
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
        let span = crate::pages::journey::span(given(self.since), given(self.until))?;
        let among = match given(self.among) {
            None => None,
            Some(text) => Some(asset::among(&text)?),
        };
        let bridge = given(self.bridge).map(|name| bridge_list(&bridged, &name)).transpose()?;
        Ok(Wanted {
            figure,
            losses,
            among,
            bridge,
            journey,
            span,
            segment: given(self.segment),
            search: given(self.q),
            offset: self.offset.unwrap_or(0),
            limit,
        })
    }
}

fn losses(at: Option<String>, name: &str) -> Result<LossList, Failure> {
    let which = Which::from_name(name).ok_or_else(|| {
        Failure::unclear(
            format!("There is no list of losses `{name}`."),
            "Write all, paired, stayers, stated:ID, before:ID, paired:ID or stayed:ID.",
        )
    })?;
    Ok(LossList { period: at.map(|at| period(&at)).transpose()?, which })
}

/// The list of a cause of a closed period's bridge.
fn bridge_list(at: &str, name: &str) -> Result<BridgeList, Failure> {
    let cause = Cause::ALL.into_iter().find(|cause| cause.name() == name);
    if cause.is_none() && name != "all" {
        return Err(Failure::unclear(
            format!("There is no cause `{name}`."),
            "Write all, late_data, merged, split, rule_change, erased or regrouped.",
        ));
    }
    Ok(BridgeList { period: period(at)?, cause })
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
    /// Ways of splitting the customers.
    pub splits: Vec<Split>,
    /// What the reason or cause behind a list of losses is called.
    pub cause: Option<String>,
    /// The number of the journey in words; empty for none.
    pub walked: String,
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let wanted = asked.wanted(LIMIT)?;
    let read = hub
        .at_one_edition(|| async {
            let cause = match &wanted.losses {
                Some(list) => hub.reader.cause_name(&list.which).await?,
                None => None,
            };
            Ok((hub.reader.customers(&wanted).await?, hub.reader.splits().await?, cause))
        })
        .await?;
    let Some((edition, (list, splits, cause))) = read else {
        return Ok(layout::no_edition(&hub.frame(None), Place::Customers, "Customers"));
    };
    hub.saw_list(list.rows.iter().map(|row| row.id.as_str())).await?;
    let walked =
        wanted.journey.as_ref().map(|number| walked::told(number, hub.reader.company())).unwrap_or_default();
    Ok(page(&View { frame: hub.frame(Some(edition)), wanted, list, splits, cause, walked }))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = html! {
        div.lead {
            p.eyebrow { "Customers" }
            h1 { (sentence(view)) }
            (view.frame.unseen())
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
    if let Some(list) = &wanted.losses {
        told = format!("{told} {}", behind_losses(list, view.cause.as_deref()));
    }
    if let Some(among) = wanted.among {
        told = format!("{told} {}", asset::told(among));
    }
    if let Some(list) = wanted.bridge {
        told = format!("{told} {}", behind_bridge(list));
    }
    if !view.walked.is_empty() {
        told = format!("{told} {}", view.walked);
    }
    if let Some(segment) = &wanted.segment {
        told = format!("{told}, in segment {}", segment_told(&view.splits, segment));
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
        Figure::Moved(Movement::Fx) => "revalued by exchange rates in",
    };
    format!("{what} {}", calendar::period(period))
}

/// A number of the reasons in words.
fn behind_losses(list: &LossList, cause: Option<&str>) -> String {
    let when = list.period.map_or_else(String::new, |at| format!(" in {}", calendar::period(at)));
    let called = |id: &str| format!("“{}”", cause.unwrap_or(id));
    match &list.which {
        Which::All => format!("lost{when}"),
        Which::Paired => format!("lost{when} and compared with one who stayed"),
        Which::Stayers => format!("who stayed, beside those lost{when}"),
        Which::Stated(id) => format!("lost{when} with the stated reason {}", called(id)),
        Which::Before(id) => format!("lost{when} after {}", called(id)),
        Which::PairedBefore(id) => {
            format!("lost{when} after {} and compared with one who stayed", called(id))
        }
        Which::StayedWith(id) => format!("who stayed after {}, beside those lost{when}", called(id)),
    }
}

/// A number of a bridge in words.
fn behind_bridge(list: BridgeList) -> String {
    let why = list.cause.map_or_else(String::new, |cause| format!(": {}", cause.text()));
    format!("told otherwise since {} was closed{why}", calendar::period(list.period))
}

fn address(wanted: &Wanted) -> String {
    let (mut period, figure) = wanted.figure.map(|(p, f)| (p.to_string(), f.name())).unwrap_or_default();
    let lost = wanted.losses.as_ref().map(|list| list.which.name()).unwrap_or_default();
    if let Some(at) = wanted.losses.as_ref().and_then(|list| list.period) {
        period = at.to_string();
    }
    let bridge = wanted.bridge.map(|list| list.cause.map_or("all", Cause::name)).unwrap_or_default();
    if let Some(list) = wanted.bridge {
        period = list.period.to_string();
    }
    let offset = if wanted.offset == 0 { String::new() } else { wanted.offset.to_string() };
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let (segment, search) = (text(&wanted.segment), text(&wanted.search));
    let among = wanted.among.map(|among| among.to_string()).unwrap_or_default();
    let mut parts: Vec<(&str, &str)> =
        vec![("period", &period), ("figure", figure), ("lost", &lost), ("bridge", bridge), ("among", &among)];
    parts.extend(wanted.journey.iter().flat_map(links::walked_parts));
    let days = links::span_parts(wanted.span);
    parts.extend([("since", days[0].as_str()), ("until", &days[1])]);
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
            @if let Some(list) = &view.wanted.losses {
                @if let Some(period) = list.period { input type="hidden" name="period" value=(period); }
                input type="hidden" name="lost" value=(list.which.name());
            }
            @if let Some(list) = view.wanted.bridge {
                input type="hidden" name="period" value=(list.period);
                input type="hidden" name="bridge" value=(list.cause.map_or("all", Cause::name));
            }
            @if let Some(among) = view.wanted.among { input type="hidden" name="among" value=(among); }
            @for (name, value) in view.wanted.journey.iter().flat_map(links::walked_parts) {
                @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
            }
            @if let Some(span) = view.wanted.span {
                input type="hidden" name="since" value=(span.first);
                input type="hidden" name="until" value=(span.last);
            }
            label.wide-field { span { "Name, e-mail or id" }
                input type="search" name="q" value=[view.wanted.search.as_deref()] autocomplete="off";
            }
            @if !view.splits.is_empty() {
                (select(&view.splits, view.wanted.segment.as_deref().unwrap_or_default()))
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
    if let Some(list) = &wanted.losses {
        chips.push((behind_losses(list, view.cause.as_deref()), Wanted { losses: None, ..start.clone() }));
    }
    if let Some(among) = wanted.among {
        chips.push((asset::told(among), Wanted { among: None, ..start.clone() }));
    }
    if let Some(list) = wanted.bridge {
        chips.push((behind_bridge(list), Wanted { bridge: None, ..start.clone() }));
    }
    if wanted.journey.is_some() {
        chips.push((view.walked.clone(), Wanted { journey: None, span: None, ..start.clone() }));
    }
    if let Some(span) = wanted.span {
        let told = format!("from {} to {}", calendar::day(span.first), calendar::day(span.last));
        chips.push((told, Wanted { span: None, ..start.clone() }));
    }
    if let Some(segment) = &wanted.segment {
        chips.push((
            format!("segment {}", segment_told(&view.splits, segment)),
            Wanted { segment: None, ..start.clone() },
        ));
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
                @if let Some(list) = &wanted.losses {
                    li.plain { a href=(links::reasons(list.period.map(|at| at.granularity), list.period, wanted.segment.as_deref().unwrap_or_default())) { "Back to the reasons" } }
                }
                @if let Some(list) = wanted.bridge {
                    li.plain { a href=(links::statement(list.period.granularity, Some(list.period), wanted.segment.as_deref().unwrap_or_default(), false)) { "Back to the statement" } }
                }
                @if let Some((path, name)) = wanted.among.map(asset::home_of) {
                    li.plain { a href=(links::address(path, &[("segment", wanted.segment.as_deref().unwrap_or_default())])) { (name) } }
                }
            }
        }
    }
}

fn none(view: &View) -> Markup {
    let wanted = &view.wanted;
    if wanted.figure.is_none()
        && wanted.losses.is_none()
        && wanted.among.is_none()
        && wanted.bridge.is_none()
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
    let lost = view.wanted.losses.as_ref().is_some_and(|list| list.which.is_of_lost());
    let figure = matches!(view.wanted.figure, Some((_, Figure::Moved(_)))) && view.wanted.among.is_none();
    let moved = lost || figure;
    let bridged = view.wanted.bridge.is_some();
    let (value, definition) = match view.wanted.among {
        Some(Among::Valued(Model::Sbg)) => ("Expected payments", "contract_equity"),
        Some(Among::Valued(_)) => ("Expected worth", "customer_equity"),
        _ if bridged => ("Value told otherwise", "balance"),
        _ if moved => ("Value moved", "value"),
        _ => ("Value", "value"),
    };
    let day = match &view.wanted.losses {
        Some(list) if !list.which.is_of_lost() => Some("Looked at"),
        _ => moved.then_some("Day"),
    };
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Name" }
                th.n scope="col" { (layout::defined(value, definition)) ", " (view.frame.currency) }
                @if let Some(day) = day { th scope="col" { (day) } }
                th scope="col" { "Now" }
                th scope="col" { "Segment" }
                th scope="col" { "E-mail" }
                th scope="col" { "Id" }
            } }
            tbody { @for row in &view.list.rows { (line(view, row, (moved, day.is_some()))) } }
        }
    };
    layout::scroller("Customers", &table)
}

/// The segment of the split the list is of, else of the first.
fn own_segment<'a>(view: &View, row: &'a CustomerRow) -> &'a str {
    let chosen = chosen(&view.splits, "", view.wanted.segment.as_deref().unwrap_or_default());
    let is_of = |segment: &&String| {
        chosen.is_some_and(|split| split.segments.iter().any(|known| known.id == **segment))
    };
    row.segments.iter().find(is_of).map_or("", |segment| value_of(segment))
}

fn line(view: &View, row: &CustomerRow, (moved, dated): (bool, bool)) -> Markup {
    let value = if moved || view.wanted.bridge.is_some() { number::signed_amount } else { number::amount };
    html! {
        tr {
            th.name scope="row" { a href=(links::customer(&row.id)) { bdi { (shown_name(row)) } } }
            td.n { a href=(links::customer(&row.id)) { (value(row.value_minor, view.frame.currency)) } }
            @if dated { td.when { @if let Some(day) = row.day { (calendar::day(day)) } } }
            td { (state(row.active)) }
            td { bdi { (own_segment(view, row)) } }
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
        let (frame, list, splits) = (samples::frame(), samples::customers(), samples::splits());
        View { frame, wanted, list, splits, cause: None, walked: String::new() }
    }

    fn asked(figure: Option<&str>, period: Option<&str>) -> Asked {
        Asked { figure: figure.map(str::to_owned), period: period.map(str::to_owned), ..Asked::default() }
    }

    #[test]
    fn the_list_names_its_conditions_and_each_can_be_removed() {
        let wanted = Wanted {
            figure: Some((Period::parse("2026-09").expect("period"), Figure::Moved(Movement::Lost))),
            losses: None,
            among: None,
            bridge: None,
            journey: None,
            span: None,
            segment: Some("region=North".into()),
            search: Some("<ann>".into()),
            offset: 50,
            limit: 50,
        };
        let told = page(&view(wanted)).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains(
                "371\u{a0}customers lost in September 2026, in segment Region: North, matching “&lt;ann&gt;”."
            ),
            "{told}"
        );
        for without in [
            "/customers?segment=region%3DNorth&amp;q=%3Cann%3E\"",
            "/customers?period=2026-09&amp;figure=lost&amp;q=%3Cann%3E\"",
            "/customers?period=2026-09&amp;figure=lost&amp;segment=region%3DNorth\"",
        ] {
            assert!(told.contains(without), "{without}");
        }
        assert!(
            told.contains("figure=lost&amp;segment=region%3DNorth&amp;q=%3Cann%3E\" rel=\"prev\"")
                || told.contains("rel=\"prev\"")
        );
        assert!(told.contains("Value moved") && told.contains("<th scope=\"col\">Day</th>"));
    }

    #[test]
    fn a_list_behind_the_reasons_says_so_and_leads_back() {
        let asked = Asked {
            lost: Some("before:failed:delivery".into()),
            period: Some("2026".into()),
            ..Asked::default()
        };
        let told = page(&view(asked.wanted(50).expect("fine"))).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("customers lost in 2026 after “failed:delivery”."), "{told}");
        let wanted =
            Asked { lost: Some("stated:price".into()), ..Asked::default() }.wanted(50).expect("fine");
        let told_price = page(&View { cause: Some("Price & <more>".into()), ..view(wanted) }).into_string();
        assert!(told_price.contains("customers lost with the stated reason “Price &amp; &lt;more&gt;”."));
        assert!(told.contains("/reasons?by=year&amp;period=2026\"") && told.contains("Value moved"));
        let asked = Asked { lost: Some("stayers".into()), ..Asked::default() };
        let told = page(&view(asked.wanted(50).expect("fine"))).into_string();
        assert!(told.contains("customers who stayed, beside those lost.") && !told.contains("Value moved"));
        let bad = Asked { lost: Some("x".into()), ..Asked::default() };
        assert!(bad.wanted(5).is_err_and(|failure| failure.cure.contains("stated:ID")));
    }

    #[test]
    fn a_list_behind_cohorts_and_worth_says_so_and_leads_back() {
        for (among, words, column, back) in [
            (
                "cohort:2026-01:2026-05",
                "gained in January 2026 and active at the end of May 2026",
                "Value",
                "/cohorts",
            ),
            ("worth:bg_nbd", "with a purchase, valued by BG/NBD", "Expected worth", "/worth"),
            ("fading:silent", "fading: silent for longer than usual", "Value", "/worth"),
        ] {
            let asked = Asked { among: Some(among.into()), ..Asked::default() };
            let told = page(&view(asked.wanted(50).expect("fine"))).into_string();
            samples::assert_safe(&told);
            assert!(told.contains(&format!("371\u{a0}customers {words}.")), "{told}");
            assert!(told.contains(column) && told.contains(&format!("href=\"{back}\"")), "{told}");
            assert!(told.contains(&format!("name=\"among\" value=\"{among}\"")));
        }
        let asked = Asked { among: Some("fading".into()), ..Asked::default() };
        assert!(asked.wanted(5).is_err_and(|failure| failure.cure.contains("fading:any")));
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
