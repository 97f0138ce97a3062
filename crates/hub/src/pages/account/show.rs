//! `/account`: who one is here, and what is logged in as one.

use super::PATH;
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::entry::new_password;
use crate::pages::people::told_grants;
use crate::who::Via;
use crate::{Hub, links};
use maud::{Markup, html};
use report::calendar;
use serde::Deserialize;
use store::policy::{Action, Resource, Scope};
use store::{SessionRow, TokenRow, User};

/// What was just done; addresses carry this code alone.
const SAID: [(&str, &str); 4] = [
    ("name", "Your name and e-mail are changed."),
    ("password", "Your password is changed. All other sessions ended."),
    ("session", "The session ended."),
    ("token", "The token works no longer."),
];

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Code of what was just done.
    pub said: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// Oneself.
    pub user: User,
    /// Whether one logs in by a password here; the demo's user does not.
    pub has_password: bool,
    /// The session of this browser.
    pub session: Option<i64>,
    /// All sessions.
    pub sessions: Vec<SessionRow>,
    /// Tokens, also those that work no longer.
    pub tokens: Vec<TokenRow>,
    /// A token that was just made, shown this once.
    pub made: Option<String>,
    /// Code of what was just done.
    pub said: Option<String>,
    /// Now, UTC microseconds.
    pub now_us: i64,
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    Ok(page(&view(&hub, asked.said, None).await?))
}

pub(super) async fn view(hub: &Hub, said: Option<String>, made: Option<String>) -> Result<View, Failure> {
    let user = hub.who.user.clone();
    let now_us = hub.now_us();
    let sessions = hub.site.store.sessions_of(user.id, now_us).await?;
    let mut tokens = hub.site.store.tokens().await?;
    tokens.retain(|token| token.owner == user.id);
    let session = match &hub.who.via {
        Via::Session(id, _) => Some(*id),
        Via::Demo | Via::Token(_) => None,
    };
    let frame = hub.frame(hub.reader.edition().await?);
    let has_password = session.is_some();
    Ok(View { frame, user, has_password, session, sessions, tokens, made, said, now_us })
}

/// The page.
pub fn page(view: &View) -> Markup {
    let said = SAID.iter().find(|(code, _)| Some(*code) == view.said.as_deref());
    let content = html! {
        div.lead {
            p.eyebrow { "Account" }
            h1 { (sentence(view)) }
        }
        @if let Some((_, told)) = said { p.notice role="status" { (told) } }
        @if let Some(token) = &view.made { (made(token)) }
        @if view.has_password {
            (name_and_password(view))
        }
        (sessions(view))
        (tokens(view))
    };
    layout::page(&view.frame, Place::Account, "Account", &content)
}

fn sentence(view: &View) -> String {
    let departments = Vec::new();
    format!("{} is here as {}.", view.user.name, told_grants(&view.user.grants, &departments))
}

fn made(token: &str) -> Markup {
    html! {
        div.notice role="status" {
            p { strong { "Your new token. " } "Copy it now; it is shown this once." }
            pre { code { (token) } }
            p { "Programs send it as " code { "Authorization: Bearer TOKEN" } "." }
        }
    }
}

fn name_and_password(view: &View) -> Markup {
    html! {
        section {
            h2 { "Name and e-mail" }
            form.entry method="post" action="/account/name" {
                label { span { "Name, as others see it" } input type="text" name="name" value=(view.user.name) required maxlength="200" autocomplete="name"; }
                label { span { "E-mail, to log in with" } input type="email" name="email" value=(view.user.email) required maxlength="254" autocomplete="username"; }
                label { span { "Your password, since whoever has the e-mail could ask for a new one" } input type="password" name="password" required maxlength="256" autocomplete="current-password"; }
                div.answers { button type="submit" { "Save" } }
            }
        }
        section {
            h2 { "Password" }
            form.entry method="post" action="/account/password" {
                label { span { "The one you have" } input type="password" name="old" required maxlength="256" autocomplete="current-password"; }
                (new_password("new", "The new one"))
                div.answers { button type="submit" { "Change" } }
            }
        }
    }
}

fn sessions(view: &View) -> Markup {
    let zone = &view.frame.zone;
    let table = html! {
        table {
            thead { tr { th scope="col" { "Logged in" } th scope="col" { "Last request" } td {} } }
            tbody { @for session in &view.sessions { tr {
                th scope="row" { (calendar::minute(session.started_at_us, zone)) }
                td.when { (calendar::minute(session.seen_at_us, zone)) }
                td {
                    @if Some(session.id) == view.session { span.state { "This one" } }
                    @else {
                        form.line method="post" action="/account/sessions/end" {
                            input type="hidden" name="id" value=(session.id);
                            button type="submit" { "End" }
                        }
                    }
                }
            } } }
        }
    };
    html! {
        @if !view.sessions.is_empty() {
            section {
                h2 { "Sessions" span.muted { " · end after half an hour without a request, or twelve hours" } }
                (layout::scroller("Sessions", &table))
            }
        }
    }
}

