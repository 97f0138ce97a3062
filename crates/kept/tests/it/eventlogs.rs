//! Event logs of process mining, through the whole product, against what is published of them.

use crate::support::{Home, test_data};
use serde_json::Value;
use std::collections::BTreeMap;

const CONFIG: &str = r#"
[company]
name = "Logs"
currency = "EUR"
timezone = "UTC"
data_dir = "data"
[[department]]
id = "desk"
name = "Desk"
[[stream]]
id = "goods"
regime = "purchases"
gap_days = 180
[[silo]]
id = "process"
name = "Process"
owner = "desk"
[[silo.feed]]
id = "log"
files = "log.xes.gz"
columns = { record = "case:concept:name", event = "concept:name", at = "time:timestamp" }
"#;

#[test]
fn the_map_of_a_log_is_the_published_one() {
    for log in ["running-example", "receipt", "helpdesk", "bpic2013_incidents"] {
        let home = Home::new();
        home.write("kept.toml", CONFIG);
        let file = test_data("journeys").join(format!("{log}.xes.gz"));
        home.write("data/log.xes.gz", std::fs::read(&file).expect("the log"));
        home.run(&["import"]);
        home.run(&["refresh"]);
        let expected = test_data("journeys").join(format!("{log}.expected.json"));
        // Python writes what is no number in a way that JSON does not know.
        let expected = std::fs::read_to_string(expected).expect("figures").replace(": NaN", ": null");
        let expected: Value = serde_json::from_str(&expected).expect("JSON");
        let told = home.sql(
            "select a.id, b.id, e.transitions from journey_edges e \
             join touchpoints a on a.touchpoint = e.from_touchpoint \
             join touchpoints b on b.touchpoint = e.to_touchpoint where e.segment = '' and e.who = 'all'",
        );
        let told: BTreeMap<[String; 2], u64> = told
            .into_iter()
            .map(|row| ([row[0].clone(), row[1].clone()], row[2].parse().expect("a count")))
            .collect();
        let edges = expected["dfg"].as_array().expect("edges").iter();
        let edges: BTreeMap<[String; 2], u64> = edges.map(edge).collect();
        assert_eq!(told, edges, "{log}");
        let lives = home.sql("select customers from journey where segment = '' and who = 'all'");
        assert_eq!(lives[0][0], expected["cases"].to_string(), "{log}");
    }
}

/// From, to and how often, as the published file has them.
fn edge(edge: &Value) -> ([String; 2], u64) {
    let text = |at: usize| edge[at].as_str().expect("a name").to_owned();
    ([text(0), text(1)], edge[2].as_u64().expect("a count"))
}
