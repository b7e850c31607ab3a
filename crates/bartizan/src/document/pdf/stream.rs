//! Decoding streams within a budget (ISO 32000-2, 7.4).
//!
//! A few kilobytes of DEFLATE can stand for gigabytes, and filters can be chained. The object layer decodes
//! without a cap, so what is read here is decoded here, and what the object layer must decode itself (fonts) is
//! measured first.

use flate2::{Decompress, FlushDecompress, Status};
use hayro_syntax::Filter;
use hayro_syntax::object::{Array, Dict, Object, Stream};
use std::borrow::Cow;
use std::cell::Cell;

/// Bytes that may still be produced from the compressed parts of one input.
pub(super) struct Budget {
    left: Cell<usize>,
    exhausted: Cell<bool>,
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        Self { left: Cell::new(bytes), exhausted: Cell::new(false) }
    }

    /// Whether something was refused for lack of budget.
    pub(super) fn is_exhausted(&self) -> bool {
        self.exhausted.get()
    }

    /// Takes `bytes` from the budget, if there are so many left.
    pub(super) fn spend(&self, bytes: usize) -> bool {
        match self.left.get().checked_sub(bytes) {
            Some(left) => {
                self.left.set(left);
                true
            }
            None => {
                self.exhausted.set(true);
                false
            }
        }
    }
}

/// Most bytes one byte of DEFLATE can stand for (a repeated match of 258 bytes in two bits).
const FLATE_RATIO: usize = 1032;
/// Most bytes one byte of LZW can stand for: entries grow by one until the table of 4096 is full.
const LZW_RATIO: usize = 2048;

/// The decoded bytes of `stream`, or nothing if a filter is not one for text or the budget does not allow it.
/// A stream that is damaged gives the bytes before the damage.
pub(super) fn decode<'a>(stream: &Stream<'a>, budget: &Budget) -> Option<Cow<'a, [u8]>> {
    let raw = stream.raw_data();
    let filters = stream.filters();
    if has_predictor(stream.dict()) || filters.contains(&Filter::LzwDecode) {
        let worst = filters.iter().fold(raw.len(), |n, filter| {
            n.saturating_mul(match filter {
                Filter::FlateDecode => FLATE_RATIO,
                Filter::LzwDecode => LZW_RATIO,
                Filter::RunLengthDecode => 64,
                Filter::Ascii85Decode => 4,
                _ => 1,
            })
        });
        // The object layer has these two; give it only what cannot grow past the budget.
        if worst > budget.left.get() {
            budget.exhausted.set(true);
            return None;
        }
        let data = stream.decoded_data().ok()?;
        return budget.spend(data.len()).then_some(data);
    }
    let mut data = raw;
    for filter in filters {
        data = match filter {
            Filter::FlateDecode => Cow::Owned(inflate(&data, budget)?),
            Filter::Ascii85Decode => Cow::Owned(ascii85(&data, budget)?),
            Filter::AsciiHexDecode => Cow::Owned(ascii_hex(&data)),
            Filter::RunLengthDecode => Cow::Owned(run_length(&data, budget)?),
            Filter::Crypt => data,
            _ => return None,
        };
    }
    Some(data)
}

fn has_predictor(dict: &Dict<'_>) -> bool {
    let predicts = |d: &Dict<'_>| d.get::<i32>(b"Predictor").is_some_and(|p| p > 1);
    [&b"DecodeParms"[..], b"DP"].iter().any(|key| match dict.get::<Object<'_>>(key) {
        Some(Object::Dict(d)) => predicts(&d),
        Some(Object::Array(a)) => parameters(&a).iter().any(predicts),
        _ => false,
    })
}

fn parameters<'a>(array: &Array<'a>) -> Vec<Dict<'a>> {
    array.iter::<Object<'_>>().take(16).filter_map(Object::into_dict).collect()
}

