//! How one silo writes a person down: misspelt, abbreviated, in capitals, with another address or phone format.
//! The kinds of error follow Christen and Vatsalan, "Flexible and extensible generation of personal data" (2013).

use super::Person;
use super::names::unaccented;
use crate::chance::{Chance, Purpose};
use crate::silo::Silo;

/// A person as one silo knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Face {
    pub(crate) given: String,
    pub(crate) family: String,
    /// Both, in the order the silo has them.
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) street: String,
    pub(crate) town: String,
    pub(crate) postcode: String,
}

/// The number of the office that dozens share.
pub(crate) const OFFICE_PHONE: &str = "+49 30 5550 1000";

/// How careless a silo is, as shares (0–1) of its records.
struct Manners {
    typo: f64,
    swapped: f64,
    initial: f64,
    no_phone: f64,
    loud_email: f64,
    blanks: f64,
    family_email: f64,
}

const fn manners(silo: Silo) -> Manners {
    let calm = Manners {
        typo: 0.03,
        swapped: 0.0,
        initial: 0.0,
        no_phone: 0.3,
        loud_email: 0.05,
        blanks: 0.0,
        family_email: 0.0,
    };
    match silo {
        Silo::Shop => Manners { typo: 0.04, no_phone: 0.45, blanks: 0.02, ..calm },
        Silo::Billing => Manners { typo: 0.02, blanks: 0.02, family_email: 0.7, ..calm },
        Silo::Support => Manners { typo: 0.08, initial: 0.1, blanks: 0.02, family_email: 0.7, ..calm },
        Silo::Courier => Manners { typo: 0.06, initial: 0.05, ..calm },
        Silo::Web | Silo::Insight => Manners { typo: 0.01, ..calm },
        Silo::Crm => {
            Manners { typo: 0.08, loud_email: 0.1, blanks: 0.04, family_email: 0.7, no_phone: 0.2, ..calm }
        }
        Silo::Stores => Manners { typo: 0.14, swapped: 0.1, family_email: 0.7, no_phone: 0.25, ..calm },
    }
}

/// How a silo writes a person; `spelling` counts the ways in which it has them twice.
pub(crate) fn face(seed: u64, person: &Person, silo: Silo, spelling: u64) -> Face {
    let stream = 10 * silo as u64 + spelling;
    let mut chance = Chance::nth(seed, Purpose::Face, stream, u64::from(person.id));
    let manners = manners(silo);
    let mut given = spelt(&mut chance, person.given.text, person.given.latin, manners.typo / 2.0);
    let family = spelt(&mut chance, person.home.family.text, person.home.family.latin, manners.typo);
    if chance.hit(manners.initial) {
        given = given.chars().take(1).collect::<String>() + ".";
    }
    let name =
        if chance.hit(manners.swapped) { format!("{family}, {given}") } else { format!("{given} {family}") };
    let shared = person.family_email.as_ref().filter(|_| chance.hit(manners.family_email));
    let own = shared.unwrap_or(&person.email);
    let email = disguised_email(&mut chance, own, manners.loud_email, manners.blanks);
    let (office, no_phone) = (chance.hit(0.9), chance.hit(manners.no_phone));
    let phone = match (person.office && office, no_phone) {
        (true, _) => office_phone(&mut chance),
        (false, true) => {
            if chance.hit(0.04) {
                "n/a".to_owned()
            } else {
                String::new()
            }
        }
        (false, false) => mobile(&mut chance, person.mobile),
    };
    let street = if chance.hit(0.12) {
        person.home.street.replace("straße", "str.")
    } else {
        person.home.street.clone()
    };
    Face {
        given,
        family,
        name,
        email,
        phone,
        street,
        town: person.home.town.name.to_owned(),
        postcode: format!("{:05}", person.home.postcode),
    }
}

/// An address as typed this time: capitals and stray blanks, but the same mailbox.
pub(crate) fn disguised_email(chance: &mut Chance, email: &str, loud: f64, blanks: f64) -> String {
    let (loud, blank, kind) = (chance.hit(loud), chance.hit(blanks), chance.below(3));
    let mut text = match kind {
        _ if !loud => email.to_owned(),
        0 => email.to_uppercase(),
        _ => capitalised(email),
    };
    if blank {
        text = if kind == 0 { format!(" {text}") } else { format!("{text} ") };
    }
    text
}

/// The mobile number in the international form without blanks.
pub(crate) fn mobile_e164(mobile: u32) -> String {
    format!("+49150{mobile:08}")
}

fn mobile(chance: &mut Chance, mobile: u32) -> String {
    let (front, back) = (mobile / 10_000, mobile % 10_000);
    match chance.below(6) {
        0 => format!("0150 {mobile:08}"),
        1 => format!("0150/{front:04} {back:04}"),
        2 => format!("0049 150 {mobile:08}"),
        3 => format!("+49 (0)150 {front:04}-{back:04}"),
        4 => format!("0150{mobile:08}"),
        _ => mobile_e164(mobile),
    }
}

fn office_phone(chance: &mut Chance) -> String {
    chance.pick(&[OFFICE_PHONE, "030 55501000", "030/5550-1000", "+493055501000"]).to_owned()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn spelt(chance: &mut Chance, text: &str, latin: &str, typo: f64) -> String {
    let (plain, wrong) = (chance.hit(0.08), chance.hit(typo));
    let text = if plain { unaccented(latin) } else { text.to_owned() };
    if wrong { misspelt(chance, &text) } else { text }
}

/// One slip of the fingers in a word of three letters or more.
fn misspelt(chance: &mut Chance, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 3 || !letters.iter().all(|letter| letter.is_alphabetic()) {
        return text.to_owned();
    }
    let at = 1 + chance.below(letters.len() as u32 - 2) as usize;
    match chance.below(5) {
        0 => letters.swap(at, at + 1),
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letters[at]),
        3 => letters[at] = sounds_like(letters[at]),
        _ => letters[at] = chance.pick(&['a', 'e', 'i', 'n', 'r', 's', 't']),
    }
    letters.into_iter().collect()
}

fn sounds_like(letter: char) -> char {
    const ALIKE: &[(char, char)] = &[
        ('c', 'k'),
        ('k', 'c'),
        ('f', 'v'),
        ('v', 'f'),
        ('i', 'y'),
        ('y', 'i'),
        ('d', 't'),
        ('t', 'd'),
        ('z', 's'),
    ];
    ALIKE.iter().find(|(one, _)| *one == letter).map_or('h', |(_, other)| *other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disguised_address_is_the_same_mailbox() {
        let mut chance = Chance::of(3, Purpose::Face, 1);
        let mut changed = 0;
        for _ in 0..200 {
            let typed = disguised_email(&mut chance, "ann.lee@mail.example", 0.5, 0.5);
            assert_eq!(typed.trim().to_lowercase(), "ann.lee@mail.example");
            changed += u32::from(typed != "ann.lee@mail.example");
        }
        assert!(changed > 50);
    }

    #[test]
    fn a_slip_changes_one_letter_or_two() {
        let mut chance = Chance::of(3, Purpose::Face, 2);
        for name in ["Schröder", "Wójcik", "Nowak", "Kim"] {
            for _ in 0..50 {
                let wrong = misspelt(&mut chance, name);
                assert!(wrong.chars().count().abs_diff(name.chars().count()) <= 1, "{wrong}");
                assert_eq!(wrong.chars().next(), name.chars().next());
            }
        }
        assert_eq!(misspelt(&mut chance, "李"), "李");
    }
}
