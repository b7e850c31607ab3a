//! CISA's catalogue of known exploited vulnerabilities.

use crate::{Draft, Error, File};
use bartizan_knowledge::{Kev, Source};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalogue {
    catalog_version: String,
    date_released: String,
    vulnerabilities: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "cveID")]
    cve: String,
    vendor_project: String,
    product: String,
    date_added: String,
    #[serde(default)]
    known_ransomware_campaign_use: String,
}

pub(crate) fn read(draft: &mut Draft<'_>, file: &File) -> Result<(), Error> {
    let catalogue: Catalogue = file.json()?;
    draft.facts.kev.clear();
    for row in &catalogue.vulnerabilities {
        draft.facts.kev.push(Kev {
            cve: draft.keep(&row.cve),
            vendor: draft.keep(&row.vendor_project),
            product: draft.keep(&row.product),
            added: draft.keep(&row.date_added),
            ransomware: row.known_ransomware_campaign_use == "Known",
        });
    }
    let version = draft.keep(&catalogue.catalog_version);
    let date = draft.keep(catalogue.date_released.get(..10).unwrap_or_default());
    let records = catalogue.vulnerabilities.len() as u32;
    draft.source(Source { name: "CISA KEV", version, date, licence: "CC0-1.0", records });
    Ok(())
}
