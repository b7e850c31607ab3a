//! How a text introduces a name: `a backdoor dubbed X`, `we track the cluster as X`, `the X banking trojan`,
//! `X is a loader`, `Y (aka X)`.
//!
//! Every pattern gives votes for a form; [`super::discover`] adds them up over the document.

use super::discover::{Ballot, is_camel, name_like};
use super::forms::label;
use super::mention::Mention;
use super::prose::{Line, Prose, Shape, Words, words};
use super::words;
use crate::EntityKind;

/// Words that may stand between a name and the noun that says what it is: `X banking trojan`.
const MODIFIERS: &Words = words!(
    "banking information info stealing remote access credential credentials data modular custom new open source
     android linux windows macos mobile maldoc document malicious exploit point of sale file based cross platform
     commodity backdoor malware ransomware trojan botnet downloader advanced persistent threat apt cyber espionage
     cybercrime cybercriminal hacking extortion hacktivist initial rust go python java powershell memory net python
     post exploitation command and control c2 known sophisticated fully featured full previously undocumented
     multi functional multifunctional popular notorious financially motivated state sponsored"
);

/// Words that may stand between a noun and the verb that names it: `the loader, which we have dubbed X`.
const BETWEEN: &Words = words!(
    "that which who we it they is was are were has have been also internally commonly publicly often widely
     researchers researcher team analysts security by firms other others the he currently previously now first
     been being vendors colloquially tentatively as to referred known tracked family itself we us variant
     strain authors developers"
);

/// Verbs of naming that take `as`: `tracked as X`, `refer to it as X`.
const NAMES_AS: &Words = words!(
    "known tracked track tracks tracking dubbed identified identify referred refer refers designated designate
     designates named labeled labelled label labels categorized clustered monitored monitors monitor"
);

/// Ends of names that mostly mean malware.
const SUFFIXES: &[&str] = &[
    "Loader",
    "RAT",
    "Rat",
    "Stealer",
    "Bot",
    "Locker",
    "Crypt",
    "Crypter",
    "Miner",
    "Wiper",
    "Door",
    "Logger",
    "Dropper",
    "Grabber",
    "Spy",
    "Ransom",
    "Downloader",
    "Clipper",
    "Blaster",
    "Wire",
];

/// Kinds of malware, several of them.
const PLURALS: &Words = words!(
    "rats botnets loaders downloaders worms wipers trojans families malware ransomware bots backdoors stealers
     infostealers implants droppers bankers keyloggers strains"
);

