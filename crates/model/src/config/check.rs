//! What `kept check` says about a config file: syntax errors and broken references, each with its line.

use super::reason::pattern_words;
use super::{
    Config, EVENT_COLUMNS, Feed, FileFormat, Problem, RECORD_COLUMNS, RESERVED_REASONS, Regime,
    SUBSCRIPTION_COLUMNS, Source, Stream, Word, promise, split,
};
use crate::period::Day;
use crate::suggest::hint;
use toml::Spanned;

/// Presets that intake knows. The list lives here so that a misspelt name is found without reading any file.
pub const PRESETS: &[&str] = &[
    "shopify-orders",
    "stripe-subscriptions",
    "zendesk-tickets",
    "segment-events",
    "qualtrics-responses",
    "hubspot-contacts",
    "courier-deliveries",
];

/// A syntax error or an unknown key, as one problem.
pub(super) fn syntax(text: &str, error: &toml::de::Error) -> Problem {
    let line = error.span().map_or(0, |span| line_of(text, span.start));
    let message = error.message().to_owned();
    let suggestion = match &*message {
        // What early configs had in `[ledger]`.
        known if known.starts_with("unknown field `segment`") => {
            "; ways of splitting customers are [[split]], with id = \"region\" and record = \"region\""
                .to_owned()
        }
        _ => unknown_field_hint(&message),
    };
    Problem { line, message: message + &suggestion }
}

/// serde says ``unknown field `x`, expected one of `a`, `b` ``; the nearest of those is offered.
fn unknown_field_hint(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    match quoted.next() {
        Some(wanted) if message.starts_with("unknown field") || message.starts_with("unknown variant") => {
            hint(wanted, quoted)
        }
        _ => String::new(),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].split(|b| *b == b'\n').count()
}

/// Every broken reference and impossible value, in order of line.
pub(super) fn problems(text: &str, config: &Config) -> Vec<Problem> {
    let mut checker = Checker { text, found: Vec::new() };
    checker.company(config);
    checker.names(config);
    checker.streams(config);
    checker.reasons(config);
    checker.splits(config);
    checker.promises(config);
    checker.found.extend(config.worth.problems());
    for silo in &config.silos {
        for feed in &silo.feeds {
            checker.feed(config, feed);
        }
    }
    checker.found.sort_by_key(|problem| problem.line);
    checker.found
}

struct Checker<'a> {
    text: &'a str,
    found: Vec<Problem>,
}

