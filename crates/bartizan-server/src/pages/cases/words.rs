//! What happened in a case, in words.

use bartizan_clearinghouse::case::{Action, Finding, Name, Words};
use bartizan_store::Directory;
use bartizan_workbench::Moment;

use crate::cases::{Room, person_title};

/// An event in words, without who said it.
pub(super) fn of(room: &Room, directory: &Directory, action: &Action) -> String {
    let title = |name: &Name| room.title(directory, name);
    let person = |name: &Name| person_title(directory, name);
    let because =
        |words: &Option<Words>| words.as_ref().map(|w| format!(": {}", w.as_str())).unwrap_or_default();
    let at = |micros: i64| format!("{} UTC", Moment(micros).words());
    match action {
        Action::Open { tooling, .. } => format!("opened the case (tools: {tooling})"),
        Action::SayTooling { tooling } => format!("said what the report was made with: {tooling}"),
        Action::Add { participant, roles, .. } => {
            let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
            format!("added {} ({})", title(participant), roles.join(", "))
        }
        Action::Merge { finder, public_ai, public_on, .. } => {
            let seen = if *public_ai { ", which public AI tools have seen" } else { "" };
            let day = public_on.map(|until| format!(", which its finder makes public {}", at(until)));
            format!("merged a report of {}{seen}{}", title(finder), day.unwrap_or_default())
        }
        Action::Split { report, words } => {
            let of = room.case.merged.get(report).map(|merged| title(&merged.finder)).unwrap_or_default();
            format!("took a report of {of} out again: {}", words.as_str())
        }
        Action::Report { participant, step } => format!("report with {}: {step}", title(participant)),
        Action::Fix { participant, step } => format!("fix of {}: {step}", title(participant)),
        Action::Happen { what, keep } => format!("{}{}", what.as_str().replace('-', " "), because(keep)),
        Action::Limit { limit, source, until, words } => {
            format!("named the limit {limit} ({source}), {}: {}", at(*until), words.as_str())
        }
        Action::Propose { proposal, until, reason } => {
            format!("proposed {proposal}: an embargo until {}{}", at(*until), because(reason))
        }
        Action::Answer { participant, proposal, accept } => {
            let to = proposal.as_ref().map_or_else(|| "the terms in force".to_owned(), Name::to_string);
            format!("{}: {} {to}", title(participant), if *accept { "agrees to" } else { "refuses" })
        }
        Action::Withdraw { proposal } => format!("took {proposal} back"),
        Action::Invite { participant, .. } => format!("asked {} for its consent", title(participant)),
        Action::TimeOut { participant } => {
            format!("counted the silence of {} as a refusal", title(participant))
        }
        Action::Exit { reason, words } => format!("ended the embargo ({reason}){}", because(words)),
        Action::Break { incident, exposure, origin, words } => {
            format!("recorded {incident}: {exposure}, {origin}: {}", words.as_str())
        }
        Action::Decide { incident, course, reason } => {
            format!("decided about {incident}: {course}{}", because(reason))
        }
        Action::Gate { person: who, finding, words, .. } => {
            let verdict = if matches!(finding, Finding::Failed { .. }) { "not passed" } else { "passed" };
            format!("gate {} of {}: {verdict}: {}", finding.gate(), person(who), words.as_str())
        }
        Action::ReadIn { person: who, participant, until, emergency, .. } => {
            let emergency = if *emergency { ", in an emergency" } else { "" };
            format!("read in {} of {} until {}{emergency}", person(who), title(participant), at(*until))
        }
        Action::ReadOut { person: who, reason } => format!("read out {}: {}", person(who), reason.as_str()),
        Action::State { participant, product, stand, words, .. } => {
            format!("{}, {product}: {stand}: {}", title(participant), words.as_str())
        }
        Action::Unstate { participant, product } => {
            format!("{}, {product}: unknown again", title(participant))
        }
        Action::Attempt { result, words, .. } => {
            format!("tried to reproduce it: {result}: {}", words.as_str())
        }
        Action::Say { point, keys, source, .. } => {
            let keys: Vec<&str> = keys.iter().map(Name::as_str).collect();
            format!("said {point} is {} by {source}", keys.join(" or "))
        }
        Action::Thread { thread, .. } => format!("opened the thread {thread}"),
        Action::Write { thread, .. } => format!("wrote into {}", title(thread)),
        Action::Read { thread, up_to } => format!("read {} up to message {up_to}", title(thread)),
    }
}
