//! The workshop: silos, imports, rejected rows, free SQL.

use super::Reader;
use crate::error::Error;
use crate::view::{Answer, Feed, Import, Page, Reject, Silo};
use arrow::array::{Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use intake::{Imports, Status};
use lake::{Limits, column};
use model::config::Source;

impl Reader {
    /// The silos of the config with their feeds, and what was imported from each up to now.
    pub async fn silos(&self) -> Result<Vec<Silo>, Error> {
        let imports = Imports::read(&self.lake, self.lake.head().await?).await?;
        let config = self.company();
        let owner = |id: &str| {
            config
                .departments
                .iter()
                .find(|d| d.id.get_ref() == id)
                .map_or(id, |d| d.name.as_str())
                .to_owned()
        };
        let silo = |silo: &model::config::Silo| Silo {
            id: silo.id.get_ref().clone(),
            name: silo.name.clone(),
            owner: owner(silo.owner.get_ref()),
            feeds: silo.feeds.iter().map(|feed| told(&imports, silo.id.get_ref(), feed)).collect(),
        };
        Ok(config.silos.iter().map(silo).collect())
    }

    /// Imports that may be seen, as they stand now, newest first.
    pub async fn imports(&self, offset: usize, limit: usize) -> Result<Page<Import>, Error> {
        let imports = Imports::read(&self.lake, self.lake.head().await?).await?;
        let row = |import: &intake::Import| Import {
            id: format!("{:016x}", import.id),
            status: import.status.name().to_owned(),
            at_us: import.at_us,
            silo: import.silo.clone(),
            feed: import.feed.clone(),
            files: import.files.clone(),
            rows: import.counts.rows,
            records: import.counts.records,
            events: import.counts.events,
            rejects: import.counts.rejects,
        };
        let seen: Vec<&intake::Import> =
            imports.all().iter().rev().filter(|import| self.sees_import(import)).collect();
        let rows = seen.iter().copied().skip(offset).take(limit).map(row).collect();
        Ok(Page { total: seen.len(), rows })
    }

    fn sees_import(&self, import: &intake::Import) -> bool {
        self.sight.imports.covers(self.company(), &import.silo)
    }

    /// Rejected rows of the live imports that may be seen, by silo, feed, file and line.
    pub async fn rejects(&self, offset: usize, limit: usize) -> Result<Page<Reject>, Error> {
        let head = self.lake.head().await?;
        let imports = Imports::read(&self.lake, head).await?;
        let live = imports.live().filter(|import| self.sees_import(import));
        let live: Vec<String> = live.map(|import| import.id.to_string()).collect();
        if live.is_empty() {
            return Ok(Page { total: 0, rows: Vec::new() });
        }
        let view = self.lake.view(head).await?;
        let from = format!("from rejects where import_id in ({})", live.join(", "));
        let total = view.table(&format!("select count(*) as n {from}")).await?;
        let total = column::<Int64Array>(&total, "n")?.value(0) as usize;
        let sql = format!("select * {from} order by import_id, file, line limit {limit} offset {offset}");
        let mut rows = rejects(&view.table(&sql).await?, &imports)?;
        for row in &mut rows {
            row.raw.take_if(|_| !self.sight.personal.covers(self.company(), &row.silo));
        }
        Ok(Page { total, rows })
    }

    /// Runs one `SELECT` on the newest edition and gives its answer as text. Sees everything.
    pub async fn sql(&self, text: &str, row_limit: usize) -> Result<Answer, Error> {
        self.sight.whole()?;
        let current = self.current().await?;
        let limits = Limits { rows: row_limit, ..Limits::default() };
        let table = self.lake.console(current.edition.snapshot, text, limits).await?;
        let columns = table.schema.fields().iter().map(|field| field.name().clone()).collect();
        let mut rows = Vec::new();
        for batch in &table.batches {
            rows.extend(cells(batch)?);
        }
        Ok(Answer { columns, rows, cut: table.cut })
    }
}

fn told(imports: &Imports, silo: &str, feed: &model::config::Feed) -> Feed {
    let id = feed.id.get_ref();
    let live: Vec<&intake::Import> =
        imports.live().filter(|import| import.silo == silo && import.feed == *id).collect();
    let sum = |part: fn(&intake::Import) -> u64| live.iter().map(|import| part(import)).sum();
    let source = match feed.source() {
        Some(Source::Preset(preset)) => preset.to_owned(),
        Some(Source::Columns(_)) => "column map".to_owned(),
        Some(Source::Sql(_)) => "SQL".to_owned(),
        None => String::new(),
    };
    Feed {
        id: id.clone(),
        source,
        imports: live.len(),
        records: sum(|import| import.counts.records),
        events: sum(|import| import.counts.events),
        rejects: sum(|import| import.counts.rejects),
        last_us: live.iter().filter(|import| import.status == Status::Done).map(|import| import.at_us).max(),
    }
}

fn rejects(batch: &RecordBatch, imports: &Imports) -> Result<Vec<Reject>, Error> {
    let (id, line) = (column::<UInt64Array>(batch, "import_id")?, column::<UInt64Array>(batch, "line")?);
    let text = |name| column::<StringArray>(batch, name);
    let (file, at, reason, raw) = (text("file")?, text("column")?, text("reason")?, text("raw")?);
    let reject = |row: usize| {
        let import = imports.all().iter().find(|import| import.id == id.value(row));
        Reject {
            silo: import.map_or_else(String::new, |import| import.silo.clone()),
            feed: import.map_or_else(String::new, |import| import.feed.clone()),
            file: file.value(row).to_owned(),
            line: line.value(row),
            column: at.value(row).to_owned(),
            reason: reason.value(row).to_owned(),
            raw: Some(raw.value(row).to_owned()),
        }
    };
    Ok((0..batch.num_rows()).map(reject).collect())
}

fn cells(batch: &RecordBatch) -> Result<Vec<Vec<Option<String>>>, Error> {
    let options = FormatOptions::default();
    let columns = batch.columns();
    let formats = columns
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options))
        .collect::<Result<Vec<_>, _>>()?;
    let cell = |row: usize, at: usize| columns[at].is_valid(row).then(|| formats[at].value(row).to_string());
    Ok((0..batch.num_rows()).map(|row| (0..columns.len()).map(|at| cell(row, at)).collect()).collect())
}
