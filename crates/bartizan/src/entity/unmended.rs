//! Patterns that state that there is no fix for a vulnerability: none yet, none ever, or none that was known.

use super::fixes::Said;
use super::mended::{FLAW, GIVEN, MACHINE, MENDED, REMEDY, has, of_machines};
use super::prose::{Line, Prose, Words, words};
use super::relations::Node;
use crate::FixState;

/// To mend, and to give what mends.
const MEND: &Words = words!("patch fix address resolve remediate correct repair mend");
const GIVE: &Words = words!("release issue publish ship provide deliver offer make develop produce");

pub(super) fn find(prose: &Prose<'_>, line: &Line, named: &[&Node]) -> Vec<Said> {
    let mut out = Vec::new();
    for i in line.from..line.to {
        out.extend(unpatched(prose, line, named, i));
        out.extend(zero_day(prose, line, named, i));
        out.extend(no_remedy(prose, line, i));
        out.extend(not_mended(prose, line, named, i));
        out.extend(never(prose, line, i));
        out.extend(ahead(prose, line, i));
        out.extend(abandoned(prose, line, i));
    }
    out
}

fn none(words: (usize, usize), confidence: f32) -> Said {
    Said::new(FixState::None, words, confidence)
}

/// `remains unpatched`, `an unpatched vulnerability`; not `unpatched servers`.
fn unpatched(prose: &Prose<'_>, line: &Line, named: &[&Node], i: usize) -> Option<Said> {
    if !prose.is(i, words!("unpatched unfixed wontfix")) {
        return None;
    }
    let before = i.saturating_sub(3).max(line.from);
    let negated = has(prose, before, i, words!("no not never t"));
    let machines = (i + 1..(i + 4).min(line.to))
        .take_while(|k| !prose.is(*k, FLAW))
        .any(|k| prose.is(k, MACHINE) || prose.is(k, words!("against versions software systems")));
    let of_it = !machines && !of_machines(prose, line, named, i);
    (!negated && of_it).then(|| none((i, i + 1), 0.9))
}

/// `the zero-day CVE-…`, `zero-day vulnerabilities, among them CVE-…`, `CVE-… is a zero-day`; not `as a zero-day`.
fn zero_day(prose: &Prose<'_>, line: &Line, named: &[&Node], i: usize) -> Option<Said> {
    let two = prose.is(i, words!("zero 0")) && prose.is(i + 1, words!("day days"));
    let to = match (two, prose.is(i, words!("0day zeroday 0days zerodays"))) {
        (true, _) => i + 2,
        (_, true) => i + 1,
        _ => return None,
    };
    let past = has(prose, i.saturating_sub(2).max(line.from), i, words!("as former previous once not no"));
    let thing = prose.is(to, FLAW);
    let follows = named.iter().any(|node| node.from >= to && node.from - to <= if thing { 6 } else { 0 });
    let is = named.iter().any(|node| {
        node.to <= i
            && i - node.to <= 4
            && has(prose, node.to, i, words!("is are remains"))
            && !has(prose, node.to, i, words!("not"))
    });
    (!past && (follows || is)).then(|| Said { here: true, ..none((i, to), 0.6) })
}

/// `no patch is available`, `without a fix`, `lacks an official patch`.
fn no_remedy(prose: &Prose<'_>, line: &Line, i: usize) -> Option<Said> {
    if !prose.is(i, words!("no without lacks lack lacking"))
        || prose.is(i + 1, words!("longer need plans plan"))
    {
        return None;
    }
    let to = (i + 1..(i + 6).min(line.to)).find(|k| prose.is(*k, REMEDY))?;
    let plain = (i + 1..to).all(|k| {
        prose.is(
            k,
            words!(
                "a an any official security vendor public known available current permanent complete such software
                 supplied provided released firmware immediate workaround or and"
            ),
        )
    });
    plain.then(|| none((i, to + 1), 0.9))
}

/// `has not been patched`, `not yet released a patch`, `a fix is not available`, `has yet to be fixed`.
fn not_mended(prose: &Prose<'_>, line: &Line, named: &[&Node], i: usize) -> Option<Said> {
    let yet = prose.is(i, words!("yet")) && prose.is(i + 1, words!("to"));
    let unavailable = prose.is(i, words!("unavailable"));
    if !(prose.is(i, words!("not never t")) || yet || unavailable) {
        return None;
    }
    let back = i.saturating_sub(9).max(line.from);
    if unavailable {
        return has(prose, back, i, REMEDY).then(|| none((i, i + 1), 0.85));
    }
    let mut k = i + if yet { 2 } else { 1 };
    while prose.is(k, words!("yet been be been fully currently being so far")) && k < i + 5 {
        k += 1;
    }
    if k >= line.to {
        return None;
    }
    if prose.is(k, MENDED) || (yet && prose.is(k, MEND)) {
        return (!of_machines(prose, line, named, i)).then(|| none((i, k + 1), 0.9));
    }
    let gives = prose.is(k, GIVEN) || (prose.is(k, GIVE) && !prose.is(i, words!("never")));
    if !gives {
        return None;
    }
    // What is not given: a patch behind it, or the one that the sentence is about.
    let object = (k + 1..(k + 7).min(line.to)).find(|m| prose.is(*m, REMEDY));
    match object {
        Some(to) => Some(none((i, to + 1), 0.9)),
        None if prose.is(k, GIVEN) && has(prose, back, i, REMEDY) => Some(none((i, k + 1), 0.9)),
        None => None,
    }
}

