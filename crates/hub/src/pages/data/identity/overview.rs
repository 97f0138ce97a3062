//! Identity at a glance: sizes of customers, the largest, and values that identify nobody.

use super::words;
use crate::layout;
use crate::links;
use crate::pages::data::{count, marked, sentence};
use maud::{Markup, html};
use refresh::view::Page;
use refresh::view::identity::{GenericValue, IdentityStatus, Large, RuleCount, Size};
use report::{bars, number};

/// Everything below the queue.
pub(super) fn sections(status: &IdentityStatus) -> Markup {
    html! {
        section.pair {
            div { h2 { "How many records a customer has" } (sizes(&status.sizes)) }
            div { h2 { "Customers with the most records" } (largest(&status.largest)) }
        }
        section { h2 { "Values that identify nobody" } (generic(status)) }
        @if let Some(rules) = &status.compared { section { h2 { "Which records were compared" } (known(status)) (compared(rules)) } }
    }
}

/// From how many records on customers are counted together: first, last, customers.
type Band = (u32, Option<u32>, u64);

/// 1 to 5 apart, 6–10, 11–20, 21 and more.
fn bands(sizes: &[Size]) -> Vec<Band> {
    let within = |first: u32, last: Option<u32>| {
        let fits = |size: &&Size| size.records >= first && last.is_none_or(|last| size.records <= last);
        (first, last, sizes.iter().filter(fits).map(|size| size.customers).sum())
    };
    let edges = [1, 2, 3, 4, 5].map(|n| (n, Some(n))).into_iter();
    let bands = edges.chain([(6, Some(10)), (11, Some(20)), (21, None)]);
    let mut bands: Vec<Band> = bands.map(|(first, last)| within(first, last)).collect();
    while bands.last().is_some_and(|(_, _, customers)| *customers == 0) {
        bands.pop();
    }
    bands
}

fn sizes(sizes: &[Size]) -> Markup {
    let bands = bands(sizes);
    let all: u64 = bands.iter().map(|(_, _, customers)| customers).sum();
    let most = bands.iter().map(|(_, _, customers)| *customers).max().unwrap_or(0).max(1);
    let table = html! {
        table {
            thead { tr { th scope="col" { "Records" } th.n scope="col" { "Customers" } th.n scope="col" { "Share" } th.drawn scope="col" aria-hidden="true" { } } }
            tbody { @for (first, last, customers) in bands {
                tr {
                    th scope="row" { (band(first, last)) }
                    td.n { (count(customers)) }
                    td.n { (number::percent(customers as f64 / all.max(1) as f64)) }
                    td.drawn aria-hidden="true" { (bars::length(customers as f64 / most as f64)) }
                }
            } }
        }
    };
    html! {
        @if all == 0 { (layout::empty("There are no customers yet.", "kept import\nkept refresh")) }
        @else { (layout::scroller("Customers by number of records", &table)) }
    }
}

fn band(first: u32, last: Option<u32>) -> String {
    match last {
        Some(last) if last == first => first.to_string(),
        Some(last) => format!("{first}–{last}"),
        None => format!("{first} or more"),
    }
}

fn largest(largest: &Page<Large>) -> Markup {
    let table = html! {
        table {
            thead { tr { th scope="col" { "Customer" } th.n scope="col" { "Records" } th.n scope="col" { "Silos" } } }
            tbody { @for large in &largest.rows {
                tr {
                    th.name scope="row" { a href=(links::customer(&large.id)) { bdi { (if large.name.is_empty() { &large.id } else { &large.name }) } } }
                    td.n { a href=(links::customer(&large.id)) { (count(large.records.into())) } }
                    td.n { (count(large.silos.into())) }
                }
            } }
        }
    };
    html! {
        @if largest.rows.is_empty() { (layout::empty("No customer has more than one record.", "")) }
        @else { (layout::scroller("Customers with the most records", &table)) (more(largest)) }
    }
}

/// How many of a list are not shown, and how to see them.
fn more<T>(page: &Page<T>) -> Markup {
    let left_out = page.total.saturating_sub(page.rows.len());
    html! {
        @if left_out > 0 {
            p.muted { "and " (count(left_out as u64)) " more; all of them with " code { "kept identity status --limit " (page.total) } "." }
        }
    }
}

