//! What is invariant in a command line: fragments that an attacker's change of user, drive, path, address or order
//! leaves alone.

/// A part of a command line that a rule asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fragment {
    /// The text; one of several where options have short forms.
    pub texts: Vec<String>,
    /// How much it says; common words say little.
    pub weight: f32,
    /// Whether it opens with a dash or slash that may be written the other way.
    pub flag: bool,
}

/// Words that any command may have.
const COMMON: &[&str] = &[
    "exe",
    "dll",
    "com",
    "bat",
    "cmd",
    "http",
    "https",
    "http://",
    "https://",
    "www",
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "add",
    "delete",
    "start",
    "stop",
    "list",
    "get",
    "set",
    "query",
    "show",
    "all",
    "user",
    "group",
    "process",
    "service",
    "name",
    "path",
    "file",
    "config",
    "open",
    "run",
    "new",
    "and",
    "call",
    "create",
    "localhost",
    "127.0.0.1",
    "reg_sz",
    "reg_dword",
    "admin",
    "administrator",
    "system",
    "windows",
    "system32",
    "temp",
    "tmp",
    "null",
    "install",
    "update",
    "root",
    "sudo",
    "bash",
    "sh",
    "-c",
    "/c",
    "-y",
    "-o",
    "-f",
    "/f",
    "/v",
    "/t",
    "/d",
    "-v",
    "-n",
    "-i",
    "-s",
    "-p",
    "-q",
    "/q",
    "/s",
    "--help",
    "-h",
    "/?",
    "value",
    "brief",
    "full",
    "where",
    "echo",
    "test",
];

/// Options of PowerShell that may be cut short, with what every form of them has in common.
/// Source: about_PowerShell_exe, "a parameter may be given by any prefix that is unambiguous".
const SHORT: &[(&str, &[&str])] = &[
    ("-encodedcommand", &[" -e ", " -en", " -ec "]),
    ("-enc", &[" -e ", " -en", " -ec "]),
    ("-ec", &[" -e ", " -en", " -ec "]),
    ("-e", &[" -e ", " -en", " -ec "]),
    ("-executionpolicy", &[" -ex", " -ep "]),
    ("-exec", &[" -ex", " -ep "]),
    ("-ep", &[" -ex", " -ep "]),
    ("-ex", &[" -ex", " -ep "]),
    ("-windowstyle", &[" -w"]),
    ("-window", &[" -w"]),
    ("-w", &[" -w"]),
    ("-noprofile", &[" -nop"]),
    ("-nop", &[" -nop"]),
    ("-noninteractive", &[" -noni"]),
    ("-noni", &[" -noni"]),
];

/// Options that only make a program quiet or quick: leaving them out changes nothing.
const OPTIONAL: &[&str] = &[
    "/quiet",
    "-quiet",
    "--quiet",
    "/q",
    "-q",
    "/y",
    "-y",
    "--yes",
    "/f",
    "-f",
    "/force",
    "-force",
    "--force",
    "/silent",
    "-silent",
    "--silent",
    "/norestart",
    "/nologo",
    "//nologo",
    "/accepteula",
    "-accepteula",
    "-noprofile",
    "-nop",
    "-noninteractive",
    "-noni",
    "/nointeractive",
    "-nologo",
    "-v",
    "--verbose",
    "/c",
];

/// Whether a fragment may be left out by an attacker who wants the same.
pub(crate) fn is_optional(fragment: &Fragment) -> bool {
    fragment.texts.len() == 1 && OPTIONAL.contains(&fragment.texts[0].trim().to_ascii_lowercase().as_str())
        || fragment.texts.first().is_some_and(|t| t.starts_with(" -no"))
}

/// Whether a word says little in a title.
pub(crate) fn is_common(word: &str) -> bool {
    COMMON.contains(&word.to_ascii_lowercase().as_str())
}

