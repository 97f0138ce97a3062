//! The files of a log: each is named by the place at which it starts, so that their order and gaps are seen.

use crate::error::Error;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

const ENDING: &str = "log";

/// One file of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Place of its first byte.
    pub(crate) start: u64,
    pub(crate) path: PathBuf,
}

pub(crate) fn failed(doing: &'static str, file: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::NoSpace { file: file.to_owned() },
        _ => Error::Io { doing, file: file.to_owned(), source },
    }
}

/// The files of a folder, in order; others than logs are left alone.
pub(crate) fn list(folder: &Path) -> Result<Vec<Piece>, Error> {
    let mut pieces = Vec::new();
    for found in fs::read_dir(folder).map_err(failed("list", folder))? {
        let path = found.map_err(failed("list", folder))?.path();
        let is_log = path.extension().is_some_and(|ending| ending == ENDING);
        let start = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        if let Some(start) = start.filter(|_| is_log) {
            pieces.push(Piece { start, path });
        }
    }
    pieces.sort_by_key(|piece| piece.start);
    Ok(pieces)
}

/// Makes an empty file that starts at a place; it is on disk when this returns.
pub(crate) fn create(folder: &Path, start: u64) -> Result<(Piece, File), Error> {
    let path = folder.join(format!("{start:020}.{ENDING}"));
    let file = OpenOptions::new().append(true).create_new(true).open(&path).map_err(failed("make", &path))?;
    if let Err(error) = sync_folder(folder) {
        // Left behind, it would stand in the way of the next attempt.
        drop(fs::remove_file(&path));
        return Err(error);
    }
    Ok((Piece { start, path }, file))
}

/// A program that is just ending, or a child that is just starting and still shares what is open, holds the folder for
/// a moment: so often it is tried again, and so long waited in between.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// Takes the folder for this process alone.
pub(crate) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed("open", &path))?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(source)) => return Err(failed("lock", &path)(source)),
        }
    }
    Err(Error::Held { folder: folder.to_owned() })
}

/// Makes what was created or removed in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("make durable", folder))
}
