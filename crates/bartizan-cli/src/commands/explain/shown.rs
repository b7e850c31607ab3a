//! An explanation as text for people and as JSON.

use bartizan::exchange::offsets::CodePoints;
use bartizan::mapping::explain::{Explanation, Fate, Ground, Nearest, Weighed};
use bartizan::{Confidence, Document, OperatingPoint, Provenance, Reason, Span};
use serde_json::{Value, json};

use crate::terminal::{self, Style};

/// Words and other reasons shown of one sentence; `--json` has them all.
const SHOWN: usize = 8;

/// What is shown.
pub struct Shown<'a> {
    /// The report as it was named.
    pub label: String,
    /// The id that was asked for, if it is not the technique's current one.
    pub asked: Option<String>,
    /// Version line of pack and model.
    pub knowledge: String,
    /// The report.
    pub document: &'a Document,
    /// The explanation.
    pub explanation: &'a Explanation,
}

fn point_name(point: OperatingPoint) -> &'static str {
    match point {
        OperatingPoint::Strict => "strict",
        OperatingPoint::Balanced => "balanced",
        OperatingPoint::All => "all",
    }
}

/// Two decimals with a sign.
fn signed(x: f32) -> String {
    format!("{x:+.2}")
}

impl Shown<'_> {
    /// For people.
    pub fn text(&self) -> String {
        let t = self.explanation.technique;
        let style = Style::stdout();
        let mut text = format!(
            "{} ({}; {})\n",
            style.bold(&format!("{} {}", t.id, t.name)),
            t.tactics.join(", "),
            t.domain.as_str()
        );
        if let Some(asked) = &self.asked {
            text += &format!("{asked} was replaced by {}.\n", t.id);
        }
        // A model of one's own is worth a word; the rest of the line is long and in `knowledge status`.
        let model = self.knowledge.rsplit_once(" · model ").map(|(_, model)| format!(" (model {model})"));
        text += &format!("in {}{}\n\n", terminal::plain(&self.label), model.unwrap_or_default());
        text += &self.verdict();
        for p in &self.explanation.points {
            let fate = match &p.fate {
                Fate::Claimed => "claimed".to_owned(),
                Fate::Silent => "not claimed: nothing speaks for it".to_owned(),
                Fate::Below => match &self.explanation.weighed {
                    Some(w) => format!("not claimed: {:.2} is below it", w.probability),
                    None => "not claimed".to_owned(),
                },
                Fate::Covered(by) => {
                    format!("not claimed by itself: {} from the same sentences", by.join(", "))
                }
            };
            text += &format!("  {:<9} needs {:.2}  {fate}\n", point_name(p.point), p.threshold);
        }
        match &self.explanation.weighed {
            Some(w) => text += &self.weighed(w, style),
            None => text += &self.nothing(style),
        }
        text
    }

    fn verdict(&self) -> String {
        let Some(w) = &self.explanation.weighed else {
            return "No sentence of the report speaks for it.\n".into();
        };
        let word = Confidence::new(w.probability).word();
        let mut text = format!("confidence {:.2} ({word}), {}\n", w.probability, w.provenance.as_str());
        if let Some(from) = &w.mapped_from {
            text += &format!("the report says {from}, which was replaced\n");
        }
        if w.provenance == Provenance::Stated {
            text += "a stated technique is claimed at every operating point\n";
        }
        text
    }

    fn weighed(&self, w: &Weighed, style: Style) -> String {
        let points = CodePoints::new(&self.document.text);
        let mut text = format!("\n{}\n", style.bold("Evidence, best first"));
        for (i, ground) in w.evidence.iter().enumerate() {
            text += &self.ground(i + 1, ground, &points);
        }
        text += &format!("\n{}\n", style.bold("The document as a whole (value x coefficient, added up)"));
        let mut factors: Vec<_> = w.factors.iter().collect();
        factors.sort_by(|a, b| b.contribution().abs().total_cmp(&a.contribution().abs()));
        let mut sum = 0.0;
        for f in factors {
            sum += f.contribution();
            let product = format!("{:+.2} x {:+.2}", f.value, f.coefficient);
            text += &format!("  {}  {:<15}  {}\n", signed(f.contribution()), product, f.text);
        }
        text += &format!("  {}  in all: probability {:.2}\n", signed(sum), w.inferred);
        if let Some(floor) = w.floor {
            let why = if w.provenance == Provenance::Stated {
                "the report states the id"
            } else {
                "a claim has ATT&CK's own name for it"
            };
            text += &format!("  raised to at least {floor:.2}: {why}\n");
        }
        text
    }

    fn place(&self, span: Span, points: &CodePoints) -> String {
        let (start, end) = points.span(span);
        match self.document.page_of(span) {
            Some(page) => format!("page {page}, characters {start}-{end}"),
            None => format!("characters {start}-{end}"),
        }
    }

    fn ground(&self, number: usize, g: &Ground, points: &CodePoints) -> String {
        let mut head = vec![
            self.place(g.span, points),
            g.provenance.as_str().to_owned(),
            format!("sentence probability {:.2}", g.probability),
        ];
        head.extend(g.score.map(|s| format!("score {}", signed(s))));
        head.push(g.role.as_str().to_owned());
        if g.negates {
            head.push("with a negation".into());
        }
        let mut text = format!("{number}. {}\n", head.join(", "));
        text += &self.quote(g.sentence, Some(g.span));
        text += &reasons("words", &g.words);
        text += &reasons("weighed", &g.factors);
        text
    }

    /// The sentence, the exact words in brackets if they are not all of it.
    fn quote(&self, sentence: Span, span: Option<Span>) -> String {
        let whole = &self.document.text;
        let quoted = match span {
            Some(span) if span != sentence && sentence.contains(span) => format!(
                "{}[{}]{}",
                Span { start: sentence.start, end: span.start }.of(whole),
                span.of(whole),
                Span { start: span.end, end: sentence.end }.of(whole)
            ),
            _ => sentence.of(whole).to_owned(),
        };
        let lines = terminal::wrap(&format!("\"{}\"", terminal::plain(&quoted)), terminal::width() - 3);
        lines.iter().map(|line| format!("   {line}\n")).collect()
    }

    fn nothing(&self, style: Style) -> String {
        let e = self.explanation;
        let mut text = String::new();
        if !e.learned {
            text += "The model has no weights for it: only its id or its name in the text can show it.\n";
            text += "Sentences that show it can teach the model: bartizan train --help\n";
        }
        if !e.admitted {
            text += &format!(
                "The words of the report are not about {}; only a stated id would count.\n",
                e.technique.domain.as_str()
            );
        }
        if let Some(n) = &e.nearest {
            let place = self.place(n.sentence, &CodePoints::new(&self.document.text));
            text += &format!("\n{}\n{place}", style.bold("Nearest sentence"));
            text += &format!(
                ", score {}; from {} on it would be listened to\n",
                signed(n.score),
                signed(n.needed)
            );
            text += &self.quote(n.sentence, None);
            text += &reasons("words", &n.words);
        }
        text
    }

    /// For programs: offsets count code points of the canonical text, as in `analysis.json`.
    pub fn json(&self) -> Value {
        let e = self.explanation;
        let t = e.technique;
        let points = CodePoints::new(&self.document.text);
        let operating: Vec<Value> = e
            .points
            .iter()
            .map(|p| {
                let (fate, by) = match &p.fate {
                    Fate::Claimed => ("claimed", None),
                    Fate::Silent => ("silent", None),
                    Fate::Below => ("below-threshold", None),
                    Fate::Covered(by) => ("covered", Some(by)),
                };
                json!({
                    "point": point_name(p.point), "threshold": p.threshold, "claimed": p.fate == Fate::Claimed,
                    "fate": fate, "covered_by": by,
                })
            })
            .collect();
        json!({
            "input": self.label,
            "sha256": self.document.sha256,
            "knowledge": self.knowledge,
            "id": t.id,
            "asked": self.asked,
            "name": t.name,
            "domain": t.domain.as_str(),
            "tactics": t.tactics,
            "points": operating,
            "learned": e.learned,
            "admitted": e.admitted,
            "mapping": e.weighed.as_ref().map(|w| self.weighed_json(w, &points)),
            "nearest": e.nearest.as_ref().map(|n| self.nearest_json(n, &points)),
        })
    }

    fn weighed_json(&self, w: &Weighed, points: &CodePoints) -> Value {
        let factors: Vec<Value> = w
            .factors
            .iter()
            .map(|f| {
                json!({
                    "text": f.text, "value": f.value, "coefficient": f.coefficient,
                    "contribution": f.contribution(),
                })
            })
            .collect();
        json!({
            "confidence": w.probability,
            "word": Confidence::new(w.probability).word(),
            "provenance": w.provenance.as_str(),
            "mapped_from": w.mapped_from,
            "inferred": w.inferred,
            "floor": w.floor,
            "evidence": w.evidence.iter().map(|g| self.ground_json(g, points)).collect::<Vec<_>>(),
            "document": factors,
        })
    }

    fn ground_json(&self, g: &Ground, points: &CodePoints) -> Value {
        let mut value = self.place_json(g.span, points);
        let (from, to) = points.span(g.sentence);
        value["sentence"] = json!({
            "start": from, "end": to, "text": g.sentence.of(&self.document.text),
        });
        value["provenance"] = json!(g.provenance.as_str());
        value["probability"] = json!(g.probability);
        value["score"] = json!(g.score);
        value["role"] = json!(g.role.as_str());
        value["negates"] = json!(g.negates);
        value["words"] = list(&g.words);
        value["factors"] = list(&g.factors);
        value
    }

    fn nearest_json(&self, n: &Nearest, points: &CodePoints) -> Value {
        let mut value = self.place_json(n.sentence, points);
        value["score"] = json!(n.score);
        value["needed"] = json!(n.needed);
        value["words"] = list(&n.words);
        value
    }

    fn place_json(&self, span: Span, points: &CodePoints) -> Value {
        let (start, end) = points.span(span);
        let page = self.document.page_of(span);
        json!({ "page": page, "start": start, "end": end, "text": span.of(&self.document.text) })
    }
}

fn list(reasons: &[Reason]) -> Value {
    reasons.iter().map(|r| json!({ "text": r.text, "weight": r.weight })).collect()
}

/// One line of reasons with their weights, broken where the terminal ends.
fn reasons(title: &str, reasons: &[Reason]) -> String {
    if reasons.is_empty() {
        return String::new();
    }
    let shown = reasons.iter().take(SHOWN);
    let items: Vec<String> =
        shown.map(|r| format!("{} {}", signed(r.weight), terminal::plain(&r.text))).collect();
    let lines = terminal::wrap(&items.join("; "), terminal::width().saturating_sub(13));
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        text += &format!("   {:<9} {line}\n", if i == 0 { format!("{title}:") } else { String::new() });
    }
    text
}
