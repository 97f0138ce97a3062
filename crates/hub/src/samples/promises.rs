//! Promises with a rule and without.

use model::Day;
use refresh::view::promises::{Breach, Breaches, Department, Month, Promised, Promises, Told};

const NAME: &str = "Parcels come <b> in time";

fn months(kept: u64, broken: u64) -> Vec<Month> {
    let month = |text: &str, told| Month { month: Day::parse(text).expect("day"), told };
    vec![
        month("2026-09-01", Told::default()),
        month("2026-10-01", Told { kept, broken, open: 2 }),
        month("2026-11-01", Told { kept: 0, broken: 0, open: 5 }),
    ]
}

/// Two promises, one without a rule.
pub(crate) fn promises() -> Promises {
    let told = Told { kept: 3, broken: 1, open: 7 };
    let promised = |id: &str, name: &str, rule: Option<&str>| Promised {
        id: id.into(),
        name: name.into(),
        owner: "Fulfilment".into(),
        rule: rule.map(str::to_owned),
        told: if rule.is_some() { told } else { Told::default() },
        broken_customers: u64::from(rule.is_some()),
        months: if rule.is_some() { months(3, 1) } else { Vec::new() },
    };
    Promises {
        segment: String::new(),
        promises: vec![
            promised("parcel", NAME, Some("After Delivery: Delivery (ok) within 4 days")),
            promised("data", "We never sell what we know about you", None),
        ],
        months: months(3, 1),
        departments: vec![Department { name: "Fulfilment".into(), told, months: months(3, 1) }],
    }
}

/// Two breaches, one too late.
pub(crate) fn breaches() -> Breaches {
    let breach = |customer: &str, happened_us| Breach {
        promise: "parcel".into(),
        name: NAME.into(),
        customer: customer.into(),
        customer_name: "Ann <Ek>".into(),
        began_us: 1_790_000_000_000_000,
        due_us: Some(1_790_400_000_000_000),
        happened_us,
    };
    Breaches { total: 2, rows: vec![breach("abc", Some(1_790_500_000_000_000)), breach("def", None)] }
}
