//! Which records are worth comparing: rules that follow from the roles of the fields. Each makes one key of every
//! record, such that a slip in any one field leaves several other rules to bring two records together.

use crate::mint::mix;
use crate::score::compare::{area, ending, mailbox};
use crate::score::packed::Packed;
use crate::score::phonetic::sound;
use crate::score::table::Role;
use crate::score::texts::{NONE, Texts};
use xxhash_rust::xxh3::xxh3_64;

/// Most rules of a table.
pub(crate) const RULES: usize = 32;

/// What of a value a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// All of it.
    Whole,
    /// What its first word sounds like.
    Sound,
    /// Its first letters.
    Head(u8),
    /// Its last letters.
    Tail(u8),
    /// Its first half, or what stands before the domain, or the line.
    Core,
    /// The digits of a date in order of size: what a turn or a swap of day and month leaves.
    Digits,
    /// The year of a date.
    Year,
    /// Month and day of a date, whichever comes first.
    Day,
    /// Its words, in order of the alphabet, by the letters that occur: what a swap of letters leaves.
    Letters,
}

/// One key: parts of fields, all of which must be known.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    /// Field, by position, and what is taken of it.
    pub(crate) parts: Vec<(usize, Part)>,
    /// Whether the parts count in any order.
    pub(crate) any_order: bool,
}

use Part::{Core, Day, Digits, Head, Letters, Sound, Tail, Whole, Year};
use Role::{
    Address, BirthDate, Company, Email, Exclusive, Family, Given, HouseNumber, Identifier, Phone, Place,
    Postcode,
};

/// A rule before the fields are known: name, parts, whether these count in any order.
type Line = (&'static str, &'static [(Role, Part)], bool);

/// Rules in the order in which they are tried; strong keys first.
const TABLE: &[Line] = &[
    ("exclusive id", &[(Exclusive, Whole)], false),
    ("identifier", &[(Identifier, Whole)], false),
    ("e-mail", &[(Email, Whole)], false),
    ("phone", &[(Phone, Core)], false),
    ("birth date and given name", &[(BirthDate, Whole), (Given, Sound)], false),
    ("birth date and family name", &[(BirthDate, Whole), (Family, Sound)], false),
    ("names in any order", &[(Given, Whole), (Family, Whole)], true),
    ("address and house number", &[(Address, Whole), (HouseNumber, Whole)], false),
    ("address", &[(Address, Whole), (Given, Head(1))], false),
    ("postcode and given name", &[(Postcode, Whole), (Given, Head(2))], false),
    ("postcode and family name", &[(Postcode, Whole), (Family, Head(2))], false),
    ("mailbox", &[(Email, Core)], false),
    ("birth date", &[(BirthDate, Whole)], false),
    ("sounds of both names", &[(Given, Sound), (Family, Sound)], true),
    ("family name and birth year", &[(Family, Sound), (BirthDate, Year)], false),
    ("given name and day of birth", &[(Given, Head(3)), (BirthDate, Day)], false),
    ("family name and day of birth", &[(Family, Head(3)), (BirthDate, Day)], false),
    ("start of identifier", &[(Identifier, Head(5))], false),
    ("end of identifier", &[(Identifier, Tail(5))], false),
    ("digits of birth date", &[(BirthDate, Digits), (Given, Head(1))], false),
    ("postcode and day of birth", &[(Postcode, Whole), (BirthDate, Day)], false),
    ("start of e-mail", &[(Email, Head(6))], false),
    ("postcode and house number", &[(Postcode, Whole), (HouseNumber, Whole)], false),
    ("given name and place", &[(Given, Sound), (Place, Head(5))], false),
    ("family name and place", &[(Family, Sound), (Place, Head(5))], false),
    ("letters of given name and postcode area", &[(Given, Letters), (Postcode, Core)], false),
    ("letters of family name and birth year", &[(Family, Letters), (BirthDate, Year)], false),
    ("start of both names", &[(Given, Head(3)), (Family, Head(3))], true),
    ("end of family name and given name", &[(Family, Tail(4)), (Given, Head(1))], false),
    ("digits of identifier", &[(Identifier, Digits)], false),
    ("company and family name", &[(Company, Head(6)), (Family, Sound)], false),
    ("company and given name", &[(Company, Head(6)), (Given, Sound)], false),
];

/// What parts an over-full block, first to last; parts that the rule itself takes do not help and do no harm.
const SECOND: &[(Role, Part)] = &[
    (BirthDate, Year),
    (Given, Head(2)),
    (Family, Head(2)),
    (Postcode, Core),
    (BirthDate, Whole),
    (Place, Head(4)),
    (Address, Head(5)),
    (Email, Head(4)),
    (Phone, Tail(4)),
];

