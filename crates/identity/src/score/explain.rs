//! Why two records are, or are not, one customer: the waterfall of weights.

use crate::Error;
use crate::score::compare::Bench;
use crate::score::level::{self, EXACT, UNKNOWN};
use crate::score::model::{Model, Weights, probability};
use crate::score::packed::Packed;
use crate::score::table::Role;
use crate::score::texts::NONE;

/// What two records say about being one customer. All weights are in bits; `prior`, the fields' weights and
/// `household_bits` add up to `total`.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Log-odds that any two records are one customer.
    pub prior: f32,
    /// Fields in the order of the model.
    pub fields: Vec<FieldEvidence>,
    /// What is taken away since households share it, and twins; never positive.
    pub household_bits: f32,
    /// Log-odds that they are one customer.
    pub total: f32,
    /// Chance that they are one customer, 0–1.
    pub probability: f64,
    /// Version of the model.
    pub model: u64,
}

/// What one field says.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldEvidence {
    /// The column's name.
    pub name: String,
    /// Its part.
    pub role: Role,
    /// How far the values agree; `None` where either is not known.
    pub level: Option<&'static str>,
    /// The values as they are compared, cleaned; empty where nothing is known.
    pub compared: [String; 2],
    /// Bits for (positive) or against (negative), `frequency_bits` included.
    pub weight: f32,
    /// Bits since the value both have is rare (positive) or common (negative).
    pub frequency_bits: f32,
}

/// Weighs two records against each other, given by row.
///
/// # Errors
/// When the model was trained on other fields, or a row does not exist.
pub fn explain(packed: &Packed, model: &Model, row_a: u32, row_b: u32) -> Result<Explanation, Error> {
    model.check(packed)?;
    let (a, b) = (rank(packed, row_a)?, rank(packed, row_b)?);
    let weights = Weights::new(packed, model);
    let levels = Bench::bare(packed).levels(a, b);
    let bits = weights.of_pair(packed, &levels, a);
    let evidence = packed.fields.iter().map(|field| {
        let (found, weight) = (levels[field.lane], bits[field.lane]);
        let level = (found != UNKNOWN).then(|| level::names(field.role)[usize::from(found)]);
        let plain = weights.level[field.lane][usize::from(EXACT)];
        let frequency_bits = if found == EXACT { weight - plain } else { 0.0 };
        let text = |rank: u32| match field.code[rank as usize] {
            NONE => String::new(),
            code => packed.texts(field).get(code).to_owned(),
        };
        let (name, role, compared) = (field.name.clone(), field.role, [text(a), text(b)]);
        FieldEvidence { name, role, level, compared, weight, frequency_bits }
    });
    let fields: Vec<FieldEvidence> = evidence.collect();
    let total = weights.total(&bits);
    let plain = weights.prior + fields.iter().map(|field| field.weight).sum::<f32>();
    Ok(Explanation {
        prior: weights.prior,
        household_bits: (total - plain).min(0.0),
        fields,
        total,
        probability: probability(total),
        model: model.version,
    })
}

fn rank(packed: &Packed, row: u32) -> Result<u32, Error> {
    let found = packed.order.iter().position(|&other| other == row);
    found.map(|rank| rank as u32).ok_or(Error::Row { row, records: packed.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::table::{Column, Table};
    use arrow::array::StringArray;

    fn packed() -> Packed {
        let column = |values: &[Option<&str>]| -> StringArray { values.iter().copied().collect() };
        let given = column(&[Some("Anna"), Some("Anna"), Some("Bert"), None, Some("Carla"), Some("Dora")]);
        let family =
            column(&[Some("Alt"), Some("Alt"), Some("Alt"), Some("Neu"), Some("Frei"), Some("Jung")]);
        let email =
            column(&[Some("anna@alt.example.org"), None, None, Some("x@y.org"), Some("c@frei.org"), None]);
        let columns = [
            Column { role: Role::Given, name: "first", values: &given },
            Column { role: Role::Family, name: "last", values: &family },
            Column { role: Role::Email, name: "mail", values: &email },
        ];
        let hash = [5, 3, 9, 1, 7, 2];
        let table = Table { record_hash: &hash, columns: &columns, source: &[], link_only: false };
        Packed::read(&table, 1).unwrap()
    }

    #[test]
    fn the_steps_of_an_explanation_add_up() {
        let packed = packed();
        let model = Model::train(&packed, 1);
        for (a, b) in [(0, 1), (0, 2), (3, 4), (1, 5), (2, 2)] {
            let told = explain(&packed, &model, a, b).unwrap();
            let sum =
                told.prior + told.fields.iter().map(|field| field.weight).sum::<f32>() + told.household_bits;
            assert!((sum - told.total).abs() < 1e-3, "{told:?}");
            assert!(told.household_bits <= 0.0 && told.model == model.version);
            let again = explain(&packed, &model, b, a).unwrap();
            assert!((again.total - told.total).abs() < 1e-4, "{again:?} {told:?}");
        }
        let told = explain(&packed, &model, 0, 1).unwrap();
        let level = |name: &str| told.fields.iter().find(|field| field.name == name).unwrap().level;
        assert_eq!((level("first"), level("mail")), (Some("equal"), None));
        assert_eq!(told.fields[0].compared, ["anna", "anna"]);
    }

    #[test]
    fn rows_that_do_not_exist_are_refused() {
        let packed = packed();
        let model = Model::train(&packed, 1);
        assert_eq!(explain(&packed, &model, 0, 6), Err(Error::Row { row: 6, records: 6 }));
        let other = Model { fields: Vec::new(), ..model };
        assert!(matches!(explain(&packed, &other, 0, 1), Err(Error::Model { .. })));
    }
}
