//! Small things that pages and API tell alike.

use bartizan_clearinghouse::access::Matter;
use bartizan_programme::Name;
use bartizan_programme::agreement::Lacks;
use bartizan_programme::window::{self, Recorded};
use bartizan_store::Directory;
use serde_json::Value;

use super::matter::finding_of;
use super::{Room, sent, title};

/// Whether the looker reads a finding: the developer those that were sent to them.
pub(crate) fn reads_finding(room: &Room, name: &Name) -> bool {
    let of = finding_of(&room.window, name);
    room.reads(Matter::Finding, of.as_ref())
        || (sent(&room.window, name) && room.reads(Matter::Feedback, of.as_ref()))
}

/// A finding in the form in which it was said; without the names of runs for who does not read these.
pub(crate) fn finding(room: &Room, recorded: &Recorded) -> Value {
    let mut body = serde_json::to_value(&recorded.finding).unwrap_or_default();
    let of = super::matter::organisation(&room.window, &recorded.by);
    if !room.reads(Matter::Testing, of.as_ref())
        && let Some(members) = body.as_object_mut()
    {
        members.remove("runs");
    }
    body
}

/// Takes the names of runs out of a determination's results.
pub(crate) fn without_runs(proposal: &mut Value) {
    for result in proposal.get_mut("results").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(members) = result.as_object_mut() {
            members.remove("runs");
        }
    }
}

/// What an agreement lacks, in words.
pub(crate) fn lack(directory: &Directory, lack: &Lacks) -> String {
    match lack {
        Lacks::Signature(party) => format!("the signature of {}", title(directory, party)),
        Lacks::Key(party) => format!("a key of {} that is in use", title(directory, party)),
        Lacks::NotYet => "it does not hold yet".to_owned(),
        Lacks::Over => "it holds no longer".to_owned(),
        Lacks::Ended => "it was ended".to_owned(),
    }
}

/// The dates of a window, as far as they are the looker's.
pub(crate) fn calendar(room: &Room, now: i64) -> String {
    let all = window::appointments(&room.window, now);
    let name = |text: &str| text.parse::<Name>().ok();
    let theirs = all.into_iter().filter(|one| match one.which.split_once('/') {
        Some(("grant", grant)) => name(grant).is_some_and(|grant| grants_read(room, &grant)),
        Some(("agreement", agreement)) => name(agreement).is_some_and(|agreement| {
            let held = room.window.agreements.agreements().get(&agreement);
            held.is_some_and(|held| {
                held.agreement.parties.iter().any(|party| room.reads(Matter::Agreement, Some(party)))
            })
        }),
        Some(("finding", finding)) => name(finding).is_some_and(|finding| reads_finding(room, &finding)),
        Some(("proposal", number)) => {
            let number = number.parse().unwrap_or(0);
            room.shown().iter().any(|(_, event)| event.number == number)
        }
        _ => true,
    });
    let theirs: Vec<_> = theirs.collect();
    let changes = u64::try_from(room.shown().len()).unwrap_or_default();
    match name(&room.entry.uuid) {
        Some(id) => window::calendar(&id, &theirs, changes, now),
        None => String::new(),
    }
}

fn grants_read(room: &Room, grant: &Name) -> bool {
    room.reads(Matter::Grant, super::matter::grant_of(&room.window, grant).as_ref())
}
