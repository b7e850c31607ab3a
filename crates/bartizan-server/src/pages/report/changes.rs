//! What changed between two editions of a report.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_response::history::{Changed, Claim, Part, Record, changes, compare};
use bartizan_store::Report;
use bartizan_workbench::{ChangePart, ChangeRow, Changes, Edition, EditionHead, Moment, Piece, Sign};
use serde_json::Value;

use super::{content, find};
use crate::app::App;
use crate::jobs::Sentences;
use crate::pages::home::{count, marking};
use crate::pages::html;
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;

/// Rows shown of one sort.
const ROWS: usize = 300;

/// `GET /reports/{id}/changes?from=…`
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let report = find(&app, &visit, &id).await?;
    let line = app.store.editions(&visit.readable(), &report).await.map_err(|e| visit.stop(&e))?;
    let query = query.unwrap_or_default();
    let from = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "from");
    let older = match from {
        // Any two editions can be compared, the newer one with the older.
        Some((_, uuid)) => {
            let found = line.editions.iter().find(|e| e.uuid == *uuid && e.id != report.id);
            Some(found.cloned().ok_or_else(|| Stop::not_found(visit.shell.clone()))?)
        }
        None => line.editions.iter().rfind(|e| e.id < report.id).cloned(),
    };
    let number = |report: &Report| {
        let at = line.editions.iter().position(|e| e.id == report.id).unwrap_or_default();
        u64::try_from(at).unwrap_or_default() + 1
    };
    let own = marking(&visit, &report);
    let strictest = older.as_ref().map_or(own, |older| own.max(marking(&visit, older)));
    let audience = visit.directory.audiences.get(&report.audience);
    let editions = line.editions.iter().rev().map(|e| Edition {
        id: e.uuid.clone(),
        at: Moment(e.created),
        changes: String::new(),
        shown: older.as_ref().is_some_and(|older| older.id == e.id),
    });
    let mut shell = visit.shell.clone();
    shell.marking = strictest;
    let mut page = Changes {
        shell,
        id: report.uuid.clone(),
        title: report.title.clone(),
        marking: strictest,
        pair: None,
        editions: editions.collect(),
        facts: Vec::new(),
        parts: Vec::new(),
        // The decisions came from the edition before, whichever is compared with.
        carried: count(line.carried),
        open: count(report.claims - report.reviewed),
        may_review: audience
            .is_some_and(|audience| visit.may(Verb::Review, &Thing::Content { audience, collection: None })),
    };
    if let Some(older) = older {
        let (first, second) = if older.id < report.id { (&older, &report) } else { (&report, &older) };
        let broken =
            |e: String| Stop::wrong(visit.shell.clone(), format!("Its analysis cannot be read: {e}"));
        let old = Side::read(&content(&app, &visit, first, "analysis.json").await?).map_err(broken)?;
        let new = Side::read(&content(&app, &visit, second, "analysis.json").await?).map_err(broken)?;
        let head = |report: &Report| EditionHead {
            id: report.uuid.clone(),
            number: number(report),
            at: Moment(report.created),
            byline: [&report.publisher, &report.published]
                .into_iter()
                .filter(|text| !text.is_empty())
                .cloned()
                .collect(),
        };
        page.pair = Some((head(first), head(second)));
        let found = changes(&old.record, &new.record);
        page.facts = found.facts.into_iter().map(|f| (f.label.to_owned(), f.old, f.new)).collect();
        let beyond = [
            compare("relations", &relations(&old.value), &relations(&new.value)),
            compare("events", &events(&old.value), &events(&new.value)),
        ];
        let sentences = (Sentences::of(&old.value), Sentences::of(&new.value));
        page.parts = found.parts.iter().chain(&beyond).map(|part| shown(part, &sentences)).collect();
    }
    Ok(html(page.render()))
}

/// An edition as it is compared.
struct Side {
    value: Value,
    record: Record,
}

impl Side {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        Ok(Self { record: Record::read(bytes).map_err(|e| e.to_string())?, value })
    }
}

fn shown(part: &Part, (there, here): &(Sentences<'_>, Sentences<'_>)) -> ChangePart {
    let label = match part.key {
        "techniques" => "Techniques",
        "observables" => "Indicators and other values",
        "entities" => "Names",
        "relations" => "Relations",
        _ => "Dates",
    };
    let added = part.added.iter().map(|claim| row(Sign::New, None, Some(claim), here));
    let gone = part.withdrawn.iter().map(|claim| row(Sign::Withdrawn, Some(claim), None, there));
    let changed =
        part.changed.iter().map(|Changed { old, new }| row(Sign::Changed, Some(old), Some(new), here));
    let all = part.added.len() + part.withdrawn.len() + part.changed.len();
    ChangePart {
        id: part.key.to_owned(),
        label: label.to_owned(),
        same: part.same as u64,
        rows: added.chain(gone).chain(changed).take(ROWS).flatten().collect(),
        more: all.saturating_sub(ROWS) as u64,
    }
}

