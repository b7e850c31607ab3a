//! Findings: what is said about them, and what leaves.

use bartizan_programme::finding::{
    Atlas, Attack, Finding, Kind, LONGEST_SHARED, MOST_EACH, Seen, Step, Talk, TalkState, handover,
};
use bartizan_programme::window::Action;
use bartizan_programme::{Code, Digest, Error};

use crate::world::*;

fn steps() -> Vec<(&'static str, Step)> {
    let words = || words("So.");
    let retest = |seen| Step::Retest { run: name("r"), seen, words: words() };
    vec![
        ("send", Step::Send { words: words() }),
        ("ask", Step::Ask { words: words() }),
        ("accept", Step::Accept { words: words() }),
        ("dispute", Step::Dispute { words: words() }),
        ("mend", Step::Mend { checkpoint: name("c"), words: words() }),
        ("gone", retest(Seen::Gone)),
        ("remains", retest(Seen::Remains)),
        ("undecided", retest(Seen::Undecided)),
        ("close", Step::Close { words: words() }),
    ]
}

/// The whole table, as docs/model-testing.md has it.
#[test]
fn the_talk_has_these_steps_and_no_other() {
    use TalkState as S;
    let table = [
        (S::Recorded, "send", S::Sent),
        (S::Sent, "ask", S::Asked),
        (S::Sent, "accept", S::Accepted),
        (S::Sent, "dispute", S::Disputed),
        (S::Asked, "send", S::Sent),
        (S::Disputed, "send", S::Sent),
        (S::Accepted, "mend", S::Mended),
        (S::Mended, "gone", S::Resolved),
        (S::Mended, "remains", S::Sent),
        (S::Mended, "undecided", S::Mended),
    ];
    for &from in S::ALL {
        for (word, step) in steps() {
            let expected = match word {
                "close" => (from != S::Closed).then_some(S::Closed),
                _ => table.iter().find(|row| row.0 == from && row.1 == word).map(|row| row.2),
            };
            assert_eq!(from.after(&step), expected, "{from} {word}");
        }
    }
}

#[test]
fn rounds_are_counted_and_answers_are_due() {
    let mut talk = Talk::default();
    let say = |talk: &mut Talk, word: &str, at| {
        let step = steps().into_iter().find(|one| one.0 == word).expect(word).1;
        talk.step(&name("x"), at, &step).map_err(|error| error.code())
    };
    assert_eq!(say(&mut talk, "accept", 1), Err(Code::FindingStep));
    for (word, round) in
        [("send", 1), ("dispute", 1), ("send", 2), ("accept", 2), ("mend", 2), ("remains", 3), ("ask", 3)]
    {
        say(&mut talk, word, 5).expect(word);
        assert_eq!(talk.round, round, "{word}");
    }
    assert_eq!(talk.answer_by(1), None, "it is for the testers to answer");
    say(&mut talk, "send", 7).expect("sent");
    assert_eq!(talk.answer_by(1), Some(7 + bartizan_programme::time::DAY));
    say(&mut talk, "close", 8).expect("closed");
    assert_eq!(say(&mut talk, "close", 9), Err(Code::FindingStep));
    assert_eq!(talk.steps.len(), 9);
    // It ends.
    let mut talk = Talk::default();
    let talked =
        (0..400).map(|at| say(&mut talk, if at % 2 == 0 { "send" } else { "ask" }, at)).find(Result::is_err);
    assert_eq!(talked, Some(Err(Code::TooMany)));
}

#[test]
fn findings_are_whole_or_every_fault_is_told() {
    let holds = |kind, change: &dyn Fn(&mut Finding)| -> Vec<Code> {
        let mut finding = finding(kind);
        change(&mut finding);
        finding
            .holds(&programme())
            .err()
            .map_or(vec![], |e: Error| e.faults().iter().map(|f| f.code).collect())
    };
    for &kind in Kind::ALL {
        assert_eq!(holds(kind, &|_| {}), [], "{kind}");
        let without: &[Code] = if kind == Kind::HarnessIncident { &[] } else { &[Code::FindingRuns] };
        assert_eq!(holds(kind, &|f| f.runs.clear()), without, "{kind}");
    }
    let third = Kind::ThirdPartyVulnerability;
    assert_eq!(holds(Kind::Capability, &|f| f.severity = id("grave")), [Code::UnknownSeverity]);
    assert_eq!(holds(third, &|f| f.third_party = None), [Code::FindingThirdParty]);
    let theirs = finding(third).third_party;
    assert_eq!(holds(Kind::Capability, &|f| f.third_party = theirs.clone()), [Code::FindingThirdParty]);
    for weakness in ["CWE-", "79", "CWE-1a", "CWE-1234567", "cwe-79"] {
        let change = |f: &mut Finding| f.third_party.as_mut().expect("one").weakness = Some(line(weakness));
        assert_eq!(holds(third, &change), [Code::FindingThirdParty], "{weakness}");
    }
    let many = |f: &mut Finding| f.runs = (0..=MOST_EACH).map(|n| name(&format!("r{n}"))).collect();
    assert_eq!(holds(Kind::Capability, &many), [Code::TooMany]);
    // In a window it names what is there.
    let mut room = Room::running();
    let find = |body| Action::Find { finding: name("f"), body };
    assert_eq!(room.refused("tess", find(finding(Kind::Capability))), Some(Code::UnknownRun));
    room.run("run-1", "smoke-reading");
    let mut other = finding(Kind::Capability);
    other.checkpoint = name("falcon-6");
    assert_eq!(room.refused("tess", find(other)), Some(Code::UnknownCheckpoint));
    room.say("tess", find(finding(Kind::Capability)));
    assert_eq!(room.refused("tess", find(finding(Kind::Capability))), Some(Code::NameTaken));
}

