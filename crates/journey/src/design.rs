//! The journey as designed: a tree of steps in sequence, choice, parallel and loop (process trees, Leemans 2013), and
//! optimal alignments of real sequences with it (Adriansyah 2014) by search over its markings.

use crate::error::Error;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// A part of the designed journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// One event at a touchpoint.
    Touchpoint(u16),
    /// Nothing to be seen.
    Nothing,
    /// One after the other.
    Sequence(Vec<Plan>),
    /// One of them.
    Choice(Vec<Plan>),
    /// All of them, in any order, also interleaved.
    Parallel(Vec<Plan>),
    /// The first, then any number of times the second and the first again.
    Loop(Box<Plan>, Box<Plan>),
}

/// Places of the plan, a bit each.
const WORDS: usize = 4;
type Marking = [u64; WORDS];

/// A plan made ready for alignment.
#[derive(Debug, Clone)]
pub struct Design {
    transitions: Vec<Transition>,
    places: usize,
    end: Marking,
    /// Touchpoints that it names, ascending.
    named: Vec<u16>,
    shortest: u32,
}

#[derive(Debug, Clone)]
struct Transition {
    touchpoint: Option<u16>,
    take: Marking,
    put: Marking,
}

/// One step of an alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// Happened as designed.
    AsDesigned(u16),
    /// Happened, but was not designed here.
    Unplanned(u16),
    /// Was designed here, but did not happen.
    Skipped(u16),
}

/// How a sequence and the design fit best.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alignment {
    /// Unplanned and skipped steps, the fewest possible.
    pub deviations: u32,
    /// Steps in order; among equally good ways always the same one.
    pub moves: Vec<Move>,
}

impl Design {
    /// Makes a plan ready. Fails when a choice has no branch or the plan has more than about 250 parts.
    pub fn new(plan: &Plan) -> Result<Self, Error> {
        let mut design =
            Self { transitions: Vec::new(), places: 2, end: place(1), named: Vec::new(), shortest: 0 };
        design.build(plan, 0, 1)?;
        if design.places > WORDS * 64 {
            let problem = format!("{} places, at most {}; leave out steps", design.places, WORDS * 64);
            return Err(Error::Setting { what: "designed journey", problem });
        }
        design.named = design.transitions.iter().filter_map(|transition| transition.touchpoint).collect();
        design.named.sort_unstable();
        design.named.dedup();
        let alignment = design.align(&[], usize::MAX);
        design.shortest = alignment.map_or(0, |alignment| alignment.deviations);
        Ok(design)
    }

    /// Touchpoints that the design names, ascending.
    pub fn named(&self) -> &[u16] {
        &self.named
    }

    /// Steps on the shortest way through the design.
    pub const fn shortest(&self) -> u32 {
        self.shortest
    }

    /// How well a sequence of `length` events with this many deviations fits: from 0, nothing fits, to 1.
    pub fn fitness(&self, length: usize, deviations: u32) -> f64 {
        let worst = length as f64 + f64::from(self.shortest);
        if worst > 0.0 { 1.0 - f64::from(deviations) / worst } else { 1.0 }
    }

    /// The best alignment of a sequence, or none when it takes more than `limit` states to find.
    pub fn align(&self, sequence: &[u16], limit: usize) -> Option<Alignment> {
        Search::new(self, sequence).run(limit)
    }

    fn build(&mut self, plan: &Plan, from: usize, to: usize) -> Result<(), Error> {
        match plan {
            Plan::Touchpoint(touchpoint) => self.join(Some(*touchpoint), &[from], &[to]),
            Plan::Nothing => self.join(None, &[from], &[to]),
            Plan::Sequence(parts) if parts.is_empty() => self.join(None, &[from], &[to]),
            Plan::Sequence(parts) => {
                let mut at = from;
                for (nth, part) in parts.iter().enumerate() {
                    let next = if nth + 1 == parts.len() { to } else { self.place() };
                    self.build(part, at, next)?;
                    at = next;
                }
            }
            Plan::Choice(parts) if parts.is_empty() => {
                let problem = "a choice without branches; name at least one".to_owned();
                return Err(Error::Setting { what: "designed journey", problem });
            }
            Plan::Choice(parts) => parts.iter().try_for_each(|part| self.build(part, from, to))?,
            Plan::Parallel(parts) => {
                let (starts, ends): (Vec<_>, Vec<_>) =
                    parts.iter().map(|_| (self.place(), self.place())).unzip();
                self.join(None, &[from], &starts);
                for ((part, start), end) in parts.iter().zip(&starts).zip(&ends) {
                    self.build(part, *start, *end)?;
                }
                self.join(None, &ends, &[to]);
            }
            Plan::Loop(part, again) => {
                // Places of its own, so that going round does not open what stands beside it.
                let (start, end) = (self.place(), self.place());
                self.join(None, &[from], &[start]);
                self.build(part, start, end)?;
                self.build(again, end, start)?;
                self.join(None, &[end], &[to]);
            }
        }
        Ok(())
    }

    const fn place(&mut self) -> usize {
        self.places += 1;
        self.places - 1
    }

