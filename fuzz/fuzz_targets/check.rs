//! What must hold for every document and every analysis, shared by the targets.

// Each target uses its part of this.
#![allow(dead_code)]

#[path = "memory.rs"]
mod memory;

use bartizan::{
    Analysis, Analyzer, Document, EventKind, Evidence, Input, Limits, NodeRef, Observable, ObservableKind,
    Options, Span, document,
};
use bartizan_knowledge::Pack;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

pub use memory::bounded;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new(Pack::built_in()));

/// Caps that a small input cannot need to reach.
pub fn options() -> Options {
    let limits = Limits { expanded_bytes: 16 << 20, text_bytes: 16 << 20, ..Limits::default() };
    Options { limits, ..Options::default() }
}

/// To be called once: what is built on first use is no memory of an input.
pub fn warm() {
    let _ = ANALYZER.analyze(&Input::new("a.txt", "The loader calls evil[.]com."), &options());
}

/// Lets a panic inside the PDF library unwind to where the reader catches it; any other panic still ends the run.
pub fn forgive_pdf_library() {
    let strict = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.location().is_some_and(|l| l.file().contains("/hayro-")) {
            strict(info);
        }
    }));
}

/// Reads `bytes` under a name and panics if an invariant is broken.
pub fn read(name: &str, bytes: &[u8]) {
    bounded(64 << 20, || {
        if let Ok(document) = document::read(&Input::new(name, bytes), &options()) {
            self::document(&document);
        }
    });
}

/// Analyses `bytes` and panics if an invariant is broken.
pub fn analyze(name: &str, bytes: &[u8]) -> Option<Analysis> {
    let analysis = ANALYZER.analyze(&Input::new(name, bytes), &options()).ok()?;
    document(&analysis.document);
    self::analysis(&analysis);
    Some(analysis)
}

pub fn document(document: &Document) {
    let text = &document.text;
    let mut last = 0;
    for block in &document.blocks {
        let range = block.span.range();
        assert!(range.start >= last && range.end > range.start && text.get(range.clone()).is_some());
        last = range.end;
    }
    let mut last = 0;
    for sentence in &document.sentences {
        let block = &document.blocks[sentence.block as usize];
        assert!(
            block.span.contains(sentence.span) && sentence.span.start >= last && !sentence.span.is_empty()
        );
        assert!(text.get(sentence.span.range()).is_some());
        last = sentence.span.end;
    }
    assert!(document.links.iter().all(|l| l.span.is_none_or(|s| text.get(s.range()).is_some())));
    assert!(document.readings.iter().all(|r| text.get(r.span.range()).is_some()));
}

/// A place quotes words: on character boundaries, not empty, inside its sentence.
fn place(text: &str, evidence: &Evidence, of: &dyn std::fmt::Debug) {
    let quote = text.get(evidence.span.range());
    assert!(quote.is_some_and(|q| !q.is_empty()), "no words at {evidence:?} of {of:?}");
    assert!(text.get(evidence.sentence.range()).is_some(), "no sentence at {evidence:?} of {of:?}");
    assert!(evidence.sentence.overlaps(evidence.span), "{evidence:?} of {of:?} lies outside its sentence");
}

fn places(text: &str, evidence: &[Evidence], of: &dyn std::fmt::Debug) {
    assert!(!evidence.is_empty(), "no place for {of:?}");
    evidence.iter().for_each(|e| place(text, e, of));
}

fn share(confidence: f32) {
    assert!((0.0..=1.0).contains(&confidence), "{confidence} is no probability");
}

pub fn observables(text: &str, observables: &[Observable], withheld: &[bartizan::Withheld]) {
    for o in observables {
        places(text, &o.evidence, o);
        share(o.confidence.get());
        assert!(!o.verdict_reason.is_empty(), "{o:?}");
        assert!(is_value(o.kind, &o.value), "{:?} is no {}", o.value, o.kind.as_str());
    }
    for w in withheld {
        assert_eq!(text.get(w.span.range()), Some(w.value.as_str()), "{w:?}");
        assert!(!w.value.is_empty() && !w.reason.is_empty(), "{w:?}");
    }
}

/// What holds of an analysis that somebody else wrote: places and references, whatever the claims are worth.
pub fn references(analysis: &Analysis) {
    let text = analysis.document.text.as_str();
    let evidence = analysis.techniques.iter().map(|t| &t.evidence);
    let evidence = evidence.chain(analysis.observables.iter().map(|o| &o.evidence));
    let evidence = evidence.chain(analysis.entities.iter().map(|e| &e.evidence));
    let evidence = evidence.chain(analysis.relations.iter().map(|r| &r.evidence));
    evidence.chain(analysis.events.iter().map(|e| &e.evidence)).for_each(|e| places(text, e, &"a claim"));
    for o in &analysis.observables {
        share(o.confidence.get());
        assert!(is_value(o.kind, &o.value) || OTHER_FORMS.contains(&o.kind), "{:?} is no {}", o.value, o.kind.as_str());
    }
    for r in &analysis.relations {
        assert!(there(analysis, &r.source) && there(analysis, &r.target), "{r:?}");
    }
}

/// Kinds whose values the reader of `analysis.json` takes as they are: nothing is written from them but quoted.
const OTHER_FORMS: [ObservableKind; 8] = {
    use ObservableKind as K;
    [K::Cve, K::Cwe, K::Capec, K::Asn, K::Guid, K::Mac, K::Eth, K::Ghsa]
};

