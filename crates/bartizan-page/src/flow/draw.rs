//! The picture: boxes for acts, six-sided ones for conditions, circles for operators, rounded tabs for assets.

use super::layout::{Cell, Layout, Node, WIDE, layout};
use crate::safe::{Markup, shown};
use bartizan::Analysis;
use bartizan_response::flow::{Condition, Flow};

/// Height of a line of writing, and the space around it.
const LINE: u32 = 16;
const PAD: u32 = 9;
/// Characters that fit a line of a box.
const LETTERS: usize = 29;
/// … of a condition, whose ends are cut off.
const CLAUSE: usize = 26;
/// … of an asset's tab.
const TABBED: usize = 33;
/// Lines of a name, and of a condition.
const NAME_LINES: usize = 3;
const CLAUSE_LINES: usize = 3;
/// A tab for an asset, with the space below it.
const TAB: u32 = 21;
/// Assets shown in a box; the list has all.
const TABS: usize = 3;
/// Between a condition and what it leads to.
const STEM: u32 = 12;
/// Half of an operator's circle.
const ROUND: u32 = 22;

/// One act as it is drawn.
struct Drawn<'a> {
    title: String,
    name: Vec<String>,
    conditions: Vec<(&'a Condition, Vec<String>)>,
    assets: Vec<String>,
}

impl Drawn<'_> {
    fn above(&self) -> u32 {
        self.conditions.iter().map(|(_, lines)| clause_height(lines) + STEM).sum()
    }

    fn body(&self) -> u32 {
        PAD * 2 + LINE * (1 + self.name.len() as u32) + TAB * self.assets.len() as u32
    }
}

fn clause_height(lines: &[String]) -> u32 {
    PAD + LINE * (1 + lines.len() as u32)
}

/// The picture with so many boxes side by side. `class` tells the two widths apart for the style sheet and for the arrows' ends.
pub(super) fn picture(flow: &Flow, analysis: &Analysis, abreast: usize, class: Class) -> Markup {
    let drawn: Vec<Drawn<'_>> = (0..flow.acts.len()).map(|i| drawn(flow, analysis, i)).collect();
    let found = layout(flow, abreast, |node| match node {
        Node::Act(i) => drawn.get(i).map_or(0, |d| d.above() + d.body()),
        Node::Join(_) => ROUND * 2,
    });
    let mut out = Markup::default();
    open(&mut out, &found, class);
    for way in &found.ways {
        out.raw("<path class=\"fe\" marker-end=\"url(#");
        out.raw(class.arrow());
        out.raw(")\" d=\"");
        for (i, (x, y)) in way.iter().enumerate() {
            out.raw(if i == 0 { "M" } else { " L" });
            // An arrow's end touches the box and does not lie under it.
            let y = if i + 1 == way.len() { y.saturating_sub(2) } else { *y };
            pair(&mut out, *x, y);
        }
        out.raw("\"/>");
    }
    if let Some(y) = found.loose {
        written(&mut out, "fnote", 8, y + LINE / 2, "The text gives no order for these:");
    }
    for cell in &found.cells {
        match cell.node {
            Node::Act(i) => drawn.get(i).into_iter().for_each(|d| act(&mut out, cell, i, d)),
            Node::Join(j) => flow.joins.get(j).into_iter().for_each(|j| {
                let (x, y) = (cell.x + WIDE / 2, cell.y + ROUND);
                out.raw("<circle class=\"fop\" r=\"");
                out.num(ROUND);
                out.raw("\" cx=\"");
                out.num(x);
                out.raw("\" cy=\"");
                out.num(y);
                out.raw("\"/>");
                written(&mut out, "ft fmid", x, y + 5, j.operator.as_str());
            }),
        }
    }
    out.raw("</svg>");
    out
}

/// Which of the two pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// For screens of a desk.
    Wide,
    /// For small ones: one box a row.
    Narrow,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Self::Wide => "flowpic fwide",
            Self::Narrow => "flowpic fnarrow",
        }
    }

    fn arrow(self) -> &'static str {
        match self {
            Self::Wide => "fa",
            Self::Narrow => "fan",
        }
    }
}

fn open(out: &mut Markup, found: &Layout, class: Class) {
    out.raw("<svg class=\"");
    out.raw(class.name());
    out.raw("\" role=\"group\" aria-label=\"Picture of the flow; the list below says the same in words\" viewBox=\"0 0 ");
    pair(out, found.width, found.height);
    out.raw("\" width=\"");
    out.num(found.width);
    out.raw("\" height=\"");
    out.num(found.height);
    out.raw("\"><defs><marker id=\"");
    out.raw(class.arrow());
    out.raw("\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path class=\"fh\" d=\"M0 0l8 4-8 4z\"/></marker></defs>");
}

