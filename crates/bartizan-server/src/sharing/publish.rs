//! Publishing: what the review of a report left, as STIX objects into a collection.

use bartizan::exchange::stix::Lineage;
use bartizan::exchange::{self, read, stix};
use bartizan::{Input, Limits};
use bartizan_clearinghouse::access::{Audience, Thing, Verb};
use bartizan_clearinghouse::pap::Pap;
use bartizan_clearinghouse::review::{Review, Source, Status};
use bartizan_stix::Tlp;
use bartizan_store::{
    Arrival, CollectionEntry, NewPublication, Outcome, PublishedObjects, Receipt, Report, ReportId,
};
use serde_json::{Value, json};

use super::{Acting, Wrong};
use crate::app::App;
use crate::review::{PackNames, corrected, decisions};
use crate::taxii::arriving;

/// What somebody publishes of a report, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    /// The collection, by identifier or alias.
    pub(crate) collection: &'a str,
    /// Until when only their organisation reads it.
    pub(crate) embargo: Option<i64>,
    /// Only what reviewers accepted.
    pub(crate) accepted: bool,
}

/// What was added to a collection.
pub(super) struct Added {
    /// How many objects it was.
    pub(super) objects: i64,
    /// How many of them were not there.
    pub(super) new: usize,
    /// Places of the first and last of those.
    pub(super) span: Option<(i64, i64)>,
}

/// Whether somebody may publish a report there.
pub(crate) fn may(acting: &Acting<'_>, report: &Report, collection: &str) -> Result<(), Wrong> {
    allowed(acting, report, collection).map(drop)
}

/// Publishes a report; how many objects, and how many of them are new.
pub(crate) async fn publish(
    app: &App,
    acting: &Acting<'_>,
    report: &Report,
    wish: Wish<'_>,
) -> Result<(i64, i64), Wrong> {
    let (audience, entry) = allowed(acting, report, wish.collection)?;
    let (_, author) = acting.known()?;
    let before = before(app, acting, report, entry).await?;
    if before.as_ref().is_some_and(|(newer, _)| *newer > report.id) {
        let text = "A newer edition of this report is published there: what its readers have would go back.";
        return Err(Wrong::Unfit(text.into()));
    }
    let before = before.map(|(_, bundle)| bundle);
    let (bundle, continues) = bundle(app, report, audience.marking, &wish, before.as_ref()).await?;
    // Kept without the label, so that the next one goes on from it whatever the label is then.
    let text = bundle.to_string();
    let added = write(app, acting, report, entry, audience.marking, wish.embargo, bundle).await?;
    let written = PublishedObjects {
        collection: entry.access.id,
        objects: added.objects,
        bundle: text.as_bytes(),
        continues,
    };
    let new = NewPublication {
        written,
        person: author,
        marking: audience.marking,
        embargo: wish.embargo,
        span: added.span,
    };
    app.store.published(&acting.by(), report, &new).await?;
    app.wake.now();
    Ok((added.objects, added.new as i64))
}

/// The report's audience and the collection, if they may publish the one into the other.
pub(crate) fn allowed<'a>(
    acting: &Acting<'a>,
    report: &Report,
    address: &str,
) -> Result<(&'a Audience, &'a CollectionEntry), Wrong> {
    let audience = acting.directory.audiences.get(&report.audience).ok_or(Wrong::NotThere)?;
    let content = Thing::Content { audience, collection: None };
    let what = "Only a reviewer or coordinator of its organisation publishes it.";
    acting.must(Verb::Review, &content, what)?;
    let entry = acting.collection(address)?;
    let thing = Thing::Collection(&entry.access);
    acting.must(Verb::Review, &thing, "You may not publish into this collection.")?;
    Ok((audience, entry))
}

/// What was last written there for this report or another edition of it that they may read.
pub(super) async fn before(
    app: &App,
    acting: &Acting<'_>,
    report: &Report,
    entry: &CollectionEntry,
) -> Result<Option<(ReportId, Value)>, Wrong> {
    let readable = acting.directory.readable(acting.principal, None, acting.now);
    let line = app.store.editions(&readable, report).await?;
    let reports: Vec<ReportId> = line.editions.iter().map(|e| e.id).collect();
    let Some((id, digest)) = app.store.published_bundle(&reports, entry.access.id).await? else {
        return Ok(None);
    };
    let bytes = app.store.content(&digest).await?;
    Ok(bytes.and_then(|bytes| Some((id, serde_json::from_slice(&bytes).ok()?))))
}

