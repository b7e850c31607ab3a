//! The ways in which a text can be read, so that what is hidden in one of them is found.

use base64::Engine;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::html::CONSTANT;

/// Shortest run of base64 or hexadecimal characters that is opened.
const SHORTEST_RUN: usize = 8;

/// The readings of finished bytes: as they are, without tags, with references and percent signs resolved, encoded runs opened.
pub(super) fn views(bytes: &[u8]) -> Vec<String> {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    for constant in CONSTANT {
        text = text.replace(constant, " ");
    }
    let mut views = Vec::new();
    if text.contains('<') {
        views.push(references(&without_tags(&text, "")));
        views.push(references(&without_tags(&text, " ")));
    }
    if text.contains("\\u") {
        views.push(escapes(&text));
    }
    let decoded = references(&text);
    if decoded.contains('%') {
        views.push(percent(&decoded));
    }
    views.push(opened(&decoded).join("\n"));
    views.push(decoded);
    views
}

/// Text without what stands between `<` and `>`; quotes in a tag are minded.
fn without_tags(text: &str, between: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut inside = false;
    for one in text.chars() {
        match (inside, quote, one) {
            (false, _, '<') => {
                inside = true;
                out.push_str(between);
            }
            (false, ..) => out.push(one),
            (true, None, '>') => inside = false,
            (true, None, '"' | '\'') => quote = Some(one),
            (true, Some(open), _) if open == one => quote = None,
            _ => {}
        }
    }
    out
}

/// Character references resolved: numeric ones and those of XML.
fn references(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let known = end.and_then(|end| Some((reference(&rest[1..end])?, end)));
        match known {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "shy" => Some('\u{ad}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let value = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(value)
        }
    }
}

/// `\u0041` of JSON resolved.
fn escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        out.push_str(&rest[..at]);
        let value = rest
            .get(at + 2..at + 6)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
        match value {
            Some(character) => {
                out.push(character);
                rest = &rest[at + 6..];
            }
            None => {
                out.push_str("\\u");
                rest = &rest[at + 2..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What runs of base64 and hexadecimal hold where that is text. A run can begin anywhere in its alphabet, so four beginnings are tried.
fn opened(text: &str) -> Vec<String> {
    let engine = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
    );
    let mut opened = Vec::new();
    for run in text.split(|one: char| !(one.is_ascii_alphanumeric() || matches!(one, '+' | '/' | '-' | '_')))
    {
        if run.len() < SHORTEST_RUN {
            continue;
        }
        let standard: String = run
            .chars()
            .map(|one| {
                if one == '-' {
                    '+'
                } else if one == '_' {
                    '/'
                } else {
                    one
                }
            })
            .collect();
        for skip in 0..4 {
            let piece = &standard[skip..];
            let whole = piece.len() / 4 * 4 + if piece.len() % 4 == 1 { 0 } else { piece.len() % 4 };
            if let Ok(bytes) = engine.decode(&piece[..whole]) {
                opened.extend(readable(&bytes));
            }
        }
        if run.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            for skip in 0..2 {
                let pairs = run.as_bytes()[skip..].chunks_exact(2);
                let bytes: Vec<u8> = pairs
                    .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
                    .collect();
                opened.extend(readable(&bytes));
            }
        }
    }
    opened
}

/// Bytes as text if most of it is printable.
fn readable(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let all = text.chars().count();
    let odd =
        text.chars().filter(|one| *one == '\u{fffd}' || one.is_control() && !one.is_whitespace()).count();
    (all >= 4 && odd * 8 <= all).then(|| text.into_owned())
}

/// Words in one form: compatibility characters resolved, small, without accents and marks, letters that look Latin made Latin; what is no
/// letter or digit is one space. Begins and ends with a space.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    for one in text.chars().filter(|one| !invisible(*one)).nfkd().filter(|one| !is_combining_mark(*one)) {
        for small in one.to_lowercase() {
            let small = latin(small);
            if small.is_alphanumeric() {
                out.push(small);
            } else if !out.ends_with(' ') {
                out.push(' ');
            }
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

/// Text with compatibility characters resolved and without what cannot be seen: what numbers are read from.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|one| !invisible(*one)).nfkc().collect()
}

/// Letters and digits alone.
pub(super) fn squeezed(folded: &str) -> String {
    folded.chars().filter(|one| *one != ' ').collect()
}

fn invisible(one: char) -> bool {
    matches!(one, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Cyrillic and Greek letters that look like Latin ones.
fn latin(one: char) -> char {
    match one {
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' => 'e',
        'һ' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'н' => 'h',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'у' | 'υ' => 'y',
        'х' | 'χ' => 'x',
        'ν' => 'v',
        other => other,
    }
}
