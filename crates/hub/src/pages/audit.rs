//! The audit log: who did what, and who saw whose personal data.

pub mod export;
pub mod show;

use crate::error::Failure;
use crate::links;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::{Actor, Sought, UserId};

/// Where it is.
pub(crate) const PATH: &str = "/settings/audit";
/// Where it leaves as a file.
pub(crate) const EXPORT: &str = "/settings/audit/export";

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Asked {
    /// Who: `user:7`, `token:3`, `system`, `visitor`.
    #[serde(default)]
    pub actor: String,
    /// What was done.
    #[serde(default)]
    pub verb: String,
    /// To what: how it begins.
    #[serde(default)]
    pub object: String,
    /// First day, `2026-10-31`, in the company's zone.
    #[serde(default)]
    pub from: String,
    /// Last day.
    #[serde(default)]
    pub until: String,
    /// Only rows before this one.
    pub before: Option<i64>,
}

impl Asked {
    fn sought(&self, zone: &TimeZone) -> Result<Sought<'_>, Failure> {
        Ok(Sought {
            actor: self.actor.trim(),
            verb: self.verb.trim(),
            object: self.object.trim(),
            from_us: day_us(&self.from, 0, zone)?,
            until_us: day_us(&self.until, 1, zone)?,
            before_seq: self.before,
        })
    }

    /// The same question at another address, from a row on.
    fn address(&self, path: &str, before: Option<i64>) -> String {
        let before = before.map(|seq| seq.to_string()).unwrap_or_default();
        let parts = [
            ("actor", self.actor.as_str()),
            ("verb", &self.verb),
            ("object", &self.object),
            ("from", &self.from),
            ("until", &self.until),
            ("before", &before),
        ];
        links::address(path, &parts)
    }
}

/// When a day begins, some days later; `None` for no day.
fn day_us(text: &str, later: i64, zone: &TimeZone) -> Result<Option<i64>, Failure> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let wrong = || Failure::unclear(format!("`{text}` is no day."), "Write it as 2026-10-31.");
    let day: Date = text.trim().parse().map_err(|_| wrong())?;
    let day = day.checked_add(jiff::Span::new().days(later)).map_err(|_| wrong())?;
    let begins = day.to_zoned(zone.clone()).map_err(|_| wrong())?;
    Ok(Some(begins.timestamp().as_microsecond()))
}

/// What a user did.
pub(crate) fn of_actor(user: UserId) -> String {
    links::address(PATH, &[("actor", &Actor::User(user).to_string())])
}

/// What was done to a user's account.
pub(crate) fn of_user(user: UserId) -> String {
    links::address(PATH, &[("object", &format!("user:{}", user.0))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_company_and_the_last_one_is_whole() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let asked = Asked { from: "2026-10-25".into(), until: "2026-10-25".into(), ..Asked::default() };
        let sought = asked.sought(&zone).unwrap();
        // The day on which the clocks go back has 25 hours.
        let hours = (sought.until_us.unwrap() - sought.from_us.unwrap()) / 3_600_000_000;
        assert_eq!(hours, 25);
        assert!(Asked { from: "yesterday".into(), ..Asked::default() }.sought(&zone).is_err());
    }
}
