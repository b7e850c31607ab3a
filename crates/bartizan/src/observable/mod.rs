//! What was seen: addresses, hashes, paths, names, ids. See [`Extractor`].
//!
//! A few walks over the canonical text propose candidates ([`spot`]); small validators in one
//! file for each family accept, refuse or widen them; [`defang`] gives canonical values; [`verdict`] says what
//! the text makes of each value. What was looked at and refused is kept with its reason.

mod code;
mod command;
mod defang;
pub(crate) mod everywhere;
mod files;
mod hash;
mod idn;
mod ids;
mod known;
mod labelled;
mod named;
mod names;
mod needles;
mod network;
mod observe;
mod path;
#[cfg(test)]
mod patterns;
mod rules;
mod scan;
mod sections;
mod shape;
mod sites;
mod spot;
mod url;
mod verdict;
mod wallet;

pub use defang::refang;

use crate::{
    Confidence, Document, Evidence, Observable, ObservableKind as Kind, Options, Span, Verdict, Withheld,
};
use bartizan_knowledge::Pack;
use known::Known;
use scan::{Found, Role, Scan};
use spot::ids::Id;
use spot::net::Net;
use spot::places::Place;
use std::collections::BTreeMap;

/// What extraction gives.
#[derive(Clone, Debug, Default)]
pub struct Extraction {
    /// In order of first appearance.
    pub observables: Vec<Observable>,
    /// Looked at and not taken.
    pub withheld: Vec<Withheld>,
}

/// What is looked up; build once, use for many documents.
#[derive(Debug)]
pub struct Extractor {
    known: Known,
}

/// Most places kept of one value; the first ones are enough to show it.
const EVIDENCE_MAX: usize = 200;

/// Text is scanned in pieces of about this size, cut at line breaks, so that a stop request is seen soon.
const PIECE: usize = 1 << 20;

impl Extractor {
    /// Prepares the look-ups.
    pub fn new(pack: &'static Pack) -> Self {
        Self { known: Known::new(pack) }
    }

    /// Finds everything in one document. Stops early, with what it has, when the caller asks to stop.
    pub fn extract(&self, document: &Document, options: &Options) -> Extraction {
        let mut found = Vec::new();
        let mut refused = Vec::new();
        for (start, end) in pieces(&document.text) {
            if options.stop.is_stopped() {
                break;
            }
            let mut scan = self.scan(&document.text[start..end]);
            shift(&mut scan, start);
            found.append(&mut scan.found);
            refused.append(&mut scan.refused);
        }
        found.extend(code::commands(document, &found));
        self.read_joined(document, &mut found);
        found.sort_by(|a, b| (a.start, b.end, a.kind, &a.value).cmp(&(b.start, a.end, b.kind, &b.value)));
        // A place that several cues announce is one place.
        found.dedup();
        let links = self.links(document);
        self.assemble(document, found, links, refused)
    }

    /// How many candidates the walks over `text` propose, without judging one: for measuring.
    pub fn candidates(&self, text: &str) -> usize {
        let mut count = 0;
        let mut seen = |end: usize| {
            count += 1;
            end
        };
        spot::places::run(text, |_, _, end| seen(end));
        spot::net::run(text, |_, _, end| seen(end));
        spot::ids::run(text, |_, _, end| seen(end));
        spot::cues::run(text, |_, _, end| seen(end));
        count
    }

