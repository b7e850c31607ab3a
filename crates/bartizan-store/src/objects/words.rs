//! The words of an object, and a question for them: what each engine does its own way.
//!
//! Both engines get the same words, already cut: runs of letters and digits in lower case. A value with signs inside (an address, a
//! hash of a path, a technique's number) is also kept whole, as a short digest, so that it is found exactly and not by its
//! digits. What a question may be narrowed by (collection, type) is a word too: the engines then intersect lists instead of
//! visiting rows. Such words begin with a character of the private area, which no text and no question brings in.

use std::collections::BTreeSet;

use bartizan_clearinghouse::token;
use serde_json::Value as Json;

use crate::db::Engine;

/// The most bytes of an object's text that are cut into words.
const TEXT: usize = 64 << 10;
/// The most words of an object.
const MOST: usize = 1500;
/// The most characters of a word.
const WORD: usize = 60;
/// The most words of a question.
const ASKED: usize = 16;
/// The shortest beginning of a word that may stand for the word.
const BEGINNING: usize = 4;
/// How deep an object is walked.
const DEEP: usize = 12;

const COLLECTION: char = '\u{e001}';
const KIND: char = '\u{e002}';
const WHOLE: char = '\u{e003}';

/// Members whose values nobody looks for.
const QUIET: [&str; 9] = [
    "spec_version",
    "created",
    "modified",
    "valid_from",
    "valid_until",
    "pattern_type",
    "object_marking_refs",
    "granular_markings",
    "lang",
];

/// The words of an object in a collection, each once.
pub(super) fn of_object(collection: i64, kind: &str, body: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::from([in_collection(collection), of_kind(kind)]);
    let mut left = TEXT;
    if let Ok(object) = serde_json::from_str::<Json>(body) {
        walk(&object, 0, &mut left, &mut words);
    }
    words
}

fn walk(value: &Json, depth: usize, left: &mut usize, words: &mut BTreeSet<String>) {
    if depth > DEEP || *left == 0 || words.len() >= MOST {
        return;
    }
    match value {
        Json::String(text) => {
            let mut end = text.len().min(*left);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            *left -= end;
            add(&text[..end], words);
        }
        Json::Array(items) => items.iter().for_each(|item| walk(item, depth + 1, left, words)),
        Json::Object(members) => {
            for (name, value) in members {
                if !QUIET.contains(&name.as_str()) && (depth > 0 || name != "type") {
                    walk(value, depth + 1, left, words);
                }
            }
        }
        _ => {}
    }
}

fn add(text: &str, words: &mut BTreeSet<String>) {
    for piece in pieces(text) {
        for word in plain(piece) {
            if words.len() < MOST {
                words.insert(word);
            }
        }
        if has_signs(piece) && words.len() < MOST {
            words.insert(whole(piece));
            // The host of an address, so that a domain finds what is under it.
            if let Some(host) = host(piece) {
                words.insert(whole(host));
            }
        }
    }
}

/// What stands between blanks, quotation marks and brackets, without the signs around it.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let between = |c: char| c.is_whitespace() || c.is_control() || "'\"`()[]{}<>,;|=“”‘’«»".contains(c);
    let around = |c: char| !c.is_alphanumeric();
    text.split(between).map(move |piece| piece.trim_matches(around)).filter(|piece| !piece.is_empty())
}

fn plain(piece: &str) -> impl Iterator<Item = String> {
    let words = piece.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(WORD).flat_map(char::to_lowercase).collect())
}

fn has_signs(piece: &str) -> bool {
    piece.chars().any(|c| !c.is_alphanumeric())
}

fn host(piece: &str) -> Option<&str> {
    let (_, rest) = piece.split_once("://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    (has_signs(host) && host.len() < rest.len()).then_some(host)
}

fn whole(piece: &str) -> String {
    format!("{WHOLE}{}", &token::digest(&piece.to_lowercase())[..16])
}

fn in_collection(collection: i64) -> String {
    format!("{COLLECTION}{collection}")
}

fn of_kind(kind: &str) -> String {
    let letters: String = kind.chars().filter(|c| c.is_alphanumeric()).take(WORD).collect();
    format!("{KIND}{}", letters.to_lowercase())
}

/// What is looked for: all of these lists, any word of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question(Vec<Vec<Term>>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Word(String),
    /// Words that begin so.
    Beginning(String),
}

