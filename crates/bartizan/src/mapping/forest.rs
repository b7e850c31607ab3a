//! A forest of small decision trees: how much a sentence speaks for a technique, from a few numbers about it.
//!
//! Trained by `cargo xtask train` (gradient boosting on the logistic loss, Friedman, "Greedy Function Approximation:
//! A Gradient Boosting Machine", 2001) and kept in the model file as plain numbers.

/// One node. A leaf has no feature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// Number of the feature that is compared; none for a leaf.
    pub feature: Option<u8>,
    /// Values below it go left, to `next`; others to `next + 1`.
    pub threshold: f32,
    /// Index of the left child in the tree.
    pub next: u16,
    /// What a leaf adds to the logit.
    pub value: f32,
}

/// Trees whose leaves are added up.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Forest {
    /// Logit before any tree.
    pub base: f32,
    /// Each tree's nodes; the first is the root. Children stand behind their parent.
    pub trees: Vec<Vec<Node>>,
}

/// Numbers for each node in the model file.
const NUMBERS: usize = 4;

impl Forest {
    /// The logit for one case.
    pub fn logit(&self, features: &[f32]) -> f32 {
        self.base + self.trees.iter().map(|tree| leaf(tree, features)).sum::<f32>()
    }

    /// The numbers for the model file: base; for each tree its length and nodes.
    pub fn numbers(&self) -> Vec<f32> {
        let mut out = vec![self.base];
        for tree in &self.trees {
            out.push(tree.len() as f32);
            for n in tree {
                let feature = n.feature.map_or(-1.0, f32::from);
                out.extend([feature, n.threshold, f32::from(n.next), n.value]);
            }
        }
        out
    }

    /// From the numbers of a model file; none if they make no forest.
    pub fn read(numbers: &[f32]) -> Option<Self> {
        let (base, mut rest) = numbers.split_first()?;
        let mut trees = Vec::new();
        while let Some((length, tail)) = rest.split_first() {
            let length = *length as usize;
            let (nodes, tail) = tail.split_at_checked(length.checked_mul(NUMBERS)?)?;
            rest = tail;
            let tree: Vec<Node> = nodes
                .chunks_exact(NUMBERS)
                .map(|n| Node {
                    feature: (n[0] >= 0.0).then_some(n[0] as u8),
                    threshold: n[1],
                    next: n[2] as u16,
                    value: n[3],
                })
                .collect();
            // Children behind their parent: every walk ends.
            let sound = tree.iter().enumerate().all(|(i, n)| {
                n.feature.is_none() || (usize::from(n.next) > i && usize::from(n.next) + 1 < length)
            });
            if tree.is_empty() || !sound {
                return None;
            }
            trees.push(tree);
        }
        Some(Self { base: *base, trees })
    }
}

/// Most leaves of a tree that [`Quick`] takes.
const MOST_LEAVES: usize = 16;

/// The same forest laid out by feature instead of by tree (Lucchese et al., "QuickScorer: A Fast Algorithm to Rank
/// Documents with Additive Ensembles of Regression Trees", SIGIR 2015): each comparison that holds strikes out the
/// leaves to its left, and the first leaf left of a tree is where its walk ends. Same sum, same order, no branches
/// to guess.
#[derive(Clone, Debug, Default)]
pub struct Quick {
    base: f32,
    /// For each feature its comparisons, lowest threshold first.
    comparisons: Vec<Vec<Comparison>>,
    /// Leaf values of each tree, left to right.
    leaves: Vec<[f32; MOST_LEAVES]>,
}

#[derive(Clone, Copy, Debug)]
struct Comparison {
    threshold: f32,
    tree: u16,
    /// Leaves that stay if it holds.
    keep: u16,
}

impl Quick {
    /// From a forest; none if a tree has too many leaves.
    pub fn new(forest: &Forest) -> Option<Self> {
        let mut out = Self { base: forest.base, ..Self::default() };
        for (number, tree) in forest.trees.iter().enumerate() {
            let mut values = Vec::new();
            out.add(tree, 0, u16::try_from(number).ok()?, &mut values)?;
            values.resize(MOST_LEAVES, 0.0);
            out.leaves.push(values.try_into().ok()?);
        }
        for comparisons in &mut out.comparisons {
            comparisons.sort_by(|a, b| a.threshold.total_cmp(&b.threshold));
        }
        Some(out)
    }

