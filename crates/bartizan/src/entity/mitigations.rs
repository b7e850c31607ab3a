//! Candidate mitigations: what the text advises, in ATT&CK's terms.

use super::phrases::{Phrases, normal};
use super::prose::{Line, Prose, Words, words};
use crate::{BlockKind, Confidence, Evidence, Mitigation, Provenance};
use bartizan_knowledge::{ObjectKind, Pack};
use std::collections::BTreeMap;

const LEXICON: &str = include_str!("../../data/mitigations.tsv");

#[derive(Clone, Debug)]
pub(super) struct Wording {
    id: &'static str,
    /// The pack's own name for it, and not merely a way to say it.
    official: bool,
}

/// Wordings of the mitigations that the pack has.
pub(super) type Lexicon = Phrases<Wording>;

/// Reads the lexicon; mitigations the pack does not have are left out.
pub(super) fn index(pack: &'static Pack) -> Lexicon {
    let mut forms = BTreeMap::new();
    for line in LEXICON.lines().filter(|l| !l.starts_with('#')) {
        let Some((id, wordings)) = line.split_once('|') else { continue };
        if pack.object(id).is_none_or(|o| o.kind != ObjectKind::Mitigation) {
            continue;
        }
        for wording in wordings.split(',') {
            forms.insert(normal(wording), Wording { id, official: false });
        }
    }
    for object in pack.objects() {
        if object.kind == ObjectKind::Mitigation && object.id.starts_with("M1") {
            let form = normal(object.name);
            // One-word names ("Audit") are ordinary words; the lexicon says them more fully.
            if form.contains(' ') && !form.starts_with("do not") {
                forms.insert(form, Wording { id: object.id, official: true });
            }
        }
    }
    Phrases::new(forms)
}

/// Words of advice.
const ADVICE: &Words = words!(
    "should recommend recommends recommended recommending recommendation recommendations must encourage
     encourages encouraged mitigate mitigates mitigating mitigation mitigations advise advises advised ensure
     ensuring implies urge urges urged consider require requires protect prevent defend defenders guidance
     practices practice hardening need promote promotes promoting advisable suggest suggests countermeasures
     shall reduce essential important crucial critical"
);

/// Verbs that open advice in a list.
const IMPERATIVE: &Words = words!(
    "use enable implement apply install keep update patch disable enforce require deploy maintain train
     educate segment restrict limit monitor block review audit ensure conduct perform establish adopt create
     configure remove isolate back provide consider prioritize follow change rotate reset scan encrypt turn
     set harden employ upgrade separate verify test develop regularly protect"
);

/// Words that show the sentence tells what attackers did.
const ATTACK: &Words = words!(
    "attackers attacker actor actors malware ransomware adversary adversaries hackers bypass bypassed
     bypasses bypassing evade evades evading disables disabled deletes deleted encrypts stole steals
     circumvent circumvents defeat exfiltrated terminates kills deleting disabling"
);

/// Candidate mitigations, in order of first appearance.
pub(super) fn find(prose: &Prose<'_>, lexicon: &Lexicon, pack: &'static Pack) -> Vec<Mitigation> {
    let mut out: Vec<Mitigation> = Vec::new();
    let mut section: (u32, bool) = (u32::MAX, false);
    let mut advice_section = false;
    for line in &prose.lines {
        if section.0 != line.block {
            section = (line.block, false);
            if matches!(prose.kind(line), BlockKind::Heading(_)) {
                advice_section = (line.from..line.to).any(|i| {
                    prose.is(
                        i,
                        words!(
                            "mitigation mitigations recommendation recommendations protect protection defense
                             defending prevention remediation hardening guidance countermeasures"
                        ),
                    )
                });
                continue;
            }
        }
        let mut advice = None;
        let mut i = line.from;
        while i < line.to {
            let Some((words, wording)) = lexicon.at(prose, i, line.to).next() else {
                i += 1;
                continue;
            };
            let to = i + words;
            let masked = prose.words.get(i).is_some_and(|w| w.masked);
            if !masked
                && *advice.get_or_insert_with(|| is_advice(prose, line, advice_section))
                && !super::words::negated(prose, i.saturating_sub(3).max(line.from), i)
            {
                let evidence = Evidence { span: prose.span(i, to), sentence: line.span };
                let provenance = if wording.official { Provenance::Named } else { Provenance::Inferred };
                let confidence = Confidence::new(if wording.official { 0.85 } else { 0.7 });
                match out.iter_mut().find(|m| m.id == wording.id) {
                    Some(m) => {
                        m.evidence.push(evidence);
                        m.provenance = m.provenance.min(provenance);
                        if confidence.get() > m.confidence.get() {
                            m.confidence = confidence;
                        }
                    }
                    None => out.push(Mitigation {
                        id: wording.id.to_owned(),
                        name: pack.object(wording.id).map_or_else(String::new, |o| o.name.to_owned()),
                        confidence,
                        provenance,
                        evidence: vec![evidence],
                    }),
                }
            }
            i = to;
        }
    }
    out
}

/// Whether a line gives advice, and does not tell what attackers did.
fn is_advice(prose: &Prose<'_>, line: &Line, advice_section: bool) -> bool {
    let starts = prose.is(line.from, IMPERATIVE)
        && matches!(
            prose.kind(line),
            BlockKind::ListItem(_) | BlockKind::TableCell { .. } | BlockKind::Paragraph
        );
    let says = (line.from..line.to).any(|i| prose.is(i, ADVICE));
    let attack = (line.from..line.to).any(|i| prose.is(i, ATTACK));
    // In a list of mitigations the whole item is advice, attackers or not.
    if advice_section {
        return starts
            || says
            || matches!(prose.kind(line), BlockKind::ListItem(_) | BlockKind::TableCell { .. });
    }
    let strong = (line.from..line.to).any(|i| {
        prose.is(
            i,
            words!(
                "should recommend recommends recommended mitigate mitigations urges urged encourages advise
                 advises advised must"
            ),
        )
    });
    (starts || says) && (!attack || strong)
}
