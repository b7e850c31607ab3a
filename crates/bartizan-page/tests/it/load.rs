//! A large analysis: as many claims, nodes and observables as asked for.

use crate::fixture::evidence;
use bartizan::document::Builder;
use bartizan::*;

/// Observables named in the sentence of each entity; the rest stands in a table.
const TOLD: usize = 4;

/// An analysis with that many techniques, entities and observables, all connected.
pub fn analysis(techniques: usize, entities: usize, observables: usize) -> Analysis {
    let mut b = Builder::new();
    for i in 0..entities {
        b.block(
            BlockKind::Paragraph,
            Region::Main,
            None,
            &format!(
                "Family{i:04} was seen again, and it ran step{:04} on the hosts of several companies, then called {}.",
                i % techniques,
                (i * TOLD..((i + 1) * TOLD).min(observables)).map(|o| format!("host{o:05}.example")).collect::<Vec<_>>().join(", ")
            ),
        );
    }
    for i in entities * TOLD..observables {
        b.block(
            BlockKind::TableCell { table: 0, row: i as u32, column: 0, header: false },
            Region::Main,
            None,
            &format!("host{i:05}.example"),
        );
    }
    let mut document = b.finish();
    document.name = "load.txt".into();
    document.sentences =
        document.blocks.iter().zip(0u32..).map(|(b, i)| Sentence { span: b.span, block: i }).collect();
    let p = Confidence::new;
    let found = |words: &str| vec![evidence(&document, words, 0)];
    let at = |i: usize, words: String| {
        let block = document.blocks[i].span;
        let start = block.start as usize + block.of(&document.text).find(&words).unwrap_or(0);
        let span = Span::new(start, start + words.len());
        vec![Evidence { span, sentence: block }]
    };
    Analysis {
        marking: None,
        now: 0,
        pack: String::new(),
        assisted: None,
        techniques: (0..techniques)
            .map(|i| TechniqueMapping {
                id: format!("T{}", 9000 + i),
                name: format!("Step {i}"),
                domain: "enterprise-attack".into(),
                tactics: vec!["execution".into()],
                mapped_from: None,
                confidence: p(0.3 + 0.7 * i as f32 / techniques as f32),
                provenance: Provenance::Inferred,
                evidence: found(&format!("step{i:04}")),
                reasons: vec![],
            })
            .collect(),
        observables: (0..observables)
            .map(|i| Observable {
                kind: ObservableKind::Domain,
                value: format!("host{i:05}.example"),
                verdict: if i % 2 == 0 { Verdict::Indicator } else { Verdict::Observable },
                verdict_reason: "in an indicator table".into(),
                confidence: p(0.9),
                evidence: at(
                    if i < entities * TOLD { i / TOLD } else { entities + i - entities * TOLD },
                    format!("host{i:05}.example"),
                ),
                defanged: false,
                attributes: vec![],
                warnings: vec![],
            })
            .collect(),
        withheld: vec![],
        entities: (0..entities)
            .map(|i| Entity {
                kind: EntityKind::Malware,
                name: format!("Family{i:04}"),
                knowledge_id: None,
                aliases: vec![],
                role: None,
                confidence: p(0.9),
                provenance: Provenance::Named,
                evidence: at(i, format!("Family{i:04}")),
                attributes: vec![],
            })
            .collect(),
        relations: (1..entities)
            .map(|i| Relation {
                source: NodeRef::Entity(i as u32),
                target: NodeRef::Entity((i / 5) as u32),
                kind: RelationKind::RelatedTo,
                confidence: p(0.7),
                provenance: Provenance::Stated,
                evidence: at(i, format!("Family{i:04}")),
            })
            .collect(),
        events: vec![],
        mitigations: vec![],
        fixes: vec![],
        diagnostics: vec![],
        document,
    }
}
