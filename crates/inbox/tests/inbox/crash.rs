//! What a power cut may leave, and what is there afterwards.

use crate::{SMALL, all};
use inbox::{Error, Inbox};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|found| found.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "log"));
    files.sort();
    files
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn after_a_cut_at_any_byte_the_whole_entries_before_it_are_there_and_more_can_be_put(
        batches in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..5), 1..12),
        cut in 0.0..1.0f64,
        noise in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (inbox, _) = Inbox::open(folder.path(), SMALL).unwrap();
        for batch in &batches {
            inbox.put(&batch.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
        }
        let told = inbox.read(0, usize::MAX).unwrap();
        let sent: Vec<Vec<u8>> = batches.concat();
        prop_assert_eq!(told.iter().map(|entry| entry.bytes.clone()).collect::<Vec<_>>(), sent.clone());
        drop(inbox);

        // The power cut: part of the last file is lost, and something else stands in its place.
        let last = files(folder.path()).pop().unwrap();
        let start: u64 = last.file_stem().unwrap().to_str().unwrap().parse().unwrap();
        let mut content = fs::read(&last).unwrap();
        let kept = (content.len() as f64 * cut) as usize;
        content.truncate(kept);
        content.extend(&noise);
        fs::write(&last, &content).unwrap();

        let (inbox, found) = Inbox::open(folder.path(), SMALL).unwrap();
        let whole = told.iter().filter(|entry| entry.next <= start + kept as u64).count();
        let there = all(&inbox);
        prop_assert!(there.len() >= whole && there == sent[..there.len()], "{} of {whole}", there.len());
        let torn = found.torn_bytes as usize;
        prop_assert_eq!(found.bytes + found.torn_bytes, start + content.len() as u64);
        if torn > 0 {
            let aside = fs::read(folder.path().join(format!("{:020}.torn", found.bytes))).unwrap();
            prop_assert_eq!(&aside, &content[content.len() - torn..], "nothing is thrown away");
        }
        inbox.put(&[b"after"]).unwrap();
        drop(inbox);
        let (inbox, found) = Inbox::open(folder.path(), SMALL).unwrap();
        prop_assert_eq!(found.torn_bytes, 0);
        prop_assert_eq!(all(&inbox).pop().unwrap(), b"after");
    }
}

#[test]
fn damage_before_the_end_and_a_missing_file_stop_the_start_and_name_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let (inbox, _) = Inbox::open(folder.path(), SMALL).unwrap();
    for at in 0..40u8 {
        inbox.put(&[&[at; 50]]).unwrap();
    }
    drop(inbox);
    let files = files(folder.path());
    assert!(files.len() > 3);
    let content = fs::read(&files[1]).unwrap();
    let mut changed = content.clone();
    changed[62 + 20] ^= 1;
    fs::write(&files[1], changed).unwrap();
    let told = Inbox::open(folder.path(), SMALL).unwrap_err();
    assert!(matches!(&told, Error::Damaged { file, at: 62 } if *file == files[1]), "{told}");
    fs::write(&files[1], content).unwrap();
    assert_eq!(all(&Inbox::open(folder.path(), SMALL).unwrap().0).len(), 40);
    fs::remove_file(&files[1]).unwrap();
    let told = Inbox::open(folder.path(), SMALL).unwrap_err();
    assert!(matches!(&told, Error::Gap { file, .. } if *file == files[2]), "{told}");
}
