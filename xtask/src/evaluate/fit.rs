//! Logistic regression by Newton's method with a small ridge: a dozen numbers from a few thousand examples.

/// One example: features, whether it is so, weight.
pub type Example<const N: usize> = ([f32; N], bool, f32);

/// Fits `N` coefficients; the first feature is the bias and is not penalised.
#[expect(clippy::needless_range_loop, reason = "matrices read best by index")]
pub fn logistic<const N: usize>(examples: &[Example<N>], ridge: f64) -> [f32; N] {
    let mut w = [0.0f64; N];
    for _ in 0..40 {
        let mut gradient = [0.0f64; N];
        let mut hessian = [[0.0f64; N]; N];
        for (x, y, weight) in examples {
            let z: f64 = x.iter().zip(&w).map(|(x, w)| f64::from(*x) * w).sum();
            let p = 1.0 / (1.0 + (-z).exp());
            let error = (p - f64::from(u8::from(*y))) * f64::from(*weight);
            let curve = (p * (1.0 - p)).max(1e-9) * f64::from(*weight);
            for i in 0..N {
                gradient[i] += error * f64::from(x[i]);
                for j in 0..=i {
                    hessian[i][j] += curve * f64::from(x[i]) * f64::from(x[j]);
                }
            }
        }
        for i in 0..N {
            if i > 0 {
                gradient[i] += ridge * w[i];
            }
            hessian[i][i] += if i > 0 { ridge } else { 1e-6 };
            for j in 0..i {
                hessian[j][i] = hessian[i][j];
            }
        }
        let step = solve(hessian, gradient);
        let mut largest = 0.0f64;
        for i in 0..N {
            let s = step[i].clamp(-2.0, 2.0);
            w[i] -= s;
            largest = largest.max(s.abs());
        }
        if largest < 1e-7 {
            break;
        }
    }
    w.map(|x| x as f32)
}

/// Gaussian elimination with partial pivoting.
#[expect(clippy::needless_range_loop, reason = "matrices read best by index")]
fn solve<const N: usize>(mut a: [[f64; N]; N], mut b: [f64; N]) -> [f64; N] {
    for column in 0..N {
        let pivot =
            (column..N).max_by(|&i, &j| a[i][column].abs().total_cmp(&a[j][column].abs())).unwrap_or(column);
        a.swap(column, pivot);
        b.swap(column, pivot);
        let p = a[column][column];
        if p.abs() < 1e-12 {
            continue;
        }
        for row in column + 1..N {
            let f = a[row][column] / p;
            for k in column..N {
                a[row][k] -= f * a[column][k];
            }
            b[row] -= f * b[column];
        }
    }
    let mut x = [0.0; N];
    for row in (0..N).rev() {
        let rest: f64 = (row + 1..N).map(|k| a[row][k] * x[k]).sum();
        x[row] = if a[row][row].abs() < 1e-12 { 0.0 } else { (b[row] - rest) / a[row][row] };
    }
    x
}

#[cfg(test)]
mod tests {
    use super::logistic;

    /// Two groups with known odds: the coefficients are their logits.
    #[test]
    fn known_odds_are_found() {
        let mut examples = Vec::new();
        for (x, yes, no) in [(0.0, 10, 30), (1.0, 30, 10)] {
            for i in 0..yes + no {
                examples.push(([1.0, x], i < yes, 1.0));
            }
        }
        let w = logistic(&examples, 0.0);
        assert!((w[0] + 3f32.ln()).abs() < 1e-3 && (w[1] - 2.0 * 3f32.ln()).abs() < 1e-3, "{w:?}");
    }
}
