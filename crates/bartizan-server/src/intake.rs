//! Reports of vulnerabilities handed in to a desk, as pages and API do alike.

use axum::response::Response;
use bartizan_clearinghouse::access::{CaseAccess, OrganisationId, PersonId, Thing, Verb};
use bartizan_clearinghouse::intake::{self, Submission};
use bartizan_clearinghouse::token;
use bartizan_stix::Tlp;
use bartizan_store::{
    Between, DeskEntry, Looker, NewFile, NewVulnerabilityReport, ReportQuestion, Taken, VulnerabilityFile,
    VulnerabilityReport,
};

use crate::app::App;
use crate::download::{ANY, download};
use crate::sharing::{Acting, Wrong};

/// Letters of receipts: nothing that looks like something else.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstvwxyz0123456789";
/// How many: 90 bits, so that nobody guesses one.
const LENGTH: usize = 18;

/// A desk that somebody may hand in to, by its UUID.
pub(crate) fn desk<'a>(acting: &Acting<'a>, uuid: &str) -> Result<&'a DeskEntry, Wrong> {
    let desk = acting.directory.desks.values().find(|desk| desk.uuid == uuid).ok_or(Wrong::NotThere)?;
    let thing = Thing::Desk(desk.organisation, !desk.closed);
    acting.must(
        Verb::Add,
        &thing,
        "Whoever hands in reports is an analyst, reviewer or coordinator, with a token for writing; and the desk has to be open.",
    )?;
    Ok(desk)
}

/// Who looks, for what a report's case lets them.
pub(crate) fn looker(acting: &Acting<'_>) -> Looker {
    acting.principal.person.map_or(Looker::NODE, |person| Looker { person, now: acting.now })
}

/// A report, if they may do this with it.
pub(crate) async fn find(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    verb: Verb,
) -> Result<VulnerabilityReport, Wrong> {
    let report = app.store.vulnerability_report(uuid, looker(acting)).await?.ok_or(Wrong::NotThere)?;
    let case = case(acting, &report);
    acting.must(
        verb,
        &thing(&report, case.as_ref()),
        "Only the desk that took a report decides about it.",
    )?;
    Ok(report)
}

/// Whether they may do this with a report.
pub(crate) fn may(acting: &Acting<'_>, verb: Verb, report: &VulnerabilityReport) -> bool {
    acting.may(verb, &thing(report, case(acting, report).as_ref()))
}

/// Up to so many reports that they may read, newest first.
pub(crate) async fn list(
    app: &App,
    acting: &Acting<'_>,
    mut asked: ReportQuestion,
    limit: usize,
) -> Result<Vec<VulnerabilityReport>, Wrong> {
    let batch = limit.clamp(1, 1_000);
    let mut kept = Vec::new();
    // What may not be known is passed over, so that a page is full of what may.
    loop {
        let most = i64::try_from(batch).unwrap_or(i64::MAX);
        let found = app.store.vulnerability_reports(&asked, looker(acting), most).await?;
        let (last, full) = (found.last().map(|report| report.id), found.len() == batch);
        kept.extend(found.into_iter().filter(|report| may(acting, Verb::Read, report)));
        match last {
            Some(last) if full && kept.len() < limit => asked.before = Some(last),
            _ => {
                kept.truncate(limit);
                return Ok(kept);
            }
        }
    }
}

/// The case of a report, as the rule of access sees it.
fn case(acting: &Acting<'_>, report: &VulnerabilityReport) -> Option<CaseAccess> {
    let found = report.case.as_ref()?;
    let mut access = CaseAccess::new(found.runs);
    access.named_only =
        found.embargo_until.is_some_and(|until| acting.now < until) || found.marking == Tlp::Red;
    access.read_in = acting.principal.person.filter(|_| found.read_in).into_iter().collect();
    Some(access)
}

/// A report, as the rule of access sees it.
fn thing<'a>(report: &VulnerabilityReport, case: Option<&'a CaseAccess>) -> Thing<'a> {
    let Between { desk, sender, person } = report.between;
    Thing::Submission { desk, sender, person, case }
}

/// What somebody of an organisation reads there at all: a report of nobody to itself, in no case.
pub(crate) fn any(own: OrganisationId) -> Thing<'static> {
    Thing::Submission { desk: own, sender: own, person: PersonId(0), case: None }
}

/// What a file of a report is sealed for.
fn sealed_for(uuid: &str, position: usize) -> String {
    format!("vulnerability-report/{uuid}/{position}")
}

