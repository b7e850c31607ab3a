//! STIX objects as they are sent to a peer: without personal data that has nothing to do with the threat.
//!
//! What an observable or a pattern names is the threat, and stays wherever else it is named; so does how an organisation is reached.
//! An object that is signed is sent as it is or not at all.

use bartizan_clearinghouse::privacy::{Keep, Mode, Record, scrub_json};
use bartizan_store::{Action, Kept};
use serde_json::Value;

use super::super::outside::database;
use super::super::round::Round;
use super::super::work::WorkFault;
use crate::relay::own_key;

/// Members of every object that name, order or mark it.
const KEPT: [&str; 12] = [
    "/type",
    "/id",
    "/spec_version",
    "/created",
    "/modified",
    "/created_by_ref",
    "/object_marking_refs",
    "/granular_markings",
    "/object_refs",
    "/pattern",
    "/hashes",
    "/extensions",
];
/// Kinds of objects that tell what was seen (STIX 2.1, section 6), and the one that holds them in STIX 2.0.
const SEEN: [&str; 19] = [
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "observed-data",
    "process",
    "software",
    "url",
    "user-account",
    "windows-registry-key",
    "x509-certificate",
];

/// Objects as they go.
pub(super) struct Going {
    /// Their bytes.
    pub(super) objects: Vec<String>,
    /// What was found, object by object.
    records: Vec<Record>,
    /// Objects that stay, since they are signed.
    signed: usize,
}

/// The salt of records: whoever has the log without the node's key finds nothing out by trying.
pub(super) async fn salt(round: &Round<'_>) -> Vec<u8> {
    let outside = round.outside;
    match own_key(&outside.store, &outside.seal, &*outside.around).await {
        Ok(key) => key.sign(b"bartizan push: salt of what was removed").into_bytes(),
        Err(_) => {
            let mut random = [0; 32];
            outside.around.fill(&mut random);
            random.to_vec()
        }
    }
}

/// Objects as they go to a peer.
pub(super) fn going(kept: &[&Kept], mode: Mode, salt: &[u8]) -> Going {
    let mut going = Going { objects: Vec::new(), records: Vec::new(), signed: 0 };
    if mode == Mode::Off {
        going.objects = kept.iter().map(|object| object.body.clone()).collect();
        return going;
    }
    let parsed: Vec<Option<Value>> = kept.iter().map(|o| serde_json::from_str(&o.body).ok()).collect();
    let mut all = KEPT.into_iter().fold(Keep::new(salt), Keep::path);
    for object in parsed.iter().flatten() {
        all = threat(all, object);
    }
    for (object, kept) in parsed.iter().zip(kept) {
        // What is no JSON cannot have come in; it would be refused there.
        let Some(object) = object else { continue };
        let (left, record) = if seen(object) {
            (object.clone(), Record::new(mode))
        } else {
            scrub_json(object, &reached(&all, object), mode)
        };
        let changed = record.removed() > 0;
        if changed && signed(object) {
            going.signed += 1;
            continue;
        }
        // What nothing was taken out of goes byte for byte.
        going.objects.push(if changed { left.to_string() } else { kept.body.clone() });
        if record.found() > 0 {
            going.records.push(record);
        }
    }
    going
}

fn word<'v>(object: &'v Value, name: &str) -> &'v str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn seen(object: &Value) -> bool {
    SEEN.contains(&word(object, "type"))
}

/// What an object says to be of the threat.
fn threat(keep: Keep, object: &Value) -> Keep {
    let keep = keep.addresses(word(object, "pattern"));
    match word(object, "type") {
        "email-addr" => keep.value(word(object, "value")),
        "user-account" => keep.value(word(object, "account_login")).value(word(object, "user_id")),
        "observed-data" => {
            let objects = object.get("objects").and_then(Value::as_object).into_iter().flatten();
            objects.fold(keep, |keep, (_, inner)| keep.value(word(inner, "value")))
        }
        _ => keep,
    }
}

