use super::*;
use crate::Options;
use crate::mapping::Mapper;
use bartizan_knowledge::Pack;
use serde_json::json;
use std::sync::OnceLock;

const REPORT: [&str; 4] = [
    "The actor dumped LSASS memory with a renamed tool.",
    "It then used scheduled\n  tasks to run command scripts on every server.",
    "Files on the file shares were encrypted during the night.",
    "Ökonomen sahen das später anders als die Presse.",
];

fn mapper() -> &'static Mapper {
    static MAPPER: OnceLock<Mapper> = OnceLock::new();
    MAPPER.get_or_init(|| Mapper::new(Pack::built_in()))
}

/// A claim as (sentence, words, id, yes).
type Shown = (u32, String, &'static str, bool);

/// What an answer with this text gives: claims that stand, and the discarded.
fn heard(content: &str) -> (Vec<Shown>, Vec<(Discard, u32)>) {
    let document = Document::from_sentences(&REPORT);
    let questions = mapper().questions(&document, &Options::default(), "m");
    let body = json!({ "choices": [{ "message": { "role": "assistant", "content": content } }] }).to_string();
    let (mut claims, mut discarded) = (Vec::new(), BTreeMap::new());
    let raw = read(body.as_bytes()).unwrap_or_default();
    check(&Catalogue::new(mapper(), &document), &document, &questions[0], raw, &mut claims, &mut discarded);
    let techniques = Pack::built_in().techniques();
    let shown = claims
        .iter()
        .map(|c| {
            let id = techniques[c.technique as usize].id;
            (c.sentence, c.span.of(&document.text).to_owned(), id, c.yes)
        })
        .collect();
    (shown, discarded.into_iter().collect())
}

/// One claim.
fn claim(sentence: i64, quote: &str, id: &str, verdict: &str) -> String {
    json!({ "sentence": sentence, "quote": quote, "id": id, "verdict": verdict }).to_string()
}

fn claims(list: &[String]) -> String {
    format!("{{\"claims\":[{}]}}", list.join(","))
}

#[test]
fn claims_that_text_and_pack_bear_out_stand() {
    let answer = claims(&[
        claim(1, "dumped LSASS memory", "T1003.001", "yes"),
        // White space does not count; T1086 was revoked by T1059.001.
        claim(2, "scheduled tasks", "T1053.005", "yes"),
        claim(2, " command  scripts ", "T1086", "no"),
    ]);
    let (stood, discarded) = heard(&answer);
    assert_eq!(
        stood,
        [
            (0, "dumped LSASS memory".into(), "T1003.001", true),
            (1, "scheduled\n  tasks".into(), "T1053.005", true),
            (1, "command scripts".into(), "T1059.001", false),
        ],
        "{discarded:?}"
    );
    assert_eq!(discarded, []);
}

#[test]
fn what_the_text_or_the_pack_does_not_bear_out_is_discarded() {
    for (answer, why) in [
        (claim(1, "dumped LSASS memory", "T9999", "yes"), Discard::Id),
        (claim(1, "dumped LSASS memory", "t1003.001", "yes"), Discard::Id),
        (claim(1, "dumped LSASS memory", "T1003.001 ", "yes"), Discard::Id),
        (claim(1, "dumped LSASS memory", "TA0006", "yes"), Discard::Id),
        (claim(1, "dumped LSASS memory", "S0002", "yes"), Discard::Id),
        (claim(1, "dumped LSASS memory", "<script>alert(1)</script>", "yes"), Discard::Id),
        (claim(2, "dumped LSASS memory", "T1003.001", "yes"), Discard::Quote),
        (claim(1, "dumped lsass memory", "T1003.001", "yes"), Discard::Quote),
        (claim(1, "umped LSASS memory", "T1003.001", "yes"), Discard::Quote),
        (claim(1, "dumped LSASS mem", "T1003.001", "yes"), Discard::Quote),
        (claim(1, "dumpedLSASS memory", "T1003.001", "yes"), Discard::Quote),
        (claim(1, "", "T1003.001", "yes"), Discard::Quote),
        (claim(1, " . \u{0}", "T1003.001", "yes"), Discard::Quote),
        (claim(1, "a", "T1003.001", "yes"), Discard::Quote),
        (claim(4, "konomen", "T1003.001", "yes"), Discard::Quote),
        (claim(1, &"dumped ".repeat(50_000), "T1003.001", "yes"), Discard::Quote),
        (claim(0, "dumped LSASS memory", "T1003.001", "yes"), Discard::Sentence),
        (claim(5, "dumped LSASS memory", "T1003.001", "yes"), Discard::Sentence),
        (claim(4_294_967_295, "dumped LSASS memory", "T1003.001", "yes"), Discard::Sentence),
        (claim(4_294_967_296, "dumped LSASS memory", "T1003.001", "yes"), Discard::Form),
        (claim(-1, "dumped LSASS memory", "T1003.001", "yes"), Discard::Form),
        (claim(1, "dumped LSASS memory", "T1003.001", "maybe"), Discard::Form),
        (claim(1, "dumped LSASS memory", "T1003.001", "YES"), Discard::Form),
        // Mobile and ICS techniques in a report that speaks of neither.
        (claim(1, "dumped LSASS memory", "T1398", "yes"), Discard::Field),
        (claim(1, "dumped LSASS memory", "T0800", "yes"), Discard::Field),
        ("null".into(), Discard::Form),
        ("7".into(), Discard::Form),
        ("\"T1003.001\"".into(), Discard::Form),
        ("[1, \"dumped LSASS memory\", \"T1003.001\", \"yes\", 5]".into(), Discard::Form),
        ("{\"sentence\": 1, \"quote\": \"dumped LSASS memory\", \"id\": \"T1003.001\"}".into(), Discard::Form),
        ("{\"sentence\": \"1\", \"quote\": \"dumped\", \"id\": \"T1003.001\", \"verdict\": \"yes\"}".into(), Discard::Form),
        ("{\"sentence\": 1, \"quote\": [\"dumped\"], \"id\": \"T1003.001\", \"verdict\": \"yes\"}".into(), Discard::Form),
        ("{\"sentence\": 1, \"quote\": \"dumped\", \"id\": {}, \"verdict\": \"yes\"}".into(), Discard::Form),
        ("{\"sentence\": 1, \"quote\": \"dumped\", \"id\": \"T1003.001\", \"verdict\": \"yes\", \"confidence\": 1}".into(), Discard::Form),
    ] {
        let (stood, discarded) = heard(&claims(std::slice::from_ref(&answer)));
        assert_eq!((stood, discarded), (vec![], vec![(why, 1)]), "{}", &answer[..answer.len().min(200)]);
    }
}

#[test]
fn who_repeats_or_contradicts_is_heard_once() {
    let yes = || claim(1, "dumped LSASS memory", "T1003.001", "yes");
    let no = || claim(1, "LSASS", "T1003.001", "no");
    assert_eq!(heard(&claims(&[yes(), yes(), yes()])).1, [(Discard::Repeated, 2)]);
    for both in [[yes(), no()], [no(), yes()]] {
        let (stood, discarded) = heard(&claims(&both));
        assert!(matches!(stood.as_slice(), [(0, _, "T1003.001", false)]), "{stood:?}");
        assert_eq!(discarded, [(Discard::Repeated, 1)]);
    }
}

#[test]
fn one_sentence_and_one_answer_hold_only_so_much() {
    let techniques: Vec<&str> = Pack::built_in()
        .techniques()
        .iter()
        .filter(|t| t.domain == bartizan_knowledge::Domain::Enterprise)
        .map(|t| t.id)
        .collect();
    let all: Vec<String> = techniques.iter().map(|id| claim(1, "dumped LSASS memory", id, "yes")).collect();
    let (stood, discarded) = heard(&claims(&all));
    assert_eq!(stood.len(), MOST_IN_SENTENCE);
    assert_eq!(discarded, [(Discard::TooMany, (all.len() - MOST_IN_SENTENCE) as u32)]);
    let mut refrain: Vec<Claim> = (0..30)
        .map(|sentence| Claim {
            sentence,
            span: Span::default(),
            technique: u32::from(sentence >= 20),
            yes: true,
        })
        .collect();
    let mut discarded = BTreeMap::new();
    distrust_refrains(&mut refrain, &mut discarded, 45);
    assert_eq!((refrain.len(), discarded.get(&Discard::Refrain)), (10, Some(&20)));
}

#[test]
fn answers_of_another_form_are_no_answers() {
    let wrapped = |content: serde_json::Value| {
        json!({ "choices": [{ "message": { "content": content } }] }).to_string()
    };
    let good = claims(&[claim(1, "dumped LSASS memory", "T1003.001", "yes")]);
    assert!(read(wrapped(good.clone().into()).as_bytes()).is_ok());
    let deep = "[".repeat(200_000);
    for content in [
        "",
        "null",
        "[]",
        "{}",
        "yes",
        "{\"claims\": 1}",
        "{\"claims\": {}}",
        "{\"claims\": null}",
        "{\"claims\": [], \"claims\": []}",
        "{\"claims\": [], \"run\": \"id\"}",
        "{\"claims\": [",
        &deep,
        &format!("{{\"claims\": {deep}"),
        &format!("```json\n{good}\n```"),
        &format!("{good} and {good}"),
        &format!("<b>{good}</b>"),
    ] {
        assert!(read(wrapped(content.into()).as_bytes()).is_err(), "{}", &content[..content.len().min(80)]);
    }
    for body in [
        "",
        "{}",
        "{\"choices\": []}",
        "{\"choices\": [{}]}",
        "{\"error\": {\"message\": \"no\"}}",
        &deep,
        "\u{0}",
        &wrapped(json!(null)),
        &wrapped(json!(["x"])),
        &wrapped(json!({ "claims": [] })),
        &format!("{}{}", " ".repeat(LONGEST), wrapped(good.clone().into())),
        &good,
    ] {
        assert!(read(body.as_bytes()).is_err(), "{}", &body[..body.len().min(80)]);
    }
    assert!(read(&[0xff, 0xfe, 0x00]).is_err());
}
