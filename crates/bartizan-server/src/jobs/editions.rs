//! Whether a report is a new edition of one that is here, and what of that one's review still holds.

use bartizan_clearinghouse::access::{Audience, Scopes};
use bartizan_clearinghouse::review::{Decision, Review, Source, carry};
use bartizan_knowledge::Pack;
use bartizan_response::history::Record;
use bartizan_stix::Tlp;
use bartizan_store::{CarriedDecision, Former, Job, KeptDecision, Report, Store};

use super::analyze::Arguments;
use super::work::{Head, WorkFault};
use crate::review::{PackNames, decisions};

/// How many reports of the same address or title are compared.
const MOST: usize = 10;

/// The edition before a new report: the one its sender chose, else the newest that it is an edition of. Only what its sender
/// may read, of the same organisation and not marked more strictly, so that nothing of it reaches readers of the new one alone.
pub(super) async fn former(
    store: &Store,
    pack: &'static Pack,
    job: &Job,
    arguments: &Arguments,
    head: &Head,
    analysis: &[u8],
) -> Result<Option<Former>, WorkFault> {
    let fault = |e: bartizan_store::Error| WorkFault {
        code: "job.database".to_owned(),
        message: e.to_string(),
        passing: true,
    };
    let directory = store.fresh().await.map_err(fault)?;
    let principal = job.person.and_then(|person| directory.principal(person, Scopes::ALL));
    let Some(principal) = principal else { return Ok(None) };
    let Ok(now) = arguments.now.parse::<jiff::Timestamp>() else { return Ok(None) };
    let fits = |audience: &Audience| {
        audience.owner == job.organisation
            && audience.marking <= head.marking
            && audience.embargo.is_none_or(|until| until <= now.as_microsecond())
            // What only one person reads goes on in what the same person alone reads.
            && (audience.marking != Tlp::Red || audience.author == job.person)
    };
    let readable: Vec<i64> = directory
        .readable(&principal, None, now.as_microsecond())
        .into_iter()
        .filter(|number| directory.audiences.get(number).is_some_and(fits))
        .collect();
    let Ok(new) = Record::read(analysis) else { return Ok(None) };
    let chosen = match arguments.update_of.as_deref() {
        // A report of its own, whatever it looks like.
        Some("") => return Ok(None),
        Some(uuid) => match store.report(&readable, uuid).await.map_err(fault)? {
            Some(report) => store.editions(&readable, &report).await.map_err(fault)?.editions.pop(),
            None => None,
        },
        None => None,
    };
    let (former, old) = match chosen {
        Some(report) => {
            let Some(bytes) = body(store, &report).await.map_err(fault)? else { return Ok(None) };
            (report, bytes)
        }
        None => {
            let alike = store.alike(&readable, &head.source, &head.title, &head.publisher).await;
            let fetched = arguments.source_url.as_deref();
            let mut found = None;
            for report in alike.map_err(fault)?.into_iter().take(MOST) {
                let Some(bytes) = body(store, &report).await.map_err(fault)? else { continue };
                let Ok(old) = Record::read(&bytes) else { continue };
                // An address that a page only says it has is worth what a title is; one that it was fetched from is more.
                let same = fetched.is_some() && fetched == old.source_url.as_deref()
                    || (new.source_url.is_some() && new.source_url == old.source_url && new.keeps(&old))
                    || new.is_edition_of(&old);
                if same {
                    found = Some((report, bytes));
                    break;
                }
            }
            let Some(found) = found else { return Ok(None) };
            found
        }
    };
    let kept = store.decisions(former.id).await.map_err(fault)?;
    let (carried, reviewed) = carried(pack, &old, &kept, analysis);
    Ok(Some(Former { report: former.id, carried, reviewed }))
}

async fn body(store: &Store, report: &Report) -> Result<Option<Vec<u8>>, bartizan_store::Error> {
    match report.content("analysis.json") {
        Some(digest) => store.content(&digest).await,
        None => Ok(None),
    }
}

/// The decisions that go on, and how many claims are decided with them.
fn carried(
    pack: &'static Pack,
    old: &[u8],
    kept: &[KeptDecision],
    new: &[u8],
) -> (Vec<CarriedDecision>, i64) {
    let source = |bytes: &[u8]| Source::read(serde_json::from_slice(bytes).ok()?).ok();
    let (Some(old), Some(new)) = (source(old), source(new)) else { return (Vec::new(), 0) };
    let names = PackNames(pack);
    let carried = carry(&old, &Review::fold(&old, &decisions(kept), &names), &new);
    let log: Vec<Decision> = carried
        .into_iter()
        .zip(1..)
        .map(|(c, order)| Decision { order, by: c.by, at: c.at, action: c.action })
        .collect();
    let reviewed = Review::fold(&new, &log, &names).progress.reviewed;
    let rows = log.iter().filter_map(|decision| {
        Some(CarriedDecision {
            person: bartizan_clearinghouse::access::PersonId(decision.by.as_str().parse().ok()?),
            at: decision.at,
            body: serde_json::to_string(&decision.action).ok()?,
        })
    });
    (rows.collect(), i64::try_from(reviewed).unwrap_or_default())
}
