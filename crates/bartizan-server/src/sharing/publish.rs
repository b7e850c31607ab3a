//! Publishing: what the review of a report left, as STIX objects into a collection.

use bartizan::exchange::{read, stix};
use bartizan::{Input, Limits};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::pap::Pap;
use bartizan_clearinghouse::review::{Review, Source};
use bartizan_stix::Tlp;
use bartizan_store::{Arrival, NewPublication, Outcome, Receipt, Report};
use serde_json::{Value, json};

use super::{Acting, Wrong};
use crate::app::App;
use crate::review::{PackNames, corrected, decisions};
use crate::taxii::arriving;

/// Publishes a report; how many objects, and how many of them are new.
pub(crate) async fn publish(
    app: &App,
    acting: &Acting<'_>,
    report: &Report,
    address: &str,
    embargo: Option<i64>,
) -> Result<(i64, i64), Wrong> {
    let audience = acting.directory.audiences.get(&report.audience).ok_or(Wrong::NotThere)?;
    let content = Thing::Content { audience, collection: None };
    acting.must(
        Verb::Review,
        &content,
        "Only a reviewer or coordinator of its organisation publishes it.",
    )?;
    let entry = acting.collection(address)?;
    let thing = Thing::Collection(&entry.access);
    acting.must(Verb::Review, &thing, "You may not publish into this collection.")?;
    let (owner, author) = acting.known()?;
    let objects = objects(app, report, audience.marking).await?;
    let (good, bad) = arriving(objects.iter().map(String::as_str));
    if let Some(why) = bad.first() {
        return Err(Wrong::Unfit(format!("An object cannot be published: {why}")));
    }
    let mut incoming: Vec<_> = good.iter().map(|object| object.incoming()).collect();
    for object in &mut incoming {
        object.embargo = embargo;
        // Nothing of a report goes further than the report; the labels themselves are everybody's.
        if object.kind != "marking-definition" {
            object.marking = Some(object.marking.unwrap_or(entry.marking).max(audience.marking));
        }
    }
    let arrival = Arrival {
        collection: entry.access.id,
        // What says nothing of itself goes no further than the report.
        unmarked: audience.marking.max(entry.marking),
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
    let new = NewPublication {
        collection: entry.access.id,
        person: author,
        objects: written.outcomes.len() as i64,
        marking: audience.marking,
        embargo,
        span: added().min().zip(added().max()),
    };
    app.store.published(&acting.by(), report, &new).await?;
    app.wake.now();
    Ok((new.objects, added().count() as i64))
}

/// The STIX objects of the analysis as the reviewers left it, by the marking that the report has now.
async fn objects(app: &App, report: &Report, marking: Tlp) -> Result<Vec<String>, Wrong> {
    let broken = |what: String| Wrong::Unfit(format!("Its analysis cannot be read: {what}"));
    let digest = report.content("analysis.json").ok_or(Wrong::NotThere)?;
    let bytes = app.store.content(&digest).await?.ok_or(Wrong::NotThere)?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|e| broken(e.to_string()))?;
    let source = Source::read(value).map_err(|e| broken(e.to_string()))?;
    let kept = app.store.decisions(report.id).await?;
    let fold = Review::fold(&source, &decisions(&kept), &PackNames(app.pack));
    let mut corrected = corrected(&source, &fold, &PackNames(app.pack)).map_err(|e| broken(e.to_string()))?;
    corrected["marking"] = json!(marking.as_str());
    corrected["marking_is_default"] = json!(false);
    let limits = Limits { input_bytes: usize::MAX, ..Limits::default() };
    let input = Input::new("analysis.json", corrected.to_string());
    let analysis = read::analysis(&input, &limits).map_err(|e| broken(e.to_string()))?;
    let bundle = stix::bundle(&analysis, app.pack);
    let mut bundle = serde_json::to_value(&bundle).map_err(|e| broken(e.to_string()))?;
    let Value::Array(mut objects) = bundle["objects"].take() else { return Ok(Vec::new()) };
    if let Some(pap) = report.pap {
        label(&mut objects, pap);
    }
    Ok(objects.iter().map(Value::to_string).collect())
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