fn row(sign: Sign, old: Option<&Claim>, new: Option<&Claim>, sentences: &Sentences<'_>) -> Option<ChangeRow> {
    let claim = new.or(old)?;
    let told = |claim: Option<&Claim>| {
        claim.map_or_else(String::new, |c| match c.grade.as_str() {
            "" => format!("{:.2}", c.confidence),
            grade => format!("{grade}, {:.2}", c.confidence),
        })
    };
    let place = claim.evidence.first();
    let sentence = place.map(|p| sentences.pieces(p.start as usize, p.end as usize)).unwrap_or_default();
    let sentence = sentence.into_iter().filter(|(text, _)| !text.is_empty());
    Some(ChangeRow {
        sign,
        kind: if claim.kind == "technique" { String::new() } else { claim.kind.replace('_', " ") },
        label: claim.label.clone(),
        was: told(old),
        now: told(new),
        sentence: sentence.map(|(text, hit)| Piece { text, hit }).collect(),
    })
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// The relations of an analysis in comparable form: by what is related, not by the ids of the claims.
fn relations(analysis: &Value) -> Vec<Claim> {
    let mut names = std::collections::BTreeMap::new();
    for (member, id, shown) in [
        ("techniques", "claim", "name"),
        ("observables", "id", "display"),
        ("entities", "id", "name"),
        ("mitigations", "claim", "name"),
    ] {
        names.extend(list(analysis, member).map(|item| (text(item, id), text(item, shown))));
    }
    let claims = list(analysis, "relations").filter_map(|item| {
        let end = |member: &str| names.get(text(item, member)).copied();
        let (source, target, kind) = (end("source")?, end("target")?, text(item, "type"));
        let label = format!("{source} {} {target}", kind.replace(['-', '_'], " "));
        Some(claim(item, "", label.to_lowercase(), label, text(item, "provenance").to_owned()))
    });
    claims.collect()
}

/// The dated happenings; a date that moves is a change.
fn events(analysis: &Value) -> Vec<Claim> {
    let claims = list(analysis, "events").map(|item| {
        let day = |name: &str| text(&item["when"], name);
        let when = match (day("earliest"), day("latest")) {
            (first, last) if first == last => first.to_owned(),
            (first, "") => format!("from {first}"),
            ("", last) => format!("until {last}"),
            (first, last) => format!("{first} to {last}"),
        };
        let summary = text(item, "summary");
        claim(item, text(item, "type"), summary.to_lowercase(), summary.to_owned(), when)
    });
    claims.collect()
}

fn claim(item: &Value, kind: &str, key: String, label: String, grade: String) -> Claim {
    let point = |value: &Value, name: &str| value[name].as_u64().and_then(|n| u32::try_from(n).ok());
    let place = list(item, "evidence").next().and_then(|e| {
        let (start, end) = (point(e, "start")?, point(e, "end")?);
        Some(bartizan_response::history::Place { start, end, ..Default::default() })
    });
    Claim {
        id: text(item, "id").to_owned(),
        kind: kind.to_owned(),
        key,
        label,
        grade,
        confidence: item["confidence"].as_f64().unwrap_or_default().clamp(0.0, 1.0),
        common: false,
        evidence: place.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn relations_are_told_by_what_they_relate_and_dates_by_what_happened() {
        let edition = |ids: [&str; 2], day: &str| {
            json!({
                "techniques": [{ "claim": ids[0], "id": "T1105", "name": "Ingress Tool Transfer" }],
                "entities": [{ "id": ids[1], "type": "malware", "name": "Tarrask" }],
                "relations": [{ "id": "r1", "type": "uses", "source": ids[1], "target": ids[0], "provenance": "stated",
                    "confidence": 0.9, "evidence": [{ "start": 3, "end": 5 }] }],
                "events": [{ "id": "d1", "type": "occurred", "summary": "The loader was seen", "confidence": 0.8,
                    "when": { "earliest": day, "latest": day } }],
            })
        };
        let (old, new) = (edition(["t1", "e1"], "2026-01-02"), edition(["t9", "e7"], "2026-01-05"));
        let part = compare("relations", &relations(&old), &relations(&new));
        assert_eq!((part.same, part.added.len(), part.withdrawn.len(), part.changed.len()), (1, 0, 0, 0));
        assert_eq!(relations(&new)[0].label, "Tarrask uses Ingress Tool Transfer");
        let part = compare("events", &events(&old), &events(&new));
        assert_eq!(part.changed.len(), 1);
        assert_eq!(
            (part.changed[0].old.grade.as_str(), part.changed[0].new.grade.as_str()),
            ("2026-01-02", "2026-01-05")
        );
        for nonsense in [json!(null), json!({ "relations": [7], "events": {} })] {
            assert!(relations(&nonsense).is_empty() && events(&nonsense).len() <= 1);
        }
    }
}
