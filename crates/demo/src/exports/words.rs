//! What customers write: to care, in surveys, on leaving. German and English, a few phrases for each theme.

use crate::chance::Chance;
use crate::life::answers::Answer;
use crate::life::club::Why;
use crate::life::tickets::{Cause, Rating};

/// The billing tool's own word for the reason.
pub(super) const fn cancellation_reason(why: Why) -> &'static str {
    match why {
        Why::PaymentFailed => "payment_failed",
        Why::AfterTrial | Why::NoUse | Why::TooDear | Why::Delivery => "cancellation_requested",
    }
}

/// What the member said on leaving.
pub(super) const fn cancellation_comment(why: Why) -> &'static str {
    match why {
        Why::PaymentFailed => "",
        Why::AfterTrial => "Just wanted to try it",
        Why::NoUse => "I do not use it enough",
        Why::TooDear => "Too expensive",
        Why::Delivery => "Deliveries were never on time",
    }
}

/// Subject, description and tag of a ticket about an order (`#1042`), or about none.
pub(super) fn request(
    cause: Cause,
    order: &str,
    german: bool,
    chance: &mut Chance,
) -> (String, String, &'static str) {
    let (tag, phrases) = match (cause, german) {
        (Cause::LateParcel, true) => ("delivery_late", LATE_DE),
        (Cause::LateParcel, false) => ("delivery_late", LATE_EN),
        (Cause::LostParcel, true) => ("delivery_failed", LOST_DE),
        (Cause::LostParcel, false) => ("delivery_failed", LOST_EN),
        (Cause::Return, true) => ("return", RETURN_DE),
        (Cause::Return, false) => ("return", RETURN_EN),
        (Cause::Product, true) => ("product", PRODUCT_DE),
        (Cause::Product, false) => ("product", PRODUCT_EN),
        (Cause::Charge, true) => ("billing", CHARGE_DE),
        (Cause::Charge, false) => ("billing", CHARGE_EN),
    };
    let (subject, text) = chance.pick(phrases);
    (subject.replace("{order}", order), text.replace("{order}", order), tag)
}

/// What somebody adds to a rating; most say nothing.
pub(super) fn rating_comment(rating: Rating, german: bool, chance: &mut Chance) -> &'static str {
    let silent = chance.hit(0.6);
    match (rating, german) {
        _ if silent => "",
        (Rating::Good, true) => {
            chance.pick(&["Sehr freundlich, danke!", "Schnell geholfen", "Alles geklärt."])
        }
        (Rating::Good, false) => chance.pick(&["Very kind, thank you!", "Quick help", "All sorted."]),
        (Rating::Bad, true) => {
            chance.pick(&["Drei Mal nachfragen müssen", "Keine Lösung", "Viel zu langsam"])
        }
        (Rating::Bad, false) => chance.pick(&["Had to ask three times", "No solution", "Far too slow"]),
        (Rating::Offered | Rating::Unoffered, _) => "",
    }
}

/// The open answer of a survey; about half leave it blank.
pub(super) fn survey_text(answer: &Answer, german: bool, chance: &mut Chance) -> &'static str {
    let Some(score) = answer.score else { return "" };
    if chance.hit(0.45) {
        return "";
    }
    let phrases: &[&str] = match (score, answer.after_bad_parcel, answer.in_store, german) {
        (0..=6, true, _, true) => BAD_PARCEL_DE,
        (0..=6, true, _, false) => BAD_PARCEL_EN,
        (0..=6, false, _, true) => UNHAPPY_DE,
        (0..=6, false, _, false) => UNHAPPY_EN,
        (7..=8, _, _, true) => FAIR_DE,
        (7..=8, _, _, false) => FAIR_EN,
        (_, _, true, true) => STORE_DE,
        (_, _, true, false) => STORE_EN,
        (_, _, false, true) => HAPPY_DE,
        (_, _, false, false) => HAPPY_EN,
    };
    chance.pick(phrases)
}

type Phrases = &'static [(&'static str, &'static str)];

