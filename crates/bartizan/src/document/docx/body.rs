//! Paragraphs, tables and text boxes of one part.

use super::super::{BlockKind, Builder, Region, canonical, text};
use super::{attribute, local, resolve};
use crate::{Code, Diagnostic, Options};
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// Paragraph styles that give a block its role.
#[derive(Default)]
pub(super) struct Styles(BTreeMap<String, BlockKind>);

impl Styles {
    /// Reads `styles.xml`.
    pub fn read(xml: &str) -> Self {
        let mut styles = BTreeMap::new();
        let mut parents: Vec<(String, String)> = Vec::new();
        let mut id = String::new();
        let mut reader = quick_xml::Reader::from_str(xml);
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(e) | Event::Empty(e) => match local(&e) {
                    "style" => id = attribute(&e, "styleId").unwrap_or_default(),
                    "name" => {
                        if let Some(kind) = attribute(&e, "val").and_then(|name| by_name(&name)) {
                            styles.insert(id.clone(), kind);
                        }
                    }
                    "basedOn" => parents.extend(attribute(&e, "val").map(|parent| (id.clone(), parent))),
                    "outlineLvl" => {
                        if let Some(level) =
                            attribute(&e, "val").and_then(|v| v.parse::<u8>().ok()).filter(|l| *l < 9)
                        {
                            styles.entry(id.clone()).or_insert(BlockKind::Heading(level + 1));
                        }
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        // Styles inherit; a few rounds reach any sensible depth.
        for _ in 0..4 {
            for (child, parent) in &parents {
                if let Some(&kind) = styles.get(parent) {
                    styles.entry(child.clone()).or_insert(kind);
                }
            }
        }
        Self(styles)
    }

    fn of(&self, id: &str) -> Option<BlockKind> {
        self.0.get(id).copied().or_else(|| by_name(id))
    }
}

/// The role of a built-in style, by its name or its usual id.
fn by_name(name: &str) -> Option<BlockKind> {
    let name: String = name.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    if let Some(level) =
        name.strip_prefix("heading").and_then(|n| n.parse::<u8>().ok()).filter(|n| (1..=9).contains(n))
    {
        return Some(BlockKind::Heading(level));
    }
    Some(match name.as_str() {
        "title" => BlockKind::Heading(1),
        "subtitle" => BlockKind::Heading(2),
        "caption" => BlockKind::Caption,
        "quote" | "intensequote" | "blocktext" => BlockKind::Quote,
        "code" | "htmlpreformatted" | "sourcecode" | "codeblock" | "macrotext" => BlockKind::Code,
        _ => return None,
    })
}

/// Reads one part; its blocks get `region`.
pub(super) fn read(
    xml: &str,
    region: Region,
    styles: &Styles,
    targets: &BTreeMap<String, String>,
    options: &Options,
    builder: &mut Builder,
) {
    let table = builder.next_table();
    let mut body = Body {
        region,
        styles,
        targets,
        builder,
        paragraphs: Vec::new(),
        tables: Vec::new(),
        table,
        code: String::new(),
        fields: Vec::new(),
        text: false,
        instruction: false,
        hidden: false,
    };
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let mut depth = 0usize;
    let mut skipped: Option<usize> = None;
    let mut count = 0usize;
    let mut deep = false;
    loop {
        count += 1;
        if count.is_multiple_of(8192) && options.stop.is_stopped() {
            break;
        }
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let message = format!("XML is broken ({error}); what comes after was not read");
                body.builder.document_mut().diagnostics.push(Diagnostic::new(Code::Damaged, message));
                break;
            }
        };
        match event {
            Event::Start(e) => {
                depth += 1;
                if skipped.is_none() {
                    // A text box is stored twice; the fallback repeats it for old readers.
                    if matches!(
                        local(&e),
                        "Fallback" | "del" | "moveFrom" | "pPrChange" | "rPrChange" | "tblPrChange"
                    ) {
                        skipped = Some(depth);
                    } else if body.paragraphs.len() + body.tables.len() >= options.limits.depth {
                        skipped = Some(depth);
                        deep = true;
                    } else {
                        body.open(&e, false);
                    }
                }
            }
            Event::Empty(e) if skipped.is_none() => body.open(&e, true),
            Event::End(e) => {
                if skipped == Some(depth) {
                    skipped = None;
                } else if skipped.is_none() {
                    let name = e.name().into_inner();
                    body.close(name.rsplit_once(':').map_or(name, |(_, local)| local));
                }
                depth = depth.saturating_sub(1);
            }
            Event::Text(text) if skipped.is_none() => body.words(&text),
            Event::CData(text) if skipped.is_none() => body.words(&text),
            Event::GeneralRef(reference) if skipped.is_none() => {
                if let Some(c) = resolve(&reference) {
                    body.words(c.encode_utf8(&mut [0; 4]));
                }
            }
            Event::Eof => {
                if depth > 0 {
                    let message = "XML ends inside an element; what was there was read".to_owned();
                    body.builder.document_mut().diagnostics.push(Diagnostic::new(Code::Damaged, message));
                }
                break;
            }
            _ => {}
        }
    }
    while !body.paragraphs.is_empty() {
        body.close("p");
    }
    body.end_code();
    if deep {
        let message =
            format!("paragraphs and tables nested deeper than {} levels were left out", options.limits.depth);
        body.builder.document_mut().diagnostics.push(Diagnostic::new(Code::TooDeep, message));
    }
}

