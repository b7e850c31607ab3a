//! Rules that analyses made, with how their proof went.

mod download;
mod one;

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_store::{KeptRule, Report, ReportId, RuleFilter, RuleKind};
use bartizan_workbench::{Choice, RuleLine, Rules};

use super::home::{count, marking};
use super::html;
use super::name::reader;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::rules::targets;

pub(super) use download::download;
pub(super) use one::{query, show as one};

/// Rules on a page.
const PAGE: usize = 25;
/// What proofs are called.
const PROVEN: [(&str, bool); 2] = [("proven", true), ("not proven", false)];
/// Longest value of a filter, in characters.
const LONGEST: usize = 200;

/// What is asked of the rules.
#[derive(Default)]
struct Asked {
    q: String,
    level: Option<String>,
    verdict: Option<String>,
    technique: Option<String>,
    platform: Option<String>,
    report: Option<Report>,
    after: Option<(ReportId, String)>,
}

impl Asked {
    /// From an address. A report that the visitor may not read is none.
    async fn read(app: &App, visit: &Visit, query: &str) -> Result<Self, Stop> {
        let given: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
        let given = |name: &str| {
            let text = given.get(name).map(|text| text.chars().take(LONGEST).collect::<String>());
            text.filter(|text| !text.trim().is_empty())
        };
        let report = match given("report") {
            Some(uuid) => {
                let found = app.store.report(&visit.readable(), &uuid).await.map_err(|e| visit.stop(&e))?;
                Some(found.ok_or_else(|| Stop::not_found(visit.shell.clone()))?)
            }
            None => None,
        };
        let after = given("after").and_then(|text| {
            let (report, rule) = text.split_once('/')?;
            Some((ReportId(report.parse().ok()?), rule.to_owned()))
        });
        let (mut q, mut technique) = (given("q").unwrap_or_default(), given("technique"));
        // The id of a technique is looked for among techniques, wherever it was typed.
        if technique.is_none() && is_technique(q.trim()) {
            technique = Some(std::mem::take(&mut q).trim().to_uppercase());
        }
        let (level, verdict, platform) = (given("level"), given("verdict"), given("platform"));
        Ok(Self { q, level, verdict, technique, platform, report, after })
    }

    fn proven(&self) -> Option<bool> {
        let verdict = self.verdict.as_deref();
        PROVEN.iter().find(|(name, _)| Some(*name) == verdict).map(|(_, proven)| *proven)
    }

    fn filter(&self) -> RuleFilter<'_> {
        RuleFilter {
            words: &self.q,
            level: self.level.as_deref(),
            proven: self.proven(),
            technique: self.technique.as_deref(),
            platform: self.platform.as_deref(),
            report: self.report.as_ref().map(|r| r.id),
            rule: None,
            after: self.after.as_ref().map(|(report, rule)| (*report, rule.as_str())),
        }
    }
}

/// `T1059`, `t1059.001`.
fn is_technique(text: &str) -> bool {
    let digits = |text: &str, n| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    let Some(rest) = text.strip_prefix(['T', 't']) else { return false };
    match rest.split_once('.') {
        Some((whole, part)) => digits(whole, 4) && digits(part, 3),
        None => digits(rest, 4),
    }
}

/// `GET /rules`
pub(super) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    reader(&visit)?;
    let asked = Asked::read(&app, &visit, &query.unwrap_or_default()).await?;
    let readable = visit.readable();
    let filter = asked.filter();
    let mut found = app.store.rules(&readable, &filter, PAGE + 1).await.map_err(|e| visit.stop(&e))?;
    let kinds = app.store.rule_kinds(&readable, &filter).await.map_err(|e| visit.stop(&e))?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let Counted { levels, verdicts, platforms, whole } = counted(&kinds, &asked);
    let lines: Vec<RuleLine> = found.iter().map(|(report, rule)| line(&app, &visit, report, rule)).collect();
    let mut shell = visit.shell.clone();
    shell.marking = lines.iter().map(|line| line.marking).max().unwrap_or(shell.marking);
    let chosen = |mut of: BTreeMap<String, u64>, on: Option<&str>| {
        // What is chosen can be taken away again, also where it leaves nothing.
        if let Some(on) = on {
            of.entry(on.to_owned()).or_default();
        }
        of.into_iter().map(|(name, n)| (name.clone(), n, on == Some(name.as_str()))).collect()
    };
    let page = Rules {
        shell,
        levels: chosen(levels, asked.level.as_deref()),
        platforms: chosen(platforms, asked.platform.as_deref()),
        verdicts: PROVEN
            .iter()
            .zip(verdicts)
            .map(|((name, holds), n)| ((*name).to_owned(), n, asked.proven() == Some(*holds)))
            .collect(),
        technique: asked.technique.clone().unwrap_or_default(),
        report: asked.report.as_ref().map(|r| (r.uuid.clone(), r.title.clone())),
        rules: lines,
        found: whole,
        next: more.then(|| found.last().map(|(r, rule)| format!("{}/{}", r.id.0, rule.id))).flatten(),
        targets: choices(""),
        q: asked.q,
    };
    Ok(html(page.render()))
}

