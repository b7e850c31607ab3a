//! Expectations from RFC 2045 to 2049, 2047 and 3676; hashes by coreutils.

use crate::document::{BlockKind, Document, Format, checks, read};
use crate::{Code, Input, Options};
use proptest::prelude::*;

fn mail(source: &str) -> Document {
    let source = source.replace('\n', "\r\n");
    let document = read(&Input::new("report.eml", source), &Options::default()).expect("a mail");
    assert_eq!(document.format, Format::Email);
    checks::check(&document);
    document
}

fn lines(document: &Document) -> Vec<&str> {
    document.text.lines().collect()
}

fn codes(document: &Document) -> Vec<Code> {
    document.diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn header_fields_become_metadata_and_the_subject_the_first_heading() {
    // The encoded words of RFC 2047, section 8.
    let document = mail(
        "From: =?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>\nTo: x@example.org\nMIME-Version: 1.0\n\
         Subject: =?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=\n\
         Date: Tue, 02 Jun 2026 23:30:00 -0500\nContent-Type: text/plain; charset=utf-8\n\nThe loader ran.\n",
    );
    let about = &document.metadata;
    assert_eq!(about.title.as_deref(), Some("If you can read this you understand the example."));
    assert_eq!(
        (about.authors.as_slice(), about.published.as_deref()),
        (["Keith Moore".to_owned()].as_slice(), Some("2026-06-02"))
    );
    assert_eq!(document.blocks[0].kind, BlockKind::Heading(1));
    assert_eq!(lines(&document)[1], "The loader ran.");
    let marked =
        mail("From: a@example.org\nSubject: [TLP:AMBER] Loader\nMessage-ID: <1@x>\n\nThe loader ran.\n");
    assert_eq!(marked.metadata.marking.map(|m| m.0), Some(bartizan_stix::Tlp::Amber));
}

#[test]
fn transfer_encodings_and_charsets_are_undone() {
    for (header, body, expected) in [
        (
            "text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable",
            "Caf=E9 evil=\n.example",
            "Café evil.example",
        ),
        (
            "text/plain; charset=utf-8\nContent-Transfer-Encoding: base64",
            "Q2Fmw6kgZXZpbC5leGFtcGxl",
            "Café evil.example",
        ),
        ("text/plain; charset=windows-1251\nContent-Transfer-Encoding: base64", "z/Do4uXy", "Привет"),
        ("text/plain; charset=us-ascii", "as it is", "as it is"),
        ("text/plain; format=flowed", "one \nline\n-- \nme", "one line"),
        ("text/html; charset=utf-8", "<html><body><p>The loader</p></body></html>", "The loader"),
    ] {
        let document = mail(&format!("From: a@example.org\nContent-Type: {header}\n\n{body}\n"));
        assert_eq!(lines(&document)[0], expected, "{header}");
    }
}

#[test]
fn of_alternatives_the_richest_that_says_something_is_taken() {
    let two = |html: &str| {
        mail(&format!(
            "From: a@example.org\nSubject: S\nContent-Type: multipart/alternative; boundary=\"=_b\"\n\npreamble\n--=_b\n\
             Content-Type: text/plain\n\nplain words\n--=_b\nContent-Type: text/html\n\n{html}\n--=_b--\nepilogue\n"
        ))
    };
    assert_eq!(lines(&two("<p>rich words</p>")), ["S", "rich words"]);
    assert_eq!(lines(&two("<img src=x>")), ["S", "plain words"]);
}

#[test]
fn attachments_are_named_and_hashed_and_not_opened() {
    // The boundary of a part may be the beginning of another's.
    let document = mail(
        "From: a@example.org\nSubject: Report\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\
         Content-Type: multipart/related; boundary=bb\n\n--bb\nContent-Type: text/html\n\n<p>The body</p>\n--bb\n\
         Content-Type: image/png; name=logo.png\nContent-Transfer-Encoding: base64\n\niVBORw==\n--bb--\n--b\n\
         Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename*=utf-8''R%C3%A9port.pdf\n\nJVBERi0xLjQ=\n--b\n\
         Content-Type: text/plain\nContent-Disposition: attachment; filename=iocs.txt\n\nevil.example\n--b--\n",
    );
    assert_eq!(lines(&document), ["Report", "The body"]);
    let named: Vec<&str> = document
        .diagnostics
        .iter()
        .filter(|d| d.code == Code::Attachment)
        .map(|d| d.message.as_str())
        .collect();
    assert_eq!(named.len(), 3, "{named:?}");
    // printf %PDF-1.4 | sha256sum
    assert!(named[1].contains("Réport.pdf (application/pdf, 8 bytes, SHA-256 e16fa5d9b51928755db85b917f0297babaf22c7a47e97d9212adab56e61ba04e)"), "{}", named[1]);
    // printf evil.example | sha256sum
    assert!(named[2].contains("iocs.txt (text/plain, 12 bytes, SHA-256 9c180de0cd699ee78897c47cfdb3e7ee1d75906e31b7746a4747dea536909837)"), "{}", named[2]);
}

#[test]
fn forwarded_messages_follow_to_a_depth() {
    let document = mail(
        "From: analyst@example.org\nSubject: Fwd\nDate: Tue, 02 Jun 2026 10:00:00 +0000\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\n\nSee below.\n--b\nContent-Type: message/rfc822\nContent-Disposition: attachment; filename=x.eml\n\n\
         From: \"Bank\" <phish@evil.example>\nSubject: Urgent\nDate: Mon, 01 Jun 2026 08:00:00 +0000\n\nPay at http://evil.example/pay\n--b--\n",
    );
    assert_eq!(
        lines(&document),
        [
            "Fwd",
            "See below.",
            "Urgent",
            "From: Bank <phish@evil.example>, Date: 2026-06-01",
            "Pay at http://evil.example/pay"
        ]
    );
    assert_eq!(document.metadata.published.as_deref(), Some("2026-06-02"));
    assert_eq!(document.diagnostics, []);
    let nested = format!(
        "{}From: b@example.org\n\ndeepest\n",
        "From: a@example.org\nContent-Type: message/rfc822\n\n".repeat(100_000)
    );
    let document = mail(&format!("Subject: top\n{nested}"));
    assert_eq!(codes(&document), [Code::TooDeep]);
    assert!(!document.text.contains("deepest"));
    let digest = mail(
        "From: a@x.example\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: b@x.example\nSubject: One\n\nFirst.\n--b--\n",
    );
    assert_eq!(lines(&digest), ["One", "From: b@x.example", "First."]);
}

#[test]
fn hostile_trees_are_bounded() {
    let many = format!(
        "From: a@example.org\nSubject: S\nContent-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\n\nword\n".repeat(900)
    );
    let twice =
        format!("{many}--b\nContent-Type: multipart/mixed; boundary=c\n\n{}", "--c\n\nword\n".repeat(900));
    assert!(codes(&mail(&twice)).contains(&Code::MailParts));
    let mut deep = "From: a@example.org\nSubject: S\n".to_owned();
    for n in 0..2000 {
        deep += &format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
    }
    assert_eq!(codes(&mail(&deep)), [Code::TooDeep]);
    let lost = mail(
        "From: a@example.org\nContent-Type: multipart/mixed; boundary=missing\n\nThe words are there all the same.\n",
    );
    assert_eq!(lines(&lost), ["The words are there all the same."]);
    let attachments = format!(
        "From: a@example.org\nSubject: S\nContent-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\nContent-Type: image/png\n\nx\n".repeat(300)
    );
    let document = mail(&attachments);
    assert_eq!(document.diagnostics.len(), 101);
    assert!(document.diagnostics[100].message.starts_with("200 further"));
    let empty = "From: a@example.org\nContent-Type: application/pkcs7-mime\n\nx\n";
    let error = read(&Input::new("a.eml", empty), &Options::default()).expect_err("nothing to read");
    assert_eq!(error.code(), Code::Attachment);
}

proptest! {
    #[test]
    fn pieces_of_mails_keep_the_invariants(pieces in proptest::collection::vec(proptest::sample::select(vec![
        "From: a@example.org\n", "Subject: =?utf-8?q?=C3=A9?=\n", "Content-Type: multipart/mixed; boundary=b\n", "\n", "--b\n", "--b--\n",
        "Content-Type: message/rfc822\n", "Content-Type: text/html; charset=utf-16\n", "Content-Transfer-Encoding: base64\n",
        "Content-Transfer-Encoding: quoted-printable\n", "=E9=\n", "Q2Fmw6k=\n", "<p>x\n", "words \n", "\r", "é", "\0",
        "Content-Disposition: attachment; filename*0=\"a\"; filename*1*=%00\n", " folded\n", "Date: 99 Foo 99999\n",
        "Content-Type: multipart/alternative; boundary=\"\"\n", "From x\n", "Content-Type: text/plain; format=flowed\n",
    ]), 0..40), cut in 0usize..60) {
        let source = format!("From: a@example.org\n{}", pieces.concat());
        let bytes = &source.as_bytes()[..source.len().saturating_sub(cut)];
        if let Ok(document) = read(&Input::new("a.eml", bytes), &Options::default()) {
            checks::check(&document);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut source = b"From: a@example.org\nContent-Type: ".to_vec();
        source.extend(bytes);
        if let Ok(document) = read(&Input::new("a.eml", source), &Options::default()) {
            checks::check(&document);
        }
    }
}
