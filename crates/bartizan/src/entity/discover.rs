//! Names in no list that the text itself introduces.
//!
//! By their form (`UNC1234`, `Storm-0558`, `Salt Typhoon`), by an introduction (`a backdoor dubbed X`), or by a noun
//! beside them (`the X stealer`). What is found once so is then looked for in the whole text.

use super::mention::Mention;
use super::phrases::{Phrases, normal};
use super::prose::{Line, Prose, Shape, Words, words};
use super::words;
use crate::{BlockKind, EntityKind, Provenance};
use std::collections::BTreeMap;

/// Prefixes that with a number make an actor's name, and how many digits follow.
const NUMBERED: &[(&str, usize, usize)] = &[
    ("unc", 3, 5),
    ("apt", 1, 3),
    ("fin", 1, 2),
    ("ta", 3, 4),
    ("storm", 4, 4),
    ("dev", 4, 4),
    ("tag", 2, 3),
    ("uac", 4, 4),
    ("uat", 3, 5),
    ("tg", 4, 4),
];

/// Second words that two vendors give to actors.
const SURNAMES: &Words = words!(
    "typhoon blizzard sandstorm sleet tempest tsunami cyclone hail panda bear kitten spider chollima jackal
     leopard buffalo ocelot sphinx"
);

/// Votes for one discovered form.
#[derive(Default)]
struct Candidate {
    /// As first written.
    name: String,
    actor: u32,
    malware: u32,
    tool: u32,
    campaign: u32,
    /// Introduced outright (`dubbed X`), or of an unmistakable form.
    certain: bool,
}

/// Adds mentions of names by their form and by how the text introduces them.
pub(super) fn extend(prose: &Prose<'_>, mentions: &mut Vec<Mention>) {
    let mut candidates: BTreeMap<String, Candidate> = BTreeMap::new();
    let mut taken = Taken { mentions, at: 0 };
    for line in &prose.lines {
        let title = prose.title_case(line);
        for i in line.from..line.to {
            if taken.holds(i) || prose.words.get(i).is_none_or(|w| w.masked) {
                continue;
            }
            if let Some(name) = operation(prose, line, i, title) {
                let c = candidates.entry(normal(&name)).or_default();
                if c.name.is_empty() {
                    c.name = name;
                }
                c.campaign += 3;
                c.certain = true;
                continue;
            }
            if let Some((to, name)) = numbered(prose, line, i).or_else(|| surname(prose, line, i, title)) {
                let c = candidates.entry(normal(prose.span(i, to).of(prose.text))).or_default();
                if c.name.is_empty() {
                    c.name = name;
                }
                c.actor += 3;
                c.certain = true;
                continue;
            }
            if !title {
                introduced(prose, line, i, &mut candidates);
            }
        }
    }
    candidates.retain(|form, _| !words::never_a_name(form) && !words::is_common(form));
    if candidates.is_empty() {
        return;
    }
    let index = Phrases::new(candidates.iter().map(|(form, c)| (form.clone(), c.name.clone())).collect());
    let mut places: BTreeMap<String, Vec<(usize, usize, usize)>> = BTreeMap::new();
    let mut taken = Taken { mentions, at: 0 };
    for (l, line) in prose.lines.iter().enumerate() {
        let mut i = line.from;
        while i < line.to {
            let hit = index.at(prose, i, line.to).next().map(|(n, name)| (n, name.clone()));
            let Some((n, name)) = hit else {
                i += 1;
                continue;
            };
            let free = !(i..i + n).any(|k| prose.words.get(k).is_none_or(|w| w.masked)) && !taken.holds(i);
            let written = prose.span(i, i + n).of(prose.text);
            // Discovered names keep their capitals; a whole line in capitals is forgiven.
            let same = written == name || (written.len() > 4 && written == name.to_uppercase());
            let form = normal(written);
            if free && (same || candidates.get(&form).is_some_and(|c| c.certain && prose.capital(i))) {
                places.entry(form).or_default().push((i, i + n, l));
            }
            i += n;
        }
    }
    let mut new = Vec::new();
    for (form, places) in &places {
        let Some(c) = candidates.get(form) else { continue };
        let votes = c.actor + c.malware + c.tool + c.campaign;
        let camel = c.name.split(' ').any(is_camel);
        let enough = c.certain
            || votes >= 4
            || (votes >= 2 && camel && places.len() >= 2)
            || (votes >= 2 && places.len() >= 4);
        if !enough {
            continue;
        }
        // `the X campaign` is mostly called after an actor or a malware.
        let campaign = if c.certain || c.actor + c.malware == 0 { c.campaign } else { 0 };
        let (_, kind) = [
            (campaign, EntityKind::Campaign),
            (c.tool, EntityKind::Tool),
            (c.actor, EntityKind::Actor),
            (c.malware, EntityKind::Malware),
        ]
        .into_iter()
        .max_by_key(|(n, _)| *n)
        .unwrap_or((0, EntityKind::Malware));
        for &(from, to, line) in places {
            new.push(Mention {
                kind,
                name: c.name.clone(),
                id: None,
                role: None,
                confidence: if c.certain { 0.75 } else { 0.6 },
                provenance: Provenance::Inferred,
                span: prose.span(from, to),
                from,
                to,
                line,
            });
        }
    }
    mentions.extend(new);
    mentions.sort_by_key(|m| (m.span.start, m.span.end));
}

