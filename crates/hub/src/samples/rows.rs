//! Sample rows of an edition: long, foreign and hostile texts, shrinking books, huge numbers.

use model::{Day, EventKind, Granularity, Movement, Outcome, Period};
use refresh::view::closings::Basis;
use refresh::view::segments::{Segment, Split};
use refresh::view::{
    CustomerLife, CustomerList, CustomerRow, Edition, Event, Feed, Import, Line, Merge, Page, Posting, Rates,
    Record, Reject, Silo, Statement,
};

/// 2026-11-01 04:12 in Berlin.
pub(super) const PUBLISHED_US: i64 = 1_793_502_720_000_000;
const DAY_US: i64 = 86_400_000_000;

fn day(text: &str) -> Day {
    Day::parse(text).expect("day")
}

pub(crate) fn edition() -> Edition {
    Edition {
        edition: 3,
        snapshot: 41,
        at_us: PUBLISHED_US,
        as_of: day("2026-10-31"),
        decisions: 3,
        inputs: r#"{"imports": 12, "config": "9f2c", "decisions": 3}"#.into(),
        checks: r#"{"balance": "ok", "periods": 94}"#.into(),
    }
}

pub(crate) fn segments() -> Vec<String> {
    splits().swap_remove(0).segments.into_iter().map(|segment| segment.id).collect()
}

/// By region and by plan.
pub(crate) fn splits() -> Vec<Split> {
    let split = |id: &str, name: &str, values: &[&str]| Split {
        id: id.into(),
        name: name.into(),
        segments: values
            .iter()
            .map(|value| Segment { id: format!("{id}={value}"), value: (*value).into(), customers: 3_800 })
            .collect(),
    };
    vec![
        split("region", "Region", &["North", "South", "Österreich & Schweiz"]),
        split("plan", "Plan", &["gold", "<b>none</b>"]),
    ]
}

/// So many months to October 2026, growing with a season; the books tie.
pub(crate) fn lines(months: i32) -> Vec<Line> {
    let last = Period::parse("2026-10").expect("period").index;
    walk(Granularity::Month, last - months + 1..=last, 11_400, |i| {
        let season = [0, 20, 45, 60, 30, -10, -25, -30, 0, 40, 120, 180][(i.rem_euclid(12)) as usize];
        [330 + season, 31 + season / 6, 352 - season / 3]
    })
}

/// Books that shrink, by quarters of the same customers.
pub(crate) fn shrinking() -> Vec<Line> {
    let last = Period::parse("2026-10").expect("period").index;
    walk(Granularity::Month, last - 5..=last, 900, |_| [12, 1, 140])
}

/// Numbers as large as the largest companies'.
pub(crate) fn huge() -> Vec<Line> {
    let last = Period::parse("2026-10").expect("period").index;
    let mut lines =
        walk(Granularity::Month, last - 11..=last, 214_000_000, |_| [4_812_377, 1_204_331, 5_900_112]);
    for line in &mut lines {
        line.adjusted_count = -1_204;
        line.closing_count -= 1_204;
        line.adjusted_minor = 0;
    }
    lines
}

fn walk(
    granularity: Granularity,
    range: std::ops::RangeInclusive<i32>,
    start: i64,
    moves: impl Fn(i32) -> [i64; 3],
) -> Vec<Line> {
    const WORTH: i64 = 15_437;
    let (mut count, mut minor) = (start, start * WORTH);
    range
        .map(|index| {
            let [gained, won_back, lost] = moves(index);
            let (opening_count, opening_minor) = (count, minor);
            count += gained + won_back - lost;
            let (expanded, contracted) = (opening_minor / 90, opening_minor / 110);
            let in_out = (gained * 12_033, won_back * 9_911, lost * 11_207);
            minor += in_out.0 + in_out.1 + expanded - contracted - in_out.2;
            Line {
                period: Period { granularity, index },
                opening_count,
                gained_count: gained,
                won_back_count: won_back,
                lost_count: lost,
                adjusted_count: 0,
                closing_count: count,
                expanded_count: opening_count / 12,
                contracted_count: opening_count / 17,
                opening_minor,
                gained_minor: in_out.0,
                won_back_minor: in_out.1,
                expanded_minor: expanded,
                contracted_minor: contracted,
                fx_minor: 0,
                lost_minor: in_out.2,
                adjusted_minor: 0,
                closing_minor: minor,
                rates: Rates::default(),
            }
        })
        .collect()
}

