//! What one audience reads of a source.

use std::collections::BTreeSet;

use super::inline::{Label, Node};
use super::source::{Block, Line, Part, Source};

/// What stands where something is withheld. One text for everything: its length tells nothing.
pub(super) const WITHHELD: &str = "[withheld]";

/// Who an edition is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// The programme's word for it, e.g. `partner`.
    pub id: String,
    /// The marking of the edition, e.g. `TLP:CLEAR`.
    pub marking: String,
    /// The labels it may see.
    pub shows: BTreeSet<Label>,
}

impl Audience {
    /// An audience; what has not the form of a label is left out.
    pub fn new<'l>(id: &str, marking: &str, shows: impl IntoIterator<Item = &'l str>) -> Self {
        let shows = shows.into_iter().filter_map(Label::parse).collect();
        Self { id: id.to_owned(), marking: marking.to_owned(), shows }
    }

    pub(super) fn sees(&self, label: &Label) -> bool {
        self.shows.contains(label)
    }
}

/// A block as an audience reads it. Text is plain; a link is written `[text](url)` as in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A heading of level 1 to 4.
    Heading(u8, String),
    /// A paragraph.
    Paragraph(String),
    /// The items of a list.
    List(Vec<String>),
    /// Rows of cells, the first row the head.
    Table(Vec<Vec<String>>),
    /// Lines as they are.
    Verbatim(Vec<String>),
}

/// One audience's text. It holds nothing of what was withheld, not even how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// Who it is for: [`Audience::id`].
    pub audience: String,
    /// Its marking.
    pub marking: String,
    /// The title as this audience reads it; never empty.
    pub title: String,
    /// The rest of the front matter, in order, without what is withheld whole.
    pub metadata: Vec<(String, String)>,
    /// Blocks in order, without what is withheld whole.
    pub blocks: Vec<Shown>,
}

impl Source {
    /// What `audience` reads. Paragraphs, items, rows and headings of which nothing is left are left out, and so is a heading under
    /// which nothing is left.
    pub fn edition(&self, audience: &Audience) -> Edition {
        let open = audience.sees(&self.unmarked);
        let mut metadata = Vec::new();
        let mut title = None;
        for (name, line) in self.front.iter().filter(|(name, _)| name != "unmarked") {
            let Some(text) = shown(line, audience, open) else { continue };
            if name == "title" {
                title = Some(text);
            } else {
                metadata.push((name.clone(), text));
            }
        }
        let blocks = self.blocks.iter().filter_map(|block| block_of(block, audience, open)).collect();
        Edition {
            audience: audience.id.clone(),
            marking: audience.marking.clone(),
            title: title.unwrap_or_else(|| "Report".to_owned()),
            metadata,
            blocks: without_bare_headings(blocks),
        }
    }
}

fn block_of(block: &Block, audience: &Audience, open: bool) -> Option<Shown> {
    if !block.labels.iter().all(|label| audience.sees(label)) {
        return None;
    }
    // A fence says who may read the block; what is not marked in it is theirs.
    let open = open || !block.labels.is_empty();
    let line = |line: &Line| shown(line, audience, open);
    match &block.part {
        Part::Heading(level, text) => Some(Shown::Heading(*level, line(text)?)),
        Part::Paragraph(text) => Some(Shown::Paragraph(line(text)?)),
        Part::List(items) => some(items.iter().filter_map(line).collect()).map(Shown::List),
        Part::Verbatim(lines) => {
            let kept: Vec<String> = lines
                .iter()
                .filter_map(|one| if one.nodes.is_empty() { Some(String::new()) } else { line(one) })
                .collect();
            kept.iter().any(|line| !line.is_empty()).then_some(Shown::Verbatim(kept))
        }
        Part::Table(rows) => {
            let mut kept: Vec<Vec<String>> = Vec::new();
            for (index, row) in rows.iter().enumerate() {
                let cells: Vec<Option<String>> = row
                    .iter()
                    .map(|cell| if cell.nodes.is_empty() { Some(String::new()) } else { line(cell) })
                    .collect();
                let any = cells.iter().flatten().any(|cell| !cell.is_empty());
                // The head stays as long as a row does: it says what the cells are.
                if any || index == 0 {
                    kept.push(
                        cells.into_iter().map(|cell| cell.unwrap_or_else(|| WITHHELD.to_owned())).collect(),
                    );
                }
            }
            (kept.len() > 1).then_some(Shown::Table(kept))
        }
    }
}

fn some<T>(all: Vec<T>) -> Option<Vec<T>> {
    (!all.is_empty()).then_some(all)
}

/// The text of a line for an audience; `None` where nothing but what is withheld would be left.
fn shown(line: &Line, audience: &Audience, open: bool) -> Option<String> {
    let mut text = String::new();
    let mut said = false;
    walk(&line.nodes, audience, open, &mut text, &mut said);
    said.then(|| text.trim_end().to_owned())
}

fn walk(nodes: &[Node], audience: &Audience, open: bool, text: &mut String, said: &mut bool) {
    for node in nodes {
        match node {
            Node::Text(plain) if open => {
                *said |= plain.chars().any(char::is_alphanumeric);
                text.push_str(plain);
            }
            Node::Text(_) => withhold(text),
            // A mark in a line says who may read it, whoever may read what is not marked.
            Node::Mark { label, inside, .. } if audience.sees(label) => {
                walk(inside, audience, true, text, said)
            }
            Node::Mark { instead: Some(instead), .. } if open => {
                *said |= instead.chars().any(char::is_alphanumeric);
                text.push_str(instead);
            }
            Node::Mark { .. } => withhold(text),
        }
    }
}

/// One sign for neighbours: how many there are is nobody's business.
fn withhold(text: &mut String) {
    if !text.trim_end().ends_with(WITHHELD) {
        text.push_str(WITHHELD);
    }
}

/// Drops headings under which nothing is left.
fn without_bare_headings(blocks: Vec<Shown>) -> Vec<Shown> {
    let mut kept: Vec<Shown> = Vec::with_capacity(blocks.len());
    let mut next_level: Option<u8> = None;
    let mut content = false;
    for block in blocks.into_iter().rev() {
        match &block {
            Shown::Heading(level, _) => {
                let bare = !content && next_level.is_none_or(|next| next <= *level);
                if !bare {
                    next_level = Some(*level);
                    content = false;
                    kept.push(block);
                }
            }
            _ => {
                content = true;
                kept.push(block);
            }
        }
    }
    kept.reverse();
    kept
}
