//! Things that only a word before them gives away: mutexes, pipes, services, tasks, user agents, packages,
//! handles, serial numbers. A small grammar: cue word, a few joining words, then a quoted or code-like name.

use super::scan::{Scan, is_word};
use super::spot::cues::Cue;
use super::{command, path, rules};
use crate::ObservableKind as Kind;

/// One match of the cue pass. Returns where scanning goes on.
pub(super) fn cue(scan: &mut Scan<'_>, kind: Cue, start: usize, end: usize) -> usize {
    match kind {
        Cue::Yara if !is_word(scan.before(start)) => rules::yara(scan, start, end),
        Cue::Sigma => rules::sigma(scan, start, end),
        Cue::Command => command::command(scan, start, end),
        Cue::Browser => browser(scan, start, end),
        Cue::Agent => agent(scan, end),
        Cue::Mutex => {
            if !is_word(scan.before(start)) {
                names(scan, Kind::Mutex, end, is_object_name);
            }
            end
        }
        Cue::Pipe => {
            names(scan, Kind::Pipe, end, is_object_name);
            end
        }
        Cue::Service => {
            if scan.text[start..end].to_ascii_lowercase().contains("create") {
                first_word(scan, Kind::Service, end);
            } else {
                names(scan, Kind::Service, end, is_title);
            }
            end
        }
        Cue::Task => {
            names(scan, Kind::Task, end, is_title);
            end
        }
        Cue::Telegram => telegram(scan, start, end),
        Cue::Handle => handle(scan, start, end),
        Cue::Install => install(scan, start, end),
        Cue::Package => {
            packages(scan, start, end);
            end
        }
        Cue::Android => android(scan, start, end),
        Cue::Tracking => {
            if !is_word(scan.before(start))
                && !is_word(scan.at(end))
                && scan.before(start) != b'-'
                && scan.at(end) != b'-'
            {
                let value = scan.text[start..end].to_owned();
                scan.find(Kind::TrackingId, value, start, end);
            }
            end
        }
        Cue::Serial => serial(scan, start, end),
        Cue::Quoted => quoted(scan, start, end),
        Cue::Yara => end,
    }
}

/// The quote that closes `open`.
fn closing(open: char) -> Option<char> {
    match open {
        '"' | '\'' | '`' => Some(open),
        '\u{201C}' => Some('\u{201D}'),
        '\u{2018}' => Some('\u{2019}'),
        '\u{AB}' => Some('\u{BB}'),
        _ => None,
    }
}

/// Words that may stand between a cue and its name.
fn joins(word: &str) -> bool {
    matches!(
        word.trim_matches([':', '(', ',', '=', '-', '*']).to_ascii_lowercase().as_str(),
        "" | "name"
            | "names"
            | "named"
            | "called"
            | "is"
            | "as"
            | "with"
            | "the"
            | "a"
            | "an"
            | "of"
            | "following"
            | "value"
            | "object"
            | "id"
            | "string"
            | "created"
            | "creates"
            | "was"
            | "are"
            | "under"
            | "using"
            | "to"
            | "be"
            | "mutex"
            | "pipe"
            | "titled"
            | "labeled"
            | "e.g."
            | "for"
            | "example"
            | "by"
            | "execution"
            | "check"
            | "persistence"
            | "new"
            | "windows"
            | "global"
            | "service"
            | "task"
    )
}

