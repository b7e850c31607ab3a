//! The factors, one function each. A factor that does not apply is left out; its weight goes to the others.

use super::source::{self, Source};
use super::{Factor, exploitation, severity};
use crate::{Options, correlation::Correlation, profile::Profile};
use bartizan::{Analysis, EntityKind, Evidence, TechniqueMapping};
use bartizan_knowledge::Pack;

/// Places kept for one factor.
const MOST: usize = 5;

/// Techniques whose effect is loss for whom they hit, by the id of the technique or of its parent.
const DAMAGE: [&str; 9] = ["T1486", "T1485", "T1561", "T1490", "T1489", "T1495", "T1498", "T1499", "T1657"];

pub(super) fn all(
    analysis: &Analysis,
    pack: &Pack,
    correlation: &Correlation,
    options: &Options,
) -> Vec<Factor> {
    let mut out = Vec::new();
    out.extend(exploitation::factor(analysis, pack, options.epss.as_deref()));
    out.extend(severity(analysis));
    out.push(effect(analysis));
    out.push(capability(analysis, correlation));
    out.push(breadth(analysis));
    out.push(confidence(analysis));
    out.push(exposure(analysis, options.profile.as_ref()));
    out.extend(quality(options.source()));
    out
}

/// The first few places.
pub(super) fn first(evidence: impl IntoIterator<Item = Evidence>) -> Vec<Evidence> {
    evidence.into_iter().take(MOST).collect()
}

fn severity(analysis: &Analysis) -> Option<Factor> {
    let factor = |value, reason: String, evidence| {
        Some(Factor { key: "severity", name: "Severity", weight: 15.0, value, reason, evidence })
    };
    let vectors = severity::vectors(analysis);
    let worst =
        vectors.iter().filter_map(|v| Some((v.scores?, v))).max_by(|a, b| a.0.base.total_cmp(&b.0.base));
    if let Some((scores, vector)) = worst {
        let severity::Scores { version, base, .. } = scores;
        let reason = format!(
            "CVSS {} base score {base:.1} ({}), computed from the vector the report gives",
            version.as_str(),
            scores.rating().as_str()
        );
        return factor((base / 10.0, base / 10.0), reason, vec![vector.evidence]);
    }
    let entity = analysis.entities.iter().find(|e| e.kind == EntityKind::Vulnerability)?;
    let reason = "vulnerabilities are named, without a CVSS vector".to_owned();
    factor((0.4, 1.0), reason, first(entity.evidence.iter().copied()))
}

/// Whether a technique is of the kind.
type Pick<'a> = &'a dyn Fn(&TechniqueMapping) -> bool;

