//! Reading: everything at one snapshot, by SQL, as plain Arrow batches.

use crate::catalog::unhurried;
use crate::error::{Error, Result};
use crate::open::Lake;
use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion_ducklake::DuckLakeCatalog;
use futures::{Stream, StreamExt};
use std::pin::Pin;
use std::sync::Arc;

/// A column of a batch by name and array type.
pub fn column<'a, T: 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a T> {
    let found = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<T>());
    found.ok_or_else(|| Error::Query(format!("the column `{name}` is missing or of another type")))
}

/// Text as a literal of SQL.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Batches as they come.
pub type Rows = Pin<Box<dyn Stream<Item = Result<RecordBatch>> + Send>>;

/// The lake as it was at one snapshot. Cheap to clone.
#[derive(Clone)]
pub struct View {
    pub(crate) context: SessionContext,
    pub(crate) snapshot: i64,
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").field("snapshot", &self.snapshot).finish_non_exhaustive()
    }
}

impl Lake {
    /// The lake at a snapshot.
    pub async fn view(&self, snapshot: i64) -> Result<View> {
        self.view_with(snapshot, Arc::clone(&self.runtime)).await
    }

    /// The lake at a snapshot, read by one thread, so that a query without `order by` gives a table's rows in
    /// the order they were written.
    pub async fn view_in_order(&self, snapshot: i64) -> Result<View> {
        let config = session_config().with_target_partitions(1);
        self.view_of(snapshot, config, Arc::clone(&self.runtime)).await
    }

    pub(crate) async fn view_with(&self, snapshot: i64, runtime: Arc<RuntimeEnv>) -> Result<View> {
        self.view_of(snapshot, session_config(), runtime).await
    }

    async fn view_of(&self, snapshot: i64, config: SessionConfig, runtime: Arc<RuntimeEnv>) -> Result<View> {
        let catalog = async { DuckLakeCatalog::with_snapshot(Arc::clone(&self.provider), snapshot) };
        let catalog = unhurried(catalog).await?;
        let context = SessionContext::new_with_config_rt(config, runtime);
        DuckLakeCatalog::register(&context, "lake", catalog);
        Ok(View { context, snapshot })
    }
}

pub(crate) fn session_config() -> SessionConfig {
    SessionConfig::new()
        .with_default_catalog_and_schema("lake", "main")
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true)
        .with_parquet_pruning(true)
}

impl View {
    /// The snapshot this view shows.
    pub const fn snapshot(&self) -> i64 {
        self.snapshot
    }

    /// Names of the tables present.
    pub fn table_names(&self) -> Vec<String> {
        let schema = self.context.catalog("lake").and_then(|catalog| catalog.schema("main"));
        schema.map(|schema| schema.table_names()).unwrap_or_default()
    }

    /// Names of a table's columns.
    pub(crate) async fn columns(&self, table: &str) -> Result<Vec<String>> {
        let frame = unhurried(self.context.table(table)).await?;
        Ok(frame.schema().fields().iter().map(|field| field.name().clone()).collect())
    }

    /// Makes batches readable as `side.NAME` in this view alone, for joins with what the caller holds.
    pub fn put_side(&self, name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<()> {
        use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider};
        if self.context.catalog("side").is_none() {
            let catalog = MemoryCatalogProvider::new();
            catalog.register_schema("main", Arc::new(MemorySchemaProvider::new()))?;
            self.context.register_catalog("side", Arc::new(catalog));
        }
        let table = datafusion::datasource::MemTable::try_new(schema, vec![batches])?;
        self.context.register_table(format!("side.main.{name}"), Arc::new(table))?;
        Ok(())
    }

    /// Runs a query and collects its answer. Text columns come as `Utf8`.
    pub async fn rows(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        let mut stream = self.stream(sql).await?;
        let mut batches = Vec::new();
        while let Some(batch) = stream.next().await {
            batches.push(batch?);
        }
        Ok(batches)
    }

    /// Runs a query and collects its answer into one batch with the query's columns, also when it is empty.
    pub async fn table(&self, sql: &str) -> Result<RecordBatch> {
        let frame = unhurried(self.context.sql(sql)).await?;
        let schema = plain_schema(frame.schema().as_arrow());
        let batches = unhurried(frame.collect()).await?;
        let batches = batches.iter().map(plain).collect::<Result<Vec<_>>>()?;
        Ok(arrow::compute::concat_batches(&schema, &batches)?)
    }

    /// Runs a query; its answer streams. Text columns come as `Utf8`.
    pub async fn stream(&self, sql: &str) -> Result<Rows> {
        let stream = unhurried(async { self.context.sql(sql).await?.execute_stream().await }).await?;
        Ok(Box::pin(stream.map(|batch| plain(&batch?))))
    }
}

fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        DataType::Dictionary(_, value) => plain_type(value),
        other => other.clone(),
    }
}

pub(crate) fn plain_schema(schema: &Schema) -> SchemaRef {
    let fields = schema
        .fields()
        .iter()
        .map(|field| Field::new(field.name(), plain_type(field.data_type()), field.is_nullable()));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The same rows with text as plain `Utf8` arrays, whatever layout the query engine chose.
pub(crate) fn plain(batch: &RecordBatch) -> Result<RecordBatch> {
    let schema = plain_schema(&batch.schema());
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| {
        if column.data_type() == field.data_type() {
            Ok(Arc::clone(column))
        } else {
            cast(column, field.data_type())
        }
    });
    let columns = columns.collect::<std::result::Result<Vec<_>, _>>()?;
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
}
