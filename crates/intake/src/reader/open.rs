//! Opens a file as UTF-8 text: decompresses by extension, strips a byte-order mark, recodes Latin-1 and UTF-16.

use super::Problem;
use encoding_rs::{CoderResult, Decoder, UTF_16LE, WINDOWS_1252};
use model::config::{FileFormat, TextEncoding};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

const CHUNK: usize = 64 << 10;

/// The extension of a file in lower case, without that of a compression.
fn extension(file: &Path) -> Option<String> {
    let compressed = compression(file).is_some();
    let stem = if compressed { file.file_stem().map(Path::new)? } else { file };
    Some(stem.extension()?.to_str()?.to_ascii_lowercase())
}

/// The extension of a file's compression in lower case.
fn compression(file: &Path) -> Option<String> {
    let last = file.extension()?.to_str()?.to_ascii_lowercase();
    matches!(last.as_str(), "gz" | "zst").then_some(last)
}

/// The format a file's name tells.
pub(super) fn format_of(file: &Path) -> Option<FileFormat> {
    match extension(file)?.as_str() {
        "csv" | "txt" => Some(FileFormat::Csv),
        "tsv" | "tab" => Some(FileFormat::Tsv),
        "ndjson" | "jsonl" => Some(FileFormat::Ndjson),
        "json" => Some(FileFormat::Json),
        "parquet" | "pq" => Some(FileFormat::Parquet),
        "xes" => Some(FileFormat::Xes),
        "jsonocel" | "xmlocel" | "ocel" => Some(FileFormat::Ocel),
        _ => None,
    }
}

/// Opens a text file as UTF-8. `consumed` counts the file's bytes. A byte-order mark overrules `encoding`.
pub(super) fn text(
    file: &Path,
    encoding: TextEncoding,
    consumed: Rc<Cell<u64>>,
) -> Result<Box<dyn Read>, Problem> {
    let counted = Counted { file: File::open(file)?, consumed };
    let mut plain: Box<dyn Read> = match compression(file).as_deref() {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(counted)),
        Some("zst") => Box::new(zstd::stream::read::Decoder::new(counted)?),
        _ => Box::new(counted),
    };
    let mut head = Vec::with_capacity(3);
    plain.by_ref().take(3).read_to_end(&mut head)?;
    let rest = |skip: usize| io::Cursor::new(head[skip..].to_vec()).chain(plain);
    Ok(match (head.as_slice(), encoding) {
        ([0xEF, 0xBB, 0xBF], _) => Box::new(rest(3)),
        ([0xFF, 0xFE, ..] | [0xFE, 0xFF, ..], _) | (_, TextEncoding::Utf16) => {
            Box::new(Recoded::new(rest(0), UTF_16LE.new_decoder()))
        }
        (_, TextEncoding::Latin1) => {
            Box::new(Recoded::new(rest(0), WINDOWS_1252.new_decoder_without_bom_handling()))
        }
        (_, TextEncoding::Utf8) => Box::new(rest(0)),
    })
}

/// Counts what is read of a file.
pub(super) struct Counted {
    pub(super) file: File,
    pub(super) consumed: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.consumed.set(self.consumed.get() + read as u64);
        Ok(read)
    }
}

/// Another encoding as UTF-8. What the encoding does not know becomes U+FFFD.
struct Recoded<R> {
    from: R,
    decoder: Decoder,
    /// Bytes read and not yet decoded.
    input: Vec<u8>,
    output: Vec<u8>,
    served: usize,
    done: bool,
}

impl<R: Read> Recoded<R> {
    fn new(from: R, decoder: Decoder) -> Self {
        Self { from, decoder, input: Vec::new(), output: Vec::new(), served: 0, done: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let kept = self.input.len();
        self.input.resize(kept + CHUNK, 0);
        let read = self.from.read(&mut self.input[kept..]);
        self.input.truncate(kept + *read.as_ref().unwrap_or(&0));
        let last = read? == 0;
        self.output.resize(self.decoder.max_utf8_buffer_length(self.input.len()).unwrap_or(CHUNK * 4), 0);
        let (result, taken, written, _) = self.decoder.decode_to_utf8(&self.input, &mut self.output, last);
        self.input.drain(..taken);
        self.output.truncate(written);
        self.served = 0;
        self.done = last && result == CoderResult::InputEmpty;
        Ok(())
    }
}

impl<R: Read> Read for Recoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.served == self.output.len() && !self.done {
            self.refill()?;
        }
        let count = into.len().min(self.output.len() - self.served);
        into[..count].copy_from_slice(&self.output[self.served..self.served + count]);
        self.served += count;
        Ok(count)
    }
}
