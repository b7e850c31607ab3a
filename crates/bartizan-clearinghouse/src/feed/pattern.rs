//! Patterns that are one thing known by equalities: the ones that other formats have words for.

/// One comparison of a pattern: object path and constant, without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Equality {
    pub(crate) path: String,
    pub(crate) value: String,
}

/// The comparisons of a pattern of the form `[path = constant AND …]` (also `ISSUBSET`); none for every other pattern.
pub(crate) fn equalities(pattern: &str) -> Option<Vec<Equality>> {
    let mut rest = pattern.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    let mut found = Vec::new();
    loop {
        let (path, after) = path(rest)?;
        let after = after.trim_start();
        let after = after.strip_prefix("ISSUBSET").or_else(|| after.strip_prefix('='))?;
        let (value, after) = constant(after.trim_start())?;
        found.push(Equality { path: path.to_owned(), value });
        let after = after.trim();
        if after.is_empty() {
            return Some(found);
        }
        rest = after.strip_prefix("AND").filter(|r| r.starts_with(char::is_whitespace))?.trim_start();
    }
}

/// Up to white space outside of quotes, or the operator.
fn path(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let end = text.char_indices().find(|&(_, c)| {
        quoted ^= c == '\'';
        !quoted && (c.is_whitespace() || c == '=')
    });
    let (path, rest) = text.split_at(end?.0);
    let plain = |c: char| c.is_alphanumeric() || "-_:.'[]*/".contains(c);
    (path.contains(':') && path.chars().all(plain)).then_some((path, rest))
}

/// A string or a whole number.
fn constant(text: &str) -> Option<(String, &str)> {
    let Some(body) = text.strip_prefix('\'') else {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, rest) = text.split_at(end);
        return (!digits.is_empty() && (rest.is_empty() || rest.starts_with(char::is_whitespace)))
            .then(|| (digits.to_owned(), rest));
    };
    let mut value = String::new();
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return Some((value, body.get(at + 1..).unwrap_or_default())),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use bartizan_stix::{Comparison, Pattern};
    use proptest::prelude::*;

    fn check(pattern: &str) -> Option<Vec<(String, String)>> {
        Some(equalities(pattern)?.into_iter().map(|e| (e.path, e.value)).collect())
    }

    /// Examples of STIX 2.1, section 9.8.
    #[test]
    fn equalities_are_read_and_nothing_else() {
        let one = |path: &str, value: &str| Some(vec![(path.to_owned(), value.to_owned())]);
        assert_eq!(
            check(
                "[file:hashes.'SHA-256' = 'aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f']"
            ),
            one("file:hashes.'SHA-256'", "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f")
        );
        assert_eq!(
            check("[ipv4-addr:value ISSUBSET '198.51.100.0/24']"),
            one("ipv4-addr:value", "198.51.100.0/24")
        );
        assert_eq!(check("[artifact:mime_type = 'a' AND artifact:x = 3]").map(|v| v.len()), Some(2));
        for other in [
            "[email-message:from_ref.value MATCHES '.+\\\\@example\\\\.com$']",
            "[file:name = 'a' OR file:name = 'b']",
            "[file:name = 'a'] AND [file:name = 'b']",
            "[file:name = 'a'] FOLLOWEDBY [file:name = 'b'] WITHIN 60 SECONDS",
            "[file:size > 3]",
            "[NOT file:name = 'a']",
            "",
            "[]",
            "[a:b = 'x' ANDc:d = 'y']",
        ] {
            assert_eq!(check(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_the_emitter_writes_is_read(value in "\\PC{0,30}", number in any::<u32>()) {
            let pattern = Pattern::observation(&[
                Comparison::equals("file:name", &value),
                Comparison::equals_number("file:size", number.into()),
            ]);
            let expected = vec![("file:name".to_owned(), value), ("file:size".to_owned(), number.to_string())];
            prop_assert_eq!(check(pattern.as_str()), Some(expected));
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC{0,60}") {
            let _ = equalities(&text);
            let _ = equalities(&format!("[a:b = '{text}]"));
        }
    }
}
