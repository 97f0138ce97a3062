//! Made-up records with known truth. Names and places are built from syllables and come as often as real ones: few
//! very often, most seldom (Zipf).

use crate::set::{Set, scatter};
use arrow::array::{StringArray, StringBuilder};
use identity::score::Role;

/// Draws that follow from a seed (`SplitMix64`, Steele, Lea, Flood 2014).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }
}

/// Words of which the first come most often.
struct Words {
    words: Vec<String>,
    /// Shares of all words up to each.
    up_to: Vec<f64>,
}

impl Words {
    /// `flat` words come about equally often, then each as seldom as its rank tells.
    fn new(words: Vec<String>, flat: f64) -> Self {
        let mut sum = 0.0;
        let weights = (0..words.len()).map(|rank| {
            sum += 1.0 / (rank as f64 + flat);
            sum
        });
        let up_to: Vec<f64> = weights.collect();
        let up_to = up_to.into_iter().map(|part| part / sum).collect();
        Self { words, up_to }
    }

    /// Different words built from syllables.
    fn made(draw: &mut Draw, count: usize, flat: f64, ends: &[&str]) -> Self {
        const STARTS: [&str; 30] = [
            "b", "br", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kl", "kr", "l", "m", "n", "p", "pf",
            "r", "s", "sch", "st", "str", "t", "tr", "v", "w", "z", "sp", "gl",
        ];
        const VOWELS: [&str; 10] = ["a", "e", "i", "o", "u", "ei", "au", "ie", "ä", "ö"];
        const TAILS: [&str; 14] = ["", "", "", "n", "r", "l", "ck", "s", "m", "nd", "rt", "tz", "ng", "ll"];
        let mut seen = std::collections::HashSet::new();
        let mut words = Vec::with_capacity(count);
        while words.len() < count {
            let mut word = String::new();
            for _ in 0..=draw.below(2) {
                word.push_str(STARTS[draw.below(STARTS.len())]);
                word.push_str(VOWELS[draw.below(VOWELS.len())]);
                word.push_str(TAILS[draw.below(TAILS.len())]);
            }
            word.push_str(ends[draw.below(ends.len())]);
            if word.chars().count() > 3 && seen.insert(word.clone()) {
                words.push(word);
            }
        }
        Self::new(words, flat)
    }

    fn at(&self, draw: &mut Draw) -> usize {
        let share = draw.share();
        self.up_to.partition_point(|&part| part < share).min(self.words.len() - 1)
    }

    fn pick(&self, draw: &mut Draw) -> &str {
        &self.words[self.at(draw)]
    }
}

/// Given names with what people call them.
const CALLED: [(&str, &str); 24] = [
    ("robert", "bob"),
    ("william", "bill"),
    ("elizabeth", "liz"),
    ("katharina", "kathi"),
    ("alexander", "alex"),
    ("michael", "mike"),
    ("maximilian", "max"),
    ("johannes", "hannes"),
    ("margarethe", "gretel"),
    ("thomas", "tom"),
    ("christopher", "chris"),
    ("samuel", "sam"),
    ("benjamin", "ben"),
    ("daniel", "dan"),
    ("nikolaus", "klaus"),
    ("friedrich", "fritz"),
    ("josef", "sepp"),
    ("susanne", "susi"),
    ("victoria", "vicky"),
    ("gabriele", "gabi"),
    ("andrew", "andy"),
    ("edward", "ed"),
    ("patricia", "pat"),
    ("rebecca", "becky"),
];

/// One slip of a typist.
fn slip(text: &str, draw: &mut Draw) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 3 {
        return text.to_owned();
    }
    let at = draw.below(letters.len());
    let other = |draw: &mut Draw, old: char| {
        let (first, count) = if old.is_ascii_digit() { (b'0', 10) } else { (b'a', 26) };
        (first + draw.below(count) as u8) as char
    };
    match draw.below(4) {
        0 => letters[at] = other(draw, letters[at]),
        1 => letters.insert(at, other(draw, letters[at])),
        2 => {
            letters.remove(at);
        }
        _ => {
            let at = at.min(letters.len() - 2);
            letters.swap(at, at + 1);
        }
    }
    letters.into_iter().collect()
}

