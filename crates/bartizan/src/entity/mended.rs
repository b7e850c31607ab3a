//! Patterns that state that a vulnerability is fixed, or that there is a patch.

use super::fixes::Said;
use super::prose::{Line, Prose, Words, words};
use super::relations::Node;
use super::versions;
use crate::FixState;

/// What mends.
pub(super) const REMEDY: &Words =
    words!("patch patches fix fixes update updates hotfix hotfixes hotpatch remedy remediation solution");
/// What is mended.
pub(super) const FLAW: &Words = words!(
    "vulnerability vulnerabilities flaw flaws bug bugs issue issues weakness weaknesses hole holes defect defects"
);
/// What is mended by somebody who runs it: whether it was is no statement about the fix.
pub(super) const MACHINE: &Words = words!(
    "system systems server servers device devices host hosts machine machines instance instances router routers
     appliance appliances computer computers endpoint endpoints installation installations user users organization
     organizations organisation organisations customer customers network networks firewall firewalls gateways
     deployments victim victims environment environments administrators admins site sites"
);
/// It was mended.
pub(super) const MENDED: &Words =
    words!("patched fixed addressed resolved remediated corrected repaired mended closed plugged");
/// It mends.
const MENDS: &Words = words!("patches fixes addresses resolves remediates corrects closes");
/// A patch was given.
pub(super) const GIVEN: &Words =
    words!("released issued published shipped rolled pushed provided delivered distributed available");
const BE: &Words = words!("is are was were been be being has have had become becomes became now");
const NOT: &Words = words!("not no never without neither nor t cannot lacks lack lacking yet");
/// What makes a patch one that is not there yet.
const AHEAD: &Words = words!("until once when if unless awaiting pending before till after no without any");

/// Whether one of the list stands among the words.
pub(super) fn has(prose: &Prose<'_>, from: usize, to: usize, list: &Words) -> bool {
    (from..to).any(|i| prose.is(i, list))
}

/// What is spoken of before a word: a machine, or the flaw.
pub(super) fn of_machines(prose: &Prose<'_>, line: &Line, named: &[&Node], at: usize) -> bool {
    for i in (at.saturating_sub(9).max(line.from)..at).rev() {
        let name = named.iter().any(|node| (node.from..node.to).contains(&i));
        if name || prose.is(i, FLAW) {
            return false;
        }
        if prose.is(i, MACHINE) {
            return true;
        }
    }
    false
}

pub(super) fn find(prose: &Prose<'_>, line: &Line, named: &[&Node]) -> Vec<Said> {
    let mut out = Vec::new();
    for i in line.from..line.to {
        out.extend(in_version(prose, line, i));
        out.extend(given(prose, line, i));
        out.extend(mended(prose, line, named, i));
        out.extend(presupposed(prose, line, named, i));
    }
    // That it is fixed in a version says more than that it is fixed.
    let versions: Vec<(usize, usize)> =
        out.iter().filter(|s| s.version.is_some()).map(|s| (s.from, s.to)).collect();
    out.retain(|s| s.version.is_some() || versions.iter().all(|(from, to)| s.to <= *from || *to <= s.from));
    out
}

/// The version that begins at a word, after `version` and names of products: where it ends.
fn version_at(prose: &Prose<'_>, line: &Line, from: usize) -> Option<(usize, usize)> {
    for at in from..(from + 5).min(line.to) {
        let keyword =
            at > from && prose.is(at - 1, words!("version versions release releases build firmware"));
        if let Some(end) = versions::version(prose, line, at, keyword) {
            return Some((at, end));
        }
        let leads = prose.capital(at)
            || prose
                .is(at, words!("version versions release releases of the build firmware its in v software"));
        if !leads {
            return None;
        }
    }
    None
}

fn fixed(prose: &Prose<'_>, words: (usize, usize), version: (usize, usize), confidence: f32) -> Said {
    let text = prose.span(version.0, version.1).of(prose.text).trim_start_matches(['v', 'V']).to_owned();
    Said { version: Some(text), ..Said::new(FixState::Fixed, words, confidence) }
}

/// `fixed in version 2.3.1`, `addressed CVE-… in Gateway 2.3.1`, `upgrade to 2.3.1`, `before 2.3.1, which fixes it`.
fn in_version(prose: &Prose<'_>, line: &Line, i: usize) -> Option<Said> {
    let negated = has(prose, i.saturating_sub(4).max(line.from), i, NOT);
    if prose.is(i, MENDED) && !negated {
        for k in i + 1..(i + 9).min(line.to) {
            if prose.is(k, words!("in with by since as"))
                && let Some(version) = version_at(prose, line, k + 1)
            {
                return Some(fixed(prose, (i, version.1), version, 0.9));
            }
            if prose.gap(k).contains([';', ':']) {
                break;
            }
        }
    }
    if prose.is(i, words!("upgrade update upgrading updating upgraded"))
        && prose.is(i + 1, words!("to"))
        && !negated
        && let Some(version) = version_at(prose, line, i + 2)
    {
        return Some(fixed(prose, (i, version.1), version, 0.8));
    }
    if prose.is(i, MENDS) && prose.is(i.saturating_sub(1), words!("which that and")) && !negated {
        let back = i.saturating_sub(8).max(line.from);
        let version = (back..i).rev().find_map(|k| {
            let end = versions::version(prose, line, k, false)?;
            let begins = k == line.from || prose.gap(k - 1) != ".";
            (begins && i - end <= 3).then_some((k, end))
        });
        return version.map(|version| fixed(prose, (version.0, i + 1), version, 0.8));
    }
    None
}

