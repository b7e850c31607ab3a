//! Correlations asked of events in time.

use bartizan_sigma::eval::{CorrelateOptions, Correlated, Correlator, Evaluator, Event};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::collections::{base, set};

fn correlator(source: &str, options: CorrelateOptions) -> (Evaluator, Correlator) {
    let (set, problems) = set(source);
    assert_eq!(problems, []);
    let mut evaluator = Evaluator::default();
    let rules: Vec<_> = set.rules.iter().map(|rule| evaluator.add(rule).ok()).collect();
    let (correlator, failures) = Correlator::new(&set, &rules, options);
    assert_eq!(failures, []);
    (evaluator, correlator)
}

fn found(source: &str, events: &[Value]) -> (Vec<Correlated>, Vec<&'static str>) {
    let (evaluator, mut correlator) = correlator(source, CorrelateOptions::default());
    let mut found = Vec::new();
    for (number, event) in events.iter().enumerate() {
        let event = Event::new(event.clone());
        let hits = evaluator.run(&event, false);
        found.extend(correlator.take(&event, number as u64, &hits));
    }
    found.extend(correlator.finish());
    (found, correlator.diagnostics().into_iter().map(|note| note.code).collect())
}

/// The events of each hit.
fn events_of(source: &str, events: &[Value]) -> Vec<Vec<u64>> {
    let (found, diagnostics) = found(source, events);
    assert_eq!(diagnostics, Vec::<&str>::new());
    found.into_iter().map(|hit| hit.events).collect()
}

fn correlation(body: &str) -> String {
    format!("title: c\nname: found\ncorrelation: {{{body}}}\n---\n")
}

/// An event of a user, so many seconds after the hour.
fn at(seconds: u32, id: u32, user: &str) -> Value {
    let (minute, second) = (seconds / 60, seconds % 60);
    json!({"@timestamp": format!("2026-01-31T10:{minute:02}:{second:02}Z"), "EventID": id, "User": user})
}

fn with(mut event: Value, field: &str, value: Value) -> Value {
    event[field] = value;
    event
}

#[test]
fn event_count_of_the_specification() {
    let source = base("failed", 4625)
        + &correlation(
            "type: event_count, rules: [failed], group-by: [User], timespan: 1m, condition: {gte: 3}",
        );
    let a = |seconds| at(seconds, 4625, "a");
    // In a sliding window, both ends included; other users and rules do not count.
    assert_eq!(events_of(&source, &[a(0), a(30), a(60)]), [[0, 1, 2]]);
    assert_eq!(events_of(&source, &[a(0), a(30), a(61)]), Vec::<Vec<u64>>::new());
    assert_eq!(events_of(&source, &[a(0), a(50), a(70), a(80)]), [[1, 2, 3]]);
    assert_eq!(events_of(&source, &[a(0), at(1, 4625, "b"), a(2)]), Vec::<Vec<u64>>::new());
    assert_eq!(events_of(&source, &[a(0), at(1, 4624, "a"), a(2)]), Vec::<Vec<u64>>::new());
    // A hit uses its events up.
    assert_eq!(events_of(&source, &[a(0), a(1), a(2), a(3), a(4), a(5)]), [[0, 1, 2], [3, 4, 5]]);
    let (hits, _) = found(&source, &[a(0), a(1), a(2)]);
    assert_eq!(hits[0].group, [("User".to_owned(), "a".to_owned())]);
    assert_eq!(hits[0].span.1 - hits[0].span.0, 2_000_000);
}

#[test]
fn order_comes_from_the_events_not_from_the_stream() {
    let source = base("failed", 4625)
        + &correlation(
            "type: event_count, rules: [failed], group-by: [User], timespan: 1m, condition: {gte: 3}",
        );
    let a = |seconds| at(seconds, 4625, "a");
    assert_eq!(events_of(&source, &[a(200), a(20), a(230), a(0), a(10)]), [[3, 4, 1]]);
}

