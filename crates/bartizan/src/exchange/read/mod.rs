//! `analysis.json` read back: the value that writes it again.
//!
//! The file may be anybody's. What can be checked without the report is checked before a value is given: every offset
//! lies in the text, every quotation stands where it says, every claim that is referred to exists, every value has the
//! form of its kind. Unknown members are ignored, as the compatibility rule of the format says ([`super::json`]), among
//! them what later stages wrote beside the analysis.
//!
//! What the file does not hold is not there afterwards: joined readings of broken tokens (only the extractor needs
//! them). Probabilities have the four digits of the file.

mod claims;
mod form;
mod wire;

use super::offsets::Bytes;
use crate::{
    Analysis, Assisted, Block, BlockKind, Code, Confidence, Diagnostic, Document, Error, Format, Input,
    Limits, Link, Metadata, NodeRef, Region, Sentence, Severity, Span,
};
use bartizan_stix::Tlp;

/// Whether an input looks like `analysis.json`: an object with a version, as every version of the format has. Whether it is
/// one, [`analysis`] says.
pub fn is_analysis(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    bytes.starts_with(b"{") && memchr::memmem::find(bytes, b"\"schema_version\"").is_some()
}

/// Reads `analysis.json`.
///
/// Written again by [`super::render`], the value gives the bytes that the same program version wrote; members beside the
/// analysis (`assessment`) are not part of it.
///
/// Time and memory grow with the input alone; nesting is bounded by the JSON reader.
///
/// # Errors
/// `limit.input-bytes` and `limit.text-bytes` if it is over a limit, `analysis.malformed` if it is no JSON of this form,
/// `analysis.version` if it is of another major version, `analysis.inconsistent` if it contradicts itself.
pub fn analysis(input: &Input, limits: &Limits) -> Result<Analysis, Error> {
    let bytes = input.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&input.bytes);
    if bytes.len() > limits.input_bytes {
        let (size, most) = (bytes.len(), limits.input_bytes);
        let message = format!("{} has {size} bytes, more than the {most} allowed", input.name);
        return Err(Error::new(Code::InputTooLarge, message));
    }
    let malformed = |e: serde_json::Error| {
        Error::new(Code::AnalysisMalformed, format!("{} is no analysis.json: {e}", input.name))
    };
    let head: wire::Head = serde_json::from_slice(bytes).map_err(malformed)?;
    if head.schema_version.split('.').next() != super::json::VERSION.split('.').next() {
        let message = format!(
            "{} is analysis.json of version {:?}; this program reads version {}",
            input.name,
            words(&head.schema_version),
            super::json::VERSION
        );
        return Err(Error::new(Code::AnalysisVersion, message));
    }
    let file: wire::Analysis = serde_json::from_slice(bytes).map_err(malformed)?;
    if file.document.text.len() > limits.text_bytes {
        let (size, most) = (file.document.text.len(), limits.text_bytes);
        let message = format!("the text of {} has {size} bytes, more than the {most} allowed", input.name);
        return Err(Error::new(Code::TextTooLong, message));
    }
    convert(file).map_err(|fault| {
        Error::new(Code::AnalysisInconsistent, format!("{} contradicts itself: {fault}", input.name))
    })
}

/// Whether `value` can be an observable of this kind, in the canonical form of `analysis.json`.
pub fn is_value(kind: crate::ObservableKind, value: &str) -> bool {
    form::is_value(kind, value)
}

/// What is wrong, and where, in words.
type Fault = String;

/// A value of the file as it may stand in a message.
fn words(text: &str) -> String {
    super::text::one_line(text, 60)
}

