//! Reports that are about the same: put into one case, and taken out again.

use bartizan_clearinghouse::access::{OrganisationId, PersonId, Verb};
use bartizan_clearinghouse::case::{Action, Case, Event, Name, Words};
use bartizan_clearinghouse::duplicate::{
    Candidate, Credit, Grounds, MergeCode, Prepared, Report, candidates,
};
use bartizan_clearinghouse::time;
use bartizan_store::{Directory, NewEvent, NewParty, ReportQuestion, ReportState, Said, VulnerabilityReport};
use serde_json::{Map, Value};

use super::turn::Turn;
use super::{Room, find, next, participant};
use crate::app::App;
use crate::intake;
use crate::sharing::{Acting, Wrong};

/// Most reports of a desk that are compared with those of a case: the newest.
const COMPARED: usize = 5_000;

/// What a report brings into a case, as the log has it: who found it, whether public tools have seen it, when its finder goes public.
/// What it was made with does not count where the coordinator knows better.
pub(super) fn joins(
    directory: &Directory,
    report: &VulnerabilityReport,
    body: &Map<String, Value>,
    known_better: bool,
) -> Result<Action, Wrong> {
    let seen = body.get("public_tooling").and_then(Value::as_bool) == Some(true);
    let day = body.get("public_on").and_then(Value::as_str).unwrap_or_default();
    Ok(Action::Merge {
        report: report.uuid.parse()?,
        finder: participant(directory, report.between.sender)?,
        public_ai: seen && !known_better,
        public_on: time::parse(&format!("{day}T00:00:00Z")).filter(|until| *until >= 0),
    })
}

/// What is said in the log when a report comes or goes.
struct Saying {
    event: Event,
    after: Case,
    /// Who comes into the case by it.
    party: Option<(Name, OrganisationId, String)>,
}

impl Saying {
    /// None for a case that is closed: nothing more happens in it, and its reports are still told apart.
    fn of(
        acting: &Acting<'_>,
        room: &Room,
        report: &VulnerabilityReport,
        action: Action,
    ) -> Result<Option<Self>, Wrong> {
        if room.case.closed() {
            return Ok(None);
        }
        let event = next(Some(&room.case), acting.now, &room.me, action);
        let mut after = Case::clone(&room.case);
        after.apply(&event)?;
        let party = match &event.action {
            Action::Merge { finder, .. } if !room.case.participants.contains_key(finder) => {
                let sender = report.between.sender;
                Some((finder.clone(), sender, super::organisation(acting.directory, sender)))
            }
            _ => None,
        };
        Ok(Some(Self { event, after, party }))
    }

    fn events(&self, person: PersonId) -> [NewEvent<'_>; 1] {
        let party = self.party.as_ref().map(|(name, organisation, title)| {
            (name, NewParty { organisation: Some(*organisation), title, zone: "", contact: "" })
        });
        [NewEvent { event: &self.event, person: Some(person), party, message: None }]
    }
}

/// Says that a report is about the vulnerability of a case. Both that the cause is the same and that the fix is has to be said. What holds
/// for the report holds for the case from then on, as if it had been opened of it.
pub(crate) async fn merge(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    report: &str,
    grounds: &Grounds,
) -> Result<Room, Wrong> {
    find(app, acting, uuid, Verb::Manage).await?;
    let report = intake::find(app, acting, report, Verb::Review).await?;
    if !grounds.same_cause || !grounds.same_fix {
        return Err(unfit(MergeCode::NotTheSame, "two reports are one only if cause and fix are the same"));
    }
    let because = reason(&grounds.because)?;
    let body: Map<String, Value> = serde_json::from_str(&report.body).unwrap_or_default();
    let action = joins(acting.directory, &report, &body, false)?;
    let (by, who) = (acting.by(), acting.known()?.1);
    let mut turn = Turn::with(app, uuid).await;
    loop {
        let room = find(app, acting, uuid, Verb::Manage).await?;
        let (case, report_) = ((room.entry.id, uuid), (report.id, report.uuid.as_str()));
        let saying = Saying::of(acting, &room, &report, action.clone())?;
        let events = saying.as_ref().map(|saying| saying.events(who));
        let said = saying.as_ref().zip(events.as_ref()).map(|(saying, events)| Said {
            events,
            before: &room.case,
            after: &saying.after,
        });
        if app.store.put_into_case(&by, case, report_, because, said).await? {
            break;
        }
        turn.again(app).await?;
    }
    drop(turn);
    if report.state == ReportState::Queued {
        app.store.move_report(&acting.by(), &report.uuid, ReportState::Processing, "").await?;
    }
    find(app, acting, uuid, Verb::Manage).await
}

