//! The claims of the file.

use super::{Fault, Reader, confidence, form, named, span, wire, words};
use crate::{
    Entity, EntityKind, Event, EventKind, Evidence, FixState, FixStatement, Mitigation, NodeRef, Observable,
    ObservableKind, Provenance, Reason, Relation, RelationKind, TechniqueMapping, Verdict, When, Withheld,
};

/// Domains of the pack.
const DOMAINS: [&str; 4] = ["enterprise-attack", "mobile-attack", "ics-attack", "atlas"];

fn provenance(text: &str) -> Result<Provenance, Fault> {
    named(&[Provenance::Stated, Provenance::Named, Provenance::Inferred], Provenance::as_str, text)
}

fn kind<T>(parse: fn(&str) -> Option<T>, text: &str) -> Result<T, Fault> {
    parse(text).ok_or_else(|| format!("type {:?} is not known", words(text)))
}

fn id(text: String) -> Result<String, Fault> {
    if form::is_id(&text) { Ok(text) } else { Err(format!("{:?} is no id", words(&text))) }
}

fn attributes(pairs: Vec<wire::Attribute>) -> Vec<(String, String)> {
    pairs.into_iter().map(|a| (a.name, a.value)).collect()
}

impl Reader<'_> {
    /// Where a claim stands: never nowhere, and the words are those of the text.
    fn evidence(&self, places: Vec<wire::Evidence>) -> Result<Vec<Evidence>, Fault> {
        if places.is_empty() {
            return Err("it has no evidence".to_owned());
        }
        let place = |e: wire::Evidence| {
            let sentence = span(&self.points, e.sentence.start, e.sentence.end)?;
            let span = span(&self.points, e.start, e.end)?;
            if span.is_empty() || span.of(self.text) != e.quote {
                return Err(format!("{:?} is not what the text has at {}", words(&e.quote), e.start));
            }
            if !sentence.overlaps(span) {
                return Err(format!("{:?} does not lie in its sentence", words(&e.quote)));
            }
            Ok(Evidence { span, sentence })
        };
        places.into_iter().map(place).collect()
    }

    pub(super) fn technique(&self, t: wire::Technique) -> Result<TechniqueMapping, Fault> {
        if !DOMAINS.contains(&t.domain.as_str()) {
            return Err(format!("domain {:?} is not known", words(&t.domain)));
        }
        let reason = |r: wire::Reason| match r.weight as f32 {
            weight if weight.is_finite() => Ok(Reason { text: r.text, weight }),
            _ => Err(format!("{} is no weight", r.weight)),
        };
        Ok(TechniqueMapping {
            id: id(t.id)?,
            name: t.name,
            domain: t.domain,
            tactics: t.tactics.into_iter().map(id).collect::<Result<_, _>>()?,
            mapped_from: t.mapped_from.map(id).transpose()?,
            confidence: confidence(t.confidence, &t.confidence_word)?,
            provenance: provenance(&t.provenance)?,
            evidence: self.evidence(t.evidence)?,
            reasons: t.reasons.into_iter().map(reason).collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn observable(&self, o: wire::Observable) -> Result<Observable, Fault> {
        let kind = kind(ObservableKind::parse, &o.r#type)?;
        if !form::is_value(kind, &o.value) {
            return Err(format!("{:?} is no {}", words(&o.value), kind.as_str()));
        }
        let verdicts = [Verdict::Indicator, Verdict::Observable, Verdict::Reference];
        Ok(Observable {
            kind,
            value: o.value,
            verdict: named(&verdicts, Verdict::as_str, &o.verdict)?,
            verdict_reason: o.reason,
            confidence: confidence(o.confidence, &o.confidence_word)?,
            evidence: self.evidence(o.evidence)?,
            defanged: o.defanged,
            attributes: attributes(o.attributes),
            warnings: o.warnings,
        })
    }

    pub(super) fn withheld(&self, w: wire::Withheld) -> Result<Withheld, Fault> {
        Ok(Withheld {
            kind: kind(ObservableKind::parse, &w.r#type)?,
            span: span(&self.points, w.start, w.end)?,
            value: w.value,
            reason: w.reason,
        })
    }

    pub(super) fn entity(&self, e: wire::Entity) -> Result<Entity, Fault> {
        Ok(Entity {
            kind: kind(EntityKind::parse, &e.r#type)?,
            name: e.name,
            knowledge_id: e.knowledge_id.map(id).transpose()?,
            aliases: e.aliases,
            role: e.role,
            confidence: confidence(e.confidence, &e.confidence_word)?,
            provenance: provenance(&e.provenance)?,
            evidence: self.evidence(e.evidence)?,
            attributes: attributes(e.attributes),
        })
    }

    pub(super) fn relation(&self, r: wire::Relation) -> Result<Relation, Fault> {
        Ok(Relation {
            source: self.node(&r.source)?,
            target: self.node(&r.target)?,
            kind: kind(RelationKind::parse, &r.r#type)?,
            confidence: confidence(r.confidence, &r.confidence_word)?,
            provenance: provenance(&r.provenance)?,
            evidence: self.evidence(r.evidence)?,
        })
    }

    pub(super) fn event(&self, e: wire::Event) -> Result<Event, Fault> {
        let kinds = [EventKind::Occurred, EventKind::Published, EventKind::Obligation];
        let wire::When { earliest, latest, days, text } = e.when;
        for day in [&earliest, &latest].into_iter().flatten() {
            day.parse::<jiff::civil::Date>().map_err(|_| format!("{:?} is no day", words(day)))?;
        }
        Ok(Event {
            kind: named(&kinds, EventKind::as_str, &e.r#type)?,
            when: When { earliest, latest, days, text },
            summary: e.summary,
            confidence: confidence(e.confidence, &e.confidence_word)?,
            evidence: self.evidence(e.evidence)?,
            involves: e.involves.iter().map(|id| self.node(id)).collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn mitigation(&self, m: wire::Mitigation) -> Result<Mitigation, Fault> {
        Ok(Mitigation {
            id: id(m.id)?,
            name: m.name,
            confidence: confidence(m.confidence, &m.confidence_word)?,
            provenance: provenance(&m.provenance)?,
            evidence: self.evidence(m.evidence)?,
        })
    }

    pub(super) fn fix(&self, f: wire::Fix) -> Result<FixStatement, Fault> {
        let NodeRef::Entity(about) = self.node(&f.vulnerability)? else {
            return Err(format!("{:?} is no vulnerability", words(&f.vulnerability)));
        };
        let state = FixState::parse(&f.state).ok_or_else(|| format!("{:?} is not known", words(&f.state)))?;
        if f.version.is_some() != (state == FixState::Fixed) {
            return Err("what is fixed is fixed in a version, and nothing else is".to_owned());
        }
        let evidence = self.evidence(f.evidence)?;
        if evidence.is_empty() {
            return Err("a statement stands somewhere".to_owned());
        }
        let confidence = confidence(f.confidence, &f.confidence_word)?;
        Ok(FixStatement { about, state, version: f.version, confidence, evidence })
    }
}
