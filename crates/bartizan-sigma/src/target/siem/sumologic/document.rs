//! The document of a rule: what "Import rules" of Cloud SIEM reads.
//!
//! Source: Sumo Logic, "Cloud SIEM Rules" and the API's `RuleTemplatedMatch`; the report of the mapping is the
//! reference converter's own.

use super::sources;
use crate::{
    attack::{self, Tag},
    rule::Rule,
    target::{Context, ordered::Json},
};

/// The whole document.
pub(super) fn document(context: &Context<'_>, expression: &str) -> String {
    let rule = context.rule;
    let mut members: Vec<(&'static str, Json)> = vec![
        ("content_type", "RULE".into()),
        ("enabled", (!retired(rule)).into()),
        ("is_prototype", (!retired(rule) && rule.status.as_deref() != Some("stable")).into()),
        ("name", rule.title.as_str().into()),
        ("name_expression", rule.title.as_str().into()),
        ("rule_source", "user".into()),
        ("summary_expression", "".into()),
        ("pattern_type", "templated_match".into()),
        ("stream", "record".into()),
        ("description_expression", description(rule).as_str().into()),
        ("expression", expression.into()),
    ];
    let entities = sources::entities(&rule.log_source);
    if !entities.is_empty() {
        members.push(("entity_selectors", Json::list(entities.iter().map(|e| selector(e)))));
    }
    members.push(("score_mapping", score(rule)));
    let tags = tags(rule);
    if !tags.is_empty() {
        members.push(("tags", Json::list(tags.iter().map(String::as_str))));
    }
    members.push(("category", category(rule).into()));
    let modified = rule.modified.as_ref().or(rule.date.as_ref());
    for (key, date) in [("created", rule.date.as_ref()), ("last_updated", modified)] {
        if let Some(date) = date {
            members.push((key, format!("{}T00:00:00.000000", day(date)).as_str().into()));
        }
    }
    members.push(("conversion_metadata", metadata(context)));
    Json::Object(vec![("rules", Json::List(vec![Json::Object(members)]))]).pretty()
}

fn retired(rule: &Rule) -> bool {
    matches!(rule.status.as_deref(), Some("deprecated" | "unsupported"))
}

/// Old rules write their days with strokes.
fn day(date: &str) -> String {
    date.replace('/', "-")
}

fn selector(entity: &str) -> Json {
    Json::Object(vec![("entity_type", entity.into()), ("expression", sources::field(entity).into())])
}

fn score(rule: &Rule) -> Json {
    let score: i64 = match rule.level.as_deref() {
        Some("critical") => 8,
        Some("high") => 6,
        Some("low" | "informational") => 1,
        _ => 3,
    };
    Json::Object(vec![
        ("default", score.into()),
        ("type", "constant".into()),
        ("field", Json::Null),
        ("mapping", Json::List(Vec::new())),
    ])
}

/// The rule's description, and what else a person wants to read of it.
fn description(rule: &Rule) -> String {
    let mut parts: Vec<String> = rule.description.iter().cloned().collect();
    let lines = [
        rule.author.as_ref().map(|author| format!("Author: {author}")),
        rule.date.as_ref().map(|date| format!("Created: {}", day(date))),
        rule.modified.as_ref().map(|date| format!("Modified: {}", day(date))),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    if !lines.is_empty() {
        parts.push(lines.join("\n"));
    }
    let source = &rule.log_source;
    let named = [("Category", &source.category), ("Product", &source.product), ("Service", &source.service)];
    let named = named.iter().filter_map(|(name, value)| value.as_ref().map(|v| format!("{name}: {v}")));
    for (title, lines) in [
        ("References", rule.references.clone()),
        ("Log Source", named.collect()),
        ("False Positives", rule.false_positives.clone()),
    ] {
        if !lines.is_empty() {
            let lines: Vec<String> = lines.iter().map(|line| format!("\n- {line}")).collect();
            parts.push(format!("{title}:{}", lines.concat()));
        }
    }
    parts.join("\n\n")
}

fn tags(rule: &Rule) -> Vec<String> {
    let tag = |tag: Tag<'_>| match tag {
        Tag::Technique(id) => Some(format!("_mitreAttackTechnique:{id}")),
        Tag::Other(name) => attack::tactic(name).map(|tactic| format!("_mitreAttackTactic:{}", tactic.id)),
    };
    attack::tags(rule).filter_map(tag).collect()
}

