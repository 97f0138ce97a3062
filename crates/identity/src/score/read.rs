//! From columns of text to codes: every value cleaned once, those that identify nobody left out.

use crate::Error;
use crate::clean::{self, Digits, email, name, nobody, phone};
use crate::score::compare;
use crate::score::date;
use crate::score::packed::{CLASS, Field, Kin, Packed};
use crate::score::table::{Column, Role, Table};
use crate::score::texts::{NONE, Texts};
use arrow::array::{Array, StringArray};
use rustc_hash::FxHashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What one thread reads: a column, or the columns of names together.
#[derive(Clone, Copy)]
enum Task<'t> {
    Names { whole: Option<Column<'t>>, given: Option<Column<'t>>, family: Option<Column<'t>> },
    Plain(Column<'t>),
}

/// Fields that share a dictionary.
struct Done {
    texts: Texts,
    fields: Vec<(Role, String, Vec<u32>)>,
}

impl Packed {
    /// Reads and cleans a table.
    ///
    /// # Errors
    /// When columns differ in length, a column or a record comes twice, or too many columns are to be compared.
    pub fn read(table: &Table, threads: usize) -> Result<Self, Error> {
        table.check()?;
        let order = ranks(table.record_hash)?;
        let tasks = tasks(table);
        let done = run(&tasks, &order, threads);
        let (fields, dictionaries) = lanes(done)?;
        let mut packed = Self {
            hash: order.iter().map(|&row| table.record_hash[row as usize]).collect(),
            source: if table.source.is_empty() {
                Vec::new()
            } else {
                order.iter().map(|&row| table.source[row as usize]).collect()
            },
            order,
            link_only: table.link_only,
            fields,
            dictionaries,
            birth: Vec::new(),
            kin: FxHashMap::default(),
            bearers: Vec::new(),
            spelt: Vec::new(),
        };
        if let Some(field) = packed.field(Role::BirthDate) {
            let texts = packed.texts(field);
            let digits = |code| texts.get(code).parse().unwrap_or_default();
            packed.birth = (0..texts.len() as u32).map(digits).collect();
        }
        if let Some(field) = packed.field(Role::Given) {
            let texts = packed.texts(field);
            let kin = (0..texts.len() as u32).map(|code| (code, Kin::of(texts.get(code))));
            let bearers = bearers(field, texts.len());
            packed.kin = kin.filter(|(_, kin)| *kin != Kin::default()).collect();
            packed.bearers = bearers;
        }
        packed.spelt = spelt(&packed);
        Ok(packed)
    }
}

fn bearers(given: &Field, names: usize) -> Vec<u8> {
    let mut bearers = vec![0u32; names];
    for &code in given.code.iter().filter(|&&code| code != NONE) {
        bearers[code as usize] += 1;
    }
    bearers.into_iter().map(|records| (u32::BITS - records.leading_zeros()) as u8).collect()
}

/// Which addresses spell a name that somebody gives with them.
fn spelt(packed: &Packed) -> Vec<Vec<bool>> {
    let mut spelt = vec![Vec::new(); packed.dictionaries.len()];
    let (Some(given), Some(family)) = (packed.field(Role::Given), packed.field(Role::Family)) else {
        return spelt;
    };
    for email in packed.fields.iter().filter(|field| field.role == Role::Email) {
        let (texts, names) = (packed.texts(email), packed.texts(given));
        let told = &mut spelt[email.texts];
        told.resize(texts.len(), false);
        for ((&code, &given), &family) in email.code.iter().zip(&given.code).zip(&family.code) {
            if code != NONE && given != NONE && family != NONE && !told[code as usize] {
                let mailbox = compare::mailbox(texts.get(code));
                told[code as usize] = compare::spells(mailbox, names.get(given), names.get(family));
            }
        }
    }
    spelt
}

/// Rows in the order of their record hashes.
fn ranks(hashes: &[u64]) -> Result<Vec<u32>, Error> {
    let mut order: Vec<u32> = (0..hashes.len() as u32).collect();
    order.sort_unstable_by_key(|&row| hashes[row as usize]);
    let twice = order.windows(2).find(|pair| hashes[pair[0] as usize] == hashes[pair[1] as usize]);
    match twice {
        Some(pair) => Err(Error::Twice { place: "records", record_hash: hashes[pair[0] as usize] }),
        None => Ok(order),
    }
}

fn tasks<'t>(table: &Table<'t>) -> Vec<Task<'t>> {
    let of = |role: Role| table.columns.iter().find(|column| column.role == role).copied();
    let (whole, given, family) = (of(Role::Name), of(Role::Given), of(Role::Family));
    let mut tasks = Vec::new();
    if whole.is_some() || given.is_some() || family.is_some() {
        tasks.push(Task::Names { whole, given, family });
    }
    let names = [Role::Name, Role::Given, Role::Family];
    tasks.extend(
        table
            .columns
            .iter()
            .filter(|column| !names.contains(&column.role))
            .map(|&column| Task::Plain(column)),
    );
    tasks
}

