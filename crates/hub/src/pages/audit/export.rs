//! `/settings/audit/export`: the rows that fit as CSV, with all columns and hashes, so that others can compute the chain.

use super::Asked;
use crate::Hub;
use crate::error::{Failure, Wants};
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::stream::{self, TryStreamExt as _};
use refresh::guarded;
use std::fmt::Write as _;
use store::{AuditRow, Sought, Store, Verb};

/// Rows read at a time.
const PAGE: i64 = 1_000;

/// Names of the columns.
pub const HEAD: &str = "seq,at_us,actor,verb,object,department,detail,hash\r\n";

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Response, Failure> {
    let zone = hub.reader.company().zone();
    asked.sought(&zone)?;
    hub.note(Verb::Exported, "audit", &asked.address("", None)).await?;
    let store = hub.site.store.clone();
    let rows = stream::try_unfold((store, asked.before, false), move |(store, before, over)| {
        let (asked, zone) = (asked.clone(), zone.clone());
        async move {
            if over {
                return Ok(None);
            }
            // The address was understood above.
            let sought = asked.sought(&zone).unwrap_or_default();
            let (text, last) = page(&store, Sought { before_seq: before, ..sought }).await?;
            Ok::<_, store::Error>(Some((text, (store, last, last.is_none()))))
        }
    });
    let head = stream::once(async { Ok(HEAD.to_owned()) });
    let body = Body::from_stream(futures::StreamExt::chain(head, rows).map_err(std::io::Error::other));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"kept-audit.csv\""),
    ];
    Ok((headers, body).into_response())
}

/// Lines of a page, and the row to go on before; `None` at the end.
async fn page(store: &Store, sought: Sought<'_>) -> store::Result<(String, Option<i64>)> {
    let rows = store.audit_sought(sought, PAGE).await?;
    let last = rows.last().map(|row| row.seq).filter(|_| rows.len() as i64 == PAGE);
    Ok((rows.iter().map(line).collect(), last))
}

/// A row as a line of CSV that no spreadsheet computes.
pub fn line(row: &AuditRow) -> String {
    let mut line = format!("{},{}", row.seq, row.at_us);
    let department = row.department.as_deref().unwrap_or_default();
    for text in [&row.actor, &row.verb, &row.object, department, &row.detail] {
        let _ = write!(line, ",\"{}\"", guarded(text).replace('"', "\"\""));
    }
    line.push(',');
    row.hash.iter().for_each(|byte| {
        let _ = write!(line, "{byte:02x}");
    });
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_row_of_cells_that_compute_nothing() {
        let row = AuditRow {
            seq: 7,
            at_us: -5,
            actor: "user:7".into(),
            verb: "added".into(),
            object: "=1+2".into(),
            department: None,
            detail: "a \"b\",\nc".into(),
            hash: [0xab; 32],
        };
        let expected =
            format!("7,-5,\"user:7\",\"added\",\"'=1+2\",\"\",\"a \"\"b\"\",\nc\",{}\r\n", "ab".repeat(32));
        assert_eq!(line(&row), expected);
    }
}
