//! Results of a scanner: SARIF 2.1.0 (OASIS), one report for each result that says something is wrong.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Submission, Symbol, strict};

/// Most results that are taken of one file.
pub const MOST_RESULTS: usize = 10_000;
/// Longest text of a result that is kept, in characters.
const TEXT: usize = 8_000;

/// Why a file of results was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SarifFault {
    /// Not JSON.
    #[error("the file is not JSON: {0}")]
    Json(String),
    /// JSON, and not SARIF 2.1.0.
    #[error("the file is not SARIF 2.1.0: {0}")]
    Form(&'static str),
    /// Too many results for one file.
    #[error("more than {MOST_RESULTS} results: split the file")]
    Many,
}

/// Reports from a file of results, about the product that `about` names, with what it says about sender and credit. Results that say
/// nothing is wrong (section 3.27.9, `kind`), that were suppressed (3.27.23) or are gone (3.27.24) are counted, not taken.
///
/// # Errors
/// [`SarifFault`].
pub fn sarif(bytes: &[u8], about: &Submission) -> Result<(Vec<Submission>, usize), SarifFault> {
    let file = strict(bytes).map_err(SarifFault::Json)?;
    if file["version"].as_str() != Some("2.1.0") {
        return Err(SarifFault::Form("its version is not \"2.1.0\""));
    }
    let runs = file["runs"].as_array().ok_or(SarifFault::Form("it has no runs"))?;
    let (mut reports, mut left) = (Vec::new(), 0);
    for run in runs {
        let rules = Rules::of(run);
        for result in run["results"].as_array().into_iter().flatten() {
            if !wrong(result) {
                left += 1;
                continue;
            }
            if reports.len() == MOST_RESULTS {
                return Err(SarifFault::Many);
            }
            reports.push(report(run, &rules, result, about));
        }
    }
    Ok((reports, left))
}

fn wrong(result: &Value) -> bool {
    let fails =
        result["kind"].as_str().is_none_or(|kind| kind == "fail" || kind == "review" || kind == "open");
    let suppressions = result["suppressions"].as_array().into_iter().flatten();
    let accepted = |s: &Value| s["status"].as_str().is_none_or(|status| status == "accepted");
    fails && !suppressions.into_iter().any(accepted) && result["baselineState"].as_str() != Some("absent")
}

fn report(run: &Value, rules: &Rules<'_>, result: &Value, about: &Submission) -> Submission {
    let driver = &run["tool"]["driver"];
    let rule = rules.rule(result);
    let mut report = about.clone();
    let id = result["ruleId"].as_str().or_else(|| rule["id"].as_str()).unwrap_or_default();
    let message = message(&result["message"], rule);
    let title = [&rule["shortDescription"]["text"], &rule["name"]].into_iter().find_map(Value::as_str);
    report.title = Some(line(title.or(message.as_deref()).unwrap_or(id), 256)).filter(|t| !t.is_empty());
    report.description = message.map(|text| text.chars().take(TEXT).collect());
    report.affected_symbol = symbol(result);
    report.discovery_method.get_or_insert_with(|| "automated-scan".into());
    if report.discovery_tooling.is_none() {
        let version = [&driver["semanticVersion"], &driver["version"]].into_iter().find_map(Value::as_str);
        let name = driver["name"].as_str().unwrap_or_default();
        let text = line(&format!("{name} {}", version.unwrap_or_default()), 128);
        report.discovery_tooling = Some(text).filter(|text| !text.is_empty());
    }
    let provenance = &run["versionControlProvenance"][0];
    let repository =
        provenance["repositoryUri"].as_str().filter(|text| super::check::address(text) && text.len() <= 512);
    if report.package_repo_url.is_none() {
        report.package_repo_url = repository.map(str::to_owned);
    }
    let revision = provenance["revisionId"].as_str().filter(|text| super::check::commit(text));
    for (name, value) in [
        ("cwe", cwe(rule, result).map(Value::from)),
        ("rule", Some(line(id, 256)).filter(|id| !id.is_empty()).map(Value::from)),
        ("commit", revision.map(Value::from)),
        ("fingerprints", fingerprints(result)),
    ] {
        if let Some(value) = value {
            report.enrichment.insert(name.into(), value);
        }
    }
    report
}