#[test]
fn what_more_events_undo_is_judged_at_the_end() {
    let of = |condition: &str| {
        base("failed", 4625)
            + &correlation(&format!(
                "type: event_count, rules: [failed], group-by: [User], timespan: 1m, condition: {condition}"
            ))
    };
    let a = |seconds| at(seconds, 4625, "a");
    let few = [a(0), a(1), a(70), a(71), a(72)];
    assert_eq!(events_of(&of("{lt: 3}"), &few), [[0, 1]]);
    assert_eq!(events_of(&of("{eq: 3}"), &few), [[2, 3, 4]]);
    assert_eq!(events_of(&of("{neq: 3}"), &few), [[0, 1]]);
    assert_eq!(events_of(&of("{gt: 1, lte: 2}"), &few), [[0, 1]]);
}

#[test]
fn value_count_of_the_specification() {
    let of = |field: &str| {
        base("failed", 4625)
            + &correlation(&format!(
                "type: value_count, rules: [failed], group-by: [Computer, Workstation], timespan: 1d, condition: {{field: {field}, gte: 3}}"
            ))
    };
    let on = |seconds, user: &str, host: &str| {
        with(with(at(seconds, 4625, user), "Computer", json!("c")), "Workstation", json!(host))
    };
    let events = [on(0, "a", "w"), on(1, "a", "w"), on(2, "b", "w"), on(3, "c", "x"), on(4, "c", "w")];
    assert_eq!(events_of(&of("User"), &events), [[0, 1, 2, 4]]);
    assert_eq!(events_of(&of("[User, EventID]"), &events), [[0, 1, 2, 4]]);
    assert_eq!(events_of(&of("Computer"), &events), Vec::<Vec<u64>>::new());
}

#[test]
fn measures_of_numbers() {
    let of = |kind: &str, condition: &str| {
        base("net", 3)
            + &correlation(&format!(
                "type: {kind}, rules: [net], group-by: [User], timespan: 1m, condition: {{field: Bytes, {condition}}}"
            ))
    };
    let sent = |seconds, bytes: u32| with(at(seconds, 3, "a"), "Bytes", json!(bytes));
    let events = [sent(0, 10), sent(1, 20), sent(2, 60)];
    for (kind, condition, expected) in [
        ("value_sum", "gte: 90", true),
        ("value_sum", "gt: 90", false),
        ("value_avg", "eq: 30", true),
        ("value_avg", "gt: 30", false),
        ("value_median", "eq: 20", true),
        ("value_percentile", "percentile: 75, eq: 40", true),
        ("value_max", "gte: 60", true),
        ("value_max", "lt: 60", false),
        ("value_min", "lte: 10", true),
        ("value_min", "gt: 10", false),
    ] {
        assert_eq!(!events_of(&of(kind, condition), &events).is_empty(), expected, "{kind} {condition}");
    }
    let (hits, diagnostics) =
        found(&of("value_sum", "gte: 1"), &[with(at(0, 3, "a"), "Bytes", json!("much"))]);
    assert_eq!((hits, diagnostics), (vec![], vec!["correlation.no-value"]));
}

const RECON: &str = "rules: [a, b, c], group-by: [Host, User], timespan: 5m";

fn recon(kind: &str, more: &str) -> String {
    base("a", 1) + &base("b", 2) + &base("c", 3) + &correlation(&format!("type: {kind}, {RECON}{more}"))
}

fn on(seconds: u32, id: u32, host: &str) -> Value {
    with(at(seconds, id, "u"), "Host", json!(host))
}

