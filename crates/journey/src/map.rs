//! The map of what customers live through: touchpoints as nodes, direct successions as edges with their waits, where
//! lives start and end, what is repeated, and how departments hand customers on (van der Aalst, "Process Mining").

use crate::error::{Error, alike};
use crate::events::{Life, NONE, Touchpoints};
use crate::pairs::Pairs;
use crate::pass::Walk;
use crate::spread::Spread;
use std::sync::Arc;

/// One touchpoint on the map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Events there.
    pub events: u64,
    /// Customers who were there.
    pub customers: u64,
    /// Customers whose first event it was.
    pub starts: u64,
    /// Customers whose last event it was.
    pub ends: u64,
    /// Customers who were there more than once.
    pub repeaters: u64,
}

/// One direct succession of two touchpoints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    /// Customers who went this way.
    pub customers: u64,
    /// From the one event to the next; its count is the number of transitions.
    pub wait: Spread,
}

/// How two departments hand customers on; from a department to itself is no hand-off but stands beside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandOff {
    /// Customers who were handed on so.
    pub customers: u64,
    /// From the one event to the next; its count is the number of hand-offs.
    pub wait: Spread,
}

/// Collects the map. Memory grows with the pairs of touchpoints that occur, not with events.
#[derive(Debug, Clone)]
pub struct Map {
    touchpoints: Arc<Touchpoints>,
    /// Ordinal of the life being walked, from 1; marks what it has met.
    life: u64,
    events: u64,
    durations: Spread,
    nodes: Vec<Node>,
    /// Of each touchpoint: the last life there and how often.
    met: Vec<(u64, u64)>,
    pairs: Pairs,
    edges: Vec<Edge>,
    crossed: Vec<u64>,
    departments: Departments,
}

/// Pairs of departments: the customers who were handed on from the one to the other.
#[derive(Debug, Clone)]
struct Departments {
    /// By touchpoint, dense.
    of: Vec<u16>,
    /// Department by dense code.
    codes: Vec<u16>,
    pairs: Pairs,
    customers: Vec<u64>,
    crossed: Vec<u64>,
}

impl Map {
    /// An empty map over these touchpoints.
    pub fn new(touchpoints: Arc<Touchpoints>) -> Self {
        let count = touchpoints.len();
        Self {
            life: 0,
            events: 0,
            durations: Spread::default(),
            nodes: vec![Node::default(); count],
            met: vec![(0, 0); count],
            pairs: Pairs::new(count),
            edges: Vec::new(),
            crossed: Vec::new(),
            departments: Departments::new(&touchpoints),
            touchpoints,
        }
    }

    /// Customers on the map.
    pub const fn customers(&self) -> u64 {
        self.life
    }

    /// Events on the map.
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// From first to last event of each customer.
    pub const fn durations(&self) -> &Spread {
        &self.durations
    }

    /// Nodes by touchpoint code.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Edges that occur, by code of the touchpoint they leave and then by that they reach.
    pub fn edges(&self) -> Vec<((u16, u16), &Edge)> {
        let mut edges: Vec<_> = self.pairs.seen().iter().copied().zip(&self.edges).collect();
        edges.sort_unstable_by_key(|(pair, _)| *pair);
        edges
    }

    /// The edge between two touchpoints, if it occurs.
    pub fn edge(&self, from: u16, to: u16) -> Option<&Edge> {
        self.pairs.find(from, to).map(|slot| &self.edges[slot])
    }

    /// The matrix of departments, by department code from and to; [`NONE`] owns what nobody does.
    pub fn hand_offs(&self) -> Vec<((u16, u16), HandOff)> {
        let departments = &self.departments;
        let mut cells = vec![HandOff::default(); departments.pairs.seen().len()];
        for (&(from, to), edge) in self.pairs.seen().iter().zip(&self.edges) {
            if let Some(slot) = departments.find(from, to) {
                cells[slot].wait.merge(&edge.wait);
                cells[slot].customers = departments.customers[slot];
            }
        }
        let name = |(from, to): (u16, u16)| {
            (departments.codes[usize::from(from)], departments.codes[usize::from(to)])
        };
        let mut named: Vec<_> = departments.pairs.seen().iter().map(|pair| name(*pair)).zip(cells).collect();
        named.sort_unstable_by_key(|(pair, _)| *pair);
        named
    }

