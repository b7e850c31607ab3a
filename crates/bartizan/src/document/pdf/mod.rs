//! PDF (ISO 32000-2): glyphs with positions, assembled into lines, paragraphs and tables here.
//!
//! **Why own assembly on `hayro-syntax` and `hayro-font`.** No crate's plain-text call keeps indicators whole:
//! they drop hyphens at line ends or fuse the cells of a table. What is needed is an object layer that reads
//! damaged and encrypted files, fonts that say what a code means, and nothing else. `hayro-syntax` is lazy,
//! repairs cross-reference tables, caps its nesting and has no dependencies worth naming; `hayro-font` knows
//! encodings, glyph names and built-in encodings. Their renderer (`hayro-interpret`) would have given glyphs too,
//! at twice the build time and without caps on forms and glyphs; `pdf_oxide` brings 230 packages, and
//! `pdf-extract` 100 with no say in how cells are told apart. Content streams are run by [`content`], since that is
//! where the caps have to be.
//!
//! **Bounds.** [`guard`] measures what the object layer would decode by itself; [`stream`] decodes everything else
//! from one budget ([`crate::Limits::expanded_bytes`]), which uses of forms spend again and again; glyphs, states,
//! forms, operands and annotations have caps in their modules; [`crate::Stop`] is looked at between pages. A panic
//! in a dependency ends the page it happened on.

mod annotation;
mod cmap;
mod content;
mod font;
mod furniture;
mod group;
mod guard;
mod joins;
mod lexer;
mod line;
mod matrix;
mod metadata;
mod order;
mod stream;
#[cfg(test)]
mod tests;
mod write;

use super::Builder;
use crate::{Code, Diagnostic, Error, Input, Options, Severity};
use hayro_syntax::object::{Array, Object, Stream};
use hayro_syntax::page::{Page, Rotation};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use matrix::Matrix;
use std::panic::{AssertUnwindSafe, catch_unwind};
use stream::Budget;

/// Characters below which a page with an image counts as a picture of text.
const SCANNED: usize = 20;

/// Curves from which on a page without text counts as text drawn as outlines.
const OUTLINES: usize = 400;

/// Reads a PDF into `builder`.
///
/// # Errors
/// If the file is encrypted with a password, breaks a limit before it can be opened, or is no PDF that anything
/// could be read from. A file of images gives [`Code::PdfImageOnly`] and no text.
pub(super) fn read(input: &Input, options: &Options, builder: &mut Builder) -> Result<(), Error> {
    let budget = Budget::new(options.limits.expanded_bytes);
    let fail = |code: Code, why: String| Error::new(code, format!("{}: {why}", input.name));
    guard::check(&input.bytes, options.limits.pages, &budget).map_err(|code| {
        fail(
            code,
            "opening this PDF would take more memory than allowed; raise the limit named by the code"
                .to_owned(),
        )
    })?;
    let damaged = || fail(Code::Damaged, "the PDF is damaged beyond what can be repaired".to_owned());
    let opened = catch_unwind(|| Pdf::new(input.bytes.clone())).map_err(|_| damaged())?;
    let pdf = opened.map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            fail(Code::PdfEncrypted, "the PDF is protected by a password; save a copy without one".to_owned())
        }
        LoadPdfError::Decryption(_) => {
            fail(Code::PdfEncrypted, "the PDF is encrypted in a way that cannot be read".to_owned())
        }
        LoadPdfError::Invalid => damaged(),
    })?;
    let document = builder.document_mut();
    if memchr::memmem::rfind(&input.bytes, b"startxref").is_none() {
        let message = "the end of the file is missing; its objects were searched for";
        let mut diagnostic = Diagnostic::new(Code::Damaged, message);
        diagnostic.severity = Severity::Warning;
        document.diagnostics.push(diagnostic);
    }
    document.pages = Some(u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX));
    // Metadata is a courtesy: if reading it goes wrong the text still counts.
    let _ = catch_unwind(AssertUnwindSafe(|| metadata::read(&pdf, &budget, &mut document.metadata)));
    pages(&pdf, options, &budget, builder);
    Ok(())
}

/// What went wrong on pages, by page number.
#[derive(Default)]
struct Trouble {
    panicked: Vec<usize>,
    scanned: Vec<usize>,
    cut: Vec<usize>,
    deep: Vec<usize>,
    unmapped: usize,
}