#[test]
fn temporal_of_the_specification() {
    let source = recon("temporal", "");
    assert_eq!(events_of(&source, &[on(0, 3, "h"), on(10, 1, "h"), on(299, 2, "h")]), [[0, 1, 2]]);
    assert_eq!(events_of(&source, &[on(0, 3, "h"), on(10, 1, "h"), on(301, 2, "h")]), Vec::<Vec<u64>>::new());
    assert_eq!(events_of(&source, &[on(0, 3, "h"), on(10, 1, "x"), on(20, 2, "h")]), Vec::<Vec<u64>>::new());
    // The latest match of each rule counts.
    assert_eq!(
        events_of(&source, &[on(0, 3, "h"), on(10, 1, "h"), on(290, 3, "h"), on(305, 2, "h")]),
        [[1, 2, 3]]
    );
    let two = recon("temporal", ", condition: {gte: 2}");
    assert_eq!(events_of(&two, &[on(0, 3, "h"), on(1, 3, "h"), on(10, 1, "h")]), [[1, 2]]);
    let some = recon("temporal", ", condition: a and (b or c)");
    assert_eq!(events_of(&some, &[on(0, 2, "h"), on(1, 3, "h"), on(10, 1, "h")]), [[0, 1, 2]]);
    let exactly = recon("temporal", ", condition: {eq: 2}");
    assert_eq!(events_of(&exactly, &[on(0, 3, "h"), on(1, 2, "h"), on(2, 1, "h")]), Vec::<Vec<u64>>::new());
    assert_eq!(events_of(&exactly, &[on(0, 3, "h"), on(1, 2, "h")]), [[0, 1]]);
}

#[test]
fn temporal_ordered_of_the_specification() {
    let source = recon("temporal_ordered", "");
    assert_eq!(events_of(&source, &[on(0, 1, "h"), on(10, 2, "h"), on(20, 3, "h")]), [[0, 1, 2]]);
    assert_eq!(events_of(&source, &[on(0, 2, "h"), on(10, 1, "h"), on(20, 3, "h")]), Vec::<Vec<u64>>::new());
    assert_eq!(events_of(&source, &[on(0, 1, "h"), on(10, 2, "h"), on(301, 3, "h")]), Vec::<Vec<u64>>::new());
    // A later beginning is kept beside an earlier one.
    let events = [on(0, 1, "h"), on(10, 2, "h"), on(200, 1, "h"), on(210, 2, "h"), on(310, 3, "h")];
    assert_eq!(events_of(&source, &events), [[2, 3, 4]]);
    // One event is not two steps.
    let twice = base("x", 1)
        + &base("y", 1)
        + &correlation("type: temporal_ordered, rules: [x, y], group-by: [User], timespan: 5m");
    assert_eq!(events_of(&twice, &[at(0, 1, "u")]), Vec::<Vec<u64>>::new());
    assert_eq!(events_of(&twice, &[at(0, 1, "u"), at(1, 1, "u")]), [[0, 1]]);
}

#[test]
fn failed_logins_followed_by_a_successful_one() {
    // The example of the specification, with 3 for 10.
    let source = base("failed_login", 4625)
        + &base("successful_login", 4624)
        + &correlation(
            "type: event_count, rules: [failed_login], group-by: [User], timespan: 10m, condition: {gte: 3}",
        )
        .replace("name: found", "name: multiple_failed_login")
        + &correlation(
            "type: temporal_ordered, rules: [multiple_failed_login, successful_login], group-by: [User], timespan: 10m",
        );
    let failed = |seconds| at(seconds, 4625, "a");
    let events = [failed(0), failed(1), at(2, 4624, "a"), failed(3), at(4, 4624, "b"), at(5, 4624, "a")];
    let (hits, diagnostics) = found(&source, &events);
    assert_eq!(diagnostics, Vec::<&str>::new());
    // The inner correlation is not told on its own.
    assert_eq!(hits.len(), 1);
    assert_eq!((hits[0].correlation, hits[0].events.as_slice()), (1, [0, 1, 3, 5].as_slice()));
}

