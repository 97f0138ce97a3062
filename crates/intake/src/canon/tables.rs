//! One builder per canonical table. Columns that are never null are plain vectors; the import's id is filled in
//! at the end.

use super::{BATCH_ROWS, EventRow, RECORD_TEXTS, RecordRow, SourceId};
use crate::row::Reject;
use arrow::array::{
    ArrayRef, Float64Builder, Int64Array, Int64Builder, StringBuilder, TimestampMicrosecondArray,
    TimestampMicrosecondBuilder, UInt8Array, UInt8Builder, UInt16Array, UInt64Array,
};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use std::fmt::Write as _;
use std::mem::take;
use std::sync::Arc;

fn import_ids(import_id: u64, rows: usize) -> ArrayRef {
    Arc::new(UInt64Array::from_value(import_id, rows))
}

fn numbers(values: &mut Vec<u64>) -> ArrayRef {
    Arc::new(UInt64Array::from(take(values)))
}

fn texts(builder: &mut StringBuilder) -> ArrayRef {
    Arc::new(builder.finish())
}

/// A text column that is seldom filled: its nulls are counted and written only once something follows.
#[derive(Debug)]
struct Sparse {
    builder: StringBuilder,
    nulls: usize,
}

impl Sparse {
    fn new() -> Self {
        Self { builder: StringBuilder::new(), nulls: 0 }
    }

    #[inline]
    fn append_option(&mut self, text: Option<&str>) {
        match text {
            None => self.nulls += 1,
            Some(text) => self.filled().append_value(text),
        }
    }

    /// The builder with all nulls before the next value written.
    fn filled(&mut self) -> &mut StringBuilder {
        self.builder.append_nulls(take(&mut self.nulls));
        &mut self.builder
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.filled().finish())
    }
}

/// Rows of `records`.
#[derive(Debug)]
pub(super) struct Records {
    schema: SchemaRef,
    row_no: Vec<u64>,
    hash: Vec<u64>,
    key: StringBuilder,
    updated_at: TimestampMicrosecondBuilder,
    text: [Sparse; RECORD_TEXTS],
    attributes: Sparse,
}

