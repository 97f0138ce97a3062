//! Union–find over ranks: which records stand together, and who they are. Larger groups stand for smaller ones
//! (Tarjan 1975), and members form a ring, so that a group can be listed.

/// Groups of ranks; at first every rank alone.
#[derive(Debug)]
pub(crate) struct Groups {
    parent: Vec<u32>,
    /// The next member of the same group, round and round.
    next: Vec<u32>,
    size: Vec<u32>,
}

impl Groups {
    pub(crate) fn new(records: usize) -> Self {
        Self {
            parent: (0..records as u32).collect(),
            next: (0..records as u32).collect(),
            size: vec![1; records],
        }
    }

    /// The rank that stands for the group of `rank`.
    pub(crate) fn root(&mut self, rank: u32) -> u32 {
        let mut at = rank;
        while self.parent[at as usize] != at {
            let above = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = above;
            at = above;
        }
        at
    }

    /// Joins two roots; returns the root that stands for both, then the other.
    pub(crate) fn unite(&mut self, a: u32, b: u32) -> (u32, u32) {
        let larger = (self.size[a as usize], b) >= (self.size[b as usize], a);
        let (winner, loser) = if larger { (a, b) } else { (b, a) };
        self.parent[loser as usize] = winner;
        self.size[winner as usize] += self.size[loser as usize];
        self.next.swap(winner as usize, loser as usize);
        (winner, loser)
    }

    /// The ranks of a root's group, the root first.
    pub(crate) fn members(&self, root: u32) -> impl Iterator<Item = u32> {
        let follow = move |&rank: &u32| Some(self.next[rank as usize]).filter(|&next| next != root);
        std::iter::successors(Some(root), follow)
    }

    /// How many ranks a root's group has.
    pub(crate) fn size(&self, root: u32) -> u32 {
        self.size[root as usize]
    }

    /// The group of each row: dense codes in the order of their first rows. `order` is the row of each rank.
    pub(crate) fn by_row(&mut self, order: &[u32]) -> Vec<u32> {
        let mut root_of_row = vec![0; order.len()];
        for (rank, &row) in order.iter().enumerate() {
            root_of_row[row as usize] = self.root(rank as u32);
        }
        let mut code_of_root = vec![u32::MAX; order.len()];
        let mut next = 0;
        let dense = |root: u32| {
            let code = &mut code_of_root[root as usize];
            if *code == u32::MAX {
                *code = next;
                next += 1;
            }
            *code
        };
        root_of_row.into_iter().map(dense).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_follow_first_rows_whatever_the_ranks() {
        let mut groups = Groups::new(5);
        let roots = (groups.root(0), groups.root(3));
        groups.unite(roots.0, roots.1);
        // Ranks 0 to 4 are rows 4, 1, 0, 2, 3.
        assert_eq!(groups.by_row(&[4, 1, 0, 2, 3]), [0, 1, 2, 3, 2]);
    }

    proptest! {
        #[test]
        fn groups_are_those_of_labels_painted_over(
            pairs in prop::collection::vec((0u32..20, 0u32..20), 0..40),
        ) {
            let mut groups = Groups::new(20);
            let mut label: Vec<u32> = (0..20).collect();
            for (a, b) in pairs {
                let roots = (groups.root(a), groups.root(b));
                let (from, to) = (label[b as usize], label[a as usize]);
                prop_assert_eq!(roots.0 == roots.1, from == to);
                if roots.0 != roots.1 {
                    groups.unite(roots.0, roots.1);
                }
                label.iter_mut().filter(|label| **label == from).for_each(|label| *label = to);
            }
            for rank in 0..20u32 {
                let root = groups.root(rank);
                let mut members: Vec<u32> = groups.members(root).collect();
                members.sort_unstable();
                let same = |&other: &u32| label[other as usize] == label[rank as usize];
                let expected: Vec<u32> = (0..20).filter(same).collect();
                prop_assert_eq!(groups.size(root) as usize, expected.len());
                prop_assert_eq!(members, expected);
            }
        }
    }
}
