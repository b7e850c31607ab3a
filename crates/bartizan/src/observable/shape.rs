//! Judging by letters and neighbours what a run with dots is, where nobody defanged it: host name, file name,
//! program identifier, detection name, version number, or the seam of two sentences.

use super::defang::refang;
use super::names::{is_code_word, is_extension_first, is_file_extension};
use super::scan::{Scan, is_word};
use crate::ObservableKind as Kind;
use std::net::Ipv4Addr;

/// Reason that also makes the run a file name.
pub(super) const FILE_NAME: &str = "file name, not a domain";

/// Reason that also makes a cell of a table a file name.
pub(super) const ROW_NAME: &str = "name in the row of a hash, not a domain";

/// Products whose names are written like host names, with capitals.
const PRODUCTS: &[&str] = &["asp.net", "vb.net", "ado.net", "ml.net", "any.run"];

/// Whether the run `start..end` fills a cell or a pair of code marks, or holds a digit as made-up names do.
pub(super) fn is_cell(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    let marks = |b: u8| matches!(b, b'`' | b'|' | b'"' | b'\n' | b'\t' | b' ');
    let digit = scan.text.get(start..end).is_some_and(|t| t.bytes().any(|b| b.is_ascii_digit()));
    let code = scan.before(start) == b'`' && scan.at(end) == b'`';
    marks(scan.before(start)) && marks(scan.at(end)) && (digit || code)
}

/// Why the run `start..end`, whose host form is `value`, is no domain; nothing if it is one.
pub(super) fn refusal(
    scan: &Scan<'_>,
    start: usize,
    end: usize,
    value: &str,
    raw: &str,
    path_follows: bool,
) -> Option<&'static str> {
    let written = scan.text.get(start..end).unwrap_or(raw);
    let top = value.rsplit('.').next().unwrap_or("");
    let labels = value.split('.').count();
    let www = value.starts_with("www.");
    let before = scan.before(start);
    let after = scan.at(end);
    // A site that everybody knows (`transfer.sh`, `notion.so`) is no script.
    let famous = || !scan.known.pack.domain_warnings(value).is_empty();
    if is_extension_first(top) && !www && !famous() {
        let slash = after == b'/' && labels >= 2 && top != "zip" && before != b'/';
        if !slash || is_word(before) {
            return Some(FILE_NAME);
        }
    }
    if before == b'\\' || (after == b'\\' && !matches!(scan.at(end + 1), b'n' | b'r' | b't' | b'"')) {
        return Some("part of a path");
    }
    if matches!(after, b'(') && !written.contains("www") && !path_follows {
        return Some("call of a method, not a domain");
    }
    if matches!(before, b'$' | b'.')
        || (before == b'/' && is_word(scan.before(start.saturating_sub(1))) && detection(written))
    {
        return Some("identifier, not a domain");
    }
    if PRODUCTS.contains(&value) && !path_follows && written.bytes().any(|b| b.is_ascii_uppercase()) {
        return Some("name of a product");
    }
    let written_top = written.rsplit('.').next().unwrap_or("");
    let letters_upper = |s: &str| s.bytes().filter(u8::is_ascii_alphabetic).all(|b| b.is_ascii_uppercase());
    if !letters_upper(written) {
        if detection(written) {
            return Some("name of a detection or identifier, by its capitals");
        }
        if written_top.bytes().any(|b| b.is_ascii_uppercase()) {
            // `information.The`, `System.Net`, `WScript.Shell`; a host in title case (`Evil.Com`) is rarer.
            return Some("identifier or seam of two sentences, by its capitals");
        }
        let camel = written
            .split('.')
            .any(|l| l.as_bytes().windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()));
        if camel && is_code_word(top) && top != "net" && top != "info" && !path_follows {
            return Some("identifier of a program, by its capitals");
        }
    } else if written.bytes().any(|b| b.is_ascii_uppercase())
        && labels == 2
        && top.len() == 2
        && !path_follows
    {
        // `SSHDOOR.AS`: all capitals with a country code is a detection name more often than a host.
        return Some("name of a detection or identifier, by its capitals");
    }
    // A mixed-case name in the row of a hash is that file's name.
    let mixed =
        written.bytes().any(|b| b.is_ascii_uppercase()) && written.bytes().any(|b| b.is_ascii_lowercase());
    if mixed && labels == 2 && !path_follows && super::hash::on_line(scan, start) {
        return Some(ROW_NAME);
    }
    if labels == 2
        && value.split('.').next().is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit()))
        && top.len() == 2
        && !path_follows
    {
        return Some("number and word at the seam of two sentences");
    }
    None
}

