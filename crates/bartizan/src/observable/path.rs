//! Windows and Unix paths, registry keys, and file names with blanks: where they end when nothing marks it.
//!
//! A path may hold blanks, so its end cannot be read off its characters alone. The rule: a blank is part of the
//! path if the words after it lead to another separator or to a known file extension before anything that
//! cannot stand in a name, and none of them is a word that joins clauses ("and", "to", "with" …).

use super::names::is_file_extension;
use super::scan::{Scan, is_word};
use crate::ObservableKind as Kind;

/// Longest path that is read.
const PATH_MAX: usize = 512;

/// How far the words after a blank may reach.
const WORDS_MAX: usize = 64;

/// Words that do not stand inside names of folders after a blank.
fn joins_clauses(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "and"
            | "or"
            | "to"
            | "from"
            | "with"
            | "as"
            | "in"
            | "then"
            | "is"
            | "was"
            | "were"
            | "are"
            | "which"
            | "that"
            | "for"
            | "on"
            | "using"
            | "into"
            | "by"
            | "via"
            | "if"
            | "when"
            | "where"
            | "it"
            | "this"
            | "has"
            | "have"
            | "will"
            | "be"
            | "but"
            | "while"
            | "after"
            | "before"
            | "under"
            | "through"
            | "registry"
            | "key"
            | "value"
            | "directory"
            | "folder"
            | "file"
            | "files"
            | "contains"
            | "creates"
            | "drops"
            | "executes"
            | "loads"
            | "at"
            | "located"
            | "named"
            | "called"
            | "hklm"
            | "hkcu"
            | "reg_sz"
            | "data:"
            | "-"
            | "–"
            | "—"
            | "->"
            | "=>"
            | "="
            | "&&"
            | "&"
    )
}

/// Kind of separator and set of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Windows,
    Unix,
    Key,
}

/// Where the name that started before `from` ends. `opened` is the quote that stands right before it.
fn end_of(scan: &Scan<'_>, start: usize, from: usize, style: Style) -> usize {
    let bytes = scan.bytes();
    let opened = match scan.char_before(start) {
        Some('"') => Some('"'),
        Some('\'') => Some('\''),
        Some('`') => Some('`'),
        Some('\u{201C}') => Some('\u{201D}'),
        Some('\u{2018}') => Some('\u{2019}'),
        Some('\u{AB}') => Some('\u{BB}'),
        _ => None,
    };
    let limit = scan.floor((start + PATH_MAX).min(bytes.len()));
    if let Some(close) = opened {
        // Quoted: up to the closing quote, if it stands on this line and nothing forbidden does.
        let rest = scan.text.get(from..limit).unwrap_or("");
        if let Some(len) = rest.find([close, '\n', '"', '|'])
            && rest[len..].starts_with(close)
            && !rest[..len].contains(['*', '?', '>'])
            && style != Style::Unix
            && !rest[..len].contains(" /")
            && !rest[..len].contains(" -")
        {
            return from + rest[..len].trim_end().len();
        }
    }
    let mut at = from;
    // End of the last name that certainly belongs to the path.
    while at < limit {
        let Some(c) = scan.char_at(at) else { break };
        match c {
            '\\' if style != Style::Unix => {
                // `\"` and `\n` of quoted source text end it.
                let next = scan.at(at + 1);
                if next == b'"' || next == b'\'' {
                    break;
                }
            }
            '/' => {}
            ' ' if (scan.at(at + 1) == b' ' || !continues(scan, start, at, limit, style)) => {
                break;
            }
            '<' if style != Style::Unix || scan.at(at + 1).is_ascii_alphabetic() => {
                // `<user>` placeholders.
                let window = scan.text.get(at..scan.floor((at + 40).min(limit))).unwrap_or("");
                match window.find('>') {
                    Some(len) if !window[..len].contains(['\n', '/', '\\', '"']) && len > 1 => {
                        at += len + 1;
                        continue;
                    }
                    _ => break,
                }
            }
            '"' | '<' | '>' | '|' | '\n' | '\t' | '\r' | '`' | ';' => break,
            '\'' if opened == Some('\'') || !scan.at(at + 1).is_ascii_alphanumeric() => break,
            '*' if style != Style::Key
                // A wildcard stands at the end of a name; `**` is emphasis.
                && (scan.at(at + 1) == b'*' || scan.before(start) == b'*') =>
            {
                break;
            }
            '?' => break,
            ':' if style == Style::Windows => break,
            ':' if style != Style::Windows && !scan.at(at + 1).is_ascii_alphanumeric() => break,
            ',' if matches!(scan.at(at + 1), b' ' | b'\n') => break,
            '[' if style == Style::Windows && placeholder(scan, at, limit).is_some() => {
                at = placeholder(scan, at, limit).unwrap_or(at + 1);
                continue;
            }
            '(' | '{' | '[' => {
                let close = match c {
                    '(' => ')',
                    '{' => '}',
                    _ => ']',
                };
                let window = scan.text.get(at..scan.floor((at + 64).min(limit))).unwrap_or("");
                let closes = window.find(close).is_some_and(|i| !window[..i].contains(['\n', '"']));
                if !closes || (c == '(' && !is_word(scan.before(at)) && style == Style::Unix) {
                    break;
                }
            }
            ')' | '}' | ']' => {
                let open = match c {
                    ')' => '(',
                    '}' => '{',
                    _ => '[',
                };
                let own = &scan.text[start..at];
                if own.matches(open).count() <= own.matches(c).count() {
                    break;
                }
            }
            '\u{2018}'..='\u{201F}'
            | '\u{AB}'
            | '\u{BB}'
            | '\u{2026}'
            | '\u{2022}'
            | '\u{2190}'..='\u{21FF}'
            | '\u{3000}'..='\u{3002}'
            | '\u{FFFD}' => break,
            c if c.is_control() => break,
            _ => {}
        }
        at += c.len_utf8();
    }
    at
}

