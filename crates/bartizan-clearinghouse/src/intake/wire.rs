//! A report as JSON has it.

use serde_json::{Map, Value};

use super::attachment::{self, distinct};
use super::fields::{Fields, Found};
use super::{Attachment, Code, Refused, Submission, Symbol, check, strict};

/// Largest `enrichment`, in bytes, and how deep it may nest.
const ENRICHMENT: (usize, usize) = (64 << 10, 8);
/// Words for what news a sender wants.
const NEWS: [&str; 4] = ["off", "final", "milestones", "all"];
/// Words for what a sender has to do with it.
const RELATIONS: [&str; 4] = ["finder", "vendor", "coordinator", "other"];

/// Reads a report. Strict: one document, no unknown field, none twice; everything that is wrong with it is told at once.
///
/// ```
/// let report = br#"{"purl":"pkg:npm/lodash@4.17.20","title":"Prototype pollution"}"#;
/// let report = bartizan_clearinghouse::intake::read(report)?;
/// assert_eq!(report.purl.as_deref(), Some("pkg:npm/lodash"));
/// assert_eq!(report.versions, ["4.17.20"]);
/// # Ok::<(), bartizan_clearinghouse::intake::Refused>(())
/// ```
///
/// # Errors
/// [`Refused::Malformed`] for what is no report, [`Refused::Invalid`] with every violation.
pub fn read(bytes: &[u8]) -> Result<Submission, Refused> {
    match strict(bytes).map_err(Refused::Malformed)? {
        Value::Object(members) => fields(members, None),
        _ => Err(Refused::Malformed("the document is not an object".into())),
    }
}

/// The same of an object, with files that came beside it (each with the place it is told of by) instead of within.
pub(super) fn fields(
    members: Map<String, Value>,
    beside: Option<Vec<Attachment>>,
) -> Result<Submission, Refused> {
    let mut found = Found::default();
    let mut take = Fields::new(members, "", &mut found);
    let mut report = Submission {
        title: take.line("title", 256)?,
        description: take.text("description", 64 << 10)?.filter(|text| !text.trim().is_empty()),
        cpe: take.line("cpe", 512)?,
        software: take.line("software", 256)?,
        ecosystem: take.line("ecosystem", 128)?,
        versions: take.lines("versions", 64, 64)?,
        code_path: take.line("code_path", 1024)?,
        references: take.lines("references", 16, 512)?,
        upstream_ids: take.lines("upstream_ids", 16, 128)?,
        introduced_commit: take.line("introduced_commit", 64)?,
        fixed_commit: take.line("fixed_commit", 64)?,
        package_repo_url: take.line("package_repo_url", 512)?,
        discovery_method: take.line("discovery_method", 32)?,
        discovery_tooling: take.line("discovery_tooling", 128)?,
        public_tooling: take.truth("public_tooling")?,
        exploited: take.truth("exploited")?,
        public_on: take.line("public_on", 10)?,
        finders: take.lines("finders", 64, 256)?,
        relation: take.line("relation", 32)?,
        email: take.line("email", 256)?,
        notify: take.line("notify", 32)?,
        enrichment: take.object("enrichment")?.unwrap_or_default(),
        ..Submission::default()
    };
    let purl = take.line("purl", 512)?;
    let symbol = take.object("affected_symbol")?;
    let files = if beside.is_none() { take.list("attachments", attachment::MOST)? } else { Vec::new() };
    take.end()?;
    if report
        .description
        .as_deref()
        .is_some_and(|t| t.chars().any(|c| c.is_control() && !"\n\r\t".contains(c)))
    {
        found.add(
            Code::ControlCharacters,
            "description",
            "control characters other than tabs and ends of lines",
        );
    }
    report.affected_symbol = symbol.map(|members| where_(members, &mut found)).transpose()?.flatten();
    let read = match beside {
        Some(files) => files,
        None => within(files, &mut found)?,
    };
    report.attachments = read;
    judge(&mut report, purl, &mut found);
    found.end()?;
    Ok(report)
}

