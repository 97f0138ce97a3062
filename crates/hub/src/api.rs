//! The JSON interface: the same rows the pages show, each answer with the edition it comes from.

use crate::Hub;
use crate::error::{Failure, Wants};
use crate::pages::data::identity::{self, explain};
use crate::pages::{asset, customers, reasons, statement};
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use refresh::view::segments::chosen;
use refresh::view::{Edition, Line};
use serde::Serialize;
use serde_json::json;

/// Customers in one answer, unless fewer are asked for; and at most.
const CUSTOMERS: usize = 100;
const MOST_CUSTOMERS: usize = 10_000;

/// A failure as JSON: `{"error": …, "cure": …}`.
pub(crate) struct Refusal(Failure);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        Self(error.into())
    }
}

impl From<refresh::Error> for Refusal {
    fn from(error: refresh::Error) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        json_of(self.0.status, &json!({"error": self.0.what, "cure": self.0.cure}))
    }
}

pub(crate) type Answer = Result<Response, Refusal>;
/// What the address asks for, so that a refusal is JSON too.
pub(crate) type Wanted<T> = Result<Wants<T>, Failure>;

/// `/api/v1/statement?by=month&segment=…&split=…&as=restated`; with a split, the whole and each of its segments
pub(crate) async fn statement(hub: Hub, asked: Wanted<statement::show::Asked>) -> Answer {
    let Wants(asked) = asked?;
    let (by, period) = statement::show::wanted(&asked)?;
    let basis = statement::show::basis(&asked)?;
    if let Some(split) = given(asked.split.as_ref()) {
        let read = hub.at_one_edition(|| hub.reader.split_statement(by, split, basis)).await?;
        let (edition, mut told_by) = read.ok_or_else(unpublished)?;
        known(!told_by.segments.is_empty(), split)?;
        let keep =
            |lines: &mut Vec<Line>| lines.retain(|line| period.is_none_or(|period| line.period == period));
        keep(&mut told_by.whole);
        told_by.segments.iter_mut().for_each(|one| keep(&mut one.lines));
        return Ok(told(&edition, "statement", &told_by));
    }
    let segment = asked.segment.unwrap_or_default();
    let read = hub.at_one_edition(|| hub.reader.statement(by, &segment, basis)).await?;
    let (edition, mut statement) = read.ok_or_else(unpublished)?;
    statement.lines.retain(|line| period.is_none_or(|period| line.period == period));
    Ok(told(&edition, "statement", &statement))
}

/// `/api/v1/closings`
pub(crate) async fn closings(hub: Hub) -> Answer {
    let read = hub.at_one_edition(|| hub.reader.closings()).await?;
    let (edition, closings) = read.ok_or_else(unpublished)?;
    Ok(told(&edition, "closings", &closings))
}

/// `/api/v1/bridge?period=2026-Q3&segment=…`
pub(crate) async fn bridge(hub: Hub, asked: Wanted<statement::show::Asked>) -> Answer {
    let Wants(asked) = asked?;
    let period = statement::show::period(asked.period.as_deref().unwrap_or_default())?;
    let segment = asked.segment.unwrap_or_default();
    let read = hub.at_one_edition(|| hub.reader.bridge(period, &segment)).await?;
    let (edition, bridge) = read.ok_or_else(unpublished)?;
    let open = || Failure::missing(format!("{period} is not closed."), "`kept close` tells what is.");
    Ok(told(&edition, "bridge", &bridge.ok_or_else(open)?))
}

