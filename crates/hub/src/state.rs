//! What every handler works with: the data as far as its caller may see them, and everything a page shows read from one
//! edition.

use crate::error::Failure;
use crate::gate;
use crate::layout::{Frame, Viewer};
use crate::site::Site;
use crate::who::{Caller, Via, Who};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use model::config::Unit;
use refresh::view::Edition;
use refresh::{Extent, Reader};
use std::sync::Arc;
use store::policy::{Action, Resource};
use store::{Deed, Verb};

/// What a handler works with; made for each request of somebody who is known.
#[derive(Debug, Clone)]
pub struct Hub {
    /// Where everything is read from, as far as the caller may see.
    pub reader: Reader,
    pub(crate) site: Arc<Site>,
    pub(crate) who: Arc<Who>,
}

/// How often a page is read again when editions are published while it is read.
const READS: usize = 3;

impl FromRequestParts<Arc<Site>> for Hub {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Failure> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::Known(who)) => Ok(Self::of(site, who)),
            _ => Err(gate::unknown()),
        }
    }
}

impl Hub {
    /// For somebody who is known.
    pub(crate) fn of(site: &Arc<Site>, who: &Arc<Who>) -> Self {
        let reader = site.reader.seen_with(who.sight());
        Self { reader, site: Arc::clone(site), who: Arc::clone(who) }
    }

    /// Now, UTC microseconds.
    pub(crate) fn now_us(&self) -> i64 {
        self.site.now_us()
    }

    /// Whether the caller may do this to anything at all.
    pub(crate) fn may(&self, resource: Resource, action: Action) -> bool {
        self.who.may(resource, action)
    }

    /// What surrounds a page of an edition.
    pub(crate) fn frame(&self, edition: Option<Edition>) -> Frame {
        let config = self.reader.company();
        Frame {
            company: config.company.name.clone(),
            currency: config.company.currency,
            zone: config.zone(),
            edition,
            viewer: Some(Viewer {
                name: self.who.user.name.clone(),
                is_demo: matches!(self.who.via, Via::Demo),
                grants: self.who.user.grants.clone(),
            }),
        }
    }

    /// Whether the company counts accounts: keys and decisions alone say who is one.
    pub(crate) fn counts_accounts(&self) -> bool {
        self.reader.company().company.customer == Unit::Account
    }

    /// Notes what the caller did, before they are told of it.
    pub(crate) async fn note(&self, verb: Verb, object: &str, detail: &str) -> Result<(), Failure> {
        let deed = Deed { verb, object, department: None, detail };
        self.site.store.record(deed, self.who.by(self.now_us())).await?;
        Ok(())
    }

    /// Notes that the caller is shown personal data of an object; nothing where they are shown none.
    pub(crate) async fn saw(&self, object: &str, detail: &str) -> Result<(), Failure> {
        if self.reader.sight().personal == Extent::Nothing {
            return Ok(());
        }
        self.note(Verb::Saw, object, detail).await
    }

    /// Notes that the caller is shown names of customers with these ids.
    pub(crate) async fn saw_list<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
        /// Ids told at most; how many there were is told always.
        const TOLD: usize = 200;
        let ids: Vec<&str> = ids.collect();
        if ids.is_empty() {
            return Ok(());
        }
        let told = ids[..ids.len().min(TOLD)].join(" ");
        let more = if ids.len() > TOLD { " …" } else { "" };
        self.saw("customers", &format!("{}: {told}{more}", ids.len())).await
    }

    /// Reads with `load`, again when another edition was published meanwhile, so that a page shows one edition.
    /// `None` when there is no edition yet.
    pub(crate) async fn at_one_edition<T, F>(
        &self,
        load: impl Fn() -> F,
    ) -> Result<Option<(Edition, T)>, Failure>
    where
        F: Future<Output = Result<T, refresh::Error>>,
    {
        let mut before = self.reader.edition().await?;
        for _ in 0..READS {
            let Some(edition) = before else {
                return Ok(None);
            };
            let loaded = load().await?;
            let after = self.reader.edition().await?;
            if after.as_ref() == Some(&edition) {
                return Ok(Some((edition, loaded)));
            }
            before = after;
        }
        Err(Failure::busy())
    }
}
