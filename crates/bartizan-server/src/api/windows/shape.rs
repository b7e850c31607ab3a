//! From a window to what the asker is sent of it. Everything goes through [`Room::reads`].

use bartizan_clearinghouse::access::Matter;
use bartizan_clearinghouse::time;
use bartizan_programme::grant::in_use;
use bartizan_programme::window::Window;
use bartizan_programme::{Id, Name};
use serde::Serialize;
use serde_json::Value;

use super::super::ask::Asker;
use super::super::problem::Problem;
use super::super::shapes::Named;
use super::shapes::{
    AgreementShape, CertificateShape, Check, ClockShape, DeterminationShape, EndpointShape, FindingShape,
    GrantShape, JudgedShape, Key, Line, PauseShape, Person, PlanShape, ProgrammeName, RevokedShape,
    RoundShape, RunShape, SignedShape, Waiting, Whole,
};
use crate::app::App;
use crate::programmes::{self, Room, grants};

/// Somebody or an organisation that a window names.
pub(super) fn named(asker: &Asker, name: &Name) -> Named {
    Named { id: name.to_string(), name: programmes::title(&asker.directory, name) }
}

fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

fn words<'i>(ids: impl IntoIterator<Item = &'i Id>) -> Vec<String> {
    ids.into_iter().map(ToString::to_string).collect()
}

pub(super) fn line(asker: &Asker, room: &Room) -> Line {
    let (entry, window) = (&room.entry, &room.window);
    let rules = &window.programme;
    let standing = window.standing(asker.now);
    Line {
        id: entry.uuid.clone(),
        title: entry.title.clone(),
        state: standing.state.as_str().to_owned(),
        developer: asker.organisation(entry.developer),
        runs: asker.organisation(entry.runs),
        programme: ProgrammeName {
            id: entry.programme.clone(),
            name: rules.id.to_string(),
            version: rules.version.to_string(),
            title: rules.title.to_string(),
            digest: rules.digest.to_string(),
        },
        opened: time::text(entry.opened),
        begins: standing.begins.map(time::text),
        ends: standing.end.map(time::text),
        my_roles: words(&room.my_roles()),
    }
}

/// A window as the asker sees it.
pub(super) async fn whole(app: &App, asker: &Asker, room: &Room) -> Result<Whole, Problem> {
    let window = &room.window;
    let all = room.reads(Matter::Whole, None);
    let mut given = Vec::new();
    for name in window.grants.keys() {
        if room.reads(Matter::Grant, programmes::grant_of(window, name).as_ref()) {
            given.push(grant(app, asker, room, name).await?);
        }
    }
    let endpoints = programmes::grants::endpoints(app, room).await?;
    let allowed = window.allowed(&room.me, asker.now);
    let missing = if all { window.certificates_missing() } else { Default::default() };
    Ok(Whole {
        line: line(asker, room),
        clock: clock(window, asker.now),
        acts: allowed.into_iter().map(|(act, roles)| (act.to_string(), words(&roles))).collect(),
        submission: value(&window.submission),
        checks: checks(asker, window),
        people: people(asker, window),
        waiting: waiting(asker, room),
        keys: keys(asker, room),
        agreements: agreements(asker, room),
        endpoints: endpoints
            .into_iter()
            .map(|(checkpoint, host, at)| EndpointShape { checkpoint, host, said: time::text(at) })
            .collect(),
        grants: given,
        plans: plans(room),
        runs_made: runs(asker, room),
        findings: findings(asker, room),
        determination: determination(asker, room),
        certificates: certificates(asker, room),
        certificates_missing: missing.into_iter().map(|name| named(asker, name)).collect(),
        closed: window.closed.map(time::text),
        kept_until: window.kept_until().map(time::text),
    })
}

fn clock(window: &Window, now: i64) -> ClockShape {
    const SECOND: i64 = 1_000_000;
    let standing = window.standing(now);
    let pauses = window.clock.pauses().iter().map(|pause| PauseShape {
        from: time::text(pause.from),
        until: pause.until.map(time::text),
        reason: pause.reason.to_string(),
        stops_clock: pause.stops_clock,
    });
    ClockShape {
        begins: standing.begins.map(time::text),
        ends: standing.end.map(time::text),
        remaining_seconds: standing.remaining.map(|left| left / SECOND),
        stopped_seconds: standing.stopped / SECOND,
        pause_left_seconds: standing.pause_left / SECOND,
        extended_seconds: standing.extended / SECOND,
        extension_left_seconds: standing.extension_left / SECOND,
        pauses: pauses.collect(),
    }
}

