//! Agreements, grants, endpoints.

use bartizan_clearinghouse::access::Matter;
use bartizan_programme::Name;
use bartizan_programme::grant::in_use;
use bartizan_workbench::{TestCell, TestGrid, TestPart};

use super::{Page, mono, more, text, when};
use crate::programmes;
use crate::programmes::grants;
use crate::sharing::Wrong;

impl Page<'_> {
    pub(super) fn agreements(&self) -> Vec<TestPart> {
        let (room, window) = (self.room, &self.room.window);
        let register = &window.agreements;
        let reads = |party: &Name| room.reads(Matter::Agreement, Some(party));
        let mut parts = Vec::new();
        for (name, held) in
            register.agreements().iter().filter(|(_, held)| held.agreement.parties.iter().any(reads))
        {
            let agreement = &held.agreement;
            let lacks: Vec<String> = register
                .lacks(held, self.acting.now)
                .iter()
                .map(|lack| programmes::lack(self.directory(), lack))
                .collect();
            let signed = held.signed.iter().map(|(party, one)| {
                vec![
                    text(self.title(party)),
                    text(self.title(&one.signer)),
                    mono(&one.key),
                    text(when(one.at)),
                ]
            });
            let parties: Vec<String> = agreement.parties.iter().map(|one| self.title(one)).collect();
            let mut facts = vec![
                ("Kind".to_owned(), agreement.kind.to_string()),
                ("Parties".to_owned(), parties.join(", ")),
                ("Holds".to_owned(), format!("{} to {}", when(agreement.from), when(agreement.until))),
                ("Document, SHA-256".to_owned(), agreement.document.to_string()),
                (
                    "In force".to_owned(),
                    if lacks.is_empty() {
                        "yes".to_owned()
                    } else {
                        format!("no: it lacks {}", lacks.join(", "))
                    },
                ),
            ];
            if !agreement.people.is_empty() {
                let people: Vec<String> = agreement.people.iter().map(|one| self.title(one)).collect();
                facts.push(("Names".to_owned(), people.join(", ")));
            }
            parts.push(TestPart {
                id: format!("agreement-{}", parts.len()),
                title: name.to_string(),
                facts,
                grid: TestGrid { head: vec!["Signed for", "By", "Key", "When"], rows: signed.collect() },
                texts: vec![(
                    "The statement that its parties sign, byte for byte".into(),
                    agreement.statement(),
                )],
                ..TestPart::default()
            });
        }
        let missing = window.programme.agreements.iter().map(|rule| {
            let levels: Vec<&str> = rule.levels.iter().map(|level| level.as_str()).collect();
            let sides: Vec<String> = rule.signed_by.iter().map(ToString::to_string).collect();
            vec![text(rule.title.as_str()), text(levels.join(", ")), text(sides.join(" and "))]
        });
        let keys =
            register.keys().iter().filter(|(_, record)| reads(&record.party)).map(|(print, record)| {
                let state = record
                    .withdrawn
                    .as_ref()
                    .map_or("in use".to_owned(), |(at, _)| format!("withdrawn {}", when(*at)));
                vec![
                    mono(print),
                    text(self.title(&record.party)),
                    text(self.title(&record.signer)),
                    text(state),
                ]
            });
        let note = "A grant needs these, signed over their statement: ssh-keygen -Y sign -n bartizan-agreement -f KEY statement.txt".to_owned();
        parts.insert(
            0,
            TestPart {
                id: "needed".into(),
                title: "What access needs".into(),
                note,
                grid: TestGrid { head: vec!["Agreement", "Levels", "Signed by"], rows: missing.collect() },
                acts: self.make.agreements(),
                ..TestPart::default()
            },
        );
        parts.push(TestPart {
            id: "keys".into(),
            title: "Keys".into(),
            empty: "No key is registered: without one nobody's signature can be looked at.".into(),
            grid: TestGrid { head: vec!["Key", "Signs for", "Held by", "State"], rows: keys.collect() },
            ..TestPart::default()
        });
        parts
    }

    pub(super) async fn access(&self) -> Result<Vec<TestPart>, Wrong> {
        let (room, window) = (self.room, &self.room.window);
        let mut rows = Vec::new();
        let mut acts = self.make.grants();
        let own = |name: &&Name| room.reads(Matter::Grant, programmes::grant_of(window, name).as_ref());
        for name in window.grants.keys().filter(own) {
            let grant = grants::held(room, name)?;
            let standing = grants::standing(self.app, room, name).await?;
            let against = in_use(window, &window.agreements, grant, self.acting.now).err();
            let why =
                against.as_ref().and_then(|error| error.faults().first()).map(|fault| fault.message.clone());
            let terms = &grant.terms;
            if standing.waits && terms.holder == room.me && grant.revoked.is_none() {
                acts.push(self.make.collect(name.as_str()));
            }
            let sources: Vec<String> = terms.sources.iter().map(ToString::to_string).collect();
            rows.push(vec![
                more(mono(name), [format!("{} of {}", terms.checkpoint, terms.level)]),
                more(text(self.title(&terms.holder)), [self.title(&grant.organisation)]),
                more(
                    TestCell {
                        strong: against.is_some(),
                        ..text(if against.is_none() { "calls may be made" } else { "no calls" })
                    },
                    why,
                ),
                more(
                    text(format!("{} of {} calls", standing.used.0, terms.budget.calls)),
                    [format!("{} of {} tokens", standing.used.1, terms.budget.tokens)],
                ),
                more(text(when(terms.begins)), [format!("to {}", when(terms.ends)), sources.join(", ")]),
                text(grant.revoked.as_ref().map_or_else(
                    || "no".to_owned(),
                    |one| format!("by {}: {}", self.title(&one.by), one.words),
                )),
            ]);
        }
        let reached = grants::endpoints(self.app, room).await?.into_iter().map(|(checkpoint, host, at)| {
            vec![
                mono(checkpoint),
                mono(host.unwrap_or_else(|| "told to the developer's people".into())),
                text(when(at)),
            ]
        });
        Ok(vec![
            TestPart {
                id: "grants".into(),
                title: "Grants".into(),
                note: "A tester never holds the developer's key: calls go through this node, which looks at window, agreements, grant, address and budget each time. Its record: bartizan window calls.".into(),
                empty: "Nobody has access.".into(),
                grid: TestGrid { head: vec!["Grant", "Holder", "Now", "Used", "Time and networks", "Revoked"], rows },
                acts,
                ..TestPart::default()
            },
            TestPart {
                id: "endpoints".into(),
                title: "Where checkpoints are reached".into(),
                empty: "The developer has not said it: no grant can be given.".into(),
                grid: TestGrid { head: vec!["Checkpoint", "Host", "Said"], rows: reached.collect() },
                ..TestPart::default()
            },
        ])
    }
}
