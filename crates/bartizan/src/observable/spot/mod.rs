//! Finding where something may start: one cheap walk for each family over bytes and their classes, with a small
//! hand-written matcher only where a trigger stands (a dot after a label, a colon after a scheme, a slash, a run of
//! digits, a cue word).
//!
//! Each walk gives the same matches as a leftmost-first multi-pattern regular expression would: the smallest start,
//! and of the patterns that match there the first. The expressions themselves are in `patterns.rs`; they are the
//! oracle of the tests, and far too slow to warm up for a document of a few kilobytes.
//!
//! Matchers look at a bounded stretch, or at a run that the match then consumes, so that a walk is linear.

pub(super) mod cues;
pub(super) mod ids;
pub(super) mod net;
pub(super) mod places;

/// ASCII digit.
const DIGIT: u8 = 1;
/// Hex digit.
const HEX: u8 = 2;
/// ASCII letter or digit.
const ALNUM: u8 = 4;
/// Character of a base58 number.
const BASE58: u8 = 8;
/// Letter, digit or underscore, or a byte of a character outside ASCII.
const LABEL: u8 = 16;
/// Data character of Bech32 and CashAddr, as the patterns take them.
const BECH32: u8 = 32;

/// Classes of each byte.
static CLASS: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut b = 0usize;
    while b < 256 {
        let c = b as u8;
        let mut class = 0;
        if c.is_ascii_digit() {
            class |= DIGIT;
        }
        if c.is_ascii_hexdigit() {
            class |= HEX;
        }
        if c.is_ascii_alphanumeric() {
            class |= ALNUM | LABEL;
            if !matches!(c, b'0' | b'O' | b'I' | b'l') {
                class |= BASE58;
            }
        }
        if c == b'_' || c >= 0x80 {
            class |= LABEL;
        }
        if matches!(c, b'0' | b'2'..=b'9' | b'a' | b'c'..=b'h' | b'j'..=b'n' | b'p'..=b'z') {
            class |= BECH32;
        }
        table[b] = class;
        b += 1;
    }
    table
};

/// The byte at `i`; zero past the end.
fn at(bytes: &[u8], i: usize) -> u8 {
    bytes.get(i).copied().unwrap_or(0)
}

fn class(bytes: &[u8], i: usize) -> u8 {
    CLASS[usize::from(at(bytes, i))]
}

/// End of the run of bytes of `class` from `i` on, at most `most` bytes.
fn run(bytes: &[u8], i: usize, class: u8, most: usize) -> usize {
    let rest = bytes.get(i..).unwrap_or_default();
    i + rest.iter().take(most).take_while(|b| CLASS[usize::from(**b)] & class != 0).count()
}

/// End of exactly `n` bytes of `class` at `i`.
fn exactly(bytes: &[u8], i: usize, class: u8, n: usize) -> Option<usize> {
    (run(bytes, i, class, n) == i + n).then_some(i + n)
}

/// End of `literal` at `i`.
fn literal(bytes: &[u8], i: usize, literal: &[u8]) -> Option<usize> {
    bytes.get(i..)?.starts_with(literal).then_some(i + literal.len())
}

/// End of `literal` (lower case) at `i`, in any case.
fn caseless(bytes: &[u8], i: usize, literal: &[u8]) -> Option<usize> {
    let end = i + literal.len();
    bytes.get(i..end)?.eq_ignore_ascii_case(literal).then_some(end)
}

/// End of the first of `literals` that stands at `i`.
fn one_of(bytes: &[u8], i: usize, literals: &[&[u8]]) -> Option<usize> {
    literals.iter().find_map(|l| literal(bytes, i, l))
}

/// Length of the UTF-8 character that starts with `b`.
fn width(b: u8) -> usize {
    match b {
        0..0xC0 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    }
}