fn checks(asker: &Asker, window: &Window) -> Vec<Check> {
    let one = |check: &bartizan_programme::rules::Check| {
        let made = window.checked.get(&check.id);
        Check {
            id: check.id.to_string(),
            title: check.title.to_string(),
            required: check.required,
            result: made.map(|made| made.result.to_string()),
            words: made.map(|made| made.words.to_string()),
            by: made.map(|made| named(asker, &made.by)),
            at: made.map(|made| time::text(made.at)),
        }
    };
    window.programme.checks.iter().map(one).collect()
}

fn people(asker: &Asker, window: &Window) -> Vec<Person> {
    let with_role = window.people.iter().filter(|(_, person)| !person.roles.is_empty());
    with_role
        .map(|(name, person)| Person {
            person: named(asker, name),
            organisation: named(asker, &person.organisation),
            roles: words(&person.roles),
        })
        .collect()
}

fn waiting(asker: &Asker, room: &Room) -> Vec<Waiting> {
    let mine = room.my_roles();
    let shown = room.shown();
    let one = |(number, proposed): (u64, &bartizan_programme::window::Proposed)| {
        let (proposal, _) = shown.iter().find(|(_, event)| event.number == number)?;
        let act = proposed.action.act()?;
        let second = &room.window.programme.act(act).second;
        let own = proposed.by.person == room.me;
        let may = if own { Vec::new() } else { words(mine.intersection(second)) };
        Some(Waiting {
            proposal: *proposal,
            act: act.to_string(),
            action: value(&proposed.action),
            by: named(asker, &proposed.by.person),
            role: proposed.by.role.to_string(),
            at: time::text(proposed.at),
            lapses: time::text(proposed.lapses),
            you_may_second_as: may,
            mine: own,
        })
    };
    room.window.waiting(asker.now).filter_map(one).collect()
}

fn keys(asker: &Asker, room: &Room) -> Vec<Key> {
    let all = room.window.agreements.keys().iter();
    all.filter(|(_, record)| room.reads(Matter::Agreement, Some(&record.party)))
        .map(|(fingerprint, record)| Key {
            fingerprint: fingerprint.clone(),
            party: named(asker, &record.party),
            signer: named(asker, &record.signer),
            since: time::text(record.since),
            withdrawn: record.withdrawn.as_ref().map(|(at, _)| time::text(*at)),
        })
        .collect()
}

fn agreements(asker: &Asker, room: &Room) -> Vec<AgreementShape> {
    let register = &room.window.agreements;
    let one = |(name, held): (&Name, &bartizan_programme::agreement::Held)| {
        let agreement = &held.agreement;
        let rule = room.window.programme.agreements.iter().find(|rule| rule.kind == agreement.kind);
        let signed = held.signed.iter().map(|(party, signed)| SignedShape {
            party: named(asker, party),
            signer: named(asker, &signed.signer),
            key: signed.key.clone(),
            at: time::text(signed.at),
        });
        AgreementShape {
            name: name.to_string(),
            kind: agreement.kind.to_string(),
            title: rule.map(|rule| rule.title.to_string()).unwrap_or_default(),
            document_sha256: agreement.document.to_string(),
            parties: agreement.parties.iter().map(|party| named(asker, party)).collect(),
            people: agreement.people.iter().map(|person| named(asker, person)).collect(),
            from: time::text(agreement.from),
            until: time::text(agreement.until),
            statement: agreement.statement(),
            signed: signed.collect(),
            lacks: register
                .lacks(held, asker.now)
                .iter()
                .map(|lack| programmes::lack(&asker.directory, lack))
                .collect(),
        }
    };
    let party = |held: &bartizan_programme::agreement::Held| {
        held.agreement.parties.iter().any(|party| room.reads(Matter::Agreement, Some(party)))
    };
    register.agreements().iter().filter(|(_, held)| party(held)).map(one).collect()
}

async fn grant(app: &App, asker: &Asker, room: &Room, name: &Name) -> Result<GrantShape, Problem> {
    let given = grants::held(room, name)?;
    let standing = grants::standing(app, room, name).await?;
    let window = &room.window;
    let against = in_use(window, &window.agreements, given, asker.now).err();
    let faults = against.iter().flat_map(|error| error.faults()).map(ToString::to_string);
    Ok(GrantShape {
        name: name.to_string(),
        holder: named(asker, &given.terms.holder),
        organisation: named(asker, &given.organisation),
        terms: value(&given.terms),
        begins: time::text(given.terms.begins),
        ends: time::text(given.terms.ends),
        used_calls: standing.used.0,
        used_tokens: standing.used.1,
        usable: against.is_none(),
        against: faults.collect(),
        credential_waits: standing.waits,
        revoked: given.revoked.as_ref().map(|revoked| RevokedShape {
            at: time::text(revoked.at),
            by: named(asker, &revoked.by),
            words: revoked.words.to_string(),
        }),
    })
}

