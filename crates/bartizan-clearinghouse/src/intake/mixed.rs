//! A report and its files as `multipart/mixed` (RFC 2046): the bytes of files as they are, without base64.

use super::attachment::{self, Attachment, distinct, judge};
use super::fields::Found;
use super::{Code, Refused, Submission, strict, wire};

/// Most headers of a part, and their longest line in bytes.
const HEADERS: (usize, usize) = (8, 2_048);
/// Headers that a part may have; each once.
const KNOWN: [&str; 6] = [
    "content-disposition",
    "content-type",
    "content-transfer-encoding",
    "content-description",
    "content-akrites-type",
    "content-length",
];

/// One part: its headers by lower-case name, and its bytes.
struct Part<'a> {
    headers: Vec<(String, String)>,
    body: &'a [u8],
}

impl Part<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a report from a body of this boundary: one part `report` with the JSON, parts `attachment` with files.
///
/// # Errors
/// As [`super::read`]; a body that is not of this form is [`Refused::Malformed`].
pub fn mixed(boundary: &str, bytes: &[u8]) -> Result<Submission, Refused> {
    let parts = parts(boundary, bytes).map_err(Refused::Malformed)?;
    let (mut report, mut files, mut found) = (None, Vec::new(), Found::default());
    for part in parts {
        let named = part.header("content-disposition").unwrap_or_default();
        let Some((name, filename)) = disposition(named) else {
            return malformed("every part is Content-Disposition: attachment; name=…");
        };
        match (&*name, report.is_some()) {
            ("report", false) => report = Some(document(&part)?),
            ("attachment", _) => {
                if files.len() == attachment::MOST {
                    found.add(
                        Code::TooManyItems,
                        "attachments",
                        format!("at most {} files", attachment::MOST),
                    );
                    break;
                }
                let place = format!("attachments[{}]", files.len());
                files.push((file(&part, filename, &place, &mut found), place));
            }
            _ => return malformed("a part is neither the one report nor an attachment"),
        }
    }
    let Some(report) = report else { return malformed("there is no part named report") };
    let files: Vec<_> = files.into_iter().filter_map(|(file, place)| Some((place, file?))).collect();
    distinct(&files, &mut found);
    let files = files.into_iter().map(|(_, file)| file).collect();
    wire::both(found, wire::fields(report, Some(files)))
}

fn malformed<T>(text: &str) -> Result<T, Refused> {
    Err(Refused::Malformed(text.into()))
}

fn document(part: &Part<'_>) -> Result<serde_json::Map<String, serde_json::Value>, Refused> {
    let media = part.header("content-type").unwrap_or_default();
    if !bare(media).eq_ignore_ascii_case("application/json") {
        return malformed("the part report is application/json");
    }
    for name in ["content-description", "content-akrites-type"] {
        if part.header(name).is_some() {
            return malformed("only attachments have a description and a type");
        }
    }
    let value = strict(part.body).map_err(Refused::Malformed)?;
    let serde_json::Value::Object(members) = value else { return malformed("the report is not an object") };
    if members.contains_key("attachments") {
        return malformed("files are parts of their own here: the report has no attachments");
    }
    Ok(members)
}

fn file(part: &Part<'_>, filename: Option<String>, place: &str, found: &mut Found) -> Option<Attachment> {
    let media = part.header("content-type");
    let mut whole = true;
    for (name, missing) in
        [("filename", filename.is_none()), ("content_type", media.is_none()), ("data", part.body.is_empty())]
    {
        if missing {
            found.add(Code::MissingField, format!("{place}.{name}"), "every attachment needs it");
            whole = false;
        }
    }
    if part.body.len() > attachment::LARGEST {
        found.add(Code::FieldTooLarge, format!("{place}.data"), "at most 1 MiB");
        whole = false;
    }
    let text = |name: &str| part.header(name).map(str::to_owned).filter(|text| !text.is_empty());
    let media = media?;
    // Text may say that it is UTF-8, which it has to be anyway.
    let plain = media.to_ascii_lowercase().replace([' ', '"'], "").ends_with(";charset=utf-8");
    let named = if plain { bare(media) } else { media };
    let kept =
        judge((filename?, named, text("content-akrites-type"), text("content-description")), place, found)?;
    if kept.content_type.is_text() && std::str::from_utf8(part.body).is_err() {
        found.add(Code::InvalidUtf8, format!("{place}.data"), "text that is not UTF-8");
        return None;
    }
    if plain && !kept.content_type.is_text() {
        found.add(Code::InvalidContentType, format!("{place}.content_type"), "a charset is for text");
        return None;
    }
    whole.then(|| Attachment { data: part.body.to_vec(), ..kept })
}

