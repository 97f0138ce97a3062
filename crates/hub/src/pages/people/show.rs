//! `/settings/people/ID`: one account, its roles, and what an admin does with it.

use super::{PATH, departments, link_made, role_fields, said, told_grants};
use crate::error::{Failure, Wants};
use crate::layout::Frame;
use crate::pages::audit;
use crate::{Hub, links};
use axum::extract::Path;
use maud::{Markup, html};
use report::calendar;
use store::policy::{Action, Resource};
use store::{User, UserId};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// Whose account it is.
    pub user: User,
    /// Department ids and names.
    pub departments: Vec<(String, String)>,
    /// Where a link leads that was just made.
    pub made: Option<String>,
    /// Code of what was just done.
    pub said: Option<String>,
}

pub(crate) async fn get(
    hub: Hub,
    Path(id): Path<i64>,
    Wants(asked): Wants<super::list::Asked>,
) -> Result<Markup, Failure> {
    Ok(page(&view(&hub, UserId(id), asked.said, None).await?))
}

pub(super) async fn view(
    hub: &Hub,
    id: UserId,
    said: Option<String>,
    made: Option<String>,
) -> Result<View, Failure> {
    let user = hub.site.store.user(id).await?.ok_or_else(|| {
        Failure::missing(format!("There is no account {}.", id.0), "Choose one under Settings, People.")
    })?;
    let frame = hub.frame(hub.reader.edition().await?);
    Ok(View { frame, user, departments: departments(hub), made, said })
}

/// The page.
pub fn page(view: &View) -> Markup {
    let user = &view.user;
    let may_change = view.frame.may(Resource::Users, Action::Change);
    let content = html! {
        (said(view.said.as_deref()))
        @if let Some(link) = &view.made { (link_made(link, "The link to a new password.")) }
        dl.facts {
            div { dt { "E-mail" } dd.mail { bdi { (user.email) } } }
            div { dt { "Since" } dd { (calendar::minute(user.created_at_us, &view.frame.zone)) } }
            div { dt { "Account" } dd {
                @match user.disabled_at_us {
                    None => "open",
                    Some(at_us) => { "closed since " (calendar::minute(at_us, &view.frame.zone)) }
                }
            } }
            @if view.frame.may(Resource::Audit, Action::Read) {
                div { dt { "In the audit log" } dd { a href=(audit::of_actor(user.id)) { "What they did" } " · " a href=(audit::of_user(user.id)) { "What was done to the account" } } }
            }
        }
        @if may_change { (changes(view)) }
        p { a href=(PATH) { "Everybody" } }
    };
    let sentence = format!("{} is here as {}.", user.name, told_grants(&user.grants, &view.departments));
    super::page(&view.frame, PATH, &sentence, &content)
}

fn changes(view: &View) -> Markup {
    let address = links::person(view.user.id);
    html! {
        section {
            h2 { "Roles" }
            form.entry method="post" action=(format!("{address}/roles")) {
                (role_fields(&view.departments, &view.user.grants))
                div.answers { button type="submit" { "Give these roles and no others" } }
            }
        }
        section {
            h2 { "Account" }
            @if view.user.disabled_at_us.is_none() {
                div.steps {
                    form.line method="post" action=(format!("{address}/link")) { button type="submit" { "Make a link to a new password" } }
                    form.line method="post" action=(format!("{address}/disable")) { button type="submit" { "Close the account" } }
                }
                p.muted { "Closing ends all sessions at once and can be undone. Nothing is removed: the audit log names the account." }
            } @else {
                form.line method="post" action=(format!("{address}/enable")) { button type="submit" { "Open the account again" } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use store::Grant;

    #[test]
    fn an_account_can_be_closed_while_it_is_open_and_opened_while_it_is_closed() {
        for (disabled_at_us, offered, not) in
            [(None, "/disable", "/enable"), (Some(5), "/enable", "/disable")]
        {
            let user = User {
                id: UserId(7),
                name: "Ann <Ek>".into(),
                email: "ann@x.org".into(),
                grants: vec![Grant::Lead("web".into())],
                created_at_us: 0,
                disabled_at_us,
            };
            let departments = vec![("web".to_owned(), "Web".to_owned())];
            let (made, said) = (Some("http".to_owned() + "s-link"), None);
            let told = page(&View { frame: samples::frame(), user, departments, made, said }).into_string();
            samples::assert_safe(&told);
            assert!(told.contains("Ann &lt;Ek&gt; is here as lead of Web."), "{told}");
            assert!(
                told.contains(&format!("/settings/people/7{offered}")) && !told.contains(&format!("/7{not}"))
            );
        }
    }
}
