//! `clauses` of a feed: what a silo's own words say of a subscription, in Kept's.

use crate::kind::Clause;
use std::collections::BTreeMap;

/// What a word of a silo says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// A clause of its subscription.
    Clause(Clause),
    /// The subscription has ended: a price of 0.
    Ended,
    /// Money was given back for it: the row is a refund.
    Refund,
    /// Nothing; the row tells of the record alone.
    Nothing,
}

/// Names of the words that are no clause.
const OTHERS: [(&str, Word); 3] =
    [("ended", Word::Ended), ("refund", Word::Refund), ("nothing", Word::Nothing)];

impl Word {
    /// The word of a name; case does not matter, and a blank or a dash is as good as an underscore.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = folded(name);
        let other = OTHERS.iter().find(|(known, _)| *known == name);
        other.map(|(_, word)| *word).or_else(|| Clause::from_name(&name).map(Self::Clause))
    }

    /// Every name, clauses first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Clause::ALL.iter().map(|clause| clause.name()).chain(OTHERS.iter().map(|(name, _)| *name))
    }
}

/// What the words of one feed say: its own first, then those of Kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    own: BTreeMap<String, Word>,
}

impl Words {
    /// From the silo's word → Kept's name. Names that nobody knows are left out; the check refuses them.
    pub fn new(written: &BTreeMap<String, String>) -> Self {
        let known = |(own, name): (&String, &String)| Some((folded(own), Word::from_name(name)?));
        Self { own: written.iter().filter_map(known).collect() }
    }

    /// What a word says; `None` when neither the feed nor Kept knows it.
    pub fn of(&self, word: &str) -> Option<Word> {
        if self.own.is_empty() {
            return Word::from_name(word);
        }
        self.own.get(&folded(word)).copied().or_else(|| Word::from_name(word))
    }
}

fn folded(word: &str) -> String {
    word.trim().chars().map(|c| if matches!(c, ' ' | '-') { '_' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silos_own_words_come_before_those_of_kept() {
        let written = [("Trialing", "trial"), ("free", "nothing"), ("odd", "clauze")];
        let words = Words::new(&written.map(|(own, name)| (own.to_owned(), name.to_owned())).into());
        for (word, says) in [
            ("trialing", Some(Word::Clause(Clause::Trial))),
            (" TRIALING ", Some(Word::Clause(Clause::Trial))),
            ("Past Due", Some(Word::Clause(Clause::PastDue))),
            ("past-due", Some(Word::Clause(Clause::PastDue))),
            ("free", Some(Word::Nothing)),
            ("ended", Some(Word::Ended)),
            ("Refund", Some(Word::Refund)),
            ("odd", None),
            ("zombie", None),
        ] {
            assert_eq!(words.of(word), says, "{word}");
        }
        assert_eq!(Words::default().of("free"), Some(Word::Clause(Clause::Free)));
    }

    #[test]
    fn every_name_is_a_word() {
        let words: Vec<_> = Word::names().map(Word::from_name).collect();
        assert!(words.len() == Clause::ALL.len() + 3 && words.iter().all(Option::is_some));
    }
}