    /// Runs all passes over one piece of text.
    fn scan<'t>(&'t self, text: &'t str) -> Scan<'t> {
        let known = &self.known;
        let mut scan = Scan::new(text, known);
        spot::places::run(text, |kind, start, end| match kind {
            Place::Hive => path::registry(&mut scan, start, end),
            Place::HivelessKey => path::key(&mut scan, start, end),
            Place::Drive | Place::Variable | Place::Share => path::windows(&mut scan, start, end),
            Place::Unix | Place::Home => path::unix(&mut scan, start, end),
        });
        scan.cover(0);
        spot::net::run(text, |kind, start, end| {
            if scan.is_covered(start) && kind != Net::Unc && kind != Net::Scheme {
                return end;
            }
            match kind {
                Net::Scheme => url::with_scheme(&mut scan, start, end),
                Net::Token => network::token(&mut scan, start, end),
                Net::Ipv6 => network::ipv6(&mut scan, start, end),
                Net::Unc => network::webdav(&mut scan, start, end),
                Net::MailWord => network::mail_word(&mut scan, start, end),
            }
        });
        spot::ids::run(text, |kind, start, end| {
            let s = &mut scan;
            match kind {
                Id::Hex => hash::hex(s, start, end),
                Id::HexColons => hash::hex_pairs(s, start, end),
                Id::Ssdeep => hash::ssdeep(s, start, end),
                Id::Tlsh => hash::tlsh(s, start, end),
                Id::Ja4 => hash::ja4(s, start, end),
                Id::Cve => ids::cve(s, start, end),
                Id::Cwe => ids::weakness(s, Kind::Cwe, "CWE", start, end),
                Id::Capec => ids::weakness(s, Kind::Capec, "CAPEC", start, end),
                Id::Ghsa => ids::ghsa(s, start, end),
                Id::Cpe => ids::cpe(s, start, end),
                Id::Attack => ids::attack(s, start, end),
                Id::Atlas => ids::atlas(s, start, end),
                Id::D3fend => ids::d3fend(s, start, end),
                Id::Asn => ids::asn(s, start, end),
                Id::Mac | Id::MacDots => ids::mac(s, start, end),
                Id::Guid => ids::guid(s, start, end),
                Id::Arn => ids::arn(s, start, end),
                Id::EthLike => wallet::ethereum(s, start, end),
                Id::Base58 => wallet::base58_run(s, start, end),
                Id::Bech32 => wallet::bech32_run(s, start, end),
                Id::CashAddr => wallet::cash_run(s, start, end),
            }
        });
        spot::cues::run(text, |kind, start, end| named::cue(&mut scan, kind, start, end));
        settle(&mut scan);
        scan
    }

    /// Joined readings of places where a line or cell broke a token: a joined value replaces its fragments.
    fn read_joined(&self, document: &Document, found: &mut Vec<Found>) {
        for reading in &document.readings {
            let (low, high) = (reading.span.start as usize, reading.span.end as usize);
            if reading.text.len() > 4096 || document.text.get(low..high).is_none() {
                continue;
            }
            let scan = self.scan(&reading.text);
            for mut joined in scan.found {
                let inside = |f: &Found| f.start >= low && f.end <= high && f.start < f.end;
                if found.iter().any(|f| inside(f) && f.kind == joined.kind && f.value == joined.value) {
                    continue;
                }
                // The value must be longer than what either side alone gives, and not a mere gluing of a whole
                // address to the next word.
                let whole = joined.end - joined.start == reading.text.trim().len();
                let fragment = |f: &Found| {
                    inside(f)
                        && f.value.len() < joined.value.len()
                        && joined.value.contains(f.value.trim_end_matches('/'))
                };
                if !joins_well(document, &joined, found, low, high) {
                    continue;
                }
                found.retain(|f| !fragment(f));
                if whole || joined.start == 0 || joined.end == reading.text.len() {
                    joined.start = low;
                    joined.end = high;
                } else {
                    continue;
                }
                joined.attributes.push(("reading".to_owned(), "joined over a line break".to_owned()));
                found.push(joined);
            }
        }
    }

    /// Targets of links that have a place: references.
    fn links(&self, document: &Document) -> Vec<Found> {
        let mut out = Vec::new();
        for link in &document.links {
            let Some(span) = link.span.filter(|s| !s.of(&document.text).is_empty()) else { continue };
            let target = link.target.trim();
            if !(target.starts_with("http://") || target.starts_with("https://")) || target.len() > 2048 {
                continue;
            }
            let scan = self.scan(target);
            for found in scan.found.into_iter().filter(|f| f.kind == Kind::Url && f.start == 0) {
                out.push(Found {
                    start: span.start as usize,
                    end: span.end as usize,
                    role: Role::LinkTarget,
                    defanged: false,
                    ..found
                });
            }
        }
        out
    }