/// The fragments of the arguments, in source order.
pub(crate) fn of_arguments(arguments: &str, powershell: bool) -> Vec<Fragment> {
    let mut out: Vec<Fragment> = Vec::new();
    for piece in pieces(arguments) {
        let fragment =
            if powershell && let Some(short) = short(piece) { Some(short) } else { invariant(piece) };
        let Some(fragment) = fragment else { continue };
        if !out.iter().any(|f| f.texts == fragment.texts) {
            out.push(fragment);
        }
    }
    // What stands inside another says nothing more.
    let kept: Vec<Fragment> = out
        .iter()
        .filter(|f| {
            f.texts.len() > 1
                || !out.iter().any(|g| {
                    g.texts.len() == 1
                        && g.texts != f.texts
                        && g.texts[0].to_ascii_lowercase().contains(&f.texts[0].to_ascii_lowercase())
                })
        })
        .cloned()
        .collect();
    kept
}

/// Runs without blanks and quotes: each stands in the event's command line as it is.
fn pieces(arguments: &str) -> impl Iterator<Item = &str> {
    arguments
        .split(|c: char| {
            c.is_whitespace()
                || matches!(c, '"' | '\'' | '`' | '\u{201C}' | '\u{201D}' | '\u{2018}' | '\u{2019}' | '^')
        })
        .filter(|piece| !piece.is_empty())
}

fn short(piece: &str) -> Option<Fragment> {
    let lower = piece.to_ascii_lowercase().replace(['/', '\u{2013}', '\u{2014}'], "-");
    let (_, forms) = SHORT.iter().find(|(option, _)| *option == lower)?;
    Some(Fragment { texts: forms.iter().map(|f| (*f).to_owned()).collect(), weight: 1.5, flag: false })
}

/// What of a piece stays the same from case to case; `None` where nothing does.
fn invariant(piece: &str) -> Option<Fragment> {
    let piece = piece.trim_matches([',', ';', '(', ')', '[', ']', '{', '}', '|', '&', '>', '<']);
    // A dash that a typesetter made longer, and what an author left out.
    if piece.is_empty() || piece.contains(['\u{2026}', '\u{FFFD}']) || piece.contains("...") {
        return None;
    }
    let cut = piece.split(['<', '[', '{']).next().unwrap_or_default();
    let lower = cut.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return fragment("http");
    }
    if let Some(rest) = cut.strip_prefix(r"\\") {
        return fragment(rest.find('\\').map_or("", |at| &rest[at..])).filter(|f| f.weight > 1.0);
    }
    if is_flag(cut) {
        let key = cut.find([':', '=']).map_or(cut, |at| &cut[..=at]);
        let value = &cut[key.len()..];
        if let Some(value) = own(value).filter(|v| !v.is_empty() && key.len() + v.len() == cut.len()) {
            return flag(&format!("{key}{value}"));
        }
        return flag(key);
    }
    own(cut).and_then(fragment)
}

/// A path or registry key from where it stays the same: without drive, hive, variable and user.
///
/// Parts that look made up by a machine are cut away with all before them; empty where the last one does.
pub(crate) fn of_path(path: &str) -> &str {
    let rest = without_root(after_variable(path));
    let mut at = 0;
    let mut from = 0;
    for part in rest.split(['\\', '/']) {
        at += part.len();
        if is_random(part.split('.').next().unwrap_or_default()) {
            from = at;
        }
        at += 1;
    }
    rest.get(from..).unwrap_or_default()
}

/// A piece without what varies in it.
fn own(piece: &str) -> Option<&str> {
    let piece = after_variable(piece);
    let piece = without_root(piece);
    let piece = up_to_random(piece);
    let bare = piece.trim_matches(|c: char| !c.is_alphanumeric());
    let long = bare.chars().count();
    let address = bare.parse::<std::net::IpAddr>().is_ok()
        || bare.split([':', '/']).next().is_some_and(|h| h.parse::<std::net::Ipv4Addr>().is_ok());
    if long < 2 || address || bare.chars().all(|c| c.is_ascii_digit()) || is_random(bare) {
        return None;
    }
    Some(piece)
}