pub(crate) fn row(name: &str, email: &str) -> CustomerRow {
    let code = name.bytes().fold(7u32, |code, byte| code.wrapping_mul(31).wrapping_add(u32::from(byte)));
    CustomerRow {
        id: format!("K-{code:08X}"),
        name: name.into(),
        email: email.into(),
        segments: segments().into_iter().take(1).chain(["plan=gold".into()]).collect(),
        active: !code.is_multiple_of(3),
        value_minor: i64::from(code % 900_000),
        day: Some(day("2026-09-17")),
    }
}

pub(crate) fn customers() -> CustomerList {
    let rows = vec![
        row(
            "Ann-Sophie Freifrau von und zu Hohenstein-Wallersberg-Kleinschmidt geb. Oppenheim",
            "ann-sophie.freifrau.von.hohenstein@a-rather-long-company-name.example",
        ),
        row("محمد الأمين", "m.alamin@example.org"),
        row("🦊 Finn 👩‍👩‍👧‍👦", "finn@example.org"),
        row("<script>alert(1)</script>", "x@example.org"),
        row("", "only.mail@example.org"),
        row("", ""),
        row("田中 花子", "hanako@example.jp"),
        row("Bo Li", "bo@example.org"),
    ];
    CustomerList { total: 371, rows }
}

/// Two and a half years with purchases, deliveries, a failure, a refund, an answer, a loss and a return.
pub(crate) fn life() -> CustomerLife {
    let mut events = orders();
    events.extend(exceptions());
    events.sort_by_key(|event| event.at_us);
    let address = "Am Wall 1, 28195 Bremen, c/o a name so long that it must wrap somewhere";
    let merge = ["shop:8812", "helpdesk:u-31", "scored", "email"].map(str::to_owned);
    let [record_a, record_b, rule, field] = merge;
    CustomerLife {
        row: CustomerRow { active: false, ..row("Ann Oakley", "ann@example.org") },
        gained_on: Some(day("2024-02-02")),
        lost_on: Some(day("2026-10-01")),
        purchases: 9,
        net_minor: 68_610,
        redirected_from: None,
        records: vec![
            record("shop", "8812", &[("name", "Ann Oakley"), ("email", "ann@example.org")]),
            record("helpdesk", "u-31", &[("name", "A. Oakly"), ("address", address)]),
        ],
        merges: vec![Merge { record_a, record_b, rule, field, weight: Some(8.24) }],
        events_total: events.len(),
        events,
        postings: vec![
            posting("2024-02-02", Movement::Gained, 4_990, "first purchase"),
            posting("2024-05-09", Movement::Expanded, 5_690, "purchase A-1001"),
            posting("2025-06-06", Movement::Contracted, -1_500, "refund A-1005"),
            posting("2025-12-01", Movement::Lost, -9_180, "gap of 180 days"),
            posting("2026-02-14", Movement::WonBack, 9_890, "purchase A-1007"),
            posting("2026-10-01", Movement::Lost, -9_890, "gap of 180 days"),
        ],
        worth: None,
    }
}

/// 2024-02-02 in Berlin.
const START_US: i64 = 1_706_868_000_000_000;

/// Nine orders and their deliveries, one of them late.
fn orders() -> Vec<Event> {
    let order = |i: i64| {
        let day = i * 97;
        let how = if i == 5 { Outcome::Late } else { Outcome::Ok };
        let placed = event(day, EventKind::Purchase, "Order placed", "sales");
        let delivered = event(day + 2, EventKind::Contact, "Parcel delivered", "fulfilment");
        let reference = Some(format!("A-{}", 1000 + i));
        [
            Event { value_minor: 4_990 + i * 700, reference: reference.clone(), ..placed },
            Event { outcome: how, reference, ..delivered },
        ]
    };
    (0..9).flat_map(order).collect()
}

