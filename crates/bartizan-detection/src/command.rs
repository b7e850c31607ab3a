//! Command lines of the report into rules of behaviour.

use bartizan::{Analysis, ObservableKind};
use serde_json::{Value, json};

use crate::{
    behaviour,
    draft::{Draft, Field, Kind, Level, LogSource, Refused, Sample, Selection},
    fragments::{self, Fragment},
    link,
    program::{self, Platform, Program},
    words, write,
};

/// Most fragments that one rule asks for: each more is one more way to miss a variant.
const MOST: usize = 5;
/// Less than this says too little, see [`Fragment::weight`].
const ENOUGH: f32 = 2.4;

/// The rules of all command lines, and those that became none.
pub(crate) fn drafts(analysis: &Analysis, out: &mut Vec<Draft>, refused: &mut Vec<Refused>) {
    for (index, observable) in analysis.observables.iter().enumerate() {
        if observable.kind != ObservableKind::CommandLine {
            continue;
        }
        match Command::read(&observable.value) {
            Err(reason) => refused.push(Refused {
                code: "command.unreadable",
                reason: reason.to_owned(),
                observables: vec![index],
            }),
            Ok(command) => match command.draft() {
                Err(reason) => {
                    refused.push(Refused { code: "too-broad", reason, observables: vec![index] });
                }
                Ok(mut draft) => {
                    draft.observables = vec![index];
                    draft.evidence.clone_from(&observable.evidence);
                    draft.techniques = link::techniques(analysis, &draft.evidence);
                    out.push(draft);
                }
            },
        }
    }
}

/// A command line taken apart.
#[derive(Debug)]
struct Command {
    platform: Platform,
    /// File name of the program, as an event has it.
    file: String,
    /// The program, where it is one that comes with a system.
    known: Option<Program>,
    /// As the report has it, typesetter's dashes and quotes made plain.
    line: String,
    fragments: Vec<Fragment>,
}

