//! Markdown (CommonMark with tables and front matter).
//!
//! Two things differ from rendering: reports are full of Windows paths and defanged names, so an escape is
//! undone only where it is one (`a\_b`, not `C:\x\_y` or `evil\.com`), and a line end inside a paragraph is judged
//! as in plain text, because lists of values are often written one a line without any mark.

use super::{BlockKind, Builder, Region, canonical, encoding, html, metadata, text};
use crate::{Error, Input, Options};
use pulldown_cmark::{Event, Options as Extensions, Parser, Tag, TagEnd};

/// Reads Markdown into `builder`.
pub(super) fn read(input: &Input, options: &Options, builder: &mut Builder) -> Result<(), Error> {
    let declared = input.media_type.as_deref().and_then(encoding::charset_of);
    let source = encoding::decode(&input.bytes, declared, builder);
    let source = canonical::clean(&source);
    let extensions = Extensions::ENABLE_TABLES
        | Extensions::ENABLE_FOOTNOTES
        | Extensions::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Extensions::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let parser = Parser::new_ext(&source, extensions);
    // Targets of `[label]: target` lines; those that no link uses would be lost. Sorted, as the parser keeps a map.
    let mut definitions: Vec<String> =
        parser.reference_definitions().iter().map(|(_, definition)| definition.dest.to_string()).collect();
    definitions.sort();
    definitions.dedup();
    let mut reader = Reader::new(&source, options, builder);
    for (count, (event, range)) in parser.into_offset_iter().enumerate() {
        if count % 4096 == 0 && (options.stop.is_stopped() || reader.builder.is_full()) {
            break;
        }
        let opens = matches!(event, Event::Start(_));
        if matches!(
            event,
            Event::Start(Tag::Emphasis | Tag::Strong) | Event::End(TagEnd::Emphasis | TagEnd::Strong)
        ) {
            reader.emphasis(range.clone());
        }
        reader.event(event, range.start);
        reader.end = if opens { range.start } else { range.end };
    }
    reader.flush();
    let used: std::collections::BTreeSet<String> = std::mem::take(&mut reader.used);
    for target in definitions.into_iter().filter(|target| !used.contains(target)) {
        builder.link(target, None);
    }
    Ok(())
}

struct Reader<'a> {
    source: &'a str,
    options: &'a Options,
    builder: &'a mut Builder,
    /// Text of the block that is being read.
    text: String,
    /// Roles of the open containers, innermost last.
    kinds: Vec<BlockKind>,
    lists: u8,
    table: u16,
    row: u32,
    column: u16,
    header: bool,
    /// Inside a code block, front matter or HTML block: the text goes here as it is.
    raw: Option<Raw>,
    /// Open links: where their words start, and the target.
    open: Vec<(usize, String)>,
    /// Links of the block being read: their words and the target.
    links: Vec<(String, String)>,
    used: std::collections::BTreeSet<String>,
    /// Depth of images; their alternative text is left out.
    images: usize,
    /// Source offset where the last event ended.
    end: usize,
    /// Whether the token being read writes its backslashes doubled.
    doubled: bool,
    token: Token,
}

/// The last token of the text being read, looked at piece by piece as the text grows.
#[derive(Default)]
struct Token {
    start: usize,
    /// Whether there is a backslash in it.
    slashed: bool,
    /// How much of the text was looked at.
    seen: usize,
}

impl Token {
    /// Looks at what was appended to `text`.
    fn follow(&mut self, text: &str) {
        let new = text.get(self.seen..).unwrap_or("");
        let own = match new.rfind([' ', '\n']) {
            Some(blank) => {
                (self.start, self.slashed) = (self.seen + blank + 1, false);
                &new[blank + 1..]
            }
            None => new,
        };
        self.slashed |= own.contains('\\');
        self.seen = text.len();
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Raw {
    Code,
    Front,
    Html,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str, options: &'a Options, builder: &'a mut Builder) -> Self {
        Self {
            source,
            options,
            builder,
            text: String::new(),
            kinds: Vec::new(),
            lists: 0,
            table: 0,
            row: 0,
            column: 0,
            header: false,
            raw: None,
            open: Vec::new(),
            links: Vec::new(),
            used: Default::default(),
            images: 0,
            end: 0,
            doubled: false,
            token: Token::default(),
        }
    }

    fn event(&mut self, event: Event<'_>, at: usize) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.finish(tag),
            Event::Text(words) => self.words(&words, at),
            Event::Code(code) => self.push(&code),
            Event::Html(markup) => self.text.push_str(&markup),
            Event::InlineHtml(markup) => self.inline_html(&markup),
            Event::SoftBreak | Event::HardBreak => self.push("\n"),
            Event::Rule => self.flush(),
            Event::FootnoteReference(label) => {
                self.push("[");
                self.push(&label);
                self.push("]");
            }
            Event::InlineMath(math) | Event::DisplayMath(math) => self.push(&math),
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::FootnoteDefinition(_) => self.flush(),
            Tag::Heading { level, .. } => self.open_block(BlockKind::Heading(level as u8)),
            Tag::BlockQuote(_) => self.open_block(BlockKind::Quote),
            Tag::List(_) => {
                self.flush();
                self.lists = self.lists.saturating_add(1);
            }
            Tag::Item => self.open_block(BlockKind::ListItem(self.lists.clamp(1, 16))),
            Tag::CodeBlock(_) => self.open_raw(Raw::Code),
            Tag::HtmlBlock => self.open_raw(Raw::Html),
            Tag::MetadataBlock(_) => self.open_raw(Raw::Front),
            Tag::Table(_) => {
                self.flush();
                self.row = 0;
            }
            Tag::TableHead | Tag::TableRow => {
                self.header = tag == Tag::TableHead;
                self.column = 0;
            }
            Tag::TableCell => self.open_block(BlockKind::TableCell {
                table: self.table,
                row: self.row,
                column: self.column,
                header: self.header,
            }),
            Tag::Link { dest_url, .. } => self.open.push((self.text.len(), dest_url.to_string())),
            Tag::Image { .. } => self.images += 1,
            _ => {}
        }
    }

