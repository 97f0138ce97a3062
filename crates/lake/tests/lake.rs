//! The behaviour Kept relies on: commits that appear whole or not at all, snapshots that stay, deletes and
//! compaction that change nothing else, one writer at a time, text that stays text.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use arrow::array::{
    Array, ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt8Array, UInt16Array, UInt64Array,
};
use lake::tables::{self, Table};
use lake::{Access, Error, Lake, Limits, Mode, Only};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

fn events(import_id: u64, rows: std::ops::Range<u64>) -> RecordBatch {
    let n = (rows.end - rows.start) as usize;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt64Array::from(vec![import_id; n])),
        Arc::new(UInt64Array::from_iter_values(rows.clone())),
        Arc::new(UInt16Array::from(vec![0; n])),
        Arc::new(UInt64Array::from_iter_values(rows.clone().map(|row| row * 7919))),
        Arc::new(
            TimestampMicrosecondArray::from_iter_values(rows.clone().map(|row| row as i64 * 1_000_000))
                .with_timezone("UTC"),
        ),
        Arc::new(UInt8Array::from(vec![1; n])),
        Arc::new(StringArray::from(vec!["order_placed"; n])),
        Arc::new(UInt8Array::from(vec![0; n])),
        Arc::new(Int64Array::from_iter_values(rows.map(|row| row as i64))),
        Arc::new(StringArray::new_null(n)),
        Arc::new(Int64Array::new_null(n)),
        Arc::new(StringArray::from(vec![Some("Ä \u{202e}🙂"); n])),
        Arc::new(StringArray::new_null(n)),
        Arc::new(Float64Array::new_null(n)),
        Arc::new(UInt8Array::from(vec![Some(2); n])),
    ];
    RecordBatch::try_new(tables::events().schema, columns).expect("columns fit")
}

async fn numbers(lake: &Lake, snapshot: i64, sql: &str) -> Vec<i64> {
    let batch = lake.view(snapshot).await.expect("view").table(sql).await.expect("query");
    let cast =
        |column: &ArrayRef| arrow::compute::cast(column, &arrow::datatypes::DataType::Int64).expect("number");
    batch
        .columns()
        .iter()
        .map(|column| cast(column).as_any().downcast_ref::<Int64Array>().expect("int").value(0))
        .collect()
}

async fn count(lake: &Lake, snapshot: i64) -> i64 {
    numbers(lake, snapshot, "select count(*) from events").await[0]
}

async fn put(lake: &Lake, table: &Table, mode: Mode, batch: RecordBatch) -> i64 {
    lake.put(table, mode, "test", &[batch]).await.expect("write")
}

async fn fresh(folder: &Path) -> Lake {
    Lake::open(folder, Access::Write).await.expect("open")
}

#[tokio::test]
async fn a_new_lake_has_every_table_and_no_rows() {
    let folder = tempfile::tempdir().expect("tmp");
    let lake = fresh(folder.path()).await;
    let view = lake.view(lake.head().await.expect("head")).await.expect("view");
    for table in tables::all() {
        let batch = view.table(&format!("select * from {}", table.name)).await.expect(table.name);
        assert_eq!(batch.num_rows(), 0);
        let names = |schema: &arrow::datatypes::Schema| {
            schema.fields().iter().map(|f| (f.name().clone(), f.data_type().clone())).collect::<Vec<_>>()
        };
        assert_eq!(names(&batch.schema()), names(&table.schema), "{}", table.name);
    }
}

