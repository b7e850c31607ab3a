//! Words of titles, literals and reports as selection compares them.

use std::collections::BTreeSet;

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

/// Words after which a title says by which way, from where or where to.
const WAYS: &[&str] =
    &["from", "via", "in", "to", "into", "through", "using", "with", "by", "under", "pointing"];
/// What may stand there and says nothing.
const EMPTY: &[&str] = &[
    "suspici",
    "suspiciou",
    "uncommon",
    "potential",
    "unusual",
    "an",
    "the",
    "on",
    "of",
    "or",
    "and",
    "exe",
    "new",
];

/// What a title says of the way.
pub(super) fn way(title: &str) -> BTreeSet<String> {
    let mut after =
        title.split([' ', '-', '/']).skip_while(|word| !WAYS.contains(&word.to_lowercase().as_str()));
    after.next();
    let rest = after.collect::<Vec<_>>().join(" ");
    stems(&rest).filter(|stem| !EMPTY.contains(&stem.as_str()) && !WAYS.contains(&stem.as_str())).collect()
}

/// Programs that a title is about: words of it that are programs in the rule's own values.
pub(super) fn programs(title: &str, literals: &BTreeSet<String>) -> BTreeSet<String> {
    let of = |literal: &str| {
        let name = literal.rsplit(['\\', '/']).next().unwrap_or_default().trim();
        name.strip_suffix(".exe").map(str::to_owned)
    };
    let all: BTreeSet<String> = literals.iter().filter_map(|literal| of(literal)).collect();
    let title = title.to_lowercase();
    let words = title.split([' ', ',', '/', '(', ')']).map(|word| word.strip_suffix(".exe").unwrap_or(word));
    words.filter(|word| all.contains(*word)).map(str::to_owned).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_a_way_and_programs() {
        let stems = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(way("Suspicious Run Key from Download"), stems(&["download"]));
        assert_eq!(way("Scheduled Task Executed From A Suspicious Location"), stems(&["locat"]));
        assert_eq!(way("PowerShell Download Pattern"), stems(&[]));
        let literals = stems(&["\\hostname.exe", "powershell"]);
        assert_eq!(programs("Suspicious Execution of Hostname", &literals), stems(&["hostname"]));
        assert_eq!(programs("PowerShell Download Pattern", &literals), stems(&[]));
    }
}
