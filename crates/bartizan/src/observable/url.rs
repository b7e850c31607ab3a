//! URLs: from a scheme, or from a host with a path after it, to where the address ends.

use super::defang::{mark_at, scheme};
use super::network::{Host, host_of};
use super::scan::{Role, Scan};
use crate::ObservableKind as Kind;

/// Longest URL that is read; what is longer is data, not an address.
const URL_MAX: usize = 4096;

/// A URL whose scheme stands at `start..sep_end` (the separator included). Returns where scanning goes on.
pub(super) fn with_scheme(scan: &mut Scan<'_>, start: usize, sep_end: usize) -> usize {
    let written: String = scan.text[start..sep_end]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '*' | '_' | '!' | '+' | '-'))
        .collect();
    let (scheme, mut defanged) = scheme(&written);
    let separator = &scan.text[start + written.len()..sep_end];
    let backslashes = separator.contains('\\') && !separator.contains('/');
    defanged |= separator.contains(['[', '(', '{']) || backslashes;
    // `hxxp:// evil` is one address; `see http:// and` is none. The host decides.
    let Some(authority) = authority(scan, sep_end) else {
        return sep_end;
    };
    defanged |= authority.defanged;
    let Some(host) = host_of(scan.known, &authority.host, true) else {
        scan.refuse(Kind::Url, start, authority.end, "host of the URL is no valid name or address");
        return authority.end.max(sep_end);
    };
    let tail = tail(scan, start, authority.end, backslashes, false);
    let mut value = format!("{scheme}://");
    if !authority.userinfo.is_empty() {
        value.push_str(&authority.userinfo);
        value.push('@');
    }
    value.push_str(&host.url_form());
    if let Some(port) = authority.port {
        value.push_str(&format!(":{port}"));
    }
    value.push_str(&tail.text);
    defanged |= tail.defanged;
    let end = tail.end.max(authority.end);
    let role = role_of(scan, start, end);
    let from_tail = authority.end;
    if role == Role::LinkTarget && !defanged && is_picture(&tail.text) {
        scan.refuse(Kind::Url, start, end, "picture of the page");
        return end;
    }
    if is_cut_off(scan, end) {
        scan.refuse(Kind::Url, start, end, CUT_OFF);
    } else {
        let found = scan.find(Kind::Url, value, start, end);
        found.defanged(defanged).role(role);
        if !authority.userinfo.is_empty() {
            found.attribute("user", authority.userinfo.clone());
        }
        if let Some(port) = authority.port {
            found.attribute("port", port.to_string());
        }
        served_file(scan, from_tail, end);
    }
    emit_host(scan, &host, authority.host_start, authority.end, defanged, role, authority.port);
    end
}

/// A URL without a scheme: the host `start..host_end` was accepted and a path follows. Returns where scanning
/// goes on, or nothing if there is no path after all.
pub(super) fn without_scheme(
    scan: &mut Scan<'_>,
    start: usize,
    host_end: usize,
    host: &Host,
    port: Option<(u16, usize)>,
    defanged: bool,
) -> Option<usize> {
    let from = port.map_or(host_end, |(_, end)| end);
    let tail = tail(scan, start, from, false, true);
    if tail.text.is_empty() {
        return None;
    }
    let mut value = format!("http://{}", host.url_form());
    if let Some((port, _)) = port {
        value.push_str(&format!(":{port}"));
    }
    value.push_str(&tail.text);
    if is_cut_off(scan, tail.end) {
        scan.refuse(Kind::Url, start, tail.end, CUT_OFF);
        return Some(tail.end);
    }
    let role = role_of(scan, start, tail.end);
    scan.find(Kind::Url, value, start, tail.end)
        .defanged(defanged || tail.defanged)
        .role(role)
        .attribute("scheme", "assumed");
    served_file(scan, from, tail.end);
    Some(tail.end)
}

