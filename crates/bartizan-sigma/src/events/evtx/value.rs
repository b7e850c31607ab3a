//! Typed values, written as Windows writes them in XML; numbers stay numbers.

use serde_json::{Value, json};

use super::bytes::{Cursor, utf16};

/// Types of BinXml, [MS-EVEN6] 2.2.12, that need a name here.
pub(super) const NULL: u8 = 0x00;
pub(super) const BINXML: u8 = 0x21;
const ARRAY: u8 = 0x80;

/// The value of a type; what is too short for its type is null.
pub(super) fn read(kind: u8, bytes: &[u8]) -> Value {
    match kind & !ARRAY {
        inner if kind & ARRAY != 0 => list(inner, bytes),
        inner => one(inner, bytes).unwrap_or(Value::Null),
    }
}

fn one(kind: u8, bytes: &[u8]) -> Option<Value> {
    let mut from = Cursor::new(bytes, 0, bytes.len());
    Some(match kind {
        0x01 => json!(utf16(bytes).trim_end_matches('\0')),
        // The code page is not known; the bytes past ASCII are Windows' usual one, near enough to Latin 1.
        0x02 => json!(bytes.iter().map(|b| char::from(*b)).collect::<String>().trim_end_matches('\0')),
        0x03 => json!(from.u8().ok()? as i8),
        0x04 => json!(from.u8().ok()?),
        0x05 => json!(from.u16().ok()? as i16),
        0x06 => json!(from.u16().ok()?),
        0x07 => json!(from.u32().ok()? as i32),
        0x08 => json!(from.u32().ok()?),
        0x09 => json!(from.u64().ok()? as i64),
        0x0a => json!(from.u64().ok()?),
        0x0b => json!(f32::from_bits(from.u32().ok()?)),
        0x0c => json!(f64::from_bits(from.u64().ok()?)),
        0x0d => json!(if bytes.iter().all(|b| *b == 0) { "false" } else { "true" }),
        0x0e => json!(bytes.iter().map(|b| format!("{b:02X}")).collect::<String>()),
        0x0f => json!(guid(bytes)?),
        0x10 if bytes.len() == 4 => json!(format!("0x{:x}", from.u32().ok()?)),
        0x14 => json!(format!("0x{:x}", from.u32().ok()?)),
        0x10 | 0x15 => json!(format!("0x{:x}", from.u64().ok()?)),
        0x11 => json!(file_time(from.u64().ok()?)),
        0x12 => json!(system_time(&mut from)?),
        0x13 => json!(sid(&mut from)?),
        _ => return None,
    })
}

fn list(kind: u8, bytes: &[u8]) -> Value {
    let size = match kind {
        0x01 => return json!(texts(bytes)),
        0x03 | 0x04 => 1,
        0x05 | 0x06 => 2,
        0x07 | 0x08 | 0x0b | 0x0d | 0x14 => 4,
        0x09 | 0x0a | 0x0c | 0x11 | 0x15 => 8,
        0x0f | 0x12 => 16,
        _ => return Value::Null,
    };
    bytes.chunks_exact(size).filter_map(|bytes| one(kind, bytes)).collect()
}

/// Texts that end with a zero each.
fn texts(bytes: &[u8]) -> Vec<String> {
    let text = utf16(bytes);
    text.strip_suffix('\0').unwrap_or(&text).split('\0').map(str::to_owned).collect()
}

fn guid(bytes: &[u8]) -> Option<String> {
    let mut from = Cursor::new(bytes, 0, bytes.len());
    let (a, b, c) = (from.u32().ok()?, from.u16().ok()?, from.u16().ok()?);
    let rest: Vec<String> = from.take(8).ok()?.iter().map(|b| format!("{b:02x}")).collect();
    let (d, e) = rest.split_at_checked(2)?;
    Some(format!("{{{a:08x}-{b:04x}-{c:04x}-{}-{}}}", d.concat(), e.concat()))
}

fn sid(from: &mut Cursor<'_>) -> Option<String> {
    let (revision, count) = (from.u8().ok()?, from.u8().ok()?);
    let authority = from.take(6).ok()?.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let mut text = format!("S-{revision}-{authority}");
    for _ in 0..count {
        text += &format!("-{}", from.u32().ok()?);
    }
    Some(text)
}

/// 100 nanoseconds since 1601, as `2025-11-27T07:40:10.1653240Z`.
fn file_time(ticks: u64) -> String {
    let (seconds, fraction) = (ticks / 10_000_000, ticks % 10_000_000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z")
}

/// The Gregorian date so many days after 1601-01-01, the first day of a cycle of 400 years.
fn date(days: u64) -> (u64, u64, u64) {
    const CYCLE: u64 = 146_097;
    let (cycles, mut left) = (days / CYCLE, days % CYCLE);
    let centuries = (left / 36_524).min(3);
    left -= centuries * 36_524;
    let fours = left / 1_461;
    left -= fours * 1_461;
    let years = (left / 365).min(3);
    left -= years * 365;
    let leap = years == 3 && (fours != 24 || centuries == 3);
    let months = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in months {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (1601 + cycles * 400 + centuries * 100 + fours * 4 + years, month, left + 1)
}

fn system_time(from: &mut Cursor<'_>) -> Option<String> {
    let (year, month) = (from.u16().ok()?, from.u16().ok()?);
    from.u16().ok()?;
    let (day, hour, minute) = (from.u16().ok()?, from.u16().ok()?, from.u16().ok()?);
    let (second, milli) = (from.u16().ok()?, from.u16().ok()?);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_windows_writes_them() {
        assert_eq!(file_time(0), "1601-01-01T00:00:00.0000000Z");
        assert_eq!(file_time(116_444_736_000_000_000), "1970-01-01T00:00:00.0000000Z");
        // 2000-02-29 and 2024-12-31T23:59:59.9999999.
        assert_eq!(file_time((11_016 + 134_774) * 864_000_000_000), "2000-02-29T00:00:00.0000000Z");
        assert_eq!(file_time((20_089 + 134_774) * 864_000_000_000 - 1), "2024-12-31T23:59:59.9999999Z");
        assert_eq!(read(0x13, &[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]), json!("S-1-5-18"));
        assert_eq!(read(0x81, b"a\0\0\0b\0\0\0"), json!(["a", "b"]));
        assert_eq!(read(0x08, &[1, 0]), Value::Null);
        let guid = [0x78, 0x56, 0x34, 0x12, 0xbc, 0x9a, 0xf0, 0xde, 1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(read(0x0f, &guid), json!("{12345678-9abc-def0-0102-030405060708}"));
    }
}
