//! What a mapped row says of a subscription: one clause, or one for each date of a row that tells a whole subscription.

use super::Cell;
use crate::canon::{Amount, EventRow, SourceId};
use crate::desk::Desk;
use crate::error::Problem;
use crate::parse;
use crate::recurring::{Interval, off, percentage};
use crate::row::{Reject, Row};
use model::config::{Feed, Word, Words};
use model::{Clause, Currency};

/// The columns that only subscriptions have.
#[derive(Debug)]
pub(super) struct ContractMap {
    clause: Cell,
    words: Words,
    interval: Cell,
    quantity: Cell,
    discount: Cell,
    discount_until: Cell,
    trial_until: Cell,
    paused_at: Cell,
    resumed_at: Cell,
    cancelled_at: Cell,
    ended_at: Cell,
}

/// The amount of a row as it is written: where, minor units, currency.
pub(super) type Money<'m> = (&'m Cell, i64, Currency);

/// A clause of a day after the row's own.
#[derive(Debug, Clone, Copy)]
struct Later {
    at_us: i64,
    name: &'static str,
    clause: Clause,
}

impl ContractMap {
    pub(super) fn bind(
        feed: &Feed,
        cell: &mut impl FnMut(&str) -> Result<Cell, Problem>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            clause: cell("clause")?,
            words: feed.clauses.as_ref().map(|clauses| Words::new(clauses.get_ref())).unwrap_or_default(),
            interval: cell("interval")?,
            quantity: cell("quantity")?,
            discount: cell("discount")?,
            discount_until: cell("discount_until")?,
            trial_until: cell("trial_until")?,
            paused_at: cell("paused_at")?,
            resumed_at: cell("resumed_at")?,
            cancelled_at: cell("cancelled_at")?,
            ended_at: cell("ended_at")?,
        })
    }

    /// Whether rows say what they are by a clause.
    pub(super) fn has_clauses(&self) -> bool {
        self.clause.is_mapped()
    }

    /// What the row's word says; a price where there is none.
    pub(super) fn word(&self, row: &Row<'_>) -> Result<Word, Reject> {
        let Some(text) = self.clause.get(row) else {
            return Ok(Word::Clause(Clause::Price));
        };
        self.words.of(text).ok_or_else(|| {
            let near = model::suggest::hint(text, Word::names());
            self.clause.reject(format!(
                "`{text}` says nothing that Kept knows{near}; tell what it says: clauses = {{ \"{text}\" = \"past_due\" }}"
            ))
        })
    }

    /// The amount a month of a row's price; 0 for what needs no amount.
    pub(super) fn monthly(&self, row: &Row<'_>, clause: Clause, money: &Money<'_>) -> Result<i64, Reject> {
        let (cell, minor, _) = *money;
        let quantity = match self.quantity.get(row) {
            Some(text) if matches!(clause, Clause::Price | Clause::Trial) => {
                let quantity = parse::integer(text).map_err(|why| self.quantity.reject(why))?;
                if !(0..=1_000_000).contains(&quantity) {
                    return Err(self.quantity.reject("is no quantity"));
                }
                quantity
            }
            _ => 1,
        };
        let monthly = self.interval(row)?.monthly(minor, quantity);
        monthly.ok_or_else(|| cell.reject("is too large"))
    }

    fn interval(&self, row: &Row<'_>) -> Result<Interval, Reject> {
        let text = self.interval.get(row);
        text.map_or(Ok(Interval::MONTH), |text| {
            Interval::parse(text).map_err(|why| self.interval.reject(why))
        })
    }

    /// What follows from the row's dates and its discount, in order; `own` becomes a trial where the row says until
    /// when. `monthly` is the row's price in `currency`, where it has one.
    pub(super) fn follows<'s>(
        &self,
        row: &Row<'s>,
        desk: &mut Desk,
        own: &mut EventRow<'s>,
        monthly: Option<(i64, Currency)>,
    ) -> Result<Vec<EventRow<'s>>, Reject> {
        let began_us = own.at_us;
        let mut follows = Vec::new();
        let trial_us = self.date(&self.trial_until, row, desk)?.filter(|until_us| *until_us > began_us);
        if trial_us.is_some() && own.clause == Some(Clause::Price) {
            own.clause = Some(Clause::Trial);
        }
        if let (Some((monthly_minor, currency)), Some(Clause::Price | Clause::Trial)) = (monthly, own.clause)
        {
            self.discount(row, desk, own, (monthly_minor, currency), &mut follows)?;
        }
        for later in self.dates(row, desk, began_us, trial_us)? {
            let Later { at_us, name, clause } = later;
            follows.push(EventRow { at_us, event: name, clause: Some(clause), ..bare(own) });
        }
        for (nth, event) in follows.iter_mut().enumerate() {
            event.source_id = part_of(own.source_id, nth + 1);
        }
        Ok(follows)
    }

    /// The coupon of a row's discount, and its end.
    fn discount<'s>(
        &self,
        row: &Row<'s>,
        desk: &mut Desk,
        own: &EventRow<'s>,
        (monthly_minor, currency): (i64, Currency),
        follows: &mut Vec<EventRow<'s>>,
    ) -> Result<(), Reject> {
        let Some(text) = self.discount.get(row) else { return Ok(()) };
        let minor = match percentage(text, desk.till.mark()) {
            Some(share) => off(monthly_minor, share.map_err(|why| self.discount.reject(why))?),
            None => {
                let minor = desk.till.decimal(text, currency).map_err(|why| self.discount.reject(why))?;
                let monthly = (minor >= 0).then(|| self.interval(row)).transpose()?;
                let monthly = monthly.and_then(|interval| interval.monthly(minor, 1));
                monthly.ok_or_else(|| self.discount.reject("is no discount"))?
            }
        };
        let until_us = self.date(&self.discount_until, row, desk)?;
        if minor == 0 || until_us.is_some_and(|until_us| until_us <= own.at_us) {
            return Ok(());
        }
        let amount = desk.till.book(minor, currency, own.at_us).map_err(|why| self.discount.reject(why))?;
        let clause = if until_us.is_some() { Clause::Coupon } else { Clause::LastingCoupon };
        follows.push(EventRow { event: "coupon_given", clause: Some(clause), amount, ..bare(own) });
        follows.extend(until_us.map(|at_us| EventRow {
            at_us,
            event: "coupon_ended",
            clause: Some(clause),
            ..bare(own)
        }));
        Ok(())
    }

    fn dates(
        &self,
        row: &Row<'_>,
        desk: &mut Desk,
        began_us: i64,
        trial_us: Option<i64>,
    ) -> Result<Vec<Later>, Reject> {
        let mut after = |cell: &Cell| match self.date(cell, row, desk)? {
            Some(at_us) if at_us < began_us => Err(cell.reject("is before the row's own time")),
            at_us => Ok(at_us),
        };
        let (paused_us, resumed_us) = (after(&self.paused_at)?, after(&self.resumed_at)?);
        let (cancelled_us, ended_us) = (after(&self.cancelled_at)?, after(&self.ended_at)?);
        // What resumes withdraws a cancellation, but this one stands.
        let resumed_last_us = trial_us.max(resumed_us);
        let cancelled_us = cancelled_us.map(|at_us| at_us.max(resumed_last_us.unwrap_or(at_us)));
        let all = [
            (trial_us, "trial_ended", Clause::Resumed),
            (paused_us, "subscription_paused", Clause::Paused),
            (resumed_us, "subscription_resumed", Clause::Resumed),
            (cancelled_us, "subscription_cancelled", Clause::Cancelled),
        ];
        let before_end = |at_us: &i64| ended_us.is_none_or(|ended_us| *at_us < ended_us);
        let mut later: Vec<Later> = all
            .into_iter()
            .filter_map(|(at_us, name, clause)| {
                Some(Later { at_us: at_us.filter(before_end)?, name, clause })
            })
            .collect();
        later.extend(ended_us.map(|at_us| Later {
            at_us,
            name: "subscription_ended",
            clause: Clause::Price,
        }));
        Ok(later)
    }

    fn date(&self, cell: &Cell, row: &Row<'_>, desk: &mut Desk) -> Result<Option<i64>, Reject> {
        let read = |text| desk.clock.instant(text).map_err(|why| cell.reject(why));
        cell.get(row).map(read).transpose()
    }
}

