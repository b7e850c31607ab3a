//! Traces on a host: paths, file names and registry keys, in few rules, one for each log source.

use std::collections::BTreeSet;

use bartizan::{Analysis, Observable, ObservableKind, Verdict};
use serde_json::{Value, json};

use crate::{
    draft::{Draft, Field, Kind, Level, LogSource, Refused, Sample, Selection},
    fragments, link, program, write,
};

/// Most values of one rule.
const MOST: usize = 500;

/// A trace generalised: which observable, and what of it is asked for.
struct Trace {
    index: usize,
    /// The end of the path that stays the same.
    end: String,
    /// As an event has it.
    full: String,
}

/// The rules of paths, names and keys; what became none is told in `refused`.
pub(crate) fn drafts(analysis: &Analysis, out: &mut Vec<Draft>, refused: &mut Vec<Refused>) {
    let mut windows: Vec<Trace> = Vec::new();
    let mut unix: Vec<Trace> = Vec::new();
    let mut keys: Vec<Trace> = Vec::new();
    for (index, observable) in analysis.observables.iter().enumerate() {
        let trace = match observable.kind {
            ObservableKind::FilePath if observable.verdict != Verdict::Reference => {
                path(&observable.value, observable.verdict)
            }
            ObservableKind::FileName if observable.verdict == Verdict::Indicator => name(&observable.value),
            ObservableKind::Registry if observable.verdict != Verdict::Reference => key(observable),
            _ => continue,
        };
        match trace {
            Err(reason) => refused.push(Refused {
                code: "too-broad",
                reason: format!("`{}`: {reason}", observable.value),
                observables: vec![index],
            }),
            Ok((end, full)) => {
                let trace = Trace { index, end, full };
                match observable.kind {
                    ObservableKind::Registry => keys.push(trace),
                    _ if trace.full.starts_with('/') => unix.push(trace),
                    _ => windows.push(trace),
                }
            }
        }
    }
    for chunk in windows.chunks(MOST) {
        lists(analysis, chunk, "windows", out);
    }
    for chunk in unix.chunks(MOST) {
        lists(analysis, chunk, "linux", out);
    }
    for chunk in keys.chunks(MOST) {
        let traces: Vec<&Trace> = chunk.iter().collect();
        out.push(draft(analysis, &traces, &REGISTRY, "windows"));
    }
}

/// What of a path stays the same, and the path as an event has it.
fn path(value: &str, verdict: Verdict) -> Result<(String, String), &'static str> {
    let unix = value.starts_with('/') || value.starts_with('~');
    let full = expand(value);
    let slash = if unix { '/' } else { '\\' };
    let end = fragments::of_path(&full);
    let end = end.trim_end_matches(slash);
    let file = end.rsplit(slash).next().unwrap_or_default();
    if file.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
        return Err("nothing of it stays the same from case to case");
    }
    let lower = full.to_ascii_lowercase();
    if ["/proc/", "/dev/null", "/dev/tty", "/sys/"].iter().any(|s| lower.starts_with(s)) {
        return Err("a file of the kernel");
    }
    let system = [r"c:\windows\", r"c:\program files", "/usr/", "/bin/", "/sbin/", "/lib", "/etc/"]
        .iter()
        .any(|s| lower.starts_with(s));
    if system && (program::known(file).is_some() || verdict != Verdict::Indicator) {
        return Err("a program of the system in its own place");
    }
    if !file.contains('.') && end.matches(slash).count() < 2 && !unix {
        return Err("a folder or name that many programs have");
    }
    let end = if end.starts_with(slash) { end.to_owned() } else { format!("{slash}{end}") };
    if !full.to_ascii_lowercase().ends_with(&end.to_ascii_lowercase()) {
        return Err("its last part looks made up anew each time");
    }
    Ok((end, full))
}

