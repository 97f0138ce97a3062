//! `/data/rejects`: rows set aside, each with its reason and as it was.

use super::{Asked, LIMIT, count};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame};
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::view::{Page, Reject};
use report::number;

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let offset = asked.offset.unwrap_or(0);
    let frame = hub.frame(hub.reader.edition().await?);
    let rejects = hub.reader.rejects(offset, LIMIT).await?;
    if rejects.rows.iter().any(|reject| reject.raw.is_some()) {
        hub.saw("rejects", &format!("{} rows from {offset} on", rejects.rows.len())).await?;
    }
    Ok(page(&frame, &rejects, offset))
}

/// The page.
pub fn page(frame: &Frame, rejects: &Page<Reject>, offset: usize) -> Markup {
    let content = html! {
        @if rejects.total == 0 { (layout::empty("Every row of every live import could be read.", "")) }
        @else {
            p { "These rows are in no number. Mend them in their silo, or the feed in kept.toml, and run " code { "kept import" } " again." }
            (layout::scroller("Rejected rows", &table(&rejects.rows)))
        }
        (layout::pager(offset, rejects.rows.len(), rejects.total, LIMIT, &|offset| {
            links::address("/data/rejects", &[("offset", &offset.to_string())])
        }))
    };
    let sentence =
        super::sentence(&format!("{} set aside.", number::counted(rejects.total, "row is", "rows are")));
    super::page(frame, "/data/rejects", &sentence, &content)
}

fn table(rows: &[Reject]) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { "Silo · feed" } th scope="col" { "File" } th.n scope="col" { "Line" }
                th scope="col" { "Column" } th scope="col" { "What is wrong" } th scope="col" { "The row as it was" }
            } }
            tbody { @for reject in rows {
                tr {
                    td { (reject.silo) " · " (reject.feed) }
                    td.wrap { (reject.file) }
                    td.n { (count(reject.line)) }
                    td.code { (reject.column) }
                    td.wrap { (super::marked(&reject.reason)) }
                    td.raw { @match &reject.raw { Some(raw) => code { (raw) }, None => span.muted { "not for your role" } } }
                }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_rejected_row_shows_its_reason_and_itself() {
        let told = page(&samples::frame(), &samples::rejects(), 0).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("1,204")
                && told.contains("<code>canceled_at</code> is before <code>created_at</code>")
        );
        assert!(told.contains("&lt;img src=x onerror=alert(1)&gt;"));
        let none = Page { total: 0, rows: Vec::new() };
        assert!(page(&samples::frame(), &none, 0).into_string().contains("No rows are set aside."));
    }
}