/// Whether the path ends in the name of a picture. A link to one shows the page's own figures.
fn is_picture(tail: &str) -> bool {
    let path = tail.split(['?', '#']).next().unwrap_or("").to_ascii_lowercase();
    [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"].iter().any(|e| path.ends_with(e))
}

/// Why a URL is not taken whose end the page left out.
const CUT_OFF: &str = "cut off by an ellipsis";

/// Whether an ellipsis stands at `end`: what was read is the beginning of an address.
fn is_cut_off(scan: &Scan<'_>, end: usize) -> bool {
    scan.char_at(end) == Some('\u{2026}')
}

/// The files that the path or a parameter names, if they are such as are fetched to be run or unpacked.
fn served_file(scan: &mut Scan<'_>, from: usize, end: usize) {
    let tail = scan.text.get(from..end).unwrap_or("");
    let path_end = tail.find(['?', '#']).unwrap_or(tail.len());
    let mut names: Vec<(usize, usize)> = Vec::new();
    if let Some(slash) = tail[..path_end].rfind('/') {
        names.push((slash + 1, path_end));
    }
    // `download.php?f=setup.exe&x=1`
    let mut at = path_end;
    for parameter in tail[path_end..].split(['?', '&', '#']).take(16) {
        if let Some(equals) = parameter.find('=') {
            let value = at + equals + 1;
            names.push((
                tail[..at + parameter.len()].rfind('/').map_or(value, |i| value.max(i + 1)),
                at + parameter.len(),
            ));
        }
        at += parameter.len() + 1;
    }
    for (start, end) in names {
        if tail.get(start..end).is_some_and(is_served) {
            let name = &scan.text[from + start..from + end];
            scan.find(Kind::FileName, name, from + start, from + end).attribute("in", "url");
        }
    }
}

/// Whether `name` is that of a file which is run, opened or unpacked.
fn is_served(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let plain =
        name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+' | b'~'));
    let fetched = matches!(
        extension.to_ascii_lowercase().as_str(),
        "exe"
            | "dll"
            | "sys"
            | "scr"
            | "pif"
            | "com"
            | "msi"
            | "msix"
            | "zip"
            | "7z"
            | "rar"
            | "iso"
            | "img"
            | "cab"
            | "gz"
            | "tgz"
            | "ps1"
            | "bat"
            | "cmd"
            | "vbs"
            | "vbe"
            | "js"
            | "jse"
            | "wsf"
            | "hta"
            | "lnk"
            | "sct"
            | "jar"
            | "apk"
            | "dmg"
            | "pkg"
            | "elf"
            | "sh"
            | "py"
            | "doc"
            | "docm"
            | "dotm"
            | "xls"
            | "xlsm"
            | "xlam"
            | "xll"
            | "ppt"
            | "pptm"
            | "rtf"
            | "chm"
            | "bin"
            | "dat"
            | "so"
            | "hwp"
            | "one"
            | "url"
    );
    fetched && plain && !stem.is_empty() && name.len() <= 120
}

fn role_of(scan: &Scan<'_>, start: usize, end: usize) -> Role {
    let lead = scan.lead(start, 16);
    if lead.ends_with("](")
        || lead.ends_with("](<")
        || lead.ends_with("href=\"")
        || lead.ends_with("src=\"")
        || has_link_text(scan, end)
    {
        Role::LinkTarget
    } else {
        Role::Plain
    }
}

/// AsciiDoc's `https://host/path[text of the link]` ends at `end`. A lower-case word behind a slash is a placeholder of
/// the path (`/[victim]`).
fn has_link_text(scan: &Scan<'_>, end: usize) -> bool {
    if scan.at(end) != b'[' || mark_at(scan.bytes(), end).is_some() {
        return false;
    }
    let rest = scan.tail(end + 1, 160);
    let Some(inside) = rest.find(']').map(|close| &rest[..close]) else { return false };
    let titled = inside.contains(' ') || inside.starts_with(|c: char| c.is_uppercase() || c == '`');
    inside.bytes().any(|b| b.is_ascii_alphabetic()) && (titled || scan.before(end) != b'/')
}

fn emit_host(
    scan: &mut Scan<'_>,
    host: &Host,
    start: usize,
    end: usize,
    defanged: bool,
    role: Role,
    port: Option<u16>,
) {
    let role = if role == Role::LinkTarget { role } else { Role::UrlHost };
    if let Some(kind) = host.kind() {
        let found = scan.find(kind, host.value(), start, end);
        found.defanged(defanged).role(role);
        if let Some(port) = port {
            found.attribute("port", port.to_string());
        }
    }
}

/// The part between scheme and path.
struct Authority {
    userinfo: String,
    host: String,
    host_start: usize,
    port: Option<u16>,
    end: usize,
    defanged: bool,
}

fn authority(scan: &Scan<'_>, start: usize) -> Option<Authority> {
    let bytes = scan.bytes();
    let mut out = Authority {
        userinfo: String::new(),
        host: String::new(),
        host_start: start,
        port: None,
        end: start,
        defanged: false,
    };
    let mut written = String::new();
    let mut at = start;
    let mut host_start = start;
    // An IPv6 literal.
    if bytes.get(at) == Some(&b'[') && mark_at(bytes, at).is_none() {
        let close = memchr::memchr(b']', &bytes[at..(at + 64).min(bytes.len())])?;
        out.host = scan.text.get(at..at + close + 1)?.replace("[:]", ":");
        out.end = at + close + 1;
        return Some(out);
    }
    while at < bytes.len() && at - start < 320 {
        if let Some(mark) = mark_at(bytes, at) {
            match mark.means {
                "." | ":" | "_" | "-" => written.push_str(mark.means),
                "@" => {
                    out.userinfo = std::mem::take(&mut written);
                    host_start = at + mark.len;
                }
                _ => break,
            }
            out.defanged |= !matches!(mark.means, "_" | "-");
            at += mark.len;
            continue;
        }
        let c = scan.char_at(at)?;
        match c {
            '@' => {
                if !out.userinfo.is_empty() {
                    out.userinfo.push('@');
                }
                out.userinfo.push_str(&std::mem::take(&mut written));
                host_start = at + 1;
            }
            'a'..='z'
            | 'A'..='Z'
            | '0'..='9'
            | '-'
            | '.'
            | '_'
            | ':'
            | '%'
            | '~'
            | '$'
            | '&'
            | '='
            | '+'
            | '!' => {
                written.push(c);
            }
            c if c.is_alphabetic() || (!c.is_ascii() && c.is_numeric()) => written.push(c),
            _ => break,
        }
        at += c.len_utf8();
    }
    // A full stop or colon at the end belongs to the sentence.
    while written.ends_with(['.', ':', '-', '!', '&', '=', '+', '~', '$', '%'])
        && at > host_start
        && !bytes[at - 1].is_ascii_alphanumeric()
        && matches!(bytes[at - 1], b'.' | b':' | b'-' | b'!' | b'&' | b'=' | b'+' | b'~' | b'$' | b'%')
    {
        written.pop();
        at -= 1;
    }
    if let Some((host, port)) = written.rsplit_once(':')
        && !host.contains(':')
    {
        out.port = port.parse().ok();
        out.host = host.to_owned();
        if out.port.is_none() {
            // `http://evil.com:and` – no port; the address ends at the host.
            at = at.saturating_sub(port.len() + 1);
            at = scan.floor(at);
        }
    } else {
        out.host = written;
    }
    out.end = at.max(start);
    out.host_start = host_start.min(out.end);
    if out.host.is_empty() || out.userinfo.len() > 128 { None } else { Some(out) }
}

/// Path, query and fragment.
struct Tail {
    text: String,
    end: usize,
    defanged: bool,
}

/// Reads on from the end of the authority. `start` is where the whole URL starts: what stands before it decides
/// about closing quotes and emphasis. In a URL whose scheme is only assumed a comma separates.
fn tail(scan: &Scan<'_>, start: usize, from: usize, backslashes: bool, assumed: bool) -> Tail {
    let bytes = scan.bytes();
    let before = scan.before(start);
    let asciidoc = scan.lead(start, 8).ends_with("++");
    let mut out = Tail { text: String::new(), end: from, defanged: false };
    let opens = match bytes.get(from) {
        Some(b'/' | b'?' | b'#') => true,
        Some(b'\\') => backslashes || bytes.get(from + 1) == Some(&b'/'),
        Some(b'[' | b'(') => mark_at(bytes, from).is_some_and(|m| m.means == "/"),
        _ => false,
    };
    if !opens {
        return out;
    }
    let mut at = from;
    let mut parens = 0u32;
    // (length of text, end) after the last character that may end a URL.
    let mut good = (0, from);
    while at < bytes.len() && at - from < URL_MAX {
        let b = bytes[at];
        if let Some(len) = broken_dot(&bytes[at..]) {
            out.text.push('.');
            out.defanged = true;
            at += len;
            continue;
        }
        if b != b' '
            && let Some(mark) = mark_at(bytes, at)
        {
            out.text.push_str(mark.means);
            at += mark.len;
            out.defanged |= !matches!(mark.means, "_" | "-");
            good = (out.text.len(), at);
            continue;
        }
        let next = bytes.get(at + 1).copied().unwrap_or(b'\n');
        match b {
            b'<' => {
                let Some(inside) = named_part(bytes, at) else { break };
                out.text.push_str(scan.text.get(at..inside).unwrap_or(""));
                at = inside;
                good = (out.text.len(), at);
                continue;
            }
            0..=b' ' | 0x7f | b'"' | b'>' | b'`' | b'|' | b'^' => break,
            b'\\' => {
                if next == b'\\' && bytes.get(at + 2) == Some(&b'_') {
                    // Escaped twice.
                    at += 1;
                    continue;
                }
                if next == b'/' {
                    // JSON writes `\/`.
                } else if backslashes {
                    out.text.push('/');
                    good = (out.text.len(), at + 1);
                } else if bytes[at..].starts_with(b"\\u0026") {
                    out.text.push('&');
                    at += 5;
                } else if next.is_ascii_punctuation() && next != b'\\' && next != b'"' && next != b'\'' {
                    // Markdown escape: the next character is meant.
                    out.text.push(next as char);
                    at += 1;
                    if !is_trailing(next) {
                        good = (out.text.len(), at + 1);
                    }
                } else {
                    break;
                }
                at += 1;
                continue;
            }
            b'&' if bytes[at..].starts_with(b"&amp;") => {
                out.text.push('&');
                at += 5;
                continue;
            }
            b'&' if [&b"&lt;"[..], b"&gt;", b"&quot;", b"&nbsp;", b"&#"]
                .iter()
                .any(|e| bytes[at..].starts_with(e)) =>
            {
                break;
            }
            b'[' | b'{' => {
                // A placeholder (`[victim]`, `{id}`) belongs to the path; a link text (`[here]`) follows it.
                let Some(inside) = placeholder(bytes, at) else { break };
                out.text.push_str(scan.text.get(at..inside).unwrap_or(""));
                at = inside;
                good = (out.text.len(), at);
                continue;
            }
            b']' | b'}' => break,
            b'(' => {
                let window = &bytes[at..(at + 128).min(bytes.len())];
                let close = memchr::memchr(b')', window);
                let gap = window.iter().position(|b| b.is_ascii_whitespace());
                if close.is_none() || gap.is_some_and(|g| close.is_some_and(|c| g < c)) {
                    break;
                }
                parens += 1;
            }
            b')' => {
                if parens == 0 {
                    break;
                }
                parens -= 1;
                out.text.push(')');
                at += 1;
                good = (out.text.len(), at);
                continue;
            }
            b'\'' if before == b'\'' || !next.is_ascii_alphanumeric() => break,
            b'*' if before == b'*' => break,
            // Bold text starts right behind it.
            b'*' if next == b'*' && bytes.get(at + 2).is_some_and(u8::is_ascii_uppercase) => break,
            b',' if next == b'*' && before == b'*' => break,
            b'+' if asciidoc && next == b'+' => break,
            b',' | b';' if !next.is_ascii_graphic() || assumed || starts_scheme(&bytes[at + 1..]) => break,
            b'h' | b'H'
                if starts_scheme(&bytes[at..])
                    && out.text.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, ',' | ';')) =>
            {
                break;
            }
            0x80.. => {
                let Some(c) = scan.char_at(at) else { break };
                if is_foreign_stop(c) {
                    break;
                }
                out.text.push(c);
                at += c.len_utf8();
                good = (out.text.len(), at);
                continue;
            }
            _ => {}
        }
        out.text.push(b as char);
        at += 1;
        if !is_trailing(b) {
            good = (out.text.len(), at);
        }
    }
    out.text.truncate(good.0);
    out.end = good.1;
    // An underscore that opened emphasis before the URL also closes it.
    if before == b'_' && out.text.ends_with('_') {
        out.text.pop();
        out.end -= 1;
    }
    out
}

