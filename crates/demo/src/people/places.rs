//! Where people live: invented towns with postcodes, by region, and streets.

/// A town: its name, and the first of its postcodes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Town {
    /// As written on envelopes.
    pub(crate) name: &'static str,
    /// Postcodes run from here.
    pub(crate) postcode: u32,
    /// How many postcodes it has.
    pub(crate) districts: u32,
}

const fn town(name: &'static str, postcode: u32, districts: u32) -> Town {
    Town { name, postcode, districts }
}

/// The towns of each region, the largest first.
pub(crate) const TOWNS: [[Town; 5]; 6] = [
    [
        town("Grauhafen", 22_010, 40),
        town("Elmsbrück", 24_310, 18),
        town("Nordholm", 25_110, 9),
        town("Birkenau am Moor", 21_420, 6),
        town("Suhlendorf", 29_710, 3),
    ],
    [
        town("Oderfurt", 14_020, 45),
        town("Lindenow", 15_510, 15),
        town("Spreewiesen", 3_050, 8),
        town("Kranichsee", 17_190, 5),
        town("Görschwitz", 2_930, 4),
    ],
    [
        town("Isarkirchen", 80_410, 50),
        town("Altmühlstadt", 85_020, 16),
        town("Hohenlauter", 87_510, 9),
        town("St. Veit am See", 83_210, 5),
        town("Möttlingen", 89_310, 4),
    ],
    [
        town("Rheinfelden-West", 50_610, 55),
        town("Kohlbach", 45_120, 30),
        town("Weinheide", 53_910, 10),
        town("Eschenrath", 52_310, 6),
        town("Süßbach", 57_010, 4),
    ],
    [
        town("Mainau", 60_110, 42),
        town("Fulderbrück", 36_010, 14),
        town("Wetterstein", 35_310, 8),
        town("Königsau", 61_410, 5),
        town("Vogelsroth", 36_320, 3),
    ],
    [
        town("Sandholm", 18_010, 20),
        town("Möwenort", 18_510, 9),
        town("Kaperhagen", 23_710, 8),
        town("Dünenfeld", 26_310, 5),
        town("Leuchtenberg", 26_710, 3),
    ],
];

/// The town of a region's first or second store.
pub(crate) fn store_town(region: u8, store: u8) -> &'static str {
    TOWNS[usize::from(region)][usize::from(store)].name
}

/// Streets, common ones first.
pub(crate) const STREETS: &[&str] = &[
    "Hauptstraße",
    "Bahnhofstraße",
    "Gartenstraße",
    "Schulstraße",
    "Dorfstraße",
    "Bergstraße",
    "Lindenallee",
    "Kirchweg",
    "Mühlenweg",
    "Ringstraße",
    "Waldstraße",
    "Rosenweg",
    "Goethestraße",
    "Schillerstraße",
    "Amselweg",
    "Am Anger",
    "An der Alten Ziegelei",
    "Feldstraße",
    "Marktplatz",
    "Parkstraße",
    "Uferpromenade",
    "Wiesengrund",
    "Birkenweg",
    "Buchenweg",
    "Eichendorffstraße",
    "Fliederweg",
    "Finkenweg",
    "Hafenstraße",
    "Im Winkel",
    "Industriestraße",
    "Jahnstraße",
    "Kastanienallee",
    "Lessingstraße",
    "Mozartstraße",
    "Neue Gasse",
    "Obere Gasse",
    "Poststraße",
    "Querstraße",
    "Sonnenhang",
    "Tannenweg",
    "Untere Mühle",
    "Weberstraße",
    "Ziegelstraße",
    "Zur Kapelle",
];