/// A complaint with a hostile text, a refund, an answer, and a subscription that ends.
fn exceptions() -> [Event; 5] {
    [
        Event {
            outcome: Outcome::Complained,
            title: Some("Where is my <b>parcel</b>?".into()),
            text: Some("It is <b>late</b>, again. أين طردي؟\nI paid for express.".into()),
            ..event(490, EventKind::Contact, "Ticket opened", "support")
        },
        Event { value_minor: 1_500, ..event(492, EventKind::Refund, "Refund paid", "sales") },
        Event {
            outcome: Outcome::Unknown,
            score: Some(3.0),
            reason: Some("too slow".into()),
            ..event(500, EventKind::Response, "Survey answered", "")
        },
        Event { value_minor: 990, ..event(600, EventKind::Subscription, "Club joined", "sales") },
        event(700, EventKind::Subscription, "Club left", "sales"),
    ]
}

/// An event so many days after the start that went well.
fn event(day: i64, kind: EventKind, touchpoint: &str, department: &str) -> Event {
    Event {
        at_us: START_US + day * DAY_US,
        kind,
        touchpoint: touchpoint.into(),
        department: department.into(),
        stage: "Receive".into(),
        silo: "shop".into(),
        outcome: Outcome::Ok,
        value_minor: 0,
        reference: None,
        score: None,
        title: None,
        text: None,
        reason: None,
    }
}

pub(super) fn record(silo: &str, key: &str, fields: &[(&str, &str)]) -> Record {
    let fields = fields.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect();
    Record { silo: silo.into(), key: key.into(), fields }
}

fn posting(on: &str, movement: Movement, value_minor: i64, reason: &str) -> Posting {
    Posting { day: day(on), movement, value_minor, reason: reason.into() }
}

pub(crate) fn silos() -> Vec<Silo> {
    let feed = |id: &str, source: &str, records, events, rejects, last_us| Feed {
        id: id.into(),
        source: source.into(),
        imports: usize::from(Option::<i64>::is_some(&last_us)),
        records,
        events,
        rejects,
        last_us,
    };
    vec![
        Silo {
            id: "shop".into(),
            name: "Web shop".into(),
            owner: "E-Commerce".into(),
            feeds: vec![
                feed("orders", "preset shopify-orders", 12_000, 1_204_000, 17, Some(PUBLISHED_US)),
                feed("contacts", "columns", 480, 331, 0, Some(PUBLISHED_US - DAY_US)),
            ],
        },
        Silo {
            id: "till".into(),
            name: "Store till".into(),
            owner: "Stores".into(),
            feeds: vec![feed("receipts", "sql", 0, 0, 0, None)],
        },
    ]
}

pub(crate) fn imports() -> Page<Import> {
    let import = |id: &str, status: &str, rejects| Import {
        id: id.into(),
        status: status.into(),
        at_us: PUBLISHED_US,
        silo: "shop".into(),
        feed: "orders".into(),
        files: "orders-2026-10.csv".into(),
        rows: 1_204_331,
        records: 12_480,
        events: 1_204_331,
        rejects,
    };
    Page {
        total: 2,
        rows: vec![import("00f3a9c1d2e4b567", "done", 17), import("00f3a9c1d2e4b566", "replaced", 0)],
    }
}

pub(crate) fn rejects() -> Page<Reject> {
    let reject = |line, column: &str, reason: &str, raw: &str| Reject {
        silo: "billing".into(),
        feed: "subscriptions".into(),
        file: "subscriptions.csv".into(),
        line,
        column: column.into(),
        reason: reason.into(),
        raw: Some(raw.into()),
    };
    Page {
        total: 17,
        rows: vec![
            reject(
                1_204,
                "canceled_at",
                "`canceled_at` is before `created_at`",
                "sub_1,cus_9,2026-02-01,2026-01-01,EUR,9.90",
            ),
            reject(
                1_377,
                "email",
                "is no e-mail",
                "sub_2,<img src=x onerror=alert(1)>,2026-02-01,,EUR,9.90,a very long row that goes on and on and on without any end in sight",
            ),
        ],
    }
}

/// The whole by month, nothing closed.
pub(crate) fn statement(lines: Vec<Line>) -> Statement {
    Statement {
        granularity: Granularity::Month,
        segment: String::new(),
        basis: Basis::Restated,
        closed_until: None,
        lines,
    }
}