/// The end of a placeholder in brackets that is a whole name of a path: `\[various directory paths]\`. One that somebody
/// forgot to close ends at the separator.
fn placeholder(scan: &Scan<'_>, at: usize, limit: usize) -> Option<usize> {
    let window = scan.text.get(at + 1..scan.floor((at + 40).min(limit)))?;
    let end = window.find([']', '\\'])?;
    let words = &window[..end];
    let named =
        !words.is_empty() && words.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    let whole = scan.before(at) == b'\\' && named && words.contains(' ');
    whole.then(|| at + 1 + end + usize::from(window[end..].starts_with(']')))
}

/// Whether the blank at `at` belongs to the path that starts at `start`.
fn continues(scan: &Scan<'_>, start: usize, at: usize, limit: usize, style: Style) -> bool {
    let so_far = &scan.text[start..at];
    let last = so_far.rsplit(['\\', '/']).next().unwrap_or("");
    // A name that already ends in an extension is complete, unless a separator follows it in the same breath.
    let complete = last.rsplit_once('.').is_some_and(|(stem, e)| !stem.is_empty() && is_file_extension(e));
    if complete || last.ends_with(['.', ',', ';', ':']) {
        return false;
    }
    let window_end = scan.floor((at + 1 + WORDS_MAX).min(limit));
    let window = scan.text.get(at + 1..window_end).unwrap_or("");
    let stop = window.find(|c: char| {
        matches!(
            c,
            '"' | '<' | '>' | '|' | '\n' | '\t' | ':' | '*' | '?' | ';' | '`' | '\u{201C}' | '\u{201D}' | '%'
        )
    });
    let hard = stop.map_or(window, |i| &window[..i]);
    let mut words = 0;
    let mut offset = 0;
    for word in hard.split(' ') {
        if word.is_empty() || words >= 6 {
            return false;
        }
        words += 1;
        let word_start = offset;
        offset += word.len() + 1;
        if joins_clauses(word) {
            return false;
        }
        let separator = match style {
            Style::Unix => word.find('/'),
            _ => word.find('\\'),
        };
        if let Some(i) = separator {
            // `Program Files\…`: the separator ends a name. A word that starts with one is another path, and a
            // hive starts another key.
            let head = &word[..i];
            let after = word.as_bytes().get(i + 1).copied().unwrap_or(b' ');
            return i > 0
                && !head.ends_with(['.', ',', ')'])
                && !head.to_ascii_uppercase().starts_with("HKEY")
                && !matches!(head.to_ascii_uppercase().as_str(), "HKLM" | "HKCU" | "HKCR" | "HKU" | "HKCC")
                && (style != Style::Unix
                    || (head.starts_with(|c: char| c.is_uppercase()) && so_far.starts_with('/')))
                && after != b' ';
        }
        let clean = word.trim_end_matches([',', '.', ')', ';', '\'', '"', '`', '*', ']']);
        if let Some((stem, extension)) = clean.rsplit_once('.')
            && !stem.is_empty()
            && is_file_extension(extension)
            && style == Style::Windows
        {
            // `…\Microsoft System Agent.exe`
            return true;
        }
        if word.ends_with([',', '.', ';', ')']) {
            return false;
        }
        // The last name of a key may have blanks at the end of a line: `…\Session Manager`.
        let ends_here = word_start + word.len() == hard.len();
        if ends_here && style == Style::Key {
            let title = word.starts_with(|c: char| c.is_ascii_uppercase()) && words <= 2;
            let at_end = stop.is_none_or(|i| !window[i..].starts_with([':', '*', '?', '%']))
                && window_end < at + 1 + WORDS_MAX + 3;
            let line_end = scan.at(at + 1 + hard.len());
            return title && at_end && matches!(line_end, b'\n' | b'|' | b'"' | b'`' | b'\t');
        }
    }
    false
}

