//! Events gathered by customer: buckets of neighbouring customers, each small enough to be sorted in memory. What
//! is too much for memory waits on disk.

use super::happened::{BYTES, Happened};
use crate::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::PathBuf;

/// Events of one bucket, about.
const PER_BUCKET: u64 = 1 << 20;
/// Events held in memory before all of them go to disk.
const HELD: usize = 8 << 20;

/// Buckets of events, by ascending customer.
pub(super) struct Buckets {
    /// Customers of one bucket.
    span: u32,
    /// Events by bucket.
    events: Vec<Vec<Happened>>,
    held: usize,
    most_held: usize,
    spill: Spill,
}

/// Files of buckets on disk.
struct Spill {
    folder: PathBuf,
    /// By bucket; `None` where nothing was spilled.
    files: Vec<Option<PathBuf>>,
}

impl Buckets {
    /// Empty buckets for so many customers and, about, events. `folder` takes what does not fit.
    pub(super) fn new(folder: PathBuf, customers: u32, events: u64) -> Self {
        let wanted = events.div_ceil(PER_BUCKET).clamp(1, 1 << 12) as u32;
        let span = customers.div_ceil(wanted).max(1);
        let count = customers.div_ceil(span).max(1) as usize;
        Self {
            span,
            events: vec![Vec::new(); count],
            held: 0,
            most_held: HELD,
            spill: Spill { folder, files: vec![None; count] },
        }
    }

    pub(super) fn push(&mut self, happened: Happened) -> Result<(), Error> {
        self.events[(happened.customer / self.span) as usize].push(happened);
        self.held += 1;
        if self.held >= self.most_held { self.spill_all() } else { Ok(()) }
    }

    fn spill_all(&mut self) -> Result<(), Error> {
        for (at, bucket) in self.events.iter_mut().enumerate() {
            if !bucket.is_empty() {
                self.spill.append(at, bucket)?;
                bucket.clear();
            }
        }
        self.held = 0;
        Ok(())
    }

    /// Hands out every bucket in the order of the timeline.
    pub(super) fn in_order(
        mut self,
        mut take: impl FnMut(&[Happened]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for at in 0..self.events.len() {
            let mut bucket = std::mem::take(&mut self.events[at]);
            self.spill.read_back(at, &mut bucket)?;
            bucket.sort_unstable_by_key(Happened::order);
            take(&bucket)?;
        }
        Ok(())
    }
}

impl Spill {
    fn append(&mut self, at: usize, bucket: &[Happened]) -> Result<(), Error> {
        let path = self.folder.join(format!("timeline-{at}"));
        let failed = |error: std::io::Error| Error::Spill { path: path.clone(), source: error };
        let file = if self.files[at].is_some() {
            File::options().append(true).open(&path)
        } else {
            std::fs::create_dir_all(&self.folder).and_then(|()| File::create(&path))
        };
        let mut file = BufWriter::new(file.map_err(failed)?);
        self.files[at] = Some(path.clone());
        for happened in bucket {
            file.write_all(&happened.to_bytes()).map_err(failed)?;
        }
        file.flush().map_err(failed)
    }

    fn read_back(&mut self, at: usize, bucket: &mut Vec<Happened>) -> Result<(), Error> {
        let Some(path) = self.files[at].take() else { return Ok(()) };
        let failed = |error: std::io::Error| Error::Spill { path: path.clone(), source: error };
        let mut file = BufReader::with_capacity(1 << 20, File::open(&path).map_err(failed)?);
        let mut bytes = [0; BYTES];
        loop {
            match file.read_exact(&mut bytes) {
                Ok(()) => bucket.push(Happened::from_bytes(&bytes)),
                Err(end) if end.kind() == ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(failed(error)),
            }
        }
        std::fs::remove_file(&path).map_err(failed)
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        for path in self.files.iter().flatten() {
            // What stays behind is overwritten by the next refresh.
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn happened(customer: u32, at: i64, row_no: u64) -> Happened {
        Happened {
            customer,
            rank: 0,
            at,
            row_no,
            value_minor: 5,
            reference: 0,
            extra: f64::from(customer).to_bits(),
            part: 0,
            name: 1,
            kind: 1,
            outcome: 0,
            clause: 0,
            currency: 0,
        }
    }

    /// Events of 1,000 customers in a scattered order.
    fn events() -> Vec<Happened> {
        (0..20_000u64).map(|n| happened((n * 7919 % 1000) as u32, (n * 104_729 % 997) as i64, n)).collect()
    }

    fn sorted(most_held: usize) -> (Vec<Happened>, usize) {
        let folder = tempfile::tempdir().expect("tmp");
        let mut buckets = Buckets::new(folder.path().join("tmp"), 1000, 20_000);
        // Several buckets, as with many events.
        (buckets.span, buckets.most_held) = (300, most_held);
        buckets.events = vec![Vec::new(); 4];
        buckets.spill.files = vec![None; 4];
        for event in events() {
            buckets.push(event).expect("pushed");
        }
        let spilled = buckets.spill.files.iter().flatten().count();
        let mut all = Vec::new();
        let take = |bucket: &[Happened]| {
            all.extend_from_slice(bucket);
            Ok(())
        };
        buckets.in_order(take).expect("read");
        assert_eq!(std::fs::read_dir(folder.path().join("tmp")).map_or(0, Iterator::count), 0);
        (all, spilled)
    }

    #[test]
    fn events_come_out_in_order_whether_or_not_they_waited_on_disk() {
        let mut expected = events();
        expected.sort_by_key(Happened::order);
        assert_eq!(sorted(usize::MAX), (expected.clone(), 0));
        assert_eq!(sorted(999), (expected, 4));
    }

    #[test]
    fn no_customers_and_one_are_as_good_as_many() {
        let folder = tempfile::tempdir().expect("tmp");
        for customers in [0, 1] {
            let mut buckets = Buckets::new(folder.path().to_owned(), customers, 0);
            if customers > 0 {
                buckets.push(happened(0, 1, 1)).expect("pushed");
            }
            let mut seen = 0;
            buckets
                .in_order(|bucket| {
                    seen += bucket.len();
                    Ok(())
                })
                .expect("read");
            assert_eq!(seen, customers as usize);
        }
    }
}
