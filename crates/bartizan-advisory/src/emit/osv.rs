//! OSV 1.x: one record for each vulnerability.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{File, Refused, file};
use crate::advisory::{
    Acknowledgement, Advisory, Product, ProductStatus, RemediationCategory, Versions, Vulnerability,
};
use crate::csaf::file_name;
use crate::purl;
use crate::vers::{self, Stretch};

/// Writes OSV records. Their ids begin with `x_`, which OSV keeps for databases that are not registered with it.
///
/// One that was withdrawn (give [`Advisory::retracted_by`]) has the time of that as `withdrawn`, under the same id.
///
/// OSV speaks of packages: products without a package URL of an ecosystem it knows are named in `database_specific`. Its ranges
/// begin with a version that is in them: after `>` the version itself is let in, and the range as it was stands beside it.
pub fn osv(advisory: &Advisory) -> Result<Vec<File>, Refused> {
    let (Some(first), Some(last)) = (advisory.revisions.first(), advisory.revisions.last()) else {
        return Err(Refused::NoRevision(advisory.id.clone()));
    };
    if advisory.vulnerabilities.is_empty() {
        return Err(Refused::Empty(advisory.id.clone(), "OSV"));
    }
    let base = file_name(&advisory.id);
    let base = base.trim_end_matches(".json");
    let several = advisory.vulnerabilities.len() > 1;
    let files = advisory.vulnerabilities.iter().enumerate().map(|(number, item)| {
        let id = if several { format!("x_{base}-{}", number + 1) } else { format!("x_{base}") };
        let mut record = Map::new();
        record.insert("schema_version".into(), "1.7.0".into());
        record.insert("id".into(), id.as_str().into());
        record.insert("published".into(), first.date.as_str().into());
        record.insert("modified".into(), last.date.as_str().into());
        if advisory.withdrawn.is_some() {
            // "withdrawn": the time the entry is to be considered withdrawn.
            record.insert("withdrawn".into(), last.date.as_str().into());
        }
        record.insert("summary".into(), item.title.as_str().into());
        record.insert("details".into(), item.description.as_str().into());
        let mut aliases: Vec<&str> = item.cve.as_deref().into_iter().collect();
        aliases.dedup();
        insert(&mut record, "aliases", aliases.into_iter().map(Value::from).collect());
        let severity = item.scores.iter().map(|score| {
            let kind = if score.vector.starts_with("CVSS:4.0/") { "CVSS_V4" } else { "CVSS_V3" };
            (kind, score.vector.as_str())
        });
        let severity: std::collections::BTreeSet<(&str, &str)> = severity.collect();
        insert(
            &mut record,
            "severity",
            severity.into_iter().map(|(kind, score)| json!({ "type": kind, "score": score })).collect(),
        );
        let (affected, elsewhere) = affected(advisory, item);
        insert(&mut record, "affected", affected);
        insert(&mut record, "references", references(advisory, item));
        insert(&mut record, "credits", credits(advisory, item));
        let mut specific = Map::new();
        insert(&mut specific, "cwe_ids", item.weaknesses.iter().map(|id| id.as_str().into()).collect());
        insert(&mut specific, "products_without_package", elsewhere);
        insert(
            &mut specific,
            "other_ids",
            item.ids.iter().map(|(system, id)| json!({ "system": system, "id": id })).collect(),
        );
        record.insert("database_specific".into(), Value::Object(specific));
        file(format!("{id}.json"), &Value::Object(record))
    });
    Ok(files.collect())
}

fn insert(object: &mut Map<String, Value>, key: &str, items: Vec<Value>) {
    if !items.is_empty() {
        object.insert(key.into(), Value::Array(items));
    }
}

/// The ecosystem of a package and its name there (OSV schema, "affected[].package").
fn package(product: &Product) -> Option<(&'static str, String)> {
    let purl = purl::parse(product.purl.as_deref()?).ok()?;
    let joined = |separator: &str| match purl.namespace() {
        Some(namespace) => format!("{namespace}{separator}{}", purl.name()),
        None => purl.name().to_owned(),
    };
    let plain = purl.name().to_owned();
    Some(match (purl.ty(), purl.namespace()) {
        ("cargo", _) => ("crates.io", plain),
        ("composer", _) => ("Packagist", joined("/")),
        ("conan", _) => ("ConanCenter", plain),
        ("cran", _) => ("CRAN", plain),
        ("apk", Some("alpine")) => ("Alpine", plain),
        ("apk", Some("wolfi")) => ("Wolfi", plain),
        ("deb", Some("debian")) => ("Debian", plain),
        ("deb", Some("ubuntu")) => ("Ubuntu", plain),
        ("gem", _) => ("RubyGems", plain),
        ("golang", _) => ("Go", joined("/")),
        ("hackage", _) => ("Hackage", plain),
        ("hex", _) => ("Hex", joined("/")),
        ("julia", _) => ("Julia", plain),
        ("maven", _) => ("Maven", joined(":")),
        ("npm", _) => ("npm", joined("/")),
        ("nuget", _) => ("NuGet", plain),
        ("opam", _) => ("opam", plain),
        ("pub", _) => ("Pub", plain),
        ("pypi", _) => ("PyPI", plain),
        ("rpm", Some("almalinux")) => ("AlmaLinux", plain),
        ("rpm", Some("opensuse")) => ("openSUSE", plain),
        ("rpm", Some("redhat")) => ("Red Hat", plain),
        ("rpm", Some("rocky-linux")) => ("Rocky Linux", plain),
        ("rpm", Some("suse")) => ("SUSE", plain),
        _ => return None,
    })
}