/// `has released a patch`, `a patch is available`, `for which a hotfix has been issued`.
fn given(prose: &Prose<'_>, line: &Line, i: usize) -> Option<Said> {
    let low = |n: usize| i.saturating_sub(n).max(line.from);
    if prose.is(i, GIVEN) && !prose.is(i, words!("available")) {
        let to = (i + 1..(i + 7).min(line.to)).find(|k| prose.is(*k, REMEDY) && !names_a_verb(prose, *k))?;
        let free = !has(prose, low(4), i, NOT) && !has(prose, i + 1, to, words!("no without any to"));
        // `will be released`, `to be issued`: not yet.
        let past = !has(prose, low(3), i, words!("will to be"));
        return (free && past).then(|| Said::new(FixState::Available, (i, to + 1), 0.9));
    }
    if !prose.is(i, REMEDY) || names_a_verb(prose, i) || has(prose, low(4), i, AHEAD) {
        return None;
    }
    let be = (i + 1..(i + 9).min(line.to)).find(|k| prose.is(*k, BE))?;
    let to = (be + 1..(be + 5).min(line.to)).find(|k| prose.is(*k, GIVEN))?;
    let free = !has(prose, i + 1, to, NOT) && !has(prose, i + 1, to, words!("will being to unavailable"));
    free.then(|| Said::new(FixState::Available, (i, to + 1), 0.9))
}

/// `the malware patches the kernel`: a verb that looks like what mends.
fn names_a_verb(prose: &Prose<'_>, i: usize) -> bool {
    prose.is(i, words!("patches fixes updates")) && prose.is(i + 1, words!("the a an its it this"))
}

/// `was patched in June`, `the now-patched flaw`, `Acme fixed CVE-…`; and `no longer unpatched`.
fn mended(prose: &Prose<'_>, line: &Line, named: &[&Node], i: usize) -> Option<Said> {
    let low = |n: usize| i.saturating_sub(n).max(line.from);
    if prose.is(i, words!("unpatched unfixed")) {
        let longer =
            prose.is(i.wrapping_sub(1), words!("longer")) && prose.is(i.wrapping_sub(2), words!("no"));
        let not = prose.is(i.wrapping_sub(1), words!("not t"));
        let from = i.saturating_sub(if longer { 2 } else { 1 }).max(line.from);
        let of_it = !of_machines(prose, line, named, from);
        return ((longer || not) && of_it).then(|| Said::new(FixState::Available, (from, i + 1), 0.7));
    }
    if !prose.is(i, MENDED)
        || has(prose, low(4), i, NOT)
        || has(prose, low(4), i, words!("will to partially"))
    {
        return None;
    }
    let of_it = |at| !of_machines(prose, line, named, at);
    let helped = prose.is(
        i.wrapping_sub(1),
        words!("was were is are been since now recently already previously newly got"),
    ) || has(prose, low(3), i, words!("been since now recently"));
    if helped {
        // `devices patched against it`, `have been patched by 40% of users`.
        let machines = prose.is(i + 1, words!("against")) || has(prose, i + 1, (i + 4).min(line.to), MACHINE);
        let from = if i > line.from { i - 1 } else { i };
        return (of_it(i) && !machines).then(|| Said::new(FixState::Available, (from, i + 1), 0.85));
    }
    let object = named.iter().any(|node| node.from > i && node.from - i <= 4)
        || (prose.is(i + 1, words!("the this")) && has(prose, i + 2, (i + 5).min(line.to), FLAW));
    let subject = i > line.from && !prose.is(i - 1, words!("not and be keep kept fully systems"));
    (object && subject && of_it(i)).then(|| Said::new(FixState::Available, (i, i + 1), 0.85))
}

/// `the patch for CVE-…`, `the update fixes CVE-…`: what is spoken of so is there.
fn presupposed(prose: &Prose<'_>, line: &Line, named: &[&Node], i: usize) -> Option<Said> {
    if !prose.is(i, REMEDY) {
        return None;
    }
    let low = |n: usize| i.saturating_sub(n).max(line.from);
    let near = |after: usize| named.iter().any(|node| node.from >= after && node.from - after <= 3);
    let ahead = has(prose, low(5), i, AHEAD) || has(prose, low(4), i, NOT);
    let definite = has(prose, low(3), i, words!("the")) && prose.is(i + 1, words!("for")) && near(i + 2);
    let present = (i + 1..(i + 4).min(line.to)).find(|k| prose.is(*k, MENDS) && near(k + 1));
    match present {
        _ if ahead => None,
        Some(k) => Some(Said::new(FixState::Available, (i, k + 1), 0.75)),
        None => definite.then(|| Said::new(FixState::Available, (i, i + 2), 0.65)),
    }
}
