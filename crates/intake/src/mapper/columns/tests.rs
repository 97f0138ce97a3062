//! Column maps and query results.

use crate::trial::{batches, file, files, read};
use arrow::array::{ArrayRef, Decimal128Array, StringArray, TimestampMicrosecondArray};
use arrow::record_batch::RecordBatch;
use std::sync::Arc;

#[test]
fn a_map_takes_each_canonical_column_from_the_file_or_a_constant() {
    let feed = r#"
columns = { record = "cid", at = "d", value = "sum", currency = "cur", reference = "bon", channel = "till", id = "n" }
constants = { event = "sold", currency = "EUR", outcome = "ok", city = "Ulm" }
attributes = ["size"]
"#;
    let csv =
        "cid,d,sum,cur,bon,till,n,size\nC1,2024-03-01,12.50,,b1,t1,n1,XL\nC1,2024-03-02,-2,usd,b2,,n2,XL\n";
    let seen = read(feed, "till.csv", csv);
    assert_eq!(seen.records, ["C1 city=Ulm attributes={\"size\":\"XL\"}"]);
    assert_eq!(
        seen.events,
        [
            "C1 2024-02-29T23:00:00Z purchase sold 1250 ok reference=b1 source_id=n1 channel=t1",
            "C1 2024-03-01T23:00:00Z refund sold 100 ok currency=USD original_minor=200 reference=b2 source_id=n2",
        ]
    );
}

#[test]
fn the_kind_follows_from_what_is_mapped_unless_it_is_told() {
    let table = [
        ("columns = { record = \"r\", at = \"d\" }", "contact f 0"),
        ("columns = { record = \"r\", at = \"d\", value = \"v\" }", "purchase f 700"),
        ("columns = { record = \"r\", at = \"d\", value_minor = \"v\" }", "purchase f 7"),
        ("columns = { record = \"r\", at = \"d\", score = \"v\" }", "response f 0 score=7.0"),
        (
            "columns = { record = \"r\", at = \"d\", value = \"v\" }\nconstants = { kind = \"Refund\" }",
            "refund f 700",
        ),
        (
            "columns = { record = \"r\", at = \"d\", value = \"v\" }\nconstants = { kind = \"subscription\" }",
            "subscription f 700",
        ),
        ("columns = { record = \"r\", at = \"d\", value = \"v\", kind = \"k\" }", "refund f 700"),
        (
            "columns = { record = \"r\", value = \"v\" }\nconstants = { at = \"2024-03-01\" }",
            "purchase f 700",
        ),
    ];
    for (feed, expected) in table {
        let seen = read(feed, "x.csv", "r,d,v,k\n1,2024-03-01,7,refund\n");
        assert_eq!(seen.events, [format!("1 2024-02-29T23:00:00Z {expected}")], "{feed}");
    }
    let seen = read("columns = { record = \"r\", name = \"v\" }", "x.csv", "r,v\n1,Ann\n");
    assert_eq!((seen.records.len(), seen.events.len()), (1, 0), "without a time there is no event");
    let said = file(
        "columns = { record = \"r\", at = \"d\" }\nconstants = { kind = \"purchse\" }",
        "x.csv",
        "r,d\n",
    );
    assert_eq!(
        said.expect_err("kind").to_string(),
        "feed `s.f`, file `x.csv`: constants: there is no kind `purchse`; did you mean `purchase`?; known: contact, purchase, refund, subscription, response"
    );
}

#[test]
fn blank_money_is_refused_and_a_blank_score_is_none() {
    let feed = "columns = { record = \"r\", at = \"d\", value = \"v\", score = \"s\", kind = \"k\", outcome = \"o\" }";
    let csv = "r,d,v,s,k,o\n1,2024-03-01,,0,response,ok\n1,2024-03-01,,,response,\n1,2024-03-01,,,purchase,\n\
        1,2024-03-01,-1,,subscription,\n1,2024-03-01,1,x,,\n1,2024-03-01,1,,sale,\n1,2024-03-01,1,,,good\n";
    let seen = read(feed, "x.csv", csv);
    assert_eq!(
        seen.events,
        ["1 2024-02-29T23:00:00Z response f 0 ok score=0.0", "1 2024-02-29T23:00:00Z response f 0"]
    );
    assert_eq!(
        seen.rejects,
        [
            "4 [v] is empty | 1,2024-03-01,,,purchase,",
            "5 [v] is below 0: a subscription has no negative value | 1,2024-03-01,-1,,subscription,",
            "6 [s] is not a number | 1,2024-03-01,1,x,,",
            "7 [k] is no kind that Kept knows | 1,2024-03-01,1,,sale,",
            "8 [o] is no outcome that Kept knows | 1,2024-03-01,1,,,good",
        ]
    );
}

#[test]
fn a_foreign_amount_needs_a_rate_of_its_day() {
    let feed =
        "columns = { record = \"r\", at = \"d\", value = \"v\", currency = \"c\" }\ncurrency = \"USD\"";
    let csv = "r,d,v,c\n1,2023-12-31 23:30:00Z,10,\n1,2023-12-31,10,\n1,2024-03-01,10,JPY\n1,2024-03-01,10,eur\n1,2024-03-01,10,dollars\n";
    let seen = read(feed, "x.csv", csv);
    assert_eq!(
        seen.events,
        [
            "1 2023-12-31T23:30:00Z purchase f 500 currency=USD original_minor=1000",
            "1 2024-02-29T23:00:00Z purchase f 1000"
        ]
    );
    let reasons: Vec<_> =
        seen.rejects.iter().map(|line| line.split(" | ").next().unwrap_or_default()).collect();
    assert_eq!(
        reasons,
        [
            "3 [v] is in USD, for which no [[rate]] starts on or before its day",
            "4 [v] is in JPY, for which no [[rate]] starts on or before its day",
            "6 [c] is no currency code of ISO 4217",
        ]
    );
}

