//! Failed logins cost waiting: a few are free, then each doubles the wait, for the account and for the address.
//!
//! An attempt is counted before its password is looked at and forgiven when it was right, so many at once get no
//! more tries than one after the other.

use crate::Result;
use crate::sql::{Tx, values};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

const SECOND_US: i64 = 1_000_000;
const HOUR_US: i64 = 3600 * SECOND_US;
/// Failures are forgotten when none came for so long.
const FORGET_US: i64 = 24 * HOUR_US;

/// How failures turn into waiting.
#[derive(Debug)]
struct Rule {
    /// The failure that locks for the first time.
    locks_at: i64,
    first_us: i64,
    longest_us: i64,
}

/// Whoever knows an e-mail address can lock its account, so that is never for long.
const ACCOUNT: Rule = Rule { locks_at: 5, first_us: 60 * SECOND_US, longest_us: HOUR_US };
/// Many people may share an address.
const ADDRESS: Rule = Rule { locks_at: 20, first_us: 60 * SECOND_US, longest_us: 12 * HOUR_US };

impl Rule {
    /// Until when so many failures lock; 0 when they do not.
    fn locked_until_us(&self, failures: i64, now_us: i64) -> i64 {
        if failures < self.locks_at {
            return 0;
        }
        let doublings = (failures - self.locks_at).min(30);
        let wait_us = self.first_us << doublings;
        now_us + wait_us.min(self.longest_us)
    }
}

/// An account and an address that try to log in. Hashed: they may be anything, and are of people.
#[derive(Debug)]
pub(crate) struct Subjects {
    account: [u8; 32],
    address: [u8; 32],
}

/// What an attempt was counted as, to be forgiven.
#[derive(Debug)]
pub(crate) struct Counted {
    address_failures: i64,
}

impl Subjects {
    pub(crate) fn new(email_key: &str, address: IpAddr) -> Self {
        let account = Sha256::new_with_prefix(b"account\n").chain_update(email_key).finalize().into();
        // One customer of a network gets 64 bits of IPv6 addresses at least.
        let network = match address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets()[..8].to_vec(),
        };
        let address = Sha256::new_with_prefix(b"address\n").chain_update(network).finalize().into();
        Self { account, address }
    }

    /// Counts an attempt, or says until when there may be none. The caller commits when it was counted.
    pub(crate) async fn count(&self, tx: &mut Tx, now_us: i64) -> Result<std::result::Result<Counted, i64>> {
        // Always the address first: two attempts never wait for each other.
        let address_failures = match count(tx, &self.address, &ADDRESS, now_us).await? {
            Ok(failures) => failures,
            Err(until_us) => return Ok(Err(until_us)),
        };
        let account = count(tx, &self.account, &ACCOUNT, now_us).await?;
        Ok(account.map(|_| Counted { address_failures }))
    }

    /// Takes an attempt back that was right: the account starts anew, the address has one failure less.
    pub(crate) async fn forgive(&self, tx: &mut Tx, counted: &Counted) -> Result<()> {
        // A lock that came from others' failures in between stays.
        let address = "UPDATE throttles SET failures = failures - 1, \
                locked_until_us = CASE WHEN failures = $2 THEN 0 ELSE locked_until_us END \
            WHERE subject = $1 AND failures > 0";
        tx.run(address, values![&self.address, counted.address_failures]).await?;
        tx.run("DELETE FROM throttles WHERE subject = $1", values![&self.account]).await?;
        Ok(())
    }
}

/// Failures with this one, or until when the subject is locked.
async fn count(
    tx: &mut Tx,
    subject: &[u8; 32],
    rule: &Rule,
    now_us: i64,
) -> Result<std::result::Result<i64, i64>> {
    // Writes in any case, so that the row is ours until the commit.
    let take = "INSERT INTO throttles (subject, failures, last_at_us, locked_until_us) VALUES ($1, 0, $2, 0) \
                ON CONFLICT (subject) DO UPDATE SET failures = throttles.failures \
                RETURNING failures, last_at_us, locked_until_us";
    let Some(row) = tx.row(take, values![subject, now_us]).await? else { return Ok(Ok(0)) };
    let locked_until_us = row.int("locked_until_us")?;
    if locked_until_us > now_us {
        return Ok(Err(locked_until_us));
    }
    let forgotten = now_us - row.int("last_at_us")? >= FORGET_US;
    let failures = if forgotten { 1 } else { row.int("failures")? + 1 };
    let update =
        "UPDATE throttles SET failures = $2, last_at_us = $3, locked_until_us = $4 WHERE subject = $1";
    tx.run(update, values![subject, failures, now_us, rule.locked_until_us(failures, now_us)]).await?;
    Ok(Ok(failures))
}

/// Removes what is forgotten; how many.
pub(crate) async fn sweep(tx: &mut Tx, now_us: i64) -> Result<u64> {
    let delete = "DELETE FROM throttles WHERE last_at_us <= $1 AND locked_until_us <= $2";
    tx.run(delete, values![now_us - FORGET_US, now_us]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_from_the_fifth_failure_to_an_hour() {
        let waits: Vec<i64> =
            (1..=13).map(|failures| ACCOUNT.locked_until_us(failures, 0) / SECOND_US).collect();
        assert_eq!(waits, [0, 0, 0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
        assert_eq!(ACCOUNT.locked_until_us(i64::MAX, 7), 7 + HOUR_US);
        assert_eq!(ADDRESS.locked_until_us(19, 7), 0);
        assert_eq!(ADDRESS.locked_until_us(20, 7), 7 + 60 * SECOND_US);
    }

    #[test]
    fn an_address_is_one_however_it_is_written_and_a_network_of_ipv6_is_one() {
        let subjects = |address: &str| Subjects::new("ann@x.org", address.parse().unwrap()).address;
        assert_eq!(subjects("10.0.0.7"), subjects("::ffff:10.0.0.7"));
        assert_ne!(subjects("10.0.0.7"), subjects("10.0.0.8"));
        assert_eq!(subjects("2001:db8:1:2::7"), subjects("2001:db8:1:2:ffff::8"));
        assert_ne!(subjects("2001:db8:1:2::7"), subjects("2001:db8:1:3::7"));
        let other = Subjects::new("bob@x.org", "10.0.0.7".parse().unwrap());
        assert_ne!(other.account, Subjects::new("ann@x.org", "10.0.0.7".parse().unwrap()).account);
    }
}
