//! Word lists of our own that the rules of this stage share. All lower case.

use super::prose::{Prose, Words, hash, words};
use std::sync::OnceLock;

/// Nouns that say "the name beside me is malware".
pub(super) const MALWARE: &Words = words!(
    "ransomware malware trojan backdoor rat stealer infostealer loader downloader dropper botnet worm wiper
     rootkit bootkit spyware keylogger implant cryptominer miner webshell raas stealers backdoors trojans bot
     virus adware infostealers"
);

/// Weaker ones: enough for a name that is clear by itself, not for an ordinary word.
pub(super) const MALWARE_WEAK: &Words = words!(
    "payload payloads sample samples variant variants infection infections family binary beacon beacons
     module modules strain dll executable"
);

/// Nouns that say "the name beside me is an actor".
pub(super) const ACTOR: &Words = words!(
    "group gang gangs actor actors apt crew hackers hacker operators operator affiliates affiliate cartel
     collective syndicate threat members cybercriminals hacktivists hacktivist adversary adversaries
     intrusion"
);

/// Nouns that say "the name beside me is a tool".
pub(super) const TOOL: &Words =
    words!("framework tool tools toolkit utility command kit c2 crypter packer software");

/// Words that come before a name they introduce.
pub(super) const NAMING: &Words = words!("dubbed named called nicknamed aka codenamed alias");

/// Verbs of which an actor is the subject.
pub(super) const ACTOR_VERBS: &Words = words!(
    "said claimed announced demanded threatened published posted recruited targets targeted targeting
     conducted conducts operates operated compromised breached attacked stole claims boasted leaked sent
     sends uses used leveraged leverages exploited deployed deploys"
);

/// Verbs of which malware is the object.
pub(super) const PUT_VERBS: &Words = words!(
    "deploy deploys deployed deploying deliver delivers delivered delivering drop drops dropped dropping
     install installs installed installing download downloads downloaded downloading execute executes
     executed executing distribute distributes distributed distributing spread spreads spreading load loads
     loaded loading run runs ran running inject injects injected injecting"
);

/// Spellings in name lists that are never taken for a name: words of the trade, bare nouns, file types.
const NEVER: &str = include_str!("../../data/never-names.txt");
/// Products, formats, firms, trade terms: never discovered as a name.
const PRODUCTS: &str = include_str!("../../data/product-words.txt");
/// Ordinary words that name lists hold as well: only with context.
const COMMON: &str = include_str!("../../data/common-words.txt");

fn set(cell: &'static OnceLock<Vec<u64>>, text: &'static str) -> &'static [u64] {
    cell.get_or_init(|| {
        let mut all: Vec<u64> = lines(text).map(|l| long_hash(&l.to_lowercase())).collect();
        all.sort_unstable();
        all
    })
}

/// Two 32-bit hashes of different seeds, so that a collision between a word and a list is out of question.
fn long_hash(word: &str) -> u64 {
    let low = word.bytes().fold(0x9dc5_u32, |h, b| h.rotate_left(7).wrapping_mul(0x9e37_79b1) ^ u32::from(b));
    u64::from(hash(word)) << 32 | u64::from(low)
}

/// Entries of a list file: one a line or several separated by commas; `#` starts a comment.
pub(super) fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .map(|l| l.split('#').next().unwrap_or(""))
        .flat_map(|l| l.split(','))
        .map(str::trim)
        .filter(|l| !l.is_empty())
}

/// Whether a normal form is no name, whatever a list says.
pub(super) fn never_a_name(form: &str) -> bool {
    static SET: OnceLock<Vec<u64>> = OnceLock::new();
    set(&SET, NEVER).binary_search(&long_hash(form)).is_ok()
}

/// Whether a normal form is an ordinary word or phrase.
pub(super) fn is_common(form: &str) -> bool {
    static SET: OnceLock<Vec<u64>> = OnceLock::new();
    set(&SET, COMMON).binary_search(&long_hash(form)).is_ok()
}

/// Whether a lower-case word is a product, a format, a firm or a trade term.
pub(super) fn is_product(word: &str) -> bool {
    static SET: OnceLock<Vec<u64>> = OnceLock::new();
    set(&SET, PRODUCTS).binary_search(&long_hash(word)).is_ok()
}

/// Words of negation or doubt before which a clause states nothing.
const DOUBT: &Words = words!(
    "not no never cannot without could may might would possibly potentially hypothetically likely probably
     perhaps presumably apparently unlikely unclear if whether neither nor unable failed prevent prevents block blocks blocked should unrelated similar
     resembles reminiscent suspect suspected rumored allegedly purportedly speculated theoretically don didn
     doesn isn wasn aren weren couldn hasn haven"
);

/// Whether a negation or a doubt stands among the words `from..to`.
pub(super) fn doubtful(prose: &Prose<'_>, from: usize, to: usize) -> bool {
    (from..to).any(|i| prose.is(i, DOUBT))
}

/// Whether a plain negation stands among the words `from..to`.
pub(super) fn negated(prose: &Prose<'_>, from: usize, to: usize) -> bool {
    (from..to).any(|i| prose.is(i, words!("not no never without neither nor cannot lack lacks lacked")))
}
