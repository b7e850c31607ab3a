//! URLs that lead nowhere (6.3.6, 6.3.7).

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::{items, text, texts};

/// Where URLs stand beside references and helpers.
const URLS: &[&str] = &[
    "document/acknowledgments/*/urls/*",
    "document/aggregate_severity/namespace",
    "document/distribution/tlp/url",
    "document/publisher/contact/public_openpgp_key_url",
    "document/publisher/namespace",
    "vulnerabilities/*/acknowledgments/*/urls/*",
    "vulnerabilities/*/remediations/*/url",
];

/// The references of document and vulnerabilities: pointer to the URL, whether it is `self`, URL.
fn references<'a>(doc: &Doc<'a>) -> Vec<(String, bool, &'a str)> {
    let lists = ["document/references/*", "vulnerabilities/*/references/*"];
    let found = lists.iter().flat_map(|path| doc.select(path));
    found
        .filter_map(|(pointer, reference)| {
            Some((
                format!("{pointer}/url"),
                text(reference, "category") == Some("self"),
                text(reference, "url")?,
            ))
        })
        .collect()
}

pub(crate) fn dead_urls(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let mut urls: Vec<(String, &str)> = Vec::new();
    for path in URLS {
        urls.extend(doc.select(path).into_iter().filter_map(|(pointer, url)| Some((pointer, url.as_str()?))));
    }
    urls.extend(
        references(doc)
            .into_iter()
            .filter(|(_, is_self, _)| !is_self)
            .map(|(pointer, _, url)| (pointer, url)),
    );
    for (_, pointer, helper) in doc.helpers() {
        urls.extend(
            texts(helper, "sbom_urls").map(|(index, url)| (format!("{pointer}/sbom_urls/{index}"), url)),
        );
        for (index, uri) in items(helper, "x_generic_uris") {
            for key in ["namespace", "uri"] {
                urls.extend(
                    text(uri, key).map(|url| (format!("{pointer}/x_generic_uris/{index}/{key}"), url)),
                );
            }
        }
    }
    for (pointer, url) in urls {
        never_resolves(pointer, url, sink);
    }
}

pub(crate) fn dead_own_urls(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, _, url) in references(doc).into_iter().filter(|(_, is_self, _)| *is_self) {
        never_resolves(pointer, url, sink);
    }
}

/// Without a network only what can never resolve is found: the names that RFC 6761 sets apart.
fn never_resolves(pointer: String, url: &str, sink: &mut Sink<'_>) {
    let Some((scheme, rest)) = url.split_once("://") else { return };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    let host = host.split(':').next().unwrap_or("").trim_end_matches('.').to_ascii_lowercase();
    let last = host.rsplit('.').next().unwrap_or("");
    if matches!(last, "invalid" | "test" | "example" | "localhost") {
        sink.fail(
            pointer,
            format!("No name under .{last} resolves outside of tests (RFC 6761): give the true address."),
        );
    }
}
