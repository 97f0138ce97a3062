//! `kept keys`: the write keys with which programs send events.

use crate::people::{self, AMBIENT};
use crate::{clock, table};
use gate::{KeyRow, NewKey};
use std::path::Path;
use std::process::ExitCode;
use store::{Actor, By, TokenId};

/// Lists the write keys, unless it is told to do something with them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept keys\n  kept keys new --name \"web shop\" --silo web\n  kept keys revoke 3"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    task: Option<Task>,
    #[command(flatten)]
    people: people::InDatabase,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// Makes a key and shows it this one time.
    New(New),
    /// Takes a key back; programs that carry it are refused within ten seconds.
    Revoke {
        /// Its number in the list.
        id: i64,
    },
}

/// A key to be made.
#[derive(Debug, clap::Args)]
struct New {
    /// What it is called in the list: the program that will carry it.
    #[arg(long)]
    name: String,
    /// The silo that its events belong to.
    #[arg(long)]
    silo: String,
    /// E-mail address of the user whose key it is; the first admin when absent.
    #[arg(long)]
    owner: Option<String>,
    /// How many days it works, up to 366.
    #[arg(long, default_value_t = 365)]
    days: u16,
}

pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let home = super::open(home)?;
    let store = people::open(&home.folder, &args.people).await?;
    let now_us = clock::now_us();
    match &args.task {
        None => {
            let keys = gate::keys(&store).await?;
            if json {
                super::print_json(&keys.iter().map(told).collect::<Vec<_>>())?;
            } else {
                print!("{}", lines(&keys, now_us));
            }
        }
        Some(Task::New(new)) => {
            let New { name, silo, owner, days } = new;
            let wanted = NewKey { name, silo, owner: owner.as_deref(), days: *days };
            let secret = AMBIENT.secret();
            let id = gate::add_key(&store, &home.config, wanted, &secret, now_us).await?;
            if json {
                super::print_json(&serde_json::json!({"id": id.0, "silo": silo, "key": secret.text()}))?;
            } else {
                println!("{}", secret.text());
                eprintln!(
                    "key {} of the silo `{silo}` works for {days} days; it is shown this one time. docs/ingestion.md says how \
                     to send with it",
                    id.0
                );
            }
        }
        Some(Task::Revoke { id }) => {
            let by = By { actor: Actor::System, at_us: now_us };
            let revoked = store.revoke_token(TokenId(*id), by).await?;
            anyhow::ensure!(revoked, "there is no key {id} that works; `kept keys` lists them");
            println!("key {id} is taken back");
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn day(at_us: i64) -> String {
    jiff::Timestamp::from_microsecond(at_us)
        .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%d").to_string())
}

fn told(key: &KeyRow) -> serde_json::Value {
    serde_json::json!({
        "id": key.token.id.0,
        "name": key.token.name,
        "silo": key.silo,
        "expires": day(key.token.expires_at_us),
        "last_used": key.token.last_used_at_us.map(day),
        "revoked": key.token.revoked_at_us.map(day),
    })
}

fn lines(keys: &[KeyRow], now_us: i64) -> String {
    if keys.is_empty() {
        return "no write keys; make one: kept keys new --name \"web shop\" --silo web\n".to_owned();
    }
    let head = [("key", true), ("name", false), ("silo", false), ("last used", false), ("", false)];
    let row = |key: &KeyRow| {
        let state = match key.token.revoked_at_us {
            Some(at_us) => format!("taken back {}", day(at_us)),
            None if key.token.expires_at_us <= now_us => format!("expired {}", day(key.token.expires_at_us)),
            None => format!("works until {}", day(key.token.expires_at_us)),
        };
        let used = key.token.last_used_at_us.map_or_else(|| "never".to_owned(), day);
        vec![key.token.id.0.to_string(), key.token.name.clone(), key.silo.clone(), used, state]
    };
    table::lines(&head, &keys.iter().map(row).collect::<Vec<_>>())
}
