//! How alike two names are, part by part.
//!
//! Slips of the pen are told by Jaro–Winkler (Winkler 1990) and edit distance. Given names that differ in their
//! first or last letter, or by more than a slip, are never one: Lena and Elena, Martin and Martina, Maria and Mario
//! live under one roof.

use crate::clean::name::Name;

/// Jaro–Winkler similarity from which two words count as one, misspelt.
const CLOSE: f64 = 0.92;
/// Letters of a given name long enough for a letter too many, too few or wrong.
const SHORT: usize = 6;
/// Letters of a word long enough for two slips.
const LONG: usize = 8;

/// How two given names relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Given {
    /// The same words.
    Same,
    /// Misspelt, or with a further given name.
    Close,
    /// One is an initial or a short form of the other.
    Short,
    /// At least one is not known.
    Missing,
    /// Two names.
    Differ,
}

/// How two family names relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    /// The same words.
    Same,
    /// Misspelt, or one part of the other.
    Close,
    /// At least one is not known, or only by its initial.
    Missing,
    /// Two names.
    Differ,
}

/// How two names relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Likeness {
    /// Given against given.
    pub(crate) given: Given,
    /// Family against family.
    pub(crate) family: Family,
}

impl Likeness {
    /// One name, give or take a slip.
    pub(crate) fn is_sure(self) -> bool {
        self.given <= Given::Close && self.family <= Family::Close
    }

    /// Nothing in common, although both names are known.
    pub(crate) fn is_total_clash(self) -> bool {
        self.given == Given::Differ && self.family == Family::Differ
    }
}

/// Compares two names; symmetric.
pub(crate) fn compare(a: Name, b: Name) -> Likeness {
    if a.lone || b.lone {
        return compare_lone(a, b);
    }
    let straight = Likeness { given: given(a.given, b.given), family: family(a.family, b.family) };
    let swapped = !a.given.is_empty() && a.given == b.family && a.family == b.given;
    if swapped { Likeness { given: Given::Same, family: Family::Same } } else { straight }
}

/// One word alone fits where it is the other's given or family name.
fn compare_lone(a: Name, b: Name) -> Likeness {
    let (lone, other) = if a.lone { (a.given, b) } else { (b.given, a) };
    let as_given = given(lone, other.given);
    if as_given < Given::Missing {
        return Likeness { given: as_given, family: Family::Missing };
    }
    let as_family = family(lone, other.family);
    if as_family < Family::Missing {
        return Likeness { given: Given::Missing, family: as_family };
    }
    Likeness { given: Given::Differ, family: Family::Differ }
}

fn given(a: &str, b: &str) -> Given {
    if a.is_empty() || b.is_empty() {
        return Given::Missing;
    }
    if a == b || a.bytes().filter(|&byte| byte != b' ').eq(b.bytes().filter(|&byte| byte != b' ')) {
        return Given::Same;
    }
    let (mut left, mut right) = (a.split(' '), b.split(' '));
    let mut worst = Given::Same;
    loop {
        worst = worst.max(match (left.next(), right.next()) {
            (Some(a), Some(b)) => given_word(a, b),
            (Some(extra), None) | (None, Some(extra)) if is_generation(extra) => Given::Differ,
            (Some(_), None) | (None, Some(_)) => Given::Close,
            (None, None) => return worst,
        });
    }
}

