//! Files of questions that the user has.

use serde_json::Value;

use super::delimited::rows;
use super::fault::{Code, Fault};
use super::{Question, Scoring};

/// How long a file may be, in bytes.
pub const MOST_BYTES: usize = 64 << 20;
/// How many questions a file may hold.
pub const MOST_QUESTIONS: usize = 200_000;

/// A format of question files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// CTIBench (`cti-mcq.tsv`, `cti-rcm.tsv`, `cti-vsp.tsv`, `cti-ate.tsv`): columns `Prompt` and `GT`. `cti-taa.tsv` has no answers in it
    /// and is not scored.
    CtiBench,
    /// CyberMetric: `{"questions": [{"question", "answers": {"A": …}, "solution"}]}`.
    CyberMetric,
    /// AthenaBench: lines of `{"prompt", "answer"}`.
    AthenaBench,
    /// CyberSecEval: a list of `{"question" | "question_text", "options", "correct_options" | "correct_answer"}` (malware analysis, reasoning
    /// over reports), or of `{"mutated_prompt" | "prompt"}` without answers (false refusals).
    CyberSecEval,
    /// Our own: lines of `{"id", "input", "choices", "target"}`, as Inspect's `json_dataset` reads them.
    Lines,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] =
        [Self::CtiBench, Self::CyberMetric, Self::AthenaBench, Self::CyberSecEval, Self::Lines];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CtiBench => "ctibench",
            Self::CyberMetric => "cybermetric",
            Self::AthenaBench => "athenabench",
            Self::CyberSecEval => "cyberseceval",
            Self::Lines => "lines",
        }
    }

    /// The format of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// The questions of a file and how they are scored.
