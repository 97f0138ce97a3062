//! The drain of a server: now and then, and when much waits, it takes the lake for a moment and moves the log into it.

use crate::router::{Gate, Shared};
use crate::{INBOX, LIMITS, Result};
use inbox::Inbox;
use intake::{Drained, Home};
use lake::{Access, Lake};
use std::sync::Arc;
use std::time::Duration;

/// Stack of the drain's threads; plans of queries nest deeply.
const STACK_BYTES: usize = 16 << 20;
/// How long to wait for another process that writes, or after a failure.
const RETRY: Duration = Duration::from_secs(2);
/// Commits after which small files are merged.
const TIDY_AFTER: u64 = 32;
const TABLES: [&str; 6] = ["imports", "records", "events", "event_text", "rejects", "received"];

/// Moves what waits in the log of a home into its lake, which the caller has open; `None` where nothing does, or where
/// a server has the log open and moves it itself.
///
/// # Errors
/// When log or lake cannot be read or written.
pub async fn drained(home: &Home, lake: &Lake, now_us: i64) -> Result<Option<Drained>> {
    let folder = home.folder.join(INBOX);
    if !folder.is_dir() {
        return Ok(None);
    }
    match Inbox::open(&folder, LIMITS) {
        Ok((inbox, _)) => Ok(Some(intake::drain(home, lake, &inbox, now_us).await?)),
        Err(inbox::Error::Held { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Gate {
    /// Drains on threads of its own, so that pages and requests do not wait for it, until the process ends.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start_drain(&self, every: Duration) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("kept-drain")
            .thread_stack_size(STACK_BYTES)
            .enable_all()
            .build()?;
        let shared = Arc::clone(&self.shared);
        std::thread::Builder::new().name("kept-drain".to_owned()).spawn(move || {
            runtime.block_on(async {
                // On a thread whose stack is large enough.
                drop(tokio::spawn(run(shared, every)).await);
            });
        })?;
        Ok(())
    }
}

async fn run(shared: Arc<Shared>, every: Duration) {
    let (mut commits, mut told) = (0, String::new());
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = shared.wake.notified() => {}
        }
        while shared.inbox.held_bytes() > 0 {
            match once(&shared, &mut commits).await {
                Ok(true) => {
                    told.clear();
                    break;
                }
                Ok(false) => {}
                Err(error) => {
                    let error = error.to_string();
                    if error != told {
                        eprintln!("gate: events wait in the log: {error}");
                    }
                    told = error;
                }
            }
            tokio::time::sleep(RETRY.min(every)).await;
        }
    }
}

/// Drains once; false when another process writes to the lake just now.
async fn once(shared: &Shared, commits: &mut u64) -> Result<bool> {
    let lake = match Lake::open(&shared.home.folder, Access::Write).await {
        Ok(lake) => lake,
        Err(lake::Error::Busy(_)) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let drained = Box::pin(intake::drain(&shared.home, &lake, &shared.inbox, (shared.now_us)())).await?;
    let before = *commits / TIDY_AFTER;
    *commits += drained.commits;
    if *commits / TIDY_AFTER > before {
        lake.compact(&TABLES).await?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake::{Imports, Message};
    use serde_json::json;

    const CONFIG: &str = "[company]\nname = \"A\"\ncurrency = \"EUR\"\n[[department]]\nid = \"web\"\nname = \"W\"\n\
        [[silo]]\nid = \"web\"\nname = \"Web\"\nowner = \"web\"\n[[silo.feed]]\nid = \"calls\"\n\
        preset = \"segment-events\"\nmode = \"append\"\n";

    fn put(shared: &Shared, number: u64) {
        let event = json!({"type": "page", "userId": "u", "messageId": number.to_string()});
        let event = event.as_object().expect("an object").clone();
        shared.inbox.put(&[&Message::of("web.calls", 1_700_000_000_000_000, event).to_bytes()]).expect("put");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_drain_counts_each_event_once_waits_for_others_and_merges_small_files() {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("kept.toml"), CONFIG).expect("written");
        let home = Home::open(folder.path()).expect("a home");
        let store = store::Store::open(&store::Database::File(folder.path().join("kept.db")), 0)
            .await
            .expect("store");
        let gate = Gate::open(home, store, || 1_700_000_000_000_000).await.expect("a gate");
        let shared = &gate.shared;
        let mut commits = 0;
        put(shared, 0);
        let other = Lake::open(folder.path(), Access::Write).await.expect("the lake");
        assert!(!once(shared, &mut commits).await.expect("busy"), "another process writes");
        drop(other);
        for number in 0..TIDY_AFTER {
            put(shared, number);
            assert!(once(shared, &mut commits).await.expect("drained"));
        }
        assert_eq!((commits, shared.inbox.held_bytes()), (TIDY_AFTER, 0));
        let lake = Lake::open(folder.path(), Access::Write).await.expect("the lake");
        let head = lake.head().await.expect("head");
        let rows = lake
            .view(head)
            .await
            .expect("view")
            .table("select count(*) as n from events")
            .await
            .expect("rows");
        assert_eq!(
            lake::column::<arrow::array::Int64Array>(&rows, "n").expect("n").value(0),
            TIDY_AFTER as i64
        );
        let imports = Imports::read(&lake, head).await.expect("imports");
        assert_eq!(imports.live().count() as u64, TIDY_AFTER);
        lake.keep_only(&[]).await.expect("old files are let go");
        let files = std::fs::read_dir(folder.path().join("lake/main/events")).expect("a folder").count();
        assert!(files <= 2, "{files} files");
    }
}
