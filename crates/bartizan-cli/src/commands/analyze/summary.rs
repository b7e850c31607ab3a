//! The short summary of one analysis: a page in a terminal, a line among several, or an object with `--json`.

use std::collections::BTreeMap;
use std::path::Path;

use bartizan::exchange::{self, Counts};
use bartizan::{Analysis, Assisted, Severity, Verdict};
use bartizan_detection::Detections;
use serde_json::{Value, json};

use crate::terminal::{self, Style};

/// Most techniques and diagnostics listed; the files have all.
const LISTED: usize = 12;
const LISTED_FINDINGS: usize = 4;

/// What the summary needs, taken from the analysis while it was at hand.
#[derive(Clone, Debug)]
pub struct Lines {
    summary: exchange::Summary,
    origin: String,
    techniques: Vec<Technique>,
    kinds: BTreeMap<&'static str, usize>,
    findings: Vec<(Severity, &'static str, String)>,
    assisted: Option<Assisted>,
    detections: Option<Rules>,
    page: bool,
}

/// What became of the detections.
#[derive(Clone, Debug)]
struct Rules {
    rules: Vec<(String, &'static str, String)>,
    refused: usize,
    covered: usize,
    techniques: usize,
    undetectable: usize,
}

impl Rules {
    fn new(found: &Detections) -> Self {
        let rule =
            |r: &bartizan_detection::Detection| (r.title.clone(), r.level.as_str(), r.log_source.name());
        Self {
            rules: found.rules.iter().map(rule).collect(),
            refused: found.refused.len(),
            covered: found.techniques.iter().filter(|t| !t.rules.is_empty()).count(),
            techniques: found.techniques.len(),
            undetectable: found.undetectable.len(),
        }
    }

    fn json(&self) -> Value {
        json!({
            "rules": self.rules.iter().map(|(title, level, source)| json!({ "title": title, "level": level, "log_source": source })).collect::<Vec<_>>(),
            "refused": self.refused,
            "techniques_covered": self.covered,
            "techniques": self.techniques,
            "indicators_without_rule": self.undetectable,
        })
    }
}

#[derive(Clone, Debug)]
struct Technique {
    id: String,
    name: String,
    confidence: f32,
    word: &'static str,
    provenance: &'static str,
    quote: String,
}

impl Lines {
    /// From an analysis and its detections; `page` if report.html is written too.
    pub fn new(analysis: &Analysis, found: Option<&Detections>, page: bool) -> Self {
        let document = &analysis.document;
        let marking = exchange::marking(analysis).as_str();
        let by_default = if analysis.marking.is_none() { " (no label in the report)" } else { "" };
        let origin = [document.metadata.publisher.as_deref(), document.metadata.published.as_deref()]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .chain([format!("{marking}{by_default}")])
            .collect::<Vec<_>>()
            .join(" · ");
        let mut kinds = BTreeMap::new();
        for observable in analysis.observables.iter().filter(|o| o.verdict == Verdict::Indicator) {
            *kinds.entry(observable.kind.as_str()).or_default() += 1;
        }
        Self {
            summary: exchange::summary(analysis),
            origin,
            techniques: analysis
                .techniques
                .iter()
                .map(|t| Technique {
                    id: t.id.clone(),
                    name: t.name.clone(),
                    confidence: t.confidence.get(),
                    word: t.confidence.word(),
                    provenance: t.provenance.as_str(),
                    quote: t
                        .evidence
                        .first()
                        .map(|e| e.sentence.of(&document.text).to_owned())
                        .unwrap_or_default(),
                })
                .collect(),
            kinds,
            assisted: analysis.assisted.clone(),
            detections: found.map(Rules::new),
            page,
            findings: analysis
                .diagnostics
                .iter()
                .filter(|d| d.severity > Severity::Note)
                .map(|d| (d.severity, d.code.as_str(), d.message.clone()))
                .collect(),
        }
    }

    /// As an object.
    pub fn json(&self) -> Value {
        let Counts {
            techniques,
            observables,
            indicators,
            entities,
            relations,
            events,
            obligations,
            mitigations,
            diagnostics,
            ..
        } = self.summary.counts;
        let mut object = json!({
            "title": self.summary.title,
            "brief": self.summary.brief,
            "counts": {
                "techniques": techniques,
                "observables": observables,
                "indicators": indicators,
                "entities": entities,
                "relations": relations,
                "events": events,
                "obligations": obligations,
                "mitigations": mitigations,
                "diagnostics": diagnostics,
            },
            "warnings": self.findings.iter().map(|(_, code, text)| json!({ "code": code, "message": text })).collect::<Vec<_>>(),
        });
        if let Some(found) = &self.detections {
            object["detections"] = found.json();
        }
        if let Some(a) = &self.assisted {
            object["assisted"] = json!({
                "model": a.model,
                "questions": a.questions,
                "answered": a.answered,
                "claims": a.claims,
                "discarded": a.discarded,
                "changed": a.changed,
            });
        }
        object
    }

