//! An edition as a page of its own: no script, nothing fetched, ready to print.

use std::fmt::Write;

use super::view::{Edition, Shown};

/// Light, dark and paper; the marking stands on every printed page.
const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--rule:#c9ced6;--soft:#f3f4f6}\
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--paper:#14171b;--rule:#3a4048;--soft:#1d2126}}\
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:46rem;font:1rem/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}\
.marking{font-weight:600;letter-spacing:.02em;text-align:center;border:1px solid var(--rule);padding:.25rem}\
h1{font-size:1.7rem;line-height:1.2}h2{font-size:1.3rem}h3{font-size:1.1rem}h4,h5{font-size:1rem}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:600}dd{margin:0}\
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{border:1px solid var(--rule);padding:.35rem .5rem;text-align:left;vertical-align:top}\
th{background:var(--soft)}pre{background:var(--soft);border:1px solid var(--rule);padding:.75rem;white-space:pre-wrap}\
@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--rule:#999;--soft:#f3f4f6}body{max-width:none;padding:0;font-size:10.5pt}\
.top{position:running(marking)}h2,h3{break-after:avoid}tr,pre{break-inside:avoid}@page{margin:20mm}}";

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n";
const TABLE: &str = "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"table\">\n<table>\n";

/// What stands in every edition, letter by letter, and therefore tells nothing.
pub(super) const CONSTANT: [&str; 3] = [HEAD, STYLE, TABLE];

impl Edition {
    /// The edition as HTML.
    pub fn html(&self) -> String {
        let mut out = String::from(HEAD);
        let _ =
            write!(out, "<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n", escaped(&self.title));
        let _ = writeln!(
            out,
            "<p class=\"marking top\">{}</p>\n<main>\n<h1>{}</h1>",
            escaped(&self.marking),
            escaped(&self.title)
        );
        if !self.metadata.is_empty() {
            out.push_str("<dl>\n");
            for (name, value) in &self.metadata {
                let _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", escaped(name), linked(value));
            }
            out.push_str("</dl>\n");
        }
        for block in &self.blocks {
            block_html(block, &mut out);
        }
        let _ =
            write!(out, "</main>\n<p class=\"marking\">{}</p>\n</body>\n</html>\n", escaped(&self.marking));
        out
    }
}

fn block_html(block: &Shown, out: &mut String) {
    match block {
        Shown::Heading(level, text) => {
            let level = level + 1;
            let _ = writeln!(out, "<h{level}>{}</h{level}>", linked(text));
        }
        Shown::Paragraph(text) => {
            let _ = writeln!(out, "<p>{}</p>", linked(text));
        }
        Shown::List(items) => {
            out.push_str("<ul>\n");
            for item in items {
                let _ = writeln!(out, "<li>{}</li>", linked(item));
            }
            out.push_str("</ul>\n");
        }
        Shown::Table(rows) => {
            out.push_str(TABLE);
            for (index, row) in rows.iter().enumerate() {
                let (open, close) =
                    if index == 0 { ("<th scope=\"col\">", "</th>") } else { ("<td>", "</td>") };
                out.push_str("<tr>");
                for cell in row {
                    let _ = write!(out, "{open}{}{close}", linked(cell));
                }
                out.push_str("</tr>\n");
            }
            out.push_str("</table>\n</div>\n");
        }
        Shown::Verbatim(lines) => {
            out.push_str("<pre>");
            for line in lines {
                let _ = writeln!(out, "{}", escaped(line));
            }
            out.push_str("</pre>\n");
        }
    }
}

/// Text with its links `[text](url)`; only `http`, `https` and `mailto` become links, the rest stays text.
fn linked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, label, url, after)) = link(rest) {
        out.push_str(&escaped(before));
        let _ = write!(out, "<a href=\"{}\" rel=\"noreferrer\">{}</a>", escaped(url), escaped(label));
        rest = after;
    }
    out.push_str(&escaped(rest));
    out
}

/// The first link: what stands before it, its text, its address, what follows.
fn link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let mut from = 0;
    while let Some(middle) = text[from..].find("](").map(|at| from + at) {
        let url = &text[middle + 2..];
        if let (Some(open), Some(end)) = (text[from..middle].rfind('['), url.find([')', ' ', '\n', '(']))
            && url[end..].starts_with(')')
            && ["https://", "http://", "mailto:"].iter().any(|scheme| url.starts_with(scheme))
        {
            let open = from + open;
            return Some((&text[..open], &text[open + 1..middle], &url[..end], &url[end + 1..]));
        }
        from = middle + 2;
    }
    None
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Characters that steer a display say nothing a reader should act on.
            '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\0'..='\u{8}'
            | '\u{b}'..='\u{1f}'
            | '\u{7f}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
