//! The log: whoever puts waits for the disk; those who wait at the same time share one `fsync` (group commit, `DeWitt`
//! et al. 1984). After a failed `fsync` nothing is trusted any more (Rebello et al. 2020, “Can Applications Recover
//! from fsync Failures?”): what nobody was told to be kept is cut off, and the log goes on in a new file.

use crate::error::Error;
use crate::files::{self, Piece, failed};
use crate::frame;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How large things may become, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// All that waits for the lake.
    pub log_bytes: u64,
    /// A file after which the next is begun.
    pub file_bytes: u64,
    /// One entry.
    pub entry_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { log_bytes: 4 << 30, file_bytes: 64 << 20, entry_bytes: 1 << 20 }
    }
}

/// What was there when a log was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// Bytes of sound entries, with their headers.
    pub bytes: u64,
    /// Bytes at the end that were not: of entries nobody was told to be kept. They stand aside in a file `*.torn`.
    pub torn_bytes: u64,
}

/// An entry as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log; rises for ever, also when what is before is forgotten.
    pub place: u64,
    /// The place after it: what [`Inbox::forget`] and the next [`Inbox::read`] take.
    pub next: u64,
    /// What was put.
    pub bytes: Vec<u8>,
}

/// A log in a folder. Shared by reference between threads.
#[derive(Debug)]
pub struct Inbox {
    folder: PathBuf,
    limits: Limits,
    state: Mutex<State>,
    is_synced: Condvar,
    /// Held as long as the log is open; the system releases it when the process dies.
    _lock: File,
}

#[derive(Debug)]
struct State {
    /// In order; the last is written to.
    pieces: Vec<Piece>,
    file: Arc<File>,
    /// Place after the last entry written.
    written: u64,
    /// Place up to which all is durable.
    synced: u64,
    is_syncing: bool,
    is_broken: bool,
    /// Rises when entries that nobody was told to be kept are cut off, so that who waits for them learns it.
    epoch: u64,
}

impl State {
    fn piece(&self) -> &Piece {
        &self.pieces[self.pieces.len() - 1]
    }

    fn start(&self) -> u64 {
        self.pieces[0].start
    }
}

impl Inbox {
    /// Opens the log of a folder, which is made where there is none. What a power cut left torn at the end is put
    /// aside.
    ///
    /// # Errors
    /// When another process has it open, entries that were acknowledged cannot be read, or the disk fails.
    pub fn open(folder: &Path, limits: Limits) -> Result<(Self, Found), Error> {
        fs::create_dir_all(folder).map_err(failed("make", folder))?;
        let lock = files::lock(folder)?;
        let mut pieces = files::list(folder)?;
        let mut found = Found::default();
        let mut end = pieces.first().map_or(0, |piece| piece.start);
        for (at, piece) in pieces.iter().enumerate() {
            if piece.start != end {
                return Err(Error::Gap { file: piece.path.clone(), expected: end, found: piece.start });
            }
            let mut bytes = fs::read(&piece.path).map_err(failed("read", &piece.path))?;
            if let Some(next) = pieces.get(at + 1) {
                // What stands behind the next file's start was cut off once and never acknowledged.
                bytes.truncate((next.start - piece.start) as usize);
            }
            let sound = frame::sound(piece.start, &bytes);
            if sound < bytes.len() as u64 {
                if at + 1 < pieces.len() {
                    return Err(Error::Damaged { file: piece.path.clone(), at: sound });
                }
                put_aside(folder, piece, &bytes[sound as usize..], sound)?;
                found.torn_bytes = bytes.len() as u64 - sound;
            }
            found.bytes += sound;
            end = piece.start + sound;
        }
        let file = if let Some(piece) = pieces.last() {
            let file =
                OpenOptions::new().append(true).open(&piece.path).map_err(failed("open", &piece.path))?;
            file.sync_data().map_err(failed("make durable", &piece.path))?;
            file
        } else {
            let (piece, file) = files::create(folder, 0)?;
            pieces.push(piece);
            file
        };
        let file = Arc::new(file);
        let state =
            State { pieces, file, written: end, synced: end, is_syncing: false, is_broken: false, epoch: 0 };
        let (state, is_synced) = (Mutex::new(state), Condvar::new());
        Ok((Self { folder: folder.to_owned(), limits, state, is_synced, _lock: lock }, found))
    }

