//! Places, sectors, public bodies and firms, from lists of our own; and the part each plays, by cue.

use super::mention::Mention;
use super::phrases::{Phrases, Writing, normal, writing};
use super::prose::{Line, Prose, Shape, Words, words};
use super::words;
use crate::{EntityKind, Provenance};
use std::collections::BTreeMap;

const PLACES: &str = include_str!("../../data/places.tsv");
const SECTORS: &str = include_str!("../../data/sectors.tsv");
const BODIES: &str = include_str!("../../data/bodies.tsv");

/// What a phrase of the lists means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    what: What,
    /// ISO code, sector value, or role.
    id: &'static str,
    /// Preferred name.
    name: &'static str,
    listed: &'static str,
    /// Needs more than the word.
    weak: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Place,
    /// An adjective or a people: `Russian`.
    Demonym,
    Sector,
    Body,
}

/// The lists, ready for look-up.
pub(super) type Gazette = Phrases<Vec<Term>>;

/// Rows of a list: fields separated by `|`, comments and blank lines left out.
fn rows(text: &'static str) -> impl Iterator<Item = [&'static str; 3]> {
    text.lines().filter(|l| !l.starts_with('#')).filter_map(|l| {
        let mut fields = l.splitn(3, '|').map(str::trim);
        Some([fields.next()?, fields.next()?, fields.next().unwrap_or("")])
    })
}

/// Reads the lists.
pub(super) fn index() -> Gazette {
    let mut forms: BTreeMap<String, Vec<Term>> = BTreeMap::new();
    let mut add = |what, id, name, listed: &'static str, weak| {
        let listed_plain = listed.trim_start_matches('?');
        let form = normal(listed_plain);
        if !form.is_empty() {
            let weak = weak || listed.starts_with('?');
            forms.entry(form).or_default().push(Term { what, id, name, listed: listed_plain, weak });
        }
    };
    let items = |list: &'static str| list.split(',').map(str::trim).filter(|n| !n.is_empty());
    for [id, names, demonyms] in rows(PLACES) {
        let name = names.split(',').next().unwrap_or("").trim().trim_start_matches('?');
        items(names).for_each(|n| add(What::Place, id, name, n, false));
        items(demonyms).for_each(|n| add(What::Demonym, id, name, n, false));
    }
    for [id, strong, weak] in rows(SECTORS) {
        items(strong).for_each(|n| add(What::Sector, id, id, n, false));
        items(weak).for_each(|n| add(What::Sector, id, id, n, true));
    }
    for [role, name, others] in rows(BODIES) {
        add(What::Body, role, name, name, false);
        items(others).for_each(|n| add(What::Body, role, name, n, false));
    }
    Phrases::new(forms)
}

/// Nouns that make a weak sector word a sector.
const SECTOR_NOUNS: &Words = words!(
    "sector sectors industry industries companies organizations organisations firms entities institutions
     providers verticals agencies organization company contractors"
);

/// Verbs and nouns of attack before what is attacked.
const TARGETING: &Words = words!(
    "target targets targeted targeting attack attacks attacked attacking compromised compromising compromise
     hit hitting victims victim infected breached spied spying infiltrated infiltrating targetting"
);

/// Words that open a thing against which something is directed.
const DIRECTED: &Words = words!(
    "attacks attack campaign campaigns operation operations espionage activity activities intrusions used
     deployed directed launched conducted carried cyberattacks cyberattack"
);

/// Nouns after a demonym that make it the actor's origin.
const ORIGIN_NOUNS: &Words = words!(
    "hackers hacker actor actors threat apt group groups gang cybercriminals nexus linked aligned backed
     sponsored affiliated hacking cyberespionage cyberspies operatives hacktivists hacktivist adversary
     adversaries apts attackers"
);

/// Mentions of places, sectors and listed bodies, in text order; `names` are spans that names have taken.
pub(super) fn find(prose: &Prose<'_>, gazette: &Gazette, taken: &[Mention]) -> Vec<Mention> {
    let mut out: Vec<Mention> = Vec::new();
    let publisher = prose.document.metadata.publisher.as_deref().map(normal).unwrap_or_default();
    let mut next_taken = 0;
    for (l, line) in prose.lines.iter().enumerate() {
        let mut i = line.from;
        let mut shouting = None;
        while i < line.to {
            while taken.get(next_taken).is_some_and(|m| m.to <= i) {
                next_taken += 1;
            }
            if let Some(m) = taken.get(next_taken)
                && m.from <= i
            {
                i = m.to.max(i + 1);
                continue;
            }
            let mut next = i + 1;
            for (n, terms) in gazette.at(prose, i, line.to) {
                let to = i + n;
                if prose.words.get(i).is_some_and(|w| w.masked) {
                    break;
                }
                let found = terms.iter().find(|t| {
                    let shouting = || *shouting.get_or_insert_with(|| is_shouting(prose, line));
                    accepts(prose, line, i, to, t, &out, shouting)
                });
                if let Some(t) = found {
                    out.push(mention(prose, l, line, i, to, t, &publisher));
                    next = to;
                    break;
                }
            }
            i = next;
        }
    }
    out
}

