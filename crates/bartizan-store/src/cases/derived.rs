//! What is derived from the fold of a case.

use bartizan_clearinghouse::access::Admission;
use bartizan_clearinghouse::case::{Case, ConsentState, Name, ReportState};

use crate::error::Error;
use crate::sql::{Tx, Value, values};

/// What a participant is let into by the state of a case: it knows of it when it has the report or was asked for its consent.
pub(super) fn admission(case: &Case, name: &Name) -> Admission {
    let Some(participant) = case.participants.get(name) else { return Admission::default() };
    let asked =
        participant.report != ReportState::Start || participant.consent.state != ConsentState::NoEmbargo;
    Admission { asked, content: case.may_have_content(name) }
}

/// The columns of a case that follow from its log: report, embargo, its end, whether it is closed.
pub(super) fn columns(case: &Case) -> [Value<'static>; 4] {
    let coordinator = case.participants.get(&case.coordinator);
    let report = coordinator.map_or(ReportState::Start, |p| p.report);
    [
        report.as_str().into(),
        case.embargo.as_str().into(),
        case.end().map(|end| end.at).into(),
        case.closed().into(),
    ]
}

/// Writes who is let into what, where it differs from what was before.
pub(super) async fn write(tx: &mut Tx, id: i64, before: Option<&Case>, after: &Case) -> Result<(), Error> {
    for name in after.participants.keys() {
        let new = admission(after, name);
        if before
            .is_some_and(|before| before.participants.contains_key(name) && admission(before, name) == new)
        {
            continue;
        }
        let sql = "UPDATE case_party SET asked = $1, content = $2 WHERE case_id = $3 AND name = $4";
        tx.run(sql, values![new.asked, new.content, id, name.as_str()]).await?;
    }
    for (name, candidate) in &after.people {
        if before.is_some_and(|before| before.people.get(name) == Some(candidate)) {
            continue;
        }
        // People are called by their UUID; whoever is nobody of this node reads nothing here.
        let Some(person) = tx.one("SELECT id FROM person WHERE uuid = $1", values![name.as_str()]).await?
        else {
            continue;
        };
        let person = person.number(0)?;
        tx.run("DELETE FROM case_reader WHERE case_id = $1 AND person = $2", values![id, person]).await?;
        for grant in &candidate.grants {
            let ends = grant.ended.as_ref().map_or(grant.until, |(at, _)| grant.until.min(*at));
            let sql = "INSERT INTO case_reader (case_id, person, starts, ends) VALUES ($1, $2, $3, $4)
                       ON CONFLICT (case_id, person, starts) DO UPDATE SET ends = $4";
            tx.run(sql, values![id, person, grant.from, ends]).await?;
        }
    }
    Ok(())
}
