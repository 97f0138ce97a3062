//! `/worth`: what the base is worth under both purchase models and in running contracts, and who is fading.

use super::{fading, models, tabs};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::segments::select;
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::view::Page;
use refresh::view::asset::{FadingRow, Model, Worth, WorthLine};
use refresh::view::segments::{Split, chosen, told as segment_told};
use report::worth as told;
use serde::Deserialize;
use store::policy::{Action, Resource};

/// Fading customers on one page.
const FADING: usize = 25;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// A segment; the whole when empty.
    pub segment: Option<String>,
    /// The split told segment by segment; the first when empty.
    pub split: Option<String>,
    /// Fading customers to skip.
    pub offset: Option<usize>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// The whole when empty.
    pub segment: String,
    /// The models.
    pub worth: Worth,
    /// Fading customers from `offset` on.
    pub fading: Page<FadingRow>,
    /// Fading customers skipped.
    pub offset: usize,
    /// Ways of splitting the customers.
    pub splits: Vec<Split>,
    /// Id of the split told segment by segment.
    pub split: String,
}

impl View {
    /// Models of the segment in front.
    pub(super) fn lines(&self) -> impl Iterator<Item = &WorthLine> {
        self.worth.lines.iter().filter(|line| line.segment == self.segment)
    }

    /// A model of purchases over a segment.
    pub(super) fn model(&self, model: Model, segment: &str) -> Option<&WorthLine> {
        self.worth.lines.iter().find(|line| line.model == model.name() && line.segment == segment)
    }
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let (segment, offset) = (asked.segment.clone().unwrap_or_default(), asked.offset.unwrap_or(0));
    let reader = &hub.reader;
    let read = hub
        .at_one_edition(|| async {
            let fading = reader.fading(&segment, offset, FADING).await?;
            Ok((reader.worth(&segment).await?, fading, reader.splits().await?))
        })
        .await?;
    let Some((edition, (worth, mut fading, splits))) = read else {
        return Ok(layout::no_edition(&hub.frame(None), Place::Statement, "Worth"));
    };
    if !hub.may(Resource::Customers, Action::Read) {
        fading.rows.clear();
    }
    hub.saw_list(fading.rows.iter().map(|row| row.customer.id.as_str())).await?;
    let asked = asked.split.unwrap_or_default();
    let split = chosen(&splits, &asked, &segment).map(|split| split.id.clone()).unwrap_or_default();
    Ok(page(&View { frame: hub.frame(Some(edition)), segment, worth, fading, offset, splits, split }))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let base = base(&view.worth, &view.segment);
    let content = html! {
        (tabs("/worth"))
        div.lead {
            p.eyebrow { "Worth" @if !view.segment.is_empty() { " · " bdi { (segment_told(&view.splits, &view.segment)) } } }
            h1 { (told::sentence(&base, view.frame.currency)) }
            p.summary.muted {
                "An estimate beside the books, never in them. "
                a href=(links::definition("customer_equity")) { "Counted over " (told::ahead(view.worth.horizon_days)) ", " (report::number::percent(view.worth.annual_discount)) " a year off." }
            }
        }
        @if !view.splits.is_empty() {
            div.controls { form.filter.auto method="get" action="/worth" {
                (select(&view.splits, &view.segment))
                button type="submit" { "Show" }
            } }
        }
        (models::sections(view))
        (fading::section(view, FADING))
        @if view.segment.is_empty() { (models::by_segment(view)) }
    };
    layout::page(&view.frame, Place::Statement, "Worth", &content)
}

