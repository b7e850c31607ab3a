//! Anything may be handed in: it ends soon, with what could be read.

use bartizan_inspect::score::Comparison;
use bartizan_inspect::statistics::{Failed, Measured, decide, paired};
use bartizan_inspect::{Json, Limits};
use proptest::prelude::*;

use super::{OURS, ours, whole_within};

fn small() -> Limits {
    Limits { memory: 4 << 20, document_bytes: 8 << 20, ..Limits::default() }
}

/// Everything that can be asked of a log.
fn everything(bytes: &[u8]) {
    let Ok(mut read) = whole_within(bytes, small()) else { return };
    for name in read.file.documents() {
        let _ = read.file.document(&name);
    }
    for sample in &read.samples {
        let events = sample.events();
        assert!(
            events.iter().map(|event| sample.given(event).take(1000).count()).sum::<usize>() < usize::MAX
        );
        for (_, run) in sample.tool_runs() {
            assert!(sample.text_of(run.result, 100).len() <= 100);
        }
        assert!(sample.messages().map(|message| message.text().len()).sum::<usize>() < usize::MAX);
    }
    let comparison = Comparison::of(read.file.log(), &read.book);
    // `NaN` is not equal to itself.
    assert!(
        format!("{comparison:?}") == format!("{:?}", Comparison::of(read.file.log(), &read.book)),
        "the same again"
    );
    for scorer in read.book.scorers() {
        let measured = Measured::of(&read.book, scorer, None, Failed::As(0.0));
        let decided = decide(&measured, 0.5, 0.95);
        assert!(decided.interval.lower <= decided.interval.upper || measured.samples.is_empty());
        let same = paired(&measured, &measured, 0.95);
        assert!(same.estimate == 0.0 || same.samples == 0 || !same.estimate.is_finite());
    }
}

/// A JSON value as text that any reader takes.
fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |one| one.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn json_is_read_as_by_another(value in json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.expect("text");
        let read = Json::read(text.as_bytes(), &Limits::default()).expect("JSON");
        // Both by the same reader of floats, which is off by a bit here and there.
        let again = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        prop_assert_eq!(again(&read.to_string()), again(&text));
        prop_assert_eq!(Json::read(read.to_string().as_bytes(), &Limits::default()).expect("JSON"), read);
    }

    #[test]
    fn json_is_refused_as_by_another(text in "[\\[\\]{}\",:0-9eE+.\\\\ntrufalsNI \\-\u{e9}]{0,24}") {
        let ours = Json::read(text.as_bytes(), &Limits::default());
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // Ours reads what Python adds to JSON; numbers beyond floats; half a surrogate pair cannot come about here.
        let python = text.contains("NaN") || text.contains("In") || theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
        prop_assert!(ours.is_ok() == theirs.is_ok() || python, "{}: {:?} {:?}", text, ours, theirs);
    }

    #[test]
    fn any_bytes(mut bytes in prop::collection::vec(any::<u8>(), 0..400), zip in any::<bool>()) {
        if zip {
            bytes.splice(0..0, *b"PK\x03\x04");
        }
        everything(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn changed_logs(which in 0..OURS.len(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), cut in any::<prop::sample::Index>(), cuts in any::<bool>()) {
        let mut bytes = ours(OURS[which]);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        everything(&bytes);
    }

    #[test]
    fn logs_of_anything(
        id in json(), epoch in json(), scores in json(), events in json(), metrics in json(), results in json(), reducers in json(), messages in json(),
    ) {
        let log = serde_json::json!({
            "version": 2, "status": "success",
            "eval": {"task": "t", "model": "m", "config": {"epochs_reducer": reducers}, "scorers": [{"name": "s", "metrics": metrics}]},
            "results": {"scores": results}, "reductions": results,
            "samples": [{"id": id, "epoch": epoch, "scores": {"s": {"value": scores}}, "events": events, "messages": messages, "events_data": events}],
        });
        everything(log.to_string().as_bytes());
    }
}

/// A few bytes that name much: each ends, and within its limits.
#[test]
fn much_from_little() {
    let reference = r#""attachment://a","#.repeat(20_000);
    let text = "long ".repeat(200_000);
    let log = format!(
        r#"{{"eval":{{}},"samples":[{{"id":1,"epoch":1,"attachments":{{"a":"{text}"}},"events":[{{"event":"tool","result":[{reference}1]}},{{"event":"model","input_refs":[{}[0,1]]}}],"events_data":{{"messages":[{{}}]}}}}]}}"#,
        "[0,999999999],".repeat(10_000),
    );
    everything(log.as_bytes());
    let scorers: String = (0..20_000).map(|number| format!(r#""s{number}":{{"value":1}},"#)).collect();
    everything(
        format!(
            r#"{{"eval":{{"scorers":[]}},"samples":[{{"id":1,"scores":{{{scorers}"x":{{"value":{{}}}}}}}}]}}"#
        )
        .as_bytes(),
    );
    let members: String = (0..20_000).map(|number| format!(r#""m{number}":1,"#)).collect();
    let metric = r#"{"name":"mean"}"#;
    let log = format!(
        r#"{{"eval":{{"scorers":[{{"name":"s","metrics":{{"*":[{metric}],"m*":[{metric}]}}}}]}},"samples":[{{"id":1,"scores":{{"s":{{"value":{{{members}"z":1}}}}}}}}]}}"#
    );
    everything(log.as_bytes());
    let same: String = (0..20_000)
        .map(|number| format!(r#"{{"id":1,"epoch":{number},"scores":{{"s":{{"value":"v{number}"}}}}}},"#))
        .collect();
    let same = same.trim_end_matches(',');
    for reducer in ["mode", "majority", "collect", "pass_k_4000000000", "pass_at_4000000000"] {
        let log = format!(
            r#"{{"eval":{{"config":{{"epochs_reducer":["{reducer}"]}},"scorers":[{{"name":"s","metrics":[{metric},{{"name":"krippendorff_alpha"}},{{"name":"frequency"}}]}}]}},"samples":[{same}]}}"#
        );
        everything(log.as_bytes());
    }
}
