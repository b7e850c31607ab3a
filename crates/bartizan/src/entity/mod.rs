//! Names, relations, events and mitigations. See [`Recognizer`].
//!
//! The document is cut into words once ([`prose`]); every rule reads those. Names come from the pack and are
//! believed only in context ([`mention`]), or are introduced by the text itself ([`discover`]), and what speaks for one
//! says how sure it is ([`proof`]); places, sectors and bodies come from small lists of our own ([`gazette`]). All of them are *mentions*; mentions of one thing are
//! merged into an entity. Relations, events and mitigations are then read from the sentences.

mod context;
mod dates;
mod discover;
mod events;
mod fixed;
mod fixes;
mod forms;
mod gazette;
mod grammar;
mod introduce;
mod listing;
mod mended;
mod mention;
mod merge;
mod mitigations;
mod names;
mod organizations;
mod phrases;
mod policy;
mod proof;
mod prose;
mod relations;
mod unmended;
mod verbs;
mod versions;
mod vulnerabilities;
mod words;

use crate::observable::Extraction;
use crate::{
    Document, Entity, Event, FixStatement, Mitigation, NodeRef, Options, Relation, Span, TechniqueMapping,
};
use bartizan_knowledge::{Entry, Pack};
use prose::Prose;

/// What recognition gives.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// Things named.
    pub entities: Vec<Entity>,
    /// Relations stated.
    pub relations: Vec<Relation>,
    /// Dated events and obligations, in time order.
    pub events: Vec<Event>,
    /// Candidate mitigations.
    pub mitigations: Vec<Mitigation>,
    /// What is stated of fixes.
    pub fixes: Vec<FixStatement>,
}

/// Name index and rules; build once, use for many documents.
#[derive(Debug)]
pub struct Recognizer {
    pack: &'static Pack,
    entries: Vec<Entry<'static>>,
    names: names::NameIndex,
    gazette: gazette::Gazette,
    mitigations: mitigations::Lexicon,
}

impl Recognizer {
    /// Prepares the name index.
    pub fn new(pack: &'static Pack) -> Self {
        let (entries, names) = names::lists(pack);
        Self {
            pack,
            names: names::index(&entries, &names),
            entries,
            gazette: gazette::index(),
            mitigations: mitigations::index(pack),
        }
    }

    /// Where the text uses a name of the pack: the first step of [`Self::recognize`].
    pub fn names(&self, document: &Document, extraction: &Extraction) -> Vec<Span> {
        let prose = Prose::new(document, extraction);
        mention::find(&prose, &self.names, &self.entries).into_iter().map(|m| m.span).collect()
    }

    /// Reads one document.
    pub fn recognize(
        &self,
        document: &Document,
        extraction: &Extraction,
        techniques: &[TechniqueMapping],
        options: &Options,
    ) -> Claims {
        let prose = Prose::new(document, extraction);
        let mut mentions = mention::find(&prose, &self.names, &self.entries);
        discover::extend(&prose, &mut mentions);
        if options.stop.is_stopped() {
            return Claims::default();
        }
        let mut rest = vulnerabilities::ids(&prose, extraction, self.pack);
        rest.extend(vulnerabilities::products(&prose, &rest, self.pack));
        rest.sort_by_key(|m| (m.span.start, m.span.end));
        let affected = versions::products(&prose, &rest);
        rest.extend(affected);
        rest.extend(policy::find(&prose, &mentions));
        let mut taken = mentions.clone();
        taken.extend(rest.iter().cloned());
        taken.sort_by_key(|m| (m.span.start, m.span.end));
        let places = gazette::find(&prose, &self.gazette, &taken);
        taken.extend(places.iter().cloned());
        taken.sort_by_key(|m| (m.span.start, m.span.end));
        rest.extend(organizations::find(&prose, &taken));
        mentions.extend(rest);
        mentions.extend(places);

        let merged = merge::entities(&prose, mentions, self.pack);
        let nodes = merge::nodes(&prose, &merged, extraction, techniques);
        let relations = relations::find(&prose, &nodes);
        let mut events = events::find(&prose);
        for event in &mut events {
            let sentences: Vec<_> = event.evidence.iter().map(|e| e.sentence).collect();
            let mut involved: Vec<NodeRef> = sentences
                .iter()
                .flat_map(|s| {
                    let at = nodes.partition_point(|n| n.span.start < s.start);
                    nodes.iter().skip(at).take_while(|n| n.span.start < s.end).map(|n| n.node)
                })
                .collect();
            involved.sort_unstable();
            involved.dedup();
            event.involves = involved;
        }
        events.sort_by(|a, b| {
            let key = |e: &Event| {
                (
                    e.when
                        .earliest
                        .clone()
                        .or_else(|| e.when.latest.clone())
                        .unwrap_or_else(|| "9999".into()),
                    e.evidence.first().map(|e| e.span),
                )
            };
            key(a).cmp(&key(b))
        });
        let mitigations = mitigations::find(&prose, &self.mitigations, self.pack);
        let fixes = fixes::find(&prose, &nodes);
        Claims { entities: merged.entities, relations, events, mitigations, fixes }
    }
}
