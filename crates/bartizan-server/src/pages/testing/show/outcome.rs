//! The determination, editions, custody.

use bartizan_clearinghouse::access::Matter;
use bartizan_workbench::{ActForm, TestGrid, TestPart, TestUpload};

use super::super::acts::{choice, needed};
use super::{Page, link, mono, more, text, when};
use crate::programmes;
use crate::programmes::files;
use crate::sharing::Wrong;

impl Page<'_> {
    pub(super) async fn editions(&self) -> Result<Vec<TestPart>, Wrong> {
        let (room, window) = (self.room, &self.room.window);
        let mut parts = Vec::new();
        let last = window.determinations.last().filter(|_| room.reads(Matter::Determination, None));
        let facts = last.map(|last| {
            let mut facts = vec![
                ("Overall".to_owned(), last.overall.to_string().replace('-', " ")),
                ("Reasons".to_owned(), last.proposal.words.to_string()),
                (
                    "Signed off by".to_owned(),
                    format!(
                        "{} as {}, {} as {}",
                        self.title(&last.by.0),
                        last.by.1,
                        self.title(&last.second.0),
                        last.second.1
                    ),
                ),
                (
                    "Stands".to_owned(),
                    if window.determination_stands() {
                        "yes".into()
                    } else {
                        "no: a run that it stands on is not valid any more".into()
                    },
                ),
            ];
            facts.extend(last.proposal.results.iter().map(|one| {
                (one.suite.to_string(), format!("{}, {} samples. {}", one.standing, one.samples, one.words))
            }));
            facts
        });
        let draft = self.make.to(
            bartizan_programme::rules::Act::Determine,
            "/determine",
            &[],
            ("Determine what the valid runs give", "draft"),
            vec![],
        );
        parts.push(TestPart {
            id: "determination".into(),
            title: "Determination".into(),
            empty: "It was not determined where the model stands: that takes runs that are judged valid, and two roles.".into(),
            facts: facts.unwrap_or_default(),
            acts: draft.into_iter().collect(),
            ..TestPart::default()
        });
        if room.reads(Matter::Whole, None) {
            let source = programmes::editions::source(self.app, room, None).await?;
            let version = source.as_ref().map_or(0, |source| source.number);
            let body = source
                .map(|source| source.body)
                .unwrap_or_else(|| "---\ntitle: \nunmarked: classified\n---\n\n".to_owned());
            let write = self.make.role(bartizan_programme::rules::Act::Publish).map(|_| ActForm {
                id: "source".into(),
                title: "Write the next version".into(),
                action: self.place("/source"),
                hidden: vec![("before", version.to_string())],
                fields: vec![bartizan_workbench::Field {
                    value: body.clone(),
                    ..needed("body", "Source", bartizan_workbench::FieldKind::Text)
                }],
                button: "Keep it".into(),
            });
            let audiences = window.programme.editions.iter().map(|one| {
                vec![
                    link(&one.id, self.place(&format!("/editions/{}", one.id))),
                    text(one.title.as_str()),
                    text(one.marking.as_str()),
                ]
            });
            let left = programmes::editions::of_room(self.app, room).await?.into_iter().map(|one| {
                let state = one.withdrawn.map_or("there".to_owned(), |at| format!("withdrawn {}", when(at)));
                vec![
                    link(&one.audience, format!("/editions/{}", one.uuid)),
                    text(&one.title),
                    text(&one.marking),
                    text(when(one.at)),
                    text(state),
                ]
            });
            parts.push(TestPart {
                id: "source-of".into(),
                title: "Source of the editions".into(),
                note: "[[label: words => what others read]] in a line, ::: label … ::: around blocks; what no mark covers has the label under `unmarked`.".into(),
                texts: if version > 0 { vec![(format!("Version {version}"), body)] } else { vec![] },
                empty: "There is no source yet.".into(),
                grid: TestGrid { head: vec!["Preview for", "Who that is", "Marking"], rows: audiences.collect() },
                acts: write.into_iter().collect(),
                ..TestPart::default()
            });
            parts.push(TestPart {
                id: "left".into(),
                title: "Editions that left".into(),
                empty: "None yet.".into(),
                grid: TestGrid {
                    head: vec!["Audience", "Title", "Marking", "Published", "State"],
                    rows: left.collect(),
                },
                ..TestPart::default()
            });
        }
        Ok(parts)
    }

    pub(super) fn custody(&self) -> Vec<TestPart> {
        let (room, window) = (self.room, &self.room.window);
        let rows = self.files.iter().map(|file| {
            vec![
                link(&file.name, self.place(&format!("/files/{}", file.name))),
                text(&file.kind),
                text(file.bytes),
                mono(&file.digest),
                text(when(file.added)),
            ]
        });
        let kinds = files::KINDS.map(|kind| choice(kind, kind)).into();
        let certified =
            window.certificates.iter().filter(|(of, _)| room.reads(Matter::Agreement, Some(of))).map(
                |(of, one)| {
                    vec![
                        text(self.title(of)),
                        text(one.words.to_string()),
                        more(text(self.title(&one.by)), [when(one.at)]),
                    ]
                },
            );
        let mut note = "Files are kept sealed and never change.".to_owned();
        if room.reads(Matter::Whole, None) {
            note.push_str(" The archive has everything under one signed manifest; check it with: bartizan-custody verify window.tar --key KEY");
        }
        let archive = if room.reads(Matter::Whole, None) {
            vec![vec![
                link("window.tar", self.place("/archive")),
                text("archive"),
                text(""),
                mono(""),
                text(""),
            ]]
        } else {
            vec![]
        };
        let upload = TestUpload {
            id: "put".into(),
            title: "Put a file into custody".into(),
            action: self.place("/files"),
            kinds,
            hint: "At most 64 MiB. Names have letters, digits, points, lines.".into(),
            ..TestUpload::default()
        };
        vec![
            TestPart {
                id: "files".into(),
                title: "Files".into(),
                note,
                empty: "Nothing is in custody that you may read.".into(),
                grid: TestGrid {
                    head: vec!["File", "Kind", "Bytes", "SHA-256", "Added"],
                    rows: archive.into_iter().chain(rows).collect(),
                },
                uploads: if room.my_roles().is_empty() { vec![] } else { vec![upload] },
                ..TestPart::default()
            },
            TestPart {
                id: "certificates".into(),
                title: "Certificates of destruction".into(),
                empty: "Nobody has certified that what they were given is destroyed.".into(),
                grid: TestGrid { head: vec!["Organisation", "What", "By"], rows: certified.collect() },
                acts: self.make.certify().into_iter().collect(),
                ..TestPart::default()
            },
        ]
    }
}
