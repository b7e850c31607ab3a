//! CSAF 2.0 and 2.1, as security advisory or as VEX.

mod vulnerability;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{File, Refused, file};
use crate::advisory::{Acknowledgement, Advisory, Note, Reference, Tlp, Versions};
use crate::csaf::{Options, Severity, Version, file_name, validate};

/// Which profile of section 4 a document is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// A security advisory where its requirements are met, else CSAF Base.
    Advisory,
    /// VEX: what is and what is not affected, and why.
    Vex,
}

/// Writes CSAF. What our own validator finds invalid is refused, with its findings.
pub fn csaf(advisory: &Advisory, version: Version, profile: Profile) -> Result<File, Refused> {
    if advisory.revisions.is_empty() {
        return Err(Refused::NoRevision(advisory.id.clone()));
    }
    if profile == Profile::Vex && advisory.vulnerabilities.is_empty() {
        return Err(Refused::Empty(advisory.id.clone(), "CSAF VEX"));
    }
    let categories: &[&str] = match profile {
        // 2.0 has no profile for it.
        Profile::Advisory if advisory.withdrawn.is_some() && version == Version::V2_0 => &["csaf_base"],
        Profile::Advisory if advisory.withdrawn.is_some() => &["csaf_withdrawn"],
        Profile::Advisory => &["csaf_security_advisory", "csaf_base"],
        Profile::Vex => &["csaf_vex"],
    };
    let mut findings = Vec::new();
    for category in categories {
        let writer = Writer { advisory, version, profile, name: file_name(&advisory.id) };
        let file = file(writer.name.clone(), &writer.root(category)?);
        let options = Options { mandatory_only: true, ..Options::default() };
        let report = validate(&file.bytes, &options);
        if report.is_valid() {
            return Ok(file);
        }
        findings =
            report.findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect();
        // Another profile does not help against what is wrong in all.
        if findings.iter().any(|finding| !finding.test.starts_with("6.1.27.")) {
            break;
        }
    }
    Err(Refused::Invalid(advisory.id.clone(), findings))
}

/// Writes CSAF that is still being worked on, valid or not: as security advisory where the requirements of that profile are met, else
/// as CSAF Base.
pub fn draft(advisory: &Advisory, version: Version) -> Result<Value, Refused> {
    if advisory.revisions.is_empty() {
        return Err(Refused::NoRevision(advisory.id.clone()));
    }
    let profile = Profile::Advisory;
    if advisory.withdrawn.is_some() {
        let writer = Writer { advisory, version, profile, name: file_name(&advisory.id) };
        return writer.root(if version == Version::V2_0 { "csaf_base" } else { "csaf_withdrawn" });
    }
    let writer = Writer { advisory, version, profile, name: file_name(&advisory.id) };
    let whole = writer.root("csaf_security_advisory")?;
    let options = Options { mandatory_only: true, ..Options::default() };
    let report = validate(&super::bytes(&whole), &options);
    let lacks = report.findings.iter().any(|finding| finding.test.starts_with("6.1.27."));
    if lacks { writer.root("csaf_base") } else { Ok(whole) }
}

struct Writer<'a> {
    advisory: &'a Advisory,
    version: Version,
    profile: Profile,
    name: String,
}

/// Puts a member unless it is an empty list.
fn put(object: &mut Map<String, Value>, key: &str, items: Vec<Value>) {
    if !items.is_empty() {
        object.insert(key.into(), Value::Array(items));
    }
}

fn put_text(object: &mut Map<String, Value>, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        object.insert(key.into(), text.into());
    }
}

