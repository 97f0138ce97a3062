//! Nobody is locked in: DuckDB reads the Parquet files that the catalog lists and sees the same rows.

use crate::support::demo;
use std::process::Command;

const SCRIPT: &str = r#"
import duckdb, json, os, sqlite3, sys
home, tables = sys.argv[1], sys.argv[2:]
catalog = sqlite3.connect(os.path.join(home, "lake.db"))
root = catalog.execute("select value from ducklake_metadata where key = 'data_path'").fetchone()[0]
answer = {}
for table in tables:
    files = catalog.execute("""
        select s.path, s.path_is_relative, t.path, t.path_is_relative, f.path, f.path_is_relative, f.record_count
        from ducklake_data_file f join ducklake_table t on t.table_id = f.table_id and t.end_snapshot is null
        join ducklake_schema s on s.schema_id = t.schema_id
        where t.table_name = ? and f.end_snapshot is null
          and not exists (select 1 from ducklake_delete_file d where d.data_file_id = f.data_file_id and d.end_snapshot is null)
    """, (table,)).fetchall()
    paths = []
    for schema, schema_rel, folder, folder_rel, path, rel, _ in files:
        base = root
        for part, relative in ((schema, schema_rel), (folder, folder_rel), (path, rel)):
            base = os.path.join(base, part) if relative else part
        paths.append(base)
    listed = ", ".join("'" + p.replace("'", "''") + "'" for p in paths)
    counted = sum(f[6] for f in files)
    rows = duckdb.sql(f"select count(*) from read_parquet([{listed}])").fetchone()[0]
    answer[table] = [counted, rows]
    if table == "postings":
        answer["sum"] = duckdb.sql(f"select sum(value_minor)::bigint, sum(count)::bigint from read_parquet([{listed}])").fetchone()
print(json.dumps(answer))
"#;

#[test]
fn duckdb_sees_the_rows_that_the_catalog_lists() {
    let python = std::env::var("KEPT_TEST_PYTHON").expect(
        "KEPT_TEST_PYTHON is not set: `cargo xtask test` sets it to a Python that has the package duckdb; \
         or set it yourself after `python3 -m venv v && v/bin/pip install duckdb`",
    );
    let home = demo(100, 2);
    let tables = ["postings", "timeline", "customer_of", "statement"];
    let output = Command::new(python)
        .arg("-c")
        .arg(SCRIPT)
        .arg(home.path())
        .args(tables)
        .output()
        .expect("python runs");
    assert!(output.status.success(), "{}", crate::support::said(&output));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for table in tables {
        let rows: u64 = home.sql(&format!("select count(*) from {table}"))[0][0].parse().expect("count");
        assert!(
            rows > 0 && answer[table] == serde_json::json!([rows, rows]),
            "{table}: {rows} here, {} there",
            answer[table]
        );
    }
    let sums = home.sql("select sum(value_minor), sum(cast(count as bigint)) from postings");
    let theirs: Vec<String> =
        answer["sum"].as_array().expect("sums").iter().map(ToString::to_string).collect();
    assert_eq!(sums[0], theirs);
}
