//! HTML pages and fragments.
//!
//! `tame` bounds what the parser will do, `walk` turns the tree into blocks, `choose` decides which of them are
//! the report (with a readability algorithm as adviser), `about` reads what the page says about itself.

mod about;
mod choose;
mod tame;
mod walk;

use super::{Builder, Region, encoding};
use crate::{Code, Diagnostic, Error, Input, Options, Span};
use dom_query::Document;

/// Most tags that are parsed; the text of the rest is kept without structure.
const MOST_TAGS: usize = 1 << 20;
/// Largest page, in tags, that the readability algorithm is asked about. It is not linear.
const READABLE_TAGS: usize = 60_000;
/// Deepest page that it is asked about.
const READABLE_DEPTH: usize = 200;

/// Reads a page into `builder`.
pub(super) fn read(input: &Input, options: &Options, builder: &mut Builder) -> Result<(), Error> {
    let declared =
        input.media_type.as_deref().and_then(encoding::charset_of).or_else(|| declared_charset(&input.bytes));
    let source = encoding::decode(&input.bytes, declared, builder);
    let tamed = tame::tame(&source, options.limits.depth, MOST_TAGS);
    if tamed.dropped > 0 {
        let message = format!(
            "{} tags were nested deeper than {} levels, beyond the first {MOST_TAGS}, or overloaded; only their text was read",
            tamed.dropped, options.limits.depth
        );
        builder.document_mut().diagnostics.push(Diagnostic::new(Code::TooDeep, message));
    }
    let (tags, depth) = (tamed.tags, tamed.depth);
    let page = Document::from(tamed.html.as_ref());
    drop(tamed);
    drop(source);
    if options.stop.is_stopped() {
        return Ok(());
    }
    let mut about = about::about(&page);
    if about.source_url.is_none() {
        about.source_url.clone_from(&input.source_url);
    }
    let base = page
        .select_single("base[href]")
        .attr("href")
        .and_then(|href| url::Url::parse(&href).ok())
        .or_else(|| input.source_url.as_deref().and_then(|u| url::Url::parse(u).ok()))
        .or_else(|| about.source_url.as_deref().and_then(|u| url::Url::parse(u).ok()));
    builder.document_mut().metadata = about;
    let walked = walk::walk(&page.tree, page.root().id);
    let article = if tags <= READABLE_TAGS && depth <= READABLE_DEPTH && choose::can_write(&page) {
        choose::article(page)
    } else {
        drop(page);
        let message = format!(
            "a page of {tags} tags and {} bytes is too large to look for its main text; all of it was read",
            input.bytes.len()
        );
        builder.document_mut().diagnostics.push(Diagnostic::new(Code::MainTextUnknown, message));
        None
    };
    let regions = choose::choose(&walked, article.as_ref());
    for (piece, region) in walked.pieces.into_iter().zip(regions) {
        if let Some(region) = region {
            emit(piece, region, base.as_ref(), builder);
        }
    }
    Ok(())
}

/// Adds the blocks of an HTML fragment that stands in another format; all of it is main text.
pub(super) fn fragment(html: &str, options: &Options, builder: &mut Builder) {
    let tamed = tame::tame(html, options.limits.depth, MOST_TAGS);
    let page = Document::fragment(tamed.html.as_ref());
    for piece in walk::walk(&page.tree, page.root().id).pieces {
        emit(piece, Region::Main, None, builder);
    }
}

fn emit(piece: walk::Piece, region: Region, base: Option<&url::Url>, builder: &mut Builder) {
    let Some(span) = builder.block(piece.kind, region, None, &piece.text) else { return };
    for (start, end, target) in piece.links {
        let at = span.start as usize;
        let words = (end > start).then(|| Span::new(at + start, at + end));
        builder.link(absolute(target, base), words);
    }
}

/// The target as given if it is absolute, else resolved against the page's address.
fn absolute(target: String, base: Option<&url::Url>) -> String {
    let scheme = target
        .find(':')
        .is_some_and(|at| target[..at].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+'));
    match base {
        Some(base) if !scheme => base.join(&target).map_or(target, String::from),
        _ => target,
    }
}

/// The character set that the first 4096 bytes name: `<meta charset=x>`, `content="…; charset=x"`, or the XML
/// declaration's `encoding="x"`.
fn declared_charset(bytes: &[u8]) -> Option<&str> {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let ascii = head;
    for key in [b"charset=".as_slice(), b"encoding="] {
        let at = (0..ascii.len().saturating_sub(key.len()))
            .find(|&i| ascii[i..i + key.len()].eq_ignore_ascii_case(key));
        if let Some(at) = at {
            let rest = &ascii[at + key.len()..];
            let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
            let end = rest
                .iter()
                .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':')))
                .unwrap_or(rest.len());
            return std::str::from_utf8(&rest[..end]).ok();
        }
    }
    None
}

/// Whether `name` is the name of an HTML element, so that `<name>` is markup and not a placeholder.
pub(super) fn is_element(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "a",
        "abbr",
        "address",
        "article",
        "aside",
        "audio",
        "b",
        "blockquote",
        "body",
        "br",
        "button",
        "canvas",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "i",
        "iframe",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "li",
        "link",
        "main",
        "mark",
        "meta",
        "nav",
        "ol",
        "p",
        "picture",
        "pre",
        "q",
        "s",
        "samp",
        "script",
        "section",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "style",
        "sub",
        "summary",
        "sup",
        "svg",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "video",
        "wbr",
    ];
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}
