//! What Alder & Finch sells, and the baskets people fill.

use crate::chance::Chance;

/// Something on the shelf.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) name: &'static str,
    pub(crate) sku: &'static str,
    /// Euro cents, tax included.
    pub(crate) price_minor: u32,
}

const fn product(sku: &'static str, name: &'static str, price_minor: u32) -> Product {
    Product { name, sku, price_minor }
}

/// The shelf, best sellers first.
pub(crate) const PRODUCTS: [Product; 32] = [
    product("AF-CAN-01", "Beeswax candle, pair", 1490),
    product("AF-TOW-02", "Linen tea towel", 1290),
    product("AF-MUG-01", "Stoneware mug, moss", 1690),
    product("AF-BOW-03", "Cereal bowl, oat", 1890),
    product("AF-CUS-01", "Wool cushion 40×40", 3990),
    product("AF-BRU-01", "Dish brush, alder wood", 790),
    product("AF-SOA-02", "Olive soap", 690),
    product("AF-VAS-01", "Bud vase", 2190),
    product("AF-PLA-02", "Dinner plate, set of 4", 6490),
    product("AF-GLA-01", "Tumbler, set of 6", 3490),
    product("AF-BLA-01", "Lambswool throw", 8990),
    product("AF-LAM-01", "Table lamp \"Finch\"", 11_900),
    product("AF-BOA-01", "Oak chopping board", 4490),
    product("AF-KNI-01", "Kitchen knife, 18 cm", 7900),
    product("AF-POT-01", "Teapot, 1.2 l", 5490),
    product("AF-BED-01", "Bed linen, washed cotton", 9990),
    product("AF-TOW-05", "Bath towel, waffle", 2990),
    product("AF-RUG-01", "Cotton rug 60×90", 5990),
    product("AF-BAS-01", "Willow basket", 3290),
    product("AF-FRA-01", "Picture frame A4", 2490),
    product("AF-HOO-01", "Coat hooks, set of 3", 2690),
    product("AF-STO-01", "Three-legged stool", 12_900),
    product("AF-APR-01", "Apron, heavy linen", 4290),
    product("AF-JAR-01", "Storage jar, 1 l", 1990),
    product("AF-PAN-01", "Cast-iron pan, 24 cm", 6900),
    product("AF-CAR-01", "Carafe", 2790),
    product("AF-NAP-01", "Napkins, set of 4", 2390),
    product("AF-WAT-01", "Watering can", 3790),
    product("AF-CLO-01", "Wall clock", 6490),
    product("AF-MIR-01", "Round mirror, 60 cm", 13_900),
    product("AF-SHE-01", "Wall shelf, alder", 9900),
    product("AF-ARM-01", "Reading chair", 44_900),
];

/// What was bought at once: up to four products, discount and shipping in cents.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Basket {
    lines: [(u8, u8); 4],
    /// Taken off the sum of the lines.
    pub(crate) discount_minor: u32,
    /// Added for the parcel.
    pub(crate) shipping_minor: u32,
}

impl Basket {
    /// A basket; parcels below 60 euros cost shipping.
    pub(crate) fn fill(chance: &mut Chance, by_parcel: bool) -> Self {
        let mut basket = Self::default();
        let lines = 1 + [0, 0, 0, 1, 1, 1, 2, 2, 3][chance.below(9) as usize];
        for line in 0..lines {
            let share = chance.share();
            let product = (share.powf(1.6) * PRODUCTS.len() as f64) as u8;
            let quantity =
                if PRODUCTS[usize::from(product)].price_minor < 3000 { 1 + chance.below(3) } else { 1 };
            if !basket.lines[..line].iter().any(|(other, _)| *other == product) {
                basket.lines[line] = (product, quantity as u8);
            }
        }
        let sum = basket.sum_minor();
        if chance.hit(0.14) {
            basket.discount_minor = sum / 10;
        }
        if by_parcel && sum < 6000 {
            basket.shipping_minor = 490;
        }
        basket
    }

    /// Product and quantity of each line.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (&'static Product, u32)> {
        let filled = self.lines.into_iter().filter(|(_, quantity)| *quantity > 0);
        filled.map(|(product, quantity)| (&PRODUCTS[usize::from(product)], u32::from(quantity)))
    }

    fn sum_minor(&self) -> u32 {
        self.lines().map(|(product, quantity)| product.price_minor * quantity).sum()
    }

    /// What the goods cost after the discount.
    pub(crate) fn subtotal_minor(&self) -> u32 {
        self.sum_minor() - self.discount_minor
    }

    /// What the customer pays.
    pub(crate) fn total_minor(&self) -> u32 {
        self.subtotal_minor() + self.shipping_minor
    }
}

/// Cents as `12.90`.
pub(crate) fn euros(minor: u32) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Purpose;

    #[test]
    fn a_basket_holds_something_and_adds_up() {
        let mut chance = Chance::of(9, Purpose::Purchases, 0);
        for _ in 0..1000 {
            let basket = Basket::fill(&mut chance, true);
            assert!(basket.lines().count() > 0);
            let sum: u32 = basket.lines().map(|(product, quantity)| product.price_minor * quantity).sum();
            assert_eq!(sum + basket.shipping_minor, basket.total_minor() + basket.discount_minor);
        }
        assert_eq!(euros(1205), "12.05");
    }
}
