//! What stands elsewhere in the sample: attachments, and JSON as text.

use std::fmt::Write;

use super::Sample;
use crate::json::Json;

impl Sample {
    /// Long texts stand apart as attachments; version 1 had them beside its transcript.
    fn stored(&self) -> &[(Box<str>, Json)] {
        let own = self.json.get("attachments").map(Json::members).unwrap_or_default();
        let first = || {
            self.json.get("transcript").and_then(|transcript| transcript.get("content")).map(Json::members)
        };
        if own.is_empty() { first().unwrap_or_default() } else { own }
    }

    pub(super) fn index(&mut self) {
        let stored = self.stored();
        let mut order: Vec<u32> = (0..stored.len()).filter_map(|one| u32::try_from(one).ok()).collect();
        order.sort_by(|a, b| stored[*a as usize].0.cmp(&stored[*b as usize].0).then(a.cmp(b)));
        self.attachments = order;
    }

    /// The text that a text stands for: an attachment (`attachment://…`, once `tc://…`), or itself.
    pub fn resolve<'a>(&'a self, text: &'a str) -> &'a str {
        let Some(name) = text.strip_prefix("attachment://").or_else(|| text.strip_prefix("tc://")) else {
            return text;
        };
        let stored = self.stored();
        // Of a name that stands twice, the last.
        let after = self.attachments.partition_point(|one| *stored[*one as usize].0 <= *name);
        let found = after.checked_sub(1).map(|place| &stored[self.attachments[place] as usize]);
        found.filter(|(key, _)| **key == *name).and_then(|(_, value)| value.as_str()).unwrap_or(text)
    }

    /// JSON as text, attachments put in, cut after `most` bytes: a string as itself, texts of parts one a line, all else as JSON.
    pub fn text_of(&self, json: &Json, most: usize) -> String {
        let mut text = String::new();
        match json {
            Json::String(_) | Json::Odd(_) => {
                push(&mut text, self.resolve(json.as_str().unwrap_or_default()), most)
            }
            Json::Array(items) if items.iter().all(|item| item.str("type") == Some("text")) => {
                for (place, item) in items.iter().enumerate() {
                    push(&mut text, if place > 0 { "\n" } else { "" }, most);
                    push(&mut text, self.resolve(item.str("text").unwrap_or_default()), most);
                }
            }
            Json::Null => {}
            other => self.write(&mut text, other, most),
        }
        text
    }

    fn write(&self, text: &mut String, json: &Json, most: usize) {
        if text.len() >= most {
            return;
        }
        match json {
            Json::String(_) | Json::Odd(_) => {
                // No longer than what is left, so that a long attachment named often costs nothing.
                let whole = self.resolve(json.as_str().unwrap_or_default());
                let quoted = Json::String(head(whole, most - text.len()).into());
                push(text, &quoted.to_string(), most);
            }
            Json::Array(items) => {
                push(text, "[", most);
                for (place, item) in items.iter().enumerate() {
                    push(text, if place > 0 { "," } else { "" }, most);
                    self.write(text, item, most);
                    if text.len() >= most {
                        return;
                    }
                }
                push(text, "]", most);
            }
            Json::Object(members) => {
                push(text, "{", most);
                for (place, (key, value)) in members.iter().enumerate() {
                    push(text, if place > 0 { "," } else { "" }, most);
                    push(text, &Json::String(key.clone()).to_string(), most);
                    push(text, ":", most);
                    self.write(text, value, most);
                    if text.len() >= most {
                        return;
                    }
                }
                push(text, "}", most);
            }
            plain => {
                let mut short = String::new();
                let _ = write!(short, "{plain}");
                push(text, &short, most);
            }
        }
    }
}

fn push(text: &mut String, more: &str, most: usize) {
    text.push_str(head(more, most.saturating_sub(text.len())));
}

/// The first bytes of a text, whole characters only.
fn head(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