/// Votes for the name that starts at word `i`, if one does.
pub(super) fn introduced(prose: &Prose<'_>, line: &Line, i: usize, ballot: &mut Ballot) {
    if let Some(to) = label(prose, line, i)
        && i > line.from
        && let Some(kind) = named(prose, line, i, true)
    {
        ballot.vote(prose, line, i, to, kind, 3, true);
        return;
    }
    if !name_like(prose, line, i) {
        return;
    }
    let single = prose.span(i, i + 1).of(prose.text);
    let camel = is_camel(single);
    // A longer run of capitals is introduced as a whole.
    let mut to = i + 1;
    while to < line.to && to < i + 3 && prose.gap(to - 1) == " " && name_like(prose, line, to) {
        to += 1;
    }
    let preceded = i > line.from && prose.gap(i - 1) == " " && name_like(prose, line, i - 1);
    let before = if i > line.from { prose.gap(i - 1) } else { "" };
    let quoted = matches!(before, " “" | " \"" | " ‘" | " '" | " *" | " **" | " `");
    if words::as_product(prose, line.from, i, i + 1, line.to) {
        ballot.product(prose, i);
        return;
    }
    if words::owns_product(prose, i + 1, line.to) {
        return;
    }
    if camel && SUFFIXES.iter().any(|s| single.len() > s.len() && single.ends_with(s)) {
        ballot.shape(prose, i);
    }
    if i > line.from && !preceded && (before == " " || quoted) {
        let b = i - 1;
        let brings = prose.is(
            b,
            words!(
                "deliver delivers delivered delivering distribute distributes distributed distributing drop
                 drops dropped dropping deploy deploys deployed deploying"
            ),
        );
        let infects = camel
            && prose.is(b, words!("with"))
            && (b.saturating_sub(4).max(line.from)..b)
                .any(|k| prose.is(k, words!("infect infects infected infecting infections compromised")));
        if brings || infects || (camel && prose.is(b, words::PUT_VERBS)) {
            ballot.vote(prose, line, i, i + 1, EntityKind::Malware, 1, false);
        }
        let plain = camel || quoted || prose.shape(i) == Shape::Upper || to > i + 1;
        if let Some(kind) = named(prose, line, i, plain) {
            ballot.vote(prose, line, i, to, kind, 3, true);
            return;
        }
        // `the backdoor X`: only for a form that is plainly a name.
        if (camel || quoted)
            && let Some(kind) = head(prose, b).filter(|k| *k != EntityKind::Campaign || quoted)
            && !prose.word(b).ends_with('s')
        {
            // What is merely beside the word `cluster` may be one of activity.
            let kind = if prose.is(b, words!("cluster")) { EntityKind::Campaign } else { kind };
            ballot.vote(prose, line, i, if camel { i + 1 } else { to }, kind, 2, false);
        }
        // `trojans such as X`, `the malware is X`
        let listed = prose.is(b, words!("like including"))
            || (b > line.from && prose.is(b, words!("as")) && prose.is(b - 1, words!("such")));
        let low = b.saturating_sub(4).max(line.from);
        if (listed && (low..b).any(|k| prose.is(k, PLURALS)))
            || (camel && prose.is(b, words!("is was")) && b > line.from && prose.is(b - 1, words::MALWARE))
        {
            ballot.vote(prose, line, i, i + 1, EntityKind::Malware, if camel { 2 } else { 1 }, false);
        }
    }
    // `X is being used as the final payload`
    if camel
        && prose.gap(i) == " "
        && prose.is(i + 1, words!("is was"))
        && (i + 2..line.to.min(i + 9)).any(|k| prose.is(k, words!("payload implant backdoor malware")))
        && (i + 2..line.to.min(i + 6))
            .any(|k| prose.is(k, words!("used delivered deployed distributed dropped")))
    {
        ballot.vote(prose, line, i, i + 1, EntityKind::Malware, 1, false);
    }
    // `the final payload (X)`
    if camel && before == " (" && (prose.is(i - 1, words::MALWARE) || prose.is(i - 1, words::MALWARE_WEAK)) {
        ballot.vote(prose, line, i, i + 1, EntityKind::Malware, 1, false);
    }
    if preceded || to >= line.to {
        return;
    }
    beside(prose, line, i, to, camel, quoted, ballot);
    described(prose, line, i, to, camel || quoted, ballot);
}

/// `X stealer`, `the X banking trojan`, `X Stealer`
fn beside(
    prose: &Prose<'_>,
    line: &Line,
    i: usize,
    to: usize,
    camel: bool,
    quoted: bool,
    ballot: &mut Ballot,
) {
    let shape = prose.shape(i);
    let length = prose.word(i).len();
    let strong = camel
        || quoted
        || (length >= 4 && shape == Shape::Upper)
        || (i > line.from && shape == Shape::Title && length >= 4);
    if !strong {
        return;
    }
    let title_only = !camel && !quoted && shape != Shape::Upper;
    let gap = prose.gap(to - 1);
    if matches!(gap, " " | "” " | "\" " | "’ " | "' " | "** " | "* ") && prose.shape(to) == Shape::Lower {
        let Some((k, kind)) = noun(prose, line, to) else {
            // `X variant`, `X sample`
            let weak = prose.is(to, words!("payload payloads sample samples"));
            if (!title_only && prose.is(to, words::MALWARE_WEAK)) || (i > line.from && weak) {
                ballot.vote(prose, line, i, to, EntityKind::Malware, 1, false);
            }
            return;
        };
        // `X group` needs a plainer form than `X ransomware`.
        let vague = prose.is(
            k,
            words!(
                "group actor actors tool tools framework kit operators operation campaign software bot builder
                 collective hackers cluster crew"
            ),
        );
        if vague && title_only {
            return;
        }
        let the = i > line.from && prose.is(i - 1, words!("the"));
        ballot.vote(prose, line, i, to, kind, if title_only && !the { 1 } else { 2 }, false);
    } else if gap == " "
        && prose.is(to, words!("rat stealer loader ransomware backdoor"))
        && prose.capital(to)
        // `the Mentioned RAT`
        && (camel || !prose.word(i).ends_with("ed"))
    {
        ballot.vote(prose, line, i, to + 1, EntityKind::Malware, if camel { 2 } else { 1 }, camel);
    }
}

