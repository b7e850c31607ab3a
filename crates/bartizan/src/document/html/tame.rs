//! Makes hostile HTML harmless before it is parsed, in one linear pass over the source.
//!
//! The HTML standard's tree builder is quadratic or worse on a few inputs: deep nesting (each tag walks the stack
//! of open elements), thousands of open formatting elements (each paragraph opens all of them again), and
//! hundreds of thousands of attributes on one tag (each is compared with all before it). Browsers cap the depth
//! at 512; the same is done here by leaving such tags out. Their text stays. SVG goes altogether: it holds no
//! report text, and in it the rules for raw text differ, so that this pass and the parser could disagree.

use memchr::{memchr, memmem};
use std::borrow::Cow;

/// Most formatting elements open at once.
const FORMATTING: usize = 48;
/// Most formatting elements that block tags may open again, over the whole page.
const REOPENED: usize = 400_000;
/// Most attributes of one tag.
const ATTRIBUTES: usize = 256;

/// What came out.
pub(super) struct Tamed<'a> {
    /// HTML that parses in linear time.
    pub html: Cow<'a, str>,
    /// How many tags are left in it.
    pub tags: usize,
    /// How many tags were left out.
    pub dropped: usize,
    /// Deepest nesting.
    pub depth: usize,
}

/// `html` with at most `depth` levels and `tags` tags.
pub(super) fn tame(html: &str, depth: usize, tags: usize) -> Tamed<'_> {
    let mut pass = Pass::new(html, depth, tags, FORMATTING);
    if !pass.run() {
        pass = Pass::new(html, depth, tags, 0);
        pass.run();
    }
    let html = if pass.out.is_empty() && pass.copied == 0 {
        Cow::Borrowed(html)
    } else {
        pass.out.push_str(&html[pass.copied..]);
        Cow::Owned(pass.out)
    };
    Tamed { html, tags: pass.tags, dropped: pass.dropped, depth: pass.deepest }
}

struct Pass<'a> {
    html: &'a str,
    out: String,
    /// Where in `html` the part that was copied to `out` ends.
    copied: usize,
    max_depth: usize,
    max_tags: usize,
    max_formatting: usize,
    depth: usize,
    deepest: usize,
    /// Start tags left out for depth whose end tags are still to come.
    hidden: usize,
    formatting: usize,
    hidden_formatting: usize,
    reopened: usize,
    tags: usize,
    dropped: usize,
}

impl<'a> Pass<'a> {
    fn new(html: &'a str, max_depth: usize, max_tags: usize, max_formatting: usize) -> Self {
        Self {
            html,
            out: String::new(),
            copied: 0,
            max_depth,
            max_tags,
            max_formatting,
            depth: 0,
            deepest: 0,
            hidden: 0,
            formatting: 0,
            hidden_formatting: 0,
            reopened: 0,
            tags: 0,
            dropped: 0,
        }
    }