/// The figures of the sentence; also told on the terminal.
pub fn base<'a>(worth: &'a Worth, segment: &str) -> told::Base<'a> {
    let lines = || worth.lines.iter().filter(move |line| line.segment == segment);
    let purchases: Vec<&WorthLine> = lines()
        .filter(|line| [Model::BgNbd, Model::ParetoNbd].iter().any(|model| model.name() == line.model))
        .collect();
    let model = |line: &&'a WorthLine| told::Model {
        name: Model::from_name(&line.model).map_or("", super::model_name),
        alive: line.alive,
        alive_interval: line.alive_interval,
        equity_minor: line.equity_minor,
        equity_interval_minor: line.equity_interval_minor,
        reason: &line.reason,
    };
    let contracts: Vec<i64> =
        lines().filter(|line| line.model == Model::Sbg.name()).filter_map(|line| line.equity_minor).collect();
    told::Base {
        horizon_days: worth.horizon_days,
        customers: purchases.iter().map(|line| line.customers).max().unwrap_or(0),
        models: purchases.iter().map(model).collect(),
        contract_minor: (!contracts.is_empty()).then(|| contracts.iter().sum()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view(worth: Worth) -> View {
        let fading = samples::fading();
        View {
            frame: samples::frame(),
            segment: String::new(),
            worth,
            fading,
            offset: 0,
            splits: samples::splits(),
            split: "region".into(),
        }
    }

    #[test]
    fn both_models_stand_side_by_side_with_spread_and_intervals() {
        let told = page(&view(samples::worth())).into_string();
        samples::assert_safe(&told);
        let told = told.replace('\u{a0}', " ");
        for part in [
            "1,052 to 1,917 of them still buy",
            "BG/NBD",
            "Pareto/NBD",
            "1,840 – 1,990",
            "for want of a second purchase",
            "The models lie 4.7 % apart",
            "among=worth%3Abg_nbd",
            "among=worth%3Asbg",
            "among=fading%3Asilent",
            "Österreich",
            "refused",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }

    #[test]
    fn a_refused_model_shows_its_reason_and_no_figure() {
        let mut worth = samples::worth();
        for line in
            worth.lines.iter_mut().filter(|line| line.segment.is_empty() && line.model == "pareto_nbd")
        {
            *line = WorthLine {
                model: "pareto_nbd".into(),
                customers: 2_357,
                reason: "Pareto/NBD did not converge: `s` runs <away>".into(),
                parameters: serde_json::json!({}),
                convergence: serde_json::json!({}),
                ..WorthLine::default()
            };
        }
        let told = page(&view(worth)).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("runs &lt;away&gt;") && told.contains("the other model being refused"),
            "{told}"
        );
        assert!(!told.contains("The models lie"));
    }

    #[test]
    fn an_interval_withheld_says_why() {
        let mut worth = samples::worth();
        worth.lines[1].failed_draws = 7;
        assert!(page(&view(worth.clone())).into_string().contains("60, 7 of them refused<"));
        (worth.lines[1].alive_interval, worth.lines[1].equity_interval_minor) = (None, None);
        assert!(page(&view(worth)).into_string().contains("7 of them refused: too many for an interval"));
    }

    #[test]
    fn every_number_of_a_table_opens_something() {
        let told = page(&view(samples::worth())).into_string();
        let cells: Vec<&str> = told.split("<td").skip(1).collect();
        assert!(cells.len() > 40);
        for cell in cells {
            let cell = cell.split("</td>").next().unwrap_or_default();
            let is_number =
                cell.starts_with(" class=\"n\"") && cell.bytes().any(|byte| byte.is_ascii_digit());
            assert!(!is_number || cell.contains("<a "), "{cell}");
        }
    }

    #[test]
    fn nobody_and_nobody_fading_have_a_page() {
        let nobody =
            Worth { horizon_days: 1095, annual_discount: 0.1, lines: Vec::new(), fading: Vec::new() };
        let mut view = view(nobody);
        view.fading = Page { total: 0, rows: Vec::new() };
        let told = page(&view).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("Nobody has bought or subscribed yet") && told.contains("Nobody is fading"),
            "{told}"
        );
        view.worth = samples::worth();
        assert!(page(&view).into_string().contains("Nobody is fading"));
    }
}
