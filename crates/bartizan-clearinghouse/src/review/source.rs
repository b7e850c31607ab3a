//! The analysis that is reviewed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fault::{Code, Refusal, words};
use super::key::{ClaimKey, Kind, Place, short};

/// Code points between two entries of the index.
const STEP: usize = 64;

/// An `analysis.json` with its claims by key. What a review does not need is not looked at: whoever takes analyses from
/// others reads them with `bartizan::exchange::read` first.
#[derive(Clone, Debug)]
pub struct Source {
    analysis: Value,
    text: String,
    /// The byte at which every sixty-fourth code point starts.
    steps: Vec<usize>,
    length: u32,
    sentences: Vec<Place>,
    blocks: Vec<(Place, Value)>,
    claims: BTreeMap<ClaimKey, usize>,
}

impl Source {
    /// Reads an analysis.
    ///
    /// # Errors
    /// `review.malformed-analysis` if a member that a review needs is missing or contradicts the text.
    pub fn read(mut analysis: Value) -> Result<Self, Refusal> {
        let malformed = |what: String| Refusal::new(Code::MalformedAnalysis, what);
        // What later stages made of the claims does not follow the review.
        if let Some(members) = analysis.as_object_mut() {
            members.remove("assessment");
        }
        let text = analysis["document"]["text"].as_str();
        let text = text.ok_or_else(|| malformed("document.text is missing".into()))?.to_owned();
        let steps = text.char_indices().step_by(STEP).map(|(byte, _)| byte).collect();
        let length = u32::try_from(text.chars().count())
            .map_err(|_| malformed("document.text is longer than any text".into()))?;
        let mut source = Self {
            text,
            steps,
            length,
            sentences: Vec::new(),
            blocks: Vec::new(),
            claims: BTreeMap::new(),
            analysis: Value::Null,
        };
        for list in ["sentences", "blocks"] {
            for item in items(&analysis["document"], list)? {
                let place = place_of(item).filter(|p| source.bytes(*p).is_some());
                let place = place.ok_or_else(|| malformed(format!("a place in document.{list}")))?;
                match list {
                    "sentences" => source.sentences.push(place),
                    _ => source.blocks.push((place, item["page"].clone())),
                }
            }
        }
        // Both are looked up by place.
        source.sentences.sort_unstable();
        source.blocks.sort_by_key(|(place, _)| *place);
        items(&analysis, "withheld")?;
        let names = Names::of(&analysis);
        for kind in Kind::ALL {
            for (index, item) in items(&analysis, kind.list())?.iter().enumerate() {
                let name = names
                    .name(kind, item)
                    .ok_or_else(|| malformed(format!("{}[{index}] has no name", kind.list())))?;
                for evidence in items(item, "evidence")? {
                    let place = place_of(evidence).filter(|p| source.bytes(*p).is_some());
                    let place = place.ok_or_else(|| malformed(format!("evidence of {}", words(&name))))?;
                    *source.claims.entry(ClaimKey::new(kind, &name, place)).or_default() += 1;
                }
            }
        }
        source.analysis = analysis;
        Ok(source)
    }

    /// The keys of all claims.
    pub fn claims(&self) -> impl Iterator<Item = &ClaimKey> {
        self.claims.keys()
    }

    /// Whether the analysis has this claim.
    pub fn has(&self, claim: &ClaimKey) -> bool {
        self.claims.contains_key(claim)
    }

    /// The canonical text that all places are in.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words at a place; none if it is no place of the text.
    pub fn quote(&self, place: Place) -> Option<&str> {
        let (start, end) = self.bytes(place)?;
        self.text.get(start..end)
    }

    pub(super) fn analysis(&self) -> &Value {
        &self.analysis
    }

    pub(super) fn sentences(&self) -> &[Place] {
        &self.sentences
    }

    /// The bytes of a place; none if it is no place of the text, or empty.
    pub(super) fn bytes(&self, place: Place) -> Option<(usize, usize)> {
        let Place { start, end } = place;
        (start < end && end <= self.length).then(|| (self.byte(start), self.byte(end)))
    }

