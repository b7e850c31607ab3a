//! What is asked of a node.

use std::io::Read;
use std::path::{Path, PathBuf};

use bartizan_fetch::Method;
use serde_json::Value;

use super::shown::Shown;
use crate::exit::{Exit, Failure};

/// Longest file that is sent, as the node takes it.
const LONGEST: u64 = 1 << 30;

/// A request, and what is shown of its answer.
pub struct Ask {
    /// In which way.
    pub method: Method,
    /// Of what, below the API's root.
    pub path: String,
    /// With what.
    pub body: Option<(&'static str, Vec<u8>)>,
    /// What is shown.
    pub shown: Shown,
    /// Where the bytes of the answer go, if it is a file.
    pub out: Option<PathBuf>,
}

impl Ask {
    /// Something that is there.
    pub fn get(path: String, shown: Shown) -> Self {
        Self { method: Method::Get, path, body: None, shown, out: None }
    }

    /// A file.
    pub fn file(path: String, out: &Path) -> Self {
        Self { out: Some(out.to_owned()), ..Self::get(path, Shown::NOTHING) }
    }

    /// Something with a body of JSON.
    pub fn json(method: Method, path: String, body: &Value, shown: Shown) -> Self {
        Self {
            method,
            path,
            body: Some(("application/json", body.to_string().into_bytes())),
            shown,
            out: None,
        }
    }

    /// Something with a body of bytes.
    pub fn bytes(
        method: Method,
        path: String,
        (media, bytes): (&'static str, Vec<u8>),
        shown: Shown,
    ) -> Self {
        Self { method, path, body: Some((media, bytes)), shown, out: None }
    }
}

/// A path of segments. What the user typed is a segment and nothing else, whatever it holds.
pub fn path(segments: &[&str]) -> Result<String, Failure> {
    let mut path = String::new();
    for segment in segments {
        if matches!(*segment, "" | "." | "..") {
            return Err(Failure::new(Exit::Usage, "node.name", format!("{segment:?} is no name")));
        }
        path.push('/');
        path.push_str(&percent(segment));
    }
    Ok(path)
}

/// A path with parameters, of those that were given.
pub fn with(path: String, parameters: &[(&str, Option<String>)]) -> String {
    let given =
        parameters.iter().filter_map(|(name, value)| Some(format!("{name}={}", percent(value.as_deref()?))));
    let given: Vec<String> = given.collect();
    if given.is_empty() { path } else { format!("{path}?{}", given.join("&")) }
}

fn percent(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

/// The bytes of a file; - for standard input.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let done = if path == Path::new("-") {
        std::io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
    };
    done.map_err(|e| Failure::new(Exit::NoInput, "input.unreadable", format!("{}: {e}", path.display())))?;
    if bytes.len() as u64 > LONGEST {
        let text = format!("{} has more than {LONGEST} bytes", path.display());
        return Err(Failure::new(Exit::BadData, "input.too-large", text));
    }
    Ok(bytes)
}

/// The JSON of a file.
pub fn value(path: &Path) -> Result<Value, Failure> {
    serde_json::from_slice(&read(path)?).map_err(|error| {
        Failure::new(Exit::BadData, "input.json", format!("{} is no JSON: {error}", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_stays_in_its_segment() {
        assert_eq!(path(&["windows", "a/../b?c#d%"]).unwrap(), "/windows/a%2F..%2Fb%3Fc%23d%25");
        for wrong in ["", ".", ".."] {
            assert_eq!(path(&["windows", wrong]).unwrap_err().exit, Exit::Usage);
        }
        let parameters = [("a", Some("x y&b=1".to_owned())), ("b", None)];
        assert_eq!(with("/p".into(), &parameters), "/p?a=x%20y%26b%3D1");
    }
}
