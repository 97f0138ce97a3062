//! `/cohorts`: do we keep newer customers better? The retention triangle, survival, and what goes with leaving sooner.

use super::{split, stay, tabs, triangle};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::segments::select;
use crate::{Hub, links};
use maud::{Markup, html};
use model::Granularity;
use refresh::view::asset::{Cohorts, Survival};
use refresh::view::segments::{Split, SplitCohorts, chosen, told as segment_told};
use report::{number, retention};
use serde::Deserialize;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// `month`, `quarter` or `year`.
    pub by: Option<String>,
    /// A segment; the whole when empty.
    pub segment: Option<String>,
    /// The split told segment by segment; the segment's, else the first, when empty.
    pub split: Option<String>,
    /// `customers` or `value`.
    pub measure: Option<String>,
    /// `share` or `number`.
    pub show: Option<String>,
    /// Anything shows all cohorts and ages.
    pub all: Option<String>,
}

/// What the triangle counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Customers.
    Customers,
    /// Their value.
    Value,
}

/// How the triangle looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Length of the periods.
    pub by: Granularity,
    /// The whole when empty.
    pub segment: String,
    /// The split told segment by segment, where it is asked for.
    pub split: String,
    /// What is counted.
    pub counts: Counts,
    /// Numbers instead of shares.
    pub numbers: bool,
    /// All cohorts and ages, not only the latest.
    pub all: bool,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// How the triangle looks.
    pub look: Look,
    /// The triangle.
    pub cohorts: Cohorts,
    /// How long customers stay.
    pub survival: Survival,
    /// Ways of splitting the customers.
    pub splits: Vec<Split>,
    /// Segment by segment; `None` where nothing splits the customers.
    pub split: Option<SplitCohorts>,
}

impl Asked {
    /// As the page shows it.
    pub(crate) fn look(self) -> Result<Look, Failure> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let by = match given(self.by) {
            None => Granularity::Month,
            Some(name) => Granularity::from_name(&name).ok_or_else(|| {
                Failure::unclear(
                    format!("There are no cohorts by `{name}`."),
                    "Write by=month, by=quarter or by=year.",
                )
            })?,
        };
        let counts = match given(self.measure).as_deref() {
            None | Some("customers") => Counts::Customers,
            Some("value") => Counts::Value,
            Some(other) => {
                let what = format!("There is no measure `{other}`.");
                return Err(Failure::unclear(what, "Write measure=customers or measure=value."));
            }
        };
        let numbers = match given(self.show).as_deref() {
            None | Some("share") => false,
            Some("number") => true,
            Some(other) => {
                let what = format!("`{other}` cannot be shown.");
                return Err(Failure::unclear(what, "Write show=share or show=number."));
            }
        };
        let (segment, split) = (self.segment.unwrap_or_default(), self.split.unwrap_or_default());
        Ok(Look { by, segment, split, counts, numbers, all: given(self.all).is_some() })
    }
}

impl Look {
    /// The address that shows it so.
    pub(super) fn link(&self) -> String {
        links::address(
            "/cohorts",
            &[
                ("by", self.by.name()),
                ("segment", &self.segment),
                ("split", &self.split),
                ("measure", if self.counts == Counts::Value { "value" } else { "" }),
                ("show", if self.numbers { "number" } else { "" }),
                ("all", if self.all { "yes" } else { "" }),
            ],
        )
    }
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let look = asked.look()?;
    let reader = &hub.reader;
    let read = hub
        .at_one_edition(|| async {
            let cohorts = reader.cohorts(look.by, &look.segment).await?;
            let splits = reader.splits().await?;
            let id = chosen(&splits, &look.split, &look.segment).map(|split| split.id.clone());
            let split = match &id {
                Some(id) => Some(reader.split_cohorts(id).await?),
                None => None,
            };
            Ok((cohorts, reader.survival(&id.unwrap_or_default()).await?, splits, split))
        })
        .await?;
    let Some((edition, (cohorts, survival, splits, split))) = read else {
        return Ok(layout::no_edition(&hub.frame(None), Place::Statement, "Cohorts"));
    };
    Ok(page(&View { frame: hub.frame(Some(edition)), look, cohorts, survival, splits, split }))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = html! {
        (tabs("/cohorts"))
        div.lead {
            p.eyebrow { "Cohorts" @if !view.look.segment.is_empty() { " · " bdi { (segment_told(&view.splits, &view.look.segment)) } } }
            h1 { (sentence(&view.cohorts)) }
        }
        (controls(view))
        @if view.cohorts.cohorts.is_empty() {
            (layout::empty("No customer was gained here yet. Choose another segment, or look at what was read under Data.", "kept import\nkept refresh"))
        } @else {
            (triangle::section(view))
            (split::section(view))
            (stay::sections(view))
        }
    };
    layout::page(&view.frame, Place::Statement, "Cohorts", &content)
}

/// The sentence that leads; also told on the terminal.
pub fn sentence(cohorts: &Cohorts) -> String {
    let gained = cohorts.cohorts.iter().map(|cohort| cohort.size).sum();
    let age = cohorts.trend.map(|trend| {
        let (one, many) = match cohorts.granularity {
            Granularity::Month => ("month", "months"),
            Granularity::Quarter => ("quarter", "quarters"),
            Granularity::Year => ("year", "years"),
        };
        number::counted(trend.age, one, many)
    });
    let trend = cohorts.trend.zip(age.as_deref()).map(|(trend, age)| retention::Trend {
        age,
        older_share: trend.older_share,
        younger_share: trend.younger_share,
        change: trend.change,
        low: trend.low,
        high: trend.high,
    });
    retention::sentence(trend, gained, cohorts.cohorts.len())
}