fn convert(file: wire::Analysis) -> Result<Analysis, Fault> {
    let marking = tlp(&file.marking, "marking")?;
    let now = file.generated.parse::<jiff::Timestamp>();
    let now = now.map_err(|_| format!("generated is no time: {:?}", words(&file.generated)))?.as_second();
    let document = document(file.document)?;
    let reader = Reader {
        points: Bytes::new(&document.text),
        text: &document.text,
        counts: [file.entities.len(), file.observables.len(), file.techniques.len(), file.mitigations.len()],
    };
    let analysis = Analysis {
        marking: (!file.marking_is_default).then_some(marking),
        now,
        pack: file.generator.pack,
        assisted: file.assisted.map(assisted),
        techniques: each("techniques", file.techniques, |t| reader.technique(t))?,
        observables: each("observables", file.observables, |o| reader.observable(o))?,
        withheld: each("withheld", file.withheld, |w| reader.withheld(w))?,
        entities: each("entities", file.entities, |e| reader.entity(e))?,
        relations: each("relations", file.relations, |r| reader.relation(r))?,
        events: each("events", file.events, |e| reader.event(e))?,
        mitigations: each("mitigations", file.mitigations, |m| reader.mitigation(m))?,
        fixes: each("fixes", file.fixes, |f| reader.fix(f))?,
        diagnostics: each("diagnostics", file.diagnostics, |d| reader.diagnostic(d))?,
        document: Document::default(),
    };
    Ok(Analysis { document, ..analysis })
}

/// All of a list; a fault says which.
fn each<W, T>(list: &str, items: Vec<W>, f: impl Fn(W) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
    let numbered = items.into_iter().enumerate();
    numbered.map(|(index, item)| f(item).map_err(|fault| format!("{list}[{index}]: {fault}"))).collect()
}

/// The value that has this name on the wire.
fn named<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str, text: &str) -> Result<T, Fault> {
    let found = all.iter().copied().find(|v| name(*v) == text);
    found.ok_or_else(|| format!("{:?} is not known", words(text)))
}

fn tlp(text: &str, of: &str) -> Result<Tlp, Fault> {
    named(&Tlp::ALL, Tlp::as_str, text).map_err(|fault| format!("{of}: {fault}"))
}

fn assisted(a: wire::Assisted) -> Assisted {
    let wire::Assisted { model, questions, answered, sentences, claims, discarded, changed } = a;
    Assisted { model, questions, answered, sentences, claims, discarded, changed }
}

fn document(file: wire::Document) -> Result<Document, Fault> {
    let points = Bytes::new(&file.text);
    let maybe = |start, end| maybe(&points, start, end);
    let marking = match file.marking {
        None => None,
        Some(found) => Some((tlp(&found.label, "document.marking")?, maybe(found.start, found.end)?)),
    };
    let formats = [Format::Text, Format::Markdown, Format::Html, Format::Pdf, Format::Docx, Format::Email];
    if !form::is_sha256(&file.sha256) {
        return Err(format!("document.sha256 is none: {:?}", words(&file.sha256)));
    }
    let blocks = each("document.blocks", file.blocks, |b| block(&points, b))?;
    let mut last = 0;
    for (index, block) in blocks.iter().enumerate() {
        if block.span.start < last || block.span.is_empty() {
            return Err(format!("document.blocks[{index}] is empty or does not follow the one before"));
        }
        last = block.span.end;
    }
    let sentences = each("document.sentences", file.sentences, |s| {
        let span = span(&points, s.start, s.end)?;
        let block = blocks.get(s.block as usize).ok_or("its block does not exist")?;
        if !block.span.contains(span) || span.is_empty() {
            return Err("it does not lie in its block".to_owned());
        }
        Ok(Sentence { span, block: s.block })
    })?;
    if sentences.windows(2).any(|pair| pair[1].span.start < pair[0].span.end) {
        return Err("document.sentences are not in order".to_owned());
    }
    let links =
        each("document.links", file.links, |l| Ok(Link { span: maybe(l.start, l.end)?, target: l.target }))?;
    Ok(Document {
        sha256: file.sha256,
        name: file.name,
        format: named(&formats, Format::as_str, &file.format).map_err(|f| format!("document.format: {f}"))?,
        text: file.text,
        blocks,
        sentences,
        links,
        readings: Vec::new(),
        metadata: Metadata {
            title: file.title,
            publisher: file.publisher,
            authors: file.authors,
            published: file.published,
            modified: file.modified,
            source_url: file.source_url,
            language: file.language,
            marking,
        },
        pages: file.pages,
        diagnostics: Vec::new(),
    })
}

