//! The source: front matter, blocks, marks.

use super::blocks;
use super::fault::{Code, Fault, Faults};
use super::inline::{Label, Node, nodes};

/// How long a source may be, in bytes.
pub const MOST_BYTES: usize = 2 << 20;
const MOST_MARKS: usize = 20_000;

/// A line of text with its marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Text and marks in order.
    pub nodes: Vec<Node>,
    /// The line in the source, from 1.
    pub at: usize,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A heading of level 1 to 4.
    Heading(u8, Line),
    /// A paragraph; its lines are joined.
    Paragraph(Line),
    /// A list; each item is a line.
    List(Vec<Line>),
    /// A table: the first row is its head. Cells of a row have the row's line.
    Table(Vec<Vec<Line>>),
    /// Lines as they are: a transcript, a command.
    Verbatim(Vec<Line>),
}

/// A block and the fences around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub part: Part,
    /// The fences around it, the outermost first; all of them must be shown.
    pub labels: Vec<Label>,
}

/// A source as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The front matter in order; `title` names the report, `unmarked` the label of what no mark covers.
    pub front: Vec<(String, Line)>,
    /// The label of what no mark covers.
    pub unmarked: Label,
    /// The blocks in order.
    pub blocks: Vec<Block>,
}

impl Source {
    /// Reads a source.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the lines.
    pub fn parse(text: &str) -> Result<Self, Faults> {
        if text.len() > MOST_BYTES {
            return Err(Faults(vec![Fault { code: Code::TooLong, line: 1 }]));
        }
        let mut faults = Vec::new();
        let mut marks = 0;
        let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap_or(text).lines().collect();
        let Some(end) = front_end(&lines) else {
            return Err(Faults(vec![Fault { code: Code::FrontMatter, line: 1 }]));
        };
        let mut front = Vec::new();
        for (at, line) in lines[1..end].iter().enumerate().map(|(index, line)| (index + 2, line)) {
            match line.split_once(':') {
                Some((name, value)) if Label::parse(name.trim()).is_some() => {
                    let nodes = nodes(value.trim(), at, &mut marks, &mut faults);
                    front.push((name.trim().to_owned(), Line { nodes, at }));
                }
                _ if line.trim().is_empty() => {}
                _ => faults.push(Fault { code: Code::FrontMatter, line: at }),
            }
        }
        let unmarked =
            front.iter().find(|(name, _)| name == "unmarked").and_then(|(_, line)| match &line.nodes[..] {
                [Node::Text(label)] => Label::parse(label),
                _ => None,
            });
        if unmarked.is_none() {
            faults.push(Fault { code: Code::Unmarked, line: 1 });
        }
        let blocks = blocks::read(&lines[end + 1..], end + 2, &mut marks, &mut faults);
        if marks > MOST_MARKS {
            faults.push(Fault { code: Code::TooLong, line: 1 });
        }
        faults.sort_by_key(|fault| fault.line);
        match unmarked {
            Some(unmarked) if faults.is_empty() => Ok(Self { front, unmarked, blocks }),
            _ => Err(Faults(faults)),
        }
    }
}

/// The line that closes the front matter.
fn front_end(lines: &[&str]) -> Option<usize> {
    let opened = lines.first().is_some_and(|line| line.trim_end() == "---");
    let end = lines.iter().skip(1).position(|line| line.trim_end() == "---")? + 1;
    opened.then_some(end)
}