/// `will not fix`, `won't be patched`, `does not plan to release a fix`, `no plans to address`, `declined to patch`.
fn never(prose: &Prose<'_>, line: &Line, i: usize) -> Option<Said> {
    let will = prose.is(i, words!("will would")) && prose.is(i + 1, words!("not never"));
    let wont = prose.is(i, words!("won")) && prose.is(i + 1, words!("t"));
    if will || wont {
        let mut k = i + 2;
        while prose.is(k, words!("be ever get receive a an any")) && k < i + 6 {
            k += 1;
        }
        let mends = k < line.to && (prose.is(k, MEND) || prose.is(k, MENDED) || prose.is(k, REMEDY));
        let gives = prose.is(k, GIVE) && has(prose, k + 1, (k + 6).min(line.to), REMEDY);
        return (mends || gives).then(|| none((i, k + 1), 0.95));
    }
    let plans = prose.is(i, words!("plan plans intend intends intention planning"));
    let refuses = prose.is(i, words!("declined declines refused refuses"));
    if !(plans || refuses) || !prose.is(i + 1, words!("to")) {
        return None;
    }
    let from = i.saturating_sub(3).max(line.from);
    let denied = refuses || has(prose, from, i, words!("no not never t"));
    let does =
        prose.is(i + 2, MEND) || (prose.is(i + 2, GIVE) && has(prose, i + 3, (i + 9).min(line.to), REMEDY));
    (denied && does).then(|| none((i, i + 3), 0.9))
}

/// `until a patch becomes available`, `working on a fix`, `a patch is in development`, `expects to ship a fix`.
fn ahead(prose: &Prose<'_>, line: &Line, i: usize) -> Option<Said> {
    let remedy = |from: usize, most: usize| (from..(from + most).min(line.to)).find(|k| prose.is(*k, REMEDY));
    if prose.is(i, words!("until awaiting till")) {
        return remedy(i + 1, 5).map(|to| none((i, to + 1), 0.75));
    }
    if prose.is(i, words!("working works")) && prose.is(i + 1, words!("on")) {
        return remedy(i + 2, 5).map(|to| none((i, to + 1), 0.75));
    }
    let hopes = prose
        .is(i, words!("expects expect plans plan intends promised promises hopes expected scheduled slated"))
        && prose.is(i + 1, words!("to"));
    let will = prose.is(i, words!("will"));
    if hopes || will {
        let k = i + if will { 1 } else { 2 };
        let from = i.saturating_sub(3).max(line.from);
        let denied = has(prose, from, k, words!("no not never t"));
        let gives = prose.is(k, GIVE) && remedy(k + 1, 6).is_some();
        return (!denied && gives).then(|| none((i, k + 1), 0.75));
    }
    if prose.is(i, REMEDY) {
        let be = (i + 1..(i + 6).min(line.to)).find(|k| prose.is(*k, words!("is are remains")))?;
        let to = (be + 1..(be + 5).min(line.to)).find(|k| {
            prose.is(
                *k,
                words!("development pending developed planned expected due scheduled prepared tested"),
            )
        })?;
        return (!has(prose, be, to, words!("not"))).then(|| none((i, to + 1), 0.75));
    }
    None
}

/// `end of life`, `no longer supported`, `out of support`: nobody mends it any more.
fn abandoned(prose: &Prose<'_>, line: &Line, i: usize) -> Option<Said> {
    let ends = prose.is(i, words!("end"))
        && prose.is(i + 1, words!("of"))
        && prose.is(i + 2, words!("life support"));
    let out =
        prose.is(i, words!("out")) && prose.is(i + 1, words!("of")) && prose.is(i + 2, words!("support"));
    let longer = prose.is(i, words!("no"))
        && prose.is(i + 1, words!("longer"))
        && prose.is(i + 2, words!("supported maintained receive receives get gets developed"));
    let to = match () {
        () if ends || out || longer => i + 3,
        () if prose.is(i, words!("eol")) => i + 1,
        () => return None,
    };
    (to <= line.to).then(|| Said { here: true, ..none((i, to), 0.65) })
}