#[tokio::test]
async fn a_write_shows_only_after_its_commit_and_old_snapshots_stay_as_they_were() {
    let folder = tempfile::tempdir().expect("tmp");
    let lake = fresh(folder.path()).await;
    let table = tables::events();
    let first = put(&lake, &table, Mode::Append, events(1, 0..1000)).await;
    let mut broken = lake.write(&table, Mode::Append, "broken").await.expect("begin");
    broken.batch(&events(2, 0..500)).expect("batch");
    assert_eq!(count(&lake, lake.head().await.expect("head")).await, 1000);
    drop(broken);
    let second = put(&lake, &table, Mode::Append, events(3, 1000..1500)).await;
    let replaced = put(&lake, &table, Mode::Replace, events(4, 0..10)).await;
    assert_eq!(
        (count(&lake, first).await, count(&lake, second).await, count(&lake, replaced).await),
        (1000, 1500, 10)
    );
    assert_eq!(
        numbers(&lake, first, "select sum(value_minor), count(distinct reference) from events").await,
        [499_500, 1]
    );
}

#[tokio::test]
async fn the_key_of_a_commit_is_found_again() {
    let folder = tempfile::tempdir().expect("tmp");
    let lake = fresh(folder.path()).await;
    let snapshot =
        lake.put(&tables::events(), Mode::Append, "import:42", &[events(42, 0..3)]).await.expect("put");
    assert_eq!(lake.committed("import:42").await.expect("look"), Some(snapshot));
    assert_eq!(lake.committed("import:43").await.expect("look"), None);
}

#[tokio::test]
async fn deletes_compaction_and_expiry_keep_every_other_row() {
    let folder = tempfile::tempdir().expect("tmp");
    let lake = fresh(folder.path()).await;
    for import in 0..6 {
        put(&lake, &tables::events(), Mode::Append, events(import, 0..100)).await;
    }
    let before = lake.head().await.expect("head");
    assert_eq!(lake.delete("events", "import_id = 3").await.expect("delete"), 100);
    let swept = lake.compact(&["events"]).await.expect("compact");
    assert!(swept.files_compacted >= 5, "{swept:?}");
    let head = lake.head().await.expect("head");
    let sums = "select count(*), sum(value_minor), count(distinct import_id), max(import_id) from events";
    assert_eq!(numbers(&lake, head, sums).await, [500, 5 * 4950, 5, 5]);
    assert_eq!(count(&lake, before).await, 600);
    let swept = lake.keep_only(&[head]).await.expect("expire");
    assert!(swept.files_deleted >= 6 && swept.snapshots_expired > 0, "{swept:?}");
    assert_eq!(numbers(&lake, lake.head().await.expect("head"), sums).await, [500, 5 * 4950, 5, 5]);
}

#[tokio::test]
async fn one_process_writes_while_others_read() {
    let folder = tempfile::tempdir().expect("tmp");
    let lake = fresh(folder.path()).await;
    let snapshot = put(&lake, &tables::events(), Mode::Append, events(1, 0..5)).await;
    assert!(matches!(Lake::open(folder.path(), Access::Write).await, Err(Error::Busy(_))));
    let reader = Lake::open(folder.path(), Access::Read).await.expect("read");
    assert_eq!(count(&reader, snapshot).await, 5);
    let refused = reader.put(&tables::events(), Mode::Append, "x", &[events(1, 0..5)]).await;
    assert!(matches!(refused, Err(Error::ReadOnly(_))));
    drop(lake);
    fresh(folder.path()).await;
    assert!(matches!(Lake::open(&folder.path().join("none"), Access::Read).await, Err(Error::Missing(_))));
}

