//! The definitions behind every shown metric: named, versioned, with the company's own settings filled in.

mod policy;
mod split;

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
    let again = |id, version, title, text| Definition { id, version, title, text };
    vec![
        define("customer", "Customer", format!("A customer is {unit}, recognised behind the records of every silo. An id is minted once and never reused.")),
        again("active", 2, "Active", format!("A customer is active when any revenue stream is. {}", streams(config))),
        define("gained", "Gained", "Active for the first time ever, dated that day.".into()),
        define("won_back", "Won back", "Active again after having been booked lost, at any distance; who buys on the very day of loss is lost and won back that day.".into()),
        define("lost", "Lost", "No stream active any more. Purchases: dated last purchase + gap + 1 day, by rule, never by a probability, also when there is a purchase on that day. Contracts: the day the last subscription ends.".into()),
        define("value", "Value", format!("Contracts: {value}. Purchases: net revenue (purchases − refunds, or margin where set) of the last 365 days. Money in {}, days cut in {}.", config.company.currency, config.company.timezone.get_ref())),
        define("expanded", "Expanded", "Rise of the value of customers in the period beside what gained, won-back and lost customers brought and took; per customer the net of the period.".into()),
        define("contracted", "Contracted", "Fall of the value of customers in the period beside what gained, won-back and lost customers brought and took; per customer the net of the period.".into()),
        define("entry_value", "Value at entry and exit", "Gained and won-back customers enter at their value at the end of the period, or, if lost again in it, at their highest value in it. Lost customers leave at the value they had when last active.".into()),
        define("fx", "Exchange rates", "What exchange rates alone changed of the value of customers who stayed, signed: amounts in another currency that are revalued take the rate of each month's last day, or of the day of a new price. No part of expanded or contracted.".into()),
        again("balance", 2, "Balance", "Opening + gained + won back − lost ± adjustments = closing, in customers; value adds + expanded − contracted ± exchange rates. Checked for every period and segment at every refresh; books that do not balance are not published.".into()),
        define("closing", "Closing", "A closed period keeps its figures, its edition and a seal. Closing a period closes every month up to its last day; reopening one opens everything from its first day on, needs a reason and stays in the history.".into()),
        define("as_reported", "As reported, as restated", "As reported, closed periods show the figures they were closed with, and what has changed about them since is booked in the first open month as an adjustment. As restated, every period is told from the postings as they are. The bridge leads from one closing to the other by cause, to the unit.".into()),
        define("adjustment", "Adjustments by cause", "Per customer, the difference between where it stood on the last closed day and stands on that day by today's books: erased; merged or split, where customers who share records became fewer or more; late data, where its events up to that day are others; rule change, where they are the same; regrouped, where it is in another segment. The first that applies is told.".into()),
        define("churn", "Customer churn", "Lost ÷ opening. Customers gained and lost within one period are in lost and not in opening.".into()),
        define("revenue_churn", "Gross revenue churn and retention", "Of the customers of the opening, netted over the period, beside exchange rates and adjustments: gross revenue churn = (contracted + lost) ÷ opening value; GRR = 1 − that, at most 100 %; NRR = (opening + expanded − contracted − lost) ÷ opening value; net revenue churn also takes off what those lost before the period are worth again.".into()),
        define("earned_growth", "Earned growth", format!("NRR + value of new customers who came by recommendation ÷ opening value − 100 %. Its ratio is that ÷ growth of value. {}", config.ledger.earned.as_ref().map_or_else(|| "Not told: no segment is said to have come by recommendation ([ledger] earned).".to_owned(), |earned| format!("They are the segment `{}`; told of the whole.", earned.get_ref())))),
        define("growth", "Net customer asset growth", "(Closing − opening) ÷ opening, in customers and in value.".into()),
        define("stated_reason", "Stated reason", "What a silo gives as the reason, or what an answer or a conversation tells by the words of the company's list ([[reason]] in kept.toml), from the first day on which what came before is looked for to the day of the loss. The last reason that was given counts; without one, the last text that the list knows. A given reason that the list does not know is other; where nothing was said it is unknown.".into()),
        define("preceding_cause", "What came before", format!("Looked for in 90 days. Purchases: up to 21 days after the last purchase (the gap where that is shorter). The loss is dated by the gap, when the customer has long been silent; what can have mattered came around the last purchase, its delivery included, and on that day nobody could tell yet who would come back, so the lost and those who stayed are seen alike. Contracts: up to the day before the contract ended. Looked for are events that failed, were late, came back or were complained of, by touchpoint; {}; a subscription whose price rose; money given back; a last subscription that ended while purchases went on; a first purchase that no other followed; and nothing but purchases. A loss may have several.", answers(config))),
        define("lift", "Times as often", "Each loss is set beside a like customer who stayed: of the same segment, days with the company (first purchase, quarter, year, two, more), value (within a factor of four), purchases in the 90 days, standing under contract and calendar month, else quarter; looked at by the same rule, and not lost within the gap (under contract: within 30 days). Who is drawn among equals is decided by a scattered number, the same in every refresh. Share of the paired losses ÷ share of those who stayed, with the 95 % score interval of matched pairs (Nam and Blackwelder 2002) and McNemar's test. A cause stands out when the interval lies above 1 and at most 5 % of the causes as clear would be false discoveries (Benjamini and Hochberg 1995); those come first, by share of losses × times as often. An association, not a cause.".into()),
        again("segment", 2, "Segment", split::told(config)),
    ]
    .into_iter()
    .chain(asset(config))
    .collect()
}