fn controls(view: &View) -> Markup {
    let look = &view.look;
    let with = |change: &dyn Fn(&mut Look)| {
        let mut other = look.clone();
        change(&mut other);
        other.link()
    };
    let chosen = |is: bool| is.then_some("true");
    html! {
        div.controls {
            nav.switch aria-label="Length of a period" {
                @for (by, name) in [(Granularity::Month, "Month"), (Granularity::Quarter, "Quarter"), (Granularity::Year, "Year")] {
                    a href=(with(&|look| look.by = by)) aria-current=[chosen(look.by == by)] { (name) }
                }
            }
            nav.switch aria-label="What is counted" {
                @for (counts, name) in [(Counts::Customers, "Customers"), (Counts::Value, "Value")] {
                    a href=(with(&|look| look.counts = counts)) aria-current=[chosen(look.counts == counts)] { (name) }
                }
            }
            nav.switch aria-label="Shares or numbers" {
                @for (numbers, name) in [(false, "Shares"), (true, "Numbers")] {
                    a href=(with(&|look| look.numbers = numbers)) aria-current=[chosen(look.numbers == numbers)] { (name) }
                }
            }
            @if !view.splits.is_empty() {
                form.filter.auto method="get" action="/cohorts" {
                    input type="hidden" name="by" value=(look.by.name());
                    @if look.counts == Counts::Value { input type="hidden" name="measure" value="value"; }
                    @if look.numbers { input type="hidden" name="show" value="number"; }
                    (select(&view.splits, &look.segment))
                    button type="submit" { "Show" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view(cohorts: Cohorts, survival: Survival) -> View {
        let look = Asked::default().look().expect("look");
        View {
            frame: samples::frame(),
            look,
            cohorts,
            survival,
            splits: samples::splits(),
            split: Some(samples::split_cohorts()),
        }
    }

    #[test]
    fn every_cell_opens_its_customers() {
        let mut view = view(samples::cohorts(14), samples::survival());
        for (counts, numbers) in [
            (Counts::Customers, false),
            (Counts::Customers, true),
            (Counts::Value, false),
            (Counts::Value, true),
        ] {
            (view.look.counts, view.look.numbers) = (counts, numbers);
            let told = page(&view).into_string();
            samples::assert_safe(&told);
            let cells: Vec<&str> = told.split("<td").skip(1).collect();
            let bare = cells.iter().filter(|cell| {
                let cell = cell.split("</td>").next().unwrap_or_default();
                cell.bytes().any(|byte| byte.is_ascii_digit())
                    && cell.contains(" class=\"n")
                    && !cell.contains("<a ")
            });
            assert_eq!(bare.count(), 0);
            let link = "/customers?among=cohort%3A2026-01%3A2026-04\"";
            assert!(told.contains(link), "{told}");
        }
        assert!(page(&view).into_string().contains("newer customers"));
    }

    #[test]
    fn survival_names_its_intervals_its_tests_and_what_was_refused() {
        let mut view = view(samples::cohorts(14), samples::survival());
        let told = page(&view).into_string().replace('\u{a0}', " ");
        for part in [
            "Median life",
            "412 (389 – 440)",
            "lost at different paces",
            "p &lt; 0.001",
            "Twice the first value",
            "among=at_risk%3A",
            "among=lost%3A",
            "North",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        view.survival.cox =
            Some(refresh::view::asset::Test { reason: "covariate “x” <b>".into(), ..Default::default() });
        view.survival.traits.clear();
        let told = page(&view).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("covariate “x” &lt;b&gt;"), "{told}");
    }

    #[test]
    fn one_customer_and_nobody_have_a_page() {
        let told = page(&view(samples::cohorts(0), Survival::default())).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("Nobody has been gained yet") && told.contains("kept import"));
        let told = page(&view(samples::one_cohort(), samples::one_life())).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("1\u{a0}customer gained in 1\u{a0}cohort"), "{told}");
    }

    #[test]
    fn many_cohorts_are_cut_and_say_so() {
        let mut view = view(samples::cohorts(40), samples::survival());
        let told = page(&view).into_string();
        assert!(told.contains("16 earlier cohorts") && told.contains("all=yes"), "{told}");
        view.look.all = true;
        assert!(!page(&view).into_string().contains("earlier cohorts"));
    }

    #[test]
    fn an_address_that_cannot_be_understood_says_what_to_write() {
        let asked = |by: &str, measure: &str, show: &str| Asked {
            by: Some(by.into()),
            measure: Some(measure.into()),
            show: Some(show.into()),
            ..Asked::default()
        };
        assert!(asked("", "", "").look().is_ok());
        assert!(asked("week", "", "").look().is_err_and(|failure| failure.cure.contains("by=month")));
        assert!(asked("", "money", "").look().is_err_and(|failure| failure.cure.contains("measure=value")));
        assert!(asked("", "", "x").look().is_err_and(|failure| failure.cure.contains("show=share")));
        let look = asked("year", "value", "number").look().expect("look");
        assert_eq!(look.link(), "/cohorts?by=year&measure=value&show=number");
    }
}
