//! Withdrawing: every object of a report in a collection gets a version that is revoked.

use bartizan::exchange::stix::Lineage;
use bartizan_stix::Tlp;
use bartizan_store::{PublishedObjects, Report};
use serde_json::Value;

use super::publish::{allowed, before, write};
use super::{Acting, Wrong};
use crate::app::App;

/// Withdraws a report from a collection.
pub(crate) async fn withdraw(
    app: &App,
    acting: &Acting<'_>,
    report: &Report,
    address: &str,
) -> Result<(), Wrong> {
    let (_, entry) = allowed(acting, report, address)?;
    let kept = before(app, acting, report, entry).await?.filter(|(id, _)| *id == report.id);
    // Read under the marking that it was written with, which is that of its own objects.
    let lineage = kept.as_ref().and_then(|(_, bundle)| {
        let marking = marked(bundle)?;
        Some((Lineage::read(bundle, Lineage::document(bundle)?, marking)?, marking))
    });
    let Some((lineage, marking)) = lineage else {
        let text = "What was written there was not kept, or a newer edition has gone on from it: publish the newest edition once more, then withdraw that.";
        return Err(Wrong::Unfit(text.into()));
    };
    let bundle = serde_json::to_value(lineage.withdraw(marking, acting.now / 1_000_000));
    let bundle = bundle.map_err(|e| Wrong::Unfit(e.to_string()))?;
    let places = app.store.publications(report.id).await?;
    let place = places.iter().find(|place| place.collection == entry.access.id);
    // Who does not read the copy yet does not learn that it is withdrawn; who has read it does, however it is marked since.
    let embargo = place.and_then(|place| place.embargo).filter(|until| *until > acting.now);
    let text = bundle.to_string();
    let added = write(app, acting, report, entry, marking, embargo, bundle).await?;
    let written = PublishedObjects {
        collection: entry.access.id,
        objects: added.objects,
        bundle: text.as_bytes(),
        continues: true,
    };
    app.store.withdrawn(&acting.by(), report, &written).await?;
    app.wake.now();
    Ok(())
}

/// The marking that the objects of a bundle of ours carry.
fn marked(bundle: &Value) -> Option<Tlp> {
    let objects = bundle["objects"].as_array()?;
    let report = objects.iter().find(|object| object["type"] == "report")?;
    let id = report["object_marking_refs"][0].as_str()?;
    Tlp::ALL.iter().copied().find(|tlp| tlp.marking_id().as_str() == id)
}
