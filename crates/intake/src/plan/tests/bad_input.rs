//! The table of bad input: each case is read, and told in `docs/intake.md` in the same words.

use crate::trial::file;

/// One row of the table.
struct Case {
    sent: &'static str,
    /// Further settings of the feed.
    setting: &'static str,
    name: &'static str,
    content: &'static [u8],
    /// `column: reason` of the reject, or the error; empty when nothing is said.
    says: &'static str,
}

const MAP: &str = "columns = { record = \"id\", at = \"day\", value = \"sum\", score = \"nps\", currency = \"cur\", kind = \"kind\", outcome = \"how\" }\n";

/// A map of subscriptions, in place of [`MAP`].
const CLAUSES: &str = "columns = { record = \"id\", at = \"day\", value = \"sum\", clause = \"how\", interval = \"kind\", ended_at = \"cur\" }\n";

const fn row(sent: &'static str, content: &'static [u8], says: &'static str) -> Case {
    Case { sent, setting: "", name: "x.csv", content, says }
}

const fn set(sent: &'static str, setting: &'static str, content: &'static [u8], says: &'static str) -> Case {
    Case { sent, setting, name: "x.csv", content, says }
}

const fn named(sent: &'static str, name: &'static str, content: &'static [u8], says: &'static str) -> Case {
    Case { sent, setting: "", name, content, says }
}

/// A header, a good row, and one more.
macro_rules! after {
    ($row:literal) => {
        concat!("id,day,sum,nps,cur,kind,how\n1,2024-03-01,5,,,,\n", $row).as_bytes()
    };
}

const TEXT: &[Case] = &[
    row("UTF-8 with a byte-order mark", b"\xEF\xBB\xBFid,day,sum,nps,cur,kind,how\n1,2024-03-01,5,,,,\n", ""),
    row("lines that end in CRLF", b"id,day,sum,nps,cur,kind,how\r\n1,2024-03-01,5,,,,\r\n", ""),
    row("blank lines", after!("\n\n"), ""),
    row("a line break within quotes", after!("\"2\n3\",2024-03-01,5,,,,\n"), ""),
    row(
        "a NUL, emoji or right-to-left text within a cell",
        "id,day,sum,nps,cur,kind,how\na\0b,2024-03-01,5,,,,\n😀שרה,2024-03-01,5,,,,\n".as_bytes(),
        "",
    ),
    row(
        "Latin-1 without the setting",
        b"id,day,sum,nps,cur,kind,how\n1,2024-03-01,5,,,,\nJ\xF6rg,2024-03-01,5,,,,\n",
        "is not valid UTF-8; if the file is Latin-1 set csv = { encoding = \"latin-1\" }",
    ),
    set(
        "Latin-1 with `encoding = \"latin-1\"`",
        "csv = { encoding = \"latin-1\" }",
        b"id,day,sum,nps,cur,kind,how\nJ\xF6rg,2024-03-01,5,,,,\n",
        "",
    ),
    row("too few or too many cells", after!("2,2024-03-01,5\n"), "has 3 cells where the header has 7"),
    row(
        "a quote that is not closed",
        after!("\"2,2024-03-01,5,,,,\n3,2024-03-01,5,,,,\n"),
        "a quote opened in this line is not closed as it should be; a quote within a quoted cell is written twice",
    ),
    row(
        "a quote within a quoted cell that is not doubled",
        after!("\"2\"\" x\",2024-03-01,5,,,,\n\"3 \"x\"\",2024-03-01,5,,,,\n"),
        "a quote opened in this line is not closed as it should be; a quote within a quoted cell is written twice",
    ),
    row("a quote within a cell that is not quoted", after!("5\" pipe,2024-03-01,5,,,,\n"), ""),
    row("a header and no row", b"id,day,sum,nps,cur,kind,how\n", ""),
    row("an empty file", b"", "it is empty; its first row must name the columns"),
];

const COLUMNS: &[Case] = &[
    row(
        "a column is missing",
        b"idd,day,sum,nps,cur,kind,how\n",
        "there is no column `id`; the nearest present is `idd`",
    ),
    row(
        "a column is there twice",
        b"id,day,sum,nps,cur,kind,how,id\n",
        "the column `id` is there twice; rename one of them",
    ),
    row(
        "another separator",
        b"id;day;sum;nps;cur;kind;how\n",
        "there is no column `id`; the header is one column, `id;day;sum;nps;cur;kind;how`: set csv = { separator = \";\" }",
    ),
    row(
        "a record key that is blank",
        after!(" ,2024-03-01,5,,,,\n"),
        "`id`: is empty: the row has no record key",
    ),
    row(
        "e-mails that differ in case or blanks",
        after!("A@x.org,2024-03-01,5,,,,\n a@X.org,2024-03-01,5,,,,\n"),
        "",
    ),
];

