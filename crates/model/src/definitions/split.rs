//! What the company splits its customers by, in plain words.

use crate::config::{Config, SplitBy, Take};

pub(super) fn told(config: &Config) -> String {
    let one = |split: &crate::config::Split| {
        let by = match split.by()? {
            SplitBy::Record(column) => format!("`{column}`, which most of the customer's records name"),
            SplitBy::Event(of, Take::First) => format!("`{of}` of the first event that has one"),
            SplitBy::Event(of, Take::Latest) => format!("`{of}` of the latest event that has one"),
            SplitBy::Event(of, Take::Most) => format!("`{of}` of most events"),
            SplitBy::Sql(_) => "a query in kept.toml".to_owned(),
        };
        Some(format!("`{}` ({by})", split.id.get_ref()))
    };
    let splits: Vec<String> = config.splits.iter().filter_map(one).collect();
    let splits = match splits.len() {
        0 => "Customers are not split ([[split]]).".to_owned(),
        _ => format!("Customers are split by {}.", splits.join(", ")),
    };
    format!(
        "{splits} Every customer is in one segment of each split: `unknown` where nothing tells it, `other` beyond the \
         100 largest. Segments of a split add up to the whole. A segment is the customer's present one, so a statement \
         by segment is told as of today. Statement, reasons, cohorts and survival are told by every split; what is \
         closed, pairs of the lost with like customers, fits of worth, usual silence, loss ratios and journeys by the \
         first."
    )
}
