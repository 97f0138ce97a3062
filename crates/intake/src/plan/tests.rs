//! What holds for every feed and whatever is sent, and the table of bad input in `docs/intake.md`.

mod bad_input;

use crate::trial::{Trial, file, read};
use model::config::check::PRESETS;
use proptest::prelude::*;

const MAP: &str =
    "columns = { record = \"id\", at = \"day\", value = \"sum\", score = \"nps\", name = \"who\" }";
const NAMES: &[&str] = &["x.csv", "x.tsv", "x.ndjson", "x.json", "x.parquet", "x.csv.gz", "x.json.zst"];

fn feeds() -> Vec<String> {
    let presets = PRESETS.iter().map(|name| format!("preset = \"{name}\""));
    let maps = [
        "",
        "mode = \"append\"",
        "csv = { encoding = \"latin-1\", decimal = \"comma\" }",
        "csv = { encoding = \"utf-16\" }",
        "csv = { separator = \" \" }",
        "round_amounts = true",
        "date_formats = [\"%d/%m/%y\"]",
    ];
    presets.chain(maps.map(|setting| format!("{MAP}\n{setting}"))).collect()
}

/// What every result that is no error satisfies.
fn holds(trial: &Trial) {
    assert!(trial.counts.rejects <= trial.counts.rows);
    assert_eq!(trial.counts.rejects, trial.rejects.len() as u64);
    assert_eq!(trial.counts.events, trial.events.len() as u64);
    let lines =
        trial.rejects.iter().map(|line| line.split(' ').next().and_then(|text| text.parse::<u64>().ok()));
    assert!(lines.clone().all(|line| line.is_some_and(|line| line >= 1)));
    assert!(lines.is_sorted(), "rejects are in the order of the file: {:?}", trial.rejects);
}

/// Bytes that mean something to the readers, more often than chance has it.
fn spiteful(alphabet: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![8 => prop::sample::select(alphabet), 1 => any::<u8>()], 0..120)
}

#[test]
fn every_preset_is_known() {
    for preset in PRESETS {
        let error = file(&format!("preset = \"{preset}\""), "x.csv", "a,b\n").expect_err(preset).to_string();
        assert!(error.contains("there is no column"), "{error}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), name in 0..NAMES.len(), feed in 0usize..14) {
        let feeds = feeds();
        if let Ok(trial) = file(&feeds[feed % feeds.len()], NAMES[name], &bytes) {
            holds(&trial);
        }
    }

    #[test]
    fn no_table_makes_a_mapper_panic(rows in spiteful(b"\",;\n\r\t. -+:/0129TZeE\xE9@"), feed in 0usize..7, tabs in any::<bool>()) {
        let feed = &feeds()[PRESETS.len() + feed];
        let utf16 = |text: &[u8]| text.iter().flat_map(|byte| [*byte, 0]).collect::<Vec<u8>>();
        let (name, head) = if tabs { ("x.tsv", "id\tday\tsum\tnps\twho\n") } else { ("x.csv", "id,day,sum,nps,who\n") };
        let mut bytes = [head.as_bytes(), &rows].concat();
        if feed.contains("separator") {
            bytes = [b"id day sum nps who\n", rows.as_slice()].concat();
        }
        if feed.contains("utf-16") {
            bytes = utf16(&bytes);
        }
        holds(&read(feed, name, &bytes));
    }

    #[test]
    fn no_json_makes_a_reader_panic(text in spiteful(b"{}[]\",:\\ \nai1.dtrue"), name in 2..4usize) {
        if let Ok(trial) = file("columns = { record = \"id\" }", NAMES[name], &text) {
            holds(&trial);
        }
    }

    #[test]
    fn a_table_that_is_well_written_is_read_as_it_was_meant(rows in prop::collection::vec((0u32..50, "\\PC{0,8}|[\",\n\r;\t ]{0,4}"), 0..20), crlf in any::<bool>()) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        writer.write_record(["id", "who"]).expect("written");
        let mut expected: Vec<String> = Vec::new();
        let mut last = std::collections::BTreeMap::new();
        for (id, who) in &rows {
            writer.write_record([&id.to_string(), who]).expect("written");
            let who = who.trim();
            let told = if who.is_empty() { String::new() } else { format!(" name={who}") };
            if last.get(id) != Some(&told) && (!told.is_empty() || !last.contains_key(id)) {
                expected.push(format!("{id}{told}"));
                last.insert(*id, told);
            }
        }
        let seen = read("columns = { record = \"id\", name = \"who\" }", "x.csv", writer.into_inner().expect("written"));
        prop_assert_eq!(seen.records, expected);
        prop_assert_eq!((seen.counts.rows, seen.counts.rejects), (rows.len() as u64, 0));
    }

    #[test]
    fn what_is_packed_or_put_on_lines_differently_is_the_same(cells in prop::collection::vec(("[a-z]{1,3}", "\\PC{0,6}"), 0..20)) {
        let objects: Vec<_> = cells.iter().map(|(id, who)| serde_json::json!({ "id": id, "who": who, "n": { "a": [who] } })).collect();
        let lines = objects.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let pretty = serde_json::to_string_pretty(&serde_json::json!({ "n": 1, "rows": objects })).expect("text");
        let packed = zstd::stream::encode_all(lines.as_bytes(), 1).expect("packed");
        let feed = "columns = { record = \"id\", name = \"who\", city = \"n.a.0\" }";
        let one = read(feed, "x.ndjson", &lines);
        prop_assert_eq!(one.rejects.len(), 0);
        prop_assert_eq!(&read(feed, "x.json", pretty).records, &one.records);
        prop_assert_eq!(&read(feed, "x.ndjson.zst", packed).records, &one.records);
    }
}