/// `X is a modular backdoor`, `X: the underground's favourite builder`, `X, a loader`
fn described(prose: &Prose<'_>, line: &Line, i: usize, to: usize, plain: bool, ballot: &mut Ballot) {
    let gap = prose.gap(to - 1);
    let mut k = to;
    if gap == " " && prose.is(k, words!("is was")) && prose.gap(k) == " " {
        k += 1;
    } else if !(plain && matches!(gap, ", " | ": ")) {
        return;
    }
    if !prose.is(k, words!("a an the another")) {
        return;
    }
    for n in k + 1..line.to.min(k + 8) {
        if !matches!(prose.gap(n - 1), " " | "-" | "\u{a0}" | "’" | "'")
            || prose.is(n, words!("for of that which"))
        {
            return;
        }
        // The noun is the last of its phrase: `a malware family`, but not `a malware analyst`.
        let ends = n + 1 >= line.to
            || prose.gap(n) != " "
            || prose.is(
                n + 1,
                words!("that which with written used first and designed sold known family for from by in"),
            );
        if let Some(kind) = head(prose, n)
            && ends
        {
            let vague =
                !plain && prose.is(n, words!("group tool actor framework operation campaign kit collective"));
            if !vague {
                ballot.vote(prose, line, i, to, kind, 2, false);
            }
            return;
        }
    }
}

/// The noun that follows at `at`, after at most four modifiers.
fn noun(prose: &Prose<'_>, line: &Line, at: usize) -> Option<(usize, EntityKind)> {
    let mut found = None;
    for k in at..line.to.min(at + 5) {
        if k > at && !matches!(prose.gap(k - 1), " " | "-" | "\u{a0}") {
            break;
        }
        if let Some(kind) = head(prose, k) {
            // The last noun decides: `X ransomware group`.
            found = Some((k, kind));
        } else if !prose.is(k, MODIFIERS) {
            break;
        }
    }
    found
}

/// Whether a verb of naming stands before word `i`, and what it names.
fn named(prose: &Prose<'_>, line: &Line, i: usize, plain: bool) -> Option<EntityKind> {
    let at = |k: usize, list: &Words| k >= line.from && k < i && prose.is(k, list);
    let mut b = i.checked_sub(1)?;
    if at(b, words!("the")) && b > line.from {
        b -= 1;
    }
    // Where the phrase of naming begins, and whether it is one of tracking.
    let (start, tracks) = if at(b, words!("as")) {
        let low = b.saturating_sub(8).max(line.from);
        let verb = (low..b)
            .rev()
            .take_while(|k| !prose.gap(*k).contains([';', '(', ':']))
            .find(|k| at(*k, NAMES_AS))?;
        // `track the cluster as X`: the object is the noun.
        let object = (verb + 1..b).rev().find_map(|k| head(prose, k));
        if let Some(kind) = object {
            return (!words::doubtful(prose, verb.saturating_sub(3).max(line.from), verb)).then_some(kind);
        }
        // What stands between must not be another thing: `known for its use as X`.
        let clean = (verb + 1..b).all(|k| {
            prose.is(k, BETWEEN)
                || prose.capital(k)
                || prose.is(k, words!("this activity these to under name"))
        });
        if !clean {
            return None;
        }
        (verb, prose.is(verb, words!("tracked track tracks tracking clustered monitors monitor monitored")))
    } else if at(b, words::NAMING) || at(b, words!("call calls dub dubs term")) {
        (b, false)
    } else if at(b, words!("itself themselves"))
        && at(b.saturating_sub(1), words!("calls call calling called"))
    {
        // `a variant that calls itself X`
        return Some(
            (b.saturating_sub(8).max(line.from)..b)
                .rev()
                .find_map(|k| head(prose, k))
                .unwrap_or(EntityKind::Malware),
        );
    } else if at(b, words!("alias aliases name names moniker handle")) && b >= line.from + 2 {
        // `known by the alias X`, `operating under the name X`
        let by = (b.saturating_sub(3).max(line.from)..b).find(|k| prose.is(*k, words!("by under")))?;
        (by, false)
    } else {
        return None;
    };
    // `It is not a backdoor called X`
    if words::doubtful(prose, start.saturating_sub(2).max(line.from), start)
        || words::negated(prose, start.saturating_sub(4).max(line.from), start)
    {
        return None;
    }
    let mut k = start;
    for _ in 0..9 {
        if k == line.from {
            break;
        }
        if matches!(prose.gap(k - 1), "; " | ": " | ". ") {
            break;
        }
        k -= 1;
        if let Some(kind) = head(prose, k) {
            return Some(kind);
        }
        if prose.is(k, words!("activity")) && tracks {
            return Some(EntityKind::Actor);
        }
        let passes = prose.is(k, BETWEEN) || (prose.capital(k) && k > line.from) || prose.word(k).len() == 1;
        if !passes {
            // Another noun is named: `a website called X`; only tracking is of actors alone.
            return (tracks && plain).then_some(EntityKind::Actor);
        }
    }
    // `which we dubbed X`, the noun in the sentence before: malware is what is mostly dubbed so.
    let coined = plain && prose.is(start, words!("dubbed dub dubs call"));
    match (tracks && plain, coined) {
        (true, _) => Some(EntityKind::Actor),
        (_, true) => Some(EntityKind::Malware),
        _ => None,
    }
}

