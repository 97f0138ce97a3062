//! Names of people as given and family words, whatever the order, script and dress they come in.

use super::{Digits, fold, nobody};

/// Parts given from family in the text of a name.
const MARK: char = '\u{1f}';
/// Opens a name of one word of which nobody can say whether it is given or family.
const LONE: char = '\u{1e}';

const TITLES: &[&str] = &[
    "dame",
    "dhr",
    "dipl",
    "don",
    "dona",
    "dott",
    "dr",
    "exmo",
    "fr",
    "frau",
    "fraulein",
    "herr",
    "hr",
    "ing",
    "lady",
    "lord",
    "madame",
    "mademoiselle",
    "mag",
    "master",
    "mevr",
    "miss",
    "mister",
    "mlle",
    "mme",
    "monsieur",
    "mr",
    "mrs",
    "ms",
    "mx",
    "prof",
    "professor",
    "rev",
    "senor",
    "senora",
    "sig",
    "signor",
    "signora",
    "sir",
    "sra",
    "srta",
];
const DEGREES: &[&str] = &["ba", "bsc", "dds", "esq", "jd", "llm", "ma", "mba", "md", "msc", "phd", "rn"];
const PARTICLES: &[&str] = &[
    "af", "al", "av", "bin", "bint", "da", "das", "de", "degli", "dei", "del", "della", "den", "der", "di",
    "do", "dos", "du", "el", "ibn", "la", "le", "lo", "mac", "mc", "op", "san", "st", "ten", "ter", "van",
    "vande", "vander", "vom", "von", "zu", "zum", "zur",
];

/// A clean name: lower-case ASCII words parted by blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// Given names, then a digit where a generation is told (Jr is 2); empty when missing.
    pub(crate) given: &'a str,
    /// Family name with its particles; empty when missing.
    pub(crate) family: &'a str,
    /// Whether the only word, in `given`, may as well be the family name.
    pub(crate) lone: bool,
}

impl<'a> Name<'a> {
    /// Reads what [`write`] wrote.
    pub(crate) fn of(text: &'a str) -> Self {
        if let Some(given) = text.strip_prefix(LONE) {
            return Self { given, family: "", lone: true };
        }
        let (given, family) = text.split_once(MARK).unwrap_or((text, ""));
        Self { given, family, lone: false }
    }
}

/// Replaces `out` by the clean name; false when the columns name nobody, or more than one person. Given and
/// family columns win over the whole name where both are filled.
pub(crate) fn write(name: Option<&str>, given: Option<&str>, family: Option<&str>, out: &mut String) -> bool {
    out.clear();
    let (given, family) = (told(given), told(family));
    let whole = name.filter(|text| !nobody::is_null(text));
    match (given, family, whole) {
        (Some(given), Some(family), _) => from_parts(given, family, out),
        (_, _, Some(whole)) => from_whole(whole, out),
        (given, family, None) => from_parts(given.unwrap_or_default(), family.unwrap_or_default(), out),
    }
    out.len() > MARK.len_utf8()
}

/// A part that says something; "Na" is a name in many languages.
fn told(part: Option<&str>) -> Option<&str> {
    part.filter(|text| !nobody::is_null(text) || text.trim().eq_ignore_ascii_case("na"))
}

fn from_parts(given: &str, family: &str, out: &mut String) {
    if names_several(given) {
        return;
    }
    let (mut first, mut last) = (String::new(), String::new());
    fold(given, Digits::Split, &mut first);
    fold(family, Digits::Split, &mut last);
    let mut first: Vec<&str> = undressed(first.split(' ').filter(|word| !word.is_empty()).collect());
    let mut last: Vec<&str> = undressed(last.split(' ').filter(|word| !word.is_empty()).collect());
    let generation = take_generation(&mut last);
    if first.len() > last.len() && first.ends_with(&last) {
        first.truncate(first.len() - last.len());
    }
    push(&first, &last, generation, out);
}

fn from_whole(name: &str, out: &mut String) {
    if names_several(name) {
        return;
    }
    if let Some((family, given)) = split_han(name) {
        return from_parts(given, family, out);
    }
    let (left, right) = name.split_once(',').unwrap_or((name, ""));
    let (mut main, mut rest) = (String::new(), String::new());
    fold(left, Digits::Split, &mut main);
    fold(right, Digits::Split, &mut rest);
    let mut tokens: Vec<&str> = main.split(' ').filter(|word| !word.is_empty()).collect();
    let mut behind: Vec<&str> = rest.split(' ').filter(|word| !word.is_empty()).collect();
    let generation = take_generation(&mut behind).or_else(|| take_generation(&mut tokens));
    behind.retain(|word| !TITLES.contains(word) && !DEGREES.contains(word));
    let tokens = undressed(tokens);
    if nobody::is_null(&main) {
        return;
    }
    match (tokens.as_slice(), behind.is_empty()) {
        (family, false) => push(&behind, family, generation, out),
        ([only], true) => out.extend([LONE.encode_utf8(&mut [0; 4]), *only]),
        (all, true) => {
            let (given, family) = all.split_at(family_start(all));
            push(given, family, generation, out);
        }
    }
}

