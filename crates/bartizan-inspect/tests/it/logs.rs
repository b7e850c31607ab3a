//! Our own logs: what `inspect_ai` says of them is in `tests/logs/README.md` and in the script that made them.

use bartizan_inspect::log::Status;
use bartizan_inspect::sample::Body;
use bartizan_inspect::score::{Comparison, Verdict};
use bartizan_inspect::{Code, Form};

use super::{OURS, ours, whole};

#[test]
fn what_is_told() {
    let unfinished = vec![Code::Unfinished];
    for name in OURS {
        let wanted = match name {
            "killed.eval" => unfinished.clone(),
            "version-1.json" => vec![Code::Count],
            "cut.eval" => vec![Code::Unfinished, Code::Truncated, Code::Cut],
            _ => vec![],
        };
        assert_eq!(whole(&ours(name)).codes(), wanted, "{name}");
    }
}

#[test]
fn scores_are_equal() {
    let mut equal = 0;
    for name in OURS {
        let read = whole(&ours(name));
        let comparison = Comparison::of(read.file.log(), &read.book);
        assert!(comparison.is_equal(), "{name}: {comparison:#?}");
        equal += comparison.metrics.iter().filter(|one| one.verdict == Verdict::Equal).count();
    }
    assert!(equal > 120, "{equal}");
}

#[test]
fn a_changed_score_is_seen() {
    let text = String::from_utf8(ours("tiny.json")).expect("UTF-8");
    let changed = text.replacen("\"value\": \"no\"", "\"value\": \"yes\"", 1);
    assert_ne!(text, changed);
    let read = whole(changed.as_bytes());
    let comparison = Comparison::of(read.file.log(), &read.book);
    assert!(
        comparison.differences().any(|one| one.scorer == "words" && one.metric == "no"),
        "{comparison:#?}"
    );
}

#[test]
fn what_draws_at_random_or_is_the_tasks_own_is_named() {
    let read = whole(&ours("small.eval"));
    let comparison = Comparison::of(read.file.log(), &read.book);
    let why =
        |name: &str| comparison.metrics.iter().find(|one| one.metric == name).map(|one| one.verdict.clone());
    assert_eq!(why("bootstrap_stderr"), Some(Verdict::NotRecomputed("it draws at random".into())));
    assert_eq!(
        why("twice"),
        Some(Verdict::NotRecomputed("the metric twice is not one of Inspect's own".into()))
    );
}