/// Trailing punctuation that belongs to the sentence.
fn trim(text: &str) -> &str {
    let mut text = text.trim_end();
    loop {
        let cut = text.trim_end_matches([',', ';', '!', '\'', '"', '`', '*', ' ', ')']);
        let cut = if cut.len() < text.len()
            && text[cut.len()..].starts_with(')')
            && cut.matches('(').count() > cut.matches(')').count()
        {
            // `Foo (1)`: the parenthesis is the name's own.
            &text[..cut.len() + 1]
        } else {
            cut
        };
        let cut = if cut.ends_with('.') { cut.trim_end_matches('.') } else { cut };
        if cut.len() == text.len() {
            return text;
        }
        if cut.ends_with(')') {
            return cut;
        }
        text = cut;
    }
}

/// Undoes doubled backslashes (quoted source text) and Markdown escapes.
fn unescape(raw: &str) -> String {
    let body = raw.trim_start_matches('\\');
    let doubled = body.contains("\\\\") && !body.replace("\\\\", "").contains('\\');
    let mut value = if doubled {
        let lead = raw.len() - body.len();
        format!("{}{}", "\\".repeat(if lead >= 4 { 2 } else { lead }), body.replace("\\\\", "\\"))
    } else {
        raw.to_owned()
    };
    // A leftover single doubled separator (`C:\\dir\file`) means one.
    if !doubled && body.contains("\\\\") {
        let lead = raw.len() - body.len();
        value = format!("{}{}", "\\".repeat(lead), body.replace("\\\\", "\\"));
    }
    if value.contains("\\_") {
        value = value.replace("\\_", "_");
    }
    value
}

/// A Windows path whose start the pattern saw.
pub(super) fn windows(scan: &mut Scan<'_>, start: usize, anchor_end: usize) -> usize {
    let before = scan.before(start);
    let raw_anchor = &scan.text[start..anchor_end];
    let drive = raw_anchor.as_bytes().get(1) == Some(&b':');
    if drive && is_word(before) {
        return start + 1;
    }
    if drive
        && raw_anchor.ends_with('/')
        && (scan.at(anchor_end) == b'/' || !scan.at(anchor_end).is_ascii_alphanumeric())
    {
        return anchor_end;
    }
    // A share needs a host: `\\n` of quoted source text is none.
    let share = raw_anchor.starts_with("\\\\");
    if share && (is_word(before) || before == b'\\' || before == b':' || raw_anchor.len() < 5) {
        return anchor_end;
    }
    let end = end_of(scan, start, anchor_end, Style::Windows);
    let raw = trim(scan.text.get(start..end).unwrap_or(""));
    let end = start + raw.len();
    let value = unescape(raw.trim_end_matches('\\'));
    let body = value.trim_start_matches(|c: char| c != '\\' && c != '/').trim_matches(['\\', '/']);
    if body.is_empty() && !drive {
        return end.max(anchor_end);
    }
    if let Some(name) = value.strip_prefix("\\\\.\\pipe\\").or_else(|| value.strip_prefix("\\\\.\\PIPE\\")) {
        if !name.is_empty() {
            scan.find(Kind::Pipe, name, start, end);
        }
        return end;
    }
    if body.is_empty() || (share && value.contains("@") && !value.contains('\\')) {
        return end.max(anchor_end);
    }
    // Source text such as `"C:\n"` or `%s\n`.
    if body.len() < 2 && !drive {
        return end;
    }
    let found = scan.find(Kind::FilePath, value.clone(), start, end);
    if is_folder(raw) {
        found.attribute("is", "folder");
    }
    name_of(scan, &value, end);
    end
}