fn effect(analysis: &Analysis) -> Factor {
    let family = |t: &TechniqueMapping| t.id.split('.').next().unwrap_or_default().to_owned();
    let of = |pick: &dyn Fn(&TechniqueMapping) -> bool| analysis.techniques.iter().find(|t| pick(t));
    let tactic = |name: &'static str| move |t: &TechniqueMapping| t.tactics.iter().any(|x| x == name);
    let damage = |t: &TechniqueMapping| DAMAGE.contains(&family(t).as_str());
    let steps: [(Pick<'_>, f64, &str); 5] = [
        (&damage, 1.0, "destroys, encrypts or stops systems"),
        (&tactic("impact"), 0.8, "harms what it reaches"),
        (&tactic("exfiltration"), 0.7, "takes data out"),
        (&tactic("lateral-movement"), 0.55, "spreads inside"),
        (&tactic("credential-access"), 0.5, "takes credentials"),
    ];
    let (value, reason, evidence) = steps
        .iter()
        .find_map(|(pick, value, words)| {
            let t = of(pick)?;
            Some((
                (*value, *value),
                format!("{words}: {} {}", t.id, t.name),
                first(t.evidence.iter().copied()),
            ))
        })
        .unwrap_or(((0.1, 0.6), "the report describes no effect on those it hits".to_owned(), Vec::new()));
    Factor { key: "effect", name: "Effect", weight: 20.0, value, reason, evidence }
}

fn capability(analysis: &Analysis, correlation: &Correlation) -> Factor {
    let known = |kind: EntityKind| {
        analysis.entities.iter().filter(move |e| e.kind == kind).find(|e| e.knowledge_id.is_some())
    };
    let stated =
        correlation.stated.first().and_then(|s| Some((analysis.entities.get(s.actor)?, &s.evidence)));
    let (value, reason, evidence) = match (stated, known(EntityKind::Malware)) {
        (Some((actor, evidence)), _) => {
            let value = if actor.knowledge_id.is_some() { 0.85 } else { 0.6 };
            (
                (value, value),
                format!("the report names who is behind it: {}", actor.name),
                first(evidence.iter().copied()),
            )
        }
        (None, Some(malware)) => (
            (0.6, 0.6),
            format!("uses known malware: {}", malware.name),
            first(malware.evidence.iter().copied()),
        ),
        (None, None) => (
            (0.2, 0.8),
            "it holds nobody responsible and names no malware that the knowledge pack knows".to_owned(),
            Vec::new(),
        ),
    };
    Factor { key: "capability", name: "Capability", weight: 10.0, value, reason, evidence }
}

fn breadth(analysis: &Analysis) -> Factor {
    let mut tactics: Vec<&str> =
        analysis.techniques.iter().flat_map(|t| t.tactics.iter().map(String::as_str)).collect();
    tactics.sort_unstable();
    tactics.dedup();
    // Seven tactics are most of what one intrusion needs.
    let value = (tactics.len() as f64 / 7.0).min(1.0);
    let evidence = first(analysis.techniques.iter().filter_map(|t| t.evidence.first().copied()));
    let reason = format!("techniques of {} tactics", tactics.len());
    Factor { key: "breadth", name: "Breadth", weight: 10.0, value: (value, value), reason, evidence }
}

fn confidence(analysis: &Analysis) -> Factor {
    let sure: Vec<f64> = analysis.techniques.iter().map(|t| f64::from(t.confidence.get())).collect();
    let (value, reason) = match sure.is_empty() {
        true => ((0.2, 0.8), "no technique is claimed".to_owned()),
        false => {
            let mean = sure.iter().sum::<f64>() / sure.len() as f64;
            ((mean, mean), format!("mean confidence of {} techniques", sure.len()))
        }
    };
    Factor { key: "confidence", name: "Confidence", weight: 5.0, value, reason, evidence: Vec::new() }
}

fn exposure(analysis: &Analysis, profile: Option<&Profile>) -> Factor {
    let factor = |value, reason: String, evidence| Factor {
        key: "exposure",
        name: "Exposure",
        weight: 15.0,
        value,
        reason,
        evidence,
    };
    let Some(profile) = profile else {
        return factor((0.0, 1.0), "no profile of the reader was given (--profile)".to_owned(), Vec::new());
    };
    let (mut names, mut evidence) = (Vec::new(), Vec::new());
    for entity in &analysis.entities {
        let mut own = vec![entity.name.to_lowercase()];
        own.extend(entity.knowledge_id.iter().map(|id| id.to_lowercase()));
        own.extend(entity.aliases.iter().map(|a| a.to_lowercase()));
        let listed = |list: &[String]| list.iter().any(|x| own.contains(&x.to_lowercase()));
        let hit = match entity.kind {
            EntityKind::Sector => listed(&profile.sectors),
            EntityKind::Country => listed(&profile.countries),
            EntityKind::Product | EntityKind::Organization => listed(&profile.technologies),
            _ => false,
        };
        if hit {
            names.push(entity.name.clone());
            evidence.extend(entity.evidence.first().copied());
        }
    }
    match names.is_empty() {
        true => factor((0.1, 0.3), "nothing in the report matches the profile".to_owned(), Vec::new()),
        false => {
            let value = (0.5 + 0.2 * names.len() as f64).min(1.0);
            factor((value, value), format!("matches the profile: {}", names.join(", ")), first(evidence))
        }
    }
}

/// What the reader judges of source and information.
fn quality(source: Source) -> [Factor; 2] {
    let factor =
        |key, name, (value, reason)| Factor { key, name, weight: 5.0, value, reason, evidence: Vec::new() };
    let unjudged = |option: &str| (source::UNJUDGED, format!("not judged ({option})"));
    let told = |(grade, words): (&str, &str)| format!("{grade}, {words}: as the reader judges");
    let reliability = source.reliability.map(|r| (r.value(), told(r.words())));
    let credibility = source.credibility.map(|c| (c.value(), told(c.words())));
    [
        factor("reliability", "Reliability", reliability.unwrap_or_else(|| unjudged("--reliability"))),
        factor("credibility", "Credibility", credibility.unwrap_or_else(|| unjudged("--credibility"))),
    ]
}