const CELLS: &[Case] = &[
    row(
        "`2024-03-01`, `2024-03-01 09:30`, `2024-03-01T09:30:00+0100`, `20240301`, `01.03.2024 09:30` and `1709281800` in one column",
        b"id,day,sum,nps,cur,kind,how\n1,2024-03-01,5,,,,\n1,2024-03-01 09:30,5,,,,\n1,2024-03-01T09:30:00+0100,5,,,,\n1,20240301,5,,,,\n1,01.03.2024 09:30,5,,,,\n1,1709281800,5,,,,\n",
        "",
    ),
    row("`03/01/2024` without the setting", after!("1,03/01/2024,5,,,,\n"), "`day`: is not a date or time"),
    set(
        "`03/01/2024` with `date_formats = [\"%m/%d/%Y\"]`",
        "date_formats = [\"%m/%d/%Y\"]",
        b"id,day,sum,nps,cur,kind,how\n1,03/01/2024,5,,,,\n",
        "",
    ),
    set(
        "a date in another form than `date_formats`",
        "date_formats = [\"%m/%d/%Y\"]",
        b"id,day,sum,nps,cur,kind,how\n1,03/01/2024,5,,,,\n1,2024-03-01,5,,,,\n",
        "`day`: fits none of date_formats",
    ),
    row("30 February", after!("1,2024-02-30,5,,,,\n"), "`day`: is not a date or time"),
    row("the year 1", after!("1,0001-01-01,5,,,,\n"), "`day`: lies outside the years 1900 to 2200"),
    row("an hour that the clocks skipped", after!("1,2024-03-31 02:30,5,,,,\n"), ""),
    row("a blank time of an event", after!("1,,5,,,,\n"), "`day`: is empty"),
    row(
        "`12,50` where points mark decimals",
        after!("1,2024-03-01,\"12,50\",,,,\n"),
        "`sum`: has a comma where none groups thousands; if it marks decimals set csv = { decimal = \"comma\" }",
    ),
    set(
        "`1.234,50` with `decimal = \"comma\"`",
        "csv = { decimal = \"comma\", separator = \";\" }",
        b"id;day;sum;nps;cur;kind;how\n1;2024-03-01;1.234,50;;;;\n",
        "",
    ),
    row(
        "an amount finer than the currency",
        after!("1,2024-03-01,9.995,,,,\n"),
        "`sum`: has more decimals than the currency; round_amounts = true rounds them",
    ),
    row("an amount that is a word", after!("1,2024-03-01,free,,,,\n"), "`sum`: is not a number"),
    row("a blank amount of a purchase", after!("1,2024-03-01,,,,,\n"), "`sum`: is empty"),
    row("a purchase below 0 (it is a refund)", after!("1,2024-03-01,-5,,,,\n"), ""),
    row(
        "a foreign amount without a dated rate",
        after!("1,2024-03-01,5,,JPY,,\n"),
        "`sum`: is in JPY, for which no [[rate]] starts on or before its day",
    ),
    row("an unknown currency", after!("1,2024-03-01,5,,Euro,,\n"), "`cur`: is no currency code of ISO 4217"),
    row("a score of 0", after!("1,2024-03-01,,0,,response,\n"), ""),
    row("a score that is a word", after!("1,2024-03-01,,ten,,response,\n"), "`nps`: is not a number"),
    row("an unknown kind", after!("1,2024-03-01,5,,,sale,\n"), "`kind`: is no kind that Kept knows"),
    row("an unknown outcome", after!("1,2024-03-01,5,,,,bad\n"), "`how`: is no outcome that Kept knows"),
    set(
        "an unknown word for what a subscription does",
        CLAUSES,
        after!("1,2024-03-01,,,,,zombie\n"),
        "`how`: `zombie` says nothing that Kept knows; tell what it says: clauses = { \"zombie\" = \"past_due\" }",
    ),
    set(
        "`Past Due` for what a subscription does",
        CLAUSES,
        after!("1,2024-03-01,,,,,Past Due\n"),
        "",
    ),
    set(
        "an unknown interval of a price",
        CLAUSES,
        after!("1,2024-03-01,5,,,fortnight,\n"),
        "`kind`: is none of day, week, month, quarter and year",
    ),
    set(
        "a subscription that ended before it began",
        CLAUSES,
        after!("1,2024-03-01,5,,2024-02-01,,\n"),
        "`cur`: is before the row's own time",
    ),
];