struct Body<'a> {
    region: Region,
    styles: &'a Styles,
    targets: &'a BTreeMap<String, String>,
    builder: &'a mut Builder,
    /// Open paragraphs: a text box holds paragraphs inside a run of another.
    paragraphs: Vec<Paragraph>,
    tables: Vec<Table>,
    /// Number of the next table.
    table: u16,
    /// Lines of neighbouring paragraphs in a code style.
    code: String,
    /// Open field codes.
    fields: Vec<Field>,
    /// Inside `w:t`.
    text: bool,
    /// Inside `w:instrText`.
    instruction: bool,
    /// Inside a run that is formatted as hidden.
    hidden: bool,
}

#[derive(Default)]
struct Paragraph {
    text: String,
    style: Option<BlockKind>,
    outline: Option<u8>,
    list: Option<u8>,
    /// Tables open when it began: those inside it are not its own.
    cell: Option<BlockKind>,
    open: Option<(usize, String)>,
    links: Vec<(String, String)>,
}

struct Table {
    number: u16,
    row: u32,
    column: u16,
    next: u16,
    header: bool,
}

#[derive(Default)]
struct Field {
    code: String,
    start: Option<usize>,
}

impl Body<'_> {
    fn open(&mut self, e: &BytesStart<'_>, empty: bool) {
        let value = || attribute(e, "val");
        match local(e) {
            "p" if !empty => {
                let cell = self.tables.last().map(|t| BlockKind::TableCell {
                    table: t.number,
                    row: t.row.saturating_sub(1),
                    column: t.column,
                    header: t.header,
                });
                self.paragraphs.push(Paragraph { cell, ..Paragraph::default() });
            }
            "tbl" if !empty => {
                self.end_code();
                self.tables.push(Table { number: self.table, row: 0, column: 0, next: 0, header: false });
                self.table = self.table.saturating_add(1);
            }
            "t" if !empty => self.text = true,
            "instrText" if !empty => self.instruction = true,
            "r" => self.hidden = false,
            "vanish" => self.hidden = value().is_none_or(|v| !matches!(v.as_str(), "0" | "false" | "off")),
            "tab" => self.push("\t"),
            "br" | "cr" => self.push("\n"),
            "noBreakHyphen" => self.push("-"),
            name => self.open_property(name, e),
        }
    }

    fn open_property(&mut self, name: &str, e: &BytesStart<'_>) {
        let value = || attribute(e, "val");
        match name {
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.row = table.row.saturating_add(1);
                    table.next = 0;
                    table.header = false;
                }
            }
            "tc" => {
                if let Some(table) = self.tables.last_mut() {
                    table.column = table.next;
                    table.next = table.next.saturating_add(1);
                }
            }
            "gridSpan" => {
                if let (Some(table), Some(span)) =
                    (self.tables.last_mut(), value().and_then(|v| v.parse::<u16>().ok()))
                {
                    table.next = table.column.saturating_add(span.clamp(1, 1000));
                }
            }
            "tblHeader" => {
                if let Some(table) = self.tables.last_mut() {
                    table.header = true;
                }
            }
            "pStyle" => {
                let style = value().and_then(|id| self.styles.of(&id));
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.style = style;
                }
            }
            "outlineLvl" => {
                let level = value().and_then(|v| v.parse::<u8>().ok()).filter(|l| *l < 9);
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.outline = level.map(|l| l + 1);
                }
            }
            "numPr" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.list.get_or_insert(1);
                }
            }
            "ilvl" => {
                let level = value().and_then(|v| v.parse::<u8>().ok()).unwrap_or(0).min(15);
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.list = Some(level + 1);
                }
            }
            "hyperlink" => {
                let target = attribute(e, "id").and_then(|id| self.targets.get(&id).cloned());
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.open = target.map(|target| (paragraph.text.len(), target));
                }
            }
            "fldSimple" => {
                let target = attribute(e, "instr").and_then(|code| hyperlink(&code));
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.open = target.map(|target| (paragraph.text.len(), target));
                }
            }
            "fldChar" => self.field(attribute(e, "fldCharType").as_deref()),
            _ => {}
        }
    }

    /// A complex field: its code, then its result, which is the text that is seen.
    fn field(&mut self, step: Option<&str>) {
        let at = self.paragraphs.last().map_or(0, |p| p.text.len());
        match step {
            Some("begin") if self.fields.len() < 64 => self.fields.push(Field::default()),
            Some("separate") => {
                if let Some(field) = self.fields.last_mut() {
                    field.start = Some(at);
                }
            }
            Some("end") => {
                let Some(field) = self.fields.pop() else { return };
                if let (Some(start), Some(target), Some(paragraph)) =
                    (field.start, hyperlink(&field.code), self.paragraphs.last_mut())
                {
                    let words = paragraph.text.get(start..).unwrap_or("").to_owned();
                    paragraph.links.push((words, target));
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.text = false,
            "instrText" => self.instruction = false,
            "r" => self.hidden = false,
            "tbl" => {
                self.tables.pop();
                self.builder.set_next_table(self.table);
            }
            "hyperlink" | "fldSimple" => {
                if let Some(paragraph) = self.paragraphs.last_mut()
                    && let Some((start, target)) = paragraph.open.take()
                {
                    let words = paragraph.text.get(start..).unwrap_or("").to_owned();
                    paragraph.links.push((words, target));
                }
            }
            "p" => {
                if let Some(paragraph) = self.paragraphs.pop() {
                    self.emit(paragraph);
                }
            }
            _ => {}
        }
    }

    fn words(&mut self, words: &str) {
        if self.instruction {
            if let Some(field) = self.fields.last_mut()
                && field.code.len() < 4096
            {
                field.code.push_str(words);
            }
        } else if self.text {
            self.push(&canonical::clean(words));
        }
    }

    fn push(&mut self, words: &str) {
        // Between a field's begin and separate nothing is seen.
        let code = self.fields.last().is_some_and(|f| f.start.is_none());
        if let Some(paragraph) = self.paragraphs.last_mut().filter(|_| !code && !self.hidden) {
            paragraph.text.push_str(words);
        }
    }

    fn emit(&mut self, paragraph: Paragraph) {
        let outline = paragraph.outline.map(BlockKind::Heading);
        let list = paragraph.list.map(BlockKind::ListItem);
        let kind = paragraph.cell.or(outline).or(paragraph.style).or(list).unwrap_or(BlockKind::Paragraph);
        let from = self.builder.len();
        if kind == BlockKind::Code {
            self.code.push_str(paragraph.text.trim_end());
            self.code.push('\n');
            return;
        }
        self.end_code();
        let from = from.max(self.builder.len());
        let lines: Vec<&str> = paragraph.text.split('\n').map(str::trim).filter(|l| !l.is_empty()).collect();
        match lines.as_slice() {
            [] => {}
            [line] => {
                self.builder.block(kind, self.region, None, line);
            }
            lines => text::paragraph(self.builder, kind, self.region, lines),
        }
        self.builder.place(from, paragraph.links);
    }

    fn end_code(&mut self) {
        let code = std::mem::take(&mut self.code);
        self.builder.block(BlockKind::Code, self.region, None, code.trim_end());
    }
}

/// The target of a `HYPERLINK "target"` field code.
fn hyperlink(code: &str) -> Option<String> {
    let rest = code.trim_start().strip_prefix("HYPERLINK")?.trim_start();
    let target = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split_whitespace().next()?,
    };
    (!target.is_empty() && !target.starts_with('\\')).then(|| target.to_owned())
}
