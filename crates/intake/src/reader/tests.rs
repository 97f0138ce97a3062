//! Every format with what the world does to it.

use crate::trial::{Trial, file, read};
use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray, StructArray, TimestampMillisecondArray};
use arrow::datatypes::{DataType, Field};
use arrow::record_batch::RecordBatch;
use std::io::Write as _;
use std::sync::Arc;

/// Names by key, nothing else.
const PEOPLE: &str = "columns = { record = \"id\", name = \"who\" }\n";

fn people(name: &str, content: impl AsRef<[u8]>) -> Trial {
    read(PEOPLE, name, content)
}

fn with(setting: &str) -> String {
    format!("{PEOPLE}{setting}\n")
}

/// What is sent, further settings, the file, the records.
type Sent = (&'static str, &'static str, &'static [u8], &'static [&'static str]);

const SEPARATED: &[Sent] = &[
    ("a byte-order mark", "", b"\xEF\xBB\xBFid,who\n1,Ann\n", &["1 name=Ann"]),
    ("CRLF", "", b"id,who\r\n1,Ann\r\n2,Bo\r\n", &["1 name=Ann", "2 name=Bo"]),
    ("no last line break", "", b"id,who\n1,Ann", &["1 name=Ann"]),
    ("line breaks within quotes", "", b"id,who\n1,\"Ann\nEk\"\n2,Bo\n", &["1 name=Ann\nEk", "2 name=Bo"]),
    ("quotes within quotes", "", b"id,who\n1,\"Ann \"\"A\"\" Ek\"\n", &["1 name=Ann \"A\" Ek"]),
    ("a quote within a plain cell", "", b"id,who\n1,5\" Ann\n", &["1 name=5\" Ann"]),
    ("blank lines", "", b"\n\nid,who\n\n1,Ann\n\n", &["1 name=Ann"]),
    ("blanks around names and cells", "", b" id , who\n 1 , Ann \n", &["1 name=Ann"]),
    ("other columns and another order", "", b"x,who,y,id\n,Ann,,1\n", &["1 name=Ann"]),
    ("semicolons", "csv = { separator = \";\" }", b"id;who\n1;Ann, Ek\n", &["1 name=Ann, Ek"]),
    ("bars", "csv = { separator = \"|\" }", b"id|who\n1|Ann\n", &["1 name=Ann"]),
    ("Latin-1", "csv = { encoding = \"latin-1\" }", b"id,who\n1,J\xF6rg \x80\n", &["1 name=Jörg €"]),
    ("UTF-16 by its mark", "", b"\xFF\xFEi\0d\0,\0w\0h\0o\0\n\x001\0,\0\xF6\0\n\0", &["1 name=ö"]),
    (
        "UTF-16 by setting",
        "csv = { encoding = \"utf-16\" }",
        b"i\0d\0,\0w\0h\0o\0\n\x001\0,\0\xF6\0\n\0",
        &["1 name=ö"],
    ),
    (
        "big-endian UTF-16",
        "csv = { encoding = \"utf-16\" }",
        b"\xFE\xFF\0i\0d\0,\0w\0h\0o\0\n\x001\0,\0\xF6\0\n",
        &["1 name=ö"],
    ),
    ("emoji and right to left", "", "id,who\n1,👩‍👩‍👧\n2,שרה כהן\n".as_bytes(), &["1 name=👩‍👩‍👧", "2 name=שרה כהן"]),
    ("a NUL within a cell", "", b"id,who\n1,A\0n\n", &["1 name=A\0n"]),
    ("a header only", "", b"id,who\n", &[]),
    ("a header without a line break", "", b"id,who", &[]),
];

const CASES: &str = "columns = { record = \"case:concept:name\", name = \"case:who\", at = \"time:timestamp\", event = \"concept:name\" }\n";

/// A log of one case with `middle` between its attributes and its end.
fn log(middle: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><log xmlns=\"http://www.xes-standard.org/\"><extension name=\"Time\"/>\
         <global scope=\"event\"><string key=\"concept:name\" value=\"?\"/></global><string key=\"of\" value=\"all\"/>\
         <trace><string key=\"concept:name\" value=\"7\"/><string key=\"who\" value=\"שרה &amp; Jö &#x1F600;\"><int key=\"n\" value=\"1\"/></string>\
         {middle}</trace></log>"
    )
}

#[test]
fn a_log_of_cases_has_an_event_a_row_with_what_its_case_says() {
    let event = |day: u32, name: &str| {
        format!(
            "<event><date key=\"time:timestamp\" value=\"2024-03-0{day}T09:00:00+01:00\"/>\
             <string key=\"concept:name\" value=\"{name}\"/><list key=\"x\"><values><int key=\"y\" value=\"1\"/></values></list></event>"
        )
    };
    let seen = read(CASES, "log.xes", log(&(event(1, "ask") + &event(2, "answer"))));
    assert_eq!(seen.records, ["7 name=שרה & Jö 😀"]);
    let names: Vec<_> = seen.events.iter().map(|event| event.split(' ').nth(3)).collect();
    assert_eq!(names, [Some("ask"), Some("answer")], "{:?}", seen.events);
    assert!(read(CASES, "log.xes", "<log/>").events.is_empty());
    assert!(read(CASES, "log.xes", log("")).events.is_empty(), "a case without events");
    let empty = read(CASES, "log.xes", log(&(event(1, "ask") + "<event/>")));
    assert_eq!((empty.events.len(), empty.rejects.len()), (1, 1), "an event without a time is set aside");
}

#[test]
fn a_log_that_cannot_be_followed_says_where_and_loses_nothing() {
    for (content, says) in [
        (String::new(), "it has no <log>"),
        ("<html></html>".to_owned(), "it does not begin with <log>"),
        (log("<event><event></event></event>"), "<event> stands where none may"),
        (
            log("<event/><int key=\"late\" value=\"1\"/>"),
            "the case's attribute `late` stands after its events",
        ),
        (log("<event><string value=\"1\"/></event>"), "a <string> has no key"),
        (log("<event><string key=\"a\" value=\"&who;\"/></event>"), "who"),
        (log("<event>").replace("</trace></log>", ""), "it ends before </log>"),
    ] {
        let said = file(CASES, "log.xes", &content).unwrap_err().to_string();
        assert!(said.contains(says) && said.contains("near byte"), "{said}");
    }
}

const OBJECTS: &str = "object = \"customer\"\n\
    columns = { record = \"ocel:oid\", city = \"object:city\", at = \"ocel:timestamp\", event = \"ocel:activity\", value = \"sum\" }\n";

const OCEL_JSON: &str = r#" {"objectTypes":[{"name":"customer"}],"eventTypes":[],
 "events":[
  {"id":"e1","type":"order","time":"2024-03-01T09:00:00Z","attributes":[{"name":"sum","value":12.5}],
   "relationships":[{"objectId":"c1","qualifier":"buys"},{"objectId":"i1","qualifier":""},{"objectId":"c1","qualifier":"pays"}]},
  {"id":"e2","type":"give","time":"2024-05-01T09:00:00Z","attributes":[{"name":"sum","value":"3"}],
   "relationships":[{"objectId":"c2","qualifier":""},{"objectId":"c1","qualifier":""}]},
  {"id":"e3","type":"restock","time":"2024-05-01T09:00:00Z","relationships":[{"objectId":"i1","qualifier":""}]}],
 "objects":[
  {"id":"c1","type":"customer","attributes":[
    {"name":"city","value":"Rome","time":"2024-04-01T00:00:00Z"},{"name":"city","value":"Bern","time":"1970-01-01T00:00:00Z"}]},
  {"id":"c2","type":"customer"},{"id":"i1","type":"item"}]}"#;

