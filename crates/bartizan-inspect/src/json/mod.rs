//! JSON as Python writes and reads it: `NaN` and `Infinity` are numbers, the text of a number is kept, and an object keeps every
//! key in its order.

mod number;
mod scan;
mod skip;
mod text;
mod value;
mod write;

pub use number::Number;
pub(crate) use scan::{Fault, Note, Scanner};
pub use text::Odd;

/// A JSON value, as it stood in the log.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, with its text.
    Number(Number),
    /// A string.
    String(Box<str>),
    /// A string with halves of surrogate pairs in it, which Python reads and which is no text.
    Odd(Box<Odd>),
    /// An array.
    Array(Box<[Json]>),
    /// An object: every member in its order. Of a key that stands twice, the last one counts.
    Object(Box<[(Box<str>, Json)]>),
}

impl Json {
    /// Reads one document.
    ///
    /// # Errors
    /// A code of `json.` or `limit.`, with the byte.
    pub fn read(bytes: &[u8], limits: &crate::Limits) -> Result<Self, crate::Diagnostic> {
        let mut scanner = Scanner::new(bytes, limits);
        let read = scanner.value().and_then(|value| scanner.finish().map(|()| value));
        read.map_err(|fault| fault.diagnostic(""))
    }

    /// The member of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().rev().find(|(name, _)| &**name == key).map(|(_, value)| value)
    }

    /// The member of an object, unless it is `null`.
    pub fn some(&self, key: &str) -> Option<&Self> {
        self.get(key).filter(|value| !matches!(value, Self::Null))
    }

    /// A member that is a string.
    pub fn str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::as_str)
    }

    /// The members of an object; of anything else, none.
    pub fn members(&self) -> &[(Box<str>, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of an array; of anything else, none.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// The string, with `U+FFFD` in place of halves of surrogate pairs.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Odd(odd) => Some(&odd.text),
            _ => None,
        }
    }

    /// The number.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The number, as near as a float comes.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().map(Number::as_f64)
    }

    /// The number, if it is a whole one that fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number().and_then(Number::as_u64)
    }

    /// `true` or `false`.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// What it is, in a word of JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) | Self::Odd(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Json;
    use crate::{Code, Limits};

    fn read(text: &str) -> Json {
        Json::read(text.as_bytes(), &Limits::default()).expect(text)
    }

    /// What Python 3.11's `json.loads` reads, and what it prints of it with `json.dumps`.
    #[test]
    fn as_python_reads_it() {
        for text in [
            "null",
            "true",
            "[NaN,Infinity,-Infinity]",
            "1",
            "-0",
            "1.0",
            "1E+2",
            "1e400",
            "123456789012345678901234567890",
            "0.1000000000000000055511151231257827",
            r#"{"a":1,"b":{"a":[]},"":{}}"#,
            r#""\u0000\b\n é 😀""#,
            r#""\ud800""#,
            r#""a\udc00b\ud83d""#,
            "\"\u{7f}\u{2028}\"",
        ] {
            assert_eq!(read(text).to_string(), text.replace("\\b", "\\u0008"), "{text}");
        }
        assert_eq!(read(r#""\ud83d\ude00\/""#).as_str(), Some("😀/"));
        assert_eq!(read(" [ 1 , 2 ]\n").to_string(), "[1,2]");
        assert!(read("NaN").as_f64().expect("a number").is_nan());
        assert_eq!(read("1e400").as_f64(), Some(f64::INFINITY));
        assert_eq!(read("\u{feff}1").to_string(), "1");
    }

    /// What `json.loads` refuses.
    #[test]
    fn as_python_refuses_it() {
        for text in [
            "nul",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1e",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "'a'",
            "\"\n\"",
            r#""\x""#,
            r#""\u12""#,
            "1 2",
            "-NaN",
            "nan",
            "Inf",
            "[1 2]",
            "{}{}",
            "\"\t\"",
            r#""\u-123""#,
        ] {
            let wrong = Json::read(text.as_bytes(), &Limits::default()).expect_err(text);
            assert!(matches!(wrong.code, Code::Syntax | Code::Ended), "{text}: {wrong}");
        }
        for text in ["", "[", "{\"a\":", "\"a", "[1", "tru", "\"\\", "\"\\ud8", "-"] {
            let wrong = Json::read(text.as_bytes(), &Limits::default()).expect_err(text);
            assert!(matches!(wrong.code, Code::Ended | Code::Syntax), "{text}: {wrong}");
        }
        assert_eq!(Json::read(b"\"\xff\"", &Limits::default()).expect_err("no UTF-8").code, Code::Utf8);
        assert_eq!(
            Json::read(b"\"\xed\xa0\x80\"", &Limits::default()).expect_err("no UTF-8").code,
            Code::Utf8
        );
    }

    #[test]
    fn the_last_of_two_keys_counts_and_both_are_kept() {
        let value = read(r#"{"a":1,"a":2}"#);
        assert_eq!(value.get("a").and_then(Json::as_u64), Some(2));
        assert_eq!(value.to_string(), r#"{"a":1,"a":2}"#);
    }

    #[test]
    fn limits() {
        let small = Limits { depth: 3, memory: 4_000, string_bytes: 100, ..Limits::default() };
        let code = |text: &str| Json::read(text.as_bytes(), &small).expect_err(text).code;
        assert_eq!(code("[[[[1]]]]"), Code::Depth);
        assert_eq!(code(&format!("[{}1]", "1,".repeat(500))), Code::Memory);
        assert_eq!(code(&format!("\"{}\"", "a".repeat(101))), Code::StringBytes);
        assert_eq!(code(&"1".repeat(101)), Code::StringBytes);
        let deep = "[".repeat(100_000);
        let most = Limits { depth: usize::MAX, ..Limits::default() };
        assert_eq!(Json::read(deep.as_bytes(), &most).expect_err("deep").code, Code::Depth);
    }
}
