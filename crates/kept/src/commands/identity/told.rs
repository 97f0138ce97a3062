//! What `kept identity` answers, as text. A list that is cut says how much is missing and how to see it.

use crate::table;
use model::config::Unit;
use refresh::view::Page;
use refresh::view::identity::{
    Comparison, Explanation, IdentityStatus, JOIN_BITS, Proposal, REVIEW_BITS, RuleCount,
};
use report::number;
use std::fmt::Write as _;

/// What a model that waits would change.
pub(super) fn proposed(proposal: &Proposal, limit: usize) -> String {
    let (merge, split) = (&proposal.would_merge, &proposal.would_split);
    let mut text = format!(
        "Model {} waits. It would make {} and split {}.\n",
        proposal.model.version,
        number::counted(merge.total, "customer of several", "customers of several"),
        number::counted(split.total, "customer", "customers"),
    );
    for (what, page) in [("merge", merge), ("split", split)] {
        let told = page.rows.iter().take(limit);
        let left_out = page.total - told.len();
        for change in told {
            let groups: Vec<String> = change.groups.iter().map(|group| group.join(" ")).collect();
            let _ = writeln!(text, "  {what}  {}", groups.join("  |  "));
        }
        let how = match page.rows.len() {
            kept if limit < kept => format!(": kept identity proposal --limit {kept}"),
            _ => ", which were counted and not kept".to_owned(),
        };
        if left_out > 0 {
            let _ = writeln!(text, "  {what}  and {} more{how}", count(left_out as u64));
        }
    }
    text + "Decide with: kept identity accept --reason …, or kept identity reject --reason …\n"
}

fn count(n: u64) -> String {
    number::count(i64::try_from(n).unwrap_or(i64::MAX))
}

/// How many of a list are not shown, and how to see them.
fn more<T>(page: &Page<T>) -> String {
    match page.total.saturating_sub(page.rows.len()) {
        0 => String::new(),
        left_out => {
            format!("and {} more: kept identity status --limit {}\n", count(left_out as u64), page.total)
        }
    }
}

pub(super) fn status(status: &IdentityStatus) -> String {
    let mut text = format!(
        "{} records are {} customers; {} wait for a decision, {} are decided",
        count(status.records),
        count(status.customers),
        number::counted(status.waiting as usize, "pair", "pairs"),
        count(status.decided),
    );
    if status.not_yet_counted > 0 {
        let _ = write!(text, " ({} from the next refresh on)", count(status.not_yet_counted));
    }
    text += "\n";
    if let Some(model) = &status.model {
        let records = count(model.records);
        let _ =
            writeln!(text, "model {}, trained on {records} records, accepted by {}", model.version, model.by);
    }
    text += &compared(status.compared.as_deref());
    if let (Some(touched), Some([_, ..])) = (status.touched, status.compared.as_deref())
        && touched < status.records
    {
        let _ =
            writeln!(text, "{} records had to be weighed; what the others weigh was known", count(touched));
    }
    let sizes = status.sizes.iter().map(|size| vec![size.records.to_string(), count(size.customers)]);
    text += "\n";
    text += &table::lines(&[("records", true), ("customers", true)], &sizes.collect::<Vec<_>>());
    let large = status.largest.rows.iter().map(|large| {
        vec![large.id.clone(), large.name.clone(), large.records.to_string(), large.silos.to_string()]
    });
    text += "\n";
    let head = [("largest", false), ("name", false), ("records", true), ("silos", true)];
    text += &table::lines(&head, &large.collect::<Vec<_>>());
    text += &more(&status.largest);
    if status.generic.total > 0 {
        let rows = status
            .generic
            .rows
            .iter()
            .map(|value| vec![value.field.clone(), value.value.clone(), value.names.to_string()]);
        text += "\n";
        let head = [("identifies nobody", false), ("value", false), ("names", true)];
        text += &table::lines(&head, &rows.collect::<Vec<_>>());
        text += &more(&status.generic);
    }
    text
}

/// Which pairs of records were weighed, and which left out by which rule.
fn compared(rules: Option<&[RuleCount]>) -> String {
    let rules = match rules {
        None => return String::new(),
        Some([]) => return "nothing was weighed: keys and decisions alone join records\n".to_owned(),
        Some(rules) => rules,
    };
    let weighed = count(rules.iter().map(|rule| rule.pairs).sum());
    let left_out: u64 = rules.iter().map(|rule| rule.left_pairs).sum();
    if left_out == 0 {
        return format!("{weighed} pairs of records were weighed, none left out\n");
    }
    let by_rule = rules.iter().filter(|rule| rule.left_pairs > 0);
    let by_rule: Vec<String> =
        by_rule.map(|rule| format!("{} ({})", rule.name, count(rule.left_pairs))).collect();
    format!(
        "{weighed} pairs of records were weighed; at most {} left out, since too many records share the same {}\n",
        count(left_out),
        by_rule.join(", ")
    )
}

pub(super) fn pair_row(pair: &Comparison) -> Vec<String> {
    let name = |record: &refresh::view::Record| format!("{}:{}", record.silo, record.key);
    vec![name(&pair.a), name(&pair.b), bits(pair.weight), format!("{:.1} %", pair.probability * 100.0)]
}

