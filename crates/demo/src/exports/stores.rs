//! `stores/till.parquet`: receipts of the stores' tills. A receipt belongs to the loyalty card shown; without one
//! the till asks for a name and an address or phone to send the receipt to.

use super::card_no;
use crate::chance::{Chance, Purpose, mix};
use crate::error::Error;
use crate::life::purchases::{Place, Purchase, Visit};
use crate::people::Person;
use crate::people::face::{Face, face, mobile_e164};
use crate::people::places::store_town;
use crate::register::{Clues, Register};
use crate::silo::Silo;
use crate::world::World;
use arrow::array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::path::Path;
use std::sync::Arc;

type Receipt<'a> = (&'a Purchase, &'a Visit, &'a Person);

const BATCH_ROWS: usize = 16_384;

/// Writes the file, by time; how many receipts there are.
pub(super) fn write(world: &World, dir: &Path, register: &mut Register) -> Result<u64, Error> {
    let mut receipts: Vec<Receipt> = Vec::new();
    for (person, life) in world.each() {
        for purchase in &life.purchases {
            if let Place::Store(visit) = &purchase.place {
                receipts.push((purchase, visit, person));
            }
        }
    }
    receipts.sort_by_key(|(purchase, _, person)| (purchase.at_us, person.id));
    let path = dir.join("till.parquet");
    let failed = Error::parquet(&path);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let schema = Arc::new(schema());
    let file = super::create(&path)?;
    let mut writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(&failed)?;
    for (part, receipts) in receipts.chunks(BATCH_ROWS).enumerate() {
        let mut columns = Columns::default();
        for (index, receipt) in receipts.iter().enumerate() {
            let key = columns.push(world, part * BATCH_ROWS + index, receipt);
            register.note(Silo::Stores, key, receipt.2, columns.last_clues());
        }
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns.arrays());
        let batch = batch.map_err(|error| failed(error.into()))?;
        writer.write(&batch).map_err(&failed)?;
    }
    writer.close().map_err(&failed)?;
    Ok(receipts.len() as u64)
}

fn schema() -> Schema {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    let at = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    Schema::new(vec![
        text("receipt_no", false),
        Field::new("receipt_at", at, false),
        text("store", false),
        text("customer_ref", false),
        text("loyalty_no", true),
        text("customer_name", false),
        text("customer_email", true),
        text("customer_phone", true),
        Field::new("amount_cents", DataType::Int64, false),
        Field::new("items", DataType::Int32, false),
    ])
}

/// The columns of the schema, in its order.
#[derive(Default)]
struct Columns {
    receipt_no: Vec<String>,
    receipt_at: Vec<i64>,
    store: Vec<&'static str>,
    customer_ref: Vec<String>,
    loyalty_no: Vec<Option<String>>,
    customer_name: Vec<String>,
    customer_email: Vec<Option<String>>,
    customer_phone: Vec<Option<String>>,
    amount_cents: Vec<i64>,
    items: Vec<i32>,
}

impl Columns {
    /// Adds one receipt and gives its record key.
    fn push(&mut self, world: &World, number: usize, &(purchase, visit, person): &Receipt) -> String {
        let who = face(world.setting.seed, person, Silo::Stores, u64::from(!visit.card));
        let receipt_no = format!("R{}{}-{:07}", person.home.region, visit.store, number + 1);
        let card = visit.card.then(|| card_no(person));
        let key = card.clone().unwrap_or_else(|| receipt_no.clone());
        let (email, phone) = self::reach(world, number, visit, person, &who);
        self.receipt_no.push(receipt_no);
        self.receipt_at.push(purchase.at_us);
        self.store.push(store_town(person.home.region, visit.store));
        self.customer_ref.push(key.clone());
        self.loyalty_no.push(card);
        self.customer_name.push(who.name);
        self.customer_email.push(email);
        self.customer_phone.push(phone);
        self.amount_cents.push(i64::from(purchase.basket.total_minor()));
        self.items.push(purchase.basket.lines().map(|(_, quantity)| quantity as i32).sum());
        key
    }

    /// What the receipt added last tells of its person.
    fn last_clues(&self) -> Clues {
        let told = |column: &[Option<String>]| column.last().cloned().flatten().unwrap_or_default();
        Clues::default().email(&told(&self.customer_email)).phone(&told(&self.customer_phone))
    }

    fn arrays(self) -> Vec<ArrayRef> {
        vec![
            Arc::new(StringArray::from(self.receipt_no)),
            Arc::new(TimestampMicrosecondArray::from(self.receipt_at).with_timezone("UTC")),
            Arc::new(StringArray::from(self.store)),
            Arc::new(StringArray::from(self.customer_ref)),
            Arc::new(StringArray::from(self.loyalty_no)),
            Arc::new(StringArray::from(self.customer_name)),
            Arc::new(StringArray::from(self.customer_email)),
            Arc::new(StringArray::from(self.customer_phone)),
            Arc::new(Int64Array::from(self.amount_cents)),
            Arc::new(Int32Array::from(self.items)),
        ]
    }
}

/// E-mail and phone on a receipt: the card's, or whichever the customer gives at the till.
fn reach(
    world: &World,
    number: usize,
    visit: &Visit,
    person: &Person,
    who: &Face,
) -> (Option<String>, Option<String>) {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty() && text != "n/a");
    if visit.card {
        return (given(&who.email), given(&who.phone));
    }
    let mut chance = Chance::nth(world.setting.seed, Purpose::Words, 0, mix(!(number as u64)));
    if chance.hit(0.7) {
        return (given(&who.email), None);
    }
    (None, given(&who.phone).or_else(|| Some(mobile_e164(person.mobile))))
}
