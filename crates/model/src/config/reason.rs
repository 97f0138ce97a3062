//! `[[reason]]`: the company's own list of why customers say they leave, and the words it knows each by.

use super::glob;
use serde::Deserialize;
use toml::Spanned;

/// Ids that stand for what no reason of the list says; they cannot be given to one.
pub const RESERVED_REASONS: [&str; 2] = [OTHER_REASON, UNKNOWN_REASON];
/// A reason was given, and no entry of the list knows it.
pub const OTHER_REASON: &str = "other";
/// No reason was given.
pub const UNKNOWN_REASON: &str = "unknown";

/// `[[reason]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Its stable name.
    pub id: Spanned<String>,
    /// Shown.
    pub name: String,
    /// Words in a row that tell it, wherever they stand in a text; case and signs do not matter. `*` stands for any
    /// run of letters within a word, alone for any one word.
    #[serde(rename = "match")]
    pub patterns: Vec<Spanned<String>>,
    /// The department that can do something about it.
    #[serde(default)]
    pub owner: Option<Spanned<String>>,
}

/// The list, made ready to be looked for in many texts.
#[derive(Debug, Clone)]
pub struct Taxonomy {
    /// By reason, in file order: its patterns, each word by word.
    patterns: Vec<Vec<Vec<String>>>,
}

impl Taxonomy {
    /// Of the reasons as they stand in the file.
    pub fn new(reasons: &[Reason]) -> Self {
        let ready = |reason: &Reason| {
            let patterns = reason.patterns.iter().map(|pattern| pattern_words(pattern.get_ref()));
            patterns.filter(|words| !words.is_empty()).collect()
        };
        Self { patterns: reasons.iter().map(ready).collect() }
    }

    /// The first reason, by its position in the file, one of whose patterns stands in any of the texts.
    pub fn reason_of<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Option<usize> {
        let texts: Vec<Vec<String>> = texts.into_iter().map(words).collect();
        let tells = |patterns: &Vec<Vec<String>>| {
            patterns.iter().any(|pattern| texts.iter().any(|words| stands_in(pattern, words)))
        };
        self.patterns.iter().position(tells)
    }
}

fn stands_in(pattern: &[String], words: &[String]) -> bool {
    let fits = |(pattern, word): (&String, &String)| glob(pattern.as_bytes(), word.as_bytes());
    words.windows(pattern.len()).any(|window| pattern.iter().zip(window).all(fits))
}

fn words(text: &str) -> Vec<String> {
    cut(text, |letter| !letter.is_alphanumeric())
}

/// The words of a pattern, in which `*` counts as a letter; none when they are nothing but `*`.
pub(super) fn pattern_words(pattern: &str) -> Vec<String> {
    let mut words = cut(pattern, |letter| !letter.is_alphanumeric() && letter != '*');
    if words.iter().all(|word| word.bytes().all(|byte| byte == b'*')) {
        words.clear();
    }
    words
}

fn cut(text: &str, between: impl Fn(char) -> bool) -> Vec<String> {
    text.split(between).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taxonomy(reasons: &[&[&str]]) -> Taxonomy {
        let spanned = |pattern: &&str| Spanned::new(0..0, (*pattern).to_owned());
        let reason = |patterns: &&[&str]| Reason {
            id: Spanned::new(0..0, "r".to_owned()),
            name: "R".to_owned(),
            patterns: patterns.iter().map(spanned).collect(),
            owner: None,
        };
        Taxonomy::new(&reasons.iter().map(reason).collect::<Vec<_>>())
    }

    #[test]
    fn a_reason_is_told_by_whole_words_wherever_they_stand() {
        let reasons = taxonomy(&[
            &["too expensive", "pric*"],
            &["late", "payment_failed", "waited * days"],
            &["* *", ""],
        ]);
        let table = [
            ("Has become TOO  expensive.", Some(0)),
            ("Not too very expensive", None),
            ("Prices!", Some(0)),
            ("half-price sale", Some(0)),
            ("It came late, and the price rose", Some(0)),
            ("chocolate", None),
            ("payment failed", Some(1)),
            ("PAYMENT-FAILED", Some(1)),
            ("I waited ten days", Some(1)),
            ("I waited days", None),
            ("zu spät", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(reasons.reason_of([text]), expected, "{text}");
        }
        assert_eq!(reasons.reason_of(["cancellation_requested", "Too expensive"]), Some(0));
    }

    #[test]
    fn words_of_all_scripts_count() {
        let reasons = taxonomy(&[&["ÜBERTEUERT", "цена"]]);
        assert_eq!(reasons.reason_of(["Alles überteuert!"]), Some(0));
        assert_eq!(reasons.reason_of(["Цена выросла"]), Some(0));
    }
}
