//! `kept serve`: the pages, who may open them, and the gate through which programs send events.

use crate::people::{self, AMBIENT, by_system};
use anyhow::Context;
use hub::{Reached, Site};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use store::{Grant, Store, User, UserId};

/// Serves the pages until it is stopped.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  kept serve\n  kept serve --bind 127.0.0.1:9000\n  \
                  kept serve --bind 0.0.0.0:7878 --behind-proxy https://kept.example.com")]
pub(crate) struct Args {
    /// Address and port. Any other than of this machine needs accounts and --behind-proxy.
    #[arg(long, default_value = "127.0.0.1:7878")]
    bind: SocketAddr,
    /// Seconds that events wait in the log before they are moved into the lake, unless there are many.
    #[arg(long, default_value_t = 60.0)]
    drain_seconds: f64,
    /// The address by which browsers reach a proxy with TLS in front of Kept; pages answer to this name alone.
    #[arg(long, value_name = "https://NAME")]
    behind_proxy: Option<String>,
    #[command(flatten)]
    people: people::InDatabase,
}

/// Whoever comes to a demo.
const DEMO: (&str, &str) = ("Demo user", "demo@kept.localhost");
/// How often what has run out is removed.
const SWEEP: Duration = Duration::from_hours(1);

pub(crate) async fn run(home: &Path, args: &Args) -> anyhow::Result<ExitCode> {
    let is_here = args.bind.ip().is_loopback();
    anyhow::ensure!(
        is_here || args.behind_proxy.is_some(),
        "{} can be reached by others, who would send passwords in the clear; put a proxy with TLS in front and name \
         it with --behind-proxy https://NAME, or bind to 127.0.0.1",
        args.bind
    );
    anyhow::ensure!((0.01..=86_400.0).contains(&args.drain_seconds), "--drain-seconds is from 0.01 to 86400");
    let opened = super::open(home)?;
    let reader = super::reader(home).await?;
    let store = people::open(home, &args.people).await?;
    let users = store.users().await?;
    let is_demo = is_here && args.behind_proxy.is_none() && demo::is_made(home);
    // A user without a role, as programs' keys have one, opens nothing.
    let has_accounts = users
        .iter()
        .any(|user| user.disabled_at_us.is_none() && user.email != DEMO.1 && !user.grants.is_empty());
    anyhow::ensure!(
        is_here || has_accounts,
        "{} can be reached by others, and nobody has an account yet; make the first one with: kept users add EMAIL \
         --name NAME --role admin",
        args.bind
    );
    let listener = tokio::net::TcpListener::bind(args.bind).await.with_context(|| {
        format!("cannot listen on {}; is something else using the port? --bind names another", args.bind)
    })?;
    let bound = listener.local_addr()?;
    let reached = match &args.behind_proxy {
        Some(address) => Reached::behind(address).map_err(anyhow::Error::msg)?,
        None => Reached::Here(bound.port()),
    };
    let demo = if is_demo && !has_accounts { Some(demo_user(&store, &users).await?) } else { None };
    if demo.is_none() && !has_accounts {
        offer_setup(&store, &reached.address()).await?;
    }
    let name = reader.company().company.name.clone();
    let address =
        if is_here && args.behind_proxy.is_none() { format!("http://{bound}") } else { reached.address() };
    let sweeping = tokio::spawn(sweep(store.clone()));
    let site = Arc::new(Site::new(reader, store.clone(), AMBIENT, reached, demo));
    let mut router = hub::router(&site);
    if opened.config.feeds().any(|(_, feed)| feed.takes_calls()) {
        let gate = gate::Gate::open(opened, store, AMBIENT.now_us).await?;
        gate.start_drain(Duration::from_secs_f64(args.drain_seconds))?;
        router = router.merge(hub::for_programs(gate::router(gate), &site));
    }
    say(&format!("{name} is served on {address}/ (stop with Ctrl-C)"));
    hub::serve(listener, router, async { drop(tokio::signal::ctrl_c().await) }).await?;
    sweeping.abort();
    Ok(ExitCode::SUCCESS)
}

/// The one user of a demo; sees and may do nearly everything.
async fn demo_user(store: &Store, users: &[User]) -> anyhow::Result<UserId> {
    say("this is a demo: whoever opens it on this machine is the demo user, without a password");
    match users.iter().find(|user| user.email == DEMO.1) {
        Some(user) => Ok(user.id),
        None => Ok(store.add_user(DEMO.0, DEMO.1, &[Grant::Cco, Grant::Admin], by_system()).await?),
    }
}

/// Prints the link to the first account.
async fn offer_setup(store: &Store, address: &str) -> anyhow::Result<()> {
    let secret = AMBIENT.secret();
    store.offer_setup(&secret, (AMBIENT.now_us)()).await?;
    say("nobody has an account yet; make the first one within a day by this link, which works once:");
    say(&format!("  {}", hub::link(address, &secret)));
    Ok(())
}

/// Prints a line; a server goes on where nobody reads what it says.
fn say(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// Removes ended sessions and the like now and then. What reads does not depend on it, so a failure waits.
async fn sweep(store: Store) {
    loop {
        if let Err(error) = store.sweep((AMBIENT.now_us)()).await {
            eprintln!("kept: {error}");
        }
        tokio::time::sleep(SWEEP).await;
    }
}
