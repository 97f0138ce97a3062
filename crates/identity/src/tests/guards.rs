//! What joins, what stays apart, and what is said about it.

use super::{Table, person};
use crate::{Field, Generic, Rule, Why};
use model::config::Unit;

#[track_caller]
fn check(rows: &[&str], customer: &[u32]) {
    assert_eq!(person(rows).customer, customer, "{rows:#?}");
}

#[test]
fn a_shared_email_joins_one_person_however_the_name_is_written() {
    check(
        &[
            "n=Anna Berg; e=anna@post.de",
            "g=ANNA; f=Berg; e=Anna@Post.de",
            "n=Berg, Anna; e=mailto:anna@post.de",
        ],
        &[0, 0, 0],
    );
    check(&["n=Michael Schmidt; e=ms@post.de", "n=Micheal Schmitd; e=ms@post.de"], &[0, 0]);
    check(&["n=Robert Berg; e=b@post.de", "n=Bob Berg; e=b@post.de"], &[0, 0]);
    check(&["n=Wang Xiaoming; e=w@post.de", "n=王小明; e=w@post.de"], &[0, 0]);
    check(&["n=Ольга Иванова; e=o@post.de", "n=Olga Ivanova; e=o@post.de"], &[0, 0]);
    check(&["n=Anna Berg; e=anna@post.de", "n=Anna Larsen; e=anna@post.de"], &[0, 0]);
}

#[test]
fn a_family_on_one_email_or_phone_is_not_one_person() {
    check(&["n=Anna Berg; e=berg.family@post.de", "n=Tom Berg; e=berg.family@post.de"], &[0, 1]);
    check(&["n=Anna Berg; p=030 1234568", "n=Tom Berg; p=+49 30 1234568"], &[0, 1]);
    check(&["n=Martin Berg; e=b@post.de", "n=Martina Berg; e=b@post.de"], &[0, 1]);
    check(&["n=John Berg; e=b@post.de", "n=John Berg Jr; e=b@post.de"], &[0, 1]);
    check(&["n=Anna Maria Berg; e=b@post.de", "n=Anna Lisa Berg; e=b@post.de"], &[0, 1]);
    check(
        &["n=Anna & Tom Berg; e=b@post.de", "n=Anna Berg; e=b@post.de", "n=Tom Berg; e=b@post.de"],
        &[0, 1, 2],
    );
}

#[test]
fn a_new_family_name_needs_an_email_that_is_one_persons() {
    check(&["n=Anna Berg; p=030 1234568", "n=Anna Larsen; p=030 1234568"], &[0, 1]);
    check(&["n=Anna Berg; e=b@post.de", "n=Anna Larsen; e=b@post.de", "n=Tom Berg; e=b@post.de"], &[0, 1, 2]);
    check(&["n=Ann Berg; e=b@post.de", "n=Anne Larsen; e=b@post.de"], &[0, 1]);
}

#[test]
fn an_initial_or_short_form_joins_the_only_name_it_can_stand_for() {
    check(&["n=J. Berg; e=b@post.de", "n=John Berg; e=b@post.de"], &[0, 0]);
    // In a family, J. may be a child that no other record names.
    check(&["n=J. Berg; e=b@post.de", "n=John Berg; e=b@post.de", "n=Anna Berg; e=b@post.de"], &[0, 1, 2]);
    check(&["n=Bob Berg; e=b@post.de", "n=Robert Berg; e=b@post.de", "n=Anna Berg; e=b@post.de"], &[0, 0, 1]);
    check(&["n=John Berg; e=b@post.de", "n=J. Berg; e=b@post.de", "n=James Berg; e=b@post.de"], &[0, 1, 2]);
    check(
        &["n=Alex Berg; e=b@post.de", "n=Alexander Berg; e=b@post.de", "n=Alexandra Berg; e=b@post.de"],
        &[0, 1, 2],
    );
    check(&["n=J. Larsen; e=b@post.de", "n=John Berg; e=b@post.de"], &[0, 1]);
    check(&["n=J. Berg; e=b@post.de", "g=J; f=Berg; e=b@post.de"], &[0, 0]);
    check(&["n=Berg; e=b@post.de", "n=Anna Berg; e=b@post.de"], &[0, 0]);
    check(&["n=Berg; e=b@post.de", "n=Anna Berg; e=b@post.de", "n=Tom Berg; e=b@post.de"], &[0, 1, 2]);
    check(&["n=Anna; e=b@post.de", "n=Anna Berg; e=b@post.de", "n=Tom Berg; e=b@post.de"], &[0, 0, 1]);
}

