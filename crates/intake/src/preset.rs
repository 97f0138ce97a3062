//! Exports of known tools: which columns they have and what their rows mean. One file per tool.

mod courier;
mod hubspot;
mod qualtrics;
mod segment;
mod shopify;
mod stripe;
mod zendesk;

use crate::desk::Desk;
use crate::error::Problem;
use crate::mapper::Mapped;
use crate::row::{Header, Reject, Row};
use model::config::Feed;

/// A preset bound to the header of one file.
#[derive(Debug)]
pub(crate) enum Preset {
    Courier(Box<courier::Deliveries>),
    Hubspot(Box<hubspot::Contacts>),
    Qualtrics(Box<qualtrics::Responses>),
    Segment(Box<segment::Events>),
    Shopify(Box<shopify::Orders>),
    Stripe(Box<stripe::Subscriptions>),
    Zendesk(Box<zendesk::Tickets>),
}

/// Names of the arrays that a tool's JSON document holds its rows in; any when empty.
pub(crate) fn arrays(feed: &Feed) -> &'static [&'static str] {
    match feed.preset.as_ref().map(|name| name.get_ref().as_str()) {
        Some("zendesk-tickets") => &["tickets", "results"],
        _ => &[],
    }
}

impl Preset {
    /// Finds the tool's columns in a header.
    pub(crate) fn bind(name: &str, feed: &Feed, header: &mut Header) -> Result<Self, Problem> {
        Ok(match name {
            "courier-deliveries" => Self::Courier(Box::new(courier::Deliveries::bind(feed, header)?)),
            "hubspot-contacts" => Self::Hubspot(Box::new(hubspot::Contacts::bind(feed, header)?)),
            "qualtrics-responses" => Self::Qualtrics(Box::new(qualtrics::Responses::bind(feed, header)?)),
            "segment-events" => Self::Segment(Box::new(segment::Events::bind(feed, header)?)),
            "shopify-orders" => Self::Shopify(Box::new(shopify::Orders::bind(feed, header)?)),
            "stripe-subscriptions" => Self::Stripe(Box::new(stripe::Subscriptions::bind(feed, header)?)),
            "zendesk-tickets" => Self::Zendesk(Box::new(zendesk::Tickets::bind(feed, header)?)),
            _ => return Err(Problem::Setting(format!("there is no preset `{name}`"))),
        })
    }

    /// Adds what a row tells.
    pub(crate) fn map(&mut self, row: &Row<'_>, desk: &mut Desk) -> Result<Mapped, Reject> {
        let mapped = match self {
            Self::Qualtrics(responses) => return responses.map(row, desk),
            Self::Courier(deliveries) => deliveries.map(row, desk),
            Self::Hubspot(contacts) => contacts.map(row, desk),
            Self::Segment(events) => events.map(row, desk),
            Self::Shopify(orders) => orders.map(row, desk),
            Self::Stripe(subscriptions) => subscriptions.map(row, desk),
            Self::Zendesk(tickets) => tickets.map(row, desk),
        };
        mapped.map(|()| Mapped::Row)
    }
}

/// The reason of a row without anything to know its record by.
const NO_KEY: &str = "is empty: the row has no record key";
