//! What a hash is a hash of: the name of the file beside it, and the other hashes of the same file.

use super::verdict;
use crate::{Document, Observable, ObservableKind as Kind, Span};

/// A file name on the line or table row of a hash names that file, if it is the only one there.
pub(super) fn beside_hashes(document: &Document, observables: &mut [Observable]) {
    let mut names: Vec<(u32, String)> = observables
        .iter()
        .filter(|o| o.kind == Kind::FileName)
        .flat_map(|o| o.evidence.iter().map(|e| (e.span.start, o.value.clone())))
        .collect();
    names.sort();
    for o in observables.iter_mut().filter(|o| verdict::is_hash(o.kind)) {
        for e in o.evidence.iter().take(4) {
            let (start, end) = row_of(document, e.span);
            let from = names.partition_point(|(at, _)| (*at as usize) < start);
            let on_row: Vec<&String> = names[from..]
                .iter()
                .take_while(|(at, _)| (*at as usize) < end)
                .map(|(_, n)| n)
                .take(3)
                .collect();
            if let [name] = on_row.as_slice() {
                let attribute = ("file-name".to_owned(), (*name).clone());
                if !o.attributes.contains(&attribute) {
                    o.attributes.push(attribute);
                }
            }
        }
    }
}

/// The line around `span`, or the table row if it stands in a cell; at most 2 kB to either side.
fn row_of(document: &Document, span: Span) -> (usize, usize) {
    use crate::BlockKind::TableCell;
    let blocks = &document.blocks;
    let at = blocks.partition_point(|b| b.span.end <= span.start);
    if let Some(TableCell { table, row, .. }) = blocks.get(at).map(|b| b.kind) {
        let same =
            |i: usize| matches!(blocks[i].kind, TableCell { table: t, row: r, .. } if t == table && r == row);
        let first = (at.saturating_sub(64)..at).rev().take_while(|i| same(*i)).last().unwrap_or(at);
        let last = (at..blocks.len().min(at + 64)).take_while(|i| same(*i)).last().unwrap_or(at);
        return (blocks[first].span.start as usize, blocks[last].span.end as usize);
    }
    let text = document.text.as_bytes();
    let (s, e) = (span.start as usize, span.end as usize);
    let low = s.saturating_sub(2048);
    let high = (e + 2048).min(text.len());
    let start = memchr::memrchr(b'\n', &text[low..s]).map_or(low, |i| low + i + 1);
    let end = memchr::memchr(b'\n', &text[e..high]).map_or(high, |i| e + i);
    (start, end)
}

/// Hashes that identify a file by themselves.
fn is_whole_file(o: &Observable) -> bool {
    matches!(o.kind, Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512)
        && !o.attributes.iter().any(|(name, _)| name == "of")
}

/// Hashes of different kinds side by side, in one row or under each other with their labels, are of one file: each
/// gets the others as attributes, and the file's name if one of them has it.
pub(super) fn same_file(document: &Document, observables: &mut [Observable]) {
    let mut places: Vec<(Span, usize)> = observables
        .iter()
        .enumerate()
        .filter(|(_, o)| is_whole_file(o))
        .flat_map(|(i, o)| o.evidence.iter().map(move |e| (e.span, i)))
        .collect();
    places.sort_unstable_by_key(|(span, i)| (span.start, *i));
    let mut notes: Vec<(usize, String, String)> = Vec::new();
    let mut first = 0;
    while first < places.len() {
        let mut last = first;
        while last + 1 < places.len() && side_by_side(document, places[last].0, places[last + 1].0) {
            last += 1;
        }
        let run: Vec<usize> = places[first..=last].iter().map(|(_, i)| *i).collect();
        for group in groups(&run, observables) {
            let mut names: Vec<&String> = group
                .iter()
                .flat_map(|i| &observables[*i].attributes)
                .filter(|(name, _)| name == "file-name")
                .map(|(_, value)| value)
                .collect();
            names.dedup();
            for i in &group {
                if let [name] = names.as_slice() {
                    notes.push((*i, "file-name".to_owned(), (*name).clone()));
                }
                for other in group.iter().filter(|other| *other != i) {
                    let o = &observables[*other];
                    notes.push((*i, o.kind.as_str().to_owned(), o.value.clone()));
                }
            }
        }
        first = last + 1;
    }
    for (i, name, value) in notes {
        let attributes = &mut observables[i].attributes;
        let note = (name, value);
        if attributes.len() < 16 && !attributes.contains(&note) {
            attributes.push(note);
        }
    }
}

/// Whether only separators and labels of hashes stand between two hashes.
fn side_by_side(document: &Document, one: Span, two: Span) -> bool {
    let (end, start) = (one.end as usize, two.start as usize);
    if start < end || start - end > 48 {
        return false;
    }
    let Some(gap) = document.text.get(end..start) else { return false };
    let mut labelled = false;
    for word in gap.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()) {
        match word.to_ascii_lowercase().as_str() {
            "md5" | "sha1" | "sha256" | "sha512" | "sha" => labelled = true,
            "1" | "256" | "512" | "hash" | "sum" | "checksum" | "file" => {}
            _ => return false,
        }
    }
    // A new line without a label is the next entry of a list, unless it is the next cell of a row.
    match gap.matches('\n').count() {
        0 => true,
        1 if labelled => true,
        _ => row_of(document, one).1 >= two.end as usize,
    }
}

/// The files of a run of hashes: cut where a kind comes again. A run whose files do not have the same kinds in the
/// same order is a list by kinds, and says nothing about which belong together.
fn groups(run: &[usize], observables: &[Observable]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for i in run {
        let kind = observables[*i].kind;
        match groups.last_mut() {
            Some(group) if group.iter().all(|j| observables[*j].kind != kind) => group.push(*i),
            _ => groups.push(vec![*i]),
        }
    }
    let kinds = |group: &[usize]| group.iter().map(|i| observables[*i].kind).collect::<Vec<_>>();
    let regular = groups.windows(2).all(|pair| kinds(&pair[0]) == kinds(&pair[1]));
    groups.retain(|group| group.len() >= 2);
    if regular { groups } else { Vec::new() }
}
