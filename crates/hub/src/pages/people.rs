//! Others' accounts: who is here, in what role, invited by whom.

pub mod change;
pub mod list;
pub mod show;

use crate::layout::{self, Frame, Place};
use crate::links;
use axum::response::Redirect;
use maud::{Markup, html};
use store::policy::{Action, Resource};
use store::{Grant, Role};

/// Where the list is.
pub(crate) const PATH: &str = "/settings/people";

const TABS: [(&str, &str, Resource); 2] =
    [(PATH, "People", Resource::Users), (super::audit::PATH, "Audit log", Resource::Audit)];

/// A page under settings: its tab, its sentence, its content.
pub(super) fn page(frame: &Frame, path: &str, sentence: &str, content: &Markup) -> Markup {
    let name = TABS.iter().find(|(other, ..)| *other == path).map_or("Settings", |(_, name, _)| name);
    let content = html! {
        nav.tabs aria-label="Settings" {
            @for (href, name, resource) in TABS {
                @if frame.may(resource, Action::Read) {
                    a href=(href) aria-current=[(href == path).then_some("page")] { (name) }
                }
            }
        }
        div.lead { p.eyebrow { "Settings · " (name) } h1 { (sentence) } }
        (content)
    };
    layout::page(frame, Place::Settings, name, &content)
}

/// `lead of Web shop and CCO`; departments by id and name.
pub(crate) fn told_grants(grants: &[Grant], departments: &[(String, String)]) -> String {
    let named = |id: &str| {
        departments
            .iter()
            .find(|(other, _)| other == id)
            .map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    };
    let told: Vec<String> = grants
        .iter()
        .map(|grant| match (grant.role(), grant.department()) {
            (Role::Cco, _) => "CCO".to_owned(),
            (role, Some(id)) => format!("{} of {}", role.as_str(), named(id)),
            (role, None) => role.as_str().to_owned(),
        })
        .collect();
    match told.as_slice() {
        [] => "nobody: no role yet".to_owned(),
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => told.concat(),
    }
}

/// The fields that give roles: one of the whole company each, and one for each department.
fn role_fields(departments: &[(String, String)], grants: &[Grant]) -> Markup {
    const WHOLE: [(Grant, &str, &str); 3] = [
        (Grant::Reader, "reader", "reader: figures, and customers by number"),
        (Grant::Cco, "cco", "CCO: everything about customers, decides and closes"),
        (Grant::Admin, "admin", "admin: people, settings, the audit log; no customer"),
    ];
    html! {
        fieldset {
            legend { "In the whole company" }
            @for (grant, value, told) in WHOLE {
                label.choice { input type="checkbox" name="role" value=(value) checked[grants.contains(&grant)]; (told) }
            }
        }
        @if !departments.is_empty() {
            fieldset {
                legend { "In departments: members see what their department knows of customers; leads speak for it" }
                div.departments { @for (id, name) in departments {
                    label { span { (name) }
                        select name=(format!("in-{id}")) {
                            option value="" { "–" }
                            option value="member" selected[grants.contains(&Grant::Member(id.clone()))] { "member" }
                            option value="lead" selected[grants.contains(&Grant::Lead(id.clone()))] { "lead" }
                        }
                    }
                } }
            }
        }
    }
}

/// The roles that a form gives; of departments only those that there are.
fn roles_of(sent: &[(String, String)], departments: &[(String, String)]) -> Vec<Grant> {
    let mut grants = Vec::new();
    for (name, value) in sent {
        let department =
            name.strip_prefix("in-").filter(|id| departments.iter().any(|(other, _)| other == id));
        match (name.as_str(), value.as_str(), department) {
            ("role", "reader", _) => grants.push(Grant::Reader),
            ("role", "cco", _) => grants.push(Grant::Cco),
            ("role", "admin", _) => grants.push(Grant::Admin),
            (_, "member", Some(id)) => grants.push(Grant::Member(id.to_owned())),
            (_, "lead", Some(id)) => grants.push(Grant::Lead(id.to_owned())),
            _ => {}
        }
    }
    grants
}

/// Back to a page, which says what was done.
fn done(path: &str, code: &str) -> Redirect {
    Redirect::to(&links::address(path, &[("said", code)]))
}

/// What was just done, by its code.
fn said(code: Option<&str>) -> Markup {
    const SAID: [(&str, &str); 4] = [
        ("roles", "The roles are changed. They count from the next click on."),
        ("disabled", "The account is closed. Its sessions ended, its tokens and links work no longer."),
        ("enabled", "The account is open again."),
        ("withdrawn", "The invitation works no longer."),
    ];
    let told = SAID.iter().find(|(other, _)| Some(*other) == code);
    html! { @if let Some((_, told)) = told { p.notice role="status" { (told) } } }
}

/// A link that was just made, shown this once.
fn link_made(link: &str, what: &str) -> Markup {
    html! {
        div.notice role="status" {
            p { strong { (what) " " } "Send it yourself, by a way that you trust; it is shown this once and works once." }
            pre { code { (link) } }
        }
    }
}

/// The company's departments by id and name.
fn departments(hub: &crate::Hub) -> Vec<(String, String)> {
    hub.reader.company().departments.iter().map(|one| (one.id.get_ref().clone(), one.name.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<(String, String)> {
        vec![("web".to_owned(), "Web shop".to_owned()), ("care".to_owned(), "Care".to_owned())]
    }

    #[test]
    fn roles_come_back_from_the_form_they_were_shown_in() {
        let grants = [Grant::Reader, Grant::Member("web".to_owned()), Grant::Lead("care".to_owned())];
        let shown = role_fields(&known(), &grants).into_string();
        for part in ["value=\"reader\" checked", "value=\"member\" selected", "value=\"lead\" selected"] {
            assert_eq!(shown.matches(part).count(), 1, "{part}: {shown}");
        }
        let sent = [
            ("role", "reader"),
            ("in-web", "member"),
            ("in-care", "lead"),
            ("in-gone", "lead"),
            ("x", "lead"),
        ];
        let sent = sent.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(roles_of(&sent, &known()), grants);
        assert!(roles_of(&[("role".to_owned(), "root".to_owned())], &known()).is_empty());
    }

    #[test]
    fn roles_are_told_in_words() {
        let told = |grants: &[Grant]| told_grants(grants, &known());
        assert_eq!(told(&[]), "nobody: no role yet");
        assert_eq!(told(&[Grant::Cco]), "CCO");
        assert_eq!(
            told(&[Grant::Lead("web".to_owned()), Grant::Cco, Grant::Admin]),
            "lead of Web shop, CCO and admin"
        );
    }
}