/// The names that follow a cue: `Mutex: Foo`, `mutex named "Foo" or "Bar"`.
fn names(scan: &mut Scan<'_>, kind: Kind, from: usize, accept: fn(&str, bool) -> bool) {
    let limit = scan.floor((from + 160).min(scan.text.len()));
    let rest = scan.text.get(from..limit).unwrap_or("");
    // `s` of the plural, and a colon that opens a list.
    let mut at = from;
    let mut words = 0;
    let mut taken = 0;
    let colon = rest.trim_start_matches(['s', ' ', '*', '`', ')']).starts_with([':', '=', '|']);
    while at < limit && words < 8 && taken < 8 {
        let Some(c) = scan.char_at(at) else { break };
        if c == '\n' {
            // The list under `Mutexes:` starts on the next line; after a name the line ends the cue.
            if taken == 0 && !colon {
                break;
            }
            let line = scan.tail(at + 1, 120);
            let item = line.trim_start_matches([' ', '\t', '-', '*', '•', '+', '|', '`']);
            let value = item.trim_end().trim_end_matches(['`', '|', ' ']);
            if colon && words <= 2 && !value.contains(' ') && accept(value, true) {
                let start = at + 1 + (line.len() - item.len());
                scan.find(kind, value, start, start + value.len());
                taken += 1;
                at = start + value.len();
                continue;
            }
            break;
        }
        if let Some(close) = closing(c)
            && (c != '\'' || !is_word(scan.before(at)))
        {
            let inner = at + c.len_utf8();
            let Some(len) = scan.text.get(inner..limit).and_then(|r| r.find(close)) else { break };
            let value = &scan.text[inner..inner + len];
            let name = clean(kind, value);
            if accept(value, true) && !name.is_empty() {
                let (from, to) = (inner, inner + len);
                scan.find(kind, name, from, to);
                taken += 1;
                words = 0;
            } else if taken == 0 {
                break;
            }
            at = inner + len + close.len_utf8();
            continue;
        }
        if matches!(c, '.' | ';') && taken == 0 && scan.at(at + 1) == b' ' {
            break;
        }
        if c.is_whitespace() || matches!(c, ':' | ',' | '(' | ')' | '=' | '|' | '*' | '-' | '>') {
            at += c.len_utf8();
            continue;
        }
        let word_len = scan.text[at..limit]
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | '"' | '`' | '|' | ';' | ')'))
            .unwrap_or(limit - at);
        let word = scan.text[at..at + word_len].trim_end_matches(['.', ':', '*', '\u{201D}', '\'']);
        let and = matches!(word, "and" | "or");
        let name = clean(kind, word);
        if taken == 0 && !joins(word) && accept(word, false) && !name.is_empty() {
            let (from, to) = (at, at + word.len());
            scan.find(kind, name, from, to);
            taken += 1;
            words = 0;
        } else if !(joins(word) || (and && taken > 0) || word == "s" || word == "es") {
            break;
        } else {
            words += 1;
        }
        at += word_len.max(1);
    }
}

fn clean(kind: Kind, value: &str) -> String {
    let value = value.trim();
    if kind == Kind::Pipe {
        let lower = value.to_ascii_lowercase();
        for prefix in ["\\\\.\\pipe\\", "\\pipe\\", "\\\\pipe\\"] {
            if lower.starts_with(prefix) {
                return value[prefix.len()..].to_owned();
            }
        }
    }
    value.replace("\\\\", "\\")
}

/// A mutex or pipe: quoted text, or a word that no dictionary has.
fn is_object_name(value: &str, quoted: bool) -> bool {
    let value = value.trim();
    if !(3..=120).contains(&value.len())
        || value.contains(|c: char| c.is_control() || matches!(c, '<' | '>'))
        || !value.bytes().any(|b| b.is_ascii_alphanumeric())
    {
        return false;
    }
    if quoted {
        return value.split(' ').count() <= 6 && !value.ends_with(['.', ',']);
    }
    code_like(value)
}

/// Digits, capitals inside, underscores, backslashes, braces: not a word of prose.
fn code_like(value: &str) -> bool {
    let b = value.as_bytes();
    let inner_upper = b.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    value.len() >= 4
        && !value.contains("://")
        && value.bytes().all(|b| b.is_ascii_graphic())
        && (b.iter().any(u8::is_ascii_digit) && b.iter().any(u8::is_ascii_alphabetic)
            || inner_upper
            || value.contains(['_', '\\', '{', '!', '#']))
}

/// A service or task: quoted text that looks like a name, or a code-like word.
fn is_title(value: &str, quoted: bool) -> bool {
    let value = value.trim();
    if !(2..=80).contains(&value.len())
        || value.contains(|c: char| c.is_control() || matches!(c, '<' | '>' | '|'))
        || value.ends_with(['.', ',', ':'])
    {
        return false;
    }
    if quoted {
        return value.split(' ').count() <= 6
            && value.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '\\' | '_' | '{'))
            && !value.contains(". ");
    }
    code_like(value) && !value.contains("()")
}

/// `sc create NAME`
fn first_word(scan: &mut Scan<'_>, kind: Kind, from: usize) {
    let rest = scan.tail(from, 80);
    let start = from + (rest.len() - rest.trim_start().len());
    let rest = rest.trim_start();
    let (skip, len) = if let Some(inner) = rest.strip_prefix('"') {
        (1, inner.find('"').unwrap_or(0))
    } else {
        (0, rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '`')).unwrap_or(rest.len()))
    };
    if let Some(value) = rest.get(skip..skip + len).filter(|v| {
        v.trim().len() >= 2 && !v.starts_with(['-', '/', '<', '%']) && !v.contains(char::is_control)
    }) {
        scan.find(kind, value, start + skip, start + skip + len);
    }
}

