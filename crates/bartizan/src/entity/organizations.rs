//! Bodies that no list holds: ministries by their form, firms by their suffix, victims by what befell them.

use super::mention::Mention;
use super::prose::{Line, Prose, Shape, Words, words};
use crate::{EntityKind, Provenance};

/// Heads of public bodies: `Department of X`, `Ministry of X`.
const OFFICES: &Words = words!(
    "department ministry bureau office agency commission directorate authority secretariat ministries council
     inspectorate"
);

/// Suffixes of firms.
const SUFFIXES: &Words = words!("inc corp corporation ltd llc gmbh plc limited incorporated llp");

/// Institutions named by their last word.
const INSTITUTIONS: &Words =
    words!("university hospital bank airlines airport college institute pipeline hospitals airways");

/// Misfortunes, in `attack on X`, `breach at X`.
const MISFORTUNES: &Words =
    words!("attack breach incident intrusion hack compromise cyberattack cyberattacks breaches attacks");

/// What a victim does: `X confirmed …`.
const CONFESSIONS: &Words = words!("confirmed disclosed suffered acknowledged admitted");

/// Capitalised words that name nobody.
const NOT_A_BODY: &Words = words!(
    "the this that these it they we our in on at a an windows linux macos android ios microsoft office
     exchange active directory azure powershell january february march april may june july august september
     october november december monday tuesday wednesday thursday friday saturday sunday http https dns rdp
     smb vpn ssh c2 ip url api dll esxi iot ics ot it ai researchers victims attackers its their another
     several many web internet however both apache java python log4j vmware"
);

/// Mentions of bodies, in text order.
pub(super) fn find(prose: &Prose<'_>, taken: &[Mention]) -> Vec<Mention> {
    let mut out: Vec<Mention> = Vec::new();
    let mut seen = 0;
    for (l, line) in prose.lines.iter().enumerate() {
        if prose.title_case(line) {
            continue;
        }
        let mut i = line.from;
        while i < line.to {
            while taken.get(seen).is_some_and(|m| m.to <= i) {
                seen += 1;
            }
            let found =
                office(prose, line, i).or_else(|| firm(prose, line, i)).or_else(|| befallen(prose, line, i));
            let Some((from, to, role, confidence)) = found else {
                i += 1;
                continue;
            };
            let clash = taken
                .iter()
                .skip(seen.saturating_sub(4))
                .take_while(|m| m.from < to)
                .any(|m| m.from < to && from < m.to && !(m.kind == EntityKind::Country && m.to < to));
            let again = out.last().is_some_and(|m| m.to > from);
            if !clash && !again {
                let span = prose.span(from, to);
                out.push(Mention {
                    kind: EntityKind::Organization,
                    name: span.of(prose.text).replace('\n', " "),
                    id: None,
                    role,
                    confidence,
                    provenance: Provenance::Inferred,
                    span,
                    from,
                    to,
                    line: l,
                });
            }
            i = to.max(i + 1);
        }
    }
    out
}

fn name_word(prose: &Prose<'_>, i: usize) -> bool {
    prose.capital(i) && prose.word(i).len() > 1 && prose.words.get(i).is_some_and(|w| !w.masked)
}

/// `Department of Transport`, `Ministry of Foreign Affairs of Turkey`
fn office(prose: &Prose<'_>, line: &Line, i: usize) -> Option<(usize, usize, Option<&'static str>, f32)> {
    if !prose.is(i, OFFICES)
        || prose.shape(i) != Shape::Title
        || !prose.is(i + 1, words!("of for"))
        || prose.gap(i) != " "
    {
        return None;
    }
    let mut to = i + 2;
    if prose.is(to, words!("the")) {
        to += 1;
    }
    let start = to;
    while to < line.to && prose.gap(to - 1) == " " && to < start + 7 {
        if name_word(prose, to) {
            to += 1;
        } else if prose.is(to, words!("and of the"))
            && to + 1 < line.to
            && name_word(prose, to + 1)
            && prose.gap(to) == " "
        {
            to += 2;
        } else {
            break;
        }
    }
    (to > start).then_some((i, to, Some("agency"), 0.85))
}