/// How many rules there are by what can be chosen, each with the other choices kept.
struct Counted {
    levels: BTreeMap<String, u64>,
    verdicts: [u64; 2],
    platforms: BTreeMap<String, u64>,
    whole: u64,
}

fn counted(kinds: &[RuleKind], asked: &Asked) -> Counted {
    let mut counted =
        Counted { levels: BTreeMap::new(), verdicts: [0; 2], platforms: BTreeMap::new(), whole: 0 };
    for kind in kinds {
        let word = kind.source.split_whitespace().next().unwrap_or_default().to_lowercase();
        let n = count(kind.rules);
        let of_level = asked.level.as_ref().is_none_or(|level| *level == kind.level);
        let of_verdict = asked.proven().is_none_or(|proven| proven == kind.proven);
        let of_platform = asked.platform.as_ref().is_none_or(|p| word.starts_with(&p.to_lowercase()));
        if of_verdict && of_platform {
            *counted.levels.entry(kind.level.clone()).or_default() += n;
        }
        if of_level && of_platform {
            counted.verdicts[usize::from(!kind.proven)] += n;
        }
        if of_level && of_verdict && !word.is_empty() {
            *counted.platforms.entry(word).or_default() += n;
        }
        if of_level && of_verdict && of_platform {
            counted.whole += n;
        }
    }
    counted
}

/// The targets that rules can be written for.
fn choices(chosen: &str) -> Vec<Choice> {
    let choice = |(name, about): (&str, String)| Choice {
        value: name.to_owned(),
        label: format!("{about} ({name})"),
        chosen: name == chosen,
    };
    let mut choices: Vec<Choice> = targets().map(choice).collect();
    choices.sort_by_key(|choice| choice.label.to_lowercase());
    choices
}

fn line(app: &App, visit: &Visit, report: &Report, rule: &KeptRule) -> RuleLine {
    let name = |id: &String| app.pack.technique(id).map(|t| t.name.to_owned()).unwrap_or_default();
    RuleLine {
        key: format!("{}/{}", report.uuid, rule.id),
        id: rule.id.clone(),
        title: rule.title.clone(),
        level: rule.level.clone(),
        source: rule.source.clone(),
        techniques: rule.techniques.iter().map(|id| (id.clone(), name(id))).collect(),
        verdict: rule.verdict.clone(),
        proven: rule.proven,
        report: report.title.clone(),
        report_href: format!("/reports/{}", report.uuid),
        text: rule.body.clone(),
        marking: marking(visit, report),
    }
}

/// A rule of a report, if the visitor may read that.
async fn find(app: &App, visit: &Visit, report: &str, rule: &str) -> Result<(Report, KeptRule), Stop> {
    let readable = visit.readable();
    let report = app.store.report(&readable, report).await.map_err(|e| visit.stop(&e))?;
    let report = report.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let filter = RuleFilter { report: Some(report.id), rule: Some(rule), ..RuleFilter::default() };
    let mut found = app.store.rules(&readable, &filter, 1).await.map_err(|e| visit.stop(&e))?;
    found.pop().ok_or_else(|| Stop::not_found(visit.shell.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_a_choice_keep_the_others() {
        let kind = |level: &str, proven, source: &str, rules| RuleKind {
            level: level.into(),
            proven,
            source: source.into(),
            rules,
        };
        let kinds = [
            kind("high", true, "windows process_creation", 3),
            kind("high", false, "linux file_event", 2),
            kind("low", true, "windows registry_set", 5),
        ];
        let asked =
            Asked { level: Some("high".into()), platform: Some("windows".into()), ..Asked::default() };
        let counted = counted(&kinds, &asked);
        assert_eq!(counted.whole, 3);
        assert_eq!(counted.levels, BTreeMap::from([("high".into(), 3), ("low".into(), 5)]));
        assert_eq!(counted.verdicts, [3, 0]);
        assert_eq!(counted.platforms, BTreeMap::from([("linux".into(), 2), ("windows".into(), 3)]));
    }

    #[test]
    fn ids_of_techniques_are_told_from_words() {
        for (text, is) in [
            ("T1059", true),
            ("t1059.001", true),
            ("T105", false),
            ("T1059.1", false),
            ("Tarrask", false),
            ("", false),
        ] {
            assert_eq!(is_technique(text), is, "{text}");
        }
    }
}