/// `Mozilla/5.0 (…) …`: to the end of the product tokens (RFC 9110, section 10.1.5).
fn browser(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if is_word(scan.before(start)) || matches!(scan.before(start), b'/' | b'-') {
        return end;
    }
    let rest = scan.tail(start, 400);
    let bytes = rest.as_bytes();
    let mut at = 0;
    let mut good = 0;
    let mut comments = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'(' => {
                // A comment; it may nest once.
                let mut depth = 0;
                let close = bytes[at..].iter().position(|b| {
                    match b {
                        b'(' => depth += 1,
                        b')' => depth -= 1,
                        _ => {}
                    }
                    depth == 0
                });
                let Some(len) = close else { break };
                at += len + 1;
                good = at;
                comments += 1;
            }
            b' ' => at += 1,
            b if b.is_ascii_alphanumeric() => {
                let len = bytes[at..]
                    .iter()
                    .take_while(|b| {
                        b.is_ascii_graphic()
                            && !matches!(
                                b,
                                b'"' | b'\''
                                    | b'`'
                                    | b'|'
                                    | b'<'
                                    | b'>'
                                    | b'('
                                    | b')'
                                    | b','
                                    | b';'
                                    | b'['
                                    | b']'
                                    | b'{'
                                    | b'}'
                                    | b'\\'
                            )
                    })
                    .count();
                let word = &rest[at..at + len];
                if good > 0 && word.len() > 8 && word[..8].eq_ignore_ascii_case("mozilla/") {
                    break;
                }
                let product = word.contains('/')
                    && word.split('/').nth(1).is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()));
                let bare = good > 0
                    && (word.eq_ignore_ascii_case("gecko")
                        || word.eq_ignore_ascii_case("mobile")
                        || word.eq_ignore_ascii_case("like"));
                if !(product || bare) {
                    break;
                }
                at += len.max(1);
                good = if product || word.eq_ignore_ascii_case("gecko") || word.eq_ignore_ascii_case("mobile")
                {
                    at
                } else {
                    good
                };
            }
            _ => break,
        }
    }
    let value = rest[..good].trim_end_matches(['.', ',']);
    let mozilla = value.as_bytes().first().is_some_and(|b| matches!(b, b'm' | b'M' | b'o' | b'O'));
    if value.len() >= 8 && (comments > 0 || (mozilla && value.len() > 12) || !mozilla && value.contains('.'))
    {
        scan.find(Kind::UserAgent, value, start, start + value.len());
        return start + value.len();
    }
    end
}

/// What follows a cue word, without the `s` of its plural.
fn singular(rest: &str) -> &str {
    rest.strip_prefix('s').filter(|r| !r.starts_with(|c: char| c.is_alphanumeric())).unwrap_or(rest)
}

/// `User-Agent: …`, where it is not a browser's.
fn agent(scan: &mut Scan<'_>, end: usize) -> usize {
    let rest = scan.tail(end, 300);
    let trimmed = singular(rest).trim_start_matches([' ', ':', '=', '*', '|']);
    let header =
        rest.trim_start_matches([' ', '*']).starts_with(':') && rest[rest.find(':').unwrap_or(0)..].len() > 2;
    let start = end + (rest.len() - trimmed.len());
    if let Some(close) = trimmed.chars().next().and_then(closing) {
        let open = trimmed.chars().next().map_or(1, char::len_utf8);
        if let Some(len) = trimmed[open..].find(close) {
            let value = &trimmed[open..open + len];
            if (2..=250).contains(&value.len()) && !value.contains('\n') {
                let from = start + open;
                let (value, to) = (value.to_owned(), from + len);
                scan.find(Kind::UserAgent, value, from, to);
                return to;
            }
        }
    } else if header
        && !trimmed.is_empty()
        && !trimmed.starts_with("Mozilla")
        && !trimmed.starts_with("mozilla")
    {
        let value = trimmed.trim_end().trim_end_matches(['`', '"', '*']);
        // A header line: what follows is the value, unless it is a sentence.
        if value.len() <= 160
            && value.split(' ').count() <= 12
            && !value.ends_with('.')
            && (value.contains('/') || value.split(' ').count() <= 2)
        {
            let value = value.to_owned();
            let to = start + value.len();
            scan.find(Kind::UserAgent, value, start, to);
            return to;
        }
    }
    end
}