/// `Winnti.CA`, `Spy.Guildma.BJ`, `Agent.BE`: capitals at the end, lower case before.
fn detection(written: &str) -> bool {
    let mut parts = written.rsplit('.');
    let last = parts.next().unwrap_or("");
    let rest_lower = parts.any(|p| p.bytes().any(|b| b.is_ascii_lowercase()));
    (1..=4).contains(&last.len()) && last.bytes().all(|b| b.is_ascii_uppercase()) && rest_lower
}

/// Why four numbers with dots are no address here.
pub(super) fn version_context(
    scan: &Scan<'_>,
    start: usize,
    end: usize,
    ip: Ipv4Addr,
) -> Option<&'static str> {
    let octets = ip.octets();
    let before = scan.before(start);
    let after = scan.at(end);
    if is_word(before) && before != b'_' {
        return Some(if matches!(before, b'v' | b'V') { "version number" } else { "part of a longer word" });
    }
    if after.is_ascii_alphabetic() || after == b'_' {
        return Some("part of a longer word");
    }
    if before == b'.' || (after == b'.' && scan.at(end + 1).is_ascii_digit()) {
        return Some("part of a longer number");
    }
    if octets[0] == 0 && ip != Ipv4Addr::UNSPECIFIED {
        return Some("version number: no address starts with 0");
    }
    let lead = scan.lead(start, 48).to_ascii_lowercase();
    let trimmed = lead.trim_end_matches([' ', '"', '\'', '(', '`', '=', ':', '*', '|', '\t']);
    const VERSION_WORDS: &[&str] = &[
        "version",
        "versions",
        " ver",
        " ver.",
        " v",
        " v.",
        "release",
        "build",
        "firmware",
        "fileversion",
        "productversion",
        "oid",
        "through",
        "and earlier",
        "prior to",
        "before",
        "sdk",
        "update",
        "patch",
        "upgrade",
        "fixed in",
        "os x",
        "macos",
        "ios",
        "(v",
        "/v",
        "revision",
        "rev",
        "section",
        "chapter",
        "figure",
        "table",
        "clr",
        "rv",
    ];
    if VERSION_WORDS.iter().any(|w| trimmed.ends_with(w)) && !lead.trim_end().ends_with("ip:") {
        return Some("version number, by the word before it");
    }
    // `1.2.0.0`, `<=17.0.0.134`, `Flash Player 21.0.0.197`
    if octets[0] < 20
        && octets[1] < 20
        && octets[2] == 0
        && octets[3] == 0
        && after != b'/'
        && octets[0] != 10
    {
        return Some("version number: ends in two zeros");
    }
    if ["<=", ">="].iter().any(|sign| lead.trim_end().ends_with(sign)) {
        return Some("version number, by the comparison before it");
    }
    // Whole words only: `evil.net 198.51.100.7` is a row of a list.
    const PRODUCT_WORDS: &[&str] =
        &["flash player", "acrobat", "adobe reader", "chrome", "firefox", "silverlight", "java", "wordpress"];
    if PRODUCT_WORDS.iter().any(|w| {
        trimmed.strip_suffix(w).is_some_and(|head| {
            !head.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '@'))
        })
    }) {
        return Some("version number of a product");
    }
    if octets[1] == 0 && octets[2] == 0 && octets[3] == 0 && after != b'/' && ip != Ipv4Addr::UNSPECIFIED {
        return Some("version number: ends in three zeros");
    }
    // `Chrome/131.0.0.0`, `Name-1.2.3.4`.
    if before == b'/'
        && scan.before(start - 1).is_ascii_alphabetic()
        && octets[1] <= 20
        && lead.ends_with('/')
    {
        return Some("version number of a product");
    }
    if before == b'-' && start >= 2 && scan.before(start - 1).is_ascii_alphabetic() {
        return Some("version number of a product");
    }
    if matches!(octets, [1, 3, 6, 1] | [2, 23, 140, _] | [2, 5, 29, _]) {
        return Some("object identifier");
    }
    let tail = scan.tail(end, 24).to_ascii_lowercase();
    let tail = tail.trim_start();
    if octets.iter().all(|o| *o < 100)
        && [
            "and earlier",
            "and later",
            "or later",
            "or earlier",
            "and prior",
            "and below",
            "and above",
            "and newer",
        ]
        .iter()
        .any(|w| tail.starts_with(w))
    {
        return Some("version number, by the words after it");
    }
    None
}

