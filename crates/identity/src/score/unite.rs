//! Customers from scored pairs: the strongest pair first, every union weighed against all that both sides know.
//!
//! Not connected components: a union is refused where people, exclusive ids or sources forbid it, or where the two
//! sides as a whole do not look like one customer although two of their records do (a weak bridge).

use crate::groups::Groups;
use crate::score::model::Weights;
use crate::score::packed::{LANES, Packed};
use crate::score::pairs::Edge;
use crate::score::table::Role;
use crate::score::texts::NONE;
use crate::score::weigh::Scale;
use rustc_hash::{FxHashMap, FxHashSet};

/// Weight, in bits, that the two sides of a union must reach together.
const JOIN: f32 = 0.0;
/// Records of each side that are compared before a union.
const WITNESSES: usize = 6;
/// The share of a pair's own weight that counts where the sides as a whole are weighed.
const TRUST: f32 = 0.25;

/// What people decided, by record hash. It comes before everything else; unknown records are passed over.
#[derive(Debug, Clone, Copy, Default)]
pub struct Decisions<'a> {
    /// Pairs that are one customer.
    pub same: &'a [(u64, u64)],
    /// Pairs that are not, neither directly nor through others.
    pub different: &'a [(u64, u64)],
}

/// What comes before the weighing of pairs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Before<'a> {
    /// What people decided.
    pub decisions: Decisions<'a>,
    /// Pairs known to be one customer, such as by equal keys, in the order in which they are joined: rows for
    /// [`super::link`].
    pub known: &'a [(u32, u32)],
    /// Exclusive ids beside those among the fields, by kind: a code per record in the order of record hashes,
    /// `u32::MAX` for none. Two codes of one kind are never one customer.
    pub exclusive: &'a [Vec<u32>],
    /// Pairs that a guard keeps apart, directly and through others, unless the evidence reaches
    /// [`Limits::guarded_bits`]: rows for [`super::link`].
    pub guarded: &'a [(u32, u32)],
}

/// Bounds on one customer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Bits that two sides of a union must reach together; none for an even chance.
    pub join_bits: Option<f32>,
    /// The same where a guard keeps the sides apart; none where no weight overcomes a guard.
    pub guarded_bits: Option<f32>,
    /// Most records of one source; none for as many as there are. A table that is only to be linked allows one.
    pub per_source: Option<u32>,
    /// Most records; none for as many as there are.
    pub records: Option<u32>,
}

/// Why two records that look alike are two customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// The pair alone is not sure enough.
    Uncertain,
    /// The pair is alike, the other records of both customers are not.
    WeakBridge,
    /// People decided so, perhaps of other records of the two customers.
    Decided,
    /// Their customers hold different exclusive ids.
    ExclusiveIds,
    /// One customer would have too many records, or too many of one source.
    Limit,
    /// They share a value and a guard told them apart: their names or birth dates are those of two people.
    Guarded,
}

impl Doubt {
    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uncertain => "uncertain",
            Self::WeakBridge => "weak_bridge",
            Self::Decided => "decided",
            Self::ExclusiveIds => "exclusive_ids",
            Self::Limit => "limit",
            Self::Guarded => "guarded",
        }
    }
}

/// Two ranks joined or kept apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) edge: Edge,
    /// What kept them apart.
    pub(crate) doubt: Option<Doubt>,
}

/// What uniting made of the edges.
#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) groups: Groups,
    /// Pairs that people joined.
    pub(crate) decided: Vec<(u32, u32)>,
    /// Positions of the pairs known before that joined.
    pub(crate) known: Vec<usize>,
    /// Joined pairs, and refused ones; strongest first.
    pub(crate) verdicts: Vec<Verdict>,
}

