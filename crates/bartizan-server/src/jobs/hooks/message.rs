//! What a message says: what its webhook's maker may read and send on, and nothing that hints at more.

use std::collections::BTreeMap;

use bartizan_clearinghouse::access::{Audience, Collection, CollectionId, Principal, Thing, Verb, decide};
use bartizan_clearinghouse::pap::Pap;
use bartizan_clearinghouse::time;
use bartizan_stix::Tlp;
use bartizan_store::{
    AdvisoryQuestion, CollectionEntry, Directory, Error, Event, Filter, JobId, Kept, Store, VersionWanted,
    Webhook,
};
use serde_json::{Map, Value, json};

/// Objects that a message names; how many there are it says of all.
const NAMED: usize = 100;
/// Objects that are looked at, and bytes of them at once.
const MOST: usize = 20_000;
const AT_ONCE: usize = 1_000;
const BYTES: usize = 8 << 20;

/// The message: `type` and `timestamp` are those of the specification.
pub(super) fn body(event: Event, at: i64, data: &Value) -> String {
    json!({ "type": event.as_str(), "timestamp": time::text(at), "data": data }).to_string()
}

/// What somebody sees now.
pub(super) struct View<'a> {
    pub(super) store: &'a Store,
    pub(super) directory: &'a Directory,
    pub(super) principal: &'a Principal,
    pub(super) now: i64,
}

/// Objects that may be told of.
#[derive(Default)]
struct Told {
    count: u64,
    marking: Option<Tlp>,
    pap: Option<Pap>,
    types: BTreeMap<String, u64>,
    first: Option<i64>,
    named: Vec<Value>,
    report: Option<Value>,
}