fn run(tasks: &[Task], order: &[u32], threads: usize) -> Vec<Done> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Done)>> = Mutex::new(Vec::new());
    let work = || {
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let at = tasks.iter().position(|other| std::ptr::eq(other, task)).unwrap_or_default();
            let result = read_task(task, order);
            done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(tasks.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, done)| done).collect()
}

/// Gives every field its lane, in the order of roles, then names.
fn lanes(done: Vec<Done>) -> Result<(Vec<Field>, Vec<Texts>), Error> {
    let mut dictionaries = Vec::with_capacity(done.len());
    let mut fields = Vec::new();
    for (texts, Done { texts: dictionary, fields: read }) in done.into_iter().enumerate() {
        dictionaries.push(dictionary);
        fields.extend(read.into_iter().map(|(role, name, code)| Field { role, name, lane: 0, texts, code }));
    }
    fields.sort_by(|x, y| (x.role.is_shared(), x.role, &x.name).cmp(&(y.role.is_shared(), y.role, &y.name)));
    let mut used = [0; 2];
    for field in &mut fields {
        let class = usize::from(field.role.is_shared());
        field.lane = class * CLASS + used[class];
        used[class] += 1;
    }
    for (what, found) in [("the person alone", used[0]), ("a household", used[1])] {
        if found > CLASS {
            return Err(Error::Fields { what, found, limit: CLASS });
        }
    }
    Ok((fields, dictionaries))
}

fn read_task(task: &Task, order: &[u32]) -> Done {
    match *task {
        Task::Names { whole, given, family } => names(whole, given, family, order),
        Task::Plain(column) => plain(column, order),
    }
}

fn value<'t>(column: Option<Column<'t>>, row: u32) -> Option<&'t str> {
    let values: &'t StringArray = column?.values;
    values.is_valid(row as usize).then(|| values.value(row as usize))
}

fn names(whole: Option<Column>, given: Option<Column>, family: Option<Column>, order: &[u32]) -> Done {
    let mut texts = Texts::default();
    let (mut first, mut last) = (Vec::with_capacity(order.len()), Vec::with_capacity(order.len()));
    let mut out = String::new();
    for &row in order {
        let found = name::write(value(whole, row), value(given, row), value(family, row), &mut out);
        let name = if found { name::Name::of(&out) } else { name::Name::of("") };
        let mut code = |text: &str| if text.is_empty() { NONE } else { texts.intern(text) };
        first.push(code(name.given));
        last.push(code(name.family));
    }
    let called = |column: Option<Column>, role: Role| {
        column.map_or_else(|| role.name().to_owned(), |column| column.name.to_owned())
    };
    let mut fields = Vec::new();
    if whole.is_some() || given.is_some() {
        fields.push((Role::Given, called(given, Role::Given), first));
    }
    if whole.is_some() || family.is_some() {
        fields.push((Role::Family, called(family, Role::Family), last));
    }
    Done { texts: texts.close(), fields }
}

