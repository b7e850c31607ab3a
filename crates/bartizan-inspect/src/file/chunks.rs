//! A sample in parts (`inspect_ai/log/_recorders/chunked/format.py`): a shell, and four sequences in numbered pieces.

use std::io::{Read, Seek};

use super::eval;
use crate::archive::{Archive, Entry};
use crate::json::{Fault, Json, Note, Scanner};
use crate::{Code, Limits};

type Members = Vec<(Box<str>, Json)>;

/// The sample as it would stand in one piece.
pub(super) fn json<R: Read + Seek>(
    archive: &Archive,
    prefix: &str,
    source: &mut R,
    limits: &Limits,
) -> Result<(Json, Vec<Note>), Fault> {
    let mut left = limits.clone();
    let shell = archive.find(&format!("{prefix}sample.json")).ok_or_else(|| missing("sample.json"))?;
    let (shell, notes) = eval::json(archive, shell, source, &left)?;
    spend(&mut left, shell.to_string().len(), limits)?;
    let messages = sequence(archive, prefix, "messages", source, &mut left, limits)?;
    let events = sequence(archive, prefix, "events", source, &mut left, limits)?;
    let calls = sequence(archive, prefix, "calls", source, &mut left, limits)?;
    let attachments = sequence(archive, prefix, "attachments", source, &mut left, limits)?;
    let mut members: Members = Vec::new();
    let mut conversation = Vec::new();
    for (key, value) in shell.members() {
        if &**key == "message_refs" {
            conversation = named(value, &messages, &mut left, limits)?;
        } else {
            members.push((key.clone(), value.clone()));
        }
    }
    members.push(("messages".into(), Json::Array(conversation.into())));
    if let Some(entry) = archive.find(&format!("{prefix}metadata.json")) {
        members.push(("metadata".into(), eval::json(archive, entry, source, &left)?.0));
    }
    members.push(("events".into(), Json::Array(events.into())));
    // Attachments are named by their number.
    let numbered =
        attachments.into_iter().enumerate().map(|(number, text)| (number.to_string().into(), text));
    members.push(("attachments".into(), Json::Object(numbered.collect())));
    let pools: Members =
        vec![("messages".into(), Json::Array(messages.into())), ("calls".into(), Json::Array(calls.into()))];
    members.push(("events_data".into(), Json::Object(pools.into())));
    Ok((Json::Object(members.into()), notes))
}

fn missing(what: &str) -> Fault {
    Fault::Told(Code::Missing, None, format!("a part of it is missing: {what}"))
}

/// What is left of the memory that a sample may take, whole.
fn spend(left: &mut Limits, bytes: usize, limits: &Limits) -> Result<(), Fault> {
    left.memory = left.memory.checked_sub(bytes).ok_or_else(|| {
        Fault::Told(Code::Memory, None, format!("more than {} bytes of memory are needed", limits.memory))
    })?;
    Ok(())
}

/// The messages that ranges name.
fn named(refs: &Json, messages: &[Json], left: &mut Limits, limits: &Limits) -> Result<Vec<Json>, Fault> {
    let mut found = Vec::new();
    for range in refs.items() {
        let place = |at: usize| {
            range.items().get(at).and_then(Json::as_u64).and_then(|one| usize::try_from(one).ok())
        };
        let (Some(from), Some(to)) = (place(0), place(1)) else {
            return Err(missing("the range of its messages"));
        };
        let part = messages.get(from..to).ok_or_else(|| missing(&format!("messages {from} to {to}")))?;
        for message in part {
            spend(left, 2 * message.to_string().len(), limits)?;
            found.push(message.clone());
        }
    }
    Ok(found)
}

/// The pieces of a sequence in order; each is named after the number of its first item.
fn sequence<R: Read + Seek>(
    archive: &Archive,
    prefix: &str,
    name: &str,
    source: &mut R,
    left: &mut Limits,
    limits: &Limits,
) -> Result<Vec<Json>, Fault> {
    let folder = format!("{prefix}{name}/");
    let number = |entry: &Entry| {
        entry.name[folder.len()..].strip_suffix(".json").and_then(|number| number.parse::<usize>().ok())
    };
    let mut pieces: Vec<(usize, &Entry)> =
        archive.below(&folder).filter_map(|entry| Some((number(entry)?, entry))).collect();
    pieces.sort_by_key(|(start, _)| *start);
    let mut items = Vec::new();
    for (start, entry) in pieces {
        if start != items.len() {
            return Err(missing(&format!("{name} from {} on", items.len())));
        }
        let mut scanner = Scanner::new(archive.unpack(entry, source, left).map_err(Fault::Io)?, left);
        scanner.open_array()?;
        let mut first = true;
        while scanner.item(first)? {
            first = false;
            items.push(scanner.value()?);
        }
        scanner.finish()?;
        let used = left.memory.saturating_sub(scanner.memory_left());
        spend(left, used, limits)?;
    }
    Ok(items)
}