    /// Adds what hangs below a node; depth is bounded by the number of leaves.
    fn add(&mut self, tree: &[Node], at: usize, number: u16, values: &mut Vec<f32>) -> Option<()> {
        let node = tree.get(at)?;
        let Some(feature) = node.feature.map(usize::from) else {
            values.push(node.value);
            return (values.len() <= MOST_LEAVES).then_some(());
        };
        let from = values.len();
        self.add(tree, usize::from(node.next), number, values)?;
        let left = (1u32 << values.len()) - (1u32 << from);
        self.add(tree, usize::from(node.next) + 1, number, values)?;
        if self.comparisons.len() <= feature {
            self.comparisons.resize(feature + 1, Vec::new());
        }
        let comparison = Comparison { threshold: node.threshold, tree: number, keep: !(left as u16) };
        self.comparisons.get_mut(feature)?.push(comparison);
        Some(())
    }

    /// The logit for one case; `alive` is scratch space.
    pub fn logit(&self, features: &[f32], alive: &mut Vec<u16>) -> f32 {
        alive.clear();
        alive.resize(self.leaves.len(), u16::MAX);
        let missing = std::iter::repeat(&0.0);
        for (comparisons, x) in self.comparisons.iter().zip(features.iter().chain(missing)) {
            for c in comparisons.iter().take_while(|c| *x >= c.threshold) {
                if let Some(leaves) = alive.get_mut(usize::from(c.tree)) {
                    *leaves &= c.keep;
                }
            }
        }
        let first = |leaves: u16| leaves.trailing_zeros() as usize % MOST_LEAVES;
        self.base + self.leaves.iter().zip(&*alive).map(|(values, a)| values[first(*a)]).sum::<f32>()
    }
}

fn leaf(tree: &[Node], features: &[f32]) -> f32 {
    let mut at = 0;
    while let Some(node) = tree.get(at) {
        let Some(feature) = node.feature else { return node.value };
        let x = features.get(usize::from(feature)).copied().unwrap_or(0.0);
        at = usize::from(node.next) + usize::from(x >= node.threshold);
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stump() -> Forest {
        let leaf = |value| Node { feature: None, threshold: 0.0, next: 0, value };
        Forest {
            base: -1.0,
            trees: vec![vec![
                Node { feature: Some(1), threshold: 0.5, next: 1, value: 0.0 },
                leaf(-2.0),
                leaf(3.0),
            ]],
        }
    }

    #[test]
    fn a_walk_ends_in_the_right_leaf() {
        assert_eq!(stump().logit(&[9.0, 0.4]), -3.0);
        assert_eq!(stump().logit(&[9.0, 0.5]), 2.0);
        assert_eq!(stump().logit(&[]), -3.0);
    }

    /// A tree from a list of choices: splits while they last, then leaves.
    fn tree(choices: &[(u8, f32)]) -> Vec<Node> {
        let leaf = |value| Node { feature: None, threshold: 0.0, next: 0, value };
        let mut nodes = vec![leaf(0.25)];
        for (i, (feature, threshold)) in choices.iter().enumerate() {
            let leaves: Vec<usize> = (0..nodes.len()).filter(|n| nodes[*n].feature.is_none()).collect();
            let at = leaves[usize::from(*feature) * 7 % leaves.len()];
            let next = nodes.len() as u16;
            nodes[at] = Node { feature: Some(*feature), threshold: *threshold, next, value: 0.0 };
            nodes.extend([leaf(i as f32 + 0.5), leaf(-1.5 * i as f32)]);
        }
        nodes
    }

    proptest::proptest! {
        #[test]
        fn both_layouts_give_the_same_sum(
            forest in proptest::collection::vec(proptest::collection::vec((0u8..5, -2.0f32..2.0), 0..15), 0..9),
            cases in proptest::collection::vec(proptest::collection::vec(-2.5f32..2.5, 0..6), 1..9),
        ) {
            let forest = Forest { base: 0.125, trees: forest.iter().map(|t| tree(t)).collect() };
            let quick = Quick::new(&forest).expect("few leaves");
            let mut alive = Vec::new();
            for mut case in cases {
                proptest::prop_assert_eq!(quick.logit(&case, &mut alive), forest.logit(&case));
                case.push(f32::NAN);
                proptest::prop_assert_eq!(quick.logit(&case, &mut alive), forest.logit(&case));
            }
        }
    }

    #[test]
    fn a_tree_with_too_many_leaves_is_walked() {
        let choices: Vec<(u8, f32)> = (0..16).map(|i| (i % 5, 0.1 * f32::from(i))).collect();
        assert!(Quick::new(&Forest { base: 0.0, trees: vec![tree(&choices)] }).is_none());
        assert!(Quick::new(&Forest { base: 0.0, trees: vec![tree(&choices[1..])] }).is_some());
    }

    #[test]
    fn numbers_round_trip_and_loops_are_refused() {
        let numbers = stump().numbers();
        assert_eq!(Forest::read(&numbers), Some(stump()));
        let mut looping = numbers.clone();
        looping[4] = 0.0;
        assert_eq!(Forest::read(&looping), None);
        assert_eq!(Forest::read(&numbers[..7]), None);
        assert_eq!(Forest::read(&[]), None);
    }
}