fn is_handle(value: &str) -> bool {
    (4..=64).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && value.bytes().any(|b| b.is_ascii_alphabetic())
}

/// `t.me/name`, or `@name` on the line of the word Telegram.
fn telegram(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if is_word(scan.before(start)) {
        return end;
    }
    let rest = scan.tail(end, 80);
    if scan.text[start..end].ends_with('/') {
        let rest_trim = rest.strip_prefix("s/").or_else(|| rest.strip_prefix("joinchat/")).unwrap_or(rest);
        let offset = rest.len() - rest_trim.len();
        let name: String = rest_trim.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if is_handle(&name) {
            let from = end + offset;
            let to = from + name.len();
            scan.find(Kind::Telegram, format!("@{name}"), from, to);
            return to;
        }
        return end;
    }
    let Some(at) = rest.find('@') else { return end };
    let name: String =
        rest[at + 1..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let before = rest[..at].chars().next_back().unwrap_or(' ');
    let after = rest[at + 1 + name.len()..].chars().next().unwrap_or(' ');
    if at <= 48
        && is_handle(&name)
        && name.len() >= 5
        && !before.is_alphanumeric()
        && after != '.'
        && after != '@'
        && after != '['
    {
        let from = end + at;
        let to = from + 1 + name.len();
        scan.find(Kind::Telegram, format!("@{name}"), from, to);
        return to;
    }
    end
}

/// `Discord user: name#0001`, `Jabber: x@y`, `Twitter account @name`.
fn handle(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if is_word(scan.before(start)) {
        return end;
    }
    let cue = scan.text[start..end].to_ascii_lowercase();
    let network = cue.split([' ', ':']).next().unwrap_or("").to_owned();
    let rest = scan.tail(end, 100);
    let trimmed = singular(rest).trim_start_matches([' ', ':', '@', '"', '`', '*', '\u{201C}', '=', '|']);
    let from = end + (rest.len() - trimmed.len());
    let at_sign = rest[..rest.len() - trimmed.len()].contains('@');
    let said = cue.ends_with(':') || rest[..rest.len() - trimmed.len()].contains(':');
    let name: String = trimmed
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '#' | '-'))
        .collect();
    let name = name.trim_end_matches(['.', '-']);
    let ok = (3..=80).contains(&name.len())
        && name.bytes().any(|b| b.is_ascii_alphanumeric())
        && scan.at(from + name.len()) != b'@';
    let tox = network == "tox" && name.len() >= 64;
    if ok
        && (at_sign
            || tox
            || (said && (code_like(name) || name.contains('#') || name.bytes().all(|b| b.is_ascii_digit()))))
    {
        let to = from + name.len();
        scan.find(Kind::Handle, name, from, to).attribute("network", network);
        return to;
    }
    end
}

/// A package name of npm (scopes allowed) or PyPI.
fn is_package(value: &str) -> bool {
    let body = value.strip_prefix('@').unwrap_or(value);
    (2..=100).contains(&body.len())
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
        && body.starts_with(|c: char| c.is_ascii_alphanumeric())
        && body.bytes().any(|b| b.is_ascii_alphabetic())
        && !body.contains("..")
}

/// `npm install a b`, `pip install c==1.0`.
fn install(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if is_word(scan.before(start)) {
        return end;
    }
    let kind =
        if scan.text[start..end].to_ascii_lowercase().starts_with("pip") { Kind::Pypi } else { Kind::Npm };
    let mut at = end;
    for word in scan.tail(end, 200).split(' ').take(8) {
        let clean = word.trim_matches(['`', '"', '\'', '\u{201C}', '\u{201D}']);
        let clean = clean.trim_end_matches([',', '.', ';', ')']);
        let offset = word.find(clean).unwrap_or(0);
        if clean.starts_with('-') || clean.is_empty() {
            at += word.len() + 1;
            continue;
        }
        // The first character may be the `@` of a scope.
        let name_len =
            clean.char_indices().skip(1).find(|(_, c)| "@=<>~[".contains(*c)).map_or(clean.len(), |(i, _)| i);
        let Some(name) = clean.get(..name_len) else { break };
        if !is_package(name)
            || matches!(name, "and" | "or" | "to" | "the" | "command" | "from" | "it" | "a" | "is")
        {
            break;
        }
        let from = at + offset;
        let value = name.to_ascii_lowercase();
        let found = scan.find(kind, value, from, from + name.len());
        if let Some(version) = clean
            .get(name_len..)
            .map(|v| v.trim_start_matches(['=', '@']))
            .filter(|v| !v.is_empty() && v.starts_with(|c: char| c.is_ascii_digit()))
        {
            found.attribute("version", version);
        }
        if word.len() != clean.len() + offset {
            break;
        }
        at += word.len() + 1;
    }
    end
}