fn there(analysis: &Analysis, node: &NodeRef) -> bool {
    match *node {
        NodeRef::Entity(i) => (i as usize) < analysis.entities.len(),
        NodeRef::Observable(i) => (i as usize) < analysis.observables.len(),
        NodeRef::Technique(i) => (i as usize) < analysis.techniques.len(),
        NodeRef::Mitigation(i) => (i as usize) < analysis.mitigations.len(),
    }
}

pub fn analysis(analysis: &Analysis) {
    let text = analysis.document.text.as_str();
    let pack = Pack::built_in();
    observables(text, &analysis.observables, &analysis.withheld);
    for t in &analysis.techniques {
        places(text, &t.evidence, t);
        share(t.confidence.get());
        assert_eq!(pack.technique(&t.id).map(|known| known.name), Some(t.name.as_str()), "{t:?}");
    }
    for e in &analysis.entities {
        places(text, &e.evidence, e);
        share(e.confidence.get());
        assert!(!e.name.trim().is_empty(), "{e:?}");
    }
    for m in &analysis.mitigations {
        places(text, &m.evidence, m);
        share(m.confidence.get());
    }
    let there = |node: &NodeRef| there(analysis, node);
    for r in &analysis.relations {
        places(text, &r.evidence, r);
        share(r.confidence.get());
        assert!(there(&r.source) && there(&r.target) && r.source != r.target, "{r:?}");
    }
    for e in &analysis.events {
        places(text, &e.evidence, e);
        share(e.confidence.get());
        assert!(e.involves.iter().all(there), "{e:?}");
        let (from, to) = (e.when.earliest.as_deref(), e.when.latest.as_deref());
        assert!(from.is_none_or(is_day) && to.is_none_or(is_day), "{e:?}");
        assert!(from.zip(to).is_none_or(|(from, to)| from <= to), "{e:?}");
        assert!(
            from.is_some() || to.is_some() || e.when.days.is_some() || e.kind == EventKind::Obligation,
            "{e:?}"
        );
    }
    for d in &analysis.diagnostics {
        assert!(d.span.is_none_or(|s: Span| text.get(s.range()).is_some()), "{d:?}");
    }
}

/// A day of the proleptic Gregorian calendar.
fn is_day(day: &str) -> bool {
    let [y, m, d] = day.split('-').collect::<Vec<_>>()[..] else { return false };
    let (Ok(year), Ok(month), Ok(date)) = (y.parse::<u32>(), m.parse::<u32>(), d.parse::<u32>()) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    y.len() == 4 && m.len() == 2 && d.len() == 2 && (1..=days).contains(&date)
}

/// Whether a value has the form that its kind is defined by, judged without the library.
fn is_value(kind: ObservableKind, value: &str) -> bool {
    use ObservableKind as K;
    let hex = |n: usize| value.len() == n && value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let whole = matches!(kind, K::YaraRule | K::SigmaRule | K::CommandLine | K::UserAgent);
    if value.trim().is_empty() || !whole && value.contains(|c: char| c.is_control()) {
        return false;
    }
    match kind {
        K::Ipv4 => value.parse::<Ipv4Addr>().is_ok(),
        K::Ipv6 => value.parse::<Ipv6Addr>().is_ok(),
        K::Cidr => value.split_once('/').is_some_and(|(address, length)| {
            let most = match address.parse() {
                Ok(IpAddr::V4(_)) => 32,
                Ok(IpAddr::V6(_)) => 128,
                Err(_) => return false,
            };
            length.parse::<u8>().is_ok_and(|n| n <= most)
        }),
        K::Domain | K::Onion => is_host(value),
        // RFC 3986, section 3; blanks and quotation marks never stand in one.
        K::Url => value.split_once(':').is_some_and(|(scheme, rest)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
                && !rest.is_empty()
                && !value.contains([' ', '<', '>', '"'])
        }),
        K::Email => value.rsplit_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && !local.contains(char::is_whitespace) && is_host(host)
        }),
        K::Md5 | K::Imphash | K::Ja3 => hex(32),
        K::Sha1 => hex(40),
        K::Sha224 => hex(56),
        K::Sha256 => hex(64),
        K::Sha384 => hex(96),
        K::Sha512 => hex(128),
        K::Authentihash => hex(32) || hex(40) || hex(64),
        K::Cve => value.strip_prefix("CVE-").and_then(|n| n.split_once('-')).is_some_and(|(year, number)| {
            year.len() == 4 && digits(year) && number.len() >= 4 && digits(number)
        }),
        K::Cwe => value.strip_prefix("CWE-").is_some_and(digits),
        K::Capec => value.strip_prefix("CAPEC-").is_some_and(digits),
        K::Asn => value.strip_prefix("AS").is_some_and(|n| n.parse::<u32>().is_ok()),
        K::Guid => {
            value.len() == 36
                && value.bytes().enumerate().all(|(i, b)| match i {
                    8 | 13 | 18 | 23 => b == b'-',
                    _ => b.is_ascii_hexdigit(),
                })
        }
        K::Mac => {
            value.split([':', '-']).count() == 6
                && value.split([':', '-']).all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_hexdigit()))
        }
        K::Eth => value
            .strip_prefix("0x")
            .is_some_and(|n| n.len() == 40 && n.bytes().all(|b| b.is_ascii_hexdigit())),
        K::Ghsa => value.len() == 19 && value.starts_with("GHSA-"),
        _ => true,
    }
}

/// A host name in its ASCII form (RFC 1123, section 2.1; underscores as DNS has them).
fn is_host(host: &str) -> bool {
    if host.starts_with('[') {
        return host
            .strip_prefix('[')
            .and_then(|h| h.strip_suffix(']'))
            .is_some_and(|h| h.parse::<Ipv6Addr>().is_ok());
    }
    host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        })
}