    /// Judges, merges by value and orders.
    fn assemble(
        &self,
        document: &Document,
        found: Vec<Found>,
        links: Vec<Found>,
        refused: Vec<scan::Refused>,
    ) -> Extraction {
        let judge = verdict::Judge::new(document, self.known.pack, &found);
        let mut index: BTreeMap<(Kind, String), usize> = BTreeMap::new();
        let mut observables: Vec<Observable> = Vec::new();
        for f in found.into_iter().chain(links) {
            let key = (f.kind, f.value.clone());
            let known = index.get(&key).copied();
            // What the text says itself needs no link.
            if f.role == Role::LinkTarget
                && known.is_some_and(|i| observables[i].evidence.iter().any(|e| e.span == f.span()))
            {
                continue;
            }
            let at = known.unwrap_or_else(|| {
                index.insert(key, observables.len());
                let warnings = judge.warnings(f.kind, &f.value);
                observables.push(Observable {
                    kind: f.kind,
                    value: f.value.clone(),
                    verdict: Verdict::Reference,
                    verdict_reason: String::new(),
                    confidence: Confidence::new(0.0),
                    evidence: Vec::new(),
                    defanged: false,
                    attributes: idn::notes(f.kind, &f.value),
                    warnings: warnings.into_iter().map(str::to_owned).collect(),
                });
                observables.len() - 1
            });
            let o = &mut observables[at];
            let warnings: Vec<&str> = o.warnings.iter().map(String::as_str).collect();
            let judgement = judge.judge(&f, &warnings);
            // `Verdict` orders from strong to weak.
            let better = o.verdict_reason.is_empty()
                || judgement.verdict < o.verdict
                || (judgement.verdict == o.verdict && judgement.confidence > o.confidence.get());
            if better {
                o.verdict = judgement.verdict;
                o.verdict_reason = judgement.reason.to_owned();
                o.confidence = Confidence::new(judgement.confidence);
            }
            o.defanged |= f.defanged;
            if o.evidence.len() < EVIDENCE_MAX {
                let span = f.span();
                o.evidence.push(Evidence { span, sentence: document.sentence_of(span) });
            }
            for attribute in f.attributes {
                if o.attributes.len() < 16 && !o.attributes.contains(&attribute) {
                    o.attributes.push(attribute);
                }
            }
        }
        for o in &mut observables {
            o.evidence.sort_by_key(|e| (e.span, e.sentence));
            o.evidence.dedup();
        }
        files::beside_hashes(document, &mut observables);
        files::same_file(document, &mut observables);
        observables.sort_by_key(|o| o.evidence.first().map_or(0, |e| e.span.start));
        let withheld = refused
            .into_iter()
            .filter_map(|r| {
                let span = Span::new(r.start, r.end);
                let value = span.of(&document.text).to_owned();
                (!value.is_empty()).then_some(Withheld {
                    kind: r.kind,
                    value,
                    reason: r.reason.to_owned(),
                    span,
                })
            })
            .collect();
        Extraction { observables, withheld }
    }
}

/// Cuts `text` at line breaks into pieces of about [`PIECE`] bytes.
fn pieces(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let mut end = text.len();
        if end - start > PIECE {
            let from = scan::floor(text, start + PIECE);
            // A text without line breaks is cut at a character.
            let limit = scan::floor(text, (from + PIECE).min(text.len()));
            end = memchr::memchr(b'\n', &text.as_bytes()[from..limit]).map_or(from, |i| from + i + 1);
        }
        out.push((start, end));
        start = end;
    }
    out
}

fn shift(scan: &mut Scan<'_>, by: usize) {
    for f in &mut scan.found {
        f.start += by;
        f.end += by;
    }
    for r in &mut scan.refused {
        r.start += by;
        r.end += by;
    }
}