/// Unites ranks by decisions, then by what is known already in its order, then by edges in any order.
pub(crate) fn unite(
    packed: &Packed,
    weights: &Weights,
    edges: &[Edge],
    before: &Before,
    limits: Limits,
) -> Union {
    let mut order: Vec<&Edge> = edges.iter().collect();
    order.sort_unstable_by(|x, y| y.weight.total_cmp(&x.weight).then((x.a, x.b).cmp(&(y.a, y.b))));
    let of_role = |role: Role| packed.fields.iter().filter(move |field| field.role == role);
    let mut base = Base::new(packed);
    let decided = base.decide(&packed.hash, &before.decisions);
    let known = base.take_known(before.known);
    base.guarded = Apart::of(before.guarded, &mut base.groups);
    let columns = of_role(Role::Exclusive).map(|field| &*field.code);
    let mut uniter = Uniter {
        base,
        packed,
        scale: Scale::new(packed, weights, f32::MIN),
        weights,
        hopeless: FxHashSet::default(),
        exclusive: columns.chain(before.exclusive.iter().map(Vec::as_slice)).collect(),
        limits: Limits { per_source: limits.per_source.or(packed.link_only.then_some(1)), ..limits },
    };
    let mut verdicts = Vec::new();
    for &edge in order {
        let roots = (uniter.base.groups.root(edge.a), uniter.base.groups.root(edge.b));
        if roots.0 == roots.1 {
            continue;
        }
        let doubt = uniter.doubt(&edge, roots);
        if doubt.is_none() {
            uniter.base.join(roots);
        }
        verdicts.push(Verdict { edge, doubt });
    }
    Union { groups: uniter.base.groups, decided, known, verdicts }
}

/// Unites ranks by decisions, then by what is known already in its order.
pub(crate) fn unite_known(packed: &Packed, before: &Before) -> Union {
    let mut base = Base::new(packed);
    let decided = base.decide(&packed.hash, &before.decisions);
    let known = base.take_known(before.known);
    Union { groups: base.groups, decided, known, verdicts: Vec::new() }
}

/// By root: ranks that its cluster must never meet.
#[derive(Default)]
struct Apart(FxHashMap<u32, Vec<u32>>);

impl Apart {
    fn of(pairs: &[(u32, u32)], groups: &mut Groups) -> Self {
        let mut apart = Self::default();
        for &(a, b) in pairs {
            apart.0.entry(groups.root(a)).or_default().push(b);
            apart.0.entry(groups.root(b)).or_default().push(a);
        }
        apart
    }

    fn are(&self, (a, b): (u32, u32), groups: &mut Groups) -> bool {
        self.0.get(&a).is_some_and(|enemies| enemies.iter().any(|&rank| groups.root(rank) == b))
    }

    fn unite(&mut self, winner: u32, loser: u32) {
        if let Some(more) = self.0.remove(&loser) {
            self.0.entry(winner).or_default().extend(more);
        }
    }
}

/// Clusters, and what keeps them apart.
struct Base {
    groups: Groups,
    /// What people keep apart.
    apart: Apart,
    /// What guards keep apart.
    guarded: Apart,
}

impl Base {
    fn new(packed: &Packed) -> Self {
        Self { groups: Groups::new(packed.len()), apart: Apart::default(), guarded: Apart::default() }
    }

    /// Applies what people decided; returns the pairs that it joined.
    fn decide(&mut self, hash: &[u64], decisions: &Decisions) -> Vec<(u32, u32)> {
        let ranks = |pairs: &[(u64, u64)]| -> Vec<(u32, u32)> {
            let rank = |wanted: &u64| hash.binary_search(wanted).ok().map(|rank| rank as u32);
            let pair = |(a, b): &(u64, u64)| Some((rank(a)?, rank(b)?)).filter(|(a, b)| a != b);
            let mut ranks: Vec<(u32, u32)> =
                pairs.iter().filter_map(pair).map(|(a, b)| (a.min(b), a.max(b))).collect();
            ranks.sort_unstable();
            ranks.dedup();
            ranks
        };
        let (same, different) = (ranks(decisions.same), ranks(decisions.different));
        self.apart = Apart::of(&different, &mut self.groups);
        let mut decided = Vec::new();
        for (a, b) in same {
            let roots = (self.groups.root(a), self.groups.root(b));
            if roots.0 != roots.1 && !self.are_apart(roots) {
                self.join(roots);
                decided.push((a, b));
            }
        }
        decided
    }

    /// Joins pairs known before unless a decision forbids it; returns the positions of those that joined.
    fn take_known(&mut self, known: &[(u32, u32)]) -> Vec<usize> {
        let mut taken = Vec::with_capacity(known.len());
        for (at, &(a, b)) in known.iter().enumerate() {
            let roots = (self.groups.root(a), self.groups.root(b));
            if roots.0 != roots.1 && !self.are_apart(roots) {
                self.join(roots);
                taken.push(at);
            }
        }
        taken
    }