impl Writer<'_> {
    fn is_2_0(&self) -> bool {
        self.version == Version::V2_0
    }

    fn root(&self, category: &str) -> Result<Value, Refused> {
        let mut root = Map::new();
        if !self.is_2_0() {
            root.insert(
                "$schema".into(),
                "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json".into(),
            );
        }
        root.insert("document".into(), self.document(category));
        if !self.advisory.products.is_empty() {
            root.insert("product_tree".into(), json!({ "branches": self.branches() }));
        }
        let vulnerabilities: Result<Vec<Value>, Refused> =
            self.advisory.vulnerabilities.iter().map(|item| self.vulnerability(item)).collect();
        put(&mut root, "vulnerabilities", vulnerabilities?);
        Ok(Value::Object(root))
    }

    fn document(&self, category: &str) -> Value {
        let advisory = self.advisory;
        let mut document = Map::new();
        document.insert("category".into(), category.into());
        document.insert("csaf_version".into(), if self.is_2_0() { "2.0" } else { "2.1" }.into());
        document.insert("title".into(), advisory.title.as_str().into());
        document.insert("lang".into(), advisory.language.as_str().into());
        document.insert("distribution".into(), self.distribution());
        let mut publisher = Map::new();
        publisher.insert("category".into(), advisory.publisher.category.word().into());
        publisher.insert("name".into(), advisory.publisher.name.as_str().into());
        publisher.insert("namespace".into(), advisory.publisher.namespace.as_str().into());
        put_text(&mut publisher, "contact_details", advisory.publisher.contact.as_deref());
        put_text(&mut publisher, "issuing_authority", advisory.publisher.authority.as_deref());
        document.insert("publisher".into(), Value::Object(publisher));
        if !self.is_2_0() {
            put_text(&mut document, "license_expression", advisory.licence.as_deref());
        }
        put(&mut document, "notes", notes(&advisory.notes));
        let mut references: Vec<Value> = Vec::new();
        if let Some(folder) = &advisory.published_in {
            let url = format!("{}/{}", folder.trim_end_matches('/'), self.name);
            references.push(json!({ "category": "self", "summary": "The canonical URL.", "url": url }));
        }
        references.extend(self::references(&advisory.references));
        put(&mut document, "references", references);
        put(&mut document, "acknowledgments", acknowledgements(&advisory.acknowledgements));
        document.insert("tracking".into(), self.tracking());
        Value::Object(document)
    }

    /// CSAF 2.0 has the labels of TLP 1.0. What it cannot say is said stricter, and in words.
    fn distribution(&self) -> Value {
        let tlp = self.advisory.tlp;
        let label = match (self.is_2_0(), tlp) {
            (true, Tlp::Clear) => "WHITE",
            (true, Tlp::AmberStrict) => "RED",
            (_, tlp) => tlp.word(),
        };
        let mut words: Vec<String> = Vec::new();
        if self.is_2_0() && matches!(tlp, Tlp::Clear | Tlp::AmberStrict) {
            words.push(format!("TLP:{} (Traffic Light Protocol 2.0).", tlp.word()));
        }
        words.extend(self.advisory.sharing.clone());
        let mut distribution = Map::new();
        distribution.insert("tlp".into(), json!({ "label": label, "url": "https://www.first.org/tlp/" }));
        if !words.is_empty() {
            distribution.insert("text".into(), words.join(" ").into());
        }
        Value::Object(distribution)
    }

    fn tracking(&self) -> Value {
        let revisions = &self.advisory.revisions;
        let history: Vec<Value> = revisions
            .iter()
            .map(|revision| json!({ "date": revision.date, "number": revision.number.to_string(), "summary": revision.summary }))
            .collect();
        let (first, last) = (revisions.first(), revisions.last());
        json!({
            "current_release_date": last.map(|revision| revision.date.as_str()),
            "generator": { "engine": { "name": "Bartizan", "version": env!("CARGO_PKG_VERSION") } },
            "id": self.advisory.id,
            "initial_release_date": first.map(|revision| revision.date.as_str()),
            "revision_history": history,
            "status": self.advisory.status.word(),
            "version": last.map(|revision| revision.number.to_string()),
        })
    }

    /// Vendor, product name, version: the order that 6.3.9 asks for.
    fn branches(&self) -> Value {
        let mut tree: BTreeMap<&str, BTreeMap<&str, Vec<Value>>> = BTreeMap::new();
        for product in &self.advisory.products {
            let mut name = Map::new();
            let version = product.versions.text();
            name.insert("name".into(), format!("{} {} {version}", product.vendor, product.name).into());
            name.insert("product_id".into(), product.id.as_str().into());
            let mut helper = Map::new();
            put_text(&mut helper, "cpe", product.cpe.as_deref());
            if let Some(purl) = &product.purl {
                let (key, value) =
                    if self.is_2_0() { ("purl", purl.as_str().into()) } else { ("purls", json!([purl])) };
                helper.insert(key.into(), value);
            }
            if !helper.is_empty() {
                name.insert("product_identification_helper".into(), Value::Object(helper));
            }
            let category = match product.versions {
                Versions::One(_) => "product_version",
                Versions::Range(_) => "product_version_range",
            };
            let branch = json!({ "category": category, "name": version, "product": name });
            tree.entry(&product.vendor).or_default().entry(&product.name).or_default().push(branch);
        }
        let vendors = tree.into_iter().map(|(vendor, products)| {
            let products: Vec<Value> = products
                .into_iter()
                .map(|(name, branches)| json!({ "category": "product_name", "name": name, "branches": branches }))
                .collect();
            json!({ "category": "vendor", "name": vendor, "branches": products })
        });
        vendors.collect()
    }
}

fn notes(notes: &[Note]) -> Vec<Value> {
    notes
        .iter()
        .map(|note| json!({ "category": note.category.word(), "title": note.title, "text": note.text }))
        .collect()
}

fn references(references: &[Reference]) -> Vec<Value> {
    let write = |reference: &Reference| json!({ "category": "external", "summary": reference.summary, "url": reference.url });
    references.iter().map(write).collect()
}

fn acknowledgements(acknowledgements: &[Acknowledgement]) -> Vec<Value> {
    let write = |thank: &Acknowledgement| {
        let mut object = Map::new();
        put(&mut object, "names", thank.names.iter().map(|name| name.as_str().into()).collect());
        put_text(&mut object, "organization", thank.organization.as_deref());
        put_text(&mut object, "summary", thank.summary.as_deref());
        put(&mut object, "urls", thank.urls.iter().map(|url| url.as_str().into()).collect());
        Value::Object(object)
    };
    acknowledgements.iter().map(write).collect()
}
