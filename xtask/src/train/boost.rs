//! Gradient boosting of small trees on the logistic loss, exact to the bit: sorted data, fixed order, no randomness.

use bartizan::mapping::forest::{Forest, Node};

/// One example: what the trees look at, whether it is so, weight.
pub type Example<const N: usize> = ([f32; N], bool, f32);

/// Size of the forest and how careful it is.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    /// Trees.
    pub trees: usize,
    /// Leaves of each.
    pub leaves: usize,
    /// Least weight of examples in a leaf.
    pub least: f64,
    /// Share of a leaf's step that is taken.
    pub rate: f64,
    /// Ridge on a leaf's step.
    pub ridge: f64,
}

/// Quantiles taken of all examples and again of those that are so: these are few, and lie where it matters.
const QUANTILES: usize = 120;

/// Upper limits of the bins of each feature.
fn limits<const N: usize>(examples: &[Example<N>]) -> Vec<Vec<f32>> {
    (0..N)
        .map(|f| {
            let quantiles = |mut values: Vec<f32>| -> Vec<f32> {
                values.sort_by(f32::total_cmp);
                let mut distinct = values.clone();
                distinct.dedup();
                if distinct.len() <= QUANTILES {
                    return distinct;
                }
                (1..QUANTILES).map(|q| values[q * values.len() / QUANTILES]).collect()
            };
            let mut out = quantiles(examples.iter().map(|e| e.0[f]).collect());
            out.extend(quantiles(examples.iter().filter(|e| e.1).map(|e| e.0[f]).collect()));
            out.sort_by(f32::total_cmp);
            out.dedup();
            // The smallest value splits nothing off.
            let least = examples.iter().map(|e| e.0[f]).fold(f32::INFINITY, f32::min);
            out.retain(|x| *x > least);
            out
        })
        .collect()
}

/// Sums over the examples of a leaf, by bin of each feature: (gradient, curvature, weight).
type Histogram = Vec<[f64; 3]>;

struct Leaf {
    examples: Vec<u32>,
    node: usize,
    split: Option<Split>,
}

#[derive(Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    bin: usize,
}

/// Grows a forest.
pub fn grow<const N: usize>(examples: &[Example<N>], growth: Growth) -> Forest {
    let limits = limits(examples);
    let bins: Vec<[u8; N]> = examples
        .iter()
        .map(|e| std::array::from_fn(|f| limits[f].partition_point(|limit| *limit <= e.0[f]) as u8))
        .collect();
    let total: f64 = examples.iter().map(|e| f64::from(e.2)).sum();
    let right: f64 = examples.iter().filter(|e| e.1).map(|e| f64::from(e.2)).sum();
    let base = (right / (total - right)).ln();
    let mut logits = vec![base; examples.len()];
    let mut forest = Forest { base: base as f32, trees: Vec::new() };
    let mut slopes = vec![[0.0f64; 3]; examples.len()];
    for _ in 0..growth.trees {
        for ((slope, logit), (_, y, weight)) in slopes.iter_mut().zip(&logits).zip(examples) {
            let p = 1.0 / (1.0 + (-logit).exp());
            let weight = f64::from(*weight);
            *slope = [weight * (p - f64::from(u8::from(*y))), weight * (p * (1.0 - p)).max(1e-9), weight];
        }
        let (tree, steps) = tree(&bins, &limits, &slopes, growth);
        for (leaf, value) in steps {
            for i in leaf {
                logits[i as usize] += value;
            }
        }
        forest.trees.push(tree);
    }
    forest
}