/// An event of the same subscription that says nothing yet.
fn bare<'s>(own: &EventRow<'s>) -> EventRow<'s> {
    EventRow {
        amount: Amount::default(),
        score: None,
        title: None,
        text: None,
        reason: None,
        channel: None,
        ..own.clone()
    }
}

/// The id of the nth event that follows from a row.
const fn part_of(own: SourceId<'_>, nth: usize) -> SourceId<'_> {
    match own {
        SourceId::Plain(id) | SourceId::Shared(id) => SourceId::Shared(id),
        SourceId::Content(hash, seen) => SourceId::Content(hash.wrapping_add(nth as u128), seen),
        SourceId::None => SourceId::None,
    }
}

#[cfg(test)]
mod tests {
    use crate::trial::{file, files, read};
    use model::Clause;

    const PLAIN: &str = "columns = { record = \"who\", at = \"day\", clause = \"what\", value = \"sum\", reference = \"no\", currency = \"cur\" }\n";

    #[test]
    fn each_clause_of_a_plain_table_of_changes_is_told_with_its_amount() {
        let feed = format!(
            "{PLAIN}clauses = {{ \"gave back\" = \"refund\", note = \"nothing\", trialing = \"trial\" }}"
        );
        let rows = [
            ("Trialing,9.90,s1,", "subscription f 990 trial reference=s1"),
            (",9.90,s1,", "subscription f 990 reference=s1"),
            ("price,10,s1,usd", "subscription f 500 currency=USD original_minor=1000 reference=s1"),
            ("coupon,2,s1,usd", "subscription f 100 coupon currency=USD original_minor=200 reference=s1"),
            ("lasting-coupon,0,s1,", "subscription f 0 lasting_coupon reference=s1"),
            ("Past Due,,s1,", "subscription f 0 past_due reference=s1"),
            ("unpaid,none of its business,s1,", "subscription f 0 unpaid reference=s1"),
            ("paused,,s1,", "subscription f 0 paused reference=s1"),
            ("RESUMED,,s1,", "subscription f 0 resumed reference=s1"),
            ("free,5,s1,", "subscription f 0 free reference=s1"),
            ("cancelled,,s1,", "subscription f 0 cancelled reference=s1"),
            ("gave back,-3,s1,", "refund f 300 reference=s1"),
            ("ended,7,s1,", "subscription f 0 reference=s1"),
        ];
        let lines = rows.map(|(row, _)| format!("1,2024-03-01 12:00,{row}\n")).concat();
        let seen = read(&feed, "x.csv", format!("who,day,what,sum,no,cur\n{lines}2,2024-03-01,note,,,\n"));
        let expected = rows.map(|(_, event)| format!("1 2024-03-01T11:00:00Z {event}"));
        assert_eq!((seen.events, seen.rejects), (expected.to_vec(), vec![]));
        assert_eq!(seen.records, ["1", "2"], "a row that says nothing tells its record");
    }

    #[test]
    fn an_unknown_word_is_refused_with_its_cure() {
        let seen = read(
            PLAIN,
            "x.csv",
            "who,day,what,sum,no,cur\n1,2024-03-01,pastdue,,,\n1,2024-03-01,zombie,,,\n",
        );
        assert_eq!(
            seen.rejects,
            [
                "2 [what] `pastdue` says nothing that Kept knows; did you mean `past_due`?; tell what it says: clauses = { \"pastdue\" = \"past_due\" } | 1,2024-03-01,pastdue,,,",
                "3 [what] `zombie` says nothing that Kept knows; tell what it says: clauses = { \"zombie\" = \"past_due\" } | 1,2024-03-01,zombie,,,",
            ]
        );
    }

    const WHOLE: &str = "columns = { record = \"who\", at = \"began\", value = \"sum\", interval = \"per\", quantity = \"seats\", discount = \"off\", discount_until = \"off_until\", trial_until = \"trial\", paused_at = \"paused\", resumed_at = \"resumed\", cancelled_at = \"asked\", ended_at = \"ended\", id = \"no\", reference = \"no\" }\nconstants = { kind = \"subscription\", event = \"began\" }\n";
    const HEAD: &str = "who,began,sum,per,seats,off,off_until,trial,paused,resumed,asked,ended,no\n";

    #[track_caller]
    fn told(row: &str, expected: &[&str]) {
        let seen = read(WHOLE, "x.csv", format!("{HEAD}1,2024-01-01Z,{row},s1\n"));
        let events: Vec<_> = seen.events.iter().map(|event| event.replacen("1 2024-", "", 1)).collect();
        let events: Vec<_> = events.iter().map(|event| event.split(" reference").next()).collect();
        let expected: Vec<_> = expected.iter().map(|event| Some(*event)).collect();
        assert_eq!(events, expected, "{:?}", seen.rejects);
    }

    #[test]
    fn a_row_that_tells_a_whole_subscription_gives_a_clause_for_each_date() {
        told("120,year,3,,,,,,,", &["01-01T00:00:00Z subscription began 3000"]);
        told(
            "30,month,,25%,,2024-02-01Z,2024-03-01Z,2024-04-01Z,2024-05-01Z,2024-06-01Z",
            &[
                "01-01T00:00:00Z subscription began 3000 trial",
                "01-01T00:00:00Z subscription coupon_given 750 lasting_coupon",
                "02-01T00:00:00Z subscription trial_ended 0 resumed",
                "03-01T00:00:00Z subscription subscription_paused 0 paused",
                "04-01T00:00:00Z subscription subscription_resumed 0 resumed",
                "05-01T00:00:00Z subscription subscription_cancelled 0 cancelled",
                "06-01T00:00:00Z subscription subscription_ended 0",
            ],
        );
        told(
            "90,3 months,,15,2024-07-01Z,,,,,",
            &[
                "01-01T00:00:00Z subscription began 3000",
                "01-01T00:00:00Z subscription coupon_given 500 coupon",
                "07-01T00:00:00Z subscription coupon_ended 0 coupon",
            ],
        );
    }

    #[test]
    fn nothing_resumes_after_the_end_and_a_cancellation_in_the_trial_outlives_it() {
        told(
            "30,,,,,2024-02-01Z,,,,2024-01-20Z",
            &[
                "01-01T00:00:00Z subscription began 3000 trial",
                "01-20T00:00:00Z subscription subscription_ended 0",
            ],
        );
        told(
            "30,,,,,2024-02-01Z,,,2024-01-20Z,2024-03-01Z",
            &[
                "01-01T00:00:00Z subscription began 3000 trial",
                "02-01T00:00:00Z subscription trial_ended 0 resumed",
                "02-01T00:00:00Z subscription subscription_cancelled 0 cancelled",
                "03-01T00:00:00Z subscription subscription_ended 0",
            ],
        );
    }

    #[test]
    fn what_cannot_be_in_a_row_is_refused() {
        for (row, reason) in [
            ("30,fortnight,,,,,,,,", "[per] is none of day, week, month, quarter and year"),
            ("30,,-1,,,,,,,", "[seats] is no quantity"),
            ("30,,,101%,,,,,,", "[off] is no percentage between 0 and 100"),
            ("30,,,-1,,,,,,", "[off] is no discount"),
            ("30,,,,,,,,,2023-12-31Z", "[ended] is before the row's own time"),
            (",,,,,,,,,2024-12-31Z", "[sum] is empty"),
        ] {
            let seen = read(WHOLE, "x.csv", format!("{HEAD}1,2024-01-01Z,{row},s1\n"));
            assert!(seen.events.is_empty() && seen.rejects[0].contains(reason), "{row}: {:?}", seen.rejects);
        }
        let missing = file(WHOLE, "x.csv", HEAD.replace("ended", "over")).expect_err("missing");
        assert!(missing.to_string().contains("no column `ended`"), "{missing}");
    }

    #[test]
    fn each_event_of_a_row_has_an_id_of_its_own() {
        let feed = format!("{WHOLE}mode = \"append\"\n");
        let row = "1,2024-01-01Z,30,,,,,2024-02-01Z,,,,2024-06-01Z,";
        let ids = |name: &str| -> Vec<String> {
            let csv = format!("{HEAD}{row}{name}\n");
            let seen = files(&feed, &[("1.csv", csv.as_bytes())]).expect("read");
            let id = |line: &String| line.rsplit("source_id=").next().unwrap_or_default().to_owned();
            seen.events.iter().map(id).collect()
        };
        assert_eq!(ids("s1"), ["s1", "s1:trial_ended", "s1:subscription_ended"]);
        let unnamed = ids("");
        assert!(unnamed.len() == 3 && unnamed[0] != unnamed[1] && unnamed[1] != unnamed[2]);
        assert_eq!(ids(""), unnamed);
    }

    proptest::proptest! {
        #[test]
        fn what_rows_say_is_what_comes_out(
            rows in proptest::collection::vec((0..Clause::ALL.len(), 0..100_000_000i64, 0..2usize), 0..30)
        ) {
            let mut csv = "who,day,what,sum,no,cur\n".to_owned();
            let mut expected = Vec::new();
            for (clause, minor, foreign) in rows {
                let clause = Clause::ALL[clause];
                let currency = ["", "usd"][foreign];
                csv += &format!("1,2024-03-01Z,{},{}.{:02},s,{currency}\n", clause.name(), minor / 100, minor % 100);
                let priced = matches!(clause, Clause::Price | Clause::Trial | Clause::Coupon | Clause::LastingCoupon);
                let (value, original) = match (priced, foreign) {
                    (false, _) => (0, String::new()),
                    (true, 0) => (minor, String::new()),
                    (true, _) => ((minor + 1) / 2, format!(" currency=USD original_minor={minor}")),
                };
                let said = if clause == Clause::Price { String::new() } else { format!(" {}", clause.name()) };
                expected.push(format!("1 2024-03-01T00:00:00Z subscription f {value}{said}{original} reference=s"));
            }
            let seen = read(PLAIN, "x.csv", csv);
            proptest::prop_assert_eq!((seen.events, seen.rejects), (expected, vec![]));
        }
    }
}
