//! `/settings/people`: everybody with an account or an invitation.

use super::{PATH, departments, link_made, role_fields, said, told_grants};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame};
use crate::{Hub, links};
use maud::{Markup, html};
use report::{calendar, number};
use serde::Deserialize;
use store::policy::{Action, Resource};
use store::{Link, Purpose, User};

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
    /// Everybody, closed accounts too.
    pub users: Vec<User>,
    /// Invitations that can still be followed.
    pub invitations: Vec<Link>,
    /// Department ids and names.
    pub departments: Vec<(String, String)>,
    /// Where an invitation leads that was just made.
    pub made: Option<String>,
    /// Code of what was just done.
    pub said: Option<String>,
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    Ok(page(&view(&hub, asked.said, None).await?))
}

pub(super) async fn view(hub: &Hub, said: Option<String>, made: Option<String>) -> Result<View, Failure> {
    let store = &hub.site.store;
    Ok(View {
        frame: hub.frame(hub.reader.edition().await?),
        users: store.users().await?,
        invitations: store.invitations(hub.now_us()).await?,
        departments: departments(hub),
        made,
        said,
    })
}

/// The page.
pub fn page(view: &View) -> Markup {
    let may_change = view.frame.may(Resource::Users, Action::Change);
    let content = html! {
        (said(view.said.as_deref()))
        @if let Some(link) = &view.made { (link_made(link, "The invitation.")) }
        (layout::scroller("People", &table(view)))
        @if !view.invitations.is_empty() { (invitations(view, may_change)) }
        @if may_change {
            section {
                h2 { "Invite somebody" }
                form.entry method="post" action="/settings/people/invite" {
                    label { span { "E-mail" } input type="email" name="email" required maxlength="254" autocomplete="off"; }
                    (role_fields(&view.departments, &[]))
                    div.answers { button type="submit" { "Make an invitation" } }
                }
            }
        }
    };
    super::page(&view.frame, PATH, &sentence(view), &content)
}

fn sentence(view: &View) -> String {
    let open = view.users.iter().filter(|user| user.disabled_at_us.is_none()).count();
    let invited = match view.invitations.len() {
        0 => String::new(),
        n => format!("; {} open", number::counted(n, "invitation is", "invitations are")),
    };
    let verb = if open == 1 { "has" } else { "have" };
    format!("{} {verb} an account{invited}.", number::counted(open, "person", "people"))
}

fn table(view: &View) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "Name" } th scope="col" { "Is here as" } th scope="col" { "E-mail" } th scope="col" { "Since" } th scope="col" { "Account" } } }
            tbody { @for user in &view.users { tr {
                th.name scope="row" { a href=(links::person(user.id)) { bdi { (user.name) } } }
                td.wrap { (told_grants(&user.grants, &view.departments)) }
                td.mail { bdi { (user.email) } }
                td.when { (calendar::minute(user.created_at_us, &view.frame.zone)) }
                td { @if user.disabled_at_us.is_some() { span.state.off { "Closed" } } @else { span.state { "Open" } } }
            } } }
        }
    }
}

fn invitations(view: &View, may_change: bool) -> Markup {
    let table = html! {
        table {
            thead { tr { th scope="col" { "E-mail" } th scope="col" { "Will be here as" } th scope="col" { "Works until" } td {} } }
            tbody { @for link in &view.invitations {
                @if let Purpose::Invitation { email, grants } = &link.purpose {
                    tr {
                        th scope="row" { bdi { (email) } }
                        td.wrap { (told_grants(grants, &view.departments)) }
                        td.when { (calendar::minute(link.expires_at_us, &view.frame.zone)) }
                        td { @if may_change {
                            form.line method="post" action="/settings/people/withdraw" {
                                input type="hidden" name="id" value=(link.id);
                                button type="submit" { "Withdraw" }
                            }
                        } }
                    }
                }
            } }
        }
    };
    html! { section { h2 { "Invitations" } (layout::scroller("Invitations", &table)) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use store::{Grant, UserId};

    #[test]
    fn everybody_is_listed_and_only_who_may_changes_anything() {
        let user = |id, name: &str, disabled_at_us| User {
            id: UserId(id),
            name: name.into(),
            email: "a@x.org".into(),
            grants: vec![Grant::Member("web".into())],
            created_at_us: 0,
            disabled_at_us,
        };
        let purpose = Purpose::Invitation { email: "bo@x.org".into(), grants: vec![Grant::Reader] };
        let view = View {
            frame: samples::frame(),
            users: vec![user(1, "Ann <Ek>", None), user(2, "Bo", Some(3))],
            invitations: vec![Link { id: 4, purpose, expires_at_us: 9 }],
            departments: vec![("web".into(), "Web & shop".into())],
            made: None,
            said: Some("withdrawn".into()),
        };
        let told = page(&view).into_string();
        samples::assert_safe(&told);
        for part in [
            "1\u{a0}person has an account; 1\u{a0}invitation is open.",
            "href=\"/settings/people/1\"",
            "member of Web &amp; shop",
            "Closed",
            "bo@x.org",
            "/settings/people/withdraw",
            "/settings/people/invite",
            "works no longer",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
        let viewer = crate::layout::Viewer { grants: vec![Grant::Cco], ..samples::viewer() };
        let frame = Frame { viewer: Some(viewer), ..samples::frame() };
        let told = page(&View { frame, ..view }).into_string();
        assert!(!told.contains("people/invite") && !told.contains("people/withdraw"));
    }
}