    /// One pass; false if formatting has to be left out altogether.
    fn run(&mut self) -> bool {
        let bytes = self.html.as_bytes();
        let mut at = 0;
        while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'<', rest)) {
            let start = at + found;
            let rest = &bytes[start..];
            if rest.starts_with(b"<!--") {
                let Some(end) = memmem::find(&rest[4..], b"-->") else { return true };
                at = start + 4 + end + 3;
                continue;
            }
            let closing = rest.get(1) == Some(&b'/');
            let name_at = start + 1 + usize::from(closing);
            if !bytes.get(name_at).is_some_and(u8::is_ascii_alphabetic) {
                at = start + 1;
                continue;
            }
            let mut name_end = name_at + 1;
            while bytes
                .get(name_end)
                .is_some_and(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' | b'/' | b'>'))
            {
                name_end += 1;
            }
            let (end, attributes) = tag_end(bytes, name_end);
            let mut lower = [0u8; 12];
            let name = &bytes[name_at..name_end];
            let name = match lower.get_mut(..name.len()) {
                Some(slot) => {
                    slot.copy_from_slice(name);
                    slot.make_ascii_lowercase();
                    &*slot
                }
                None => b"",
            };
            if matches!(name, b"svg" | b"math") {
                let whole = name == b"svg" && !closing;
                let end = if whole { raw_end(bytes, end, name).unwrap_or(end) } else { end };
                self.replace(start, end, " ");
                at = end;
                continue;
            }
            if self.keeps(name, closing) {
                self.tags += 1;
                if attributes > ATTRIBUTES {
                    self.dropped += 1;
                    self.replace(name_end, end.saturating_sub(1).max(name_end), "");
                }
            } else {
                self.dropped += 1;
                self.replace(start, end, " ");
            }
            if self.reopened > REOPENED && self.max_formatting > 0 {
                return false;
            }
            at = end;
            if !closing && name == b"script" {
                at = raw_end(bytes, end, name).unwrap_or(bytes.len());
            }
        }
        true
    }

    /// Whether the tag stays.
    fn keeps(&mut self, name: &[u8], closing: bool) -> bool {
        if self.tags >= self.max_tags {
            return false;
        }
        match name {
            b"b" | b"big" | b"code" | b"em" | b"font" | b"i" | b"nobr" | b"s" | b"small" | b"strike"
            | b"strong" | b"tt" | b"u" => {
                if !closing {
                    if self.formatting >= self.max_formatting {
                        self.hidden_formatting += 1;
                        return false;
                    }
                    self.formatting += 1;
                } else if self.hidden_formatting > 0 {
                    self.hidden_formatting -= 1;
                    return false;
                } else {
                    self.formatting = self.formatting.saturating_sub(1);
                }
                true
            }
            // No end tag, or one that may be left out: nesting is counted by what holds them.
            b"br" | b"img" | b"hr" | b"meta" | b"link" | b"input" | b"wbr" | b"col" | b"area" | b"base"
            | b"embed" | b"param" | b"source" | b"track" | b"html" | b"head" | b"body" => true,
            b"p" | b"li" | b"td" | b"th" | b"tr" | b"dt" | b"dd" | b"option" | b"optgroup" | b"thead"
            | b"tbody" | b"tfoot" | b"colgroup" | b"rp" | b"rt" => {
                self.reopened += self.formatting;
                true
            }
            _ => {
                self.reopened += self.formatting;
                if !closing {
                    if self.depth >= self.max_depth {
                        self.hidden += 1;
                        return false;
                    }
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                } else if self.hidden > 0 {
                    self.hidden -= 1;
                    return false;
                } else {
                    self.depth = self.depth.saturating_sub(1);
                }
                true
            }
        }
    }

    fn replace(&mut self, start: usize, end: usize, with: &str) {
        if self.copied == 0 && self.out.is_empty() {
            self.out.reserve(self.html.len());
        }
        self.out.push_str(&self.html[self.copied..start]);
        self.out.push_str(with);
        self.copied = end;
    }
}

/// Where the tag whose name ends at `at` ends (past `>`), and about how many attributes it has.
fn tag_end(bytes: &[u8], mut at: usize) -> (usize, usize) {
    let mut attributes = 0;
    let mut value = false;
    let mut blank = false;
    while let Some(&b) = bytes.get(at) {
        match b {
            b'>' => return (at + 1, attributes),
            b'"' | b'\'' if value => {
                match bytes.get(at + 1..).and_then(|rest| memchr(b, rest)) {
                    Some(close) => at += close + 1,
                    None => return (bytes.len(), attributes),
                }
                value = false;
                blank = true;
            }
            b'=' => value = true,
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' | b'/' => blank = true,
            _ => {
                if blank && !value {
                    attributes += 1;
                }
                value = false;
                blank = false;
            }
        }
        at += 1;
    }
    (bytes.len(), attributes)
}

/// Where the content of the element `name` that starts at `at` ends: before its end tag, if it has one.
fn raw_end(bytes: &[u8], at: usize, name: &[u8]) -> Option<usize> {
    let mut from = at;
    loop {
        let start = from + memmem::find(bytes.get(from..)?, b"</")?;
        let candidate = bytes.get(start + 2..start + 2 + name.len())?;
        if candidate.eq_ignore_ascii_case(name) {
            return Some(start);
        }
        from = start + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_pages_pass_untouched() {
        let page = "<!doctype html><title>a <b> c</title><script>if (a<b) {}</script><!-- <p> --><div class='x' id=y>\
            <p>one<p>two <b>bold</b><br><table><tr><td>x</table></div> 1 < 2 <3";
        let tamed = tame(page, 512, 1000);
        assert!(matches!(tamed.html, Cow::Borrowed(_)));
        assert_eq!(tamed.dropped, 0);
        assert_eq!(tamed.depth, 2);
    }

    #[test]
    fn caps_depth_attributes_tags_and_formatting() {
        let deep = "<div>".repeat(1000) + "text" + &"</div>".repeat(1000);
        let tamed = tame(&deep, 512, 10_000);
        assert_eq!((tamed.depth, tamed.dropped), (512, 976));
        assert!(tamed.html.contains("text"));
        let wide = format!("<p {}>text", "a=1 ".repeat(1000));
        assert_eq!(tame(&wide, 512, 10).html, "<p>text");
        assert_eq!(tame("<p>a<p>b<p>c", 512, 2).html, "<p>a<p>b c");
        let bomb = "<b>".repeat(40) + &"<p>x".repeat(20_000);
        assert!(!tame(&bomb, 512, 1 << 20).html.contains("<b>"));
    }
}