fn pages(pdf: &Pdf, options: &Options, budget: &Budget, builder: &mut Builder) {
    let fonts = font::Fonts::new();
    let mut trouble = Trouble::default();
    let (mut done, mut targets) = (Vec::new(), Vec::new());
    let mut bytes = 0usize;
    for (index, page) in pdf.pages().iter().enumerate().take(options.limits.pages) {
        if options.stop.is_stopped() || bytes > options.limits.text_bytes {
            break;
        }
        let number = index + 1;
        let read = catch_unwind(AssertUnwindSafe(|| read_page(page, &fonts, budget)));
        let Ok((lines, links, height, shown)) = read else {
            trouble.panicked.push(number);
            done.push(furniture::Page { lines: Vec::new(), height: 1.0 });
            targets.push(Vec::new());
            continue;
        };
        let text: usize = lines.iter().map(|l| l.text.len()).sum();
        bytes += text;
        trouble.unmapped += shown.unmapped;
        if shown.too_deep {
            trouble.deep.push(number);
        }
        if shown.cut {
            trouble.cut.push(number);
        }
        if text < SCANNED && (shown.images > 0.05 || shown.curves > OUTLINES) {
            trouble.scanned.push(number);
        }
        done.push(furniture::Page { lines, height });
        targets.push(links);
    }
    report(&trouble, pdf.pages().len(), bytes, options, budget, builder);
    write::write(done, &targets, builder);
}

type ReadPage = (Vec<line::Line>, Vec<annotation::Target>, f64, content::Shown);

fn read_page<'a>(page: &Page<'a>, fonts: &font::Fonts<'a>, budget: &Budget) -> ReadPage {
    let area = page.intersected_crop_box();
    let (w, h) = (area.x1 - area.x0, area.y1 - area.y0);
    let (matrix, width, height) = match page.rotation() {
        Rotation::None => (Matrix::new(1.0, 0.0, 0.0, 1.0, -area.x0, -area.y0), w, h),
        Rotation::Horizontal => (Matrix::new(0.0, -1.0, 1.0, 0.0, -area.y0, area.x1), h, w),
        Rotation::Flipped => (Matrix::new(-1.0, 0.0, 0.0, -1.0, area.x1, area.y1), w, h),
        Rotation::FlippedHorizontal => (Matrix::new(0.0, 1.0, -1.0, 0.0, area.y1, -area.x0), h, w),
    };
    let mut runner = content::Runner::new(fonts, budget, matrix, width, height);
    let mut content = Vec::new();
    let mut add = |stream: &Stream<'_>| {
        if let Some(bytes) = stream::decode(stream, budget) {
            content.extend_from_slice(&bytes);
            content.push(b'\n');
        }
    };
    match page.raw().get::<Object<'_>>(b"Contents") {
        Some(Object::Stream(stream)) => add(&stream),
        Some(Object::Array(array)) => array.iter::<Stream<'_>>().for_each(|s| add(&s)),
        _ => {}
    }
    runner.run(&content, page.resources(), 0);
    let mut shown = runner.finish();
    let lines = order::order(line::lines(&shown));
    shown.glyphs = Vec::new();
    shown.text = String::new();
    let links = if page.raw().get::<Array<'_>>(b"Annots").is_some() {
        annotation::targets(page.raw(), matrix)
    } else {
        Vec::new()
    };
    (lines, links, height, shown)
}

/// Turns what went wrong into diagnostics.
fn report(
    trouble: &Trouble,
    pages: usize,
    text: usize,
    options: &Options,
    budget: &Budget,
    builder: &mut Builder,
) {
    let mut say = |code: Code, message: String| {
        builder.document_mut().diagnostics.push(Diagnostic::new(code, message));
    };
    let read = pages.min(options.limits.pages);
    if pages > read {
        say(Code::TooManyPages, format!("{pages} pages, the first {read} were read; raise --max-pages"));
    }
    if budget.is_exhausted() {
        let limit = options.limits.expanded_bytes;
        say(Code::ExpandsTooFar, format!("compressed parts expand beyond {limit} bytes; some were not read"));
    }
    if !trouble.panicked.is_empty() {
        say(Code::Damaged, format!("nothing could be read from {}", list(&trouble.panicked)));
    }
    if !trouble.cut.is_empty() {
        say(Code::TextTooLong, format!("only the first part was read of {}", list(&trouble.cut)));
    }
    if !trouble.deep.is_empty() {
        say(Code::TooDeep, format!("forms are nested too deep on {}", list(&trouble.deep)));
    }
    if trouble.unmapped > 200 && trouble.unmapped * 10 > text {
        let n = trouble.unmapped;
        say(
            Code::PdfUnmapped,
            format!("{n} characters have no meaning in their fonts; OCR would be needed for them"),
        );
    }
    if text == 0 && !trouble.scanned.is_empty() {
        let n = trouble.scanned.len();
        say(
            Code::PdfImageOnly,
            format!(
                "{n} of {pages} pages are images or outlines of letters without text; this file needs OCR"
            ),
        );
    } else if !trouble.scanned.is_empty() {
        say(
            Code::PdfImagePages,
            format!("images or outlines of letters, not read, are on {}", list(&trouble.scanned)),
        );
    }
}

/// `page 3` or `pages 1, 2, 5 and 7 more`.
fn list(pages: &[usize]) -> String {
    let shown: Vec<String> = pages.iter().take(8).map(usize::to_string).collect();
    let more = pages.len() - shown.len();
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("page{} {}{tail}", if pages.len() == 1 { "" } else { "s" }, shown.join(", "))
}