fn is_generation(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

fn given_word(a: &str, b: &str) -> Given {
    if a == b {
        return Given::Same;
    }
    if a.len() == 1 || b.len() == 1 {
        return if a.as_bytes().first() == b.as_bytes().first() { Given::Short } else { Given::Differ };
    }
    if is_short_for(a, b) || is_short_for(b, a) {
        return Given::Short;
    }
    let (a, b) = (without_umlauts(a), without_umlauts(b));
    if a == b || is_misspelt(&a, &b) { Given::Close } else { Given::Differ }
}

/// Whether one letter too many, too few or wrong, or two letters swapped, tell two words of three letters or more apart.
pub(crate) fn is_one_slip(a: &str, b: &str) -> bool {
    a.len().min(b.len()) >= 3 && strsim::osa_distance(a, b) == 1
}

/// A word whose umlauts are written in two letters, in one: Juergen is Jurgen, as Jürgen is. What ends a word is
/// none: Zoe, Sue.
fn without_umlauts(word: &str) -> String {
    let bytes = word.as_bytes();
    let is_umlaut = |at: usize| {
        let vowel_before = at > 0 && b"aeiou".contains(&bytes[at - 1]);
        bytes[at..].get(1) == Some(&b'e')
            && b"aou".contains(&bytes[at])
            && !vowel_before
            && at + 2 < bytes.len()
    };
    let mut plain = String::with_capacity(word.len());
    let mut letters = word.char_indices();
    while let Some((at, letter)) = letters.next() {
        plain.push(letter);
        if is_umlaut(at) {
            letters.next();
        }
    }
    plain
}

/// One slip (two in a long name), neither in the first letter nor in the last. In a short name only a swap of
/// letters and what the ear does not tell are slips: Lea and Lena, Karin and Katrin are sisters as often as one misspelt.
fn is_misspelt(a: &str, b: &str) -> bool {
    let ends = |name: &str| (name.bytes().next(), name.trim_end_matches('h').bytes().last());
    let shorter = a.len().min(b.len());
    let slips = if shorter >= LONG { 2 } else { 1 };
    let may_slip = shorter >= SHORT || letters(a) == letters(b) || by_ear(a) == by_ear(b);
    may_slip
        && ends(a) == ends(b)
        && strsim::jaro_winkler(a, b) >= CLOSE
        && strsim::osa_distance(a, b) <= slips
}

/// A word without its silent h, each run of one letter written once.
fn by_ear(word: &str) -> Vec<u8> {
    let mut letters: Vec<u8> = word.bytes().filter(|&byte| byte != b'h').collect();
    letters.dedup();
    letters
}

/// The letters of a word in alphabetical order.
fn letters(word: &str) -> Vec<u8> {
    let mut letters = word.as_bytes().to_vec();
    letters.sort_unstable();
    letters
}

fn family(a: &str, b: &str) -> Family {
    if a.is_empty() || b.is_empty() {
        return Family::Missing;
    }
    if a == b || a.bytes().filter(|&byte| byte != b' ').eq(b.bytes().filter(|&byte| byte != b' ')) {
        return Family::Same;
    }
    if a.len() == 1 || b.len() == 1 {
        return if a.as_bytes().first() == b.as_bytes().first() { Family::Missing } else { Family::Differ };
    }
    let (a, b) = (&*without_umlauts(a), &*without_umlauts(b));
    let part_of =
        |part: &str, whole: &str| part.split(' ').all(|word| whole.split(' ').any(|other| other == word));
    let one_slip = || a.len().min(b.len()) >= 5 && strsim::osa_distance(a, b) <= 1;
    if part_of(a, b) || part_of(b, a) || one_slip() || strsim::jaro_winkler(a, b) >= CLOSE {
        Family::Close
    } else {
        Family::Differ
    }
}

/// Whether the first given name is an initial or a short form that may stand for several names.
pub(crate) fn is_short(given: &str) -> bool {
    let first = given.split(' ').next().unwrap_or_default();
    first.len() == 1 || SHORT_FORMS.iter().any(|(short, _)| *short == first)
}

fn is_short_for(short: &str, long: &str) -> bool {
    let fits = |name: &str| name == long || is_misspelt(name, long);
    SHORT_FORMS.iter().any(|(form, names)| *form == short && names.split(' ').any(fits))
}

/// Short forms of given names, each with the names it is used for.
pub(crate) const SHORT_FORMS: &[(&str, &str)] = &[
    ("abby", "abigail"),
    ("al", "albert alan alfred alexander"),
    ("alex", "alexander alexandra alexandre alejandro alejandra alessandro alessandra aleksandr alexis"),
    ("andy", "andrew andreas"),
    ("becky", "rebecca"),
    ("ben", "benjamin benedict benedikt"),
    ("bernie", "bernard bernadette"),
    ("beth", "elizabeth elisabeth bethany"),
    ("bill", "william"),
    ("bob", "robert"),
    ("cathy", "catherine cathrine"),
    ("charlie", "charles charlotte"),
    ("chris", "christopher christian christina christine christoph"),
    ("cindy", "cynthia"),
    ("dan", "daniel daniela danielle"),
    ("dave", "david"),
    ("deb", "deborah debra"),
    ("debbie", "deborah debra"),
    ("dick", "richard"),
    ("dom", "dominic dominik"),
    ("don", "donald"),
    ("ed", "edward edwin edgar eduardo"),
    ("eddie", "edward edwin edgar eduardo"),
    ("fran", "francis frances francesca francisco"),
    ("fred", "frederick frederic alfred frederik"),
    ("fritz", "friedrich"),
    ("greg", "gregory gregor"),
    ("hans", "johannes"),
    ("jack", "john jackson"),
    ("jake", "jacob jakob"),
    ("jen", "jennifer"),
    ("jenny", "jennifer"),
    ("jim", "james"),
    ("joe", "joseph"),
    ("josh", "joshua"),
    ("kate", "katherine catherine kathryn katharina"),
    ("kathy", "katherine kathryn kathleen"),
    ("katie", "katherine catherine kathryn"),
    ("ken", "kenneth"),
    ("larry", "lawrence laurence"),
    ("liz", "elizabeth elisabeth"),
    ("lou", "louis louise"),
    ("maggie", "margaret"),
    ("mandy", "amanda"),
    ("matt", "matthew matthias"),
    ("max", "maximilian maxwell maxim"),
    ("meg", "megan margaret"),
    ("mike", "michael miguel"),
    ("nat", "nathan nathaniel natalie natasha"),
    ("nick", "nicholas nicolas nikolas nikolaus"),
    ("pam", "pamela"),
    ("pat", "patrick patricia"),
    ("paco", "francisco"),
    ("pepe", "jose"),
    ("pete", "peter"),
    ("phil", "philip phillip philipp"),
    ("ray", "raymond"),
    ("rich", "richard"),
    ("rick", "richard"),
    ("rob", "robert roberto"),
    ("ron", "ronald"),
    ("sam", "samuel samantha"),
    ("sandy", "sandra alexander alexandra"),
    ("sebi", "sebastian"),
    ("sepp", "josef"),
    ("stef", "stefan stefanie stephan stephanie"),
    ("steve", "steven stephen"),
    ("sue", "susan suzanne"),
    ("ted", "theodore edward"),
    ("theo", "theodor theodore"),
    ("tim", "timothy"),
    ("tina", "christina martina bettina"),
    ("tom", "thomas tomas"),
    ("tommy", "thomas"),
    ("tony", "anthony antonio anton"),
    ("uli", "ulrich ulrike"),
    ("val", "valerie valentin valentina"),
    ("vicky", "victoria"),
    ("will", "william wilhelm"),
    ("wolf", "wolfgang"),
    ("zack", "zachary"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn name<'a>(given: &'a str, family: &'a str) -> Name<'a> {
        Name { given, family, lone: false }
    }

    #[test]
    fn given_names_are_compared_as_people_write_them() {
        use Given::{Close, Differ, Missing, Same, Short};
        for (a, b, relation) in [
            ("anna", "anna", Same),
            ("anna maria", "annamaria", Same),
            ("anna maria", "anna", Close),
            ("anna maria", "anna lisa", Differ),
            ("anna m", "anna maria", Short),
            ("ana", "anna", Close),
            ("sara", "sarah", Close),
            ("micheal", "michael", Close),
            ("jon", "john", Close),
            ("j", "john", Short),
            ("j", "tom", Differ),
            ("bob", "robert", Short),
            ("alex", "alexandra", Short),
            ("", "anna", Missing),
            ("martin", "martina", Differ),
            ("maria", "mario", Differ),
            ("julia", "julian", Differ),
            ("paul", "pauline", Differ),
            ("maria", "martina", Differ),
            ("lena", "elena", Differ),
            ("lea", "lena", Differ),
            ("karin", "katrin", Differ),
            ("jrog", "jorg", Close),
            ("mike", "micheal", Short),
            ("christian", "christina", Differ),
            ("simon", "simone", Differ),
            ("anna", "tom", Differ),
            ("john", "john 2", Differ),
            ("john 1", "john 2", Differ),
        ] {
            assert_eq!(given(a, b), relation, "{a} against {b}");
            assert_eq!(given(b, a), relation, "{b} against {a}");
        }
    }

    #[test]
    fn family_names_are_compared_as_people_write_them() {
        for (a, b, relation) in [
            ("berg", "berg", Family::Same),
            ("van den berg", "vandenberg", Family::Same),
            ("mueller", "muller", Family::Close),
            ("schmidt", "schmitd", Family::Close),
            ("berg larsen", "larsen", Family::Close),
            ("de la cruz", "cruz", Family::Close),
            ("b", "berg", Family::Missing),
            ("", "berg", Family::Missing),
            ("l", "berg", Family::Differ),
            ("berg", "larsen", Family::Differ),
        ] {
            assert_eq!(family(a, b), relation, "{a} against {b}");
            assert_eq!(family(b, a), relation, "{b} against {a}");
        }
    }

    #[test]
    fn a_word_alone_may_be_given_or_family_and_order_may_be_swapped() {
        let lone = |word| Name { given: word, family: "", lone: true };
        let with = |word| compare(lone(word), name("anna", "berg"));
        assert_eq!(with("anna"), Likeness { given: Given::Same, family: Family::Missing });
        assert_eq!(with("berg"), Likeness { given: Given::Missing, family: Family::Same });
        assert!(with("tom").is_total_clash());
        assert!(compare(name("berg", "anna"), name("anna", "berg")).is_sure());
        assert!(compare(name("tom", "larsen"), name("anna", "berg")).is_total_clash());
    }
}
