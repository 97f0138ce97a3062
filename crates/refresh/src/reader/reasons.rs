//! Why customers were lost, of the newest edition, and the lists behind it.

use super::list::{Entry, date};
use super::{Current, Reader};
use crate::error::Error;
use crate::view::reasons::{Before, LossList, OTHER_TEXTS, OtherText, Reasons, Span, Stated, Which};
use arrow::array::{
    Array, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, UInt32Array,
};
use lake::{column, quoted};
use model::config::{OTHER_REASON, UNKNOWN_REASON};
use model::{Day, Granularity, Period};

impl Reader {
    /// Why customers were lost; an empty segment tells the whole. `None` when the edition was published by a version
    /// of Kept that did not look for reasons.
    pub async fn reasons(&self, span: Span, segment: &str) -> Result<Option<Reasons>, Error> {
        let current = self.current().await?;
        if !current.knows_reasons() {
            return Ok(None);
        }
        let by = match span {
            Span::All => None,
            Span::Latest(by) => Some(by),
            Span::One(period) => Some(period.granularity),
        };
        let periods = current.periods_with_losses(by, segment).await?;
        let period = match span {
            Span::One(period) => Some(period),
            Span::All | Span::Latest(_) => periods.last().copied(),
        };
        let mut reasons = current.reasons(by, period, segment).await?;
        reasons.periods = periods;
        for (department, name) in self.company().departments.iter().map(|d| (d.id.get_ref(), &d.name)) {
            let stated = reasons.stated.iter_mut().map(|stated| &mut stated.department);
            let before = reasons.before.iter_mut().map(|before| &mut before.department);
            stated.chain(before).filter(|id| *id == department).for_each(|id| id.clone_from(name));
        }
        Ok(Some(reasons))
    }
}

impl Reader {
    /// What the reason or cause of a list is called; `None` where the list is not of one, or nobody has it.
    pub async fn cause_name(&self, which: &Which) -> Result<Option<String>, Error> {
        let (side, id) = match which {
            Which::All | Which::Paired | Which::Stayers => return Ok(None),
            Which::Stated(id) => ("stated", id),
            Which::Before(id) | Which::PairedBefore(id) | Which::StayedWith(id) => ("before", id),
        };
        let current = self.current().await?;
        if !current.knows_reasons() {
            return Ok(None);
        }
        let sql = format!(
            "select name from loss_causes where granularity = 'all' and segment = '' and side = '{side}' and cause = {}",
            quoted(id)
        );
        let batch = current.view.table(&sql).await?;
        Ok(column::<StringArray>(&batch, "name")?.iter().next().flatten().map(str::to_owned))
    }
}

impl Current {
    /// Whether this edition has the tables.
    fn knows_reasons(&self) -> bool {
        self.view.table_names().iter().any(|name| name == "loss_causes")
    }

    async fn periods_with_losses(
        &self,
        by: Option<Granularity>,
        segment: &str,
    ) -> Result<Vec<Period>, Error> {
        let Some(by) = by else { return Ok(Vec::new()) };
        let sql = format!(
            "select period from loss_causes where side = 'all' and granularity = {} and segment = {} order by period",
            quoted(by.name()),
            quoted(segment)
        );
        let batch = self.view.table(&sql).await?;
        let names = column::<StringArray>(&batch, "period")?.iter().flatten();
        let parsed = names
            .map(|name| Period::parse(name).ok_or_else(|| Error::Unknown(format!("the period `{name}`"))));
        parsed.collect()
    }

    async fn reasons(
        &self,
        by: Option<Granularity>,
        period: Option<Period>,
        segment: &str,
    ) -> Result<Reasons, Error> {
        let sql = format!(
            "select * from loss_causes where granularity = {} and period = {} and segment = {} order by side, rank, cause",
            quoted(by.map_or("all", Granularity::name)),
            quoted(&period.map(|period| period.to_string()).unwrap_or_default()),
            quoted(segment)
        );
        let mut reasons = of_rows(&self.view.table(&sql).await?)?;
        reasons.period = period;
        segment.clone_into(&mut reasons.segment);
        // What is known first, then other, then unknown.
        let known = |stated: &Stated| match stated.id.as_str() {
            OTHER_REASON => 1,
            UNKNOWN_REASON => 2,
            _ => 0,
        };
        reasons.stated.sort_by(|a, b| (known(a), b.lost_count, &a.id).cmp(&(known(b), a.lost_count, &b.id)));
        if reasons.stated.iter().any(|stated| stated.id == OTHER_REASON) {
            reasons.other_texts = self.other_texts(period, segment).await?;
        }
        Ok(reasons)
    }