/// Definitions of how customers stay and what they are worth.
fn asset(config: &Config) -> Vec<Definition> {
    let define = |id, title, text| Definition { id, version: 1, title, text };
    let worth = &config.worth;
    let (days, discount) = (worth.horizon_days, worth.annual_discount * 100.0);
    let months = match worth.renewal_months {
        1 => "month".to_owned(),
        months => format!("{months} months"),
    };
    vec![
        define("cohort", "Cohort", "Customers gained in one period. Its share at an age is the part of them that is active at the end of so many periods later, won-back customers among them; its value share is their value then ÷ the value they brought. All cohorts at the end of a period add up to the statement's closing.".into()),
        define("retention_trend", "Retention trend", "Share active at one age, of the younger half of the cohorts that have reached it − of the older half, with Newcombe's 95 % interval. An interval that holds 0 is called no clear change.".into()),
        define("survival", "Survival", "Share of customers not yet lost for the first time so many days after they were gained (Kaplan–Meier, 95 % interval by log–log). Customers still there count up to the last day of the books.".into()),
        define("median_life", "Median life", "Days after which half of the customers were lost for the first time, with the days at which the ends of the interval reach one half; open where they do not.".into()),
        define("log_rank", "Log-rank test", "Whether segments are lost at the same pace: losses seen against losses expected if they were.".into()),
        define("loss_ratio", "Loss ratio", "How much sooner customers are first lost with one more of a trait, all others told being equal (Cox, ties after Efron, 95 % interval). Above 1 is sooner. An association, not a cause.".into()),
        define("still_buying", "Still buying", "Sum over customers with a purchase of the probability that they buy again, under BG/NBD and under Pareto/NBD. Purchases of one day are one. BG/NBD takes everybody with a single purchase day to be still buying. Never booked in the ledger.".into()),
        define("customer_equity", "Customer equity", format!("Expected purchases of the next {days} days, discounted by {discount:.0} % a year, × expected spend (Gamma–Gamma), summed over customers; told under both purchase models with their spread. Spend is revenue, or margin where set, refunds not taken off. The interval holds 95 % of refits on resampled customers and says how well the parameters are known, not how single customers will fare. A model that does not converge shows its reason and no figure.")),
        define("contract_equity", "Worth of contracts", format!("Expected payments of running contracts over the next {days} days, discounted by {discount:.0} % a year, where a contract renews every {months} (shifted-beta-geometric).")),
        define("fading", "Fading", "Active, but silent for longer than the customer's limit, or more likely gone than there under both purchase models. Silence is days since the last purchase or contact. The limit is (n × 90th percentile of the own intervals + 5 × that of the segment) ÷ (n + 5), where n is the number of own intervals, at most the latest 50; so few own intervals shrink to the segment's.".into()),
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
        Regime::Contractual => format!(
            "`{}`: while its recurring value is above 0. {}",
            stream.id.get_ref(), policy::told(&stream.policy.unwrap_or_default())
        ),
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
