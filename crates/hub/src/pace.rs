//! How often one address or one API token may ask: a bucket that fills by the second and that each request takes from
//! (token bucket). Held in memory; the throttle of logins, which outlives a restart, is the store's.

use std::collections::HashMap;
use std::net::IpAddr;
use store::TokenId;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Asker {
    /// An address; of IPv6 the network of 64 bits that one customer of a network gets at least.
    Address(IpAddr),
    /// An API token.
    Token(TokenId),
}

impl Asker {
    /// By address.
    pub(crate) fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                IpAddr::V6(network.into())
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }

    /// Requests at once, and a second in the long run.
    const fn limits(self) -> (i64, i64) {
        match self {
            Self::Address(_) => (600, 60),
            Self::Token(_) => (200, 20),
        }
    }
}

/// Askers remembered at most; beyond, those with full buckets are forgotten, which changes nothing for them.
const REMEMBERED: usize = 20_000;
const SECOND_US: i64 = 1_000_000;

/// Who asked how often.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Until when each one's requests would have been spread out, UTC microseconds.
    spread_until_us: HashMap<Asker, i64>,
}

impl Pace {
    /// Takes one request; or says how many seconds to wait.
    pub(crate) fn take(&mut self, asker: Asker, now_us: i64) -> Result<(), i64> {
        if self.spread_until_us.len() >= REMEMBERED {
            self.spread_until_us.retain(|_, until_us| *until_us > now_us);
        }
        let (burst, per_second) = asker.limits();
        let each_us = SECOND_US / per_second;
        let until_us = self.spread_until_us.entry(asker).or_insert(now_us);
        // A clock that was set back locks nobody out for longer than a burst.
        *until_us = (*until_us).clamp(now_us, now_us + burst * each_us);
        let next_us = *until_us + each_us;
        let beyond_us = next_us - now_us - burst * each_us;
        if beyond_us > 0 {
            return Err(beyond_us.div_euclid(SECOND_US) + 1);
        }
        *until_us = next_us;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_one_waits_and_others_do_not() {
        let mut pace = Pace::default();
        let one = Asker::at("10.0.0.7".parse().unwrap());
        let (burst, per_second) = one.limits();
        assert!((0..burst).all(|_| pace.take(one, 0).is_ok()));
        assert_eq!(pace.take(one, 0), Err(1));
        assert_eq!(pace.take(Asker::at("10.0.0.8".parse().unwrap()), 0), Ok(()));
        assert_eq!(pace.take(Asker::Token(TokenId(7)), 0), Ok(()));
        let later = (0..2 * per_second).filter(|_| pace.take(one, SECOND_US).is_ok()).count();
        assert_eq!(later as i64, per_second, "what a second gives back");
        assert_eq!(pace.take(one, 3600 * SECOND_US), Ok(()));
        assert_eq!(pace.take(one, 0), Err(1), "the clock was set back");
        assert_eq!(pace.take(one, SECOND_US), Ok(()));
    }

    #[test]
    fn a_network_of_ipv6_is_one_asker_and_an_address_is_one_however_it_is_written() {
        let at = |text: &str| Asker::at(text.parse().unwrap());
        assert_eq!(at("10.0.0.7"), at("::ffff:10.0.0.7"));
        assert_eq!(at("2001:db8:1:2::7"), at("2001:db8:1:2:ffff::8"));
        assert_ne!(at("2001:db8:1:2::7"), at("2001:db8:1:3::7"));
    }
}