impl Command {
    fn read(line: &str) -> Result<Self, &'static str> {
        let line = plain(line);
        let (program, arguments) = split(&line).ok_or("no program stands at its start")?;
        let name = program.rsplit(['\\', '/']).next().unwrap_or_default();
        let name = name.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.'));
        if name.is_empty() || name.len() > 64 || !name.chars().any(char::is_alphabetic) {
            return Err("no program stands at its start");
        }
        let known = program::known(name);
        let platform = platform(program, name, arguments, known);
        let mut file = name.to_owned();
        if platform == Platform::Windows && !file.contains('.') {
            file.push_str(".exe");
        }
        let shell = matches!(program::bare(name).as_str(), "powershell" | "pwsh");
        let mut fragments = fragments::of_arguments(arguments, shell);
        // Only what an event with this line has, however the report broke it.
        let spaced = format!(" {arguments}").to_ascii_lowercase();
        fragments.retain_mut(|fragment| {
            fragment.texts.len() > 1 || {
                let text = &mut fragment.texts[0];
                if !spaced.contains(&text.to_ascii_lowercase()) {
                    *text = text.trim_start().to_owned();
                }
                spaced.contains(&text.to_ascii_lowercase())
            }
        });
        Ok(Self { platform, file, known, line: line.clone(), fragments: most_telling(fragments) })
    }

    /// How much the rule says beyond the program's name.
    fn weight(&self) -> f32 {
        self.fragments.iter().map(|f| f.weight).sum()
    }

    fn draft(&self) -> Result<Draft, String> {
        let weight = self.weight();
        if let Some(known) = self.known.filter(|_| weight < ENOUGH) {
            return Err(format!(
                "`{}`, which {}, is asked nothing here that tells an attack from daily use",
                known.name, known.does
            ));
        }
        let selections = self.selections();
        let condition = match selections.len() {
            1 => selections[0].name.clone(),
            _ => "all of selection_*".to_owned(),
        };
        let (level, level_reason) = match (self.known.is_some(), weight) {
            (true, w) if w < 6.0 => {
                (Level::Low, "a program of the system with arguments that are also used in daily work")
            }
            (true, w) if w < 14.0 => (Level::Medium, "a program of the system with telling arguments"),
            (true, _) => (Level::High, "a program of the system with arguments that are rare together"),
            (false, w) if w < ENOUGH => {
                (Level::Medium, "a program that the report names, whatever is asked of it")
            }
            (false, _) => (Level::High, "a program that the report names, with its arguments"),
        };
        let log_source = match self.platform.product() {
            Some(product) => LogSource::of("process_creation", product),
            None => LogSource::category("process_creation"),
        };
        // What the rule asks for, and no more, may be a behaviour that we know to be rarer than its words are.
        let shown = behaviour::shown_by(&self.event(&self.least()), &log_source);
        let (level, level_reason) = match shown.filter(|b| b.level > level) {
            Some(b) => (b.level, format!("in our library it is “{}”: {}", b.title, b.level_reason())),
            None => (level, level_reason.to_owned()),
        };
        Ok(Draft {
            kind: Kind::Behaviour,
            body: write::body(&log_source, &selections, &condition),
            log_source,
            title: self.title(),
            about: self.about(),
            level,
            level_reason,
            false_positives: self.false_positives(),
            techniques: Vec::new(),
            evidence: Vec::new(),
            observables: Vec::new(),
            positives: self.positives(),
            negatives: self.negatives(),
        })
    }

    fn selections(&self) -> Vec<Selection> {
        let image = match self.platform {
            Platform::Windows => vec![format!("\\{}", self.file)],
            Platform::Either => vec![format!("/{}", self.file), format!("\\{}.exe", self.file)],
            _ => vec![format!("/{}", self.file)],
        };
        let image = Field::new("Image|endswith", image);
        let mut program = vec![image];
        if let Some(original) =
            self.known.and_then(|k| k.original).filter(|_| self.platform == Platform::Windows)
        {
            program.push(Field::new("OriginalFileName", [original]));
        }
        // A shell that is told to run it has the whole line.
        let bare = program::bare(&self.file);
        if !self.fragments.is_empty() && bare.len() > 3 {
            let forms =
                if self.platform == Platform::Windows && self.file.to_ascii_lowercase().ends_with(".exe") {
                    vec![format!("{bare} "), format!("{bare}.exe")]
                } else {
                    vec![format!("{bare} ")]
                };
            program.push(Field::new("CommandLine|contains", forms));
        }
        let first = match program.len() {
            1 => Selection::all("selection_img", program),
            _ => Selection::any("selection_img", program),
        };
        let mut out = vec![first];
        let single = |flag: bool| {
            let of = self.fragments.iter().filter(move |f| f.texts.len() == 1 && f.flag == flag);
            of.map(|f| f.texts[0].clone()).collect::<Vec<_>>()
        };
        let windows = self.platform == Platform::Windows;
        let (mut words, mut flags) = (single(false), single(true));
        if !windows {
            words.append(&mut flags);
        }
        if !words.is_empty() {
            let key = if words.len() > 1 { "CommandLine|contains|all" } else { "CommandLine|contains" };
            out.push(Selection::all("selection_cli", vec![Field::new(key, words)]));
        }
        // One selection each: `windash` makes alternatives of a value, `all` would ask for every one of them.
        for (number, flag) in flags.into_iter().enumerate() {
            let name = format!("selection_flag_{}", number + 1);
            out.push(Selection::all(&name, vec![Field::new("CommandLine|contains|windash", [flag])]));
        }
        for (number, fragment) in self.fragments.iter().filter(|f| f.texts.len() > 1).enumerate() {
            let name = format!("selection_option_{}", number + 1);
            let field = Field::new("CommandLine|contains|windash", fragment.texts.clone());
            out.push(Selection::all(&name, vec![field]));
        }
        out
    }

    fn title(&self) -> String {
        let telling: Vec<String> = self
            .fragments
            .iter()
            .map(|f| f.texts[0].trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
            .filter(|w| !fragments::is_common(w))
            .filter(|w| {
                (2..=24).contains(&w.chars().count())
                    && w.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
            })
            .take(3)
            .collect();
        let program = words::title(&program::bare(&self.file));
        if telling.is_empty() {
            return format!("{program} Execution");
        }
        let telling: Vec<_> = telling.iter().map(|w| words::title(w)).collect();
        format!("{program} Execution With {}", telling.join(" "))
    }

    fn about(&self) -> String {
        match self.known {
            Some(known) => format!(
                "Detects {}, which {}, with the arguments that a report quotes.",
                known.name, known.does
            ),
            None => format!("Detects the execution of {} as a report describes it.", self.file),
        }
    }

    fn false_positives(&self) -> Vec<String> {
        match self.known {
            Some(known) => vec![format!(
                "Administrators and management software that use {} with the same arguments",
                known.name
            )],
            None => vec![format!("Other programs of the name {}", self.file)],
        }
    }

    /// The shortest line that the rule matches.
    fn least(&self) -> String {
        let asked = self.fragments.iter().filter_map(|f| f.texts.first());
        std::iter::once(self.file.as_str()).chain(asked.map(|t| t.trim())).collect::<Vec<_>>().join(" ")
    }

    fn event(&self, line: &str) -> Value {
        self.event_of(&self.file, line)
    }

    fn event_of(&self, file: &str, line: &str) -> Value {
        match self.platform {
            Platform::Windows => json!({
                "Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1,
                "Image": format!("C:\\Windows\\System32\\{file}"), "CommandLine": line,
                "ParentImage": "C:\\Windows\\explorer.exe", "User": "CONTOSO\\jdoe",
            }),
            Platform::MacOs => {
                json!({ "Image": format!("/usr/bin/{file}"), "CommandLine": line, "User": "jdoe" })
            }
            _ => json!({ "Image": format!("/usr/bin/{file}"), "CommandLine": line, "User": "root" }),
        }
    }

    fn positives(&self) -> Vec<Sample> {
        let mut out = vec![Sample::new("as reported", self.event(&self.line))];
        let upper = self.line.to_uppercase();
        if self.platform == Platform::Windows && upper != self.line {
            out.push(Sample::new("in capitals", self.event(&upper)));
            let other = self.line.replace(r"C:\", r"D:\");
            if other != self.line {
                out.push(Sample::new("from another drive", self.event(&other)));
            }
            if self.fragments.iter().any(|f| f.flag && f.texts.len() == 1) {
                let dashes: String = swap_dashes(&self.line);
                out.push(Sample::new("with the other dashes", self.event(&dashes)));
            }
        }
        if self.fragments.iter().any(|f| f.texts.len() == 1) && program::bare(&self.file).len() > 3 {
            let shell = if self.platform == Platform::Windows { "cmd.exe" } else { "bash" };
            let line = match self.platform {
                Platform::Windows => format!("cmd.exe /c \"{}\"", self.line),
                _ => format!("bash -c '{}'", self.line),
            };
            out.push(Sample::new("through a shell", self.event_of(shell, &line)));
        }
        out
    }

    fn negatives(&self) -> Vec<Sample> {
        let mut out = Vec::new();
        for fragment in &self.fragments {
            let mut line = self.line.clone();
            for text in &fragment.texts {
                line = without(&line, text);
                if fragment.flag {
                    line = without(&line, &swap_dashes(text));
                }
            }
            let shown = fragment.texts[0].trim();
            out.push(Sample::new(format!("without `{shown}`"), self.event(&line)));
        }
        let help = if self.platform == Platform::Windows { "/?" } else { "--help" };
        if !self.fragments.is_empty() {
            out.push(Sample::new("asked for help", self.event(&format!("{} {help}", self.file))));
        }
        let other = if self.platform == Platform::Windows { "notepad.exe" } else { "less" };
        out.push(Sample::new("another program", self.event_of(other, &format!("{other} notes.txt"))));
        out
    }
}

/// The heaviest, in source order.
fn most_telling(mut fragments: Vec<Fragment>) -> Vec<Fragment> {
    let needed: f32 = fragments.iter().filter(|f| !fragments::is_optional(f)).map(|f| f.weight).sum();
    if needed >= ENOUGH {
        fragments.retain(|f| !fragments::is_optional(f));
    }
    let mut order: Vec<usize> = (0..fragments.len()).collect();
    order.sort_by(|a, b| fragments[*b].weight.total_cmp(&fragments[*a].weight).then(a.cmp(b)));
    order.truncate(MOST);
    order.sort_unstable();
    order.into_iter().map(|i| fragments[i].clone()).collect()
}

/// Typesetter's quotes and dashes made plain, prompts taken away, blanks made one.
fn plain(line: &str) -> String {
    let line: String = line
        .chars()
        .map(|c| match c {
            '\u{201C}' | '\u{201D}' => '"',
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{2013}' | '\u{2014}' | '\u{2212}' => '-',
            c if c.is_control() || c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    let line = line.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    line.trim_start_matches(['$', '#', '>', ' ']).to_owned()
}

/// Program and arguments; a quoted program ends at its quote. `sudo` and the like are looked through.
fn split(line: &str) -> Option<(&str, &str)> {
    let (program, rest) = match line.strip_prefix('"') {
        Some(inner) => inner.split_once('"')?,
        None => line.split_once(' ').unwrap_or((line, "")),
    };
    let name = program.rsplit(['\\', '/']).next().unwrap_or_default();
    if matches!(name, "sudo" | "nohup" | "setsid")
        && !rest.trim_start().starts_with('-')
        && !rest.trim().is_empty()
    {
        return split(rest.trim_start());
    }
    (!program.is_empty()).then_some((program, rest.trim_start()))
}

fn platform(program: &str, name: &str, arguments: &str, known: Option<Program>) -> Platform {
    let lower = name.to_ascii_lowercase();
    let windows = [".exe", ".com", ".bat", ".cmd", ".ps1", ".vbs", ".scr"].iter().any(|e| lower.ends_with(e));
    if windows || program.contains('\\') || program.contains('%') {
        return Platform::Windows;
    }
    if program.starts_with('/') || program.starts_with("./") {
        let mac = arguments.contains("/Users/")
            || arguments.contains("/Library/")
            || program.contains("/Applications/");
        return if mac { Platform::MacOs } else { Platform::Linux };
    }
    let unix = ["/etc/", "/tmp/", "/var/", "/dev/", "/home/", "/usr/", "/bin/", "~/"]
        .iter()
        .any(|p| arguments.contains(p));
    let on = |platform| known.is_some_and(|k| k.on(platform));
    let looks = arguments.contains(":\\") || arguments.contains('%') || arguments.contains("\\\\");
    if on(Platform::Esxi) {
        return Platform::Esxi;
    }
    if on(Platform::Windows) && (looks || !on(Platform::Linux)) {
        return Platform::Windows;
    }
    if on(Platform::Either) && !unix {
        return Platform::Either;
    }
    if on(Platform::MacOs) && !on(Platform::Linux) {
        return Platform::MacOs;
    }
    if looks && known.is_none() { Platform::Windows } else { Platform::Linux }
}

/// Dashes for slashes and the other way, where a word opens with one.
fn swap_dashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let opens = before == ' ' && chars.peek().is_some_and(char::is_ascii_alphanumeric);
        out.push(match c {
            '-' if opens => '/',
            '/' if opens => '-',
            c => c,
        });
        before = c;
    }
    out
}

/// Without any occurrence of `text`, in whatever case.
fn without(line: &str, text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let mut line = line.to_owned();
    // Taking one away may join another.
    while let Some(at) = line.to_ascii_lowercase().find(&text) {
        line.replace_range(at..at + text.len(), "");
    }
    line
}

#[cfg(test)]
mod tests;
