//! An advisory begun from a case: what its vendors said of their products, and whom its reports credit.

use bartizan_advisory::advisory::{
    Acknowledgement, Justification, Note, NoteCategory, Product, ProductStatus, Statement, Tlp, Versions,
    Vulnerability,
};
use bartizan_advisory::csaf::Version;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::case::{self, Stand};
use serde_json::{Map, Value};

use super::find;
use crate::advisories::write::{begin, blank, document};
use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// Begins an advisory of a case; what it is called by. It is a draft of the coordinator's, and everything in it can be changed. What no
/// vendor spoke of is said to be under investigation: nothing by silence.
pub(crate) async fn advise(app: &App, acting: &Acting<'_>, uuid: &str, id: &str) -> Result<String, Wrong> {
    let room = find(app, acting, uuid, Verb::Manage).await?;
    let (own, _) = acting.known()?;
    let publisher = acting.directory.publishers.get(&own);
    let mut plain = blank(publisher, id.trim(), &room.entry.title, acting.now);
    plain.tlp = match room.entry.marking {
        bartizan_stix::Tlp::Clear => Tlp::Clear,
        bartizan_stix::Tlp::Green => Tlp::Green,
        bartizan_stix::Tlp::Amber => Tlp::Amber,
        bartizan_stix::Tlp::AmberStrict => Tlp::AmberStrict,
        bartizan_stix::Tlp::Red => Tlp::Red,
    };
    let summary = if room.entry.summary.is_empty() { &room.entry.title } else { &room.entry.summary };
    plain.notes =
        vec![Note { category: NoteCategory::Summary, title: "Summary".into(), text: summary.clone() }];
    let mut statuses = Vec::new();
    for (number, (participant, product, said)) in (1..).zip(room.case.statements()) {
        let id = format!("P{number}");
        let name = product.as_str();
        plain.products.push(Product {
            id: id.clone(),
            vendor: room.title(acting.directory, participant),
            name: name.to_owned(),
            versions: Versions::Range("vers:all/*".into()),
            purl: name.starts_with("pkg:").then(|| name.to_owned()),
            cpe: None,
        });
        statuses.push(statement(id, said));
    }
    let mut credits: Vec<String> = Vec::new();
    for report in app.store.case_reports(room.entry.id).await?.iter().filter(|r| r.removed.is_none()) {
        let body: Map<String, Value> = serde_json::from_str(&report.body).unwrap_or_default();
        let finders = body.get("finders").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for finder in finders.iter().filter_map(Value::as_str).map(str::to_owned) {
            if !credits.contains(&finder) {
                credits.push(finder);
            }
        }
    }
    let thanks =
        credits.into_iter().map(|name| Acknowledgement { names: vec![name], ..Acknowledgement::default() });
    plain.acknowledgements = thanks.collect();
    let of = |cve: Option<&String>| Vulnerability {
        cve: cve.cloned(),
        ids: Vec::new(),
        title: room.entry.title.clone(),
        description: summary.clone(),
        weaknesses: Vec::new(),
        scores: Vec::new(),
        statuses: statuses.clone(),
        remediations: Vec::new(),
        threats: Vec::new(),
        notes: Vec::new(),
        references: Vec::new(),
        acknowledgements: Vec::new(),
        discovered: None,
        disclosed: None,
    };
    plain.vulnerabilities = match room.entry.cves.as_slice() {
        [] => vec![of(None)],
        cves => cves.iter().map(|cve| of(Some(cve))).collect(),
    };
    begin(app, acting, document(&plain, Version::V2_0)?, Some(uuid)).await
}

fn statement(product: String, said: Option<&case::Statement>) -> Statement {
    let status = match said.map(|said| said.stand) {
        Some(Stand::Affected) => ProductStatus::KnownAffected,
        Some(Stand::NotAffected) => ProductStatus::KnownNotAffected,
        Some(Stand::Fixed) => ProductStatus::Fixed,
        Some(Stand::UnderInvestigation) | None => ProductStatus::UnderInvestigation,
    };
    let justification = said.and_then(|said| said.justification).map(|why| match why {
        case::Justification::ComponentNotPresent => Justification::ComponentNotPresent,
        case::Justification::CodeNotPresent => Justification::VulnerableCodeNotPresent,
        case::Justification::CodeNotInExecutePath => Justification::VulnerableCodeNotInExecutePath,
        case::Justification::CodeNotControllable => {
            Justification::VulnerableCodeCannotBeControlledByAdversary
        }
        case::Justification::MitigationsExist => Justification::InlineMitigationsAlreadyExist,
    });
    let impact =
        said.filter(|said| said.stand == Stand::NotAffected).map(|said| said.words.as_str().to_owned());
    Statement { product, status, justification, impact }
}