/// Walks along the words that mentions have taken.
struct Taken<'m> {
    mentions: &'m [Mention],
    at: usize,
}

impl Taken<'_> {
    fn holds(&mut self, i: usize) -> bool {
        while self.mentions.get(self.at).is_some_and(|m| m.to <= i) {
            self.at += 1;
        }
        self.mentions.get(self.at).is_some_and(|m| m.from <= i)
    }
}

/// `UNC1234`, `Storm-0558`, `APT-C-36`
fn numbered(prose: &Prose<'_>, line: &Line, i: usize) -> Option<(usize, String)> {
    let word = prose.word(i);
    if !prose.capital(i) || word.len() > 12 {
        return None;
    }
    let digits = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
    let (head, tail) = word.split_at_checked(digits)?;
    let &(_, low, high) = NUMBERED.iter().find(|(p, _, _)| p.eq_ignore_ascii_case(head))?;
    let all_digits = |t: &str| (low..=high).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    let upper = head.bytes().all(|b| b.is_ascii_uppercase());
    if !tail.is_empty() {
        return (upper && all_digits(tail)).then(|| (i + 1, word.to_owned()));
    }
    if i + 1 >= line.to || !(upper || head == "Storm") {
        return None;
    }
    let gap = prose.gap(i);
    let next = prose.word(i + 1);
    if all_digits(next) && (gap == "-" || (gap == " " && head == "APT")) {
        // `TA-505` is no style of theirs, `TAG-70` and `DEV-0537` are.
        return Some((i + 2, prose.span(i, i + 2).of(prose.text).to_owned()));
    }
    // `APT-C-36`
    if head == "APT"
        && gap == "-"
        && next == "C"
        && i + 2 < line.to
        && prose.gap(i + 1) == "-"
        && prose.shape(i + 2) == Shape::Number
    {
        return Some((i + 3, prose.span(i, i + 3).of(prose.text).to_owned()));
    }
    None
}

/// `Salt Typhoon`, `Wicked Panda`
fn surname(prose: &Prose<'_>, line: &Line, i: usize, title: bool) -> Option<(usize, String)> {
    let capital = |k: usize| matches!(prose.shape(k), Shape::Title | Shape::Upper);
    if i + 1 >= line.to
        || title
        || !capital(i)
        || !capital(i + 1)
        || !prose.is(i + 1, SURNAMES)
        || prose.gap(i) != " "
    {
        return None;
    }
    // `The Bear`, `Super Typhoon Haiyan`
    let next = i + 2 < line.to && prose.gap(i + 1) == " " && prose.capital(i + 2);
    if next
        || i == line.from
        || prose.word(i).len() < 4
        || is_product(prose.word(i))
        || prose.is(i, words!("super polar black giant brown teddy grizzly red"))
    {
        return None;
    }
    Some((i + 2, prose.span(i, i + 2).of(prose.text).to_owned()))
}

/// `Operation Dream Job`
fn operation(prose: &Prose<'_>, line: &Line, i: usize, title: bool) -> Option<String> {
    if title || !prose.is(i, words!("operation")) || prose.shape(i) != Shape::Title {
        return None;
    }
    let mut to = i + 1;
    while to < line.to
        && to < i + 4
        && prose.gap(to - 1) == " "
        && prose.capital(to)
        && prose.word(to).len() > 1
        && !is_product(prose.word(to))
    {
        to += 1;
    }
    (to > i + 1).then(|| prose.span(i, to).of(prose.text).to_owned())
}

