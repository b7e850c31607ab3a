//! A window as its page has it: the head, what waits, and the parts of one tab.

mod access;
mod evidence;
mod outcome;

use bartizan_programme::window::Window;
use bartizan_programme::{Id, Name};
use bartizan_store::{Directory, TestFile};
use bartizan_workbench::{
    ActForm, Moment, TestCell, TestClock, TestGrid, TestPart, TestTab, TestWait, TestWindow,
};
use serde_json::Value;

use super::acts::{Maker, needed};
use crate::app::App;
use crate::programmes::{self, Room};
use crate::sharing::{Acting, Wrong};

/// Parts of a window: what its address has, and what the reader sees.
pub(super) const TABS: [(&str, &str); 8] = [
    ("", "Overview"),
    ("agreements", "Agreements"),
    ("access", "Access"),
    ("runs", "Runs"),
    ("findings", "Findings"),
    ("editions", "Determination and editions"),
    ("custody", "Custody"),
    ("history", "History"),
];

pub(super) fn text(text: impl ToString) -> TestCell {
    TestCell { text: text.to_string(), ..TestCell::default() }
}

fn mono(text: impl ToString) -> TestCell {
    TestCell { text: text.to_string(), mono: true, ..TestCell::default() }
}

fn link(text: impl ToString, href: String) -> TestCell {
    TestCell { text: text.to_string(), href, mono: true, ..TestCell::default() }
}

fn more(cell: TestCell, lines: impl IntoIterator<Item = String>) -> TestCell {
    TestCell { more: lines.into_iter().filter(|line| !line.is_empty()).collect(), ..cell }
}

fn when(at: i64) -> String {
    format!("{} UTC", Moment(at).words())
}

fn words<'i>(ids: impl IntoIterator<Item = &'i Id>) -> String {
    ids.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// How a window stands.
pub(super) fn clock(window: &Window, now: i64) -> TestClock {
    const DAY: i64 = 86_400_000_000;
    let standing = window.standing(now);
    let runs = standing.begins.zip(standing.end).filter(|_| window.closed.is_none() && window.left.is_none());
    let left = standing.remaining.filter(|left| *left > 0 && runs.is_some());
    let whole = runs.map_or(1, |(begins, end)| (end - begins).max(1));
    let over = runs.map_or(0, |(begins, _)| {
        ((now - begins).max(0) / 1_000).saturating_mul(100) / (whole / 1_000).max(1)
    });
    let days = |span: i64| format!("{:.1} days", span as f64 / DAY as f64);
    let mut notes = Vec::new();
    if standing.stopped > 0 {
        notes.push(format!("pauses moved the end by {}", days(standing.stopped)));
    }
    if standing.extended > 0 {
        notes.push(format!("extended by {}", days(standing.extended)));
    }
    if let Some(release) = window.submission.release {
        notes.push(format!("release planned for {release}"));
    }
    if let Some(kept) = window.kept_until() {
        notes.push(format!("evidence is kept until {}", when(kept)));
    }
    TestClock {
        state: standing.state.as_str().to_owned(),
        begins: standing.begins.map(Moment),
        ends: standing.end.map(Moment),
        left: left.map(|left| format!("{} left", days(left))).unwrap_or_default(),
        over: u64::try_from(over.clamp(0, 100)).unwrap_or(0),
        notes,
    }
}

/// Who makes a page: everything that its parts are made of.
pub(super) struct Page<'a> {
    pub(super) app: &'a App,
    pub(super) acting: &'a Acting<'a>,
    pub(super) room: &'a Room,
    pub(super) make: Maker<'a>,
    pub(super) files: &'a [TestFile],
}

