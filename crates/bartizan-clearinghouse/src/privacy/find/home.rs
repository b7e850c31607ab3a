//! The name of a person in the path of their home.

use super::{Found, placeholder};
use crate::privacy::Kind;

/// Where homes are, in lower case; slashes both ways, also doubled as in JSON and source.
const HOMES: [&str; 9] = [
    "\\users\\",
    "\\\\users\\\\",
    ":/users/",
    "/users/",
    "/home/",
    "\\documents and settings\\",
    "\\\\documents and settings\\\\",
    "/export/home/",
    "%2fhome%2f",
];

/// How far the name of a home is looked for, in bytes.
const PATH: usize = 300;

/// Homes of nobody.
const NOBODY: [&str; 26] = [
    "public",
    "default",
    "default user",
    "all users",
    "shared",
    "user",
    "username",
    "users",
    "guest",
    "administrator",
    "admin",
    "runner",
    "runneradmin",
    "vagrant",
    "ubuntu",
    "ec2-user",
    "node",
    "app",
    "git",
    "jenkins",
    "build",
    "builder",
    "root",
    "www-data",
    "me",
    "test",
];

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let lower = text.to_ascii_lowercase();
    for home in HOMES {
        for at in memchr::memmem::find_iter(lower.as_bytes(), home.as_bytes()) {
            let start = at + home.len();
            // `/users/` is a home on macOS where the path begins, and anything in the path of an address.
            if home.starts_with('/') && !begins(&lower, at) {
                continue;
            }
            let ends = |c: char| {
                matches!(
                    c,
                    '\\' | '/'
                        | '"'
                        | '\''
                        | '<'
                        | '>'
                        | '|'
                        | ':'
                        | '*'
                        | '?'
                        | ','
                        | ';'
                        | ')'
                        | ']'
                        | '`'
                        | '%'
                ) || c.is_control()
            };
            let rest = &text[start..];
            let rest = &rest[..rest.floor_char_boundary(PATH)];
            let whole = rest.find(ends).unwrap_or(rest.len());
            let mut name = &rest[..whole];
            // A blank belongs to the name only if the path goes on behind it.
            if !rest[whole..].starts_with(['\\', '/']) {
                name = name.split(char::is_whitespace).next().unwrap_or_default();
            }
            let name = name.trim_end_matches('.');
            let known = NOBODY.contains(&name.to_ascii_lowercase().as_str());
            if name.is_empty() || name.chars().count() > 64 || known || placeholder(rest) {
                continue;
            }
            found.push(Found { kind: Kind::HomePath, start, end: start + name.len() });
        }
    }
}

/// Whether a path begins there.
fn begins(lower: &str, at: usize) -> bool {
    match lower[..at].chars().next_back() {
        None => true,
        // `file:///home/…`, `C:/Users/…`, and ends of words of another path.
        Some('/') => lower[..at].ends_with("file://"),
        Some(c) => !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '}' | ']' | '*' | '~')),
    }
}
