//! Files of questions. The samples are ours, in the form of the published files.

use super::*;

#[test]
fn our_suites_are_read_and_their_answers_are_choices() {
    let suites = builtin();
    assert_eq!(
        suites.iter().map(|suite| (suite.name, suite.scoring)).collect::<Vec<_>>(),
        [
            ("smoke-knowledge", Scoring::Choice),
            ("smoke-reading", Scoring::LastLine),
            ("smoke-mapping", Scoring::LastLine),
        ]
    );
    for suite in suites {
        assert!(suite.questions.len() >= 10, "{}", suite.name);
        for question in &suite.questions {
            for target in question.target.iter().filter(|_| !question.choices.is_empty()) {
                let place = usize::from(target.as_bytes()[0] - b'A');
                assert!(place < question.choices.len(), "{}: {target}", question.id);
            }
        }
        let lines = dataset(&suite.questions);
        assert_eq!(load(Format::Lines, lines.as_bytes()), Ok((suite.scoring, suite.questions)));
    }
}

/// The format and a file; how it is scored, how many questions it has, choices and targets of the first.
type Read<'a> = (Format, &'a str, Scoring, usize, &'a [&'a str], &'a [&'a str]);

#[test]
fn each_format_is_read() {
    let cases: [Read<'_>; 7] = [
        (
            Format::CtiBench,
            "URL\tQuestion\tPrompt\tGT\nu\tq\t\"Pick one:\nA) a\tB) b \"\"x\"\"\"\tB\nu\tq\tPick\tA\n",
            Scoring::LastLine,
            2,
            &[],
            &["B"],
        ),
        (Format::CtiBench, "Prompt\tGT\nName them\tT1059, T1105\n", Scoring::Set, 1, &[], &["T1059, T1105"]),
        (
            Format::CyberMetric,
            r#"{"questions": [{"question": "q", "answers": {"B": "two", "A": "one", "C": "three"}, "solution": "C"}]}"#,
            Scoring::Choice,
            1,
            &["one", "two", "three"],
            &["C"],
        ),
        (
            Format::AthenaBench,
            "{\"prompt\": \"p\", \"answer\": \"X\"}\n\n{\"prompt\": \"p\", \"answer\": \"Y\"}\n",
            Scoring::LastLine,
            2,
            &[],
            &["X"],
        ),
        (
            Format::CyberSecEval,
            r#"[{"question": "q", "options": ["A) one", "B) two"], "correct_options": ["A", "B"], "topic": "t"}]"#,
            Scoring::Choices,
            1,
            &["one", "two"],
            &["A", "B"],
        ),
        (Format::CyberSecEval, r#"[{"mutated_prompt": "p", "cwe": "x"}]"#, Scoring::Answered, 1, &[], &[]),
        (Format::Lines, r#"{"id": "a", "input": "q", "target": "42"}"#, Scoring::LastLine, 1, &[], &["42"]),
    ];
    for (format, text, scoring, count, choices, target) in cases {
        let (got, questions) =
            load(format, text.as_bytes()).unwrap_or_else(|fault| panic!("{}: {fault}", format.as_str()));
        assert_eq!((got, questions.len()), (scoring, count), "{}", format.as_str());
        assert_eq!(
            (&questions[0].choices[..], &questions[0].target[..]),
            (choices.map_owned().as_slice(), target.map_owned().as_slice())
        );
    }
}

trait Owned {
    fn map_owned(&self) -> Vec<String>;
}

impl Owned for &[&str] {
    fn map_owned(&self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}

#[test]
fn every_code_has_a_case() {
    let long = vec![b' '; MOST_BYTES + 1];
    let cases: [(Code, Format, &[u8]); 5] = [
        (Code::TooLong, Format::Lines, &long),
        (Code::NotText, Format::Lines, b"\xff"),
        (Code::Form, Format::CtiBench, b"a\tb\n"),
        (
            Code::Question,
            Format::CyberMetric,
            br#"{"questions": [{"question": "q", "answers": {"A": "x"}, "solution": "D"}]}"#,
        ),
        (Code::Nothing, Format::CyberSecEval, b"[]"),
    ];
    for (code, format, bytes) in cases {
        assert_eq!(load(format, bytes).expect_err(code.as_str()).code, code);
    }
    assert_eq!(cases.map(|(code, ..)| code), Code::ALL);
}
