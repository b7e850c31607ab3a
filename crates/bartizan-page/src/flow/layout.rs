//! Where the boxes of the picture stand and which way its arrows go.
//!
//! Boxes stand in rows, by how much comes before them. Between the rows are channels, between the columns lanes; an arrow runs
//! only there, so none can pass behind a box. Every arrow that could be mistaken for another has a track of its own: channels
//! and lanes are as wide as their tracks need.

use bartizan_response::flow::Flow;
use std::collections::{BTreeMap, BTreeSet};

/// Width of a cell.
pub(super) const WIDE: u32 = 228;
/// Between two tracks.
const TRACK: u32 = 9;
/// A channel or lane without tracks.
const BARE: u32 = 18;
/// Around the picture.
const EDGE: u32 = 8;
/// Where arrows leave and enter, beside the middle: a way down and a way in must not lie on one another.
const PORT: u32 = 16;

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// Index into the acts.
    Act(usize),
    /// Index into the joins.
    Join(usize),
}

/// A cell: what stands in it and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub node: Node,
    pub x: u32,
    pub y: u32,
    pub height: u32,
    row: usize,
    column: usize,
}

/// The picture before it is drawn.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub cells: Vec<Cell>,
    /// Corners of each arrow, from its beginning to its end.
    pub ways: Vec<Vec<(u32, u32)>>,
    /// Top of the rows without an order, where there are both kinds.
    pub loose: Option<u32>,
    pub width: u32,
    pub height: u32,
}

/// What a track belongs to: arrows of one beginning share a track, those of beginnings that lead to the same ends, and arrows to
/// one end. Lying on one another they still say what leads where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Track {
    From(usize),
    To(usize),
}

/// Tracks of channels or of lanes.
#[derive(Debug, Default)]
struct Tracks(BTreeMap<(usize, Track), u32>);

impl Tracks {
    fn add(&mut self, at: usize, track: Track) {
        let next = self.count(at);
        self.0.entry((at, track)).or_insert(next);
    }

    fn count(&self, at: usize) -> u32 {
        self.0.keys().filter(|(a, _)| *a == at).count() as u32
    }

    fn size(&self, at: usize) -> u32 {
        BARE + TRACK * self.count(at)
    }

    fn place(&self, at: usize, track: Track, start: u32) -> u32 {
        start + BARE / 2 + TRACK * self.0.get(&(at, track)).copied().unwrap_or(0)
    }
}

/// Lays out a flow with so many boxes side by side; `height` says how high a node's cell is.
pub(super) fn layout(flow: &Flow, abreast: usize, height: impl Fn(Node) -> u32) -> Layout {
    let (nodes, arcs) = graph(flow);
    if nodes.is_empty() {
        return Layout::default();
    }
    let (places, first_loose) = places(nodes.len(), &arcs, abreast.max(1));
    let mut cells: Vec<Cell> = nodes
        .iter()
        .zip(&places)
        .map(|(n, &(row, column))| Cell { node: *n, x: 0, y: 0, height: height(*n), row, column })
        .collect();
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); places.iter().map(|p| p.0 + 1).max().unwrap_or(0)];
    places.iter().enumerate().for_each(|(n, p)| rows[p.0].push(n));
    let columns = places.iter().map(|p| p.1 + 1).max().unwrap_or(1);
    let (mut channels, mut lanes) = (Tracks::default(), Tracks::default());
    let groups = groups(nodes.len(), &arcs);
    for &(a, b) in &arcs {
        let (from, to) = (cells[a], cells[b]);
        if is_straight(&arcs, a, b, &from, &to) {
            continue;
        }
        channels.add(from.row + 1, Track::From(groups[a]));
        if to.row > from.row + 1 {
            lanes.add(lane(&from, &to), Track::From(groups[a]));
            channels.add(to.row, Track::To(b));
        }
    }
    let mut x = EDGE;
    let mut lane_at = Vec::new();
    let mut column_at = Vec::new();
    for column in 0..=columns {
        lane_at.push(x);
        x += if lanes.count(column) == 0 && (column == 0 || column == columns) {
            0
        } else {
            lanes.size(column)
        };
        column_at.push(x);
        x += if column < columns { WIDE } else { 0 };
    }
    let width = x + EDGE;
    let mut y = EDGE;
    let mut channel_at = Vec::new();
    let mut loose = None;
    for (row, members) in rows.iter().enumerate() {
        if first_loose == Some(row) && row > 0 {
            y += BARE;
            loose = Some(y);
            y += BARE;
        }
        channel_at.push(y);
        y += if row == 0 { 0 } else { channels.size(row) };
        for n in members {
            cells[*n].y = y;
            cells[*n].x = column_at[cells[*n].column];
        }
        y += members.iter().map(|n| cells[*n].height).max().unwrap_or(0);
    }
    let height = y + EDGE;
    channel_at.push(y);
    let way = |&(a, b): &(usize, usize)| {
        let (from, to) = (cells[a], cells[b]);
        let middle = |c: &Cell| c.x + WIDE / 2;
        let (bottom, top) = (from.y + from.height, to.y);
        if is_straight(&arcs, a, b, &from, &to) {
            return vec![(middle(&from), bottom), (middle(&to), top)];
        }
        let (out, into) = (middle(&from) + PORT, middle(&to) - PORT);
        let first = channels.place(from.row + 1, Track::From(groups[a]), channel_at[from.row + 1]);
        if to.row == from.row + 1 {
            return vec![(out, bottom), (out, first), (into, first), (into, top)];
        }
        let gap = lane(&from, &to);
        let side = lanes.place(gap, Track::From(groups[a]), lane_at[gap]);
        let second = channels.place(to.row, Track::To(b), channel_at[to.row]);
        vec![(out, bottom), (out, first), (side, first), (side, second), (into, second), (into, top)]
    };
    let ways = arcs.iter().map(way).collect();
    Layout { cells, ways, loose, width, height }
}

