//! Broken and hostile documents: no panic, no hang, bounded memory, and the right code.

use crate::documents::{archive, document_xml, docx};
use bartizan::{Code, Document, Error, Input, Limits, Options, document};
use proptest::prelude::*;

fn read_with(name: &str, bytes: impl Into<Vec<u8>>, limits: Limits) -> Result<Document, Error> {
    let document = document::read(&Input::new(name, bytes), &Options { limits, ..Options::default() })?;
    check(&document);
    Ok(document)
}

fn read(name: &str, bytes: impl Into<Vec<u8>>) -> Result<Document, Error> {
    read_with(name, bytes, Limits::default())
}

/// What must hold for every document.
fn check(document: &Document) {
    let text = &document.text;
    let mut last = 0;
    for block in &document.blocks {
        let range = block.span.range();
        assert!(
            range.start >= last && range.end > range.start && text.get(range.clone()).is_some(),
            "{block:?}"
        );
        last = range.end;
    }
    let mut last = 0;
    for sentence in &document.sentences {
        let block = &document.blocks[sentence.block as usize];
        assert!(
            block.span.contains(sentence.span) && sentence.span.start >= last,
            "{sentence:?} in {block:?}"
        );
        assert!(!sentence.span.is_empty() && text.get(sentence.span.range()).is_some(), "{sentence:?}");
        last = sentence.span.end;
    }
    assert!(document.links.iter().all(|l| l.span.is_none_or(|s| text.get(s.range()).is_some())));
    assert!(document.readings.iter().all(|r| text.get(r.span.range()).is_some()));
    let gone = ['\0', '\r', '\u{200B}', '\u{202E}'];
    assert!(!text.contains(gone));
}

fn codes(document: &Document) -> Vec<Code> {
    document.diagnostics.iter().map(|d| d.code).collect()
}

fn page(body: &str) -> String {
    format!("<!doctype html><html><body>{body}</body></html>")
}

#[test]
fn html_nested_a_hundred_thousand_deep() {
    for tag in
        ["div", "span", "table", "ul", "b", "x-y", "svg", "template", "select", "blockquote", "a href=x"]
    {
        let close = tag.split(' ').next().unwrap();
        for end in [String::new(), format!("</{close}>").repeat(100_000)] {
            let html =
                page(&format!("{}<p>The loader runs at night.</p>{end}", format!("<{tag}>").repeat(100_000)));
            if let Ok(document) = read("a.html", html) {
                assert!(
                    matches!(tag, "template" | "select") || document.text.contains("loader runs"),
                    "{tag}"
                );
            }
        }
    }
    let deep = page(&format!("{}<p>text here</p>", "<div>".repeat(100_000)));
    assert!(codes(&read("a.html", deep).unwrap()).contains(&Code::TooDeep));
}

#[test]
fn html_with_a_million_attributes() {
    let mut wide = String::from("<!doctype html><p ");
    for n in 0..1_000_000 {
        wide.push_str(&format!("a{n}=1 "));
    }
    wide.push_str(">The loader runs.</p>");
    let document = read("a.html", wide).unwrap();
    assert_eq!(document.text, "The loader runs.");
    assert!(codes(&document).contains(&Code::TooDeep));
}

#[test]
fn html_formatting_bomb() {
    let mut bomb = String::from("<!doctype html>");
    for n in 0..20_000 {
        bomb.push_str(&format!("<font color={n}>"));
    }
    bomb.push_str(&"<p>x</p>".repeat(20_000));
    let document = read("a.html", bomb).unwrap();
    assert!(document.blocks.len() >= 20_000);
    // Misnested, so that the adoption agency works hard. What is left may be a text or a coded error.
    for bomb in ["<b><p></b><i></p>x</i>".repeat(20_000), "<a href=x><table><a><tr><td>x".repeat(5_000)] {
        if let Err(error) = read("a.html", page(&bomb)) {
            assert_eq!(error.code(), Code::TooDeep, "{error}");
        }
    }
}

#[test]
fn html_too_large_for_readability() {
    let many = page(&"<p>One short line of text.</p>".repeat(40_000));
    assert!(codes(&read("a.html", many).unwrap()).contains(&Code::MainTextUnknown));
}