fn drawn<'a>(flow: &'a Flow, analysis: &Analysis, index: usize) -> Drawn<'a> {
    let of = |acts: &[u32]| acts.contains(&(index as u32));
    let technique = flow.acts.get(index).and_then(|a| analysis.techniques.get(a.technique as usize));
    let (id, name) = technique.map_or(("", ""), |t| (t.id.as_str(), t.name.as_str()));
    let text = &analysis.document.text;
    let clause = |c: &Condition| wrapped(&shown(c.evidence.span.of(text)), CLAUSE, CLAUSE_LINES);
    let mut assets: Vec<String> = flow
        .assets
        .iter()
        .filter(|a| of(&a.acts))
        .map(|a| wrapped(&format!("{}: {}", a.kind.as_str(), a.name), TABBED, 1).concat())
        .collect();
    let more = assets.len().saturating_sub(TABS);
    if more > 0 {
        assets.truncate(TABS - 1);
        assets.push(format!("and {} more", more + 1));
    }
    Drawn {
        title: format!("{} · {id}", index + 1),
        name: wrapped(&shown(name), LETTERS, NAME_LINES),
        conditions: flow.conditions.iter().filter(|c| of(&c.acts)).map(|c| (c, clause(c))).collect(),
        assets,
    }
}

fn act(out: &mut Markup, cell: &Cell, index: usize, act: &Drawn<'_>) {
    let (x, mut y) = (cell.x, cell.y);
    for (_, lines) in &act.conditions {
        let height = clause_height(lines);
        let (right, half) = (x + WIDE, height / 2);
        out.raw("<path class=\"fcond\" d=\"M");
        pair(out, x + 12, y);
        for (px, py) in [
            (right - 12, y),
            (right, y + half),
            (right - 12, y + height),
            (x + 12, y + height),
            (x, y + half),
        ] {
            out.raw(" L");
            pair(out, px, py);
        }
        out.raw("z\"/><path class=\"fe\" d=\"M");
        pair(out, x + WIDE / 2, y + height);
        out.raw(" L");
        pair(out, x + WIDE / 2, y + height + STEM);
        out.raw("\"/>");
        written(out, "fnote", x + 20, y + LINE, "condition");
        for (i, line) in lines.iter().enumerate() {
            written(out, "fx", x + 20, y + LINE * (2 + i as u32), line);
        }
        y += height + STEM;
    }
    out.raw("<a href=\"#c-f");
    out.num(index as u32);
    out.raw("\"><rect class=\"fb\" x=\"");
    out.num(x);
    out.raw("\" y=\"");
    out.num(y);
    out.raw("\" width=\"");
    out.num(WIDE);
    out.raw("\" height=\"");
    out.num(act.body());
    out.raw("\" rx=\"4\"/>");
    written(out, "ft", x + 10, y + PAD + 12, &act.title);
    y += PAD + 12 + LINE;
    for line in &act.name {
        written(out, "fx", x + 10, y, line);
        y += LINE;
    }
    y -= 10;
    for asset in &act.assets {
        out.raw("<rect class=\"fasset\" rx=\"9\" height=\"18\" x=\"");
        out.num(x + 8);
        out.raw("\" y=\"");
        out.num(y);
        out.raw("\" width=\"");
        out.num(WIDE - 16);
        out.raw("\"/>");
        written(out, "fx", x + 18, y + 13, asset);
        y += TAB;
    }
    out.raw("</a>");
}

fn written(out: &mut Markup, class: &'static str, x: u32, y: u32, words: &str) {
    out.raw("<text class=\"");
    out.raw(class);
    out.raw("\" x=\"");
    out.num(x);
    out.raw("\" y=\"");
    out.num(y);
    out.raw("\">");
    out.text(words);
    out.raw("</text>");
}

fn pair(out: &mut Markup, x: u32, y: u32) {
    out.num(x);
    out.raw(" ");
    out.num(y);
}

/// Text in so many lines of so many characters; what does not fit ends with an ellipsis.
fn wrapped(text: &str, letters: usize, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut cut = false;
    'words: for word in text.split_whitespace() {
        let mut word: &str = word;
        loop {
            let Some(line) = out.last_mut() else { break 'words };
            let used = line.chars().count();
            let room = letters.saturating_sub(used + usize::from(used > 0));
            let length = word.chars().count();
            if length <= room {
                line.push_str(if used > 0 { " " } else { "" });
                line.push_str(word);
                break;
            }
            if used == 0 {
                // Longer than a line: it goes on in the next.
                let at = word.char_indices().nth(letters).map_or(word.len(), |(at, _)| at);
                line.push_str(&word[..at]);
                word = &word[at..];
            }
            if out.len() == lines {
                cut = true;
                break 'words;
            }
            out.push(String::new());
        }
    }
    if let Some(line) = out.last_mut().filter(|_| cut) {
        *line = line.chars().take(letters - 1).collect::<String>().trim_end().to_owned();
        line.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn names_are_wrapped_and_never_longer_than_their_line() {
        assert_eq!(wrapped("Ingress Tool Transfer", 29, 3), ["Ingress Tool Transfer"]);
        assert_eq!(wrapped("a b", 1, 3), ["a", "b"]);
        assert_eq!(wrapped("abcdef", 4, 3), ["abcd", "ef"]);
        assert_eq!(wrapped("abc def ghi", 4, 2), ["abc", "def…"]);
        assert_eq!(wrapped("", 4, 2), [""]);
        for text in ["Compromise Software Dependencies and Development Tools", "äöü äöü äöü äöü"]
        {
            let lines = wrapped(text, 7, 2);
            assert!(lines.len() <= 2 && lines.iter().all(|l| l.chars().count() <= 7), "{lines:?}");
        }
    }
}