/// A media type without its parameters.
fn bare(media: &str) -> &str {
    media.split(';').next().unwrap_or_default().trim()
}

/// The parts of a body (RFC 2046, section 5.1.1): what stands before the first boundary and behind the last is left.
fn parts<'a>(boundary: &str, bytes: &'a [u8]) -> Result<Vec<Part<'a>>, String> {
    if boundary.is_empty() || boundary.len() > 70 {
        return Err("a boundary has 1 to 70 characters".into());
    }
    let line = format!("--{boundary}");
    let mut rest = if bytes.starts_with(line.as_bytes()) {
        &bytes[line.len()..]
    } else {
        let at = find(bytes, format!("\r\n{line}").as_bytes()).ok_or("no part begins")?;
        &bytes[at + 2 + line.len()..]
    };
    let delimiter = format!("\r\n{line}");
    let mut all = Vec::new();
    while !rest.starts_with(b"--") {
        // One report, sixteen files, and one to say that there are too many.
        if all.len() > attachment::MOST + 2 {
            return Err("too many parts".into());
        }
        let inside = blank(rest).ok_or("a boundary has something behind it")?;
        let end = find(inside, delimiter.as_bytes()).ok_or("a part does not end")?;
        all.push(part(&inside[..end])?);
        rest = &inside[end + delimiter.len()..];
    }
    Ok(all)
}

/// What follows the blanks and the end of line behind a boundary.
fn blank(bytes: &[u8]) -> Option<&[u8]> {
    let skipped = bytes.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    bytes[skipped..].strip_prefix(b"\r\n")
}

fn part(bytes: &[u8]) -> Result<Part<'_>, String> {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut rest = bytes;
    loop {
        let end = find(rest, b"\r\n").ok_or("a part has no end of its headers")?;
        let (line, after) = (&rest[..end], &rest[end + 2..]);
        if line.is_empty() {
            return Ok(Part { headers, body: after });
        }
        if headers.len() == HEADERS.0 || line.len() > HEADERS.1 {
            return Err("a part has too many or too long headers".into());
        }
        let line = std::str::from_utf8(line).map_err(|_| "a header is not UTF-8")?;
        let (name, value) = line.split_once(':').ok_or("a header has no colon")?;
        let (name, value) = (name.to_ascii_lowercase(), value.trim());
        let own = name.starts_with("content-");
        if own && !KNOWN.contains(&&*name) {
            return Err("a part has a Content header that is none of a report".into());
        }
        if own && headers.iter().any(|(known, _)| *known == name) {
            return Err("a part has a header twice".into());
        }
        if name == "content-transfer-encoding"
            && !["binary", "8bit", "7bit"].contains(&&*value.to_ascii_lowercase())
        {
            return Err(
                "parts are sent as they are: Content-Transfer-Encoding is binary, 8bit or 7bit".into()
            );
        }
        headers.push((name, value.to_owned()));
        rest = after;
    }
}

/// Name and file name of `attachment; name="…"; filename="…"`.
fn disposition(text: &str) -> Option<(String, Option<String>)> {
    let (kind, mut rest) = text.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("attachment") {
        return None;
    }
    let (mut name, mut filename) = (None, None);
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some((name?, filename));
        }
        let (key, after) = rest.split_once('=')?;
        let (value, after) = value(after)?;
        let slot = match &*key.trim().to_ascii_lowercase() {
            "name" => &mut name,
            "filename" => &mut filename,
            _ => return None,
        };
        if slot.replace(value).is_some() {
            return None;
        }
        rest = match after.trim_start() {
            "" => "",
            more => more.strip_prefix(';')?,
        };
    }
}

/// A value, quoted or not, and what stands behind it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Some((text[..end].trim().to_owned(), &text[end..]));
    };
    let (mut value, mut escaped) = (String::new(), false);
    for (at, c) in quoted.char_indices() {
        match c {
            _ if escaped => {
                value.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((value, &quoted[at + 1..])),
            _ => value.push(c),
        }
    }
    None
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}