#[test]
fn a_transcript() {
    let read = whole(&ours("tools.eval"));
    assert_eq!(
        (read.file.form(), read.file.log().status, read.samples.len()),
        (Form::Eval, Status::Success, 4)
    );
    let first = &read.samples[0];
    let said: Vec<(&str, usize)> =
        first.messages().map(|message| (message.role, message.calls.len())).collect();
    assert_eq!(said, [("user", 0), ("assistant", 1), ("tool", 0), ("assistant", 0)]);
    let runs = first.tool_runs();
    let [(Some(at), run)] = runs.as_slice() else { panic!("{runs:?}") };
    assert_eq!((run.function, first.text_of(run.arguments, 100).as_str()), ("adder", r#"{"a":1,"b":1}"#));
    assert!(
        first.text_of(run.result, 1000).starts_with("2 and a long result and a long result "),
        "the attachment is put in"
    );
    assert_eq!(first.text_of(run.result, 10), "2 and a lo");
    assert!(*at > 1_700_000_000_000);
    let second = read.samples[1].tool_runs();
    assert!(
        second[0].1.error.is_some_and(|error| error.starts_with("negative numbers are not added here here")),
        "{second:?}"
    );
    let third = &read.samples[2];
    assert_eq!(
        third.error.as_ref().map(|error| error.message.as_str()),
        Some("RuntimeError('sample three always fails')")
    );
    assert!(
        third
            .events()
            .iter()
            .any(|event| matches!(&event.body, Body::Error(error) if error.message.contains("always fails")))
    );
    assert!(third.scores.is_empty());
    // Spans, the model's calls with what it was given, and what the tool told.
    let events = first.events();
    assert!(
        events.iter().any(|event| matches!(&event.body, Body::Begin(span) if span.kind == Some("solver")))
    );
    let given: Vec<usize> =
        events.iter().filter(|event| event.kind == "model").map(|event| first.given(event).count()).collect();
    assert_eq!(given, [1, 3]);
    let told = events
        .iter()
        .find_map(|event| if let Body::Info(Some("adder"), data) = event.body { Some(data) } else { None });
    let told = told.expect("told");
    assert!(told.get("nan").and_then(bartizan_inspect::Json::as_f64).is_some_and(f64::is_nan));
    assert_eq!(told.get("big").map(ToString::to_string).as_deref(), Some("1180591620717411303424"));
    assert_eq!(told.get("much").map(ToString::to_string).as_deref(), Some("1e+300").or(Some("1e300")));
}

#[test]
fn edits_and_invalidation() {
    let read = whole(&ours("edited.eval"));
    let log = read.file.log();
    assert!(log.invalidated);
    assert_eq!((log.tags.as_slice(), log.edits), (["after".to_owned(), "before".to_owned()].as_slice(), 1));
    assert_eq!(
        log.metadata.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>(),
        ["checked=true"]
    );
    let score = read.samples[1].score("letters").expect("a score");
    assert_eq!(
        (score.value.number(None), score.edits, score.explanation.as_deref()),
        (Some(1.0), 2, Some("it is right"))
    );
    let invalid = read.samples[3].invalidation.as_ref().expect("invalidated");
    assert_eq!((invalid.author.as_str(), invalid.reason.as_deref()), ("a reviewer", Some("checked by hand")));
    assert_eq!(read.samples.iter().filter(|sample| sample.invalidation.is_some()).count(), 1);
}

#[test]
fn a_killed_run() {
    let read = whole(&ours("killed.eval"));
    let log = read.file.log();
    assert_eq!(
        (log.status, log.eval.task.as_str(), log.results.is_none()),
        (Status::Started, "endless", true)
    );
    let keys: Vec<(&str, u64)> = read.file.keys().iter().map(|key| (&*key.id, key.epoch)).collect();
    assert_eq!(keys, [("1", 1), ("2", 1), ("3", 1), ("4", 1)]);
}

#[test]
fn the_first_version() {
    let read = whole(&ours("version-1.json"));
    let log = read.file.log();
    assert_eq!(
        (log.version, log.eval.sandbox.as_deref(), log.eval.config.message_limit),
        (1, Some("docker"), Some(7))
    );
    let results = log.results.as_ref().expect("results");
    assert_eq!(
        (results.scores[0].scorer.as_str(), results.scores[0].metrics.len(), log.reductions.len()),
        ("includes", 2, 1)
    );
    assert!(read.samples[0].score("includes").is_some(), "the unnamed score is the only scorer's");
    assert!(
        read.samples[0].events().iter().any(|event| matches!(event.body, Body::Begin(_))),
        "the transcript is read"
    );
}

#[test]
fn a_sample_in_parts() {
    let read = whole(&ours("chunked-limits.eval"));
    let sample = &read.samples[0];
    assert_eq!(
        sample.limit.as_ref().map(|limit| (limit.kind.as_str(), limit.limit)),
        Some(("message", Some(3.0)))
    );
    assert_eq!(
        sample.messages().map(|message| message.role.to_owned()).collect::<Vec<_>>(),
        ["user", "assistant", "tool"]
    );
    assert!(
        sample
            .tool_runs()
            .iter()
            .any(|(_, run)| sample.text_of(run.result, 1000).starts_with("2 and a long result"))
    );
}

/// As Python reads it: of samples that stand twice, the last.
#[test]
fn members_that_stand_twice() {
    let one = |id: u32| format!(r#"{{"id":{id},"epoch":1}}"#);
    let log = format!(
        r#"{{"status":"success","eval":{{"task":"a"}},"samples":[{}],"eval":{{"task":"b"}},"samples":[{},{}]}}"#,
        one(1),
        one(2),
        one(3)
    );
    let read = whole(log.as_bytes());
    assert_eq!(read.codes(), [Code::Duplicate]);
    assert_eq!(read.file.log().eval.task, "b");
    assert_eq!(read.samples.iter().map(|sample| sample.id.text.as_str()).collect::<Vec<_>>(), ["2", "3"]);
}
