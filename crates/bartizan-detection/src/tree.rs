//! Process trees that a report tells in prose: "winword.exe spawned powershell.exe", "cmd.exe as a child process of w3wp.exe".
//!
//! Both must be named, and the pair must say something: a program of the report's own, or a parent that hardly ever starts
//! the child. What every system does (services starting hosts, the shell starting programs) makes no rule.

use bartizan::{Analysis, Evidence, ObservableKind, Region, Span, Verdict};
use serde_json::{Value, json};

use crate::draft::{Draft, Field, Kind, Level, LogSource, Sample, Selection};
use crate::{link, program, words, write};

/// Programs with a name of their own in prose.
const SPOKEN: &[(&str, &str)] = &[
    ("microsoft word", "winword.exe"),
    ("word", "winword.exe"),
    ("microsoft excel", "excel.exe"),
    ("excel", "excel.exe"),
    ("powerpoint", "powerpnt.exe"),
    ("outlook", "outlook.exe"),
    ("onenote", "onenote.exe"),
    ("equation editor", "eqnedt32.exe"),
    ("iis worker process", "w3wp.exe"),
    ("powershell", "powershell.exe"),
    ("command prompt", "cmd.exe"),
    ("rundll32", "rundll32.exe"),
    ("regsvr32", "regsvr32.exe"),
    ("mshta", "mshta.exe"),
    ("wscript", "wscript.exe"),
    ("cscript", "cscript.exe"),
    ("certutil", "certutil.exe"),
    ("w3wp", "w3wp.exe"),
    ("winword", "winword.exe"),
    ("sqlservr", "sqlservr.exe"),
];

/// Parents that hardly ever start an interpreter.
const PARENTS: &[&str] = &[
    "winword.exe",
    "excel.exe",
    "powerpnt.exe",
    "outlook.exe",
    "onenote.exe",
    "msaccess.exe",
    "mspub.exe",
    "visio.exe",
    "eqnedt32.exe",
    "w3wp.exe",
    "sqlservr.exe",
    "mshta.exe",
    "wscript.exe",
    "cscript.exe",
    "hh.exe",
    "acrord32.exe",
    "foxitreader.exe",
    "wmiprvse.exe",
    "spoolsv.exe",
    "lsass.exe",
    "umworkerprocess.exe",
    "tomcat9.exe",
    "tomcat8.exe",
    "screenconnect.clientservice.exe",
    "regsvr32.exe",
    "rundll32.exe",
    "msdt.exe",
    "7zfm.exe",
    "winrar.exe",
];

/// Interpreters and programs that run what they are given.
const CHILDREN: &[&str] = &[
    "powershell.exe",
    "pwsh.exe",
    "cmd.exe",
    "wscript.exe",
    "cscript.exe",
    "mshta.exe",
    "rundll32.exe",
    "regsvr32.exe",
    "certutil.exe",
    "bitsadmin.exe",
    "msbuild.exe",
    "installutil.exe",
    "schtasks.exe",
    "wmic.exe",
    "curl.exe",
    "whoami.exe",
    "net.exe",
    "nltest.exe",
    "msiexec.exe",
    "regasm.exe",
    "forfiles.exe",
];

/// Words between parent and child, in this order.
const STARTS: &[&str] = &[
    "spawn",
    "spawns",
    "spawned",
    "spawning",
    "launch",
    "launches",
    "launched",
    "launching",
    "starts",
    "started",
    "starting",
    "execute",
    "executes",
    "executed",
    "executing",
    "invokes",
    "invoked",
    "invoking",
    "ran",
    "running",
];
/// Words between child and parent, in this order, together.
const STARTED_BY: &[&str] = &[
    "spawned by",
    "spawned from",
    "launched by",
    "launched from",
    "started by",
    "started from",
    "executed by",
    "executed from",
    "child process of",
    "child of",
    "children of",
    "invoked by",
];
/// Words that mean the opposite, or nothing.
const STOPS: &[&str] = &[
    "not",
    "never",
    "instead",
    "or",
    "stops",
    "terminates",
    "kills",
    "terminated",
    "killed",
    "injects",
    "injected",
];

/// Most bytes between the two.
const NEAR: usize = 80;

/// A program named in a sentence.
#[derive(Clone, Debug)]
struct Mention {
    file: String,
    span: Span,
    /// The observable that it is, if the report presents it as malicious.
    own: Option<usize>,
}

/// The rules of all pairs that the report tells.
pub(crate) fn drafts(analysis: &Analysis, out: &mut Vec<Draft>) {
    let text = &analysis.document.text;
    for sentence in &analysis.document.sentences {
        let block = analysis.document.blocks.get(sentence.block as usize);
        if block.is_none_or(|b| matches!(b.region, Region::Furniture | Region::References))
            || sentence.span.len() > 2000
        {
            continue;
        }
        let mentions = mentions(analysis, sentence.span);
        for pair in mentions.windows(2) {
            let between =
                text.get(pair[0].span.end as usize..pair[1].span.start as usize).unwrap_or_default();
            let (parent, child) = match direction(between) {
                Some(true) => (&pair[0], &pair[1]),
                Some(false) => (&pair[1], &pair[0]),
                None => continue,
            };
            if parent.file != child.file && says_something(parent, child) {
                let span = Span { start: pair[0].span.start, end: pair[1].span.end };
                out.push(draft(analysis, parent, child, Evidence { span, sentence: sentence.span }));
            }
        }
    }
}