impl Records {
    pub(super) fn new() -> Self {
        Self {
            schema: lake::tables::records().schema,
            row_no: Vec::new(),
            hash: Vec::new(),
            key: StringBuilder::new(),
            updated_at: TimestampMicrosecondBuilder::new(),
            text: std::array::from_fn(|_| Sparse::new()),
            attributes: Sparse::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.hash.len()
    }

    pub(super) fn push(&mut self, row_no: u64, hash: u64, key: &str, row: &RecordRow<'_>) {
        self.row_no.push(row_no);
        self.hash.push(hash);
        self.key.append_value(key);
        self.updated_at.append_option(row.updated_at_us);
        for (builder, text) in self.text.iter_mut().zip(row.text) {
            builder.append_option(text);
        }
        self.attributes.append_option(row.attributes);
    }

    pub(super) fn finish(&mut self, import_id: u64) -> Result<RecordBatch, ArrowError> {
        let import_id = import_ids(import_id, self.len());
        let updated_at: TimestampMicrosecondArray = self.updated_at.finish().with_timezone("UTC");
        let mut columns = vec![
            import_id,
            numbers(&mut self.row_no),
            numbers(&mut self.hash),
            texts(&mut self.key),
            Arc::new(updated_at),
        ];
        columns.extend(self.text.iter_mut().map(Sparse::finish));
        columns.push(self.attributes.finish());
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

/// Rows of `events`.
#[derive(Debug)]
pub(super) struct Events {
    schema: SchemaRef,
    row_no: Vec<u64>,
    part: Vec<u16>,
    record: Vec<u64>,
    at_us: Vec<i64>,
    kind: Vec<u8>,
    event: StringBuilder,
    outcome: Vec<u8>,
    value_minor: Vec<i64>,
    currency: Sparse,
    original_minor: Int64Builder,
    reference: Sparse,
    source_id: Sparse,
    score: Float64Builder,
    clause: UInt8Builder,
}

impl Events {
    pub(super) fn new() -> Self {
        Self {
            schema: lake::tables::events().schema,
            row_no: Vec::new(),
            part: Vec::new(),
            record: Vec::new(),
            at_us: Vec::new(),
            kind: Vec::new(),
            event: StringBuilder::new(),
            outcome: Vec::new(),
            value_minor: Vec::new(),
            currency: Sparse::new(),
            original_minor: Int64Builder::new(),
            reference: Sparse::new(),
            source_id: Sparse::new(),
            score: Float64Builder::new(),
            clause: UInt8Builder::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.at_us.len()
    }

    pub(super) fn push(&mut self, row_no: u64, part: u16, record: u64, event: &EventRow<'_>) {
        if self.at_us.capacity() == 0 {
            self.reserve();
        }
        self.row_no.push(row_no);
        self.part.push(part);
        self.record.push(record);
        self.at_us.push(event.at_us);
        self.kind.push(event.kind.code());
        self.event.append_value(event.event);
        self.outcome.push(event.outcome.code());
        self.value_minor.push(event.amount.value_minor);
        self.currency.append_option(event.amount.original.as_ref().map(|(currency, _)| currency.code()));
        self.original_minor.append_option(event.amount.original.map(|(_, minor)| minor));
        self.reference.append_option(event.reference);
        self.push_source_id(event);
        self.score.append_option(event.score);
        self.clause.append_option(event.clause.map(model::Clause::code));
    }

    fn push_source_id(&mut self, event: &EventRow<'_>) {
        let (id, event) = (event.source_id, event.event);
        // Writing into a builder's memory does not fail.
        let _written = match id {
            SourceId::None => return self.source_id.append_option(None),
            SourceId::Plain(id) => return self.source_id.append_option(Some(id)),
            SourceId::Shared(id) => write!(self.source_id.filled(), "{id}:{event}"),
            SourceId::Content(hash, nth) => write!(self.source_id.filled(), "{hash:032x}-{nth:x}"),
        };
        self.source_id.filled().append_value("");
    }

    fn reserve(&mut self) {
        self.row_no.reserve(BATCH_ROWS);
        self.part.reserve(BATCH_ROWS);
        self.record.reserve(BATCH_ROWS);
        self.at_us.reserve(BATCH_ROWS);
        self.kind.reserve(BATCH_ROWS);
        self.outcome.reserve(BATCH_ROWS);
        self.value_minor.reserve(BATCH_ROWS);
        self.event = StringBuilder::with_capacity(BATCH_ROWS, BATCH_ROWS * 16);
    }

    pub(super) fn finish(&mut self, import_id: u64) -> Result<RecordBatch, ArrowError> {
        let import_id = import_ids(import_id, self.len());
        let at = TimestampMicrosecondArray::from(take(&mut self.at_us)).with_timezone("UTC");
        let columns: Vec<ArrayRef> = vec![
            import_id,
            numbers(&mut self.row_no),
            Arc::new(UInt16Array::from(take(&mut self.part))),
            numbers(&mut self.record),
            Arc::new(at),
            Arc::new(UInt8Array::from(take(&mut self.kind))),
            texts(&mut self.event),
            Arc::new(UInt8Array::from(take(&mut self.outcome))),
            Arc::new(Int64Array::from(take(&mut self.value_minor))),
            self.currency.finish(),
            Arc::new(self.original_minor.finish()),
            self.reference.finish(),
            self.source_id.finish(),
            Arc::new(self.score.finish()),
            Arc::new(self.clause.finish()),
        ];
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

/// Rows of `event_text`.
#[derive(Debug)]
pub(super) struct Texts {
    schema: SchemaRef,
    row_no: Vec<u64>,
    part: Vec<u16>,
    /// Title, text, reason, channel.
    text: [Sparse; 4],
}

impl Texts {
    pub(super) fn new() -> Self {
        Self {
            schema: lake::tables::event_text().schema,
            row_no: Vec::new(),
            part: Vec::new(),
            text: std::array::from_fn(|_| Sparse::new()),
        }
    }

    pub(super) fn push(&mut self, row_no: u64, part: u16, texts: [Option<&str>; 4]) {
        self.row_no.push(row_no);
        self.part.push(part);
        for (builder, text) in self.text.iter_mut().zip(texts) {
            builder.append_option(text);
        }
    }

    pub(super) fn finish(&mut self, import_id: u64) -> Result<RecordBatch, ArrowError> {
        let mut columns: Vec<ArrayRef> = vec![
            import_ids(import_id, self.row_no.len()),
            numbers(&mut self.row_no),
            Arc::new(UInt16Array::from(take(&mut self.part))),
        ];
        columns.extend(self.text.iter_mut().map(Sparse::finish));
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

/// Rows of `rejects`.
#[derive(Debug)]
pub(super) struct Rejects {
    schema: SchemaRef,
    line: Vec<u64>,
    file: StringBuilder,
    column: StringBuilder,
    reason: StringBuilder,
    raw: StringBuilder,
}

impl Rejects {
    pub(super) fn new() -> Self {
        Self {
            schema: lake::tables::rejects().schema,
            line: Vec::new(),
            file: StringBuilder::new(),
            column: StringBuilder::new(),
            reason: StringBuilder::new(),
            raw: StringBuilder::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.line.len()
    }

    pub(super) fn push(&mut self, file: &str, line: u64, reject: &Reject, raw: &str) {
        self.file.append_value(file);
        self.line.push(line);
        self.column.append_value(&reject.column);
        self.reason.append_value(&reject.reason);
        self.raw.append_value(raw);
    }

    pub(super) fn finish(&mut self, import_id: u64) -> Result<RecordBatch, ArrowError> {
        let columns = vec![
            import_ids(import_id, self.len()),
            texts(&mut self.file),
            numbers(&mut self.line),
            texts(&mut self.column),
            texts(&mut self.reason),
            texts(&mut self.raw),
        ];
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}
