//! The outside client: sends events until the server is gone, sends again what was not acknowledged, and now and then
//! what was.

use super::Random;
use super::ledger::Ledger;
use crate::server::Client;
use std::fmt::Write as _;
use std::time::Duration;

/// Events of the largest batch.
const BATCH: u64 = 5;
/// Longest pause between two requests, so that rounds stay small.
const PAUSE_US: u64 = 30_000;
/// One in so many requests sends again what was acknowledged.
const AGAIN: u64 = 8;
/// One in so many requests sends an acknowledged id with another content.
const OTHERWISE: u64 = 16;

/// What happened to some ids, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// They were sent; nobody knows yet what became of them.
    Sent(Vec<String>),
    /// They were acknowledged.
    Acknowledged(Vec<String>),
}

/// Minor units of an event, told by its id, so that a changed event is seen in the books.
pub(super) fn value_minor(id: &str) -> u64 {
    id.bytes().fold(7, |sum: u64, byte| (sum * 31 + u64::from(byte)) % 10_007)
}

/// One connection's worth of a client.
#[derive(Debug)]
pub(super) struct Sender {
    address: String,
    key: String,
    name: String,
    random: Random,
    /// Sent in earlier rounds and never acknowledged.
    open: Vec<String>,
    /// Acknowledged in earlier rounds, some of them.
    known: Vec<String>,
}

impl Sender {
    pub(super) fn new(address: &str, key: &str, name: String, mut random: Random, ledger: &Ledger) -> Self {
        let (open, known) = ledger.some(&mut random);
        Self { address: address.to_owned(), key: key.to_owned(), name, random, open, known }
    }

    /// Sends until the connection breaks; tells what happened.
    pub(super) fn run(mut self) -> Vec<Told> {
        let mut told = Vec::new();
        let Ok(mut client) = Client::connect(&self.address, &self.key) else { return told };
        let mut number = 0;
        loop {
            let (ids, changed) = self.next(&mut number);
            std::thread::sleep(Duration::from_micros(self.random.below(PAUSE_US)));
            told.push(Told::Sent(ids.clone()));
            match client.post("/v1/batch", &batch(&ids, changed)) {
                Ok((200, _)) => {
                    self.known.extend(ids.iter().cloned());
                    told.push(Told::Acknowledged(ids));
                }
                // Refused or broken: nothing is promised of these.
                Ok(_) => {}
                Err(_) => return told,
            }
        }
    }

    /// What to send next; whether it says something else than before.
    fn next(&mut self, number: &mut u64) -> (Vec<String>, bool) {
        if !self.open.is_empty() {
            return (std::mem::take(&mut self.open), false);
        }
        let known = self.known.len() as u64;
        if known > 0 && self.random.below(OTHERWISE) == 0 {
            return (vec![self.known[self.random.below(known) as usize].clone()], true);
        }
        if known > 0 && self.random.below(AGAIN) == 0 {
            let again = (0..BATCH).map(|_| self.known[self.random.below(known) as usize].clone());
            return (again.collect(), false);
        }
        let count = 1 + self.random.below(BATCH);
        let ids = (*number..*number + count).map(|n| format!("{}-{n}", self.name)).collect();
        *number += count;
        (ids, false)
    }
}

/// A batch of purchases; each is the same whenever it is sent, unless it shall differ.
fn batch(ids: &[String], changed: bool) -> String {
    let mut text = "{\"batch\":[".to_owned();
    for (at, id) in ids.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let minor = value_minor(id) + u64::from(changed) * 1_000_000;
        let (units, cents, user) = (minor / 100, minor % 100, minor % 997);
        _ = write!(
            text,
            "{comma}{{\"type\":\"track\",\"event\":\"Seen\",\"userId\":\"u{user}\",\"messageId\":\"{id}\",\
             \"properties\":{{\"order_id\":\"{minor}\",\"total\":\"{units}.{cents:02}\"}}}}"
        );
    }
    text + "]}"
}