/// Drops findings that are mere parts of others of the same text.
fn settle(scan: &mut Scan<'_>) {
    labelled::widen(scan);
    labelled::packages(scan);
    // (start, end) of URLs and registry keys, in order.
    let urls = spans(scan, |f| f.kind == Kind::Url);
    let keys = spans(scan, |f| f.kind == Kind::Registry);
    let mails = spans(scan, |f| f.kind == Kind::Email);
    let onions: Vec<Found> = scan
        .found
        .iter()
        .filter(|f| f.kind == Kind::Domain && f.value.ends_with(".onion"))
        .filter_map(|f| {
            let label = f.value.trim_end_matches(".onion").rsplit('.').next().unwrap_or("");
            let version = if wallet::is_onion_v3(label) {
                "3"
            } else if label.len() == 16 && label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7')) {
                "2"
            } else {
                return None;
            };
            let mut onion = f.clone();
            onion.kind = Kind::Onion;
            onion.value = format!("{label}.onion");
            onion.attributes.push(("version".to_owned(), version.to_owned()));
            Some(onion)
        })
        .collect();
    let commands = spans(scan, |f| f.kind == Kind::CommandLine);
    let names = spans(scan, |f| f.kind == Kind::FileName);
    let text = scan.text;
    scan.found.retain(|f| match f.kind {
        // `certutil -decode Stage.com x`: the old executable format, not a host.
        Kind::Domain if f.role == Role::Plain && !f.defanged && f.value.ends_with(".com") => {
            let capitals =
                text.get(f.start..f.end).is_some_and(|t| t.bytes().any(|b| b.is_ascii_uppercase()));
            !(capitals && inside(&commands, f))
        }
        Kind::FileName if f.attributes.iter().any(|(name, _)| name == "in") => true,
        // `Records.eml` of `Invoice from Records.eml`.
        Kind::FileName if inside(&names, f) => false,
        Kind::FileName | Kind::FilePath => !inside(&urls, f) && !inside(&mails, f),
        Kind::Guid | Kind::Md5 | Kind::Sha1 => !inside(&keys, f),
        Kind::Ipv6 | Kind::Mac | Kind::Asn | Kind::AttackId | Kind::Btc | Kind::Wallet | Kind::TrackingId => {
            !inside(&urls, f)
        }
        _ => true,
    });
    scan.found.extend(onions);
}

fn spans(scan: &Scan<'_>, pick: impl Fn(&Found) -> bool) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> =
        scan.found.iter().filter(|f| pick(f)).map(|f| (f.start, f.end)).collect();
    out.sort_unstable();
    out
}

fn inside(spans: &[(usize, usize)], f: &Found) -> bool {
    let i = spans.partition_point(|(start, _)| *start <= f.start);
    i.checked_sub(1)
        .and_then(|i| spans.get(i))
        .is_some_and(|(start, end)| *start <= f.start && f.end <= *end && (*start, *end) != (f.start, f.end))
}

/// Whether a joined reading is the better one: always for what has a fixed shape; for URLs only where the break
/// itself shows that the URL goes on, or a link of the document has that target.
fn joins_well(document: &Document, joined: &Found, found: &[Found], low: usize, high: usize) -> bool {
    let has_whole =
        found.iter().any(|f| f.start >= low && f.end <= high && f.kind == joined.kind && f.kind != Kind::Url);
    match joined.kind {
        Kind::Url => {
            let target = joined.value.trim_end_matches('/');
            if document.links.iter().any(|l| l.target.trim_end_matches('/').eq_ignore_ascii_case(target)) {
                return true;
            }
            let raw = document.text.get(low..high).unwrap_or("");
            // The break, or the blank that a reader put in its place.
            let Some((head, rest)) = raw.split_once('\n').or_else(|| raw.split_once(' ')) else {
                return true;
            };
            let head = head.trim_end();
            let rest = rest.trim_start();
            // What follows must be able to go on a URL, and the line must have been full.
            let fits = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "/_?=&%#.[(-+~".contains(c))
                && !rest.starts_with("--")
                && !rest.starts_with("- ")
                && !rest.starts_with("http")
                && !rest.starts_with("hxxp");
            let line_start = document.text[..low].rfind('\n').map_or(0, |i| i + 1);
            let full = document
                .text
                .get(line_start..low + head.len())
                .is_some_and(|line| line.chars().count() >= 45);
            // A parameter that ends in `&` goes on behind the next break too: half of it is worse than none.
            if !fits || !full || joined.value.ends_with('&') {
                return false;
            }
            let open = head.ends_with(['-', '_', '/', '=', '&', '?', '.', '%', '#', '+', ':', '~', '@', ']']);
            let next = rest.split_whitespace().next().unwrap_or("");
            let goes_on = next.contains(['/', '=', '_', '%', '&', '-', '?', '['])
                || next.bytes().any(|b| b.is_ascii_digit())
                || next.contains('.') && !next.ends_with('.');
            open || goes_on
        }
        Kind::Domain | Kind::Email | Kind::Ipv4 => {
            // `evil.com` + `and` is no domain; `us-cert.` + `cisa.gov` is. Where both halves stand alone, keep them.
            !has_whole
                || document
                    .text
                    .get(low..high)
                    .is_some_and(|raw| raw.contains("-\n") || raw.contains(".\n") || raw.contains("\n."))
        }
        _ => true,
    }
}