///
/// # Errors
/// The first thing that is wrong with it. A benchmark of which some questions were dropped would be another benchmark.
pub fn load(format: Format, bytes: &[u8]) -> Result<(Scoring, Vec<Question>), Fault> {
    if bytes.len() > MOST_BYTES {
        return Err(Fault::new(
            Code::TooLong,
            0,
            format!("the file has {} bytes, {MOST_BYTES} are read", bytes.len()),
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| Fault::new(Code::NotText, 0, error.to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (scoring, questions) = match format {
        Format::CtiBench => ctibench(text)?,
        Format::CyberMetric => cybermetric(text)?,
        Format::AthenaBench => athenabench(text)?,
        Format::CyberSecEval => cyberseceval(text)?,
        Format::Lines => own(text)?,
    };
    if questions.is_empty() {
        return Err(Fault::new(Code::Nothing, 0, "the file has no question"));
    }
    if questions.len() > MOST_QUESTIONS {
        return Err(Fault::new(
            Code::TooLong,
            0,
            format!("the file has more than {MOST_QUESTIONS} questions"),
        ));
    }
    Ok((scoring, questions))
}

type Loaded = Result<(Scoring, Vec<Question>), Fault>;

fn ctibench(text: &str) -> Loaded {
    let mut rows = rows(text).into_iter();
    let head = rows.next().unwrap_or_default();
    let column = |name: &str| head.iter().position(|field| field.trim().eq_ignore_ascii_case(name));
    let (Some(prompt), Some(answer)) = (column("Prompt"), column("GT")) else {
        return Err(Fault::new(Code::Form, 0, "the first line has no columns `Prompt` and `GT`"));
    };
    let mut questions = Vec::new();
    for (index, row) in rows.enumerate() {
        let at = index + 1;
        let field =
            |column: usize| row.get(column).map(|field| field.trim()).filter(|field| !field.is_empty());
        let (Some(input), Some(target)) = (field(prompt), field(answer)) else {
            return Err(Fault::new(Code::Question, at, "no prompt or no answer"));
        };
        questions.push(Question {
            id: at.to_string(),
            input: input.to_owned(),
            choices: Vec::new(),
            target: vec![target.to_owned()],
            group: None,
        });
    }
    // Answers of several techniques are compared as sets, the others as they are.
    let sets = questions
        .iter()
        .any(|question| question.target[0].split(',').filter(|one| one.trim().starts_with('T')).count() > 1);
    Ok((if sets { Scoring::Set } else { Scoring::LastLine }, questions))
}

fn cybermetric(text: &str) -> Loaded {
    let document = json(text)?;
    let list = document.get("questions").and_then(Value::as_array);
    let list = list.ok_or_else(|| Fault::new(Code::Form, 0, "no list `questions`"))?;
    let mut questions = Vec::new();
    for (index, one) in list.iter().enumerate() {
        let at = index + 1;
        let answers = one
            .get("answers")
            .and_then(Value::as_object)
            .ok_or_else(|| Fault::new(Code::Question, at, "no `answers`"))?;
        let mut letters: Vec<(&String, &str)> =
            answers.iter().filter_map(|(letter, text)| Some((letter, text.as_str()?))).collect();
        letters.sort();
        let solution = text_of(one, &["solution"], at)?;
        let place = letters.iter().position(|(letter, _)| letter.as_str() == solution);
        let place =
            place.ok_or_else(|| Fault::new(Code::Question, at, "the solution is none of the answers"))?;
        questions.push(Question {
            id: at.to_string(),
            input: text_of(one, &["question"], at)?.to_owned(),
            choices: letters.iter().map(|(_, text)| (*text).to_owned()).collect(),
            target: vec![letter(place, at)?],
            group: None,
        });
    }
    Ok((Scoring::Choice, questions))
}

fn athenabench(text: &str) -> Loaded {
    let mut questions = Vec::new();
    for (index, line) in text.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        let at = index + 1;
        let one = json(line).map_err(|fault| Fault { at, ..fault })?;
        let target = match one.get("answer") {
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(all)) => all.iter().filter_map(|one| Some(one.as_str()?.to_owned())).collect(),
            _ => Vec::new(),
        };
        if target.iter().all(|text| text.trim().is_empty()) {
            return Err(Fault::new(Code::Question, at, "no `answer`"));
        }
        questions.push(Question {
            id: at.to_string(),
            input: text_of(&one, &["prompt"], at)?.to_owned(),
            choices: Vec::new(),
            target,
            group: None,
        });
    }
    let sets = questions
        .iter()
        .any(|question| question.target[0].split(',').filter(|one| one.trim().starts_with('T')).count() > 1);
    Ok((if sets { Scoring::Set } else { Scoring::LastLine }, questions))
}

fn cyberseceval(text: &str) -> Loaded {
    let document = json(text)?;
    let list = document.as_array().ok_or_else(|| Fault::new(Code::Form, 0, "the file is no list"))?;
    let asked = list.first().is_some_and(|one| one.get("options").is_some());
    let mut questions = Vec::new();
    for (index, one) in list.iter().enumerate() {
        let at = index + 1;
        let group = ["topic", "attack_type", "cwe", "ttp_id"]
            .iter()
            .find_map(|name| one.get(*name)?.as_str())
            .map(str::to_owned);
        if !asked {
            let input = text_of(one, &["mutated_prompt", "prompt"], at)?.to_owned();
            questions.push(Question {
                id: at.to_string(),
                input,
                choices: Vec::new(),
                target: Vec::new(),
                group,
            });
            continue;
        }
        let options = one.get("options").and_then(Value::as_array).filter(|all| !all.is_empty());
        let options = options.ok_or_else(|| Fault::new(Code::Question, at, "no `options`"))?;
        let choices: Vec<String> = options.iter().filter_map(Value::as_str).map(without_letter).collect();
        let right =
            ["correct_options", "correct_answers", "correct_answer"].iter().find_map(|name| one.get(*name));
        let right: Vec<&str> = match right {
            Some(Value::String(letter)) => vec![letter],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let mut target = Vec::new();
        for word in right {
            let place = word
                .trim()
                .chars()
                .next()
                .and_then(|letter| u32::from(letter.to_ascii_uppercase()).checked_sub(u32::from('A')));
            let place =
                place.and_then(|place| usize::try_from(place).ok()).filter(|place| *place < choices.len());
            target.push(letter(
                place
                    .ok_or_else(|| Fault::new(Code::Question, at, "a right answer is none of the options"))?,
                at,
            )?);
        }
        if target.is_empty() {
            return Err(Fault::new(Code::Question, at, "no right answer"));
        }
        let input = text_of(one, &["question_text", "question"], at)?.to_owned();
        questions.push(Question { id: at.to_string(), input, choices, target, group });
    }
    Ok((if asked { Scoring::Choices } else { Scoring::Answered }, questions))
}

fn own(text: &str) -> Loaded {
    let mut questions: Vec<Question> = Vec::new();
    for (index, line) in text.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        let at = index + 1;
        let one = json(line).map_err(|fault| Fault { at, ..fault })?;
        let texts = |name: &str| match one.get(name) {
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(all)) => all.iter().filter_map(|one| Some(one.as_str()?.to_owned())).collect(),
            _ => Vec::new(),
        };
        let (choices, target) = (texts("choices"), texts("target"));
        if target.is_empty() {
            return Err(Fault::new(Code::Question, at, "no `target`"));
        }
        let id = text_of(&one, &["id"], at).map_or_else(|_| at.to_string(), str::to_owned);
        let group = one.pointer("/metadata/group").and_then(Value::as_str).map(str::to_owned);
        questions.push(Question {
            id,
            input: text_of(&one, &["input"], at)?.to_owned(),
            choices,
            target,
            group,
        });
    }
    let free = questions.iter().filter(|question| question.choices.is_empty()).count();
    let several = questions.iter().any(|question| question.target.len() > 1);
    match free {
        0 => Ok((if several { Scoring::Choices } else { Scoring::Choice }, questions)),
        all if all == questions.len() => Ok((Scoring::LastLine, questions)),
        _ => Err(Fault::new(Code::Form, 0, "some questions have choices and some have none")),
    }
}

fn json(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::new(Code::Form, 0, format!("no JSON: {error}")))
}

fn text_of<'v>(value: &'v Value, names: &[&str], at: usize) -> Result<&'v str, Fault> {
    let text =
        names.iter().find_map(|name| value.get(*name)?.as_str()).filter(|text| !text.trim().is_empty());
    text.ok_or_else(|| Fault::new(Code::Question, at, format!("no `{}`", names.join("` or `"))))
}

/// `A) text`, `A. text` and `A: text` without the letter, which the place in the list gives.
fn without_letter(option: &str) -> String {
    let mut characters = option.chars();
    match (characters.next(), characters.next()) {
        (Some('A'..='Z'), Some(')' | '.' | ':')) => characters.as_str().trim().to_owned(),
        _ => option.trim().to_owned(),
    }
}

fn letter(place: usize, at: usize) -> Result<String, Fault> {
    let letter = u8::try_from(place).ok().filter(|place| *place < 26).map(|place| char::from(b'A' + place));
    letter.map(String::from).ok_or_else(|| Fault::new(Code::Question, at, "more than 26 choices"))
}
