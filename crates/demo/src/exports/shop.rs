//! `shop/orders-YYYY.csv`: Shopify's orders export. One row per line item; what belongs to the order stands in
//! its first row only, but for name and e-mail.

use super::Table;
use crate::catalog::euros;
use crate::chance::{Chance, Purpose};
use crate::error::Error;
use crate::life::purchases::{Order, Purchase};
use crate::people::Person;
use crate::people::face::{Face, disguised_email, face, mobile_e164};
use crate::register::Register;
use crate::silo::Silo;
use crate::world::World;
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
    let places = Places::of(&header);
    let mut open: Option<(i16, Table)> = None;
    let mut orders = 0;
    for (person, purchase, order) in world.orders() {
        let year = purchase.day.date().year();
        if open.as_ref().is_none_or(|(of, _)| *of != year) {
            if let Some((_, done)) = open.take() {
                done.finish()?;
            }
            open = Some((
                year,
                Table::create(dir.join(format!("orders-{year}.csv")), &header)?,
            ));
        }
        if let Some((_, table)) = &mut open {
            let sheet = Sheet {
                world,
                person,
                purchase,
                order,
            };
            register.note(Silo::Shop, record_key(person, order), person);
            sheet.rows(&places, header.len(), table)?;
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

/// Where each column that is filled stands.
struct Places(Vec<(&'static str, usize)>);

impl Places {
    fn of(header: &[&'static str]) -> Self {
        let mut places: Vec<_> = header
            .iter()
            .enumerate()
            .map(|(place, name)| (*name, place))
            .collect();
        places.sort_unstable();
        Self(places)
    }

    fn get(&self, name: &str) -> Option<usize> {
        let found = self.0.binary_search_by_key(&name, |(known, _)| known);
        found.ok().map(|index| self.0[index].1)
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
    fn rows(&self, places: &Places, width: usize, table: &mut Table) -> Result<(), Error> {
        let email = self.email();
        let name = self.order.name();
        let fulfilled = self.order.parcel.is_some();
        for (index, (product, quantity)) in self.purchase.basket.lines().enumerate() {
            let mut row = vec![String::new(); width];
            let mut set = |column: &str, value: String| {
                if let Some(place) = places.get(column) {
                    row[place] = value;
                }
            };
            set("Name", name.clone());
            set("Email", email.clone());
            set("Lineitem quantity", quantity.to_string());
            set("Lineitem name", product.name.to_owned());
            set("Lineitem price", euros(product.price_minor));
            set("Lineitem sku", product.sku.to_owned());
            set("Lineitem requires shipping", "true".to_owned());
            set("Lineitem taxable", "true".to_owned());
            set("Lineitem discount", "0.00".to_owned());
            set(
                "Lineitem fulfillment status",
                if fulfilled { "fulfilled" } else { "pending" }.to_owned(),
            );
            set("Vendor", "Alder & Finch".to_owned());
            if index == 0 {
                self.money(&mut set);
                self.times(&mut set);
                self.customer(&mut set);
            }
            table.row(&row)?;
        }
        Ok(())
    }

    fn email(&self) -> String {
        let mut chance = Chance::of(
            self.world.setting.seed,
            Purpose::Orders,
            u64::from(self.order.number),
        );
        let email = order_email(self.person, self.order);
        email.map_or_else(String::new, |email| {
            disguised_email(&mut chance, email, 0.04, 0.02)
        })
    }

    fn money(&self, set: &mut impl FnMut(&str, String)) {
        let basket = &self.purchase.basket;
        let total_minor = basket.total_minor();
        let refunded_minor = self.order.refunded_minor();
        let status = match refunded_minor {
            0 => "paid",
            all if all == total_minor => "refunded",
            _ => "partially_refunded",
        };
        let taxes = euros(total_minor * 19 / 119);
        set("Financial Status", status.to_owned());
        set("Currency", "EUR".to_owned());
        set("Subtotal", euros(basket.subtotal_minor()));
        set("Shipping", euros(basket.shipping_minor));
        set("Taxes", taxes.clone());
        set("Tax 1 Name", "DE MwSt 19%".to_owned());
        set("Tax 1 Value", taxes);
        set("Total", euros(total_minor));
        set(
            "Discount Code",
            if basket.discount_minor > 0 { "FINCH10" } else { "" }.to_owned(),
        );
        set("Discount Amount", euros(basket.discount_minor));
        set("Refunded Amount", euros(refunded_minor));
        set("Outstanding Balance", "0.00".to_owned());
    }

    fn times(&self, set: &mut impl FnMut(&str, String)) {
        let clock = &self.world.setting.clock;
        let created = clock.shop(self.purchase.at_us);
        let fulfilled = self
            .order
            .parcel
            .as_ref()
            .map(|parcel| clock.shop(parcel.handed_us));
        let cancelled = self.order.cancelled_us.map(|at_us| clock.shop(at_us));
        set("Paid at", created.clone());
        set("Created at", created);
        set(
            "Fulfillment Status",
            if fulfilled.is_some() {
                "fulfilled"
            } else {
                "unfulfilled"
            }
            .to_owned(),
        );
        set("Fulfilled at", fulfilled.unwrap_or_default());
        set("Cancelled at", cancelled.unwrap_or_default());
    }

    fn customer(&self, set: &mut impl FnMut(&str, String)) {
        let who = face(
            self.world.setting.seed,
            self.person,
            Silo::Shop,
            u64::from(self.order.second_email),
        );
        let key_by_phone = order_email(self.person, self.order).is_none();
        let phone = if key_by_phone {
            mobile_e164(self.person.mobile)
        } else {
            who.phone.clone()
        };
        let number = u64::from(self.order.number);
        for side in ["Billing", "Shipping"] {
            self.address(side, &who, &phone, set);
        }
        let payment = ["Shopify Payments", "PayPal Express Checkout", "Klarna"];
        set("Phone", phone);
        set(
            "Accepts Marketing",
            if self.person.habits.in_crm { "yes" } else { "no" }.to_owned(),
        );
        set("Shipping Method", "Standard".to_owned());
        set(
            "Payment Method",
            payment[number as usize % payment.len()].to_owned(),
        );
        set(
            "Payment Reference",
            format!("c{}.1", 20_000_000_000 + number * 37),
        );
        set("Id", (5_000_000_000_000 + number * 32_768).to_string());
        set("Risk Level", "Low".to_owned());
        set("Source", "web".to_owned());
    }

    fn address(&self, side: &str, who: &Face, phone: &str, set: &mut impl FnMut(&str, String)) {
        set(&format!("{side} Name"), who.name.clone());
        set(&format!("{side} Street"), who.street.clone());
        set(&format!("{side} Address1"), who.street.clone());
        set(&format!("{side} City"), who.town.clone());
        set(&format!("{side} Zip"), who.postcode.clone());
        set(&format!("{side} Province"), self.person.region().to_owned());
        set(&format!("{side} Country"), "DE".to_owned());
        set(&format!("{side} Phone"), phone.to_owned());
    }
}