/// `/api/v1/reasons?by=year&period=…&segment=…&split=…`; with a split, losses segment by segment
pub(crate) async fn reasons(hub: Hub, asked: Wanted<reasons::show::Asked>) -> Answer {
    let Wants(asked) = asked?;
    let span = asked.span()?;
    if let Some(split) = given(asked.split.as_ref()) {
        let read = hub.at_one_edition(|| hub.reader.split_reasons(span, split)).await?;
        let (edition, found) = read.ok_or_else(unpublished)?;
        return Ok(told(&edition, "reasons", &found));
    }
    let segment = asked.segment.unwrap_or_default();
    let read = hub.at_one_edition(|| hub.reader.reasons(span, &segment)).await?;
    let (edition, found) = read.ok_or_else(unpublished)?;
    if let Some(found) = found.as_ref().filter(|found| !found.other_texts.is_empty()) {
        hub.saw("reasons", &format!("{} texts", found.other_texts.len())).await?;
    }
    let found = found.ok_or_else(|| {
        Failure::missing("This edition was published before Kept looked for reasons.", "Run `kept refresh`.")
    })?;
    Ok(told(&edition, "reasons", &found))
}

/// `/api/v1/cohorts?by=month&segment=…&split=…`; with a split, how customers of each of its segments stay
pub(crate) async fn cohorts(hub: Hub, asked: Wanted<asset::cohorts::Asked>) -> Answer {
    let Wants(asked) = asked?;
    let look = asked.look()?;
    if !look.split.is_empty() {
        let read = hub.at_one_edition(|| hub.reader.split_cohorts(&look.split)).await?;
        let (edition, told_by) = read.ok_or_else(unpublished)?;
        known(told_by.rows.len() > 1, &look.split)?;
        return Ok(told(&edition, "cohorts", &told_by));
    }
    let read = hub.at_one_edition(|| hub.reader.cohorts(look.by, &look.segment)).await?;
    let (edition, cohorts) = read.ok_or_else(unpublished)?;
    Ok(told(&edition, "cohorts", &cohorts))
}

/// `/api/v1/segments`: the ways of splitting the customers, and their segments
pub(crate) async fn segments(hub: Hub) -> Answer {
    let read = hub.at_one_edition(|| hub.reader.splits()).await?;
    let (edition, splits) = read.ok_or_else(unpublished)?;
    Ok(told(&edition, "splits", &splits))
}

/// `/api/v1/survival?split=…`: of the whole and of each segment of a split, the first when empty
pub(crate) async fn survival(hub: Hub, asked: Wanted<asset::cohorts::Asked>) -> Answer {
    let Wants(asked) = asked?;
    let look = asked.look()?;
    let read = hub
        .at_one_edition(|| async {
            let splits = hub.reader.splits().await?;
            let split = chosen(&splits, &look.split, &look.segment).map_or("", |split| &split.id);
            hub.reader.survival(split).await
        })
        .await?;
    let (edition, survival) = read.ok_or_else(unpublished)?;
    Ok(told(&edition, "survival", &survival))
}

/// `/api/v1/worth?segment=…`
pub(crate) async fn worth(hub: Hub, asked: Wanted<asset::worth::Asked>) -> Answer {
    let Wants(asked) = asked?;
    let segment = asked.segment.unwrap_or_default();
    let read = hub.at_one_edition(|| hub.reader.worth(&segment)).await?;
    let (edition, mut worth) = read.ok_or_else(unpublished)?;
    worth.lines.retain(|line| segment.is_empty() || line.segment == segment);
    Ok(told(&edition, "worth", &worth))
}

/// `/api/v1/fading?segment=…&offset=…&limit=…`
pub(crate) async fn fading(hub: Hub, asked: Wanted<customers::list::Asked>) -> Answer {
    let Wants(asked) = asked?;
    let limit = asked.limit.unwrap_or(CUSTOMERS).min(MOST_CUSTOMERS);
    let (segment, offset) = (asked.segment.unwrap_or_default(), asked.offset.unwrap_or(0));
    let read = hub.at_one_edition(|| hub.reader.fading(&segment, offset, limit)).await?;
    let (edition, fading) = read.ok_or_else(unpublished)?;
    hub.saw_list(fading.rows.iter().map(|row| row.customer.id.as_str())).await?;
    Ok(told(&edition, "fading", &fading))
}

