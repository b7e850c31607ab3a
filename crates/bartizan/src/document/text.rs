//! Plain text: paragraphs, lists, headings and code from blank lines, markers and line widths.
//!
//! Line ends mean two things in plain text: a wrap at the margin (the sentence goes on) or a new line of a list.
//! A wrap becomes a blank, so that names of two words stay together; a new line becomes a block of its own.
//! Only code keeps line ends.

use super::{BlockKind, Builder, Region, canonical, encoding};
use crate::{Error, Input, Options, Span};

/// Reads plain text into `builder`.
pub(super) fn read(input: &Input, options: &Options, builder: &mut Builder) -> Result<(), Error> {
    let declared = input.media_type.as_deref().and_then(encoding::charset_of);
    let text = encoding::decode(&input.bytes, declared, builder);
    let text = canonical::clean(&text);
    let mut reader = Reader { builder, lines: Vec::new(), depths: Vec::new(), code: String::new() };
    let mut fence: Option<&str> = None;
    for (count, line) in text.split('\n').enumerate() {
        if count % 4096 == 0 && options.stop.is_stopped() {
            break;
        }
        let line = line.trim_end();
        let bare = line.trim_start();
        if let Some(mark) = fence {
            if bare.starts_with(mark) && bare.trim_start_matches(mark.as_bytes()[0] as char).is_empty() {
                fence = None;
                reader.end_code();
            } else {
                reader.code.push_str(line);
                reader.code.push('\n');
            }
        } else if bare.starts_with("```") || bare.starts_with("~~~") {
            reader.end_paragraph();
            fence = Some(&bare[..3]);
        } else if bare.is_empty() {
            reader.end_paragraph();
        } else {
            reader.lines.push(line);
        }
    }
    reader.end_paragraph();
    reader.end_code();
    Ok(())
}

/// Adds the lines of one paragraph as blocks; for readers of other formats that keep line ends. Lines of a
/// plain paragraph may turn out to be items or titles; those of any other `kind` keep it.
pub(super) fn paragraph(builder: &mut Builder, kind: BlockKind, region: Region, lines: &[&str]) {
    let mut reader = Reader { builder, lines: Vec::new(), depths: Vec::new(), code: String::new() };
    if kind == BlockKind::Paragraph && region == Region::Main && lines.len() > 1 {
        reader.blocks(lines);
        return;
    }
    let wrapping = Wrapping::of(lines);
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let mut last = at;
        while lines.get(last + 1).is_some_and(|next| wrapping.joins(lines[last], next, false)) {
            last += 1;
        }
        reader.joined(kind, region, line.trim(), lines.get(at + 1..=last).unwrap_or_default());
        at = last + 1;
    }
}

struct Reader<'a, 'b> {
    builder: &'b mut Builder,
    /// The lines since the last blank one.
    lines: Vec<&'a str>,
    /// Indents of the list items that the last one stands in.
    depths: Vec<usize>,
    code: String,
}

impl Reader<'_, '_> {
    fn end_code(&mut self) {
        let code = std::mem::take(&mut self.code);
        let code = code.trim_end();
        let code = &code[code.len() - code.trim_start_matches('\n').len()..];
        self.builder.block(BlockKind::Code, Region::Main, None, code);
    }

    /// Turns the collected lines into blocks.
    fn end_paragraph(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        if lines.is_empty() {
            return;
        }
        if is_code(&lines) {
            for line in &lines {
                self.code.push_str(line);
                self.code.push('\n');
            }
            // Blank lines inside one listing make several blocks, which costs nothing.
            self.end_code();
        } else {
            self.blocks(&lines);
        }
        self.lines = lines;
        self.lines.clear();
    }

