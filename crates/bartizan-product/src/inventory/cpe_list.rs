//! CPE names, one a line; `#` begins a comment.

use super::gather::{Found, Gather};
use crate::error::{Code, quoted};

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(n, l)| (n + 1, l.trim()))
        .filter(|(_, l)| !l.is_empty() && !l.starts_with('#'))
}

pub(super) fn looks_like(text: &str) -> bool {
    lines(text).next().is_some_and(|(_, l)| l.to_ascii_lowercase().starts_with("cpe:"))
}

pub(super) fn read(text: &str, gather: &mut Gather<'_>) {
    let Some(asset) = gather.asset(None) else { return };
    for (n, line) in lines(text) {
        let place = format!("line {n}");
        if line.to_ascii_lowercase().starts_with("cpe:") {
            gather.component(asset, Found { cpes: vec![line], place, ..Found::default() });
        } else {
            gather.tell(Code::Cpe, place, format!("not a CPE name: {}", quoted(line)));
        }
    }
}
