//! The golden matrix, and what holds for any grants.

use super::*;
use proptest::prelude::*;
use std::fmt::Write;

fn grant(role: Role, department: &str) -> Grant {
    match role {
        Role::Reader => Grant::Reader,
        Role::Member => Grant::Member(department.to_owned()),
        Role::Lead => Grant::Lead(department.to_owned()),
        Role::Cco => Grant::Cco,
        Role::Admin => Grant::Admin,
    }
}

/// What somebody with one role may do, found by asking for each department.
fn answer(role: Role, resource: Resource, action: Action) -> &'static str {
    let asked = ["own", "another"].map(Some).into_iter().chain([None]);
    let asked: Vec<bool> =
        asked.map(|department| allows(&[grant(role, "own")], resource, action, department)).collect();
    match asked[..] {
        [false, false, false] => "-",
        [true, false, false] => "own",
        [true, true, true] => "all",
        _ => "odd",
    }
}

/// Review every changed line: it says what a role may do from now on.
#[test]
fn this_is_what_each_role_may_do() {
    let mut matrix = format!("{:<22}", "");
    for role in Role::ALL {
        write!(matrix, "{:<7}", role.as_str()).unwrap();
    }
    for resource in Resource::ALL {
        for action in Action::ALL {
            write!(matrix, "\n{:<22}", format!("{resource:?} {action:?}")).unwrap();
            for role in Role::ALL {
                write!(matrix, "{:<7}", answer(role, resource, action)).unwrap();
            }
        }
    }
    let lines: Vec<&str> = matrix.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn this_is_what_each_token_may_do_for_an_owner_who_may_do_everything() {
    let owner = Role::ALL.map(|role| grant(role, "own"));
    let mut said = Vec::new();
    for scope in Scope::ALL {
        for resource in Resource::ALL {
            for action in Action::ALL {
                let reach = token_reach(&owner, &[scope], resource, action);
                if reach != Reach::Nothing {
                    said.push(format!("{}: {resource:?} {action:?}", scope.as_str()));
                }
            }
        }
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn no_line_stands_twice_or_allows_nobody() {
    for (place, line) in LINES.iter().enumerate() {
        let same =
            |other: &&super::table::Line| other.resource == line.resource && other.action == line.action;
        assert_eq!(LINES.iter().filter(same).count(), 1, "line {place}");
        assert!(line.extents.iter().any(|&extent| extent != Extent::Never), "line {place}");
        // `Own` means nothing to a role of the whole company.
        for role in [Role::Reader, Role::Cco, Role::Admin] {
            assert!(line.extents[role as usize] != Extent::Own, "line {place}");
        }
    }
    assert_eq!(Role::ALL.map(|role| role as usize), [0, 1, 2, 3, 4]);
}

fn any_grant() -> impl Strategy<Value = Grant> {
    (prop::sample::select(&Role::ALL), prop::sample::select(&["web", "support", "stores"]))
        .prop_map(|(role, department)| grant(role, department))
}

fn any_grants() -> impl Strategy<Value = Vec<Grant>> {
    prop::collection::vec(any_grant(), 0..5)
}

fn any_request() -> impl Strategy<Value = (Resource, Action, Option<&'static str>)> {
    let department = prop::option::of(prop::sample::select(&["web", "support", "stores"][..]));
    (prop::sample::select(&Resource::ALL), prop::sample::select(&Action::ALL), department)
}

proptest! {
    #[test]
    fn nothing_is_allowed_that_no_line_of_the_table_allows_to_one_of_the_grants(
        grants in any_grants(), (resource, action, department) in any_request(),
    ) {
        // Said again, the slow way: some grant, some line, and the department where the line says `Own`.
        let plainly = grants.iter().any(|grant| LINES.iter().any(|line| {
            line.resource == resource && line.action == action && match line.extents[grant.role() as usize] {
                Extent::Never => false,
                Extent::Own => department.is_some() && grant.department() == department,
                Extent::All => true,
            }
        }));
        prop_assert_eq!(allows(&grants, resource, action, department), plainly);
    }

    #[test]
    fn a_further_grant_takes_nothing_away_and_none_allow_nothing(
        grants in any_grants(), more in any_grant(), (resource, action, department) in any_request(),
    ) {
        let mut all = grants.clone();
        all.insert(grants.len() / 2, more);
        prop_assert!(!allows(&grants, resource, action, department) || allows(&all, resource, action, department));
        prop_assert!(!allows(&[], resource, action, department));
    }

    #[test]
    fn a_token_reaches_no_further_than_its_owner(
        grants in any_grants(), scopes in prop::sample::subsequence(&Scope::ALL[..], 0..=4),
        (resource, action, department) in any_request(),
    ) {
        let reach = token_reach(&grants, &scopes, resource, action);
        prop_assert!(!reach.covers(department) || allows(&grants, resource, action, department));
        prop_assert!(!scopes.is_empty() || reach == Reach::Nothing);
    }

    #[test]
    fn personal_data_show_to_nobody_who_is_only_reader_or_admin(department in any_request()) {
        let grants = [Grant::Reader, Grant::Admin];
        for resource in [Resource::PersonalData, Resource::Review, Resource::Console, Resource::Cases] {
            for action in Action::ALL {
                prop_assert!(!allows(&grants, resource, action, department.2));
            }
        }
    }
}
