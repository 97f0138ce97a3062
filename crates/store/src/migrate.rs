//! Migrations: forward only, each in the transaction that notes it, and checked at every start.
//!
//! The journal keeps of each migration the hash of its text and what the tables looked like afterwards, so a
//! database that was made by other texts or changed by hand is told before anything is written to it.

use crate::sql::{Pool, Tx, values};
use crate::{Error, Result, schema};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A step of the schema; its version is its place in [`ALL`], from 1.
struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration {
    ($name:literal) => {
        Migration {
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $name, ".sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $name, ".postgres.sql")),
        }
    };
}

/// A text that was released is never changed; what should change becomes a new one.
const ALL: &[Migration] = &[migration!("0001_settings"), migration!("0002_audit"), migration!("0003_people")];

/// A key of our own for the server-wide lock: the bytes of `kept`.
const LOCK: i64 = 0x6b65_7074;

const JOURNAL: &str = "migrations";
const JOURNAL_SQLITE: &str = "CREATE TABLE IF NOT EXISTS migrations (version INTEGER NOT NULL PRIMARY KEY, \
     name TEXT NOT NULL, checksum BLOB NOT NULL, schema TEXT NOT NULL, applied_at_us INTEGER NOT NULL) STRICT";
const JOURNAL_POSTGRES: &str = "CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY, \
     name TEXT NOT NULL, checksum BYTEA NOT NULL, schema TEXT NOT NULL, applied_at_us BIGINT NOT NULL)";

/// Checks what is there and applies what is not. Two programs that start at once do so one after the other.
pub(crate) async fn up(pool: &Pool, now_us: i64) -> Result<()> {
    let mut tx = pool.begin().await?;
    if let Tx::Postgres(_) = tx {
        tx.run("SELECT pg_advisory_xact_lock($1)", values![LOCK]).await?;
    }
    tx.script(match tx {
        Tx::Sqlite(_) => JOURNAL_SQLITE,
        Tx::Postgres(_) => JOURNAL_POSTGRES,
    })
    .await?;
    let (applied, ours) = check(&mut tx).await?;
    let found = schema::describe(&mut tx).await?;
    let others =
        found.iter().map(|line| schema::table_of(line)).filter(|table| !ours.contains(*table)).collect();
    for (migration, version) in ALL.iter().zip(1_i64..).skip(applied) {
        apply(&mut tx, migration, version, &others, now_us).await?;
    }
    tx.commit().await
}

/// Compares the journal with the texts and the tables; how many migrations were applied, and the tables they made.
async fn check(tx: &mut Tx) -> Result<(usize, BTreeSet<String>)> {
    let rows =
        tx.rows("SELECT version, name, checksum, schema FROM migrations ORDER BY version", &[]).await?;
    for (row, version) in rows.iter().zip(1_i64..) {
        let found = row.int("version")?;
        let Some(migration) = ALL.get(version as usize - 1) else {
            let found = rows.last().map_or(Ok(version), |last| last.int("version"))?;
            return Err(Error::Newer { found, known: ALL.len() as i64 });
        };
        if found != version || row.get::<Vec<u8>>("checksum")? != checksum(migration.text(tx)) {
            return Err(Error::Migration { version: found, name: row.text("name")? });
        }
    }
    let left = rows.last().map(|last| last.text("schema")).transpose()?.unwrap_or_default();
    unaltered(&left, &schema::describe(tx).await?)?;
    let ours = left.lines().map(schema::table_of).chain([JOURNAL]).map(str::to_owned).collect();
    Ok((rows.len(), ours))
}

/// Applies a migration and notes it, with the tables as they are now but without those of `others`.
async fn apply(
    tx: &mut Tx,
    migration: &Migration,
    version: i64,
    others: &BTreeSet<&str>,
    now_us: i64,
) -> Result<()> {
    let text = migration.text(tx);
    tx.script(text).await?;
    let mut schema = schema::describe(tx).await?;
    schema.retain(|line| !others.contains(schema::table_of(line)));
    let schema = schema.join("\n");
    let insert = "INSERT INTO migrations (version, name, checksum, schema, applied_at_us) \
                  VALUES ($1, $2, $3, $4, $5)";
    tx.run(insert, values![version, migration.name, &checksum(text), &schema, now_us]).await?;
    Ok(())
}

/// Whether the tables of the journal are as they were left; tables of others in the same database are theirs.
fn unaltered(left: &str, found: &[String]) -> Result<()> {
    let left: BTreeSet<&str> = left.lines().collect();
    let tables: BTreeSet<&str> = left.iter().map(|line| schema::table_of(line)).collect();
    let found: BTreeSet<&str> =
        found.iter().map(String::as_str).filter(|line| tables.contains(schema::table_of(line))).collect();
    if let Some(gone) = left.difference(&found).next() {
        return Err(Error::Altered(format!("`{gone}` is gone")));
    }
    match found.difference(&left).next() {
        Some(new) => Err(Error::Altered(format!("`{new}` was added"))),
        None => Ok(()),
    }
}

impl Migration {
    fn text(&self, tx: &Tx) -> &'static str {
        match tx {
            Tx::Sqlite(_) => self.sqlite,
            Tx::Postgres(_) => self.postgres,
        }
    }
}

fn checksum(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_up_and_texts_agree_on_their_comments() {
        let comments =
            |text: &'static str| text.lines().filter(|line| line.starts_with("--")).collect::<Vec<_>>();
        for (migration, version) in ALL.iter().zip(1..) {
            assert!(migration.name.starts_with(&format!("{version:04}_")), "{}", migration.name);
            assert_eq!(comments(migration.sqlite), comments(migration.postgres), "{}", migration.name);
        }
    }

    #[test]
    fn only_tables_of_ours_must_stay_as_they_were_left() {
        let left = "a: column id integer not null\na: key (id)";
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        assert!(unaltered(left, &lines(left)).is_ok());
        assert!(unaltered(left, &lines(&format!("{left}\nother: column id integer"))).is_ok());
        for (found, said) in [
            ("a: column id integer not null", "`a: key (id)` is gone"),
            (&*format!("{left}\na: column b text"), "`a: column b text` was added"),
            ("", "`a: column id integer not null` is gone"),
        ] {
            let told = unaltered(left, &lines(found)).unwrap_err().to_string();
            assert!(told.contains(said), "{told}");
        }
    }
}
