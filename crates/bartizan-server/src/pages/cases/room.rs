//! The room of a case.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::case::*;
use bartizan_clearinghouse::priority::Decision;
use bartizan_store::{CaseReport, Directory};
use bartizan_workbench::{
    AttemptLine, CaseReportLine, CaseRoom, Clock, Decided, IncidentLine, KnowerLine, Local, MemberLine,
    Moment, PointLine, ProductLine, ProposalLine, Step, TimelineLine, path_part,
};
use serde_json::{Map, Value};

use super::super::html;
use super::super::stop::Stop;
use super::super::visit::Visit;
use super::acts::Maker;
use super::words;
use crate::app::App;
use crate::cases::{self, Room, fix_word, person_title, zone};

/// Own advisories that are looked through: the newest.
const ADVISORIES: i64 = 500;
/// The last events on the page.
const EVENTS: usize = 12;

/// `GET /cases/{uuid}`
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let mut visit = Visit::new(&app, &headers, &uri).await?;
    let found = cases::find(&app, &visit.actor(), &uuid, Verb::List).await;
    let room = found.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let content = visit.may(Verb::Read, &room.thing());
    let beside = if content { beside(&app, &visit, &room).await? } else { Beside::default() };
    visit.shell.marking = room.entry.marking;
    let may = |verb: Verb| visit.may(verb, &room.thing());
    let maker = Maker { room: &room, directory: &visit.directory, may: &may };
    Ok(html(page(&visit, &maker, content, &beside).render()))
}

async fn beside(app: &App, visit: &Visit, room: &Room) -> Result<Beside, Stop> {
    let stop = |e: bartizan_store::Error| visit.stop(&e);
    let reports = app.store.case_reports(room.entry.id).await.map_err(stop)?;
    let decided = cases::decisions(app, room, visit.now()).await;
    let mut kept = Beside {
        reports,
        decisions: decided.map_err(|wrong| Stop::because(&visit.shell, wrong))?,
        advisories: Vec::new(),
    };
    if room.runs()
        && let Some((own, person)) = visit.principal.organisation.zip(visit.principal.person)
    {
        let own = app.store.advisories_of(own, person, None, None, ADVISORIES).await.map_err(stop)?;
        let of =
            own.into_iter().filter(|advisory| advisory.case.as_deref() == Some(room.entry.uuid.as_str()));
        kept.advisories = of.map(|a| (a.uuid, a.tracking, a.state.as_str().to_owned())).collect();
    }
    Ok(kept)
}

/// What of a case is kept elsewhere.
#[derive(Default)]
struct Beside {
    reports: Vec<CaseReport>,
    decisions: Vec<(String, Decision)>,
    /// Address, id and state of each advisory that was begun from it.
    advisories: Vec<(String, String, String)>,
}

fn page(visit: &Visit, maker: &Maker<'_>, content: bool, kept: &Beside) -> CaseRoom {
    let (room, directory) = (maker.room, maker.directory);
    let (case, entry, now) = (&room.case, &room.entry, visit.now());
    let runs = room.runs();
    let met = case.met(&room.me).filter(|(name, _)| content || **name == room.me);
    let own = visit.principal.organisation;
    let mine = kept.reports.iter().filter(|report| runs || Some(report.sender) == own);
    let attempts = case.attempts.iter();
    let attempts = attempts.filter(|a| content && (runs || a.by == room.me || a.by == case.coordinator));
    let threads = case.threads.iter().filter(|(name, _)| content && case.in_thread(&room.me, name));
    let events: Vec<&bartizan_store::KeptEvent> = if content { room.shown().collect() } else { Vec::new() };
    CaseRoom {
        shell: visit.shell.clone(),
        uuid: entry.uuid.clone(),
        title: if content { entry.title.clone() } else { String::new() },
        coordinator: visit.organisation(entry.runs),
        marking: entry.marking,
        cves: if content { entry.cves.clone() } else { Vec::new() },
        summary: if content { entry.summary.clone() } else { String::new() },
        content,
        runs,
        facts: if content { facts(room) } else { Vec::new() },
        clock: clock(room, directory, content, now),
        steps: steps(room, directory, content, now),
        members: met.map(|(name, p)| member(room, directory, name, p, now)).collect(),
        knowers: case
            .people
            .iter()
            .filter(|_| content && runs)
            .map(|(name, candidate)| knower(room, directory, name, candidate, now))
            .collect(),
        proposals: case.proposals.iter().map(|(name, terms)| proposal(maker, name, terms)).collect(),
        incidents: case
            .incidents
            .iter()
            .filter(|_| content)
            .map(|(name, i)| incident(maker, name, i))
            .collect(),
        attempts: attempts.map(|attempt| tried(room, directory, attempt)).collect(),
        decisions: kept.decisions.iter().map(decided).collect(),
        advisories: kept.advisories.clone(),
        reports: mine.map(|report| of_case(visit, maker, report)).collect(),
        threads: threads
            .map(|(name, thread)| {
                let read = thread.read.get(&room.me).copied().unwrap_or(0) as usize;
                let unread = thread.messages.iter().skip(read).filter(|m| m.by != room.me).count();
                (name.to_string(), room.title(directory, name), thread.messages.len(), unread)
            })
            .collect(),
        events: events.iter().rev().take(EVENTS).map(|kept| line(room, directory, kept)).collect(),
        acts: maker.all(),
    }
}

