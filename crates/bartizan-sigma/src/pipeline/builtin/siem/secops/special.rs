//! Values that UDM holds in another form than Sigma's taxonomy.

use crate::{
    error::Failure,
    pipeline::{Fields, lookup},
    rule::{Detection, Regex, Shape, Text, Value},
    target::expression,
};

fn one(field: &str, value: Value) -> Detection {
    Detection::item(field, vec![value])
}

fn text_of<'v>(value: &'v Value, what: &str) -> Result<&'v Text, Failure> {
    value.as_text().ok_or_else(|| Failure::value(format!("{what} takes text only")))
}

fn word(value: &Value, what: &str, words: &Fields) -> Result<&'static str, Failure> {
    let text = match value {
        Value::Number(number) => number.text().to_owned(),
        Value::Bool(yes) => yes.to_string(),
        value => text_of(value, what)?.bare(),
    };
    lookup(words, &text.to_lowercase())
        .ok_or_else(|| Failure::value(format!("`{text}` has no counterpart in UDM for {what}")))
}

/// `Initiated`. Source: UDM, `Network.direction`.
pub(super) fn direction(value: &Value) -> Result<Detection, Failure> {
    let words: &Fields = &[("true", "OUTBOUND"), ("false", "INBOUND")];
    Ok(one("network.direction", Value::plain(word(value, "the direction", words)?)))
}

/// `Protocol`. Source: UDM, `Network.ip_protocol`.
pub(super) fn protocol(value: &Value) -> Result<Detection, Failure> {
    let words: &Fields = &[("tcp", "TCP"), ("udp", "UDP"), ("icmp", "ICMP"), ("6", "TCP"), ("17", "UDP")];
    Ok(one("network.ip_protocol", Value::plain(word(value, "the protocol", words)?)))
}

/// `IntegrityLevel`. Source: UDM, `Process.integrity_level_rid`: the relative id of Windows' integrity levels.
pub(super) fn integrity(value: &Value) -> Result<Detection, Failure> {
    let words: &Fields = &[
        ("low", "4096"),
        ("medium", "8192"),
        ("high", "12288"),
        ("system", "16384"),
        ("s-1-16-4096", "4096"),
        ("s-1-16-8192", "8192"),
        ("s-1-16-12288", "12288"),
        ("s-1-16-16384", "16384"),
    ];
    Ok(one("target.process.integrity_level_rid", Value::plain(word(value, "the integrity level", words)?)))
}

/// `LogonType`. Source: UDM, `Authentication.mechanism`, whose words are named after Windows' logon types.
pub(super) fn logon(value: &Value) -> Result<Detection, Failure> {
    let words: &Fields = &[
        ("2", "INTERACTIVE"),
        ("3", "NETWORK"),
        ("4", "BATCH"),
        ("5", "SERVICE"),
        ("7", "UNLOCK"),
        ("8", "NETWORK_CLEAR_TEXT"),
        ("9", "NEW_CREDENTIALS"),
        ("10", "REMOTE_INTERACTIVE"),
        ("11", "CACHED_INTERACTIVE"),
        ("12", "CACHED_REMOTE_INTERACTIVE"),
        ("13", "CACHED_UNLOCK"),
    ];
    Ok(one("extensions.auth.mechanism", Value::plain(word(value, "the logon type", words)?)))
}

/// `GrantedAccess` of Sysmon. Source: UDM, `Process.access_mask`, a number, of either process.
pub(super) fn access(value: &Value) -> Result<Detection, Failure> {
    let number = number(value)?;
    let of = |field| one(field, Value::integer(number));
    Ok(Detection::any(vec![of("target.process.access_mask"), of("principal.process.access_mask")]))
}

/// `AccessMask`. Source: EVT, ids 4656 to 4663, 5140, 5145.
pub(super) fn mask(value: &Value) -> Result<Detection, Failure> {
    Ok(one("principal.process.access_mask", Value::integer(number(value)?)))
}

fn number(value: &Value) -> Result<i128, Failure> {
    let number = match value {
        Value::Number(number) if number.is_integer() => number.text().parse().ok(),
        value => {
            let text = text_of(value, "the access mask")?.as_plain().map(str::to_lowercase);
            text.and_then(|text| i128::from_str_radix(text.strip_prefix("0x")?, 16).ok())
        }
    };
    number.ok_or_else(|| Failure::value("the access mask is a whole number in UDM"))
}

/// `record_type` of DNS. Source: UDM, `Dns.Question.type`; numbers from RFC 1035 and RFC 3596.
pub(super) fn record(value: &Value) -> Result<Detection, Failure> {
    let words: &Fields = &[
        ("a", "1"),
        ("ns", "2"),
        ("cname", "5"),
        ("soa", "6"),
        ("null", "10"),
        ("ptr", "12"),
        ("mx", "15"),
        ("txt", "16"),
        ("aaaa", "28"),
        ("srv", "33"),
    ];
    Ok(one("network.dns.questions.type", Value::plain(word(value, "the record type", words)?)))
}