/// A date with one wrong digit, or day and month swapped.
fn wrong_date(date: [usize; 3], draw: &mut Draw) -> [usize; 3] {
    let [year, month, day] = date;
    match draw.below(4) {
        0 => [year - year % 10 + draw.below(10), month, day],
        1 => [year, 1 + draw.below(12), day],
        2 if day <= 12 => [year, day, month],
        _ => [year, month, 1 + draw.below(28)],
    }
}

fn written([year, month, day]: [usize; 3]) -> String {
    format!("{year}-{month:02}-{day:02}")
}

/// Columns as they grow.
struct Sheet {
    columns: Vec<(Role, &'static str, StringBuilder)>,
    truth: Vec<u64>,
}

impl Sheet {
    fn new(columns: &[(Role, &'static str)]) -> Self {
        let columns = columns.iter().map(|&(role, name)| (role, name, StringBuilder::new())).collect();
        Self { columns, truth: Vec::new() }
    }

    /// Empty texts are null.
    fn add<const N: usize>(&mut self, person: u64, cells: [&str; N]) {
        for ((_, _, column), cell) in self.columns.iter_mut().zip(cells) {
            column.append_option(Some(cell).filter(|cell| !cell.is_empty()));
        }
        self.truth.push(person);
    }

    fn finish(self, seed: u64) -> Set {
        let finish = |(role, name, mut column): (Role, &'static str, StringBuilder)| {
            let column: StringArray = column.finish();
            (role, name, column)
        };
        Set {
            record_hash: (0..self.truth.len() as u64).map(|row| scatter(row ^ (seed << 40))).collect(),
            columns: self.columns.into_iter().map(finish).collect(),
            source: Vec::new(),
            link_only: false,
            truth: self.truth,
        }
    }
}

/// What names and places are made of.
struct World {
    families: Words,
    given: Words,
    streets: Words,
    cities: Words,
}

impl World {
    fn new(draw: &mut Draw, families: usize) -> Self {
        let made = Words::made(draw, 700, 20.0, &["a", "o", "us", "ine", "ert", "ian", "ika", "e"]).words;
        // Known names among the made-up ones, from the most frequent on.
        let mut names: Vec<String> = CALLED.iter().map(|(name, _)| (*name).to_owned()).collect();
        names.extend(made);
        Self {
            families: Words::made(
                draw,
                families,
                8.0,
                &["er", "mann", "ler", "ke", "sen", "berg", "hofer", ""],
            ),
            given: Words::new(names, 20.0),
            streets: Words::made(draw, 3_000, 30.0, &["gasse", "straße", "weg", "allee", "platz"]),
            cities: Words::made(draw, 1_200, 10.0, &["dorf", "burg", "stadt", "heim", "bach", "au"]),
        }
    }

    fn home(&self, draw: &mut Draw) -> Home {
        let city = self.cities.at(draw);
        Home {
            address: format!("{} {}", self.streets.pick(draw), 1 + draw.below(140)),
            postcode: format!("{:05}", 10_000 + city * 7 + draw.below(7)),
            city,
        }
    }
}

#[derive(Clone)]
struct Home {
    address: String,
    postcode: String,
    city: usize,
}

/// A customer as he is.
#[derive(Clone)]
struct Person {
    number: u64,
    given: usize,
    family: usize,
    birth: [usize; 3],
    home: Home,
    email: String,
    phone: String,
}

fn birth(draw: &mut Draw, first: usize, years: usize) -> [usize; 3] {
    [first + draw.below(years), 1 + draw.below(12), 1 + draw.below(28)]
}

fn phone(draw: &mut Draw) -> String {
    format!("+4366{}", 10_000_000 + draw.below(90_000_000))
}

fn email(world: &World, given: usize, family: usize, draw: &mut Draw) -> String {
    const DOMAINS: [&str; 10] = [
        "gmail.com",
        "gmx.at",
        "web.de",
        "outlook.com",
        "yahoo.com",
        "icloud.com",
        "posteo.de",
        "aon.at",
        "hotmail.com",
        "proton.me",
    ];
    let domain = DOMAINS[draw.below(DOMAINS.len())];
    let (given, family) = (&world.given.words[given], &world.families.words[family]);
    match draw.below(3) {
        0 => format!("{}{family}{}@{domain}", &given[..1], draw.below(10_000)),
        _ => format!("{given}.{family}{}@{domain}", draw.below(2_000)),
    }
}

/// Customers of a shop: most come once, three in ten two to four times, in households that share a family name, an
/// address and often more.
pub(crate) fn customers(records: usize, seed: u64) -> Set {
    let mut draw = Draw(scatter(seed));
    let world = World::new(&mut draw, 6_000 + records / 200);
    let mut sheet = Sheet::new(&[
        (Role::Given, "given"),
        (Role::Family, "family"),
        (Role::BirthDate, "birth_date"),
        (Role::Email, "email"),
        (Role::Phone, "phone"),
        (Role::Address, "address"),
        (Role::Postcode, "postcode"),
        (Role::Place, "city"),
    ]);
    let mut next = 0;
    while sheet.truth.len() < records {
        for mut person in household(&world, &mut next, &mut draw) {
            let times = if draw.chance(0.3) { 2 + draw.below(3) } else { 1 };
            for time in 0..times {
                if time > 0 {
                    change(&world, &mut person, &mut draw);
                }
                if sheet.truth.len() < records {
                    write(&world, &person, &mut sheet, &mut draw);
                }
            }
        }
    }
    sheet.finish(seed)
}

fn household(world: &World, next: &mut u64, draw: &mut Draw) -> Vec<Person> {
    let size = if draw.chance(0.55) { 1 } else { 2 + draw.below(3) };
    let (family, home, shared) = (world.families.at(draw), world.home(draw), phone(draw));
    let one_mailbox = draw.chance(0.15);
    let mut people: Vec<Person> = Vec::with_capacity(size);
    for member in 0..size {
        let mut given = world.given.at(draw);
        while people.iter().any(|other: &Person| other.given == given) {
            given = world.given.at(draw);
        }
        let mut person = Person {
            number: *next,
            given,
            family: if draw.chance(0.9) { family } else { world.families.at(draw) },
            birth: birth(draw, if member < 2 { 1_940 } else { 1_985 }, if member < 2 { 50 } else { 20 }),
            home: home.clone(),
            email: email(world, given, family, draw),
            phone: if draw.chance(0.4) { shared.clone() } else { phone(draw) },
        };
        if let Some(first) = people.first().filter(|_| one_mailbox) {
            person.email.clone_from(&first.email);
        }
        // Twins.
        if let Some(sibling) = people.last().filter(|_| member > 2 && draw.chance(0.06)) {
            person.birth = sibling.birth;
        }
        *next += 1;
        people.push(person);
    }
    people
}

/// What life changes between two records.
fn change(world: &World, person: &mut Person, draw: &mut Draw) {
    if draw.chance(0.15) {
        person.home = world.home(draw);
    }
    if draw.chance(0.03) {
        person.family = world.families.at(draw);
    }
    if draw.chance(0.12) {
        person.email = email(world, person.given, person.family, draw);
    }
    if draw.chance(0.10) {
        person.phone = phone(draw);
    }
}

/// One record of a customer, with what people leave out and mistype.
fn write(world: &World, person: &Person, sheet: &mut Sheet, draw: &mut Draw) {
    let typed = |text: &str, share: f64, draw: &mut Draw| {
        if draw.chance(share) { slip(text, draw) } else { text.to_owned() }
    };
    let full = &world.given.words[person.given];
    let called = CALLED.iter().find(|(name, _)| name == full).filter(|_| draw.chance(0.15));
    let given = called.map_or(full.as_str(), |(_, called)| called);
    let mut names = [typed(given, 0.05, draw), typed(&world.families.words[person.family], 0.06, draw)];
    if draw.chance(0.015) {
        names.swap(0, 1);
    }
    let date = if draw.chance(0.04) { wrong_date(person.birth, draw) } else { person.birth };
    let mut cells = [
        written(date),
        typed(&person.email, 0.03, draw),
        typed(&person.phone, 0.03, draw),
        typed(&person.home.address, 0.08, draw),
        typed(&person.home.postcode, 0.02, draw),
        typed(&world.cities.words[person.home.city], 0.04, draw),
    ];
    for (cell, silent) in cells.iter_mut().zip([0.25, 0.15, 0.30, 0.12, 0.08, 0.05]) {
        if draw.chance(silent) {
            cell.clear();
        }
    }
    let [birth, email, phone, address, postcode, city] = &cells;
    sheet.add(person.number, [&names[0], &names[1], birth, email, phone, address, postcode, city]);
}

/// People of a historical registry: about ten records each from many sources, half of the occupations not known,
/// many dates of which only the year is.
pub(crate) fn registry(records: usize, seed: u64) -> Set {
    let mut draw = Draw(scatter(seed ^ 0xface));
    let world = World::new(&mut draw, 9_000);
    let occupations = Words::made(&mut draw, 350, 5.0, &["ist", "er", "ant", "or"]);
    let mut sheet = Sheet::new(&[
        (Role::Given, "given"),
        (Role::Family, "family"),
        (Role::BirthDate, "birth_date"),
        (Role::Place, "birth_place"),
        (Role::Postcode, "postcode"),
        (Role::Category, "occupation"),
    ]);
    let mut number = 0;
    while sheet.truth.len() < records {
        let (given, family) = (world.given.at(&mut draw), world.families.at(&mut draw));
        let home = world.home(&mut draw);
        let (date, work) = (birth(&mut draw, 1_550, 400), occupations.at(&mut draw));
        for _ in 0..=draw.below(19) {
            if sheet.truth.len() == records {
                break;
            }
            let cells = remembered(&world, (given, family), &home, date, &mut draw);
            let work = if draw.chance(0.2) { occupations.at(&mut draw) } else { work };
            let work = if draw.chance(0.5) { "" } else { &occupations.words[work] };
            let [given, family, date, place, postcode] = &cells;
            sheet.add(number, [given, family, date, place, postcode, work]);
        }
        number += 1;
    }
    sheet.finish(seed)
}

/// Names, birth date, place and postcode as one source has them.
fn remembered(
    world: &World,
    (given, family): (usize, usize),
    home: &Home,
    date: [usize; 3],
    draw: &mut Draw,
) -> [String; 5] {
    let given = if draw.chance(0.05) { world.given.at(draw) } else { given };
    let mut given = world.given.words[given].clone();
    let mut family = world.families.words[family].clone();
    if draw.chance(0.12) {
        given = slip(&given, draw);
    }
    if draw.chance(0.08) {
        given = format!("{given} {}", world.given.pick(draw));
    }
    if draw.chance(0.15) {
        family = slip(&family, draw);
    }
    if draw.chance(0.02) {
        std::mem::swap(&mut given, &mut family);
    }
    let date = match draw.below(20) {
        0..4 => [date[0], 1, 1],
        4 => wrong_date(date, draw),
        _ => date,
    };
    let city = if draw.chance(0.1) { world.cities.at(draw) } else { home.city };
    let mut place = world.cities.words[city].clone();
    if draw.chance(0.08) {
        place = slip(&place, draw);
    }
    let postcode = match draw.below(10) {
        0..4 => String::new(),
        4 => format!("{:05}", 10_000 + home.city * 7 + draw.below(7)),
        _ => home.postcode.clone(),
    };
    let mut cells = [given, family, written(date), place, postcode];
    for (cell, silent) in cells.iter_mut().zip([0.02, 0.02, 0.1, 0.15, 0.0]) {
        if draw.chance(silent) {
            cell.clear();
        }
    }
    cells
}
