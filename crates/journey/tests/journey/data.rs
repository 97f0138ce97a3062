//! Third-party data of the tests, read from `KEPT_TEST_DATA`.

use std::io::Read;
use std::path::PathBuf;

/// Content of a file, unpacked where it ends in `.gz`.
pub(crate) fn text(file: &str) -> String {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let workspace = PathBuf::from(manifest).join("../..");
    let data = std::env::var("KEPT_TEST_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let path = workspace.join(data).join(file);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; set KEPT_TEST_DATA to the folder of test data", path.display())
    });
    let mut text = String::new();
    if path.extension().is_some_and(|kind| kind == "gz") {
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        return text;
    }
    String::from_utf8(bytes).unwrap()
}

/// Content of a JSON file; the programs that wrote the references know a `NaN`, which is read as null.
pub(crate) fn json(file: &str) -> serde_json::Value {
    serde_json::from_str(&text(file).replace(": NaN", ": null")).unwrap()
}

#[track_caller]
pub(crate) fn close(told: f64, expected: f64, within: f64) {
    assert!((told - expected).abs() <= within, "{told} is not {expected} ± {within}");
}
