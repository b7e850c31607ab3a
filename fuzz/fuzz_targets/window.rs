//! A log of a window, by anybody, one event a line: each is taken or refused, what must hold holds, and the log folds to the same.
#![no_main]

use std::sync::{Arc, LazyLock};

use bartizan_programme::rules::{Programme, THIRTY_DAY};
use bartizan_programme::window::{Event, State, Window, appointments, calendar};

static RULES: LazyLock<Arc<Programme>> =
    LazyLock::new(|| Arc::new(Programme::parse(THIRTY_DAY.as_bytes()).expect("the example")));

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut log = data.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Event>(line).ok());
    let Some(mut first) = log.next() else { return };
    if let bartizan_programme::window::Action::Submit { rules, .. } = &mut first.action {
        rules.clone_from(&RULES.digest);
    }
    let Ok(mut window) = Window::open(&RULES, &first) else { return };
    let mut taken = vec![first];
    for mut event in log {
        // What is refused leaves no gap.
        event.number = window.events + 1;
        if window.apply(&event).is_err() {
            continue;
        }
        taken.push(event);
        let now = window.times.1;
        let (state, open) = (window.state(now), window.runs_between(now));
        assert_eq!(open.is_some(), matches!(state, State::Accepted | State::Running));
        for person in window.people.values() {
            for (one, other) in person.held.iter().flat_map(|one| person.held.iter().map(move |other| (one, other))) {
                assert!(window.programme.separation(one, other).is_none());
            }
        }
        for determination in &window.determinations {
            assert_ne!(determination.by.0, determination.second.0);
        }
        let standing = window.standing(now);
        assert!(standing.pause_left >= 0 && standing.extension_left >= 0);
        assert!(standing.remaining.is_none_or(|remaining| remaining >= 0));
    }
    let now = window.times.1;
    let name = "w".parse().expect("a name");
    let text = calendar(&name, &appointments(&window, now), window.events, now);
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')));
    assert_eq!(Window::fold(&RULES, &taken).expect("its own log"), window);
});
