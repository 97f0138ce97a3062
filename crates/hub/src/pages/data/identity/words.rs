//! Identity in plain words: fields, levels, rules, doubts, chances.

use crate::pages::data::sentence;
use refresh::decisions::Verdict;

/// A field as a heading.
pub(crate) fn field(name: &str) -> String {
    let known = match name {
        "given" => "Given name",
        "family" => "Family name",
        "email" => "E-mail",
        "exclusive_id" => "Exclusive id",
        "email_domain" => "E-mail domain",
        "reference" => "Order or other reference",
        "same_as" => "The silo's word",
        "name+birth_date" => "Name and birth date",
        "name+address" => "Name and address",
        other => return sentence(&other.replace('_', " ").replace('+', ", ")),
    };
    known.to_owned()
}

/// How two values relate.
pub(super) fn level(name: &str) -> &str {
    match name {
        "equal" => "the same",
        "slip" => "one slip apart",
        "two slips" => "two slips apart",
        "crossed" => "given and family name swapped",
        "similar" => "much alike",
        "short" => "one is short for the other",
        "sound" => "alike in sound",
        "part" => "one is part of the other",
        "swapped" => "day and month swapped",
        "near" => "close in time",
        "year" => "of the same year",
        "mailbox" => "the same before the @",
        "ending" => "the same but for the prefix",
        "area" => "of the same area",
        other => other,
    }
}

/// The rule that joined two records.
pub(crate) fn rule(name: &str) -> &str {
    match name {
        "same_value" => "the shared value suffices, whatever the names",
        "told" => "their silo says that they are the same",
        "same_name" => "the names are the same",
        "close_name" => "the names are the same but for a slip or a missing part",
        "short_name" => "one name is a short form of the other",
        "new_family_name" => "the family name changed; nobody else shares this",
        "missing_name" => "one has no name; all others here are one person",
        "scored" => "weighed evidence",
        "decided" => "people decided",
        other => other,
    }
}

/// What keeps a pair apart until a person looks.
pub(super) fn doubt(name: &str) -> &str {
    match name {
        "uncertain" => "They look alike, but too little agrees to join them unasked, and too much to ignore.",
        "weak_bridge" => {
            "This one thin link would join two groups of records that each hold together well by themselves."
        }
        "exclusive_ids" => {
            "They look alike, but carry different ids of a kind that no customer has two of. Has one been mistyped?"
        }
        "guarded" => {
            "They share an e-mail or a phone, but their names or birth dates read like two people of one household."
        }
        "limit" => {
            "They look alike, but joined they would hold more than one customer may. Is a value shared by many?"
        }
        other => other,
    }
}

/// A doubt in two words, for a heading.
pub(super) fn doubt_name(name: &str) -> String {
    match name {
        "uncertain" => "Uncertain".to_owned(),
        "weak_bridge" => "Thin link between two groups".to_owned(),
        "exclusive_ids" => "Ids exclude each other".to_owned(),
        "guarded" => "Two people on one address?".to_owned(),
        "limit" => "Too much for one customer".to_owned(),
        other => sentence(&other.replace('_', " ")),
    }
}

/// A chance, 0–1, that two records are one customer.
pub(super) fn chance(chance: f64) -> &'static str {
    match chance {
        p if p >= 0.99 => "almost certainly one customer",
        p if p >= 0.9 => "very likely one customer",
        p if p >= 0.65 => "likely one customer",
        p if p > 0.35 => "as likely one customer as two",
        p if p > 0.1 => "likely two customers",
        p if p > 0.01 => "very likely two customers",
        _ => "almost certainly two customers",
    }
}

/// What was decided.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "One customer",
        Verdict::Different => "Two customers",
        Verdict::Undone => "Undid the decision before",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_words_yet_is_told_as_it_is() {
        assert_eq!(field("birth_date"), "Birth date");
        assert_eq!(field("house_number+x"), "House number, x");
        assert_eq!((level("same area"), rule("new_rule"), doubt("odd")), ("same area", "new_rule", "odd"));
        assert_eq!(doubt_name("birth_dates"), "Birth dates");
    }

    #[test]
    fn chances_are_named_evenly_on_both_sides() {
        for (p, told) in [
            (1.0, "almost certainly one customer"),
            (0.95, "very likely one customer"),
            (0.7, "likely one customer"),
            (0.5, "as likely one customer as two"),
            (0.3, "likely two customers"),
            (0.05, "very likely two customers"),
            (0.0, "almost certainly two customers"),
        ] {
            assert_eq!(chance(p), told, "{p}");
        }
    }
}
