//! Who asks: by session, by API token, as the demo's user, or nobody; and how far they may go.

use crate::cookie;
use crate::site::Site;
use axum::http::{HeaderMap, HeaderValue, header};
use refresh::{Extent, Sight};
use std::sync::Arc;
use store::policy::{Action, Reach, Resource, reach};
use store::{Actor, By, Secret, Token, User};

/// Somebody who is known.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    /// The user, or the token's owner.
    pub(crate) user: User,
    pub(crate) via: Via,
}

/// How they are known.
#[derive(Debug, Clone)]
pub(crate) enum Via {
    /// By a session of this number, and its secret.
    Session(i64, Secret),
    /// Whoever comes to a demo.
    Demo,
    /// By an API token.
    Token(Token),
}

/// Who sends a request.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// Who has not logged in.
    Nobody,
    /// Who shows an API token that does not work.
    Refused,
    /// Somebody who is known.
    Known(Arc<Who>),
}

impl Who {
    /// How far they may go.
    pub(crate) fn reach(&self, resource: Resource, action: Action) -> Reach {
        match &self.via {
            Via::Token(token) => token.reach(resource, action),
            Via::Session(..) | Via::Demo => reach(&self.user.grants, resource, action),
        }
    }

    /// Whether they may do this to anything at all.
    pub(crate) fn may(&self, resource: Resource, action: Action) -> bool {
        self.reach(resource, action) != Reach::Nothing
    }

    /// As the audit log names them.
    pub(crate) fn by(&self, at_us: i64) -> By {
        let actor = match &self.via {
            Via::Token(token) => Actor::Token(token.id),
            Via::Session(..) | Via::Demo => Actor::User(self.user.id),
        };
        By { actor, at_us }
    }

    /// What they may see beside figures, and customers by number.
    pub(crate) fn sight(&self) -> Sight {
        let of = |resource| extent(self.reach(resource, Action::Read));
        Sight { personal: of(Resource::PersonalData), imports: of(Resource::Imports) }
    }
}

fn extent(reach: Reach) -> Extent {
    match reach {
        Reach::Nothing => Extent::Nothing,
        Reach::Departments(departments) => Extent::Departments(departments),
        Reach::Everything => Extent::Everything,
    }
}

/// The API token in an `Authorization`; `None` for one that is none of ours.
fn bearer(sent: &HeaderValue) -> Option<Secret> {
    let (scheme, token) = sent.to_str().ok()?.split_once(' ')?;
    Secret::parse(token.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"))
}

impl Site {
    /// Who sends these headers. Where an `Authorization` is sent it alone counts: what programs send needs no
    /// protection against other pages, so it must not be able to borrow a session.
    pub(crate) async fn caller(&self, headers: &HeaderMap) -> store::Result<Caller> {
        let now_us = self.now_us();
        if let Some(sent) = headers.get(header::AUTHORIZATION) {
            let Some(secret) = bearer(sent) else { return Ok(Caller::Refused) };
            let found = self.store.token(&secret, now_us).await?;
            let known = |token: Token| Who { user: token.owner.clone(), via: Via::Token(token) };
            return Ok(found.map_or(Caller::Refused, |token| Caller::Known(Arc::new(known(token)))));
        }
        if let Some(secret) = cookie::sent(headers, &self.reached)
            && let Some(session) = self.store.session(&secret, now_us).await?
        {
            let via = Via::Session(session.id, secret);
            return Ok(Caller::Known(Arc::new(Who { user: session.user, via })));
        }
        if let Some(id) = self.demo
            && let Some(user) = self.store.user(id).await?.filter(|user| user.disabled_at_us.is_none())
        {
            return Ok(Caller::Known(Arc::new(Who { user, via: Via::Demo })));
        }
        Ok(Caller::Nobody)
    }
}