const FILES: &[Case] = &[
    named(
        "a line of NDJSON that is broken",
        "x.ndjson",
        b"{\"id\":1,\"day\":\"2024-03-01\",\"sum\":5}\n{\"id\":\n",
        "is not valid JSON",
    ),
    named(
        "NDJSON in a file named `.json`",
        "x.json",
        b"{\"id\":1}\n{\"id\":2}\n",
        "line 1: there is no array of objects in it; if it has one object a line, set format = \"ndjson\"",
    ),
    named(
        "JSON that breaks off",
        "x.json",
        b"[{\"id\":1,\"day\":\"2024-03-01\",\"sum\":5},\n{\"id",
        "line 2: the file ends within the value that starts here",
    ),
    named(
        "JSON in which no object has the key",
        "x.ndjson",
        b"{\"ids\":1,\"day\":\"2024-03-01\",\"sum\":5}\n",
        "there is no column `id`; the nearest present is `ids`",
    ),
    named(
        "a name that tells no format",
        "x.dat",
        b"",
        "its name does not tell its format; set format = \"csv\", \"tsv\", \"ndjson\", \"json\", \"parquet\", \"xes\" or \"ocel\"",
    ),
    named(
        "an event log in XES that breaks off",
        "x.xes",
        b"<log><trace><event>",
        "it cannot be read: it is no XES log that can be followed: it ends before </log>; was it cut off? Export it again (near byte 19)",
    ),
    set(
        "an object-centric log without the type of object",
        "format = \"ocel\"\nobject = \"custmer\"\n",
        br#"{"events":[{"id":"1","type":"a","time":"2024-03-01"}],"objects":[{"id":"1","type":"customer"}]}"#,
        "there is no object of the type `custmer`; did you mean `customer`?; known: customer",
    ),
    named(
        "a `.gz` that breaks off",
        "x.csv.gz",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
        "it cannot be read: incomplete deflate stream",
    ),
];

#[test]
fn the_documented_bad_inputs_are_met_as_documented() {
    let page = include_str!("../../../../../docs/intake.md");
    let table: Vec<&str> = page
        .lines()
        .skip_while(|line| !line.starts_with("| Sent |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    let cases: Vec<&Case> = [TEXT, COLUMNS, CELLS, FILES].into_iter().flatten().collect();
    let told: Vec<String> = cases.iter().map(|case| met(case)).collect();
    assert_eq!(
        table,
        told,
        "docs/intake.md and the cases tell the same; the right side:\n{}\n",
        told.join("\n")
    );
}

/// Reads a case and tells what came of it as a row of the table.
fn met(case: &Case) -> String {
    let map = if case.setting == CLAUSES { "" } else { MAP };
    let (said, kept) = match file(&format!("{map}{}", case.setting), case.name, case.content) {
        Err(error) => {
            let error = error.to_string();
            let said = error
                .strip_prefix(&format!("feed `s.f`, file `{}`: ", case.name))
                .unwrap_or(&error)
                .to_owned();
            (said, "nothing: the import stops")
        }
        Ok(trial) => match trial.rejects.as_slice() {
            [] => {
                assert_eq!(trial.counts.events, trial.counts.rows, "{}", case.sent);
                (String::new(), "every row")
            }
            [reject] => {
                assert_eq!(trial.counts.events + 1, trial.counts.rows, "{}", case.sent);
                let told = reject.split(" | ").next().unwrap_or_default();
                let (column, reason) = told.split_once("] ").unwrap_or_default();
                let column = column.split_once('[').unwrap_or_default().1;
                let said =
                    if column.is_empty() { reason.to_owned() } else { format!("`{column}`: {reason}") };
                (said, "the row in rejects, every other row")
            }
            several => panic!("{}: {several:?}", case.sent),
        },
    };
    assert_eq!(said, case.says, "{}", case.sent);
    let says = if said.is_empty() { "nothing" } else { &said };
    format!("| {} | {says} | {kept} |", case.sent)
}
