//! Reading a CSAF 2.0 or 2.1 document. Whoever keeps advisories has validated them; what is odd here is told and left out.

use std::collections::BTreeMap;

use bartizan_product::matching::Affected;
use serde_json::Value;

use super::fault::{Code, Fault};
use super::notice::{Hole, Notice, Remedy, RemedyKind, Role, Statement};
use super::product::Products;
use crate::priority::{BuiltIn, Cvss, Evidence, Said};
use crate::time;

/// Statements about products of one document.
const MOST: usize = 200_000;
/// Remediations and threats of one vulnerability.
const MOST_REMEDIES: usize = 2_000;

/// The lists of `product_status` (CSAF 2.1, section 3.2.4.12). What is recommended is no statement on the vulnerability.
const STATUSES: [(&str, Role); 8] = [
    ("first_affected", Role::Affected),
    ("known_affected", Role::Affected),
    ("last_affected", Role::Affected),
    ("first_fixed", Role::Fixed),
    ("fixed", Role::Fixed),
    ("known_not_affected", Role::NotAffected),
    ("under_investigation", Role::Investigated),
    ("unknown", Role::Investigated),
];

fn text<'d>(value: &'d Value, member: &str) -> &'d str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn list<'d>(value: &'d Value, member: &str) -> &'d [Value] {
    value.get(member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn words<'d>(value: &'d Value, member: &str) -> impl Iterator<Item = &'d str> {
    list(value, member).iter().filter_map(Value::as_str)
}

impl Notice {
    /// Reads a document; `key` is what the caller knows it by.
    ///
    /// # Errors
    /// [`Code::Csaf`] for what is no CSAF document.
    pub fn read(key: &str, csaf: &str) -> Result<Self, Fault> {
        let root: Value =
            serde_json::from_str(csaf).map_err(|e| Fault::new(Code::Csaf, format!("no JSON: {e}")))?;
        let document = &root["document"];
        let (tracking, publisher) = (&document["tracking"], &document["publisher"]);
        let id = text(tracking, "id");
        if id.is_empty() || text(publisher, "name").is_empty() {
            return Err(Fault::new(Code::Csaf, "a document without tracking id or publisher"));
        }
        let at = |member: &str| time::parse(text(tracking, member));
        let published = at("initial_release_date").or_else(|| at("current_release_date")).unwrap_or(0);
        let mut notice = Notice {
            key: key.to_owned(),
            id: id.to_owned(),
            version: text(tracking, "version").to_owned(),
            title: text(document, "title").to_owned(),
            publisher: text(publisher, "name").to_owned(),
            namespace: text(publisher, "namespace").to_owned(),
            published,
            released: at("current_release_date").unwrap_or(published),
            holes: Vec::new(),
            statements: Vec::new(),
            troubles: Vec::new(),
        };
        let products = Products::read(&root["product_tree"]);
        let groups: BTreeMap<&str, Vec<&str>> = list(&root["product_tree"], "product_groups")
            .iter()
            .map(|group| (text(group, "group_id"), words(group, "product_ids").collect()))
            .collect();
        for (place, vulnerability) in list(&root, "vulnerabilities").iter().enumerate() {
            let hole = hole(&notice, place, vulnerability, &groups);
            notice.holes.push(hole);
            notice.statements(place, vulnerability, &products);
        }
        notice.troubles = products.troubles;
        Ok(notice)
    }

    fn statements(&mut self, hole: usize, vulnerability: &Value, products: &Products) {
        let status = &vulnerability["product_status"];
        for (member, role) in STATUSES {
            for id in words(status, member) {
                let Some(meant) = products.by_id.get(id) else { continue };
                for (product, versions) in &meant.named {
                    if self.statements.len() == MOST {
                        return;
                    }
                    self.statements.push(Statement {
                        hole,
                        product: id.to_owned(),
                        role,
                        means: Affected {
                            advisory: self.key.clone(),
                            product: product.clone(),
                            versions: versions.clone(),
                        },
                        only: meant.only.clone(),
                    });
                }
            }
        }
    }
}

fn hole(notice: &Notice, place: usize, item: &Value, groups: &BTreeMap<&str, Vec<&str>>) -> Hole {
    let cve = text(item, "cve");
    let other =
        list(item, "ids").first().map(|id| format!("{} {}", text(id, "system_name"), text(id, "text")));
    let name = if cve.is_empty() {
        other.unwrap_or_else(|| format!("{} #{}", notice.id, place + 1))
    } else {
        cve.to_owned()
    };
    // Without a CVE, a name means something beside its publisher only.
    let key =
        if cve.is_empty() { format!("{}\n{}\n{name}", notice.namespace, notice.id) } else { name.clone() };
    let title = text(item, "title").to_owned();
    let mut hole = Hole { name, key, is_cve: !cve.is_empty(), title, ..Hole::default() };
    // 2.0 has `scores`, 2.1 `metrics` with their content.
    let scores = list(item, "scores").iter();
    let metrics = list(item, "metrics").iter().map(|metric| &metric["content"]);
    for score in scores.chain(metrics) {
        for member in ["cvss_v4", "cvss_v3"] {
            let vector = text(&score[member], "vectorString");
            if !vector.is_empty() {
                let source = notice.publisher.clone();
                let vector = Cvss { vector: vector.to_owned(), source, date: notice.released };
                if !hole.cvss.contains(&vector) {
                    hole.cvss.push(vector);
                }
            }
        }
        selections(notice, &score["ssvc_v2"], &mut hole.said);
    }
    for remedy in list(item, "remediations").iter().take(MOST_REMEDIES) {
        let kind = RemedyKind::ALL.iter().find(|kind| kind.as_str() == text(remedy, "category"));
        let Some(kind) = kind else { continue };
        let grouped = words(remedy, "group_ids").filter_map(|id| groups.get(id)).flatten().copied();
        let url = text(remedy, "url");
        let web = url.starts_with("https://") || url.starts_with("http://");
        hole.remedies.push(Remedy {
            kind: *kind,
            details: text(remedy, "details").to_owned(),
            url: web.then(|| url.to_owned()),
            products: words(remedy, "product_ids").chain(grouped).map(str::to_owned).collect(),
        });
    }
    let threats = list(item, "threats").iter().take(MOST_REMEDIES);
    let told = threats.filter(|threat| text(threat, "category") == "exploit_status");
    hole.threats = told.map(|threat| text(threat, "details").to_owned()).collect();
    hole
}

/// What the publisher selected of the decision points of BOD 26-04 (SSVC selection list 2.0). Points and values that the table does
/// not have say nothing to it.
fn selections(notice: &Notice, ssvc: &Value, said: &mut Vec<Said>) {
    let date = time::parse(text(ssvc, "timestamp")).unwrap_or(notice.released);
    for selection in list(ssvc, "selections").iter().take(100) {
        let member = |name| text(selection, name);
        let point = format!("{}:{}:{}", member("namespace"), member("key"), member("version"));
        let Some(known) = BuiltIn::Bod2604.table().points.iter().find(|p| p.id == point) else { continue };
        let keys = list(selection, "values").iter().map(|value| text(value, "key").to_owned());
        let keys: Vec<String> = keys.filter(|key| known.value(key).is_some()).collect();
        if keys.is_empty() {
            continue;
        }
        let words = format!("{}: {}", known.name, keys.join(" or "));
        let evidence = Evidence { source: notice.publisher.clone(), date, words };
        let one = Said { point, keys, evidence };
        if !said.contains(&one) {
            said.push(one);
        }
    }
}
