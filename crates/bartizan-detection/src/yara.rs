//! YARA rules for what a report says of files: hashes, and strings that stand in them.
//!
//! Source: YARA's documentation 4.5, "Writing YARA rules" (text strings and their escapes, `any of`, `filesize`) and
//! "Hash module" (<https://yara.readthedocs.io/en/stable/>). A rule of strings is written only where the report gives at
//! least two that are distinctive; two of them must be in a file.

use std::{collections::BTreeSet, fmt::Write};

use bartizan::{Analysis, EntityKind, Observable, ObservableKind as Kind, Verdict, exchange};

use crate::{program, words};

/// Fewer distinctive strings than this make no rule.
const LEAST: usize = 2;
/// Most strings in a rule.
const MOST: usize = 60;
/// Most hashes in a rule.
const HASHES: usize = 500;

/// The rules of an analysis; `None` where the evidence is not enough for any.
pub fn rules(analysis: &Analysis) -> Option<Vec<u8>> {
    let indicators: Vec<&Observable> =
        analysis.observables.iter().filter(|o| o.verdict == Verdict::Indicator).collect();
    let book = Book::of(analysis);
    let hashes = hashes(&indicators);
    let strings = strings(analysis);
    let mut out = String::new();
    if !hashes.is_empty() {
        out.push_str("import \"hash\"\n");
        for (number, chunk) in hashes.chunks(HASHES).enumerate() {
            book.hashes(&mut out, number + 1, chunk);
        }
    }
    if strings.len() >= LEAST {
        book.strings(&mut out, &strings);
    }
    (!out.is_empty()).then(|| out.into_bytes())
}

struct Book {
    /// Of the malware or report, as part of a rule's name.
    stem: String,
    meta: String,
}

impl Book {
    fn of(analysis: &Analysis) -> Self {
        let document = &analysis.document;
        let name = document.metadata.title.as_deref().unwrap_or(&document.name);
        let malware = analysis.entities.iter().filter(|e| e.kind == EntityKind::Malware);
        let subject = malware.max_by_key(|e| (e.evidence.len(), std::cmp::Reverse(&e.name)));
        let stem: String = subject.map_or(name, |e| e.name.as_str()).to_ascii_lowercase();
        let stem: Vec<&str> =
            stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).take(5).collect();
        let stem: String = stem.join("_").chars().take(60).collect();
        let mut meta = String::from("    meta:\n");
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(meta, "        {key} = \"{}\"", escaped(value));
        };
        line("author", "Bartizan");
        line("report", &words::cut(name, 120));
        if let Some(source) = &document.metadata.source_url {
            line("reference", source);
        }
        line("tlp", exchange::marking(analysis).as_str());
        Self { stem: if stem.is_empty() { "report".to_owned() } else { stem }, meta }
    }

    fn hashes(&self, out: &mut String, number: usize, hashes: &[(&str, String)]) {
        let asks: Vec<String> =
            hashes.iter().map(|(name, value)| format!("hash.{name}(0, filesize) == \"{value}\"")).collect();
        let _ = write!(
            out,
            "\nrule bartizan_{}_hashes_{number}\n{{\n{}    condition:\n        {}\n}}\n",
            self.stem,
            self.meta,
            asks.join(" or\n        ")
        );
    }

    fn strings(&self, out: &mut String, strings: &[String]) {
        let _ = write!(out, "\nrule bartizan_{}_strings\n{{\n{}    strings:\n", self.stem, self.meta);
        for (number, string) in strings.iter().enumerate() {
            let _ = writeln!(out, "        $s{} = \"{}\" ascii wide nocase", number + 1, escaped(string));
        }
        out.push_str("    condition:\n        filesize < 20MB and 2 of them\n}\n");
    }
}

fn hashes(indicators: &[&Observable]) -> Vec<(&'static str, String)> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for o in indicators {
        let (name, long) = match o.kind {
            Kind::Md5 => ("md5", 32),
            Kind::Sha1 => ("sha1", 40),
            Kind::Sha256 => ("sha256", 64),
            _ => continue,
        };
        let value = o.value.to_ascii_lowercase();
        let hex = value.len() == long && value.bytes().all(|b| b.is_ascii_hexdigit());
        if hex && seen.insert(value.clone()) {
            out.push((name, value));
        }
    }
    out
}

/// Strings that stand in files and that few files have, each once in whatever case, none inside another.
fn strings(analysis: &Analysis) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for o in &analysis.observables {
        let indicator = o.verdict == Verdict::Indicator;
        let taken = match o.kind {
            // Names of build machines and what a program makes and asks for.
            Kind::FilePath => {
                o.value.to_ascii_lowercase().ends_with(".pdb") && o.verdict != Verdict::Reference
            }
            Kind::Mutex | Kind::Pipe | Kind::Onion | Kind::Btc | Kind::Xmr => indicator,
            Kind::UserAgent => indicator && !is_browser(&o.value),
            Kind::Url | Kind::Domain => indicator,
            Kind::FileName => indicator && program::known(&o.value).is_none(),
            _ => false,
        };
        let text = match o.kind {
            Kind::Url => o.value.split_once("://").map_or(o.value.as_str(), |(_, rest)| rest),
            Kind::Pipe => o.value.rsplit('\\').next().unwrap_or_default(),
            _ => o.value.as_str(),
        };
        let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
        if taken && letters >= 8 && text.len() <= 200 && !text.contains(char::is_control) {
            let text = text.trim_end_matches('/');
            if seen.insert(text.to_lowercase()) {
                all.push(text.to_owned());
            }
        }
    }
    let lower: Vec<String> = all.iter().map(|s| s.to_lowercase()).collect();
    // A longer string with this one inside would count twice.
    let inside =
        |n: usize| lower.iter().enumerate().any(|(m, other)| m != n && lower[n].contains(other.as_str()));
    let kept: Vec<bool> = (0..all.len()).map(|n| !inside(n)).collect();
    all.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(s, _)| s).take(MOST).collect()
}

/// A user agent that browsers send: in many files.
fn is_browser(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    agent.starts_with("mozilla/") && (agent.contains("gecko") || agent.contains("msie"))
}

/// Escapes of a text string; other bytes than printable ASCII as `\x`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            0x20..=0x7e => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_string() {
        assert_eq!(escaped("a\" nocase\n\\\u{e9}"), "a\\\" nocase\\x0a\\\\\\xc3\\xa9");
    }

    #[test]
    fn browsers_are_no_malware() {
        assert!(is_browser("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1"));
        assert!(!is_browser("updater/1.0"));
    }
}
