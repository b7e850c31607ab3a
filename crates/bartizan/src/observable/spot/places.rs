//! Paths, registry keys and variables: each has a slash or backslash near its start, so the walk goes from one of
//! these to the next and looks at what may have started before it.

use super::DIGIT;
use super::{at, caseless, class, literal, one_of, walk};

/// What may start at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Place {
    /// `C:\`
    Drive,
    /// `%AppData%\`, `$env:TEMP\`, `<system>\`
    Variable,
    /// `\\host\`
    Share,
    /// `HKLM\`
    Hive,
    /// `Software\Microsoft\`
    HivelessKey,
    /// `/etc/`
    Unix,
    /// `~/`, `./`
    Home,
}

/// Calls `take` for each match; it returns where the walk goes on.
pub(in super::super) fn run(text: &str, take: impl FnMut(Place, usize, usize) -> usize) {
    let bytes = text.as_bytes();
    walk(text, |at| next(bytes, at), take);
}

/// How far before its first slash something may start: `<CSIDL_` and thirty letters.
const REACH: usize = 40;

fn next(bytes: &[u8], from: usize) -> Option<(Place, usize, usize)> {
    // What starts behind one slash and before the next has that one as its first.
    let mut low = from;
    for slash in memchr::memchr2_iter(b'\\', b'/', bytes.get(from..)?).map(|i| from + i) {
        for i in low.max(slash.saturating_sub(REACH))..=slash {
            if let Some((place, end)) = here(bytes, i, slash) {
                return Some((place, i, end));
            }
        }
        low = slash + 1;
    }
    None
}

/// What starts at `i`, if its first slash is at `slash`.
fn here(bytes: &[u8], i: usize, slash: usize) -> Option<(Place, usize)> {
    let found = |place, end: Option<usize>| end.map(|end| (place, end));
    match bytes[i] {
        b'/' => found(Place::Unix, unix(bytes, i)),
        b'\\' => found(Place::Hive, kernel_hive(bytes, i)).or_else(|| found(Place::Share, share(bytes, i))),
        b'%' => found(Place::Variable, percent(bytes, i)),
        b'$' => found(Place::Variable, dollar(bytes, i)),
        b'<' | b'[' | b'{' => found(Place::Variable, placeholder(bytes, i)),
        b'~' | b'.' if i + 1 == slash && bytes[slash] == b'/' => Some((Place::Home, slash + 1)),
        b if b.is_ascii_alphabetic() => {
            if i + 2 == slash && bytes[i + 1] == b':' {
                return Some((Place::Drive, slash + 1));
            }
            match b {
                b'H' | b'h' if matches!(at(bytes, i + 1), b'K' | b'k') => found(Place::Hive, hive(bytes, i)),
                b'S' | b's' => found(Place::HivelessKey, key(bytes, i)),
                b'C' => found(Place::Variable, csidl(bytes, i).and_then(|end| literal(bytes, end, b"\\"))),
                _ => None,
            }
        }
        _ => None,
    }
}

fn slash(bytes: &[u8], i: usize) -> Option<usize> {
    one_of(bytes, i, &[b"\\", b"/"])
}

/// `HKLM\`, `HKEY_LOCAL_MACHINE\`
fn hive(bytes: &[u8], i: usize) -> Option<usize> {
    let close = |i: usize| {
        let i = literal(bytes, i, b">").unwrap_or(i);
        slash(bytes, literal(bytes, i, b":").unwrap_or(i))
    };
    let under = |i: usize| one_of(bytes, i, &[b"\\_", b"_"]);
    if let Some(end) = one_of(bytes, i, &[b"HKEY", b"hkey", b"Hkey"]) {
        const FIRST: &[&[u8]] = &[
            b"LOCAL", b"local", b"Local", b"CURRENT", b"current", b"Current", b"CLASSES", b"classes",
            b"Classes", b"USERS", b"users", b"Users",
        ];
        const SECOND: &[&[u8]] = &[
            b"MACHINE", b"machine", b"Machine", b"USER", b"user", b"User", b"CONFIG", b"config", b"Config",
            b"ROOT", b"root", b"Root",
        ];
        let first = one_of(bytes, under(end)?, FIRST)?;
        let second = under(first).and_then(|i| one_of(bytes, i, SECOND));
        return second.and_then(close).or_else(|| close(first));
    }
    let short: &[&[u8]] =
        &[b"HKLM", b"hklm", b"HKCU", b"hkcu", b"HKCR", b"hkcr", b"HKU", b"hku", b"HKCC", b"hkcc"];
    let end = one_of(bytes, i, short)?;
    close(one_of(bytes, end, &[b"64", b"32"]).unwrap_or(end))
}

/// `\Registry\Machine\`
fn kernel_hive(bytes: &[u8], i: usize) -> Option<usize> {
    let end = caseless(bytes, i, b"\\registry\\")?;
    caseless(bytes, end, b"machine\\").or_else(|| caseless(bytes, end, b"user\\"))
}

