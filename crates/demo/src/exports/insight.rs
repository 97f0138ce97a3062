//! `insight/nps.csv`: Qualtrics' response export: names of columns, the questions, the import ids, then answers.

use super::{Table, shop::order_email, words};
use crate::chance::{Chance, Purpose, code, mix};
use crate::error::Error;
use crate::life::Life;
use crate::life::answers::Answer;
use crate::life::purchases::Place;
use crate::people::Person;
use crate::people::face::{disguised_email, face};
use crate::register::{Clues, Register};
use crate::silo::Silo;
use crate::world::World;
use std::path::Path;

/// Column, question text and import id.
const COLUMNS: [(&str, &str, &str); 16] = [
    ("StartDate", "Start Date", "startDate"),
    ("EndDate", "End Date", "endDate"),
    ("Status", "Response Type", "status"),
    ("Progress", "Progress", "progress"),
    ("Finished", "Finished", "finished"),
    ("RecordedDate", "Recorded Date", "recordedDate"),
    ("ResponseId", "Response ID", "_recordId"),
    ("RecipientEmail", "Recipient Email", "recipientEmail"),
    ("RecipientFirstName", "Recipient First Name", "recipientFirstName"),
    ("RecipientLastName", "Recipient Last Name", "recipientLastName"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("DistributionChannel", "Distribution Channel", "distributionChannel"),
    ("UserLanguage", "User Language", "userLanguage"),
    ("Q1_NPS", "How likely are you to recommend Alder & Finch to a friend?", "QID1"),
    ("Q1_NPS_GROUP", "How likely are you to recommend Alder & Finch to a friend? - Group", "QID1_NPS_GROUP"),
    ("Q2_TEXT", "What is the main reason for your score?", "QID2_TEXT"),
];

/// Place of `RecipientEmail`.
const EMAIL: usize = 7;
/// Place of `ExternalReference`.
const ORDER: usize = 10;

/// Writes the file, by time of answer; how many answers there are.
pub(super) fn write(world: &World, dir: &Path, register: &mut Register) -> Result<u64, Error> {
    let all =
        world.each().flat_map(|(person, life)| life.answers.iter().map(move |answer| (answer, person, life)));
    let mut answers: Vec<(&Answer, &Person, &Life)> = all.collect();
    answers.sort_by_key(|(answer, person, _)| (answer.at_us, person.id));
    let mut table = Table::create(dir.join("nps.csv"), &COLUMNS.map(|(name, ..)| name))?;
    table.row(COLUMNS.map(|(_, question, _)| question))?;
    table.row(COLUMNS.map(|(.., id)| import_id(id)))?;
    for (number, (answer, person, life)) in (0..).zip(&answers) {
        let (key, row) = row(world, number, answer, person, life);
        register.note(Silo::Insight, key, person, Clues::default().email(&row[EMAIL]).order(&row[ORDER]));
        table.row(&row)?;
    }
    table.finish()?;
    Ok(answers.len() as u64)
}

fn import_id(id: &str) -> String {
    if id.ends_with("Date") {
        return format!("{{\"ImportId\":\"{id}\",\"timeZone\":\"Europe/Berlin\"}}");
    }
    format!("{{\"ImportId\":\"{id}\"}}")
}

/// The record key and the row of one answer.
fn row(world: &World, number: u64, answer: &Answer, person: &Person, life: &Life) -> (String, [String; 16]) {
    let mut chance = Chance::nth(world.setting.seed, Purpose::Words, 0, mix(mix(number)));
    let (email, reference, spelling) = match &life.purchases[answer.purchase].place {
        Place::Shop(order) => (order_email(person, order), order.name(), u64::from(order.second_email)),
        Place::Store(_) => (Some(person.email.as_str()), String::new(), 0),
    };
    let email = email.filter(|_| !answer.anonymous);
    let who = face(world.setting.seed, person, Silo::Insight, spelling);
    let id = format!("R_{}", code(number ^ world.setting.seed.rotate_left(8), 15));
    let key = email.map_or_else(|| id.clone(), str::to_owned);
    let clock = &world.setting.clock;
    let started_us = answer.at_us - (30 + i64::from(chance.below(400))) * 1_000_000;
    // Without an address the tool knows neither name nor order.
    let known = |text: String| if email.is_some() { text } else { String::new() };
    let text = words::survey_text(answer, person.german, &mut chance);
    let finished = answer.score.is_some();
    let row = [
        clock.survey(started_us),
        clock.survey(answer.at_us),
        "IP Address".to_owned(),
        if finished { "100" } else { "33" }.to_owned(),
        if finished { "True" } else { "False" }.to_owned(),
        clock.survey(answer.at_us),
        id,
        email.map_or_else(String::new, |email| disguised_email(&mut chance, email, 0.05, 0.0)),
        known(who.given),
        known(who.family),
        known(reference),
        if email.is_none() { "qr" } else { "email" }.to_owned(),
        if person.german { "DE" } else { "EN" }.to_owned(),
        answer.score.map_or_else(String::new, |score| score.to_string()),
        answer.score.map_or("", group).to_owned(),
        text.to_owned(),
    ];
    (key, row)
}

const fn group(score: u8) -> &'static str {
    match score {
        0..=6 => "Detractor",
        7..=8 => "Passive",
        _ => "Promoter",
    }
}
