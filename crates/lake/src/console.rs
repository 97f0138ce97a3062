//! Free SQL by people: read-only, in a runtime of its own, within limits of memory, time and rows.

use crate::catalog::unhurried;
use crate::error::{Error, Result};
use crate::open::{Lake, runtime};
use crate::read::plain;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use futures::StreamExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What one query may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows returned at most; more are cut and told.
    pub rows: usize,
    /// Seconds it may run.
    pub seconds: u64,
    /// Memory of its operators, in bytes; beyond it they spill or the query is refused.
    pub memory_bytes: usize,
    /// Tables it may read; all of the lake when `None`.
    pub only: Option<&'static [&'static str]>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 10_000, seconds: 30, memory_bytes: 512 << 20, only: None }
    }
}

/// A query's answer.
#[derive(Debug, Clone)]
pub struct Table {
    /// Columns.
    pub schema: SchemaRef,
    /// Rows, at most as many as the limit allows.
    pub batches: Vec<RecordBatch>,
    /// Whether rows were cut.
    pub cut: bool,
}

/// Queries running at a time, those included that were given up but have not yet let go of their thread.
const QUERIES: usize = 2;
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Counts one running query until it is dropped.
struct Running;

impl Running {
    fn start() -> Result<Self> {
        let started =
            RUNNING.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| (n < QUERIES).then_some(n + 1));
        match started {
            Ok(_) => Ok(Self),
            Err(n) => Err(Error::Limit(format!(
                "{n} other queries are still running; try again when they have ended"
            ))),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Lake {
    /// Runs one `SELECT` at a snapshot on threads of its own, so that it cannot slow pages. A query given up
    /// ends when it next yields; until then it counts among the few that may run at a time.
    pub async fn console(&self, snapshot: i64, sql: &str, limits: Limits) -> Result<Table> {
        let running = Running::start()?;
        let view = self.view_with(snapshot, runtime(&self.folder, limits.memory_bytes)?).await?;
        let threads = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("kept-sql")
            .enable_all()
            .build()
            .map_err(|source| Error::Query(format!("no thread for the query: {source}")))?;
        let sql = sql.to_owned();
        let answer = threads.spawn(async move {
            let answer = unhurried(collect(&view, &sql, limits)).await;
            drop(running);
            answer
        });
        let answer = tokio::time::timeout(Duration::from_secs(limits.seconds), answer).await;
        threads.shutdown_background();
        match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(broken)) => Err(Error::Query(format!("the query broke off: {broken}"))),
            Err(_) => Err(Error::Limit(format!(
                "it ran for more than {} s; narrow it or ask for fewer rows",
                limits.seconds
            ))),
        }
    }
}

async fn collect(view: &crate::View, sql: &str, limits: Limits) -> Result<Table> {
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let frame = view.context.sql_with_options(sql, options).await?;
    if let Some(only) = limits.only {
        refuse_others(frame.logical_plan(), only)?;
    }
    let schema = crate::read::plain_schema(frame.schema().as_arrow());
    let mut stream = frame.execute_stream().await?;
    let (mut batches, mut rows) = (Vec::new(), 0);
    while let Some(batch) = stream.next().await {
        let batch = plain(&batch?)?;
        let room = limits.rows - rows;
        if batch.num_rows() > room {
            batches.push(batch.slice(0, room));
            return Ok(Table { schema, batches, cut: true });
        }
        rows += batch.num_rows();
        batches.push(batch);
    }
    Ok(Table { schema, batches, cut: false })
}

/// Fails on a plan that reads another table than these, in a subquery too.
fn refuse_others(plan: &LogicalPlan, only: &[&str]) -> Result<()> {
    let mut other = None;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && !only.contains(&scan.table_name.table())
        {
            other = Some(scan.table_name.table().to_owned());
            return Ok(TreeNodeRecursion::Stop);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    match other {
        None => Ok(()),
        Some(other) => Err(Error::Query(format!(
            "the table `{other}` cannot be read here; these can: {}",
            only.join(", ")
        ))),
    }
}
