//! Which touchpoints may follow straight on one another in a designed journey.

use crate::design::Plan;
use std::collections::BTreeSet;

/// Pairs of touchpoints, the second straight after the first, on any way through the plan; ascending.
pub fn follows(plan: &Plan) -> BTreeSet<(u16, u16)> {
    let mut follows = BTreeSet::new();
    Ends::of(plan, &mut follows);
    follows
}

/// Where a part may begin and end, all that it names, and whether there may be nothing to be seen of it.
#[derive(Default)]
struct Ends {
    first: BTreeSet<u16>,
    last: BTreeSet<u16>,
    all: BTreeSet<u16>,
    nothing: bool,
}

impl Ends {
    fn of(plan: &Plan, follows: &mut BTreeSet<(u16, u16)>) -> Self {
        let nothing = || Self { nothing: true, ..Self::default() };
        match plan {
            Plan::Touchpoint(code) => {
                let one = BTreeSet::from([*code]);
                Self { first: one.clone(), last: one.clone(), all: one, nothing: false }
            }
            Plan::Nothing => nothing(),
            Plan::Sequence(parts) => parts.iter().fold(nothing(), |before, part| {
                let after = Self::of(part, follows);
                lead(&before.last, &after.first, follows);
                before.then(after)
            }),
            Plan::Choice(parts) => {
                parts.iter().fold(Self::default(), |all, part| all.or(Self::of(part, follows)))
            }
            Plan::Parallel(parts) => {
                let parts: Vec<Self> = parts.iter().map(|part| Self::of(part, follows)).collect();
                for (at, one) in parts.iter().enumerate() {
                    for (_, other) in parts.iter().enumerate().filter(|(other, _)| *other != at) {
                        lead(&one.all, &other.all, follows);
                    }
                }
                let nothing = parts.iter().all(|part| part.nothing);
                Self { nothing, ..parts.into_iter().fold(Self::default(), Self::or) }
            }
            Plan::Loop(part, again) => {
                let (part, again) = (Self::of(part, follows), Self::of(again, follows));
                for (one, other) in [(&part, &again), (&again, &part)] {
                    lead(&one.last, &other.first, follows);
                    if other.nothing {
                        lead(&one.last, &one.first, follows);
                    }
                }
                let nothing = part.nothing;
                let all: BTreeSet<u16> = part.all.union(&again.all).copied().collect();
                if nothing { Self { all, nothing, ..part.or(again) } } else { Self { all, ..part } }
            }
        }
    }

    fn then(mut self, next: Self) -> Self {
        if self.nothing {
            self.first.extend(next.first);
        }
        if !next.nothing {
            self.last.clear();
        }
        self.last.extend(next.last);
        self.all.extend(next.all);
        Self { nothing: self.nothing && next.nothing, ..self }
    }

    fn or(mut self, other: Self) -> Self {
        self.first.extend(other.first);
        self.last.extend(other.last);
        self.all.extend(other.all);
        Self { nothing: self.nothing || other.nothing, ..self }
    }
}

fn lead(from: &BTreeSet<u16>, to: &BTreeSet<u16>, follows: &mut BTreeSet<(u16, u16)>) {
    follows.extend(from.iter().flat_map(|from| to.iter().map(|to| (*from, *to))));
}