const OCEL_XML: &str = r#"<?xml version="1.0"?>
<log><object-types><object-type name="customer"/></object-types>
<objects>
 <object id="c1" type="customer"><attributes>
  <attribute name="city" time="2024-04-01T00:00:00Z">Rome</attribute>
  <attribute name="city" time="1970-01-01T00:00:00Z">Be&#114;n</attribute></attributes></object>
 <object id="c2" type="customer"><objects><relationship object-id="c1" qualifier="knows"/></objects></object>
 <object id="i1" type="item"/>
</objects>
<events>
 <event id="e1" type="order" time="2024-03-01T09:00:00Z"><attributes><attribute name="sum">12.5</attribute></attributes>
  <objects><relationship object-id="c1" qualifier="buys"/><relationship object-id="i1" qualifier=""/><relationship object-id="c1" qualifier="pays"/></objects></event>
 <event id="e2" type="give" time="2024-05-01T09:00:00Z"><attributes><attribute name="sum">3</attribute></attributes>
  <objects><relationship object-id="c2" qualifier=""/><relationship object-id="c1" qualifier=""/></objects></event>
 <event id="e3" type="restock" time="2024-05-01T09:00:00Z"><objects><relationship object-id="i1" qualifier=""/></objects></event>
</events></log>"#;

