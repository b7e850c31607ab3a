#![no_main]

mod check;
mod docx_file;
mod pieces;

use std::sync::LazyLock;

/// Bytes to repeat to. For timing by hand: `BARTIZAN_REPEAT=1048576`.
static LENGTH: LazyLock<usize> =
    LazyLock::new(|| std::env::var("BARTIZAN_REPEAT").ok().and_then(|n| n.parse().ok()).unwrap_or(64 << 10));

// What costs more than its length grows out of something repeated. The first byte chooses the format; then stand,
// separated by zero bytes: what comes once, what is repeated, what closes. A byte 1 in it is a running number, so that
// repetitions differ.
libfuzzer_sys::fuzz_target!(init: { check::warm(); check::forgive_pdf_library(); LazyLock::force(&LENGTH); }, |data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else { return };
    let name = ["input.txt", "input.md", "input.html", "input.docx", "input.pdf"]
        [usize::from(kind.wrapping_sub(b'0')) % 5];
    let mut parts = data.splitn(3, |b| *b == 0).map(pieces::text);
    let (first, second, last) = (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or_default());
    // One part alone is the one that is repeated.
    let (head, unit) = second.map_or((String::new(), first.clone()), |unit| (first.clone(), unit));
    if unit.is_empty() {
        return;
    }
    let mut text = match name {
        "input.html" => format!("<!doctype html><p>{head}"),
        "input.docx" => format!("<w:document><w:body><w:p><w:r><w:t>{head}"),
        "input.pdf" => format!("{PDF}{head}"),
        _ => head,
    };
    let mut number = 1000;
    while text.len() < *LENGTH {
        for (i, part) in unit.split('\u{1}').enumerate() {
            if i > 0 {
                text.push_str(&number.to_string());
                number += 1;
            }
            text.push_str(part);
        }
    }
    text.push_str(&last);
    let most = (64 << 20) + 512 * text.len();
    let bytes = match name {
        "input.docx" => docx_file::wrap(text.as_bytes()),
        "input.pdf" => format!("{text}\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF").into_bytes(),
        _ => text.into_bytes(),
    };
    check::bounded(most, || check::analyze(name, &bytes));
});

/// A page whose content stream is open; where its objects are the reader has to find out.
const PDF: &str = "%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
4 0 obj<<>>
stream
";
