//! Small matters of wording.

/// With a capital: `vssadmin` → `Vssadmin`.
pub(crate) fn title(word: &str) -> String {
    let mut chars = word.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// At most `most` characters, cut at a word, with a mark where something is left out.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most.saturating_sub(1)).collect();
    let end = short.rfind(' ').filter(|at| *at > most / 2).unwrap_or(short.len());
    format!("{}…", short[..end].trim_end())
}