/// Adds the objects of a bundle of ours to a collection, labelled as the report is and marked no less strictly than `least`.
pub(super) async fn write(
    app: &App,
    acting: &Acting<'_>,
    report: &Report,
    entry: &CollectionEntry,
    least: Tlp,
    embargo: Option<i64>,
    mut bundle: Value,
) -> Result<Added, Wrong> {
    let (owner, author) = acting.known()?;
    let mut objects = match bundle["objects"].take() {
        Value::Array(objects) => objects,
        _ => Vec::new(),
    };
    if let Some(pap) = report.pap {
        label(&mut objects, pap);
    }
    let objects: Vec<String> = objects.iter().map(Value::to_string).collect();
    let (good, bad) = arriving(objects.iter().map(String::as_str));
    if let Some(why) = bad.first() {
        return Err(Wrong::Unfit(format!("An object cannot be published: {why}")));
    }
    let mut incoming: Vec<_> = good.iter().map(|object| object.incoming()).collect();
    for object in &mut incoming {
        object.embargo = embargo;
        // Nothing of a report goes further than the report; the labels themselves are everybody's.
        if object.kind != "marking-definition" {
            object.marking = Some(object.marking.unwrap_or(entry.marking).max(least));
        }
    }
    let arrival = Arrival {
        collection: entry.access.id,
        // What says nothing of itself goes no further than the report.
        unmarked: least.max(entry.marking),
        owner,
        author,
        readable: &acting.reads(entry),
        objects: &incoming,
    };
    let uuid = app.uuid();
    let receipt = |_: &[Outcome]| Receipt { uuid: uuid.clone(), body: "{}".into() };
    let written = app.store.add_objects(&acting.by(), &arrival, receipt).await?;
    let added = || {
        written.outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Added(added) => Some(added.added),
            Outcome::Known { .. } => None,
        })
    };
    Ok(Added {
        objects: written.outcomes.len() as i64,
        new: added().count(),
        span: added().min().zip(added().max()),
    })
}

/// The bundle of the analysis as the reviewers left it, by the marking that the report has now, and whether it continues the
/// earlier one: where both carry the same marking.
async fn bundle(
    app: &App,
    report: &Report,
    marking: Tlp,
    wish: &Wish<'_>,
    before: Option<&Value>,
) -> Result<(Value, bool), Wrong> {
    let broken = |what: String| Wrong::Unfit(format!("Its analysis cannot be read: {what}"));
    let digest = report.content("analysis.json").ok_or(Wrong::NotThere)?;
    let bytes = app.store.content(&digest).await?.ok_or(Wrong::NotThere)?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|e| broken(e.to_string()))?;
    let source = Source::read(value).map_err(|e| broken(e.to_string()))?;
    let kept = app.store.decisions(report.id).await?;
    let mut fold = Review::fold(&source, &decisions(&kept), &PackNames(app.pack));
    if wish.accepted {
        only_accepted(&mut fold);
    }
    let mut corrected = corrected(&source, &fold, &PackNames(app.pack)).map_err(|e| broken(e.to_string()))?;
    corrected["marking"] = json!(marking.as_str());
    corrected["marking_is_default"] = json!(false);
    let limits = Limits { input_bytes: usize::MAX, ..Limits::default() };
    let input = Input::new("analysis.json", corrected.to_string());
    let analysis = read::analysis(&input, &limits).map_err(|e| broken(e.to_string()))?;
    let lineage = before
        .and_then(|bundle| Lineage::read(bundle, Lineage::document(bundle)?, exchange::marking(&analysis)));
    let bundle = stix::bundle_with(&analysis, app.pack, &stix::Extra::default(), lineage.as_ref());
    Ok((serde_json::to_value(&bundle).map_err(|e| broken(e.to_string()))?, lineage.is_some()))
}

/// What nobody decided about counts as rejected.
fn only_accepted(fold: &mut Review) {
    for standing in fold.claims.values_mut() {
        if standing.status == Status::Open {
            standing.status = Status::Rejected { reason: String::new() };
        }
    }
}

/// Marks objects of our own making with a PAP label, and adds its definition.
fn label(objects: &mut Vec<Value>, pap: Pap) {
    let id = pap.marking_id().to_owned();
    for object in objects.iter_mut().filter(|o| o["type"] != "marking-definition") {
        match object["object_marking_refs"].as_array_mut() {
            Some(refs) => refs.push(json!(id)),
            None => object["object_marking_refs"] = json!([id]),
        }
    }
    objects.insert(0, definition(pap));
}

/// The marking definition that OASIS's common objects have for a label.
fn definition(pap: Pap) -> Value {
    json!({
        "type": "marking-definition", "spec_version": "2.1", "id": pap.marking_id(),
        "created": "2022-10-02T00:00:00.000Z", "name": pap.as_str(),
        "extensions": { "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b": {
            "extension_type": "property-extension", "pap": pap.extension_value(),
        } },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_our_own_carry_the_label_and_definitions_do_not() {
        let mut objects = vec![
            json!({"type": "malware", "object_marking_refs": ["a"]}),
            json!({"type": "marking-definition"}),
        ];
        objects.push(json!({"type": "tool"}));
        label(&mut objects, Pap::Red);
        let red = "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e";
        assert_eq!(objects[0]["id"], red);
        assert_eq!(objects[1]["object_marking_refs"], json!(["a", red]));
        assert_eq!(objects[2], json!({"type": "marking-definition"}));
        assert_eq!(objects[3]["object_marking_refs"], json!([red]));
        let (id, pap) = bartizan_clearinghouse::pap::definition(&objects[0].to_string()).expect("a label");
        assert_eq!((id.as_str(), pap), (red, Pap::Red));
    }
}