    fn blocks(&mut self, lines: &[&str]) {
        let wrapping = Wrapping::of(lines);
        let mut at = 0;
        while let Some(&line) = lines.get(at) {
            let bare = line.trim_start();
            let next = lines.get(at + 1).copied();
            if is_rule(bare) {
                at += 1;
                continue;
            }
            if let Some((level, title)) = marked_heading(bare) {
                self.builder.block(BlockKind::Heading(level), Region::Main, None, title);
                at += 1;
                continue;
            }
            if let Some(level) = next.and_then(|n| underline(bare, n)) {
                self.builder.block(BlockKind::Heading(level), Region::Main, None, bare);
                at += 2;
                continue;
            }
            let indent = indent_of(line);
            let (kind, first) = match bullet(bare) {
                Some(rest) => (BlockKind::ListItem(self.depth(indent)), rest),
                None if is_single(bare) => (BlockKind::ListItem(1), bare),
                None if at == 0 && is_title(bare, lines) => (BlockKind::Heading(2), bare),
                None => (BlockKind::Paragraph, bare),
            };
            if !matches!(kind, BlockKind::ListItem(_)) {
                self.depths.clear();
            }
            let mut last = at;
            while matches!(kind, BlockKind::Paragraph | BlockKind::ListItem(_))
                && lines.get(last + 1).is_some_and(|n| {
                    let hanging = bullet(bare).is_some() && indent_of(n) > indent;
                    wrapping.joins(lines[last], n, hanging)
                })
            {
                last += 1;
            }
            if last == at {
                self.builder.block(kind, Region::Main, None, first);
            } else {
                self.joined(kind, Region::Main, first, &lines[at + 1..=last]);
            }
            at = last + 1;
        }
    }

    /// One block from lines that a margin broke, with the joined reading of tokens that the break fell into.
    fn joined(&mut self, kind: BlockKind, region: Region, first: &str, rest: &[&str]) {
        let mut text = String::with_capacity(first.len() + rest.iter().map(|l| l.len() + 1).sum::<usize>());
        text.push_str(first);
        let mut readings = Vec::new();
        for line in rest {
            let line = line.trim();
            let head = text.rfind(' ').map_or(0, |at| at + 1);
            let broken = breaks_token(&text[head..]) && goes_on(line);
            let gap = text.len();
            text.push(' ');
            text.push_str(line);
            if broken {
                let tail = line.find(' ').unwrap_or(line.len());
                readings.push((head, gap, gap + 1 + tail));
            }
        }
        let Some(span) = self.builder.block(kind, region, None, &text) else { return };
        let base = span.start as usize;
        for (start, gap, end) in readings {
            let joined = [&text[start..gap], &text[gap + 1..end]].concat();
            self.builder.reading(Span::new(base + start, base + end), joined);
        }
    }

    /// How deep an item indented by `indent` is nested, from 1.
    fn depth(&mut self, indent: usize) -> u8 {
        while self.depths.last().is_some_and(|&d| d > indent) {
            self.depths.pop();
        }
        if self.depths.last() != Some(&indent) && self.depths.len() < 16 {
            self.depths.push(indent);
        }
        self.depths.len().clamp(1, 16) as u8
    }
}

/// What the widths of a paragraph's lines say about its line ends.
struct Wrapping {
    /// The margin, where the lines look wrapped at one.
    margin: Option<usize>,
}

impl Wrapping {
    fn of(lines: &[&str]) -> Self {
        let margin = lines.iter().rev().skip(1).map(|l| l.len()).max().unwrap_or(0);
        let breaks = lines.len().saturating_sub(1);
        if breaks == 0 || !(30..=150).contains(&margin) {
            return Self { margin: None };
        }
        let (mut full, mut running) = (0, 0);
        for pair in lines.windows(2) {
            full += usize::from(fills(pair[0], pair[1], margin));
            let next = pair[1].trim_start();
            let word = &next[..next.find(' ').unwrap_or(next.len())];
            running += usize::from(next.starts_with(|c: char| c.is_lowercase()) && !is_value(word));
        }
        // Most lines filled to the margin, and a fair share of words cut out of the middle of a sentence.
        let wrapped = full * 5 >= breaks * 4 && running * 4 >= breaks;
        Self { margin: wrapped.then_some(margin) }
    }

