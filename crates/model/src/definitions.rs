//! The definitions behind every shown metric: named, versioned, with the company's own settings filled in.

use crate::config::{Config, Regime, ValueBasis};
use serde::Serialize;

/// One definition as shown beside a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// Stable name; the anchor on the definitions page.
    pub id: &'static str,
    /// Raised whenever the meaning changes.
    pub version: u32,
    /// Shown.
    pub title: &'static str,
    /// What is counted, in plain words.
    pub text: String,
}

/// All definitions under the company's settings, in order of display.
pub fn definitions(config: &Config) -> Vec<Definition> {
    let unit = match config.company.customer {
        crate::config::Unit::Person => "one person",
        crate::config::Unit::Account => "one account",
    };
    let value = match config.ledger.value {
        ValueBasis::Annual => "recurring value per month × 12",
        ValueBasis::Monthly => "recurring value per month",
    };
    let define = |id, title, text| Definition { id, version: 1, title, text };
    vec![
        define("customer", "Customer", format!("A customer is {unit}, recognised behind the records of every silo. An id is minted once and never reused.")),
        define("active", "Active", format!("A customer is active when any revenue stream is. {}", streams(config))),
        define("gained", "Gained", "Active for the first time ever, dated that day.".into()),
        define("won_back", "Won back", "Active again after having been booked lost, at any distance; who buys on the very day of loss is lost and won back that day.".into()),
        define("lost", "Lost", "No stream active any more. Purchases: dated last purchase + gap + 1 day, by rule, never by a probability, also when there is a purchase on that day. Contracts: the day the last subscription ends.".into()),
        define("value", "Value", format!("Contracts: {value}. Purchases: net revenue (purchases − refunds, or margin where set) of the last 365 days. Money in {}, days cut in {}.", config.company.currency, config.company.timezone.get_ref())),
        define("expanded", "Expanded", "Rise of the value of customers in the period beside what gained, won-back and lost customers brought and took; per customer the net of the period.".into()),
        define("contracted", "Contracted", "Fall of the value of customers in the period beside what gained, won-back and lost customers brought and took; per customer the net of the period.".into()),
        define("entry_value", "Value at entry and exit", "Gained and won-back customers enter at their value at the end of the period, or, if lost again in it, at their highest value in it. Lost customers leave at the value they had when last active.".into()),
        define("balance", "Balance", "Opening + gained + won back − lost ± adjustments = closing, in customers; value adds + expanded − contracted. Checked for every period and segment at every refresh; books that do not balance are not published.".into()),
        define("churn", "Customer churn", "Lost ÷ opening. Customers gained and lost within one period are in lost and not in opening.".into()),
        define("growth", "Net customer asset growth", "(Closing − opening) ÷ opening, in customers and in value.".into()),
        define("stated_reason", "Stated reason", "What a silo gives as the reason, or what an answer or a conversation tells by the words of the company's list ([[reason]] in kept.toml), from the first day on which what came before is looked for to the day of the loss. The last reason that was given counts; without one, the last text that the list knows. A given reason that the list does not know is other; where nothing was said it is unknown.".into()),
        define("preceding_cause", "What came before", format!("Looked for in 90 days. Purchases: up to 21 days after the last purchase (the gap where that is shorter). The loss is dated by the gap, when the customer has long been silent; what can have mattered came around the last purchase, its delivery included, and on that day nobody could tell yet who would come back, so the lost and those who stayed are seen alike. Contracts: up to the day before the contract ended. Looked for are events that failed, were late, came back or were complained of, by touchpoint; {}; a subscription whose price rose; money given back; a last subscription that ended while purchases went on; a first purchase that no other followed; and nothing but purchases. A loss may have several.", answers(config))),
        define("lift", "Times as often", "Each loss is set beside a like customer who stayed: of the same segment, days with the company (first purchase, quarter, year, two, more), value (within a factor of four), purchases in the 90 days, standing under contract and calendar month, else quarter; looked at by the same rule, and not lost within the gap (under contract: within 30 days). Who is drawn among equals is decided by a scattered number, the same in every refresh. Share of the paired losses ÷ share of those who stayed, with the 95 % score interval of matched pairs (Nam and Blackwelder 2002) and McNemar's test. A cause stands out when the interval lies above 1 and at most 5 % of the causes as clear would be false discoveries (Benjamini and Hochberg 1995); those come first, by share of losses × times as often. An association, not a cause.".into()),
        define("segment", "Segment", format!("{} The segment is the customer's present one, so a statement by segment is told as of today.", config.ledger.segment.as_ref().map_or_else(|| "No segment column is set ([ledger] segment).".to_owned(), |s| format!("Statements are split by `{s}`.")))),
    ]
}

fn answers(config: &Config) -> String {
    let waits = config.touchpoints.iter().filter_map(|touchpoint| {
        let days = touchpoint.answer_days.as_ref()?.get_ref();
        Some(format!("{} within {days} days", touchpoint.name))
    });
    let waits: Vec<String> = waits.collect();
    if waits.is_empty() {
        return "contacts without an answer (no touchpoint waits for one: answer_days is not set)".to_owned();
    }
    format!("contacts that no later event of the same reference answered ({})", waits.join(", "))
}

fn streams(config: &Config) -> String {
    let told = config.streams.iter().map(|stream| match stream.regime {
        Regime::Contractual => format!("`{}`: while its recurring value is above 0.", stream.id.get_ref()),
        Regime::Purchases => match &stream.gap_days {
            Some(gap) => format!("`{}`: for {} days after the last purchase.", stream.id.get_ref(), gap.get_ref()),
            None => format!(
                "`{}`: for a calibrated number of days after the last purchase, the smallest at which at most {:.0} % of those booked lost came back within {} days.",
                stream.id.get_ref(), stream.return_share * 100.0, stream.follow_up_days
            ),
        },
    });
    told.collect::<Vec<_>>().join(" ")
}