const LATE_DE: Phrases = &[
    (
        "Wo bleibt mein Paket {order}?",
        "Guten Tag, meine Bestellung {order} sollte längst da sein. Wann kommt sie?",
    ),
    (
        "Lieferung verspätet",
        "Das Paket zu {order} ist seit Tagen überfällig, die Sendungsverfolgung steht still.",
    ),
    (
        "Bestellung {order} nicht angekommen",
        "Zugesagt war letzte Woche. Ich brauche die Sachen als Geschenk!",
    ),
];
const LATE_EN: Phrases = &[
    (
        "Where is my parcel {order}?",
        "Hello, my order {order} should have been here days ago. When will it come?",
    ),
    ("Late delivery", "The parcel for {order} is overdue and tracking has not moved since Monday."),
    ("Order {order} has not arrived", "You promised it for last week and nobody told me anything."),
];
const LOST_DE: Phrases = &[
    (
        "Paket {order} ging zurück",
        "Ich war den ganzen Tag zu Hause, niemand hat geklingelt. Jetzt geht {order} zurück?",
    ),
    (
        "Zustellung fehlgeschlagen",
        "Angeblich falsche Adresse bei {order}. Die Adresse stimmt seit zehn Jahren.",
    ),
];
const LOST_EN: Phrases = &[
    (
        "Parcel {order} was sent back",
        "I was at home all day and nobody rang. Why is {order} on its way back?",
    ),
    ("Delivery failed", "The courier says my address for {order} does not exist. I live here."),
];
const RETURN_DE: Phrases = &[
    ("Rücksendung {order}", "Ich habe {order} zurückgeschickt. Wann bekomme ich mein Geld?"),
    ("Retoure", "Die Farbe gefällt mir leider nicht, {order} geht heute zurück."),
];
const RETURN_EN: Phrases = &[
    ("Return of {order}", "I sent {order} back. When will I get the refund?"),
    ("Returning an item", "The colour is not what I expected, so {order} goes back today."),
];
const PRODUCT_DE: Phrases = &[
    ("Frage zu {order}", "Darf die Schale aus {order} in die Spülmaschine?"),
    ("Teil beschädigt", "In {order} war ein Becher gesprungen. Bitte um Ersatz."),
    ("Pflegehinweis", "Wie öle ich das Brett aus {order}?"),
];
const PRODUCT_EN: Phrases = &[
    ("Question about {order}", "Is the bowl from {order} safe in the dishwasher?"),
    ("Broken item", "One mug in {order} arrived cracked. Please send another."),
    ("Care of wood", "How do I oil the board from {order}?"),
];
const CHARGE_DE: Phrases = &[
    (
        "Abbuchung Club fehlgeschlagen",
        "Meine Karte ist in Ordnung, trotzdem ist die Zahlung für den Club gescheitert.",
    ),
    ("Club gekündigt?", "Warum wurde mein Club beendet? Ich habe nichts gekündigt!"),
];
const CHARGE_EN: Phrases = &[
    ("Club payment failed", "My card is fine, yet the charge for the club did not go through."),
    ("Why did my club end?", "My membership was ended and I never cancelled it."),
];
const BAD_PARCEL_DE: &[&str] = &[
    "Lieferung kam viel zu spät, niemand hat Bescheid gesagt.",
    "Der neue Paketdienst ist eine Katastrophe.",
    "Paket ging zurück, obwohl ich zu Hause war. Schöne Sachen, schlechte Lieferung.",
    "Zehn Tage gewartet, das war ein Geburtstagsgeschenk.",
];
const BAD_PARCEL_EN: &[&str] = &[
    "Delivery was far too late and nobody told me.",
    "The new courier is a disaster.",
    "The parcel went back although I was at home. Lovely things, poor delivery.",
    "Waited ten days for a birthday present.",
];
const UNHAPPY_DE: &[&str] = &[
    "Zu teuer geworden.",
    "Qualität hat nachgelassen.",
    "Die Website ist unübersichtlich.",
    "Kundendienst zu langsam",
];
const UNHAPPY_EN: &[&str] = &[
    "Has become too expensive.",
    "Quality is not what it was.",
    "The web site is confusing.",
    "Care was too slow",
];
const FAIR_DE: &[&str] =
    &["Schöne Auswahl, Versand könnte schneller sein.", "Gut, aber nicht billig.", "Passt."];
const FAIR_EN: &[&str] = &["Nice choice, shipping could be faster.", "Good but not cheap.", "Fine."];
const STORE_DE: &[&str] = &["Tolle Beratung im Laden!", "Ich komme gern zum Stöbern.", "Sehr nettes Team."];
const STORE_EN: &[&str] = &["Great advice in the store!", "I love to browse there.", "Very friendly staff."];
const HAPPY_DE: &[&str] = &[
    "Wunderschöne Sachen, gern wieder.",
    "Alles bestens ❤️",
    "Schnell geliefert, gut verpackt.",
    "Tolle Qualität",
];
const HAPPY_EN: &[&str] =
    &["Beautiful things, will order again.", "All perfect ❤️", "Quick and well packed.", "Great quality"];