/// Variables as an event has them, for one user that is as good as any.
fn expand(value: &str) -> String {
    const FOLDERS: &[(&str, &str)] = &[
        ("%appdata%", r"C:\Users\jdoe\AppData\Roaming"),
        ("%localappdata%", r"C:\Users\jdoe\AppData\Local"),
        ("%temp%", r"C:\Users\jdoe\AppData\Local\Temp"),
        ("%tmp%", r"C:\Users\jdoe\AppData\Local\Temp"),
        ("%userprofile%", r"C:\Users\jdoe"),
        ("%programdata%", r"C:\ProgramData"),
        ("%allusersprofile%", r"C:\ProgramData"),
        ("%public%", r"C:\Users\Public"),
        ("%programfiles%", r"C:\Program Files"),
        ("%programfiles(x86)%", r"C:\Program Files (x86)"),
        ("%windir%", r"C:\Windows"),
        ("%systemroot%", r"C:\Windows"),
        ("%systemdrive%", "C:"),
        ("%homepath%", r"C:\Users\jdoe"),
        // As one vendor writes them.
        ("csidl_profile", r"C:\Users\jdoe"),
        ("csidl_appdata", r"C:\Users\jdoe\AppData\Roaming"),
        ("csidl_local_appdata", r"C:\Users\jdoe\AppData\Local"),
        ("csidl_common_appdata", r"C:\ProgramData"),
        ("csidl_system_drive", "C:"),
        ("csidl_system", r"C:\Windows\System32"),
        ("csidl_windows", r"C:\Windows"),
        ("csidl_program_files", r"C:\Program Files"),
        ("csidl_desktop", r"C:\Users\jdoe\Desktop"),
        ("~", "/home/jdoe"),
    ];
    let lower = value.to_ascii_lowercase();
    let found = FOLDERS.iter().find(|(variable, _)| lower.starts_with(variable));
    match found {
        Some((variable, folder)) => format!("{folder}{}", &value[variable.len()..]),
        None if value.starts_with('\\') && !value.starts_with(r"\\") => format!("C:{value}"),
        None => value.to_owned(),
    }
}

fn name(value: &str) -> Result<(String, String), &'static str> {
    let stem = value.rsplit_once('.').map_or(value, |(stem, _)| stem);
    if program::known(value).is_some() {
        return Err("a program of the system");
    }
    if program::is_common(value) {
        return Err("a name that common software has: the name alone tells nothing");
    }
    if stem.chars().count() < 3 || value.contains(['*', '<', '>', '/', '\\']) || !value.contains('.') {
        return Err("a name that many files have");
    }
    Ok((format!("\\{value}"), format!("C:\\Users\\jdoe\\Downloads\\{value}")))
}

/// Keys that every system has: only a value or a key below them means something.
const EVERYWHERE: &[&str] = &[
    "run",
    "runonce",
    "runservices",
    "currentversion",
    "services",
    "winlogon",
    "explorer",
    "policies",
    "system",
    "lsa",
    "image file execution options",
    "control",
    "software",
    "microsoft",
    "windows",
    "windows nt",
    "currentcontrolset",
    "environment",
    "classes",
    "clsid",
    "uninstall",
    "parameters",
    "internet settings",
    "terminal server",
    "windows defender",
    "advanced",
    "shell folders",
    "user shell folders",
];

fn key(observable: &Observable) -> Result<(String, String), &'static str> {
    let mut full = observable.value.trim_end_matches('\\').to_owned();
    if let Some((_, value)) = observable.attributes.iter().find(|(name, _)| name == "value") {
        full = format!("{full}\\{value}");
    }
    // A class id is made once and stays the same: nothing of a key is cut for looking made up.
    let end = fragments::without_root(&full).to_owned();
    let end = if end.starts_with('\\') { end } else { format!("\\{end}") };
    full = if full.len() < end.len() { end.clone() } else { full };
    let last = end.rsplit('\\').next().unwrap_or_default().to_ascii_lowercase();
    let lower = end.to_ascii_lowercase();
    let system = lower.contains(r"\microsoft\")
        || lower.contains(r"\currentcontrolset")
        || lower.matches('\\').count() < 4;
    if end.matches('\\').count() < 2 || system && EVERYWHERE.contains(&last.as_str()) {
        return Err("a key that every system has");
    }
    if !full.to_ascii_lowercase().ends_with(&end.to_ascii_lowercase()) {
        return Err("its last part looks made up anew each time");
    }
    let hive = full.len() - end.len();
    let root = match full[..hive].to_ascii_uppercase().as_str() {
        "HKCU" | "HKEY_CURRENT_USER" => "HKU\\S-1-5-21-1111111111-2222222222-3333333333-1001",
        "HKCR" | "HKEY_CLASSES_ROOT" => "HKCR",
        _ => "HKLM",
    };
    Ok((end.clone(), format!("{root}{end}")))
}

/// How a list is asked of a log source.
struct Source {
    category: &'static str,
    field: &'static str,
    modifier: &'static str,
    title: &'static str,
    about: &'static str,
    event_id: u32,
    level: Level,
    false_positive: &'static str,
}