#[test]
fn a_log_of_objects_has_a_row_for_each_customer_an_event_touches() {
    for (name, content) in [("log.jsonocel", OCEL_JSON), ("log.xmlocel", OCEL_XML)] {
        let seen = read(OBJECTS, name, content);
        assert_eq!(
            seen.records,
            ["c1 city=Bern", "c2", "c1 city=Rome"],
            "{name}: as the customer was by then"
        );
        assert_eq!(seen.counts.events, 3, "{name}: {:?}", seen.events);
        assert!(seen.rejects.is_empty(), "{name}");
    }
    for content in ["{\"events\":[{\"id\":1}]}", "<log><events><event id=\"1\">", "<log><a>&b", "x", ""] {
        let said = file(OBJECTS, "log.ocel", content).unwrap_err().to_string();
        assert!(said.contains("no OCEL 2.0 log") || said.contains("it is empty"), "{said}");
    }
}

#[test]
fn separated_text_is_read_as_tools_write_it() {
    for (what, setting, content, expected) in SEPARATED {
        let seen = read(&with(setting), "people.csv", content);
        assert_eq!(seen.records, *expected, "{what}");
        assert_eq!(seen.rejects, [""; 0], "{what}");
    }
}

#[test]
fn tabs_and_runs_of_blanks_separate_too() {
    assert_eq!(people("people.tsv", "id\twho\n1\tAnn Ek\n").records, ["1 name=Ann Ek"]);
    assert_eq!(people("people.TAB", "id\twho\n1\tAnn Ek\n").records, ["1 name=Ann Ek"]);
    let feed = "columns = { record = \"customer_id\", at = \"date\", value = \"dollar_value\" }\ncsv = { separator = \" \" }\ntimezone = \"UTC\"";
    let text = " customer_id  date number_of_cds  dollar_value\r\n 00001 19970101  1   11.77\r\n\r\n 00002 19970112  5   77.00\r\n 00003 19970112\r\n";
    let seen = read(feed, "CDNOW_master.txt", text);
    assert_eq!(
        seen.events,
        ["00001 1997-01-01T00:00:00Z purchase f 1177", "00002 1997-01-12T00:00:00Z purchase f 7700"]
    );
    assert_eq!(seen.rejects, ["5 [] has 2 cells where the header has 4 |  00003 19970112"]);
}