/// What follows the last `%VARIABLE%` or `$env:NAME`: an event has it filled in.
fn after_variable(piece: &str) -> &str {
    match piece.rfind('%') {
        Some(at) if piece[..at].contains('%') => &piece[at + 1..],
        _ => match piece.to_ascii_lowercase().find("$env:") {
            Some(at) => piece[at..].find(['\\', '/']).map_or("", |to| &piece[at + to..]),
            None => piece,
        },
    }
}

/// Without drive, registry hive or the folder of one user.
pub(crate) fn without_root(piece: &str) -> &str {
    let bytes = piece.as_bytes();
    let mut rest = piece;
    if bytes.len() > 2
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'\\' | b'/')
    {
        rest = &piece[2..];
    }
    let lower = rest.to_ascii_lowercase();
    for hive in HIVES {
        if lower.starts_with(hive) && lower[hive.len()..].starts_with(['\\', ':']) {
            return rest[hive.len()..].trim_start_matches(':');
        }
    }
    for home in [r"\users\", "/users/", "/home/", r"\documents and settings\"] {
        if let Some(inner) = lower.strip_prefix(home) {
            let name = inner.find(['\\', '/']).unwrap_or(inner.len());
            if !matches!(&inner[..name], "public" | "default" | "all users") {
                return &rest[home.len() + name..];
            }
        }
    }
    rest
}

const HIVES: &[&str] = &[
    "hklm",
    "hkcu",
    "hkcr",
    "hku",
    "hkcc",
    "hkey_local_machine",
    "hkey_current_user",
    "hkey_classes_root",
    "hkey_users",
    "hkey_current_config",
];

/// A path up to its first part that looks made up by a machine.
fn up_to_random(piece: &str) -> &str {
    let mut at = 0;
    for part in piece.split(['\\', '/']) {
        let stem = part.split('.').next().unwrap_or_default();
        if is_random(stem) {
            return &piece[..at];
        }
        at += part.len() + 1;
    }
    piece
}

/// Hexadecimal of 8 or more with digits and letters, a GUID, a long run of base64.
pub(crate) fn is_random(word: &str) -> bool {
    let word = word.trim_matches(['{', '}']);
    let hex = word.chars().filter(|c| *c != '-').all(|c| c.is_ascii_hexdigit());
    let digits = word.chars().filter(char::is_ascii_digit).count();
    if hex && word.len() >= 8 && digits > 1 && digits < word.len() {
        return true;
    }
    let base64 = word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    let upper = word.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = word.bytes().filter(u8::is_ascii_lowercase).count();
    base64 && word.len() >= 24 && upper > 3 && lower > 3
}

fn is_flag(piece: &str) -> bool {
    let mut chars = piece.chars();
    let dash = chars.next().is_some_and(|c| matches!(c, '-' | '/' | '\u{2013}' | '\u{2014}'));
    // `/etc/passwd` is a path, `/node:x` a flag.
    dash && chars.next().is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '?')
        && !piece[1..].split([':', '=']).next().unwrap_or_default().contains(['/', '\\'])
}

fn flag(text: &str) -> Option<Fragment> {
    let text = text.replace(['\u{2013}', '\u{2014}'], "-");
    let common = COMMON.contains(&text.to_ascii_lowercase().as_str());
    let length = text.chars().count() as f32;
    let weight = if common { 0.3 } else { 0.5 + 0.25 * length.min(12.0) };
    Some(Fragment { texts: vec![format!(" {text}")], weight, flag: true })
}

fn fragment(text: &str) -> Option<Fragment> {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
    if bare.len() < 2 {
        return None;
    }
    let weight =
        if COMMON.contains(&bare.as_str()) { 0.5 } else { 0.4 * (bare.chars().count() as f32).min(14.0) };
    Some(Fragment { texts: vec![text.to_owned()], weight, flag: false })
}