    fn join(&mut self, roots: (u32, u32)) {
        let (winner, loser) = self.groups.unite(roots.0, roots.1);
        self.apart.unite(winner, loser);
        self.guarded.unite(winner, loser);
    }

    fn are_apart(&mut self, roots: (u32, u32)) -> bool {
        self.apart.are(roots, &mut self.groups)
    }

    fn are_guarded(&mut self, roots: (u32, u32)) -> bool {
        self.guarded.are(roots, &mut self.groups)
    }
}

struct Uniter<'p> {
    base: Base,
    packed: &'p Packed,
    scale: Scale<'p>,
    weights: &'p Weights,
    /// Roots and sizes of clusters that did not fit.
    hopeless: FxHashSet<(u32, u32, u32, u32)>,
    exclusive: Vec<&'p [u32]>,
    limits: Limits,
}

impl Uniter<'_> {
    fn doubt(&mut self, edge: &Edge, roots: (u32, u32)) -> Option<Doubt> {
        if self.base.are_apart(roots) {
            return Some(Doubt::Decided);
        }
        if self.exclusive_ids_clash(roots) {
            return Some(Doubt::ExclusiveIds);
        }
        if self.is_beyond_limits(roots) {
            return Some(Doubt::Limit);
        }
        let is_guarded = self.base.are_guarded(roots);
        let join = if is_guarded {
            self.limits.guarded_bits.unwrap_or(f32::INFINITY)
        } else {
            self.limits.join_bits.unwrap_or(JOIN)
        };
        let groups = &self.base.groups;
        let alone = groups.size(roots.0) == 1 && groups.size(roots.1) == 1;
        let is_strong = edge.weight >= join;
        let fits =
            if alone || (is_guarded && !is_strong) { is_strong } else { self.fit(roots, edge.weight, join) };
        match (fits, is_guarded, is_strong) {
            (true, ..) => None,
            (false, true, _) => Some(Doubt::Guarded),
            (false, false, true) => Some(Doubt::WeakBridge),
            (false, false, false) => Some(Doubt::Uncertain),
        }
    }

    fn exclusive_ids_clash(&self, (a, b): (u32, u32)) -> bool {
        let told = |codes: &[u32], root: u32| {
            self.base.groups.members(root).map(|rank| codes[rank as usize]).find(|&code| code != NONE)
        };
        self.exclusive.iter().any(|codes| told(codes, a).zip(told(codes, b)).is_some_and(|(x, y)| x != y))
    }

    fn is_beyond_limits(&self, (a, b): (u32, u32)) -> bool {
        let size = self.base.groups.size(a) + self.base.groups.size(b);
        if self.limits.records.is_some_and(|most| size > most) {
            return true;
        }
        let Some(most) = self.limits.per_source.filter(|_| !self.packed.source.is_empty()) else {
            return false;
        };
        let members = self.base.groups.members(a).chain(self.base.groups.members(b));
        let mut sources: Vec<u16> = members.map(|rank| self.packed.source[rank as usize]).collect();
        sources.sort_unstable();
        sources.chunk_by(|x, y| x == y).any(|source| source.len() > most as usize)
    }

    /// Whether two clusters look like one customer: the mean of what their records say of each field, over the
    /// pairs that say anything.
    fn fit(&mut self, (a, b): (u32, u32), weight: f32, join: f32) -> bool {
        let state = (a, self.base.groups.size(a), b, self.base.groups.size(b));
        if self.hopeless.contains(&state) {
            return false;
        }
        let witnesses = |root: u32| -> Vec<u32> { self.base.groups.members(root).take(WITNESSES).collect() };
        let (left, right) = (witnesses(a), witnesses(b));
        let (mut sum, mut known) = ([0.0f32; LANES], [0.0f32; LANES]);
        for &x in &left {
            for &y in &right {
                let (bits, spoke) = self.scale.bits(x.min(y), x.max(y));
                for lane in 0..LANES {
                    sum[lane] += bits[lane];
                    known[lane] += f32::from(u8::from(spoke[lane]));
                }
            }
        }
        let mean: [f32; LANES] = std::array::from_fn(|lane| sum[lane] / known[lane].max(1.0));
        let fits = self.weights.total(&mean) + TRUST * weight >= join;
        if !fits {
            self.hopeless.insert(state);
        }
        fits
    }
}