fn plain(column: Column, order: &[u32]) -> Done {
    let mut texts = Texts::default();
    let month_first = column.role == Role::BirthDate && date::is_month_first(column.values);
    let mut out = String::new();
    let code = order.iter().map(|&row| {
        out.clear();
        match value(Some(column), row) {
            Some(raw) if clean_value(column.role, raw, month_first, &mut out) => texts.intern(&out),
            _ => NONE,
        }
    });
    let code: Vec<u32> = code.collect();
    Done { texts: texts.close(), fields: vec![(column.role, column.name.to_owned(), code)] }
}

/// Writes the one spelling of a value; false when it identifies nobody.
fn clean_value(role: Role, raw: &str, month_first: bool, out: &mut String) -> bool {
    match role {
        Role::BirthDate => date::read(raw, month_first).is_some_and(|digits| {
            out.push_str(&digits.to_string());
            true
        }),
        Role::Identifier | Role::Exclusive => clean::alphanumeric(raw, out) && !nobody::is_filler(out),
        Role::Postcode | Role::HouseNumber => clean::alphanumeric(raw, out),
        Role::Email => email::clean(raw, true, out) == email::Mailbox::Person,
        Role::Phone => phone::clean(raw, None, out),
        Role::Given
        | Role::Family
        | Role::Name
        | Role::Category
        | Role::Address
        | Role::Place
        | Role::Company => {
            clean::fold(raw, Digits::Keep, out);
            !nobody::is_null(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[&str]) -> StringArray {
        values.iter().map(|value| (!value.is_empty()).then_some(*value)).collect()
    }

    fn text(packed: &Packed, role: Role, rank: usize) -> &str {
        let field = packed.field(role).unwrap();
        match field.code[rank] {
            NONE => "",
            code => packed.texts(field).get(code),
        }
    }

    #[test]
    fn columns_become_clean_codes_in_the_order_of_hashes() {
        let whole = column(&["Berg, Anna", "", "N/A"]);
        let given = column(&["", "Tom", ""]);
        let born = column(&["1984-03-09", "0000-00-00", "19840409"]);
        let mail = column(&["Anna@Berg.de", "info@berg.de", "n/a"]);
        let columns = [
            Column { role: Role::Email, name: "mail", values: &mail },
            Column { role: Role::Name, name: "name", values: &whole },
            Column { role: Role::Given, name: "first", values: &given },
            Column { role: Role::BirthDate, name: "born", values: &born },
        ];
        let table = Table { record_hash: &[30, 10, 20], columns: &columns, source: &[], link_only: false };
        for threads in [1, 3] {
            let packed = Packed::read(&table, threads).unwrap();
            assert_eq!(
                (packed.order.as_slice(), packed.hash.as_slice()),
                (&[1, 2, 0][..], &[10, 20, 30][..])
            );
            assert_eq!([0, 1, 2].map(|rank| text(&packed, Role::Given, rank)), ["tom", "", "anna"]);
            assert_eq!([0, 1, 2].map(|rank| text(&packed, Role::Family, rank)), ["", "", "berg"]);
            assert_eq!([0, 1, 2].map(|rank| text(&packed, Role::Email, rank)), ["", "", "anna@berg.de"]);
            assert_eq!(packed.birth, [19_840_409, 19_840_309]);
            let lanes: Vec<(Role, usize)> =
                packed.fields.iter().map(|field| (field.role, field.lane)).collect();
            assert_eq!(lanes, [(Role::Given, 0), (Role::BirthDate, 1), (Role::Family, 8), (Role::Email, 9)]);
        }
    }

    #[test]
    fn too_many_columns_and_twice_the_same_record_are_refused() {
        let values = column(&["a", "b"]);
        let names: Vec<String> = (0..9).map(|n| format!("c{n}")).collect();
        let columns: Vec<Column> =
            names.iter().map(|name| Column { role: Role::Place, name, values: &values }).collect();
        let table = Table { record_hash: &[1, 2], columns: &columns, source: &[], link_only: false };
        let error = Packed::read(&table, 1).unwrap_err();
        assert_eq!(error, Error::Fields { what: "a household", found: 9, limit: 8 });
        let table = Table { record_hash: &[7, 7], columns: &columns[..1], ..table };
        assert_eq!(Packed::read(&table, 1).unwrap_err(), Error::Twice { place: "records", record_hash: 7 });
    }
}
