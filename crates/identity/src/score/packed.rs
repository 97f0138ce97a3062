//! Records as integer codes, one lane per field, in the order of their hashes.

use crate::likeness::SHORT_FORMS;
use crate::score::table::Role;
use crate::score::texts::Texts;
use rustc_hash::FxHashMap;

/// Most fields of one class.
pub(crate) const CLASS: usize = 8;
/// Lanes: first those of the person's own traits, then those that a household shares.
pub(crate) const LANES: usize = 2 * CLASS;

/// A column of codes.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) role: Role,
    /// The column's name.
    pub(crate) name: String,
    /// Its place in a row of levels.
    pub(crate) lane: usize,
    /// Its dictionary, by position among [`Packed::dictionaries`].
    pub(crate) texts: usize,
    /// By rank; [`super::texts::NONE`] where nothing is known.
    pub(crate) code: Vec<u32>,
}

/// Short forms that a given name is, and those that stand for it: a bit per row of the table of short forms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kin {
    pub(crate) short: u128,
    pub(crate) long: u128,
}

impl Kin {
    /// What the first of the given names is.
    pub(crate) fn of(given: &str) -> Self {
        let first = given.split(' ').next().unwrap_or_default();
        let mut kin = Self::default();
        for (at, (short, names)) in SHORT_FORMS.iter().enumerate() {
            kin.short |= u128::from(*short == first) << at;
            kin.long |= u128::from(names.split(' ').any(|name| name == first)) << at;
        }
        kin
    }

    /// Whether one is a short form of the other.
    pub(crate) fn meets(self, other: Self) -> bool {
        (self.short & other.long) | (self.long & other.short) != 0
    }
}

/// Records ready to be compared.
#[derive(Debug)]
pub struct Packed {
    /// Row of each rank.
    pub(crate) order: Vec<u32>,
    /// Record hash of each rank, ascending.
    pub(crate) hash: Vec<u64>,
    /// Source of each rank; empty where it does not matter.
    pub(crate) source: Vec<u16>,
    /// Whether two records of one source are never one customer.
    pub(crate) link_only: bool,
    /// In the order of lanes.
    pub(crate) fields: Vec<Field>,
    pub(crate) dictionaries: Vec<Texts>,
    /// Digits YYYYMMDD of every code of the birth date; empty without one.
    pub(crate) birth: Vec<u32>,
    /// Kinship of those given names that have any, by code.
    pub(crate) kin: FxHashMap<u32, Kin>,
    /// How many records bear a given name, by its code: the binary digits of their number, so that one more bearer
    /// hardly ever changes what is compared of the others.
    pub(crate) bearers: Vec<u8>,
    /// By dictionary, then code: whether an e-mail address spells the name of who has it. Empty for other roles.
    pub(crate) spelt: Vec<Vec<bool>>,
}

/// Bearers, in binary digits, up to which a given name may be another misspelt: one to three.
const FEW_BEARERS: u8 = 2;
/// As many binary digits fewer than a name, or more, have its misspellings: they are two to eight times rarer.
const RARER: u8 = 2;

impl Packed {
    /// How many records there are.
    pub fn len(&self) -> usize {
        self.hash.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hash.is_empty()
    }

    /// The dictionary of a field.
    pub(crate) fn texts(&self, field: &Field) -> &Texts {
        &self.dictionaries[field.texts]
    }

    /// The first field of a role.
    pub(crate) fn field(&self, role: Role) -> Option<&Field> {
        self.fields.iter().find(|field| field.role == role)
    }

    /// Whether two given names are both borne by so many that neither is the other misspelt: Ana and Anja, Tim and Tom.
    pub(crate) fn are_two_names(&self, a: u32, b: u32) -> bool {
        let (rare, frequent) = (self.bearers(a).min(self.bearers(b)), self.bearers(a).max(self.bearers(b)));
        rare > FEW_BEARERS && rare + RARER > frequent
    }

    fn bearers(&self, given: u32) -> u8 {
        self.bearers.get(given as usize).copied().unwrap_or(0)
    }

    /// What all records together say of a record's value in a field, beside its text: it is compared too.
    pub(crate) fn beside(&self, field: &Field, code: u32) -> u64 {
        match field.role {
            Role::Given => u64::from(self.bearers(code)),
            Role::Email => u64::from(self.are_spelt(field, code, code)),
            _ => 0,
        }
    }

    /// Whether two addresses of an e-mail field each spell their owner's name. Namesakes choose their addresses alike,
    /// so that such addresses are not alike by chance, nor by a slip.
    pub(crate) fn are_spelt(&self, field: &Field, a: u32, b: u32) -> bool {
        let is = |code: u32| self.spelt.get(field.texts).and_then(|spelt| spelt.get(code as usize));
        is(a) == Some(&true) && is(b) == Some(&true)
    }

    /// Whether two ranks may be one customer at all.
    pub(crate) fn may_meet(&self, a: u32, b: u32) -> bool {
        !self.link_only || self.source[a as usize] != self.source[b as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_meet_their_names_only() {
        for (a, b, meet) in [
            ("bob", "robert", true),
            ("robert james", "bob", true),
            ("alex", "alexandra", true),
            ("bob", "william", false),
            ("robert", "robert", false),
            ("kelgoola", "bob", false),
        ] {
            assert_eq!(Kin::of(a).meets(Kin::of(b)), meet, "{a} {b}");
        }
        assert!(SHORT_FORMS.len() <= 128, "one bit each");
    }
}