/// A file as a browser sends it.
#[derive(Clone, PartialEq, Eq)]
pub struct FormFile {
    /// Its name there.
    pub filename: String,
    /// What the browser takes it for.
    pub media: String,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// A report from a form: the same members, and files whose kind a browser guessed. What it guessed that is none of ours, or text that
/// is not UTF-8, is bytes.
///
/// # Errors
/// As [`read`].
pub fn form(members: Map<String, Value>, files: Vec<FormFile>) -> Result<Submission, Refused> {
    let mut found = Found::default();
    if files.len() > attachment::MOST {
        found.add(Code::TooManyItems, "attachments", format!("at most {} files", attachment::MOST));
        return found.end().map(|()| Submission::default());
    }
    let mut read = Vec::new();
    for (i, file) in files.into_iter().enumerate() {
        let place = format!("attachments[{i}]");
        let media = attachment::Media::parse(&file.media).unwrap_or_default();
        let text = media.is_text() && std::str::from_utf8(&file.data).is_ok();
        let media = if media.is_text() && !text { attachment::Media::default() } else { media };
        if file.data.is_empty() {
            found.add(Code::MissingField, format!("{place}.data"), "empty");
        } else if file.data.len() > attachment::LARGEST {
            found.add(Code::FieldTooLarge, format!("{place}.data"), "at most 1 MiB");
        } else if let Some(kept) =
            attachment::judge((file.filename, media.as_str(), None, None), &place, &mut found)
        {
            read.push((place, Attachment { data: file.data, ..kept }));
        }
    }
    distinct(&read, &mut found);
    let files = read.into_iter().map(|(_, file)| file).collect();
    both(found, fields(members, Some(files)))
}

/// What is wrong with the files and with the report is told together.
pub(super) fn both(files: Found, read: Result<Submission, Refused>) -> Result<Submission, Refused> {
    match (files.end(), read) {
        (Err(Refused::Invalid(mut all)), Err(Refused::Invalid(more))) => {
            all.extend(more);
            Err(Refused::Invalid(all))
        }
        (Err(files), Ok(_)) => Err(files),
        (_, read) => read,
    }
}

fn within(files: Vec<Value>, found: &mut Found) -> Result<Vec<Attachment>, Refused> {
    let mut read = Vec::new();
    for (i, file) in files.into_iter().enumerate() {
        let place = format!("attachments[{i}]");
        let Value::Object(members) = file else {
            return Err(Refused::Malformed(format!("{place} is not an object")));
        };
        read.extend(attachment::read(members, &place, found)?.map(|file| (place, file)));
    }
    distinct(&read, found);
    Ok(read.into_iter().map(|(_, file)| file).collect())
}

fn where_(members: Map<String, Value>, found: &mut Found) -> Result<Option<Symbol>, Refused> {
    let mut take = Fields::new(members, "affected_symbol.", found);
    let (file, function) = (take.line("file", 512)?, take.line("function", 256)?);
    let line = take.take("line");
    take.end()?;
    let line = match line {
        None => None,
        Some(value) => match value.as_u64() {
            Some(line) => Some(line),
            None if value.is_number() => {
                found.add(Code::InvalidSymbolLine, "affected_symbol.line", "a whole number, 0 or more");
                None
            }
            None => return Err(Refused::Malformed("affected_symbol.line is not a number".into())),
        },
    };
    let symbol = Symbol { file, function, line };
    Ok((symbol != Symbol::default()).then_some(symbol))
}

/// What a field's form and its neighbours have to be.
fn judge(report: &mut Submission, purl: Option<String>, found: &mut Found) {
    let package = purl.as_deref().and_then(|text| check::package(text, found));
    if let Some((purl, version)) = package {
        let kind = report.ecosystem.as_deref().and_then(check::kind_of);
        if kind.is_some_and(|kind| kind != purl.kind()) {
            let reason = "the package URL is of another ecosystem";
            found.pair(Code::PurlEcosystemMismatch, ("purl", "ecosystem"), reason);
        }
        report.purl = Some(purl.to_string());
        if let Some(version) = version.filter(|version| !report.versions.contains(version)) {
            if report.versions.len() == 64 || version.len() > 64 {
                found.add(
                    Code::TooManyItems,
                    "versions",
                    "the package URL's version is one more, of at most 64 bytes",
                );
            }
            report.versions.push(version);
        }
    }
    report.cpe = report.cpe.take().and_then(|text| check::product(&text, found));
    // A report says of what it is. A CPE name will do where there is no package.
    if purl.is_none() && report.cpe.is_none() {
        for (name, missing) in
            [("software", report.software.is_none()), ("ecosystem", report.ecosystem.is_none())]
        {
            if missing {
                found.add(Code::MissingField, name, "needed where there is neither purl nor cpe");
            }
        }
    }
    for i in (0..report.references.len()).filter(|i| !check::address(&report.references[*i])) {
        found.add(Code::InvalidReference, format!("references[{i}]"), "an absolute http or https address");
    }
    for i in (0..report.upstream_ids.len()).filter(|i| !check::upstream(&report.upstream_ids[*i])) {
        let reason =
            "CVE-2026-12345, GHSA-xxxx-xxxx-xxxx, or an identifier after OSV-, GO-, RUSTSEC-, PYSEC-";
        found.add(Code::InvalidUpstreamId, format!("upstream_ids[{i}]"), reason);
    }
    for (name, commit) in
        [("introduced_commit", &mut report.introduced_commit), ("fixed_commit", &mut report.fixed_commit)]
    {
        if let Some(text) = commit {
            if !check::commit(text) {
                found.add(Code::InvalidCommit, name, "7 to 64 hexadecimal digits");
            }
            text.make_ascii_lowercase();
        }
    }
    if report.package_repo_url.as_deref().is_some_and(|text| !check::address(text)) {
        found.add(Code::InvalidRepoUrl, "package_repo_url", "the http or https address of a repository");
    }
    if report.public_on.as_deref().is_some_and(|text| !check::day(text)) {
        found.add(Code::InvalidDate, "public_on", "a day, such as 2026-12-31");
    }
    if report.relation.as_deref().is_some_and(|word| !RELATIONS.contains(&word)) {
        found.add(Code::InvalidRelation, "relation", format!("one of {}", RELATIONS.join(", ")));
    }
    news(report, found);
    enrichment(&report.enrichment, found);
}

/// Where news go, and which.
fn news(report: &Submission, found: &mut Found) {
    if report.email.as_deref().is_some_and(|text| !check::mailbox(text)) {
        found.add(Code::InvalidEmail, "email", "the address of a mailbox");
    }
    let Some(word) = report.notify.as_deref() else { return };
    if !NEWS.contains(&word) {
        found.add(Code::InvalidNotify, "notify", format!("one of {}", NEWS.join(", ")));
    } else if word != "off" && report.email.is_none() {
        found.add(Code::MissingField, "email", "news need somewhere to go, or notify is off");
    }
}

fn enrichment(members: &Map<String, Value>, found: &mut Found) {
    if members.is_empty() {
        return;
    }
    let value = Value::Object(members.clone());
    if value.to_string().len() > ENRICHMENT.0 {
        found.add(Code::FieldTooLarge, "enrichment", "at most 64 KiB");
    }
    if depth(&value) > ENRICHMENT.1 {
        found.add(Code::StructureTooDeep, "enrichment", "at most 8 levels");
    }
    if controls(&value) {
        found.add(Code::ControlCharacters, "enrichment", "control characters in a key or a text");
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(all) => 1 + all.iter().map(depth).max().unwrap_or(0),
        Value::Object(all) => 1 + all.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn controls(value: &Value) -> bool {
    let bad = |text: &str| text.chars().any(char::is_control);
    match value {
        Value::String(text) => bad(text),
        Value::Array(all) => all.iter().any(controls),
        Value::Object(all) => all.iter().any(|(key, value)| bad(key) || controls(value)),
        _ => false,
    }
}
