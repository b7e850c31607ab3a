//! The editor's form and the advisory behind it. What the form has no field for stays as it was; a document that says what an
//! advisory cannot hold has no form.

use bartizan_advisory::advisory::{
    Acknowledgement, Advisory, Justification, Note, NoteCategory, Product, ProductStatus, Reference,
    Remediation, RemediationCategory, Score, Statement, Tlp, Versions, Vulnerability,
};
use bartizan_advisory::read as reading;
use bartizan_workbench::{AckRow, AdvisoryForm, NoteRow, ProductRow, RemedyRow};
use serde_json::Value;

use super::release::{Fields, field};

/// The most parts of each kind that a form holds.
const MOST: usize = 100;

/// The advisory of a document, if the form covers it; else the places that it does not.
pub(super) fn covered(document: &Value) -> (Option<Advisory>, Vec<String>) {
    let mut beyond = reading::uncovered(document);
    let Some(plain) = reading::advisory(document).filter(|_| beyond.is_empty()) else {
        return (None, beyond);
    };
    if plain.vulnerabilities.len() > 1 {
        beyond.push("/vulnerabilities/1".into());
    }
    if plain.products.len() > MOST {
        beyond.push("/product_tree".into());
    }
    if let Some(item) = plain.vulnerabilities.first() {
        let affected = affected(item);
        if item.scores.iter().any(|score| score.products != affected) {
            beyond.push("/vulnerabilities/0/scores".into());
        }
        let twice = |id: &String| item.statuses.iter().filter(|s| s.product == *id).count() > 1;
        let foreign = |s: &Statement| !plain.products.iter().any(|product| product.id == s.product);
        if plain.products.iter().any(|product| twice(&product.id)) || item.statuses.iter().any(foreign) {
            beyond.push("/vulnerabilities/0/product_status".into());
        }
    }
    if beyond.is_empty() { (Some(plain), beyond) } else { (None, beyond) }
}