    /// Whether `next` continues `line`.
    fn joins(&self, line: &str, next: &str, hanging: bool) -> bool {
        let start = next.trim_start();
        if is_rule(start) || bullet(start).is_some() || marked_heading(start).is_some() {
            return false;
        }
        if is_row(line) || is_row(next) {
            return false;
        }
        if hanging {
            return true;
        }
        if line.ends_with(':') || is_single(line.trim_start()) && !breaks_token(line) {
            return false;
        }
        let words = line.split(' ').filter(|w| !w.is_empty()).take(4).count();
        if start.starts_with(|c: char| c.is_lowercase())
            && words >= 4
            && !line.ends_with(['.', '!', '?', ';'])
        {
            // A value at the start of a line is an item of a list rather than the next word.
            return !is_single(start) || self.margin.is_some_and(|m| fills(line, next, m));
        }
        words >= 2 && self.margin.is_some_and(|margin| fills(line, next, margin))
    }
}

/// Whether the first word of `next` would not have fitted on `line` within `margin`.
fn fills(line: &str, next: &str, margin: usize) -> bool {
    let word = next.trim_start().split(' ').next().map_or(0, str::len);
    // Proportional type and bytes beyond ASCII blur the margin.
    line.len() + 1 + word + margin / 8 > margin
}

/// Whether a line that ends with `token` seems to have been broken inside it.
fn breaks_token(token: &str) -> bool {
    let token = token.rsplit(' ').next().unwrap_or(token);
    token.len() > 2
        && (token.ends_with('-')
            || token.ends_with(['/', '_', '=', '&', '?', '%', '\\']) && token.contains(['/', '.', '\\'])
            || token.contains("://") && token.len() > 30
            || token.ends_with('.') && token.contains("://"))
}

/// Whether `line` can begin with the second part of a broken token.
fn goes_on(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_alphanumeric() || "%_=&?#~./-".contains(c))
        && !line.starts_with("--")
}

fn indent_of(line: &str) -> usize {
    line.bytes().take_while(|b| matches!(b, b' ' | b'\t')).map(|b| if b == b'\t' { 4 } else { 1 }).sum()
}

/// The text after a list bullet. Numbers stay: steps are referred to by them.
fn bullet(line: &str) -> Option<&str> {
    let mut chars = line.chars();
    let first = chars.next()?;
    let rest = chars.as_str();
    match first {
        '-' | '*' | '+' | '–' | '—' | '·' | 'o' => rest.strip_prefix([' ', '\t']).map(str::trim_start),
        '•' | '◦' | '▪' | '●' | '○' | '■' | '‣' | '►' | '➢' | '✓' => {
            Some(rest.trim_start())
        }
        '0'..='9' => {
            let digits = 1 + rest.bytes().take_while(u8::is_ascii_digit).count();
            let after = &line[digits..];
            (digits <= 3 && (after.starts_with(". ") || after.starts_with(") "))).then_some(line)
        }
        '(' => {
            let close = rest.get(..4.min(rest.len())).and_then(|r| r.find(") "))?;
            rest[..close].bytes().all(|b| b.is_ascii_alphanumeric()).then_some(line)
        }
        'a'..='z' => rest.starts_with(") ").then_some(line),
        _ => None,
    }
    .filter(|rest| !rest.is_empty())
}

/// A line of one token with something in it that words do not have: an entry of a list of values.
fn is_single(line: &str) -> bool {
    let line = line.trim_end();
    !line.is_empty() && !line.contains([' ', '\t']) && is_value(line)
}

/// Whether a token holds something that words do not: digits, dots inside, slashes, brackets.
fn is_value(token: &str) -> bool {
    let token = token.trim_end_matches(['.', ',', ';', ':', ')', '!', '?']);
    token.bytes().any(|b| matches!(b, b'.' | b'0'..=b'9' | b'/' | b'\\' | b'@' | b'['))
}

