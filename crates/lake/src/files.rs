//! SQL over silo files in place: `select … from 'orders.csv' join 'items.csv' …`.
//!
//! A quoted name after `from`, `join` or a comma of the from-list is a file below the data folder. Text files
//! give text columns, so that postcodes keep their zeros; the query casts what it computes with.

use crate::error::{Error, Result};
use crate::read::{Rows, plain};
use datafusion::datasource::file_format::file_compression_type::FileCompressionType;
use datafusion::prelude::{
    CsvReadOptions, JsonReadOptions, ParquetReadOptions, SessionConfig, SessionContext,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use futures::StreamExt;
use std::path::{Component, Path, PathBuf};

/// Files a query reads, in order of first mention, relative to the data folder.
fn rewrite(sql: &str) -> Result<(String, Vec<String>)> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql)
        .tokenize()
        .map_err(|e| Error::Query(format!("not valid SQL: {e}")))?;
    let mut files: Vec<String> = Vec::new();
    let mut text = String::new();
    // Whether the next word may name a table: after FROM and JOIN, and after a comma that follows a table.
    let (mut expects_table, mut after_table) = (false, false);
    for token in tokens {
        match &token {
            Token::Whitespace(_) => {}
            Token::SingleQuotedString(name) if expects_table => {
                let index = files.iter().position(|file| file == name).unwrap_or_else(|| {
                    files.push(name.clone());
                    files.len() - 1
                });
                text += "file_";
                text += &index.to_string();
                (expects_table, after_table) = (false, true);
                continue;
            }
            Token::Word(word) if matches!(word.keyword, Keyword::FROM | Keyword::JOIN) => {
                expects_table = true;
            }
            Token::Word(word)
                if matches!(
                    word.keyword,
                    Keyword::WHERE | Keyword::ON | Keyword::GROUP | Keyword::SELECT | Keyword::ORDER
                ) =>
            {
                (expects_table, after_table) = (false, false);
            }
            Token::Comma => expects_table = after_table,
            Token::Word(_) => expects_table = false,
            _ => (expects_table, after_table) = (false, false),
        }
        text.push_str(&token.to_string());
    }
    Ok((text, files))
}

/// The files a query names, in order of first mention, as paths below `folder`; each must exist.
fn resolve(folder: &Path, files: &[String]) -> Result<Vec<PathBuf>> {
    let resolve = |name: &String| {
        let leaves = Path::new(name)
            .components()
            .any(|part| matches!(part, Component::ParentDir | Component::RootDir));
        if leaves {
            return Err(Error::Query(format!("'{name}' leaves the data folder; name files below it")));
        }
        let path = folder.join(name);
        if path.is_file() {
            return Ok(path);
        }
        let present = std::fs::read_dir(path.parent().unwrap_or(folder)).into_iter().flatten().flatten();
        let mut present: Vec<String> =
            present.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        present.sort();
        Err(Error::Query(format!(
            "there is no file '{name}' in {}; present: {}",
            folder.display(),
            present.join(", ")
        )))
    };
    files.iter().map(resolve).collect()
}

/// The files below `folder` that a query reads, in order of first mention. Each exists.
pub fn files_named(folder: &Path, sql: &str) -> Result<Vec<PathBuf>> {
    let (_, names) = rewrite(sql)?;
    resolve(folder, &names)
}

/// Runs a query over files below `folder`; its rows stream in the query's order. Everything is read while the
/// stream is polled; nothing is copied.
pub async fn query_files(folder: &Path, sql: &str) -> Result<Rows> {
    let (text, names) = rewrite(sql)?;
    let paths = resolve(folder, &names)?;
    // One partition: rows keep the order of the file, so that row numbers mean something.
    let config = SessionConfig::new().with_target_partitions(1);
    let context = SessionContext::new_with_config(config);
    for (index, path) in paths.iter().enumerate() {
        register(&context, &format!("file_{index}"), path).await?;
    }
    let stream = context.sql(&text).await?.execute_stream().await?;
    Ok(Box::pin(stream.map(|batch| plain(&batch?))))
}

async fn register(context: &SessionContext, table: &str, path: &Path) -> Result<()> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let (stem, compression) = match name.rsplit_once('.') {
        Some((stem, "gz")) => (stem, FileCompressionType::GZIP),
        Some((stem, "zst")) => (stem, FileCompressionType::ZSTD),
        _ => (name.as_str(), FileCompressionType::UNCOMPRESSED),
    };
    let extension = name[stem.rfind('.').unwrap_or(0)..].to_owned();
    let url = path.display().to_string();
    match stem.rsplit_once('.').map(|(_, kind)| kind) {
        Some(kind @ ("csv" | "tsv" | "txt")) => {
            let options = CsvReadOptions::new()
                .delimiter(if kind == "tsv" { b'\t' } else { b',' })
                .newlines_in_values(true)
                .schema_infer_max_records(0)
                .file_extension(&extension)
                .file_compression_type(compression);
            context.register_csv(table, url, options).await?;
        }
        Some(kind @ ("ndjson" | "jsonl" | "json")) => {
            let mut options =
                JsonReadOptions::default().file_extension(&extension).newline_delimited(kind != "json");
            options.file_compression_type = compression;
            context.register_json(table, url, options).await?;
        }
        Some("parquet") => {
            context
                .register_parquet(table, url, ParquetReadOptions::default().file_extension(&extension))
                .await?;
        }
        _ => {
            return Err(Error::Query(format!(
                "{}: name files .csv, .tsv, .ndjson, .json or .parquet, also .gz and .zst",
                path.display()
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn only_quoted_names_that_stand_for_tables_become_files() {
        let table = [
            (
                "select 'a' from 'b.csv' where x = 'c.csv'",
                "select 'a' from file_0 where x = 'c.csv'",
                vec!["b.csv"],
            ),
            (
                "select * from 'a.csv' a join 'b.csv' b on a.x = b.x",
                "select * from file_0 a join file_1 b on a.x = b.x",
                vec!["a.csv", "b.csv"],
            ),
            ("select * from 'a.csv' a, 'a.csv' b", "select * from file_0 a, file_0 b", vec!["a.csv"]),
            (
                "select coalesce(x, 'from') from (select 1 x from 'a.csv')",
                "select coalesce(x, 'from') from (select 1 x from file_0)",
                vec!["a.csv"],
            ),
        ];
        for (sql, expected, files) in table {
            let (text, found) = rewrite(sql).expect("valid");
            assert_eq!(
                (text.as_str(), found),
                (expected, files.into_iter().map(String::from).collect::<Vec<_>>())
            );
        }
    }
}
