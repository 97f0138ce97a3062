//! Numbers of the journey in addresses and in words.

use crate::error::Failure;
use model::config::Config;
use refresh::view::journey::{Counted, Number, Who};

/// What an address asks for; nothing without `walk`.
pub(super) fn number(walk: Option<&str>, at: &str, to: &str, who: &str) -> Result<Option<Number>, Failure> {
    let Some(name) = walk else { return Ok(None) };
    let counted = Counted::from_name(name).ok_or_else(|| {
        Failure::unclear(
            format!("There is no number `{name}` of the journey."),
            "Open a number on the journey or the scorecard.",
        )
    })?;
    Ok(Some(Number { counted, at: at.to_owned(), to: to.to_owned(), who: self::who(who)? }))
}

/// The group of an address; all when empty.
pub(crate) fn who(name: &str) -> Result<Who, Failure> {
    if name.is_empty() {
        return Ok(Who::All);
    }
    Who::from_name(name)
        .ok_or_else(|| Failure::unclear(format!("There is no group `{name}`."), "Write all, stayed or left."))
}

/// `who went from Delivery straight to Request for help`.
pub(super) fn told(number: &Number, config: &Config) -> String {
    let touchpoint = |key: &str| {
        let found = config.touchpoints.iter().find(|one| one.id.get_ref() == key);
        found.map_or_else(|| key.to_owned(), |one| one.name.clone())
    };
    let department = |id: &str| {
        let found = config.departments.iter().find(|one| one.id.get_ref() == id);
        found.map_or_else(|| if id.is_empty() { "nobody" } else { id }.to_owned(), |one| one.name.clone())
    };
    let stage = |id: &str| {
        let found = config.stages.iter().find(|one| one.id.get_ref() == id);
        found.map_or_else(|| id.to_owned(), |one| one.name.clone())
    };
    let there = || if number.at.is_empty() { "any touchpoint".to_owned() } else { touchpoint(&number.at) };
    let told = match number.counted {
        Counted::Everybody => "on the map".to_owned(),
        Counted::Touchpoint => format!("who met {}", there()),
        Counted::Start => format!("who began with {}", there()),
        Counted::End => format!("whose last event was {}", there()),
        Counted::Repeated => format!("who met {} more than once", there()),
        Counted::Edge => {
            format!("who went from {} straight to {}", there(), touchpoint(&number.to))
        }
        Counted::Chain => {
            format!("who were failed at {} and afterwards at {}", there(), touchpoint(&number.to))
        }
        Counted::HandOff => {
            format!("who went from {} straight to {}", department(&number.at), department(&number.to))
        }
        Counted::Variant => "who went exactly this way".to_owned(),
        Counted::Reached => format!("who came to {}", stage(&number.at)),
        Counted::Failed => format!("who were failed at {}", there()),
        Counted::Followed => {
            format!("who met {} while active, so long ago that it is known who left after it", there())
        }
        Counted::FollowedLeft => format!("who left after {}", there()),
        Counted::FailedFollowed => format!(
            "who were failed at {} while active, so long ago that it is known who left after it",
            there()
        ),
        Counted::FailedLeft => format!("who left after a failure at {}", there()),
        Counted::Recent => format!("who met {} in the last 90 days", there()),
        Counted::Path if number.to == "left" => "who left on this path".to_owned(),
        Counted::Path => "who bought on this path".to_owned(),
        Counted::Flow => {
            format!("around their first time at {}: {}", there(), flow(&number.to, &touchpoint))
        }
        Counted::AsDesigned => "who walked as designed".to_owned(),
        Counted::Skipped => format!("who passed over {} where the design has it", there()),
        Counted::Unplanned => format!("who met {} where the design does not have it", there()),
        Counted::PromiseKept => format!("to whom it was kept: {}", promised(number, config)),
        Counted::PromiseBroken => format!("to whom it was broken: {}", promised(number, config)),
        Counted::PromiseOpen => format!("to whom it is still open: {}", promised(number, config)),
        Counted::MetTouchpoint => return before(number.who, &format!("meeting {}", there())),
        Counted::MetFailure => return before(number.who, &format!("a failure at {}", there())),
        Counted::MetHandOff => {
            let way = format!("going from {} straight to {}", department(&number.at), department(&number.to));
            return before(number.who, &way);
        }
        Counted::RecentUnharmed => format!("whom nothing failed at {} in the last 90 days", there()),
    };
    match number.who {
        Who::All => told,
        Who::Stayed => format!("{told}, of those who stayed"),
        Who::Left => format!("{told}, of those who left"),
    }
}

/// `Delivery → Review` of the step and the places of a flow.
fn flow(written: &str, touchpoint: &dyn Fn(&str) -> String) -> String {
    let place = |place: &str| match (place, place.strip_prefix('@')) {
        (_, Some(key)) => touchpoint(&key.replace("%20", " ").replace("%25", "%")),
        ("before", _) => "nothing yet".to_owned(),
        ("left", _) => "leaving".to_owned(),
        _ => "nothing since".to_owned(),
    };
    written.split(' ').skip(1).map(place).collect::<Vec<_>>().join(" → ")
}

/// Of those compared at the landmarks of the journey.
fn before(who: Who, met: &str) -> String {
    let fared = if who == Who::Left { "left" } else { "stayed" };
    format!("who {fared} after {met}, at any of the days compared")
}

/// A promise in words, and its month.
fn promised(number: &Number, config: &Config) -> String {
    let found = config.promises.iter().find(|one| one.id.get_ref() == &number.at);
    let name = found.map_or_else(|| number.at.clone(), |one| format!("“{}”", one.name));
    match model::Period::parse(&number.to) {
        Some(month) => format!("{name} in {}", report::calendar::period(month)),
        None => name,
    }
}
