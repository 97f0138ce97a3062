//! The levels of two values and of a pair. Cheap signatures of every distinct value rule out most comparisons
//! before a text is looked at; their bounds never rule out a level that the texts would reach.

use crate::score::date;
use crate::score::level::{self, EXACT, Levels, UNKNOWN};
use crate::score::packed::{Field, LANES, Packed};
use crate::score::phonetic::sound;
use crate::score::slips::{LONGEST, are_within, jaro_winkler};
use crate::score::table::Role;
use crate::score::texts::{NONE, Texts};
use xxhash_rust::xxh3::xxh3_64;

/// Jaro–Winkler similarity from which names are similar.
const NAME: f64 = 0.88;
/// The same of longer texts.
const TEXT: f64 = 0.92;
/// Digits at the end of a telephone number that tell the line, whatever stands before.
const LINE: usize = 7;

/// What is known of two values beside their texts.
#[derive(Debug, Clone, Copy, Default)]
struct Beside {
    /// Of given names: one is a short form of the other.
    kin: bool,
    /// Neither is the other with a slip: both are names in use, or each address spells its owner's name.
    no_slip: bool,
}

/// The level of two different texts, by definition.
fn define(role: Role, a: &str, b: &str, beside: Beside) -> u8 {
    let Beside { kin, no_slip } = beside;
    let (x, y) = (a.as_bytes(), b.as_bytes());
    let longer = x.len().max(y.len());
    let shorter = x.len().min(y.len());
    let one = longer >= 2 && are_within(x, y, 1);
    let two = || shorter >= 6 && are_within(x, y, 2);
    match role {
        Role::Given | Role::Family => {
            if generations_differ(x, y) {
                level::different(role)
            } else if one && longer >= 3 && !no_slip {
                level::SLIP
            } else if kin || is_initial(a, b) || is_part(a, b) {
                level::NAME_SHORT
            } else if !no_slip && (jaro_winkler(x, y) >= NAME || two()) {
                level::NAME_SIMILAR
            } else if sound(a) != NONE && sound(a) == sound(b) {
                level::NAME_SOUND
            } else {
                level::different(role)
            }
        }
        Role::Name | Role::Place | Role::Company | Role::Address => {
            if one && longer >= 3 {
                level::SLIP
            } else if jaro_winkler(x, y) >= TEXT || two() {
                level::TEXT_SIMILAR
            } else if is_part(a, b) {
                level::TEXT_PART
            } else if sound(a) != NONE && sound(a) == sound(b) {
                level::TEXT_SOUND
            } else {
                level::different(role)
            }
        }
        Role::Email if one && !no_slip => level::SLIP,
        Role::Email if !no_slip && mailbox(a) == mailbox(b) => level::MAILBOX,
        Role::Email if jaro_winkler(x, y) >= TEXT || two() => level::MAIL_SIMILAR,
        Role::Identifier | Role::Category | Role::HouseNumber | Role::Phone | Role::Postcode if one => {
            level::SLIP
        }
        Role::Identifier if two() => level::TWO_SLIPS,
        Role::Phone if ending(x) == ending(y) => level::ENDING,
        Role::Postcode if area(x) == area(y) => level::AREA,
        _ => level::different(role),
    }
}

/// Whether both tell a generation (Jr is 2), and not the same.
fn generations_differ(a: &[u8], b: &[u8]) -> bool {
    let told = |text: &[u8]| text.last().copied().filter(u8::is_ascii_digit);
    told(a).zip(told(b)).is_some_and(|(a, b)| a != b)
}

/// Whether one begins with a lone letter that the other begins with.
fn is_initial(a: &str, b: &str) -> bool {
    let lone = |text: &str| text.split(' ').next().is_some_and(|word| word.len() == 1);
    (lone(a) || lone(b)) && a.as_bytes().first() == b.as_bytes().first()
}

