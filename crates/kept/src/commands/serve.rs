//! `kept serve`: the pages, and the gate through which programs send events.

use crate::clock;
use anyhow::Context;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Serves the pages until it is stopped.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  kept serve\n  kept serve --bind 127.0.0.1:9000")]
pub(crate) struct Args {
    /// Address and port, of this machine only; pages answer as localhost or by such an address.
    #[arg(long, default_value = "127.0.0.1:7878")]
    bind: SocketAddr,
    /// Seconds that events wait in the log before they are moved into the lake, unless there are many.
    #[arg(long, default_value_t = 60.0)]
    drain_seconds: f64,
}

/// Only on loopback: there are no accounts yet that could keep others out.
pub(crate) async fn run(home: &Path, args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        args.bind.ip().is_loopback(),
        "{} can be reached by others, and this version has no accounts to keep them out; bind to 127.0.0.1",
        args.bind
    );
    anyhow::ensure!((0.01..=86_400.0).contains(&args.drain_seconds), "--drain-seconds is from 0.01 to 86400");
    let reader = super::reader(home).await?;
    let home = super::open(home)?;
    let takes = home.config.feeds().any(|(_, feed)| feed.takes_calls());
    let listener = tokio::net::TcpListener::bind(args.bind).await.with_context(|| {
        format!("cannot listen on {}; is something else using the port? --bind names another", args.bind)
    })?;
    let name = reader.company().company.name.clone();
    let mut router = hub::router(hub::Hub::new(Arc::new(reader), clock::now_us));
    if takes {
        let gate = gate::Gate::open(home.clone(), super::store(&home).await?, clock::now_us).await?;
        gate.start_drain(Duration::from_secs_f64(args.drain_seconds))?;
        router = router.merge(hub::for_programs(gate::router(gate)));
    }
    println!("{name} is served on http://{}/ (stop with Ctrl-C)", listener.local_addr()?);
    hub::serve(listener, router, async { drop(tokio::signal::ctrl_c().await) }).await?;
    Ok(ExitCode::SUCCESS)
}