    /// Takes entries in, all or none, and returns the place after them once they would survive a power cut.
    ///
    /// # Errors
    /// When the log or the disk is full, an entry is too large, or the disk fails: then nothing of it is kept, or, after
    /// [`Error::Broken`], nothing of it is promised.
    pub fn put(&self, entries: &[&[u8]]) -> Result<u64, Error> {
        let limit = self.limits.entry_bytes;
        if let Some(found) = entries.iter().map(|entry| entry.len()).find(|found| *found > limit) {
            return Err(Error::TooLarge { found, limit });
        }
        let mut state = self.state();
        let place = self.write(&mut state, entries)?;
        self.wait_until(state, place)?;
        Ok(place)
    }

    /// Durable entries from a place on, in order: at least one where there is one, and no more than fit into about so
    /// many bytes. A place before the first that is kept counts as the first.
    ///
    /// # Errors
    /// When the disk fails or a file was changed by others.
    pub fn read(&self, from: u64, bytes: usize) -> Result<Vec<Entry>, Error> {
        let (pieces, synced) = {
            let state = self.state();
            (state.pieces.clone(), state.synced)
        };
        let mut entries = Vec::new();
        let mut held = 0;
        for (at, piece) in pieces.iter().enumerate() {
            let end = pieces.get(at + 1).map_or(synced, |next| next.start);
            if end <= from {
                continue;
            }
            let content = fs::read(&piece.path).map_err(failed("read", &piece.path))?;
            let mut place = from.max(piece.start);
            while place < end {
                let rest = content.get((place - piece.start) as usize..).unwrap_or_default();
                let Some(entry) = frame::read(place, rest) else {
                    return Err(Error::Damaged { file: piece.path.clone(), at: place - piece.start });
                };
                let next = place + frame::size(entry);
                held += entry.len();
                entries.push(Entry { place, next, bytes: entry.to_vec() });
                if held >= bytes {
                    return Ok(entries);
                }
                place = next;
            }
        }
        Ok(entries)
    }

