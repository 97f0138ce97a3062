//! Lists of customers: those behind a number of the statement, and those a search finds.

use super::{Current, Reader};
use crate::asset::posting_rows;
use crate::error::Error;
use crate::view::{CustomerList, CustomerRow, Figure, Wanted};
use arrow::array::{Array, BooleanArray, Int64Array, RecordBatch, StringArray, UInt32Array};
use futures::StreamExt;
use lake::{column, quoted};
use ledger::{MovedList, PostingRows, StandingList};
use model::{Day, Movement, Period};
use rustc_hash::{FxHashMap, FxHashSet};

/// One row of a list before its customer is looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) customer: u32,
    pub(super) value_minor: i64,
    pub(super) day: Option<Day>,
}

impl Reader {
    /// The customers asked for, highest value first, then by code.
    pub async fn customers(&self, wanted: &Wanted) -> Result<CustomerList, Error> {
        let current = self.current().await?;
        if let Some(list) = wanted.bridge {
            return current.bridged(list, wanted).await;
        }
        let mut entries = match (&wanted.losses, wanted.figure) {
            (Some(list), _) => current.losses(list).await?,
            (None, Some((period, figure))) => current.behind(period, figure).await?,
            (None, None) => current.standing_now().await?,
        };
        if let Some(among) = wanted.among {
            let mut found = current.among(among).await?;
            if wanted.figure.is_some() {
                let behind: FxHashSet<u32> = entries.iter().map(|entry| entry.customer).collect();
                found.retain(|entry| behind.contains(&entry.customer));
            }
            entries = found;
        }
        if let Some(number) = &wanted.journey {
            let counted: FxHashSet<u32> =
                self.counted(&current, number, wanted.span).await?.into_iter().collect();
            entries.retain(|entry| counted.contains(&entry.customer));
        }
        if let Some(allowed) = current.allowed(wanted).await? {
            entries.retain(|entry| allowed.contains(&entry.customer));
        }
        entries.sort_by_key(|entry| (std::cmp::Reverse(entry.value_minor.abs()), entry.customer, entry.day));
        let total = entries.len();
        let page: Vec<Entry> = entries.into_iter().skip(wanted.offset).take(wanted.limit).collect();
        let faces = current.faces(&page.iter().map(|entry| entry.customer).collect::<Vec<_>>()).await?;
        let row = |entry: &Entry| {
            let face = faces.get(&entry.customer).cloned()?;
            Some(CustomerRow { value_minor: entry.value_minor, day: entry.day, ..face })
        };
        Ok(CustomerList { total, rows: page.iter().filter_map(row).collect() })
    }
}

impl Current {
    /// The movements or customers behind a number of the statement.
    async fn behind(&self, period: Period, figure: Figure) -> Result<Vec<Entry>, Error> {
        let last = period.end().plus(-1).min(self.edition.as_of);
        match figure {
            Figure::Opening => self.standing(period.start().plus(-1)).await,
            Figure::Closing => self.standing(last).await,
            Figure::Moved(movement) => self.moved(period.start(), last, movement).await,
        }
    }

    async fn moved(&self, first: Day, last: Day, movement: Movement) -> Result<Vec<Entry>, Error> {
        let mut list = MovedList::new(movement);
        let sql = format!("{POSTINGS} where day between {} and {}", date(first), date(last));
        self.postings(&sql, |rows| list.push(rows)).await?;
        let sign = if matches!(movement, Movement::Lost | Movement::Contracted) { -1 } else { 1 };
        let entry = |row: ledger::MovedRow| Entry {
            customer: row.customer,
            value_minor: sign * row.value_minor,
            day: Some(row.day),
        };
        Ok(list.finish().into_iter().map(entry).collect())
    }

    async fn standing(&self, until: Day) -> Result<Vec<Entry>, Error> {
        let mut list = StandingList::new(until);
        let sql = format!("{POSTINGS} where day <= {}", date(until));
        self.postings(&sql, |rows| list.push(rows)).await?;
        let entry = |row: ledger::StandingRow| Entry {
            customer: row.customer,
            value_minor: row.value_minor,
            day: None,
        };
        Ok(list.finish().into_iter().map(entry).collect())
    }

