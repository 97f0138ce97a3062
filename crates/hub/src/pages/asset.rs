//! How customers stay and what they are worth, beside the statement.

pub mod cohorts;
mod fading;
mod models;
mod split;
mod stay;
mod triangle;
pub mod worth;

use crate::error::Failure;
use maud::{Markup, html};
use refresh::view::asset::{Among, Model, Why};
use report::calendar;

/// Pages beside the statement.
const TABS: [(&str, &str); 3] = [("/", "Statement"), ("/cohorts", "Cohorts"), ("/worth", "Worth")];

/// The way between the statement and the pages beside it.
pub(crate) fn tabs(path: &str) -> Markup {
    html! {
        nav.tabs aria-label="Customer base" {
            @for (href, name) in TABS { a href=(href) aria-current=[(href == path).then_some("page")] { (name) } }
        }
    }
}

/// What an address asks for.
pub(crate) fn among(text: &str) -> Result<Among, Failure> {
    Among::parse(text).ok_or_else(|| {
        Failure::unclear(
            format!("There is no list `{text}`."),
            "Write among=cohort:2026-01:2026-05, at_risk:180, lost:150:180, worth:bg_nbd, worth:pareto_nbd, worth:sbg, fading:any, fading:silent, fading:modelled or fading:both.",
        )
    })
}

/// The customers behind a number, in words: `fading`.
pub(crate) fn told(among: Among) -> String {
    match among {
        Among::Cohort { cohort, at } => {
            format!(
                "gained in {} and active at the end of {}",
                calendar::period(cohort),
                calendar::period(at)
            )
        }
        Among::AtRisk { days: 0 } => "ever gained".to_owned(),
        Among::AtRisk { days } => format!("known and not lost for {days}\u{a0}days since they were gained"),
        Among::LostAfter { from: 0, until } => {
            format!("first lost within {until}\u{a0}days after they were gained")
        }
        Among::LostAfter { from, until } => {
            format!("first lost {from} to {until}\u{a0}days after they were gained")
        }
        Among::Valued(Model::Sbg) => "with a running contract that is valued".to_owned(),
        Among::Valued(model) => format!("with a purchase, valued by {}", model_name(model)),
        Among::Fading(None) => "fading".to_owned(),
        Among::Fading(Some(why)) => format!("fading: {}", why_told(why)),
    }
}

/// The page that such a list belongs to.
pub(crate) fn home_of(among: Among) -> (&'static str, &'static str) {
    match among {
        Among::Cohort { .. } | Among::AtRisk { .. } | Among::LostAfter { .. } => {
            ("/cohorts", "Back to the cohorts")
        }
        Among::Valued(_) | Among::Fading(_) => ("/worth", "Back to the worth"),
    }
}

/// A model as papers write it.
pub(crate) const fn model_name(model: Model) -> &'static str {
    match model {
        Model::BgNbd => "BG/NBD",
        Model::ParetoNbd => "Pareto/NBD",
        Model::Sbg => "shifted-beta-geometric",
    }
}

/// Why a customer is fading, in words.
pub(crate) const fn why_told(why: Why) -> &'static str {
    match why {
        Why::Silent => "silent for longer than usual",
        Why::Modelled => "likely gone by both models",
        Why::Both => "silent, and likely gone",
    }
}

/// `p < 0.001`; `p = 0.03`.
fn chance(p_value: Option<f64>) -> String {
    match p_value {
        None => "p unknown".to_owned(),
        Some(small) if small < 0.001 => "p < 0.001".to_owned(),
        Some(p) if p < 0.1 => format!("p = {p:.3}"),
        Some(p) => format!("p = {p:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_its_words_and_a_page_to_go_back_to() {
        let texts = ["cohort:2026-01:2026-05", "at_risk:0", "at_risk:181", "lost:0:9", "lost:150:180"];
        let all = texts.into_iter().chain(["worth:sbg", "worth:bg_nbd", "fading:any", "fading:both"]);
        let words: std::collections::BTreeSet<String> =
            all.map(|text| among(text).map(told).expect("read")).collect();
        assert_eq!(words.len(), 9);
        assert!(words.contains("gained in January 2026 and active at the end of May 2026"));
        assert!(among("fading:x").is_err_and(|failure| failure.cure.contains("fading:any")));
        assert_eq!(home_of(Among::Fading(None)).0, "/worth");
        assert_eq!((chance(Some(0.0004)), chance(Some(0.031))), ("p < 0.001".into(), "p = 0.031".into()));
    }
}
