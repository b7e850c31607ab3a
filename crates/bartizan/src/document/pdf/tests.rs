//! PDFs made here, byte by byte, for what the reader promises.

use super::*;
use crate::document::{BlockKind, Document, Region};
use proptest::prelude::*;
use std::fmt::Write as _;

/// A writer of small PDFs: numbered objects, then a cross-reference table.
struct File {
    objects: Vec<Vec<u8>>,
}

/// Resources with Helvetica as F1, its bold as F2 and Courier as F3.
const FONTS: &str = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>\
    /F2<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>/F3<</Type/Font/Subtype/Type1/BaseFont/Courier>>>>>>";

impl File {
    /// A file with one page for each content stream; objects 1 and 2 are catalogue and page tree.
    fn pages(contents: &[&str]) -> Self {
        let mut file = Self { objects: vec![b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), Vec::new()] };
        let mut kids = String::new();
        for content in contents {
            let stream = file.stream("", content.as_bytes());
            let page = file.object(&format!(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {stream} 0 R/Resources {FONTS}>>"
            ));
            write!(kids, "{page} 0 R ").unwrap();
        }
        file.objects[1] = format!("<</Type/Pages/Kids[{kids}]/Count {}>>", contents.len()).into_bytes();
        file
    }

    fn object(&mut self, body: &str) -> usize {
        self.objects.push(body.as_bytes().to_vec());
        self.objects.len()
    }

    fn stream(&mut self, entries: &str, body: &[u8]) -> usize {
        let mut bytes = format!("<<{entries}/Length {}>>stream\n", body.len()).into_bytes();
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(b"\nendstream");
        self.objects.push(bytes);
        self.objects.len()
    }

    /// The bytes; `trailer` holds entries besides Root and Size.
    fn bytes(&self, trailer: &str) -> Vec<u8> {
        let mut out = b"%PDF-1.7\n".to_vec();
        let mut table = String::new();
        for (i, object) in self.objects.iter().enumerate() {
            writeln!(table, "{:010} 00000 n ", out.len()).unwrap();
            out.extend_from_slice(format!("{} 0 obj\n", i + 1).as_bytes());
            out.extend_from_slice(object);
            out.extend_from_slice(b"\nendobj\n");
        }
        let (size, start) = (self.objects.len() + 1, out.len());
        let tail = format!(
            "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Root 1 0 R/Size {size}{trailer}>>\n\
             startxref\n{start}\n%%EOF"
        );
        out.extend_from_slice(tail.as_bytes());
        out
    }
}

/// Those resources and one XObject called X.
fn with_object(number: usize) -> String {
    format!("{}/XObject<</X {number} 0 R>>>>", FONTS.strip_suffix(">>").unwrap())
}

/// Text of 10 points at a place.
fn at(x: u32, y: u32, text: &str) -> String {
    format!("BT /F1 10 Tf {x} {y} Td ({text}) Tj ET\n")
}

fn with(bytes: Vec<u8>, options: &Options) -> Result<Document, Error> {
    let mut builder = Builder::with_limit(options.limits.text_bytes);
    read(&Input::new("notes.pdf", bytes), options, &mut builder)?;
    let document = builder.finish();
    for block in &document.blocks {
        assert!(!block.span.of(&document.text).is_empty(), "{block:?}");
    }
    for reading in &document.readings {
        assert!(!reading.span.of(&document.text).is_empty() && !reading.text.is_empty(), "{reading:?}");
    }
    for link in &document.links {
        assert!(link.span.is_none_or(|s| !s.of(&document.text).is_empty()), "{link:?}");
    }
    Ok(document)
}

fn open(bytes: Vec<u8>) -> Document {
    with(bytes, &Options::default()).unwrap()
}

fn page(content: &str) -> Document {
    open(File::pages(&[content]).bytes(""))
}

fn texts(document: &Document) -> Vec<&str> {
    document.blocks.iter().map(|b| b.span.of(&document.text)).collect()
}