    /// Lets go what is before a place, once the lake has it. Whole files are removed, so a little of it may stay.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn forget(&self, before: u64) -> Result<(), Error> {
        let mut state = self.state();
        let before = before.min(state.synced);
        if state.written == before && state.written > state.piece().start {
            self.begin_file(&mut state)?;
        }
        let kept = state.pieces.partition_point(|piece| piece.start <= before).saturating_sub(1);
        let gone: Vec<Piece> = state.pieces.drain(..kept).collect();
        // The oldest first, so that a power cut leaves no gap.
        for piece in &gone {
            fs::remove_file(&piece.path).map_err(failed("remove", &piece.path))?;
        }
        if gone.is_empty() { Ok(()) } else { files::sync_folder(&self.folder) }
    }

    /// Goes on no earlier than at a place that the lake has reached. A log that ends before it was removed or is an old
    /// copy: all it holds is in the lake already, and new entries at such places would be taken for old ones.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn advance(&self, to: u64) -> Result<(), Error> {
        let mut state = self.state();
        if state.written >= to {
            return Ok(());
        }
        // Nothing can be put before the new file is there.
        state.is_broken = true;
        for piece in &state.pieces {
            fs::remove_file(&piece.path).map_err(failed("remove", &piece.path))?;
        }
        let (piece, file) = files::create(&self.folder, to)?;
        state.pieces = vec![piece];
        state.file = Arc::new(file);
        (state.written, state.synced, state.is_broken) = (to, to, false);
        Ok(())
    }

    /// Bytes that are held, with headers.
    pub fn held_bytes(&self) -> u64 {
        let state = self.state();
        state.written - state.start()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes entries after one another, all or none; returns the place after them.
    fn write(&self, state: &mut State, entries: &[&[u8]]) -> Result<u64, Error> {
        if state.is_broken {
            self.mend(state)?;
        }
        let asked: u64 = entries.iter().map(|entry| frame::size(entry)).sum();
        let held = state.written - state.start();
        if held + asked > self.limits.log_bytes {
            return Err(Error::Full { limit: self.limits.log_bytes, held, asked });
        }
        if state.written - state.piece().start >= self.limits.file_bytes {
            self.begin_file(state)?;
        }
        let mut bytes = Vec::with_capacity(asked as usize);
        for entry in entries {
            frame::write(state.written + bytes.len() as u64, entry, &mut bytes);
        }
        let path = &state.piece().path;
        if let Err(error) = (&*state.file).write_all(&bytes) {
            let told = failed("write", path)(error);
            // What a full disk took of it must not stand between two entries.
            if state.file.set_len(state.written - state.piece().start).is_err() {
                state.is_broken = true;
            }
            return Err(told);
        }
        state.written += asked;
        Ok(state.written)
    }

    /// Goes on in a new file; the one before is durable then.
    fn begin_file(&self, state: &mut State) -> Result<(), Error> {
        if state.file.sync_data().is_err() {
            state.is_broken = true;
            return Err(Error::Broken { file: state.piece().path.clone() });
        }
        state.synced = state.written;
        let (piece, file) = files::create(&self.folder, state.written)?;
        state.pieces.push(piece);
        state.file = Arc::new(file);
        Ok(())
    }

    /// After a failure to make entries durable: cuts off all that nobody was told to be kept, and goes on in a new file.
    /// What the system says of the old one's later bytes is not trusted any more.
    fn mend(&self, state: &mut State) -> Result<(), Error> {
        let path = state.piece().path.clone();
        let broken = || Error::Broken { file: path.clone() };
        if state.is_syncing {
            return Err(broken());
        }
        let kept = state.synced - state.piece().start;
        state.file.set_len(kept).and_then(|()| state.file.sync_all()).map_err(|_| broken())?;
        if kept == 0 {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(broken()),
                _ => {}
            }
        }
        let (piece, file) = files::create(&self.folder, state.synced)?;
        if kept == 0 {
            state.pieces.pop();
        }
        state.pieces.push(piece);
        state.file = Arc::new(file);
        state.written = state.synced;
        state.is_broken = false;
        state.epoch += 1;
        Ok(())
    }

    /// Waits until all before a place is durable: for the `fsync` under way, or by one of its own for all who wait.
    fn wait_until<'s>(&'s self, mut state: MutexGuard<'s, State>, place: u64) -> Result<(), Error> {
        let epoch = state.epoch;
        while state.epoch != epoch || state.synced < place {
            if state.is_broken || state.epoch != epoch {
                return Err(Error::Broken { file: state.piece().path.clone() });
            }
            if state.is_syncing {
                state = self.is_synced.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.is_syncing = true;
            let (file, written) = (Arc::clone(&state.file), state.written);
            drop(state);
            let done = file.sync_data();
            state = self.state();
            state.is_syncing = false;
            match done {
                Ok(()) => state.synced = state.synced.max(written),
                Err(_) => state.is_broken = true,
            }
            self.is_synced.notify_all();
        }
        Ok(())
    }
}

/// Cuts a file after its sound entries; what stood behind them goes into a file of its own first.
fn put_aside(folder: &Path, piece: &Piece, torn: &[u8], sound: u64) -> Result<(), Error> {
    let aside = folder.join(format!("{:020}.torn", piece.start + sound));
    let write = || {
        let mut file = File::create(&aside)?;
        file.write_all(torn)?;
        file.sync_all()
    };
    write().map_err(failed("write", &aside))?;
    files::sync_folder(folder)?;
    let file = OpenOptions::new().write(true).open(&piece.path).map_err(failed("open", &piece.path))?;
    file.set_len(sound).and_then(|()| file.sync_all()).map_err(failed("cut", &piece.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_failure_to_make_durable_what_nobody_was_told_is_gone_and_the_log_goes_on() {
        for first in [&[][..], &[&b"told"[..]]] {
            let folder = tempfile::tempdir().expect("folder");
            let (inbox, _) = Inbox::open(folder.path(), Limits::default()).expect("open");
            inbox.put(first).expect("durable");
            // As if the system had refused to make this durable.
            let waits = {
                let mut state = inbox.state();
                inbox.write(&mut state, &[b"never told"]).expect("written");
                state.is_broken = true;
                state.epoch
            };
            inbox.put(&[b"after"]).expect("mended");
            let expected: Vec<&[u8]> = first.iter().copied().chain([&b"after"[..]]).collect();
            let there = |inbox: &Inbox| -> Vec<Vec<u8>> {
                inbox.read(0, usize::MAX).expect("read").into_iter().map(|entry| entry.bytes).collect()
            };
            assert_eq!(there(&inbox), expected);
            assert_ne!(inbox.state().epoch, waits, "who waited for the entry cut off is told");
            drop(inbox);
            assert_eq!(there(&Inbox::open(folder.path(), Limits::default()).expect("open").0), expected);
        }
    }
}
