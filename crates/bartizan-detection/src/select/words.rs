//! Words of titles, literals and reports as selection compares them.

/// Whether a literal stands in a value, not inside a word of it.
pub(super) fn stands_in(literal: &str, value: &str) -> bool {
    let literal = literal.trim_matches(|c: char| !c.is_alphanumeric());
    let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    value.match_indices(literal).any(|(at, found)| {
        free(value[..at].chars().next_back()) && free(value[at + found.len()..].chars().next())
    })
}

pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1)
}

/// Words of a text without their endings, lower case.
pub(super) fn stems(text: &str) -> impl Iterator<Item = String> {
    words(text).map(|word| {
        let lower = word.to_lowercase();
        let ending = ["ions", "ion", "ings", "ing", "ers", "er", "ed", "es", "s", "e"]
            .into_iter()
            .find_map(|ending| lower.strip_suffix(ending).filter(|stem| stem.len() > 3));
        let stem = ending.unwrap_or(&lower);
        // Obfuscation is what was obfuscated, exploitation what was exploited.
        stem.strip_suffix("at").filter(|stem| stem.len() > 4).unwrap_or(stem).to_owned()
    })
}

/// Stems that titles of rules have whatever they are about.
pub(super) const GENERIC: &[&str] = &[
    "suspici",
    "suspiciou",
    "of",
    "to",
    "in",
    "on",
    "by",
    "an",
    "or",
    "as",
    "is",
    "at",
    "its",
    "potential",
    "possibl",
    "execut",
    "activity",
    "usag",
    "using",
    "via",
    "detect",
    "the",
    "and",
    "from",
    "with",
    "for",
    "indicator",
    "pattern",
    "process",
    "creat",
    "uncommon",
    "malici",
    "rule",
    "attempt",
    "event",
    "use",
    "new",
    "unusual",
    "exe",
    "proc",
    "susp",
    "win",
    "windows",
    "windows",
    "window",
    "rar",
    "abus",
    "known",
    "non",
    "oth",
    "generic",
    "commandlin",
    "command",
    "line",
    "paramet",
    "flag",
    "path",
    "locat",
    "fold",
    "fil",
    "default",
];