/// "Anna & Tom Berg" is not one person.
fn names_several(name: &str) -> bool {
    name.contains(['&', '+', '/'])
        || name
            .split_whitespace()
            .any(|word| ["and", "und", "et", "og", "och"].iter().any(|also| word.eq_ignore_ascii_case(also)))
}

/// Chinese and Korean names come family first, usually without a blank.
fn split_han(name: &str) -> Option<(&str, &str)> {
    let name = name.trim();
    let han =
        |c: char| matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}');
    let mut letters = 0;
    for c in name.chars().filter(|c| !c.is_whitespace()) {
        if !han(c) {
            return None;
        }
        letters += 1;
    }
    let first = name.chars().next().filter(|_| letters >= 2)?;
    Some(name.split_once(char::is_whitespace).unwrap_or_else(|| name.split_at(first.len_utf8())))
}

/// Without titles before and degrees behind, as long as a word remains.
fn undressed(mut words: Vec<&str>) -> Vec<&str> {
    let titles = words.iter().take_while(|word| TITLES.contains(word) || **word == "sr").count();
    words.drain(..titles.min(words.len().saturating_sub(1)));
    while words.len() > 1 && words.last().is_some_and(|word| DEGREES.contains(word)) {
        words.pop();
    }
    words
}

fn take_generation(words: &mut Vec<&str>) -> Option<&'static str> {
    let generation = match *words.last()? {
        "sr" | "senior" => "1",
        "jr" | "junior" | "ii" => "2",
        "iii" => "3",
        "iv" => "4",
        _ => return None,
    };
    words.pop();
    Some(generation)
}

fn family_start(words: &[&str]) -> usize {
    let mut start = words.len().saturating_sub(1);
    while start > 1 && PARTICLES.contains(&words[start - 1]) {
        start -= 1;
    }
    start
}

fn push(given: &[&str], family: &[&str], generation: Option<&str>, out: &mut String) {
    for word in given.iter().copied().chain(generation.filter(|_| !given.is_empty())) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.push(MARK);
    for (at, word) in family.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(name: &str, given: &str, family: &str) -> Option<(String, String)> {
        let told = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (name, given, family) = (told(name), told(given), told(family));
        let mut out = String::new();
        write(name.as_deref(), given.as_deref(), family.as_deref(), &mut out).then(|| {
            let name = Name::of(&out);
            (name.given.to_owned(), if name.lone { "?".to_owned() } else { name.family.to_owned() })
        })
    }

    #[test]
    fn whole_names_are_split_into_given_and_family() {
        for (whole, given, family) in [
            ("Anna Berg", "anna", "berg"),
            ("Berg, Anna", "anna", "berg"),
            ("BERG, Anna Maria", "anna maria", "berg"),
            ("Dr. Anna Berg, PhD", "anna", "berg"),
            ("Frau Prof. Anna Berg", "anna", "berg"),
            ("Anna van den Berg", "anna", "van den berg"),
            ("van den Berg, Anna", "anna", "van den berg"),
            ("Sr. Juan García", "juan", "garcia"),
            ("John Berg Jr.", "john 2", "berg"),
            ("Berg, John, Jr.", "john 2", "berg"),
            ("John Berg III", "john 3", "berg"),
            ("J. R. Berg", "j r", "berg"),
            ("J.Berg", "j", "berg"),
            ("Seán O’Neill", "sean", "oneill"),
            ("\u{feff}Zoë 😀 GROẞ", "zoe", "gross"),
            ("Ａｎｎａ　Ｂｅｒｇ", "anna", "berg"),
            ("Ольга Иванова", "olga", "ivanova"),
            ("王小明", "xiaoming", "wang"),
            ("王 小明", "xiaoming", "wang"),
            ("محمد علي", "mhmd", "ly"),
            ("Anna", "anna", "?"),
            ("Mr Berg", "berg", "?"),
            ("Anna Null", "anna", "null"),
        ] {
            assert_eq!(cleaned(whole, "", ""), Some((given.into(), family.into())), "{whole:?}");
        }
    }

    #[test]
    fn given_and_family_columns_win_where_both_speak() {
        for (whole, first, last, given, family) in [
            ("B. Ärger", "Anna", "Berg", "anna", "berg"),
            ("Anna Berg", "Anna", "", "anna", "berg"),
            ("", "Anna", "", "anna", ""),
            ("", "", "Berg", "", "berg"),
            ("", "Anna Berg", "Berg", "anna", "berg"),
            ("", "Na", "Li", "na", "li"),
            ("", "Anna", "null", "anna", ""),
            ("", "x", "Berg", "", "berg"),
            ("", "John", "Berg Jr", "john 2", "berg"),
            ("n/a", "Anna", "", "anna", ""),
        ] {
            let found = cleaned(whole, first, last);
            assert_eq!(found, Some((given.into(), family.into())), "{whole:?} {first:?} {last:?}");
        }
    }

    #[test]
    fn nobody_and_several_people_have_no_name() {
        for whole in [
            "",
            "null",
            "N/A",
            "Test Test",
            "Guest",
            "anonymous",
            "[object Object]",
            "-",
            "😀",
            "12345",
            "x",
            "Anna & Tom Berg",
            "Anna und Tom Berg",
            "\u{feff}",
        ] {
            assert_eq!(cleaned(whole, "", ""), None, "{whole:?}");
        }
    }
}