#[test]
fn a_row_that_is_none_is_kept_with_its_line_and_its_text() {
    let text = b"id,who\n1,Ann\n2\n3,Bo,x,y\n\n4,\"a\nb\",z\n5,\xFF\n6,Cy\r\n";
    let seen = people("people.csv", text);
    assert_eq!(seen.records, ["1 name=Ann", "6 name=Cy"]);
    assert_eq!(
        seen.rejects,
        [
            "3 [] has 1 cell where the header has 2 | 2",
            "4 [] has 4 cells where the header has 2 | 3,Bo,x,y",
            "6 [] has 3 cells where the header has 2 | 4,\"a\nb\",z",
            "8 [] is not valid UTF-8; if the file is Latin-1 set csv = { encoding = \"latin-1\" } | 5,\u{fffd}",
        ]
    );
    assert_eq!((seen.counts.rows, seen.counts.rejects), (6, 4));
    let crlf =
        people("people.csv", String::from_utf8_lossy(text).replace("\r\n", "\n").replace('\n', "\r\n"));
    let lines =
        |trial: &Trial| trial.rejects.iter().map(|line| line[..2].trim().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(&crlf), ["3", "4", "6"], "CRLF counts lines alike");
}

#[test]
fn a_quote_that_is_not_closed_costs_its_own_line_only() {
    let seen = people("people.csv", "id,who\n1,Ann\n2,\"Bo\n3,Cy\n4,\"Di\"\n5,Ed\n6,\"Fy\n");
    assert_eq!(seen.records, ["1 name=Ann", "3 name=Cy", "4 name=Di", "5 name=Ed"]);
    let said = "a quote opened in this line is not closed as it should be; a quote within a quoted cell is written twice";
    assert_eq!(seen.rejects, [format!("3 [] {said} | 2,\"Bo"), format!("7 [] {said} | 6,\"Fy")]);
    let seen = people("people.csv", "id,who\n1,\"say \"hi\" to\nher\", x\n2,Bo\n");
    assert_eq!(seen.records, ["2 name=Bo"]);
    assert_eq!(seen.rejects.len(), 2, "{:?}", seen.rejects);
}

#[test]
fn a_huge_cell_is_read_and_an_endless_row_names_its_line() {
    let huge = "é".repeat(3 << 20);
    let seen = people("people.csv", format!("id,who\n1,\"{huge}\"\n2,Bo\n"));
    assert_eq!(seen.records, [format!("1 name={huge}"), "2 name=Bo".to_owned()]);
    let endless = format!("id,who\n1,Ann\n2,\"{}", "x".repeat(super::ROW_LIMIT + (1 << 20)));
    for name in ["people.csv", "people.ndjson"] {
        let said = file(PEOPLE, name, &endless).expect_err("too long").to_string();
        assert!(said.contains("the row that starts on line 3 is longer than 64 MiB"), "{said}");
    }
}

#[test]
fn compressed_files_are_read_by_their_name() {
    let plain = b"id,who\n1,Ann\n";
    let mut gz = Vec::new();
    for part in plain.chunks(9) {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(part).expect("packed");
        gz.extend(encoder.finish().expect("packed"));
    }
    let zst = zstd::stream::encode_all(plain.as_slice(), 1).expect("packed");
    assert_eq!(people("people.csv.gz", &gz).records, ["1 name=Ann"]);
    assert_eq!(people("people.csv.zst", &zst).records, ["1 name=Ann"]);
    for (name, content) in [("people.csv.gz", &gz[..gz.len() - 4]), ("people.csv.zst", b"no".as_slice())] {
        let said = file(PEOPLE, name, content).expect_err("broken").to_string();
        assert!(said.starts_with(&format!("feed `s.f`, file `{name}`: it cannot be read: ")), "{said}");
    }
}

#[test]
fn a_format_is_told_by_the_name_or_the_setting() {
    let said = file(PEOPLE, "people.dat", "id,who\n").expect_err("unknown").to_string();
    assert!(said.contains("its name does not tell its format; set format = "), "{said}");
    assert_eq!(read(&with("format = \"csv\""), "people.dat", "id,who\n1,Ann\n").records, ["1 name=Ann"]);
    let said = file(PEOPLE, "people.csv", "").expect_err("empty").to_string();
    assert_eq!(said, "feed `s.f`, file `people.csv`: it is empty; its first row must name the columns");
    let said = file(&with("csv = { separator = \"é\" }"), "people.csv", "id,who\n")
        .expect_err("separator")
        .to_string();
    assert!(said.contains("'é' cannot separate columns"), "{said}");
}