fn readings(document: &Document) -> Vec<&str> {
    document.readings.iter().map(|r| r.text.as_str()).collect()
}

fn codes(document: &Document) -> Vec<Code> {
    document.diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn two_columns_are_read_one_after_the_other() {
    let mut content = String::new();
    for (x, side) in [(50, "left"), (320, "right")] {
        for n in 0..4 {
            content += &at(x, 700 - 12 * n, &format!("the {side} column has line {n} of text"));
        }
    }
    let document = page(&content);
    assert_eq!(document.blocks.len(), 2);
    assert!(texts(&document)[0].starts_with("the left column has line 0 of text the left column has line 1"));
    assert!(texts(&document)[1].ends_with("the right column has line 3 of text"));
    assert_eq!(document.blocks[0].page, Some(1));
}

#[test]
fn columns_drawn_line_by_line_are_put_in_order() {
    // From the bottom up and across: no producer's reading order.
    let mut content = String::new();
    for n in (0..12).rev() {
        for (x, side) in [(320, "right"), (50, "left")] {
            content += &at(x, 700 - 12 * n, &format!("{side} line {n} of the text"));
        }
    }
    let text = page(&content).text.replace('\n', " ");
    let order: Vec<usize> = ["left line 0", "left line 11", "right line 0", "right line 11"]
        .iter()
        .map(|t| text.find(t).unwrap())
        .collect();
    assert!(order.is_sorted(), "{text}");
}

#[test]
fn a_line_stretched_to_the_margin_stays_one() {
    // Courier of 10 points is 6 points wide; 20 points stand between the words.
    let words = ["the", "loader", "came", "from", "here"];
    let mut x = 50;
    let mut content = "BT /F3 10 Tf 50 712 Td (a line before it of the same paragraph) Tj ET\n".to_owned();
    for word in words {
        content += &format!("BT /F3 10 Tf {x} 700 Td ({word}) Tj ET\n");
        x += 6 * word.len() + 20;
    }
    assert!(page(&content).text.ends_with("the loader came from here"), "{}", page(&content).text);
}

#[test]
fn ligatures_are_spelt_out() {
    let mut file = File::pages(&[""]);
    let map = file.stream(
        "",
        b"1 begincodespacerange <00><FF> endcodespacerange 2 beginbfchar <01> <FB01> <02> <00660066> endbfchar",
    );
    let font = file.object(&format!(
        "<</Type/Font/Subtype/TrueType/BaseFont/X/FirstChar 0/LastChar 3/Widths[500 500 500 500]/ToUnicode {map} 0 R>>"
    ));
    let content = file.stream("", b"BT /F1 10 Tf 50 700 Td (pro\x01le o\x02er) Tj ET");
    file.objects[3] = format!(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {content} 0 R/Resources<</Font<</F1 {font} 0 R>>>>>>"
    )
    .into_bytes();
    assert_eq!(open(file.bytes("")).text.split_whitespace().next(), Some("profile"));
}

#[test]
fn a_host_broken_at_its_hyphen_keeps_it_and_has_both_readings() {
    let document = page(
        &(at(50, 700, "more is to be found on the pages of us-") + &at(50, 688, "cert.example.org today")),
    );
    assert_eq!(document.text, "more is to be found on the pages of us- cert.example.org today");
    assert_eq!(readings(&document), ["us-cert.example.org", "uscert.example.org"]);
    assert_eq!(document.readings[0].span.of(&document.text), "us- cert.example.org");
}

#[test]
fn a_hash_over_lines_of_a_cell_is_joined() {
    let sha = "3f0a6d1c9be24758a1b2c3d4e5f60718293a4b5c6d7e8f901a2b3c4d5e6f7081";
    let content = at(50, 700, "loader.exe")
        + &at(200, 700, &sha[..32])
        + &at(200, 688, &sha[32..])
        + &at(50, 660, "second.dll")
        + &at(200, 660, &sha[32..])
        + &at(200, 648, &sha[..32]);
    let document = page(&content);
    assert!(readings(&document).contains(&sha), "{:?}", document.readings);
    assert!(
        matches!(document.blocks[1].kind, BlockKind::TableCell { row: 0, column: 1, .. }),
        "{:?}",
        document.blocks
    );
}

#[test]
fn cells_of_a_table_of_hashes_stay_apart() {
    let md5 = |n: u32| format!("{:032x}", 0x0123_4567_89ab_cdef_u128 * u128::from(n));
    let mut content = String::new();
    for row in 0..4 {
        for column in 0..3 {
            // 32 digits are 178 points wide: the gap between cells is 2 points.
            content += &at(20 + 180 * column, 700 - 14 * row, &md5(1 + row * 3 + column));
        }
    }
    let document = page(&content);
    for n in 1..=12 {
        assert!(document.text.split_whitespace().any(|t| t == md5(n)), "{n}: {}", document.text);
    }
    assert_eq!(readings(&document), [""; 0]);
}

#[test]
fn links_carry_their_target_and_their_words() {
    let mut file = File::pages(&[&at(50, 700, "see the notice for details")]);
    let annotation = file.object(
        "<</Type/Annot/Subtype/Link/Rect[68 695 120 712]/A<</S/URI/URI(https://example.org/notice?id=1)>>>>",
    );
    let body = String::from_utf8(file.objects[3].clone()).unwrap();
    file.objects[3] = body.replace("/Parent", &format!("/Annots[{annotation} 0 R]/Parent")).into_bytes();
    let document = open(file.bytes(""));
    assert_eq!(document.links.len(), 1);
    assert_eq!(document.links[0].target, "https://example.org/notice?id=1");
    assert_eq!(document.links[0].span.unwrap().of(&document.text), "the notice");
}

#[test]
fn headings_lists_code_and_furniture_have_their_roles() {
    let edge = |n: u32| at(50, 780, "Notes on harbours") + &at(500, 20, &n.to_string());
    let mut pages: Vec<String> =
        (1..=4).map(|n| edge(n) + &at(50, 400 + 20 * n, &format!("some text of page {n}"))).collect();
    pages[0] = edge(1)
        + "BT /F2 18 Tf 50 700 Td (What was found) Tj ET\n"
        + &at(50, 670, "The first sentence of the text runs over one line and then goes on")
        + &at(50, 658, "in the next line until it ends.")
        + &at(50, 630, "\\225")
        + &at(64, 630, "an item of a list")
        + "BT /F3 10 Tf 50 600 Td (net use z: /delete) Tj 0 -12 Td (whoami /all) Tj ET\n";
    let document = open(File::pages(&pages.iter().map(String::as_str).collect::<Vec<_>>()).bytes(""));
    let first: Vec<(BlockKind, Region, &str)> = document
        .blocks
        .iter()
        .filter(|b| b.page == Some(1))
        .map(|b| (b.kind, b.region, b.span.of(&document.text)))
        .collect();
    assert_eq!(first[0], (BlockKind::Heading(1), Region::Main, "What was found"));
    assert_eq!(first[1].0, BlockKind::Paragraph);
    assert!(first[1].2.ends_with("then goes on in the next line until it ends."));
    assert_eq!(first[2].0, BlockKind::ListItem(1));
    assert_eq!(first[3], (BlockKind::Code, Region::Main, "net use z: /delete\nwhoami /all"));
    assert!(first[4..].iter().all(|b| b.1 == Region::Furniture) && first.len() == 6, "{first:?}");
    assert_eq!(document.pages, Some(4));
}

#[test]
fn text_in_forms_and_replacement_text_are_read() {
    let mut file = File::pages(&[""]);
    let form = file.stream(
        &format!("/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources {FONTS}"),
        at(50, 600, "inside a form").as_bytes(),
    );
    let content = file.stream(
        "",
        b"/X Do BT /F1 10 Tf 50 700 Td (e) Tj /Span<</ActualText(ffe)>>BDC (XX) Tj EMC (ct) Tj ET",
    );
    file.objects[3] = format!(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {content} 0 R/Resources{}>>",
        with_object(form)
    )
    .into_bytes();
    let text = open(file.bytes("")).text;
    assert!(text.contains("inside a form"), "{text}");
}

#[test]
fn turned_pages_are_read_upright() {
    let mut file =
        File::pages(&["BT /F1 10 Tf 0 1 -1 0 100 50 Tm (first line of it) Tj 0 -12 Td (second line) Tj ET"]);
    let body = String::from_utf8(file.objects[3].clone()).unwrap();
    file.objects[3] = body.replace("/Parent", "/Rotate 90/Parent").into_bytes();
    assert_eq!(open(file.bytes("")).text, "first line of it second line");
}

#[test]
fn metadata_is_read() {
    let mut file = File::pages(&[&at(50, 700, "text of the report")]);
    let info = file
        .object("<</Title(Harbour lights)/Author(A. Writer, B. Reader)/CreationDate(D:20240302101500Z)>>");
    let document = open(file.bytes(&format!("/Info {info} 0 R")));
    assert_eq!(document.metadata.title.as_deref(), Some("Harbour lights"));
    assert_eq!(document.metadata.authors, ["A. Writer", "B. Reader"]);
    assert_eq!(document.metadata.published.as_deref(), Some("2024-03-02"));
}

#[test]
fn images_without_text_are_reported() {
    let image = |file: &mut File| {
        let image = file.stream(
            "/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray",
            b"\0",
        );
        let content = file.stream("", b"q 600 0 0 800 0 0 cm /I Do Q");
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {content} 0 R/Resources<</XObject<</I {image} 0 R>>>>>>")
            .into_bytes()
    };
    let mut file = File::pages(&[""]);
    file.objects[3] = image(&mut file);
    let document = open(file.bytes(""));
    assert_eq!(codes(&document), [Code::PdfImageOnly]);
    assert!(document.blocks.is_empty());

    let mut file = File::pages(&["", &at(50, 700, "this page has text of its own")]);
    file.objects[3] = image(&mut file);
    assert_eq!(codes(&open(file.bytes(""))), [Code::PdfImagePages]);
}

#[test]
fn fonts_without_meaning_are_reported() {
    let mut file = File::pages(&[&at(50, 700, "a few words that can be read")]);
    let child = file.object("<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>");
    let font = file.object(&format!(
        "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[{child} 0 R]>>"
    ));
    let content =
        file.stream("", format!("BT /F9 10 Tf 50 700 Td <{}> Tj ET", "0041".repeat(300)).as_bytes());
    file.objects[3] = format!(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {content} 0 R/Resources<</Font<</F9 {font} 0 R>>>>>>"
    )
    .into_bytes();
    assert_eq!(codes(&open(file.bytes(""))), [Code::PdfUnmapped]);
}

#[test]
fn a_password_is_asked_for() {
    let mut file = File::pages(&[&at(50, 700, "secret")]);
    let encrypt = file.object(&format!(
        "<</Filter/Standard/V 2/R 3/Length 128/P -4/O<{}>/U<{}>>>",
        "11".repeat(32),
        "22".repeat(32)
    ));
    let bytes = file.bytes(&format!("/Encrypt {encrypt} 0 R/ID[<00><00>]"));
    let error = with(bytes, &Options::default()).unwrap_err();
    assert_eq!(error.code(), Code::PdfEncrypted);
}

/// Encrypted with the empty user password: made with RC4 of 40 bits by algorithms 1, 2 and 4 of ISO 32000-1,
/// 7.6, in a script apart from this code.
#[test]
fn files_with_an_empty_password_are_opened() {
    let hex = |text: &str| -> Vec<u8> {
        text.as_bytes()
            .chunks(2)
            .map(|d| u8::from_str_radix(std::str::from_utf8(d).unwrap(), 16).unwrap())
            .collect()
    };
    let content = hex(
        "7bba2666ac42e4ab20541ce44f9a0c642c134f803bda150912e9bc6b8eb7960e4e6c159402d3728166e3f80d6d0f7aaff69a96ae907be4ce35",
    );
    let mut file = File::pages(&[""]);
    file.objects[2] = format!("<</Length {}>>stream\n", content.len()).into_bytes();
    file.objects[2].extend_from_slice(&content);
    file.objects[2].extend_from_slice(b"\nendstream");
    let user = "b3f1736f6153bcf281b18eddff1acd3c27bbb22553c364b49395867321f2dedf";
    let encrypt = file.object(&format!("<</Filter/Standard/V 1/R 2/P -4/O<{}>/U<{user}>>>", "11".repeat(32)));
    let bytes = file.bytes(&format!("/Encrypt {encrypt} 0 R/ID[<00><00>]"));
    assert_eq!(open(bytes).text, "opened without a password");
}

#[test]
fn damage_is_repaired_or_said() {
    let bytes = File::pages(&[&at(50, 700, "still readable")]).bytes("");
    let table = memchr::memmem::rfind(&bytes, b"xref\n0").unwrap();
    let cut = open(bytes[..table].to_vec());
    assert_eq!(cut.text, "still readable");
    assert_eq!(codes(&cut), [Code::Damaged]);
    // A table that points nowhere.
    let mut wrong = bytes.clone();
    let start = memchr::memmem::rfind(&bytes, b"startxref\n").unwrap() + 10;
    wrong[start] = b'9';
    assert_eq!(open(wrong).text, "still readable");
    assert_eq!(with(b"%PDF-1.4\nnothing".to_vec(), &Options::default()).unwrap_err().code(), Code::Damaged);
}

#[test]
fn circles_and_nesting_end() {
    // A page tree that contains itself.
    let mut file = File::pages(&[&at(50, 700, "one page")]);
    file.objects[1] = b"<</Type/Pages/Kids[2 0 R 4 0 R 2 0 R]/Count 3>>".to_vec();
    assert_eq!(open(file.bytes("")).text, "one page");

    // A form that draws itself twice, before and after some text.
    let mut file = File::pages(&["/X Do"]);
    let next = file.objects.len() + 1;
    let resources = with_object(next);
    file.stream(
        &format!("/Subtype/Form/BBox[0 0 600 800]/Resources{resources}"),
        format!("/X Do {} /X Do", at(50, 700, "again")).as_bytes(),
    );
    let body = String::from_utf8(file.objects[3].clone()).unwrap();
    file.objects[3] = body.replace(FONTS, &resources).into_bytes();
    assert_eq!(open(file.bytes("")).text, "again");
}

/// A file whose form X of one level uses that of the next `uses` times.
fn tower(levels: usize, uses: usize) -> Vec<u8> {
    let mut file = File::pages(&["/X Do"]);
    let first = file.objects.len() + 1;
    for level in 0..levels {
        let resources = with_object(first + level + 1);
        let body = format!("{} {}", at(50, 700, "word"), "/X Do ".repeat(uses));
        file.stream(&format!("/Subtype/Form/BBox[0 0 600 800]/Resources{resources}"), body.as_bytes());
    }
    let body = String::from_utf8(file.objects[3].clone()).unwrap();
    file.objects[3] = body.replace(FONTS, &with_object(first)).into_bytes();
    file.bytes("")
}

#[test]
fn towers_of_forms_end() {
    assert_eq!(codes(&open(tower(10, 1))), []);
    assert_eq!(codes(&open(tower(60, 1))), [Code::TooDeep]);
    // Eight to the twentieth uses.
    let mut options = Options::default();
    options.limits.expanded_bytes = 1 << 18;
    assert_eq!(codes(&with(tower(20, 8), &options).unwrap()), [Code::ExpandsTooFar]);
}

#[test]
fn limits_hold() {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&b"(x) Tj ".repeat(400_000)).unwrap();
    let bomb = encoder.finish().unwrap();
    let mut options = Options::default();
    options.limits.expanded_bytes = 1 << 20;

    let mut file = File::pages(&["", &at(50, 700, "an honest page")]);
    file.objects[2] = {
        let mut other = File { objects: Vec::new() };
        other.stream("/Filter/FlateDecode", &bomb);
        other.objects.remove(0)
    };
    let document = with(file.bytes(""), &options).unwrap();
    assert_eq!(codes(&document), [Code::ExpandsTooFar]);

    // An object stream is measured before anything is opened.
    let mut file = File::pages(&[&at(50, 700, "text")]);
    file.stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", &bomb);
    assert_eq!(with(file.bytes(""), &options).unwrap_err().code(), Code::ExpandsTooFar);

    options.limits.pages = 2;
    let contents: Vec<String> =
        (0..5).map(|n| at(50, 700, &format!("page number {n} has this text"))).collect();
    let document =
        with(File::pages(&contents.iter().map(String::as_str).collect::<Vec<_>>()).bytes(""), &options)
            .unwrap();
    assert_eq!(codes(&document), [Code::TooManyPages]);
    assert_eq!(document.blocks.iter().filter_map(|b| b.page).max(), Some(2));

    let mut file = File::pages(&[""]);
    file.objects[1] = format!("<</Type/Pages/Kids[{}]/Count 1>>", "<<>>".repeat(1000)).into_bytes();
    assert_eq!(with(file.bytes(""), &options).unwrap_err().code(), Code::TooManyPages);

    let options = Options::default();
    options.stop.stop();
    let mut builder = Builder::new();
    let bytes = File::pages(&[&at(50, 700, "text")]).bytes("");
    read(&Input::new("notes.pdf", bytes), &options, &mut builder).unwrap();
    assert!(builder.is_empty());
}

