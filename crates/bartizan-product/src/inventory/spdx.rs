//! SPDX 2.2 and 2.3 in JSON.

use super::gather::{Found, Gather};
use crate::error::{Code, quoted};
use serde_json::Value;

/// The document is one asset; its packages are what is installed there.
pub(super) fn read(document: &Value, gather: &mut Gather<'_>) -> Option<String> {
    let version = document["spdxVersion"].as_str().unwrap_or_default();
    if !matches!(version, "SPDX-2.2" | "SPDX-2.3") {
        gather.tell(Code::Schema, "/spdxVersion", format!("read as SPDX 2.3: {}", quoted(version)));
    }
    for name in ["SPDXID", "name", "dataLicense", "creationInfo", "documentNamespace"] {
        if document.get(name).is_none() {
            gather.tell(Code::Schema, "", format!("an SPDX document has the member {name}"));
        }
    }
    let asset = gather.asset(document["name"].as_str())?;
    for (n, package) in document["packages"].as_array().into_iter().flatten().enumerate() {
        let at = format!("/packages/{n}");
        let text = |name: &str| package[name].as_str();
        let mut found = Found {
            reference: text("SPDXID"),
            kind: text("primaryPackagePurpose"),
            name: text("name"),
            version: text("versionInfo"),
            place: at.clone(),
            ..Found::default()
        };
        for reference in package["externalRefs"].as_array().into_iter().flatten() {
            let locator = reference["referenceLocator"].as_str().unwrap_or_default();
            external(reference["referenceType"].as_str().unwrap_or_default(), locator, &mut found);
        }
        gather.component(asset, found);
    }
    version.strip_prefix("SPDX-").map(str::to_owned)
}

/// References of the types that name products (SPDX 2.3, annex F); 2.2 also had addresses of the types.
pub(super) fn external<'t>(kind: &str, locator: &'t str, found: &mut Found<'t>) {
    match kind.rsplit('/').next().unwrap_or_default() {
        "purl" => found.purls.push(locator),
        "cpe23Type" | "cpe22Type" => found.cpes.push(locator),
        _ => {}
    }
}
