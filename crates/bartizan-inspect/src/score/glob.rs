//! Patterns of Python's `fnmatch`: `*`, `?`, `[abc]`, `[!a-z]`; letters count as they are written.

/// Whether the whole text fits the pattern. Takes the product of the lengths at worst.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match step(&pattern, p, text[t]) {
            Step::Star => {
                star = Some((p, t));
                p += 1;
            }
            Step::Yes(next) => (p, t) = (next, t + 1),
            Step::No => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                (p, t) = (at + 1, taken + 1);
            }
        }
    }
    pattern[p.min(pattern.len())..].iter().all(|one| *one == '*')
}

enum Step {
    Star,
    Yes(usize),
    No,
}

fn step(pattern: &[char], at: usize, one: char) -> Step {
    match pattern.get(at) {
        Some('*') => Step::Star,
        Some('?') => Step::Yes(at + 1),
        Some('[') => match set(&pattern[at + 1..]) {
            Some((members, length)) if holds(members, one) => Step::Yes(at + 1 + length),
            Some(_) => Step::No,
            None if one == '[' => Step::Yes(at + 1),
            None => Step::No,
        },
        Some(other) if *other == one => Step::Yes(at + 1),
        _ => Step::No,
    }
}

/// The members of a set, and how long it is with its closing bracket; a bracket right at its begin is a member.
fn set(pattern: &[char]) -> Option<(&[char], usize)> {
    let from = usize::from(pattern.first() == Some(&'!'));
    let from = from + usize::from(pattern.get(from) == Some(&']'));
    let close = from + pattern.get(from..)?.iter().position(|one| *one == ']')?;
    Some((&pattern[..close], close + 1))
}

fn holds(members: &[char], one: char) -> bool {
    let (not, members) = match members.split_first() {
        Some(('!', rest)) => (true, rest),
        _ => (false, members),
    };
    let mut at = 0;
    let mut found = false;
    while at < members.len() {
        if at + 2 < members.len() && members[at + 1] == '-' {
            found |= members[at] <= one && one <= members[at + 2];
            at += 3;
        } else {
            found |= members[at] == one;
            at += 1;
        }
    }
    found != not
}

#[cfg(test)]
mod tests {
    use super::fits;

    /// `fnmatch.fnmatchcase(text, pattern)` of Python 3.11.
    #[test]
    fn as_python() {
        for (pattern, text, yes) in [
            ("*", "", true),
            ("*", "a/b", true),
            ("a*b*c", "aXbYbc", true),
            ("a*b*c", "aXbYb", false),
            ("?", "", false),
            ("?b", "ab", true),
            ("[ab]c", "bc", true),
            ("[!ab]c", "bc", false),
            ("[a-c]", "b", true),
            ("[]]", "]", true),
            ("[!]]", "]", false),
            ("[", "[", true),
            ("[a", "[a", true),
            ("A", "a", false),
            ("a.b", "axb", false),
            ("**", "x", true),
            ("", "", true),
            ("", "x", false),
            ("[a-]", "-", true),
        ] {
            assert_eq!(fits(pattern, text), yes, "{pattern} {text}");
        }
    }
}
