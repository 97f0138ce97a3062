//! `shop/orders-YYYY.csv`: Shopify's orders export. One row per line item; what belongs to the order stands in
//! its first row only, but for name and e-mail.

use super::Table;
use crate::catalog::euros;
use crate::chance::{Chance, Purpose};
use crate::error::Error;
use crate::life::purchases::{Order, Purchase};
use crate::people::Person;
use crate::people::face::{Face, disguised_email, face, mobile_e164};
use crate::register::{Clues, Register};
use crate::silo::Silo;
use crate::world::World;
use std::collections::BTreeMap;
use std::path::Path;

const COLUMNS: &str = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,\
    Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,\
    Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,\
    Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,\
    Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,\
    Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,\
    Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,\
    Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,\
    Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Phone,Receipt Number";

/// Writes one file for each year; how many orders there are.
pub(super) fn write(world: &World, dir: &Path, register: &mut Register) -> Result<u64, Error> {
    let header: Vec<&str> = COLUMNS.split(',').collect();
    let mut line = Line::new(&header);
    let mut open: Option<(i16, Table)> = None;
    let mut orders = 0;
    for (person, purchase, order) in world.orders() {
        let year = purchase.day.date().year();
        if open.as_ref().is_none_or(|(of, _)| *of != year) {
            if let Some((_, done)) = open.take() {
                done.finish()?;
            }
            open = Some((year, Table::create(dir.join(format!("orders-{year}.csv")), &header)?));
        }
        if let Some((_, table)) = &mut open {
            let sheet = Sheet { world, person, purchase, order };
            register.note(Silo::Shop, record_key(person, order), person, sheet.clues());
            sheet.rows(&mut line, table)?;
            orders += 1;
        }
    }
    if let Some((_, table)) = open {
        table.finish()?;
    }
    Ok(orders)
}

/// The key by which the shop knows who placed an order: the e-mail address, else the phone.
fn record_key(person: &Person, order: &Order) -> String {
    order_email(person, order).map_or_else(|| mobile_e164(person.mobile), str::to_owned)
}

/// The mailbox an order was placed with; none for people who give a phone instead.
pub(super) fn order_email<'a>(person: &'a Person, order: &Order) -> Option<&'a str> {
    match &person.second_email {
        Some((second, _)) if order.second_email => Some(second),
        _ if person.phone_only => None,
        _ => Some(&person.email),
    }
}

/// The line being written: cells by name of column. Kept from line to line, for its memory.
struct Line {
    places: BTreeMap<&'static str, usize>,
    cells: Vec<String>,
}

impl Line {
    fn new(header: &[&'static str]) -> Self {
        let places = header.iter().enumerate().map(|(place, name)| (*name, place)).collect();
        Self { places, cells: vec![String::new(); header.len()] }
    }

    fn clear(&mut self) {
        self.cells.iter_mut().for_each(String::clear);
    }

    fn set(&mut self, column: &str, text: &str) {
        let place = self.places.get(column);
        debug_assert!(place.is_some(), "no column {column}");
        if let Some(place) = place {
            self.cells[*place].push_str(text);
        }
    }
}

/// One order on its way to paper.
struct Sheet<'a> {
    world: &'a World,
    person: &'a Person,
    purchase: &'a Purchase,
    order: &'a Order,
}

