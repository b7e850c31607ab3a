//! Names of files.

/// Characters that do not show and change how the rest does: marks of direction, joiners, fillers.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// What is wrong with the name of a file that somebody sends, if anything.
pub(super) fn wrong(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("empty");
    }
    if name.contains(['/', '\\']) {
        return Some("a path: give the name of the file alone");
    }
    if name == "." || name == ".." {
        return Some("not the name of a file");
    }
    if name.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Some("characters that do not show");
    }
    (name.trim() != name).then_some("blanks at an end")
}
