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