/// A row of a table: pipes, tabs, or columns set apart by blanks.
fn is_row(line: &str) -> bool {
    let line = line.trim().as_bytes();
    memchr::memchr2(b'\t', b'|', line).is_some() || line.windows(3).any(|blanks| blanks == b"   ")
}

/// A line of drawing characters only.
fn is_rule(line: &str) -> bool {
    line.len() >= 3
        && line
            .chars()
            .all(|c| matches!(c, '-' | '=' | '_' | '*' | '~' | '#' | '+' | '|' | ' ' | '.' | '─' | '━' | '═'))
}

/// The heading level if `next` underlines `line`.
fn underline(line: &str, next: &str) -> Option<u8> {
    let next = next.trim();
    let mark = *next.as_bytes().first()?;
    let whole = next.len() >= 3 && next.bytes().all(|b| b == mark);
    let width = line.chars().count();
    (whole && width <= 160 && next.len() * 3 >= width && !is_row(line) && !is_single(line)).then_some(())?;
    match mark {
        b'=' | b'#' | b'*' => Some(1),
        b'-' => Some(2),
        b'~' | b'^' => Some(3),
        _ => None,
    }
}

/// `# Title` and AsciiDoc's `== Title`.
fn marked_heading(line: &str) -> Option<(u8, &str)> {
    let mark = *line.as_bytes().first().filter(|b| matches!(b, b'#' | b'='))?;
    let level = line.bytes().take_while(|&b| b == mark).count();
    let title = line[level..].strip_prefix(' ')?.trim().trim_end_matches(mark as char).trim_end();
    // A root prompt or a comment in a listing is longer or ends like code.
    let heading = level <= 6 && title.len() <= 120 && !title.ends_with([';', '{', '\\', ',']);
    (heading && title.chars().any(char::is_alphanumeric)).then_some((level as u8, title))
}

/// Whether the first line of a paragraph is a title by itself: short, not a sentence, and either alone, in
/// capitals, or a label above a list.
fn is_title(line: &str, lines: &[&str]) -> bool {
    if line.len() > 90 || line.ends_with(['.', ',', ';', '!', '?']) || is_row(line) || is_single(line) {
        return false;
    }
    let words = line.split_whitespace().count();
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 2 || words > 12 {
        return false;
    }
    if line.chars().filter(|c| c.is_uppercase()).count() == letters && letters >= 4 {
        return true;
    }
    if let Some(label) = line.strip_suffix(':') {
        return words <= 6 && !label.contains(':') && lines.len() > 1;
    }
    let plain =
        !line.contains(['[', '@', '=', '\\', '|', '"', ':']) && line.starts_with(|c: char| c.is_uppercase());
    // "IPs" above one value a line, or a line of a few words on its own.
    plain && words <= 8 && lines.len() > 1 && lines[1..].iter().all(|l| is_single(l.trim_start()))
        || plain && words <= 8 && lines.len() == 1
}