    fn join(&mut self, touchpoint: Option<u16>, from: &[usize], to: &[usize]) {
        let all = |places: &[usize]| places.iter().fold(Marking::default(), |all, at| or(all, place(*at)));
        self.transitions.push(Transition { touchpoint, take: all(from), put: all(to) });
    }
}

fn place(at: usize) -> Marking {
    let mut marking = Marking::default();
    if let Some(word) = marking.get_mut(at / 64) {
        *word = 1 << (at % 64);
    }
    marking
}

fn or(a: Marking, b: Marking) -> Marking {
    std::array::from_fn(|word| a[word] | b[word])
}

fn holds(marking: Marking, part: Marking) -> bool {
    (0..WORDS).all(|word| marking[word] & part[word] == part[word])
}

fn fire(marking: Marking, transition: &Transition) -> Marking {
    std::array::from_fn(|word| marking[word] & !transition.take[word] | transition.put[word])
}

/// Search for the fewest deviations: steps as designed and silent ones are free, so a queue with two ends serves.
struct Search<'a> {
    design: &'a Design,
    sequence: &'a [u16],
    nodes: Vec<Node>,
    known: FxHashMap<(u32, Marking), u32>,
    queue: VecDeque<(u32, u32)>,
}

struct Node {
    /// Events of the sequence that are done.
    done: u32,
    marking: Marking,
    deviations: u32,
    from: u32,
    by: Option<Move>,
    settled: bool,
}

impl<'a> Search<'a> {
    fn new(design: &'a Design, sequence: &'a [u16]) -> Self {
        let (known, queue) = (FxHashMap::default(), VecDeque::new());
        let mut search = Self { design, sequence, nodes: Vec::new(), known, queue };
        search.reach(0, 0, place(0), 0, None);
        search
    }

    fn run(mut self, limit: usize) -> Option<Alignment> {
        let mut visited = 0;
        while let Some((at, deviations)) = self.queue.pop_front() {
            let node = &mut self.nodes[at as usize];
            if node.settled || node.deviations < deviations {
                continue;
            }
            node.settled = true;
            let (done, marking, by) = (node.done, node.marking, node.by);
            if done as usize == self.sequence.len() && marking == self.design.end {
                return Some(self.told(at, deviations));
            }
            visited += 1;
            if visited > limit {
                return None;
            }
            self.expand(at, done, marking, by, deviations);
        }
        None
    }

    fn expand(&mut self, at: u32, done: u32, marking: Marking, by: Option<Move>, deviations: u32) {
        let design = self.design;
        let next = self.sequence.get(done as usize).copied();
        // Unplanned steps commute with skipped and silent ones; of all orders the one with them last is enough.
        let was_unplanned = matches!(by, Some(Move::Unplanned(_)));
        for transition in design.transitions.iter().filter(|transition| holds(marking, transition.take)) {
            let after = fire(marking, transition);
            match transition.touchpoint {
                None if !was_unplanned => self.reach(at, done, after, deviations, None),
                Some(touchpoint) => {
                    if next == Some(touchpoint) {
                        let by = Some(Move::AsDesigned(touchpoint));
                        self.reach(at, done + 1, after, deviations, by);
                    }
                    if !was_unplanned {
                        self.reach(at, done, after, deviations + 1, Some(Move::Skipped(touchpoint)));
                    }
                }
                None => {}
            }
        }
        if let Some(touchpoint) = next {
            self.reach(at, done + 1, marking, deviations + 1, Some(Move::Unplanned(touchpoint)));
        }
    }

    fn reach(&mut self, from: u32, done: u32, marking: Marking, deviations: u32, by: Option<Move>) {
        let number = self.nodes.len() as u32;
        let at = *self.known.entry((done, marking)).or_insert(number);
        if at == number {
            self.nodes.push(Node { done, marking, deviations, from, by, settled: false });
        } else {
            let node = &mut self.nodes[at as usize];
            if node.settled || node.deviations <= deviations {
                return;
            }
            (node.deviations, node.from, node.by) = (deviations, from, by);
        }
        let is_free = self.nodes[from as usize].deviations == deviations;
        if is_free {
            self.queue.push_front((at, deviations));
        } else {
            self.queue.push_back((at, deviations));
        }
    }

