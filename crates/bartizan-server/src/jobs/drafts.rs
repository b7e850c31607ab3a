//! A report that says of a vulnerability that it has no fix becomes a draft at the own desk: a report of a vulnerability with the sentence
//! that says so, of which a coordinator opens a case or not.

use bartizan::{Analysis, Input, Limits, exchange};
use bartizan_clearinghouse::intake::Submission;
use bartizan_clearinghouse::{time, token};
use bartizan_stix::Tlp;
use bartizan_store::{Action, Between, Job, NewVulnerabilityReport, Store};

use super::work::WorkFault;
use crate::intake::letters;

/// Drafts of one report.
const MOST: usize = 16;
/// Characters of a title and of a sentence.
const TITLE: usize = 180;
const SENTENCE: usize = 1_000;

/// What the drafts of an analysis say: one for each vulnerability that the text says has no fix.
fn submissions(analysis: &Analysis) -> Vec<Submission> {
    let document = &analysis.document;
    let cut = |text: &str, most: usize| {
        let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(most).collect::<String>()
    };
    let one = |(entity, fix): (&bartizan::Entity, &bartizan::FixStatement)| {
        let sentences = fix.evidence.iter().take(3).map(|e| cut(e.sentence.of(&document.text), SENTENCE));
        let mut said: Vec<String> = sentences.collect();
        // A new edition that still says so is the same draft: its bytes are not part of it.
        let title = document.metadata.title.as_deref().unwrap_or(&document.name);
        said.push(format!("Said by: {}", cut(title, TITLE)));
        let identifier = entity.name.starts_with("CVE-").then(|| entity.name.clone());
        Submission {
            title: Some(cut(&format!("{}: a report says that it has no fix", entity.name), TITLE)),
            description: Some(said.join("\n\n")),
            upstream_ids: identifier.into_iter().collect(),
            relation: Some("other".into()),
            ..Submission::default()
        }
    };
    analysis.unfixed().into_iter().take(MOST).map(one).collect()
}

/// Hands the drafts of an analysis in, if its organisation has an open desk. The same report drafts nothing twice.
pub(super) async fn draft(
    store: &Store,
    job: &Job,
    (marking, now): (Tlp, &str),
    analysis: &[u8],
) -> Result<(), WorkFault> {
    // What is for named persons is not for everybody at the desk.
    let (Some(person), false) = (job.person, marking == Tlp::Red) else { return Ok(()) };
    let Some(now) = time::parse(now) else { return Ok(()) };
    let passing = |error: bartizan_store::Error| WorkFault {
        code: "job.database".to_owned(),
        message: error.to_string(),
        passing: true,
    };
    let directory = store.fresh().await.map_err(passing)?;
    let desk = directory.desks.values().find(|desk| desk.organisation == job.organisation && !desk.closed);
    let input = Input::new("analysis.json", analysis);
    let (Some(_), Ok(analysis)) = (desk, exchange::read::analysis(&input, &Limits::default())) else {
        return Ok(());
    };
    for report in submissions(&analysis) {
        let body = serde_json::to_string(&report).unwrap_or_default();
        // Names that are the same each time that the job runs, and that nobody else can make.
        let digest = token::digest(&format!("{}\n{body}", job.uuid));
        let mut name = [0; 16];
        name.copy_from_slice(&bytes(&digest)[..16]);
        let uuid = uuid::Builder::from_random_bytes(name).into_uuid().to_string();
        let by = Action { actor: "system", now };
        let new = NewVulnerabilityReport {
            uuid: &uuid,
            receipt: &letters(&bytes(&token::digest(&format!("receipt\n{digest}")))),
            digest: &token::digest(&body),
            between: Between { desk: job.organisation, sender: job.organisation, person },
            body: &body,
            title: report.title.as_deref().unwrap_or_default(),
            product: report.product(),
            files: &[],
        };
        store.take_report(&by, &new).await.map_err(passing)?;
    }
    Ok(())
}

/// The bytes of a hexadecimal digest.
fn bytes(digest: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = digest.get(2 * at..2 * at + 2).and_then(|two| u8::from_str_radix(two, 16).ok()).unwrap_or(0);
    }
    bytes
}
