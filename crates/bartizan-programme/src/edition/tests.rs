//! Editions and what must not survive in them.

use super::number::numbers;
use super::*;

fn audience(shows: &[&str]) -> Audience {
    Audience::new("public", "TLP:CLEAR", shows.iter().copied())
}

fn source(body: &str) -> Source {
    Source::parse(&format!("---\ntitle: Window 7\nunmarked: public\n---\n{body}"))
        .unwrap_or_else(|faults| panic!("{faults}"))
}

fn leaks(body: &str, output: &str) -> Vec<String> {
    let source = source(body);
    let sealed = Sealed::of(&source, &audience(&["public"]));
    check(&sealed, &[Output::text("edition.html", output.as_bytes())])
        .into_iter()
        .map(|leak| leak.term.text)
        .collect()
}

#[test]
fn a_mark_says_who_reads_and_what_the_others_read() {
    let source = source(
        "# Results\n\nIt solved [[developer: 31 of [[classified: 40]] => most]] tasks by [[classified: Falcon]].\n\n\
         | task | result |\n|---|---|\n| one | [[classified: 7]] |\n| [[classified: two]] | [[classified: 8]] |\n\n\
         ## Names\n\n- [[classified: Otter]]\n\n::: developer\nOnly for the developer.\n:::\n",
    );
    let text = source.edition(&audience(&["public"])).text();
    assert!(text.contains("It solved most tasks by [withheld]."), "{text}");
    assert!(!text.contains("Names") && !text.contains("Only for") && !text.contains("two"), "{text}");
    assert!(text.contains("| one | [withheld] |"), "{text}");
    let text = source.edition(&audience(&["public", "developer"])).text();
    assert!(
        text.contains("It solved 31 of [withheld] tasks") && text.contains("Only for the developer."),
        "{text}"
    );
    let text = source.edition(&audience(&["public", "developer", "classified"])).text();
    assert!(text.contains("It solved 31 of 40 tasks by Falcon.") && text.contains("- Otter"), "{text}");
}

#[test]
fn what_is_not_marked_is_read_by_whom_the_front_matter_says() {
    let text = "---\ntitle: [[public: A report]]\nunmarked: classified\n---\nSecret words. [[public: Said to all.]]\n";
    let source = Source::parse(text).unwrap_or_else(|faults| panic!("{faults}"));
    let edition = source.edition(&audience(&["public"]));
    assert_eq!(edition.title, "A report");
    assert_eq!(edition.blocks, [Shown::Paragraph("[withheld]Said to all.".to_owned())]);
}

#[test]
fn every_code_has_a_case() {
    let front = "---\nunmarked: public\n---\n";
    let deep = format!("{front}{}x{}", "[[a: ".repeat(9), "]]".repeat(9));
    let long = "x".repeat(MOST_BYTES + 1);
    let cases: [(Code, &str); 9] = [
        (Code::TooLong, &long),
        (Code::FrontMatter, "no front matter"),
        (Code::Unmarked, "---\ntitle: x\n---\n"),
        (Code::Unclosed, "---\nunmarked: public\n---\n[[a: x"),
        (Code::Label, "---\nunmarked: public\n---\n[[A B: x]]"),
        (Code::Empty, "---\nunmarked: public\n---\n[[a: ]]"),
        (Code::Nesting, &deep),
        (Code::Fence, "---\nunmarked: public\n---\n::: a\nx"),
        (Code::Substitute, "---\nunmarked: public\n---\n[[a: x => [[b: y]]]]"),
    ];
    for (code, text) in cases {
        let faults = Source::parse(text).expect_err(text.get(..80).unwrap_or(text));
        assert!(faults.0.iter().any(|fault| fault.code == code), "{code}: {faults}");
    }
    assert_eq!(cases.map(|(code, _)| code), Code::ALL);
}

