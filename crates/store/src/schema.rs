//! The tables as a database has them, in lines that read the same on both back ends.

use crate::Result;
use crate::sql::{Row, Tx};

/// `users: column email text not null`, `users: key (id)`, `users: unique (email_key)`,
/// `grants: (user_id) in users (id)`, `sessions: index (user_id)`, `audit: trigger audit_rows_stay`; sorted.
pub(crate) async fn describe(tx: &mut Tx) -> Result<Vec<String>> {
    let (columns, indexes, references, triggers) = match tx {
        Tx::Sqlite(_) => (sqlite::COLUMNS, sqlite::INDEXES, sqlite::REFERENCES, sqlite::TRIGGERS),
        Tx::Postgres(_) => (postgres::COLUMNS, postgres::INDEXES, postgres::REFERENCES, postgres::TRIGGERS),
    };
    let mut lines = Vec::new();
    for row in tx.rows(columns, &[]).await? {
        lines.push(format!("{}: column {}", row.text("of_table")?, column(&row)?));
    }
    for row in tx.rows(indexes, &[]).await? {
        let kind = match row.text("kind")?.as_str() {
            "key" => "key",
            "unique" => "unique",
            _ => "index",
        };
        lines.push(format!("{}: {kind} ({})", row.text("of_table")?, row.text("of_columns")?));
    }
    for row in tx.rows(references, &[]).await? {
        let [table, from, to_table, to, deleted] =
            ["of_table", "of_columns", "to_table", "to_columns", "on_delete"].map(|name| row.text(name));
        let cascade = if deleted? == "cascade" { ", gone with it" } else { "" };
        lines.push(format!("{}: ({}) in {} ({}){cascade}", table?, from?, to_table?, to?));
    }
    for row in tx.rows(triggers, &[]).await? {
        lines.push(format!("{}: trigger {}", row.text("of_table")?, row.text("name")?));
    }
    lines.sort_unstable();
    Ok(lines)
}

/// The table that a line is about.
pub(crate) fn table_of(line: &str) -> &str {
    line.split(':').next().unwrap_or(line)
}

fn column(row: &Row) -> Result<String> {
    let name = row.text("name")?;
    let kind = row.text("kind")?.to_lowercase();
    let kind = match kind.as_str() {
        "bigint" => "integer",
        "bytea" | "blob" => "bytes",
        other => other,
    };
    let null = if row.int("required")? == 0 { "" } else { " not null" };
    Ok(format!("{name} {kind}{null}"))
}

mod sqlite {
    pub(super) const COLUMNS: &str = r#"
        SELECT m.name AS of_table, c.name AS name, c.type AS kind, c."notnull" AS required
        FROM sqlite_schema m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"#;

    /// A primary key on the row number has no index of its own.
    pub(super) const INDEXES: &str = r#"
        SELECT of_table, kind, group_concat(name, ', ') AS of_columns FROM (
            SELECT m.name AS of_table, i.name AS of_index, c.name AS name,
                CASE WHEN i.origin = 'pk' THEN 'key' WHEN i."unique" = 1 THEN 'unique' ELSE 'index' END AS kind
            FROM sqlite_schema m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, i.name, c.seqno
        ) GROUP BY of_table, of_index, kind
        UNION ALL
        SELECT m.name, 'key', c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND c.pk = 1
            AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) i WHERE i.origin = 'pk')"#;

    pub(super) const REFERENCES: &str = r#"
        SELECT of_table, to_table, on_delete,
            group_concat(from_column, ', ') AS of_columns, group_concat(to_column, ', ') AS to_columns FROM (
            SELECT m.name AS of_table, f.id AS id, f."table" AS to_table, f."from" AS from_column,
                f."to" AS to_column, lower(f.on_delete) AS on_delete
            FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
            WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq
        ) GROUP BY of_table, id, to_table, on_delete"#;

    pub(super) const TRIGGERS: &str =
        "SELECT tbl_name AS of_table, name FROM sqlite_schema WHERE type = 'trigger'";
}

mod postgres {
    pub(super) const COLUMNS: &str = "
        SELECT r.relname::text AS of_table, a.attname::text AS name,
            format_type(a.atttypid, a.atttypmod) AS kind, a.attnotnull::int::bigint AS required
        FROM pg_class r JOIN pg_attribute a ON a.attrelid = r.oid
        WHERE r.relkind IN ('r', 'p') AND r.relnamespace = current_schema()::regnamespace
            AND a.attnum > 0 AND NOT a.attisdropped";

    pub(super) const INDEXES: &str = "
        SELECT r.relname::text AS of_table,
            CASE WHEN i.indisprimary THEN 'key' WHEN i.indisunique THEN 'unique' ELSE 'index' END AS kind,
            string_agg(coalesce(a.attname::text, '?'), ', ' ORDER BY k.place) AS of_columns
        FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid
            CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
            LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.number AND k.number > 0
        WHERE r.relkind IN ('r', 'p') AND r.relnamespace = current_schema()::regnamespace
        GROUP BY r.relname, i.indexrelid, i.indisprimary, i.indisunique";

    pub(super) const REFERENCES: &str = "
        SELECT r.relname::text AS of_table, t.relname::text AS to_table,
            string_agg(a.attname::text, ', ' ORDER BY k.place) AS of_columns,
            string_agg(b.attname::text, ', ' ORDER BY k.place) AS to_columns,
            CASE c.confdeltype WHEN 'c' THEN 'cascade' ELSE 'no action' END AS on_delete
        FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid
            CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (from_number, to_number, place)
            JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.from_number
            JOIN pg_attribute b ON b.attrelid = t.oid AND b.attnum = k.to_number
        WHERE c.contype = 'f' AND r.relnamespace = current_schema()::regnamespace
        GROUP BY c.oid, r.relname, t.relname, c.confdeltype";

    pub(super) const TRIGGERS: &str = "
        SELECT r.relname::text AS of_table, g.tgname::text AS name
        FROM pg_trigger g JOIN pg_class r ON r.oid = g.tgrelid
        WHERE NOT g.tgisinternal AND r.relnamespace = current_schema()::regnamespace";
}
