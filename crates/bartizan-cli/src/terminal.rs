//! What the terminal can show: colour and width.

use std::io::IsTerminal;

/// Whether text on standard output may be coloured: a terminal, and `NO_COLOR` is unset.
pub fn colour_of_stdout() -> bool {
    std::io::stdout().is_terminal() && colour_wanted()
}

/// The same for standard error.
pub fn colour_of_stderr() -> bool {
    std::io::stderr().is_terminal() && colour_wanted()
}

fn colour_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
        && std::env::var_os("TERM").is_none_or(|v| v != "dumb")
}

/// Styles for one stream.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// Styles of standard output.
    pub fn stdout() -> Self {
        Self { colour: colour_of_stdout() }
    }

    /// Bold.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// Dimmed.
    pub fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Columns to lay text out in: the terminal's, at least 40, at most 100; 80 when there is none.
pub fn width() -> usize {
    let columns = console::Term::stdout().size_checked().map_or(80, |(_, columns)| usize::from(columns));
    columns.clamp(40, 100)
}

/// `text` without control characters, so that a report cannot steer the terminal.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_bidi(c) { ' ' } else { c }).collect()
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Breaks text into lines of at most `width` columns.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty()
            && console::measure_text_width(&line) + 1 + console::measure_text_width(word) > width
        {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Cuts text to at most `width` columns, with an ellipsis.
pub fn cut(text: &str, width: usize) -> String {
    console::truncate_str(text, width, "…").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_cannot_steer_the_terminal() {
        assert_eq!(plain("a\x1b[2Jb\u{202e}c\nd"), "a [2Jb c d");
    }

    #[test]
    fn wrap_keeps_every_word_and_the_width() {
        let lines = wrap("one two three four", 9);
        assert_eq!(lines, ["one two", "three", "four"]);
        assert_eq!(wrap("", 9), Vec::<String>::new());
    }
}
