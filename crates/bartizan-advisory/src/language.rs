//! Language tags (BCP 47, RFC 5646) against IANA's registry of subtags (data/subtags.tsv).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static SUBTAGS: LazyLock<BTreeMap<&'static str, BTreeSet<&'static str>>> = LazyLock::new(|| {
    let lines = include_str!("../data/subtags.tsv").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(kind, tags)| (kind, tags.split(' ').collect()))
        .collect()
});

fn has(kind: &str, tag: &str) -> bool {
    SUBTAGS.get(kind).is_some_and(|tags| tags.contains(tag))
}

/// Whether the tag is well formed and all its subtags are registered (RFC 5646, section 2.2.9: "valid").
pub(crate) fn is_valid(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    if has("grandfathered", &tag) {
        return true;
    }
    let subtags: Vec<&str> = tag.split('-').collect();
    if subtags.iter().any(|part| {
        part.is_empty() || part.len() > 8 || !part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }) {
        return false;
    }
    let mut rest = subtags.as_slice();
    // A tag of only private subtags.
    if rest[0] == "x" {
        return rest.len() > 1;
    }
    if !has("language", rest[0]) && !is_private_language(rest[0]) {
        return false;
    }
    rest = &rest[1..];
    let alphabetic = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    if let Some(part) = rest.first()
        && part.len() == 3
        && alphabetic(part)
    {
        if !has("extlang", part) {
            return false;
        }
        rest = &rest[1..];
    }
    if let Some(part) = rest.first()
        && part.len() == 4
        && alphabetic(part)
    {
        if !has("script", part) && !is_private_script(part) {
            return false;
        }
        rest = &rest[1..];
    }
    if let Some(part) = rest.first()
        && (part.len() == 2 || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit())))
    {
        if !has("region", part) && !is_private_region(part) {
            return false;
        }
        rest = &rest[1..];
    }
    let mut seen = BTreeSet::new();
    while let Some(part) = rest.first()
        && part.len() > 1
    {
        if !has("variant", part) || !seen.insert(*part) {
            return false;
        }
        rest = &rest[1..];
    }
    // Extensions: a singleton once each, with at least one subtag of two or more; then what is private.
    let mut singletons = BTreeSet::new();
    while let Some(singleton) = rest.first() {
        let length = rest[1..].iter().take_while(|part| *singleton == "x" || part.len() > 1).count();
        if length == 0 || !singletons.insert(*singleton) {
            return false;
        }
        rest = &rest[1 + length..];
    }
    true
}

/// Whether a tag holds a subtag reserved for private use (RFC 5646, section 2.2.1 to 2.2.4 and 2.2.7).
pub(crate) fn is_private(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or("");
    if first == "x" || is_private_language(first) {
        return true;
    }
    for part in parts {
        match part.len() {
            1 if part == "x" => return true,
            // Another extension: what follows is its own.
            1 => break,
            2 if is_private_region(part) => return true,
            4 if is_private_script(part) => return true,
            _ => {}
        }
    }
    // Private subtags may follow an extension.
    tag.contains("-x-")
}

fn is_private_language(part: &str) -> bool {
    part.len() == 3 && ("qaa"..="qtz").contains(&part) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_private_script(part: &str) -> bool {
    part.len() == 4
        && ("qaaa"..="qabx").contains(&part)
        && part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_private_region(part: &str) -> bool {
    let alphabetic = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    alphabetic
        && (part == "aa" || part == "zz" || ("qm"..="qz").contains(&part) || ("xa"..="xz").contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples of RFC 5646, appendix A.
    #[test]
    fn tags() {
        for tag in [
            "de",
            "i-enochian",
            "zh-Hant",
            "zh-cmn-Hans-CN",
            "sr-Latn-RS",
            "sl-rozaj-biske",
            "de-CH-1901",
            "es-419",
            "de-CH-x-phonebk",
            "az-Arab-x-AZE-derbend",
            "x-whatever",
            "qaa-Qaaa-QM-x-southern",
            "en-US-u-islamcal",
            "hy-Latn-IT-arevela",
            "i-default",
        ] {
            assert!(is_valid(tag), "{tag}");
        }
        for tag in ["de-419-DE", "a-DE", "ar-a-aaa-b-bbb-a-ccc", "EZ", "en-ABCDE", "xx-YY", "", "en-", "de-x"]
        {
            assert!(!is_valid(tag), "{tag}");
        }
        assert!(
            is_private("qtx")
                && is_private("en-x-y")
                && is_private("x-y")
                && is_private("de-Qaab")
                && is_private("en-XA")
        );
        assert!(!is_private("en-US") && !is_private("de-CH-1901"));
    }
}
