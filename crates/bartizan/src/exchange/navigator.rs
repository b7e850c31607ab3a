//! ATT&CK Navigator layers, format 4.5 (mitre-attack/attack-navigator, `layers/spec/v4.5`).

use super::{summary, text};
use crate::{Analysis, TechniqueMapping};
use bartizan_knowledge::{Domain, Pack};
use serde::Serialize;

/// The three matrices that Navigator knows, main one first.
const DOMAINS: [Domain; 3] = [Domain::Enterprise, Domain::Mobile, Domain::Ics];

/// A layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Layer {
    /// Name of the layer.
    pub name: String,
    versions: Versions,
    /// `enterprise-attack`, `mobile-attack` or `ics-attack`.
    pub domain: &'static str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<Filters>,
    sorting: u8,
    layout: Layout,
    hide_disabled: bool,
    /// The techniques of this domain.
    pub techniques: Vec<Technique>,
    gradient: Gradient,
    legend_items: Vec<LegendItem>,
    metadata: Vec<Pair>,
    show_tactic_row_background: bool,
    select_techniques_across_tactics: bool,
    select_subtechniques_with_parent: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Versions {
    #[serde(skip_serializing_if = "Option::is_none")]
    attack: Option<String>,
    navigator: &'static str,
    layer: &'static str,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Filters {
    platforms: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Layout {
    layout: &'static str,
    aggregate_function: &'static str,
    #[serde(rename = "showID")]
    show_id: bool,
    show_name: bool,
    show_aggregate_scores: bool,
    count_unscored: bool,
    expanded_subtechniques: &'static str,
}

/// One technique of a layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Technique {
    /// E.g. `T1059.001`. Without a tactic it stands under each of its tactics.
    #[serde(rename = "techniqueID")]
    pub technique_id: String,
    /// Confidence in percent, or a number of rules.
    pub score: u32,
    comment: String,
    enabled: bool,
    metadata: Vec<Pair>,
    show_subtechniques: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Pair {
    name: String,
    value: String,
}

impl Pair {
    fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned() }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Gradient {
    colors: [&'static str; 2],
    min_value: u32,
    max_value: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct LegendItem {
    label: &'static str,
    color: &'static str,
}

/// What detects a technique of the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detected {
    /// Rules that were generated from the report.
    pub generated: usize,
    /// Rules that were chosen from a corpus of the user.
    pub selected: usize,
    /// Where the generated ones look, as `process_creation (windows)`.
    pub log_sources: Vec<String>,
}

impl Detected {
    /// `generated rule`, `selected rule` or `no log-visible observable in this report`: as `verdicts.json` has it.
    pub fn status(&self) -> &'static str {
        match (self.generated, self.selected) {
            (0, 0) => "no log-visible observable in this report",
            (0, _) => "selected rule",
            _ => "generated rule",
        }
    }

    fn colour(&self) -> &'static str {
        match (self.generated, self.selected) {
            (0, 0) => MISSING,
            (0, _) => SELECTED,
            _ => GENERATED,
        }
    }

    fn metadata(&self) -> Vec<Pair> {
        let mut out = vec![Pair::new("detection", self.status())];
        if self.generated > 0 {
            out.push(Pair::new("generated rules", &self.generated.to_string()));
        }
        if self.selected > 0 {
            out.push(Pair::new("selected rules", &self.selected.to_string()));
        }
        if !self.log_sources.is_empty() {
            out.push(Pair::new("log sources", &self.log_sources.join(", ")));
        }
        out
    }
}

/// The layer of the main domain: enterprise, or the first domain that has a technique if enterprise has none.
/// A report without techniques gives an empty enterprise layer.
pub fn layer(analysis: &Analysis, pack: &Pack) -> Layer {
    layer_with(analysis, pack, &[])
}

/// [`layer`] with what detects each technique, in the order of the analysis: the colour says it, and the metadata. Nothing
/// is said where `detected` is empty.
pub fn layer_with(analysis: &Analysis, pack: &Pack, detected: &[Detected]) -> Layer {
    build(analysis, pack, main_domain(analysis), detected)
}