/// Programs in a sentence, in order.
fn mentions(analysis: &Analysis, sentence: Span) -> Vec<Mention> {
    let text = sentence.of(&analysis.document.text);
    let lower = text.to_ascii_lowercase();
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut out: Vec<(usize, usize, String)> = Vec::new();
    for (at, _) in lower.match_indices(".exe") {
        let end = at + 4;
        let start = lower[..at]
            .rfind(|c: char| !word(c))
            .map_or(0, |i| i + lower[i..].chars().next().map_or(1, char::len_utf8));
        if start < at && !lower[end..].starts_with(|c: char| c.is_alphanumeric()) {
            out.push((start, end, lower[start..end].to_owned()));
        }
    }
    for (name, file) in SPOKEN {
        for (at, _) in lower.match_indices(name) {
            let end = at + name.len();
            let free =
                !lower[..at].ends_with(word) && !lower[end..].starts_with(|c: char| c.is_alphanumeric());
            if free && !out.iter().any(|(s, e, _)| at < *e && *s < end) && !lower[end..].starts_with(".exe") {
                out.push((at, end, (*file).to_owned()));
            }
        }
    }
    out.sort();
    let base = sentence.start as usize;
    let mention = |(start, end, file): (usize, usize, String)| {
        let span = Span::new(base + start, base + end);
        let own = analysis.observables.iter().position(|o| {
            matches!(o.kind, ObservableKind::FileName | ObservableKind::FilePath)
                && o.verdict == Verdict::Indicator
                && o.value.to_ascii_lowercase().ends_with(&file)
                && program::known(&file).is_none()
        });
        Mention { file, span, own }
    };
    out.into_iter().map(mention).collect()
}

/// Whether the words between two programs say that the first starts the second, or the other way.
fn direction(between: &str) -> Option<bool> {
    if between.len() > NEAR || between.contains([';', ':', '\n']) || between.contains(". ") {
        return None;
    }
    let lower = between.to_ascii_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    if words.iter().any(|w| STOPS.contains(w)) {
        return None;
    }
    let spaced = format!(" {} ", words.join(" "));
    if STARTED_BY.iter().any(|by| spaced.contains(&format!(" {by} "))) {
        return Some(false);
    }
    words.iter().any(|w| STARTS.contains(w)).then_some(true)
}

/// Whether the pair is no daily sight.
fn says_something(parent: &Mention, child: &Mention) -> bool {
    let parent_known = PARENTS.contains(&parent.file.as_str());
    let child_known = CHILDREN.contains(&child.file.as_str());
    match (parent.own.is_some(), child.own.is_some()) {
        (true, true) => true,
        (true, false) => child_known,
        (false, true) => parent_known || CHILDREN.contains(&parent.file.as_str()),
        (false, false) => parent_known && child_known,
    }
}

fn draft(analysis: &Analysis, parent: &Mention, child: &Mention, evidence: Evidence) -> Draft {
    let log_source = LogSource::of("process_creation", "windows");
    let selection = Selection::all(
        "selection",
        vec![
            Field::new("ParentImage|endswith", [format!("\\{}", parent.file)]),
            Field::new("Image|endswith", [format!("\\{}", child.file)]),
        ],
    );
    let name = |mention: &Mention| words::title(&program::bare(&mention.file));
    let own = parent.own.is_some() || child.own.is_some();
    let (level, level_reason) = if own {
        (Level::High, "a program that the report names, in the place it gives it")
    } else {
        (Level::Medium, "a program that hardly ever starts the other; macros and management tools may")
    };
    Draft {
        kind: Kind::Behaviour,
        body: write::body(&log_source, &[selection], "selection"),
        log_source,
        title: format!("{} Started By {}", name(child), name(parent)),
        about: format!("Detects {} started by {}, as a report tells it.", child.file, parent.file),
        level,
        level_reason: level_reason.to_owned(),
        false_positives: vec![format!(
            "Macros, add-ins and management software that let {} start {}",
            parent.file, child.file
        )],
        techniques: link::techniques(analysis, &[evidence]),
        evidence: vec![evidence],
        observables: [parent.own, child.own].into_iter().flatten().collect(),
        positives: vec![
            Sample::new("as told", event(&parent.file, &child.file)),
            Sample::new("in capitals", event(&parent.file.to_uppercase(), &child.file.to_uppercase())),
        ],
        negatives: vec![
            Sample::new("started by the shell", event("explorer.exe", &child.file)),
            Sample::new("the parent starts another", event(&parent.file, "splwow64.exe")),
            Sample::new("the other way round", event(&child.file, &parent.file)),
        ],
    }
}

fn event(parent: &str, child: &str) -> Value {
    json!({
        "Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1,
        "Image": format!("C:\\Windows\\System32\\{child}"), "CommandLine": child,
        "ParentImage": format!("C:\\Program Files\\Programs\\{parent}"), "User": "CONTOSO\\jdoe",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_between_tell_who_started_whom() {
        assert_eq!(direction(" spawned "), Some(true));
        assert_eq!(direction(" was observed launching a hidden "), Some(true));
        assert_eq!(direction(", which was spawned by "), Some(false));
        assert_eq!(direction(" as a child process of "), Some(false));
        for nothing in
            [" and ", " did not spawn ", ". It started ", " injected into ", " terminates, then starts "]
        {
            assert_eq!(direction(nothing), None, "{nothing}");
        }
    }
}
