//! What the last edition remembers of weighing, so that only what is new or changed is weighed.

use crate::error::Error;
use arrow::array::{Float32Array, UInt8Array, UInt32Array, UInt64Array};
use futures::StreamExt;
use identity::score::{Edge, Remembered};
use lake::{Lake, column};

/// Reads `customer_of`, `pairs` and `overfull_blocks` at the snapshot of an edition made by the same rules.
pub(super) async fn read(lake: &Lake, snapshot: i64) -> Result<Remembered, Error> {
    let view = lake.view(snapshot).await?;
    let records = view.table("select record_hash, content from customer_of order by record_hash").await?;
    let blocks = view.table("select block from overfull_blocks order by block").await?;
    let mut remembered = Remembered {
        record_hash: column::<UInt64Array>(&records, "record_hash")?.values().to_vec(),
        content: column::<UInt64Array>(&records, "content")?.values().to_vec(),
        overfull: column::<UInt64Array>(&blocks, "block")?.values().to_vec(),
        pairs: Vec::new(),
    };
    let mut rows = view.stream("select a, b, weight, rule from pairs").await?;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let (a, b): (&UInt32Array, &UInt32Array) = (column(&batch, "a")?, column(&batch, "b")?);
        let (weight, rule): (&Float32Array, &UInt8Array) =
            (column(&batch, "weight")?, column(&batch, "rule")?);
        remembered.pairs.extend((0..batch.num_rows()).map(|row| Edge {
            a: a.value(row),
            b: b.value(row),
            weight: weight.value(row),
            rule: rule.value(row),
        }));
    }
    Ok(remembered)
}