fn bits(bits: f32) -> String {
    format!("{bits:+.1}")
}

pub(super) fn explained(told: &Explanation, unit: Unit) -> String {
    let comparison = &told.comparison;
    let answer = if told.one_customer { "One customer" } else { "Two customers" };
    let mut text = format!(
        "{answer}: {} bits, a chance of {:.2} % by evidence alone.\n\n",
        bits(comparison.weight),
        comparison.probability * 100.0
    );
    let mut rows = vec![vec![
        "before anything is known".to_owned(),
        String::new(),
        String::new(),
        String::new(),
        bits(comparison.prior),
    ]];
    rows.extend(comparison.parts.iter().map(|part| {
        vec![part.field.clone(), part.a.clone(), part.b.clone(), part.level.clone(), bits(part.weight)]
    }));
    if comparison.household < 0.0 {
        let what = "a household shares as much".to_owned();
        rows.push(vec![what, String::new(), String::new(), String::new(), bits(comparison.household)]);
    }
    rows.push(vec![
        "together".to_owned(),
        String::new(),
        String::new(),
        String::new(),
        bits(comparison.weight),
    ]);
    let name = |record: &refresh::view::Record| format!("{}:{}", record.silo, record.key);
    let (a, b) = (name(&comparison.a), name(&comparison.b));
    let head = [("field", false), (a.as_str(), false), (b.as_str(), false), ("level", false), ("bits", true)];
    text += &table::lines(&head, &rows);
    text += "\n";
    let (join, review) = (bits(JOIN_BITS), bits(REVIEW_BITS));
    let _ = match unit {
        Unit::Account => writeln!(text, "Accounts are joined by keys and decisions alone."),
        Unit::Person => {
            writeln!(
                text,
                "Evidence alone joins from {join} bits on; from {review} on a pair waits for a decision."
            )
        }
    };
    if !told.path.is_empty() {
        let path = told.path.iter().map(|merge| {
            let weight = merge.weight.map_or_else(String::new, |weight| bits(weight as f32));
            vec![
                merge.record_a.clone(),
                merge.record_b.clone(),
                merge.field.clone(),
                merge.rule.clone(),
                weight,
            ]
        });
        let head = [("joined by", false), ("with", false), ("same", false), ("rule", false), ("bits", true)];
        text += "\n";
        text += &table::lines(&head, &path.collect::<Vec<_>>());
    }
    if let Some(decision) = &told.decision {
        let _ =
            writeln!(text, "\n{} decided: {} ({})", decision.by, decision.verdict.name(), decision.reason);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use refresh::view::identity::{Change, ModelSummary};

    fn rule(name: &str, pairs: u64, left_pairs: u64) -> RuleCount {
        RuleCount { name: name.to_owned(), pairs, left_pairs, edges: 0 }
    }

    #[test]
    fn pairs_left_out_are_told_with_their_rules() {
        let rules = [rule("e-mail", 1_200, 0), rule("birth date", 300, 19_900), rule("phone", 0, 100)];
        let told = compared(Some(&rules));
        assert!(told.contains("1,500 pairs of records were weighed; at most 20,000 left out"), "{told}");
        assert!(told.contains("birth date (19,900), phone (100)") && !told.contains("e-mail"), "{told}");
        assert!(compared(Some(&rules[..1])).contains("1,200 pairs of records were weighed, none left out"));
        assert!(compared(Some(&[])).contains("nothing was weighed"));
        assert_eq!(compared(None), "");
    }

    #[test]
    fn changes_that_are_not_listed_are_counted() {
        let change = |n: usize| Change {
            customers: Vec::new(),
            groups: vec![vec![format!("shop:{n}")], vec![format!("web:{n}")]],
        };
        let page = |total: usize, kept: usize| Page { total, rows: (0..kept).map(change).collect() };
        let model = ModelSummary {
            version: "5f3a09c1d2e4b567".to_owned(),
            at_us: 0,
            by: String::new(),
            records: 4,
            match_share: 0.001,
        };
        let proposal = Proposal { model, would_merge: page(12, 12), would_split: page(2, 2) };
        let told = proposed(&proposal, 10);
        assert_eq!(told.matches("  merge  shop:").count(), 10);
        assert!(told.contains("  merge  and 2 more: kept identity proposal --limit 12\n"), "{told}");
        assert!(told.contains("  split  shop:1  |  web:1\n") && !told.contains("split  and"), "{told}");
        let told = proposed(&Proposal { would_merge: page(900, 12), ..proposal }, 12);
        assert!(told.contains("  merge  and 888 more, which were counted and not kept\n"), "{told}");
    }

    #[test]
    fn a_list_that_is_cut_says_how_to_see_the_rest() {
        assert_eq!(more(&Page { total: 3, rows: vec![1, 2, 3] }), "");
        assert_eq!(
            more(&Page { total: 1_300, rows: vec![1, 2, 3] }),
            "and 1,297 more: kept identity status --limit 1300\n"
        );
    }
}
