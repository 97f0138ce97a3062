//! What the server shares between requests: the data, the people, time and chance, and how browsers reach it.

use crate::pace::Pace;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use refresh::Reader;
use std::sync::{Mutex, PoisonError};
use store::{Salt, Secret, Store, UserId};

/// Time and chance.
#[derive(Debug, Clone, Copy)]
pub struct Ambient {
    /// Now, UTC microseconds since the Unix epoch.
    pub now_us: fn() -> i64,
    /// 256 bits that nobody can guess, new each time.
    pub seed: fn() -> [u8; 32],
}

impl Ambient {
    /// A secret to be carried by a cookie, a link or an API client.
    pub fn secret(self) -> Secret {
        Secret::draw(&mut ChaCha20Rng::from_seed((self.seed)()))
    }

    /// For the hash of a password.
    pub fn salt(self) -> Salt {
        Salt::draw(&mut ChaCha20Rng::from_seed((self.seed)()))
    }
}

/// How browsers reach the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// From this machine alone, over plain HTTP at this port.
    Here(u16),
    /// Through a proxy that speaks TLS, under this name (and port, where it is not 443).
    Proxy(String),
}

impl Reached {
    /// By a proxy at `https://NAME[:PORT]`.
    ///
    /// # Errors
    /// In words, when the address is another.
    pub fn behind(address: &str) -> Result<Self, String> {
        let wrong = || format!("`{address}` is no address of a proxy; write https://kept.example.com");
        let name = address.trim().trim_end_matches('/').strip_prefix("https://").ok_or_else(wrong)?;
        let (host, port) = name.split_once(':').unwrap_or((name, "443"));
        let known = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
        if host.is_empty() || !host.chars().all(known) || port.parse::<u16>().is_err() {
            return Err(wrong());
        }
        let name = name.to_ascii_lowercase();
        Ok(Self::Proxy(name.strip_suffix(":443").map_or(name.clone(), str::to_owned)))
    }

    /// The address that pages begin with, without a slash at its end.
    pub fn address(&self) -> String {
        match self {
            Self::Here(port) => format!("http://127.0.0.1:{port}"),
            Self::Proxy(name) => format!("https://{name}"),
        }
    }

    /// Whether others than this machine may come.
    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Proxy(_))
    }
}

/// Everything requests share.
#[derive(Debug)]
pub struct Site {
    pub(crate) reader: Reader,
    pub(crate) store: Store,
    pub(crate) ambient: Ambient,
    pub(crate) reached: Reached,
    pub(crate) demo: Option<UserId>,
    pace: Mutex<Pace>,
}

impl Site {
    /// A server of this home. With `demo`, whoever has not logged in is that user; only for a simulated company on a
    /// loopback address.
    pub fn new(
        reader: Reader,
        store: Store,
        ambient: Ambient,
        reached: Reached,
        demo: Option<UserId>,
    ) -> Self {
        let demo = demo.filter(|_| !reached.is_public());
        Self { reader, store, ambient, reached, demo, pace: Mutex::default() }
    }

    /// Now, UTC microseconds.
    pub(crate) fn now_us(&self) -> i64 {
        (self.ambient.now_us)()
    }

    /// Who asks how often. What a thread left that panicked is as good as any.
    pub(crate) fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_by_its_public_address() {
        for (address, expected) in [
            ("https://kept.example.com", Some("kept.example.com")),
            ("https://Kept.Example.com/", Some("kept.example.com")),
            ("https://kept.example.com:443", Some("kept.example.com")),
            ("https://kept.example.com:8443", Some("kept.example.com:8443")),
            ("http://kept.example.com", None),
            ("kept.example.com", None),
            ("https://", None),
            ("https://a b", None),
            ("https://kept.example.com/books", None),
            ("https://ann@kept.example.com", None),
            ("https://kept.example.com:port", None),
        ] {
            let told = Reached::behind(address).ok();
            assert_eq!(told, expected.map(|name| Reached::Proxy(name.to_owned())), "{address}");
        }
        assert_eq!(Reached::Here(7878).address(), "http://127.0.0.1:7878");
    }
}
