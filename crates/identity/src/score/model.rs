//! The weights of evidence (Fellegi and Sunter 1969): what agreement in each field says for and against two
//! records being one customer. A plain value that can be kept, shown and compared.

use crate::Error;
use crate::mint::mix;
use crate::score::level::{self, EXACT, Levels, UNKNOWN};
use crate::score::packed::{CLASS, LANES, Packed};
use crate::score::table::Role;
use crate::score::texts::Texts;
use serde::{Deserialize, Serialize};

/// Bits that traits shared by a household may add beyond what cancels the prior. People of one household agree in
/// all of them about as often as one customer's records do, so that together they prove the household only.
const HOUSEHOLD_BITS: f32 = 8.0;
/// Bits that an equal birth date may add where the given names differ: twins share it, and all that a household
/// shares besides.
const TWIN_BITS: f32 = 1.0;
/// Bits of other traits of the person's own from which on twins are no concern.
const NO_TWINS_BITS: f32 = 6.0;

/// A trained model. All weights are in bits: base-2 logarithms of likelihood ratios.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Hash of everything below; two models with one version weigh alike.
    pub version: u64,
    /// Records it was trained on.
    pub records: u64,
    /// λ: the share of all pairs of those records that are one customer, 0–1.
    pub match_share: f64,
    /// Of pairs that agree in all that households share, the share that is one customer, 0–1.
    pub household_share: f64,
    /// In the order in which pairs are explained.
    pub fields: Vec<FieldModel>,
}

/// What one field says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldModel {
    /// The column's name.
    pub name: String,
    /// Its part.
    pub role: Role,
    /// Share of records that say nothing in it, 0–1.
    pub null_share: f64,
    /// From equal to different.
    pub levels: Vec<Level>,
    /// Bits added to equal values that are not among `common`.
    pub rare_bits: f32,
    /// Frequent values: hash of the text, and bits added when both records have it; by hash.
    pub common: Vec<(u64, f32)>,
}

/// One level of agreement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// What it is called.
    pub name: String,
    /// Share of one customer's pairs at this level, 0–1.
    pub m: f64,
    /// Share of strangers' pairs at this level, 0–1.
    pub u: f64,
    /// log2(m ÷ u).
    pub weight: f32,
}

impl Model {
    /// Bits of the prior: log2 of the odds that any two records are one customer.
    pub fn prior(&self) -> f32 {
        (self.match_share / (1.0 - self.match_share)).log2() as f32
    }

    /// The most that shared traits add up to: what cancels the prior, and the odds that who shares a household
    /// with a record is the same customer, no more than a few bits.
    pub(crate) fn household_cap(&self) -> f32 {
        let share = self.household_share.clamp(1e-6, 1.0 - 1e-6);
        let odds = (share / (1.0 - share)).log2() as f32;
        odds.min(HOUSEHOLD_BITS) - self.prior()
    }

    /// Sets the version from the rest.
    pub(crate) fn seal(mut self) -> Self {
        let mut version = mix(self.records) ^ mix(self.match_share.to_bits());
        let mut add = |bits: u64| version = mix(version ^ bits);
        add(self.household_share.to_bits());
        for field in &self.fields {
            field.name.bytes().for_each(|byte| add(u64::from(byte)));
            add(u64::from(field.role as u8));
            add(field.null_share.to_bits());
            add(u64::from(field.rare_bits.to_bits()));
            field.levels.iter().for_each(|level| add(level.m.to_bits() ^ level.u.to_bits().rotate_left(1)));
            field.common.iter().for_each(|&(hash, bits)| add(hash ^ u64::from(bits.to_bits())));
        }
        self.version = version;
        self
    }

    /// # Errors
    /// When the model was trained on other fields.
    pub(crate) fn check(&self, packed: &Packed) -> Result<(), Error> {
        let known: Vec<(&str, Role)> = self.fields.iter().map(|field| (&*field.name, field.role)).collect();
        let found: Vec<(&str, Role)> = packed.fields.iter().map(|field| (&*field.name, field.role)).collect();
        let told = |fields: &[(&str, Role)]| {
            let field = |(name, role): &(&str, Role)| format!("{name} ({})", role.name());
            fields.iter().map(field).collect::<Vec<_>>().join(", ")
        };
        if known == found { Ok(()) } else { Err(Error::Model { known: told(&known), found: told(&found) }) }
    }
}