/// `EventType` of registry events. Source: "Collect Microsoft Windows Sysmon data": ids 12 to 14.
pub(super) fn registry(value: &Value) -> Result<Detection, Failure> {
    const ID: &str = "metadata.product_event_type";
    match text_of(value, "the event type")?.bare().to_lowercase().as_str() {
        "setvalue" => Ok(one(ID, Value::plain("13"))),
        "renamekey" | "renamevalue" | "rename" => Ok(one(ID, Value::plain("14"))),
        "createkey" => Ok(one("metadata.event_type", Value::plain("REGISTRY_CREATION"))),
        // One type for keys and values: weaker than either word.
        other => Err(Failure::value(format!("UDM has no event type for `{other}`"))),
    }
}

/// `User`: `DOMAIN\name`, of which UDM holds both halves. Source: "Collect Microsoft Windows Event data" (Sysmon).
pub(super) fn user(value: &Value) -> Result<Detection, Failure> {
    const DOMAIN: &str = "principal.administrative_domain";
    const NAME: &str = "principal.user.userid";
    if *value == Value::Null {
        return Ok(one(NAME, Value::Null));
    }
    let text = text_of(value, "the user")?;
    let plain = text.inner().as_plain().map(str::to_owned);
    let plain = plain.ok_or_else(|| Failure::value("a user is split into domain and name in UDM"))?;
    let half = |field, plain: &str, shape| {
        let mut text = Text::plain(plain);
        if matches!(shape, Shape::Contains | Shape::Ends) {
            text = text.open();
        }
        if matches!(shape, Shape::Contains | Shape::Starts) {
            text = text.close();
        }
        one(field, Value::Text { text, cased: false })
    };
    let shape = text.shape();
    match (plain.split_once('\\'), shape) {
        (Some((domain, name)), Shape::Whole) => {
            Ok(Detection::all(vec![half(DOMAIN, domain, Shape::Whole), half(NAME, name, Shape::Whole)]))
        }
        (Some(("", name)), Shape::Ends) => Ok(half(NAME, name, Shape::Whole)),
        (Some((domain, "")), Shape::Starts) => Ok(half(DOMAIN, domain, Shape::Whole)),
        (None, Shape::Contains) => {
            Ok(Detection::any(vec![half(DOMAIN, &plain, shape), half(NAME, &plain, shape)]))
        }
        (None, Shape::Whole | Shape::Ends) => Ok(half(NAME, &plain, shape)),
        (None, Shape::Starts) => Ok(half(DOMAIN, &plain, shape)),
        _ => Err(Failure::value("a user is split into domain and name in UDM")),
    }
}

/// `Hashes` of a process or module: `MD5=…`. Source: "Collect Microsoft Windows Event data" (Sysmon: `Hashes`); import
/// hash: UDM, `FileMetadataPE.imphash`.
pub(super) fn process_hashes(value: &Value) -> Result<Detection, Failure> {
    hashes("target.process.file", value)
}

/// The same of a file.
pub(super) fn file_hashes(value: &Value) -> Result<Detection, Failure> {
    hashes("target.file", value)
}

fn hashes(place: &str, value: &Value) -> Result<Detection, Failure> {
    let text = text_of(value, "hashes")?.inner();
    let plain = text.as_plain().unwrap_or_default().to_lowercase();
    let (kind, hash) = plain.split_once('=').unwrap_or(("", plain.as_str()));
    let (kind, length) = match (kind, hash.len()) {
        ("md5", _) | ("", 32) => ("md5", 32),
        ("sha1", _) | ("", 40) => ("sha1", 40),
        ("sha256", _) | ("", 64) => ("sha256", 64),
        ("imphash", _) => ("pe_file.imphash", 32),
        _ => return Err(Failure::value("a hash needs its algorithm")),
    };
    if hash.len() != length || !hash.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(Failure::value("UDM compares whole hashes"));
    }
    Ok(one(&format!("{place}.{kind}"), Value::plain(hash)))
}

/// The part of an address behind `?`.
pub(super) fn query(value: &Value) -> Result<Detection, Failure> {
    address(value, ["\\?", "\\?.*", "$", ""])
}

/// The part of an address between host and `?`.
pub(super) fn path(value: &Value) -> Result<Detection, Failure> {
    address(value, ["^(?:[a-z]+:\\/\\/[^\\/?]*)?", "^[^?]*", "(?:\\?|$)", ""])
}

/// The ending of the path.
pub(super) fn extension(value: &Value) -> Result<Detection, Failure> {
    match text_of(value, "the extension")?.shape() {
        Shape::Whole => address(value, ["^[^?]*\\.", "", "(?:\\?|$)", ""]),
        _ => Err(Failure::value("the extension of an address takes whole values only")),
    }
}

/// `target.url` by expression: what stands before a part that starts with the value, before one that holds it, and
/// behind each.
fn address(value: &Value, [head, any, tail, end]: [&str; 4]) -> Result<Detection, Failure> {
    const URL: &str = "target.url";
    let text = text_of(value, "a part of an address")?;
    if text.placeholder().is_some() {
        return Ok(one(URL, value.clone()));
    }
    if text.is_empty() {
        return Err(Failure::value("a part of an address that is empty"));
    }
    let parts = text.parts().len();
    let from = usize::from(text.opens_any());
    let to = parts - usize::from(text.closes_any() && parts > from);
    let body = expression::body(&text.slice(from, to));
    let before = if text.opens_any() { any } else { head };
    let after = if text.closes_any() { end } else { tail };
    let regex = Regex {
        pattern: format!("{before}{body}{after}"),
        ignore_case: true,
        multi_line: false,
        dot_all: false,
    };
    Ok(one(URL, Value::Regex(regex)))
}