#[test]
fn a_record_without_a_name_joins_only_where_one_person_stands_on_the_value() {
    check(&["e=b@post.de", "n=Anna Berg; e=b@post.de"], &[0, 0]);
    check(&["e=b@post.de", "e=b@post.de"], &[0, 0]);
    check(&["e=b@post.de", "n=Anna Berg; e=b@post.de", "n=Tom Berg; e=b@post.de"], &[0, 1, 2]);
    check(&["p=030 1234568", "n=Anna Berg; e=b@post.de; p=030 1234568"], &[0, 0]);
    check(&["e=tom@post.de; p=030 1234568", "n=Anna Berg; e=anna@post.de; p=030 1234568"], &[0, 1]);
    check(
        &["e=jim@post.de; n=J. Berg; p=030 1234568", "n=John Berg; e=john@post.de; p=030 1234568"],
        &[0, 1],
    );
    check(&["e=tom@post.de; p=030 1234568", "e=anna@post.de; p=030 1234568"], &[0, 1]);
    check(&["e=tom@post.de; p=030 1234568", "p=030 1234568"], &[0, 0]);
}

#[test]
fn values_that_identify_nobody_join_nobody() {
    for value in [
        "e=info@berg.de",
        "e=noreply@berg.de",
        "e=test@test.com",
        "e=null",
        "p=000000000",
        "p=123456789",
        "x=tax:0",
        "x=n/a",
        "e=guest@berg.de",
    ] {
        check(&[&format!("n=Anna Berg; {value}"), &format!("n=Anna Berg; {value}")], &[0, 1]);
    }
}

#[test]
fn an_office_phone_turns_generic_and_is_told() {
    let people = ["Anna Berg", "Tom Larsen", "Ida Holm", "Per Lund", "Eva Dahl", "Anna Berg"];
    let rows = people.map(|name| format!("n={name}; p=+49 30 1234568"));
    let found = person(&rows.each_ref().map(String::as_str));
    assert_eq!(found.customer, [0, 1, 2, 3, 4, 5]);
    let generic = Generic { field: Field::Phone, value: "+49301234568".to_owned(), names: 5 };
    assert_eq!(found.generic, [generic]);
    assert!(found.merges.is_empty());
}

#[test]
fn misspelt_names_do_not_turn_a_value_generic() {
    let people = [
        "Michael Schmidt",
        "Micheal Schmidt",
        "Michael Schmitd",
        "M. Schmidt",
        "Mike Schmidt",
        "Michael Schmid",
    ];
    let rows = people.map(|name| format!("n={name}; e=m@post.de"));
    assert_eq!(person(&rows.each_ref().map(String::as_str)).customer, [0; 6]);
}

#[test]
fn exclusive_ids_join_and_keep_apart_even_through_others() {
    check(&["n=Anna Berg; x=tax:77812204", "n=Anna Larsen; x=TAX: 7781-2204"], &[0, 0]);
    check(&["n=Anna Berg; x=tax:77812204", "n=Tom Larsen; x=tax:77812204"], &[0, 1]);
    check(
        &["n=Anna Berg; x=tax:77812204; b=1980-05-06", "n=Ida Holm; x=tax:77812204; b=1980-05-06"],
        &[0, 0],
    );
    check(&["n=Anna Berg; e=a@post.de; x=tax:77812204", "n=Anna Berg; e=a@post.de; x=tax:99120011"], &[0, 1]);
    check(
        &["n=Anna Berg; e=a@post.de; x=tax:77812204", "n=Anna Berg; e=a@post.de; x=card:99120011"],
        &[0, 0],
    );
    let rows = [
        "n=Anna Berg; e=a@post.de; x=tax:77812204",
        "n=Anna Berg; e=a@post.de; p=030 1234568",
        "n=Anna Berg; p=030 1234568; x=tax:99120011",
    ];
    let found = person(&rows);
    assert_eq!(found.customer, [0, 0, 1]);
    assert_eq!(found.refused.len(), 1);
    assert_eq!((found.refused[0].field, found.refused[0].why), (Field::Phone, Why::ExclusiveIds));
}

#[test]
fn a_record_between_two_exclusive_ids_stays_apart() {
    let found = person(&[
        "n=Anna Berg; e=a@post.de; x=1771",
        "n=Anna Berg; e=a@post.de; x=1772",
        "n=Anna Berg; e=a@post.de",
    ]);
    assert_eq!(found.customer, [0, 1, 2]);
    assert!(found.refused.iter().any(|pair| pair.why == Why::Ambiguous));
}