static FILE: Source = Source {
    category: "file_event",
    field: "TargetFilename",
    modifier: "endswith",
    title: "Creation Of Reported File",
    about: "Detects the creation of files at places that a report names.",
    event_id: 11,
    level: Level::Medium,
    false_positive: "Other programs that write files of the same names",
};
static PROCESS: Source = Source {
    category: "process_creation",
    field: "Image",
    modifier: "endswith",
    title: "Execution Of Reported File",
    about: "Detects the execution of files that a report names.",
    event_id: 1,
    level: Level::High,
    false_positive: "Other programs of the same names",
};
static LIBRARY: Source = Source {
    category: "image_load",
    field: "ImageLoaded",
    modifier: "endswith",
    title: "Load Of Reported Library",
    about: "Detects the load of libraries that a report names.",
    event_id: 7,
    level: Level::Medium,
    false_positive: "Other libraries of the same names",
};
static REGISTRY: Source = Source {
    category: "registry_event",
    field: "TargetObject",
    modifier: "endswith",
    title: "Change Of Reported Registry Key",
    about: "Detects changes of registry keys and values that a report names.",
    event_id: 13,
    level: Level::Medium,
    false_positive: "Installers and administrators that change the same keys",
};

fn lists(analysis: &Analysis, traces: &[Trace], product: &'static str, out: &mut Vec<Draft>) {
    let ends = |endings: &'static [&'static str]| -> Vec<&Trace> {
        let with = |t: &&Trace| {
            let lower = t.end.to_ascii_lowercase();
            endings.iter().any(|e| lower.ends_with(e))
        };
        traces.iter().filter(with).collect()
    };
    out.push(draft(analysis, &traces.iter().collect::<Vec<_>>(), &FILE, product));
    let (programs, libraries) = if product == "windows" {
        (ends(&[".exe", ".scr", ".com", ".pif"]), ends(&[".dll", ".cpl", ".ocx", ".sys"]))
    } else {
        let plain = |t: &&Trace| !t.end.rsplit('/').next().unwrap_or_default().contains('.');
        (traces.iter().filter(plain).collect(), Vec::new())
    };
    if !programs.is_empty() {
        out.push(draft(analysis, &programs, &PROCESS, product));
    }
    if !libraries.is_empty() {
        out.push(draft(analysis, &libraries, &LIBRARY, product));
    }
}

fn draft(analysis: &Analysis, traces: &[&Trace], source: &Source, product: &'static str) -> Draft {
    let mut values: BTreeSet<String> = traces.iter().map(|t| t.end.clone()).collect();
    // What ends in another value is matched by that one already.
    let all = values.clone();
    values.retain(|v| !all.iter().any(|other| other != v && v.ends_with(other.as_str())));
    let key = format!("{}|{}", source.field, source.modifier);
    let evidence: Vec<_> =
        traces.iter().flat_map(|t| analysis.observables[t.index].evidence.iter().copied()).collect();
    let event = |value: &str| event(source, product, value);
    let positives = traces.iter().map(|t| Sample::new(format!("{} as reported", t.full), event(&t.full)));
    let near = traces.iter().take(25).map(|t| format!("{}.bak", t.full));
    let other = if product == "windows" { r"C:\Windows\notes.txt" } else { "/tmp/notes.txt" };
    let near = near.chain([other.to_owned()]);
    let log_source = LogSource::of(source.category, product);
    let selection = Selection::all("selection", vec![Field::new(&key, values)]);
    Draft {
        kind: Kind::Indicators,
        body: write::body(&log_source, &[selection], "selection"),
        log_source,
        title: source.title.to_owned(),
        about: source.about.to_owned(),
        level: source.level,
        level_reason: "names and places that the report gives".to_owned(),
        false_positives: vec![source.false_positive.to_owned()],
        techniques: link::techniques(analysis, &evidence),
        evidence,
        observables: traces.iter().map(|t| t.index).collect(),
        positives: positives.collect(),
        negatives: near.map(|v| Sample::new(format!("{v}, which is near"), event(&v))).collect(),
    }
}

fn event(source: &Source, product: &str, value: &str) -> Value {
    let mut event = json!({ source.field: value });
    if product == "windows" {
        event["Channel"] = json!("Microsoft-Windows-Sysmon/Operational");
        event["EventID"] = json!(source.event_id);
    }
    event
}