/// A line in capitals throughout: `CONTACT US`.
fn is_shouting(prose: &Prose<'_>, line: &Line) -> bool {
    (line.from..line.to).all(|i| !matches!(prose.shape(i), Shape::Lower | Shape::Title))
        && line.to - line.from > 1
}

fn accepts(
    prose: &Prose<'_>,
    line: &Line,
    from: usize,
    to: usize,
    term: &Term,
    before: &[Mention],
    shouting: impl FnOnce() -> bool,
) -> bool {
    let style = writing(prose, from, to, term.listed);
    match term.what {
        What::Place | What::Demonym => {
            let short = term.listed.len() <= 4 && term.listed.bytes().all(|b| b.is_ascii_uppercase());
            if style == Writing::Lower || (short && (style != Writing::Exact || shouting())) {
                return false;
            }
            if prose.shape(from) == Shape::Mixed {
                return false;
            }
            // A person or a firm is called so: `Jordan Smith`; `China Ocean Shipping` is a body.
            let next_capital =
                to < line.to && prose.gap(to - 1) == " " && matches!(prose.shape(to), Shape::Title);
            if term.weak {
                let introduced = from > line.from
                    && prose.gap(from - 1) == " "
                    && prose.is(
                        from - 1,
                        words!("in from against of to across targeting including neighboring and targeted"),
                    );
                let listed = before.last().is_some_and(|m| m.kind == EntityKind::Country && m.to == from);
                return (introduced && !next_capital) || listed;
            }
            true
        }
        What::Sector => {
            let capital_only = term.listed.chars().any(char::is_uppercase);
            if capital_only && style != Writing::Exact {
                return false;
            }
            if !term.weak {
                return true;
            }
            let head = to < line.to && prose.gap(to - 1) == " " && prose.is(to, SECTOR_NOUNS);
            if head {
                return true;
            }
            // In a list beside another sector, or a list that ends in `sectors`.
            let beside = before
                .last()
                .is_some_and(|m| m.kind == EntityKind::Sector && listed_together(prose, m.to, from));
            beside || list_ends_in_sectors(prose, line, to)
        }
        What::Body => {
            let words = to - from;
            let short = term.listed.bytes().all(|b| !b.is_ascii_lowercase());
            if style == Writing::Lower || (short && style != Writing::Exact) {
                return false;
            }
            if words == 1 && style != Writing::Exact && prose.shape(from) != Shape::Title {
                return false;
            }
            if style != Writing::Exact
                && (from..to)
                    .any(|i| !prose.capital(i) && prose.word(i).len() > 3 && prose.shape(i) != Shape::Number)
            {
                return false;
            }
            if words == 1 && !short {
                // `Microsoft Word` is a product, `Threat Intel` is no firm.
                let next = to < line.to
                    && prose.gap(to - 1) == " "
                    && (prose.capital(to) || prose.shape(to) == Shape::Number);
                let previous = from > line.from
                    && prose.gap(from - 1) == " "
                    && prose.capital(from - 1)
                    && from - 1 > line.from
                    && term.id == "vendor";
                if (next && term.id == "vendor") || previous {
                    return false;
                }
            } else if short
                && to < line.to
                && matches!(prose.gap(to - 1), "-" | "_")
                && prose.shape(to) == Shape::Number
            {
                // An identifier of theirs: `NSA-2020`.
                return false;
            }
            // `MITRE ATT&CK` names the catalogue, not the body.
            !(prose.is(from, words!("mitre")) && prose.is(to, words!("att attack d3fend atlas cve")))
        }
    }
}

/// Whether a comma or a conjunction joins two items.
fn listed_together(prose: &Prose<'_>, end: usize, start: usize) -> bool {
    match start.checked_sub(end) {
        Some(0) => matches!(prose.gap(end - 1), ", " | "/" | " / " | "; "),
        Some(1) => {
            matches!(prose.gap(end - 1), " " | ", ")
                && prose.gap(end) == " "
                && (prose.is(end, words!("and or")) || prose.is(end, SECTOR_NOUNS))
        }
        Some(2) => prose.is(end, SECTOR_NOUNS) && prose.is(end + 1, words!("and or")),
        _ => false,
    }
}

/// `energy, aviation and defense sectors`
fn list_ends_in_sectors(prose: &Prose<'_>, line: &Line, to: usize) -> bool {
    let mut comma = false;
    for k in to..line.to.min(to + 9) {
        match prose.gap(k - 1) {
            " " => {}
            ", " => comma = true,
            _ => return false,
        }
        if prose.is(k, words!("and or")) {
            comma = true;
        } else if prose.is(
            k,
            words!("sectors industries sector verticals organizations organisations entities companies institutions agencies firms")
        ) {
            return comma;
        } else if k > to + 1 && !comma {
            return false;
        }
    }
    false
}