impl Question {
    /// From the words of a question, defanged or not. `exact`: values with signs inside are looked for whole, else by their words.
    pub(super) fn new(text: &str, exact: bool) -> Self {
        let text = text.replace("[.]", ".").replace("(.)", ".").replace("hxxp", "http").replace("[:]", ":");
        let mut all = Vec::new();
        // A star ends the beginning of a word; it is a sign around it, so it is looked for before they are taken away.
        for piece in text.split_whitespace() {
            let star = piece.ends_with('*');
            for piece in pieces(piece) {
                if exact && has_signs(piece) {
                    all.push(vec![Term::Word(whole(piece))]);
                    continue;
                }
                all.extend(plain(piece).map(|word| vec![Term::Word(word)]));
            }
            if let Some([Term::Word(last)]) = all.last_mut().map(Vec::as_mut_slice)
                && star
                && !last.starts_with(WHOLE)
                && last.chars().count() >= BEGINNING
            {
                let last = std::mem::take(last);
                all.pop();
                all.push(vec![Term::Beginning(last)]);
            }
        }
        all.truncate(ASKED);
        Self(all)
    }

    /// Whether something with signs inside is looked for whole.
    pub(super) fn is_exact(&self) -> bool {
        self.0.iter().flatten().any(|term| matches!(term, Term::Word(word) if word.starts_with(WHOLE)))
    }

    pub(super) fn of_kinds(&mut self, kinds: &[String]) {
        self.any(kinds.iter().map(|kind| of_kind(kind)));
    }

    pub(super) fn in_collections(&mut self, collections: &[i64]) {
        self.any(collections.iter().map(|number| in_collection(*number)));
    }

    fn any(&mut self, words: impl Iterator<Item = String>) {
        let terms: Vec<Term> = words.map(Term::Word).collect();
        if !terms.is_empty() {
            self.0.push(terms);
        }
    }

    /// As the engine reads it. Words are letters, digits and signs of ours: nothing in them is an operator.
    pub(super) fn said(&self, engine: Engine) -> String {
        let term = |term: &Term| match (term, engine) {
            (Term::Word(word), Engine::Sqlite) => format!("\"{word}\""),
            (Term::Beginning(word), Engine::Sqlite) => format!("\"{word}\"*"),
            (Term::Word(word), Engine::Postgres) => format!("'{word}'"),
            (Term::Beginning(word), Engine::Postgres) => format!("'{word}':*"),
        };
        let (or, and) = match engine {
            Engine::Sqlite => (" OR ", " AND "),
            Engine::Postgres => (" | ", " & "),
        };
        let each = |terms: &Vec<Term>| format!("({})", terms.iter().map(term).collect::<Vec<_>>().join(or));
        self.0.iter().map(each).collect::<Vec<_>>().join(and)
    }
}

/// Words as the engine keeps them.
pub(super) fn kept(engine: Engine, words: &BTreeSet<String>) -> String {
    let each = |word: &String| match engine {
        Engine::Sqlite => word.clone(),
        Engine::Postgres => format!("'{word}'"),
    };
    words.iter().map(each).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_whole_and_a_name_by_its_words() {
        let body = r#"{"type":"indicator","id":"indicator--1","name":"Cobalt Strike beacon",
            "pattern":"[url:value = 'http://c2.bad.top/a?x=1' OR ipv4-addr:value = '5.5.5.5']","created":"2024-01-01T00:00:00Z"}"#;
        let words = of_object(7, "indicator", body);
        let has = |text: &str| {
            let question = Question::new(text, true);
            question.0.iter().all(|terms| matches!(&terms[0], Term::Word(word) if words.contains(word)))
        };
        for there in [
            "cobalt strike",
            "BEACON",
            "5.5.5.5",
            "5[.]5[.]5[.]5",
            "c2.bad.top",
            "hxxp://c2[.]bad[.]top/a?x=1",
        ] {
            assert!(has(there), "{there}");
        }
        for absent in ["5.5.5", "bad.top", "2024", "cobalt.strike"] {
            assert!(!has(absent), "{absent}");
        }
        assert!(words.contains("\u{e001}7") && words.contains("\u{e002}indicator"));
    }

    #[test]
    fn nothing_in_a_question_is_an_operator() {
        let question = Question::new("a\" OR \u{e001}1 NEAR( b* ' & ! c:* mal* malware*", true);
        assert_eq!(
            question.said(Engine::Sqlite),
            "(\"a\") AND (\"or\") AND (\"1\") AND (\"near\") AND (\"b\") AND (\"c\") AND (\"mal\") AND (\"malware\"*)"
        );
        assert_eq!(Question::new("co-operation", false).said(Engine::Postgres), "('co') & ('operation')");
        assert_eq!(Question::new("' \" ; --", true).said(Engine::Sqlite), "");
    }
}
