//! What is not taken leaves nothing behind.

use crate::{SMALL, all};
use inbox::{Error, Inbox, Limits};

#[test]
fn a_full_log_and_an_entry_too_large_are_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (inbox, _) = Inbox::open(folder.path(), Limits { log_bytes: 100, ..SMALL }).unwrap();
    inbox.put(&[&[1; 40]]).unwrap();
    let told = inbox.put(&[&[2; 10], &[3; 40]]).unwrap_err();
    assert!(matches!(told, Error::Full { limit: 100, held: 52, asked: 74 }), "{told}");
    let told = inbox.put(&[&[4; 10], &[5; 101]]).unwrap_err();
    assert!(matches!(told, Error::TooLarge { found: 101, limit: 100 }), "{told}");
    assert_eq!(all(&inbox), [[1; 40]]);
    inbox.forget(52).unwrap();
    inbox.put(&[&[2; 10], &[3; 40]]).unwrap();
    assert_eq!(all(&inbox).len(), 2);
    assert_eq!(inbox.put(&[]).unwrap(), 52 + 74, "nothing is taken in at once");
}

#[test]
fn a_folder_that_is_a_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("taken");
    std::fs::write(&file, "x").unwrap();
    let told = Inbox::open(&file, SMALL).unwrap_err();
    assert!(told.to_string().contains("taken"), "{told}");
}
