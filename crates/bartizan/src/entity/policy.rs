//! Laws, orders and standards; the groups of people and bodies they affect; persons in office.

use super::mention::Mention;
use super::phrases::normal;
use super::prose::{Line, Prose, Shape, Words, words};
use crate::{EntityKind, Provenance, Span};

/// Nouns for an instrument of policy.
const INSTRUMENTS: &Words = words!(
    "order directive act law bill regulation memorandum strategy rule policy eo resolution proclamation
     decree legislation framework standard guideline guidelines"
);

/// Instruments known by a short name alone.
const KNOWN: &[&str] = &[
    "GDPR", "HIPAA", "CIRCIA", "FISMA", "FedRAMP", "NIS2", "DORA", "CMMC", "GLBA", "COPPA", "CCPA", "FERPA",
];

/// Everything of policy in the text, in text order for each kind.
pub(super) fn find(prose: &Prose<'_>, taken: &[Mention]) -> Vec<Mention> {
    let mut out = Vec::new();
    instruments(prose, &mut out);
    let policy_text = !out.is_empty() || speaks_of_policy(prose);
    groups(prose, policy_text, &mut out);
    persons(prose, taken, &mut out);
    out
}

#[allow(clippy::too_many_arguments, reason = "one call form for all mentions of this module")]
fn push(
    prose: &Prose<'_>,
    out: &mut Vec<Mention>,
    kind: EntityKind,
    name: String,
    l: usize,
    words: (usize, usize),
    span: Option<Span>,
    confidence: f32,
) {
    let (from, to) = words;
    out.push(Mention {
        kind,
        name,
        id: None,
        role: (kind == EntityKind::Group).then_some("affected"),
        confidence,
        provenance: if confidence < 0.8 { Provenance::Inferred } else { Provenance::Named },
        span: span.unwrap_or_else(|| prose.span(from, to)),
        from,
        to,
        line: l,
    });
}

