//! The chain of the audit log: what each hash covers, and where a log departs from it.

use super::{AuditRow, Head};
use sha2::{Digest, Sha256};
use std::fmt;

/// Names what is hashed, so that no other bytes of ours hash alike.
const DOMAIN: &[u8] = b"kept audit 1\n";

/// What reading the whole log has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every row is as it was written; the end of the log.
    Whole(Head),
    /// The first place that is not.
    Broken {
        /// The row that should stand there.
        seq: i64,
        /// What is wrong with it.
        why: Break,
    },
}

/// How a log departs from its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The row is not there, or stands elsewhere, while later ones are there.
    Missing,
    /// The row is not what was written, or does not follow the one before it.
    Altered,
    /// The log ends before the row.
    CutOff,
    /// The row comes after the end of the log, as kept apart.
    Beyond,
    /// The row's hash is not the one kept apart, or written down elsewhere.
    Rewritten,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seq, why) = match self {
            Self::Whole(head) => return write!(f, "{} rows, every one as it was written", head.seq),
            Self::Broken { seq, why } => (seq, why),
        };
        let why = match why {
            Break::Missing => "is not there",
            Break::Altered => "is not what was written, or does not follow the row before it",
            Break::CutOff => "was cut off, as was everything after it",
            Break::Beyond => "comes after the end of the log",
            Break::Rewritten => "is not the one whose hash was kept",
        };
        write!(f, "the first broken row is {seq}: it {why}")
    }
}

/// Walks along a log.
#[derive(Debug)]
pub(super) struct Check {
    at: Head,
    anchor: Option<Head>,
}

impl Check {
    pub(super) fn new(anchor: Option<Head>) -> Self {
        Self { at: Head::START, anchor }
    }

    /// Takes the next row; a verdict if it is broken.
    pub(super) fn take(&mut self, row: &AuditRow) -> Option<Verdict> {
        let seq = self.at.seq + 1;
        let broken = |why| Some(Verdict::Broken { seq, why });
        if row.seq != seq {
            return broken(Break::Missing);
        }
        if row.hash != hash(&self.at.hash, row) {
            return broken(Break::Altered);
        }
        self.at = Head { seq, hash: row.hash };
        match self.anchor {
            Some(anchor) if anchor.seq == seq && anchor.hash != row.hash => broken(Break::Rewritten),
            _ => None,
        }
    }

    /// Compares the end of the rows with the head that is kept apart.
    pub(super) fn end(self, head: Head) -> Verdict {
        let end = self.anchor.map_or(head.seq, |anchor| anchor.seq.max(head.seq));
        if self.at.seq < end {
            return Verdict::Broken { seq: self.at.seq + 1, why: Break::CutOff };
        }
        if self.at.seq > head.seq {
            return Verdict::Broken { seq: head.seq + 1, why: Break::Beyond };
        }
        if self.at != head {
            return Verdict::Broken { seq: head.seq, why: Break::Rewritten };
        }
        Verdict::Whole(head)
    }
}

