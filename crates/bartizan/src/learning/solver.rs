//! L2-regularised squared-hinge support vector machine by dual coordinate descent (Hsieh et al., "A Dual
//! Coordinate Descent Method for Large-scale Linear SVM", ICML 2008), one label at a time, with shrinking.
//!
//! From a start other than zero it minimises the distance from the start instead of the length of the weights: the
//! dual steps are the same.

/// Sparse rows, one after the other.
#[derive(Debug, Default)]
pub struct Matrix {
    /// Where each row starts in `items`; one entry more than rows.
    pub starts: Vec<u32>,
    /// (column, value).
    pub items: Vec<(u32, f32)>,
    /// Columns.
    pub columns: usize,
}

impl Matrix {
    /// One row.
    pub fn row(&self, i: usize) -> &[(u32, f32)] {
        &self.items[self.starts[i] as usize..self.starts[i + 1] as usize]
    }
}

/// One example for one label.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Row of the matrix.
    pub row: u32,
    /// Whether the label applies.
    pub positive: bool,
    /// Cost of an error.
    pub cost: f32,
}

/// How long to train.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Most passes over the examples.
    pub passes: usize,
    /// Stop when no projected gradient exceeds this.
    pub tolerance: f32,
    /// Seed of the order of examples.
    pub seed: u64,
}

/// Where training starts.
#[derive(Clone, Debug, Default)]
pub struct Start<'a> {
    /// Weights of the first columns; the others start at 0.
    pub weights: &'a [f32],
    /// Bias.
    pub bias: f32,
    /// The bias stays as it is.
    pub fixed_bias: bool,
    /// What columns that are not in the matrix add to the score of each row; none for nothing.
    pub offsets: &'a [f32],
}

/// SplitMix64: the order of examples, nothing else, depends on it.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (((z >> 32) * n as u64) >> 32) as usize
    }
}

/// Trains one label. `squares` are the squared lengths of the rows. Returns the weights and the bias.
pub fn train(
    matrix: &Matrix,
    squares: &[f32],
    examples: &[Example],
    effort: Effort,
    start: &Start,
) -> (Vec<f32>, f32) {
    let mut w = start.weights.to_vec();
    w.resize(matrix.columns, 0.0);
    let mut bias = start.bias;
    let one = if start.fixed_bias { 0.0 } else { 1.0 };
    let mut alpha = vec![0.0f32; examples.len()];
    let mut active: Vec<u32> = (0..examples.len() as u32).collect();
    let mut random = Random(effort.seed);
    let mut shrink_at = f32::INFINITY;
    for pass in 0..effort.passes {
        let mut worst = 0.0f32;
        let mut last = f32::NEG_INFINITY;
        for i in (1..active.len()).rev() {
            active.swap(i, random.below(i + 1));
        }
        let mut kept = 0;
        for at in 0..active.len() {
            let index = active[at] as usize;
            let Example { row, positive, cost } = examples[index];
            let y = if positive { 1.0 } else { -1.0 };
            let items = matrix.row(row as usize);
            let diagonal = 0.5 / cost;
            let a = alpha[index];
            let dot: f32 = items.iter().map(|&(c, x)| w[c as usize] * x).sum::<f32>()
                + bias
                + start.offsets.get(row as usize).copied().unwrap_or(0.0);
            let gradient = y * dot - 1.0 + diagonal * a;
            if a == 0.0 && gradient > shrink_at {
                // Far on the right side: not looked at again until the end.
                continue;
            }
            active[kept] = index as u32;
            kept += 1;
            let projected = if a == 0.0 { gradient.min(0.0) } else { gradient };
            worst = worst.max(projected.abs());
            last = last.max(projected);
            if projected.abs() > 1e-7 {
                let new = (a - gradient / (squares[row as usize] + one + diagonal)).max(0.0);
                let step = (new - a) * y;
                alpha[index] = new;
                for &(c, x) in items {
                    w[c as usize] += step * x;
                }
                bias += step * one;
            }
        }
        // The tail after `kept` holds stale or repeated indices.
        active.truncate(kept);
        if worst < effort.tolerance {
            break;
        }
        // Loose at first, tighter as the weights settle.
        shrink_at = if pass < 2 { f32::INFINITY } else { last.max(0.05) };
    }
    (w, bias)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EFFORT: Effort = Effort { passes: 200, tolerance: 1e-6, seed: 1 };

    /// One row x = 1, one positive example, cost C, bias held at b, start w0: the minimum of
    /// (w - w0)^2 / 2 + C (1 - w - b)^2 is w = (w0 + 2C (1 - b)) / (1 + 2C).
    #[test]
    fn one_example_has_the_minimum_of_its_formula() {
        let matrix = Matrix { starts: vec![0, 1], items: vec![(0, 1.0)], columns: 1 };
        let examples = [Example { row: 0, positive: true, cost: 2.0 }];
        let start = Start { weights: &[0.5], bias: -1.0, fixed_bias: true, offsets: &[] };
        let (w, bias) = train(&matrix, &[1.0], &examples, EFFORT, &start);
        assert!((w[0] - (0.5 + 4.0 * 2.0) / 5.0).abs() < 1e-4, "{w:?}");
        assert_eq!(bias, -1.0);
    }

    /// What is already on the right side by a margin of 1 moves nothing.
    #[test]
    fn a_satisfied_example_leaves_the_start_alone() {
        let matrix = Matrix { starts: vec![0, 1], items: vec![(0, 1.0)], columns: 1 };
        let examples = [Example { row: 0, positive: false, cost: 2.0 }];
        let start = Start { weights: &[0.25], bias: -1.0, fixed_bias: true, offsets: &[-0.5] };
        assert_eq!(train(&matrix, &[1.0], &examples, EFFORT, &start).0, [0.25]);
    }
}