#[test]
fn html_unclosed_and_cut_short() {
    for html in [
        "<!doctype html><p>text <b>bold <!-- never closed",
        "<!doctype html><p>text <a href=\"never closed",
        "<!doctype html><title>never closed <p>text",
        "<!doctype html><script>never closed <p>text",
        "<!doctype html><p>text</p><svg><style><div><p>x",
        "<!doctype html><p>text</p><select><title></select><div>x",
        "<!doctype html><p>text &#x110000; &#xD800; &unknown; &amp",
        "<!doctype html><table><tr><td colspan=999999999999>text<td rowspan=-1>x",
        "<html",
        "<!doctype html",
    ] {
        let _ = read("a.html", html);
    }
    let base = page("<table><tr><td>évil[.]com</table><ul><li>x <a href='/y'>z</a></ul><pre>a\nb</pre>");
    for end in 0..base.len() {
        let _ = read("a.html", &base.as_bytes()[..end]);
    }
}

#[test]
fn mixed_encodings_and_zeros() {
    let mut bytes = "<!doctype html><meta charset=utf-8><p>Первый abzac — ".as_bytes().to_vec();
    bytes.extend_from_slice(b"caf\xE9 \x00\x00 \xFF\xFE</p>");
    let document = read("a.html", bytes).unwrap();
    assert!(document.text.contains("Первый") && document.text.contains("café"));
    assert!(codes(&document).contains(&Code::BadEncoding));
    let zeros = read("a.txt", b"The loader\0runs at night and calls home every day.".as_slice()).unwrap();
    assert_eq!(zeros.text, "The loader runs at night and calls home every day.");
}

#[test]
fn names_that_lie() {
    let document = read("report.pdf", "Just plain words in here.").unwrap();
    assert!(codes(&document).contains(&Code::FormatMismatch));
    assert_eq!(read("x.bin", [0u8, 1, 2, 3].repeat(500)).unwrap_err().code(), Code::UnknownFormat);
    assert_eq!(read("x.txt", "  \n\t\n").unwrap_err().code(), Code::Empty);
}

#[test]
fn size_limits() {
    let small = Limits { input_bytes: 100, ..Limits::default() };
    assert_eq!(read_with("a.txt", "x ".repeat(100), small).unwrap_err().code(), Code::InputTooLarge);
    let short = Limits { text_bytes: 1000, ..Limits::default() };
    let document = read_with("a.txt", "A line of text.\n\n".repeat(1000), short).unwrap();
    assert!(document.text.len() <= 1000 && codes(&document).contains(&Code::TextTooLong));
}

#[test]
fn stops_when_asked() {
    let options = Options::default();
    options.stop.stop();
    for (name, text) in [("a.txt", "text"), ("a.md", "text"), ("a.html", "<html><p>text")] {
        let error = document::read(&Input::new(name, text), &options).unwrap_err();
        assert_eq!(error.code(), Code::Stopped, "{name}");
    }
}

#[test]
fn twenty_megabytes_and_one_line() {
    let line = "The loader calls evil[.]com and 192.0.2[.]1 e.g. at night. ".repeat(350_000);
    let document = read("a.txt", line.as_str()).unwrap();
    assert!(document.sentences.len() >= 350_000);
    let token = "A".repeat(4_000_000);
    assert_eq!(read("a.txt", token.as_str()).unwrap().sentences.len(), 1);
    let lines = "evil[.]com\n".repeat(500_000);
    assert_eq!(read("a.txt", lines).unwrap().blocks.len(), 500_000);
}

#[test]
fn markdown_bombs() {
    for source in [
        ">".repeat(50_000) + "text",
        "- ".repeat(50_000) + "text",
        "[".repeat(50_000) + "text",
        "![".repeat(20_000) + "text",
        "*a_ ".repeat(50_000),
        "`".repeat(50_000) + "text",
        "[a](".repeat(20_000) + "text",
        "| a ".repeat(20_000) + "|\n" + &"|---".repeat(20_000) + "|\n",
        "<div>".repeat(50_000) + "text",
        "[^a]: ".repeat(10_000) + "text",
        "a\n".repeat(100_000),
        "[x]: y\n".repeat(50_000) + "text",
    ] {
        let _ = read("a.md", source);
    }
}

