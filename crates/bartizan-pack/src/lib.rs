//! Builds a knowledge pack from the files that MITRE, CISA, MISP, Microsoft and IANA publish.
//!
//! Two callers: `cargo xtask pack` builds the pack that the program embeds, and `bartizan knowledge update --from DIR`
//! lets an analyst build one on the day a new ATT&CK comes out. Both give files; a file is recognised by its content
//! and name. What no file speaks about is kept from the pack it starts from.
//!
//! Only facts pass: identifiers, names, aliases, tactics, platforms, relations, dates. Descriptions are read for one
//! purpose, to count which words are ordinary English ([`ordinary`]), and are not kept.
//!
//! ```no_run
//! let files = bartizan_pack::read_folder(std::path::Path::new("upstream"))?;
//! let built = bartizan_pack::build(&files, Some(bartizan_knowledge::Pack::built_in()), Some("2026-04-14"))?;
//! std::fs::write("pack.bin", built.bytes)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod atlas;
mod attack;
mod controls;
mod d3fend;
mod file;
mod inference;
mod kev;
mod lists;
mod names;
mod ordinary;
mod places;
mod turtle;
mod weakness;

pub use file::{File, list_folder, read_folder};
pub use inference::{Countermeasure, Inference, Row, infer};

use bartizan_knowledge::{Facts, Pack, Source};
use bumpalo::Bump;
use file::Kind;

/// Why no pack came out.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl Error {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// A finished pack.
#[derive(Debug)]
pub struct Built {
    /// The file.
    pub bytes: Vec<u8>,
    /// What was read, and what was left aside and why, for the person who runs this.
    pub notes: Vec<String>,
}

/// What the sources write into.
struct Draft<'a> {
    arena: &'a Bump,
    facts: Facts<'a>,
    /// Lower-case words of upstream prose, to tell names from ordinary words.
    words: ordinary::Words,
    notes: Vec<String>,
}

impl<'a> Draft<'a> {
    fn keep(&self, text: &str) -> &'a str {
        self.arena.alloc_str(text.trim())
    }

    /// Notes a source, in place of the one of the same name that an older pack had.
    fn source(&mut self, source: Source<'a>) {
        self.notes.push(format!("{} {}: {} records", source.name, source.version, source.records));
        self.facts.sources.retain(|s| s.name != source.name);
        self.facts.sources.push(source);
    }
}

/// Builds a pack from `files`, over `base` where there is one. `built` is the day, `YYYY-MM-DD`; without it the newest
/// day of any source, so that the same files give the same bytes.
///
/// # Errors
/// If a recognised file cannot be read, none is recognised, or the facts contradict themselves.
pub fn build(files: &[File], base: Option<&'static Pack>, built: Option<&str>) -> Result<Built, Error> {
    let arena = Bump::new();
    let mut draft = Draft {
        arena: &arena,
        facts: base.map(Pack::facts).unwrap_or_default(),
        words: ordinary::Words::default(),
        notes: Vec::new(),
    };
    let (files, left) = file::newest(files);
    for (name, why) in left {
        draft.notes.push(format!("left aside: {name} ({why})"));
    }
    if files.is_empty() {
        return Err(Error::new("no file that a knowledge pack is made of"));
    }
    let of = |kind: Kind| files.iter().filter(move |f| f.kind == kind).copied();

    attack::read(&mut draft, &of(Kind::Attack).collect::<Vec<_>>())?;
    for file in of(Kind::Atlas) {
        atlas::read(&mut draft, file)?;
    }
    for file in of(Kind::D3fendOntology) {
        d3fend::read(&mut draft, file)?;
    }
    controls::read(&mut draft, &of(Kind::Controls).collect::<Vec<_>>())?;
    for file in of(Kind::Cwe) {
        weakness::read_cwe(&mut draft, file)?;
    }
    for file in of(Kind::Capec) {
        weakness::read_capec(&mut draft, file)?;
    }
    for file in of(Kind::Kev) {
        kev::read(&mut draft, file)?;
    }
    for file in of(Kind::Tlds) {
        lists::read_tlds(&mut draft, file)?;
    }
    lists::read_warnings(&mut draft, &of(Kind::WarningList).collect::<Vec<_>>())?;
    let named: Vec<&File> =
        files.iter().filter(|f| matches!(f.kind, Kind::Galaxy | Kind::MicrosoftNames)).copied().collect();
    names::read(&mut draft, &named)?;
    prune(&mut draft);

    let Draft { mut facts, notes, .. } = draft;
    let newest = facts.sources.iter().map(|s| s.date).max().unwrap_or_default();
    facts.built = built.unwrap_or(newest);
    let bytes = facts.encode().map_err(|e| Error::new(e.to_string()))?;
    Ok(Built { bytes, notes })
}

/// Drops what points at nothing. Ids that upstream has replaced are followed first, so that a mapping made for an
/// older ATT&CK still holds.
fn prune(draft: &mut Draft<'_>) {
    let facts = &mut draft.facts;
    let live: std::collections::BTreeSet<&str> =
        facts.techniques.iter().map(|t| t.id).chain(facts.objects.iter().map(|o| o.id)).collect();
    let successors: std::collections::BTreeMap<&str, &str> =
        facts.fates.iter().filter_map(|f| Some((f.id, f.successor?))).collect();
    let follow = |id| if live.contains(id) { id } else { successors.get(id).copied().unwrap_or(id) };
    let count = |facts: &Facts<'_>| [facts.links.len(), facts.paths.len(), facts.control_links.len()];
    let before = count(facts);
    for link in &mut facts.links {
        (link.source, link.target) = (follow(link.source), follow(link.target));
    }
    facts.links.retain(|l| live.contains(l.source) && live.contains(l.target));
    for path in &mut facts.paths {
        path.technique = follow(path.technique);
    }
    facts.paths.retain(|p| live.contains(p.technique) && live.contains(p.countermeasure));
    // Where two ids have become one, the stronger of two statements holds.
    let own: std::collections::BTreeSet<_> = facts.paths.iter().filter(|p| !p.inherited).copied().collect();
    facts
        .paths
        .retain(|p| !p.inherited || !own.contains(&bartizan_knowledge::Path { inherited: false, ..*p }));
    let own: std::collections::BTreeSet<_> =
        facts.links.iter().filter(|l| l.kind == "counters").map(|l| (l.source, l.target)).collect();
    facts.links.retain(|l| l.kind != "counters-family" || !own.contains(&(l.source, l.target)));
    for link in &mut facts.control_links {
        link.technique = follow(link.technique);
    }
    facts.control_links.retain(|l| live.contains(l.technique));
    let after = count(facts);
    for ((what, before), after) in
        ["relations", "D3FEND paths", "control relations"].iter().zip(before).zip(after)
    {
        if before > after {
            draft.notes.push(format!(
                "{} {what} name ids that are not live, or say less than another, and were dropped",
                before - after
            ));
        }
    }
}
