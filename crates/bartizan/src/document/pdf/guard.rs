//! A look at the file before the object layer opens it.
//!
//! Object streams and cross-reference streams are decoded by the object layer without a cap, and its page list
//! holds all pages at once. So these are measured first, from the bytes: they need no cross-reference table to be
//! found, and the object layer cannot decode a stream as either without the entries looked for here.

use super::stream::{Budget, inflate};
use crate::Code;
use memchr::memmem;

/// Bytes before `stream` in which its dictionary is looked for.
const DICTIONARY: usize = 4 << 10;
/// Most bytes one byte of DEFLATE can stand for.
const RATIO: usize = 1032;
/// Most dictionaries: a page of a real file has some ten, a tagged one some hundred.
const DICTIONARIES: usize = 4 << 20;

/// Whether the file may be opened, or which limit it breaks.
pub(super) fn check(bytes: &[u8], pages: usize, budget: &Budget) -> Result<(), Code> {
    let encrypted = memmem::find(bytes, b"/Encrypt").is_some();
    let mut kids = count_kids(bytes);
    let mut dictionaries = memmem::find_iter(bytes, b"<<").count();
    for at in memmem::find_iter(bytes, b"stream") {
        let head = &bytes[at.saturating_sub(DICTIONARY)..at];
        if head.ends_with(b"end") {
            continue;
        }
        let head = &head[memmem::rfind(head, b"obj").unwrap_or(0)..];
        if !may_hold_objects(head) {
            continue;
        }
        let mut body = &bytes[at + b"stream".len()..];
        body = body.strip_prefix(b"\r").unwrap_or(body);
        body = body.strip_prefix(b"\n").unwrap_or(body);
        let filters = [&b"FlateDecode"[..], b"/Fl", b"LZW", b"RunLength", b"ASCII85", b"/A85"]
            .map(|name| memmem::find_iter(head, name).count());
        let flate = filters[0].max(filters[1]);
        let other: usize = filters[2..].iter().sum();
        if flate == 1 && other == 0 && !encrypted {
            let data = inflate(body, budget).ok_or(Code::ExpandsTooFar)?;
            kids += count_kids(&data);
            dictionaries += memmem::find_iter(&data, b"<<").count();
        } else if flate + other > 0 || head.contains(&b'#') {
            // Encrypted or chained: it cannot be measured, so the worst case has to fit.
            let length = memmem::find(body, b"endstream").unwrap_or(body.len());
            let layers = (flate + other).clamp(1, 3) as u32;
            if !budget.spend(length.saturating_mul(RATIO.saturating_pow(layers)) / 4) {
                return Err(Code::ExpandsTooFar);
            }
        }
        if kids > pages.saturating_mul(64) || dictionaries > DICTIONARIES {
            return Err(Code::TooManyPages);
        }
    }
    if kids > pages.saturating_mul(64) || dictionaries > DICTIONARIES {
        Err(Code::TooManyPages)
    } else {
        Ok(())
    }
}

/// Whether a stream with this dictionary can be decoded as an object stream or cross-reference stream.
fn may_hold_objects(head: &[u8]) -> bool {
    let has = |name: &[u8]| memmem::find(head, name).is_some();
    has(b"/First")
        || has(b"XRef")
        || has(b"/W ")
        || has(b"/W[")
        || has(b"/W\n")
        || has(b"/W\r")
        || head.contains(&b'#')
}

/// Entries of all arrays under `/Kids`.
fn count_kids(bytes: &[u8]) -> usize {
    let mut count = 0;
    let mut from = 0;
    while let Some(at) = memmem::find(&bytes[from..], b"/Kids") {
        let start = from + at + b"/Kids".len();
        let end = memchr::memchr(b']', &bytes[start..]).map_or(bytes.len(), |n| start + n);
        let array = &bytes[start..end];
        count += memchr::memchr_iter(b'R', array).count() + memmem::find_iter(array, b"<<").count();
        from = end;
    }
    count
}