fn mention(
    prose: &Prose<'_>,
    l: usize,
    line: &Line,
    from: usize,
    to: usize,
    t: &Term,
    publisher: &str,
) -> Mention {
    let (kind, id, role, confidence) = match t.what {
        What::Place => (EntityKind::Country, place_id(t.id), place_role(prose, line, from, to, false), 0.95),
        What::Demonym => (EntityKind::Country, place_id(t.id), place_role(prose, line, from, to, true), 0.85),
        What::Sector => {
            let role = is_targeted(prose, line, from).then_some("target");
            (EntityKind::Sector, Some(t.id.to_owned()), role, if t.weak { 0.75 } else { 0.85 })
        }
        What::Body => {
            let own = !publisher.is_empty() && (publisher == normal(t.name) || publisher == normal(t.listed));
            let role = if own { "publisher" } else { t.id };
            (EntityKind::Organization, None, Some(role), 0.9)
        }
    };
    Mention {
        kind,
        name: t.name.to_owned(),
        id,
        role,
        confidence,
        provenance: Provenance::Named,
        span: prose.span(from, to),
        from,
        to,
        line: l,
    }
}

/// Regions have no ISO code.
fn place_id(id: &'static str) -> Option<String> {
    (!id.starts_with("region:")).then(|| id.to_owned())
}

/// Where an actor comes from, or whom it attacks; none if the sentence says neither.
fn place_role(
    prose: &Prose<'_>,
    line: &Line,
    from: usize,
    to: usize,
    adjective: bool,
) -> Option<&'static str> {
    if is_origin(prose, line, from, to, adjective) {
        return Some("origin");
    }
    is_targeted(prose, line, from).then_some("target")
}

/// `Chinese state-sponsored group`, `Russia-linked`, `operating from Iran`
pub(super) fn is_origin(prose: &Prose<'_>, line: &Line, from: usize, to: usize, adjective: bool) -> bool {
    let hyphen = to < line.to && prose.gap(to - 1) == "-";
    if hyphen && prose.is(to, words!("nexus linked aligned backed sponsored affiliated based")) {
        let actor = (to + 1..line.to.min(to + 4)).any(|i| prose.is(i, ORIGIN_NOUNS))
            || !prose.is(to, words!("based"));
        return actor;
    }
    if adjective && to < line.to && prose.gap(to - 1) == " " {
        if prose.is(to, words!("state government nation military"))
            && prose.is(to + 1, words!("sponsored backed linked state aligned affiliated"))
        {
            return true;
        }
        let first = prose.is(to, ORIGIN_NOUNS)
            || prose.is(to, words!("espionage cyber ransomware speaking cybercrime intelligence"));
        let second = (to..line.to.min(to + 3)).any(|i| {
            prose.is(
                i,
                words!("hackers actor actors apt group groups gang cybercriminals attackers operatives"),
            )
        });
        return first && second;
    }
    // `operating from`, `based in`, `attributed to`, `on behalf of the`
    let mut k = from;
    if k > line.from && prose.is(k - 1, words!("the")) {
        k -= 1;
    }
    let at = |n: usize, list: &Words| k.checked_sub(n).is_some_and(|i| i >= line.from && prose.is(i, list));
    if words::doubtful(prose, from.saturating_sub(6).max(line.from), from) {
        return false;
    }
    let actor = (line.from..from)
        .any(|i| prose.is(i, words!("hackers actor actors group groups gang apt attackers operators")));
    (actor
        && ((at(1, words!("from of")) && at(2, words!("operating originating originates operates out")))
            || (at(1, words!("in")) && at(2, words!("based located")))))
        || (at(1, words!("to")) && at(2, words!("attributed linked")) && !adjective)
}

/// Whether the sentence says that what stands at `from` is attacked.
pub(super) fn is_targeted(prose: &Prose<'_>, line: &Line, from: usize) -> bool {
    let low = from.saturating_sub(14).max(line.from);
    for i in (low..from).rev() {
        // Another clause begins.
        let gap = prose.gap(i);
        if gap.contains(['.', ';', ':', '(']) && !matches!(gap, ".") {
            return false;
        }
        if prose.is(
            i,
            words!(
                "while but because although whereas which who said says by from researchers after before than
                 like"
            ),
        ) {
            return false;
        }
        if prose.is(i, TARGETING) {
            return !words::doubtful(prose, i.saturating_sub(4).max(line.from), i);
        }
        if prose.is(i, words!("against on")) && i > line.from {
            let directed = (i.saturating_sub(3).max(line.from)..i).any(|k| prose.is(k, DIRECTED));
            if directed {
                return !words::doubtful(prose, i.saturating_sub(6).max(line.from), i);
            }
        }
    }
    false
}
