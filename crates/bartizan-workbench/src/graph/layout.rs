//! Where the nodes stand: forces between near nodes only, so that thousands of nodes take a moment.
//!
//! Fruchterman and Reingold's forces with their grid (Software: Practice and Experience 21(11), 1991, section "The
//! grid variant"): nodes push each other only within two ideal lengths, edges pull, and a pull to the middle keeps
//! parts together. Only `+ - * / sqrt` are used, so every machine draws the same picture.

const IDEAL: f32 = 1.0;
const REACH: f32 = 2.0 * IDEAL;
const ROUNDS: usize = 120;
/// Pull to the middle, stronger up and down, because screens are wide.
const PULL: (f32, f32) = (0.012, 0.04);
/// Cosine and sine of the golden angle: the spiral at the start never lines up.
const GOLDEN: (f32, f32) = (-0.737_368_9, 0.675_490_3);

/// Places of `n` nodes joined by `edges`, centred, with `|x|, |y| <= 1`.
pub(super) fn place(n: usize, edges: &[(usize, usize)]) -> Vec<(f32, f32)> {
    let mut at = start(n, edges);
    let hot = 0.1 * (n as f32).sqrt().max(1.0);
    for round in 0..ROUNDS {
        let left = 1.0 - round as f32 / ROUNDS as f32;
        step(&mut at, edges, hot * left * left + 0.01);
    }
    fit(&mut at);
    at
}

/// A spiral, the best connected in the middle.
fn start(n: usize, edges: &[(usize, usize)]) -> Vec<(f32, f32)> {
    let mut degree = vec![0u32; n];
    for (a, b) in edges {
        degree[*a] += 1;
        degree[*b] += 1;
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(degree[*i]), *i));
    let mut at = vec![(0.0, 0.0); n];
    let mut turn = (1.0f32, 0.0f32);
    for (rank, node) in order.into_iter().enumerate() {
        let r = 0.7 * IDEAL * (rank as f32 + 0.5).sqrt();
        at[node] = (1.4 * r * turn.0, 0.7 * r * turn.1);
        turn = (turn.0 * GOLDEN.0 - turn.1 * GOLDEN.1, turn.0 * GOLDEN.1 + turn.1 * GOLDEN.0);
    }
    at
}

fn step(at: &mut [(f32, f32)], edges: &[(usize, usize)], most: f32) {
    let mut force: Vec<(f32, f32)> = at.iter().map(|(x, y)| (-PULL.0 * x, -PULL.1 * y)).collect();
    push(at, &mut force);
    for (a, b) in edges {
        let (dx, dy) = (at[*b].0 - at[*a].0, at[*b].1 - at[*a].1);
        // The pull of an edge grows with its length, but one long edge must not tear the picture.
        let far = (dx * dx + dy * dy).sqrt().min(8.0);
        let pull = 0.25 * far / IDEAL;
        let (fx, fy) = unit(dx, dy);
        force[*a] = (force[*a].0 + pull * fx, force[*a].1 + pull * fy);
        force[*b] = (force[*b].0 - pull * fx, force[*b].1 - pull * fy);
    }
    for (place, (fx, fy)) in at.iter_mut().zip(force) {
        let size = (fx * fx + fy * fy).sqrt();
        let scale = if size > most { most / size } else { 1.0 };
        place.0 += fx * scale;
        place.1 += fy * scale;
    }
}

fn unit(dx: f32, dy: f32) -> (f32, f32) {
    let far = (dx * dx + dy * dy).sqrt().max(0.01);
    (dx / far, dy / far)
}

/// Near nodes push each other. Nodes are sorted into squares as wide as the push reaches; each looks at its own square
/// and the eight around it.
fn push(at: &[(f32, f32)], force: &mut [(f32, f32)]) {
    let square = |p: &(f32, f32)| ((p.0 / REACH).floor() as i32, (p.1 / REACH).floor() as i32);
    let mut sorted: Vec<((i32, i32), u32)> = at.iter().zip(0..).map(|(p, i)| (square(p), i)).collect();
    sorted.sort_unstable();
    for (i, here) in at.iter().enumerate() {
        let (cx, cy) = square(here);
        for x in cx - 1..=cx + 1 {
            let from = sorted.partition_point(|(s, _)| *s < (x, cy - 1));
            for ((sx, sy), j) in &sorted[from..] {
                if *sx != x || *sy > cy + 1 {
                    break;
                }
                let j = *j as usize;
                if j == i {
                    continue;
                }
                let (dx, dy) = (here.0 - at[j].0, here.1 - at[j].1);
                let square_of_far = (dx * dx + dy * dy).max(0.01);
                if square_of_far < REACH * REACH {
                    let by = IDEAL * IDEAL / square_of_far;
                    force[i].0 += dx * by;
                    force[i].1 += dy * by;
                }
            }
        }
    }
}

fn fit(at: &mut [(f32, f32)]) {
    let widest = at.iter().fold(0.01f32, |w, (x, y)| w.max(x.abs()).max(y.abs()));
    for (x, y) in at {
        *x /= widest;
        *y /= widest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_stand_nearer_than_strangers_and_twice_gives_the_same() {
        // Two rings of 20, joined by one edge.
        let mut edges: Vec<(usize, usize)> = (0..20).map(|i| (i, (i + 1) % 20)).collect();
        edges.extend((0..20).map(|i| (20 + i, 20 + (i + 1) % 20)));
        edges.push((0, 20));
        let at = place(40, &edges);
        assert_eq!(at, place(40, &edges));
        assert!(at.iter().all(|(x, y)| x.abs() <= 1.0 && y.abs() <= 1.0));
        let far = |a: usize, b: usize| ((at[a].0 - at[b].0).powi(2) + (at[a].1 - at[b].1).powi(2)).sqrt();
        let near: f32 = edges.iter().map(|(a, b)| far(*a, *b)).sum::<f32>() / edges.len() as f32;
        let all: f32 = (0..20).map(|i| far(i, 20 + (i * 7) % 20)).sum::<f32>() / 20.0;
        assert!(near * 2.0 < all, "{near} {all}");
    }

    #[test]
    fn nothing_and_one_are_placed() {
        assert!(place(0, &[]).is_empty());
        assert_eq!(place(1, &[]).len(), 1);
    }
}
