//! Where the nodes stand: a force-directed picture that is the same every time.
//!
//! Fruchterman and Reingold's forces (Software: Practice and Experience 21(11), 1991) with a pull to the middle that
//! keeps unconnected parts together, stronger up and down than sideways, because screens are wide. All pairs are
//! computed: with the cap of [`super::MOST_NODES`] that is faster than a tree. Only `+ - * / sqrt` are used, which
//! IEEE 754 rounds alike everywhere, so every machine draws the same picture.

/// A point.
pub(crate) type Point = [f32; 2];

/// Nodes computed side by side.
const LANES: usize = 8;
/// Cosine and sine of the golden angle: the starting spiral never lines up.
const GOLDEN: Point = [-0.737_368_9, 0.675_490_3];
/// Distance two connected nodes like, in the units of the layout.
const IDEAL: f32 = 1.0;
/// Pull to the middle, chosen so that unconnected nodes spread about as far apart as connected ones.
const PULL: Point = [0.5, 1.1];

/// Places `n` nodes joined by `edges` (indices and strength). Give the best connected nodes first: they start in
/// the middle. The result is centred, with `|x| <= 1.5` and `|y| <= 1`, scaled alike in both directions.
pub(crate) fn place(n: usize, edges: &[(u32, u32, f32)]) -> Vec<Point> {
    let mut world = World::start(n);
    let rounds = (36_000 / n.max(1)).clamp(110, 400);
    let hot = 0.12 * (n as f32).sqrt().max(1.0);
    for round in 0..rounds {
        let left = 1.0 - round as f32 / rounds as f32;
        world.step(edges, hot * left * left + 0.004);
    }
    world.part(12);
    world.fit(n)
}

/// Coordinates apart, filled up to whole lanes with weightless nodes.
struct World {
    n: usize,
    x: Vec<f32>,
    y: Vec<f32>,
    weight: Vec<f32>,
}

impl World {
    fn start(n: usize) -> Self {
        let size = n.div_ceil(LANES) * LANES;
        let mut world = World { n, x: vec![0.0; size], y: vec![0.0; size], weight: vec![0.0; size] };
        let mut turn = [1.0f32, 0.0f32];
        for i in 0..n {
            let r = 0.75 * IDEAL * (i as f32 + 0.5).sqrt();
            world.x[i] = 1.3 * r * turn[0];
            world.y[i] = r * turn[1];
            world.weight[i] = 1.0;
            turn = [turn[0] * GOLDEN[0] - turn[1] * GOLDEN[1], turn[0] * GOLDEN[1] + turn[1] * GOLDEN[0]];
        }
        world
    }

    fn step(&mut self, edges: &[(u32, u32, f32)], most: f32) {
        let mut force: Vec<Point> = (0..self.n).map(|i| self.push(i)).collect();
        for (i, f) in force.iter_mut().enumerate() {
            f[0] -= PULL[0] * self.x[i];
            f[1] -= PULL[1] * self.y[i];
        }
        for &(a, b, strength) in edges {
            let (a, b) = (a as usize, b as usize);
            let (dx, dy) = (self.x[a] - self.x[b], self.y[a] - self.y[b]);
            let pull = strength * (dx * dx + dy * dy).sqrt() / IDEAL;
            force[a][0] -= dx * pull;
            force[a][1] -= dy * pull;
            force[b][0] += dx * pull;
            force[b][1] += dy * pull;
        }
        for (i, f) in force.iter().enumerate() {
            let length = (f[0] * f[0] + f[1] * f[1]).sqrt();
            let scale = if length > most { most / length } else { 1.0 };
            self.x[i] += f[0] * scale;
            self.y[i] += f[1] * scale;
        }
    }

    /// What all others push node `i`.
    fn push(&self, i: usize) -> Point {
        let (xi, yi) = (self.x[i], self.y[i]);
        let mut fx = [0.0f32; LANES];
        let mut fy = [0.0f32; LANES];
        let lanes =
            self.x.chunks_exact(LANES).zip(self.y.chunks_exact(LANES)).zip(self.weight.chunks_exact(LANES));
        for ((xs, ys), weights) in lanes {
            for lane in 0..LANES {
                let (dx, dy) = (xi - xs[lane], yi - ys[lane]);
                let by = weights[lane] * IDEAL * IDEAL / (dx * dx + dy * dy + 1e-3);
                fx[lane] += dx * by;
                fy[lane] += dy * by;
            }
        }
        [fx.iter().sum(), fy.iter().sum()]
    }

