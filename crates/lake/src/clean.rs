//! Keeping the lake tidy: leftovers of broken writes, small files, snapshots nobody reads any more.

use crate::catalog::unhurried;
use crate::error::Result;
use crate::open::Lake;
use crate::read::session_config;
use datafusion::prelude::SessionContext;
use datafusion_ducklake::maintenance::{
    CleanupCriteria, ExpireCriteria, cleanup_old_files_sqlite, delete_orphaned_files_sqlite,
};
use datafusion_ducklake::{DuckLakeCatalog, DuckLakeTable, MergeOptions, RewriteOptions};
use std::sync::Arc;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Data files merged or rewritten.
    pub files_compacted: usize,
    /// Snapshots that can no longer be read.
    pub snapshots_expired: usize,
    /// Files deleted from disk.
    pub files_deleted: usize,
}

impl Lake {
    /// Deletes the rows a condition holds for; older snapshots still read them. Returns how many.
    pub async fn delete(&self, table: &str, condition: &str) -> Result<u64> {
        let sql = format!("DELETE FROM {table} WHERE {condition}");
        let delete = async { Result::Ok(self.writing_context()?.sql(&sql).await?.collect().await?) };
        let batches = unhurried(delete).await?;
        let counts = batches
            .iter()
            .filter_map(|batch| batch.column(0).as_any().downcast_ref::<arrow::array::UInt64Array>());
        Ok(counts.map(|counts| counts.values().iter().sum::<u64>()).sum())
    }

    /// Merges small files and rewrites files with many deleted rows, in the tables named.
    pub async fn compact(&self, tables: &[&str]) -> Result<Swept> {
        unhurried(self.compact_here(tables)).await
    }

    async fn compact_here(&self, tables: &[&str]) -> Result<Swept> {
        let mut swept = Swept::default();
        for name in tables {
            for merge in [false, true] {
                let context = self.writing_context()?;
                let provider = context.table_provider(*name).await?;
                let any: &dyn std::any::Any = provider.as_ref();
                let Some(table) = any.downcast_ref::<DuckLakeTable>() else {
                    continue;
                };
                let state = context.state();
                let done = if merge {
                    table.merge_adjacent_files(&state, MergeOptions::default()).await?
                } else {
                    table
                        .rewrite_data_files(
                            &state,
                            RewriteOptions { delete_threshold: 0.1, ..RewriteOptions::default() },
                        )
                        .await?
                };
                swept.files_compacted += done.files_processed;
            }
        }
        Ok(swept)
    }

    /// Forgets every snapshot but those to keep and the newest, and deletes the files only they needed.
    pub async fn keep_only(&self, snapshots: &[i64]) -> Result<Swept> {
        unhurried(self.keep_only_here(snapshots)).await
    }

    async fn keep_only_here(&self, snapshots: &[i64]) -> Result<Swept> {
        let metadata = self.metadata("expire")?;
        let head = self.head().await?;
        let expire = (0..head).filter(|id| !snapshots.contains(id)).collect();
        let expired = metadata.expire_snapshots(ExpireCriteria::Versions(expire))?;
        let deleted =
            cleanup_old_files_sqlite(metadata, Arc::clone(&self.store), CleanupCriteria::All, false).await?;
        Ok(Swept { snapshots_expired: expired.len(), files_deleted: deleted.len(), files_compacted: 0 })
    }

    /// Deletes Parquet files that no commit names: what a process that died left behind.
    pub async fn sweep_orphans(&self) -> Result<usize> {
        let metadata = self.metadata("sweep")?;
        let deleted =
            delete_orphaned_files_sqlite(metadata, Arc::clone(&self.store), CleanupCriteria::All, false)
                .await?;
        Ok(deleted.len())
    }

    fn writing_context(&self) -> Result<SessionContext> {
        let metadata = self.metadata("delete")?;
        let catalog = DuckLakeCatalog::with_writer(Arc::clone(&self.provider), Arc::new(metadata.clone()))?;
        let context = SessionContext::new_with_config_rt(session_config(), Arc::clone(&self.runtime));
        context.register_object_store(&file_url(), Arc::clone(&self.store));
        DuckLakeCatalog::register(&context, "lake", catalog);
        Ok(context)
    }
}

fn file_url() -> url::Url {
    #[expect(clippy::unwrap_used, reason = "a constant that parses")]
    url::Url::parse("file:///").unwrap()
}
