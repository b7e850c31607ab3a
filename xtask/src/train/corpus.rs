//! What the model is trained on: TRAM's training reports and ATT&CK's own sentences, read from the files a
//! checkout of the upstream data holds. None of it is kept in the project.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where a row comes from, which decides what its silence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A sentence of a TRAM report. Annotators looked for a closed list only.
    Report,
    /// A procedure example or the opening of a technique's description.
    Example,
    /// A sentence about defence: what it speaks of is not claimed.
    Defence,
    /// A sentence of our own, written to show techniques; without a label, to look like one and show none.
    Own,
    /// Prose without any attack in it.
    Plain,
}

/// One sentence for training.
#[derive(Clone, Debug)]
pub struct Row {
    /// The sentence, names of actors and malware replaced.
    pub text: String,
    /// Current ids of techniques in it, without the parents of sub-techniques.
    pub labels: BTreeSet<String>,
    /// Source.
    pub kind: Kind,
    /// 0 enterprise, 1 mobile, 2 ICS, 3 ATLAS.
    pub domain: usize,
    /// Number of the TRAM report it stands in.
    pub report: Option<usize>,
}

/// Facts about ids that training needs, from the same bundles.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Live techniques: name and domain.
    pub live: BTreeMap<String, (String, usize)>,
    /// Revoked id to its successor.
    pub revoked: BTreeMap<String, String>,
}

impl Catalogue {
    /// The live id behind `id`, if there is one.
    pub fn current(&self, id: &str) -> Option<&str> {
        let mut id = id;
        for _ in 0..8 {
            if let Some((key, _)) = self.live.get_key_value(id) {
                return Some(key);
            }
            id = self.revoked.get(id)?;
        }
        None
    }
}

/// All rows, the catalogue, TRAM's closed list, and the files that were read.
#[derive(Debug, Default)]
pub struct Corpus {
    /// Sentences.
    pub rows: Vec<Row>,
    /// Ids.
    pub catalogue: Catalogue,
    /// Techniques that TRAM's annotators looked for, current ids.
    pub universe: BTreeSet<String>,
    /// Files read: name and SHA-256.
    pub files: Vec<(String, String)>,
}

/// What goes into the corpus beside TRAM.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Sentences taken of each technique description.
    pub description_sentences: usize,
    /// Sentences taken of each mitigation.
    pub defence_sentences: usize,
    /// Groups, campaigns and software whose procedure examples are left out: ids or names in lower case. A test set
    /// that was made from their ATT&CK pages is unseen only without them.
    pub without: BTreeSet<String>,
}

/// A labelled report in the scorer's form.
#[derive(Deserialize, Clone, Debug)]
pub struct LabelledReport {
    /// Its id.
    pub doc_id: String,
    /// Its sentences.
    pub sentences: Vec<LabelledSentence>,
    /// Closed label list, if there is one.
    pub universe: Option<Vec<String>>,
}

/// One of its sentences.
#[derive(Deserialize, Clone, Debug)]
pub struct LabelledSentence {
    /// Its id.
    pub sentence_id: String,
    /// Its text.
    pub text: String,
    /// Its techniques.
    pub labels: Vec<String>,
}

/// Reads and unpacks a file by its ending.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let raw = std::fs::read(path).with_context(|| path.display().to_string())?;
    let mut out = Vec::new();
    match path.extension().and_then(|e| e.to_str()) {
        Some("zst") => out = zstd::decode_all(raw.as_slice())?,
        Some("xz") => {
            xz2::read::XzDecoder::new(raw.as_slice()).read_to_end(&mut out)?;
        }
        _ => out = raw,
    }
    Ok(out)
}

/// Labelled reports of a `.jsonl` or `.jsonl.xz` file.
pub fn reports(path: &Path) -> Result<Vec<LabelledReport>> {
    let bytes = read(path)?;
    let text = std::str::from_utf8(&bytes)?;
    text.lines()
        .filter(|l| !l.trim().is_empty())
        .map(|l| serde_json::from_str(l).with_context(|| path.display().to_string()))
        .collect()
}

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The newest file in `folder` whose name starts with `prefix`.
fn newest(folder: &Path, prefix: &str) -> Result<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| folder.display().to_string())?
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with(prefix)))
        .collect();
    found.sort();
    found.pop().with_context(|| format!("no {prefix}* in {}", folder.display()))
}

