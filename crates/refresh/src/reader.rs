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
mod ways;

use crate::edition;
use crate::error::Error;
use crate::inputs::Live;
use crate::sight::{self, Extent, Sight};
use crate::view::Edition;
pub use export::{Format, guarded};
use intake::Home;
use lake::{Access, Lake, View};
use model::config::Config;
use model::definitions::{Definition, definitions};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Reads editions of one home, as far as its [`Sight`] goes. Clones share what was opened.
#[derive(Debug, Clone)]
pub struct Reader {
    home: Arc<Home>,
    lake: Arc<Lake>,
    newest: Arc<Mutex<Option<Newest>>>,
    sight: Sight,
}

/// The newest edition known, for each extent of personal data that somebody asked with.
#[derive(Debug)]
struct Newest {
    /// The head it was looked up at.
    seen: i64,
    live: Live,
    whole: Arc<Current>,
    narrowed: BTreeMap<Extent, Arc<Current>>,
}

/// The edition everything is read from.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) edition: Edition,
    pub(crate) view: View,
    pub(crate) ordered: View,
}

impl Reader {
    /// Opens a home for reading everything.
    pub async fn open(home: Home) -> Result<Self, Error> {
        let lake = Arc::new(Lake::open(&home.folder, Access::Read).await?);
        let (home, newest) = (Arc::new(home), Arc::new(Mutex::new(None)));
        Ok(Self { home, lake, newest, sight: Sight::everything() })
    }

    /// The same home, read as far as this sight goes.
    #[must_use]
    pub fn seen_with(&self, sight: Sight) -> Self {
        Self { sight, ..self.clone() }
    }

    /// How far this reader sees.
    pub const fn sight(&self) -> &Sight {
        &self.sight
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
        if newest.as_ref().is_none_or(|known| known.seen != head) {
            let Some(edition) = edition::all(&self.lake, head).await?.pop() else {
                return Ok(None);
            };
            match &mut *newest {
                Some(known) if known.whole.edition == edition => known.seen = head,
                known => *known = Some(self.opened(edition, head).await?),
            }
        }
        newest.as_mut().map(|newest| self.seen_of(newest)).transpose()
    }

    /// An edition, opened whole.
    async fn opened(&self, edition: Edition, seen: i64) -> Result<Newest, Error> {
        let view = self.lake.view(edition.snapshot).await?;
        let live = Live::read(&self.lake, edition.snapshot, &self.home).await?;
        live.put(&view)?;
        let ordered = self.lake.view_in_order(edition.snapshot).await?;
        let whole = Arc::new(Current { edition, view, ordered });
        Ok(Newest { seen, live, whole, narrowed: BTreeMap::new() })
    }

    /// As much of it as this reader may see.
    fn seen_of(&self, newest: &mut Newest) -> Result<Arc<Current>, Error> {
        let personal = &self.sight.personal;
        if *personal == Extent::Everything {
            return Ok(Arc::clone(&newest.whole));
        }
        if let Some(known) = newest.narrowed.get(personal) {
            return Ok(Arc::clone(known));
        }
        let narrowed = |view| sight::narrowed(view, &newest.live, &self.home.config, personal);
        let (view, ordered) = (narrowed(&newest.whole.view)?, narrowed(&newest.whole.ordered)?);
        newest.live.put(&view)?;
        let current = Arc::new(Current { edition: newest.whole.edition.clone(), view, ordered });
        newest.narrowed.insert(personal.clone(), Arc::clone(&current));
        Ok(current)
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
