//! A library on a real file, from the first analysis to the last.

mod hostile;
mod story;

use serde_json::{Value, json};

/// An `analysis.json` with the members that a library reads, made by hand from `docs/output.md`.
pub(crate) struct Report {
    pub(crate) json: Value,
}

impl Report {
    pub(crate) fn new(letter: &str, title: &str) -> Self {
        let json = json!({
            "schema_version": "1.0",
            "generator": { "name": "Bartizan", "version": "0.1.0", "pack": "test" },
            "generated": "2026-06-02T00:00:00.000Z",
            "marking": "TLP:CLEAR",
            "summary": { "title": title },
            "document": {
                "sha256": letter.repeat(64), "name": "report.txt", "text": format!("{title}. Words of {letter}."),
                "published": "2026-05-01", "publisher": format!("Publisher {letter}"), "source_url": null,
            },
            "techniques": [], "observables": [], "entities": [], "events": [],
        });
        Self { json }
    }

    pub(crate) fn marked(mut self, label: &str) -> Self {
        self.json["marking"] = json!(label);
        self
    }

    pub(crate) fn from(mut self, address: &str) -> Self {
        self.json["document"]["source_url"] = json!(address);
        self
    }

    pub(crate) fn with(mut self, list: &str, claim: Value) -> Self {
        if let Some(list) = self.json[list].as_array_mut() {
            list.push(claim);
        }
        self
    }

    pub(crate) fn indicator(self, id: &str, kind: &str, value: &str) -> Self {
        let quote = json!({ "start": 3, "end": 9, "quote": value, "sentence": { "text": format!("It used {value}.") } });
        self.with(
            "observables",
            json!({ "id": id, "type": kind, "value": value, "display": value.replace('.', "[.]"), "verdict": "indicator",
                "confidence": 0.9, "warnings": [], "evidence": [quote] }),
        )
    }

    pub(crate) fn actor(self, id: &str, name: &str, known: &str) -> Self {
        self.with(
            "entities",
            json!({ "id": id, "type": "actor", "name": name, "knowledge_id": known, "role": null, "confidence": 0.9,
                "evidence": [] }),
        )
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.json).expect("a value is JSON")
    }

    pub(crate) fn record(&self) -> bartizan_response::history::Record {
        bartizan_response::history::Record::read(&self.bytes()).expect("made by hand from the documentation")
    }
}