/// A defanged dot with a line break in or behind it, as printed pages break it: `[.` LF `]`, `[.]` LF; or one that a
/// tokeniser set apart (` . ]`).
fn broken_dot(rest: &[u8]) -> Option<usize> {
    [&b"[.\n]"[..], b"[\n.]", b"[.]\n", b" . ]"]
        .iter()
        .find(|form| rest.starts_with(form) && rest.get(form.len()).is_some_and(u8::is_ascii_lowercase))
        .map(|form| form.len())
}

/// Punctuation that ends a sentence rather than a URL.
fn is_trailing(b: u8) -> bool {
    matches!(b, b'.' | b',' | b';' | b':' | b'!' | b'\'' | b'*' | b'(' | b'?' | b'~')
}

/// Punctuation and blanks outside ASCII that end a URL: quotes, dashes, ellipsis, CJK stops, zero-width blanks.
fn is_foreign_stop(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{BF}' | '\u{2000}'..='\u{206F}' | '\u{2190}'..='\u{2BFF}' | '\u{3000}'..='\u{303F}'
        | '\u{FF00}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FEFF}' | '\u{FFFD}')
        || c.is_whitespace()
}

/// Whether a URL starts here.
fn starts_scheme(rest: &[u8]) -> bool {
    let rest = &rest[..rest.len().min(12)];
    let scheme = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'*').count();
    (4..=5).contains(&scheme)
        && rest[0].eq_ignore_ascii_case(&b'h')
        && (rest[scheme..].starts_with(b"://")
            || rest[scheme..].starts_with(b"[:]//")
            || rest[scheme..].starts_with(b"[://]"))
}