    fn finish(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::FootnoteDefinition => self.flush(),
            TagEnd::Heading(_) | TagEnd::BlockQuote(_) | TagEnd::Item => self.close_block(),
            TagEnd::List(_) => {
                self.flush();
                self.lists = self.lists.saturating_sub(1);
            }
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => self.close_raw(),
            TagEnd::Table => self.table = self.table.saturating_add(1),
            TagEnd::TableHead | TagEnd::TableRow => self.row += 1,
            TagEnd::TableCell => {
                self.close_block();
                self.column = self.column.saturating_add(1);
            }
            TagEnd::Link => {
                if let Some((start, target)) = self.open.pop() {
                    let words = self.text.get(start..).unwrap_or("").to_owned();
                    self.links.push((words, target));
                }
            }
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            _ => {}
        }
    }

    /// `__init__.py` is a name: underscores inside a token are put back.
    fn emphasis(&mut self, range: std::ops::Range<usize>) {
        let whole = self.source.get(range.clone()).unwrap_or("");
        let mut after = self.source.get(range.end..).unwrap_or("").chars();
        let joined =
            matches!(after.next(), Some('.' | '/' | '\\')) && after.next().is_some_and(char::is_alphanumeric);
        if joined && whole.starts_with('_') && !whole.contains(' ') {
            let mark = if whole.starts_with("__") && whole.ends_with("__") { "__" } else { "_" };
            self.push(mark);
        }
    }

    fn open_block(&mut self, kind: BlockKind) {
        self.flush();
        self.kinds.push(kind);
    }

    fn close_block(&mut self) {
        self.flush();
        self.kinds.pop();
    }

    fn open_raw(&mut self, raw: Raw) {
        self.flush();
        self.raw = Some(raw);
    }

    fn close_raw(&mut self) {
        let content = self.take_text();
        match self.raw.take() {
            Some(Raw::Front) => metadata::front_matter(&content, &mut self.builder.document_mut().metadata),
            Some(Raw::Html) => html::fragment(&content, self.options, self.builder),
            _ => {
                let code = content.trim_end().trim_start_matches('\n');
                self.builder.block(BlockKind::Code, Region::Main, None, code);
            }
        }
    }

    fn take_text(&mut self) -> String {
        self.token = Token::default();
        std::mem::take(&mut self.text)
    }

    /// Appends to the block being read, unless inside an image.
    fn push(&mut self, words: &str) {
        if self.images == 0 {
            // A character reference may spell what the source itself was cleaned of.
            self.text.push_str(&canonical::clean(words));
            if words.contains([' ', '\n']) {
                self.doubled = false;
            }
        }
    }

    /// Appends plain words that start at `at` in the source, putting back a backslash that was no escape.
    fn words(&mut self, words: &str, at: usize) {
        let skipped = self.raw.is_none()
            && at > self.end
            && self.source.as_bytes().get(at.wrapping_sub(1)) == Some(&b'\\');
        if let Some(escaped) = words.chars().next().filter(|_| skipped) {
            self.token.follow(&self.text);
            let token = self.text.get(self.token.start..).unwrap_or("");
            let path =
                self.token.slashed || token.ends_with(':') && token.len() == 2 || token.starts_with('%');
            let name = escaped == '.'
                && token.ends_with(|c: char| c.is_alphanumeric())
                && !token.bytes().all(|b| b.is_ascii_digit());
            let after = self.source.as_bytes().get(at + 1).copied().unwrap_or(b' ');
            let share = escaped == '\\' && token.is_empty() && after.is_ascii_alphanumeric();
            if share || escaped != '\\' && (path && !self.doubled || name) {
                self.push("\\");
            } else if escaped == '\\' {
                self.doubled = true;
            }
        }
        self.push(words);
    }

    fn inline_html(&mut self, markup: &str) {
        let name = markup.trim_start_matches(['<', '/']);
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
        if name.eq_ignore_ascii_case("br") {
            self.push("\n");
        } else if !markup.starts_with("<!--") && !html::is_element(name) {
            // `<username>` in a path is a placeholder, not markup.
            self.push(markup);
        }
    }

    /// Ends the block being read.
    fn flush(&mut self) {
        self.doubled = false;
        if self.raw.is_some() {
            return;
        }
        let content = self.take_text();
        let links = std::mem::take(&mut self.links);
        self.open.clear();
        let from = self.builder.len();
        let kind = self.kinds.last().copied().unwrap_or(BlockKind::Paragraph);
        let single = matches!(kind, BlockKind::Heading(_) | BlockKind::TableCell { .. });
        if single || !content.contains('\n') {
            let line = if single { content.replace('\n', " ") } else { content };
            self.builder.block(kind, Region::Main, None, line.trim());
        } else {
            let lines: Vec<&str> =
                content.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
            text::paragraph(self.builder, kind, Region::Main, &lines);
        }
        for (_, target) in &links {
            self.used.insert(target.clone());
        }
        self.builder.place(from, links.into_iter().filter(|(_, target)| !target.starts_with('#')).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;
    use proptest::prelude::*;

    fn of(source: &str) -> Document {
        let mut builder = Builder::new();
        read(&Input::new("x.md", source), &Options::default(), &mut builder).unwrap();
        builder.finish()
    }

    fn check(source: &str, expected: &str) {
        assert_eq!(of(source).text, expected, "{source}");
    }

    #[test]
    fn defanged_names_and_paths_stay() {
        for same in [
            "evil[.]com and hxxp://a[.]b/c_d_e and 1.2.3[.]4",
            "hxxp[:]//evil[.]com/a_b_c.php?x=1&y=2",
            "evil\\.com",
            r"C:\Users\[username]\AppData\_x\.ssh",
            r"C:\Users\<user>\run.exe",
            r"\\host\share\a.exe",
            "user[@]evil[.]com",
            "bad(.)org {.} x[dot]y",
            "a_b_c.exe __init__.py _x_.py",
        ] {
            check(same, same);
        }
        check(r"a\_b\*c \[x\]", "a_b*c [x]");
        check(r"C:\\Windows\\\_x", r"C:\Windows\_x");
        check("`C:\\a_b\\*.dll`", "C:\\a_b\\*.dll");
        check("AT&amp;T &lt;x&gt;", "AT&T <x>");
    }

    #[test]
    fn links_stand_apart() {
        let document = of(
            "See [the *other* post](https://example.org/a_b) and <https://example.net/x>.\n\n[1]: https://unused.example\n",
        );
        assert_eq!(document.text, "See the other post and https://example.net/x.");
        let links: Vec<_> = document
            .links
            .iter()
            .map(|l| (l.target.as_str(), l.span.map(|s| s.of(&document.text))))
            .collect();
        assert_eq!(
            links,
            [
                ("https://example.org/a_b", Some("the other post")),
                ("https://example.net/x", Some("https://example.net/x")),
                ("https://unused.example", None),
            ]
        );
    }

    #[test]
    fn blocks_have_roles() {
        let document = of(
            "---\ntitle: A title\nauthor: Jane Roe\ndate: 2026-06-02\n---\n# Head\n\nText one\n\n- item\n  - inner\n\n> quote\n\n```sh\ncurl x\n\nrun\n```\n\n| a | b |\n|---|---|\n| 1 | x\\|y |\n",
        );
        let outline: Vec<_> = document.blocks.iter().map(|b| (b.kind, b.span.of(&document.text))).collect();
        let cell = |row, column, header| BlockKind::TableCell { table: 0, row, column, header };
        assert_eq!(
            outline,
            [
                (BlockKind::Heading(1), "Head"),
                (BlockKind::Paragraph, "Text one"),
                (BlockKind::ListItem(1), "item"),
                (BlockKind::ListItem(2), "inner"),
                (BlockKind::Quote, "quote"),
                (BlockKind::Code, "curl x\n\nrun"),
                (cell(0, 0, true), "a"),
                (cell(0, 1, true), "b"),
                (cell(1, 0, false), "1"),
                (cell(1, 1, false), "x|y"),
            ]
        );
        assert_eq!(document.metadata.title.as_deref(), Some("A title"));
        assert_eq!(document.metadata.authors, ["Jane Roe"]);
        assert_eq!(document.metadata.published.as_deref(), Some("2026-06-02"));
    }

    #[test]
    fn html_inside_is_read_as_text() {
        check(
            "<h6>The loader <b>runs</b>.</h6>\n\nline one<br>line two is longer\n",
            "The loader runs.\nline one\nline two is longer",
        );
    }

    #[test]
    fn values_one_a_line_are_items() {
        let document = of("Domains:\nevil[.]com\nbad[.]org\n");
        assert_eq!(document.blocks.len(), 3, "{:?}", document.text);
    }

    proptest! {
        #[test]
        fn never_panics(source in "([\\[\\](){}*_`|#>\\\\<&;:!~\n -]|\\PC){0,200}") {
            crate::document::checks::check(&of(&source));
        }
    }
}