#[test]
fn aliases_of_the_specification() {
    let source = base("internal_error", 500)
        + &base("new_network_connection", 3)
        + &correlation(
            "type: temporal, rules: [internal_error, new_network_connection], group-by: [internal_ip, remote_ip], timespan: 10s, \
             aliases: {internal_ip: {internal_error: destination.ip, new_network_connection: source.ip}, \
             remote_ip: {internal_error: source.ip, new_network_connection: destination.ip}}",
        );
    let net = |seconds, id, from: &str, to: &str| {
        with(with(at(seconds, id, "u"), "source", json!({"ip": from})), "destination", json!({"ip": to}))
    };
    let (hits, _) = found(&source, &[net(0, 500, "r", "i"), net(5, 3, "i", "r")]);
    assert_eq!(hits[0].events, [0, 1]);
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(hits[0].group, [pair("internal_ip", "i"), pair("remote_ip", "r")]);
    assert_eq!(events_of(&source, &[net(0, 500, "r", "i"), net(5, 3, "r", "i")]), Vec::<Vec<u64>>::new());
}

#[test]
fn time_of_windows_events() {
    let source = base("failed", 4625)
        + &correlation("type: event_count, rules: [failed], timespan: 1m, condition: {gte: 2}");
    let event = |time: &str| json!({"Event": {"System": {"EventID": 4625, "TimeCreated": {"#attributes": {"SystemTime": time}}}, "EventData": {}}});
    let events =
        [event("2026-01-31T10:00:30.1234567Z"), event("2026-01-31T09:59:59Z"), event("2026-01-31T12:00:00Z")];
    assert_eq!(events_of(&source, &events), [[1, 0]]);
    let sysmon = |time: &str| json!({"EventID": 4625, "UtcTime": time});
    assert_eq!(
        events_of(&source, &[sysmon("2026-01-31 10:00:00.000"), sysmon("2026-01-31 10:01:00.000")]),
        [[0, 1]]
    );
}

#[test]
fn an_event_counts_once() {
    let source = base("x", 1)
        + &base("y", 1)
        + &correlation("type: event_count, rules: [x, y], timespan: 1m, condition: {gte: 2}");
    assert_eq!(events_of(&source, &[at(0, 1, "u")]), Vec::<Vec<u64>>::new());
    assert_eq!(events_of(&source, &[at(0, 1, "u"), at(1, 1, "u")]), [[0, 1]]);
}

#[test]
fn what_cannot_be_placed_is_told() {
    let source = base("failed", 1)
        + &correlation(
            "type: event_count, rules: [failed], group-by: [User], timespan: 1m, condition: {gte: 1}",
        );
    let (hits, diagnostics) =
        found(&source, &[json!({"EventID": 1, "User": "a"}), with(at(0, 1, "a"), "User", Value::Null)]);
    assert_eq!((hits, diagnostics), (vec![], vec!["correlation.no-time", "correlation.no-group"]));
    let options = CorrelateOptions { most_waiting: 1, time_field: Some("when".into()), ..Default::default() };
    let (evaluator, mut correlator) = correlator(&source, options);
    let mut hits = 0;
    for (number, when) in [100, 200, 50, 300].into_iter().enumerate() {
        let event = Event::new(json!({"EventID": 1, "User": "a", "when": when}));
        hits += correlator.take(&event, number as u64, &evaluator.run(&event, false)).len();
    }
    assert_eq!(hits + correlator.finish().len(), 3);
    assert_eq!(correlator.diagnostics()[0].code, "correlation.late");
}

#[test]
fn what_cannot_be_evaluated_is_refused() {
    for body in [
        "type: temporal, rules: [a, b], timespan: 5m, condition: a and not b",
        "type: temporal_ordered, rules: [a, b], timespan: 5m, condition: a or b",
        "type: temporal_ordered, rules: [a, b], timespan: 5m, condition: {gte: 1}",
        "type: value_percentile, rules: [a], timespan: 5m, condition: {field: F, gte: 1}",
        "type: temporal, rules: [a, b], timespan: 5m, group-by: [x], aliases: {x: {a: F}}",
    ] {
        let over = correlation("type: event_count, rules: [found], timespan: 5m, condition: {gte: 1}")
            .replace("name: found", "name: d");
        let (set, _) = set(&(base("a", 1) + &base("b", 2) + &correlation(body) + &over));
        let (_, failures) = Correlator::new(&set, &[Some(0), Some(1)], CorrelateOptions::default());
        assert_eq!(failures.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 1], "{body}");
    }
}