    /// Hands on postings in their order.
    async fn postings(
        &self,
        sql: &str,
        mut take: impl FnMut(PostingRows<'_>) -> Result<(), ledger::Error>,
    ) -> Result<(), Error> {
        let mut rows = self.ordered.stream(sql).await?;
        while let Some(batch) = rows.next().await {
            let batch = batch?;
            take(posting_rows(&batch)?)?;
        }
        Ok(())
    }

    /// Hands on all postings in their order.
    pub(super) async fn all_postings(
        &self,
        take: impl FnMut(PostingRows<'_>) -> Result<(), ledger::Error>,
    ) -> Result<(), Error> {
        self.postings(POSTINGS, take).await
    }

    /// Every customer with the value at the edition's day; 0 for those without any event by then.
    pub(super) async fn standing_now(&self) -> Result<Vec<Entry>, Error> {
        let sql = "select c.customer, coalesce(s.value_minor, 0) as value_minor \
                   from customers c left join customer_state s on c.customer = s.customer";
        let batch = self.view.table(sql).await?;
        let (customer, value) =
            (column::<UInt32Array>(&batch, "customer")?, column::<Int64Array>(&batch, "value_minor")?);
        let entry =
            |(customer, value): (&u32, &i64)| Entry { customer: *customer, value_minor: *value, day: None };
        Ok(customer.values().iter().zip(value.values()).map(entry).collect())
    }

    /// The customers that segment and search allow; `None` when neither is asked for.
    pub(super) async fn allowed(&self, wanted: &Wanted) -> Result<Option<FxHashSet<u32>>, Error> {
        let mut allowed: Option<FxHashSet<u32>> = None;
        let mut conditions = Vec::new();
        if let Some(segment) = &wanted.segment {
            conditions
                .push(format!("select customer from customer_segments where segment = {}", quoted(segment)));
        }
        if let Some(search) = wanted.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            conditions.push(search_sql(search));
        }
        for sql in conditions {
            let batch = self.view.table(&sql).await?;
            let found: FxHashSet<u32> =
                column::<UInt32Array>(&batch, "customer")?.values().iter().copied().collect();
            allowed = Some(match allowed {
                None => found,
                Some(before) => before.intersection(&found).copied().collect(),
            });
        }
        Ok(allowed)
    }

    /// List rows of customers by code: id, name, e-mail, segments, whether active. The name is that of the
    /// first silo of the config that knows one, and so is the e-mail.
    pub(crate) async fn faces(&self, customers: &[u32]) -> Result<FxHashMap<u32, CustomerRow>, Error> {
        if customers.is_empty() {
            return Ok(FxHashMap::default());
        }
        let codes = customers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "select c.customer, c.id, coalesce(s.active, false) as active, coalesce(s.value_minor, 0) as value_minor \
             from customers c left join customer_state s on c.customer = s.customer where c.customer in ({codes})"
        );
        let mut faces = faces(&self.view.table(&sql).await?)?;
        let sql = format!(
            "select o.customer, r.name, r.given, r.family, r.email \
             from customer_of o join records r on r.record_hash = o.record_hash \
             join side.main.live l on l.import_id = r.import_id \
             where o.customer in ({codes}) order by l.silo, l.rank desc, r.row_no desc"
        );
        name_faces(&mut faces, &self.view.table(&sql).await?)?;
        if self.holds("customer_segments").is_ok() {
            let sql = format!(
                "select c.customer, c.segment from customer_segments c join segments s on s.segment = c.segment \
                 where c.customer in ({codes}) order by c.customer, s.rank"
            );
            let batch = self.view.table(&sql).await?;
            let (customer, segment): (&UInt32Array, &StringArray) =
                (column(&batch, "customer")?, column(&batch, "segment")?);
            for row in 0..batch.num_rows() {
                if let Some(face) = faces.get_mut(&customer.value(row)) {
                    face.segments.push(segment.value(row).to_owned());
                }
            }
        }
        Ok(faces)
    }
}

const POSTINGS: &str = "select customer, day, movement, count, value_minor from postings";

pub(super) fn date(day: Day) -> String {
    format!("date '{day}'")
}

/// Customers whose id is the text, or one of whose records holds it in name, e-mail or key.
fn search_sql(text: &str) -> String {
    let text = quoted(&text.to_lowercase());
    let holds = |what: &str| format!("strpos(lower({what}), {text}) > 0");
    let whole = "concat_ws(' ', r.given, r.family)";
    let any = ["r.name", "r.email", "r.record_key", whole].map(holds).join(" or ");
    format!(
        "select o.customer from customer_of o join records r on r.record_hash = o.record_hash \
         join side.main.live l on l.import_id = r.import_id where {any} \
         union select customer from customers where id = {text}"
    )
}

fn faces(batch: &RecordBatch) -> Result<FxHashMap<u32, CustomerRow>, Error> {
    let customer: &UInt32Array = column(batch, "customer")?;
    let id: &StringArray = column(batch, "id")?;
    let (active, value) =
        (column::<BooleanArray>(batch, "active")?, column::<Int64Array>(batch, "value_minor")?);
    let face = |row: usize| {
        let face = CustomerRow {
            id: id.value(row).to_owned(),
            name: String::new(),
            email: String::new(),
            segments: Vec::new(),
            active: active.value(row),
            value_minor: value.value(row),
            day: None,
        };
        (customer.value(row), face)
    };
    Ok((0..batch.num_rows()).map(face).collect())
}

/// Fills in names and e-mails from records in order of preference.
fn name_faces(faces: &mut FxHashMap<u32, CustomerRow>, batch: &RecordBatch) -> Result<(), Error> {
    let customer: &UInt32Array = column(batch, "customer")?;
    let text = |name| column::<StringArray>(batch, name);
    let (name, given, family, email) = (text("name")?, text("given")?, text("family")?, text("email")?);
    for row in 0..batch.num_rows() {
        let Some(face) = faces.get_mut(&customer.value(row)) else {
            continue;
        };
        let cell = |column: &StringArray| {
            if column.is_valid(row) { column.value(row).trim().to_owned() } else { String::new() }
        };
        if face.name.is_empty() {
            face.name = cell(name);
        }
        if face.name.is_empty() {
            format!("{} {}", cell(given), cell(family)).trim().clone_into(&mut face.name);
        }
        if face.email.is_empty() {
            face.email = cell(email);
        }
    }
    Ok(())
}
