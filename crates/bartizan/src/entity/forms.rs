//! Names of actors and campaigns that are known by their form.

use super::discover::is_product;
use super::prose::{Line, Prose, Shape, Words, words};

/// Prefixes that with a number make an actor's name, and how many digits follow.
const NUMBERED: &[(&str, usize, usize)] = &[
    ("unc", 3, 5),
    ("apt", 1, 3),
    ("fin", 1, 2),
    ("ta", 3, 4),
    ("storm", 4, 4),
    ("dev", 4, 4),
    ("tag", 2, 3),
    ("uac", 4, 4),
    ("uat", 3, 5),
    ("tg", 4, 4),
    ("uta", 4, 4),
    ("stac", 4, 4),
    ("ref", 4, 4),
];

/// Second words that two vendors give to actors.
const SURNAMES: &Words = words!(
    "typhoon blizzard sandstorm sleet tempest tsunami cyclone hail panda bear kitten spider chollima jackal
     leopard buffalo ocelot sphinx manticore scorpius serpens"
);

/// First words, in capitals, that one vendor gives to actors with a second word in capitals: `GOLD SOUTHFIELD`.
const METALS: &Words = words!("gold iron cobalt bronze nickel tungsten aluminum zinc");

/// First words that one vendor gives to actors: `Earth Lusca`.
const ELEMENTS: &Words = words!("earth water void");

/// `UNC1234`, `Storm-0558`, `APT-C-36`
pub(super) fn numbered(prose: &Prose<'_>, line: &Line, i: usize) -> Option<usize> {
    let word = prose.word(i);
    if !prose.capital(i) || word.len() > 12 {
        return None;
    }
    let digits = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
    let (head, tail) = word.split_at_checked(digits)?;
    let &(_, low, high) = NUMBERED.iter().find(|(p, _, _)| p.eq_ignore_ascii_case(head))?;
    let all_digits = |t: &str| (low..=high).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    let upper = head.bytes().all(|b| b.is_ascii_uppercase());
    if !tail.is_empty() {
        return (upper && all_digits(tail)).then_some(i + 1);
    }
    if i + 1 >= line.to || !(upper || head == "Storm") {
        return None;
    }
    let gap = prose.gap(i);
    let next = prose.word(i + 1);
    if all_digits(next) && (gap == "-" || (gap == " " && head == "APT")) {
        // `TA-505` is no style of theirs, `TAG-70` and `DEV-0537` are.
        return Some(i + 2);
    }
    // `APT-C-36`
    if head == "APT"
        && gap == "-"
        && next == "C"
        && i + 2 < line.to
        && prose.gap(i + 1) == "-"
        && prose.shape(i + 2) == Shape::Number
    {
        return Some(i + 3);
    }
    None
}

/// `Salt Typhoon`, `Wicked Panda`
pub(super) fn surname(prose: &Prose<'_>, line: &Line, i: usize, title: bool) -> Option<usize> {
    let capital = |k: usize| matches!(prose.shape(k), Shape::Title | Shape::Upper);
    if i + 1 >= line.to
        || title
        || !capital(i)
        || !capital(i + 1)
        || !prose.is(i + 1, SURNAMES)
        || prose.gap(i) != " "
    {
        return None;
    }
    // `The Bear`, `Super Typhoon Haiyan`
    let next = i + 2 < line.to && prose.gap(i + 1) == " " && prose.capital(i + 2);
    if next
        || i == line.from
        || prose.word(i).len() < 4
        || is_product(prose.word(i))
        || prose.is(i, words!("super polar black giant brown teddy grizzly red"))
    {
        return None;
    }
    Some(i + 2)
}

/// `Operation Dream Job`
pub(super) fn operation(prose: &Prose<'_>, line: &Line, i: usize, title: bool) -> Option<usize> {
    if title || !prose.is(i, words!("operation")) || prose.shape(i) != Shape::Title {
        return None;
    }
    let mut to = i + 1;
    while to < line.to
        && to < i + 4
        && prose.gap(to - 1) == " "
        && prose.capital(to)
        && prose.word(to).len() > 1
        && !is_product(prose.word(to))
    {
        to += 1;
    }
    (to > i + 1).then_some(to)
}

/// `GOLD SOUTHFIELD`, `Earth Lusca`
pub(super) fn forename(prose: &Prose<'_>, line: &Line, i: usize, title: bool) -> Option<usize> {
    if title || !(prose.is(i, METALS) || prose.is(i, ELEMENTS)) {
        return None;
    }
    if i + 1 >= line.to || prose.gap(i) != " " || prose.word(i + 1).len() < 4 {
        return None;
    }
    let more = i + 2 < line.to && prose.gap(i + 1) == " " && prose.capital(i + 2);
    // `GOLD BARS` are shorter than their words.
    let metal = prose.is(i, METALS)
        && prose.word(i + 1).len() >= 5
        && prose.shape(i) == Shape::Upper
        && prose.shape(i + 1) == Shape::Upper
        && !more
        && (line.from..line.to).any(|k| prose.shape(k) == Shape::Lower);
    // `Earth Observation` is none: an actor must be spoken of.
    let element = prose.is(i, ELEMENTS)
        && prose.shape(i) == Shape::Title
        && prose.shape(i + 1) == Shape::Title
        && !more
        && !prose.is(i + 1, words!("day observation sciences science treatment"))
        && ((i > line.from && prose.is(i - 1, words!("group actor by apt")))
            || prose.is(i + 2, words!("actors operators campaign group apt")));
    (metal || element).then_some(i + 2)
}

/// A label of capitals and a number, which means an actor only where the text says so: `LF-2207`, `CL-STA-0043`.
pub(super) fn label(prose: &Prose<'_>, line: &Line, i: usize) -> Option<usize> {
    // Asked of every word of a text: most are told by their shape.
    if matches!(prose.shape(i), Shape::Lower | Shape::Title | Shape::Number) {
        return None;
    }
    let to = labelled(prose, line, i)?;
    // `CVE-2019`, `ISO-27001` are catalogues'.
    (prose.words.get(i).is_some_and(|w| !w.masked) && !is_product(prose.word(i))).then_some(to)
}

/// Where a label's form ends.
fn labelled(prose: &Prose<'_>, line: &Line, i: usize) -> Option<usize> {
    let upper = |k: usize| prose.shape(k) == Shape::Upper && (2..=8).contains(&prose.word(k).len());
    let word = prose.word(i);
    // `LF2207`
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = word.bytes().skip(letters).take_while(u8::is_ascii_digit).count();
    if letters >= 2 && (2..=5).contains(&digits) && letters + digits == word.len() {
        return Some(i + 1);
    }
    let mut k = i;
    while k < line.to && k < i + 3 && upper(k) && matches!(prose.gap(k), "-" | "_") {
        k += 1;
    }
    let number = prose.word(k);
    (k > i
        && k < line.to
        && prose.shape(k) == Shape::Number
        && (2..=5).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit()))
    .then_some(k + 1)
}