/// Inflates zlib data, or bare DEFLATE where the header is missing; what comes before damage is kept.
pub(super) fn inflate(data: &[u8], budget: &Budget) -> Option<Vec<u8>> {
    let header = match data {
        [cmf, flg, ..] => {
            cmf & 0x0F == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)).is_multiple_of(31) && flg & 0x20 == 0
        }
        _ => false,
    };
    // Bare DEFLATE for the body in both cases, so that a wrong checksum does no harm.
    let mut rest = if header { &data[2..] } else { data };
    let mut state = Decompress::new(false);
    let mut out = Vec::new();
    let mut buffer = vec![0u8; 32 << 10];
    loop {
        let (before_in, before_out) = (state.total_in(), state.total_out());
        let status = state.decompress(rest, &mut buffer, FlushDecompress::None);
        let read = (state.total_in() - before_in) as usize;
        let written = (state.total_out() - before_out) as usize;
        if !budget.spend(written) {
            return None;
        }
        out.extend_from_slice(buffer.get(..written)?);
        rest = rest.get(read..)?;
        match status {
            Ok(Status::Ok) if read + written > 0 => {}
            _ => return Some(out),
        }
    }
}

fn ascii_hex(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() / 2);
    let mut high = None;
    for &b in data.iter().take_while(|&&b| b != b'>') {
        let Some(digit) = (b as char).to_digit(16) else { continue };
        match high.take() {
            None => high = Some(digit),
            Some(h) => out.push((h << 4 | digit) as u8),
        }
    }
    out.extend(high.map(|h| (h << 4) as u8));
    out
}

fn ascii85(data: &[u8], budget: &Budget) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len() / 5 * 4);
    let (mut group, mut count) = (0u32, 0usize);
    let body = data.strip_prefix(b"<~").unwrap_or(data);
    for &b in body {
        match b {
            b'z' if count == 0 => out.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(b - b'!'));
                count += 1;
                if count == 5 {
                    out.extend(group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            b'~' => break,
            _ => {}
        }
    }
    if count > 1 {
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        out.extend(&group.to_be_bytes()[..count - 1]);
    }
    budget.spend(out.len()).then_some(out)
}

fn run_length(data: &[u8], budget: &Budget) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&n) = data.get(at) {
        let before = out.len();
        match n {
            128 => break,
            0..=127 => {
                let end = data.len().min(at + 2 + usize::from(n));
                out.extend_from_slice(&data[at + 1..end]);
                at = end;
            }
            _ => {
                let Some(&b) = data.get(at + 1) else { break };
                out.resize(out.len() + 257 - usize::from(n), b);
                at += 2;
            }
        }
        if !budget.spend(out.len() - before) {
            return None;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_follow_the_specification() {
        let budget = Budget::new(1000);
        assert_eq!(ascii_hex(b"48 65 6c6C 6F7>zz"), b"Hellop");
        assert_eq!(ascii85(b"87cURD]i,\"Ebo80~>", &budget).unwrap(), b"Hello World!");
        assert_eq!(run_length(&[2, b'a', b'b', b'c', 254, b'x', 128, 9], &budget).unwrap(), b"abcxxx");
    }

    #[test]
    fn damage_keeps_what_came_before_and_bombs_are_refused() {
        use std::io::Write;
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b'a'; 1 << 20]).unwrap();
        let packed = encoder.finish().unwrap();
        assert!(inflate(&packed, &Budget::new(1 << 19)).is_none());
        assert_eq!(inflate(&packed, &Budget::new(1 << 21)).unwrap().len(), 1 << 20);
        let cut = inflate(&packed[..packed.len() / 2], &Budget::new(1 << 21)).unwrap();
        assert!(!cut.is_empty() && cut.iter().all(|&b| b == b'a'));
        // A wrong header and a wrong checksum are both survived.
        assert_eq!(inflate(&packed[2..packed.len() - 2], &Budget::new(1 << 21)).unwrap().len(), 1 << 20);
    }
}
