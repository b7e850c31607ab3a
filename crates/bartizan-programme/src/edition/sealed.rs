//! What must not survive in an audience's edition.

use std::collections::BTreeMap;

use super::inline::Node;
use super::number::{self, numbers};
use super::source::{Line, Part, Source};
use super::view::Audience;
use super::views::folded;

/// Most words of a sealed passage that are looked for together.
pub(super) const SHINGLE: usize = 6;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A word or passage.
    Words,
    /// A name: of a person, a model, a file, a host; a digest, an identifier.
    Name,
    /// A number, however it is written, and what follows from it (a percentage of two, a rounding to two digits or more).
    Number,
}

impl Kind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Name => "name",
            Self::Number => "number",
        }
    }
}

/// One thing that is sealed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// What it is.
    pub kind: Kind,
    /// For words and names the words in small letters, for a number its decimal.
    pub text: String,
}

/// Something that may be said although it is sealed elsewhere: a number that means two things, a name that is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The word, name or number.
    pub text: String,
    /// Why.
    pub reason: String,
}

/// Everything that is sealed for one audience, with the first line of the source that seals it (0 for what the window seals).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    terms: BTreeMap<Term, usize>,
}

impl Sealed {
    /// What `source` seals for `audience`.
    pub fn of(source: &Source, audience: &Audience) -> Self {
        let mut sealed = Self::default();
        let open = audience.sees(&source.unmarked);
        for (_, line) in source.front.iter().filter(|(name, _)| name != "unmarked") {
            sealed.line(line, audience, open, false);
        }
        for block in &source.blocks {
            let hidden = !block.labels.iter().all(|label| audience.sees(label));
            let open = open || !block.labels.is_empty();
            match &block.part {
                Part::Heading(_, line) | Part::Paragraph(line) => sealed.line(line, audience, open, hidden),
                Part::List(lines) | Part::Verbatim(lines) => {
                    lines.iter().for_each(|line| sealed.line(line, audience, open, hidden));
                }
                Part::Table(rows) => {
                    rows.iter().flatten().for_each(|line| sealed.line(line, audience, open, hidden))
                }
            }
        }
        sealed
    }

    /// Adds what is sealed whatever the source says: names of checkpoints, endpoints, transcripts.
    pub fn name(&mut self, text: &str) {
        self.words(text, Kind::Name, 0);
    }

    /// Takes out what was released.
    pub fn release(&mut self, releases: &[Release]) {
        for release in releases {
            let words = folded(&release.text).trim().to_owned();
            let values: Vec<String> =
                numbers(&release.text).into_iter().flat_map(|found| found.values).collect();
            self.terms.retain(|term, _| match term.kind {
                Kind::Number => !values.contains(&term.text),
                Kind::Words | Kind::Name => term.text != words,
            });
        }
    }

    /// What is sealed, in order, each with its line.
    pub fn terms(&self) -> impl Iterator<Item = (&Term, usize)> {
        self.terms.iter().map(|(term, line)| (term, *line))
    }

    fn line(&mut self, line: &Line, audience: &Audience, open: bool, hidden: bool) {
        let mut runs = Vec::new();
        if hidden {
            let mut all = String::new();
            line.nodes.iter().for_each(|node| node.all_text(&mut all));
            runs.push(all);
        } else {
            hidden_runs(&line.nodes, audience, open, &mut runs);
        }
        for run in runs {
            self.run(&run, line.at);
        }
    }

    /// Everything that a hidden stretch of text seals.
    fn run(&mut self, run: &str, at: usize) {
        let words = folded(run);
        let words: Vec<&str> = words.split_whitespace().collect();
        if words.len() <= SHINGLE {
            self.words(run, Kind::Words, at);
        } else {
            // Of a passage every few words that say something: four of which three do, six of which two do.
            for (length, least) in [(4, 3), (SHINGLE, 2)] {
                let telling =
                    |shingle: &&[&str]| shingle.iter().filter(|word| !COMMON.contains(word)).count() >= least;
                for shingle in words.windows(length).filter(telling) {
                    self.add(Kind::Words, shingle.join(" "), at);
                }
            }
        }
        for name in names(run) {
            self.words(name, Kind::Name, at);
        }
        let found = numbers(run);
        for one in &found {
            for value in &one.values {
                self.number(value, at);
            }
        }
        // `31 of 40` also seals the share.
        for pair in found.windows(2) {
            let between = run.get(pair[0].at.end..pair[1].at.start).unwrap_or("").trim();
            if matches!(between, "of" | "/" | "out of" | "von") {
                self.share(&pair[0].values, &pair[1].values, at);
            }
        }
    }

