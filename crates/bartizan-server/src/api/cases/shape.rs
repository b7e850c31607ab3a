//! A case as JSON.

use bartizan_clearinghouse::case::{Attempt, Consent, Incident, Name, Participant, Terms, plan};
use bartizan_clearinghouse::priority::Decision;
use bartizan_clearinghouse::time;
use bartizan_store::{CaseEntry, CaseReport};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::super::ask::Asker;
use super::super::shapes::{Marking, Named};
use crate::cases::{Room, dates, fix_word, person_title, zone};

/// A case in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Case")]
pub(super) struct Line {
    pub(super) id: String,
    /// Who coordinates it.
    coordinator: Named,
    /// Null for whom the content is not for, or not yet.
    title: Option<String>,
    marking: Marking,
    cves: Vec<String>,
    /// `none`, `proposed`, `active`, `revise`, `exited`.
    embargo: String,
    /// Until when it binds.
    #[schemars(extend("format" = "date-time"))]
    embargo_until: Option<String>,
    closed: bool,
    #[schemars(extend("format" = "date-time"))]
    opened: String,
    /// Time of the last event, for who coordinates it.
    #[schemars(extend("format" = "date-time"))]
    changed: Option<String>,
}

pub(super) fn line(asker: &Asker, entry: &CaseEntry, content: bool) -> Line {
    Line {
        id: entry.uuid.clone(),
        coordinator: asker.organisation(entry.runs),
        title: content.then(|| entry.title.clone()),
        marking: entry.marking.into(),
        cves: if content { entry.cves.clone() } else { Vec::new() },
        embargo: entry.embargo.clone(),
        embargo_until: entry.embargo_until.map(time::text),
        closed: entry.closed,
        opened: time::text(entry.opened),
        // When something happens between others is nobody's business.
        changed: (entry.runs == asker.organisation).then(|| time::text(entry.changed)),
    }
}