/// Reads everything below `shared` (the folder with `data/knowledge` and `data/attack-mapping`).
pub fn load(shared: &Path, own: &Path, choice: &Choice) -> Result<Corpus> {
    let mut corpus = Corpus::default();
    let note = |corpus: &mut Corpus, path: &Path| -> Result<()> {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        corpus.files.push((name, sha256(&std::fs::read(path)?)));
        Ok(())
    };
    let knowledge = shared.join("data/knowledge");
    let mut bundles = Vec::new();
    for (domain, prefix) in ["enterprise-attack", "mobile-attack", "ics-attack"].iter().enumerate() {
        let path = newest(&knowledge, prefix)?;
        note(&mut corpus, &path)?;
        let bundle: Value = serde_json::from_slice(&read(&path)?)?;
        let Some(objects) = bundle["objects"].as_array() else { bail!("{}: no objects", path.display()) };
        bundles.push((domain, objects.clone()));
    }
    for (domain, objects) in &bundles {
        catalogue(&mut corpus.catalogue, *domain, objects);
    }
    let mut examples: BTreeMap<(usize, String), BTreeSet<String>> = BTreeMap::new();
    for (domain, objects) in &bundles {
        attack_rows(&mut corpus, *domain, objects, choice, &mut examples);
    }
    for ((domain, text), labels) in examples {
        corpus.rows.push(Row { text, labels, kind: Kind::Example, domain, report: None });
    }
    let tram = shared.join("data/attack-mapping/tram-train.jsonl.xz");
    note(&mut corpus, &tram)?;
    for (number, report) in reports(&tram)?.into_iter().enumerate() {
        for id in report.universe.iter().flatten() {
            if let Some(id) = corpus.catalogue.current(id) {
                corpus.universe.insert(id.to_owned());
            }
        }
        for s in report.sentences {
            let labels =
                s.labels.iter().filter_map(|l| corpus.catalogue.current(l)).map(str::to_owned).collect();
            corpus.rows.push(Row {
                text: s.text,
                labels,
                kind: Kind::Report,
                domain: 0,
                report: Some(number),
            });
        }
    }
    let plain = own.join("plain.txt");
    note(&mut corpus, &plain)?;
    for line in String::from_utf8(read(&plain)?)?.lines() {
        if !line.is_empty() && !line.starts_with('#') {
            let text = line.to_owned();
            corpus.rows.push(Row {
                text,
                labels: BTreeSet::new(),
                kind: Kind::Plain,
                domain: 0,
                report: None,
            });
        }
    }
    let behaviours = own.join("behaviours.tsv");
    note(&mut corpus, &behaviours)?;
    own_rows(&mut corpus, &String::from_utf8(read(&behaviours)?)?)?;
    Ok(corpus)
}

/// Sentences of our own: techniques, tab, sentence. Ids that the catalogue no longer has are followed or an error.
fn own_rows(corpus: &mut Corpus, text: &str) -> Result<()> {
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (ids, sentence) = line.split_once('\t').with_context(|| format!("{line}: no tab"))?;
        let mut labels = BTreeSet::new();
        for id in ids.split(',').filter(|id| *id != "-") {
            if id.starts_with("AML.") {
                // ATLAS has no bundle here; its ids are checked against the pack when the model is used.
                corpus.catalogue.live.entry(id.to_owned()).or_insert_with(|| (id.to_owned(), ATLAS));
            }
            labels.insert(corpus.catalogue.current(id).with_context(|| format!("{id}: unknown"))?.to_owned());
        }
        let domain = labels.first().and_then(|l| corpus.catalogue.live.get(l)).map_or(0, |l| l.1);
        corpus.rows.push(Row { text: sentence.to_owned(), labels, kind: Kind::Own, domain, report: None });
    }
    Ok(())
}

/// Number of ATLAS among the domains, behind those of the bundles.
const ATLAS: usize = 3;

fn external_id(object: &Value) -> Option<&str> {
    object["external_references"]
        .as_array()?
        .iter()
        .find(|r| r["source_name"].as_str().is_some_and(|s| s.starts_with("mitre")))
        .and_then(|r| r["external_id"].as_str())
}

fn dead(object: &Value) -> bool {
    object["revoked"].as_bool() == Some(true) || object["x_mitre_deprecated"].as_bool() == Some(true)
}

fn catalogue(out: &mut Catalogue, domain: usize, objects: &[Value]) {
    let mut ids: BTreeMap<&str, &str> = BTreeMap::new();
    for o in objects.iter().filter(|o| o["type"] == "attack-pattern") {
        if let (Some(stix), Some(id)) = (o["id"].as_str(), external_id(o)) {
            ids.insert(stix, id);
            if !dead(o) {
                out.live.insert(id.to_owned(), (o["name"].as_str().unwrap_or_default().to_owned(), domain));
            }
        }
    }
    for o in objects.iter().filter(|o| o["relationship_type"] == "revoked-by") {
        if let (Some(from), Some(to)) =
            (ids.get(o["source_ref"].as_str().unwrap_or("")), ids.get(o["target_ref"].as_str().unwrap_or("")))
        {
            out.revoked.insert((*from).to_owned(), (*to).to_owned());
        }
    }
}