/// Whether a path is written as a folder: with a separator at its end, which the value loses. `x.exe\` is more likely
/// a file and the backslash of some quoting.
fn is_folder(raw: &str) -> bool {
    let path = raw.trim_end_matches(['\\', '/']);
    let name = path.rsplit(['\\', '/']).next().unwrap_or("");
    let file = name.rsplit_once('.').is_some_and(|(stem, e)| !stem.is_empty() && is_file_extension(e));
    path.len() < raw.len() && !file
}

/// The file name at the end of a path is an observable of its own.
fn name_of(scan: &mut Scan<'_>, value: &str, end: usize) {
    let name = value.rsplit(['\\', '/']).next().unwrap_or("");
    let Some((stem, extension)) = name.rsplit_once('.') else { return };
    if stem.is_empty() || !is_file_extension(extension) || name.contains(['<', '>', '*', '%', '{']) {
        return;
    }
    let start = end.saturating_sub(name.len());
    if scan.text.get(start..end) == Some(name) {
        scan.find(Kind::FileName, name, start, end);
    }
}

/// A Unix path whose start the pattern saw.
pub(super) fn unix(scan: &mut Scan<'_>, start: usize, anchor_end: usize) -> usize {
    let before = scan.char_before(start);
    // In a URL or after a name it is part of something longer.
    let free = before.is_none_or(|c| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '\''
                    | '`'
                    | '('
                    | '['
                    | '='
                    | ','
                    | ';'
                    | '|'
                    | '>'
                    | '<'
                    | '*'
                    | '{'
                    | '\u{201C}'
                    | '\u{2018}'
                    | '&'
                    | '_'
                    | ':'
                    | '\u{2019}'
                    | '\u{201D}'
            )
    });
    if !free || (before == Some(':') && matches!(scan.before(start - 1), b'p' | b's' | b'P' | b'S')) {
        return anchor_end;
    }
    let raw_anchor = &scan.text[start..anchor_end];
    if raw_anchor == "./" && scan.before(start) == b'.' {
        return anchor_end;
    }
    let end = end_of(scan, start, anchor_end, Style::Unix);
    let raw = trim(scan.text.get(start..end).unwrap_or("")).trim_end_matches([':', '\\']);
    let end = start + raw.len();
    let value = raw.replace("\\_", "_").replace("\\ ", " ");
    let value = value.trim_end_matches('/');
    let names = value.trim_start_matches(['~', '.', '/']);
    if names.len() < 2 || !names.bytes().any(|b| b.is_ascii_alphanumeric()) || end <= anchor_end {
        return end.max(anchor_end);
    }
    // `./x` and `~/x` are paths only of something with a name.
    let found = scan.find(Kind::FilePath, value, start, end);
    if is_folder(raw) {
        found.attribute("is", "folder");
    }
    name_of(scan, value, start + raw.trim_end_matches('/').len());
    end
}

