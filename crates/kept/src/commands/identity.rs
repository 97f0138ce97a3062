//! `kept identity`: how sure Kept is of who is one customer, why, and what people decide about it.

use crate::{clock, table};
use lake::{Access, Lake};
use refresh::Reader;
use refresh::decisions::{RecordName, Ruling, Verdict};
use refresh::view::identity::{Comparison, Explanation, IdentityStatus, RuleCount};
use report::number;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// Who is one customer, why, and what people decide about it.
#[derive(Debug, clap::Subcommand)]
#[command(
    after_help = "Examples:\n  kept identity status\n  kept identity explain shop:8812 support:u-31\n  \
                  kept identity decide shop:8812 support:u-31 same --reason \"she said so on the phone\"\n  \
                  kept identity retrain"
)]
pub(crate) enum Task {
    /// Tells sizes, the largest customers, values that identify nobody, the model, and what waits.
    Status,
    /// Lists pairs of records that wait for a decision, surest first.
    Review {
        /// Pairs shown at most.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Tells why two records are, or are not, one customer.
    Explain {
        /// One record, as silo:key.
        a: String,
        /// The other, as silo:key.
        b: String,
    },
    /// Decides about two records; it counts from the next refresh and outlives every rebuild.
    Decide {
        /// One record, as silo:key.
        a: String,
        /// The other, as silo:key.
        b: String,
        /// What is true of them.
        verdict: Said,
        /// Why, so that others can follow.
        #[arg(long)]
        reason: String,
    },
    /// Lists what was decided, newest first.
    Decisions {
        /// Decisions shown at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Trains a model on the records of now and proposes it; tells whom it would merge and split.
    Retrain,
    /// Accepts the model that waits.
    Accept {
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Rejects the model that waits.
    Reject {
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

/// What can be said of two records.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Said {
    /// They are one customer.
    Same,
    /// They are two.
    Different,
    /// What was decided before no longer counts.
    Undone,
}

/// Runs one task.
pub(crate) async fn run(home: &Path, task: &Task, json: bool) -> anyhow::Result<ExitCode> {
    match task {
        Task::Status => {
            let status = super::reader(home).await?.identity().await?;
            tell(&status, json, status_text)?;
        }
        Task::Review { limit } => {
            let waiting = super::reader(home).await?.waiting(0, *limit).await?;
            tell(&waiting, json, |waiting| {
                let rows = waiting.rows.iter().map(|pair| &pair.comparison);
                let rows: Vec<Vec<String>> = rows.map(pair_row).collect();
                let head = [("record", false), ("and", false), ("bits", true), ("chance", true)];
                format!("{}{} of {} pairs\n", table::lines(&head, &rows), rows.len(), waiting.total)
            })?;
        }
        Task::Explain { a, b } => {
            let (a, b) = (RecordName::parse(a)?, RecordName::parse(b)?);
            tell(&super::reader(home).await?.explain(&a, &b).await?, json, explained)?;
        }
        Task::Decide { a, b, verdict, reason } => {
            let ruling = ruling(a, b, *verdict, reason)?;
            let decision = super::reader(home).await?.decide(ruling, clock::now_us()).await?;
            tell(&decision, json, |decision| {
                let (a, b, verdict) = (&decision.a, &decision.b, decision.verdict.name());
                format!("{a} and {b}: {verdict}. It counts from the next kept refresh.\n")
            })?;
        }
        Task::Decisions { limit } => decisions(&super::reader(home).await?, *limit, json).await?,
        Task::Retrain => retrain(home, json).await?,
        Task::Accept { reason } => judge(home, true, reason, json).await?,
        Task::Reject { reason } => judge(home, false, reason, json).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn tell<T: serde::Serialize>(answer: &T, json: bool, text: impl Fn(&T) -> String) -> anyhow::Result<()> {
    if json {
        return super::print_json(answer);
    }
    print!("{}", text(answer));
    Ok(())
}

/// Who decides on the command line: the user of the system.
fn user() -> String {
    std::env::var("USER").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "this machine".to_owned())
}

fn ruling(a: &str, b: &str, said: Said, reason: &str) -> anyhow::Result<Ruling> {
    let verdict = match said {
        Said::Same => Verdict::Same,
        Said::Different => Verdict::Different,
        Said::Undone => Verdict::Undone,
    };
    let (a, b) = (RecordName::parse(a)?, RecordName::parse(b)?);
    Ok(Ruling { a, b, verdict, reason: reason.to_owned(), by: user() })
}

async fn decisions(reader: &Reader, limit: usize, json: bool) -> anyhow::Result<()> {
    let zone = reader.company().zone();
    tell(&reader.decisions(0, limit).await?, json, |page| {
        let row = |(decision, in_force): &(refresh::decisions::Decision, bool)| {
            vec![
                report::calendar::minute(decision.at_us, &zone),
                decision.by.clone(),
                format!("{} and {}", decision.a, decision.b),
                decision.verdict.name().to_owned(),
                if *in_force { "counts" } else { "" }.to_owned(),
                decision.reason.clone(),
            ]
        };
        let head = [
            ("when", false),
            ("who", false),
            ("records", false),
            ("are", false),
            ("", false),
            ("why", false),
        ];
        let rows: Vec<_> = page.rows.iter().map(row).collect();
        format!("{}{} of {} decisions\n", table::lines(&head, &rows), rows.len(), page.total)
    })
}

async fn retrain(home: &Path, json: bool) -> anyhow::Result<()> {
    let opened = super::open(home)?;
    let proposed = {
        let lake = Lake::open(&opened.folder, Access::Write).await?;
        refresh::train_again(&opened, &lake, &user(), clock::now_us()).await?
    };
    let proposal = if proposed { super::reader(home).await?.proposal().await? } else { None };
    tell(&proposal, json, |proposal| {
        let Some(proposal) = proposal else {
            return "The records train the model that is in force; nothing to decide.\n".to_owned();
        };
        let (merge, split) = (proposal.would_merge.total, proposal.would_split.total);
        let mut text = format!(
            "Model {} waits. It would make {} and split {}.\n",
            proposal.model.version,
            number::counted(merge, "customer of several", "customers of several"),
            number::counted(split, "customer", "customers"),
        );
        for (what, page) in [("merge", &proposal.would_merge), ("split", &proposal.would_split)] {
            for change in page.rows.iter().take(10) {
                let groups: Vec<String> = change.groups.iter().map(|group| group.join(" ")).collect();
                let _ = writeln!(text, "  {what}  {}", groups.join("  |  "));
            }
        }
        text + "Decide with: kept identity accept --reason …, or kept identity reject --reason …\n"
    })
}

async fn judge(home: &Path, accept: bool, reason: &str, json: bool) -> anyhow::Result<()> {
    super::reader(home).await?.judge_proposal(accept, &user(), reason, clock::now_us()).await?;
    let state = if accept { "accepted" } else { "rejected" };
    tell(&state, json, |state| format!("The model is {state}. It counts from the next kept refresh.\n"))
}

fn status_text(status: &IdentityStatus) -> String {
    let count = |n: u64| number::count(i64::try_from(n).unwrap_or(i64::MAX));
    let mut text = format!(
        "{} records are {} customers; {} wait for a decision, {} are decided",
        count(status.records),
        count(status.customers),
        number::counted(status.waiting as usize, "pair", "pairs"),
        count(status.decided),
    );
    if status.not_yet_counted > 0 {
        let _ = write!(text, " ({} from the next refresh on)", count(status.not_yet_counted));
    }
    text += "\n";
    if let Some(model) = &status.model {
        let records = count(model.records);
        let _ =
            writeln!(text, "model {}, trained on {records} records, accepted by {}", model.version, model.by);
    }
    text += &compared(status.compared.as_deref());
    let sizes = status.sizes.iter().map(|size| vec![size.records.to_string(), count(size.customers)]);
    text += "\n";
    text += &table::lines(&[("records", true), ("customers", true)], &sizes.collect::<Vec<_>>());
    let large = status.largest.iter().take(10).map(|large| {
        vec![large.id.clone(), large.name.clone(), large.records.to_string(), large.silos.to_string()]
    });
    text += "\n";
    let head = [("largest", false), ("name", false), ("records", true), ("silos", true)];
    text += &table::lines(&head, &large.collect::<Vec<_>>());
    if status.generic.total > 0 {
        let generic = status.generic.rows.iter().take(10);
        let rows =
            generic.map(|value| vec![value.field.clone(), value.value.clone(), value.names.to_string()]);
        text += "\n";
        let head = [("identifies nobody", false), ("value", false), ("names", true)];
        text += &table::lines(&head, &rows.collect::<Vec<_>>());
    }
    text
}

/// Which pairs of records were weighed, and which left out by which rule.
fn compared(rules: Option<&[RuleCount]>) -> String {
    let count = |n: u64| number::count(i64::try_from(n).unwrap_or(i64::MAX));
    let rules = match rules {
        None => return String::new(),
        Some([]) => return "nothing was weighed: keys and decisions alone join records\n".to_owned(),
        Some(rules) => rules,
    };
    let weighed = count(rules.iter().map(|rule| rule.pairs).sum());
    let left_out: u64 = rules.iter().map(|rule| rule.left_pairs).sum();
    if left_out == 0 {
        return format!("{weighed} pairs of records were weighed, none left out\n");
    }
    let by_rule = rules.iter().filter(|rule| rule.left_pairs > 0);
    let by_rule: Vec<String> =
        by_rule.map(|rule| format!("{} ({})", rule.name, count(rule.left_pairs))).collect();
    format!(
        "{weighed} pairs of records were weighed; at most {} left out, since too many records share the same {}\n",
        count(left_out),
        by_rule.join(", ")
    )
}

fn pair_row(pair: &Comparison) -> Vec<String> {
    let name = |record: &refresh::view::Record| format!("{}:{}", record.silo, record.key);
    vec![name(&pair.a), name(&pair.b), bits(pair.weight), format!("{:.1} %", pair.probability * 100.0)]
}

fn bits(bits: f32) -> String {
    format!("{bits:+.1}")
}

fn explained(told: &Explanation) -> String {
    let comparison = &told.comparison;
    let answer = if told.one_customer { "One customer" } else { "Two customers" };
    let mut text = format!(
        "{answer}: {} bits, a chance of {:.2} % by evidence alone.\n\n",
        bits(comparison.weight),
        comparison.probability * 100.0
    );
    let mut rows = vec![vec![
        "before anything is known".to_owned(),
        String::new(),
        String::new(),
        String::new(),
        bits(comparison.prior),
    ]];
    rows.extend(comparison.parts.iter().map(|part| {
        vec![part.field.clone(), part.a.clone(), part.b.clone(), part.level.clone(), bits(part.weight)]
    }));
    if comparison.household < 0.0 {
        let what = "a household shares as much".to_owned();
        rows.push(vec![what, String::new(), String::new(), String::new(), bits(comparison.household)]);
    }
    rows.push(vec![
        "together".to_owned(),
        String::new(),
        String::new(),
        String::new(),
        bits(comparison.weight),
    ]);
    let name = |record: &refresh::view::Record| format!("{}:{}", record.silo, record.key);
    let (a, b) = (name(&comparison.a), name(&comparison.b));
    let head = [("field", false), (a.as_str(), false), (b.as_str(), false), ("level", false), ("bits", true)];
    text += &table::lines(&head, &rows);
    if !told.path.is_empty() {
        let path = told.path.iter().map(|merge| {
            let weight = merge.weight.map_or_else(String::new, |weight| bits(weight as f32));
            vec![
                merge.record_a.clone(),
                merge.record_b.clone(),
                merge.field.clone(),
                merge.rule.clone(),
                weight,
            ]
        });
        let head = [("joined by", false), ("with", false), ("same", false), ("rule", false), ("bits", true)];
        text += "\n";
        text += &table::lines(&head, &path.collect::<Vec<_>>());
    }
    if let Some(decision) = &told.decision {
        let _ =
            writeln!(text, "\n{} decided: {} ({})", decision.by, decision.verdict.name(), decision.reason);
    }
    text
}