/// An event for people.
pub(super) fn line(room: &Room, directory: &Directory, kept: &bartizan_store::KeptEvent) -> TimelineLine {
    let event = &kept.event;
    let own = room.runs() || event.by == room.me;
    let person = kept.person.filter(|_| own).and_then(|id| directory.people.get(&id));
    let named = room.case.names(&room.me, event);
    TimelineLine {
        at: Moment(event.at),
        by: if named { room.title(directory, &event.by) } else { String::new() },
        person: person.map(|p| p.shown.clone()).unwrap_or_default(),
        text: words::of(room, directory, &room.case.as_shown(&room.me, event)),
    }
}

/// What stands at the top. Of other participants whom the reader does not meet it tells nothing, not even a number.
fn facts(room: &Room) -> Vec<(String, String)> {
    let case = &room.case;
    let report = case.participants.get(&case.coordinator).map_or("", |p| p.report.as_str());
    let world = [
        (case.world.public, "the public knows"),
        (case.world.exploit, "an exploit is public"),
        (case.world.attacks, "attacks were seen"),
    ];
    let world: Vec<&str> = world.into_iter().filter(|(is, _)| *is).map(|(_, text)| text).collect();
    let mine = || case.statements().filter(|(who, ..)| room.runs() || **who == room.me);
    let (spoken, all) = (mine().filter(|(.., said)| said.is_some()).count(), mine().count());
    let (verified, fix) = (cases::verified(room), cases::fix(room));
    [
        ("Report", report.to_owned()),
        ("Verified", verified.as_str().replace('-', " ")),
        ("Fix", fix.map_or("no vendor", fix_word).to_owned()),
        ("Products spoken of", format!("{spoken} of {all}")),
        ("Outside", if world.is_empty() { "nothing known".to_owned() } else { world.join(", ") }),
        ("Tools", case.tooling.as_str().replace('-', " ")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn clock(room: &Room, directory: &Directory, content: bool, now: i64) -> Clock {
    let case = &room.case;
    let mut clock = Clock { state: case.embargo.to_string(), ..Clock::default() };
    clock.limits = case
        .limits
        .iter()
        .filter(|_| content)
        .map(|(name, l)| {
            (name.to_string(), l.source.to_string(), Moment(l.until), l.words.as_str().to_owned())
        })
        .collect();
    let Some(end) = case.end() else { return clock };
    clock.ends = Some(Moment(end.at));
    clock.left = Moment(end.at).seen_from(&Moment(now)).trim_start_matches("in ").to_owned();
    clock.why = end.limit.map(|(name, source)| format!("limit {name}, {source}")).unwrap_or_default();
    let met = room.parties.values().filter(|party| case.meets(&room.me, &party.name));
    clock.locals = met
        .filter_map(|party| {
            let time = zone::local(end.at, &party.zone)?;
            Some(Local { who: room.title(directory, &party.name), time, zone: party.zone.clone() })
        })
        .collect();
    clock
}

/// What the reader does next, what is late first.
fn steps(room: &Room, directory: &Directory, content: bool, now: i64) -> Vec<Step> {
    let (case, here) = (&room.case, format!("/cases/{}", room.entry.uuid));
    let mut steps = Vec::new();
    let mut step = |text: String, place: &str, late: bool| {
        steps.push(Step { text, href: format!("{here}{place}"), late })
    };
    if case.closed() {
        return steps;
    }
    if case.embargo.binds() && case.end().is_some_and(|end| end.at <= now) && room.runs() {
        step("The embargo's time is over: end it and publish".into(), "#exit", true);
    }
    for (name, p) in &case.participants {
        let title = || room.title(directory, name);
        let own = *name == room.me;
        if let Some(by) = p.consent.answer_by.filter(|_| own || room.runs()) {
            let late = by <= now;
            let text = if own {
                "Answer the terms of the embargo".to_owned()
            } else {
                format!("{} has not answered", title())
            };
            step(format!("{text}, by {} UTC", Moment(by).words()), "#embargo", late);
        }
        let silent = p.products.values().filter(|said| said.is_none()).count();
        if silent > 0 && content && (own || room.runs()) {
            let who = if own { "your side".to_owned() } else { title() };
            let place = format!("/threads/{}", path_part(name.as_str()));
            step(
                format!("{who} has not spoken for all its products ({silent} left): unknown, not unaffected"),
                &place,
                false,
            );
        }
        if own && content && p.report == ReportState::Received {
            step(
                "Judge the report: valid or not".into(),
                &format!("/threads/{}", path_part(name.as_str())),
                false,
            );
        }
    }
    if content && room.runs() {
        if case.verified() == Verified::Claimed {
            step("Nobody has reproduced it".into(), "#validation", false);
        }
        for (name, incident) in case.incidents.iter().filter(|(_, i)| i.decided.is_none()) {
            let at_once = plan(incident.exposure, incident.origin).at_once;
            step(format!("Decide what is done about {name}"), "#embargo", at_once);
        }
        if case.tooling == Tooling::Unknown {
            step("Say what the report was made with: no embargo before that".into(), "#world", false);
        }
    }
    let unread = case.unread(&room.me);
    if unread > 0 && content {
        step(format!("not read by you: {unread} of the messages"), "#h-threads", false);
    }
    steps.sort_by_key(|step| !step.late);
    steps
}

pub(super) fn member(
    room: &Room,
    directory: &Directory,
    name: &Name,
    p: &Participant,
    now: i64,
) -> MemberLine {
    let own = room.runs() || *name == room.me;
    let party = room.parties.get(name);
    let roles: Vec<&str> = p.roles.iter().map(|role| role.as_str()).collect();
    let products = p.products.iter().filter(|_| own).map(|(product, said)| ProductLine {
        product: product.to_string(),
        stand: said.as_ref().map_or("unknown".to_owned(), |said| said.stand.as_str().replace('_', " ")),
        words: said.as_ref().map(|said| said.words.as_str().to_owned()).unwrap_or_default(),
    });
    MemberLine {
        name: name.to_string(),
        title: room.title(directory, name),
        roles: roles.join(", "),
        report: if own { p.report.to_string() } else { String::new() },
        fix: p.fix.filter(|_| own).map(fix_word).unwrap_or_default().to_owned(),
        consent: if own { p.consent.state.as_str().replace('-', " ") } else { String::new() },
        answer_by: p.consent.answer_by.filter(|_| own).map(Moment),
        timed_out: own && p.consent.timed_out,
        contact: party.filter(|_| room.runs()).map(|party| party.contact.clone()).unwrap_or_default(),
        local: party.and_then(|party| zone::local(now, &party.zone)).unwrap_or_default(),
        products: products.collect(),
    }
}

fn knower(room: &Room, directory: &Directory, name: &Name, candidate: &Candidate, now: i64) -> KnowerLine {
    let grant = candidate.grants.iter().rfind(|grant| grant.holds(now));
    KnowerLine {
        name: person_title(directory, name),
        of: grant.map(|grant| room.title(directory, &grant.participant)).unwrap_or_default(),
        gates: Gate::ALL
            .iter()
            .map(|gate| {
                let passed = candidate.gates.get(gate).is_some_and(|judged| judged.finding.passed());
                (gate.as_str().replace('-', " "), passed)
            })
            .collect(),
        until: grant.map(|grant| Moment(grant.until)),
        emergency: grant.is_some_and(|grant| grant.emergency),
    }
}

fn proposal(maker: &Maker<'_>, name: &Name, terms: &Terms) -> ProposalLine {
    let (room, directory) = (maker.room, maker.directory);
    let named = room.case.meets(&room.me, &terms.by);
    let all = room.case.participants.len();
    ProposalLine {
        name: name.to_string(),
        by: if named { room.title(directory, &terms.by) } else { String::new() },
        until: Moment(terms.until),
        reason: terms.reason.as_ref().map(|words| words.as_str().to_owned()).unwrap_or_default(),
        agreed: match (room.runs(), terms.agreed.contains(&room.me)) {
            (true, _) => format!("{} of {all} agree", terms.agreed.len()),
            (false, true) => "you agree".to_owned(),
            (false, false) => String::new(),
        },
        acts: maker.answers(name),
    }
}

fn incident(maker: &Maker<'_>, name: &Name, incident: &Incident) -> IncidentLine {
    let plan = plan(incident.exposure, incident.origin);
    let course = match &incident.decided {
        Some((course, at, _)) => format!("decided {} UTC: {course}", Moment(*at).words()),
        None => format!("the matrix says: {}{}", plan.course, if plan.at_once { ", at once" } else { "" }),
    };
    IncidentLine {
        name: name.to_string(),
        at: Moment(incident.at),
        what: format!("{}, {}", incident.exposure, incident.origin.as_str().replace('-', " ")),
        words: incident.words.as_str().to_owned(),
        course,
        duties: plan.duties.iter().map(|duty| duty.as_str().replace('-', " ")).collect(),
        acts: if incident.decided.is_none() { maker.decide(name) } else { Vec::new() },
    }
}

fn tried(room: &Room, directory: &Directory, attempt: &Attempt) -> AttemptLine {
    AttemptLine {
        by: format!("{}, {}", room.title(directory, &attempt.by), person_title(directory, &attempt.verifier)),
        at: Moment(attempt.at),
        result: attempt.result.as_str().replace('-', " "),
        environment: attempt.environment.to_string(),
        evidence: attempt.evidence.iter().map(Name::to_string).collect(),
        words: attempt.words.as_str().to_owned(),
    }
}

fn decided((table, decision): &(String, Decision)) -> Decided {
    let points = decision.known.iter().map(|known| {
        let names = known.values.iter().filter_map(|v| known.point.values.get(usize::from(v)));
        let sources = known.evidence.iter();
        let sources = sources.map(|e| format!("{}, {}: {}", e.source, Moment(e.date).words(), e.words));
        PointLine {
            name: known.point.name.clone(),
            values: names.map(|value| value.name.as_str()).collect::<Vec<_>>().join(" or "),
            sources: sources.collect::<Vec<_>>().join("; "),
            disagree: known.disagree,
        }
    });
    Decided {
        table: table.clone(),
        outcomes: decision.outcomes.iter().map(|outcome| outcome.name.clone()).collect(),
        points: points.collect(),
    }
}

fn of_case(visit: &Visit, maker: &Maker<'_>, report: &CaseReport) -> CaseReportLine {
    let body: Map<String, Value> = serde_json::from_str(&report.body).unwrap_or_default();
    let finders = body.get("finders").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    CaseReportLine {
        uuid: report.uuid.clone(),
        title: if report.title.is_empty() { "Without a title".to_owned() } else { report.title.clone() },
        sender: visit.organisation(report.sender),
        credits: finders.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        because: report.because.clone(),
        removed: report.removed.as_ref().map(|(_, why)| why.clone()),
        acts: if report.removed.is_none() { maker.split(&report.uuid) } else { Vec::new() },
    }
}
