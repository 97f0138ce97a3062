//! Many who put at once, one who reads and forgets.

use crate::{SMALL, all};
use inbox::{Entry, Inbox, Limits};
use std::collections::BTreeMap;

#[test]
fn all_that_many_threads_were_acknowledged_is_read_once_and_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let (inbox, _) = Inbox::open(folder.path(), SMALL).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8u8 {
            let inbox = &inbox;
            scope.spawn(move || {
                for number in 0..50u8 {
                    inbox.put(&[&[thread, number, 0], &[thread, number, 1]]).unwrap();
                }
            });
        }
    });
    let mut of_thread: BTreeMap<u8, Vec<[u8; 2]>> = BTreeMap::new();
    for entry in all(&inbox) {
        of_thread.entry(entry[0]).or_default().push([entry[1], entry[2]]);
    }
    let expected: Vec<[u8; 2]> = (0..50).flat_map(|number| [[number, 0], [number, 1]]).collect();
    assert_eq!(of_thread.len(), 8);
    assert!(of_thread.values().all(|found| *found == expected));
    drop(inbox);
    assert_eq!(all(&Inbox::open(folder.path(), SMALL).unwrap().0).len(), 800);
}

#[test]
fn what_is_read_in_parts_is_the_whole_and_what_is_forgotten_makes_room() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { log_bytes: 700, ..SMALL };
    let (inbox, _) = Inbox::open(folder.path(), limits).unwrap();
    let mut last = 0;
    for round in 0..30u8 {
        let sent: Vec<[u8; 30]> = (0..10).map(|number| [round * 8 + number; 30]).collect();
        inbox.put(&sent.iter().map(<[u8; 30]>::as_slice).collect::<Vec<_>>()).unwrap();
        let mut read: Vec<Entry> = Vec::new();
        loop {
            let part = inbox.read(last, 70).unwrap();
            let Some(end) = part.last() else { break };
            last = end.next;
            read.extend(part);
        }
        assert!(read.windows(2).all(|pair| pair[0].next == pair[1].place));
        assert_eq!(read.iter().map(|entry| entry.bytes.as_slice()).collect::<Vec<_>>(), sent);
        inbox.forget(last).unwrap();
        assert_eq!(inbox.held_bytes(), 0);
    }
    drop(inbox);
    // Places go on after a start, so that what the lake has is never taken for new.
    let (inbox, found) = Inbox::open(folder.path(), limits).unwrap();
    assert_eq!((found.bytes, inbox.put(&[b"x"]).unwrap()), (0, last + 13));
    inbox.forget(u64::MAX).unwrap();
    assert_eq!(all(&inbox).len(), 0);
}
