//! Submission, clock, people, keys and agreements.

use bartizan_programme::rules::Act;
use bartizan_workbench::{ActForm, Choice, FieldKind};

use super::{Maker, choice, field, hint, list, needed, of, several, words};
use crate::programmes;

impl Maker<'_> {
    /// Submission, clock, people.
    pub(in super::super) fn clock(&self) -> Vec<ActForm> {
        let rules = &self.room.window.programme;
        let checks = rules.checks.iter().map(|one| choice(one.id.as_str(), one.title.as_str())).collect();
        let reasons =
            rules.window.pauses.iter().map(|one| choice(one.id.as_str(), one.title.as_str())).collect();
        let results = list(&["passed", "failed", "not-applicable"]);
        [
            self.act(
                Act::Check,
                "check",
                "Record an intake check",
                vec![of("check", "Check", checks), of("result", "Result", results), words("What was seen")],
            ),
            self.act(
                Act::Accept,
                "accept",
                "Accept the submission",
                vec![needed("begins", "T0", FieldKind::Time), words("Words with it")],
            ),
            self.act(Act::Decline, "decline", "Decline the submission", vec![words("Why")]),
            self.act(
                Act::Pause,
                "pause",
                "Pause the window",
                vec![of("reason", "Reason", reasons), words("More about it")],
            ),
            self.act(Act::Resume, "resume", "Go on after the pause", vec![words("Why the reason is gone")]),
            self.act(
                Act::Extend,
                "extend",
                "Extend the window",
                vec![needed("days", "Days of 24 hours", FieldKind::Line), words("Why")],
            ),
            self.act(
                Act::AddCheckpoint,
                "add-checkpoint",
                "Add a checkpoint",
                vec![
                    needed("name", "Name", FieldKind::Line),
                    needed("checkpoint.digest", "SHA-256", FieldKind::Line),
                    of("checkpoint.safeguards", "Safeguards", list(&["on", "off"])),
                ],
            ),
            self.act(
                Act::ChangeRelease,
                "change-release",
                "Change the planned day of release",
                vec![
                    hint(
                        field("release", "Day", FieldKind::Line),
                        "Like 2027-03-01; empty: none is planned.",
                    ),
                    words("Why"),
                ],
            ),
            self.act(Act::End, "end", "End the window before its time", vec![words("Why")]),
            self.act(Act::Withdraw, "withdraw", "Withdraw the model", vec![words("Why")]),
            self.act(Act::Close, "close", "Close the window", vec![words("Words with it")]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// People and their roles.
    pub(in super::super) fn parts(&self) -> Vec<ActForm> {
        let held = self.room.window.parts().map(|part| {
            let label = format!("{}, {}", programmes::title(self.directory, &part.person), part.role);
            choice(&format!("{} {}", part.person, part.role), &label)
        });
        [
            self.act(
                Act::Assign,
                "assign",
                "Give a role",
                vec![of("who", "Person", self.everybody()), of("part.role", "Role", self.roles())],
            ),
            self.act(
                Act::Relieve,
                "relieve",
                "Take a role",
                vec![of("who", "Whose", held.collect()), words("Why")],
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Keys and agreements.
    pub(in super::super) fn agreements(&self) -> Vec<ActForm> {
        let window = &self.room.window;
        let kinds = window
            .programme
            .agreements
            .iter()
            .map(|one| choice(one.kind.as_str(), one.title.as_str()))
            .collect();
        let names: Vec<Choice> =
            window.agreements.agreements().keys().map(|name| choice(name.as_str(), name.as_str())).collect();
        let keys = window.agreements.keys().keys().map(|key| choice(key, key)).collect();
        [
            self.act(Act::RegisterKey, "register-key", "Register a key", vec![
                of("party", "Signs for", self.organisations()),
                of("signer", "Held by", self.people()),
                hint(needed("key", "Key", FieldKind::Line), "ssh-ed25519 AAAA…"),
            ]),
            self.act(Act::WithdrawKey, "withdraw-key", "Withdraw a key", vec![of("key", "Key", keys), words("Why")]),
            self.act(Act::Agree, "agree", "Register an agreement", vec![
                needed("agreement", "Name", FieldKind::Line),
                of("terms.kind", "Kind", kinds),
                hint(of("terms.document", "Document", self.documents("agreement")), "Put the file into custody first."),
                several("terms.parties", "Parties", self.organisations()),
                several("terms.people", "People it names, where its kind wants that", self.people()),
                needed("terms.from", "From", FieldKind::Time),
                needed("terms.until", "Until", FieldKind::Time),
            ]),
            self.act(Act::Sign, "sign", "Add a signature", vec![
                of("agreement", "Agreement", names.clone()),
                of("party", "Party", self.organisations()),
                hint(needed("signature", "Signature", FieldKind::Text), "The whole file that ssh-keygen -Y sign -n bartizan-agreement wrote over the statement."),
            ]),
            self.act(Act::EndAgreement, "end-agreement", "End an agreement", vec![of("agreement", "Agreement", names), words("Why")]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
