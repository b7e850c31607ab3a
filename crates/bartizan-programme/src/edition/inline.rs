//! Marks in a line.

use super::fault::{Code, Fault};

const DEEPEST: usize = 8;

/// Who may see something, in the programme's words: small letters, digits and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(String);

impl Label {
    /// The label, if it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let good = (1..=32).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        good.then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text, or a mark with what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Plain text.
    Text(String),
    /// What only some may see.
    Mark {
        /// Who.
        label: Label,
        /// What it seals.
        inside: Vec<Node>,
        /// What the others are told instead.
        instead: Option<String>,
    },
}

impl Node {
    /// All text in it, whatever marks stand around it.
    pub(super) fn all_text(&self, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(text),
            Self::Mark { inside, .. } => inside.iter().for_each(|node| node.all_text(out)),
        }
    }
}

/// A mark that is not closed yet.
struct Open {
    label: Label,
    inside: Vec<Node>,
}

/// The nodes of a line; what is wrong with it goes to `faults`.
pub(super) fn nodes(text: &str, line: usize, marks: &mut usize, faults: &mut Vec<Fault>) -> Vec<Node> {
    let mut reader = Reader { rest: text, plain: String::new(), done: Vec::new(), open: Vec::new(), marks };
    if let Err(code) = reader.read() {
        faults.push(Fault { code, line });
    }
    reader.done
}

struct Reader<'t> {
    rest: &'t str,
    plain: String,
    done: Vec<Node>,
    open: Vec<Open>,
    marks: &'t mut usize,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Code> {
        while !self.rest.is_empty() {
            if self.take("\\[[") {
                self.plain.push_str("[[");
            } else if self.take("\\]]") {
                self.plain.push_str("]]");
            } else if self.take("\\=>") {
                self.plain.push_str("=>");
            } else if self.take("[[") {
                self.begin()?;
            } else if !self.open.is_empty() && self.take("]]") {
                self.end(None)?;
            } else if !self.open.is_empty() && self.take("=>") {
                let (instead, after) = self.rest.split_once("]]").ok_or(Code::Unclosed)?;
                if instead.contains("[[") {
                    return Err(Code::Substitute);
                }
                self.rest = after;
                self.plain.truncate(self.plain.trim_end().len());
                self.end(Some(instead.trim().to_owned()))?;
            } else {
                let next = self.rest.chars().next().map_or(1, char::len_utf8);
                self.plain.push_str(&self.rest[..next]);
                self.rest = &self.rest[next..];
            }
        }
        self.flush();
        if self.open.is_empty() { Ok(()) } else { Err(Code::Unclosed) }
    }

    fn take(&mut self, mark: &str) -> bool {
        let after = self.rest.strip_prefix(mark);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Where text goes now: into the innermost open mark, or the line.
    fn here(&mut self) -> &mut Vec<Node> {
        match self.open.last_mut() {
            Some(open) => &mut open.inside,
            None => &mut self.done,
        }
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            let text = std::mem::take(&mut self.plain);
            self.here().push(Node::Text(text));
        }
    }

    fn begin(&mut self) -> Result<(), Code> {
        self.flush();
        let (label, after) = self.rest.split_once(':').ok_or(Code::Label)?;
        let label = Label::parse(label.trim()).ok_or(Code::Label)?;
        if self.open.len() == DEEPEST {
            return Err(Code::Nesting);
        }
        *self.marks += 1;
        self.open.push(Open { label, inside: Vec::new() });
        self.rest = after.strip_prefix(' ').unwrap_or(after);
        Ok(())
    }

    fn end(&mut self, instead: Option<String>) -> Result<(), Code> {
        self.flush();
        let Some(Open { label, inside }) = self.open.pop() else { return Ok(()) };
        if inside.is_empty() {
            return Err(Code::Empty);
        }
        self.here().push(Node::Mark { label, inside, instead });
        Ok(())
    }
}
