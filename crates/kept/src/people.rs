//! The operational database of a home, and the two ambient things that people need: the time, and bits nobody can guess.

use crate::clock;
use hub::Ambient;
use std::path::Path;
use store::{Actor, By, Database, Store};

/// Where people, roles and the audit log are.
#[derive(Debug, clap::Args)]
pub(crate) struct InDatabase {
    /// Database of people, roles and the audit log: a file, or `postgres://USER:PASSWORD@HOST/NAME`; kept.db in the
    /// home when absent.
    #[arg(long, env = "KEPT_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

/// Opens the database; a file is made when it is not there.
pub(crate) async fn open(home: &Path, args: &InDatabase) -> anyhow::Result<Store> {
    let file = || Database::File(home.join("kept.db"));
    let database = args.database.as_deref().map_or_else(file, Database::parse);
    Ok(Store::open(&database, clock::now_us()).await?)
}

/// Time and chance of this machine.
pub(crate) const AMBIENT: Ambient = Ambient { now_us: clock::now_us, seed };

/// The command line acts as the system: who sits at it has the files anyway.
pub(crate) fn by_system() -> By {
    By { actor: Actor::System, at_us: clock::now_us() }
}

/// 256 bits of the operating system's.
#[expect(clippy::expect_used, reason = "without the system's randomness no secret is one; better to stop")]
fn seed() -> [u8; 32] {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).expect("the operating system gives random bits");
    bits
}