/// Whether all words of one are words of the other.
fn is_part(a: &str, b: &str) -> bool {
    let part_of =
        |part: &str, whole: &str| part.split(' ').all(|word| whole.split(' ').any(|other| other == word));
    (a.contains(' ') || b.contains(' ')) && (part_of(a, b) || part_of(b, a))
}

/// The part of an address before its domain.
pub(crate) fn mailbox(email: &str) -> &str {
    email.split_once('@').map_or(email, |(local, _)| local)
}

/// Whether a mailbox is made of a name: its family name with the given name or its initial, in any order, with numbers
/// or without.
pub(crate) fn spells(mailbox: &str, given: &str, family: &str) -> bool {
    let letters = |text: &str| text.bytes().filter(u8::is_ascii_alphabetic).collect::<Vec<u8>>();
    let (mailbox, given, family) = (letters(mailbox), letters(given), letters(family));
    let Some(initial) = given.get(..1) else {
        return false;
    };
    let is = |first: &[u8], second: &[u8]| {
        mailbox.len() == first.len() + second.len() && mailbox.starts_with(first) && mailbox.ends_with(second)
    };
    is(&given, &family) || is(&family, &given) || is(initial, &family) || is(&family, initial)
}

/// The digits that tell the line.
pub(crate) fn ending(phone: &[u8]) -> &[u8] {
    &phone[phone.len().saturating_sub(LINE)..]
}

/// The first half of a postcode.
pub(crate) fn area(postcode: &[u8]) -> &[u8] {
    &postcode[..(postcode.len() / 2).max(2).min(postcode.len())]
}

/// What bounds the level of a value beside any other.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
pub(crate) struct Sign {
    /// Bytes by their low five bits: those that occur, and above them those that occur twice. Of a birth date: its
    /// digits.
    mask: u64,
    /// Hash of what one level below slips compares: sound, mailbox, line, area.
    second: u32,
    /// First four bytes.
    head: u32,
    /// Up to 255.
    len: u8,
    flags: u8,
}

const INITIAL: u8 = 1;
const KIN: u8 = 2;
const BLANK: u8 = 4;
const LONG: u8 = 8;

impl Sign {
    fn of(role: Role, text: &str, kin: bool) -> Self {
        let bytes = text.as_bytes();
        let (mut once, mut twice) = (0u32, 0u32);
        for byte in bytes {
            let bit = 1 << (byte & 31);
            twice |= once & bit;
            once |= bit;
        }
        let mut head = [0; 4];
        head.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        let hash = |bytes: &[u8]| xxh3_64(bytes) as u32;
        let mut flags = 0;
        flags |= if text.split(' ').next().is_some_and(|word| word.len() == 1) { INITIAL } else { 0 };
        flags |= if kin { KIN } else { 0 };
        flags |= if text.contains(' ') { BLANK } else { 0 };
        flags |= if bytes.len() > LONGEST { LONG } else { 0 };
        Self {
            mask: u64::from(once) | u64::from(twice) << 32,
            second: match role {
                Role::Email => hash(mailbox(text).as_bytes()),
                Role::Phone => hash(ending(bytes)),
                Role::Postcode => hash(area(bytes)),
                Role::BirthDate => date::nibbles(text.parse().unwrap_or_default()),
                _ => sound(text),
            },
            head: u32::from_le_bytes(head),
            len: bytes.len().min(255) as u8,
            flags,
        }
    }

    /// Bytes that only the one has, and only the other; no more than there are.
    #[inline]
    fn alone(&self, other: &Self) -> (u32, u32) {
        ((self.mask & !other.mask).count_ones(), (other.mask & !self.mask).count_ones())
    }

    /// Whether at most `most` slips are possible.
    #[inline]
    fn may_slip(&self, other: &Self, most: u32) -> bool {
        let (here, there) = self.alone(other);
        u32::from(self.len.abs_diff(other.len)) <= most && here + there <= 2 * most
    }

