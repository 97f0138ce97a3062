//! `kept serve`: the pages.

use crate::clock;
use anyhow::Context;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Serves the pages until it is stopped.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  kept serve\n  kept serve --bind 127.0.0.1:9000")]
pub(crate) struct Args {
    /// Address and port, of this machine only; pages answer as localhost or by such an address.
    #[arg(long, default_value = "127.0.0.1:7878")]
    bind: SocketAddr,
}

/// Only on loopback: there are no accounts yet that could keep others out.
pub(crate) async fn run(home: &Path, args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        args.bind.ip().is_loopback(),
        "{} can be reached by others, and this version has no accounts to keep them out; bind to 127.0.0.1",
        args.bind
    );
    let reader = super::reader(home).await?;
    let listener = tokio::net::TcpListener::bind(args.bind).await.with_context(|| {
        format!("cannot listen on {}; is something else using the port? --bind names another", args.bind)
    })?;
    let name = reader.company().company.name.clone();
    println!("{name} is served on http://{}/ (stop with Ctrl-C)", listener.local_addr()?);
    let router = hub::router(hub::Hub::new(Arc::new(reader), clock::now_us));
    hub::serve(listener, router, async { drop(tokio::signal::ctrl_c().await) }).await?;
    Ok(ExitCode::SUCCESS)
}