impl Page<'_> {
    fn directory(&self) -> &Directory {
        self.acting.directory
    }

    fn title(&self, name: &Name) -> String {
        programmes::title(self.directory(), name)
    }

    fn place(&self, tail: &str) -> String {
        self.make.place(tail)
    }

    /// The whole page but what stands around it.
    pub(super) async fn window(
        &self,
        tab: &str,
        shell: bartizan_workbench::Shell,
    ) -> Result<TestWindow, Wrong> {
        let (entry, window) = (&self.room.entry, &self.room.window);
        let of = |id| self.directory().organisations.get(&id).map(|one| one.name.clone()).unwrap_or_default();
        let rules = &window.programme;
        let parts = match tab {
            "agreements" => self.agreements(),
            "access" => self.access().await?,
            "runs" => self.runs(),
            "findings" => self.findings(),
            "editions" => self.editions().await?,
            "custody" => self.custody(),
            "history" => vec![self.history()],
            _ => self.overview(),
        };
        let tabs = TABS.map(|(part, label)| TestTab {
            href: if part.is_empty() { self.place("") } else { self.place(&format!("/{part}")) },
            label,
            here: part == tab,
        });
        Ok(TestWindow {
            shell,
            uuid: entry.uuid.clone(),
            title: entry.title.clone(),
            whose: (of(entry.developer), of(entry.runs), format!("{} {}", rules.title, rules.version)),
            roles: words(&self.room.my_roles()),
            clock: clock(window, self.acting.now),
            waits: self.waits(),
            tabs: tabs.into(),
            parts,
            secret: None,
        })
    }

    fn waits(&self) -> Vec<TestWait> {
        let room = self.room;
        let (mine, shown) = (room.my_roles(), room.shown());
        let one = |(number, proposed): (u64, &bartizan_programme::window::Proposed)| {
            let (told, _) = shown.iter().find(|(_, event)| event.number == number)?;
            let act = proposed.action.act()?;
            let own = proposed.by.person == room.me;
            let may = mine.intersection(&room.window.programme.act(act).second).next().filter(|_| !own);
            let answer = |id: &str, word: &str, title: &str, role: &Id, why: bool| ActForm {
                id: format!("{id}-{told}"),
                title: title.to_owned(),
                action: self.place("/act"),
                hidden: vec![
                    ("do", word.to_owned()),
                    ("proposal", told.to_string()),
                    ("role", role.to_string()),
                ],
                fields: if why {
                    vec![needed("words", "Why", bartizan_workbench::FieldKind::Text)]
                } else {
                    vec![]
                },
                button: title.to_owned(),
            };
            let mut acts = Vec::new();
            if let Some(role) = may {
                acts.push(answer("second", "second", "Agree: it is done", role, false));
                acts.push(answer("refuse", "refuse", "Refuse", role, true));
            }
            if own {
                acts.push(answer("retract", "retract", "Take it back", &proposed.by.role, false));
            }
            Some(TestWait {
                title: act.to_string().replace('-', " "),
                by: format!("{}, as {}", self.title(&proposed.by.person), proposed.by.role),
                lapses: Moment(proposed.lapses),
                facts: facts(&serde_json::to_value(&proposed.action).unwrap_or_default(), self.directory()),
                acts,
            })
        };
        room.window.waiting(self.acting.now).filter_map(one).collect()
    }

    fn overview(&self) -> Vec<TestPart> {
        let window = &self.room.window;
        let checkpoints = window.submission.checkpoints.iter().map(|(name, one)| {
            vec![mono(name), text(format!("safeguards {}", one.safeguards)), mono(&one.digest)]
        });
        let contacts = window.submission.contacts.iter();
        let facts =
            contacts.map(|one| (one.purpose.to_string(), format!("{}, {}", one.name, one.address))).collect();
        let checks = window.programme.checks.iter().map(|check| {
            let made = window.checked.get(&check.id);
            let result = made.map_or_else(|| "not made".to_owned(), |made| made.result.to_string());
            let by = made.map(|made| format!("{}, {}: {}", self.title(&made.by), when(made.at), made.words));
            let name = if check.required {
                check.title.to_string()
            } else {
                format!("{} (not required)", check.title)
            };
            vec![text(name), more(TestCell { strong: made.is_none(), ..text(result) }, by)]
        });
        let people =
            window.people.iter().filter(|(_, person)| !person.roles.is_empty()).map(|(name, person)| {
                vec![
                    text(self.title(name)),
                    text(self.title(&person.organisation)),
                    text(words(&person.roles)),
                ]
            });
        vec![
            TestPart {
                id: "submission".into(),
                title: "What was handed in".into(),
                note: window.submission.words.as_ref().map(ToString::to_string).unwrap_or_default(),
                facts,
                grid: TestGrid { head: vec!["Checkpoint", "As", "SHA-256"], rows: checkpoints.collect() },
                acts: self.make.clock(),
                ..TestPart::default()
            },
            TestPart {
                id: "checks".into(),
                title: "Intake checks".into(),
                grid: TestGrid { head: vec!["Check", "Result"], rows: checks.collect() },
                ..TestPart::default()
            },
            TestPart {
                id: "people".into(),
                title: "Who has which role".into(),
                grid: TestGrid { head: vec!["Person", "Of", "Roles"], rows: people.collect() },
                acts: self.make.parts(),
                ..TestPart::default()
            },
        ]
    }

    fn history(&self) -> TestPart {
        let rows = self.room.shown().into_iter().rev().take(500).map(|(number, event)| {
            let value = serde_json::to_value(&event.action).unwrap_or_default();
            let act = value.get("do").and_then(Value::as_str).unwrap_or_default().replace('-', " ");
            let said = facts(&value, self.directory())
                .into_iter()
                .take(4)
                .map(|(name, value)| format!("{name}: {value}"));
            vec![
                text(number),
                more(TestCell { strong: true, ..text(act) }, said),
                more(text(self.title(&event.by.person)), [event.by.role.to_string()]),
                text(when(event.at)),
            ]
        });
        TestPart {
            id: "history".into(),
            title: "What happened, the newest first".into(),
            grid: TestGrid { head: vec!["Number", "What", "By", "When"], rows: rows.collect() },
            ..TestPart::default()
        }
    }
}

/// What an action says, for people: its plain members and those one level below; people and organisations by what they are called.
fn facts(action: &Value, directory: &Directory) -> Vec<(String, String)> {
    const LONGEST: usize = 300;
    let mut all = Vec::new();
    let mut plain = |name: &str, value: &Value| {
        let text = match value {
            Value::String(text) => {
                text.parse::<Name>().map_or_else(|_| text.clone(), |name| programmes::title(directory, &name))
            }
            Value::Number(number) if matches!(name, "begins" | "ends" | "from" | "until") => {
                number.as_i64().map(when).unwrap_or_default()
            }
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => return,
        };
        let cut: String = text.chars().take(LONGEST).collect();
        if !matches!(name, "do" | "credential" | "signature") && !cut.is_empty() {
            all.push((name.replace('_', " "), cut));
        }
    };
    for (name, value) in action.as_object().into_iter().flatten() {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| plain(name, value)),
            other => plain(name, other),
        }
    }
    all
}
