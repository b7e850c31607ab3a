//! Text of strangers, made fit to stand in a page: escaped, with control and direction characters visible.

use std::borrow::Cow;
use std::fmt;

/// Markup whose every foreign part went through [`Markup::text`]: tags are string literals of this crate, the rest
/// is escaped or a number. Templates print it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// A tag or other literal of this crate.
    pub fn raw(&mut self, literal: &'static str) {
        self.0.push_str(literal);
    }

    /// A number.
    pub fn num(&mut self, n: u32) {
        use fmt::Write;
        // Writing into a String cannot fail.
        let _ = write!(self.0, "{n}");
    }

    /// Foreign text.
    pub fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.push(c);
        }
    }

    /// Foreign text that holds an address: its dots are drawn as `[.]` by the style sheet, while the characters
    /// of the text stay as they are, so that a quotation stays exact.
    pub fn dotted(&mut self, text: &str) {
        let mut before = '\0';
        for c in text.chars() {
            if c == '.' && !matches!(before, '[' | '(' | '{' | '\\') {
                self.0.push_str("<i>.</i>");
            } else {
                self.push(c);
            }
            before = c;
        }
    }

    /// Foreign words whose addresses are not known apart: every dot inside a word is drawn as [`Markup::dotted`] does.
    pub fn quoted(words: &str) -> Self {
        let mut out = Self::default();
        let mut before = ' ';
        let mut rest = words.chars().peekable();
        while let Some(c) = rest.next() {
            let inside = before.is_alphanumeric() && rest.peek().is_some_and(|c| c.is_alphanumeric());
            if c == '.' && inside {
                out.0.push_str("<i>.</i>");
            } else {
                out.push(c);
            }
            before = c;
        }
        out
    }

    fn push(&mut self, c: char) {
        match c {
            '&' => self.0.push_str("&amp;"),
            '<' => self.0.push_str("&lt;"),
            '>' => self.0.push_str("&gt;"),
            '"' => self.0.push_str("&quot;"),
            '\'' => self.0.push_str("&#39;"),
            c => push_visible(&mut self.0, c),
        }
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Markup {}

/// Whether a character is drawn as its name instead: it would be invisible, or would reorder what stands around it
/// (Unicode Technical Report 36, section 2.10.2; CVE-2021-42574).
fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\0'..='\x08' | '\x0b'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn push_visible(out: &mut String, c: char) {
    if !is_deceptive(c) {
        return out.push(c);
    }
    match u32::from(c) {
        // The control pictures block mirrors the C0 controls.
        n @ 0..0x20 => out.push(char::from_u32(0x2400 + n).unwrap_or('\u{fffd}')),
        0x7f => out.push('\u{2421}'),
        n => {
            use fmt::Write;
            let _ = write!(out, "⟦U+{n:04X}⟧");
        }
    }
}

/// Whether text is shown with exactly its own characters, so that what is copied from the page is the text.
pub(crate) fn is_exact(text: &str) -> bool {
    !text.contains(is_deceptive)
}

/// `text` with deceptive characters visible. The template escapes it.
pub fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    text.chars().for_each(|c| push_visible(&mut out, c));
    Cow::Owned(out)
}

/// [`shown`], cut after `most` characters.
pub(crate) fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", shown(text[..at].trim_end())),
        None => shown(text).into_owned(),
    }
}

/// JSON that may stand inside `<script type="application/json">`: no `<`, `>` or `&` is left, so neither
/// `</script` nor `<!--` can occur, and what reorders text is escaped.
pub fn json(value: &impl serde::Serialize) -> Markup {
    let plain = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    let mut out = String::with_capacity(plain.len() + 64);
    for c in plain.chars() {
        if matches!(c, '<' | '>' | '&') || is_deceptive(c) {
            use fmt::Write;
            let mut units = [0u16; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Markup(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_inside_words_are_drawn_and_those_that_end_them_are_not() {
        let text = Markup::quoted("See http://a.top/b.bin. <b>Now</b> 3[.]4.").to_string();
        assert_eq!(text, "See http://a<i>.</i>top/b<i>.</i>bin. &lt;b&gt;Now&lt;/b&gt; 3[.]4.");
    }

    #[test]
    fn markup_escapes_what_is_foreign() {
        let mut m = Markup::default();
        m.raw("<b>");
        m.text("<script>alert('1')</script> & \"x\"");
        m.raw("</b>");
        assert_eq!(
            m.to_string(),
            "<b>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;</b>"
        );
    }

    #[test]
    fn deceptive_characters_are_visible() {
        assert_eq!(shown("exe\u{202e}fdp.x"), "exe⟦U+202E⟧fdp.x");
        assert_eq!(shown("a\0b\x1b[0m\x7f"), "a␀b␛[0m␡");
        assert_eq!(shown("a\tb\nc"), "a\tb\nc");
        assert_eq!(shown("می\u{200c}خواهم"), "می\u{200c}خواهم", "joiners are part of ordinary writing");
    }

    #[test]
    fn dots_of_addresses_are_wrapped_once() {
        let mut m = Markup::default();
        m.dotted("a.evil[.]top");
        assert_eq!(m.to_string(), "a<i>.</i>evil[.]top");
    }

    #[test]
    fn json_cannot_end_its_element() {
        let text = json(&"</script><!-- \u{2028}\u{202e} \u{e0001}").to_string();
        assert!(!text.contains('<') && !text.contains('>'), "{text}");
        assert_eq!(
            serde_json::from_str::<String>(&text).unwrap(),
            "</script><!-- \u{2028}\u{202e} \u{e0001}"
        );
    }

    #[test]
    fn clipping_counts_characters() {
        assert_eq!(clipped("🐍🐍🐍", 2), "🐍🐍…");
        assert_eq!(clipped("ab", 2), "ab");
    }
}
