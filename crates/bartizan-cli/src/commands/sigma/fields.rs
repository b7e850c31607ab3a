//! `bartizan sigma fields`: what rules ask about, by log source, and what a pipeline makes of it.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_sigma::fields::{Mapped, mapped, used};
use bartizan_sigma::rule::{LogSource, Rule};
use bartizan_sigma::target::Job;
use serde_json::{Value, json};

use super::jobs::Pipelines;
use super::rules;
use crate::args::Global;
use crate::args_sigma::SigmaFieldsArgs;
use crate::exit::{Exit, Failure};
use crate::{out, terminal};

/// Prints the fields of every log source. Rules that cannot be read, and fields that are refused, are findings.
pub fn run(global: &Global, args: &SigmaFieldsArgs) -> Result<Exit, Failure> {
    let job = match &args.target {
        Some(target) => Some(Pipelines::read(&args.pipeline)?.job(target, None)?),
        None => None,
    };
    let mut sources: BTreeMap<String, Source> = BTreeMap::new();
    let (mut rules, mut unreadable) = (0_u64, 0_u64);
    for file in rules::files(&args.paths)? {
        for rule in rules::read(&file) {
            match rule {
                Ok(rule) => {
                    rules += 1;
                    sources.entry(name(&rule.log_source)).or_default().add(&rule, job.as_ref());
                }
                Err((code, message)) => {
                    unreadable += 1;
                    if !global.quiet {
                        out::note(&format!("left out: {message} [{code}]"));
                    }
                }
            }
        }
    }
    let refused = sources.values().flat_map(|s| s.fields.values()).any(|f| !f.refused.is_empty());
    if global.json {
        let sources: Vec<_> = sources.iter().map(|(name, source)| source.record(name)).collect();
        let target = job.as_ref().map(|job| &job.name);
        out::json(
            &json!({ "rules": rules, "unreadable": unreadable, "target": target, "log_sources": sources }),
        )?;
    } else {
        for (name, source) in &sources {
            out::text(&source.shown(name, job.is_some()))?;
        }
        if !global.quiet {
            out::note(&format!("{rules} rules, {} log sources", sources.len()));
        }
    }
    Ok(if unreadable > 0 || refused { Exit::Findings } else { Exit::Ok })
}

/// `windows/process_creation`, as folders of rules are called.
pub fn name(source: &LogSource) -> String {
    let parts = [&source.product, &source.category, &source.service];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    if parts.is_empty() { "any".into() } else { parts.join("/") }
}

/// What is known of a log source.
#[derive(Default)]
struct Source {
    rules: u64,
    fields: BTreeMap<String, Field>,
}

/// What is known of a field.
#[derive(Default)]
struct Field {
    rules: u64,
    items: u64,
    /// What it becomes, with the number of items.
    to: BTreeMap<Vec<String>, u64>,
    gone: u64,
    /// Code and message of what refuses it, with the number of items.
    refused: BTreeMap<(String, String), u64>,
}

impl Source {
    fn add(&mut self, rule: &Rule, job: Option<&Job>) {
        self.rules += 1;
        let fields = used(rule);
        for field in &fields {
            self.field(field).items += 1;
        }
        for field in fields.into_iter().collect::<BTreeSet<_>>() {
            self.field(field).rules += 1;
        }
        for (field, mapped) in job.map(|job| mapped(rule, job)).unwrap_or_default() {
            let field = self.field(&field);
            match mapped {
                Mapped::To(fields) => *field.to.entry(fields).or_default() += 1,
                Mapped::Gone => field.gone += 1,
                Mapped::Refused(failure) => {
                    let why = (failure.reason.code().to_owned(), failure.message);
                    *field.refused.entry(why).or_default() += 1;
                }
            }
        }
    }

    fn field(&mut self, name: &str) -> &mut Field {
        self.fields.entry(name.to_owned()).or_default()
    }

    fn by_use(&self) -> Vec<(&String, &Field)> {
        let mut fields: Vec<_> = self.fields.iter().collect();
        fields.sort_by(|a, b| b.1.rules.cmp(&a.1.rules).then(a.0.cmp(b.0)));
        fields
    }

    fn record(&self, name: &str) -> Value {
        let fields: Vec<_> = self.by_use().into_iter().map(|(name, field)| field.record(name)).collect();
        json!({ "log_source": name, "rules": self.rules, "fields": fields })
    }

    fn shown(&self, name: &str, mapped: bool) -> String {
        let style = terminal::Style::stdout();
        let mut text = format!("{}  {} rules\n", style.bold(&terminal::plain(name)), self.rules);
        let width = self.fields.keys().map(|name| name.chars().count()).max().unwrap_or(0).min(40);
        for (name, field) in self.by_use() {
            let becomes = if mapped { format!("  {}", field.becomes()) } else { String::new() };
            text += &format!("  {:<width$}  {:>5}{becomes}\n", terminal::plain(name), field.rules);
        }
        text + "\n"
    }
}

impl Field {
    fn record(&self, name: &str) -> Value {
        let to: Vec<_> = self.to.iter().map(|(to, items)| json!({ "fields": to, "items": items })).collect();
        let refused = self.refused.iter();
        let refused: Vec<_> = refused
            .map(|((code, message), items)| json!({ "code": code, "message": message, "items": items }))
            .collect();
        json!({ "field": name, "rules": self.rules, "items": self.items,
            "mapped": to, "removed": self.gone, "refused": refused })
    }

    fn becomes(&self) -> String {
        let mut parts: Vec<String> = self.to.keys().map(|to| to.join(" or ")).collect();
        if self.gone > 0 {
            parts.push("(removed)".into());
        }
        parts.extend(self.refused.keys().map(|(code, message)| format!("refused: {message} [{code}]")));
        terminal::plain(&parts.join("; "))
    }
}