/// `Acme Widgets Inc`, `First National Bank`
fn firm(prose: &Prose<'_>, line: &Line, i: usize) -> Option<(usize, usize, Option<&'static str>, f32)> {
    let suffix = prose.is(i, SUFFIXES) && prose.capital(i);
    let institution = prose.is(i, INSTITUTIONS) && prose.shape(i) == Shape::Title;
    if !(suffix || institution) || i == line.from {
        return None;
    }
    let mut from = i;
    while from > line.from && i - from < 6 {
        let gap = prose.gap(from - 1);
        let joins =
            matches!(gap, " " | "-" | " & ") || (suffix && matches!(gap, ", " | ". ") && i - from < 2);
        if !joins || !name_word(prose, from - 1) || prose.is(from - 1, NOT_A_BODY) {
            break;
        }
        from -= 1;
    }
    // A single capital at the start of a sentence proves nothing.
    let words = i - from;
    if words == 0 || (words == 1 && from == line.from && institution) {
        return None;
    }
    let role = victim_at(prose, line, from, i + 1).then_some("victim");
    Some((from, i + 1, role, if suffix { 0.85 } else { 0.75 }))
}

/// `the breach at Acme Widgets`, `Acme Widgets confirmed a ransomware attack`
fn befallen(prose: &Prose<'_>, line: &Line, i: usize) -> Option<(usize, usize, Option<&'static str>, f32)> {
    if prose.is(i, MISFORTUNES)
        && prose.is(i + 1, words!("on at against"))
        && prose.gap(i) == " "
        && prose.shape(i) == Shape::Lower
    {
        let from = i + 2 + usize::from(prose.is(i + 2, words!("the")));
        let to = run(prose, line, from)?;
        return (!super::words::doubtful(prose, i.saturating_sub(4).max(line.from), i)).then_some((
            from,
            to,
            Some("victim"),
            0.75,
        ));
    }
    if prose.is(i, CONFESSIONS) && i > line.from && prose.gap(i - 1) == " " {
        let misfortune = (i + 1..line.to.min(i + 9)).any(|k| prose.is(k, MISFORTUNES));
        if !misfortune {
            return None;
        }
        let mut from = i;
        if prose.is(from - 1, words!("has had have")) && from - 1 > line.from {
            from -= 1;
        }
        let to = from;
        while from > line.from
            && to - from < 4
            && name_word(prose, from - 1)
            && !prose.is(from - 1, NOT_A_BODY)
            && (from == to || matches!(prose.gap(from - 1), " " | "-" | " & "))
        {
            from -= 1;
        }
        // One capitalised word at the start of the sentence may be any word.
        let one =
            to - from == 1 && from == line.from && !matches!(prose.shape(from), Shape::Mixed | Shape::Upper);
        let plural = prose.word(to.saturating_sub(1)).ends_with('s') && one;
        return (from < to && !plural && prose.gap(to - 1) == " ").then_some((
            from,
            to,
            Some("victim"),
            if one { 0.6 } else { 0.75 },
        ));
    }
    None
}

/// A run of capitalised words.
fn run(prose: &Prose<'_>, line: &Line, from: usize) -> Option<usize> {
    let mut to = from;
    while to < line.to
        && to - from < 5
        && name_word(prose, to)
        && !prose.is(to, NOT_A_BODY)
        && (to == from || matches!(prose.gap(to - 1), " " | "-" | " & "))
    {
        to += 1;
    }
    // What follows must not make it a mere modifier: `attacks on Android users`.
    let modifier = to < line.to
        && prose.gap(to - 1) == " "
        && prose.shape(to) == Shape::Lower
        && prose.is(
            to,
            words!(
                "users servers systems devices customers accounts machines networks software clients
                 environments organizations companies targets victims services"
            ),
        );
    (to > from && !modifier).then_some(to)
}

/// Whether the firm is said to have been attacked.
fn victim_at(prose: &Prose<'_>, line: &Line, from: usize, to: usize) -> bool {
    let before = from >= line.from + 2
        && prose.is(from - 1, words!("on at against"))
        && prose.is(from - 2, MISFORTUNES);
    let after = prose.is(to, CONFESSIONS) && (to..line.to.min(to + 9)).any(|k| prose.is(k, MISFORTUNES));
    let passive = prose.is(to, words!("was were"))
        && prose.is(to + 1, words!("hit breached attacked hacked compromised targeted"));
    before || after || passive
}
