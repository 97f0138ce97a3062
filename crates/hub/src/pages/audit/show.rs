//! `/settings/audit`: the log, newest first, by who, what and when.

use super::{Asked, EXPORT, PATH};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame};
use crate::pages::people;
use crate::{Hub, links};
use maud::{Markup, html};
use report::{calendar, number};
use store::policy::{Action, Resource};
use store::{AuditRow, Head, User, Verb};

/// Rows on one page.
const LIMIT: i64 = 100;
/// Letters of a detail shown; the export has all.
const DETAIL: usize = 160;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// What was asked for.
    pub asked: Asked,
    /// Rows, newest first.
    pub rows: Vec<AuditRow>,
    /// The end of the log.
    pub head: Head,
    /// Everybody, to tell names.
    pub users: Vec<User>,
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let frame = hub.frame(hub.reader.edition().await?);
    let store = &hub.site.store;
    let rows = store.audit_sought(asked.sought(&frame.zone)?, LIMIT).await?;
    let (head, users) = (store.audit_head().await?, store.users().await?);
    Ok(page(&View { frame, asked, rows, head, users }))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let last = view.rows.last().map(|row| row.seq);
    let content = html! {
        p { "Rows are only ever added, each bound to the one before by its hash. " code { "kept audit verify" } " finds the first one that was changed. The end of the log, to be written down elsewhere: "
            span.code.head { (view.head) }
        }
        (filter(view))
        @if view.rows.is_empty() { (layout::empty("No row fits.", "")) }
        @else { (layout::scroller("Audit log", &table(view))) }
        nav.pager aria-label="Parts of the log" {
            @if view.asked.before.is_some() { a href=(view.asked.address(PATH, None)) { "← Newest" } }
            @if let Some(last) = last.filter(|_| view.rows.len() as i64 == LIMIT) {
                a rel="next" href=(view.asked.address(PATH, Some(last))) { "Earlier →" }
            }
        }
    };
    people::page(&view.frame, PATH, &sentence(view), &content)
}

fn sentence(view: &View) -> String {
    let rows = usize::try_from(view.head.seq).unwrap_or(usize::MAX);
    let told = format!("The log holds {}", number::counted(rows, "row", "rows"));
    match view.rows.first() {
        Some(newest) if view.asked == Asked::default() => {
            format!("{told}, the newest of {}.", calendar::minute(newest.at_us, &view.frame.zone))
        }
        _ => format!("{told}."),
    }
}

fn filter(view: &View) -> Markup {
    let asked = &view.asked;
    html! {
        form.filter method="get" action=(PATH) {
            label { span { "Who" }
                select name="actor" {
                    option value="" { "Anybody" }
                    @for user in &view.users {
                        @let actor = format!("user:{}", user.id.0);
                        option value=(actor) selected[actor == asked.actor] { (user.name) }
                    }
                    @for other in ["visitor", "system"] { option value=(other) selected[other == asked.actor] { (other) } }
                    @if asked.actor.starts_with("token:") { option value=(asked.actor) selected { (asked.actor) } }
                }
            }
            label { span { "Did" }
                select name="verb" {
                    option value="" { "Anything" }
                    @for verb in Verb::ALL { option value=(verb.as_str()) selected[verb.as_str() == asked.verb] { (verb.as_str()) } }
                }
            }
            label { span { "To what begins with" } input type="text" name="object" value=(asked.object) placeholder="customer:018f…" maxlength="100" autocomplete="off" spellcheck="false"; }
            label { span { "From" } input type="date" name="from" value=(asked.from); }
            label { span { "Until" } input type="date" name="until" value=(asked.until); }
            button.keep type="submit" { "Show" }
            @if view.frame.may(Resource::Audit, Action::Export) {
                a href=(asked.address(EXPORT, None)) { "As a CSV file" }
            }
        }
    }
}

fn table(view: &View) -> Markup {
    html! {
        table.audit {
            thead { tr { th.n scope="col" { "Row" } th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "Did" } th scope="col" { "To what" } th scope="col" { "Detail" } } }
            tbody { @for row in &view.rows { tr {
                th.n scope="row" { (number::count(row.seq)) }
                td.when { (calendar::minute(row.at_us, &view.frame.zone)) }
                td { (who(view, &row.actor)) }
                td.when { (row.verb) }
                td { (what(view, &row.object)) }
                td.wrap { (cut(&row.detail)) }
            } } }
        }
    }
}

/// An actor by name, where it has one.
fn who(view: &View, actor: &str) -> Markup {
    let name = user_of(view, actor).map_or(actor, |user| user.name.as_str());
    let asked = Asked { actor: actor.to_owned(), ..Asked::default() };
    html! { a href=(asked.address(PATH, None)) { bdi { (name) } } }
}

/// An object; customers lead to their page, if one may go there.
fn what(view: &View, object: &str) -> Markup {
    let customer = object.strip_prefix("customer:");
    html! {
        @match (customer, user_of(view, object)) {
            (Some(id), _) if view.frame.may(Resource::Customers, Action::Read) => a.code href=(links::customer(id)) { (object) },
            (_, Some(user)) => { (object) " " span.muted { bdi { (user.name) } } }
            _ => span.code { (object) },
        }
    }
}

fn user_of<'a>(view: &'a View, name: &str) -> Option<&'a User> {
    let id: i64 = name.strip_prefix("user:")?.parse().ok()?;
    view.users.iter().find(|user| user.id.0 == id)
}

fn cut(detail: &str) -> String {
    match detail.char_indices().nth(DETAIL) {
        Some((at, _)) => format!("{}…", &detail[..at]),
        None => detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use store::{Grant, UserId};

    #[test]
    fn the_log_names_people_and_leads_to_customers() {
        let row = |seq, actor: &str, object: &str| AuditRow {
            seq,
            at_us: 0,
            actor: actor.into(),
            verb: "saw".into(),
            object: object.into(),
            department: None,
            detail: "<b>".repeat(80),
            hash: [0; 32],
        };
        let user = User {
            id: UserId(7),
            name: "Ann <Ek>".into(),
            email: "ann@x.org".into(),
            grants: vec![Grant::Cco],
            created_at_us: 0,
            disabled_at_us: None,
        };
        let mut rows: Vec<AuditRow> = (0..98).map(|n| row(200 - n, "system", "audit")).collect();
        rows.extend([row(101, "user:7", "customer:018f"), row(100, "visitor", "user:7")]);
        let asked = Asked { object: "c&d".into(), ..Asked::default() };
        let head = Head { seq: 1_200, hash: [1; 32] };
        let view = View { frame: samples::frame(), asked, rows, head, users: vec![user] };
        let told = page(&view).into_string();
        samples::assert_safe(&told);
        for part in [
            "The log holds 1,200\u{a0}rows.",
            "href=\"/customers/018f\"",
            "<bdi>Ann &lt;Ek&gt;</bdi>",
            "/settings/audit/export?object=c%26d\"",
            "/settings/audit?object=c%26d&amp;before=100\"",
            "1200 0101",
            "&lt;b&gt;&lt;…",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}