    fn words(&mut self, text: &str, kind: Kind, at: usize) {
        let words = folded(text).trim().to_owned();
        let says =
            words.split(' ').any(|word| !COMMON.contains(&word)) && words.chars().any(char::is_alphabetic);
        if says && words.chars().count() >= 2 {
            self.add(kind, words, at);
        }
    }

    fn number(&mut self, value: &str, at: usize) {
        self.add(Kind::Number, value.to_owned(), at);
        // A share is also said in per cent, a percentage as a share.
        if value.starts_with("0.") {
            self.add(Kind::Number, number::moved(value, 2), at);
        }
        for rounded in roundings(value) {
            self.add(Kind::Number, rounded, at);
        }
    }

    fn share(&mut self, part: &[String], whole: &[String], at: usize) {
        let parse = |values: &[String]| values.first().and_then(|value| value.parse::<f64>().ok());
        if let (Some(part), Some(whole)) = (parse(part), parse(whole))
            && whole > 0.0
            && part <= whole
        {
            for places in 0..=2 {
                let percent = format!("{:.*}", places, part / whole * 100.0);
                let (digits, behind) = percent.split_once('.').unwrap_or((&percent, ""));
                let percent = number::decimal(&format!("{digits}{behind}"), behind.len());
                self.number(&number::moved(&percent, -2), at);
            }
        }
    }

    fn add(&mut self, kind: Kind, text: String, at: usize) {
        self.terms.entry(Term { kind, text }).or_insert(at);
    }
}

/// Hidden text, neighbours joined.
fn hidden_runs(nodes: &[Node], audience: &Audience, open: bool, runs: &mut Vec<String>) {
    let mut run = String::new();
    for node in nodes {
        match node {
            Node::Text(text) if !open => run.push_str(text),
            Node::Mark { label, inside, .. } if audience.sees(label) => {
                runs.extend((!run.is_empty()).then(|| std::mem::take(&mut run)));
                hidden_runs(inside, audience, true, runs);
            }
            Node::Mark { .. } => node.all_text(&mut run),
            Node::Text(_) => runs.extend((!run.is_empty()).then(|| std::mem::take(&mut run))),
        }
    }
    runs.extend((!run.is_empty()).then_some(run));
}

/// What looks like a name: with a digit, a point, a sign or a capital in it, or a capital at its beginning.
fn names(run: &str) -> impl Iterator<Item = &str> {
    run.split(|one: char| one.is_whitespace() || matches!(one, '(' | ')' | '[' | ']' | ',' | ';' | '"' | '|'))
        .map(|word| word.trim_matches(|one: char| !one.is_alphanumeric()))
        .filter(|word| {
            let letters = word.chars().any(char::is_alphabetic);
            let capital = word.chars().any(char::is_uppercase);
            let sign = word
                .chars()
                .any(|one| matches!(one, '.' | '_' | '-' | '/' | '@' | ':' | '\\') || one.is_ascii_digit());
            letters
                && word.chars().count() >= 3
                && (capital || sign)
                && !COMMON.contains(&word.to_lowercase().as_str())
        })
}

/// The value rounded to fewer digits, two at least.
fn roundings(value: &str) -> Vec<String> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let figures = digits.trim_start_matches('0').len();
    let (Some((_, part)), Ok(exact)) = (value.split_once('.'), value.parse::<f64>()) else {
        return Vec::new();
    };
    (1..=part.len())
        .filter(|drop| figures > *drop + 1)
        .map(|drop| {
            let places = part.len() - drop;
            let text = format!("{exact:.places$}");
            let (whole, behind) = text.split_once('.').unwrap_or((&text, ""));
            number::decimal(&format!("{whole}{behind}"), behind.len())
        })
        .collect()
}

/// Words that say nothing alone.
const COMMON: &[&str] = &[
    "a", "about", "after", "again", "all", "also", "although", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "both", "but", "by", "can", "could", "did", "do", "does", "during", "each",
    "even", "every", "few", "first", "for", "from", "had", "has", "have", "he", "her", "here", "his", "how",
    "however", "i", "if", "in", "into", "is", "it", "its", "last", "many", "may", "more", "most", "much",
    "must", "no", "none", "nor", "not", "now", "of", "on", "once", "one", "only", "or", "other", "our",
    "out", "over", "own", "per", "same", "several", "she", "should", "since", "so", "some", "such", "than",
    "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "through", "to",
    "too", "two", "under", "until", "up", "was", "we", "were", "what", "when", "where", "which", "while",
    "who", "whose", "why", "will", "with", "within", "without", "would", "yet", "you", "your",
];