#[test]
fn docx_reads_what_a_word_file_holds() {
    let body = "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>A title</w:t></w:r></w:p>\
        <w:p><w:r><w:t xml:space=\"preserve\">The lo</w:t></w:r><w:r><w:t>ader calls </w:t></w:r>\
        <w:hyperlink r:id=\"rId1\"><w:r><w:t>this page</w:t></w:r></w:hyperlink><w:r><w:t>.</w:t></w:r>\
        <w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>\
        <w:p><w:pPr><w:numPr><w:ilvl w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>evil[.]com</w:t></w:r></w:p>\
        <w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:p><w:r><w:t>Name</w:t></w:r></w:p></w:tc>\
        <w:tc><w:p><w:r><w:t>AT&amp;T &lt;x&gt;</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
        <w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></mc:Choice>\
        <mc:Fallback><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>\
        <w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> HYPERLINK \"https://example.net/\" </w:instrText></w:r>\
        <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>field</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>";
    let bytes = docx(
        body,
        &[
            (
                "word/_rels/document.xml.rels",
                "<Relationships><Relationship Id=\"rId1\" TargetMode=\"External\" Target=\"https://example.org/a?b=1&amp;c\"/></Relationships>",
            ),
            (
                "word/footnotes.xml",
                "<w:footnotes xmlns:w='w'><w:footnote><w:p><w:r><w:t>A note</w:t></w:r></w:p></w:footnote></w:footnotes>",
            ),
            ("word/header1.xml", "<w:hdr xmlns:w='w'><w:p><w:r><w:t>TLP:GREEN</w:t></w:r></w:p></w:hdr>"),
            (
                "docProps/core.xml",
                "<c xmlns:dc='dc' xmlns:dcterms='t'><dc:title>The title &amp; more</dc:title><dc:creator>Jane Roe; J. Doe</dc:creator><dcterms:modified>2026-06-02T01:02:03Z</dcterms:modified></c>",
            ),
        ],
    );
    let document = read("a.docx", bytes).unwrap();
    assert_eq!(
        document.text,
        "A title\nThe loader calls this page.\nevil[.]com\nName\nAT&T <x>\nIn a box\nfield\nA note\nTLP:GREEN"
    );
    use bartizan::BlockKind::{Heading, ListItem, Paragraph, TableCell};
    let kinds: Vec<_> = document.blocks.iter().map(|b| b.kind).collect();
    let cell = |column| TableCell { table: 0, row: 0, column, header: true };
    assert_eq!(
        kinds,
        [Heading(1), Paragraph, ListItem(2), cell(0), cell(1), Paragraph, Paragraph, Paragraph, Paragraph]
    );
    use bartizan::Region::{Furniture, Main, References};
    assert_eq!(document.blocks[0].region, Main);
    assert_eq!((document.blocks[7].region, document.blocks[8].region), (References, Furniture));
    let links: Vec<_> =
        document.links.iter().map(|l| (l.target.as_str(), l.span.map(|s| s.of(&document.text)))).collect();
    assert_eq!(
        links,
        [("https://example.org/a?b=1&c", Some("this page")), ("https://example.net/", Some("field"))]
    );
    assert_eq!(document.metadata.title.as_deref(), Some("The title & more"));
    assert_eq!(document.metadata.authors, ["Jane Roe", "J. Doe"]);
    assert_eq!(document.metadata.modified.as_deref(), Some("2026-06-02"));
    assert_eq!(document.metadata.marking.map(|m| m.0.as_str()), Some("TLP:GREEN"));
}

