//! Spelling and grammar (6.3.8, 6.3.16).

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::text;
use crate::spelling;

/// The texts that are checked for spelling, under the document, the product tree and the vulnerabilities.
const TEXTS: &[&str] = &[
    "document/acknowledgments/*/summary",
    "document/aggregate_severity/text",
    "document/distribution/text",
    "document/notes/*/audience",
    "document/notes/*/text",
    "document/notes/*/title",
    "document/publisher/issuing_authority",
    "document/references/*/summary",
    "document/title",
    "document/tracking/revision_history/*/summary",
    "product_tree/full_product_names/*/name",
    "product_tree/product_groups/*/summary",
    "product_tree/product_paths/*/full_product_name/name",
    "product_tree/relationships/*/full_product_name/name",
    "vulnerabilities/*/acknowledgments/*/summary",
    "vulnerabilities/*/involvements/*/summary",
    "vulnerabilities/*/notes/*/audience",
    "vulnerabilities/*/notes/*/text",
    "vulnerabilities/*/notes/*/title",
    "vulnerabilities/*/references/*/summary",
    "vulnerabilities/*/remediations/*/details",
    "vulnerabilities/*/remediations/*/entitlements/*",
    "vulnerabilities/*/remediations/*/restart_required/details",
    "vulnerabilities/*/threats/*/details",
    "vulnerabilities/*/title",
];

/// How many bytes of text are read for spelling.
const MAX_TEXT: usize = 2_000_000;

pub(crate) fn spelling(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let Some(language) = doc.language() else { return };
    if language != "en" {
        sink.fail(
            "/document/lang",
            format!("Spelling in {language} is not checked here: have the text read."),
        );
        return;
    }
    let mut texts: Vec<(String, &str)> = Vec::new();
    for path in TEXTS {
        texts.extend(
            doc.select(path).into_iter().filter_map(|(pointer, text)| Some((pointer, text.as_str()?))),
        );
    }
    for branch in &doc.branches {
        texts.push((format!("{}/name", branch.pointer), branch.name));
        if let Some(product) = branch.product.map(|number| &doc.products[number]) {
            texts.extend(text(product.value, "name").map(|name| (format!("{}/name", product.pointer), name)));
        }
    }
    let mut read = 0;
    for (pointer, text) in texts {
        read += text.len();
        if read > MAX_TEXT || sink.is_full() {
            return;
        }
        for (word, meant) in spelling::slips(text) {
            sink.fail(pointer.clone(), format!("{word} may be misspelt for {meant}: look at it."));
        }
    }
}

pub(crate) fn grammar(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if let Some(language) = doc.language() {
        sink.fail("/document/lang", format!("Grammar in {language} is not checked here, which the standard wants said: have the text read."));
    }
}
