//! `[[promise]]` and `[calendar]`: what the company will and will not do, the rule that tells whether it did, and when it
//! is open.

use super::{Config, Touchpoint};
use crate::kind::Outcome;
use crate::period::Day;
use crate::suggest::hint;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

/// `[[promise]]`: `when … then … within …`, or `never … after …`. Without a rule it stands in the code of conduct, marked
/// as not yet measurable.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Its stable name.
    pub id: Spanned<String>,
    /// What is promised, in words a customer would read.
    pub name: String,
    /// The department that answers for it.
    pub owner: Spanned<String>,
    /// What calls for it: `"touchpoint"`, `"one, another"`, or with outcomes `"touchpoint: ok, late"`.
    #[serde(default)]
    pub when: Option<Spanned<String>>,
    /// What must follow.
    #[serde(default)]
    pub then: Option<Spanned<String>>,
    /// How soon, or for how long it must not happen: `"2 business days"`, `"48 hours"`.
    #[serde(default)]
    pub within: Option<Spanned<String>>,
    /// What must not happen.
    #[serde(default)]
    pub never: Option<Spanned<String>>,
    /// After what it must not happen.
    #[serde(default)]
    pub after: Option<Spanned<String>>,
    /// What ties the two events together.
    #[serde(default)]
    pub per: Per,
}

/// What ties the two events of a promise together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// The order, ticket or subscription that both name, in one silo.
    #[default]
    Reference,
    /// The customer.
    Customer,
}

/// Events a promise speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// Touchpoints by their position in the file; any when empty.
    pub touchpoints: Vec<usize>,
    /// Outcomes; any when empty.
    pub outcomes: Vec<Outcome>,
}

/// How long one may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// Minutes by the clock.
    Minutes(u32),
    /// Minutes of opening time.
    BusinessMinutes(u32),
    /// Until the end of the local day so many days later; 0 is the same day.
    Days(u32),
    /// Until closing on the so-manieth day, from 1, on which the company opens.
    BusinessDays(u32),
}

/// A rule that can be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromiseRule {
    /// After every `when` a `then` follows within a time.
    Then {
        /// What calls for it.
        when: Met,
        /// What must follow.
        then: Met,
        /// How soon.
        within: Within,
    },
    /// After an `after` no `never` follows, within a time or ever.
    Never {
        /// What must not happen.
        never: Met,
        /// After what.
        after: Met,
        /// For how long; ever when none.
        within: Option<Within>,
    },
}

impl Promise {
    /// The rule; none where the promise is not yet measurable. Broken parts, which [`Config::parse`] refuses, count as
    /// none.
    pub fn rule(&self, touchpoints: &[Touchpoint]) -> Option<PromiseRule> {
        let met = |at: &Option<Spanned<String>>| met(at.as_ref()?.get_ref(), touchpoints).ok();
        let time = self.within.as_ref().and_then(|text| within(text.get_ref()).ok());
        match (met(&self.when), met(&self.then), met(&self.never), met(&self.after)) {
            (Some(when), Some(then), None, None) => Some(PromiseRule::Then { when, then, within: time? }),
            (None, None, Some(never), Some(after)) => Some(PromiseRule::Never { never, after, within: time }),
            _ => None,
        }
    }

    /// What is wrong with the rule, each with the text it stands in; none for what belongs to the promise as a whole.
    pub(super) fn problems(&self, config: &Config) -> Vec<(Option<&Spanned<String>>, String)> {
        let mut found = Vec::new();
        let given = [&self.when, &self.then, &self.never, &self.after].map(Option::is_some);
        if !matches!(
            given,
            [true, true, false, false] | [false, false, true, true] | [false, false, false, false]
        ) {
            let cure = "a promise needs when, then and within, or never and after; or none of them, when it is not yet \
                        measurable";
            found.push((None, cure.to_owned()));
        }
        if self.when.is_some() && self.then.is_some() && self.within.is_none() {
            found.push((None, "say how soon: within = \"2 business days\"".to_owned()));
        }
        if self.within.is_some() && !given.contains(&true) {
            found.push((self.within.as_ref(), "within needs when and then, or never and after".to_owned()));
        }
        for text in [&self.when, &self.then, &self.never, &self.after].into_iter().flatten() {
            if let Err(problem) = met(text.get_ref(), &config.touchpoints) {
                found.push((Some(text), problem));
            }
        }
        if let Some(text) = &self.within {
            match within(text.get_ref()) {
                Err(problem) => found.push((Some(text), problem)),
                Ok(Within::BusinessMinutes(_) | Within::BusinessDays(_)) if config.calendar.is_none() => {
                    let cure = "business time needs a calendar; add [calendar] with open = [\"mon-fri 09:00-17:00\"]";
                    found.push((Some(text), cure.to_owned()));
                }
                Ok(_) => {}
            }
        }
        found
    }
}