/// What is affected of a package.
#[derive(Default)]
struct Affected {
    ranges: Vec<Value>,
    versions: Vec<String>,
    /// The ranges as they were.
    written: Vec<String>,
}

/// The affected packages, and the affected products that are none.
fn affected(advisory: &Advisory, item: &Vulnerability) -> (Vec<Value>, Vec<Value>) {
    let is_affected = |id: &str| {
        item.statuses.iter().any(|statement| {
            let affected =
                [ProductStatus::FirstAffected, ProductStatus::KnownAffected, ProductStatus::LastAffected];
            statement.product == id && affected.contains(&statement.status)
        })
    };
    let mut packages: BTreeMap<(&str, String), Affected> = BTreeMap::new();
    let mut elsewhere = Vec::new();
    for product in advisory.products.iter().filter(|product| is_affected(&product.id)) {
        let Some(package) = package(product) else {
            elsewhere.push(json!({ "vendor": product.vendor, "name": product.name, "versions": product.versions.text() }));
            continue;
        };
        let kind = if matches!(package.0, "npm" | "crates.io" | "Go") { "SEMVER" } else { "ECOSYSTEM" };
        let Affected { ranges, versions, written } = packages.entry(package).or_default();
        match &product.versions {
            Versions::One(version) => versions.push(version.clone()),
            Versions::Range(text) => {
                written.push(text.clone());
                let (stretches, singles) =
                    vers::parse(text).ok().and_then(|range| range.stretches()).unwrap_or_default();
                versions.extend(singles);
                ranges.extend(
                    stretches.iter().map(|stretch| json!({ "type": kind, "events": events(stretch) })),
                );
            }
        }
    }
    let packages =
        packages.into_iter().map(|((ecosystem, name), Affected { ranges, mut versions, written })| {
            let mut object = Map::new();
            object.insert("package".into(), json!({ "ecosystem": ecosystem, "name": name }));
            insert(&mut object, "ranges", ranges);
            versions.sort();
            versions.dedup();
            insert(&mut object, "versions", versions.into_iter().map(Value::from).collect());
            if !written.is_empty() {
                object.insert("database_specific".into(), json!({ "vers": written }));
            }
            Value::Object(object)
        });
    (packages.collect(), elsewhere)
}

fn events(stretch: &Stretch) -> Vec<Value> {
    let mut events = vec![json!({ "introduced": stretch.low.as_deref().unwrap_or("0") })];
    if let Some((version, within)) = &stretch.high {
        events.push(if *within { json!({ "last_affected": version }) } else { json!({ "fixed": version }) });
    }
    events
}

fn references(advisory: &Advisory, item: &Vulnerability) -> Vec<Value> {
    let mut written = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut add = |kind: &str, url: &str| {
        if seen.insert(url.to_owned()) {
            written.push(json!({ "type": kind, "url": url }));
        }
    };
    if let Some(folder) = &advisory.published_in {
        add("ADVISORY", &format!("{}/{}", folder.trim_end_matches('/'), file_name(&advisory.id)));
    }
    for remediation in &item.remediations {
        if let (RemediationCategory::VendorFix, Some(url)) = (remediation.category, &remediation.url) {
            add("FIX", url);
        }
    }
    for reference in item.references.iter().chain(&advisory.references) {
        add("WEB", &reference.url);
    }
    written
}

fn credits(advisory: &Advisory, item: &Vulnerability) -> Vec<Value> {
    let write = |thank: &Acknowledgement| {
        let names: Vec<&str> = if thank.names.is_empty() {
            thank.organization.as_deref().into_iter().collect()
        } else {
            thank.names.iter().map(String::as_str).collect()
        };
        let credit = |name: &str| {
            let mut object = Map::new();
            object.insert("name".into(), name.into());
            insert(&mut object, "contact", thank.urls.iter().map(|url| url.as_str().into()).collect());
            Value::Object(object)
        };
        names.into_iter().map(credit).collect::<Vec<_>>()
    };
    item.acknowledgements.iter().chain(&advisory.acknowledgements).flat_map(write).collect()
}