/// Takes that back, and what came with it.
pub(crate) async fn split(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    report: &str,
    regret: &str,
) -> Result<Room, Wrong> {
    find(app, acting, uuid, Verb::Manage).await?;
    let report = intake::find(app, acting, report, Verb::Review).await?;
    let regret = reason(regret)?;
    let (name, words): (Name, Words) = (report.uuid.parse()?, regret.parse()?);
    let (by, who) = (acting.by(), acting.known()?.1);
    let mut turn = Turn::with(app, uuid).await;
    loop {
        let room = find(app, acting, uuid, Verb::Manage).await?;
        let (case, report_) = ((room.entry.id, uuid), (report.id, report.uuid.as_str()));
        // Logs of the first release do not say which reports they are of.
        let logged = room.case.merged.get(&name).is_some_and(|merged| merged.split.is_none());
        let action = Action::Split { report: name.clone(), words: words.clone() };
        let saying = if logged { Saying::of(acting, &room, &report, action)? } else { None };
        let events = saying.as_ref().map(|saying| saying.events(who));
        let said = saying.as_ref().zip(events.as_ref()).map(|(saying, events)| Said {
            events,
            before: &room.case,
            after: &saying.after,
        });
        match app.store.take_out_of_case(&by, case, report_, regret, said).await? {
            None => return Err(Wrong::NotThere),
            Some(true) => break,
            Some(false) => turn.again(app).await?,
        }
    }
    drop(turn);
    find(app, acting, uuid, Verb::Manage).await
}

fn reason(text: &str) -> Result<&str, Wrong> {
    match crate::sharing::reason(text)? {
        "" => Err(unfit(MergeCode::ReasonNeeded, "say on what that is based")),
        because => Ok(because),
    }
}

fn unfit(code: MergeCode, text: &str) -> Wrong {
    Wrong::Unfit(format!("{text} [{code}]"))
}

/// A report as it is compared.
pub(crate) fn compared(report: &VulnerabilityReport) -> Report {
    let body: Map<String, Value> = serde_json::from_str(&report.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let list = |name: &str| -> Vec<String> {
        let all = body.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let symbol = body.get("affected_symbol").and_then(Value::as_object);
    let of = |name: &str| symbol.and_then(|s| s.get(name)).and_then(Value::as_str).map(str::to_owned);
    let enrichment = body.get("enrichment").and_then(Value::as_object);
    let cwe = enrichment.and_then(|e| e.get("cwe")).and_then(Value::as_str);
    let mut description = text("description").unwrap_or_default();
    let trace = trace(&description);
    if let Some(path) = text("code_path") {
        description.push('\n');
        description.push_str(&path);
    }
    Report {
        id: report.uuid.clone(),
        credits: list("finders").into_iter().map(Credit).collect(),
        product: report.product.clone(),
        upstream: list("upstream_ids"),
        fixed_by: text("fixed_commit"),
        cwe: cwe.and_then(|cwe| cwe.trim_start_matches("CWE-").parse().ok()),
        path: of("file"),
        symbol: of("function"),
        line: symbol.and_then(|s| s.get("line")).and_then(Value::as_u64).and_then(|n| n.try_into().ok()),
        title: report.title.clone(),
        text: description,
        trace,
    }
}

/// What of a description looks like a stack trace: the lines of frames.
fn trace(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with('#')).collect();
    let frames = lines.iter().filter(|line| line.contains(" in ") || line.contains(" at ")).count();
    (frames >= 2).then(|| lines.join("\n"))
}

/// A proposal: two reports of the desk that may be one.
pub(crate) struct Pair {
    pub(crate) first: VulnerabilityReport,
    pub(crate) second: VulnerabilityReport,
    pub(crate) found: Candidate,
}

/// Pairs of reports that may be about the same, among the newest of the own desk that are not in one case together; those that name
/// one of `only`, if that is given.
pub(crate) async fn pairs(app: &App, acting: &Acting<'_>, only: Option<&str>) -> Result<Vec<Pair>, Wrong> {
    let (own, _) = acting.known()?;
    acting.must(Verb::Review, &intake::any(own), "Whoever decides about reports compares them.")?;
    let asked = ReportQuestion { desk: Some(own), ..ReportQuestion::default() };
    // Of what somebody is not read in to, they are not told either that it is like something else.
    let mut all = intake::list(app, acting, asked, COMPARED).await?;
    all.retain(|report| intake::may(acting, Verb::Review, report));
    let cases = app.store.cases_of_desk(own).await?;
    let work = move || {
        let prepared: Vec<Prepared> = all.iter().map(|report| Prepared::of(&compared(report))).collect();
        let found = candidates(&prepared);
        let of = |uuid: &str| all.iter().find(|report| report.uuid == uuid).cloned();
        let together = |a: &VulnerabilityReport, b: &VulnerabilityReport| {
            cases.get(&a.id).is_some_and(|case| cases.get(&b.id) == Some(case))
        };
        let pairs = found
            .into_iter()
            .filter_map(|found| Some(Pair { first: of(&found.first)?, second: of(&found.second)?, found }));
        pairs.filter(|pair| !together(&pair.first, &pair.second)).collect::<Vec<_>>()
    };
    // Comparing thousands takes a moment: not on a thread that serves others.
    let pairs = tokio::task::spawn_blocking(work).await.unwrap_or_default();
    let named = |pair: &Pair| only.is_none_or(|uuid| pair.first.uuid == uuid || pair.second.uuid == uuid);
    Ok(pairs.into_iter().filter(named).collect())
}
