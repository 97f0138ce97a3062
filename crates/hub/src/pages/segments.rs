//! The choice of a segment, the switch between splits, and how segments are called, on every page.

use maud::{Markup, html};
use refresh::view::segments::{Split, value_of};

/// Segments listed before the others are one row.
pub(crate) const LISTED: usize = 12;

/// A choice of segments, split by split; the first is the whole.
pub(crate) fn select(splits: &[Split], chosen: &str) -> Markup {
    let is_known = splits.iter().flat_map(|split| &split.segments).any(|segment| segment.id == chosen);
    html! {
        label { span { "Segment" }
            select name="segment" data-submit {
                option value="" { "All customers" }
                @for split in splits {
                    optgroup label=(split.name) {
                        @for segment in &split.segments {
                            option value=(segment.id) selected[segment.id == chosen] { (segment.value) }
                        }
                    }
                }
                @if !chosen.is_empty() && !is_known { option value=(chosen) selected { (chosen) } }
            }
        }
    }
}

/// The same where one split alone is told: by the ids of its segments.
pub(crate) fn select_of(segments: &[String], chosen: &str) -> Markup {
    html! {
        label { span { "Segment" }
            select name="segment" data-submit {
                option value="" { "All customers" }
                @for segment in segments {
                    option value=(segment) selected[segment == chosen] { (value_of(segment)) }
                }
                @if !chosen.is_empty() && !segments.iter().any(|segment| segment == chosen) {
                    option value=(chosen) selected { (chosen) }
                }
            }
        }
    }
}

/// Links from one split to another; nothing where there is no other.
pub(crate) fn switch(splits: &[Split], chosen: &str, link: &dyn Fn(&str) -> String) -> Markup {
    html! {
        @if splits.len() > 1 {
            nav.switch.splits aria-label="Split by" {
                @for split in splits {
                    a href=(link(&split.id)) aria-current=[(split.id == chosen).then_some("true")] { (split.name) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn every_segment_can_be_chosen_and_one_that_is_gone_stays_chosen() {
        let told = select(&samples::splits(), "plan=gold").into_string();
        samples::assert_safe(&format!("<h1></h1>{told}"));
        for part in [
            "<optgroup label=\"Region\">",
            "<option value=\"region=North\">North</option>",
            "<option value=\"plan=gold\" selected>gold</option>",
            "Österreich &amp; Schweiz</option>",
        ] {
            assert!(told.contains(part), "{part} in {told}");
        }
        let gone = select(&samples::splits(), "plan=iron").into_string();
        assert!(gone.contains("<option value=\"plan=iron\" selected>plan=iron</option>"));
        assert_eq!(select_of(&["region=a".into()], "region=a").into_string().matches("selected").count(), 1);
    }

    #[test]
    fn one_split_needs_no_switch() {
        let splits = samples::splits();
        let link = |id: &str| format!("/?split={id}");
        assert_eq!(switch(&splits[..1], "region", &link).into_string(), "");
        let told = switch(&splits, "plan", &link).into_string();
        assert!(told.contains("<a href=\"/?split=plan\" aria-current=\"true\">Plan</a>"), "{told}");
    }
}
