//! The life itself: departments as lanes over time, then every event by day.

use super::show::{MOST_EVENTS, View};
use crate::{layout, links};
use maud::{Markup, html};
use model::{EventKind, Movement, Outcome};
use refresh::view::{Event, Posting};
use report::life::{Lane, Mark, Span, picture, shape, start_us};
use report::{calendar, number};

/// Picture and list.
pub(super) fn section(view: &View) -> Markup {
    let events = &view.life.events;
    html! {
        section {
            h2 { "Life" span.muted { " · " (number::counted(view.life.events_total, "event", "events")) } }
            @if events.is_empty() {
                (layout::empty("No event is known: the silos sent this customer's records, but nothing that happened.", ""))
            } @else {
                (cut(view))
                (picture(&lanes(view), &span(view), &view.frame.zone))
                (legend())
                (days(view))
            }
        }
    }
}

/// Departments in the company's order, those that it does not name last.
fn lanes(view: &View) -> Vec<Lane> {
    let mut ids: Vec<&str> = view.departments.iter().map(|(id, _)| id.as_str()).collect();
    for event in &view.life.events {
        if !ids.contains(&event.department.as_str()) {
            ids.push(&event.department);
        }
    }
    let lane = |id: &str| Lane {
        name: department(view, id).to_owned(),
        marks: view
            .life
            .events
            .iter()
            .enumerate()
            .filter(|(_, e)| e.department == id)
            .map(|(i, e)| mark(view, i, e))
            .collect(),
    };
    ids.into_iter().map(lane).filter(|lane| !lane.marks.is_empty()).collect()
}

fn department<'a>(view: &'a View, id: &'a str) -> &'a str {
    let known = view.departments.iter().find(|(other, _)| other == id).map(|(_, name)| name.as_str());
    known.unwrap_or(if id.is_empty() { "No department" } else { id })
}

fn mark(view: &View, index: usize, event: &Event) -> Mark {
    let at = calendar::minute(event.at_us, &view.frame.zone);
    let how = outcome(event.outcome).map(|word| format!(", {word}")).unwrap_or_default();
    Mark {
        at_us: event.at_us,
        kind: event.kind,
        failed: event.outcome.is_failure(),
        title: format!("{at}: {}{how}", event.touchpoint),
        href: format!("#e-{}", index + 1),
    }
}

/// From the first event or posting to the last, with the times of being active.
fn span(view: &View) -> Span {
    let zone = &view.frame.zone;
    let posted = view.life.postings.iter().map(|posting| start_us(posting.day, zone));
    let times = || view.life.events.iter().map(|event| event.at_us).chain(posted.clone());
    let from_us = times().min().unwrap_or(0);
    let end = view.frame.edition.as_ref().map(|edition| start_us(edition.as_of.plus(1), zone));
    let to_us = times().max().max(end).unwrap_or(from_us);
    let mut active = Vec::new();
    let mut since = None;
    for Posting { day, movement, .. } in &view.life.postings {
        match movement {
            Movement::Gained | Movement::WonBack => since = since.or(Some(start_us(*day, zone))),
            Movement::Lost => active.extend(since.take().map(|from| (from, start_us(*day, zone)))),
            _ => {}
        }
    }
    active.extend(since.map(|from| (from, to_us)));
    Span { from_us, to_us, active }
}

fn legend() -> Markup {
    let kinds = [
        (EventKind::Contact, false, "contact"),
        (EventKind::Purchase, false, "purchase"),
        (EventKind::Refund, false, "refund"),
        (EventKind::Subscription, false, "subscription"),
        (EventKind::Response, false, "answer"),
        (EventKind::Contact, true, "failed, late, reopened or complained"),
    ];
    html! {
        p.legend {
            @for (kind, failed, word) in kinds {
                span { svg.sign viewBox="0 0 18 18" aria-hidden="true" { (shape(kind, failed, 9.0, 10.0)) } (word) }
            }
        }
    }
}

fn cut(view: &View) -> Markup {
    let (shown, total) = (view.life.events.len(), view.life.events_total);
    let told = |n: usize| number::count(i64::try_from(n).unwrap_or(i64::MAX));
    html! {
        @if shown < total {
            p.notice {
                "The latest " (told(shown)) " of " (told(total)) " events are shown; " (told(total - shown)) " earlier ones are left out. "
                @if shown < MOST_EVENTS {
                    a href=(links::address(&links::customer(&view.life.row.id), &[("events", &total.to_string())])) { "Show more" }
                } @else {
                    code { "kept customer " (view.life.row.id) " --limit " (total) } " lists all."
                }
            }
        }
    }
}

/// Every event, under its day.
fn days(view: &View) -> Markup {
    let zone = &view.frame.zone;
    let events: Vec<(usize, &Event)> = view.life.events.iter().enumerate().collect();
    html! {
        div.days {
            @for day in events.chunk_by(|a, b| calendar::day_of(a.1.at_us, zone) == calendar::day_of(b.1.at_us, zone)) {
                section.day {
                    h3 { (calendar::day(calendar::day_of(day[0].1.at_us, zone))) }
                    ol { @for (index, event) in day { (entry(view, *index, event)) } }
                }
            }
        }
    }
}

fn entry(view: &View, index: usize, event: &Event) -> Markup {
    let failed = event.outcome.is_failure();
    html! {
        li.event.failed[failed] id=(format!("e-{}", index + 1)) {
            time { (calendar::clock(event.at_us, &view.frame.zone)) }
            svg.sign viewBox="0 0 18 18" aria-hidden="true" { (shape(event.kind, failed, 9.0, 10.0)) }
            div.what {
                p.line {
                    strong { (event.touchpoint) }
                    @if let Some(word) = outcome(event.outcome) { span.outcome.bad[failed] { (word) } }
                    @if let Some(worth) = worth(view, event) { span.worth { (worth) } }
                    @if let Some(score) = event.score { span.worth { "score " (score) } }
                }
                p.muted.where {
                    (department(view, &event.department))
                    @if !event.stage.is_empty() { " · " (event.stage) }
                    " · from " (event.silo)
                    @if let Some(reference) = &event.reference { " · " span.code { (reference) } }
                }
                @if let Some(title) = &event.title { p.title dir="auto" { (title) } }
                @if let Some(text) = &event.text { blockquote dir="auto" { (text) } }
                @if let Some(reason) = &event.reason { p { span.muted { "Reason given: " } bdi { (reason) } } }
            }
        }
    }
}

fn outcome(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Unknown => None,
        other => Some(other.name()),
    }
}

fn worth(view: &View, event: &Event) -> Option<String> {
    let money = |minor: i64| view.frame.money(minor);
    match event.kind {
        EventKind::Purchase => Some(money(event.value_minor)),
        EventKind::Refund => Some(money(event.value_minor.saturating_neg())),
        EventKind::Subscription if event.value_minor == 0 => Some("ended".to_owned()),
        EventKind::Subscription => Some(format!("{} a month", money(event.value_minor))),
        EventKind::Contact | EventKind::Response => {
            (event.value_minor != 0).then(|| money(event.value_minor))
        }
    }
}
