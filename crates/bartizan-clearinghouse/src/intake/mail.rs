//! A report as an e-mail file (RFC 5322): what most finders send.

use mail_parser::{Address, MessageParser, MimeHeaders};
use serde_json::{Map, Value, json};

use super::{FormFile, LONGEST, Refused, Submission, form};

/// Lines that say something by name: `Product: …` at the beginning of a line. What is said twice is said first.
const LINES: [(&str, &str, bool); 12] = [
    ("purl", "purl", false),
    ("package", "purl", false),
    ("cpe", "cpe", false),
    ("product", "software", false),
    ("software", "software", false),
    ("ecosystem", "ecosystem", false),
    ("version", "versions", true),
    ("versions", "versions", true),
    ("credit", "finders", true),
    ("cve", "upstream_ids", true),
    ("reference", "references", true),
    ("tool", "discovery_tooling", false),
];

/// Most e-mails and digests within an e-mail.
const NESTED: usize = 32;

/// How often an e-mail speaks of others within it (`message/…`, `multipart/digest`), in any case of letters.
fn nested(bytes: &[u8]) -> usize {
    let count = |word: &[u8]| bytes.windows(word.len()).filter(|at| at.eq_ignore_ascii_case(word)).count();
    count(b"message/") + count(b"multipart/digest")
}

/// A report from an e-mail file: the subject is its title, the text what is told, the files its files. The product stands in the text:
/// as a package URL, or on a line `Product:`. Whoever wrote it is asked back at that address, and credited where nobody else is named.
///
/// # Errors
/// As [`super::read`]; [`Refused::Malformed`] for what is no e-mail.
pub fn mail(bytes: &[u8]) -> Result<Submission, Refused> {
    let wrong = |why: &str| Refused::Malformed(why.to_owned());
    if bytes.len() > LONGEST {
        return Err(wrong("the file is larger than a report may be"));
    }
    // The parser's tree of messages within messages is taken apart by recursion: deep ones would end the process.
    if nested(bytes) > NESTED {
        return Err(wrong("the e-mail holds too many e-mails: hand in the innermost one"));
    }
    let message = MessageParser::default().parse(bytes).ok_or_else(|| wrong("the file is no e-mail"))?;
    // Anything is an e-mail to a parser; one that somebody sent has these.
    let from = message.from().ok_or_else(|| wrong("the e-mail has no sender"))?;
    let text = message.body_text(0).unwrap_or_default();
    let text: String = text.chars().filter(|c| !c.is_control() || "\n\t".contains(*c)).collect();
    let mut members = Map::new();
    let subject: String = message.subject().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    if !subject.trim().is_empty() {
        members.insert("title".into(), subject.trim().into());
    }
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let name = name.trim().to_ascii_lowercase();
        let known = LINES.iter().find(|(word, ..)| *word == name);
        let (Some((_, member, many)), false) = (known, value.trim().is_empty()) else { continue };
        if *many {
            let all = members.entry(*member).or_insert_with(|| json!([]));
            let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
            if let Some(all) = all.as_array_mut() {
                all.extend(parts.map(Value::from));
            }
        } else {
            members.entry(*member).or_insert_with(|| value.trim().into());
        }
    }
    if !members.contains_key("purl")
        && !members.contains_key("cpe")
        && let Some(purl) = purl(&text)
    {
        members.insert("purl".into(), purl.into());
    }
    // Software of a name is one of an ecosystem; who writes by mail seldom says which.
    if members.contains_key("software") {
        members.entry("ecosystem").or_insert_with(|| "unknown".into());
    }
    let sender = sender(from);
    if let Some((name, address)) = sender {
        members.insert("email".into(), address.clone().into());
        let name = if name.is_empty() { address } else { name };
        members.entry("finders").or_insert_with(|| json!([name]));
    }
    if !text.trim().is_empty() {
        members.insert("description".into(), text.trim().into());
    }
    let files = message.attachments().enumerate().map(|(at, part)| {
        let media = part.content_type().map(|kind| match kind.subtype() {
            Some(sub) => format!("{}/{sub}", kind.ctype()),
            None => kind.ctype().to_owned(),
        });
        FormFile {
            filename: part.attachment_name().map_or_else(|| format!("file-{}", at + 1), str::to_owned),
            media: media.unwrap_or_default(),
            data: part.contents().to_vec(),
        }
    });
    form(members, files.collect())
}