/// Acts and joins, and what leads to what, by index.
fn graph(flow: &Flow) -> (Vec<Node>, Vec<(usize, usize)>) {
    let acts = flow.acts.len();
    let nodes = (0..acts).map(Node::Act).chain((0..flow.joins.len()).map(Node::Join)).collect();
    let mut arcs = Vec::new();
    let mut joined = BTreeSet::new();
    for (j, join) in flow.joins.iter().enumerate() {
        let members = || join.acts.iter().map(|a| *a as usize).filter(|a| *a < acts);
        arcs.extend(members().map(|a| (a, acts + j)));
        for effect in join.effects(&flow.edges) {
            arcs.push((acts + j, effect as usize));
            joined.extend(members().map(|a| (a, effect as usize)));
        }
    }
    let edges = flow.edges.iter().map(|e| (e.before as usize, e.after as usize));
    arcs.extend(edges.filter(|e| e.0 < acts && e.1 < acts && !joined.contains(e)));
    arcs.sort_unstable();
    arcs.dedup();
    (nodes, arcs)
}

/// How many steps come before each at least.
fn levels(count: usize, arcs: &[(usize, usize)]) -> Vec<usize> {
    let mut levels = vec![0usize; count];
    // As often as the longest way can have steps; a circle, which a flow has not, ends here too.
    for _ in 0..count {
        let mut changed = false;
        for &(a, b) in arcs {
            if levels[b] <= levels[a] && levels[a] < count {
                levels[b] = levels[a] + 1;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    levels
}

/// Row and column of each node, and the first row of those without an order.
///
/// What hangs together is laid out for itself, row below row by level; such groups stand side by side while there is room.
fn places(count: usize, arcs: &[(usize, usize)], abreast: usize) -> (Vec<(usize, usize)>, Option<usize>) {
    let levels = levels(count, arcs);
    let group = together(count, arcs);
    let tied: BTreeSet<usize> = arcs.iter().flat_map(|(a, b)| [*a, *b]).collect();
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    tied.iter().for_each(|n| groups.entry(group[*n]).or_default().push(*n));
    let mut out = vec![(0, 0); count];
    let (mut top, mut used, mut deep) = (0, 0, 0);
    for members in groups.values() {
        let rows = rows(members, &levels, arcs, abreast);
        let wide = rows.iter().map(Vec::len).max().unwrap_or(0);
        if used > 0 && used + wide > abreast {
            (top, used, deep) = (top + deep, 0, 0);
        }
        for (row, line) in rows.iter().enumerate() {
            line.iter().enumerate().for_each(|(column, n)| out[*n] = (top + row, used + column));
        }
        used += wide;
        deep = deep.max(rows.len());
    }
    let loose: Vec<usize> = (0..count).filter(|n| !tied.contains(n)).collect();
    let first = (!loose.is_empty()).then_some(top + deep);
    for (i, n) in loose.iter().enumerate() {
        out[*n] = (top + deep + i / abreast, i % abreast);
    }
    (out, first)
}

/// The smallest node that each hangs together with.
fn together(count: usize, arcs: &[(usize, usize)]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..count).collect();
    for _ in 0..count {
        let mut changed = false;
        for &(a, b) in arcs {
            let least = group[a].min(group[b]);
            changed |= group[a] != least || group[b] != least;
            (group[a], group[b]) = (least, least);
        }
        if !changed {
            break;
        }
    }
    group
}

/// The members of a group in rows.
fn rows(members: &[usize], levels: &[usize], arcs: &[(usize, usize)], abreast: usize) -> Vec<Vec<usize>> {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut column: BTreeMap<usize, usize> = BTreeMap::new();
    for level in 0..=members.iter().map(|n| levels[*n]).max().unwrap_or(0) {
        let mut here: Vec<usize> = members.iter().copied().filter(|n| levels[*n] == level).collect();
        // Below what leads to it, so that arrows cross little.
        here.sort_by_key(|n| {
            let before = arcs.iter().filter(|a| a.1 == *n).filter_map(|a| column.get(&a.0));
            let (sum, many) = before.fold((0, 0), |(sum, many), c| (sum + c, many + 1));
            (sum * 100 / many.max(1), *n)
        });
        for line in here.chunks(abreast) {
            line.iter().enumerate().for_each(|(c, n)| {
                column.insert(*n, c);
            });
            rows.push(line.to_vec());
        }
    }
    rows
}

/// For each node the first one that leads to the same nodes.
fn groups(count: usize, arcs: &[(usize, usize)]) -> Vec<usize> {
    let mut ends: Vec<Vec<usize>> = vec![Vec::new(); count];
    arcs.iter().for_each(|(a, b)| ends[*a].push(*b));
    let mut firsts: BTreeMap<&[usize], usize> = BTreeMap::new();
    ends.iter().enumerate().map(|(i, e)| *firsts.entry(e.as_slice()).or_insert(i)).collect()
}

/// The lane beside the end's column that is nearer to the beginning.
fn lane(from: &Cell, to: &Cell) -> usize {
    if from.column < to.column { to.column } else { to.column + 1 }
}

/// Whether an arrow goes straight down: nothing else begins or ends there.
fn is_straight(arcs: &[(usize, usize)], a: usize, b: usize, from: &Cell, to: &Cell) -> bool {
    from.row + 1 == to.row
        && from.column == to.column
        && arcs.iter().filter(|e| e.0 == a).count() == 1
        && arcs.iter().filter(|e| e.1 == b).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use bartizan::Span;
    use bartizan_response::flow::{Act, Edge, Why};

    fn flow(acts: u32, edges: &[(u32, u32)]) -> Flow {
        let act = |i| Act {
            technique: i,
            evidence: Vec::new(),
            observables: Vec::new(),
            entities: Vec::new(),
            layer: 0,
        };
        let why = Why::Words(Span::new(0, 1));
        Flow {
            acts: (0..acts).map(act).collect(),
            edges: edges.iter().map(|(a, b)| Edge { before: *a, after: *b, why }).collect(),
            ..Flow::default()
        }
    }

    /// No piece of an arrow goes through a cell; the ends touch theirs.
    fn check(layout: &Layout) {
        for way in &layout.ways {
            for pair in way.windows(2) {
                let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
                assert!(ax == bx || ay == by, "arrows run level or upright: {way:?}");
                let (left, right) = (ax.min(bx), ax.max(bx));
                let (top, bottom) = (ay.min(by), ay.max(by));
                for c in &layout.cells {
                    let beside = right <= c.x || left >= c.x + WIDE;
                    let apart = bottom <= c.y || top >= c.y + c.height;
                    assert!(beside || apart, "{way:?} goes through {c:?}");
                }
            }
            for (x, y) in way {
                assert!(*x <= layout.width && *y <= layout.height, "{way:?} leaves the picture");
            }
        }
    }

    #[test]
    fn no_arrow_passes_behind_a_box() {
        let chain = flow(6, &[(0, 1), (1, 2), (2, 3), (0, 3), (0, 4), (3, 5), (0, 5)]);
        let fan = flow(9, &[(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (1, 6), (5, 6), (0, 7), (7, 8), (2, 8)]);
        let loose = flow(7, &[(5, 6)]);
        for flow in [chain, fan, loose] {
            for abreast in [1, 2, 4] {
                check(&layout(&flow, abreast, |n| if n == Node::Act(1) { 120 } else { 60 }));
            }
        }
    }

    /// Arrows of different beginnings share no piece of a track.
    #[test]
    fn arrows_of_different_acts_do_not_lie_on_one_another() {
        let flow = flow(8, &[(0, 4), (1, 5), (2, 6), (3, 7), (0, 7), (3, 5), (4, 6), (2, 4)]);
        let found = layout(&flow, 4, |_| 60);
        check(&found);
        let level = |way: &Vec<(u32, u32)>| -> Vec<(u32, u32, u32)> {
            let pieces = way.windows(2).filter(|p| p[0].1 == p[1].1);
            pieces.map(|p| (p[0].1, p[0].0.min(p[1].0), p[0].0.max(p[1].0))).collect()
        };
        let (nodes, arcs) = graph(&flow);
        let groups = groups(nodes.len(), &arcs);
        for (i, a) in found.ways.iter().enumerate() {
            for (j, b) in found.ways.iter().enumerate().skip(i + 1) {
                if groups[arcs[i].0] == groups[arcs[j].0] || arcs[i].1 == arcs[j].1 {
                    continue;
                }
                for (y, l, r) in level(a) {
                    for (z, m, s) in level(b) {
                        assert!(y != z || r <= m || l >= s, "{a:?} lies on {b:?}");
                    }
                }
            }
        }
    }

    /// A circle, which no flow has, is drawn and does not hang.
    #[test]
    fn a_circle_ends() {
        let found = layout(&flow(2, &[(0, 1), (1, 0)]), 4, |_| 60);
        assert_eq!(found.cells.len(), 2);
    }
}
