//! From the JSON of a header to a [`Log`].

use super::{
    Config, Dataset, Fields, Id, Log, NEWEST, Revision, Scorer, Spec, Stats, Status, Step, metrics, results,
};
use crate::Code;
use crate::diagnostic::Told;
use crate::json::Json;

impl Log {
    /// Reads a header: `header.json`, `_journal/start.json`, or the members of a JSON log but for its samples.
    pub(crate) fn read(json: Json, told: &mut Told) -> Self {
        let mut fields = Fields::new(&json, "header", told);
        let version = fields.u64("version").unwrap_or(1);
        let status = status(&mut fields);
        let eval = fields.object("eval").map(|eval| spec(&mut fields.within(eval))).unwrap_or_default();
        let plan = fields.object("plan").map(|plan| steps(&mut fields.within(plan))).unwrap_or_default();
        let results_json = fields.object("results");
        let results = results_json.map(|json| results::results(&mut fields.within(json)));
        let reductions = results_json
            .and_then(|json| json.some("sample_reductions"))
            .map(results::from_json)
            .unwrap_or_default();
        let stats =
            fields.object("stats").map(|stats| self::stats(&mut fields.within(stats))).unwrap_or_default();
        let error = fields.failure("error");
        let invalidated = fields.bool("invalidated").unwrap_or_default();
        let edits = fields.array("log_updates").len() + fields.array("config_updates").len();
        let (tags, metadata) = edited(&mut fields);
        if version == 0 || version > NEWEST {
            told.add(
                Code::Version,
                "header",
                format!("version {version} of the format; {NEWEST} is the newest that is known"),
            );
        }
        Self {
            version,
            status,
            eval,
            plan,
            results,
            reductions,
            stats,
            error,
            invalidated,
            tags,
            metadata,
            edits,
            json,
        }
    }
}

fn status(fields: &mut Fields<'_, '_>) -> Status {
    match fields.str("status").as_deref() {
        None | Some("started") => Status::Started,
        Some("success") => Status::Success,
        Some("cancelled") => Status::Cancelled,
        Some("error") => Status::Error,
        Some(_) => {
            let found = fields.json.get("status").cloned().unwrap_or(Json::Null);
            fields.wrong("status", "one of started, success, cancelled, error", &found);
            Status::Started
        }
    }
}

fn spec(fields: &mut Fields<'_, '_>) -> Spec {
    Spec {
        eval_id: fields.text("eval_id"),
        run_id: fields.text("run_id"),
        created: fields.text("created"),
        task: fields.text("task"),
        task_id: fields.text("task_id"),
        task_version: fields.loose("task_version"),
        task_file: fields.str("task_file"),
        task_args: fields.owned("task_args"),
        solver: fields.str("solver"),
        model: fields.text("model"),
        model_base_url: fields.str("model_base_url"),
        dataset: fields.object("dataset").map(|json| dataset(&mut fields.within(json))).unwrap_or_default(),
        config: fields.object("config").map(|json| config(&mut fields.within(json))).unwrap_or_default(),
        sandbox: sandbox(fields),
        scorers: scorers(fields),
        metrics: metrics::read(fields, "metrics"),
        packages: packages(fields),
        revision: fields.object("revision").map(|json| revision(&mut fields.within(json))),
    }
}

fn dataset(fields: &mut Fields<'_, '_>) -> Dataset {
    Dataset {
        name: fields.str("name"),
        location: fields.str("location"),
        samples: fields.u64("samples"),
        sample_ids: fields.array("sample_ids").iter().filter_map(Id::read).collect(),
        shuffled: fields.bool("shuffled").unwrap_or_default(),
    }
}

fn config(fields: &mut Fields<'_, '_>) -> Config {
    Config {
        epochs: fields.u64("epochs"),
        epochs_reducer: fields.strings("epochs_reducer"),
        // `max_messages` until 0.3.48.
        message_limit: fields.u64("message_limit").or_else(|| fields.u64("max_messages")),
        token_limit: fields.u64("token_limit"),
        time_limit: fields.u64("time_limit"),
        working_limit: fields.u64("working_limit"),
        log_samples: fields.bool("log_samples").unwrap_or(true),
    }
}

/// The type of a sandbox: an object, a pair, or the bare type.
fn sandbox(fields: &mut Fields<'_, '_>) -> Option<String> {
    let json = fields.json.some("sandbox")?;
    let name =
        json.as_str().or_else(|| json.str("type")).or_else(|| json.items().first().and_then(Json::as_str));
    if name.is_none() {
        fields.wrong("sandbox", "a type, or an object with one", json);
    }
    name.map(str::to_owned)
}

fn scorers(fields: &mut Fields<'_, '_>) -> Option<Vec<Scorer>> {
    fields.json.some("scorers")?;
    let scorers = fields.array("scorers").iter();
    let read = scorers.map(|json| {
        let mut inner = fields.within(json);
        Scorer {
            name: inner.text("name"),
            options: inner.owned("options"),
            metrics: metrics::read(&mut inner, "metrics").unwrap_or_default(),
        }
    });
    Some(read.collect())
}

fn packages(fields: &mut Fields<'_, '_>) -> Vec<(String, String)> {
    let members = fields.members("packages").iter();
    members.filter_map(|(name, version)| Some((name.to_string(), version.as_str()?.to_owned()))).collect()
}

fn revision(fields: &mut Fields<'_, '_>) -> Revision {
    Revision { origin: fields.text("origin"), commit: fields.text("commit"), dirty: fields.bool("dirty") }
}

fn steps(fields: &mut Fields<'_, '_>) -> Vec<Step> {
    let steps = fields.array("steps").iter().chain(fields.object("finish"));
    let read = steps.map(|json| {
        let mut inner = fields.within(json);
        Step { solver: inner.text("solver"), params: inner.owned("params") }
    });
    read.collect()
}

fn stats(fields: &mut Fields<'_, '_>) -> Stats {
    Stats {
        started_at: fields.text("started_at"),
        completed_at: fields.text("completed_at"),
        usage: fields.usages("model_usage"),
    }
}

/// Tags and metadata of the run with the edits after it, as Inspect computes them.
fn edited(fields: &mut Fields<'_, '_>) -> (Vec<String>, Vec<(String, Json)>) {
    let (mut tags, mut metadata) = match fields.object("eval") {
        None => (Vec::new(), Vec::new()),
        Some(eval) => {
            let mut eval = fields.within(eval);
            (eval.strings("tags").unwrap_or_default(), eval.owned("metadata"))
        }
    };
    for update in fields.array("log_updates") {
        for edit in update.get("edits").map(Json::items).unwrap_or_default() {
            let listed = |key: &str| -> Vec<&str> {
                edit.get(key).map(Json::items).unwrap_or_default().iter().filter_map(Json::as_str).collect()
            };
            let gone = listed("tags_remove");
            tags.retain(|tag| !gone.contains(&tag.as_str()));
            tags.extend(listed("tags_add").into_iter().map(str::to_owned));
            let gone = listed("metadata_remove");
            metadata.retain(|(key, _)| !gone.contains(&key.as_str()));
            for (key, value) in edit.get("metadata_set").map(Json::members).unwrap_or_default() {
                metadata.retain(|(name, _)| **name != **key);
                metadata.push((key.to_string(), value.clone()));
            }
        }
    }
    tags.sort();
    tags.dedup();
    (tags, metadata)
}