/// Takes a report: when this returns, it is on disk. The same from the same organisation is taken once, and has its receipt.
pub(crate) async fn hand_in(
    app: &App,
    acting: &Acting<'_>,
    desk: &DeskEntry,
    report: &Submission,
) -> Result<Taken, Wrong> {
    let (sender, person) = acting.known()?;
    let (uuid, receipt) = (app.uuid(), receipt(app));
    let body = serde_json::to_string(report).unwrap_or_default();
    let mut kept = Vec::new();
    for (position, file) in report.attachments.iter().enumerate() {
        let sealed = app.seal.seal_bytes(&*app.around, &sealed_for(&uuid, position), &file.data);
        let sealed = sealed.map_err(|e| {
            tracing::error!(error = %e, "a file of a report cannot be sealed");
            Wrong::Store(bartizan_store::Error::busy("files cannot be sealed now; the report was not stored"))
        })?;
        kept.push((token::digest_bytes(&file.data), sealed));
    }
    let files: Vec<NewFile<'_>> = report
        .attachments
        .iter()
        .zip(&kept)
        .map(|(file, (digest, sealed))| NewFile {
            filename: &file.filename,
            content_type: file.content_type.as_str(),
            kind: file.r#type.as_str(),
            description: file.description.as_deref().unwrap_or_default(),
            size: i64::try_from(file.data.len()).unwrap_or(i64::MAX),
            digest,
            sealed,
        })
        .collect();
    let digests: Vec<&str> = kept.iter().map(|(digest, _)| digest.as_str()).collect();
    let said = token::digest(&format!("{body}\n{}", digests.join("\n")));
    let title = report.title.as_deref().unwrap_or_default();
    let new = NewVulnerabilityReport {
        uuid: &uuid,
        receipt: &receipt,
        digest: &said,
        between: Between { desk: desk.organisation, sender, person },
        body: &body,
        title,
        product: report.product(),
        files: &files,
    };
    Ok(app.store.take_report(&acting.by(), &new).await?)
}

pub(crate) fn receipt(app: &App) -> String {
    let mut random = [0; LENGTH];
    app.around.fill(&mut random);
    letters(&random)
}

/// A receipt of bytes that nobody guesses.
pub(crate) fn letters(random: &[u8]) -> String {
    let letters = random.iter().take(LENGTH).map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    format!("SUB-{}", letters.collect::<String>())
}

/// The content of a file, for whoever decides about the report; that somebody looked is in the log first.
pub(crate) async fn content(
    app: &App,
    acting: &Acting<'_>,
    report: &VulnerabilityReport,
    position: i64,
) -> Result<(VulnerabilityFile, Vec<u8>), Wrong> {
    let files = app.store.vulnerability_files(report.id).await?;
    let file = files.into_iter().find(|file| file.position == position).ok_or(Wrong::NotThere)?;
    let sealed = app.store.vulnerability_content(report.id, position).await?.ok_or(Wrong::NotThere)?;
    let place = sealed_for(&report.uuid, usize::try_from(position).unwrap_or_default());
    let bytes = app.seal.open_bytes(&*app.around, &place, &sealed).map_err(|e| {
        tracing::error!(error = %e, "a file of a report cannot be opened");
        Wrong::Unfit("The file was sealed under another key file than this node's.".into())
    })?;
    let detail = serde_json::json!({ "file": position }).to_string();
    let thing = format!("vulnerability-report/{}", report.uuid);
    app.store.note(&acting.by(), "vulnerability.open-file", &thing, &detail).await?;
    Ok((file, bytes))
}

/// A file as it is taken away.
pub(crate) fn taken_away(file: &VulnerabilityFile, bytes: Vec<u8>) -> Response {
    download(bytes, ANY, &file.filename)
}

/// Media types of a report.
pub(crate) const MEDIA: [&str; 3] = ["application/json", "multipart/mixed", "message/rfc822"];

/// A report from the body of a request: JSON, `multipart/mixed`, or an e-mail file.
pub(crate) fn read(media: &str, boundary: Option<&str>, bytes: &[u8]) -> Result<Submission, intake::Refused> {
    match boundary {
        Some(boundary) if media == "multipart/mixed" => intake::mixed(boundary, bytes),
        _ if media == "message/rfc822" => intake::mail(bytes),
        _ => intake::read(bytes),
    }
}