/// Whether indented lines are a listing and not just set in.
fn is_code(lines: &[&str]) -> bool {
    let indented = lines.iter().all(|l| indent_of(l) >= 4);
    if !indented || lines.iter().any(|l| bullet(l.trim_start()).is_some()) {
        return false;
    }
    let symbols = |l: &&&str| {
        l.bytes()
            .filter(|b| matches!(b, b'{' | b'}' | b';' | b'=' | b'<' | b'>' | b'$' | b'\\' | b'|'))
            .count()
            >= 2
            || l.trim_end().ends_with([';', '{', '}', ')', '\\'])
    };
    lines.iter().filter(symbols).count() * 2 >= lines.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line for each block: kind letter, then the text.
    fn outline(text: &str) -> Vec<String> {
        let mut builder = Builder::new();
        read(&Input::new("x.txt", text), &Options::default(), &mut builder).unwrap();
        let document = builder.finish();
        document
            .blocks
            .iter()
            .map(|b| {
                let kind = match b.kind {
                    BlockKind::Heading(n) => format!("H{n}"),
                    BlockKind::Paragraph => "P".into(),
                    BlockKind::ListItem(n) => format!("L{n}"),
                    BlockKind::Code => "C".into(),
                    _ => "?".into(),
                };
                format!("{kind} {}", b.span.of(&document.text))
            })
            .collect()
    }

    #[test]
    fn wrapped_prose_is_joined() {
        let text = "The actor sent a message that asked the reader\nto open the attached invoice, which held a macro\n\
            that fetched the loader from a server in the\nnetwork of a hosting company.\n\nA second paragraph.";
        assert_eq!(outline(text).len(), 2, "{:?}", outline(text));
        assert!(outline(text)[0].contains("reader to open"));
    }

    #[test]
    fn one_value_a_line_is_a_list() {
        let text = "SHA-256 Hashes\naaaa1111\nbbbb2222\n\nIPs\n192.0.2[.]1\n198.51.100[.]7\n";
        assert_eq!(
            outline(text),
            [
                "H2 SHA-256 Hashes",
                "L1 aaaa1111",
                "L1 bbbb2222",
                "H2 IPs",
                "L1 192.0.2[.]1",
                "L1 198.51.100[.]7"
            ]
        );
    }

    #[test]
    fn headings_lists_and_labels() {
        let text = "= Report - Indicators\n\nOverview\n--------\nFirst line of the text.\nSecond line of the text.\n\n\
            MALWARE:\n\n- File name: a.exe\n- Run method: rundll32.exe\n  a.dll,Start\n\n# Domains\nevil[.]com|C2\nbad[.]org|C2\n\n\
            1. Open it.\n2) Close it.\n";
        assert_eq!(
            outline(text),
            [
                "H1 Report - Indicators",
                "H2 Overview",
                "P First line of the text.",
                "P Second line of the text.",
                "H2 MALWARE:",
                "L1 File name: a.exe",
                "L1 Run method: rundll32.exe a.dll,Start",
                "H1 Domains",
                "L1 evil[.]com|C2",
                "L1 bad[.]org|C2",
                "L1 1. Open it.",
                "L1 2) Close it.",
            ]
        );
    }

    #[test]
    fn tables_stay_lines() {
        let text =
            "|===\n| SHA-1   | Description\n| `aabb` | Loader\n|===\n\nName\tValue\nrun\tC:\\a b\\c.exe\n";
        assert_eq!(
            outline(text),
            ["P | SHA-1   | Description", "P | `aabb` | Loader", "P Name\tValue", "P run\tC:\\a b\\c.exe"]
        );
    }

    #[test]
    fn code_keeps_its_lines() {
        let text =
            "It runs this:\n\n    $a = 1;\n    run($a);\n\n```\nrule X {\n\n  condition: true\n}\n```\n";
        assert_eq!(
            outline(text),
            ["P It runs this:", "C     $a = 1;\n    run($a);", "C rule X {\n\n  condition: true\n}"]
        );
    }

    #[test]
    fn nested_items() {
        assert_eq!(
            outline("- one\n  - two\n    - three\n- four"),
            ["L1 one", "L2 two", "L3 three", "L1 four"]
        );
    }

    #[test]
    fn broken_tokens_have_a_joined_reading() {
        let text = "Further advice for defenders is published at the site of us-\ncert.cisa.gov and at the pages of \
            others that were named\nin the annex to this paper.";
        let mut builder = Builder::new();
        read(&Input::new("x.txt", text), &Options::default(), &mut builder).unwrap();
        let document = builder.finish();
        assert_eq!(document.readings.len(), 1);
        assert_eq!(document.readings[0].text, "us-cert.cisa.gov");
        assert_eq!(document.readings[0].span.of(&document.text), "us- cert.cisa.gov");
    }
}