fn plans(room: &Room) -> Vec<PlanShape> {
    let mut shown = Vec::new();
    for (_, event) in room.shown() {
        if let bartizan_programme::window::Action::Plan { plan, body } = &event.action {
            shown.push(PlanShape {
                name: plan.to_string(),
                title: body.title.to_string(),
                suite: body.suite.to_string(),
                digest: body.digest().to_string(),
                body: value(body),
            });
        }
    }
    shown
}

fn runs(asker: &Asker, room: &Room) -> Vec<RunShape> {
    let window = &room.window;
    let own = |name: &Name| room.reads(Matter::Testing, programmes::run_of(window, name).as_ref());
    let all = window.runs_made.iter().filter(|(name, _)| own(name));
    all.map(|(name, run)| RunShape {
        name: name.to_string(),
        plan: run.plan.to_string(),
        suite: run.suite.to_string(),
        checkpoint: run.checkpoint.to_string(),
        grant: run.grant.to_string(),
        by: named(asker, &run.by),
        begun: time::text(run.begun),
        ended: run.ended_at.map(time::text),
        outcome: run.ended.as_ref().map(|end| end.outcome.to_string()),
        samples: run.ended.as_ref().map(|end| end.samples),
        log_sha256: run.log().map(ToString::to_string),
        judgement: run.judgement().map(|judgement| judgement.to_string()),
        judged: run
            .judged
            .iter()
            .map(|judged| JudgedShape {
                judgement: judged.judgement.to_string(),
                anomalies: judged.anomalies.iter().map(ToString::to_string).collect(),
                words: judged.words.to_string(),
                by: named(asker, &judged.by),
                at: time::text(judged.at),
            })
            .collect(),
    })
    .collect()
}

fn findings(asker: &Asker, room: &Room) -> Vec<FindingShape> {
    let window = &room.window;
    let all = window.findings.iter().filter(|(name, _)| programmes::reads_finding(room, name));
    all.map(|(name, recorded)| {
        let severity = window.programme.severities.iter().find(|one| one.id == recorded.finding.severity);
        let answer = severity.and_then(|severity| recorded.talk.answer_by(severity.answer_days));
        FindingShape {
            name: name.to_string(),
            body: programmes::finding(room, recorded),
            by: named(asker, &recorded.by),
            at: time::text(recorded.at),
            state: recorded.talk.state.to_string(),
            round: recorded.talk.round,
            answer_by: answer.map(time::text),
            rounds: recorded
                .talk
                .steps
                .iter()
                .map(|round| RoundShape {
                    round: round.round,
                    at: time::text(round.at),
                    by: named(asker, &round.by),
                    step: value(&round.step),
                })
                .collect(),
            report: recorded.handed_over.as_ref().map(|(report, _)| report.to_string()),
        }
    })
    .collect()
}

fn determination(asker: &Asker, room: &Room) -> Option<DeterminationShape> {
    let last = room.window.determinations.last().filter(|_| room.reads(Matter::Determination, None))?;
    let mut proposal = value(&last.proposal);
    if !room.reads(Matter::Whole, None) {
        // Which runs it stands on is of those who test.
        programmes::without_runs(&mut proposal);
    }
    Some(DeterminationShape {
        overall: last.overall.to_string(),
        proposal,
        by: named(asker, &last.by.0),
        by_role: last.by.1.to_string(),
        second: named(asker, &last.second.0),
        second_role: last.second.1.to_string(),
        at: time::text(last.at),
        stands: room.window.determination_stands(),
        sha256: last.digest().to_string(),
    })
}

fn certificates(asker: &Asker, room: &Room) -> Vec<CertificateShape> {
    let all = room.window.certificates.iter();
    all.filter(|(organisation, _)| room.reads(Matter::Agreement, Some(organisation)))
        .map(|(organisation, certificate)| CertificateShape {
            organisation: named(asker, organisation),
            sha256: certificate.digest.to_string(),
            words: certificate.words.to_string(),
            by: named(asker, &certificate.by),
            at: time::text(certificate.at),
        })
        .collect()
}