#[test]
fn docx_bombs() {
    // A gigabyte of blanks in a megabyte would be refused the same way; 40 MB keep the test quick.
    let blanks = " ".repeat(40 << 20);
    let bomb = docx(&format!("<w:p><w:r><w:t>{blanks}</w:t></w:r></w:p>"), &[]);
    assert!(bomb.len() < 1 << 20);
    let small = Limits { expanded_bytes: 10 << 20, ..Limits::default() };
    assert_eq!(read_with("a.docx", bomb, small.clone()).unwrap_err().code(), Code::ExpandsTooFar);
    // The main part fits, another one does not: what fits is read.
    let styles = docx("<w:p><w:r><w:t>The text stays.</w:t></w:r></w:p>", &[("word/styles.xml", &blanks)]);
    let document = read_with("a.docx", styles, small).unwrap();
    assert!(document.text == "The text stays." && codes(&document).contains(&Code::ExpandsTooFar));
    let many: Vec<String> = (0..21_000).map(|n| format!("f{n}")).collect();
    let mut entries: Vec<(&str, &[u8])> = many.iter().map(|n| (n.as_str(), b"".as_slice())).collect();
    entries.push(("word/document.xml", b"<w:p/>"));
    assert_eq!(read("a.docx", archive(&entries)).unwrap_err().code(), Code::UnknownFormat);
}

#[test]
fn docx_entities_stay_unexpanded() {
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
        <!ENTITY c SYSTEM \"file:///etc/passwd\">]><w:document><w:body><w:p><w:r><w:t>One &b;&c; two</w:t></w:r></w:p></w:body></w:document>";
    let document = read("a.docx", archive(&[("word/document.xml", laughs.as_bytes())])).unwrap();
    assert_eq!(document.text, "One  two");
}

#[test]
fn docx_names_are_never_paths() {
    let text = document_xml("<w:p><w:r><w:t>The text.</w:t></w:r></w:p>");
    let bytes = archive(&[
        ("../../etc/passwd", b"x".as_slice()),
        ("/word/document.xml", b"<w:p><w:r><w:t>wrong</w:t></w:r></w:p>"),
        ("word/document.xml", text.as_bytes()),
        ("word/footnotes/../../x.xml", b"<w:p><w:r><w:t>odd</w:t></w:r></w:p>"),
    ]);
    assert!(read("a.docx", bytes).unwrap().text.starts_with("The text."));
}

#[test]
fn docx_nested_deep_and_damaged() {
    let deep = "<w:tbl><w:tr><w:tc>".repeat(20_000) + "<w:p><w:r><w:t>deep</w:t></w:r></w:p>";
    let head = "<w:p><w:r><w:t>First words.</w:t></w:r></w:p>";
    let document = read("a.docx", docx(&format!("{head}{deep}"), &[])).unwrap();
    assert!(document.text == "First words." && codes(&document).contains(&Code::TooDeep));
    let broken = docx(&format!("{head}<w:p><w:r <w:t>x"), &[]);
    assert!(codes(&read("a.docx", broken).unwrap()).contains(&Code::Damaged));
    let whole = docx(&head.repeat(50), &[("docProps/core.xml", "<a/>")]);
    for end in (0..whole.len()).step_by(7) {
        let _ = read("a.docx", &whole[..end]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), name in "a\\.(txt|md|html|docx|pdf|)") {
        let _ = read(&name, bytes);
    }

    #[test]
    fn random_markup_never_panics(parts in proptest::collection::vec(
        "<(/?)(p|div|table|tr|td|li|ul|pre|a href='x'|h1|b|i|svg|select|script|style|details|br)>|[a-z.&;\\[\\] é\n]{0,12}|<!--|-->|&#[0-9]{1,7};",
        0..60,
    )) {
        let _ = read("a.html", format!("<!doctype html>{}", parts.concat()));
        let _ = read("a.md", parts.concat());
        let _ = read("a.txt", parts.concat());
    }

    #[test]
    fn mutated_docx_never_panics(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = docx("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>evil[.]com</w:t></w:r></w:p></w:tc></w:tr></w:tbl>", &[]);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = read("a.docx", bytes.clone());
        bytes.truncate(cut.index(bytes.len()));
        let _ = read("a.docx", bytes);
    }

    #[test]
    fn random_document_xml_never_panics(parts in proptest::collection::vec(
        "<(/?)w:(p|r|t|tbl|tr|tc|hyperlink|instrText|txbxContent|del)>|<w:(tab|br|vanish|numPr)/>|<w:fldChar w:fldCharType=\"(begin|separate|end)\"/>|[a-z. é&;]{0,8}",
        0..60,
    )) {
        let _ = read("a.docx", docx(&parts.concat(), &[]));
    }
}