    fn told(&self, end: u32, deviations: u32) -> Alignment {
        let mut moves = Vec::new();
        let mut at = end;
        while at != 0 {
            let node = &self.nodes[at as usize];
            moves.extend(node.by);
            at = node.from;
        }
        moves.reverse();
        Alignment { deviations, moves }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn plan() -> impl Strategy<Value = Plan> {
        let leaf = prop_oneof![4 => (0_u16..4).prop_map(Plan::Touchpoint), 1 => Just(Plan::Nothing)];
        leaf.prop_recursive(3, 10, 3, |part| {
            let parts = || prop::collection::vec(part.clone(), 1..4);
            prop_oneof![
                parts().prop_map(Plan::Sequence),
                parts().prop_map(Plan::Choice),
                parts().prop_map(Plan::Parallel),
                (part.clone(), part.clone()).prop_map(|(a, b)| Plan::Loop(Box::new(a), Box::new(b))),
            ]
        })
    }

    type Words = BTreeSet<Vec<u16>>;

    /// Every way through a plan of at most `longest` steps, straight from what its parts mean.
    fn ways(plan: &Plan, longest: usize) -> Words {
        let fits = |way: &Vec<u16>| way.len() <= longest;
        let follow = |first: &Words, second: &Words| -> Words {
            let both = first.iter().flat_map(|a| second.iter().map(move |b| [a.as_slice(), b].concat()));
            both.filter(fits).collect()
        };
        match plan {
            Plan::Touchpoint(touchpoint) => {
                Words::from([vec![*touchpoint]]).into_iter().filter(fits).collect()
            }
            Plan::Nothing => Words::from([vec![]]),
            Plan::Sequence(parts) => {
                parts.iter().fold(Words::from([vec![]]), |all, part| follow(&all, &ways(part, longest)))
            }
            Plan::Choice(parts) => parts.iter().flat_map(|part| ways(part, longest)).collect(),
            Plan::Parallel(parts) => parts.iter().fold(Words::from([vec![]]), |all, part| {
                let own = ways(part, longest);
                let both = all.iter().flat_map(|a| own.iter().flat_map(move |b| shuffles(a, b)));
                both.filter(fits).collect()
            }),
            Plan::Loop(part, again) => {
                let (part, again) = (ways(part, longest), ways(again, longest));
                let mut all = part.clone();
                loop {
                    let more: Words = follow(&follow(&all, &again), &part);
                    let before = all.len();
                    all.extend(more);
                    if all.len() == before {
                        return all;
                    }
                }
            }
        }
    }

    fn shuffles(a: &[u16], b: &[u16]) -> Vec<Vec<u16>> {
        let (Some(first), Some(second)) = (a.first(), b.first()) else { return vec![[a, b].concat()] };
        let with = |head: u16, rest: Vec<Vec<u16>>| {
            rest.into_iter().map(move |rest| [&[head], rest.as_slice()].concat())
        };
        with(*first, shuffles(&a[1..], b)).chain(with(*second, shuffles(a, &b[1..]))).collect()
    }

    /// Fewest insertions and deletions that turn one into the other.
    fn distance(a: &[u16], b: &[u16]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut corner = row[0];
            row[0] = i + 1;
            for (j, y) in b.iter().enumerate() {
                let least = if x == y { corner } else { row[j].min(row[j + 1]) + 1 };
                corner = row[j + 1];
                row[j + 1] = least;
            }
        }
        row[b.len()]
    }

    proptest! {
        #[test]
        fn no_way_through_the_plan_is_nearer_than_the_alignment(
            plan in plan(), sequence in prop::collection::vec(0_u16..5, 0..4),
        ) {
            let design = Design::new(&plan).unwrap();
            let alignment = design.align(&sequence, usize::MAX).unwrap();
            prop_assume!(design.shortest() <= 4);
            // A nearest way is at most as far as the shortest one, so it is no longer than this.
            let longest = (2 * sequence.len() + design.shortest() as usize).min(7);
            let nearest = ways(&plan, longest).iter().map(|way| distance(&sequence, way)).min();
            if 2 * sequence.len() + design.shortest() as usize <= 7 {
                prop_assert_eq!(Some(alignment.deviations as usize), nearest);
            }
            let happened = |step: &Move| match step {
                Move::AsDesigned(touchpoint) | Move::Unplanned(touchpoint) => Some(*touchpoint),
                Move::Skipped(_) => None,
            };
            let told: Vec<u16> = alignment.moves.iter().filter_map(happened).collect();
            prop_assert_eq!(told, sequence);
            let off = alignment.moves.iter().filter(|step| !matches!(step, Move::AsDesigned(_)));
            prop_assert_eq!(off.count() as u32, alignment.deviations);
        }
    }

    proptest! {
        #[test]
        fn what_may_follow_is_what_follows_on_the_ways_through_the_plan(plan in plan()) {
            let ways = ways(&plan, 8);
            let told = ways.iter().flat_map(|way| way.windows(2).map(|pair| (pair[0], pair[1]))).collect();
            prop_assert_eq!(crate::follows::follows(&plan), told);
        }
    }

    #[test]
    fn what_cannot_be_designed_is_refused_and_what_takes_too_long_is_not_told() {
        assert!(Design::new(&Plan::Choice(vec![])).is_err());
        let many = Plan::Parallel(vec![Plan::Touchpoint(1); 130]);
        assert!(Design::new(&many).unwrap_err().to_string().contains("262 places, at most 256"));
        let design = Design::new(&Plan::Sequence(vec![Plan::Touchpoint(1); 5])).unwrap();
        assert_eq!((design.shortest(), design.named()), (5, &[1][..]));
        assert_eq!(design.align(&[2, 2, 2], 3), None);
        assert_eq!(design.align(&[1; 5], 6).map(|alignment| alignment.deviations), Some(0));
    }
}