fn generic(status: &IdentityStatus) -> Markup {
    let generic = &status.generic;
    html! {
        @if generic.rows.is_empty() {
            (layout::empty("None: no e-mail, phone or other value stands beside more names than one customer may have.", ""))
        } @else {
            p { (marked("Beside each stand so many different names that it is an office, a shop or a placeholder rather than a person, so it joins nobody. `generic_after_names` in kept.toml sets how many are too many.")) }
            (layout::scroller("Values that identify nobody", &generic_table(&generic.rows)))
            (more(generic))
        }
    }
}

/// How many records had to be weighed, where that is not all of them.
fn known(status: &IdentityStatus) -> Markup {
    let is_weighed = status.compared.as_ref().is_some_and(|rules| !rules.is_empty());
    html! {
        @if let Some(touched) = status.touched.filter(|&touched| is_weighed && touched < status.records) {
            p { strong { (count(touched)) } " of " (count(status.records)) " records had to be weighed: those that are new or changed since the edition before, or share something with so many others now that they are compared otherwise. What the rest weigh was known." }
        }
    }
}

/// What was weighed and what was left out. A pair may be left out by several rules, and be compared by another.
fn compared(rules: &[RuleCount]) -> Markup {
    let pairs: u64 = rules.iter().map(|rule| rule.pairs).sum();
    let left_out: u64 = rules.iter().map(|rule| rule.left_pairs).sum();
    html! {
        @if rules.is_empty() {
            (layout::empty("None: keys and decisions alone join records here.", ""))
        } @else {
            p {
                strong { (count(pairs)) } " pairs of records were weighed against each other: those which one of these rules brings together. "
                @if left_out == 0 { "None of them was left out." }
                @else {
                    "At most " strong { (count(left_out)) } " were left out, because so many records share the same that comparing them all would take too long, and nothing else parts them. Another rule may have compared them all the same."
                }
            }
            (layout::scroller("Which records were compared", &compared_table(rules)))
        }
    }
}

fn compared_table(rules: &[RuleCount]) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { "Rule" } th.n scope="col" { "Pairs weighed, first by this rule" }
                th.n scope="col" { "Perhaps one customer, with those known before" } th.n scope="col" { "Pairs left out" }
            } }
            tbody { @for rule in rules {
                tr {
                    th scope="row" { (sentence(&rule.name)) }
                    td.n { (count(rule.pairs)) }
                    td.n { (count(rule.edges)) }
                    td.n { (count(rule.left_pairs)) }
                }
            } }
        }
    }
}

fn generic_table(rows: &[GenericValue]) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "Field" } th scope="col" { "Value, cleaned" } th.n scope="col" { "Names beside it" } } }
            tbody { @for value in rows {
                tr {
                    th scope="row" { (words::field(&value.field)) }
                    td.wrap { span.code { bdi { (value.value) } } }
                    td.n { (count(value.names.into())) }
                }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn pairs_that_were_left_out_are_told_by_rule() {
        let mut status = samples::identity();
        let told = sections(&status).into_string();
        for part in [
            "<strong>4,210</strong> of 30,308 records had to be weighed",
            "<strong>227,520</strong> pairs",
            "At most <strong>12,497,500</strong> were left out",
            "Birth date",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        status.touched = Some(status.records);
        assert!(!sections(&status).into_string().contains("had to be weighed"), "all were");
        status.compared.as_mut().expect("rules").pop();
        assert!(sections(&status).into_string().contains("None of them was left out."));
        status.compared = Some(Vec::new());
        assert!(sections(&status).into_string().contains("keys and decisions alone"));
        status.compared = None;
        assert!(!sections(&status).into_string().contains("were compared"), "what is not known is not told");
    }

    #[test]
    fn bands_count_every_customer_once() {
        let size = |records, customers| Size { records, customers };
        let all = [size(1, 50), size(2, 30), size(5, 4), size(6, 3), size(10, 2), size(21, 1), size(400, 1)];
        let bands = bands(&all);
        assert_eq!(bands.iter().map(|band| band.2).sum::<u64>(), 91);
        assert_eq!(bands[5..], [(6, Some(10), 5), (11, Some(20), 0), (21, None, 2)]);
        assert_eq!(super::bands(&all[..2]), [(1, Some(1), 50), (2, Some(2), 30)]);
        assert_eq!([band(3, Some(3)), band(6, Some(10)), band(21, None)], ["3", "6–10", "21 or more"]);
    }
}