/// SHA-256 of: the domain; the hash of the row before; `seq` and `at_us`, 8 bytes each, least first; then actor,
/// verb, object, department and detail, each a byte 1 and its length in 8 bytes before its UTF-8, or a byte 0 where
/// there is none.
pub(super) fn hash(before: &[u8; 32], row: &AuditRow) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update(DOMAIN);
    sha.update(before);
    sha.update(row.seq.to_le_bytes());
    sha.update(row.at_us.to_le_bytes());
    let texts =
        [Some(&row.actor), Some(&row.verb), Some(&row.object), row.department.as_ref(), Some(&row.detail)];
    for text in texts {
        sha.update([u8::from(text.is_some())]);
        if let Some(text) = text {
            sha.update((text.len() as u64).to_le_bytes());
            sha.update(text.as_bytes());
        }
    }
    sha.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn log(texts: &[(String, Option<String>, String)]) -> Vec<AuditRow> {
        let mut at = Head::START;
        let row = |(text, department, detail): &(String, Option<String>, String)| {
            let mut row = AuditRow {
                seq: at.seq + 1,
                at_us: 1_000 * at.seq,
                actor: "user:1".to_owned(),
                verb: "saw".to_owned(),
                object: text.clone(),
                department: department.clone(),
                detail: detail.clone(),
                hash: [0; 32],
            };
            row.hash = hash(&at.hash, &row);
            at = Head { seq: row.seq, hash: row.hash };
            row
        };
        texts.iter().map(row).collect()
    }

    fn head(rows: &[AuditRow]) -> Head {
        rows.last().map_or(Head::START, |row| Head { seq: row.seq, hash: row.hash })
    }

    fn verify(rows: &[AuditRow], head: Head, anchor: Option<Head>) -> Verdict {
        let mut check = Check::new(anchor);
        rows.iter().find_map(|row| check.take(row)).unwrap_or_else(|| check.end(head))
    }

    /// What somebody could do to the row at an index, and whether the row itself then stands there altered.
    fn alter(row: &mut AuditRow, how: usize) {
        match how {
            0 => row.at_us += 1,
            1 => row.actor = "user:2".to_owned(),
            2 => row.verb = "removed".to_owned(),
            3 => row.object.push('x'),
            4 => row.department = if row.department.is_some() { None } else { Some(String::new()) },
            5 => row.detail.insert(0, ' '),
            6 => row.hash[31] ^= 1,
            // A byte that moves from one column into the next.
            _ => row.detail.insert(0, row.object.pop().unwrap_or('x')),
        }
    }

    fn texts() -> impl Strategy<Value = Vec<(String, Option<String>, String)>> {
        let text = "[a-z☕ ]{0,6}";
        proptest::collection::vec((text, proptest::option::of(text), text), 1..12)
    }

    proptest! {
        #[test]
        fn an_untouched_log_is_whole_and_holds_every_head_it_ever_had(texts in texts()) {
            let rows = log(&texts);
            for anchor in 0..=rows.len() {
                let anchor = Some(head(&rows[..anchor]));
                prop_assert_eq!(verify(&rows, head(&rows), anchor), Verdict::Whole(head(&rows)));
            }
        }

        #[test]
        fn an_altered_row_is_found(texts in texts(), at: prop::sample::Index, how in 0_usize..8) {
            let mut rows = log(&texts);
            let (head, at) = (head(&rows), at.index(rows.len()));
            alter(&mut rows[at], how);
            let broken = Verdict::Broken { seq: at as i64 + 1, why: Break::Altered };
            prop_assert_eq!(verify(&rows, head, None), broken);
        }

        #[test]
        fn a_removed_row_is_found(texts in texts(), at: prop::sample::Index) {
            let mut rows = log(&texts);
            let (head, at) = (head(&rows), at.index(rows.len()));
            rows.remove(at);
            let why = if at == rows.len() { Break::CutOff } else { Break::Missing };
            prop_assert_eq!(verify(&rows, head, None), Verdict::Broken { seq: at as i64 + 1, why });
        }

        #[test]
        fn rows_that_changed_places_are_found_with_their_numbers_or_without(
            texts in texts(), a: prop::sample::Index, b: prop::sample::Index, renumber: bool,
        ) {
            let mut rows = log(&texts);
            let head = head(&rows);
            let (a, b) = (a.index(rows.len()), b.index(rows.len()));
            rows.swap(a, b);
            if renumber {
                let (first, second) = (rows[a].seq, rows[b].seq);
                (rows[a].seq, rows[b].seq) = (second, first);
            }
            let why = if renumber { Break::Altered } else { Break::Missing };
            let expected = if a == b { Verdict::Whole(head) }
                else { Verdict::Broken { seq: a.min(b) as i64 + 1, why } };
            prop_assert_eq!(verify(&rows, head, None), expected);
        }

        #[test]
        fn an_end_that_was_cut_off_is_found_by_the_head_and_by_an_anchor(texts in texts(), left: prop::sample::Index) {
            let rows = log(&texts);
            let left = &rows[..left.index(rows.len())];
            let broken = Verdict::Broken { seq: left.len() as i64 + 1, why: Break::CutOff };
            prop_assert_eq!(verify(left, head(&rows), None), broken);
            // Whoever cuts the log can cut the head beside it, but not one that is elsewhere.
            prop_assert_eq!(verify(left, head(left), None), Verdict::Whole(head(left)));
            prop_assert_eq!(verify(left, head(left), Some(head(&rows))), broken);
        }

        #[test]
        fn a_log_written_anew_is_found_by_an_anchor(texts in texts(), at: prop::sample::Index) {
            let rows = log(&texts);
            let mut other = texts.clone();
            other[at.index(rows.len())].0.push('!');
            let other = log(&other);
            let broken = Verdict::Broken { seq: rows.len() as i64, why: Break::Rewritten };
            prop_assert_eq!(verify(&other, head(&other), Some(head(&rows))), broken);
            prop_assert_eq!(verify(&other, head(&rows), None), broken);
        }

        #[test]
        fn a_row_after_the_end_is_found(texts in texts()) {
            let rows = log(&texts);
            let (last, before) = rows.split_last().unwrap();
            let broken = Verdict::Broken { seq: last.seq, why: Break::Beyond };
            prop_assert_eq!(verify(&rows, head(before), None), broken);
        }
    }

    /// Computed by another program from the description of [`hash`]: the bytes are part of the format and may not change.
    #[test]
    fn the_bytes_that_are_hashed_are_these() {
        let rows = log(&[("customer:1".to_owned(), None, "x".to_owned())]);
        assert_eq!(
            crate::hex::write(&rows[0].hash),
            "08d825882132943f2c1d2f4208249b3e65af76328bae9fc73ef96f5400fc0120"
        );
    }
}
