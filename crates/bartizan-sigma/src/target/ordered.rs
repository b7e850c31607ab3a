//! JSON whose keys stand in the order they were given, for formats that are read by people or compared as text.
//! (`serde_json::Value` sorts keys.)

/// A JSON value.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is to be written.
    Number(String),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(&'static str, Json)>),
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<bool> for Json {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<f64> for Json {
    /// With at least one digit behind the point.
    fn from(number: f64) -> Self {
        Self::Number(format!("{number:?}"))
    }
}

impl From<Option<&str>> for Json {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::from)
    }
}

impl Json {
    /// A list of what can be a value.
    pub(crate) fn list<T: Into<Json>>(members: impl IntoIterator<Item = T>) -> Self {
        Self::List(members.into_iter().map(Into::into).collect())
    }

    /// On lines, four spaces deeper at each level, in ASCII.
    pub(crate) fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out
    }

    fn write(&self, depth: usize, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Self::Number(number) => out.push_str(number),
            Self::Text(text) => string(text, out),
            Self::List(members) => {
                let each = members.iter().map(|member| (None, member));
                block(('[', ']'), each, depth, out);
            }
            Self::Object(members) => {
                let each = members.iter().map(|(key, value)| (Some(*key), value));
                block(('{', '}'), each, depth, out);
            }
        }
    }
}

fn block<'j>(
    (open, close): (char, char),
    members: impl Iterator<Item = (Option<&'static str>, &'j Json)>,
    depth: usize,
    out: &mut String,
) {
    out.push(open);
    let mut empty = true;
    for (key, value) in members {
        out.push_str(if empty { "\n" } else { ",\n" });
        empty = false;
        out.push_str(&"    ".repeat(depth + 1));
        if let Some(key) = key {
            string(key, out);
            out.push_str(": ");
        }
        value.write(depth + 1, out);
    }
    if !empty {
        out.push('\n');
        out.push_str(&"    ".repeat(depth));
    }
    out.push(close);
}

/// In quotes; what is not ASCII as `\u` of its UTF-16.
fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}