/// The rules of a run.
struct Rules<'a> {
    all: &'a [Value],
    by_id: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Rules<'a> {
    fn of(run: &'a Value) -> Self {
        let all = run["tool"]["driver"]["rules"].as_array().map_or(&[][..], Vec::as_slice);
        // Of two with one identifier the first counts.
        let by_id = all.iter().rev().filter_map(|rule| Some((rule["id"].as_str()?, rule))).collect();
        Self { all, by_id }
    }

    /// The rule of a result: by its index, else by its identifier (section 3.27.7).
    fn rule(&self, result: &Value) -> &'a Value {
        static NONE: Value = Value::Null;
        let index = [&result["ruleIndex"], &result["rule"]["index"]].into_iter().find_map(Value::as_u64);
        if let Some(rule) = index.and_then(|i| usize::try_from(i).ok()).and_then(|i| self.all.get(i)) {
            return rule;
        }
        let id = result["ruleId"].as_str();
        id.and_then(|id| self.by_id.get(id)).copied().unwrap_or(&NONE)
    }
}

/// The text of a result: its own, or its rule's by the identifier it names, with its arguments put in (section 3.11).
fn message(message: &Value, rule: &Value) -> Option<String> {
    let named = message["id"].as_str().and_then(|id| rule["messageStrings"][id]["text"].as_str());
    let mut text = message["text"].as_str().or(named)?.to_owned();
    for (i, argument) in message["arguments"].as_array().into_iter().flatten().enumerate().take(32) {
        text = text.replace(&format!("{{{i}}}"), argument.as_str().unwrap_or_default());
        if text.len() > 1 << 16 {
            break;
        }
    }
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    Some(text).filter(|text| !text.trim().is_empty())
}

fn symbol(result: &Value) -> Option<Symbol> {
    let place = &result["locations"][0];
    let physical = &place["physicalLocation"];
    let file = physical["artifactLocation"]["uri"].as_str().map(|uri| line(&path(uri), 512));
    let logical = &place["logicalLocations"][0];
    let function = [&logical["fullyQualifiedName"], &logical["name"]].into_iter().find_map(Value::as_str);
    let symbol = Symbol {
        file: file.filter(|text| !text.is_empty()),
        function: function.map(|text| line(text, 256)).filter(|text| !text.is_empty()),
        line: physical["region"]["startLine"].as_u64(),
    };
    (symbol != Symbol::default()).then_some(symbol)
}

/// A path from the address of a file: where it lay on the scanner's machine is nobody's business.
fn path(uri: &str) -> String {
    let bare = uri.strip_prefix("file://").unwrap_or(uri);
    let bare = bare.split(['?', '#']).next().unwrap_or_default();
    if uri.starts_with("file://") || bare.starts_with('/') {
        return bare.rsplit('/').next().unwrap_or_default().to_owned();
    }
    bare.trim_start_matches("./").to_owned()
}

/// The weakness, from the tags that scanners write, or from the taxonomy (`CWE-79`, section 3.52).
fn cwe(rule: &Value, result: &Value) -> Option<String> {
    let tags = [rule, result].map(|of| of["properties"]["tags"].as_array().into_iter().flatten());
    let tags = tags.into_iter().flatten().filter_map(Value::as_str);
    let taxa = result["taxa"].as_array().into_iter().flatten();
    let relations = rule["relationships"].as_array().into_iter().flatten().map(|r| &r["target"]);
    let taxa = taxa
        .chain(relations)
        .filter(|t| t["toolComponent"]["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("cwe")));
    let ids = taxa.filter_map(|t| t["id"].as_str());
    let ids = ids.map(|id| format!("cwe-{}", id.to_ascii_lowercase().trim_start_matches("cwe-")));
    tags.map(str::to_ascii_lowercase).chain(ids).find_map(|text| {
        let (_, number) = text.rsplit_once("cwe-")?;
        let number = number.trim_start_matches('0');
        let good = !number.is_empty() && number.len() <= 5 && number.bytes().all(|b| b.is_ascii_digit());
        good.then(|| format!("CWE-{number}"))
    })
}

/// What the scanner says makes the result the same one (section 3.27.16 and 3.27.17); a few, short.
fn fingerprints(result: &Value) -> Option<Value> {
    let of = [&result["fingerprints"], &result["partialFingerprints"]];
    let all = of.into_iter().filter_map(Value::as_object).flatten();
    let all = all.filter_map(|(key, value)| Some((line(key, 64), line(value.as_str()?, 128))));
    let kept: std::collections::BTreeMap<String, String> = all.take(8).collect();
    (!kept.is_empty()).then(|| json!(kept))
}

/// One line, not longer than so many bytes.
fn line(text: &str, most: usize) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut end = plain.trim().len().min(most);
    let plain = plain.trim();
    while !plain.is_char_boundary(end) {
        end -= 1;
    }
    plain[..end].to_owned()
}