impl Sheet<'_> {
    fn rows(&self, line: &mut Line, table: &mut Table) -> Result<(), Error> {
        let email = self.email();
        let name = self.order.name();
        let status = if self.order.parcel.is_some() { "fulfilled" } else { "pending" };
        for (index, (product, quantity)) in self.purchase.basket.lines().enumerate() {
            line.clear();
            line.set("Name", &name);
            line.set("Email", &email);
            line.set("Lineitem quantity", &quantity.to_string());
            line.set("Lineitem name", product.name);
            line.set("Lineitem price", &euros(product.price_minor));
            line.set("Lineitem sku", product.sku);
            line.set("Lineitem requires shipping", "true");
            line.set("Lineitem taxable", "true");
            line.set("Lineitem discount", "0.00");
            line.set("Lineitem fulfillment status", status);
            line.set("Vendor", "Alder & Finch");
            if index == 0 {
                self.money(line);
                self.times(line);
                self.customer(line);
            }
            table.row(&line.cells)?;
        }
        Ok(())
    }

    /// What the order tells of its person.
    fn clues(&self) -> Clues {
        let who = self.face();
        let clues = Clues::default().email(&self.email()).phone(&who.phone);
        clues.address(&who.street, &who.postcode).order(&self.order.name())
    }

    /// The person as this order has them.
    fn face(&self) -> Face {
        let spelling = u64::from(self.order.second_email);
        let mut who = face(self.world.setting.seed, self.person, Silo::Shop, spelling);
        if order_email(self.person, self.order).is_none() {
            who.phone = mobile_e164(self.person.mobile);
        }
        who
    }

    fn email(&self) -> String {
        let number = u64::from(self.order.number);
        let mut chance = Chance::of(self.world.setting.seed, Purpose::Orders, number);
        let email = order_email(self.person, self.order);
        email.map_or_else(String::new, |email| disguised_email(&mut chance, email, 0.04, 0.02))
    }

    fn money(&self, line: &mut Line) {
        let basket = &self.purchase.basket;
        let total_minor = basket.total_minor();
        let refunded_minor = self.order.refunded_minor();
        let status = match refunded_minor {
            0 => "paid",
            all if all == total_minor => "refunded",
            _ => "partially_refunded",
        };
        let taxes = euros(total_minor * 19 / 119);
        line.set("Financial Status", status);
        line.set("Currency", "EUR");
        line.set("Subtotal", &euros(basket.subtotal_minor()));
        line.set("Shipping", &euros(basket.shipping_minor));
        line.set("Taxes", &taxes);
        line.set("Tax 1 Name", "DE MwSt 19%");
        line.set("Tax 1 Value", &taxes);
        line.set("Total", &euros(total_minor));
        line.set("Discount Code", if basket.discount_minor > 0 { "FINCH10" } else { "" });
        line.set("Discount Amount", &euros(basket.discount_minor));
        line.set("Refunded Amount", &euros(refunded_minor));
        line.set("Outstanding Balance", "0.00");
    }

    fn times(&self, line: &mut Line) {
        let clock = &self.world.setting.clock;
        let created = clock.shop(self.purchase.at_us);
        let fulfilled = self.order.parcel.as_ref().map(|parcel| clock.shop(parcel.handed_us));
        let cancelled = self.order.cancelled_us.map(|at_us| clock.shop(at_us));
        line.set("Paid at", &created);
        line.set("Created at", &created);
        line.set("Fulfillment Status", if fulfilled.is_some() { "fulfilled" } else { "unfulfilled" });
        line.set("Fulfilled at", fulfilled.as_deref().unwrap_or_default());
        line.set("Cancelled at", cancelled.as_deref().unwrap_or_default());
    }

    fn customer(&self, line: &mut Line) {
        const PAYMENTS: [&str; 3] = ["Shopify Payments", "PayPal Express Checkout", "Klarna"];
        let who = self.face();
        let number = u64::from(self.order.number);
        self.address(&who, &BILLING, line);
        self.address(&who, &SHIPPING, line);
        line.set("Phone", &who.phone);
        line.set("Accepts Marketing", if self.person.habits.in_crm { "yes" } else { "no" });
        line.set("Shipping Method", "Standard");
        line.set("Payment Method", PAYMENTS[number as usize % PAYMENTS.len()]);
        line.set("Payment Reference", &format!("c{}.1", 20_000_000_000 + number * 37));
        line.set("Id", &(5_000_000_000_000 + number * 32_768).to_string());
        line.set("Risk Level", "Low");
        line.set("Source", "web");
    }

    fn address(&self, who: &Face, columns: &[&str; 8], line: &mut Line) {
        let region = self.person.region();
        let cells = [&who.name, &who.street, &who.street, &who.town, &who.postcode, region, "DE", &who.phone];
        for (column, text) in columns.iter().zip(cells) {
            line.set(column, text);
        }
    }
}

const BILLING: [&str; 8] = [
    "Billing Name",
    "Billing Street",
    "Billing Address1",
    "Billing City",
    "Billing Zip",
    "Billing Province",
    "Billing Country",
    "Billing Phone",
];
const SHIPPING: [&str; 8] = [
    "Shipping Name",
    "Shipping Street",
    "Shipping Address1",
    "Shipping City",
    "Shipping Zip",
    "Shipping Province",
    "Shipping Country",
    "Shipping Phone",
];