/// A registry key whose hive the pattern saw.
pub(super) fn registry(scan: &mut Scan<'_>, start: usize, anchor_end: usize) -> usize {
    let before = scan.before(start);
    if is_word(before) && before != b'_' {
        return anchor_end;
    }
    let anchor = &scan.text[start..anchor_end];
    let slash = anchor.ends_with('/');
    let mut end = end_of(scan, start, anchor_end, Style::Key);
    let raw = trim(scan.text.get(start..end).unwrap_or("")).trim_end_matches(':');
    end = start + raw.len();
    let anchor = anchor.replace("\\_", "_");
    let hive = anchor.trim_matches(['\\', '/', '>', ':', '<', '[', ']']).to_ascii_uppercase();
    let hive = hive.strip_prefix("REGISTRY\\").unwrap_or(&hive);
    let hive = match hive.trim_end_matches("64").trim_end_matches("32") {
        "HKLM" | "MACHINE" => "HKEY_LOCAL_MACHINE",
        "HKCU" => "HKEY_CURRENT_USER",
        "HKCR" => "HKEY_CLASSES_ROOT",
        "HKU" | "USER" => "HKEY_USERS",
        "HKCC" => "HKEY_CURRENT_CONFIG",
        "HKEY_LOCAL" => "HKEY_LOCAL_MACHINE",
        other => other,
    }
    .to_owned();
    let body = raw.get(anchor_end - start..).unwrap_or("");
    let body = if slash { body.replace('/', "\\") } else { unescape(body) };
    let body = body.trim_matches('\\');
    // `Key\ValueName = data` and `… :value` end at the blank already.
    let (body, data) = match body.split_once(" = ") {
        Some((key, data)) => (key, Some(data)),
        None => (body, None),
    };
    if body.is_empty() {
        return anchor_end;
    }
    let value = format!("{hive}\\{body}");
    let name = value_name(scan, end);
    let found = scan.find(Kind::Registry, value, start, end);
    if let Some(data) = data {
        found.attribute("data", data);
    }
    if let Some(name) = name {
        found.attribute("value", name);
    }
    end
}

/// A key without its hive (`Software\Microsoft\…`).
pub(super) fn key(scan: &mut Scan<'_>, start: usize, anchor_end: usize) -> usize {
    let before = scan.before(start);
    if is_word(before) || matches!(before, b'\\' | b'/' | b'%' | b':') {
        return anchor_end;
    }
    let end = end_of(scan, start, anchor_end, Style::Key);
    let raw = trim(scan.text.get(start..end).unwrap_or("")).trim_end_matches(':');
    let end = start + raw.len();
    let value = unescape(raw);
    scan.find(Kind::Registry, value.trim_matches('\\'), start, end).attribute("hive", "not stated");
    end
}

/// `Value Name: X` on the line after a key, or `"X" =` behind it.
fn value_name(scan: &Scan<'_>, end: usize) -> Option<String> {
    let rest = scan.text.get(end..scan.floor((end + 160).min(scan.text.len())))?;
    let rest = rest.trim_start_matches(['\n', ' ', '"', '\u{201D}', '`', '|', '\t', '\\']);
    let after = rest
        .strip_prefix("Value Name:")
        .or_else(|| rest.strip_prefix("Value name:"))
        .or_else(|| rest.strip_prefix("Value:"))?;
    let name = after.lines().next()?.trim().trim_matches(['"', '`', '\u{201C}', '\u{201D}']);
    (!name.is_empty() && name.len() <= 120).then(|| name.to_owned())
}

/// File names with blanks: only where quotes or cell bounds show both ends. `content` is `start..end`.
pub(super) fn enclosed_name(scan: &mut Scan<'_>, start: usize, end: usize) {
    let content = scan.text.get(start..end).unwrap_or("");
    let Some((stem, extension)) = content.rsplit_once('.') else { return };
    let words = content.split(' ').count();
    let ok = (2..=14).contains(&words)
        && (4..=120).contains(&content.len())
        && is_file_extension(extension)
        && extension.len() >= 2
        && !stem.ends_with(' ')
        && !content
            .contains(['/', '\\', '<', '>', '"', '|', '*', '?', ':', '\n', '\t', '\u{201C}', '\u{201D}'])
        && !content.contains(". ")
        && content.match_indices(", ").all(|(i, _)| {
            // `Form 25, US.lnk` is a name, `opens the door, runs a.exe` is not.
            words <= 8 && content[i + 2..].starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
        })
        && !content.contains(" -")
        && !content
            .split(' ')
            .take(words - 1)
            .any(|w| w.rsplit_once('.').is_some_and(|(s, e)| !s.is_empty() && is_file_extension(e)));
    if ok {
        scan.find(Kind::FileName, content, start, end);
    }
}