#[test]
fn a_family_is_not_chained_by_phone_and_email() {
    let rows = [
        "n=Anna Berg; e=anna@post.de",
        "e=anna@post.de; p=030 1234568",
        "n=Tom Berg; p=030 1234568",
        "n=T. Berg; p=030 1234568; e=tom@post.de",
    ];
    check(&rows, &[0, 0, 1, 1]);
    check(
        &["n=John Berg; e=a@post.de", "n=J Berg; e=a@post.de; p=030 1234568", "n=James Berg; p=030 1234568"],
        &[0, 0, 1],
    );
}

#[test]
fn birth_dates_keep_father_and_son_apart() {
    check(&["n=John Berg; p=030 1234568; b=1951-02-03", "n=John Berg; p=030 1234568; b=1983-11-20"], &[0, 1]);
    check(&["n=John Berg; p=030 1234568; b=1951-02-03", "n=John Berg; p=030 1234568; b=03.02.1951"], &[0, 0]);
    check(&["n=John Berg; p=030 1234568; b=1951-02-03", "n=John Berg; p=030 1234568; b=1951-03-02"], &[0, 0]);
    check(
        &[
            "n=John Berg; p=030 1234568; b=1951-02-03",
            "n=John Berg; p=030 1234568; b=1983-11-20",
            "n=John Berg; p=030 1234568",
        ],
        &[0, 1, 2],
    );
}

#[test]
fn a_full_name_joins_with_a_birth_date_or_a_home() {
    check(
        &["n=Anna Berg; b=1980-05-06", "n=ANNA BERG; b=06.05.1980", "n=Tom Berg; b=1980-05-06"],
        &[0, 0, 1],
    );
    check(&["n=Anna Berg; b=1980-05-06", "n=A. Berg; b=1980-05-06", "n=Berg; b=1980-05-06"], &[0, 1, 2]);
    check(&["n=Anna Berg; z=10115; a=Lindenstraße 4", "n=Anna Berg; z=10115; a=LINDENSTR. 4"], &[0, 0]);
    check(&["n=Anna Berg; z=10115; a=Lindenstr. 4", "n=Anna Berg; z=10115; a=Lindenstr. 5"], &[0, 1]);
    check(&["n=Anna Berg; z=10115; a=Lindenstr. 4", "n=Tom Berg; z=10115; a=Lindenstr. 4"], &[0, 1]);
    check(&["n=Anna Berg; b=1900-01-01", "n=Anna Berg; b=1900-01-01"], &[0, 1]);
    check(
        &["n=Anna Berg; b=1980-05-06; x=tax:77812204", "n=Anna Berg; b=1980-05-06; x=tax:99120011"],
        &[0, 1],
    );
}

