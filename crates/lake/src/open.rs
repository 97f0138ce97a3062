//! Opening a lake: the catalog database, the data folder, the writer's lock, the tables.

use crate::catalog::unhurried;
use crate::durable::DurableFiles;
use crate::error::{Error, Result};
use crate::read::View;
use crate::tables::{self, Table};
use crate::write::Mode;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::object_store::ObjectStore;
use datafusion_ducklake::{MetadataProvider, MetadataWriter, SqliteMetadataProvider, SqliteMetadataWriter};
use sqlx::Connection;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Whether a lake is opened to write or only to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Any number of processes may read at a time.
    Read,
    /// One process writes at a time; others wait three seconds, then are told that it is busy.
    Write,
}

/// Memory that sorts, joins and aggregations may hold before they spill to disk, in bytes.
const MEMORY_BYTES: usize = 2 << 30;

/// How often a lake that another process writes to is asked for, and how long in between: for 3 seconds.
const TRIES: u32 = 60;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// The folder of the data files, in the home folder.
const FILES: &str = "lake";

/// An open lake.
pub struct Lake {
    pub(crate) folder: PathBuf,
    pub(crate) provider: Arc<dyn MetadataProvider>,
    pub(crate) writer: Option<SqliteMetadataWriter>,
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) runtime: Arc<RuntimeEnv>,
    /// Held until the lake is closed; the system releases it when the process dies.
    _lock: Option<File>,
}

impl std::fmt::Debug for Lake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lake").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Lake {
    /// Opens the lake in `folder`: `lake.db` (catalog) and `lake/` (Parquet files). With [`Access::Write`] it
    /// is made when missing, and files that no commit ever named are removed.
    pub async fn open(folder: &Path, access: Access) -> Result<Self> {
        unhurried(Self::open_here(folder, access)).await
    }

    async fn open_here(folder: &Path, access: Access) -> Result<Self> {
        let folder = std::path::absolute(folder).map_err(Error::io(folder))?;
        let catalog = folder.join("lake.db");
        if access == Access::Read && !catalog.exists() {
            return Err(Error::Missing(folder));
        }
        let files = folder.join(FILES);
        let lock = match access {
            Access::Read => None,
            Access::Write => {
                std::fs::create_dir_all(&files).map_err(Error::io(&files))?;
                Some(lock(&folder).await?)
            }
        };
        let url = format!("sqlite:{}?mode=rwc", catalog.display());
        let writer = match access {
            Access::Read => None,
            Access::Write => Some(open_writer(&url, &files).await?),
        };
        let provider = SqliteMetadataProvider::new(&url).await?;
        let lake = Self {
            provider: Arc::new(provider),
            writer,
            store: Arc::new(DurableFiles::new()),
            runtime: runtime(&folder, MEMORY_BYTES)?,
            folder,
            _lock: lock,
        };
        if access == Access::Write {
            lake.make_tables().await?;
            lake.sweep_orphans().await?;
        }
        Ok(lake)
    }

    /// The newest snapshot.
    pub async fn head(&self) -> Result<i64> {
        Ok(unhurried(async { self.provider.get_current_snapshot() }).await?)
    }

    /// The folder of the data files.
    pub(crate) fn files(&self) -> PathBuf {
        self.folder.join(FILES)
    }

    pub(crate) fn metadata(&self, what: &'static str) -> Result<&SqliteMetadataWriter> {
        self.writer.as_ref().ok_or(Error::ReadOnly(what))
    }

    /// Makes the tables that are missing, and gives raw ones the columns they lack, each by a commit of no rows. Rows
    /// of before have nulls there; derived tables get theirs when a refresh replaces them.
    async fn make_tables(&self) -> Result<()> {
        let view = self.view(self.head().await?).await?;
        let present = view.table_names();
        for table in tables::all() {
            let note = if !present.iter().any(|name| name == table.name) {
                "make table"
            } else if !table.derived && lacks(&view, &table).await? {
                "add columns"
            } else {
                continue;
            };
            self.put(&table, Mode::Append, note, &[]).await?;
        }
        Ok(())
    }
}

async fn lacks(view: &View, table: &Table) -> Result<bool> {
    let held = view.columns(table.name).await?;
    Ok(table.schema.fields().iter().any(|field| !held.contains(field.name())))
}

/// Takes the lake for this process; waits a little where another has it, since the drain of a server needs it only for
/// a moment now and then.
async fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("lake.lock");
    let file = File::options().create(true).append(true).open(&path).map_err(Error::io(&path))?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => tokio::time::sleep(BETWEEN_TRIES).await,
            Err(std::fs::TryLockError::Error(source)) => return Err(Error::Io { path, source }),
        }
    }
    Err(Error::Busy(folder.to_owned()))
}

/// WAL lets readers go on while a commit is made; synchronous FULL (SQLite's default) makes a commit durable.
async fn open_writer(url: &str, files: &Path) -> Result<SqliteMetadataWriter> {
    let mut connection = sqlx::SqliteConnection::connect(url).await?;
    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut connection).await?;
    connection.close().await?;
    let writer = SqliteMetadataWriter::new_with_init(url).await?;
    if writer.get_data_path().is_err() {
        writer.set_data_path(&files.display().to_string())?;
    }
    let writes_here = writer.get_data_path()?.trim_end_matches('/') == files.display().to_string();
    if !writes_here {
        // The home folder was moved: the catalog names files relative to this path.
        writer.set_data_path(&files.display().to_string())?;
    }
    Ok(writer)
}

/// A runtime whose operators share `memory_bytes` and spill below the lake's own folder.
pub(crate) fn runtime(folder: &Path, memory_bytes: usize) -> Result<Arc<RuntimeEnv>> {
    let spill = folder.join("tmp");
    std::fs::create_dir_all(&spill).map_err(Error::io(&spill))?;
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(memory_bytes)))
        .with_temp_file_path(spill)
        .build_arc()?;
    Ok(runtime)
}
