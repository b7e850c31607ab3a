//! The clock: what moves the end, and what does not.

use bartizan_programme::Code;
use bartizan_programme::time::{DAY, HOUR};
use bartizan_programme::window::{Action, State};
use jiff::tz::{Offset, TimeZone};

use crate::world::*;

fn pause(reason: &str) -> Action {
    Action::Pause { reason: id(reason), words: words("For a while.") }
}

fn resume() -> Action {
    Action::Resume { words: words("It is back.") }
}

fn extend(days: u32) -> Action {
    Action::Extend { days, words: words("More is needed.") }
}

#[test]
fn t0_is_told_and_not_before_it_is_accepted() {
    let mut room = Room::accepted();
    let begins = T + DAY;
    assert_eq!(room.window.clock.begins(), Some(begins));
    assert_eq!((room.window.state(room.now), room.window.state(begins)), (State::Accepted, State::Running));
    assert_eq!(
        (room.window.state(begins + 30 * DAY - 1), room.window.state(begins + 30 * DAY)),
        (State::Running, State::Ended)
    );
    // What is proposed before T0 and agreed to after it begins then.
    let mut late = Room::submitted();
    for check in late.programme.checks.clone() {
        let result = bartizan_programme::window::CheckResult::Passed;
        late.say("pat", Action::Check { check: check.id, result, words: words("Looked at.") });
    }
    let begins = |at| Action::Accept { begins: at, words: words("Welcome.") };
    assert_eq!(late.refused("pat", begins(T + 15 * DAY)), Some(Code::BeginsLate));
    let proposal = late.try_say("pat", begins(T + HOUR)).expect("proposed");
    late.wait(2 * DAY);
    late.say("mo", Action::Second { proposal });
    assert_eq!(late.window.clock.begins(), Some(T + 2 * DAY));
    // Nothing but the clock says when it runs.
    room.wait(DAY);
    let standing = room.window.standing(room.now);
    assert_eq!((standing.end, standing.remaining), (Some(T + 31 * DAY), Some(30 * DAY)));
}

#[test]
fn a_pause_stops_the_clock_if_its_reason_does_and_no_longer_than_is_allowed() {
    let mut room = Room::running();
    let end = room.window.clock.end(room.now).expect("an end");
    room.say("mo", pause("endpoint-down"));
    assert_eq!((room.window.state(room.now), room.window.runs_between(room.now)), (State::Paused, None));
    room.wait(3 * DAY);
    assert_eq!(room.window.clock.end(room.now), Some(end + 3 * DAY), "it moves while the pause lasts");
    room.say("pat", resume());
    assert_eq!(room.window.runs_between(room.now), Some((room.now, end + 3 * DAY)));
    room.wait(DAY);
    room.say("mo", pause("tester-request"));
    room.wait(DAY);
    assert_eq!(room.window.clock.end(room.now), Some(end + 3 * DAY), "this reason does not stop the clock");
    room.say("pat", resume());
    room.say("mo", pause("harness-incident"));
    // Seven of ten days are left; after them the clock runs on though nobody may call.
    room.wait(20 * DAY);
    let standing = room.window.standing(room.now);
    assert_eq!((standing.end, standing.stopped, standing.pause_left), (Some(end + 10 * DAY), 10 * DAY, 0));
    assert_eq!(standing.state, State::Paused);
    room.now = end + 10 * DAY;
    assert_eq!(room.window.state(room.now), State::Ended, "a pause that is forgotten ends with the window");
    assert_eq!(room.refused("pat", resume()), Some(Code::WrongState));
    assert_eq!(room.refused("mo", pause("nothing")), Some(Code::WrongState));
    let mut other = Room::running();
    assert_eq!(other.refused("mo", pause("nothing")), Some(Code::UnknownReason));
}

#[test]
fn extensions_end_where_the_programme_says() {
    let mut room = Room::running();
    let end = room.window.clock.end(room.now).expect("an end");
    assert_eq!(room.refused("pat", extend(0)), Some(Code::ExtensionTooLong));
    assert_eq!(room.refused("pat", extend(15)), Some(Code::ExtensionTooLong));
    assert_eq!(room.refused("pat", extend(u32::MAX)), Some(Code::ExtensionTooLong));
    room.say("pat", extend(10));
    // Two that would fit alone do not fit together, whichever is agreed to first.
    let (one, two) = (
        room.try_say("pat", extend(3)).expect("proposed"),
        room.try_say("pat", extend(2)).expect("proposed"),
    );
    room.say("mo", Action::Second { proposal: two });
    assert_eq!(room.refused("mo", Action::Second { proposal: one }), Some(Code::ExtensionTooLong));
    assert_eq!(room.window.clock.end(room.now), Some(end + 12 * DAY));
    assert_eq!(room.window.standing(room.now).extension_left, 2 * DAY);
}

#[test]
fn the_release_ends_the_window_if_the_programme_says_so() {
    let mut room = Room::running();
    let release = |day: Option<&str>| Action::ChangeRelease {
        release: day.map(|day| day.parse().expect("a day")),
        words: words("Earlier."),
    };
    room.say("lin", release(Some("2026-12-11")));
    assert_eq!(room.window.clock.end(room.now), Some(T + 10 * DAY));
    // The day that has begun, and those before, are no plan.
    assert_eq!(room.refused("lin", release(Some("2026-12-02"))), Some(Code::ReleaseNotAhead));
    room.say("lin", release(Some("2026-12-20")));
    assert_eq!(room.window.clock.end(room.now), Some(T + 19 * DAY));
    room.say("pat", extend(14));
    assert_eq!(
        room.window.clock.end(room.now),
        Some(T + 19 * DAY),
        "an extension does not outlast the release"
    );
    room.say("lin", release(None));
    assert_eq!(room.window.clock.end(room.now), Some(T + 45 * DAY));
    room.say("lin", release(Some("2026-12-03")));
    room.wait(DAY);
    assert_eq!(room.window.state(room.now), State::Ended);
    assert_eq!(room.refused("lin", release(None)), Some(Code::WrongState), "what is over stays over");

    let mut told = Room::of(changed("release = \"ends-window\"", "release = \"told\""));
    told.accept();
    told.say("lin", release(Some("2026-12-11")));
    assert_eq!(told.window.clock.end(told.now), Some(T + 31 * DAY));
}

#[test]
fn a_window_is_ended_by_two() {
    let mut room = Room::running();
    room.wait(DAY);
    room.say("pat", Action::End { words: words("All is known.") });
    assert_eq!(
        (room.window.state(room.now), room.window.clock.end(room.now)),
        (State::Ended, Some(room.now))
    );
    assert_eq!(room.window.standing(room.now).remaining, Some(0));
}

#[test]
fn days_left_are_those_of_the_zone() {
    let room = Room::running();
    let standing = room.window.standing(room.now);
    // The end is 2027-01-01T00:00:00Z: in New York that is still the last day of December.
    let zone = |hours| TimeZone::fixed(Offset::from_hours(hours).expect("an offset"));
    assert_eq!(standing.days_left(room.now, &TimeZone::UTC), Some(30));
    let last_hour = standing.end.expect("an end") - HOUR;
    assert_eq!(standing.days_left(last_hour, &TimeZone::UTC), Some(1));
    assert_eq!(standing.days_left(last_hour, &zone(-5)), Some(0));
    assert_eq!(standing.days_left(last_hour, &zone(9)), Some(0));
    assert_eq!(standing.days_left(last_hour + DAY, &TimeZone::UTC), Some(0));
    assert_eq!(Room::submitted().window.standing(T).days_left(T, &TimeZone::UTC), None);
}