impl View<'_> {
    /// What there is to say; `None` if there is nothing.
    pub(super) async fn data(
        &self,
        hook: &Webhook,
        event: Event,
        about: &Value,
    ) -> Result<Option<Value>, Error> {
        match event {
            Event::Test => Ok(Some(json!({ "webhook": hook.uuid }))),
            Event::ObjectsAdded | Event::ReportPublished | Event::EmbargoEnded => {
                self.objects(hook, event, about).await
            }
            Event::ReportDecided => self.decided(about).await,
            Event::JobEnded => self.ended(about).await,
            Event::ScanStopped => self.stopped(about).await,
            Event::AdvisoryReleased | Event::AdvisoryRevised | Event::AdvisoryWithdrawn => {
                self.advised(hook, event, about).await
            }
        }
    }

    fn sends(&self, audience: Option<&Audience>, collection: Option<&Collection>, pap: Option<Pap>) -> bool {
        audience.is_some_and(|audience| {
            let thing = Thing::Use { audience, collection, pap };
            decide(self.principal, Verb::Forward, &thing, self.now).allowed()
        })
    }

    async fn objects(&self, hook: &Webhook, event: Event, about: &Value) -> Result<Option<Value>, Error> {
        let number = |name: &str| about[name].as_i64().unwrap_or_default();
        let id = CollectionId(number("collection"));
        let entry = self.directory.collections.get(&id).filter(|_| hook.collection.is_none_or(|c| c == id));
        let Some(entry) = entry else { return Ok(None) };
        if !decide(self.principal, Verb::Read, &Thing::Collection(&entry.access), self.now).allowed() {
            return Ok(None);
        }
        let told = self.told(entry, number("from"), number("to")).await?;
        if told.count == 0 || (event == Event::ReportPublished && told.report.is_none()) {
            return Ok(None);
        }
        let mut data = json!({
            "collection": { "id": entry.uuid, "title": entry.title },
            "marking": told.marking.map(Tlp::as_str), "pap": told.pap.map(Pap::as_str),
            "count": told.count, "types": told.types,
            // With it TAXII and the API give these objects and what came since.
            "added_after": told.first.map(|first| time::text(first - 1)),
        });
        match told.report.filter(|_| event == Event::ReportPublished) {
            Some(report) => data["report"] = report,
            None => data["objects"] = json!(told.named),
        }
        Ok(Some(data))
    }

    async fn told(&self, entry: &CollectionEntry, from: i64, to: i64) -> Result<Told, Error> {
        let readable = self.directory.readable(self.principal, Some(entry.access.id), self.now);
        let mut filter = Filter {
            after: Some(from - 1),
            until: Some(to),
            versions: vec![VersionWanted::All],
            ..Filter::default()
        };
        let (mut told, mut seen) = (Told::default(), 0);
        loop {
            let page = self.store.kept_objects(entry.access.id, &readable, &filter, AT_ONCE, BYTES).await?;
            seen += page.items.len();
            for kept in &page.items {
                let audience = self.directory.audiences.get(&kept.audience);
                if let Some(audience) =
                    audience.filter(|a| self.sends(Some(*a), Some(&entry.access), kept.pap))
                {
                    told.take(kept, audience);
                }
            }
            match page.items.last().filter(|_| page.more && seen < MOST) {
                Some(last) => filter.after = Some(last.added),
                None => return Ok(told),
            }
        }
    }

    async fn decided(&self, about: &Value) -> Result<Option<Value>, Error> {
        let Some(data) = self.report(about["report"].as_str().unwrap_or_default()).await? else {
            return Ok(None);
        };
        let mut data = data;
        data["decision"] = about["number"].clone();
        Ok(Some(data))
    }

    /// An advisory, as its readers in this collection have it now.
    async fn advised(&self, hook: &Webhook, event: Event, about: &Value) -> Result<Option<Value>, Error> {
        let id = CollectionId(about["collection"].as_i64().unwrap_or_default());
        let entry = self.directory.collections.get(&id).filter(|_| hook.collection.is_none_or(|c| c == id));
        let Some(entry) = entry else { return Ok(None) };
        let audiences = self.directory.readable(self.principal, Some(id), self.now);
        let asked = AdvisoryQuestion {
            audiences: &audiences,
            now: self.now,
            uuid: about["advisory"].as_str(),
            limit: 1,
            ..AdvisoryQuestion::default()
        };
        let found = self.store.released_advisories(&asked).await?.pop();
        // What was taken back meanwhile is told by its own message, or not at all.
        let found = found.filter(|one| {
            one.edition >= about["edition"].as_i64().unwrap_or(i64::MAX)
                && one.withdraws == (event == Event::AdvisoryWithdrawn)
        });
        let Some(one) = found else { return Ok(None) };
        let audience = Audience::new(one.owner, one.marking).in_collection(id);
        if !self.sends(Some(&audience), Some(&entry.access), None) {
            return Ok(None);
        }
        let owner = self.directory.organisations.get(&one.owner);
        Ok(Some(json!({
            "advisory": {
                "id": one.uuid, "tracking": one.tracking, "title": one.title, "version": one.version, "summary": one.summary,
                "withdrawn": one.withdraws, "since": time::text(one.since), "sha256": one.digest,
                "owner": owner.map(|o| json!({ "id": o.uuid, "name": o.name })),
            },
            "collection": { "id": entry.uuid, "title": entry.title },
            "marking": one.marking.as_str(), "pap": Value::Null,
        })))
    }

    /// That a scan is to stop: what its scanner's heartbeat is told.
    async fn stopped(&self, about: &Value) -> Result<Option<Value>, Error> {
        let uuid = about["intent"].as_str().unwrap_or_default();
        let Some(intent) = self.store.scan_intent(uuid).await? else { return Ok(None) };
        let own = self.principal.organisation == Some(intent.scanner);
        if !own
            || !decide(
                self.principal,
                Verb::Read,
                &crate::scans::thing(&intent, &intent.owned_by()),
                self.now,
            )
            .allowed()
        {
            return Ok(None);
        }
        let beat = intent.held.beat(&bartizan_clearinghouse::scan::Rules::default(), self.now);
        Ok(Some(json!({
            "scan_intent": { "id": intent.uuid, "title": intent.title, "state": beat.state.as_str() },
            "stop": beat.stop, "reason": beat.reason.map(bartizan_clearinghouse::scan::StopReason::as_str),
        })))
    }

    async fn report(&self, uuid: &str) -> Result<Option<Value>, Error> {
        let readable = self.directory.readable(self.principal, None, self.now);
        let Some(report) = self.store.report(&readable, uuid).await? else { return Ok(None) };
        let audience = self.directory.audiences.get(&report.audience);
        let Some(audience) = audience.filter(|a| self.sends(Some(*a), None, report.pap)) else {
            return Ok(None);
        };
        Ok(Some(json!({
            "report": { "id": report.uuid, "title": report.title, "claims": report.claims, "reviewed": report.reviewed },
            "marking": audience.marking.as_str(), "pap": report.pap.map(Pap::as_str),
        })))
    }

    async fn ended(&self, about: &Value) -> Result<Option<Value>, Error> {
        let id = JobId(about["job"].as_i64().unwrap_or_default());
        let Some(job) = self.store.job(id).await? else { return Ok(None) };
        let audience = job.audience.and_then(|number| self.directory.audiences.get(&number));
        let mut data = Map::new();
        // A report may be stricter than its submission was, and its PAP label is known only now.
        match self.store.report_of_job(id.0).await? {
            Some(uuid) => match self.report(&uuid).await? {
                Some(Value::Object(report)) => data = report,
                _ => return Ok(None),
            },
            None if !self.sends(audience, None, None) => return Ok(None),
            None => {
                data.insert("marking".into(), json!(audience.map(|a| a.marking.as_str())));
            }
        }
        if !self.sends(audience, None, None) {
            return Ok(None);
        }
        let told = json!({ "id": job.id.0, "kind": job.name, "state": job.state.as_str(), "code": job.code });
        data.insert("job".into(), told);
        Ok(Some(Value::Object(data)))
    }
}

impl Told {
    fn take(&mut self, kept: &Kept, audience: &Audience) {
        let marking = audience.marking;
        let object: Value = serde_json::from_str(&kept.body).unwrap_or_default();
        let text = |name: &str| object[name].as_str().unwrap_or_default();
        self.count += 1;
        self.marking = self.marking.max(Some(marking));
        self.pap = self.pap.max(kept.pap);
        *self.types.entry(text("type").to_owned()).or_default() += 1;
        self.first = Some(self.first.unwrap_or(kept.added).min(kept.added));
        if self.report.is_none() && text("type") == "report" {
            self.report = Some(json!({ "id": text("id"), "name": text("name") }));
        }
        if self.named.len() < NAMED {
            self.named.push(json!({
                "id": text("id"), "type": text("type"), "modified": object["modified"],
                "marking": marking.as_str(), "pap": kept.pap.map(Pap::as_str),
                // Whoever gets this before is of the owner's organisation.
                "embargo": audience.embargo.map(time::text),
            }));
        }
    }
}
