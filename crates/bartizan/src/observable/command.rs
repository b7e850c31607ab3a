//! Command lines, whole: from code and from prose, to where the shell would end them.

use super::scan::Scan;
use crate::ObservableKind as Kind;

/// Longest command line that is kept.
const COMMAND_MAX: usize = 4096;

/// A program's name followed by something, at `start`; `name_end` is where the pattern ended.
pub(super) fn command(scan: &mut Scan<'_>, start: usize, name_end: usize) -> usize {
    let before = scan.before(start);
    if before.is_ascii_alphanumeric()
        || before >= 0x80 && scan.char_before(start).is_some_and(char::is_alphanumeric)
        || matches!(before, b'_' | b'-' | b'.' | b'@')
    {
        return name_end;
    }
    let (line_start, line_end) = line(scan, start);
    let lead = &scan.text[line_start..start];
    // A prompt, a path to the program, quotes and list marks may stand before it.
    let mut from = start - program_path(lead);
    let mut quote = scan.char_before(from).and_then(closing);
    if quote.is_some_and(|close| quotes_program(&scan.text[start..line_end], close)) {
        // `"C:\Windows\System32\reg.exe" add …`: the quotes are the program's, not the command's.
        from = scan.floor(from - 1);
        quote = None;
    }
    let lead = scan.text[line_start..from].trim_end();
    let at_start = lead
        .trim_matches(['-', '*', '+', '>', '$', '#', '|', '&', ';', ' ', '\t', '`', '"', '(', '{'])
        .is_empty()
        || lead.ends_with("/c")
        || lead.ends_with("/C")
        || lead.ends_with("/k")
        || lead.ends_with(':')
        || lead.ends_with('=')
        || lead.ends_with('|');
    let mut end = line_end;
    if let Some(close) = quote {
        // Up to the quote that closes the one before it, on the same line.
        match closing_quote(&scan.text[start..line_end], close) {
            Some(len) => end = start + len,
            None if !at_start => return name_end,
            None => {}
        }
    } else if !at_start {
        // In running prose without quotes only a command that nobody mistakes is taken, to its last argument.
        end = start + prose_end(&scan.text[start..line_end]);
    }
    if end - from > COMMAND_MAX {
        end = scan.floor(from + COMMAND_MAX);
    }
    let raw = scan.text.get(from..end).unwrap_or("").trim_end();
    let raw = raw.trim_end_matches(['`', '|', ' ', '*']).trim_end();
    let raw = balance(raw);
    if !is_command(raw, quote.is_some()) {
        return name_end;
    }
    let end = from + raw.len();
    scan.find(Kind::CommandLine, raw.trim(), from, end);
    // What stands inside (`cmd /c powershell …`) is part of this one.
    end.max(name_end)
}

/// Whether the quote closes right behind the program's name, and arguments follow it.
fn quotes_program(rest: &str, close: char) -> bool {
    matches!(close, '"' | '\'')
        && rest.split_once(close).is_some_and(|(name, arguments)| {
            !name.contains(char::is_whitespace) && arguments.starts_with(' ') && !arguments.trim().is_empty()
        })
}

fn line(scan: &Scan<'_>, at: usize) -> (usize, usize) {
    let bytes = scan.bytes();
    let low = at.saturating_sub(512);
    let high = (at + COMMAND_MAX).min(bytes.len());
    let start = memchr::memrchr(b'\n', &bytes[low..at]).map_or(scan.floor(low), |i| low + i + 1);
    let end = memchr::memchr(b'\n', &bytes[at..high]).map_or(scan.floor(high), |i| at + i);
    (start.min(at), end)
}

