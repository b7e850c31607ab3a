//! Lines to groups (paragraphs, items, cells), and groups to tables.

use super::line::Line;

/// Lines of one paragraph, list item, heading or cell.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) lines: Vec<Line>,
    pub(super) x0: f64,
    pub(super) x1: f64,
    /// Distance between the baselines, once there are two.
    leading: Option<f64>,
    /// Whether the first line starts with a list marker.
    pub(super) item: bool,
}

impl Group {
    fn new(line: Line) -> Self {
        Self { x0: line.x0, x1: line.x1, leading: None, item: starts_item(&line.text), lines: vec![line] }
    }

    /// A line by itself.
    pub(super) fn of(line: Line) -> Self {
        Self::new(line)
    }

    pub(super) fn first(&self) -> &Line {
        &self.lines[0]
    }

    fn last(&self) -> &Line {
        &self.lines[self.lines.len() - 1]
    }

    /// Upper and lower edge.
    pub(super) fn height(&self) -> (f64, f64) {
        (self.top(), self.bottom())
    }

    /// Upper edge.
    fn top(&self) -> f64 {
        self.first().y + 0.8 * self.first().size
    }

    /// Lower edge.
    fn bottom(&self) -> f64 {
        self.last().y - 0.2 * self.last().size
    }

    fn push(&mut self, line: Line) {
        self.leading = Some(self.last().y - line.y);
        self.x0 = self.x0.min(line.x0);
        self.x1 = self.x1.max(line.x1);
        self.lines.push(line);
    }

    /// Whether `line` goes on with this group.
    fn takes(&self, line: &Line, widest_leading: f64) -> bool {
        let (last, first) = (self.last(), self.first());
        let size = last.size.max(line.size);
        let down = last.y - line.y;
        let limit = self.leading.map_or(widest_leading * size, |l| 1.22 * l + 0.5).min(2.6 * size);
        if last.angle != line.angle
            || down < 0.3 * size
            || down > limit
            || starts_item(&line.text)
            || is_marker(&line.text)
        {
            return false;
        }
        if (last.size - line.size).abs() > 0.12 * size || last.mono != line.mono {
            return false;
        }
        // A bold line over plain text is a heading, a bold line under it begins the next part; unless a sentence
        // runs on.
        if last.bold != line.bold && !line.text.starts_with(|c: char| c.is_lowercase()) {
            return false;
        }
        let shared = last.x1.min(line.x1) - last.x0.max(line.x0);
        if shared <= 0.0 && (line.x0 - self.x0).abs() > 2.0 * size {
            return false;
        }
        // A first line set in, after a line that ended a sentence.
        let indent = line.x0 - self.x0;
        let ended = last.text.ends_with(['.', '!', '?', ':', '”', '"']);
        if !self.item
            && ended
            && (0.8 * size..4.0 * size).contains(&indent)
            && first.x0 - self.x0 < 4.0 * size
        {
            return false;
        }
        true
    }
}

/// A piece of a page's body.
pub(super) enum Piece {
    /// A paragraph, heading, item, code.
    Flow(Group),
    /// Rows of cells with their column numbers.
    Table(Vec<Vec<(u16, Group)>>),
}

/// Groups the lines of a page. `leading` is the widest distance of baselines within a paragraph, in sizes.
pub(super) fn group(lines: Vec<Line>, leading: f64) -> Vec<Piece> {
    let mut groups: Vec<Group> = Vec::new();
    for line in lines {
        if let Some(open) = groups.last_mut() {
            let last = open.last();
            let size = last.size.max(line.size);
            let level =
                last.angle == line.angle && (last.y - line.y).abs() < 0.3 * size && line.x0 >= last.x1 - 1.0;
            // A marker that stands apart belongs to the text on its right.
            if level && open.lines.len() == 1 && is_marker(&last.text) && line.x0 - last.x1 < 4.0 * size {
                open.lines[0].append(&line, true);
                open.x1 = open.x1.max(line.x1);
                open.item = true;
                continue;
            }
            if !level && open.takes(&line, leading) {
                open.push(line);
                continue;
            }
        }
        groups.push(Group::new(line));
    }
    tables(groups)
}

/// Finds runs of rows in the groups, in which cells stand side by side in the same columns.
fn tables(groups: Vec<Group>) -> Vec<Piece> {
    let mut rows: Vec<Vec<Group>> = Vec::new();
    for group in groups {
        if let Some(row) = rows.last_mut()
            && let Some(last) = row.last()
            && right_of(row, last, &group)
        {
            row.push(group);
            continue;
        }
        rows.push(vec![group]);
    }
    let mut out = Vec::new();
    let mut run: Vec<Vec<Group>> = Vec::new();
    for row in rows {
        let follows = run.last().is_some_and(|above| continues(&run, above, &row));
        if !follows {
            flush(std::mem::take(&mut run), &mut out);
        }
        run.push(row);
    }
    flush(run, &mut out);
    out
}

