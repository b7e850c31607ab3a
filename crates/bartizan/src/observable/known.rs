//! What is compiled and looked up once: automata, top-level domains, the pack.

use super::patterns::{self, Cue, Id, Net, Place};
use bartizan_knowledge::Pack;
use regex_automata::meta::Regex;
use regex_automata::{Anchored, Input};
use std::net::Ipv4Addr;

/// Compiled patterns and the pack.
#[derive(Debug)]
pub(super) struct Known {
    pub pack: &'static Pack,
    pub net: Pass<Net>,
    pub ids: Pass<Id>,
    pub places: Pass<Place>,
    pub cues: Pass<Cue>,
    token: Regex,
    pack_has_tlds: bool,
}

/// One multi-pattern automaton with the meaning of each pattern.
#[derive(Debug)]
pub(super) struct Pass<K> {
    pub regex: Regex,
    pub kinds: Vec<K>,
}

impl<K: Copy> Pass<K> {
    fn new(patterns: &[(K, String)]) -> Self {
        // The patterns are constants of the program: that they compile is covered by the tests.
        match patterns::compile(patterns) {
            Ok((regex, kinds)) => Self { regex, kinds },
            Err(error) => unreachable!("built-in pattern does not compile: {error}"),
        }
    }

    /// Calls `take` for each match; it returns where scanning goes on.
    pub fn run(&self, text: &str, mut take: impl FnMut(K, usize, usize) -> usize) {
        // The automaton's own pool keeps what it has built so far: a cache of each call's own would build the lazy
        // states anew for every document.
        let mut at = 0;
        while at < text.len() {
            let input = Input::new(text).range(at..);
            let Some(found) = self.regex.search(&input) else { return };
            let kind = self.kinds[found.pattern().as_usize()];
            let next = take(kind, found.start(), found.end());
            // Always forward, always on a character boundary.
            at = next.max(found.start() + 1).max(at + 1);
            while !text.is_char_boundary(at) {
                at += 1;
            }
        }
    }
}

impl Known {
    pub fn new(pack: &'static Pack) -> Self {
        let net = patterns::net();
        let token: Vec<(Net, String)> = net.iter().filter(|(k, _)| *k == Net::Token).cloned().collect();
        Self {
            pack,
            token: Pass::new(&token).regex,
            net: Pass::new(&net),
            ids: Pass::new(&patterns::ids()),
            places: Pass::new(&patterns::places()),
            cues: Pass::new(&patterns::cues()),
            pack_has_tlds: pack.is_tld("com"),
        }
    }

    /// Whether `label` (lower case, ASCII form) is a top-level domain, or one of the names outside the DNS root
    /// that networks of their own use (`.onion` of RFC 7686, `.i2p`, `.bit`).
    pub fn is_tld(&self, label: &str) -> bool {
        if matches!(label, "onion" | "i2p" | "bit") {
            return true;
        }
        if self.pack_has_tlds {
            return self.pack.is_tld(label);
        }
        // A pack without the list: the public suffix list knows all top-level domains as well.
        bartizan_suffix::has_known_suffix(label)
    }

    /// The run of labels with dots that starts exactly at `at`.
    pub fn token_at(&self, text: &str, at: usize) -> Option<(usize, usize)> {
        let end = super::scan::floor(text, (at + 512).min(text.len()));
        let input = Input::new(text).range(at..end).anchored(Anchored::Yes);
        self.token.search(&input).map(|m| (m.start(), m.end()))
    }
}

/// Why the address can be nobody's on the Internet (IANA special-purpose registries, RFC 6890).
pub(super) fn reserved_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let o = ip.octets();
    match o {
        [10, ..] | [192, 168, ..] => Some("private address (RFC 1918)"),
        [172, b, ..] if (16..32).contains(&b) => Some("private address (RFC 1918)"),
        [127, ..] => Some("loopback address"),
        [169, 254, ..] => Some("link-local address"),
        [100, b, ..] if (64..128).contains(&b) => Some("shared address space (RFC 6598)"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some("documentation address (RFC 5737)"),
        [198, 18 | 19, ..] => Some("benchmarking address (RFC 2544)"),
        [0, ..] => Some("unspecified address"),
        [224..=239, ..] => Some("multicast address"),
        [240..=255, ..] => Some("reserved address"),
        _ => None,
    }
}