    /// Whether up to two slips are possible, or Jaro–Winkler may reach `least`.
    #[inline]
    fn may_be_near(&self, other: &Self, least: f32) -> bool {
        let (here, there) = self.alone(other);
        if self.len.abs_diff(other.len) <= 2 && here + there <= 4 {
            return true;
        }
        let common = (u32::from(self.len) - here).min(u32::from(other.len) - there) as f32;
        let shares = INVERSE[usize::from(self.len & 127)] + INVERSE[usize::from(other.len & 127)];
        let jaro = (common * shares + 1.0) * (1.0 / 3.0);
        let head = ((self.head ^ other.head).trailing_zeros() / 8) as f32;
        jaro + 0.1 * head * (1.0 - jaro) + 1e-4 >= least
    }

    /// Whether the words of one may be words of the other.
    fn may_be_part(&self, other: &Self) -> bool {
        let (a, b) = (self.mask as u32 & !1, other.mask as u32 & !1);
        (self.flags | other.flags) & BLANK != 0 && (a & !b == 0 || b & !a == 0)
    }

    fn may_be_short(&self, other: &Self) -> bool {
        (self.flags & other.flags) & KIN != 0
            || ((self.flags | other.flags) & INITIAL != 0 && self.head as u8 == other.head as u8)
            || self.may_be_part(other)
    }

    /// Whether the level of two values may be any but the last.
    #[inline]
    pub(crate) fn may_be_alike(&self, other: &Self, role: Role) -> bool {
        if (self.flags | other.flags) & LONG != 0 {
            return true;
        }
        match role {
            Role::Given | Role::Family => {
                self.second == other.second
                    || self.may_be_near(other, NAME as f32)
                    || self.may_be_short(other)
            }
            Role::Name | Role::Place | Role::Company | Role::Address => {
                self.second == other.second || self.may_be_near(other, TEXT as f32) || self.may_be_part(other)
            }
            Role::Email => self.second == other.second || self.may_be_near(other, TEXT as f32),
            Role::Phone | Role::Postcode => self.second == other.second || self.may_slip(other, 1),
            Role::Identifier => self.may_slip(other, 2),
            Role::Category | Role::HouseNumber => self.may_slip(other, 1),
            Role::Exclusive => false,
            Role::BirthDate => date::level(self.second, other.second) != level::different(Role::BirthDate),
        }
    }
}

/// One over the length of a text.
static INVERSE: [f32; 128] = {
    let mut table = [1.0; 128];
    let mut at = 2;
    while at < 128 {
        table[at] = 1.0 / at as f32;
        at += 1;
    }
    table
};

/// Compares the records of a table.
#[derive(Debug)]
pub(crate) struct Bench<'p> {
    packed: &'p Packed,
    /// By field, then code.
    signs: Vec<Vec<Sign>>,
    /// Field of each lane.
    field: [usize; LANES],
    /// Role of each lane.
    role: [Role; LANES],
    /// Lanes of given and family names, where both are told.
    names: Option<(usize, usize)>,
}

impl<'p> Bench<'p> {
    /// For many pairs: signs every distinct value first.
    pub(crate) fn new(packed: &'p Packed) -> Self {
        let signs = packed.fields.iter().map(|field| signs_of(packed, field, packed.texts(field)));
        Self { signs: signs.collect(), ..Self::bare(packed) }
    }

    /// For few pairs: nothing is made ready.
    pub(crate) fn bare(packed: &'p Packed) -> Self {
        let (mut field, mut role) = ([0; LANES], [Role::Category; LANES]);
        for (at, own) in packed.fields.iter().enumerate() {
            field[own.lane] = at;
            role[own.lane] = own.role;
        }
        let lane = |role| packed.field(role).map(|field| field.lane);
        Self { packed, signs: Vec::new(), field, role, names: lane(Role::Given).zip(lane(Role::Family)) }
    }