/// The first tactic.
fn category(rule: &Rule) -> &'static str {
    let tactic = |tag: Tag<'_>| match tag {
        Tag::Technique(_) => None,
        Tag::Other(name) => attack::tactic(name),
    };
    attack::tags(rule).find_map(tactic).map_or("Unknown/Other", |tactic| tactic.name)
}

fn metadata(context: &Context<'_>) -> Json {
    let rule = context.rule;
    // No clock is read here: the time is the rule's.
    let time = rule
        .modified
        .as_ref()
        .or(rule.date.as_ref())
        .map(|date| format!("{}T00:00:00.000000+00:00", day(date)));
    Json::Object(vec![
        ("sigma_uid", rule.id.as_deref().into()),
        ("sigma_rule_commit", Json::Null),
        ("sigma_status", rule.status.as_deref().into()),
        ("conversion_timestamp", time.as_deref().into()),
        ("mapping_confidence", confidence(context)),
    ])
}

/// A pair of names in the report, as the pipeline hands it over.
type Mapping = (String, String, f64, [f64; 4], Option<String>);

fn confidence(context: &Context<'_>) -> Json {
    let source = &context.rule.log_source;
    let mappings = context.state.get("mappings").map(String::as_str).unwrap_or("[]");
    let mappings: Vec<Mapping> = serde_json::from_str(mappings).unwrap_or_default();
    let overall = context.state.get("confidence").cloned().unwrap_or_else(|| "1.0".to_owned());
    let known = sources::known(source);
    let names = [("product", &source.product), ("service", &source.service), ("category", &source.category)];
    let unmapped = match known {
        true => Json::Null,
        false => Json::Object(names.iter().map(|(key, name)| (*key, name.as_deref().into())).collect()),
    };
    Json::Object(vec![
        ("overall_score", Json::Number(overall)),
        ("threshold_used", 0.25.into()),
        ("category_threshold", 0.7.into()),
        ("logsource_category", "generic".into()),
        ("field_mappings", Json::list(mappings.iter().map(pair))),
        ("warnings", Json::list(warnings(context.rule, known, &mappings).iter().map(String::as_str))),
        ("blocked", false.into()),
        ("entity_selection", selection(context.rule)),
        ("has_vendor_mapping", known.into()),
        ("unmapped_logsource", unmapped),
    ])
}

fn pair((from, to, confidence, parts, warning): &Mapping) -> Json {
    let [likeness, kept, kind, special] = *parts;
    Json::Object(vec![
        ("sigma_field", from.as_str().into()),
        ("cse_field", to.as_str().into()),
        ("confidence", (*confidence).into()),
        (
            "factors",
            Json::Object(vec![
                ("semantic_similarity", likeness.into()),
                ("data_preservation", kept.into()),
                ("type_compatibility", kind.into()),
                ("field_specificity", special.into()),
            ]),
        ),
        ("warnings", Json::list(warning.as_deref())),
    ])
}

fn warnings(rule: &Rule, known: bool, mappings: &[Mapping]) -> Vec<String> {
    let mut warnings: Vec<String> = mappings.iter().filter_map(warning).collect();
    if !known {
        let source = &rule.log_source;
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "None".to_owned());
        warnings.push(format!(
            "No vendor/product mapping for logsource (product={}, service={}, category={}). Rule will not have \
             metadata_vendor/metadata_product filters and may not match expected logs.",
            name(&source.product),
            name(&source.service),
            name(&source.category)
        ));
    }
    warnings
}

/// What the whole rule is warned of because of one pair.
fn warning((field, .., warning): &Mapping) -> Option<String> {
    match warning.as_deref()? {
        passed if passed.starts_with("Vendor-specific") => None,
        unmapped if unmapped.starts_with("UNMAPPED") => {
            Some(format!("Field '{field}' is not mapped to CSE schema and may not exist in Cloud SIEM logs"))
        }
        other => Some(other.to_owned()),
    }
}

fn selection(rule: &Rule) -> Json {
    let source = &rule.log_source;
    let entities = sources::entities(source);
    let expected = sources::expected(source);
    let category = source.category.as_deref().filter(|_| expected.is_some()).unwrap_or("unknown");
    Json::Object(vec![
        ("has_selectors", (!entities.is_empty()).into()),
        ("expected", expected.is_some().into()),
        ("category", category.into()),
        ("expected_entities", Json::list(expected.unwrap_or_default().iter().copied())),
        ("actual_entities", Json::list(entities.iter().copied())),
    ])
}
