//! The forms by which people decide. Every answer needs its reason, so that others can follow.

use super::words;
use maud::{Markup, html};
use refresh::decisions::Verdict;

/// Letters in a reason at most.
const REASON: usize = 500;

/// Where a decision about two records is sent.
pub(super) const DECIDE: &str = "/data/identity/decide";

/// A decision about two records, named `silo:key`; `back` is the page to return to.
pub(super) fn decision(a: &str, b: &str, back: &str, choices: &[Verdict]) -> Markup {
    html! {
        form.decide method="post" action=(DECIDE) aria-label=(format!("Decide about {a} and {b}")) {
            input type="hidden" name="a" value=(a);
            input type="hidden" name="b" value=(b);
            input type="hidden" name="back" value=(back);
            (reason())
            div.answers {
                @for choice in choices {
                    button type="submit" name="verdict" value=(choice.name()) {
                        @if *choice == Verdict::Undone { "Undo" } @else { (words::verdict(*choice)) }
                    }
                }
            }
        }
    }
}

/// The judgement on a proposed model.
pub(super) fn judgement() -> Markup {
    html! {
        form.decide method="post" action=(super::MODEL) aria-label="Judge the proposed model" {
            (reason())
            div.answers {
                button type="submit" name="judgement" value="accept" { "Accept the new model" }
                button type="submit" name="judgement" value="reject" { "Reject it" }
            }
        }
    }
}

/// Not only blanks.
fn reason() -> Markup {
    html! {
        label { span { "Why? Others will read it." }
            input type="text" name="reason" required pattern=r".*\S.*" maxlength=(REASON) autocomplete="off";
        }
    }
}

/// Two records to weigh.
pub(super) fn pair(a: &str, b: &str) -> Markup {
    html! {
        form.filter method="get" action=(super::EXPLAIN) {
            label.wide-field { span { "One record, silo:key" } input type="text" name="a" value=(a) required placeholder="shop:8812" autocomplete="off" spellcheck="false"; }
            label.wide-field { span { "The other" } input type="text" name="b" value=(b) required placeholder="helpdesk:u-31" autocomplete="off" spellcheck="false"; }
            button.keep type="submit" { "Compare" }
        }
    }
}