/// `"care, refund: ok, late"`; `*` is any touchpoint.
fn met(text: &str, touchpoints: &[Touchpoint]) -> Result<Met, String> {
    let (at, outcomes) = text.split_once(':').unwrap_or((text, ""));
    let parts = |text| str::split(text, ',').map(str::trim).filter(|part| !part.is_empty());
    let ids = || touchpoints.iter().map(|touchpoint| touchpoint.id.get_ref().as_str());
    let touchpoint = |id: &str| {
        ids().position(|known| known == id).ok_or_else(|| {
            format!(
                "there is no touchpoint `{id}`{}; write \"touchpoint\" or \"touchpoint: outcome\"",
                hint(id, ids())
            )
        })
    };
    let outcome = |name: &str| {
        Outcome::from_name(name).ok_or_else(|| {
            let known = || Outcome::ALL.iter().map(|outcome| outcome.name());
            let near = hint(name, known());
            format!("there is no outcome `{name}`{near}; known: {}", known().collect::<Vec<_>>().join(", "))
        })
    };
    let named: Vec<&str> = parts(at).collect();
    if named.is_empty() {
        return Err("no touchpoint is named; write its id, or * for any".to_owned());
    }
    let any = named == ["*"];
    Ok(Met {
        touchpoints: if any {
            Vec::new()
        } else {
            named.into_iter().map(touchpoint).collect::<Result<_, _>>()?
        },
        outcomes: parts(outcomes).map(outcome).collect::<Result<_, _>>()?,
    })
}

/// `"90 minutes"`, `"48 hours"`, `"3 days"`, `"2 weeks"`, `"8 business hours"`, `"2 business days"`, `"same day"`.
fn within(text: &str) -> Result<Within, String> {
    let cure = || {
        format!(
            "`{text}` is no time; write as \"48 hours\", \"3 days\", \"2 business days\" or \"8 business hours\""
        )
    };
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let words: Vec<&str> = words.iter().map(|word| word.strip_suffix('s').unwrap_or(word)).collect();
    if words == ["same", "day"] {
        return Ok(Within::Days(0));
    }
    let count =
        |text: &str| text.parse::<u32>().ok().filter(|count| (1..=100_000).contains(count)).ok_or_else(cure);
    let (count, unit) = match words[..] {
        [number, unit] => (count(number)?, unit.to_owned()),
        // `business` lost its last letter above.
        [number, "busines", unit] => (count(number)?, format!("business {unit}")),
        _ => return Err(cure()),
    };
    match unit.as_str() {
        "minute" => Ok(Within::Minutes(count)),
        "hour" => Ok(Within::Minutes(count * 60)),
        "day" => Ok(Within::Days(count)),
        "week" => Ok(Within::Days(count * 7)),
        "business minute" => Ok(Within::BusinessMinutes(count)),
        "business hour" => Ok(Within::BusinessMinutes(count * 60)),
        "business day" => Ok(Within::BusinessDays(count)),
        _ => Err(cure()),
    }
}

/// `[calendar]`: when the company is open.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// IANA name; the company's when absent.
    #[serde(default)]
    pub timezone: Option<Spanned<String>>,
    /// `"mon-fri 09:00-17:00"`, `"sat 10:00-14:00"`.
    pub open: Vec<Spanned<String>>,
    /// Local days closed throughout, `2026-12-25`.
    #[serde(default)]
    pub holidays: Vec<Spanned<String>>,
}