/// End of a `[placeholder]` or `{placeholder}` that stands inside a path.
fn placeholder(bytes: &[u8], at: usize) -> Option<usize> {
    let close = if bytes[at] == b'[' { b']' } else { b'}' };
    let window = &bytes[at..(at + 64).min(bytes.len())];
    let end = memchr::memchr(close, window)?;
    let inside = &window[1..end];
    if inside.is_empty()
        || inside.iter().any(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'<' | b'>' | b'('))
    {
        return None;
    }
    // Only if the path goes on, or the placeholder stands for a value in it.
    let after = window.get(end + 1).copied().unwrap_or(b' ');
    let before = at.checked_sub(1).map_or(b' ', |i| bytes[i]);
    let goes_on = after.is_ascii_alphanumeric()
        || matches!(after, b'/' | b'_' | b'-' | b'&' | b'=' | b'?' | b'[')
        || (after == b'.' && window.get(end + 2).is_some_and(u8::is_ascii_alphanumeric));
    // `/[victim]` and AsciiDoc's `/[link text]` look the same; a value after `=` or `_` is a placeholder.
    // A second one says how often the first comes (`{a-z0-9}[5]`).
    let whole = matches!(before, b'=' | b'_' | b'-' | b'}') && after != b'(';
    (goes_on || whole).then_some(at + end + 1)
}