/// How an organisation is reached stays; how a person is, does not.
fn reached(all: &Keep, object: &Value) -> Keep {
    let person = word(object, "identity_class") == "individual";
    if word(object, "type") == "identity" && !person {
        return all.clone().path("/contact_information").addresses(word(object, "contact_information"));
    }
    all.clone()
}

/// Whether it carries a signature, which holds for these bytes and no others.
fn signed(object: &Value) -> bool {
    let names = object.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    names.into_iter().any(|name| name == "signature" || name == "signatures" || name.ends_with("_signature"))
}

impl Going {
    /// For whoever runs the peer.
    pub(super) fn told(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let removed: u64 = self.records.iter().map(Record::removed).sum();
        let found: u64 = self.records.iter().map(Record::found).sum();
        if removed > 0 {
            let of = self.records.len();
            notes.push(format!("personal data was taken out {removed} times, of {of} objects"));
        } else if found > 0 {
            notes.push(format!("personal data was found {found} times, and stays as it is configured"));
        }
        if self.signed > 0 {
            notes.push(format!(
                "{} signed objects stay here: personal data cannot be taken out of them",
                self.signed
            ));
        }
        notes
    }

    /// What was found is in the log, without it.
    pub(super) async fn note(&self, round: &Round<'_>) -> Result<(), WorkFault> {
        let by = Action { actor: "system", now: round.outside.around.now() };
        for record in &self.records {
            let detail = serde_json::to_string(record).unwrap_or_default();
            let what = format!("peer/{}", round.channel.uuid);
            round.outside.store.note(&by, "privacy.scrub", &what, &detail).await.map_err(database)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kept(object: &Value) -> Kept {
        Kept { added: 1, audience: 1, pap: None, body: object.to_string() }
    }

    #[test]
    fn what_has_nothing_to_do_with_the_threat_does_not_go() {
        let indicator = json!({ "type": "indicator", "id": "indicator--1", "pattern": "[email-addr:value = 'billing@evil.example']",
            "description": "billing@evil.example wrote to maria.lopez@bank.example" });
        let address = json!({ "type": "email-addr", "id": "email-addr--1", "value": "lure@evil.example" });
        let firm = json!({ "type": "identity", "id": "identity--1", "identity_class": "organization", "name": "First",
            "contact_information": "anna@first.example" });
        let person = json!({ "type": "identity", "id": "identity--2", "identity_class": "individual", "name": "Ada Byron",
            "contact_information": "ada@lab.example" });
        let note = json!({ "type": "note", "id": "note--1", "content": "lure@evil.example, sent to otto@bank.example" });
        let signed = json!({ "type": "note", "id": "note--2", "content": "otto@bank.example", "signature": { "value": "x" } });
        let all: Vec<Kept> =
            [&indicator, &address, &firm, &person, &note, &signed].into_iter().map(kept).collect();
        let all: Vec<&Kept> = all.iter().collect();
        let going_ = going(&all, Mode::Remove, b"salt");
        let text = going_.objects.join("\n");
        assert_eq!(going_.objects.len(), 5);
        assert_eq!((&going_.objects[1], &going_.objects[2]), (&all[1].body, &all[2].body), "byte for byte");
        assert!(text.contains("billing@evil.example wrote to [removed:email]"), "{text}");
        assert!(text.contains("lure@evil.example, sent to [removed:email]"), "{text}");
        assert!(text.contains("Ada Byron") && !text.contains("ada@lab.example"), "{text}");
        assert_eq!(going_.told().len(), 2, "{:?}", going_.told());
        let off = going(&all, Mode::Off, b"salt");
        assert_eq!(off.objects, all.iter().map(|o| o.body.clone()).collect::<Vec<_>>());
        let only = going(&all, Mode::RecordOnly, b"salt");
        assert_eq!((only.objects, only.records.len()), (off.objects, 4));
    }
}
