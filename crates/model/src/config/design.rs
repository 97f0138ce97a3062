//! `[journey]`: how customers are meant to walk, as one line of touchpoints.

use super::{Config, Touchpoint};
use crate::suggest::hint;
use serde::Deserialize;
use toml::Spanned;

/// `[journey]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Designed {
    /// The journey as designed: touchpoints with `,` for one after the other, `|` for one of them, `&` for all in any
    /// order, `?` for perhaps, `+` for once or more, `*` for any number of times, and brackets:
    /// `"visit*, (order, delivery, survey?)+"`.
    #[serde(default)]
    pub designed: Option<Spanned<String>>,
    /// Whether events at touchpoints that it does not name are deviations too; else they are passed over.
    #[serde(default)]
    pub strict: bool,
}

/// A part of the designed journey; touchpoints by their position in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// One event there.
    Touchpoint(usize),
    /// One after the other.
    Sequence(Vec<Part>),
    /// One of them.
    Choice(Vec<Part>),
    /// All of them in any order.
    Parallel(Vec<Part>),
    /// It or nothing.
    Perhaps(Box<Part>),
    /// It once or more.
    Again(Box<Part>),
}

/// Brackets in brackets, at most.
const DEPTH: usize = 32;

impl Designed {
    /// The design; none where none is written or it cannot be read.
    pub fn part(&self, touchpoints: &[Touchpoint]) -> Option<Part> {
        read(self.designed.as_ref()?.get_ref(), touchpoints).ok()
    }

    pub(super) fn problem(&self, config: &Config) -> Option<(&Spanned<String>, String)> {
        let text = self.designed.as_ref()?;
        read(text.get_ref(), &config.touchpoints).err().map(|problem| (text, problem))
    }
}

fn read(text: &str, touchpoints: &[Touchpoint]) -> Result<Part, String> {
    let mut reader = Reader { rest: text.trim_start(), touchpoints };
    let part = reader.sequence(0)?;
    match reader.rest.chars().next() {
        None => Ok(part),
        Some(other) => Err(format!(
            "`{other}` does not belong here; join touchpoints by `,`, `|` or `&`, not without brackets by both `|` and `&`"
        )),
    }
}

struct Reader<'a> {
    rest: &'a str,
    touchpoints: &'a [Touchpoint],
}

impl Reader<'_> {
    fn take(&mut self, sign: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(sign) else { return false };
        self.rest = rest.trim_start();
        true
    }

    fn sequence(&mut self, depth: usize) -> Result<Part, String> {
        self.joined(',', Part::Sequence, &mut |reader| reader.branches(depth))
    }

    fn branches(&mut self, depth: usize) -> Result<Part, String> {
        let first = self.repeated(depth)?;
        let (sign, of): (char, fn(Vec<Part>) -> Part) = match self.rest.chars().next() {
            Some('|') => ('|', Part::Choice),
            Some('&') => ('&', Part::Parallel),
            _ => return Ok(first),
        };
        let mut parts = vec![first];
        while self.take(sign) {
            parts.push(self.repeated(depth)?);
        }
        Ok(of(parts))
    }

    fn joined(
        &mut self,
        sign: char,
        of: fn(Vec<Part>) -> Part,
        part: &mut dyn FnMut(&mut Self) -> Result<Part, String>,
    ) -> Result<Part, String> {
        let first = part(self)?;
        if !self.rest.starts_with(sign) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take(sign) {
            parts.push(part(self)?);
        }
        Ok(of(parts))
    }

    fn repeated(&mut self, depth: usize) -> Result<Part, String> {
        let mut part = self.one(depth)?;
        loop {
            part = if self.take('?') {
                Part::Perhaps(Box::new(part))
            } else if self.take('+') {
                Part::Again(Box::new(part))
            } else if self.take('*') {
                Part::Perhaps(Box::new(Part::Again(Box::new(part))))
            } else {
                return Ok(part);
            };
        }
    }

    fn one(&mut self, depth: usize) -> Result<Part, String> {
        if self.take('(') {
            if depth == DEPTH {
                return Err(format!("more than {DEPTH} brackets in one another; leave some out"));
            }
            let part = self.sequence(depth + 1)?;
            return if self.take(')') {
                Ok(part)
            } else {
                Err("a bracket is not closed; add `)`".to_owned())
            };
        }
        let end = self.rest.find([',', '|', '&', '?', '+', '*', '(', ')']).unwrap_or(self.rest.len());
        let (id, rest) = self.rest.split_at(end);
        let id = id.trim();
        self.rest = rest;
        if id.is_empty() {
            return Err(
                "a touchpoint is missing; write its id, such as \"visit*, (order, delivery)+\"".to_owned()
            );
        }
        let ids = || self.touchpoints.iter().map(|touchpoint| touchpoint.id.get_ref().as_str());
        let found = ids().position(|other| other == id);
        found.map(Part::Touchpoint).ok_or_else(|| format!("there is no touchpoint `{id}`{}", hint(id, ids())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Part, String> {
        let company = "[company]\nname = \"C\"\ncurrency = \"EUR\"\n[[department]]\nid = \"d\"\nname = \"D\"\n[[stage]]\nid = \"s\"\nname = \"S\"\n";
        let touchpoints = ["visit", "order", "delivery"]
            .map(|id| format!("[[touchpoint]]\nid = \"{id}\"\nname = \"T\"\nowner = \"d\"\nstage = \"s\"\n"));
        let config = format!("{company}{}[journey]\ndesigned = \"{text}\"\n", touchpoints.concat());
        match Config::parse(&config) {
            Ok(config) => Ok(config.journey.part(&config.touchpoints).unwrap()),
            Err(problems) => Err(problems[0].to_string()),
        }
    }

    #[test]
    fn signs_are_read_from_the_tightest_to_the_loosest() {
        use Part::{Again, Choice, Parallel, Perhaps, Sequence, Touchpoint};
        let again = |part| Again(Box::new(part));
        let perhaps = |part| Perhaps(Box::new(part));
        assert_eq!(read(" visit "), Ok(Touchpoint(0)));
        let whole = Sequence(vec![
            perhaps(again(Touchpoint(0))),
            again(Sequence(vec![Touchpoint(1), perhaps(Touchpoint(2))])),
        ]);
        assert_eq!(read("visit*, (order, delivery ?)+"), Ok(whole));
        let branches = Sequence(vec![
            Choice(vec![Touchpoint(0), Parallel(vec![Touchpoint(1), Touchpoint(2)])]),
            Touchpoint(0),
        ]);
        assert_eq!(read("visit | (order & delivery), visit"), Ok(branches));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line_and_the_cure() {
        for (text, problem) in [
            ("", "a touchpoint is missing"),
            ("visit,", "a touchpoint is missing"),
            ("vist", "there is no touchpoint `vist`; did you mean `visit`?"),
            ("(visit", "a bracket is not closed"),
            ("visit) order", "`)` does not belong here"),
            ("visit | order & delivery", "`&` does not belong here"),
            ("visit order", "there is no touchpoint `visit order`"),
            (&"(".repeat(40), "more than 32 brackets"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.starts_with("kept.toml:26: ") && told.contains(problem), "{text}: {told}");
        }
    }
}
