//! A disk that is full, and one that could not make something durable. Needs a file system of its own, so root.

use crate::all;
use inbox::{Error, Inbox, Limits};
use std::fs;
use std::path::Path;
use std::process::Command;

/// A file system in memory that ends with the test.
struct Disk(tempfile::TempDir);

impl Disk {
    /// None where this user may not mount.
    fn of(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size}");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|done| done.status.success()).then(|| Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.path()).status());
    }
}

#[test]
fn a_full_disk_acknowledges_nothing_leaves_no_half_entry_and_heals_without_a_new_start() {
    let Some(disk) = Disk::of("256k") else {
        eprintln!("not run: only root may mount a file system");
        return;
    };
    let limits = Limits { log_bytes: 1 << 20, file_bytes: 20_000, entry_bytes: 10_000 };
    let folder = disk.path().join("inbox");
    let (inbox, _) = Inbox::open(&folder, limits).unwrap();
    let mut told: Vec<Vec<u8>> = Vec::new();
    let mut refused = 0;
    for round in 0..4u8 {
        // Sizes that fit no page, so that the disk takes a part of the last batch.
        while refused <= usize::from(round) * 3 {
            let entry = vec![told.len() as u8; 3_001];
            let batch = [entry.as_slice(), &entry, &entry];
            match inbox.put(&batch) {
                Ok(_) => told.extend(batch.map(<[u8]>::to_vec)),
                Err(Error::NoSpace { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(all(&inbox), told, "round {round}: all that was told, and nothing else");
        refused = usize::from(round + 1) * 3;
        let entries = inbox.read(0, 60_000).unwrap();
        let place = entries.last().unwrap().next;
        inbox.forget(place).unwrap();
        let gone = told.len() - all(&inbox).len();
        assert!(gone > 0, "room is made");
        told.drain(..gone);
    }
    assert!(told.len() > 3);
    drop(inbox);
    let (inbox, found) = Inbox::open(&folder, limits).unwrap();
    assert_eq!((all(&inbox), found.torn_bytes), (told, 0));
}

#[test]
fn a_log_that_ends_before_the_lake_goes_on_where_the_lake_is() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits::default();
    let (inbox, _) = Inbox::open(folder.path(), limits).unwrap();
    inbox.put(&[b"old"]).unwrap();
    inbox.advance(10).unwrap();
    assert_eq!(all(&inbox), [b"old"], "the lake has not come so far");
    inbox.advance(500).unwrap();
    assert_eq!(inbox.put(&[b"new"]).unwrap(), 515);
    drop(inbox);
    let (inbox, _) = Inbox::open(folder.path(), limits).unwrap();
    assert_eq!((all(&inbox), inbox.read(500, 1).unwrap()[0].place), (vec![b"new".to_vec()], 500));
}

#[test]
fn only_one_has_a_log_open() {
    let folder = tempfile::tempdir().unwrap();
    let (inbox, _) = Inbox::open(folder.path(), Limits::default()).unwrap();
    let told = Inbox::open(folder.path(), Limits::default()).unwrap_err();
    assert!(matches!(&told, Error::Held { .. }), "{told}");
    drop(inbox);
    Inbox::open(folder.path(), Limits::default()).unwrap();
}

#[test]
fn bytes_behind_the_next_file_were_never_told_and_do_not_stop_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { file_bytes: 10, ..Limits::default() };
    let (inbox, _) = Inbox::open(folder.path(), limits).unwrap();
    inbox.put(&[b"first"]).unwrap();
    inbox.put(&[b"second"]).unwrap();
    drop(inbox);
    let first = folder.path().join(format!("{:020}.log", 0));
    let mut bytes = fs::read(&first).unwrap();
    bytes.extend(b"what a failed fsync left");
    fs::write(&first, bytes).unwrap();
    let (inbox, _) = Inbox::open(folder.path(), limits).unwrap();
    assert_eq!(all(&inbox), [b"first".to_vec(), b"second".to_vec()]);
}