/// `a backdoor dubbed X`, `the X stealer`, `ransomware family X`
fn introduced(prose: &Prose<'_>, line: &Line, i: usize, candidates: &mut BTreeMap<String, Candidate>) {
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
    let mut vote = |to: usize, kind: EntityKind, weight: u32, certain: bool| {
        let name = prose.span(i, to).of(prose.text);
        let c = candidates.entry(normal(name)).or_default();
        if c.name.is_empty() {
            c.name = name.to_owned();
        }
        match kind {
            EntityKind::Actor => c.actor += weight,
            EntityKind::Tool => c.tool += weight,
            EntityKind::Campaign => c.campaign += weight,
            _ => c.malware += weight,
        }
        c.certain |= certain;
    };
    // `dubbed X`
    if i > line.from + 1 && !preceded && (before == " " || quoted) {
        let b = i - 1;
        let brings = prose.is(
            b,
            words!(
                "deliver delivers delivered delivering distribute distributes distributed distributing drop
                 drops dropped dropping deploy deploys deployed deploying"
            ),
        );
        if brings || (camel && prose.is(b, words::PUT_VERBS)) {
            vote(i + 1, EntityKind::Malware, 1, false);
        }
        let naming = prose.is(b, words::NAMING)
            || (prose.is(b, words!("as")) && prose.is(b - 1, words!("known tracked dubbed")))
            || (prose.is(b, words!("call")) && prose.is(b - 1, words!("we")));
        if naming {
            let near = (b.saturating_sub(9).max(line.from)..b).rev().find_map(|k| head(prose, k));
            // `which we dubbed X` with the noun in the sentence before: malware is what is mostly dubbed so.
            let coined = prose.is(b, words!("dubbed")) && (camel || quoted || prose.shape(i) == Shape::Upper);
            let kind = near.or(coined.then_some(EntityKind::Malware));
            if let Some(kind) = kind
                && !words::doubtful(prose, b.saturating_sub(2).max(line.from), b)
            {
                vote(to, kind, 3, true);
                return;
            }
        }
        // `the backdoor X`: only for a form that is plainly a name.
        if (camel || quoted)
            && let Some(kind) = head(prose, b).filter(|k| *k != EntityKind::Campaign || quoted)
        {
            let plural = prose.word(b).ends_with('s');
            if !plural {
                vote(to, kind, 2, false);
            }
        }
    }
    // `X stealer`
    let strong = camel
        || quoted
        || (single.len() >= 4 && prose.shape(i) == Shape::Upper)
        || (i > line.from && prose.shape(i) == Shape::Title && single.len() >= 4);
    if strong && !preceded && to < line.to {
        let gap = prose.gap(to - 1);
        let beside = matches!(gap, " " | "” " | "\" " | "’ " | "' " | "** " | "* ");
        if beside
            && prose.shape(to) == Shape::Lower
            && let Some(kind) = head(prose, to)
        {
            // `X group` needs a plainer form than `X ransomware`.
            let title_only = !camel && !quoted && prose.shape(i) != Shape::Upper;
            let vague = prose.is(
                to,
                words!(
                    "group actor actors tool tools framework kit operators operation campaign software bot"
                ),
            );
            if !(vague && title_only) {
                vote(to, kind, if title_only { 1 } else { 2 }, false);
            }
        } else if gap == " "
            && prose.is(to, words!("rat stealer loader ransomware backdoor"))
            && prose.capital(to)
        {
            vote(to + 1, EntityKind::Malware, if camel { 2 } else { 1 }, camel);
        }
    }
}

/// What the noun at word `k` says of a name beside it.
fn head(prose: &Prose<'_>, k: usize) -> Option<EntityKind> {
    if prose.is(k, words::MALWARE) {
        Some(EntityKind::Malware)
    } else if prose
        .is(k, words!("group gang actor crew cartel operators collective syndicate hackers cluster"))
    {
        Some(EntityKind::Actor)
    } else if prose.is(k, words!("framework tool toolkit builder crypter packer kit")) {
        Some(EntityKind::Tool)
    } else if prose.is(k, words!("campaign operation")) {
        Some(EntityKind::Campaign)
    } else {
        None
    }
}

/// A capitalised word that could be a name.
fn name_like(prose: &Prose<'_>, line: &Line, i: usize) -> bool {
    let word = prose.word(i);
    let capital = match prose.shape(i) {
        Shape::Title | Shape::Upper => true,
        Shape::Mixed => word.chars().any(char::is_uppercase),
        _ => false,
    };
    capital
        && (3..=24).contains(&word.len())
        && word.is_ascii()
        && !is_product(word)
        && prose.words.get(i).is_some_and(|w| !w.masked)
        && !matches!(prose.kind(line), BlockKind::Heading(_) | BlockKind::TableCell { header: true, .. })
        && !words::never_a_name(&word.to_ascii_lowercase())
        // File names and members of code.
        && !(i + 1 < line.to && matches!(prose.gap(i), "." | "_" | "(" | "=") && prose.shape(i + 1) == Shape::Lower)
        && !(i > line.from && matches!(prose.gap(i - 1), "." | "_" | "=" | "/" | "$" | "%" | "#"))
}

/// An inner capital, or letters and digits mixed: `MirrorBlast`, `FK_Undead`, `M00nD3V`.
fn is_camel(word: &str) -> bool {
    let lower = word.chars().any(|c| c.is_ascii_lowercase());
    let inner = word.chars().skip(1).any(|c| c.is_ascii_uppercase());
    let start = word.chars().next().is_some_and(|c| c.is_ascii_uppercase());
    let digit_inside = word.len() > 4
        && word.char_indices().any(|(i, c)| c.is_ascii_digit() && i > 0 && i + 1 < word.len())
        && word.chars().filter(|c| c.is_ascii_alphabetic()).count() >= 3;
    (lower && inner && (start || word.len() >= 5)) || (digit_inside && lower)
}

/// Whether the word is a product, a format, a firm or a trade term.
fn is_product(word: &str) -> bool {
    words::is_product(&word.to_ascii_lowercase())
}