impl Checker<'_> {
    fn say<T>(&mut self, at: &Spanned<T>, message: String) {
        let span = at.span();
        let line = if span.is_empty() { 0 } else { line_of(self.text, span.start) };
        self.found.push(Problem { line, message });
    }

    fn company(&mut self, config: &Config) {
        let zone = &config.company.timezone;
        if jiff::tz::TimeZone::get(zone.get_ref()).is_err() {
            self.say(
                zone,
                format!("unknown time zone `{}`; use an IANA name such as \"Europe/Berlin\"", zone.get_ref()),
            );
        }
        if let Some(as_of) = &config.company.as_of
            && Day::parse(as_of.get_ref()).is_none()
        {
            self.say(as_of, format!("`{}` is no day; write it as 2026-12-31", as_of.get_ref()));
        }
        for rate in &config.rates {
            if Day::parse(rate.from.get_ref()).is_none() {
                self.say(&rate.from, format!("`{}` is no day; write it as 2026-12-31", rate.from.get_ref()));
            }
            if rate.rate.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
                self.say(&rate.from, format!("the rate of {} must be above 0", rate.currency));
            }
        }
        if !(0.0..=1.0).contains(&config.intake.max_reject_share) {
            self.found.push(Problem {
                line: 0,
                message: "[intake] max_reject_share must lie between 0 and 1".into(),
            });
        }
    }

    fn names(&mut self, config: &Config) {
        let departments: Vec<_> = config.departments.iter().map(|d| &d.id).collect();
        let stages: Vec<_> = config.stages.iter().map(|s| &s.id).collect();
        self.unique("department", &departments);
        self.unique("stage", &stages);
        self.unique("touchpoint", &config.touchpoints.iter().map(|t| &t.id).collect::<Vec<_>>());
        self.unique("silo", &config.silos.iter().map(|s| &s.id).collect::<Vec<_>>());
        for touchpoint in &config.touchpoints {
            self.refers("department", &touchpoint.owner, &departments);
            self.refers("stage", &touchpoint.stage, &stages);
            if let Some(days) = touchpoint.answer_days.as_ref().filter(|d| !(1..=365).contains(d.get_ref())) {
                self.say(days, "answer_days must lie between 1 and 365".into());
            }
        }
        for silo in &config.silos {
            self.refers("department", &silo.owner, &departments);
            self.unique("feed", &silo.feeds.iter().map(|f| &f.id).collect::<Vec<_>>());
        }
    }

    fn unique(&mut self, what: &str, names: &[&Spanned<String>]) {
        for (index, name) in names.iter().enumerate() {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if name.get_ref().is_empty() || !name.get_ref().chars().all(plain) {
                self.say(
                    name,
                    format!("the id `{}` of a {what} may hold only letters, digits, - and _", name.get_ref()),
                );
            }
            if names[..index].iter().any(|other| other.get_ref() == name.get_ref()) {
                self.say(name, format!("there is already a {what} `{}`; ids are unique", name.get_ref()));
            }
        }
    }

    fn refers(&mut self, what: &str, name: &Spanned<String>, known: &[&Spanned<String>]) {
        if known.iter().any(|id| id.get_ref() == name.get_ref()) {
            return;
        }
        let near = hint(name.get_ref(), known.iter().map(|id| id.get_ref().as_str()));
        self.say(
            name,
            format!(
                "there is no {what} `{}`{near}; add [[{what}]] with this id or use a known one",
                name.get_ref()
            ),
        );
    }

    fn streams(&mut self, config: &Config) {
        self.unique("stream", &config.streams.iter().map(|s| &s.id).collect::<Vec<_>>());
        for stream in &config.streams {
            let calibrated = stream.gap.as_ref().map(Spanned::get_ref);
            if let Some(other) = calibrated.filter(|gap| *gap != "calibrated") {
                self.say(
                    &stream.id,
                    format!("gap = \"{other}\" is unknown; write gap = \"calibrated\" or gap_days = 180"),
                );
            }
            let has_gap = stream.gap_days.is_some() || calibrated.is_some();
            match stream.regime {
                Regime::Purchases if !has_gap => {
                    self.say(
                        &stream.id,
                        "a purchases stream needs gap_days = 180 or gap = \"calibrated\"".into(),
                    );
                }
                Regime::Contractual if has_gap => {
                    self.say(
                        &stream.id,
                        "a contractual stream ends with its subscription; remove gap and gap_days".into(),
                    );
                }
                _ => {}
            }
            self.policy(stream);
            if let Some(gap) = stream.gap_days.as_ref().filter(|gap| !(1..=3650).contains(gap.get_ref())) {
                self.say(gap, "gap_days must lie between 1 and 3650".into());
            }
            if stream.margin.is_some_and(|m| !(0.0..=1.0).contains(&m))
                || !(0.0..=1.0).contains(&stream.return_share)
            {
                self.say(&stream.id, "margin and return_share are shares between 0 and 1".into());
            }
        }
    }

    fn policy(&mut self, stream: &Stream) {
        let Some(policy) = &stream.policy else { return };
        if stream.regime == Regime::Purchases {
            self.say(
                &stream.id,
                "a purchases stream has no policy; remove it or set regime = \"contractual\"".into(),
            );
        }
        for (name, days) in
            [("past_due_days", policy.past_due_days), ("plan_change_days", policy.plan_change_days)]
        {
            if days.is_some_and(|days| days > 3650) {
                self.say(&stream.id, format!("policy: {name} must lie between 0 and 3650"));
            }
        }
    }

    fn reasons(&mut self, config: &Config) {
        let departments: Vec<_> = config.departments.iter().map(|d| &d.id).collect();
        self.unique("reason", &config.reasons.iter().map(|r| &r.id).collect::<Vec<_>>());
        for reason in &config.reasons {
            let id = reason.id.get_ref();
            if RESERVED_REASONS.contains(&id.as_str()) {
                self.say(
                    &reason.id,
                    format!("the reason `{id}` is what no reason of the list says; choose another id"),
                );
            }
            if let Some(owner) = &reason.owner {
                self.refers("department", owner, &departments);
            }
            if reason.patterns.is_empty() {
                self.say(&reason.id, format!("reason `{id}` needs match = [\"words that tell it\", …]"));
            }
            for pattern in reason.patterns.iter().filter(|p| pattern_words(p.get_ref()).is_empty()) {
                self.say(
                    pattern,
                    format!("`{}` holds no letter or digit, so it tells nothing", pattern.get_ref()),
                );
            }
        }
    }

    fn splits(&mut self, config: &Config) {
        self.unique("split", &config.splits.iter().map(|split| &split.id).collect::<Vec<_>>());
        for split in &config.splits {
            for (at, problem) in split.problems(config) {
                self.say(at.unwrap_or(&split.id), problem);
            }
        }
        if let Some((at, problem)) = split::earned_problem(config) {
            self.say(at, problem);
        }
    }

    fn promises(&mut self, config: &Config) {
        let departments: Vec<_> = config.departments.iter().map(|d| &d.id).collect();
        self.unique("promise", &config.promises.iter().map(|p| &p.id).collect::<Vec<_>>());
        for promise in &config.promises {
            self.refers("department", &promise.owner, &departments);
            for (at, problem) in promise.problems(config) {
                self.say(at.unwrap_or(&promise.id), problem);
            }
        }
        if let Some((at, problem)) = config.journey.problem(config) {
            self.say(at, problem);
        }
        for (at, problem) in config.calendar.iter().flat_map(promise::Calendar::problems) {
            self.say(at, problem);
        }
    }

    fn feed(&mut self, config: &Config, feed: &Feed) {
        let streams: Vec<_> = config.streams.iter().map(|s| &s.id).collect();
        if let Some(stream) = &feed.stream {
            self.refers("stream", stream, &streams);
        }
        if let Some(zone) = &feed.timezone
            && jiff::tz::TimeZone::get(zone.get_ref()).is_err()
        {
            self.say(zone, format!("unknown time zone `{}`", zone.get_ref()));
        }
        match feed.source() {
            None => self.say(
                &feed.id,
                format!("feed `{}` needs exactly one of preset, columns and sql", feed.id.get_ref()),
            ),
            Some(Source::Preset(name)) if !PRESETS.contains(&name) => {
                let near = hint(name, PRESETS.iter().copied());
                self.say(
                    &feed.id,
                    format!("there is no preset `{name}`{near}; known: {}", PRESETS.join(", ")),
                );
            }
            Some(Source::Columns(columns)) => self.columns(feed, columns),
            Some(Source::Preset(_) | Source::Sql(_)) => {}
        }
        self.clauses(feed);
        self.object(feed);
        if feed.sql.is_none() && feed.files.is_none() && !feed.takes_calls() {
            self.say(&feed.id, format!("feed `{}` needs files = \"folder/name*.csv\"", feed.id.get_ref()));
        }
    }

    /// The type of object, which only object-centric logs have.
    fn object(&mut self, feed: &Feed) {
        let id = feed.id.get_ref();
        match (&feed.object, feed.format) {
            (None, Some(FileFormat::Ocel)) => self.say(
                &feed.id,
                format!("feed `{id}`: an object-centric log tells of several things; say which are your customers, object = \"customer\""),
            ),
            (Some(object), Some(format)) if format != FileFormat::Ocel => {
                self.say(object, format!("feed `{id}`: object is of object-centric logs only; remove it or set format = \"ocel\""));
            }
            _ => {}
        }
    }

    fn clauses(&mut self, feed: &Feed) {
        let Some(clauses) = &feed.clauses else { return };
        let id = feed.id.get_ref();
        if matches!(feed.source(), Some(Source::Preset(_))) {
            self.say(clauses, format!("feed `{id}`: a preset knows its silo's words; remove clauses"));
        }
        for (word, name) in clauses.get_ref() {
            if Word::from_name(name).is_none() {
                let near = hint(name, Word::names());
                let known = Word::names().collect::<Vec<_>>().join(", ");
                self.say(
                    clauses,
                    format!("feed `{id}`: clauses: `{word}` is to say `{name}`, which is none{near}; known: {known}"),
                );
            }
        }
        let mapped = |columns: &Spanned<super::Columns>| columns.get_ref().contains_key("clause");
        if feed.columns.as_ref().is_some_and(|columns| !mapped(columns)) {
            self.say(
                clauses,
                format!("feed `{id}`: clauses tells words of the column `clause`; map it in columns"),
            );
        }
    }

    /// Columns that only subscriptions have, of rows that are none.
    fn subscription_columns(&mut self, feed: &Feed, columns: &super::Columns) {
        let given = |name: &str| columns.contains_key(name) || feed.constants.contains_key(name);
        let constant = feed.constants.get("kind").map(|kind| kind.trim());
        if given("clause") || columns.contains_key("kind") || constant == Some("subscription") {
            return;
        }
        if let Some(name) = SUBSCRIPTION_COLUMNS.iter().find(|name| given(name)) {
            self.say(
                &feed.id,
                format!(
                    "feed `{}`: `{name}` tells of subscriptions; set constants = {{ kind = \"subscription\" }} or map `clause`",
                    feed.id.get_ref()
                ),
            );
        }
    }

    fn columns(&mut self, feed: &Feed, columns: &super::Columns) {
        self.subscription_columns(feed, columns);
        let known = || RECORD_COLUMNS.iter().chain(EVENT_COLUMNS).copied();
        for name in columns.keys().chain(feed.constants.keys()) {
            if !known().any(|column| column == name) {
                let near = hint(name, known());
                self.say(
                    &feed.id,
                    format!("feed `{}`: `{name}` is no column that Kept knows{near}", feed.id.get_ref()),
                );
            }
        }
        if !columns.contains_key("record") {
            self.say(
                &feed.id,
                format!("feed `{}`: columns must say which column is the `record` key", feed.id.get_ref()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "[company]\nname = \"A\"\ncurrency = \"EUR\"\n";

    fn said(rest: &str) -> Vec<String> {
        Config::parse(&format!("{HEAD}{rest}"))
            .err()
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn feed(settings: &str) -> String {
        format!(
            "[[department]]\nid = \"sales\"\nname = \"Sales\"\n[[silo]]\nid = \"s\"\nname = \"S\"\nowner = \"sales\"\n\
             [[silo.feed]]\nid = \"f\"\nfiles = \"a.csv\"\n{settings}\n"
        )
    }

    #[test]
    fn what_a_feed_says_of_subscriptions_is_checked() {
        let table = [
            (
                "columns = { record = \"a\", clause = \"s\" }\nclauses = { late = \"pastdue\" }",
                "kept.toml:15: feed `f`: clauses: `late` is to say `pastdue`, which is none; did you mean `past_due`?",
            ),
            (
                "columns = { record = \"a\" }\nclauses = { late = \"past_due\" }",
                "kept.toml:15: feed `f`: clauses tells words of the column `clause`; map it in columns",
            ),
            (
                "preset = \"stripe-subscriptions\"\nclauses = { late = \"past_due\" }",
                "kept.toml:15: feed `f`: a preset knows its silo's words",
            ),
            (
                "columns = { record = \"a\", at = \"b\", value = \"c\", ended_at = \"d\" }",
                "kept.toml:12: feed `f`: `ended_at` tells of subscriptions; set constants = { kind = \"subscription\" } or map `clause`",
            ),
        ];
        for (settings, expected) in table {
            let said = said(&feed(settings));
            assert!(said.len() == 1 && said[0].contains(expected), "{settings}\nsaid {said:?}");
        }
        assert!(
            said(&feed("columns = { record = \"a\", clause = \"s\" }\nclauses = { late = \"past due\" }"))
                .is_empty()
        );
    }

    #[test]
    fn every_problem_of_a_split_names_its_line_and_a_cure() {
        let table: Vec<(String, &str)> = vec![
            ("[ledger]\nsegment = \"region\"\n".into(), "kept.toml:5: unknown field `segment`"),
            ("[ledger]\nsegment = \"region\"\n".into(), "ways of splitting customers are [[split]]"),
            (
                "[[split]]\nid = \"a\"\nrecord = \"regoin\"\n".into(),
                "kept.toml:6: split `a`: no feed keeps `regoin`",
            ),
            ("[[split]]\nid = \"a\"\nrecord = \"regoin\"\n".into(), "did you mean `region`?"),
            ("[[split]]\nid = \"a\"\nevent = \"chanel\"\n".into(), "did you mean `channel`?"),
            (
                "[[split]]\nid = \"a\"\nevent = \"channel\"\ntake = \"last\"\n".into(),
                "unknown variant `last`",
            ),
            (
                "[[split]]\nid = \"a\"\nrecord = \"city\"\ntake = \"most\"\n".into(),
                "kept.toml:5: split `a`: take says",
            ),
            (
                "[[split]]\nid = \"a\"\n".into(),
                "kept.toml:5: split `a` needs exactly one of record, event and sql",
            ),
            (
                "[[split]]\nid = \"a\"\nrecord = \"city\"\nsql = \"select\"\n".into(),
                "exactly one of record, event and sql",
            ),
            ("[[split]]\nid = \"a\"\nsql = \" \"\n".into(), "kept.toml:6: split `a`: the query is empty"),
            ("[[split]]\nid = \"a=b\"\nrecord = \"city\"\n".into(), "the id `a=b` of a split may hold only"),
            (
                "[[split]]\nid = \"a\"\nrecord = \"city\"\n".repeat(2),
                "kept.toml:8: there is already a split `a`",
            ),
            (
                "[ledger]\nearned = \"sorce=x\"\n[[split]]\nid = \"source\"\nrecord = \"city\"\n".into(),
                "kept.toml:5: there is no split `sorce`; did you mean `source`?",
            ),
            ("[ledger]\nearned = \"x\"\n".into(), "kept.toml:5: `x` is no segment; write split=value"),
        ];
        for (text, expected) in table {
            let told = said(&text);
            assert!(told.iter().any(|line| line.contains(expected)), "{expected} in {told:?}");
        }
    }

    #[test]
    fn every_problem_names_its_line_and_a_cure() {
        let dept = "[[department]]\nid = \"sales\"\nname = \"Sales\"\n";
        let table: Vec<(String, &str)> = vec![
            ("timezone = \"Europe/Berlyn\"\n".into(), "kept.toml:4: unknown time zone `Europe/Berlyn`"),
            ("zone = \"UTC\"\n".into(), "kept.toml:4: unknown field `zone`"),
            ("timezon = \"UTC\"\n".into(), "did you mean `timezone`?"),
            (
                format!("{dept}[[silo]]\nid = \"shop\"\nname = \"Shop\"\nowner = \"sale\"\n"),
                "kept.toml:10: there is no department `sale`; did you mean `sales`?",
            ),
            (
                "[[stream]]\nid = \"s\"\nregime = \"purchases\"\n".into(),
                "kept.toml:5: a purchases stream needs gap_days",
            ),
            (
                "[[stream]]\nid = \"s\"\nregime = \"purchases\"\ngap_days = 9\npolicy = { preset = \"stripe\" }\n".into(),
                "kept.toml:5: a purchases stream has no policy",
            ),
            (
                "[[stream]]\nid = \"s\"\nregime = \"contractual\"\n[stream.policy]\npreset = \"strip\"\n".into(),
                "did you mean `stripe`?",
            ),
            (
                "[[stream]]\nid = \"s\"\nregime = \"contractual\"\n[stream.policy]\npast_due_days = 9999\n".into(),
                "kept.toml:5: policy: past_due_days must lie between 0 and 3650",
            ),
            (format!("{dept}{dept}"), "there is already a department `sales`"),
            (
                format!(
                    "{dept}[[silo]]\nid = \"s\"\nname = \"S\"\nowner = \"sales\"\n[[silo.feed]]\nid = \"f\"\nfiles = \"a.csv\"\npreset = \"shopify-order\"\n"
                ),
                "did you mean `shopify-orders`?",
            ),
            (
                format!(
                    "{dept}[[silo]]\nid = \"s\"\nname = \"S\"\nowner = \"sales\"\n[[silo.feed]]\nid = \"f\"\nfiles = \"a.csv\"\ncolumns = {{ record = \"a\", emial = \"b\" }}\n"
                ),
                "did you mean `email`?",
            ),
            (
                format!(
                    "{dept}[[reason]]\nid = \"price\"\nname = \"Price\"\nmatch = [\"dear\"]\nowner = \"sale\"\n"
                ),
                "kept.toml:11: there is no department `sale`; did you mean `sales`?",
            ),
            (
                "[[reason]]\nid = \"a\"\nname = \"A\"\nmatch = [\"x\"]\n".repeat(2),
                "kept.toml:9: there is already a reason `a`",
            ),
            ("[[reason]]\nid = \"other\"\nname = \"A\"\nmatch = [\"x\"]\n".into(), "choose another id"),
            ("[[reason]]\nid = \"a\"\nname = \"A\"\nmatch = [\"x\", \"*\"]\n".into(), "`*` holds no letter"),
            ("[[reason]]\nid = \"a\"\nname = \"A\"\nmatch = []\n".into(), "needs match"),
            (
                format!(
                    "{dept}[[stage]]\nid = \"s\"\nname = \"S\"\n[[touchpoint]]\nid = \"t\"\nname = \"T\"\nowner = \"sales\"\nstage = \"s\"\nanswer_days = 0\n"
                ),
                "kept.toml:15: answer_days must lie between 1 and 365",
            ),
            ("[worth]\ndraws = 5\n".into(), "[worth] draws must lie between 20 and 1000"),
            ("[worth]\nannual_discount = 10.0\n".into(), "annual_discount is a share between 0 and 1"),
            ("[worth]\nhorizon_days = 0\nrenewal_months = 0\n".into(), "renewal_months must lie"),
            ("[worth]\nhorizon = 3\n".into(), "unknown field `horizon`"),
            ("[[rate]]\ncurrency = \"US\"\nfrom = \"2024-01-01\"\nrate = 1.0\n".into(), "no currency code"),
        ];
        for (rest, expected) in table {
            let said = said(&rest);
            assert!(said.iter().any(|line| line.contains(expected)), "{rest}\nsaid {said:?}");
        }
        assert!(said("").is_empty());
    }

    #[test]
    fn a_star_matches_any_run() {
        for (pattern, text, fits) in [
            ("order_*", "order_placed", true),
            ("*", "", true),
            ("a*c", "abcc", true),
            ("a*c", "abd", false),
            ("x", "xx", false),
        ] {
            assert_eq!(super::super::glob(pattern.as_bytes(), text.as_bytes()), fits, "{pattern} {text}");
        }
    }
}
