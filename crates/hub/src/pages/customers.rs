//! The customers: the list behind any number, and one customer's whole life.

mod ledger;
mod life;
pub mod list;
pub mod show;
pub(crate) mod walked;

use maud::{Markup, html};
use refresh::view::CustomerRow;

/// The name to show: the name, else the e-mail, else the id.
pub(crate) fn shown_name(row: &CustomerRow) -> &str {
    [&row.name, &row.email].into_iter().find(|text| !text.is_empty()).unwrap_or(&row.id)
}

fn state(active: bool) -> Markup {
    html! { @if active { span.state { "Active" } } @else { span.state.off { "Not active" } } }
}