#[test]
fn numbers_are_read_as_people_write_them() {
    let read = |text: &str| {
        numbers(text).into_iter().map(|found| found.values.join("|")).collect::<Vec<_>>().join(" ")
    };
    for (text, values) in [
        ("42", "42"),
        ("42.50 and 0042", "42.5 42"),
        ("1,234", "1.234|1234"),
        ("1,234,567", "1234567"),
        ("1 234 567 files", "1234567"),
        ("12,5", "12.5"),
        ("87 %", "0.87|87"),
        ("87.5 percent", "0.875|87.5"),
        ("4.2k", "4.2|4200"),
        ("forty-two tasks", "42"),
        ("three hundred and five", "305"),
        ("two thousand", "2000"),
        ("one of them", ""),
        ("one hundred", "100"),
        ("ten eleven", "10 11"),
        ("h2 and v1x", ""),
        ("31/40", "31 40"),
        ("$1,000,000.75", "1000000.75"),
    ] {
        assert_eq!(read(text), values, "{text}");
    }
}

#[test]
fn what_was_sealed_is_found_however_it_is_written() {
    let body = "Run [[classified: on checkpoint Falcon-7b_v3.bin by Marisol Quintero]] had [[classified: 31 of 40]] and cost [[classified: 12,480]].";
    for output in [
        "falcon-7b_v3.bin",
        "FALCON 7B V3 BIN",
        "Fal<b>con-7b_v3</b>.bin",
        "Fal&#99;on-7b_v3.bin",
        "<img alt='marisol quintero'>",
        "<a href='https://x.example/?n=Marisol%20Quintero'>x</a>",
        "M a r i s o l Q u i n t e r o",
        "Мarisоl Quintero",
        "Mari\u{200b}sol Quintero",
        "Ｍａｒｉｓｏｌ",
        "TWFyaXNvbCBRdWludGVybw==",
        "xTWFyaXNvbCBRdWludGVybw",
        "4d617269736f6c205175696e7465726f",
        "thirty-one tasks",
        "77.5 %",
        "0.775",
        "78 percent",
        "12480",
        "12 480",
        "12.48k",
        "<td>12</td>480",
        "\\u004darisol",
    ] {
        assert!(!leaks(body, output).is_empty(), "{output}");
    }
    for output in
        ["The run was made and had a cost.", "A run on a checkpoint", "32 of 41 and 1,248", "by Mary", ""]
    {
        assert_eq!(leaks(body, output), [""; 0], "{output}");
    }
}

#[test]
fn names_of_files_are_looked_at_too() {
    let source = source("The model [[classified: Falcon]] was fine.");
    let sealed = Sealed::of(&source, &audience(&["public"]));
    let found = check(&sealed, &[Output::text("falcon-report.html", b"fine")]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].place, Place::Name);
    assert_eq!(found[0].sealed_at, 5);
}

#[test]
fn what_was_released_with_a_reason_may_stand() {
    let source = source("It took [[classified: 30]] days; [[classified: Falcon]] won.");
    let mut sealed = Sealed::of(&source, &audience(&["public"]));
    sealed.release(&[Release { text: "30".to_owned(), reason: "length of every window".to_owned() }]);
    assert!(check(&sealed, &[Output::text("e", b"A window of 30 days")]).is_empty());
    assert_eq!(check(&sealed, &[Output::text("e", b"Falcon")]).len(), 1);
}

#[test]
fn a_page_has_no_markup_of_the_source_and_nothing_of_it_is_taken_for_a_number() {
    let source = source(
        "[x](javascript:alert) <script>[[classified: 1 0 8 2]]</script> [site](https://a.example/?q=1&b) \u{202e}",
    );
    let edition = source.edition(&audience(&["public"]));
    let html = edition.html();
    assert!(
        !html.contains("<script")
            && !html.contains("href=\"javascript")
            && html.contains("href=\"https://a.example/?q=1&amp;b\""),
        "{html}"
    );
    let mut sealed = Sealed::of(&source, &audience(&["public"]));
    sealed.release(&[Release { text: "1".to_owned(), reason: "stands in an address".to_owned() }]);
    let found = check(&sealed, &[Output::text("edition.html", html.as_bytes())]);
    assert!(found.is_empty(), "{found:?}");
}