/// Calls `take` for each match that `next` finds from a place on; it returns where the walk goes on.
fn walk<K>(
    text: &str,
    mut next: impl FnMut(usize) -> Option<(K, usize, usize)>,
    mut take: impl FnMut(K, usize, usize) -> usize,
) {
    let mut at = 0;
    while at < text.len() {
        let Some((kind, start, end)) = next(at) else { return };
        // Always forward, always on a character boundary.
        at = take(kind, start, end).max(start + 1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
}

/// One step of a pattern: alternatives in order of preference.
enum Step {
    /// One of them must stand there.
    One(&'static [&'static [u8]]),
    /// One of them may.
    May(&'static [&'static [u8]]),
}

/// End of the first way to read `steps` at `i`, by trying alternatives in order.
fn steps(bytes: &[u8], i: usize, rest: &[Step]) -> Option<usize> {
    let Some((step, rest)) = rest.split_first() else { return Some(i) };
    let (Step::One(options) | Step::May(options)) = step;
    let taken = options.iter().filter_map(|o| literal(bytes, i, o)).find_map(|next| steps(bytes, next, rest));
    match step {
        Step::One(_) => taken,
        Step::May(_) => taken.or_else(|| steps(bytes, i, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::patterns::{self, Pass};
    use super::{cues, ids, net, places};
    use proptest::prelude::*;

    /// Matches of a walk that goes on behind each match, and of the expressions it stands for.
    fn both<K: Copy + PartialEq + std::fmt::Debug>(
        text: &str,
        oracle: &Pass<K>,
        walk: impl Fn(&str, &mut dyn FnMut(K, usize, usize) -> usize),
    ) {
        let mut ours = Vec::new();
        walk(text, &mut |k, s, e| {
            ours.push((k, s, e));
            // Overlapping matches show more than whole ones.
            s + 1 + (e - s) / 3
        });
        let mut theirs = Vec::new();
        oracle.run(text, |k, s, e| {
            theirs.push((k, s, e));
            s + 1 + (e - s) / 3
        });
        assert_eq!(ours, theirs, "{text:?}");
    }

    thread_local! {
        static NET: Pass<net::Net> = Pass::new(&patterns::net());
        static IDS: Pass<ids::Id> = Pass::new(&patterns::ids());
        static PLACES: Pass<places::Place> = Pass::new(&patterns::places());
    }

    fn check(text: &str) {
        NET.with(|o| both(text, o, |t, f| net::run(t, f)));
        IDS.with(|o| both(text, o, |t, f| ids::run(t, f)));
        PLACES.with(|o| both(text, o, |t, f| places::run(t, f)));
    }

    /// Pieces of which texts are made that nearly match.
    const PIECES: &[&str] = &[
        "hxxp",
        "http",
        "h**p",
        "h!ps",
        "ftp",
        "tcp",
        "stratum+tcp",
        "search-ms",
        ":",
        "[:]",
        "//",
        "\\\\",
        "/",
        "[/]",
        "[]",
        "()",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "<",
        ">",
        ".",
        "[.]",
        "(dot)",
        " DOT ",
        " AT ",
        "\\.",
        "\\_",
        ".]",
        "[.",
        "@",
        " ",
        "  ",
        "\n",
        "-",
        "_",
        "a",
        "evil",
        "com",
        "É",
        "—",
        "“",
        "访",
        "1",
        "192",
        "0x",
        "abcdef",
        "deadbeefdeadbeefdeadbeefdeadbeef",
        "00:11:22:33:44:55:66:77",
        "aa bb cc dd",
        "12345678",
        "1234-",
        "T1",
        "T1059",
        ".001",
        "TA0001",
        "DS0001",
        "DET0001",
        "G0016",
        "CVE",
        "cve-2024-",
        "2024",
        "CWE",
        "CAPEC-",
        "GHSA-23cf-23cf-23cf",
        "cpe:2.3:a:",
        "cpe:/",
        "AML.T",
        "D3-PSA",
        "AS",
        "asn",
        "#",
        "arn:aws:",
        "s3:",
        "::",
        "bitcoincash:",
        "kaspa:",
        "bc1",
        "addr1",
        "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "t13d1516h2_8daaf6152771_02713d6af862",
        "SSL@80",
        "3:abcd:efgh",
        "HKEY",
        "HKLM",
        "_LOCAL",
        "_MACHINE",
        "\\_CURRENT",
        "\\_USER",
        "\\Registry\\Machine\\",
        "Software\\",
        "SYSTEM\\",
        "Microsoft\\",
        "CurrentControlSet\\",
        "C:",
        "%",
        "%AppData%",
        "$env:TEMP",
        "${HOME}",
        "$",
        "CSIDL_",
        "APPDATA",
        "<system32>",
        "[local appdata]",
        "\\\\?\\",
        "/etc/",
        "/lib64/",
        "/Users/",
        "~/",
        "./",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]
        #[test]
        fn walks_agree_with_the_expressions(pieces in prop::collection::vec(prop::sample::select(PIECES), 1..14)) {
            check(&pieces.concat());
        }

        #[test]
        fn walks_agree_on_any_text(text in "[ -~\n\u{e9}\u{2014}]{0,60}") {
            check(&text);
        }
    }

    /// A walk over cue words differs from its expressions in one way: a cue never starts inside a word, but for
    /// the four kinds whose validators say nothing about the byte before.
    #[test]
    fn cues_agree_with_the_expressions_at_word_starts() {
        let oracle = Pass::new(&patterns::cues());
        let pieces = [
            "Mozilla/5.0",
            "curl/7",
            "User-Agent",
            "user agent",
            "superuser agent",
            "mutex",
            "Mutexes",
            "named event",
            "CreateMutexW",
            "event object",
            "named pipe",
            "pipes",
            "unnamed pipe",
            "service named",
            "services is called",
            "ServiceName",
            "sc create",
            "sc.exe  create",
            "systemd unit",
            "task name:",
            "tasks with the name",
            "scheduled tasks",
            "powershell.exe -enc",
            "cmd /c",
            "cmd\" x",
            "net1  \n",
            "invoke-mimikatz x",
            "start-process a",
            "python3 x",
            "ld_preload a",
            "sh",
            "private rule X {",
            "global  private rule a_1 : tag\n{",
            "rule x",
            "title: a\n",
            "\ntitle: b\n",
            "telegram",
            "t.me/x",
            "T[.]me/",
            "Discord user",
            "tox id:",
            "session id:",
            "qq:",
            "npm install ",
            "npm i x",
            "pip3 install a",
            "npx x",
            "npm packages",
            "node.js module",
            "pypi  library",
            "com.evil.app",
            "org.a.B_2.c",
            "UA-12345-1",
            "G-ABCDEFGHIJ",
            "GTM-ABCD",
            "ca-pub-1234567890123456",
            "AW-123456789",
            "serial number",
            "Serial no.",
            "thumbprint",
            "\"",
            "`",
            "|",
            "“",
            "‘",
            " ",
            "\n",
            "é",
            "the word",
        ];
        let mut seed = 7u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize
        };
        for _ in 0..4000 {
            // Blanks between pieces keep words apart.
            let text: Vec<&str> = (0..random() % 6 + 1).map(|_| pieces[random() % pieces.len()]).collect();
            let text = text.join(" ");
            let mid = |s: usize, k: cues::Cue| {
                s > 0
                    && (text.as_bytes()[s - 1].is_ascii_alphanumeric() || text.as_bytes()[s - 1] == b'_')
                    && !matches!(k, cues::Cue::Agent | cues::Cue::Pipe | cues::Cue::Service | cues::Cue::Task)
                    // A quotation mark and a line break are no part of a word.
                    && !matches!(k, cues::Cue::Quoted | cues::Cue::Sigma)
            };
            let mut ours = Vec::new();
            cues::run(&text, |k, s, e| {
                ours.push((k, s, e));
                s + 1
            });
            let mut theirs = Vec::new();
            oracle.run(&text, |k, s, e| {
                if !mid(s, k) {
                    theirs.push((k, s, e));
                }
                s + 1
            });
            assert_eq!(ours, theirs, "{text:?}");
        }
    }
}