fn sender(from: &Address<'_>) -> Option<(String, String)> {
    let first = from.first()?;
    let clean = |text: Option<&str>| -> String {
        text.unwrap_or_default().chars().filter(|c| !c.is_control()).take(256).collect()
    };
    Some((clean(first.name()), clean(first.address())))
}

/// The first package URL of a text.
fn purl(text: &str) -> Option<&str> {
    let at = text.find("pkg:")?;
    let rest = &text[at..];
    let end = rest.find(|c: char| c.is_whitespace() || "<>\"'`,;)]".contains(c)).unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches(['.', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = concat!(
        "From: Ada Byron <ada@lab.example>\r\nTo: desk@cert.example\r\nSubject: Header splitting in example-lib\r\n",
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
        "Hello,\r\nparseHeader of pkg:npm/example-lib@1.0.1 splits headers.\r\nCredit: Ada Byron, Ben Q.\r\nCVE: CVE-2026-0042\r\n",
        "--b\r\nContent-Type: text/x-python\r\nContent-Disposition: attachment; filename=poc.py\r\n\r\nprint(1)\r\n--b--\r\n",
    );

    #[test]
    fn a_mail_is_a_report_with_its_files() {
        let report = mail(MAIL.as_bytes()).expect("a report");
        assert_eq!(report.title.as_deref(), Some("Header splitting in example-lib"));
        assert_eq!(
            (report.purl.as_deref(), report.versions),
            (Some("pkg:npm/example-lib"), vec!["1.0.1".to_owned()])
        );
        assert_eq!(report.finders, ["Ada Byron", "Ben Q."]);
        assert_eq!(
            (report.upstream_ids, report.email.as_deref()),
            (vec!["CVE-2026-0042".to_owned()], Some("ada@lab.example"))
        );
        assert_eq!(
            (report.attachments[0].filename.as_str(), report.attachments[0].data.len()),
            ("poc.py", 8)
        );
    }

    #[test]
    fn a_mail_without_a_product_says_what_is_missing() {
        let bare = "From: a@b.example\r\nSubject: hole\r\n\r\nThere is one.\r\n";
        let Err(Refused::Invalid(all)) = mail(bare.as_bytes()) else { panic!("taken") };
        assert!(all.iter().any(|v| v.field == "purl" || v.field == "software"), "{all:?}");
        let named = "From: a@b.example\r\nSubject: hole\r\n\r\nProduct: Gateway 3\r\nThere is one.\r\n";
        let report = mail(named.as_bytes()).expect("a report");
        assert_eq!(
            (report.software.as_deref(), report.finders),
            (Some("Gateway 3"), vec!["a@b.example".to_owned()])
        );
        let deep = "From: a@b.c\r\nSubject: x\r\n".to_owned()
            + &"Content-Type: Message/rfc822\r\n\r\nFrom: a@b.c\r\n".repeat(60_000);
        assert!(matches!(mail(deep.as_bytes()), Err(Refused::Malformed(_))));
        for none in [&b""[..], b"no mail", b"\xff\xfe\x00"] {
            assert!(matches!(mail(none), Err(Refused::Malformed(_))));
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2000)) {
            let _ = mail(&bytes);
            let _ = mail(&[MAIL.as_bytes(), &bytes].concat());
            let _ = mail(&[b"From: a@b\r\nSubject: x\r\n\r\n".as_slice(), &bytes].concat());
        }
    }
}