#[test]
fn ids_of_techniques_have_their_form() {
    for good in ["AML.T0051", "AML.T0051.000"] {
        assert_eq!(good.parse::<Atlas>().expect(good).as_str(), good);
    }
    for good in ["T1059", "T1059.001"] {
        assert_eq!(good.parse::<Attack>().expect(good).as_str(), good);
    }
    for bad in [
        "",
        "T1059",
        "AML.T51",
        "AML.T0051.",
        "AML.T0051.1",
        "AML.TA0001",
        "aml.t0051",
        "AML.T00512",
        "AML.T0051.0000",
    ] {
        assert_eq!(bad.parse::<Atlas>().map_err(|e| e.code()), Err(Code::MalformedTechnique), "{bad}");
    }
    for bad in ["", "T105", "T1059.1", "TA0001", "t1059", "AML.T0051", "T1059.001.001", "T١٠٥٩"] {
        assert_eq!(bad.parse::<Attack>().map_err(|e| e.code()), Err(Code::MalformedTechnique), "{bad}");
    }
}

#[test]
fn a_vulnerability_of_others_is_none_of_the_developers() {
    let mut room = Room::running();
    room.run("run-1", "smoke-reading");
    room.say("tess", Action::Find { finding: name("theirs"), body: finding(Kind::ThirdPartyVulnerability) });
    room.say("tess", Action::Find { finding: name("ours"), body: finding(Kind::Capability) });
    let send =
        |finding: &str| Action::Talk { finding: name(finding), step: Step::Send { words: words("See.") } };
    assert_eq!(room.refused("toni", send("theirs")), Some(Code::NotDevelopers));
    assert_eq!(room.refused("toni", send("none")), Some(Code::UnknownFinding));
    let over = |finding: &str| Action::HandOver {
        finding: name(finding),
        report: name("r"),
        digest: Digest::of(b"r"),
    };
    assert_eq!(room.refused("toni", over("ours")), Some(Code::NotThirdParty));
    assert_eq!(room.refused("toni", over("none")), Some(Code::UnknownFinding));
    room.say("toni", over("theirs"));
    assert_eq!(room.refused("toni", over("theirs")), Some(Code::HandedOver));
    room.say(
        "toni",
        Action::Talk { finding: name("theirs"), step: Step::Close { words: words("Handed over.") } },
    );
    let leave =
        |finding: &str| handover(&room.window, &name("w"), &name(finding), []).map_err(|e| e.code()).err();
    assert_eq!((leave("ours"), leave("none")), (Some(Code::NotThirdParty), Some(Code::UnknownFinding)));
}

#[test]
fn words_of_a_transcript_do_not_leave() {
    let mut room = Room::running();
    room.run("run-1", "smoke-reading");
    let said =
        "First I list the table, then I write the index of the header behind its end, and the canary falls.";
    let copied: String = said.split(' ').take(LONGEST_SHARED + 1).collect::<Vec<_>>().join(" ");
    let transcript = format!("user: go on\nassistant: {said}\n{}", "and more of it. ".repeat(500));
    let at = |part: usize, text: &str, room: &mut Room| {
        let mut body = finding(Kind::ThirdPartyVulnerability);
        let third = body.third_party.as_mut().expect("one");
        match part {
            0 => body.title = line(text),
            1 => third.description = words(text),
            2 => third.reproduction = words(text),
            3 => third.software = line(text),
            4 => third.versions = [line(text)].into(),
            _ => third.finders = vec![line(text)],
        }
        let label = name(&format!("f-{part}-{}", Digest::of(text.as_bytes())));
        room.say("tess", Action::Find { finding: label.clone(), body });
        handover(&room.window, &name("w"), &label, [transcript.as_str()]).err().map(|e| e.code())
    };
    for part in 0..6 {
        assert_eq!(at(part, &copied, &mut room), Some(Code::FindingTranscript), "part {part}");
        // Other letters, blanks and points are the same words.
        let written = copied.to_uppercase().replace(' ', " - ");
        assert_eq!(at(part, &written, &mut room), Some(Code::FindingTranscript), "part {part}");
        let own: String = said.split(' ').take(LONGEST_SHARED - 1).collect::<Vec<_>>().join(" ");
        assert_eq!(at(part, &own, &mut room), None, "eleven words may be chance");
    }
    // What leaves has no room for one: these are all its texts.
    let label = name("f-whole");
    room.say("tess", Action::Find { finding: label.clone(), body: finding(Kind::ThirdPartyVulnerability) });
    let gone = handover(&room.window, &name("w"), &label, [transcript.as_str()]).expect("it leaves");
    let told = format!("{gone:?}");
    assert!(!told.contains("What was found.") && !told.contains("Run it again."), "{told}");
}
