//! Reading the paths to purchases and to leaving.

use super::Reader;
use super::journey::number;
use crate::error::Error;
use crate::view::paths::{Aim, Goal, Way};
use arrow::array::{Float64Array, RecordBatch, StringArray, UInt32Array};
use lake::{column, quoted};

impl Reader {
    /// The paths to every aim, in order.
    pub async fn paths(&self) -> Result<Vec<Goal>, Error> {
        let current = self.current().await?;
        let legend = self.legend(&current).await?;
        let mut goals = Vec::new();
        for aim in Aim::ALL {
            let of = format!("goal = {}", quoted(aim.name()));
            let totals = current.view.table(&format!("select * from journey_goals where {of}")).await?;
            let total = |name| if totals.num_rows() == 0 { Ok(0) } else { number(&totals, name, 0) };
            let mut ways = [Vec::new(), Vec::new()];
            for (ways, by) in ways.iter_mut().zip(["frequent", "valuable"]) {
                let sql =
                    format!("select * from journey_paths where {of} and ranked = '{by}' order by place");
                let batch = current.view.table(&sql).await?;
                let examples: &UInt32Array = column(&batch, "exemplar")?;
                let faces = current.faces(examples.values()).await?;
                let example = |row: usize| {
                    faces.get(&examples.value(row)).map(|face| face.id.clone()).unwrap_or_default()
                };
                let name = |code: &str| {
                    let at = code.parse::<usize>().ok()?;
                    Some(legend.side.names.get(at)?[1].clone())
                };
                for row in 0..batch.num_rows() {
                    ways.push(way(&batch, row, example(row), &name)?);
                }
            }
            let [frequent, mut valuable] = ways;
            valuable.retain(|way| way.value_minor > 0);
            let begun = total("bought")? + total("lost")? + total("going_on")?;
            goals.push(Goal { aim, reached: total("reached")?, begun, frequent, valuable });
        }
        Ok(goals)
    }
}

fn way(
    batch: &RecordBatch,
    row: usize,
    example: String,
    name: &dyn Fn(&str) -> Option<String>,
) -> Result<Way, Error> {
    let text = |of| Ok::<_, Error>(column::<StringArray>(batch, of)?.value(row));
    let real = |of| Ok::<_, Error>(column::<Float64Array>(batch, of)?.value(row));
    Ok(Way {
        key: text("key")?.to_owned(),
        steps: text("sequence")?.split(' ').filter_map(name).collect(),
        walks: number(batch, "walks", row)?,
        customers: number(batch, "customers", row)?,
        share: real("share")?,
        mean_us: real("mean_us")?,
        value_minor: real("value_minor")? as i64,
        example,
    })
}