/// `Software\Microsoft\`, `SYSTEM\CurrentControlSet\`
fn key(bytes: &[u8], i: usize) -> Option<usize> {
    let one_or_two = |i: usize| one_of(bytes, i, &[b"\\\\", b"\\"]);
    let end = if let Some(end) = one_of(bytes, i, &[b"SOFTWARE", b"Software", b"software"]) {
        const VENDORS: &[&[u8]] = &[
            b"Microsoft",
            b"MICROSOFT",
            b"microsoft",
            b"Classes",
            b"CLASSES",
            b"Policies",
            b"WOW6432Node",
            b"Wow6432Node",
            b"WOW6432NODE",
        ];
        one_of(bytes, one_or_two(end)?, VENDORS)?
    } else {
        let end = one_or_two(one_of(bytes, i, &[b"SYSTEM", b"System", b"system"])?)?;
        match literal(bytes, end, b"ControlSet00") {
            Some(end) => (class(bytes, end) & DIGIT != 0).then_some(end + 1)?,
            None => one_of(bytes, end, &[b"CurrentControlSet", b"CURRENTCONTROLSET"])?,
        }
    };
    literal(bytes, end, b"\\")
}

/// `%AppData%\`
fn percent(bytes: &[u8], i: usize) -> Option<usize> {
    let first = at(bytes, i + 1);
    if !(first.is_ascii_alphabetic() || first == b'_') {
        return None;
    }
    let is = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'(' | b')' | b'~' | b' ');
    let len = bytes.get(i + 2..)?.iter().take(30).take_while(is).count();
    let end = i + 2 + len;
    (len > 0).then(|| slash(bytes, literal(bytes, end, b"%").unwrap_or(end))).flatten()
}

/// `$env:TEMP\`, `${HOME}/`
fn dollar(bytes: &[u8], i: usize) -> Option<usize> {
    if let Some(start) = one_of(bytes, i + 1, &[b"env:", b"Env:", b"ENV:"]) {
        let is = |b: &&u8| b.is_ascii_alphabetic() || **b == b'_';
        let len = bytes.get(start..)?.iter().take(24).take_while(is).count();
        return (len >= 2).then(|| slash(bytes, start + len)).flatten();
    }
    let start = literal(bytes, i + 1, b"{").unwrap_or(i + 1);
    let end = one_of(bytes, start, &[b"HOME", b"TMPDIR", b"PWD", b"XDG_CONFIG_HOME"])?;
    literal(bytes, literal(bytes, end, b"}").unwrap_or(end), b"/")
}

/// `CSIDL_APPDATA`
fn csidl(bytes: &[u8], i: usize) -> Option<usize> {
    let start = literal(bytes, i, b"CSIDL_")?;
    let is = |b: &&u8| b.is_ascii_uppercase() || **b == b'_';
    let len = bytes.get(start..)?.iter().take(30).take_while(is).count();
    (len >= 3).then_some(start + len)
}

/// `<system32>\`, `[local appdata]\`
fn placeholder(bytes: &[u8], i: usize) -> Option<usize> {
    const NAMES: &[&[u8]] = &[
        b"system",
        b"system32",
        b"windows",
        b"temp",
        b"appdata",
        b"local appdata",
        b"userprofile",
        b"programdata",
        b"program files",
        b"drive",
        b"user",
        b"username",
        b"startup",
    ];
    let window = bytes.get(i + 1..)?;
    let window = &window[..window.len().min(REACH)];
    let len = window.iter().position(|b| matches!(b, b'>' | b']' | b'}'))?;
    let name = &window[..len];
    let folder = name.len() >= 9
        && name[..6].eq_ignore_ascii_case(b"CSIDL_")
        && name.len() <= 36
        && name[6..].iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
    (folder || NAMES.iter().any(|n| n.eq_ignore_ascii_case(name)))
        .then(|| slash(bytes, i + 2 + len))
        .flatten()
}

/// `\\host\`, `\\.\name\`
fn share(bytes: &[u8], i: usize) -> Option<usize> {
    let start = literal(bytes, i, b"\\\\")?;
    let name = |i: usize| {
        let is = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$' | b'%' | b'@' | b'-');
        let len = bytes.get(i..)?.iter().take(64).take_while(is).count();
        (len > 0).then(|| literal(bytes, i + len, b"\\")).flatten()
    };
    one_of(bytes, start, &[b".\\", b"?\\"]).and_then(name).or_else(|| name(start))
}

/// `/etc/`, `/Users/`
fn unix(bytes: &[u8], i: usize) -> Option<usize> {
    const ROOTS: &[&[u8]] = &[
        b"etc",
        b"usr",
        b"bin",
        b"sbin",
        b"tmp",
        b"var",
        b"home",
        b"opt",
        b"root",
        b"dev",
        b"proc",
        b"mnt",
        b"media",
        b"lib",
        b"lib64",
        b"boot",
        b"srv",
        b"run",
        b"sys",
        b"data",
        b"sdcard",
        b"storage",
        b"system",
        b"private",
        b"cores",
        b"jffs",
        b"overlay",
        b"Library",
        b"Users",
        b"Applications",
        b"System",
        b"Volumes",
        b"Network",
    ];
    let window = bytes.get(i + 1..)?;
    let len = window.iter().take(13).position(|b| *b == b'/')?;
    ROOTS.contains(&&window[..len]).then_some(i + len + 2)
}
