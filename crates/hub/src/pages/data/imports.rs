//! `/data/imports`: every file read, latest first.

use super::{Asked, LIMIT, count};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame};
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::view::{Import, Page};
use report::{calendar, number};

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let offset = asked.offset.unwrap_or(0);
    let frame = hub.frame(hub.reader.edition().await?);
    Ok(page(&frame, &hub.reader.imports(offset, LIMIT).await?, offset))
}

/// The page.
pub fn page(frame: &Frame, imports: &Page<Import>, offset: usize) -> Markup {
    let content = html! {
        @if imports.total == 0 { (layout::empty("Nothing was read yet. Put the exports where kept.toml says, then run:", "kept import")) }
        @else { (layout::scroller("Imports", &table(frame, &imports.rows))) }
        (layout::pager(offset, imports.rows.len(), imports.total, LIMIT, &|offset| {
            links::address("/data/imports", &[("offset", &offset.to_string())])
        }))
    };
    let latest = imports.rows.first().filter(|_| offset == 0).map_or_else(String::new, |latest| {
        format!(", the latest on {}", calendar::minute(latest.at_us, &frame.zone))
    });
    let sentence =
        super::sentence(&format!("{}{latest}.", number::counted(imports.total, "import", "imports")));
    super::page(frame, "/data/imports", &sentence, &content)
}

fn table(frame: &Frame, rows: &[Import]) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { "When" } th scope="col" { "Silo · feed" } th scope="col" { "Files" } th scope="col" { "Status" }
                th.n scope="col" { "Rows" } th.n scope="col" { "Records" } th.n scope="col" { "Events" } th.n scope="col" { "Set aside" }
                th scope="col" { "Id" }
            } }
            tbody { @for import in rows {
                tr {
                    th scope="row" { (calendar::minute(import.at_us, &frame.zone)) }
                    td.when { (import.silo) " · " (import.feed) }
                    td.wrap { (import.files) }
                    td { span.state.off[import.status != "done"] { (import.status) } }
                    td.n { (count(import.rows)) }
                    td.n { (count(import.records)) }
                    td.n { (count(import.events)) }
                    td.n { a.bad[import.rejects > 0] href="/data/rejects" { (count(import.rejects)) } }
                    td.code { (import.id) }
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
    fn imports_are_listed_or_the_command_is_told() {
        let told = page(&samples::frame(), &samples::imports(), 0).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("orders-2026-10.csv") && told.contains("replaced"));
        let none = Page { total: 0, rows: Vec::new() };
        assert!(page(&samples::frame(), &none, 0).into_string().contains("No imports."));
    }
}