#[test]
fn objects_are_read_a_line_each() {
    let text = "{\"id\":1,\"who\":\"Ann\"}\r\n\n  {\"id\":\"2\",\"who\":null}\n{\"id\":3,\n{\"who\":\"x\"}\n[]\n{\"id\":1.50,\"who\":true}";
    let seen = people("people.ndjson", text);
    assert_eq!(seen.records, ["1 name=Ann", "2", "1.5 name=true"]);
    assert_eq!(
        seen.rejects,
        [
            "4 [] is not valid JSON | {\"id\":3,",
            "5 [id] is empty: the row has no record key | {\"who\":\"x\"}",
            "6 [] is not a JSON object | []",
        ]
    );
    let seen = people("people.ndjson", b"{\"id\":1,\"who\":\"\xFF\"}\n{\"id\":2}\n");
    assert_eq!((seen.records, seen.rejects.len()), (vec!["2".to_owned()], 1));
    assert_eq!(people("people.jsonl", "").counts.rows, 0);
}

#[test]
fn objects_of_one_document_are_read_one_by_one() {
    let table: &[(&str, &[&str])] = &[
        ("[]", &[]),
        (" [ {\"id\":1} , {\"id\":2,\"who\":\"a]}\\\"\"} ] ", &["1", "2 name=a]}\""]),
        ("{\"rows\":[{\"id\":1}],\"next\":null}", &["1"]),
        ("{\"count\":1,\"meta\":{\"a\":[{}]},\"ids\":[1,[2]],\"rows\":[{\"id\":1}]}", &["1"]),
        ("{\"rows\":[]}", &[]),
        ("\u{feff}[{\"id\":1}]", &["1"]),
    ];
    for (text, expected) in table {
        let seen = people("people.json", text);
        assert_eq!(
            (seen.records, seen.rejects.len()),
            (expected.iter().map(|s| (*s).to_owned()).collect(), 0),
            "{text}"
        );
    }
    let seen = people("people.json", "[\n{\"id\":1},\n{\"id\":tru},\n7,\n{\"who\":\n\"Bo\"}\n]");
    assert_eq!(
        seen.rejects,
        [
            "3 [] is not valid JSON | {\"id\":tru}",
            "4 [] is not a JSON object | 7",
            "5 [id] is empty: the row has no record key | {\"who\":\n\"Bo\"}",
        ]
    );
    let seen = people("people.json", b"[{\"id\":1,\"who\":\"\xFF\"},{\"id\":2}]");
    assert_eq!((seen.records, seen.rejects.len()), (vec!["2".to_owned()], 1));
}

#[test]
fn a_document_that_cannot_be_followed_says_where() {
    for (text, said) in [
        ("", "line 1: it is empty"),
        ("[{\"id\":1}\n,{\"id\":", "line 2: the file ends within the value that starts here"),
        ("[{\"id\":1}", "line 1: the file ends within the value that starts here"),
        (
            "{\"id\":1}\n{\"id\":2}",
            "line 1: there is no array of objects in it; if it has one object a line, set format = \"ndjson\"",
        ),
        (
            "[{\"id\":1}]\n[{\"id\":2}]",
            "line 2: there is more after the end of the JSON value; if it has one object a line, set format = \"ndjson\"",
        ),
        (
            "{\"a\":[{\"id\":1}],\n\"b\":[{\"id\":2}]}",
            "line 2: a second array of objects starts here; export one kind of thing per file",
        ),
        ("[}", "line 1: the JSON cannot be followed here; is a bracket, comma or quote missing?"),
        ("{id:1}", "line 1: the JSON cannot be followed here; is a bracket, comma or quote missing?"),
        ("x", "line 1: the JSON cannot be followed here; is a bracket, comma or quote missing?"),
    ] {
        let error = file(PEOPLE, "people.json", text).expect_err(text).to_string();
        assert_eq!(error, format!("feed `s.f`, file `people.json`: {said}"), "{text}");
    }
}