/// `npm packages "a" and "b"`: only quoted names.
fn packages(scan: &mut Scan<'_>, start: usize, end: usize) {
    if is_word(scan.before(start)) {
        return;
    }
    let lower = scan.text[start..end].to_ascii_lowercase();
    let kind = if lower.starts_with("npm") || lower.starts_with("node") { Kind::Npm } else { Kind::Pypi };
    names(scan, kind, end, |value, quoted| {
        quoted && is_package(value) && !value.ends_with(".py") && !value.contains(".js")
    });
}

/// `com.example.app`: an Android application id, where the text speaks of Android.
fn android(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if is_word(scan.before(start))
        || matches!(scan.before(start), b'.' | b'/' | b'-' | b'@' | b'\\')
        || is_word(scan.at(end))
        || matches!(scan.at(end), b'(' | b'/' | b'[' | b'-' | b'@')
    {
        return end;
    }
    let value = &scan.text[start..end];
    let labels = value.split('.').count();
    let lead = scan.lead(start, 120).to_ascii_lowercase();
    let tail = scan.tail(end, 60).to_ascii_lowercase();
    let says = ["package", "android", "apk", "app id", "application id", "app "]
        .iter()
        .any(|w| lead.contains(w) || tail.contains(w));
    let top = value.rsplit('.').next().unwrap_or("");
    let domain_like = scan.known.is_tld(&top.to_ascii_lowercase());
    if labels >= 3 && says && !domain_like && !super::names::is_file_extension(top) {
        let value = value.to_owned();
        scan.find(Kind::AndroidPackage, value, start, end);
    }
    end
}

/// `Serial Number: 0a1b…` of a certificate, shorter than a hash or in pairs.
fn serial(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if is_word(scan.before(start)) {
        return end;
    }
    let rest = scan.tail(end, 140);
    let trimmed = rest.trim_start_matches([' ', ':', '=', '|', '`', '"', '*', '\t', '#']);
    let from = end + (rest.len() - trimmed.len());
    let trimmed = trimmed.strip_prefix("0x").unwrap_or(trimmed);
    let from = from + (scan.text.len().min(end + rest.len()) - from - trimmed.len());
    let raw: String =
        trimmed.chars().take_while(|c| c.is_ascii_hexdigit() || matches!(c, ':' | ' ')).collect();
    // Blanks only between pairs.
    let raw = if raw.contains(' ') && raw.split(' ').any(|p| p.len() != 2 && !p.is_empty()) {
        raw.split(' ').next().unwrap_or("").to_owned()
    } else {
        raw.trim_end().to_owned()
    };
    let digits: String = raw.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
    let lead = scan.lead(start, 120).to_ascii_lowercase();
    let cert = lead.contains("cert")
        || lead.contains("sign")
        || lead.contains("issuer")
        || lead.contains("x.509")
        || lead.contains("x509");
    let plural = digits.len() >= 16 || cert;
    if (12..=40).contains(&digits.len())
        && digits.len() != 32
        && plural
        && !is_word(scan.at(from + raw.len()))
        && raw.bytes().any(|b| b.is_ascii_digit())
        && scan.text[start..end].to_ascii_lowercase().starts_with("serial")
    {
        let to = from + raw.len();
        scan.find(Kind::CertSerial, digits, from, to);
        return to;
    }
    end
}

/// Something in quotes or a table cell: a file name with blanks.
fn quoted(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let open = scan.text[start..end].chars().next().unwrap_or('"');
    let close = match open {
        '|' => '|',
        other => closing(other).unwrap_or(other),
    };
    let window_end = scan.floor((end + 128).min(scan.text.len()));
    let rest = scan.text.get(end..window_end).unwrap_or("");
    let Some(len) = rest.find([close, '\n']) else { return end };
    if rest[len..].starts_with('\n') && open != '|' {
        return end;
    }
    let inner = &rest[..len];
    let trimmed = inner.trim().trim_matches(['`', '*']).trim();
    if trimmed.contains(' ')
        && let Some(offset) = inner.find(trimmed)
    {
        path::enclosed_name(scan, end + offset, end + offset + trimmed.len());
    }
    end
}
