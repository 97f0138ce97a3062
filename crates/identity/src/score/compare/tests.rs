//! The levels of values and of pairs.

use super::*;
use crate::score::table::{Column, Table};
use arrow::array::StringArray;
use proptest::prelude::*;

fn kin_is(kin: bool) -> Beside {
    Beside { kin, ..Beside::default() }
}

fn told(role: Role, a: &str, b: &str) -> &'static str {
    let kin = role == Role::Given && crate::score::packed::Kin::of(a).meets(crate::score::packed::Kin::of(b));
    assert_eq!(define(role, a, b, kin_is(kin)), define(role, b, a, kin_is(kin)), "{a} {b}: symmetric");
    level::names(role)[usize::from(define(role, a, b, kin_is(kin)))]
}

#[test]
fn values_are_as_alike_as_people_find_them() {
    for (role, a, b, expected) in [
        (Role::Given, "martha", "marhta", "slip"),
        (Role::Given, "nicholas", "nickolsa", "similar"),
        (Role::Given, "bob", "robert", "short"),
        (Role::Given, "j", "john", "short"),
        (Role::Given, "anna maria", "anna", "short"),
        (Role::Given, "filip", "phylip", "sound"),
        (Role::Given, "john 2", "john 3", "different"),
        (Role::Given, "anna", "tom", "different"),
        (Role::Family, "berg larsen", "larsen", "short"),
        (Role::Address, "lindenstr 4a", "lindenstr 4", "slip"),
        (Role::Address, "flat 4 high st", "high st", "part"),
        (Role::Company, "acme trading", "trading acme", "part"),
        (Role::Identifier, "1804974", "1804947", "slip"),
        (Role::Identifier, "1804974", "1814975", "two slips"),
        (Role::Identifier, "1804974", "9999999", "different"),
        (Role::Exclusive, "1804974", "1804975", "different"),
        (Role::Category, "nsw", "nws", "slip"),
        (Role::Email, "anna@berg.de", "ana@berg.de", "slip"),
        (Role::Email, "anna@berg.de", "anna@larsen.com", "mailbox"),
        (Role::Email, "anna.berg@x.org", "bob@y.com", "different"),
        (Role::Phone, "+49301234568", "0301234568", "ending"),
        (Role::Phone, "+49301234568", "+49301234586", "slip"),
        (Role::Postcode, "4881", "4818", "slip"),
        (Role::Postcode, "4881", "4810", "area"),
        (Role::Postcode, "4881", "2119", "different"),
        (Role::HouseNumber, "177", "17", "slip"),
        (Role::HouseNumber, "7", "8", "different"),
    ] {
        assert_eq!(told(role, a, b), expected, "{a} {b}");
    }
}

const ROLES: [Role; 12] = [
    Role::Given,
    Role::Family,
    Role::Place,
    Role::Company,
    Role::Address,
    Role::Identifier,
    Role::Category,
    Role::Email,
    Role::Phone,
    Role::Postcode,
    Role::HouseNumber,
    Role::Exclusive,
];

/// A text and one a few slips away, or another text altogether.
fn twins() -> impl Strategy<Value = (String, String)> {
    let word = || "[abn ]{1,7}[abcdehnorst @0-3]{0,9}";
    prop_oneof![
        (word(), word()),
        (word(), any::<[proptest::sample::Index; 3]>(), "[abn ]{0,2}").prop_map(|(text, at, new)| {
            let mut other: Vec<char> = text.chars().collect();
            let (x, y) = (at[0].index(other.len()), at[1].index(other.len()));
            other.swap(x, y);
            if at[2].index(2) == 1 {
                other.remove(y);
            }
            other.splice(x.min(other.len())..x.min(other.len()), new.chars());
            (text, other.into_iter().collect())
        }),
        ("[a-e]{60,70}", "[a-e]{1,3}").prop_map(|(text, more)| (format!("{more}{text}"), text)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]
    #[test]
    fn signatures_never_rule_out_a_level_that_texts_reach((a, b) in twins()) {
        prop_assume!(a != b);
        for role in ROLES {
            for kin in [false, role == Role::Given] {
                let (x, y) = (Sign::of(role, &a, kin), Sign::of(role, &b, kin));
                let exact = define(role, &a, &b, kin_is(kin));
                prop_assert!(
                    exact == level::different(role) || x.may_be_alike(&y, role),
                    "{:?} {:?} {:?} is {}", role, a, b, level::names(role)[usize::from(exact)]
                );
            }
        }
    }
}

fn packed(rows: &[[&str; 3]]) -> Packed {
    let column = |at: usize| -> StringArray {
        rows.iter().map(|row| (!row[at].is_empty()).then_some(row[at])).collect()
    };
    let (given, family, born) = (column(0), column(1), column(2));
    let columns = [
        Column { role: Role::Given, name: "given", values: &given },
        Column { role: Role::Family, name: "family", values: &family },
        Column { role: Role::BirthDate, name: "born", values: &born },
    ];
    let hashes: Vec<u64> = (0..rows.len() as u64).collect();
    Packed::read(&Table { record_hash: &hashes, columns: &columns, source: &[], link_only: false }, 1)
        .unwrap()
}

#[test]
fn names_that_changed_places_are_told_once() {
    let packed = packed(&[
        ["Anna", "Berg", "1984-03-09"],
        ["Berg", "Anna", "1984-09-03"],
        ["Berg", "Ana", ""],
        ["Berg", "", "1984-03-09"],
        ["Tom", "Berg", "1950-01-22"],
    ]);
    for bench in [Bench::new(&packed), Bench::bare(&packed)] {
        let told = |a, b| {
            let levels = bench.levels(a, b);
            assert_eq!(levels, bench.levels(b, a));
            [levels[0], levels[8], levels[1]]
        };
        let crossed = level::NAME_CROSSED;
        assert_eq!(told(0, 1), [crossed, UNKNOWN, level::DATE_SWAPPED]);
        assert_eq!(told(0, 2), [crossed, UNKNOWN, UNKNOWN]);
        assert_eq!(told(0, 3), [level::different(Role::Given), UNKNOWN, EXACT]);
        assert_eq!(told(0, 4), [level::different(Role::Given), EXACT, level::different(Role::BirthDate)]);
        assert_eq!(bench.levels(0, 1)[9], UNKNOWN, "lanes without a field say nothing");
    }
}
