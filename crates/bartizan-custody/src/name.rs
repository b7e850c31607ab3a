//! Names of files: what every system can hold, and nothing that leads out of the folder.

/// Longest name, and deepest, in bytes and folders.
const LONGEST: usize = 240;
const DEEPEST: usize = 8;

/// Whether a name is one: parts of letters, digits, `.`, `_` and `-`, none beginning with a point, one `/` between two.
pub fn is_name(name: &str) -> bool {
    let part = |part: &str| {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && part.bytes().all(good)
    };
    name.len() <= LONGEST && name.split('/').count() <= DEEPEST && name.split('/').all(part)
}