/// What each scope lets a program do, and what one must be allowed to give it.
pub(super) const SCOPES: [(Scope, &str, Resource, Action); 4] = [
    (Scope::Figures, "read figures", Resource::Figures, Action::Read),
    (Scope::Customers, "read customers, as far as you may", Resource::Customers, Action::Read),
    (Scope::Work, "read and write cases, initiatives and commitments", Resource::Initiatives, Action::Read),
    (Scope::Ingest, "send events (a write key)", Resource::Ingestion, Action::Change),
];

fn tokens(view: &View) -> Markup {
    html! {
        section {
            h2 { "API tokens" span.muted { " · for programs, in your name and no further than you may go" } }
            @if !view.tokens.is_empty() { (layout::scroller("API tokens", &token_table(view))) }
            form.entry method="post" action="/account/tokens" {
                label { span { "What is it for?" } input type="text" name="name" required maxlength="200" autocomplete="off"; }
                fieldset {
                    legend { "It may" }
                    @for (scope, told, resource, action) in SCOPES {
                        @if view.frame.may(resource, action) {
                            label.choice { input type="checkbox" name="scope" value=(scope.as_str()); (told) }
                        }
                    }
                }
                label { span { "Days it works, at most 366" } input type="number" name="days" value="90" min="1" max="366" required; }
                div.answers { button type="submit" { "Make a token" } }
            }
        }
    }
}

fn token_table(view: &View) -> Markup {
    let zone = &view.frame.zone;
    html! {
        table {
            thead { tr {
                th scope="col" { "Name" } th scope="col" { "For" } th scope="col" { "Made" }
                th scope="col" { "Last used" } th scope="col" { "Works until" } td {}
            } }
            tbody { @for token in &view.tokens { tr {
                th scope="row" { bdi { (token.name) } }
                td { (token.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")) }
                td.when { (calendar::minute(token.created_at_us, zone)) }
                td.when { @match token.last_used_at_us { Some(at) => (calendar::minute(at, zone)), None => "never" } }
                td.when { (calendar::minute(token.expires_at_us, zone)) }
                td {
                    @if token.revoked_at_us.is_some() { span.state.off { "Revoked" } }
                    @else if token.expires_at_us <= view.now_us { span.state.off { "Expired" } }
                    @else {
                        form.line method="post" action="/account/tokens/revoke" {
                            input type="hidden" name="id" value=(token.id.0);
                            button type="submit" { "Revoke" }
                        }
                    }
                }
            } } }
        }
    }
}

/// Back to the page, which says what was done.
pub(super) fn done(code: &str) -> axum::response::Redirect {
    axum::response::Redirect::to(&links::address(PATH, &[("said", code)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use store::{Grant, TokenId, UserId};

    fn view() -> View {
        let token = |id, revoked_at_us| TokenRow {
            id: TokenId(id),
            owner: UserId(7),
            name: "<dash>".into(),
            scopes: vec![Scope::Figures],
            created_at_us: 0,
            expires_at_us: 90,
            last_used_at_us: None,
            revoked_at_us,
        };
        View {
            frame: samples::frame(),
            user: User {
                id: UserId(7),
                name: "Ann <Ek>".into(),
                email: "ann@x.org".into(),
                grants: vec![Grant::Lead("web".into()), Grant::Cco],
                created_at_us: 0,
                disabled_at_us: None,
            },
            has_password: true,
            session: Some(2),
            sessions: [1, 2].map(|id| SessionRow { id, started_at_us: 0, seen_at_us: 9 }).into(),
            tokens: vec![token(1, None), token(2, Some(5))],
            made: Some("ab12".into()),
            said: Some("password".into()),
            now_us: 10,
        }
    }

    #[test]
    fn the_page_shows_sessions_and_tokens_and_says_what_was_done() {
        let told = page(&view()).into_string();
        samples::assert_safe(&told);
        for part in [
            "Ann &lt;Ek&gt; is here as lead of web and CCO.",
            "This one",
            "ab12",
            "Revoked",
            "Your password is changed.",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(told.contains("action=\"/logout\""));
        assert_eq!(told.matches("/account/sessions/end").count(), 1);
        assert_eq!(told.matches("/account/tokens/revoke").count(), 1);
        let demo = View { has_password: false, session: None, sessions: Vec::new(), ..view() };
        assert!(!page(&demo).into_string().contains("/account/password"));
    }
}