#[test]
fn a_million_groups_stay_in_bounded_memory() {
    let source = base("a", 1)
        + &base("b", 2)
        + &correlation("type: event_count, rules: [a], group-by: [User], timespan: 1d, condition: {lt: 5}")
        + &correlation("type: temporal_ordered, rules: [a, b], group-by: [User], timespan: 1d");
    let options = CorrelateOptions { most_waiting: 10, most_bytes: 1 << 20, ..Default::default() };
    let (evaluator, mut correlator) = correlator(&source, options);
    let (mut hits, mut held) = (0_u64, 0);
    for number in 0..100_000_u64 {
        let event = Event::new(
            json!({"EventID": 1, "User": format!("u{number}"), "@timestamp": 1_700_000_000 + number / 10}),
        );
        hits += correlator.take(&event, number, &evaluator.run(&event, false)).len() as u64;
        held = held.max(correlator.bytes());
    }
    assert!(held <= 1 << 20, "{held}");
    hits += correlator.finish().len() as u64;
    let notes = correlator.diagnostics();
    assert_eq!(notes[0].code, "correlation.limit");
    // Each event is a hit of the first correlation or was given up.
    let given_up: u64 = notes[0].message.split(' ').next().unwrap().parse().unwrap();
    assert!(hits > 0 && hits + given_up >= 100_000, "{hits} {given_up}");
    assert_eq!(correlator.bytes(), 0);
}

proptest! {
    /// Against the definition: a hit as soon as a window holds enough, which uses its events up.
    #[test]
    fn event_count_by_definition(
        mut times in proptest::collection::vec((0_u32..200, 0_u32..2), 0..40),
        least in 1_usize..5,
        shift in 0_usize..40,
    ) {
        let source = base("a", 1) + &correlation(&format!(
            "type: event_count, rules: [a], group-by: [User], timespan: 20s, condition: {{gte: {least}}}"
        ));
        times.sort_unstable();
        let mut expected = 0;
        for user in 0..2 {
            let mut window: Vec<u32> = Vec::new();
            for (time, _) in times.iter().filter(|(_, u)| *u == user) {
                window.retain(|old| time - old <= 20);
                window.push(*time);
                if window.len() >= least {
                    expected += 1;
                    window.clear();
                }
            }
        }
        let events: Vec<Value> = times.iter().map(|(time, user)| at(*time, 1, &format!("u{user}"))).collect();
        let mut turned = events.clone();
        turned.rotate_left(shift % events.len().max(1));
        prop_assert_eq!(events_of(&source, &events).len(), expected);
        prop_assert_eq!(events_of(&source, &turned).len(), expected);
    }

    /// A chain in order is found exactly if there is one.
    #[test]
    fn order_by_definition(events in proptest::collection::vec((0_u32..40, 1_u32..4), 0..12)) {
        let source = recon("temporal_ordered", "").replace("5m", "15s");
        let mut sorted = events;
        sorted.sort_by_key(|(time, _)| *time);
        let mut exists = false;
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate().skip(i + 1) {
                for c in sorted.iter().skip(j + 1) {
                    exists |= (a.1, b.1, c.1) == (1, 2, 3) && c.0 - a.0 <= 15;
                }
            }
        }
        let events: Vec<Value> = sorted.iter().map(|(time, id)| on(*time, *id, "h")).collect();
        prop_assert_eq!(!events_of(&source, &events).is_empty(), exists);
    }
}