    async fn other_texts(&self, period: Option<Period>, segment: &str) -> Result<Vec<OtherText>, Error> {
        let told = "coalesce(nullif(trim(x.text), ''), trim(x.reason))";
        let of_segment = if segment.is_empty() {
            String::new()
        } else {
            format!(
                "and l.customer in (select customer from customer_segments where segment = {})",
                quoted(segment)
            )
        };
        let sql = format!(
            "select {told} as told, count(*) as n from loss_reasons l \
             join event_text x on x.import_id = l.import_id and x.row_no = l.row_no and x.part = l.part \
             where l.stated = {} and {} {of_segment} group by 1 order by 2 desc, 1 limit {OTHER_TEXTS}",
            quoted(OTHER_REASON),
            within("l.day", period),
        );
        let batch = self.view.table(&sql).await?;
        let (told, n) = (column::<StringArray>(&batch, "told")?, column::<Int64Array>(&batch, "n")?);
        let text = |row: usize| OtherText { text: told.value(row).to_owned(), lost_count: n.value(row) };
        Ok((0..batch.num_rows()).map(text).collect())
    }

    /// The losses or stayers behind a number.
    pub(super) async fn losses(&self, list: &LossList) -> Result<Vec<Entry>, Error> {
        if !self.knows_reasons() {
            return Ok(Vec::new());
        }
        let batch = self.view.table(&list_sql(list)).await?;
        let (customer, day) =
            (column::<UInt32Array>(&batch, "customer")?, column::<Date32Array>(&batch, "day")?);
        let value: &Int64Array = column(&batch, "value_minor")?;
        let is_lost = list.which.is_of_lost();
        let entry = |row: usize| Entry {
            customer: customer.value(row),
            value_minor: if is_lost { -value.value(row) } else { value.value(row) },
            day: Some(Day(day.value(row))),
        };
        Ok((0..batch.num_rows()).map(entry).collect())
    }
}

/// One row for each loss or stayer.
fn list_sql(list: &LossList) -> String {
    let lost = "select l.customer, l.day, l.value_minor from loss_reasons l";
    let met = "select c.customer, c.day, c.value_minor from loss_cause_of c";
    let stayed = "select c.customer, c.moment as day, c.value_minor from loss_cause_of c";
    let when = within("l.day", list.period);
    let met_when = within("c.day", list.period);
    match &list.which {
        Which::All => format!("{lost} where {when}"),
        Which::Paired => format!("{lost} where {when} and l.stayer is not null"),
        Which::Stayers => format!(
            "select l.stayer as customer, l.stayer_moment as day, l.stayer_value_minor as value_minor from loss_reasons l \
             where {when} and l.stayer is not null"
        ),
        Which::Stated(id) => format!("{lost} where {when} and l.stated = {}", quoted(id)),
        Which::Before(id) => format!("{met} where {met_when} and not c.stayed and c.cause = {}", quoted(id)),
        Which::StayedWith(id) => {
            format!("{stayed} where {met_when} and c.stayed and c.cause = {}", quoted(id))
        }
        Which::PairedBefore(id) => format!(
            "{met} join loss_reasons l on l.customer = c.lost and l.day = c.day \
             where {when} and l.stayer is not null and not c.stayed and c.cause = {}",
            quoted(id)
        ),
    }
}

fn within(day: &str, period: Option<Period>) -> String {
    period.map_or_else(
        || "true".to_owned(),
        |period| format!("{day} >= {} and {day} < {}", date(period.start()), date(period.end())),
    )
}

fn of_rows(batch: &RecordBatch) -> Result<Reasons, Error> {
    let text = |name| column::<StringArray>(batch, name);
    let count = |name| column::<Int64Array>(batch, name);
    let number = |name| column::<Float64Array>(batch, name);
    let (side, id, name, department) = (text("side")?, text("cause")?, text("name")?, text("department")?);
    let (lost_count, lost_minor, share) = (count("lost_count")?, count("lost_minor")?, number("share")?);
    let pairs = [count("pairs")?, count("pairs_lost")?, count("pairs_stayed")?];
    let lift = [number("lift")?, number("lift_low")?, number("lift_high")?, number("q_value")?];
    let stands_out: &BooleanArray = column(batch, "stands_out")?;
    let mut reasons = Reasons {
        period: None,
        segment: String::new(),
        lost_count: 0,
        lost_minor: 0,
        pairs: 0,
        stated: Vec::new(),
        before: Vec::new(),
        other_texts: Vec::new(),
        periods: Vec::new(),
    };
    for row in 0..batch.num_rows() {
        let (id, name, department) =
            (id.value(row).to_owned(), name.value(row).to_owned(), department.value(row).to_owned());
        let (lost_count, lost_minor, share) =
            (lost_count.value(row), lost_minor.value(row), share.value(row));
        let [pairs, pairs_lost, pairs_stayed] = pairs.map(|column| column.value(row));
        let [lift, lift_low, lift_high, q_value] =
            lift.map(|column| column.is_valid(row).then(|| column.value(row)));
        match side.value(row) {
            "all" => {
                (reasons.lost_count, reasons.lost_minor, reasons.pairs) = (lost_count, lost_minor, pairs);
            }
            "stated" => {
                reasons.stated.push(Stated { id, name, department, lost_count, lost_minor, share });
            }
            _ => reasons.before.push(Before {
                id,
                name,
                department,
                lost_count,
                lost_minor,
                share,
                pairs_lost,
                pairs_stayed,
                lift,
                lift_low,
                lift_high,
                q_value,
                stands_out: stands_out.value(row),
            }),
        }
    }
    Ok(reasons)
}