/// The products that are affected, in the order of their ids as a document has them.
fn affected(item: &Vulnerability) -> Vec<String> {
    let statuses = [ProductStatus::FirstAffected, ProductStatus::KnownAffected, ProductStatus::LastAffected];
    let found = item.statuses.iter().filter(|statement| statuses.contains(&statement.status));
    let mut ids: Vec<String> = found.map(|statement| statement.product.clone()).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// What stands in the fields, with one empty part more of each kind.
pub(super) fn from(plain: &Advisory) -> AdvisoryForm {
    let item = plain.vulnerabilities.first();
    let text = |get: fn(&Vulnerability) -> &str| item.map(get).unwrap_or_default().to_owned();
    let product = |product: &Product| {
        let said = item.and_then(|item| item.statuses.iter().find(|s| s.product == product.id));
        ProductRow {
            id: product.id.clone(),
            vendor: product.vendor.clone(),
            name: product.name.clone(),
            versions: product.versions.text().to_owned(),
            purl: product.purl.clone().unwrap_or_default(),
            cpe: product.cpe.clone().unwrap_or_default(),
            status: said.map(|s| s.status.word().to_owned()).unwrap_or_default(),
            justification: said
                .and_then(|s| s.justification)
                .map(|j| j.word().to_owned())
                .unwrap_or_default(),
            impact: said.and_then(|s| s.impact.clone()).unwrap_or_default(),
        }
    };
    let all = item.map(affected).unwrap_or_default();
    let remedy = |r: &Remediation| RemedyRow {
        category: r.category.word().into(),
        details: r.details.clone(),
        url: r.url.clone().unwrap_or_default(),
        products: if r.products == all { String::new() } else { r.products.join(" ") },
    };
    let ack = |a: &Acknowledgement| AckRow {
        names: a.names.join("\n"),
        organization: a.organization.clone().unwrap_or_default(),
        summary: a.summary.clone().unwrap_or_default(),
        urls: a.urls.join("\n"),
    };
    let note = |n: &Note| NoteRow {
        category: n.category.word().into(),
        title: n.title.clone(),
        text: n.text.clone(),
    };
    let mut form = AdvisoryForm {
        id: plain.id.clone(),
        title: plain.title.clone(),
        tlp: plain.tlp.word().into(),
        language: plain.language.clone(),
        cve: item.and_then(|item| item.cve.clone()).unwrap_or_default(),
        name: text(|item| &item.title),
        description: text(|item| &item.description),
        weaknesses: item.map(|item| item.weaknesses.join("\n")).unwrap_or_default(),
        vectors: item.map(|i| lines(i.scores.iter().map(|s| s.vector.clone()))).unwrap_or_default(),
        products: plain.products.iter().map(product).collect(),
        remedies: item.map(|item| item.remediations.iter().map(remedy).collect()).unwrap_or_default(),
        references: lines(plain.references.iter().map(|r| format!("{} {}", r.url, r.summary))),
        acks: plain.acknowledgements.iter().map(ack).collect(),
        notes: plain.notes.iter().map(note).collect(),
    };
    form.products.push(ProductRow::default());
    form.remedies.push(RemedyRow::default());
    form.acks.push(AckRow::default());
    form.notes.push(NoteRow::default());
    form
}

fn lines(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join("\n")
}

/// What was typed.
pub(super) fn read(fields: &Fields) -> AdvisoryForm {
    let one = |name: &str| field(fields, name).trim().to_owned();
    // Browsers end lines as forms do; words that others wrote keep their blanks.
    let verbatim = |name: &str| field(fields, name).replace("\r\n", "\n");
    let there = |letter: &str, n: usize, sign: &str| {
        let name = format!("{letter}{n}.{sign}");
        fields.iter().any(|(field, _)| *field == name)
    };
    let parts = |letter: &str, sign: &str| -> Vec<usize> {
        (0..=MOST).take_while(|n| there(letter, *n, sign)).collect()
    };
    AdvisoryForm {
        id: one("id"),
        title: one("title"),
        tlp: one("tlp"),
        language: one("language"),
        cve: one("cve"),
        name: one("name"),
        description: verbatim("description"),
        weaknesses: verbatim("weaknesses"),
        vectors: verbatim("vectors"),
        products: parts("p", "vendor")
            .into_iter()
            .map(|n| {
                let of = |name: &str| one(&format!("p{n}.{name}"));
                ProductRow {
                    id: of("id"),
                    vendor: of("vendor"),
                    name: of("name"),
                    versions: of("versions"),
                    purl: of("purl"),
                    cpe: of("cpe"),
                    status: of("status"),
                    justification: of("justification"),
                    impact: of("impact"),
                }
            })
            .collect(),
        remedies: parts("r", "details")
            .into_iter()
            .map(|n| RemedyRow {
                category: one(&format!("r{n}.category")),
                details: verbatim(&format!("r{n}.details")),
                url: one(&format!("r{n}.url")),
                products: one(&format!("r{n}.products")),
            })
            .collect(),
        references: verbatim("references"),
        acks: parts("a", "names")
            .into_iter()
            .map(|n| AckRow {
                names: verbatim(&format!("a{n}.names")),
                organization: verbatim(&format!("a{n}.organization")),
                summary: verbatim(&format!("a{n}.summary")),
                urls: verbatim(&format!("a{n}.urls")),
            })
            .collect(),
        notes: parts("n", "text")
            .into_iter()
            .map(|n| NoteRow {
                category: one(&format!("n{n}.category")),
                title: one(&format!("n{n}.title")),
                text: verbatim(&format!("n{n}.text")),
            })
            .collect(),
    }
}

/// The advisory with what was typed in place of what the form shows; what makes no sense, in words.
pub(super) fn onto(typed: &AdvisoryForm, mut plain: Advisory) -> Result<Advisory, String> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let each = |text: &str| -> Vec<String> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    plain.id.clone_from(&typed.id);
    plain.title.clone_from(&typed.title);
    plain.language.clone_from(&typed.language);
    plain.tlp = Tlp::parse(&typed.tlp).ok_or("Choose a marking.")?;
    let mut kept: Vec<String> = typed.products.iter().map(|row| row.id.clone()).collect();
    let mut products = Vec::new();
    let mut statuses = Vec::new();
    for row in &typed.products {
        let said = [&row.vendor, &row.name, &row.versions, &row.purl, &row.cpe];
        if said.iter().all(|text| text.is_empty()) {
            continue;
        }
        let id = if row.id.is_empty() { next(&mut kept) } else { row.id.clone() };
        let range = row.versions.starts_with("vers:");
        products.push(Product {
            id: id.clone(),
            vendor: row.vendor.clone(),
            name: row.name.clone(),
            versions: if range {
                Versions::Range(row.versions.clone())
            } else {
                Versions::One(row.versions.clone())
            },
            purl: some(&row.purl),
            cpe: some(&row.cpe),
        });
        if let Some(status) = ProductStatus::parse(&row.status) {
            let justification = Justification::parse(&row.justification);
            statuses.push(Statement { product: id, status, justification, impact: some(&row.impact) });
        }
    }
    plain.products = products;
    plain.references = each(&typed.references)
        .iter()
        .map(|line| {
            let (url, summary) = line.split_once(' ').unwrap_or((line, ""));
            let summary = if summary.trim().is_empty() { url } else { summary.trim() };
            Reference { summary: summary.to_owned(), url: url.to_owned() }
        })
        .collect();
    let exact = |text: &str| -> Vec<String> {
        text.split('\n').filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
    };
    let said = |row: &&AckRow| {
        [&row.names, &row.organization, &row.summary, &row.urls].iter().any(|text| !text.trim().is_empty())
    };
    plain.acknowledgements = typed
        .acks
        .iter()
        .filter(said)
        .map(|row| Acknowledgement {
            names: exact(&row.names),
            organization: some(&row.organization),
            summary: some(&row.summary),
            urls: each(&row.urls),
        })
        .collect();
    let note = |row: &NoteRow| {
        Some(Note {
            category: NoteCategory::parse(&row.category)?,
            title: row.title.clone(),
            text: row.text.clone(),
        })
    };
    plain.notes = typed.notes.iter().filter(|row| !row.text.trim().is_empty()).filter_map(note).collect();
    vulnerability(typed, &mut plain, statuses, &each);
    Ok(plain)
}

