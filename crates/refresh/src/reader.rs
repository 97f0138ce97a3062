//! Reading what was published: every answer comes from the newest edition's own snapshot.

mod asset;
mod closings;
mod data;
mod export;
mod identity;
mod journey;
mod life;
mod list;
mod paths;
mod promises;
mod reasons;
mod scorecard;
mod segments;
mod statement;

use crate::edition;
use crate::error::Error;
use crate::inputs::Live;
use crate::view::Edition;
pub use export::Format;
use intake::Home;
use lake::{Access, Lake, View};
use model::config::Config;
use model::definitions::{Definition, definitions};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Reads editions of one home. Shared by every page.
#[derive(Debug)]
pub struct Reader {
    home: Home,
    lake: Lake,
    /// The newest edition known, and the head it was looked up at.
    newest: Mutex<Option<(i64, Arc<Current>)>>,
}

/// The edition everything is read from.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) edition: Edition,
    pub(crate) view: View,
    pub(crate) ordered: View,
}

impl Reader {
    /// Opens a home for reading.
    pub async fn open(home: Home) -> Result<Self, Error> {
        let lake = Lake::open(&home.folder, Access::Read).await?;
        Ok(Self { home, lake, newest: Mutex::new(None) })
    }

    /// The company's config.
    pub fn company(&self) -> &Config {
        &self.home.config
    }

    /// The home folder.
    pub fn folder(&self) -> &Path {
        &self.home.folder
    }

    /// The newest edition; `None` before the first.
    pub async fn edition(&self) -> Result<Option<Edition>, Error> {
        Ok(self.newest().await?.map(|current| current.edition.clone()))
    }

    /// Every edition, newest first.
    pub async fn editions(&self) -> Result<Vec<Edition>, Error> {
        let mut all = edition::all(&self.lake, self.lake.head().await?).await?;
        all.reverse();
        Ok(all)
    }

    /// The definitions under the company's settings.
    pub fn definitions(&self) -> Vec<Definition> {
        definitions(&self.home.config)
    }

    /// The newest edition, opened; looked up again only when something was committed since.
    async fn newest(&self) -> Result<Option<Arc<Current>>, Error> {
        let mut newest = self.newest.lock().await;
        let head = self.lake.head().await?;
        if let Some((seen, current)) = &*newest
            && *seen == head
        {
            return Ok(Some(Arc::clone(current)));
        }
        let Some(edition) = edition::all(&self.lake, head).await?.pop() else {
            return Ok(None);
        };
        if let Some((seen, current)) = &mut *newest
            && current.edition == edition
        {
            *seen = head;
            return Ok(Some(Arc::clone(current)));
        }
        let view = self.lake.view(edition.snapshot).await?;
        Live::read(&self.lake, edition.snapshot, &self.home).await?.put(&view)?;
        let ordered = self.lake.view_in_order(edition.snapshot).await?;
        let current = Arc::new(Current { edition, view, ordered });
        *newest = Some((head, Arc::clone(&current)));
        Ok(Some(current))
    }

    /// The newest edition, or the error that says how to make one.
    async fn current(&self) -> Result<Arc<Current>, Error> {
        self.newest().await?.ok_or(Error::NoEdition)
    }
}

impl Current {
    /// Refuses an edition from before a table was kept.
    fn holds(&self, table: &str) -> Result<(), Error> {
        if self.view.table_names().iter().any(|name| name == table) {
            return Ok(());
        }
        Err(Error::Older { edition: self.edition.edition, table: table.to_owned() })
    }
}