fn block(points: &Bytes<'_>, b: wire::Block) -> Result<Block, Fault> {
    let level = || b.level.ok_or("its level is missing");
    let kind = match b.kind.as_str() {
        "heading" => BlockKind::Heading(level()?),
        "paragraph" => BlockKind::Paragraph,
        "list-item" => BlockKind::ListItem(level()?),
        "table-cell" => {
            let wire::Cell { table, row, column, header } = b.cell.ok_or("its cell is missing")?;
            BlockKind::TableCell { table, row, column, header }
        }
        "code" => BlockKind::Code,
        "caption" => BlockKind::Caption,
        "quote" => BlockKind::Quote,
        other => return Err(format!("{:?} is not known", words(other))),
    };
    let region = match b.region.as_str() {
        "main" => Region::Main,
        "appendix" => Region::Appendix,
        "furniture" => Region::Furniture,
        "references" => Region::References,
        other => return Err(format!("{:?} is not known", words(other))),
    };
    Ok(Block { kind, span: span(points, b.start, b.end)?, page: b.page, region })
}

/// A place in the text.
fn span(points: &Bytes<'_>, start: u32, end: u32) -> Result<Span, Fault> {
    let place = points.at(start).zip(points.at(end)).filter(|_| start <= end);
    let (start, end) = place.ok_or_else(|| format!("{start}–{end} does not lie in the text"))?;
    Ok(Span { start, end })
}

fn maybe(points: &Bytes<'_>, start: Option<u32>, end: Option<u32>) -> Result<Option<Span>, Fault> {
    match (start, end) {
        (Some(start), Some(end)) => span(points, start, end).map(Some),
        (None, None) => Ok(None),
        _ => Err("a start needs an end".to_owned()),
    }
}

/// A probability whose number and word are those of the file.
///
/// The word was chosen before the number was rounded: at the edge of a word the value lies a little to the side.
fn confidence(number: f64, word: &str) -> Result<Confidence, Fault> {
    if !(0.0..=1.0).contains(&number) {
        return Err(format!("{number} is no probability"));
    }
    let near = [0.0, -0.000_04, 0.000_04].map(|off| Confidence::new((number + off) as f32));
    let found = near.into_iter().find(|c| c.word() == word && super::json::number(c.get()) == number);
    found.ok_or_else(|| format!("{number} is not {:?}", words(word)))
}

/// Reads claims about one text.
struct Reader<'t> {
    text: &'t str,
    points: Bytes<'t>,
    /// How many entities, observables, techniques and mitigations there are.
    counts: [usize; 4],
}

impl Reader<'_> {
    /// What an id like `o3` refers to.
    fn node(&self, id: &str) -> Result<NodeRef, Fault> {
        let fault = || format!("there is no {:?}", words(id));
        let (kind, number) = id.split_at_checked(1).ok_or_else(fault)?;
        let number = number.parse::<u32>().ok().filter(|n| n.to_string() == number);
        let index = number.and_then(|n| n.checked_sub(1)).ok_or_else(fault)?;
        let [entities, observables, techniques, mitigations] = self.counts;
        let (node, count) = match kind {
            "e" => (NodeRef::Entity(index), entities),
            "o" => (NodeRef::Observable(index), observables),
            "t" => (NodeRef::Technique(index), techniques),
            "m" => (NodeRef::Mitigation(index), mitigations),
            _ => return Err(fault()),
        };
        if (index as usize) < count { Ok(node) } else { Err(fault()) }
    }

    fn diagnostic(&self, d: wire::Diagnostic) -> Result<Diagnostic, Fault> {
        Ok(Diagnostic {
            code: named(Code::ALL, Code::as_str, &d.code)?,
            severity: named(
                &[Severity::Note, Severity::Warning, Severity::Error],
                Severity::as_str,
                &d.severity,
            )?,
            message: d.message,
            span: maybe(&self.points, d.start, d.end)?,
        })
    }
}
