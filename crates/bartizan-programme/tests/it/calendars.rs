//! Dates of a window, as calendars read them.

use bartizan_programme::finding::{Kind, Step};
use bartizan_programme::time::DAY;
use bartizan_programme::window::{Action, appointments, calendar};

use crate::world::*;

#[test]
fn a_calendar_has_the_window_and_what_is_due() {
    let mut room = Room::running();
    room.run("run-1", "smoke-reading");
    room.say("tess", Action::Find { finding: name("f-1"), body: finding(Kind::Capability) });
    room.say("toni", Action::Talk { finding: name("f-1"), step: Step::Send { words: words("See.") } });
    let extend = room.try_say("pat", Action::Extend { days: 1, words: words("A day.") }).expect("proposed");
    let dates = appointments(&room.window, room.now);
    let which: Vec<&str> = dates.iter().map(|one| one.which.as_str()).collect();
    let proposal = format!("proposal/{extend}");
    let expected = [
        "window",
        "finding/f-1",
        proposal.as_str(),
        "grant/grant-1",
        "agreement/confidentiality",
        "agreement/insider-risk",
        "agreement/intellectual-property",
        "agreement/retention",
        "agreement/use-limits",
        "release",
    ];
    let sorted = |mut all: Vec<&str>| -> Vec<String> {
        all.sort_unstable();
        all.into_iter().map(str::to_owned).collect()
    };
    assert_eq!(sorted(which), sorted(expected.to_vec()));
    assert!(dates.is_sorted());
    assert_eq!((dates[0].at, dates[0].until), (T + DAY, Some(T + 31 * DAY)));
    let text = calendar(&name("w-7"), &dates, room.window.events, room.now);
    // RFC 5545: lines of at most 75 bytes that end in CR and LF.
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
    assert!(
        text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
            && text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n")
    );
    assert_eq!(text.matches("BEGIN:VEVENT\r\n").count(), dates.len());
    assert!(text.contains("DTSTART:20261202T000000Z\r\nDTEND:20270101T000000Z\r\n"), "{text}");
    assert!(
        text.replace("\r\n ", "")
            .contains("SUMMARY:Falcon: window of Voluntary testing before release\\, thirty days\r\n"),
        "{text}"
    );
    let uids = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
    };
    let mut unique = uids(&text);
    unique.dedup();
    assert_eq!(unique.len(), dates.len());
    // Later it is the same entries, newer; another window's are others.
    let later = calendar(&name("w-7"), &dates, room.window.events + 1, room.now + DAY);
    assert_eq!(uids(&later), uids(&text));
    assert!(
        calendar(&name("w-8"), &dates, 1, room.now).lines().all(|line| !unique.contains(&line.to_owned()))
    );
    // Of a window that is over nothing is due.
    room.say("lin", Action::Withdraw { words: words("We start again.") });
    let dates = appointments(&room.window, room.now);
    assert_eq!(dates.iter().map(|one| one.which.as_str()).collect::<Vec<_>>(), ["window", "finding/f-1"]);
}

#[test]
fn names_do_not_break_out_of_a_calendar() {
    let mut submitted = submission();
    submitted.model = line("A;B,C\\D END:VEVENT äöü äöü äöü äöü äöü äöü äöü äöü äöü äöü äöü äöü");
    let mut room = Room::submitted();
    room.say("lin", Action::Amend { submission: submitted });
    let text = calendar(&name("w"), &appointments(&room.window, room.now), 1, room.now);
    assert!(text.contains("SUMMARY:A\\;B\\,C\\\\D END:VEVENT"), "{text}");
    assert_eq!(text.lines().filter(|line| *line == "END:VEVENT").count(), 1);
    assert!(text.split("\r\n").all(|line| line.len() <= 75));
}