    /// The levels of two ranks.
    pub(crate) fn levels(&self, a: u32, b: u32) -> Levels {
        let mut levels = [UNKNOWN; LANES];
        let mut codes = [[NONE; LANES]; 2];
        for field in &self.packed.fields {
            let pair = [field.code[a as usize], field.code[b as usize]];
            codes[0][field.lane] = pair[0];
            codes[1][field.lane] = pair[1];
            levels[field.lane] = match pair {
                [NONE, _] | [_, NONE] => UNKNOWN,
                [x, y] if x == y => EXACT,
                [x, y] => self.unequal(field.lane, x, y),
            };
        }
        if let Some((given, family)) = self.names
            && self.are_crossed(&codes[0], &codes[1])
        {
            levels[given] = level::NAME_CROSSED;
            levels[family] = UNKNOWN;
        }
        levels
    }

    /// Lanes of given and family names.
    pub(crate) fn name_lanes(&self) -> Option<(usize, usize)> {
        self.names
    }

    /// The level of two different known values of a lane.
    #[inline]
    pub(crate) fn unequal(&self, lane: usize, a: u32, b: u32) -> u8 {
        if self.may_be_alike(lane, a, b) {
            self.defined(lane, a, b)
        } else {
            level::different(self.role[lane])
        }
    }

    #[inline]
    fn may_be_alike(&self, lane: usize, a: u32, b: u32) -> bool {
        match self.signs.get(self.field[lane]) {
            Some(signs) => signs[a as usize].may_be_alike(&signs[b as usize], self.role[lane]),
            None => true,
        }
    }

    /// What bounds a value of a lane; that of no value bounds nothing.
    #[inline]
    pub(crate) fn sign(&self, lane: usize, code: u32) -> Sign {
        let signs = self.signs.get(self.field[lane]);
        signs.and_then(|signs| signs.get(code as usize)).copied().unwrap_or_default()
    }

    /// The level of two different known values by definition.
    pub(crate) fn defined(&self, lane: usize, a: u32, b: u32) -> u8 {
        let at = self.field[lane];
        let field = &self.packed.fields[at];
        if field.role == Role::BirthDate {
            let digits = |code: u32| date::nibbles(self.packed.birth[code as usize]);
            return date::level(digits(a), digits(b));
        }
        let texts = self.packed.texts(field);
        let beside = match field.role {
            Role::Given => Beside { kin: self.are_kin(a, b), no_slip: self.packed.are_two_names(a, b) },
            Role::Email => Beside { no_slip: self.packed.are_spelt(field, a, b), ..Beside::default() },
            _ => Beside::default(),
        };
        define(field.role, texts.get(a), texts.get(b), beside)
    }

    fn are_kin(&self, a: u32, b: u32) -> bool {
        let kin = |code: u32| self.packed.kin.get(&code).copied().unwrap_or_default();
        kin(a).meets(kin(b))
    }

    /// Whether given and family names changed places, one of them with a slip at most.
    #[inline]
    pub(crate) fn are_crossed(&self, a: &[u32; LANES], b: &[u32; LANES]) -> bool {
        let Some((given, family)) = self.names else {
            return false;
        };
        let (ga, fa, gb, fb) = (a[given], a[family], b[given], b[family]);
        if ga != fb && fa != gb {
            return false;
        }
        let known = ga != NONE && fa != NONE && gb != NONE && fb != NONE;
        let near = |x: u32, y: u32| x == y || self.unequal(family, x, y) <= level::NAME_SIMILAR;
        known && ga != gb && fa != fb && near(ga, fb) && near(fa, gb)
    }
}

fn signs_of(packed: &Packed, field: &Field, texts: &Texts) -> Vec<Sign> {
    let codes = 0..texts.len() as u32;
    codes
        .map(|code| {
            Sign::of(field.role, texts.get(code), packed.kin.contains_key(&code) && field.role == Role::Given)
        })
        .collect()
}

#[cfg(test)]
mod tests;
