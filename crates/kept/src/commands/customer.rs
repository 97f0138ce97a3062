//! `kept customer`: one life, or the customers a search finds.

use crate::table;
use refresh::Reader;
use refresh::view::{CustomerLife, Event, Merge, Record, Wanted};
use report::number;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// Shows one customer's life, or the customers a search finds.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  kept customer 0198c0f2-…\n  kept customer berg@example.com")]
pub(crate) struct Args {
    /// A customer id, or part of a name, an e-mail or a silo's key.
    who: String,
    /// Events or customers shown at most.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

/// Exit code 1 when nobody is found.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let reader = super::reader(home).await?;
    if let Some(life) = reader.customer(&args.who, args.limit).await? {
        if json {
            super::print_json(&life)?;
        } else {
            print!("{}", told(&reader, &life));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = Wanted { search: Some(args.who.clone()), limit: args.limit, ..Wanted::default() };
    let found = reader.customers(&wanted).await?;
    if json {
        super::print_json(&found)?;
    } else if found.total > 0 {
        let rows: Vec<_> =
            found.rows.iter().map(|row| vec![row.id.clone(), row.name.clone(), row.email.clone()]).collect();
        print!("{}", table::lines(&[("id", false), ("name", false), ("e-mail", false)], &rows));
        println!("{} of {} customers", found.rows.len(), found.total);
    }
    anyhow::ensure!(found.total > 0, "nobody has the id, name, e-mail or key `{}`", args.who);
    Ok(ExitCode::SUCCESS)
}

fn told(reader: &Reader, life: &CustomerLife) -> String {
    let currency = reader.company().company.currency;
    let mut text =
        format!("{} {} {}\n", life.row.id, life.row.name, life.row.email).trim_end().to_owned() + "\n";
    if let Some(from) = &life.redirected_from {
        let _ = writeln!(text, "{from} was merged into this customer");
    }
    let standing = match (life.row.active, life.lost_on) {
        (true, _) => "active".to_owned(),
        (false, Some(day)) => format!("lost on {day}"),
        (false, None) => "never active".to_owned(),
    };
    let (value, net) =
        (number::money(life.row.value_minor, currency), number::money(life.net_minor, currency));
    let _ = writeln!(text, "{standing}, value {value}, {} purchases, net {net}\n", life.purchases);
    let record = |record: &Record| vec![format!("{}:{}", record.silo, record.key), fields(&record.fields)];
    text += &table::lines(
        &[("record", false), ("knows", false)],
        &life.records.iter().map(record).collect::<Vec<_>>(),
    );
    if !life.merges.is_empty() {
        let merge = |merge: &Merge| {
            vec![merge.record_a.clone(), merge.record_b.clone(), merge.field.clone(), merge.rule.clone()]
        };
        let head = [("one customer", false), ("with", false), ("same", false), ("rule", false)];
        text += "\n";
        text += &table::lines(&head, &life.merges.iter().map(merge).collect::<Vec<_>>());
    }
    text += "\n";
    text +=
        &table::lines(&EVENT_HEAD, &life.events.iter().map(|event| cells(reader, event)).collect::<Vec<_>>());
    text + &format!("{} of {} events\n", life.events.len(), life.events_total)
}

const EVENT_HEAD: [(&str, bool); 8] = [
    ("when", false),
    ("department", false),
    ("touchpoint", false),
    ("outcome", false),
    ("score", true),
    ("value", true),
    ("reference", false),
    ("words", false),
];

/// One event in the columns of [`EVENT_HEAD`].
fn cells(reader: &Reader, event: &Event) -> Vec<String> {
    let config = reader.company();
    let words =
        [event.title.as_deref(), event.text.as_deref(), event.reason.as_deref()].into_iter().flatten();
    let amount = (event.value_minor != 0).then(|| number::money(event.value_minor, config.company.currency));
    let outcome = (event.outcome != model::Outcome::Unknown).then(|| event.outcome.name().to_owned());
    vec![
        report::calendar::minute(event.at_us, &config.zone()),
        event.department.clone(),
        event.touchpoint.clone(),
        outcome.unwrap_or_default(),
        event.score.map_or_else(String::new, |score| score.to_string()),
        amount.unwrap_or_default(),
        event.reference.clone().unwrap_or_default(),
        words.collect::<Vec<_>>().join(" · ").replace(['\r', '\n'], " "),
    ]
}

fn fields(fields: &[(String, String)]) -> String {
    fields.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}