/// What the noun at word `k` says of a name beside it.
fn head(prose: &Prose<'_>, k: usize) -> Option<EntityKind> {
    if prose.is(k, words::MALWARE) {
        Some(EntityKind::Malware)
    } else if prose.is(
        k,
        words!(
            "group gang actor crew cartel operators collective syndicate hackers cluster actors adversary
             attacker attackers cybercriminals subgroup subcluster"
        ),
    ) {
        Some(EntityKind::Actor)
    } else if prose.is(k, words!("framework tool toolkit builder crypter packer kit toolset")) {
        Some(EntityKind::Tool)
    } else if prose.is(k, words!("campaign operation")) {
        Some(EntityKind::Campaign)
    } else {
        None
    }
}

/// Names that the text sets equal to a known one: `Emotet (aka X)`, `X, also known as Emotet`.
pub(super) fn aliases(prose: &Prose<'_>, mentions: &[Mention], ballot: &mut Ballot) {
    for (n, m) in mentions.iter().enumerate() {
        if !matches!(m.kind, EntityKind::Actor | EntityKind::Malware | EntityKind::Tool) {
            continue;
        }
        let Some(line) = prose.lines.get(m.line) else { continue };
        let next = mentions.get(n + 1).map_or(usize::MAX, |m| m.from);
        if let Some(start) = equation(prose, line, m.to) {
            let mut at = start;
            // Each member of the list until something else stands there.
            while let Some(to) = run(prose, line, at, next) {
                ballot.alias(prose, line, at, to, m);
                let comma = matches!(prose.gap(to - 1), ", " | "/" | " / ");
                let and = prose.gap(to - 1) == " " && prose.is(to, words!("and or"));
                let both = comma && prose.is(to, words!("and or"));
                if !(comma || and) {
                    break;
                }
                at = to + usize::from(and || both);
            }
        }
        // `X (aka Emotet)`
        let low = m.from.saturating_sub(4).max(line.from + 1);
        for k in low..m.from {
            if matches!(prose.gap(k - 1), " (" | ", " | ", (") && equation(prose, line, k) == Some(m.from) {
                let mut from = k;
                while from > line.from
                    && k - from < 3
                    && name_like(prose, line, from - 1)
                    && (from == k || prose.gap(from - 1) == " ")
                {
                    from -= 1;
                }
                let free = n == 0 || mentions.get(n - 1).is_none_or(|m| m.to <= from);
                if from < k && free && (from > line.from || k - from > 1 || is_camel(prose.word(from))) {
                    ballot.alias(prose, line, from, k, m);
                }
            }
        }
    }
}

/// Where the name after `aka` begins, if that is what stands at `at` after a bracket, a comma or a blank.
fn equation(prose: &Prose<'_>, line: &Line, at: usize) -> Option<usize> {
    if !matches!(prose.gap(at.checked_sub(1)?), " (" | ", " | " " | ", (") {
        return None;
    }
    let is = |k: usize, list: &Words| k < line.to && prose.is(k, list);
    let mut k = at;
    if is(k, words!("is are was")) {
        k += 1;
    }
    while is(k, words!("also formerly previously otherwise commonly sometimes publicly better")) {
        k += 1;
    }
    if is(k, words!("aka alias")) && k + 1 < line.to {
        return Some(k + 1);
    }
    if is(k, words!("a")) && is(k + 1, words!("k")) && is(k + 2, words!("a")) && k + 3 < line.to {
        return Some(k + 3);
    }
    let verb = is(k, words!("known tracked"));
    (verb && is(k + 1, words!("as")) && k + 2 < line.to).then_some(k + 2)
}

/// A run of capitalised words that starts at `at` and ends before `limit`.
fn run(prose: &Prose<'_>, line: &Line, at: usize, limit: usize) -> Option<usize> {
    if let Some(to) = label(prose, line, at)
        && to <= limit
    {
        return Some(to);
    }
    let mut to = at;
    while to < line.to.min(limit)
        && to < at + 3
        && name_like(prose, line, to)
        && (to == at || prose.gap(to - 1) == " ")
    {
        to += 1;
    }
    (to > at).then_some(to)
}