#[test]
fn nested_members_are_found_by_dotted_path() {
    let feed = "columns = { record = \"user.id\", name = \"names.0\", email = \"a.b\", city = \"tags\" }";
    let text = "{\"user\":{\"id\":7},\"names\":[\"Ann\",\"x\"],\"a.b\":\"dotted@x.org\",\"a\":{\"b\":\"nested@x.org\"},\"tags\":[1,{\"a\":2}]}\n\
        {\"user\":{\"id\":8},\"a\":{\"b\":\"nested@x.org\"}}\n{\"user\":5}\n";
    let seen = read(feed, "people.ndjson", text);
    assert_eq!(seen.records, ["7 name=Ann email=dotted@x.org city=[1,{\"a\":2}]", "8 email=nested@x.org"]);
    let error = file(feed, "people.ndjson", "{\"usr\":{\"id\":7}}\n").expect_err("missing").to_string();
    assert!(error.ends_with("there is no column `user.id`; the nearest present is `usr.id`"), "{error}");
}

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    );
    let batch = batch.expect("batch");
    let mut file = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut file, batch.schema(), None).expect("writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    file
}

#[test]
fn parquet_cells_are_read_by_their_type() {
    let place: ArrayRef = Arc::new(StringArray::from(vec![Some("Ulm"), Some("hidden"), None]));
    let nested = StructArray::new(
        vec![Field::new("city", DataType::Utf8, true)].into(),
        vec![place],
        Some(vec![true, false, true].into()),
    );
    let at = TimestampMillisecondArray::from(vec![1_709_287_200_000; 3]);
    let file = parquet(vec![
        ("id", Arc::new(Float64Array::from(vec![Some(1.0), Some(2.0), None]))),
        ("at", Arc::new(at.clone())),
        ("at_utc", Arc::new(at.with_timezone("America/New_York"))),
        ("price", Arc::new(Float64Array::from(vec![59.970_000_000_000_006, f64::NAN, 1.0]))),
        ("cents", Arc::new(Int64Array::from(vec![None, Some(5), None]))),
        ("place", Arc::new(nested)),
    ]);
    let feed = "columns = { record = \"id\", at = \"at\", updated_at = \"at_utc\", value = \"price\", value_minor = \"cents\", city = \"place.city\" }";
    let seen = read(feed, "till.parquet", &file);
    assert_eq!(
        seen.records,
        ["1 city=Ulm updated_at=2024-03-01T10:00:00Z", "2 updated_at=2024-03-01T10:00:00Z"]
    );
    assert_eq!(
        seen.events,
        ["1 2024-03-01T09:00:00Z purchase f 5997", "2 2024-03-01T09:00:00Z purchase f 5"],
        "a time without a zone is the company's"
    );
    assert_eq!(
        seen.rejects,
        [
            "3 [id] is empty: the row has no record key | {\"at\":\"2024-03-01T10:00:00\",\"at_utc\":\"2024-03-01T10:00:00Z\",\"price\":\"1\"}"
        ]
    );
    let said = crate::trial::file(feed, "till.parquet", "no").expect_err("broken").to_string();
    assert!(said.starts_with("feed `s.f`, file `till.parquet`: it cannot be read as Parquet: "), "{said}");
    let said = crate::trial::file("columns = { record = \"idd\" }", "till.parquet", &file)
        .expect_err("missing")
        .to_string();
    assert!(said.ends_with("there is no column `idd`; the nearest present is `id`"), "{said}");
}