fn instruments(prose: &Prose<'_>, out: &mut Vec<Mention>) {
    let mut generic: Vec<(usize, usize, usize)> = Vec::new();
    for (l, line) in prose.lines.iter().enumerate() {
        let mut i = line.from;
        while i < line.to {
            let Some((to, name, span)) = instrument(prose, line, i, &mut generic, l) else {
                i += 1;
                continue;
            };
            push(prose, out, EntityKind::Policy, name, l, (i, to), span, 0.9);
            i = to.max(i + 1);
        }
    }
    // `the order`, `the EO` mean the one titled order of the text; with none titled, the bare words must do.
    let mut names: Vec<&str> = out.iter().map(|m| m.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let orders: Vec<&str> = match names.as_slice() {
        [one] => vec![*one],
        _ => Vec::new(),
    };
    let name = match (orders.first(), names.is_empty()) {
        (Some(one), _) => (*one).to_owned(),
        (None, true) => "executive order".to_owned(),
        (None, false) => return,
    };
    let confidence = if names.is_empty() { 0.7 } else { 0.85 };
    let taken: Vec<(usize, usize)> = out.iter().map(|m| (m.from, m.to)).collect();
    for (l, from, to) in generic {
        if !taken.iter().any(|t| t.0 < to && from < t.1) {
            push(prose, out, EntityKind::Policy, name.clone(), l, (from, to), None, confidence);
        }
    }
    out.sort_by_key(|m| m.span);
}

/// An instrument that starts at word `i`: end, name, span if not the words' own.
fn instrument(
    prose: &Prose<'_>,
    line: &Line,
    i: usize,
    generic: &mut Vec<(usize, usize, usize)>,
    l: usize,
) -> Option<(usize, String, Option<Span>)> {
    let word = prose.word(i);
    if word.len() < 2 || prose.words.get(i).is_some_and(|w| w.masked) {
        return None;
    }
    if matches!(prose.shape(i), Shape::Upper | Shape::Mixed) && KNOWN.contains(&word) {
        return Some((i + 1, word.to_owned(), None));
    }
    // `Executive Order 14028`, `EO 14028`, `E.O. 13636`
    let executive =
        prose.is(i, words!("executive")) && prose.is(i + 1, words!("order")) && prose.gap(i) == " ";
    let short = word == "EO" || (word == "E" && prose.word(i + 1) == "O" && prose.gap(i) == ".");
    if executive || short {
        let end = if executive || word == "E" { i + 2 } else { i + 1 };
        let number = prose.word(end);
        if end < line.to
            && prose.shape(end) == Shape::Number
            && number.len() == 5
            && prose.gap(end - 1).len() <= 2
        {
            return Some((end + 1, format!("Executive Order {number}"), None));
        }
        if let Some(found) = quoted(prose, line, end) {
            // The words before the title are evidence too.
            generic.push((l, i, end));
            return Some(found);
        }
        generic.push((l, i, end));
        return None;
    }
    // `Binding Operational Directive 22-01`, `BOD 22-01`, `Emergency Directive 21-01`
    let directive = if prose.is(i, words!("binding"))
        && prose.is(i + 1, words!("operational"))
        && prose.is(i + 2, words!("directive"))
    {
        Some((i + 3, "Binding Operational Directive"))
    } else if prose.is(i, words!("emergency")) && prose.is(i + 1, words!("directive")) {
        Some((i + 2, "Emergency Directive"))
    } else if word == "BOD" {
        Some((i + 1, "Binding Operational Directive"))
    } else if word == "ED" {
        Some((i + 1, "Emergency Directive"))
    } else {
        None
    };
    if let Some((end, name)) = directive {
        let (a, b) = (prose.word(end), prose.word(end + 1));
        if end + 1 < line.to
            && prose.gap(end) == "-"
            && a.len() == 2
            && b.len() == 2
            && prose.shape(end) == Shape::Number
            && prose.shape(end + 1) == Shape::Number
        {
            return Some((end + 2, format!("{name} {a}-{b}"), None));
        }
        return None;
    }
    // `Directive (EU) 2022/2555`, `Regulation (EU) 2016/679`
    if prose.is(i, words!("directive regulation"))
        && prose.capital(i)
        && prose.word(i + 1) == "EU"
        && prose.gap(i) == " ("
        && i + 3 < line.to
        && prose.gap(i + 2) == "/"
    {
        let name = format!("{word} (EU) {}/{}", prose.word(i + 2), prose.word(i + 3));
        return Some((i + 4, name, None));
    }
    // `NIST SP 800-53`
    if word == "SP" && prose.word(i + 1) == "800" && prose.gap(i + 1) == "-" && i + 2 < line.to {
        return Some((i + 3, format!("NIST SP 800-{}", prose.word(i + 2)), None));
    }
    if word == "ISO"
        && i + 1 < line.to
        && prose.shape(i + 1) == Shape::Number
        && prose.word(i + 1).len() >= 4
        && prose.gap(i) == " "
    {
        return Some((i + 2, format!("ISO {}", prose.word(i + 1)), None));
    }
    // An instrument's noun, then its title in quotation marks.
    if prose.is(i, INSTRUMENTS)
        && !prose.is(i, words!("framework standard eo"))
        && let Some(found) = quoted(prose, line, i + 1)
    {
        return Some(found);
    }
    // `the Cyber Resilience Act`, `Cybersecurity Information Sharing Act of 2015`
    if prose.is(i, words!("act"))
        && prose.shape(i) == Shape::Title
        && i > line.from
        && !prose.title_case(line)
    {
        let mut from = i;
        while from > line.from
            && i - from < 8
            && prose.gap(from - 1) == " "
            && (prose.capital(from - 1) || prose.is(from - 1, words!("and of for the on")))
        {
            from -= 1;
        }
        while from < i && (prose.is(from, words!("and of for the on under this that when if"))) {
            from += 1;
        }
        if i - from < 1 || (i - from == 1 && from == line.from) {
            return None;
        }
        let mut to = i + 1;
        if prose.is(to, words!("of"))
            && to + 1 < line.to
            && prose.shape(to + 1) == Shape::Number
            && prose.word(to + 1).len() == 4
        {
            to += 2;
        }
        let span = prose.span(from, to);
        return Some((to, span.of(prose.text).to_owned(), Some(span)));
    }
    None
}

/// A title in quotation marks that starts within four words of `at`.
fn quoted(prose: &Prose<'_>, line: &Line, at: usize) -> Option<(usize, String, Option<Span>)> {
    for k in at..line.to.min(at + 4) {
        let gap = prose.gap(k.checked_sub(1)?);
        let close = if gap.ends_with('“') {
            "”"
        } else if gap.ends_with('"') {
            "\""
        } else if gap.ends_with("``") {
            "''"
        } else {
            // Only words that introduce a title may stand between.
            if !prose.is(k, words!("titled entitled called named on eo known as dubbed")) {
                return None;
            }
            continue;
        };
        let start = prose.words.get(k)?.span().start;
        let rest = prose.text.get(start as usize..line.span.end as usize)?;
        let end = rest.find(close)?;
        let title = rest.get(..end)?.trim_end_matches(['.', ',', ';', ' ']);
        let words = title.split_whitespace().count();
        let capitals = title.split_whitespace().filter(|w| w.starts_with(char::is_uppercase)).count();
        if !(2..=25).contains(&words) || capitals * 2 < words {
            return None;
        }
        let span = Span { start, end: start + title.len() as u32 };
        return Some((prose.word_at(span.end.saturating_sub(1)) + 1, title.to_owned(), Some(span)));
    }
    None
}

/// Whether the text is about rules at all: three or more words of policy.
fn speaks_of_policy(prose: &Prose<'_>) -> bool {
    let mut count = 0;
    for i in 0..prose.words.len() {
        if prose.is(
            i,
            words!(
                "directive regulation regulations legislation mandate mandates rulemaking ordinance statute
                 regulator regulators policymakers lawmakers"
            ),
        ) {
            count += 1;
            if count >= 3 {
                return true;
            }
        }
    }
    false
}

/// Plural nouns for those whom a rule or an incident affects.
const AGENTS: &Words = words!(
    "developers operators owners providers agencies companies organizations organisations users customers
     administrators vendors manufacturers contractors researchers institutions firms businesses employers
     entities suppliers utilities hospitals schools banks municipalities employees citizens consumers
     patients students governments retailers carriers importers distributors labs laboratories departments
     maintainers subscribers authorities ministries"
);

/// Words that may stand before such a noun and say which ones.
const QUALIFIERS: &Words = words!(
    "federal critical infrastructure government local state public private sector small medium cloud software
     healthcare health financial energy ai internet service system water medical device data covered
     regulated essential important digital model frontier security technology telecom telecommunications
     defense defence industrial election utility transit pipeline port hospital bank insurance social media
     platform online payment domain registry certificate managed hosting app application mobile vehicle
     satellite nuclear chemical manufacturing broadband grid civilian executive branch intelligence law
     enforcement tech plant product hardware semiconductor chip credit electric power gas oil rail airport
     airline school university research education transportation community rural municipal county national
     european american eu u s us uk open source crypto cryptocurrency exchange smart connected consumer
     router network foreign tribal territorial military dam care food drug biotech pharmaceutical aviation
     maritime space legal retail"
);

fn groups(prose: &Prose<'_>, policy_text: bool, out: &mut Vec<Mention>) {
    let mut found: Vec<(usize, usize, usize, bool)> = Vec::new();
    for (l, line) in prose.lines.iter().enumerate() {
        for i in line.from + 1..line.to {
            if !prose.is(i, AGENTS) || matches!(prose.shape(i), Shape::Mixed) {
                continue;
            }
            let mut from = i;
            while from > line.from
                && i - from < 4
                && matches!(prose.gap(from - 1), " " | "-" | ".")
                && prose.is(from - 1, QUALIFIERS)
            {
                from -= 1;
            }
            while from < i && prose.is(from, words!("u s")) {
                from += 1;
            }
            if from == i {
                continue;
            }
            // `AI companies, and infrastructure owners`: what holds of one member of a list holds of the next.
            let listed = found.last().is_some_and(|&(k, _, end, affected)| {
                k == l
                    && affected
                    && (end..=from).all(|w| {
                        matches!(prose.gap(w - 1), " " | ", ") && (w == from || prose.is(w, words!("and or")))
                    })
            });
            let affected = listed || is_affected(prose, line, from, i + 1, policy_text);
            found.push((l, from, i + 1, affected));
        }
    }
    // One place that says it is affected makes the group; its other places are evidence too.
    let mut names: Vec<String> =
        found.iter().filter(|f| f.3).map(|f| normal(prose.span(f.1, f.2).of(prose.text))).collect();
    names.sort_unstable();
    names.dedup();
    for (l, from, to, stated) in found {
        let span = prose.span(from, to);
        let form = normal(span.of(prose.text));
        if names.binary_search(&form).is_ok() {
            let name = plain_name(span.of(prose.text));
            push(prose, out, EntityKind::Group, name, l, (from, to), None, if stated { 0.85 } else { 0.8 });
        }
    }
}

/// As written, but without the capital of a sentence's start.
fn plain_name(text: &str) -> String {
    let mut words = text.split(' ');
    let first = words.next().unwrap_or("");
    let keep = first.chars().nth(1).is_some_and(char::is_uppercase) || first.len() <= 2;
    let mut name = if keep { first.to_owned() } else { first.to_lowercase() };
    for word in words {
        name.push(' ');
        name.push_str(word);
    }
    name
}

/// Whether the sentence says that this group is affected, has a duty or a part.
fn is_affected(prose: &Prose<'_>, line: &Line, from: usize, to: usize, policy_text: bool) -> bool {
    // `affects AI developers`, `applies to covered entities`
    for k in (from.saturating_sub(6).max(line.from)..from).rev() {
        if prose.is(k, words!("affects affecting affected applies impacts impacting")) {
            return true;
        }
        if prose.gap(k).contains([';', ':']) {
            break;
        }
    }
    if !policy_text {
        return false;
    }
    for k in (from.saturating_sub(5).max(line.from)..from).rev() {
        if prose.is(
            k,
            words!(
                "requires require directs obliges mandates urges encourages allows permits orders instructs asks
                 compels for between by to with among"
            ),
        ) {
            let verb = !prose.is(k, words!("for between by to with among"));
            // `For federal agencies, the order …`, `a program for AI developers`
            if verb || (prose.is(k, words!("for")) && (k == line.from || k + 1 == from)) {
                return true;
            }
        }
        if prose.gap(k).contains([';', ':', ',']) {
            break;
        }
    }
    // Subject of a duty: `operators will be expected to`, `agencies must`, `developers who choose to`
    for k in to..line.to.min(to + 7) {
        if prose.gap(k - 1).contains(['.', ';', ':']) {
            break;
        }
        if prose.is(k, words!("must shall will should face faces"))
            || (prose.is(k, words!("are")) && {
                let next = if prose.is(k + 1, words!("not")) { k + 2 } else { k + 1 };
                prose.is(next, words!("required expected obliged subject directed encouraged"))
            })
            || (prose.is(k, words!("have")) && prose.is(k + 1, words!("to until")))
        {
            return true;
        }
        if prose.is(k, words!("is was were has had said")) {
            break;
        }
    }
    false
}

/// Offices whose holder a text names: `President Smith`.
const OFFICES: &Words = words!(
    "president secretary senator minister chancellor congressman congresswoman governor director commissioner
     ambassador"
);

fn persons(prose: &Prose<'_>, taken: &[Mention], out: &mut Vec<Mention>) {
    for (l, line) in prose.lines.iter().enumerate() {
        if prose.title_case(line) {
            continue;
        }
        for i in line.from..line.to {
            if !(prose.is(i, OFFICES) && prose.shape(i) == Shape::Title) {
                continue;
            }
            let mut to = i + 1;
            while to < line.to
                && to < i + 4
                && prose.gap(to - 1) == " "
                && prose.shape(to) == Shape::Title
                && prose.word(to).len() > 1
            {
                to += 1;
            }
            let from = i + 1;
            if from == to
                || prose.is(from, words!("of general and for vice on"))
                || taken.iter().any(|m| m.from < to && from < m.to)
            {
                continue;
            }
            let name = prose.span(from, to).of(prose.text).to_owned();
            push(prose, out, EntityKind::Person, name, l, (from, to), None, 0.8);
        }
    }
}