/// Characters that a file name may have before the run of labels the pattern saw.
fn is_name_char(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(b, b'_' | b'-' | b'~' | b'$' | b'+' | b'!' | b'#' | b'@' | b'&' | b'=' | b'\'' | b'%')
        || b >= 0x80
}

/// The run `start..end` ends in a file extension: a file name, widened to the left over characters that names
/// may have. Returns where scanning goes on.
pub(super) fn file_token(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let bytes = scan.bytes();
    let mut from = start;
    while from > 0 && start - from < 64 && is_name_char(bytes[from - 1]) && bytes[from - 1] < 0x80 {
        from -= 1;
    }
    while from < start && matches!(bytes[from], b'\'' | b'=' | b'&' | b'+' | b'-' | b'@' | b'#' | b'!') {
        from += 1;
    }
    // After a slash or backslash it is the end of a path, which has its own finding; `*.lnk` is a pattern.
    let before = scan.before(from);
    if before == b'*' && scan.at(from) == b'.' || scan.text.get(..from).is_some_and(|t| t.ends_with("*.")) {
        return end;
    }
    let raw = scan.text.get(from..end).unwrap_or("");
    let name = refang(raw);
    let stem = name.rsplit_once('.').map_or("", |(s, _)| s);
    let extension = name.rsplit('.').next().unwrap_or("");
    // (`\_name` is Markdown for `_name`.)
    let escaped = before == b'\\' && name.starts_with('_');
    if (matches!(before, b'/' | b'\\') && !escaped) || stem.is_empty() || name.len() > 200 {
        return end;
    }
    // One-letter and code-like endings need a file's neighbours; a call or an attribute is code.
    let short = matches!(
        extension.to_ascii_lowercase().as_str(),
        "c" | "h"
            | "z"
            | "so"
            | "go"
            | "one"
            | "data"
            | "key"
            | "app"
            | "out"
            | "old"
            | "lock"
            | "class"
            | "action"
            | "service"
            | "config"
            | "map"
            | "node"
            | "env"
            | "url"
            | "obj"
            | "job"
            | "timer"
            | "ts"
            | "db"
            | "lib"
            | "dot"
            | "pack"
            | "theme"
            | "log"
            | "img"
    );
    let after = scan.at(end);
    if after == b'('
        || (short && (extension.bytes().any(|b| b.is_ascii_uppercase()) || name.contains("this.")))
    {
        return end;
    }
    if !is_file_extension(extension) {
        return end;
    }
    let defanged = super::defang::is_defanged(raw);
    scan.find(Kind::FileName, name, from, end).defanged(defanged);
    end
}
