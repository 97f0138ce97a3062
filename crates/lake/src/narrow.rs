//! A view of fewer rows: some tables show only what a condition lets through, to any query and however it names
//! them. The condition is part of the plan, below whatever the query asks (after PostgreSQL's row security).

use crate::error::{Error, Result};
use crate::read::View;
use async_trait::async_trait;
use datafusion::catalog::view::ViewTable;
use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, SchemaProvider, TableProvider};
use datafusion::common::Result as Planned;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{LogicalPlanBuilder, col, lit};
use datafusion::prelude::{Expr, SessionContext};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What of a table may be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Only {
    /// No row.
    Nothing,
    /// Rows whose column holds one of these numbers.
    In(&'static str, Vec<u64>),
}

impl Only {
    fn condition(&self) -> Expr {
        match self {
            Self::In(column, numbers) if !numbers.is_empty() => {
                col(*column).in_list(numbers.iter().map(|&number| lit(number)).collect(), false)
            }
            _ => lit(false),
        }
    }
}

impl View {
    /// The same snapshot with fewer rows. Tables that are not named are whole. What was put beside this view
    /// ([`View::put_side`]) is not beside the new one.
    pub fn narrowed(&self, only: BTreeMap<&'static str, Only>) -> Result<Self> {
        let schema = self.context.catalog("lake").and_then(|catalog| catalog.schema("main"));
        let whole = schema.ok_or_else(|| Error::Query("the lake has no schema `main`".to_owned()))?;
        let catalog = MemoryCatalogProvider::new();
        catalog.register_schema("main", Arc::new(Narrowed { whole, only }))?;
        let context =
            SessionContext::new_with_config_rt(self.context.copied_config(), self.context.runtime_env());
        context.register_catalog("lake", Arc::new(catalog));
        Ok(Self { context, snapshot: self.snapshot })
    }
}

/// The tables of a lake, some behind a condition.
#[derive(Debug)]
struct Narrowed {
    whole: Arc<dyn SchemaProvider>,
    only: BTreeMap<&'static str, Only>,
}

#[async_trait]
impl SchemaProvider for Narrowed {
    fn table_names(&self) -> Vec<String> {
        self.whole.table_names()
    }

    async fn table(&self, name: &str) -> Planned<Option<Arc<dyn TableProvider>>> {
        let Some(table) = self.whole.table(name).await? else { return Ok(None) };
        // Names of tables are written in any case.
        let Some(only) = self.only.get(name.to_lowercase().as_str()) else { return Ok(Some(table)) };
        let scan = LogicalPlanBuilder::scan(name, provider_as_source(table), None)?;
        let plan = scan.filter(only.condition())?.build()?;
        Ok(Some(Arc::new(ViewTable::new(plan, None))))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.whole.table_exist(name)
    }
}