#[test]
fn a_name_borne_by_too_many_is_no_key_with_a_birth_date() {
    let mut rows: Vec<String> = (1..=51).map(|at| format!("n=Anna Berg; b={}-03-04", 1930 + at)).collect();
    rows.push("n=Anna Berg; b=1931-03-04".to_owned());
    let found = person(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(found.ids.len(), 52);
    let fewer = person(&rows[2..].iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(fewer.ids.len(), 50);
}

#[test]
fn every_merge_is_explained_and_a_customer_is_spanned() {
    let found = person(&[
        "n=Anna Berg; e=a@post.de; x=tax:77812204",
        "n=Anna Larsen; e=a@post.de; p=030 1234568",
        "n=A. Larsen; p=030 1234568",
        "e=a@post.de",
        "n=Ida Holm; x=tax:55120011",
        "n=Ida Holmm; x=tax:55120011",
    ]);
    assert_eq!(found.customer, [0, 0, 0, 0, 1, 1]);
    let told: Vec<_> =
        found.merges.iter().map(|m| (m.customer, m.record_a, m.record_b, m.rule, m.field)).collect();
    assert_eq!(
        told,
        [
            (1, 4, 5, Rule::SameValue, Field::ExclusiveId),
            (0, 0, 1, Rule::NewFamilyName, Field::Email),
            (0, 0, 3, Rule::MissingName, Field::Email),
            (0, 1, 2, Rule::ShortName, Field::Phone),
        ]
    );
}

#[test]
fn an_account_is_its_key_then_its_domain_then_a_person() {
    let found = Table::of(&[
        "n=Anna Berg; k=ACME-01; e=anna@acme.co.uk",
        "n=Tom Lund; k= acme-01 ",
        "n=Ida Holm; e=info@mail.acme.co.uk",
        "n=Per Dahl; k=BOLT-02; e=per@bolt.com",
        "n=Eva Dahl; k=BOLT-03; e=eva@bolt.com",
        "n=Bo Dahl; e=bo@bolt.com",
        "n=Jo Dahl; e=jo@bolt.com",
        "n=Max Rot; e=max@gmail.com",
        "n=Max Rot; e=max@gmail.com; k=n/a",
        "n=Uta Rot; e=max@gmail.com",
    ])
    .resolve(Unit::Account);
    assert_eq!(found.customer, [0, 0, 0, 1, 2, 3, 3, 4, 4, 5]);
    let fields: Vec<Field> = found.merges.iter().map(|merge| merge.field).collect();
    assert_eq!(fields, [Field::Account, Field::Domain, Field::Domain, Field::Email]);
}

#[test]
fn an_account_never_holds_two_exclusive_ids_of_a_kind() {
    let rows = ["k=A1; x=vat:DE77812204", "k=A1; x=vat:DE99120011", "k=A2; x=vat:DE77812204", "k=A1"];
    let found = Table::of(&rows).resolve(Unit::Account);
    assert_eq!(found.customer[0], found.customer[2]);
    assert_ne!(found.customer[0], found.customer[1]);
    assert!(found.customer[3] == found.customer[0] || found.customer[3] == found.customer[1]);
}

#[test]
fn what_a_silo_says_is_the_same_is_joined_unless_the_names_are_those_of_two_people() {
    check(&["n=Anna Berg; e=a@post.de", "s=1", "p=0150 1234567"], &[0, 0, 1]);
    check(&["n=Anna Berg", "n=Tom Berg; s=1"], &[0, 1]);
    check(&["s=2", "s=3", "n=Anna Berg"], &[0, 0, 0]);
    check(&["s=99", "n=Anna Berg"], &[0, 1]);
    let told = person(&["n=Anna Berg", "s=1"]);
    assert_eq!((told.merges[0].rule, told.merges[0].field), (Rule::Told, Field::SameAs));
}

#[test]
fn who_is_said_to_be_two_people_is_neither() {
    let shared = person(&["n=Anna Berg", "n=Tom Berg", "s=1 2"]);
    assert_eq!(shared.customer, [0, 1, 2]);
    assert_eq!(shared.refused.iter().map(|pair| pair.why).collect::<Vec<_>>(), [Why::Ambiguous; 2]);
    check(&["n=Anna Berg", "n=A. Berg; s=1", "s=1 2"], &[0, 0, 0]);
}

#[test]
fn who_name_one_order_and_bear_one_name_are_one_person() {
    check(&["n=Anna Berg; e=a@post.de; o=7 8", "n=Berg, Anna; o=8", "n=Annna Berg; o=7"], &[0, 0, 0]);
    check(&["n=Anna Berg; o=7", "n=Tom Berg; o=7", "n=Anna Larsen; o=7"], &[0, 1, 2]);
    check(&["n=Anna Berg; o=7", "p=0150 1234567; o=7"], &[0, 1]);
    let told = person(&["n=Anna Berg; o=7", "n=Anna Berg; o=7"]);
    assert_eq!((told.merges[0].rule, told.merges[0].field), (Rule::SameName, Field::Reference));
}

#[test]
fn a_rare_given_name_one_slip_from_a_frequent_one_is_a_slip() {
    let letters = |at: u8| format!("{}{}", char::from(b'a' + at % 26), char::from(b'a' + at / 26));
    let mut rows: Vec<String> = Vec::new();
    for at in 0..40u8 {
        rows.push(format!("n=Frank B{}dorf", letters(at)));
        rows.push(format!("n=Tim C{}hof", letters(at)));
        rows.push(format!("n=Tom D{}stein", letters(at)));
    }
    let families = rows.len();
    rows.extend(["n=Frank Berg; e=b@post.de", "n=Frnak Berg; e=b@post.de"].map(str::to_owned));
    rows.extend(["n=Tim Horn; e=h@post.de", "n=Tom Horn; e=h@post.de"].map(str::to_owned));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let customer = person(&rows).customer;
    assert_eq!(customer[families], customer[families + 1]);
    assert_ne!(customer[families + 2], customer[families + 3]);
}

#[test]
fn umlauts_are_written_in_one_letter_or_two() {
    check(&["n=Jürgen Müller; e=j@post.de", "n=Juergen Mueller; e=j@post.de"], &[0, 0]);
    check(&["n=Zoë Bauer; e=z@post.de", "n=Zoe Baur; e=z@post.de"], &[0, 0]);
}
