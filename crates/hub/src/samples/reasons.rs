//! Sample reasons: a clear cause, one before losses only, one that cannot be compared, hostile words.

use model::Period;
use refresh::view::reasons::{Before, OtherText, Reasons, Stated};
use refresh::view::segments::{SegmentReasons, SplitReasons};

fn stated(id: &str, name: &str, lost_count: i64) -> Stated {
    Stated {
        id: id.into(),
        name: name.into(),
        department: if id == "price" { "Marketing" } else { "" }.into(),
        lost_count,
        lost_minor: lost_count * 10_433,
        share: lost_count as f64 / 1204.0,
    }
}

fn before(id: &str, name: &str, counts: [i64; 3], lift: [Option<f64>; 3]) -> Before {
    let [lost_count, pairs_lost, pairs_stayed] = counts;
    Before {
        id: id.into(),
        name: name.into(),
        department: "Fulfilment".into(),
        lost_count,
        lost_minor: lost_count * 9_871,
        share: lost_count as f64 / 1204.0,
        pairs_lost,
        pairs_stayed,
        lift: lift[0],
        lift_low: lift[1],
        lift_high: lift[2],
        q_value: lift[1].map(|_| 0.01),
        stands_out: lift[1].is_some_and(|low| low > 1.0),
    }
}

/// Of 2026: 1,204 losses, 1,150 of them paired.
pub(crate) fn reasons() -> Reasons {
    Reasons {
        period: Period::parse("2026"),
        segment: String::new(),
        lost_count: 1204,
        lost_minor: 12_604_311,
        pairs: 1150,
        stated: vec![
            stated("price", "Price", 61),
            stated("<script>", "<script>alert(1)</script>", 3),
            stated("other", "Other", 9),
            stated("unknown", "Unknown", 1131),
        ],
        before: vec![
            before(
                "failed:delivery",
                "Delivery: went wrong",
                [260, 251, 131],
                [Some(1.92), Some(1.58), Some(2.32)],
            ),
            before("unanswered:care", "Request for help: not answered", [9, 8, 0], [None, Some(1.4), None]),
            before("first_purchase", "First purchase, never followed", [402, 390, 390], [None; 3]),
            before("refunded", "Money given back", [88, 80, 91], [Some(0.88), Some(0.66), Some(1.17)]),
        ],
        other_texts: vec![
            OtherText { text: "Just wanted to try <b>it</b>".into(), lost_count: 6 },
            OtherText { text: "Umzug".into(), lost_count: 1 },
        ],
        periods: ["2024", "2025", "2026"].iter().filter_map(|name| Period::parse(name)).collect(),
    }
}

/// Losses of two regions.
pub(crate) fn split_reasons() -> SplitReasons {
    let whole = reasons();
    let row = |segment: &str, part: i64| SegmentReasons {
        segment: segment.into(),
        lost_count: whole.lost_count / 2 * part,
        lost_minor: whole.lost_minor / 2 * part,
        unknown_count: 3 * part,
        cause: "failed:delivery".into(),
        cause_name: "Delivery: went <wrong>".into(),
        cause_count: 2 * part,
        stands_out: part > 1,
    };
    let rows = vec![row("", 2), row("region=North", 1), row("region=Österreich & Schweiz", 1)];
    SplitReasons { split: "region".into(), period: whole.period, rows }
}