/// Best split of a set of examples.
fn best<const N: usize>(
    bins: &[[u8; N]],
    limits: &[Vec<f32>],
    slopes: &[[f64; 3]],
    examples: &[u32],
    growth: Growth,
) -> Option<Split> {
    let mut histograms: Vec<Histogram> = limits.iter().map(|l| vec![[0.0; 3]; l.len() + 1]).collect();
    for &i in examples {
        let slope = slopes[i as usize];
        for (histogram, bin) in histograms.iter_mut().zip(&bins[i as usize]) {
            let cell = &mut histogram[usize::from(*bin)];
            for (sum, slope) in cell.iter_mut().zip(slope) {
                *sum += slope;
            }
        }
    }
    let worth = |g: f64, h: f64| g * g / (h + growth.ridge);
    let mut out: Option<Split> = None;
    for (feature, histogram) in histograms.iter().enumerate() {
        let all = histogram.iter().fold([0.0; 3], |a, c| [a[0] + c[0], a[1] + c[1], a[2] + c[2]]);
        let mut left = [0.0; 3];
        for (bin, cell) in histogram.iter().enumerate().take(histogram.len() - 1) {
            for (sum, cell) in left.iter_mut().zip(cell) {
                *sum += cell;
            }
            if left[2] < growth.least || all[2] - left[2] < growth.least {
                continue;
            }
            let gain =
                worth(left[0], left[1]) + worth(all[0] - left[0], all[1] - left[1]) - worth(all[0], all[1]);
            if gain > 1e-6 && out.is_none_or(|o| gain > o.gain) {
                out = Some(Split { gain, feature, bin });
            }
        }
    }
    out
}

/// One tree, best leaf first, and what each of its leaves adds to which examples.
fn tree<const N: usize>(
    bins: &[[u8; N]],
    limits: &[Vec<f32>],
    slopes: &[[f64; 3]],
    growth: Growth,
) -> (Vec<Node>, Vec<(Vec<u32>, f64)>) {
    let blank = Node { feature: None, threshold: 0.0, next: 0, value: 0.0 };
    let mut nodes = vec![blank];
    let all: Vec<u32> = (0..bins.len() as u32).collect();
    let split = best(bins, limits, slopes, &all, growth);
    let mut leaves = vec![Leaf { examples: all, node: 0, split }];
    while leaves.len() < growth.leaves {
        let gain = |l: &Leaf| l.split.map_or(0.0, |s| s.gain);
        let Some(at) =
            (0..leaves.len()).reduce(|a, b| if gain(&leaves[b]) > gain(&leaves[a]) { b } else { a })
        else {
            break;
        };
        let Some(Split { feature, bin, .. }) = leaves[at].split else { break };
        let leaf = leaves.swap_remove(at);
        let next = nodes.len();
        nodes[leaf.node] = Node {
            feature: Some(feature as u8),
            threshold: limits[feature][bin],
            next: next as u16,
            value: 0.0,
        };
        let (low, high): (Vec<u32>, Vec<u32>) =
            leaf.examples.into_iter().partition(|i| usize::from(bins[*i as usize][feature]) <= bin);
        for (examples, node) in [(low, next), (high, next + 1)] {
            nodes.push(blank);
            let split = best(bins, limits, slopes, &examples, growth);
            leaves.push(Leaf { examples, node, split });
        }
    }
    let mut steps = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        let (g, h) = leaf.examples.iter().fold((0.0, 0.0), |(g, h), i| {
            let slope = slopes[*i as usize];
            (g + slope[0], h + slope[1])
        });
        // As the file holds it, so that training sees what use will see.
        let value = (-growth.rate * g / (h + growth.ridge)) as f32;
        nodes[leaf.node].value = value;
        steps.push((leaf.examples, f64::from(value)));
    }
    (nodes, steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forest_learns_what_no_line_can() {
        let examples: Vec<Example<2>> = (0..400)
            .map(|i| {
                let (x, y) = ((i % 20) as f32 / 20.0, (i / 20) as f32 / 20.0);
                // Off centre: where all four corners weigh the same, no first cut gains anything.
                ([x, y], (x >= 0.4) != (y >= 0.6), 1.0)
            })
            .collect();
        let growth = Growth { trees: 40, leaves: 4, least: 5.0, rate: 0.3, ridge: 1.0 };
        let forest = grow(&examples, growth);
        let right = examples.iter().filter(|e| (forest.logit(&e.0) > 0.0) == e.1).count();
        assert!(right >= 396, "{right}");
        assert_eq!(grow(&examples, growth), forest);
        assert_eq!(Forest::read(&forest.numbers()), Some(forest));
    }
}