/// Layers of the other domains that have a technique, with their file names, e.g.
/// `attack-navigator-layer-mobile.json`; `detected` as in [`layer_with`].
pub fn further_layers(analysis: &Analysis, pack: &Pack, detected: &[Detected]) -> Vec<(String, Layer)> {
    let main = main_domain(analysis);
    DOMAINS
        .into_iter()
        .filter(|d| *d != main && of(analysis, *d).next().is_some())
        .map(|d| {
            let short = d.as_str().trim_end_matches("-attack");
            (format!("attack-navigator-layer-{short}.json"), build(analysis, pack, d, detected))
        })
        .collect()
}

fn of(analysis: &Analysis, domain: Domain) -> impl Iterator<Item = &TechniqueMapping> {
    analysis.techniques.iter().filter(move |t| t.domain == domain.as_str())
}

fn main_domain(analysis: &Analysis) -> Domain {
    DOMAINS.into_iter().find(|d| of(analysis, *d).next().is_some()).unwrap_or(Domain::Enterprise)
}

fn build(analysis: &Analysis, pack: &Pack, domain: Domain, detected: &[Detected]) -> Layer {
    let title = summary(analysis).title;
    let all = analysis.techniques.iter().enumerate().filter(|(_, t)| t.domain == domain.as_str());
    let mut techniques: Vec<Technique> =
        all.map(|(index, t)| technique(analysis, t, detected.get(index))).collect();
    // A layer holds a technique once; mappings are best first.
    let mut seen = std::collections::BTreeSet::new();
    techniques.retain(|t| seen.insert(t.technique_id.clone()));
    techniques.sort_by(|a, b| a.technique_id.cmp(&b.technique_id));
    let mut metadata = vec![
        Pair::new("marking", super::marking(analysis).as_str()),
        Pair::new("generator", concat!("Bartizan ", env!("CARGO_PKG_VERSION"))),
    ];
    if !analysis.document.sha256.is_empty() {
        metadata.push(Pair::new("document sha256", &analysis.document.sha256));
    }
    if !analysis.pack.is_empty() {
        metadata.push(Pair::new("knowledge", &analysis.pack));
    }
    let (colour, legend_items) = match detected {
        [] => ("", legend(["unlikely", "almost certain"])),
        _ => (" The colour says what detects it.", detected_legend()),
    };
    Layer {
        name: title.clone(),
        description: format!(
            "Techniques that “{title}” describes. {}. The score is the confidence in percent.{colour}",
            super::marking(analysis)
        ),
        techniques,
        legend_items,
        metadata,
        ..blank(pack, domain)
    }
}

/// A layer without a name, techniques, legend or metadata.
fn blank(pack: &Pack, domain: Domain) -> Layer {
    Layer {
        name: String::new(),
        versions: Versions { attack: attack_version(pack, domain), navigator: "5.1.0", layer: "4.5" },
        domain: domain.as_str(),
        description: String::new(),
        filters: platforms(pack, domain),
        sorting: 3,
        layout: Layout {
            layout: "side",
            aggregate_function: "max",
            show_id: true,
            show_name: true,
            show_aggregate_scores: true,
            count_unscored: false,
            expanded_subtechniques: "annotated",
        },
        hide_disabled: false,
        techniques: Vec::new(),
        gradient: Gradient { colors: COLOURS, min_value: 0, max_value: 100 },
        legend_items: Vec::new(),
        metadata: Vec::new(),
        show_tactic_row_background: false,
        select_techniques_across_tactics: true,
        select_subtechniques_with_parent: false,
    }
}

/// Faint and strong.
const COLOURS: [&str; 2] = ["#dbe8ff", "#1d4fae"];
/// What is missing.
const MISSING: &str = "#f4c7c3";
/// What a rule from the report detects, and what a rule of a corpus does. Apart in lightness too, for the colour-blind.
const GENERATED: &str = "#2f855a";
const SELECTED: &str = "#a7d8ae";

fn detected_legend() -> Vec<LegendItem> {
    let items = [
        Detected { generated: 1, ..Detected::default() },
        Detected { selected: 1, ..Detected::default() },
        Detected::default(),
    ];
    items.iter().map(|d| LegendItem { label: d.status(), color: d.colour() }).collect()
}

