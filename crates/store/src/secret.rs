//! Random bits: for tokens that are shown once, and for salts. Drawn by the caller's generator.

use crate::hex;
use rand::CryptoRng;
use sha2::{Digest, Sha256};
use std::fmt;

/// 256 random bits that somebody carries: in a cookie, a link, an API client. The database has only their hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    pub fn draw(from: &mut impl CryptoRng) -> Self {
        let mut bits = [0; 32];
        from.fill_bytes(&mut bits);
        Self(bits)
    }

    /// Reads what [`Secret::text`] wrote; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        hex::read(text).map(Self)
    }

    /// 64 characters, `0` to `9` and `a` to `f`: to be shown to its owner and to nobody else.
    pub fn text(&self) -> String {
        hex::write(&self.0)
    }

    /// What the database has of it. So many bits need no salt and no slow hash.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// 128 random bits beside a password, so that equal passwords have different hashes.
#[derive(Debug, Clone)]
pub struct Salt(pub(crate) [u8; 16]);

impl Salt {
    /// A new one.
    pub fn draw(from: &mut impl CryptoRng) -> Self {
        let mut bits = [0; 16];
        from.fill_bytes(&mut bits);
        Self(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn a_secret_comes_back_from_its_text_and_is_not_told_otherwise() {
        let mut from = ChaCha8Rng::seed_from_u64(1);
        let (secret, other) = (Secret::draw(&mut from), Secret::draw(&mut from));
        assert_eq!(Secret::parse(&secret.text()), Some(secret.clone()));
        assert_ne!(secret.text(), other.text());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_ne!(secret.hash(), secret.0);
    }
}
