//! `kept users`: accounts and roles from the command line, for the first account and for when nobody gets in.

use crate::people::{self, AMBIENT, by_system};
use crate::table;
use anyhow::Context;
use report::calendar;
use std::path::Path;
use std::process::ExitCode;
use store::{Grant, Store, User, UserId};

/// Accounts and roles.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept users list\n  kept users add ann@example.com --name \"Ann Ek\" --role cco\n  \
                  kept users add bo@example.com --name Bo --role member:support --role lead:web\n  \
                  kept users roles bo@example.com --role reader\n  kept users link bo@example.com\n  \
                  kept users disable bo@example.com"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    people: people::InDatabase,
    /// The address that browsers reach Kept by, for links.
    #[arg(long, global = true, default_value = "http://127.0.0.1:7878", value_name = "ADDRESS")]
    address: String,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// Lists all accounts and their roles.
    List,
    /// Makes an account and prints the link by which its owner sets a password.
    Add {
        /// E-mail, to log in with.
        email: String,
        /// Name, as others see it.
        #[arg(long)]
        name: String,
        /// reader, cco, admin, member:DEPARTMENT or lead:DEPARTMENT; may be said several times.
        #[arg(long, required = true)]
        role: Vec<String>,
    },
    /// Gives an account these roles and no others.
    Roles {
        /// Whose.
        email: String,
        /// reader, cco, admin, member:DEPARTMENT or lead:DEPARTMENT; may be said several times.
        #[arg(long, required = true)]
        role: Vec<String>,
    },
    /// Prints a link by which an account's owner sets a new password.
    Link {
        /// Whose.
        email: String,
    },
    /// Closes an account: sessions end, tokens and links work no longer.
    Disable {
        /// Whose.
        email: String,
    },
    /// Opens a closed account again.
    Enable {
        /// Whose.
        email: String,
    },
}

pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let config = super::open(home)?.config;
    let departments: Vec<&str> = config.departments.iter().map(|one| one.id.get_ref().as_str()).collect();
    let store = people::open(home, &args.people).await?;
    match &args.task {
        Task::List => list(&store.users().await?, &config.zone(), json)?,
        Task::Add { email, name, role } => {
            let grants = grants(role, &departments)?;
            let id = store.add_user(name, email, &grants, by_system()).await?;
            link(&store, id, &args.address, json).await?;
        }
        Task::Roles { email, role } => {
            let grants = grants(role, &departments)?;
            store.set_grants(known(&store, email).await?, &grants, by_system()).await?;
        }
        Task::Link { email } => link(&store, known(&store, email).await?, &args.address, json).await?,
        Task::Disable { email } => store.disable_user(known(&store, email).await?, by_system()).await?,
        Task::Enable { email } => store.enable_user(known(&store, email).await?, by_system()).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(users: &[User], zone: &jiff::tz::TimeZone, json: bool) -> anyhow::Result<()> {
    let roles = |user: &User| user.grants.iter().map(ToString::to_string).collect::<Vec<_>>();
    if json {
        let told = |user: &User| {
            serde_json::json!({
                "id": user.id.0,
                "name": user.name,
                "email": user.email,
                "roles": roles(user),
                "created_at_us": user.created_at_us,
                "disabled_at_us": user.disabled_at_us,
            })
        };
        return super::print_json(&users.iter().map(told).collect::<Vec<_>>());
    }
    let row = |user: &User| {
        let account = if user.disabled_at_us.is_some() { "closed" } else { "open" };
        let since = calendar::minute(user.created_at_us, zone);
        vec![
            user.id.0.to_string(),
            user.name.clone(),
            user.email.clone(),
            roles(user).join(", "),
            since,
            account.to_owned(),
        ]
    };
    let head = [
        ("id", true),
        ("name", false),
        ("e-mail", false),
        ("roles", false),
        ("since", false),
        ("account", false),
    ];
    print!("{}", table::lines(&head, &users.iter().map(row).collect::<Vec<_>>()));
    Ok(())
}

async fn known(store: &Store, email: &str) -> anyhow::Result<UserId> {
    let user = store.user_by_email(email).await?;
    Ok(user.with_context(|| format!("nobody here has the e-mail {email}; see `kept users list`"))?.id)
}

async fn link(store: &Store, user: UserId, address: &str, json: bool) -> anyhow::Result<()> {
    let secret = AMBIENT.secret();
    store.offer_reset(user, &secret, by_system()).await?;
    let link = hub::link(address.trim_end_matches('/'), &secret);
    if json {
        return super::print_json(&serde_json::json!({ "id": user.0, "link": link }));
    }
    println!("the password is set by this link, which works once and for a day:\n  {link}");
    Ok(())
}

/// Roles as they are typed.
fn grants(roles: &[String], departments: &[&str]) -> anyhow::Result<Vec<Grant>> {
    roles.iter().map(|role| grant(role, departments)).collect()
}

fn grant(text: &str, departments: &[&str]) -> anyhow::Result<Grant> {
    let (role, department) = text.split_once(':').unwrap_or((text, ""));
    let grant = match (role, department) {
        ("reader", "") => return Ok(Grant::Reader),
        ("cco", "") => return Ok(Grant::Cco),
        ("admin", "") => return Ok(Grant::Admin),
        ("member", _) => Grant::Member(department.to_owned()),
        ("lead", _) => Grant::Lead(department.to_owned()),
        _ => anyhow::bail!(
            "there is no role `{text}`; write reader, cco, admin, member:DEPARTMENT or lead:DEPARTMENT"
        ),
    };
    if !departments.contains(&department) {
        let near = model::suggest::hint(department, departments.iter().copied());
        anyhow::bail!("there is no department `{department}`{near}; known: {}", departments.join(", "));
    }
    Ok(grant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_typed_and_slips_are_told() {
        let known = ["web", "support"];
        for (text, expected) in [
            ("reader", Some(Grant::Reader)),
            ("cco", Some(Grant::Cco)),
            ("admin", Some(Grant::Admin)),
            ("member:web", Some(Grant::Member("web".to_owned()))),
            ("lead:support", Some(Grant::Lead("support".to_owned()))),
            ("member", None),
            ("lead:suport", None),
            ("cco:web", None),
            ("root", None),
        ] {
            assert_eq!(grant(text, &known).ok(), expected, "{text}");
        }
        let told = grant("lead:suport", &known).expect_err("a slip").to_string();
        assert!(told.contains("did you mean `support`"), "{told}");
    }
}
