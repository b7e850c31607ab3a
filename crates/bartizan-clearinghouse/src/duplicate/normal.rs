//! The same thing written in different ways, written in one way.

/// Most bytes of a field that are looked at.
const LONGEST: usize = 512;

fn bounded(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].trim()
}

/// A product: kind of package, if it is said, and name. `pkg:npm/%40acme/box@1.2?x#y` is `npm` and `acme/box`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Product {
    /// Type of the purl; none of a plain name.
    pub kind: Option<String>,
    /// Namespace and name, in small letters.
    pub name: String,
}

impl Product {
    /// A product as it was written.
    pub fn of(text: &str) -> Self {
        let text = bounded(text).to_ascii_lowercase();
        let text = text.split(['?', '#']).next().unwrap_or_default();
        let Some(purl) = text.strip_prefix("pkg:") else {
            let name = text.trim_end_matches(".git").trim_matches('/');
            return Self { kind: None, name: last(name, '/').to_owned() };
        };
        let (kind, rest) = purl.trim_start_matches('/').split_once('/').unwrap_or(("", purl));
        // The version comes after the last `@` behind the last `/`; a namespace may begin with one, written `%40`.
        let at = rest.rfind('@').filter(|at| rest[*at..].find('/').is_none() && *at > 0);
        let name = at.map_or(rest, |at| &rest[..at]).replace("%40", "").replace('@', "");
        Self { kind: Some(kind.to_owned()), name: name.trim_matches('/').to_owned() }
    }

    /// The name without namespace: what a purl and a plain name have in common.
    pub fn short(&self) -> &str {
        last(&self.name, '/')
    }

    /// Whether both have the same name, of whatever kind of package: enough to ask a person.
    pub fn near(&self, other: &Self) -> bool {
        !self.short().is_empty() && self.short() == other.short()
    }

    /// Whether both can be the same product.
    pub fn agrees(&self, other: &Self) -> bool {
        let kinds = match (&self.kind, &other.kind) {
            (Some(a), Some(b)) => a == b && self.name == other.name,
            _ => true,
        };
        kinds && self.near(other)
    }
}

fn last(text: &str, by: char) -> &str {
    text.rsplit(by).next().unwrap_or(text)
}

/// Parts of a path without what builds and patches put before it.
pub fn path(text: &str) -> Vec<String> {
    let text = bounded(text).replace('\\', "/");
    // `C:/` is a drive; `parser.c:120:7` names a place in the file.
    let drive = text.len() > 2 && text.as_bytes()[0].is_ascii_alphabetic() && text[1..].starts_with(":/");
    let text = if drive { &text[3..] } else { &text };
    let text = text.split(':').next().unwrap_or_default();
    let mut parts: Vec<String> = Vec::new();
    for part in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." { _ = parts.pop() } else { parts.push(part.to_owned()) }
    }
    if parts.len() > 2 && matches!(parts[0].as_str(), "a" | "b") {
        parts.remove(0);
    }
    parts
}

/// Parts of a path within a product: of one that begins at the root, what comes after the folder of the product, `box` or `box-1.2`.
pub fn path_in(text: &str, product: &str) -> Vec<String> {
    let parts = path(text);
    let text = text.trim().replace('\\', "/");
    let rooted = text.starts_with('/') || text.get(1..3) == Some(":/");
    let folder = |part: &String| {
        let rest = part.to_ascii_lowercase().strip_prefix(product).map(str::to_owned);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    };
    let at = parts.iter().position(folder).filter(|at| rooted && !product.is_empty() && at + 1 < parts.len());
    at.map_or_else(|| parts.clone(), |at| parts[at + 1..].to_vec())
}

/// Whether two paths cannot be of one file: other names, or other folders where both say folders.
pub fn other_path(a: &[String], b: &[String]) -> bool {
    match (a.last(), b.last()) {
        (Some(x), Some(y)) => x != y || (a.len() > 1 && b.len() > 1 && !same_path(a, b)),
        _ => false,
    }
}

/// Whether one path is the end of the other, by two parts at least or as a whole.
pub fn same_path(a: &[String], b: &[String]) -> bool {
    let common = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let shorter = a.len().min(b.len());
    common > 0 && common == shorter && (shorter >= 2 || a.len() == b.len())
}

/// Parts of a symbol without arguments, generics and the compiler's marks: `ns::Box<T>::open(int)` is `ns`, `Box`, `open`.
pub fn symbol(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut depth = 0u32;
    for c in bounded(text).chars() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            '(' if depth == 0 => break,
            _ if depth > 0 => {}
            _ => plain.push(c),
        }
    }
    let plain = plain.replace("->", ".").replace("::", ".").replace(['#', '/'], ".");
    let mark = |part: &str| {
        part.len() == 17 && part.starts_with('h') && part[1..].bytes().all(|b| b.is_ascii_hexdigit())
    };
    let parts = plain.split('.').map(str::trim).filter(|part| !part.is_empty() && !mark(part));
    // `static int open` has its name at the end.
    parts
        .map(|part| last(part, ' ').trim_start_matches(['*', '&']).to_owned())
        .filter(|p| !p.is_empty())
        .collect()
}

/// Whether one symbol is the end of the other.
pub fn same_symbol(a: &[String], b: &[String]) -> bool {
    let shorter = a.len().min(b.len());
    shorter > 0 && a.iter().rev().zip(b.iter().rev()).all(|(a, b)| a == b)
}

/// An identifier of a vulnerability, in large letters: `CVE-2026-1234`, `GHSA-…`; others as they are, without space.
pub fn upstream(text: &str) -> Option<String> {
    let text = bounded(text);
    let id = last(text.trim_end_matches('/'), '/').to_ascii_uppercase();
    let known = ["CVE-", "GHSA-", "OSV-", "RUSTSEC-", "PYSEC-", "GO-", "EUVD-", "VU#"];
    if known.iter().any(|start| id.starts_with(start)) {
        return Some(id);
    }
    // An address of an issue is one as a whole; a bare number is none.
    let address = text.contains("://") && text.len() > 12;
    address.then(|| text.trim_end_matches('/').to_ascii_lowercase())
}

/// A commit: at least twelve hexadecimal digits, of which twelve are compared.
pub fn commit(text: &str) -> Option<String> {
    let text = last(bounded(text).trim_end_matches('/'), '/').to_ascii_lowercase();
    let hex = text.len() >= 12 && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    (hex && text.bytes().any(|b| b != b'0')).then(|| text[..12].to_owned())
}