impl FieldModel {
    /// Bits that the text of this hash adds to the weight of equal values.
    pub(crate) fn frequency_bits(&self, hash: u64) -> f32 {
        let found = self.common.binary_search_by_key(&hash, |value| value.0);
        found.map_or(self.rare_bits, |at| self.common[at].1)
    }
}

/// A model laid out for records: weights by lane and level, and of every value.
#[derive(Debug)]
pub(crate) struct Weights {
    pub(crate) prior: f32,
    pub(crate) household_cap: f32,
    /// By lane and level; 0 where there is none.
    pub(crate) level: [[f32; 16]; LANES],
    /// The most that two different values of a lane can weigh.
    pub(crate) unequal: [f32; LANES],
    /// Weight of two equal values, by lane and code.
    equal: Vec<Equal>,
    twins: Option<Twins>,
    /// Lanes of postcode and place: the one follows from the other.
    locality: Option<(usize, usize)>,
}

/// What tells twins from one person.
#[derive(Debug, Clone, Copy)]
struct Twins {
    given: usize,
    birth: usize,
    /// Bits of given names up to which they count as different.
    different: f32,
}

/// Weights of equal values of one lane: one per code, or one for all.
#[derive(Debug, Clone, Default)]
struct Equal {
    all: f32,
    each: Vec<f32>,
}

impl Weights {
    pub(crate) fn new(packed: &Packed, model: &Model) -> Self {
        let mut weights = Self {
            prior: model.prior(),
            household_cap: model.household_cap(),
            level: [[0.0; 16]; LANES],
            unequal: [0.0; LANES],
            equal: vec![Equal::default(); LANES],
            twins: None,
            locality: None,
        };
        for (field, known) in packed.fields.iter().zip(&model.fields) {
            let lane = &mut weights.level[field.lane];
            for (slot, level) in lane.iter_mut().zip(&known.levels) {
                *slot = level.weight;
            }
            let straight = known.levels.iter().skip(1).filter(|level| level.name != "crossed");
            let best = straight.map(|level| level.weight).fold(f32::MIN, f32::max);
            // Crossed names are found outside the lane; an unknown value weighs nothing.
            weights.unequal[field.lane] = best.max(0.0);
            weights.equal[field.lane] = equal(known, packed.texts(field));
        }
        let lane = |role: Role| packed.field(role).map(|field| field.lane);
        weights.locality = lane(Role::Postcode).zip(lane(Role::Place));
        weights.twins = lane(Role::Given).zip(lane(Role::BirthDate)).map(|(given, birth)| {
            let different = weights.level[given][usize::from(level::different(Role::Given))];
            Twins { given, birth, different: different * 0.75 }
        });
        weights
    }

    /// Weight of two equal values.
    pub(crate) fn equal(&self, lane: usize, code: u32) -> f32 {
        let equal = &self.equal[lane];
        equal.each.get(code as usize).copied().unwrap_or(equal.all)
    }

    /// Weight of a level; `code` is that of either value.
    pub(crate) fn weight(&self, lane: usize, level: u8, code: u32) -> f32 {
        match level {
            UNKNOWN => 0.0,
            EXACT => self.equal(lane, code),
            level => self.level[lane][usize::from(level)],
        }
    }

    /// Weights of a pair by lane; `a` is the rank of either record.
    pub(crate) fn of_pair(&self, packed: &Packed, levels: &Levels, a: u32) -> [f32; LANES] {
        let mut bits = [0.0; LANES];
        for field in &packed.fields {
            bits[field.lane] = self.weight(field.lane, levels[field.lane], field.code[a as usize]);
        }
        bits
    }