    /// As text; `short` for one of several.
    pub fn text(&self, label: &str, folder: Option<&Path>, short: bool) -> String {
        let folder = folder.map(|f| f.display().to_string()).unwrap_or_default();
        if short { self.line(label, &folder) } else { self.page(label, &folder) }
    }

    fn line(&self, label: &str, folder: &str) -> String {
        let counts = self.summary.counts;
        let warn = if self.findings.is_empty() {
            String::new()
        } else {
            format!("  {} warnings", self.findings.len())
        };
        format!(
            "{:<40}  {:>3} techniques  {:>4} indicators  → {folder}{warn}\n",
            terminal::cut(&terminal::plain(label), 40),
            counts.techniques,
            counts.indicators,
        )
    }

    fn page(&self, label: &str, folder: &str) -> String {
        let style = Style::stdout();
        let width = terminal::width();
        let mut text = String::new();
        let title = if self.summary.title.is_empty() { label } else { &self.summary.title };
        text += &format!("{}\n", style.bold(&terminal::cut(&terminal::plain(title), width)));
        text += &format!("{}\n\n", style.dim(&terminal::cut(&terminal::plain(&self.origin), width)));
        for line in terminal::wrap(&terminal::plain(&self.summary.brief), width - 2) {
            text += &format!("  {line}\n");
        }
        text += "\n";
        for figure in &self.summary.figures {
            let note = if figure.note.is_empty() {
                String::new()
            } else {
                format!("  {}", style.dim(&terminal::plain(&figure.note)))
            };
            text += &format!("  {:>5} {}{note}\n", figure.value, figure.label);
        }
        if let Some(fact) = self.summary.facts.iter().find(|f| f.label == exchange::ASSISTED) {
            let line = format!("{} {}", fact.label, terminal::plain(&fact.value));
            text.push('\n');
            for line in terminal::wrap(&line, width - 2) {
                text += &format!("  {}\n", style.dim(&line));
            }
        }
        self.list_techniques(&mut text, style, width);
        if !self.kinds.is_empty() {
            let kinds: Vec<_> = self.kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
            text += &format!("\n{}\n", style.bold("Indicators"));
            for line in terminal::wrap(&kinds.join("   "), width - 2) {
                text += &format!("  {line}\n");
            }
        }
        self.list_detections(&mut text, style, width);
        self.list_findings(&mut text, style, width);
        let look = if self.page { "report.html" } else { "detections" };
        text += &format!("\nWritten to {folder}; open {}\n", Path::new(folder).join(look).display());
        text
    }

    fn list_techniques(&self, text: &mut String, style: Style, width: usize) {
        if self.techniques.is_empty() {
            return;
        }
        *text += &format!("\n{}\n", style.bold("Techniques"));
        for t in self.techniques.iter().take(LISTED) {
            let head = format!(
                "  {:<10} {:<34} {:<9} {:.2} {}",
                t.id,
                terminal::cut(&t.name, 34),
                t.provenance,
                t.confidence,
                t.word
            );
            *text += &format!("{}\n", terminal::cut(&head, width));
            let quote = t.quote.split_whitespace().collect::<Vec<_>>().join(" ");
            let quote = terminal::cut(&terminal::plain(&quote), width.saturating_sub(15));
            *text += &format!("             {}\n", style.dim(&format!("“{quote}”")));
        }
        if self.techniques.len() > LISTED {
            *text += &format!("  … and {} more\n", self.techniques.len() - LISTED);
        }
    }

    fn list_detections(&self, text: &mut String, style: Style, width: usize) {
        let Some(found) = &self.detections else { return };
        let head = format!(
            "Detections: {} rules, {} of {} techniques",
            found.rules.len(),
            found.covered,
            found.techniques
        );
        *text += &format!("\n{}\n", style.bold(&head));
        // With a page to look at, the list is there.
        let most = if self.page { LISTED_FINDINGS } else { usize::MAX };
        for (title, level, source) in found.rules.iter().take(most) {
            let line = format!("  {level:<9} {source:<28} {}", terminal::plain(title));
            *text += &format!("{}\n", terminal::cut(&line, width));
        }
        if found.rules.len() > most {
            *text += &format!("  … and {} more in detections/sigma\n", found.rules.len() - most);
        }
        if found.refused + found.undetectable > 0 {
            let line = format!(
                "  {} candidates refused, {} indicators without a rule: detections/verdicts.json says why",
                found.refused, found.undetectable
            );
            *text += &format!("{}\n", style.dim(&terminal::cut(&line, width)));
        }
    }

    fn list_findings(&self, text: &mut String, style: Style, width: usize) {
        if self.findings.is_empty() {
            return;
        }
        *text += &format!("\n{}\n", style.bold("Worth knowing"));
        for (severity, code, message) in self.findings.iter().take(LISTED_FINDINGS) {
            let line = format!("  {}: {} [{code}]", severity.as_str(), terminal::plain(message));
            *text += &format!("{}\n", terminal::cut(&line, width));
        }
        if self.findings.len() > LISTED_FINDINGS {
            *text += &format!("  … and {} more in analysis.json\n", self.findings.len() - LISTED_FINDINGS);
        }
    }
}