/// Data files of a table.
fn files_of(folder: &Path, table: &str) -> usize {
    std::fs::read_dir(folder.join("lake/main").join(table)).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_write_given_up_removes_its_file_and_shows_nothing() {
    let folder = tempfile::tempdir().expect("tmp");
    let lake = fresh(folder.path()).await;
    let before = (files_of(folder.path(), "events"), lake.head().await.expect("head"));
    let mut write = lake.write(&tables::events(), Mode::Append, "given up").await.expect("begin");
    write.batch(&events(1, 0..1000)).expect("batch");
    assert_eq!(files_of(folder.path(), "events"), before.0 + 1);
    drop(write);
    assert_eq!((files_of(folder.path(), "events"), lake.head().await.expect("head")), before);
}

#[tokio::test]
async fn two_writes_from_one_snapshot_do_not_touch_each_others_files() {
    let folder = tempfile::tempdir().expect("tmp");
    let lake = fresh(folder.path()).await;
    let mut one = lake.write(&tables::events(), Mode::Append, "one").await.expect("begin");
    let mut two = lake.write(&tables::events(), Mode::Append, "two").await.expect("begin");
    one.batch(&events(1, 0..10)).expect("batch");
    two.batch(&events(2, 0..5)).expect("batch");
    one.finish().await.expect("commit");
    let snapshot = two.finish().await.expect("commit");
    assert_eq!(count(&lake, snapshot).await, 15);
}

#[tokio::test]
async fn files_that_no_commit_names_are_swept_at_the_next_start() {
    let folder = tempfile::tempdir().expect("tmp");
    let lake = fresh(folder.path()).await;
    let snapshot = put(&lake, &tables::events(), Mode::Append, events(1, 0..5)).await;
    drop(lake);
    let stray = folder.path().join("lake/main/events/stray.parquet");
    std::fs::write(&stray, b"half a file").expect("write");
    let lake = fresh(folder.path()).await;
    assert!(!stray.exists());
    assert_eq!(count(&lake, snapshot).await, 5);
}

#[tokio::test]
async fn a_moved_home_is_still_read() {
    let folder = tempfile::tempdir().expect("tmp");
    let lake = fresh(&folder.path().join("old")).await;
    let snapshot = put(&lake, &tables::events(), Mode::Append, events(1, 0..5)).await;
    drop(lake);
    std::fs::rename(folder.path().join("old"), folder.path().join("new")).expect("move");
    let lake = fresh(&folder.path().join("new")).await;
    assert_eq!(count(&lake, snapshot).await, 5);
}

#[tokio::test]
async fn the_console_reads_within_its_limits_and_never_writes() {
    let folder = tempfile::tempdir().expect("tmp");
    let lake = fresh(folder.path()).await;
    let snapshot = put(&lake, &tables::events(), Mode::Append, events(1, 0..1000)).await;
    let limits = Limits { rows: 10, ..Limits::default() };
    let answer = lake
        .console(snapshot, "select row_no, reference from events order by row_no", limits)
        .await
        .expect("answer");
    assert!(answer.cut);
    assert_eq!(answer.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 10);
    for sql in [
        "delete from events",
        "create table x as select 1",
        "drop table events",
        "copy events to '/tmp/x.csv'",
        "select * from '/etc/passwd'",
        "select 1; select 2",
    ] {
        assert!(lake.console(snapshot, sql, limits).await.is_err(), "{sql}");
    }
    let endless = "select count(*) from generate_series(1, 1000000000000)";
    let error = lake.console(snapshot, endless, Limits { seconds: 1, ..limits }).await.expect_err("too long");
    assert!(matches!(error, Error::Limit(_)), "{error}");
    assert_eq!(count(&lake, lake.head().await.expect("head")).await, 1000);
}

#[tokio::test]
async fn sql_reads_silo_files_in_place_with_text_as_text() {
    use futures::StreamExt;
    let folder = tempfile::tempdir().expect("tmp");
    std::fs::write(folder.path().join("a.csv"), "id,zip,note\n1,01234,\"two\nlines\"\n2,,x\n")
        .expect("write");
    std::fs::write(folder.path().join("b.ndjson"), "{\"id\":\"1\",\"n\":5}\n{\"id\":\"2\",\"n\":7}\n")
        .expect("write");
    std::fs::write(folder.path().join("c.json"), "[{\"id\":\"1\",\"m\":\"one\"}]").expect("write");
    let sql = "select a.id, zip, note, n, m from 'a.csv' a join 'b.ndjson' b on a.id = b.id left join 'c.json' c on a.id = c.id order by a.id";
    let files = lake::files_named(folder.path(), sql).expect("files");
    let mut rows = lake::query_files(folder.path(), sql).await.expect("query");
    assert_eq!(files.len(), 3);
    let batch = rows.next().await.expect("one batch").expect("rows");
    let text =
        |column: usize| batch.column(column).as_any().downcast_ref::<StringArray>().expect("text").clone();
    assert_eq!((text(1).value(0), text(2).value(0), text(4).value(0)), ("01234", "two\nlines", "one"));
    assert!(text(1).is_null(1), "an empty cell is null");
    for (sql, says) in [
        ("select * from 'd.csv'", "there is no file 'd.csv'"),
        ("select * from '../a.csv'", "leaves the data folder"),
        ("select nope from 'a.csv'", "nope"),
        ("selec 1", "SQL"),
    ] {
        let error = lake::query_files(folder.path(), sql).await.err().expect(sql).to_string();
        assert!(error.contains(says), "{sql}: {error}");
    }
}

#[tokio::test]
async fn a_raw_table_of_an_older_version_gets_its_new_columns_and_keeps_its_rows() {
    let folder = tempfile::tempdir().expect("folder");
    let lake = fresh(folder.path()).await;
    let (now, whole) = (tables::events(), events(1, 0..5));
    let narrow = whole.project(&(0..whole.num_columns() - 1).collect::<Vec<_>>()).expect("columns");
    let before = Table { schema: narrow.schema(), ..now.clone() };
    put(&lake, &before, Mode::Replace, narrow).await;
    let lacking = lake.view(lake.head().await.expect("head")).await.expect("view");
    assert!(lacking.table("select clause from events").await.is_err(), "the older table lacks it");
    drop(lake);
    let lake = fresh(folder.path()).await;
    let head = lake.head().await.expect("head");
    assert_eq!(numbers(&lake, head, "select count(*), count(clause) from events").await, [5, 0]);
    let head = put(&lake, &now, Mode::Append, events(2, 5..8)).await;
    assert_eq!(numbers(&lake, head, "select count(*), sum(clause) from events").await, [8, 6]);
    drop(lake);
    assert_eq!(fresh(folder.path()).await.head().await.expect("head"), head, "once is enough");
}

#[tokio::test]
async fn a_narrowed_view_shows_no_other_row_however_it_is_asked() {
    let folder = tempfile::tempdir().expect("tmp");
    let lake = fresh(folder.path()).await;
    for import in 1..=3 {
        put(&lake, &tables::events(), Mode::Append, events(import, 0..5)).await;
    }
    let whole = lake.view(lake.head().await.expect("head")).await.expect("view");
    let asked = [
        "select count(*) as n from events",
        "select count(*) as n from EVENTS",
        "select count(*) as n from lake.main.events as e where e.import_id >= 0 or true",
        "select count(*) as n from \"lake\".\"main\".\"events\"",
        "with e as (select * from events) select count(*) as n from e",
        "select sum(n) as n from (select count(*) as n from events group by import_id)",
        "select count(*) as n from records right join events on true",
        "select count(*) as n from events where import_id in (select import_id from events)",
    ];
    for (only, expected) in [
        (Only::In("import_id", vec![2]), 5),
        (Only::In("import_id", vec![1, 3, 9]), 10),
        (Only::In("import_id", Vec::new()), 0),
        (Only::Nothing, 0),
    ] {
        let view = whole.narrowed(BTreeMap::from([("events", only.clone())])).expect("narrowed");
        for sql in asked {
            let told = view.table(sql).await.expect(sql);
            let n = arrow::compute::cast(&told.columns()[0], &arrow::datatypes::DataType::Int64).expect("n");
            let n = n.as_any().downcast_ref::<Int64Array>().expect("int").iter().next().flatten();
            assert_eq!(n.unwrap_or(0), expected, "{only:?}: {sql}");
        }
        assert_eq!(view.table("select * from imports").await.expect("others stay").num_rows(), 0);
        assert_eq!(view.table_names(), whole.table_names());
    }
}