    /// Moves nodes apart that stand on one another.
    fn part(&mut self, rounds: usize) {
        const APART: f32 = 0.55;
        for _ in 0..rounds {
            for i in 0..self.n {
                for j in i + 1..self.n {
                    let (dx, dy) = (self.x[i] - self.x[j], self.y[i] - self.y[j]);
                    let near = dx * dx + dy * dy;
                    if near < APART * APART {
                        let distance = near.sqrt().max(1e-3);
                        let by = 0.5 * (APART - distance) / distance;
                        self.x[i] += dx * by;
                        self.y[i] += dy * by;
                        self.x[j] -= dx * by;
                        self.y[j] -= dy * by;
                    }
                }
            }
        }
    }

    fn fit(&self, n: usize) -> Vec<Point> {
        let range =
            |v: &[f32]| v[..n].iter().fold((f32::MAX, f32::MIN), |(lo, hi), &x| (lo.min(x), hi.max(x)));
        if n == 0 {
            return Vec::new();
        }
        let ((left, right), (low, high)) = (range(&self.x), range(&self.y));
        let scale = (3.0 / (right - left).max(1e-3)).min(2.0 / (high - low).max(1e-3)).min(0.35);
        let (cx, cy) = ((left + right) / 2.0, (low + high) / 2.0);
        // Three decimals are finer than a pixel.
        let short = |v: f32| (v * 1000.0).round() / 1000.0;
        (0..n).map(|i| [short((self.x[i] - cx) * scale), short((self.y[i] - cy) * scale)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: Point, b: Point) -> f32 {
        ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt()
    }

    #[test]
    fn the_picture_is_the_same_every_time() {
        let edges: Vec<_> = (1..40).map(|i| (i / 3, i, 1.0)).collect();
        assert_eq!(place(40, &edges), place(40, &edges));
    }

    #[test]
    fn two_clusters_stay_apart() {
        // Two complete graphs of five, joined by one edge.
        let mut edges = vec![(0, 5, 1.0)];
        for base in [0, 5] {
            for a in 0..5 {
                for b in a + 1..5 {
                    edges.push((base + a, base + b, 1.0));
                }
            }
        }
        let at = place(10, &edges);
        let mean = |r: std::ops::Range<usize>| {
            let n = r.len() as f32;
            r.fold([0.0, 0.0], |m, i| [m[0] + at[i][0] / n, m[1] + at[i][1] / n])
        };
        let (a, b) = (mean(0..5), mean(5..10));
        for (i, &p) in at.iter().enumerate() {
            let (own, other) = if i < 5 { (a, b) } else { (b, a) };
            assert!(distance(p, own) < distance(p, other), "node {i} stands with the other cluster: {at:?}");
        }
    }

    #[test]
    fn the_frame_holds_everything_and_nothing_is_lost() {
        for n in [0, 1, 2, 3, 7, 8, 9, 63, 300] {
            let edges: Vec<_> = (1..n as u32).filter(|i| i % 4 != 0).map(|i| (i / 2, i, 1.0)).collect();
            let at = place(n, &edges);
            assert_eq!(at.len(), n);
            for p in at {
                assert!(
                    p[0].is_finite() && p[1].is_finite() && p[0].abs() <= 1.501 && p[1].abs() <= 1.001,
                    "{p:?}"
                );
            }
        }
    }

    #[test]
    fn nodes_in_one_place_are_parted() {
        let edges: Vec<_> = (0..30).flat_map(|a| (a + 1..30).map(move |b| (a, b, 1.0))).collect();
        let at = place(30, &edges);
        for a in 0..30 {
            for b in a + 1..30 {
                assert!(distance(at[a], at[b]) > 0.02, "{a} and {b} overlap");
            }
        }
    }
}
