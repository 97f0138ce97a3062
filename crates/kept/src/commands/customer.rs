//! `kept customer`: one life, or the customers a search finds.

use crate::table;
use refresh::Reader;
use refresh::view::{CustomerLife, Wanted};
use report::number;
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
        let rows: Vec<_> = found.rows.iter().map(|row| vec![row.id.clone(), row.name.clone(), row.email.clone()]).collect();
        print!("{}", table::lines(&[("id", false), ("name", false), ("e-mail", false)], &rows));
        println!("{} of {} customers", found.rows.len(), found.total);
    }
    anyhow::ensure!(found.total > 0, "nobody has the id, name, e-mail or key `{}`", args.who);
    Ok(ExitCode::SUCCESS)
}

fn told(reader: &Reader, life: &CustomerLife) -> String {
    let config = reader.company();
    let (currency, zone) = (config.company.currency, config.zone());
    let money = |minor| number::money(minor, currency);
    let mut text = format!("{} {} {}\n", life.row.id, life.row.name, life.row.email).trim_end().to_owned() + "\n";
    if let Some(from) = &life.redirected_from {
        text += &format!("{from} was merged into this customer\n");
    }
    let standing = match (life.row.active, life.lost_on) {
        (true, _) => "active".to_owned(),
        (false, Some(day)) => format!("lost on {day}"),
        (false, None) => "never active".to_owned(),
    };
    text += &format!("{standing}, value {}, {} purchases, net {}\n\n", money(life.row.value_minor), life.purchases, money(life.net_minor));
    let records: Vec<_> = life.records.iter().map(|r| vec![format!("{}:{}", r.silo, r.key), fields(&r.fields)]).collect();
    text += &table::lines(&[("record", false), ("knows", false)], &records);
    let merges: Vec<_> = life.merges.iter().map(|m| vec![m.record_a.clone(), m.record_b.clone(), m.field.clone(), m.rule.clone()]).collect();
    if !merges.is_empty() {
        text += "\n";
        text += &table::lines(&[("one customer", false), ("with", false), ("same", false), ("rule", false)], &merges);
    }
    let events: Vec<_> = life
        .events
        .iter()
        .map(|event| {
            let amount = if event.value_minor == 0 { String::new() } else { money(event.value_minor) };
            let words = [event.title.as_deref(), event.text.as_deref(), event.reason.as_deref()].into_iter().flatten();
            let words = words.collect::<Vec<_>>().join(" · ").replace(['\r', '\n'], " ");
            vec![
                report::calendar::minute(event.at_us, &zone),
                event.department.clone(),
                event.touchpoint.clone(),
                if event.outcome == model::Outcome::Unknown { String::new() } else { event.outcome.name().to_owned() },
                event.score.map_or_else(String::new, |score| score.to_string()),
                amount,
                event.reference.clone().unwrap_or_default(),
                words,
            ]
        })
        .collect();
    text += "\n";
    let head = [("when", false), ("department", false), ("touchpoint", false), ("outcome", false), ("score", true), ("value", true), ("reference", false), ("words", false)];
    text += &table::lines(&head, &events);
    text + &format!("{} of {} events\n", life.events.len(), life.events_total)
}

fn fields(fields: &[(String, String)]) -> String {
    fields.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}