/// Adds descriptions and mitigations to `corpus`, procedure examples to `examples` (merged by sentence, because
/// one sentence is often given for several techniques).
fn attack_rows(
    corpus: &mut Corpus,
    domain: usize,
    objects: &[Value],
    choice: &Choice,
    examples: &mut BTreeMap<(usize, String), BTreeSet<String>>,
) {
    let mut ids: BTreeMap<&str, &str> = BTreeMap::new();
    let mut names: BTreeMap<&str, (Vec<&str>, &str)> = BTreeMap::new();
    let mut left_out: BTreeSet<&str> = BTreeSet::new();
    for o in objects {
        let Some(stix) = o["id"].as_str() else { continue };
        match o["type"].as_str() {
            Some("attack-pattern") if !dead(o) => {
                let Some(id) = external_id(o) else { continue };
                ids.insert(stix, id);
                let text = o["description"].as_str().unwrap_or("");
                for sentence in sentences(&clean(text)).take(choice.description_sentences) {
                    corpus.rows.push(Row {
                        text: sentence,
                        labels: BTreeSet::from([id.to_owned()]),
                        kind: Kind::Example,
                        domain,
                        report: None,
                    });
                }
            }
            Some(kind @ ("malware" | "tool" | "intrusion-set" | "campaign")) => {
                let stand_in = match kind {
                    "intrusion-set" => "The actor",
                    "campaign" => "The campaign",
                    _ => "The malware",
                };
                let mut all: Vec<&str> = o["name"].as_str().into_iter().collect();
                for key in ["aliases", "x_mitre_aliases"] {
                    all.extend(o[key].as_array().into_iter().flatten().filter_map(Value::as_str));
                }
                let own_id = external_id(o);
                if all.iter().copied().chain(own_id).any(|n| choice.without.contains(&n.to_lowercase())) {
                    left_out.insert(stix);
                }
                all.retain(|n| n.len() > 2);
                all.sort_by_key(|n| std::cmp::Reverse(n.len()));
                all.dedup();
                names.insert(stix, (all, stand_in));
            }
            _ => {}
        }
    }
    for o in objects.iter().filter(|o| o["type"] == "relationship" && !dead(o)) {
        let target = ids.get(o["target_ref"].as_str().unwrap_or("")).copied();
        let text = o["description"].as_str().unwrap_or("");
        if text.is_empty() || left_out.contains(o["source_ref"].as_str().unwrap_or("")) {
            continue;
        }
        match (o["relationship_type"].as_str(), target) {
            (Some("uses"), Some(id)) => {
                let mut text = clean(text);
                if let Some((names, stand_in)) = names.get(o["source_ref"].as_str().unwrap_or("")) {
                    for name in names {
                        text = replace_word(&text, name, stand_in);
                    }
                }
                examples.entry((domain, text)).or_default().insert(id.to_owned());
            }
            (Some("mitigates"), _) => {
                for sentence in sentences(&clean(text)).take(choice.defence_sentences) {
                    corpus.rows.push(Row {
                        text: sentence,
                        labels: BTreeSet::new(),
                        kind: Kind::Defence,
                        domain,
                        report: None,
                    });
                }
            }
            _ => {}
        }
    }
}

/// Replaces `word` where no letter or digit adjoins it.
fn replace_word(text: &str, word: &str, with: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(at) = rest.find(word) {
        let (head, tail) = rest.split_at(at);
        let tail = &tail[word.len()..];
        let left = head.chars().next_back().unwrap_or(before);
        let free = !left.is_alphanumeric() && !tail.chars().next().is_some_and(char::is_alphanumeric);
        out.push_str(head);
        out.push_str(if free { with } else { word });
        before = word.chars().next_back().unwrap_or(' ');
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Takes out citations, Markdown links (keeping their words) and code marks.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '(']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        if tail.starts_with("(Citation:") {
            rest = tail.find(')').map_or("", |end| &tail[end + 1..]);
        } else if tail.starts_with('[')
            && let Some(close) = tail.find("](")
            && let Some(end) = tail[close..].find(')')
            && !tail[1..close].contains('[')
        {
            out.push_str(&tail[1..close]);
            rest = &tail[close + end + 1..];
        } else {
            out.push_str(&tail[..1]);
            rest = &tail[1..];
        }
    }
    out.push_str(rest);
    out.replace("<code>", " ").replace("</code>", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Sentences of edited prose: a full stop, a space, a capital letter.
fn sentences(text: &str) -> impl Iterator<Item = String> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        let text = rest.trim();
        if text.is_empty() {
            return None;
        }
        let cut = text
            .match_indices(". ")
            .map(|(i, _)| i + 1)
            .find(|&i| {
                text[i..].trim_start().starts_with(|c: char| c.is_ascii_uppercase())
                    && !text[..i].ends_with("e.g.")
                    && !text[..i].ends_with("i.e.")
            })
            .unwrap_or(text.len());
        rest = &text[cut..];
        Some(text[..cut].to_owned())
    })
}