/// Bytes of a path that leads to the program (`C:\Windows\System32\`, `/usr/bin/`).
fn program_path(lead: &str) -> usize {
    let run = lead
        .rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\u{201C}' | '(' | '>'))
        .map_or(0, |i| i + lead[i..].chars().next().map_or(1, char::len_utf8));
    let path = &lead[run..];
    if path.ends_with(['\\', '/']) { path.len() } else { 0 }
}

fn closing(open: char) -> Option<char> {
    match open {
        '"' => Some('"'),
        '\'' => Some('\''),
        '`' => Some('`'),
        '\u{201C}' => Some('\u{201D}'),
        '\u{2018}' => Some('\u{2019}'),
        '\u{AB}' => Some('\u{BB}'),
        _ => None,
    }
}

/// The closing quote: the last one that is followed by the end of a word, so that quotes inside the command
/// stay in it.
fn closing_quote(rest: &str, close: char) -> Option<usize> {
    let first = rest.find(close)?;
    if close != '"' && close != '\'' {
        return Some(first);
    }
    // `"cmd /c "x.exe" -a"`: pairs inside are skipped.
    let mut last = first;
    let mut inside = false;
    for (i, c) in rest.char_indices().skip_while(|(i, _)| *i < first) {
        if c != close {
            continue;
        }
        let before = rest[..i].chars().next_back().unwrap_or(' ');
        if inside {
            inside = false;
            last = i;
        } else if before == ' ' || before == '=' || before == ':' {
            inside = true;
        } else {
            return Some(i);
        }
    }
    Some(last)
}

/// In prose the command ends before the first word that is no argument.
fn prose_end(rest: &str) -> usize {
    let mut end = 0;
    let mut quoted = false;
    let mut plain = 0;
    let mut at = 0;
    for word in rest.split(' ') {
        let word_end = at + word.len();
        let quotes = word.matches('"').count();
        let was_quoted = quoted;
        if quotes % 2 == 1 {
            quoted = !quoted;
        }
        let argument = at == 0
            || was_quoted
            || word.starts_with(['-', '/', '"', '\'', '%', '$', '\\', '>', '|', '&', '<', '{', '('])
            || word.contains(['\\', '/', ':', '=', '%', '$', '_', '@', '*'])
            || word.bytes().any(|b| b.is_ascii_digit())
            || word.trim_end_matches([',', '.']).contains('.');
        if !argument {
            plain += 1;
            // One bare word may be an argument (`vssadmin delete shadows /all`), if arguments follow.
            if plain > 2 {
                break;
            }
            at = word_end + 1;
            continue;
        }
        plain = 0;
        end = word_end;
        let done = !quoted && word.ends_with([',', ';', '.']) && !word.ends_with("..");
        at = word_end + 1;
        if done {
            break;
        }
    }
    rest[..end.min(rest.len())].trim_end_matches([',', ';', '.', ')']).len()
}

/// Cuts a closing parenthesis or quote that nothing in the command opened.
fn balance(raw: &str) -> &str {
    let mut raw = raw;
    loop {
        let unopened =
            |c: char, open: char| raw.ends_with(c) && raw.matches(c).count() > raw.matches(open).count();
        let odd = |c: char| raw.ends_with(c) && raw.matches(c).count() % 2 == 1;
        if unopened(')', '(')
            || unopened(']', '[')
            || unopened('\u{201D}', '\u{201C}')
            || unopened('\u{2019}', '\u{2018}')
            || odd('"')
            || odd('\'')
        {
            let mut cut = raw.char_indices();
            let last = cut.next_back().map_or(0, |(i, _)| i);
            raw = raw[..last].trim_end();
        } else {
            return raw;
        }
    }
}

/// Whether the words make a command: a known program with arguments that prose does not have.
fn is_command(raw: &str, quoted: bool) -> bool {
    let mut words = raw.split_whitespace();
    let Some(first) = words.next() else { return false };
    let program =
        first.rsplit(['\\', '/']).next().unwrap_or("").trim_matches(['"', '\'']).to_ascii_lowercase();
    let program = program.trim_end_matches(".exe");
    let rest: Vec<&str> = words.collect();
    if rest.is_empty() {
        return false;
    }
    let option = rest.iter().any(|w| {
        let b = w.as_bytes();
        (b.len() >= 2 && b[0] == b'-' && (b[1].is_ascii_alphabetic() || b[1] == b'-'))
            || (b.len() >= 2
                && b[0] == b'/'
                && b[1].is_ascii_alphabetic()
                && !w[1..].contains('/')
                && w.len() <= 16)
    });
    let pathlike = rest.iter().any(|w| {
        w.contains('\\')
            || w.contains("://")
            || w.starts_with(['/', '~', '%', '$', '>', '|'])
            || w.contains(".exe")
            || w.contains(".dll")
            || w.contains(".ps1")
            || w.contains(".sh")
    });
    let sentence = raw.ends_with('.')
        || rest
            .iter()
            .filter(|w| {
                matches!(
                    w.to_ascii_lowercase().as_str(),
                    "the"
                        | "is"
                        | "was"
                        | "that"
                        | "which"
                        | "and"
                        | "this"
                        | "are"
                        | "to"
                        | "of"
                        | "with"
                        | "for"
                        | "a"
                        | "by"
                )
            })
            .count()
            >= 2;
    let second = rest[0].to_ascii_lowercase();
    let verb = match program {
        "net" | "net1" => matches!(
            second.as_str(),
            "user"
                | "group"
                | "localgroup"
                | "use"
                | "view"
                | "start"
                | "stop"
                | "share"
                | "accounts"
                | "session"
                | "time"
                | "config"
        ),
        "sc" => matches!(second.as_str(), "create" | "start" | "stop" | "config" | "delete" | "query"),
        "reg" => matches!(second.as_str(), "add" | "delete" | "query" | "save" | "export" | "import"),
        "vssadmin" | "wbadmin" => {
            matches!(second.trim_end_matches(".exe"), "delete" | "list" | "resize" | "create")
        }
        "wmic" => true,
        "whoami" | "ipconfig" | "systeminfo" | "tasklist" | "nltest" => rest[0].starts_with('/'),
        "netsh" => matches!(second.as_str(), "advfirewall" | "firewall" | "wlan" | "interface" | "add"),
        "wevtutil" => matches!(second.as_str(), "cl" | "clear-log" | "el" | "qe"),
        "pip" | "npm" | "docker" | "kubectl" | "aws" => option,
        "bcdedit" => rest[0].starts_with('/'),
        "chmod" => {
            second.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'+' || b == b'u' || b == b'-')
        }
        "systemctl" => matches!(second.as_str(), "enable" | "start" | "stop" | "daemon-reload" | "disable"),
        _ => false,
    };
    // Ordinary words that are also programs need their options.
    let word_like = matches!(
        program,
        "find"
            | "echo"
            | "tar"
            | "net"
            | "sc"
            | "reg"
            | "ping"
            | "attrib"
            | "cipher"
            | "bash"
            | "sh"
            | "perl"
            | "python"
            | "python3"
            | "php"
            | "ssh"
            | "sudo"
            | "docker"
            | "aws"
            | "base64"
            | "powershell"
            | "cmd"
            | "curl"
            | "wget"
    );
    let strong = verb
        || (option && (pathlike || !word_like || quoted || rest.len() >= 2))
        || (pathlike && !word_like)
        || (pathlike && quoted)
        || (pathlike
            && matches!(
                program,
                "curl"
                    | "wget"
                    | "bash"
                    | "sh"
                    | "python"
                    | "python3"
                    | "cmd"
                    | "powershell"
                    | "php"
                    | "perl"
                    | "attrib"
            ));
    strong && !sentence && raw.len() >= 8
}