#[test]
fn widths_that_count_to_the_moon_are_ignored() {
    let mut file = File::pages(&[""]);
    let simple = file.object(
        "<</Type/Font/Subtype/Type1/BaseFont/X/FirstChar 4000000000/LastChar 4000000001/Widths[500]>>",
    );
    let child = file.object("<</Type/Font/Subtype/CIDFontType2/BaseFont/Y/W[0 4294967295 500]>>");
    let map = file.stream("", b"1 beginbfrange <0000> <FFFF> <0000> endbfrange");
    let wide = file.object(&format!(
        "<</Type/Font/Subtype/Type0/BaseFont/Y/Encoding/Identity-H/DescendantFonts[{child} 0 R]/ToUnicode {map} 0 R>>"
    ));
    let content = file.stream("", b"BT /A 10 Tf 50 700 Td (plain) Tj /B 10 Tf 0 -40 Td <00570058> Tj ET");
    file.objects[3] = format!(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {content} 0 R\
         /Resources<</Font<</A {simple} 0 R/B {wide} 0 R>>>>>>"
    )
    .into_bytes();
    let text = open(file.bytes("")).text;
    assert!(text.contains("plain"), "{text}");
}

#[test]
fn deterministic() {
    let content = at(50, 700, "same input,") + &at(50, 688, "same text");
    let bytes = File::pages(&[&content, &content]).bytes("");
    assert_eq!(format!("{:?}", open(bytes.clone())), format!("{:?}", open(bytes)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever happens to the bytes, reading ends, within the limits, with spans that lie in the text.
    #[test]
    fn mutated_files_are_survived(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..24),
        cut in any::<prop::sample::Index>(),
        keep in any::<bool>(),
    ) {
        let content = at(50, 700, "seen at 198.51.100.7 and us-") + &at(50, 688, "cert.example.org") + "/X Do BI /W 1 ID \u{1}EI Q";
        let mut file = File::pages(&[&content, &at(50, 700, "another page")]);
        file.object("<</Type/Annot/Subtype/Link/Rect[68 695 120 712]/A<</S/URI/URI(https://example.org)>>>>");
        let mut bytes = file.bytes("");
        for (index, byte) in edits {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if !keep {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = with(bytes, &Options::default());
    }
}