/// Whether `group` is the next cell of a row.
fn right_of(row: &[Group], last: &Group, group: &Group) -> bool {
    // The last cells tell the height of the row; hostile rows have thousands.
    let row = &row[row.len().saturating_sub(40)..];
    let top = row.iter().map(Group::top).fold(f64::MIN, f64::max);
    let bottom = row.iter().map(Group::bottom).fold(f64::MAX, f64::min);
    let shared = top.min(group.top()) - bottom.max(group.bottom());
    let height = (top - bottom).min(group.top() - group.bottom());
    last.first().angle == group.first().angle && group.x0 >= last.x1 - 1.0 && shared > 0.5 * height
}

/// Whether `row` stands under the rows of `run` with cells in its columns.
fn continues(run: &[Vec<Group>], above: &[Group], row: &[Group]) -> bool {
    let bottom = above.iter().map(Group::bottom).fold(f64::MAX, f64::min);
    let top = row.iter().map(Group::top).fold(f64::MIN, f64::max);
    let size = row[0].first().size;
    let gap = bottom - top;
    if above[0].first().angle != row[0].first().angle || !(-0.6 * size..4.0 * size).contains(&gap) {
        return false;
    }
    let columns = run.iter().take(8).max_by_key(|r| r.len()).map_or(&[][..], |r| &r[..r.len().min(60)]);
    if columns.len() < 2 {
        // One cell so far: a heading of the table, or no table at all.
        return false;
    }
    let fits = |cell: &Group| columns.iter().any(|c| aligned(c, cell));
    let fitting = row.iter().filter(|c| fits(c)).count();
    // Running text under a table is no row of it, though it starts at its left edge.
    let widest = columns.iter().map(|c| c.x1 - c.x0).fold(0.0, f64::max);
    if row.len() == 1 && (row[0].x1 - row[0].x0 > 1.3 * widest || row[0].first().bold || gap > size) {
        return false;
    }
    fitting * 10 >= row.len() * 6
}

/// Whether two cells share an edge or their middle.
fn aligned(a: &Group, b: &Group) -> bool {
    let near = |x: f64, y: f64| (x - y).abs() < 0.8 * a.first().size.max(b.first().size);
    near(a.x0, b.x0) || near(a.x1, b.x1) || near((a.x0 + a.x1) / 2.0, (b.x0 + b.x1) / 2.0)
}

fn flush(run: Vec<Vec<Group>>, out: &mut Vec<Piece>) {
    let filled = run.iter().filter(|r| r.len() > 1).count();
    if filled < 2 {
        out.extend(run.into_iter().flatten().map(Piece::Flow));
        return;
    }
    // Columns are the left edges of all cells, those within one size of each other taken together.
    let mut edges: Vec<(f64, f64)> = run.iter().flatten().map(|c| (c.x0, c.first().size)).collect();
    edges.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut columns: Vec<f64> = Vec::new();
    let mut reach = f64::MIN;
    for (x, size) in edges {
        if x - reach > 1.2 * size {
            columns.push(x);
        }
        reach = x;
    }
    let column = |x: f64| {
        columns.partition_point(|&c| c <= x + 0.01).saturating_sub(1).min(usize::from(u16::MAX)) as u16
    };
    out.push(Piece::Table(
        run.into_iter().map(|row| row.into_iter().map(|cell| (column(cell.x0), cell)).collect()).collect(),
    ));
}

/// Marks that begin an item of a list.
const BULLETS: &[char] = &[
    '•', '▪', '▫', '‣', '◦', '●', '○', '■', '□', '◆', '◇', '❖', '➢', '➤', '►', '▶', '✓', '✔', '·', '⁃', '–',
    '—', '-', '*', '»',
];

/// Whether `text` is nothing but a list marker.
fn is_marker(text: &str) -> bool {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => BULLETS.contains(&c) || c == 'o',
        _ => text.len() <= 6 && numbered(text) == Some(text.len()),
    }
}

/// Whether `text` begins with a list marker and a blank.
pub(super) fn starts_item(text: &str) -> bool {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), Some(' ')) if BULLETS.contains(&c) || c == 'o' => true,
        (Some(c), Some(_)) if c != '-' && c != '–' && c != '—' && c != '*' && BULLETS.contains(&c) => {
            true
        }
        _ => numbered(text).is_some_and(|n| text[n..].starts_with(' ')),
    }
}

/// Bytes of a leading `1.`, `12)`, `(a)` or `a)`.
fn numbered(text: &str) -> Option<usize> {
    let open = usize::from(text.starts_with('('));
    let body = &text[open..];
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let letters = body.bytes().take_while(u8::is_ascii_alphabetic).count();
    let n = match (digits, letters) {
        (1..=2, _) => digits,
        (0, 1) => 1,
        _ => return None,
    };
    match body.as_bytes().get(n)? {
        b')' => Some(open + n + 1),
        // A single letter and a full stop is an initial.
        b'.' if open == 0 && digits > 0 => Some(n + 1),
        _ => None,
    }
}