/// The rules of a table: every one whose roles it has.
pub(crate) fn rules(packed: &Packed) -> Vec<Rule> {
    let mut rules = Vec::new();
    for &(name, parts, any_order) in TABLE {
        for variant in 0..2 {
            let fields = parts.iter().map(|&(role, part)| Some((nth(packed, role, variant)?, part)));
            if let Some(parts) = fields.collect::<Option<Vec<_>>>()
                && rules.iter().all(|rule: &Rule| rule.name != name || rule.parts != parts)
                && rules.len() < RULES
            {
                rules.push(Rule { name, parts, any_order });
            }
        }
    }
    rules
}

/// What parts over-full blocks of this table.
pub(crate) fn seconds(packed: &Packed) -> Vec<(usize, Part)> {
    SECOND.iter().filter_map(|&(role, part)| Some((nth(packed, role, 0)?, part))).collect()
}

/// The field of a role; the last one where there are fewer.
fn nth(packed: &Packed, role: Role, which: usize) -> Option<usize> {
    let mut fields = (0..packed.fields.len()).filter(|&at| packed.fields[at].role == role);
    let first = fields.next()?;
    Some(fields.take(which).last().unwrap_or(first))
}

/// Hashes of one part of every value, by code; 0 where it says nothing.
pub(crate) fn part_hashes(packed: &Packed, field: usize, part: Part) -> Vec<u32> {
    let field = &packed.fields[field];
    let texts = packed.texts(field);
    (0..texts.len() as u32).map(|code| part_hash(field.role, texts, code, part)).collect()
}

fn part_hash(role: Role, texts: &Texts, code: u32, part: Part) -> u32 {
    let text = texts.get(code);
    let bytes = text.as_bytes();
    let short = |bytes: &[u8]| (xxh3_64(bytes) as u32).max(1);
    match part {
        Whole => short(bytes),
        Sound => match sound(text) {
            NONE => 0,
            sound => mix(u64::from(sound)) as u32 | 1,
        },
        Head(size) => short(&bytes[..bytes.len().min(usize::from(size))]),
        Tail(size) => short(&bytes[bytes.len().saturating_sub(usize::from(size))..]),
        Core => match role {
            Role::Email => short(mailbox(text).as_bytes()),
            Role::Phone => short(ending(bytes)),
            _ => short(area(bytes)),
        },
        Digits => {
            let mut digits = bytes.to_vec();
            digits.sort_unstable();
            short(&digits)
        }
        Year => short(&bytes[..bytes.len().min(4)]),
        Day => {
            let (month, day) = bytes[bytes.len().min(4)..].split_at((bytes.len().saturating_sub(4)).min(2));
            short(&if month <= day { [month, day] } else { [day, month] }.concat())
        }
        Letters => {
            let mut letters: Vec<u8> = bytes.iter().copied().filter(|&byte| byte != b' ').collect();
            letters.sort_unstable();
            letters.dedup();
            short(&letters)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(role: Role, text: &str, part: Part) -> u32 {
        let mut texts = Texts::default();
        let code = texts.intern(text);
        part_hash(role, &texts, code, part)
    }

    #[test]
    fn parts_of_values_survive_the_slips_they_are_for() {
        for (role, part, a, b) in [
            (BirthDate, Digits, "19840309", "19480309"),
            (BirthDate, Day, "19840309", "19720903"),
            (BirthDate, Year, "19840309", "19841122"),
            (Given, Sound, "stephen", "steven"),
            (Given, Letters, "martha", "marhta"),
            (Identifier, Head(5), "1804974", "1804947"),
            (Identifier, Tail(5), "1804974", "1304974"),
            (Email, Core, "anna@berg.de", "anna@berg.com"),
            (Phone, Core, "+49301234568", "0301234568"),
            (Postcode, Core, "4881", "4818"),
        ] {
            assert_eq!(hash(role, a, part), hash(role, b, part), "{part:?} of {a} and {b}");
            assert_ne!(hash(role, a, Whole), hash(role, b, Whole), "{a} {b}");
        }
        assert_eq!(hash(Given, "123", Sound), 0);
    }

    #[test]
    fn no_more_rules_than_keys_and_every_name_once() {
        assert!(TABLE.len() <= RULES);
        let mut names: Vec<&str> = TABLE.iter().map(|rule| rule.0).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLE.len());
    }
}