/// End of a `<Part_of_the_path>` that stands for a value; not of a tag of HTML, whose name no path goes on behind.
fn named_part(bytes: &[u8], at: usize) -> Option<usize> {
    let window = &bytes[at..(at + 48).min(bytes.len())];
    let end = memchr::memchr(b'>', window)?;
    let inside = &window[1..end];
    let word = inside.len() >= 2
        && inside[0].is_ascii_alphabetic()
        && inside.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let tag = matches!(
        inside,
        b"br"
            | b"hr"
            | b"li"
            | b"td"
            | b"tr"
            | b"th"
            | b"ul"
            | b"ol"
            | b"code"
            | b"span"
            | b"div"
            | b"em"
            | b"strong"
    );
    let after = window.get(end + 1).copied().unwrap_or(b' ');
    let before = at.checked_sub(1).map_or(b' ', |i| bytes[i]);
    let goes_on = matches!(after, b'/' | b'_' | b'-' | b'&' | b'=' | b'?')
        || (after == b'.' && window.get(end + 2).is_some_and(u8::is_ascii_lowercase));
    // At the end of a URL publishers leave it out: `…/get.php?id=<number>` is `…/get.php?id=`.
    (word && !tag && goes_on && matches!(before, b'/' | b'=' | b'_' | b'-' | b'.' | b'&' | b'>'))
        .then_some(at + end + 1)
}