fn vulnerability(
    typed: &AdvisoryForm,
    plain: &mut Advisory,
    statuses: Vec<Statement>,
    each: &dyn Fn(&str) -> Vec<String>,
) {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let texts = [&typed.cve, &typed.name, &typed.description, &typed.weaknesses, &typed.vectors];
    let nothing = texts.iter().all(|text| text.trim().is_empty()) && statuses.is_empty();
    let mut item = match plain.vulnerabilities.pop() {
        Some(item) => item,
        None if nothing => return,
        None => empty(),
    };
    item.cve = some(&typed.cve);
    item.title.clone_from(&typed.name);
    item.description.clone_from(&typed.description);
    item.weaknesses = each(&typed.weaknesses);
    item.statuses = statuses;
    let affected = affected(&item);
    item.scores =
        each(&typed.vectors).into_iter().map(|vector| Score { vector, products: affected.clone() }).collect();
    let remedies = std::mem::take(&mut item.remediations);
    let chosen = |row: &RemedyRow| -> Vec<String> {
        let named: Vec<String> = row.products.split_whitespace().map(str::to_owned).collect();
        if named.is_empty() { affected.clone() } else { named }
    };
    item.remediations = typed
        .remedies
        .iter()
        .enumerate()
        .filter(|(_, row)| !row.details.trim().is_empty())
        .filter_map(|(place, row)| {
            Some(Remediation {
                category: RemediationCategory::parse(&row.category)?,
                details: row.details.clone(),
                url: some(&row.url),
                // The form has no field for it.
                date: remedies.get(place).and_then(|before| before.date.clone()),
                products: chosen(row),
            })
        })
        .collect();
    plain.vulnerabilities.push(item);
}

fn empty() -> Vulnerability {
    Vulnerability {
        cve: None,
        ids: Vec::new(),
        title: String::new(),
        description: String::new(),
        weaknesses: Vec::new(),
        scores: Vec::new(),
        statuses: Vec::new(),
        remediations: Vec::new(),
        threats: Vec::new(),
        notes: Vec::new(),
        references: Vec::new(),
        acknowledgements: Vec::new(),
        discovered: None,
        disclosed: None,
    }
}

/// An id for a new product that no other has.
fn next(kept: &mut Vec<String>) -> String {
    let free = (1..=MOST * 2).map(|n| format!("CSAFPID-{n:04}")).find(|id| !kept.contains(id));
    let id = free.unwrap_or_default();
    kept.push(id.clone());
    id
}