#[test]
fn files_that_add_up_name_events_by_their_content_and_its_occurrence() {
    let feed = "columns = { record = \"r\", at = \"d\", id = \"i\" }\nmode = \"append\"";
    let (one, two) = ("r,d,i\n1,2024-03-01,\n1,2024-03-01,\n", "r,d,i\n1,2024-03-01,\n2,2024-03-01,x\n");
    let ids = |seen: &crate::trial::Trial| -> Vec<String> {
        seen.events
            .iter()
            .map(|line| line.rsplit("source_id=").next().unwrap_or_default().to_owned())
            .collect()
    };
    let together = ids(&files(feed, &[("1.csv", one.as_bytes()), ("2.csv", two.as_bytes())]).expect("read"));
    let hash = &together[0][..32];
    assert_eq!(together, [format!("{hash}-0"), format!("{hash}-1"), format!("{hash}-2"), "x".to_owned()]);
    let again = ids(&read(feed, "1.csv", one));
    assert_eq!(again, together[..2], "the same rows again have the same names");
    let objects =
        "{\"r\":1,\"d\":\"2024-03-01\",\"path\":\"/a\"}\n{\"r\":1,\"d\":\"2024-03-01\",\"path\":\"/b\"}\n";
    let ids = ids(&read(feed, "1.ndjson", objects));
    assert_ne!(ids[0][..32], ids[1][..32], "members that are not mapped count");
}

#[test]
fn emails_that_differ_in_case_or_blanks_are_one_record() {
    let seen = read(
        "columns = { record = \"m\" }",
        "x.csv",
        "m\nAnn@X.org\n ann@x.org \n\"\u{a0}ANN@x.org\"\nann\n",
    );
    assert_eq!(seen.records, ["ann@x.org", "ann"]);
}

#[test]
fn row_numbers_run_on_over_files_and_batches_are_bounded() {
    use std::fmt::Write as _;
    let mut csv = "r,d\n".to_owned();
    for row in 0..70_000 {
        writeln!(csv, "{row},2024-03-01").expect("text");
    }
    let feed = "columns = { record = \"r\", at = \"d\" }";
    let seen = files(feed, &[("1.csv", csv.as_bytes()), ("2.csv", b"r,d\nlast,2024-03-01\n")]).expect("read");
    assert_eq!((seen.counts.rows, seen.counts.records, seen.counts.events), (70_001, 70_001, 70_001));
    assert_eq!(seen.batches, 4);
    assert!(seen.events[70_000].starts_with("last "));
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
        .expect("batch")
}

fn texts(cells: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(cells.to_vec()))
}

const SQL: &str = "sql = \"select 1\"\nattributes = [\"size\"]\n";

#[test]
fn the_columns_of_a_query_have_the_canonical_names() {
    let sum = Decimal128Array::from(vec![1250, 99]).with_precision_and_scale(10, 2).expect("decimal");
    let first = batch(vec![
        ("record", texts(&["C1", "C2"])),
        (
            "at",
            Arc::new(TimestampMicrosecondArray::from(vec![1_709_287_200_000_000; 2]).with_timezone("UTC")),
        ),
        ("value", Arc::new(sum)),
        ("size", texts(&["XL", ""])),
    ]);
    let second = batch(vec![
        ("record", texts(&["C1", ""])),
        ("at", texts(&["2024-03-01 12:00", "2024-03-01"])),
        ("value", texts(&["3", "4"])),
        ("size", texts(&["", ""])),
    ]);
    let seen = batches(SQL, &[first, second]).expect("read");
    assert_eq!(seen.records, ["C1 attributes={\"size\":\"XL\"}", "C2"]);
    assert_eq!(
        seen.events,
        [
            "C1 2024-03-01T10:00:00Z purchase f 1250",
            "C2 2024-03-01T10:00:00Z purchase f 99",
            "C1 2024-03-01T11:00:00Z purchase f 300",
        ]
    );
    assert_eq!(
        seen.rejects,
        ["4 [record] is empty: the row has no record key | {\"at\":\"2024-03-01\",\"value\":\"4\"}"]
    );
}

#[test]
fn a_query_without_a_record_or_with_unknown_columns_says_so() {
    let said = |columns| batches(SQL, &[batch(columns)]).expect_err("wrong").to_string();
    assert_eq!(
        said(vec![("recrd", texts(&["1"]))]),
        "feed `s.f`: there is no column `record`; the nearest present is `recrd`"
    );
    assert_eq!(
        said(vec![("record", texts(&["1"])), ("emial", texts(&["1"]))]),
        "feed `s.f`: the query's column `emial` is none that Kept knows; did you mean `email`?; rename it, or name it in attributes"
    );
    assert_eq!(
        said(vec![("record", texts(&["1"])), ("siz", texts(&["1"]))]).split(';').next(),
        Some("feed `s.f`: the query's column `siz` is none that Kept knows")
    );
}
