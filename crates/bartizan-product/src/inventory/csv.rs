//! CSV (RFC 4180), with the separator found in the first line.

/// Most cells of a row, and most rows; what is over is counted.
pub(super) const MAX_CELLS: usize = 1_000;
const MAX_ROWS: usize = super::MAX_COMPONENTS + 1_000;

/// A row: the line where it begins, from 1, and its cells.
pub(super) struct Row {
    pub line: usize,
    pub cells: Vec<String>,
    /// Cells that are not kept.
    pub over: usize,
}

/// The separator that is most frequent in the first line, outside of quotation marks.
fn separator(text: &str) -> char {
    let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(',', 0), (';', 0), ('\t', 0), ('|', 0)];
    for c in first.chars() {
        quoted ^= c == '"';
        for (separator, count) in counts.iter_mut().filter(|(s, _)| !quoted && *s == c) {
            let _ = separator;
            *count += 1;
        }
    }
    // The first of equals: a comma where there is none of them.
    counts.iter().rev().max_by_key(|(_, n)| *n).map_or(',', |(s, _)| *s)
}

/// All rows that are not empty, and how many more there are. A quotation mark that is not closed takes the rest.
pub(super) fn rows(text: &str) -> (Vec<Row>, usize) {
    let separator = separator(text);
    let mut rows = Rows { kept: Vec::new(), over: 0 };
    let (mut line, mut begin) = (1, 1);
    let (mut cells, mut cell, mut over) = (Vec::new(), String::new(), 0);
    let (mut quoted, mut was_quoted) = (false, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\n' {
            line += 1;
        }
        match c {
            '"' if quoted => {
                if rest.next_if_eq(&'"').is_some() {
                    cell.push('"')
                } else {
                    quoted = false
                }
            }
            '"' if cell.trim().is_empty() && !was_quoted => {
                cell.clear();
                quoted = true;
                was_quoted = true;
            }
            _ if quoted => cell.push(c),
            '\n' => {
                rows.end(begin, &mut cells, &mut cell, std::mem::take(&mut over));
                was_quoted = false;
                begin = line;
            }
            '\r' if rest.peek() == Some(&'\n') => {}
            c if c == separator => {
                if cells.len() < MAX_CELLS {
                    cells.push(std::mem::take(&mut cell))
                } else {
                    over += 1
                }
                cell.clear();
                was_quoted = false;
            }
            c => cell.push(c),
        }
    }
    rows.end(begin, &mut cells, &mut cell, over);
    (rows.kept, rows.over)
}

struct Rows {
    kept: Vec<Row>,
    over: usize,
}

impl Rows {
    fn end(&mut self, line: usize, cells: &mut Vec<String>, cell: &mut String, over: usize) {
        cells.push(std::mem::take(cell));
        let mut cells = std::mem::take(cells);
        for cell in &mut cells {
            *cell = cell.trim().to_owned();
        }
        if cells.iter().all(String::is_empty) {
            return;
        }
        if self.kept.len() < MAX_ROWS { self.kept.push(Row { line, cells, over }) } else { self.over += 1 }
    }
}
