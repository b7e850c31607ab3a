//! A table of assets: one row for each product that is installed somewhere.
//!
//! | column | headers that are understood |
//! |---|---|
//! | asset | asset, asset name, host, hostname, host name, device, system, server, machine, fqdn, computer, ci |
//! | product | product, product name, software, software name, component, package, package name, application, name |
//! | vendor | vendor, manufacturer, publisher, supplier, group, namespace |
//! | version | version, product version, software version, package version, installed version |
//! | package URL | purl, package url, packageurl |
//! | CPE name | cpe, cpe23, cpe 2.3, cpe name, cpe uri |
//! | exposure | exposure, exposed, internet facing, internet exposed, publicly accessible, public, reachable |
//! | owner | owner, responsible, contact, team, business owner |
//! | criticality | criticality, critical, importance, priority, business impact, tier |
//!
//! Case, hyphens, underscores and white space in headers do not count. Other columns become attributes of the asset.

use super::csv;
use super::gather::{Found, Gather};
use crate::error::{Code, Error, quoted};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Asset,
    Product,
    Vendor,
    Version,
    Purl,
    Cpe,
    Exposure,
    Owner,
    Criticality,
}

fn column(header: &str) -> Option<Column> {
    let word: String = header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    Some(match word.as_str() {
        "asset" | "assetname" | "host" | "hostname" | "device" | "system" | "server" | "machine" | "fqdn"
        | "computer" | "ci" => Column::Asset,
        "product" | "productname" | "software" | "softwarename" | "component" | "package" | "packagename"
        | "application" | "name" => Column::Product,
        "vendor" | "manufacturer" | "publisher" | "supplier" | "group" | "namespace" => Column::Vendor,
        "version" | "productversion" | "softwareversion" | "packageversion" | "installedversion" => {
            Column::Version
        }
        "purl" | "packageurl" => Column::Purl,
        "cpe" | "cpe23" | "cpename" | "cpeuri" => Column::Cpe,
        "exposure" | "exposed" | "internetfacing" | "internetexposed" | "publiclyaccessible" | "public"
        | "reachable" => Column::Exposure,
        "owner" | "responsible" | "contact" | "team" | "businessowner" => Column::Owner,
        "criticality" | "critical" | "importance" | "priority" | "businessimpact" | "tier" => {
            Column::Criticality
        }
        _ => return None,
    })
}

pub(super) fn read(text: &str, gather: &mut Gather<'_>) -> Result<(), Error> {
    let (rows, over) = csv::rows(text);
    let Some((header, rows)) = rows.split_first() else {
        return Err(Error::new(Code::Format, "an empty document"));
    };
    let mut columns = BTreeMap::new();
    let mut others = Vec::new();
    for (n, name) in header.cells.iter().enumerate() {
        match column(name) {
            Some(column) if !columns.contains_key(&column) => {
                columns.insert(column, n);
            }
            _ => others.push((n, name.as_str())),
        }
    }
    if ![Column::Product, Column::Purl, Column::Cpe].iter().any(|c| columns.contains_key(c)) {
        let message = "the first line names no column for a product, package URL or CPE name";
        return Err(Error::about(Code::Header, message, &header.cells.join(",")));
    }
    if over > 0 {
        gather.tell(Code::TooMany, "", format!("{over} rows more than are kept"));
    }
    let mut assets: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        let place = format!("line {}", row.line);
        let cell = |column| columns.get(&column).and_then(|n| row.cells.get(*n)).map_or("", String::as_str);
        if row.cells.len() > header.cells.len() || row.over > 0 {
            let more = row.cells.get(header.cells.len()..).unwrap_or_default();
            let count = more.len() + row.over;
            let message = format!("{count} cells more than the header has: {}", quoted(&more.join(",")));
            gather.tell(Code::Row, &place, message);
        }
        let name = cell(Column::Asset);
        let asset = match assets.get(name) {
            Some(asset) => *asset,
            None => match gather.asset(Some(name)) {
                Some(asset) => {
                    assets.insert(name, asset);
                    asset
                }
                None => continue,
            },
        };
        describe(asset, gather, &cell, &place);
        for (n, name) in &others {
            let value = row.cells.get(*n).map_or("", String::as_str);
            if !value.is_empty() {
                let kept = gather
                    .asset_mut(asset)
                    .attributes
                    .entry((*name).to_owned())
                    .or_insert_with(|| value.to_owned());
                if kept != value {
                    let message = format!("another value of {} is not kept: {}", quoted(name), quoted(value));
                    gather.tell(Code::Cell, &place, message);
                }
            }
        }
        gather.component(
            asset,
            Found {
                group: Some(cell(Column::Vendor)),
                name: Some(cell(Column::Product)),
                version: Some(cell(Column::Version)),
                purls: vec![cell(Column::Purl)],
                cpes: vec![cell(Column::Cpe)],
                place,
                ..Found::default()
            },
        );
    }
    Ok(())
}

/// Exposure, owner and criticality of an asset, which its rows should agree on. Of two exposures the worse is kept.
fn describe<'r>(asset: usize, gather: &mut Gather<'_>, cell: &impl Fn(Column) -> &'r str, place: &str) {
    let before = gather.asset_mut(asset).exposure;
    gather.exposure(asset, cell(Column::Exposure), place);
    let after = gather.asset_mut(asset).exposure;
    if before == super::Exposure::Yes && after == super::Exposure::No {
        gather.asset_mut(asset).exposure = before;
        gather.tell(Code::Cell, place, "an exposed asset is not exposed in this row; it is kept as exposed");
    }
    for (column, word) in [(Column::Owner, "owner"), (Column::Criticality, "criticality")] {
        let value = cell(column);
        let asset = gather.asset_mut(asset);
        let kept = if column == Column::Owner { &mut asset.owner } else { &mut asset.criticality };
        match kept {
            _ if value.is_empty() => {}
            None => *kept = Some(value.to_owned()),
            Some(kept) if kept == value => {}
            Some(_) => {
                gather.tell(Code::Cell, place, format!("another {word} is not kept: {}", quoted(value)))
            }
        }
    }
}
