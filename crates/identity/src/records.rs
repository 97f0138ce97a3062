//! What comes in: records as columns, and the company's settings.

use crate::Error;
use arrow::array::{Array, StringArray};
use model::config::Unit;

/// Records, one per row, as columns of one length. Text is as the silo sent it; null where it said nothing.
#[derive(Debug, Clone, Copy)]
pub struct Records<'a> {
    /// Names (silo, record key); every value once.
    pub record_hash: &'a [u64],
    /// The silo's code; no evidence by itself.
    pub silo: &'a [u16],
    /// Whole name, in any order.
    pub name: &'a StringArray,
    /// Given names.
    pub given: &'a StringArray,
    /// Family name.
    pub family: &'a StringArray,
    /// E-mail address.
    pub email: &'a StringArray,
    /// Telephone number.
    pub phone: &'a StringArray,
    /// Birth date.
    pub birth_date: &'a StringArray,
    /// Street and number.
    pub address: &'a StringArray,
    /// Postcode.
    pub postcode: &'a StringArray,
    /// Place or city; no key by itself.
    pub city: &'a StringArray,
    /// Company name; no evidence by itself.
    pub company: &'a StringArray,
    /// Account key.
    pub account: &'a StringArray,
    /// A number no two customers share, `VALUE` or `kind:VALUE`. Values without a kind are all of one kind.
    pub exclusive_id: &'a StringArray,
    /// Pairs of record hashes of which their silo says that they are one customer; pairs of unknown records are
    /// passed over. Who is said to be the same as several others that stay apart is none of them.
    pub same: &'a [(u64, u64)],
    /// Orders and the like that several records name: a code of the reference, and a record hash; ascending.
    pub references: &'a [(u32, u64)],
}

impl Records<'_> {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let expected = self.record_hash.len();
        let columns = [
            ("silo", self.silo.len()),
            ("name", self.name.len()),
            ("given", self.given.len()),
            ("family", self.family.len()),
            ("email", self.email.len()),
            ("phone", self.phone.len()),
            ("birth_date", self.birth_date.len()),
            ("address", self.address.len()),
            ("postcode", self.postcode.len()),
            ("city", self.city.len()),
            ("company", self.company.len()),
            ("account", self.account.len()),
            ("exclusive_id", self.exclusive_id.len()),
        ];
        match columns.into_iter().find(|(_, found)| *found != expected) {
            Some((column, found)) => Err(Error::Length { column, found, expected }),
            None => Ok(()),
        }
    }
}

/// The company's rules of identity.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A value that links more distinct names than this identifies nobody.
    pub generic_after_names: u32,
    /// Whether `ann+shop@x.org` is `ann@x.org`.
    pub strip_plus_tag: bool,
    /// Two-letter country assumed for phone numbers without a prefix.
    pub country: Option<String>,
    /// What one customer is.
    pub unit: Unit,
}