/// A whole case, as far as it is the asker's.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WholeCase")]
pub(super) struct Whole {
    #[serde(flatten)]
    line: Line,
    /// The asker's own name in it.
    me: String,
    /// Whether what it says is for the asker: if not, only the terms of the embargo and the own place are told.
    content: bool,
    summary: String,
    /// `unknown`, `private`, `public-ai`.
    tooling: String,
    public: bool,
    exploit_public: bool,
    attacks_observed: bool,
    /// How far the fix is.
    fix: Option<String>,
    /// `claimed`, `by-finder`, `confirmed`, `independently`.
    verified: String,
    /// When the embargo ends, why then, in everybody's time.
    ends: Option<Ends>,
    proposals: Vec<Proposal>,
    participants: Vec<Member>,
    people: Vec<Knower>,
    incidents: Vec<Out>,
    attempts: Vec<Try>,
    priorities: Vec<Priority>,
    threads: Vec<ThreadLine>,
    dates: Vec<Date>,
    reports: Vec<OfCase>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EmbargoEnd")]
struct Ends {
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// The limit that ends it; null: its own terms.
    limit: Option<String>,
    /// The same moment on the clocks of participants: by zone.
    local: Map<String, Value>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EmbargoProposal")]
struct Proposal {
    proposal: String,
    /// Null for whom the asker does not meet in the case.
    by: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    until: String,
    reason: Option<String>,
    /// Whether the asker agreed to exactly this.
    agreed: bool,
}

/// A participant.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseParticipant")]
pub(super) struct Member {
    pub(super) name: String,
    title: String,
    zone: String,
    roles: Vec<String>,
    report: String,
    fix: Option<String>,
    consent: String,
    #[schemars(extend("format" = "date-time"))]
    answer_by: Option<String>,
    /// Whether `declined` was silence.
    timed_out: bool,
    products: Vec<Product>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseProduct")]
struct Product {
    product: String,
    /// Null: nothing was said, which means unknown.
    statement: Option<Said>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseStatement")]
struct Said {
    status: String,
    justification: Option<String>,
    words: String,
    #[schemars(extend("format" = "date-time"))]
    at: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseKnower")]
struct Knower {
    person: String,
    name: String,
    /// The gates that are passed.
    gates: Vec<String>,
    #[schemars(extend("format" = "date-time"))]
    read_in_until: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseIncident")]
struct Out {
    incident: String,
    exposure: String,
    origin: String,
    words: String,
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// What the matrix says: the course, and what is to be done.
    course: String,
    duties: Vec<String>,
    decided: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseAttempt")]
struct Try {
    by: String,
    verifier: String,
    #[schemars(extend("format" = "date-time"))]
    at: String,
    environment: String,
    result: String,
    evidence: Vec<String>,
    words: String,
}

/// What a decision table says: all outcomes that are possible, and from what.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CasePriority")]
struct Priority {
    table: String,
    outcomes: Vec<String>,
    points: Vec<PointLine>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DecisionPoint")]
struct PointLine {
    point: String,
    /// Keys that are possible.
    values: Vec<String>,
    sources: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseThread")]
struct ThreadLine {
    thread: String,
    messages: usize,
    unread: usize,
}

/// A date of a case.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseDate")]
pub(super) struct Date {
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// `embargo-ends`, `proposal-ends`, `limit`, `answer-due`, `read-in-ends`.
    what: String,
    of: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseReport")]
struct OfCase {
    id: String,
    title: String,
    sender: Named,
    #[schemars(extend("format" = "date-time"))]
    added: String,
    because: String,
    removed: Option<String>,
    /// Whom to credit, letter for letter.
    credits: Vec<String>,
}

pub(super) fn whole(
    asker: &Asker,
    room: &Room,
    content: bool,
    reports: &[CaseReport],
    decisions: &[(String, Decision)],
) -> Whole {
    let case = &room.case;
    let directory = &asker.directory;
    let met: Vec<(&Name, &Participant)> =
        case.met(&room.me).filter(|(name, _)| content || **name == room.me).collect();
    let people = case.people.iter().filter(|_| content && room.runs()).map(|(name, candidate)| Knower {
        person: name.to_string(),
        name: person_title(directory, name),
        gates: candidate
            .gates
            .values()
            .filter(|j| j.finding.passed())
            .map(|j| j.finding.gate().to_string())
            .collect(),
        read_in_until: candidate
            .grants
            .iter()
            .filter(|g| g.holds(asker.now))
            .map(|g| time::text(g.until))
            .next_back(),
    });
    let attempts = case
        .attempts
        .iter()
        .filter(|a| content && (room.runs() || a.by == room.me || a.by == case.coordinator));
    let threads = case.threads.iter().filter(|(name, _)| content && case.in_thread(&room.me, name));
    let mine = |report: &&CaseReport| content && (room.runs() || report.sender == asker.organisation);
    Whole {
        line: line(asker, &room.entry, content),
        me: room.me.to_string(),
        content,
        summary: if content { room.entry.summary.clone() } else { String::new() },
        tooling: case.tooling.to_string(),
        public: case.world.public,
        exploit_public: content && case.world.exploit,
        attacks_observed: content && case.world.attacks,
        fix: case.fix_state().filter(|_| content).map(|fix| fix_word(fix).to_owned()),
        verified: if content { case.verified().to_string() } else { String::new() },
        ends: ends(room),
        proposals: case.proposals.iter().map(|(name, terms)| proposal(room, name, terms)).collect(),
        participants: met.into_iter().map(|(name, p)| member(asker, room, name, p)).collect(),
        people: people.collect(),
        incidents: case.incidents.iter().filter(|_| content).map(|(name, i)| out(name, i)).collect(),
        attempts: attempts.map(|attempt| tried(asker, room, attempt)).collect(),
        priorities: decisions.iter().filter(|_| content).map(|(_, decision)| priority(decision)).collect(),
        threads: threads
            .map(|(name, thread)| {
                let read = thread.read.get(&room.me).copied().unwrap_or(0) as usize;
                let unread = thread.messages.iter().skip(read).filter(|m| m.by != room.me).count();
                ThreadLine { thread: name.to_string(), messages: thread.messages.len(), unread }
            })
            .collect(),
        dates: all_dates(room, content, asker.now),
        reports: reports.iter().filter(mine).map(|report| of_case(asker, report)).collect(),
    }
}

pub(super) fn all_dates(room: &Room, content: bool, now: i64) -> Vec<Date> {
    let shape = |(at, what): (i64, dates::What)| Date {
        at: time::text(at),
        what: what.word().to_owned(),
        of: what.of().map(Name::to_string),
    };
    dates::of(room, content, now).into_iter().map(shape).collect()
}

fn ends(room: &Room) -> Option<Ends> {
    let end = room.case.end()?;
    let zones = room
        .parties
        .values()
        .filter(|party| room.case.meets(&room.me, &party.name))
        .map(|party| party.zone.as_str());
    let local = zones.filter_map(|name| Some((name.to_owned(), zone::local(end.at, name)?.into()))).collect();
    Some(Ends { at: time::text(end.at), limit: end.limit.map(|(name, _)| name.to_string()), local })
}

fn proposal(room: &Room, name: &Name, terms: &Terms) -> Proposal {
    Proposal {
        proposal: name.to_string(),
        by: room.case.meets(&room.me, &terms.by).then(|| terms.by.to_string()),
        until: time::text(terms.until),
        reason: terms.reason.as_ref().map(|words| words.as_str().to_owned()),
        agreed: terms.agreed.contains(&room.me),
    }
}

pub(super) fn member(asker: &Asker, room: &Room, name: &Name, p: &Participant) -> Member {
    let Consent { state, answer_by, timed_out } = p.consent;
    // What others say of themselves is between each and the coordinator.
    let own = room.runs() || *name == room.me;
    let products = p.products.iter().filter(|_| own).map(|(product, said)| Product {
        product: product.to_string(),
        statement: said.as_ref().map(|said| Said {
            status: said.stand.to_string(),
            justification: said.justification.map(|why| why.to_string()),
            words: said.words.as_str().to_owned(),
            at: time::text(said.at),
        }),
    });
    Member {
        name: name.to_string(),
        title: room.title(&asker.directory, name),
        zone: room.parties.get(name).map(|party| party.zone.clone()).unwrap_or_default(),
        roles: p.roles.iter().map(|role| role.to_string()).collect(),
        report: if own { p.report.to_string() } else { String::new() },
        fix: p.fix.filter(|_| own).map(|fix| fix_word(fix).to_owned()),
        consent: if own { state.to_string() } else { String::new() },
        answer_by: answer_by.filter(|_| own).map(time::text),
        timed_out: own && timed_out,
        products: products.collect(),
    }
}

fn out(name: &Name, incident: &Incident) -> Out {
    let plan = plan(incident.exposure, incident.origin);
    Out {
        incident: name.to_string(),
        exposure: incident.exposure.to_string(),
        origin: incident.origin.to_string(),
        words: incident.words.as_str().to_owned(),
        at: time::text(incident.at),
        course: plan.course.to_string(),
        duties: plan.duties.iter().map(|duty| duty.to_string()).collect(),
        decided: incident.decided.as_ref().map(|(course, ..)| course.to_string()),
    }
}

fn tried(asker: &Asker, room: &Room, attempt: &Attempt) -> Try {
    Try {
        by: room.title(&asker.directory, &attempt.by),
        verifier: person_title(&asker.directory, &attempt.verifier),
        at: time::text(attempt.at),
        environment: attempt.environment.to_string(),
        result: attempt.result.to_string(),
        evidence: attempt.evidence.iter().map(Name::to_string).collect(),
        words: attempt.words.as_str().to_owned(),
    }
}

fn priority(decision: &Decision) -> Priority {
    Priority {
        table: decision.table.clone(),
        outcomes: decision.outcomes.iter().map(|outcome| outcome.name.clone()).collect(),
        points: decision
            .known
            .iter()
            .map(|known| PointLine {
                point: known.point.id.clone(),
                values: known.keys().into_iter().map(str::to_owned).collect(),
                sources: known
                    .evidence
                    .iter()
                    .map(|e| format!("{} of {}", e.source, time::text(e.date)))
                    .collect(),
            })
            .collect(),
    }
}

fn of_case(asker: &Asker, report: &CaseReport) -> OfCase {
    let body: Map<String, Value> = serde_json::from_str(&report.body).unwrap_or_default();
    let finders = body.get("finders").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    OfCase {
        id: report.uuid.clone(),
        title: report.title.clone(),
        sender: asker.organisation(report.sender),
        added: time::text(report.added),
        because: report.because.clone(),
        removed: report.removed.as_ref().map(|(_, why)| why.clone()),
        credits: finders.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}
