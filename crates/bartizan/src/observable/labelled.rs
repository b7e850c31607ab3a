//! File names with blanks and commas, where the line itself says how far the name goes: behind a hash as checksum
//! tools print it, or behind `File name:`; and application ids behind `Package name:`.

use super::scan::Scan;
use crate::ObservableKind as Kind;

/// Longest name that is read.
const NAME_MAX: usize = 160;
/// Labels before a colon whose value is a file name.
const LABELS: [&str; 5] = ["file name", "filename", "file", "name", "file names"];

/// Widens names of which only the last word was found: `Form 04.25.2022, US.lnk`.
pub(super) fn widen(scan: &mut Scan<'_>) {
    let text = scan.text;
    let mut wide: Vec<(usize, usize)> = Vec::new();
    for (i, found) in scan.found.iter().enumerate() {
        if found.kind != Kind::FileName || found.defanged {
            continue;
        }
        let (start, end) = scan.line(found.start, 512);
        let (Some(before), Some(after)) = (text.get(start..found.start), text.get(found.end..end)) else {
            continue;
        };
        if !after.trim().is_empty() {
            continue;
        }
        let Some(name_start) = behind_hash(before).or_else(|| behind_label(before)) else { continue };
        let rest = before.get(name_start..).unwrap_or("");
        let plain =
            |c: char| !matches!(c, '/' | '\\' | '|' | ':' | '"' | '<' | '>' | '\t' | '`') && !c.is_control();
        if !rest.trim().is_empty()
            && rest.len() <= NAME_MAX
            && rest.chars().all(plain)
            && !rest.contains("  ")
        {
            wide.push((i, start + name_start));
        }
    }
    for (i, start) in wide {
        let Some(found) = scan.found.get_mut(i) else { continue };
        let Some(name) = text.get(start..found.end) else { continue };
        found.start = start;
        found.value = name.to_owned();
    }
}

/// Labels before a colon whose value is the id of an Android application.
const PACKAGE_LABELS: [&str; 5] =
    ["package name", "app package", "apk package name", "application id", "app id"];

/// Takes what stands behind `Package name:` for an application id, whatever else its last label looks like.
pub(super) fn packages(scan: &mut Scan<'_>) {
    let text = scan.text;
    let bytes = text.as_bytes();
    // Most texts have no such label: its rarest letters are looked for, not its lines.
    let hints: [&[u8]; 4] = [b"ackage", b"ACKAGE", b"pplication id", b"pp id"];
    let mut starts: Vec<usize> = hints
        .iter()
        .flat_map(|hint| memchr::memmem::find_iter(bytes, hint))
        .map(|at| memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |i| i + 1))
        .collect();
    starts.sort_unstable();
    starts.dedup();
    for at in starts {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(text.len(), |i| at + i);
        let line = text.get(at..end).unwrap_or("");
        let Some((label, rest)) = line.split_once(':') else { continue };
        let label = label.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_lowercase();
        let value =
            rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '`' | '"' | '\''));
        if PACKAGE_LABELS.contains(&label.as_str()) && is_application(value) {
            let start = at + line.len() - rest.len() + rest.find(value).unwrap_or(0);
            let end = start + value.len();
            scan.found.retain(|f| f.end <= start || f.start >= end);
            scan.find(Kind::AndroidPackage, value, start, end);
        }
    }
}

/// Three labels or more of letters, digits and underscores, each beginning with a letter (Android: `applicationId`).
fn is_application(value: &str) -> bool {
    let label = |l: &str| {
        l.starts_with(|c: char| c.is_ascii_alphabetic())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    value.len() <= NAME_MAX && value.split('.').count() >= 3 && value.split('.').all(label)
}

/// Where the name begins behind a hash and at least two blanks or a tab, list marks before the hash aside.
fn behind_hash(before: &str) -> Option<usize> {
    let mark = |c: char| matches!(c, '-' | '*' | '\u{2022}' | '+') || c.is_whitespace();
    let hash = before.trim_start_matches(mark);
    let digits = hash.bytes().take_while(u8::is_ascii_hexdigit).count();
    if !matches!(digits, 32 | 40 | 64 | 96 | 128) {
        return None;
    }
    let gap = hash.get(digits..)?;
    let rest = gap.trim_start_matches([' ', '\t', '*']);
    let apart = gap.len() - rest.len();
    (apart >= 2 || gap.starts_with('\t')).then(|| before.len() - rest.len())
}

/// Where the name begins behind a label, list marks before the label aside.
fn behind_label(before: &str) -> Option<usize> {
    let (label, rest) = before.split_once(':')?;
    let label = label.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_lowercase();
    let name = rest.trim_start();
    (LABELS.contains(&label.as_str()) && rest.len() > name.len()).then(|| before.len() - name.len())
}
