//! Apache Maven's versions: the order that its documentation of the POM gives ("Version Order Specification"),
//! as the class `ComparableVersion` computed it up to Maven 3.8, which is what the published test suite of VERS holds.
//!
//! It is no order for every text: where a word follows a zero and a dot, `0 <= 0_0 <= 0.alpha` although `0.alpha < 0`.

use super::token::Num;
use std::cmp::Ordering;

/// Longest version that is split at its transitions, in bytes: the lists nest.
const MAX_VERSION: usize = 1024;

#[derive(Debug)]
enum Item {
    Number(String),
    Word(String),
    List(Vec<Item>),
}

/// The words that are known, in their order; the empty word is the release.
const WORDS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const RELEASE: usize = 5;

fn word(text: &str, before_digit: bool) -> String {
    match (text, before_digit) {
        ("a", true) => "alpha",
        ("b", true) => "beta",
        ("m", true) => "milestone",
        ("ga" | "final" | "release", _) => "",
        ("cr", _) => "rc",
        _ => text,
    }
    .to_owned()
}

/// Known words by their rank, others after them by their letters.
fn rank(word: &str) -> (usize, &str) {
    WORDS.iter().position(|w| *w == word).map_or((WORDS.len(), word), |n| (n, ""))
}

fn is_null(item: &Item) -> bool {
    match item {
        Item::Number(digits) => Num::new(digits).is_zero(),
        Item::Word(text) => text.is_empty(),
        Item::List(items) => items.is_empty(),
    }
}

/// Drops what says nothing at the end of a list, also before lists at its end.
fn normalise(items: &mut Vec<Item>) {
    for n in (0..items.len()).rev() {
        if is_null(&items[n]) {
            items.remove(n);
        } else if !matches!(items[n], Item::List(_)) {
            break;
        }
    }
}

/// One piece between separators.
fn item(text: &str, digits: bool) -> Item {
    if digits { Item::Number(text.to_owned()) } else { Item::Word(word(text, false)) }
}

fn parse(version: &str) -> Vec<Item> {
    let version = version.trim().to_ascii_lowercase();
    let text = if version.len() > MAX_VERSION { "" } else { version.as_str() };
    // The lists that are open, outermost first; each becomes the last item of the one before it.
    let mut open: Vec<Vec<Item>> = Vec::new();
    let mut list = Vec::new();
    let (mut digits, mut start) = (false, 0);
    for (n, c) in text.char_indices() {
        match c {
            '.' | '-' => {
                list.push(if n == start {
                    Item::Number(String::new())
                } else {
                    item(&text[start..n], digits)
                });
                start = n + 1;
                if c == '-' {
                    open.push(std::mem::take(&mut list));
                }
            }
            '0'..='9' => {
                if !digits && n > start {
                    list.push(Item::Word(word(&text[start..n], true)));
                    start = n;
                    open.push(std::mem::take(&mut list));
                }
                digits = true;
            }
            _ => {
                if digits && n > start {
                    list.push(item(&text[start..n], true));
                    start = n;
                    open.push(std::mem::take(&mut list));
                }
                digits = false;
            }
        }
    }
    if start < text.len() {
        list.push(item(&text[start..], digits));
    }
    normalise(&mut list);
    while let Some(mut outer) = open.pop() {
        outer.push(Item::List(list));
        normalise(&mut outer);
        list = outer;
    }
    list
}

fn against_nothing(item: &Item) -> Ordering {
    match item {
        Item::Number(digits) => Num::new(digits).cmp(&Num::ZERO),
        Item::Word(text) => rank(text).cmp(&(RELEASE, "")),
        Item::List(items) => items.iter().map(against_nothing).find(|o| o.is_ne()).unwrap_or(Ordering::Equal),
    }
}

fn compare_items(a: &Item, b: &Item) -> Ordering {
    use Item::{List, Number, Word};
    match (a, b) {
        (Number(x), Number(y)) => Num::new(x).cmp(&Num::new(y)),
        (Word(x), Word(y)) => rank(x).cmp(&rank(y)),
        (List(x), List(y)) => compare_lists(x, y),
        // Words, then lists, then numbers.
        (Number(_), _) | (List(_), Word(_)) => Ordering::Greater,
        (_, Number(_)) | (Word(_), List(_)) => Ordering::Less,
    }
}

fn compare_lists(a: &[Item], b: &[Item]) -> Ordering {
    for n in 0..a.len().max(b.len()) {
        let order = match (a.get(n), b.get(n)) {
            (Some(x), Some(y)) => compare_items(x, y),
            (Some(x), None) => against_nothing(x),
            (None, Some(y)) => against_nothing(y).reverse(),
            (None, None) => Ordering::Equal,
        };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    compare_lists(&parse(a), &parse(b))
}