    /// The byte at which a code point starts, or the end of the text.
    fn byte(&self, point: u32) -> usize {
        let point = point as usize;
        let step = (point / STEP).min(self.steps.len().saturating_sub(1));
        let start = self.steps.get(step).copied().unwrap_or_default();
        let rest = self.text.get(start..).unwrap_or_default();
        let mut ends = rest.char_indices().map(|(byte, _)| byte).chain([rest.len()]);
        start + ends.nth(point - step * STEP).unwrap_or(rest.len())
    }

    /// The sentences that a place touches.
    pub(super) fn touched(&self, place: Place) -> std::ops::Range<usize> {
        let first = self.sentences.partition_point(|s| s.end <= place.start);
        let behind = self.sentences.partition_point(|s| s.start < place.end);
        first..behind.max(first)
    }

    /// The sentences around a place as one, else its block, else the place itself.
    pub(super) fn around(&self, place: Place) -> Place {
        let touched = &self.sentences[self.touched(place)];
        match (touched.first(), touched.last(), self.block(place)) {
            (Some(first), Some(last), _) => {
                Place { start: first.start.min(place.start), end: last.end.max(place.end) }
            }
            (_, _, Some((block, _))) if block.contains(place) => *block,
            _ => place,
        }
    }

    /// The page that a place is on, as the analysis writes it.
    pub(super) fn page(&self, place: Place) -> Value {
        self.block(place).map(|(_, page)| page.clone()).unwrap_or_default()
    }

    fn block(&self, place: Place) -> Option<&(Place, Value)> {
        let index = self.blocks.partition_point(|(block, _)| block.end <= place.start);
        self.blocks.get(index).filter(|(block, _)| block.overlaps(place))
    }
}

/// The items of a list.
fn items<'v>(of: &'v Value, list: &str) -> Result<&'v [Value], Refusal> {
    let found = of[list].as_array().map(Vec::as_slice);
    found.ok_or_else(|| Refusal::new(Code::MalformedAnalysis, format!("{list} is no list")))
}

/// `start` and `end` of a value.
pub(super) fn place_of(value: &Value) -> Option<Place> {
    let point = |name: &str| value[name].as_u64().and_then(|n| u32::try_from(n).ok());
    Some(Place { start: point("start")?, end: point("end")? })
}

/// How the claims of an analysis are called.
pub(super) struct Names {
    /// By the id that relations use: `o3`.
    nodes: BTreeMap<String, String>,
}

impl Names {
    pub(super) fn of(analysis: &Value) -> Self {
        let mut names = Self { nodes: BTreeMap::new() };
        for kind in [Kind::Technique, Kind::Observable, Kind::Entity, Kind::Mitigation] {
            for item in analysis[kind.list()].as_array().into_iter().flatten() {
                if let (Some(id), Some(name)) = (claim_id(kind, item), names.name(kind, item)) {
                    names.nodes.insert(id.to_owned(), name);
                }
            }
        }
        names
    }

    /// The name of a claim in its key.
    pub(super) fn name(&self, kind: Kind, item: &Value) -> Option<String> {
        let word = |member: &str| item[member].as_str();
        let of_type = |member: &str| Some(format!("{}:{}", word("type")?, word(member)?));
        let node = |member: &str| self.nodes.get(word(member)?).map(|name| short(name));
        match kind {
            Kind::Technique | Kind::Mitigation => word("id").map(str::to_owned),
            Kind::Observable => of_type("value"),
            Kind::Entity => of_type("name"),
            Kind::Event => of_type("summary"),
            Kind::Relation => Some(format!("{}:{}>{}", word("type")?, node("source")?, node("target")?)),
        }
    }
}

/// The id by which others refer to a claim.
pub(super) fn claim_id(kind: Kind, item: &Value) -> Option<&str> {
    match kind {
        Kind::Technique | Kind::Mitigation => item["claim"].as_str(),
        _ => item["id"].as_str(),
    }
}
