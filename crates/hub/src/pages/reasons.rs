//! Why do customers leave?

pub mod show;
mod split;
mod tables;

use refresh::view::reasons::{Before, Reasons, Stated, Which};
use report::reasons::{Lift, Said};

/// What was said, as pictures and sentences tell it: reasons of the company's list and others, most first. Those who
/// said nothing are not among them.
pub fn said(reasons: &Reasons, href: &dyn Fn(Which) -> String) -> Vec<Said> {
    let told = |stated: &Stated| Said {
        name: stated.name.clone(),
        department: stated.department.clone(),
        count: stated.lost_count,
        share: stated.share,
        href: href(Which::Stated(stated.id.clone())),
    };
    let known = reasons.stated.iter().filter(|stated| stated.id != model::config::UNKNOWN_REASON);
    known.map(told).collect()
}

/// Share (0–1) of the losses of which nothing was said.
pub fn unknown(reasons: &Reasons) -> f64 {
    let unknown = reasons.stated.iter().find(|stated| stated.id == model::config::UNKNOWN_REASON);
    unknown.map_or(0.0, |stated| stated.share)
}

/// What came before, in order of rank. Causes that no loss met are left out.
pub fn before(reasons: &Reasons, href: &dyn Fn(Which) -> String) -> Vec<report::reasons::Before> {
    let share = |count: i64| count as f64 / reasons.pairs as f64;
    let told = |cause: &Before| report::reasons::Before {
        said: Said {
            name: cause.name.clone(),
            department: cause.department.clone(),
            count: cause.lost_count,
            share: cause.share,
            href: href(Which::Before(cause.id.clone())),
        },
        compared: (reasons.pairs > 0).then(|| [share(cause.pairs_lost), share(cause.pairs_stayed)]),
        paired_href: href(Which::PairedBefore(cause.id.clone())),
        stayed_href: href(Which::StayedWith(cause.id.clone())),
        lift: lift(cause),
    };
    reasons.before.iter().filter(|cause| cause.lost_count > 0).map(told).collect()
}

/// The lift of a cause; `None` where nothing can be compared.
fn lift(cause: &Before) -> Option<Lift> {
    let low = cause.lift_low?;
    Some(Lift { ratio: cause.lift, low, high: cause.lift_high, stands_out: cause.stands_out })
}