/// Opening times by weekday from Monday: first minute of the day, minute after the last.
pub type Week = [Vec<(u16, u16)>; 7];

impl Calendar {
    /// The zone in which it is told.
    pub fn zone(&self, company: &TimeZone) -> TimeZone {
        let named = self.timezone.as_ref().and_then(|name| TimeZone::get(name.get_ref()).ok());
        named.unwrap_or_else(|| company.clone())
    }

    /// Opening times, ascending within each day.
    pub fn week(&self) -> Week {
        let mut week = Week::default();
        for (days, time) in self.open.iter().filter_map(|text| opening(text.get_ref())) {
            for day in days {
                week[day].push(time);
            }
        }
        for times in &mut week {
            times.sort_unstable();
        }
        week
    }

    /// Days closed throughout.
    pub fn holidays(&self) -> Vec<Day> {
        self.holidays.iter().filter_map(|text| Day::parse(text.get_ref())).collect()
    }

    /// What is wrong, with the text it stands in.
    pub(super) fn problems(&self) -> Vec<(&Spanned<String>, String)> {
        let mut found = Vec::new();
        if let Some(zone) = self.timezone.as_ref().filter(|zone| TimeZone::get(zone.get_ref()).is_err()) {
            let told =
                format!("unknown time zone `{}`; use an IANA name such as \"Europe/Berlin\"", zone.get_ref());
            found.push((zone, told));
        }
        for text in self.open.iter().filter(|text| opening(text.get_ref()).is_none()) {
            let told = format!("`{}` is no opening time; write \"mon-fri 09:00-17:00\"", text.get_ref());
            found.push((text, told));
        }
        for text in self.holidays.iter().filter(|text| Day::parse(text.get_ref()).is_none()) {
            found.push((text, format!("`{}` is no day; write it as 2026-12-31", text.get_ref())));
        }
        let overlap = self.week().iter().any(|times| times.windows(2).any(|pair| pair[1].0 < pair[0].1));
        if let Some(text) = self.open.first().filter(|_| overlap) {
            found.push((text, "opening times of a day overlap; give each time once".to_owned()));
        }
        found
    }
}

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Days from Monday as 0, and minutes.
fn opening(text: &str) -> Option<(std::ops::RangeInclusive<usize>, (u16, u16))> {
    let (days, times) = text.trim().split_once(' ')?;
    let day = |name: &str| WEEKDAYS.iter().position(|known| name.eq_ignore_ascii_case(known));
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let minute = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (minute < 60 && hour * 60 + minute <= 1_440).then_some(hour * 60 + minute)
    };
    let (from, until) = times.split_once('-')?;
    let (from, until) = (minute(from)?, minute(until)?);
    let (first, last) = (day(first)?, day(last)?);
    (first <= last && from < until).then_some((first..=last, (from, until)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "[company]\nname = \"A\"\ncurrency = \"EUR\"\n[[department]]\nid = \"care\"\nname = \"Care\"\n\
                        [[stage]]\nid = \"s\"\nname = \"S\"\n[[touchpoint]]\nid = \"ticket\"\nname = \"T\"\nowner = \"care\"\nstage = \"s\"\n";
    const CALENDAR: &str = "[calendar]\nopen = [\"mon-fri 09:00-12:00\", \"mon-thu 13:00-17:30\", \"sat 10:00-24:00\"]\n\
                            holidays = [\"2026-12-25\"]\n";

    fn promise(rest: &str) -> String {
        format!("{HEAD}[[promise]]\nid = \"p\"\nname = \"P\"\nowner = \"care\"\n{rest}")
    }

    #[test]
    fn a_rule_is_read_as_it_is_written() {
        let text = promise(
            "when = \"ticket: unknown\"\nthen = \"ticket: ok, reopened\"\nwithin = \"2 business days\"\n",
        );
        let config = Config::parse(&format!("{text}{CALENDAR}")).expect("config");
        let any = Met { touchpoints: vec![0], outcomes: vec![Outcome::Unknown] };
        let then = Met { touchpoints: vec![0], outcomes: vec![Outcome::Ok, Outcome::Reopened] };
        let rule = PromiseRule::Then { when: any, then, within: Within::BusinessDays(2) };
        assert_eq!(config.promises[0].rule(&config.touchpoints), Some(rule));
        let week = config.calendar.as_ref().expect("calendar").week();
        assert_eq!(week[0], [(540, 720), (780, 1_050)]);
        assert_eq!(
            (&week[4][..], &week[5][..], &week[6][..]),
            (&[(540, 720)][..], &[(600, 1_440)][..], &[][..])
        );
        let config = Config::parse(&promise("never = \"*\"\nafter = \"ticket\"\nper = \"customer\"\n"))
            .expect("config");
        let (any, after) =
            (Met { touchpoints: vec![], outcomes: vec![] }, Met { touchpoints: vec![0], outcomes: vec![] });
        let rule = PromiseRule::Never { never: any, after, within: None };
        assert_eq!(config.promises[0].rule(&config.touchpoints), Some(rule));
        assert_eq!(Config::parse(&promise("")).expect("config").promises[0].rule(&[]), None);
    }

    #[test]
    fn times_are_read_in_words() {
        for (text, expected) in [
            ("90 minutes", Within::Minutes(90)),
            ("1 hour", Within::Minutes(60)),
            ("3 Days", Within::Days(3)),
            ("2 weeks", Within::Days(14)),
            ("same day", Within::Days(0)),
            ("8 business hours", Within::BusinessMinutes(480)),
            ("1 business day", Within::BusinessDays(1)),
        ] {
            assert_eq!(within(text), Ok(expected), "{text}");
        }
        for text in ["", "soon", "0 days", "2", "2 business", "2 lunar days", "-1 days", "2.5 hours"] {
            assert!(within(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_broken_promise_rule_names_its_line_and_a_cure() {
        for (rest, expected) in [
            (
                "when = \"tickt\"\nthen = \"ticket\"\nwithin = \"1 day\"\n",
                "kept.toml:19: there is no touchpoint `tickt`; did you mean `ticket`?",
            ),
            (
                "when = \"ticket\"\nthen = \"ticket: lat\"\nwithin = \"1 day\"\n",
                "kept.toml:20: there is no outcome `lat`; did you mean `late`?",
            ),
            ("when = \"ticket\"\nthen = \"ticket\"\nwithin = \"soon\"\n", "kept.toml:21: `soon` is no time"),
            (
                "when = \"ticket\"\nthen = \"ticket\"\nwithin = \"1 business day\"\n",
                "kept.toml:21: business time needs a calendar",
            ),
            ("when = \"ticket\"\nthen = \"ticket\"\n", "kept.toml:16: say how soon"),
            ("when = \"ticket\"\n", "kept.toml:16: a promise needs when, then and within"),
            ("never = \"ticket\"\nwhen = \"ticket\"\n", "kept.toml:16: a promise needs"),
            ("within = \"1 day\"\n", "kept.toml:19: within needs when and then"),
            ("when = \"\"\nthen = \"ticket\"\nwithin = \"1 day\"\n", "kept.toml:19: no touchpoint is named"),
            ("[calendar]\nopen = [\"mon 9-5\"]\n", "kept.toml:20: `mon 9-5` is no opening time"),
            ("[calendar]\nopen = [\"fri-mon 09:00-17:00\"]\n", "is no opening time"),
            (
                "[calendar]\nopen = [\"mon 09:00-12:00\", \"mon 11:00-13:00\"]\n",
                "opening times of a day overlap",
            ),
            ("[calendar]\nopen = []\nholidays = [\"25.12.\"]\n", "kept.toml:21: `25.12.` is no day"),
            ("[calendar]\nopen = []\ntimezone = \"Europe/Berlyn\"\n", "kept.toml:21: unknown time zone"),
        ] {
            let said = Config::parse(&promise(rest)).err().unwrap_or_default();
            assert!(
                said.iter().any(|problem| problem.to_string().contains(expected)),
                "{rest}\nsaid {said:?}"
            );
        }
        let owner = promise("").replace("owner = \"care\"\n", "owner = \"car\"\n");
        assert!(
            Config::parse(&owner).is_err_and(|said| said.iter().any(|one| one.message.contains("`care`?")))
        );
    }
}
