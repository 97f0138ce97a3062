//! `/data/sql`: questions of one's own, read-only, with a limit on rows. The reader refuses whatever writes.

use crate::error::{Failure, Wants};
use crate::layout::{self, Frame};
use crate::{Hub, links};
use axum::http::StatusCode;
use maud::{Markup, html};
use refresh::view::Answer;
use report::number;
use serde::Deserialize;

/// Rows shown at most.
const ROWS: usize = 500;

/// Letters from which on a cell may break into lines.
const LONG: usize = 40;

/// Questions to start from.
const EXAMPLES: [(&str, &str); 5] = [
    (
        "Customers by segment",
        "select c.segment, count(*) as customers, sum(s.value_minor) / 100.0 as value\nfrom customer_segments c join customer_state s on s.customer = c.customer\nwhere s.active\ngroup by c.segment\norder by value desc",
    ),
    ("The latest imports", "select * from imports order by at desc limit 20"),
    (
        "Why rows are set aside",
        "select file, reason, count(*) as rows\nfrom rejects\ngroup by file, reason\norder by rows desc\nlimit 50",
    ),
    ("What was published", "select * from editions order by edition desc limit 20"),
    (
        "Every table and column",
        "select table_name, column_name, data_type\nfrom information_schema.columns\nwhere table_schema = 'main'\norder by table_name, ordinal_position",
    ),
];

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The question.
    pub sql: Option<String>,
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<(StatusCode, Markup), Failure> {
    let frame = hub.frame(hub.reader.edition().await?);
    let text = asked.sql.unwrap_or_default();
    if text.trim().is_empty() {
        return Ok((StatusCode::OK, page(&frame, &text, None)));
    }
    hub.saw("console", &without_literals(&text)).await?;
    let answer = hub.reader.sql(&text, ROWS).await.map_err(|error| error.to_string());
    let status = if answer.is_ok() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    Ok((status, page(&frame, &text, Some(&answer))))
}

/// A question as the audit log has it: what stands in quotes may be somebody's name.
fn without_literals(sql: &str) -> String {
    /// Letters noted at most.
    const NOTED: usize = 2_000;
    let outside = sql.split('\'').enumerate().map(|(at, part)| if at % 2 == 0 { part } else { "'…'" });
    outside.collect::<String>().chars().take(NOTED).collect()
}

/// The page, with an answer or why there is none.
pub fn page(frame: &Frame, text: &str, answer: Option<&Result<Answer, String>>) -> Markup {
    let content = html! {
        form.console method="get" action="/data/sql" {
            label { span { "SQL, one SELECT" }
                textarea name="sql" rows="6" spellcheck="false" data-submit { (text) }
            }
            button.keep type="submit" { "Ask" }
            span.muted { " Read-only; at most " (number::count(ROWS as i64)) " rows are shown." }
        }
        @match answer {
            None => (examples()),
            Some(Err(error)) => div.notice.bad role="alert" { p { "The question could not be answered. Only a SELECT is; nothing can be changed here." } pre { code { (error) } } },
            Some(Ok(answer)) => (told(answer)),
        }
    };
    super::page(frame, "/data/sql", "Ask the data in SQL.", &content)
}

fn examples() -> Markup {
    html! {
        p { "To start from: "
            @for (index, (name, text)) in EXAMPLES.iter().enumerate() {
                @if index > 0 { " · " }
                a href=(links::address("/data/sql", &[("sql", text)])) { (name) }
            }
        }
    }
}

fn told(answer: &Answer) -> Markup {
    let numeric: Vec<bool> = (0..answer.columns.len()).map(|column| is_numeric(answer, column)).collect();
    let table = html! {
        table.answer {
            thead { tr { @for (column, numeric) in answer.columns.iter().zip(&numeric) { th.n[*numeric] scope="col" { (column) } } } }
            tbody { @for row in &answer.rows {
                tr { @for (cell, numeric) in row.iter().zip(&numeric) {
                    @match cell {
                        None => td.muted.n[*numeric] { "null" },
                        Some(text) => td.n[*numeric].wrap[text.chars().count() > LONG] { bdi { (text) } },
                    }
                } }
            } }
        }
    };
    html! {
        p.muted {
            (super::sentence(&number::counted(answer.rows.len(), "row", "rows")))
            @if answer.cut { "; more were left out. Add a LIMIT or a condition, or use " code { "kept sql" } " for all of them" }
            "."
        }
        @if !answer.columns.is_empty() { (layout::scroller("Answer", &table)) }
    }
}

/// Whether a column holds numbers and nothing else.
fn is_numeric(answer: &Answer, column: usize) -> bool {
    let mut cells = answer.rows.iter().filter_map(|row| row.get(column)?.as_deref()).peekable();
    cells.peek().is_some() && cells.all(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
        && text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn answers_errors_and_the_empty_console_are_told() {
        let frame = samples::frame();
        let answer = Answer {
            columns: vec!["name".into(), "n".into()],
            rows: vec![vec![Some("<i>".into()), Some("12".into())], vec![None, Some("-1.5".into())]],
            cut: true,
        };
        let told = page(&frame, "select '<x>'", Some(&Ok(answer))).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("&lt;i&gt;")
                && told.contains("select '&lt;x&gt;'")
                && told.contains("2\u{a0}rows; more were left out")
        );
        assert_eq!(told.matches("<th class=\"n\"").count(), 1, "{told}");
        assert_eq!(told.matches("<td class=\"n\"").count(), 2, "{told}");
        let refused = page(&frame, "drop table x", Some(&Err("only SELECT".into()))).into_string();
        assert!(refused.contains("role=\"alert\"") && refused.contains("only SELECT"));
        assert!(page(&frame, "", None).into_string().contains("To start from"));
    }

    #[test]
    fn the_log_of_questions_holds_no_names() {
        for (sql, noted) in [
            ("select 1", "select 1"),
            (
                "select * from records where name = 'Ann' or city='X'",
                "select * from records where name = '…' or city='…'",
            ),
            ("select 'O''Neil'", "select '…''…'"),
            ("select 'open", "select '…'"),
        ] {
            assert_eq!(without_literals(sql), noted);
        }
    }

    #[test]
    fn numbers_are_told_from_words() {
        for (text, expected) in
            [("12", true), ("-1.5e3", true), ("e", false), ("", false), ("2026-09", false), ("NaN", false)]
        {
            assert_eq!(is_number(text), expected, "{text}");
        }
    }
}