    /// Prior and weights of all lanes together, shared traits up to the household's cap.
    pub(crate) fn total(&self, bits: &[f32; LANES]) -> f32 {
        let (own, shared) = bits.split_at(CLASS);
        let (own, mut shared) = (sum(own), sum(shared));
        if let Some((postcode, place)) = self.locality {
            shared -= bits[postcode].min(bits[place]).max(0.0);
        }
        let mut at_home = own;
        if let Some(twins) = &self.twins
            && bits[twins.given] <= twins.different
            && own - bits[twins.given] - bits[twins.birth] < NO_TWINS_BITS
        {
            at_home -= (bits[twins.birth] - TWIN_BITS).max(0.0);
        }
        self.prior + (own + shared).min(at_home + self.household_cap)
    }
}

/// The sum of eight, in an order that the processor can take at once.
fn sum(bits: &[f32]) -> f32 {
    let mut four = [0.0f32; 4];
    for part in bits.chunks_exact(4) {
        for (slot, bit) in four.iter_mut().zip(part) {
            *slot += bit;
        }
    }
    (four[0] + four[1]) + (four[2] + four[3])
}

fn equal(field: &FieldModel, texts: &Texts) -> Equal {
    let exact = field.levels[usize::from(EXACT)].weight;
    let all = exact + field.rare_bits;
    if field.common.is_empty() {
        return Equal { all, each: Vec::new() };
    }
    let each = (0..texts.len() as u32).map(|code| exact + field.frequency_bits(texts.hash(code)));
    Equal { all, each: each.collect() }
}

/// Chance that a pair of this weight is one customer, 0–1.
pub fn probability(weight: f32) -> f64 {
    1.0 / (1.0 + (-f64::from(weight)).exp2())
}

/// What to believe of a field before any record was seen: shares of one customer's pairs by level.
pub(crate) fn expected(role: Role) -> Vec<f64> {
    let shares: &[f64] = match role {
        Role::Given | Role::Family => &[0.80, 0.06, 0.02, 0.03, 0.02, 0.01, 0.06],
        Role::Name | Role::Place | Role::Company | Role::Address => &[0.75, 0.08, 0.03, 0.02, 0.02, 0.10],
        Role::BirthDate => &[0.85, 0.08, 0.02, 0.02, 0.01, 0.02],
        Role::Identifier => &[0.90, 0.06, 0.02, 0.02],
        Role::Exclusive => &[0.999, 0.001],
        Role::Category => &[0.85, 0.05, 0.10],
        Role::Email => &[0.70, 0.05, 0.08, 0.02, 0.15],
        Role::Phone => &[0.75, 0.08, 0.02, 0.15],
        Role::Postcode => &[0.80, 0.06, 0.04, 0.10],
        Role::HouseNumber => &[0.80, 0.06, 0.14],
    };
    debug_assert_eq!(shares.len(), level::names(role).len(), "one share per level");
    shares.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_of_no_bits_is_an_even_chance() {
        for (weight, chance) in [(0.0, 0.5), (1.0, 2.0 / 3.0), (-1.0, 1.0 / 3.0), (10.0, 1024.0 / 1025.0)] {
            assert!((probability(weight) - chance).abs() < 1e-12, "{weight}");
        }
    }

    #[test]
    fn what_is_expected_of_a_field_adds_up() {
        for role in
            [Role::Given, Role::Name, Role::BirthDate, Role::Identifier, Role::Exclusive, Role::Category]
        {
            assert!((expected(role).iter().sum::<f64>() - 1.0).abs() < 1e-9, "{role:?}");
        }
        for role in [Role::Email, Role::Phone, Role::Postcode, Role::HouseNumber] {
            assert!((expected(role).iter().sum::<f64>() - 1.0).abs() < 1e-9, "{role:?}");
        }
    }

    #[test]
    fn the_version_follows_from_the_rest() {
        let model = |share: f64| {
            Model { version: 0, records: 3, match_share: share, household_share: 0.5, fields: Vec::new() }
                .seal()
        };
        assert_eq!(model(0.25), model(0.25));
        assert_ne!(model(0.25).version, model(0.125).version);
    }
}