/// `/api/v1/customers?period=…&figure=…&among=…&segment=…&q=…&offset=…&limit=…`
pub(crate) async fn customers(hub: Hub, asked: Wanted<customers::list::Asked>) -> Answer {
    let Wants(asked) = asked?;
    let limit = asked.limit.unwrap_or(CUSTOMERS).min(MOST_CUSTOMERS);
    let wanted = asked.wanted(limit)?;
    let read = hub.at_one_edition(|| hub.reader.customers(&wanted)).await?;
    let (edition, list) = read.ok_or_else(unpublished)?;
    hub.saw_list(list.rows.iter().map(|row| row.id.as_str())).await?;
    Ok(told(&edition, "customers", &list))
}

/// `/api/v1/customers/ID?events=…`
pub(crate) async fn customer(
    hub: Hub,
    Path(id): Path<String>,
    asked: Wanted<customers::show::Asked>,
) -> Answer {
    let Wants(asked) = asked?;
    let read = hub.at_one_edition(|| hub.reader.customer(&id, asked.limit())).await?;
    let (edition, life) = read.ok_or_else(unpublished)?;
    let life = life.ok_or_else(|| customers::show::nobody(&id))?;
    hub.saw(&format!("customer:{}", life.row.id), "").await?;
    Ok(told(&edition, "customer", &life))
}

/// `/api/v1/editions`
pub(crate) async fn editions(hub: Hub) -> Answer {
    Ok(json_of(StatusCode::OK, &json!({"editions": hub.reader.editions().await?})))
}

/// `/api/v1/identity`
pub(crate) async fn identity(hub: Hub) -> Answer {
    let read = hub.at_one_edition(|| hub.reader.identity(identity::LISTED)).await?;
    let (edition, status) = read.ok_or_else(unpublished)?;
    hub.saw("review", &format!("{} customers", status.largest.rows.len())).await?;
    Ok(told(&edition, "identity", &status))
}

/// `/api/v1/identity/explain?a=silo:key&b=silo:key`
pub(crate) async fn explain(hub: Hub, asked: Wanted<explain::Asked>) -> Answer {
    let Wants(asked) = asked?;
    let (a, b) = asked.pair()?.ok_or_else(|| {
        Failure::unclear(
            "Two records are needed.",
            "Write a=silo:key&b=silo:key, as on the customers' pages.",
        )
    })?;
    let read = hub.at_one_edition(|| hub.reader.explain(&a, &b)).await?;
    let (edition, explanation) = read.ok_or_else(unpublished)?;
    let (one, other) = &explanation.customers;
    hub.saw("customers", &format!("2: {one} {other}")).await?;
    Ok(told(&edition, "explanation", &explanation))
}

/// A parameter that is given.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

fn known(is_known: bool, split: &str) -> Result<(), Failure> {
    if is_known {
        return Ok(());
    }
    Err(Failure::missing(
        format!("Customers are not split by `{split}`."),
        "/api/v1/segments tells the splits.",
    ))
}

pub(crate) fn unpublished() -> Failure {
    Failure::missing("Nothing is published yet.", "Run `kept import`, then `kept refresh`.")
}

pub(crate) fn told(edition: &Edition, name: &str, rows: &impl Serialize) -> Response {
    json_of(StatusCode::OK, &json!({"edition": edition, name: rows}))
}

fn json_of(status: StatusCode, value: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn answers_name_their_edition_and_write_periods_as_text() {
        let edition = samples::frame().edition.expect("edition");
        let value = json!({"edition": &edition, "lines": samples::lines(1)});
        assert_eq!(value["edition"]["edition"], 3);
        assert_eq!(value["lines"][0]["period"], "2026-10");
    }

    #[test]
    fn a_refusal_keeps_its_status_and_says_what_to_do() {
        let response = Refusal::from(unpublished()).into_response();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    }
}
