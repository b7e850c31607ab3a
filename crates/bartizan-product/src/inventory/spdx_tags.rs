//! SPDX 2.2 and 2.3 as tags and values.

use super::gather::{Found, Gather};
use crate::error::{Code, quoted};

pub(super) fn looks_like(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.next().is_some_and(|l| l.starts_with("SPDXVersion:"))
}

/// The document is one asset; its packages are what is installed there. Sections begin at their first tag: files,
/// snippets and relationships end a package.
pub(super) fn read(text: &str, gather: &mut Gather<'_>) -> Option<String> {
    let mut version = None;
    let mut asset: Option<usize> = None;
    let mut package: Option<Found<'_>> = None;
    let mut open = false;
    let mut document_name = None;
    for (n, line) in text.lines().enumerate() {
        let place = || format!("line {}", n + 1);
        if open {
            open = !line.contains("</text>");
            continue;
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else {
            gather.tell(Code::Syntax, place(), format!("not a tag and a value: {}", quoted(line)));
            continue;
        };
        let value = value.trim();
        open = value.contains("<text>") && !value.contains("</text>");
        match tag.trim() {
            "SPDXVersion" => {
                if !matches!(value, "SPDX-2.2" | "SPDX-2.3") {
                    gather.tell(Code::Schema, place(), format!("read as SPDX 2.3: {}", quoted(value)));
                }
                version = value.strip_prefix("SPDX-").map(str::to_owned);
            }
            "DocumentName" => document_name = Some(value),
            "PackageName" => {
                flush(&mut package, &mut asset, document_name, gather);
                package = Some(Found { name: Some(value), place: place(), ..Found::default() });
            }
            "FileName" | "SnippetSPDXID" => flush(&mut package, &mut asset, document_name, gather),
            tag => {
                let Some(package) = &mut package else { continue };
                match tag {
                    "SPDXID" => package.reference = Some(value),
                    "PackageVersion" => package.version = Some(value),
                    "PrimaryPackagePurpose" => package.kind = Some(value),
                    "ExternalRef" => {
                        let mut words = value.split_whitespace();
                        match (words.next(), words.next(), words.next()) {
                            (Some(_), Some(kind), Some(locator)) => {
                                super::spdx::external(kind, locator, package)
                            }
                            _ => gather.tell(
                                Code::Syntax,
                                place(),
                                "a reference has category, type and locator",
                            ),
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    flush(&mut package, &mut asset, document_name, gather);
    if open {
        gather.tell(Code::Syntax, "", "a text without end");
    }
    if asset.is_none() {
        gather.asset(document_name);
    }
    version
}

fn flush(
    package: &mut Option<Found<'_>>,
    asset: &mut Option<usize>,
    name: Option<&str>,
    gather: &mut Gather<'_>,
) {
    if let Some(found) = package.take() {
        if asset.is_none() {
            *asset = gather.asset(name);
        }
        if let Some(asset) = *asset {
            gather.component(asset, found);
        }
    }
}
