//! Removing what has run out: ended sessions, expired links, forgotten failures. Reading does not depend on it.

use crate::{Result, Store, links, sessions, throttle};

/// Rows that were removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Sessions that had ended.
    pub sessions: u64,
    /// Links that had expired.
    pub links: u64,
    /// Accounts and addresses whose failures are forgotten.
    pub throttles: u64,
}

impl Store {
    /// Removes what has run out; to be called now and then.
    pub async fn sweep(&self, now_us: i64) -> Result<Swept> {
        let mut tx = self.pool.begin().await?;
        let swept = Swept {
            sessions: sessions::sweep(&mut tx, now_us).await?,
            links: links::sweep(&mut tx, now_us).await?,
            throttles: throttle::sweep(&mut tx, now_us).await?,
        };
        tx.commit().await?;
        Ok(swept)
    }
}