fn legend(labels: [&'static str; 2]) -> Vec<LegendItem> {
    labels.into_iter().zip(COLOURS).map(|(label, color)| LegendItem { label, color }).collect()
}

/// A technique with the number of rules that detect it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// E.g. `T1059.001`.
    pub id: String,
    /// How many rules there are for it; with 0 it is marked as missing.
    pub rules: u32,
    /// Words beside it.
    pub comment: String,
}

/// The layer of a rule set: the score of a technique is the number of its rules.
pub fn coverage(name: &str, description: &str, covered: &[Covered], pack: &Pack, domain: Domain) -> Layer {
    let technique = |covered: &Covered| Technique {
        technique_id: covered.id.clone(),
        score: covered.rules,
        comment: covered.comment.clone(),
        enabled: true,
        metadata: Vec::new(),
        show_subtechniques: covered.id.contains('.'),
        color: (covered.rules == 0).then_some(MISSING),
    };
    let most = covered.iter().map(|c| c.rules).max().unwrap_or(0).max(1);
    let mut legend_items = legend(["few rules", "many rules"]);
    if covered.iter().any(|c| c.rules == 0) {
        legend_items.push(LegendItem { label: "no rule", color: MISSING });
    }
    let generator = concat!("Bartizan ", env!("CARGO_PKG_VERSION"));
    Layer {
        name: name.to_owned(),
        description: description.to_owned(),
        techniques: covered.iter().map(technique).collect(),
        gradient: Gradient { colors: COLOURS, min_value: 0, max_value: most },
        legend_items,
        metadata: vec![
            Pair { name: "generator".into(), value: generator.into() },
            Pair { name: "knowledge".into(), value: pack.version_line() },
        ],
        ..blank(pack, domain)
    }
}

fn technique(analysis: &Analysis, technique: &TechniqueMapping, detected: Option<&Detected>) -> Technique {
    let first = technique.evidence.first();
    let mut metadata = vec![
        Pair { name: "provenance".into(), value: technique.provenance.as_str().into() },
        Pair { name: "confidence".into(), value: technique.confidence.word().into() },
    ];
    if let Some(old) = &technique.mapped_from {
        metadata.push(Pair { name: "id in the report".into(), value: old.clone() });
    }
    if let Some(page) = first.and_then(|e| analysis.document.page_of(e.span)) {
        metadata.push(Pair { name: "page".into(), value: page.to_string() });
    }
    metadata.extend(detected.map(Detected::metadata).into_iter().flatten());
    Technique {
        technique_id: technique.id.clone(),
        score: u32::from(technique.confidence.percent()),
        comment: first
            .map(|e| text::one_line(e.sentence.of(&analysis.document.text), 500))
            .map(|words| format!("“{words}”"))
            .unwrap_or_default(),
        enabled: true,
        metadata,
        show_subtechniques: technique.id.contains('.'),
        color: detected.map(Detected::colour),
    }
}

/// Major version of ATT&CK in the pack, e.g. `18`; none if the pack does not say.
fn attack_version(pack: &Pack, domain: Domain) -> Option<String> {
    let short = match domain {
        Domain::Enterprise => "enterprise",
        Domain::Mobile => "mobile",
        Domain::Ics => "ics",
        Domain::Atlas => return None,
    };
    let attack = || pack.sources().iter().filter(|s| s.name.contains("ATT&CK"));
    let source =
        attack().find(|s| s.name.to_ascii_lowercase().contains(short)).or_else(|| attack().next())?;
    source.version.split('.').next().filter(|v| !v.is_empty()).map(str::to_owned)
}

/// Platforms of the domain as the pack names them, so that no technique of the layer is filtered away.
fn platforms(pack: &Pack, domain: Domain) -> Option<Filters> {
    let all: std::collections::BTreeSet<&str> = pack
        .techniques()
        .iter()
        .filter(|t| t.domain == domain)
        .flat_map(|t| t.platforms.iter().copied())
        .collect();
    let platforms: Vec<String> = all.into_iter().map(str::to_owned).collect();
    (!platforms.is_empty()).then_some(Filters { platforms })
}