    /// Transitions between touchpoints of different departments.
    pub fn crossings(&self) -> u64 {
        let owner = |code: u16| self.touchpoints.owner(code);
        let crossing = self.pairs.seen().iter().zip(&self.edges);
        crossing.filter(|((from, to), _)| owner(*from) != owner(*to)).map(|(_, edge)| edge.wait.count()).sum()
    }

    #[inline]
    fn slot(&mut self, from: u16, to: u16) -> usize {
        let slot = self.pairs.slot(from, to);
        if slot == self.edges.len() {
            self.edges.push(Edge::default());
            self.crossed.push(0);
        }
        slot
    }
}

/// Counts a touchpoint met. Without branches: whether a life was there before cannot be foreseen.
#[inline]
fn meet(node: &mut Node, met: &mut (u64, u64), life: u64) {
    let times = met.1 * u64::from(met.0 == life) + 1;
    *met = (life, times);
    node.events += 1;
    node.customers += u64::from(times == 1);
    node.repeaters += u64::from(times == 2);
}

impl Walk for Map {
    fn life(&mut self, life: &Life<'_>) {
        let (Some(&first), Some(&last)) = (life.touchpoint.first(), life.touchpoint.last()) else { return };
        self.life += 1;
        self.events += life.touchpoint.len() as u64;
        self.durations.add(life.duration_us());
        self.nodes[usize::from(first)].starts += 1;
        self.nodes[usize::from(last)].ends += 1;
        let ordinal = self.life;
        let (nodes, met) = (self.nodes.as_mut_slice(), self.met.as_mut_slice());
        for &touchpoint in life.touchpoint {
            let at = usize::from(touchpoint);
            meet(&mut nodes[at], &mut met[at], ordinal);
        }
        for (pair, at) in life.touchpoint.windows(2).zip(life.at_us.windows(2)) {
            let slot = self.slot(pair[0], pair[1]);
            let edge = &mut self.edges[slot];
            edge.wait.add(at[1].abs_diff(at[0]));
            edge.customers += u64::from(self.crossed[slot] != ordinal);
            self.crossed[slot] = ordinal;
            self.departments.go(pair[0], pair[1], ordinal);
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        alike("the map", self.touchpoints == other.touchpoints)?;
        self.life += other.life;
        self.events += other.events;
        self.durations.merge(&other.durations);
        for (mine, theirs) in self.nodes.iter_mut().zip(&other.nodes) {
            mine.events += theirs.events;
            mine.customers += theirs.customers;
            mine.starts += theirs.starts;
            mine.ends += theirs.ends;
            mine.repeaters += theirs.repeaters;
        }
        for (&(from, to), theirs) in other.pairs.seen().iter().zip(&other.edges) {
            let slot = self.slot(from, to);
            self.edges[slot].customers += theirs.customers;
            self.edges[slot].wait.merge(&theirs.wait);
        }
        self.departments.merge(&other.departments);
        Ok(())
    }
}

impl Departments {
    fn new(touchpoints: &Touchpoints) -> Self {
        let owners: Vec<u16> = (0..touchpoints.len()).map(|code| touchpoints.owner(code as u16)).collect();
        let mut codes = owners.clone();
        codes.push(NONE);
        codes.sort_unstable();
        codes.dedup();
        let of = owners.iter().map(|owner| codes.partition_point(|code| code < owner) as u16).collect();
        let pairs = Pairs::new(codes.len());
        Self { of, codes, pairs, customers: Vec::new(), crossed: Vec::new() }
    }

    fn find(&self, from: u16, to: u16) -> Option<usize> {
        self.pairs.find(self.of[usize::from(from)], self.of[usize::from(to)])
    }

    #[inline]
    fn go(&mut self, from: u16, to: u16, life: u64) {
        let slot = self.slot((self.of[usize::from(from)], self.of[usize::from(to)]));
        self.customers[slot] += u64::from(self.crossed[slot] != life);
        self.crossed[slot] = life;
    }

    #[inline]
    fn slot(&mut self, (from, to): (u16, u16)) -> usize {
        let slot = self.pairs.slot(from, to);
        if slot == self.customers.len() {
            self.customers.push(0);
            self.crossed.push(0);
        }
        slot
    }

    fn merge(&mut self, other: &Self) {
        for (pair, customers) in other.pairs.seen().iter().zip(&other.customers) {
            let slot = self.slot(*pair);
            self.customers[slot] += customers;
        }
    }
}
