//! Which conditions of the library a report makes true, and by which words; which of its values a step acts on.

use std::collections::{BTreeMap, BTreeSet};

use bartizan::{
    Analysis, EntityKind, Evidence, NodeRef, Observable, ObservableKind as Kind, RelationKind, Span, Verdict,
    exchange,
};
use bartizan_detection::Detections;
use bartizan_knowledge::Pack;

use super::library::Term;
use super::{Item, words};
use crate::genre::Genre;

/// A technique below this is no reason to do anything.
const SURE: f32 = 0.5;

/// What the conditions are asked of.
pub(crate) struct Facts<'a> {
    pub analysis: &'a Analysis,
    pub pack: &'a Pack,
    pub detections: Option<&'a Detections>,
    genre: Genre,
    /// Sentences that are evidence of a technique, by technique.
    said: BTreeMap<usize, BTreeSet<Span>>,
}

/// What made a condition true: indexes into the analysis.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reason {
    pub techniques: BTreeSet<usize>,
    pub items: Vec<Item>,
    pub evidence: Vec<Evidence>,
}

impl Reason {
    fn add(&mut self, other: Reason) {
        self.techniques.extend(other.techniques);
        for item in other.items {
            if !self.items.contains(&item) {
                self.items.push(item);
            }
        }
        self.evidence.extend(other.evidence);
    }
}

impl<'a> Facts<'a> {
    pub fn new(
        analysis: &'a Analysis,
        pack: &'a Pack,
        genre: Genre,
        detections: Option<&'a Detections>,
    ) -> Self {
        let sentences = analysis.techniques.iter().enumerate().filter(|(_, t)| t.confidence.get() >= SURE);
        let said =
            sentences.map(|(i, t)| (i, t.evidence.iter().map(|e| e.sentence).collect::<BTreeSet<_>>()));
        Self { analysis, pack, detections, genre, said: said.collect() }
    }

    /// Whether one of the alternatives holds, and why: the reasons of all that do.
    pub fn holds(&self, conditions: &[Vec<Term>]) -> Option<Reason> {
        let mut all: Option<Reason> = None;
        for terms in conditions {
            let reasons: Option<Vec<Reason>> = terms.iter().map(|term| self.term(term)).collect();
            for reason in reasons.into_iter().flatten() {
                all.get_or_insert_default().add(reason);
            }
        }
        all
    }

    fn term(&self, term: &Term) -> Option<Reason> {
        match term {
            Term::Technique(ids) => self.techniques(|t| {
                ids.iter().any(|id| is_under(&t.id, id) || t.mapped_from.as_deref() == Some(id))
            }),
            Term::Tactic(names) => {
                self.techniques(|t| t.tactics.iter().any(|tactic| names.contains(&tactic.as_str())))
            }
            Term::Domain(name) => self.techniques(|t| t.domain == *name),
            Term::Techniques(least) => self.techniques(|_| true).filter(|r| r.techniques.len() >= *least),
            Term::Value(kinds) => {
                let items = self.values(kinds);
                (!items.is_empty()).then(|| Reason { items, ..Reason::default() })
            }
            Term::Genre(name) => (self.genre.as_str() == *name).then(Reason::default),
            Term::Rules => {
                let rules = &self.detections?.rules;
                let evidence: Vec<Evidence> =
                    rules.iter().filter_map(|rule| rule.evidence.first()).take(3).copied().collect();
                (!evidence.is_empty()).then(|| Reason { evidence, ..Reason::default() })
            }
        }
    }

    fn techniques(&self, wanted: impl Fn(&bartizan::TechniqueMapping) -> bool) -> Option<Reason> {
        let techniques: BTreeSet<usize> = self
            .said
            .keys()
            .copied()
            .filter(|i| self.analysis.techniques.get(*i).is_some_and(&wanted))
            .collect();
        (!techniques.is_empty()).then(|| Reason { techniques, ..Reason::default() })
    }

    /// The values of the kinds, in the order of the kinds and then of the text.
    pub fn values(&self, kinds: &[&str]) -> Vec<Item> {
        let mut seen = BTreeSet::new();
        let all = kinds.iter().flat_map(|kind| self.of_kind(kind));
        all.filter(|item| seen.insert(item.shown.to_lowercase())).collect()
    }

    fn of_kind(&self, kind: &str) -> Vec<Item> {
        if let Some(of) = entity_kind(kind) {
            return self.entities(of, kind);
        }
        let all = self.analysis.observables.iter().enumerate();
        let known = Kind::parse(kind);
        let mut items: Vec<Item> = all
            .clone()
            .filter(|(_, o)| match known {
                Some(known) if !matches!(kind, "task" | "service" | "cve" | "arn") => {
                    o.kind == known && o.verdict == Verdict::Indicator
                }
                _ => o.verdict != Verdict::Reference && self.is(kind, o),
            })
            .map(|(i, o)| item(i, o))
            .collect();
        if matches!(kind, "task" | "service") {
            items.extend(
                all.filter(|(_, o)| o.kind == Kind::CommandLine && o.verdict != Verdict::Reference)
                    .filter_map(|(i, o)| {
                        let name = named_in(kind, &o.value)?;
                        let node = NodeRef::Observable(i as u32);
                        Some(Item { value: name.clone(), shown: name, node, caution: String::new() })
                    }),
            );
        }
        items
    }

    /// The kinds that are narrower than a kind of observable.
    fn is(&self, kind: &str, o: &Observable) -> bool {
        let value = o.value.to_lowercase();
        let indicator = o.verdict == Verdict::Indicator;
        let file = matches!(o.kind, Kind::FileName | Kind::FilePath);
        let ends = |names: &[&str]| file && names.iter().any(|end| value.ends_with(end));
        match kind {
            "cve" => o.kind == Kind::Cve,
            "cve-exploited" => o.kind == Kind::Cve && self.is_exploited(o),
            "arn" => o.kind == Kind::Arn,
            "task" => o.kind == Kind::Task && (indicator || self.near(o, &["T1053"])),
            "service" => {
                let made = indicator || self.near(o, &["T1543", "T1569"]);
                o.kind == Kind::Service && made && !self.near(o, &["T1489", "T1562"]) && !self.is_stopped(o)
            }
            "autostart" => o.kind == Kind::Registry && AUTOSTART.iter().any(|part| value.contains(part)),
            "registry-any" => o.kind == Kind::Registry && (indicator || !is_common_key(&value)),
            "registry-changed" => {
                o.kind == Kind::Registry
                    && !AUTOSTART.iter().any(|part| value.contains(part))
                    && !is_common_key(&value)
                    && self.near(o, &["T1112", "T1562"])
            }
            "startup-file" => o.kind == Kind::FilePath && value.contains("\\start menu\\programs\\startup"),
            "unix-start" => o.kind == Kind::FilePath && UNIX_START.iter().any(|part| value.contains(part)),
            "web-file" => indicator && ends(&WEB),
            "driver" => ends(&[".sys"]),
            "attachment" => indicator && o.kind == Kind::FileName && ends(&ATTACHMENT),
            "office-file" => ends(&OFFICE),
            "malicious-path" => indicator && o.kind == Kind::FilePath && !is_system_file(&value),
            "powershell-command" => {
                o.kind == Kind::CommandLine && value.contains("powershell") && value.len() > 20
            }
            _ => false,
        }
    }

    /// Whether the value stands in a sentence that speaks of one of the techniques.
    fn near(&self, o: &Observable, ids: &[&str]) -> bool {
        let techniques = self.said.iter().filter(|(i, _)| {
            self.analysis.techniques.get(**i).is_some_and(|t| ids.iter().any(|id| is_under(&t.id, id)))
        });
        let mut sentences = techniques.flat_map(|(_, sentences)| sentences);
        sentences.any(|s| o.evidence.iter().any(|e| e.sentence.overlaps(*s)))
    }

    /// The words around say that somebody stops it and none that somebody makes it: it is one of ours.
    fn is_stopped(&self, o: &Observable) -> bool {
        const STOPS: [&str; 7] = ["stop", "disabl", "terminat", "kill", "turns off", "turn off", "delet"];
        const MAKES: [&str; 5] = ["creat", "install", "regist", "adds", "sets up"];
        let mut sentences =
            o.evidence.iter().map(|e| e.sentence.of(&self.analysis.document.text).to_lowercase());
        let has = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
        sentences.any(|s| s.len() < 2_000 && has(&s, &STOPS) && !has(&s, &MAKES))
    }

    /// The report says that somebody uses the vulnerability: by a relation, or in words beside it.
    fn is_exploited(&self, o: &Observable) -> bool {
        let analysis = self.analysis;
        let related = analysis.relations.iter().any(|r| {
            r.kind == RelationKind::Exploits
                && match r.target {
                    NodeRef::Entity(i) => analysis
                        .entities
                        .get(i as usize)
                        .is_some_and(|e| e.knowledge_id.as_deref() == Some(&o.value) || e.name == o.value),
                    NodeRef::Observable(i) => analysis.observables.get(i as usize) == Some(o),
                    _ => false,
                }
        });
        let said = |e: &Evidence| {
            let sentence = e.sentence.of(&analysis.document.text).to_lowercase();
            sentence.len() < 2_000 && EXPLOITED.iter().any(|word| sentence.contains(word))
        };
        related || o.evidence.iter().any(said)
    }

    fn entities(&self, of: EntityKind, kind: &str) -> Vec<Item> {
        let all = self.analysis.entities.iter().enumerate();
        let wanted = all.filter(|(i, e)| {
            let role = e.role.as_deref().unwrap_or_default();
            let name = e.name.to_lowercase();
            e.confidence.get() >= SURE
                && match kind {
                    "affected-product" => {
                        e.kind == EntityKind::Product && (role == "affected" || self.is_hit(*i))
                    }
                    "victim" => {
                        matches!(e.kind, EntityKind::Sector | EntityKind::Country | EntityKind::Organization)
                            && (matches!(role, "victim" | "target") || self.is_hit(*i))
                    }
                    "tool" => e.kind == of && !BUILT_IN.contains(&name.trim_end_matches(".exe")),
                    "remote-tool" => e.kind == EntityKind::Tool && REMOTE.contains(&name.as_str()),
                    "exfil-tool" => e.kind == EntityKind::Tool && UPLOAD.contains(&name.as_str()),
                    _ => e.kind == of,
                }
        });
        let item = |(i, e): (usize, &bartizan::Entity)| Item {
            value: words::line(&e.name),
            shown: words::line(&e.name),
            node: NodeRef::Entity(i as u32),
            caution: String::new(),
        };
        let mut wanted: Vec<_> = wanted.collect();
        if kind == "malware" {
            // A report names many families to compare with; those it speaks of most are its own.
            wanted.sort_by_key(|(_, e)| std::cmp::Reverse(e.evidence.len()));
            wanted.truncate(3);
        }
        wanted.into_iter().map(item).collect()
    }

    /// A relation says that the entity is targeted or exploited.
    fn is_hit(&self, entity: usize) -> bool {
        self.analysis.relations.iter().any(|r| {
            matches!(r.kind, RelationKind::Targets | RelationKind::Exploits)
                && r.target == NodeRef::Entity(entity as u32)
        })
    }

    /// Where the report says it: techniques first, then values, no place twice.
    pub fn evidence(&self, techniques: &BTreeSet<usize>, items: &[Item], more: &[Evidence]) -> Vec<Evidence> {
        /// So many of each, so that a list of a thousand values does not bury the reasons.
        const MOST: usize = 6;
        let analysis = self.analysis;
        let of_techniques = techniques.iter().filter_map(|i| analysis.techniques.get(*i)?.evidence.first());
        let of_items = items.iter().filter_map(|item| first_evidence(analysis, item.node));
        let all = of_techniques.take(MOST).chain(of_items.take(MOST)).chain(more.iter().take(MOST));
        let mut seen = BTreeSet::new();
        all.filter(|e| seen.insert(e.span)).copied().collect()
    }
}

fn first_evidence(analysis: &Analysis, node: NodeRef) -> Option<&Evidence> {
    match node {
        NodeRef::Observable(i) => analysis.observables.get(i as usize)?.evidence.first(),
        NodeRef::Entity(i) => analysis.entities.get(i as usize)?.evidence.first(),
        NodeRef::Technique(i) => analysis.techniques.get(i as usize)?.evidence.first(),
        NodeRef::Mitigation(i) => analysis.mitigations.get(i as usize)?.evidence.first(),
    }
}

/// `T1053.005` is under `T1053` and under itself; only `T1053` is under `=T1053`.
pub(crate) fn is_under(id: &str, parent: &str) -> bool {
    if let Some(exact) = parent.strip_prefix('=') {
        return id == exact;
    }
    id.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

pub(crate) fn item(index: usize, o: &Observable) -> Item {
    let value = words::line(&o.value);
    let mut shown = exchange::defang(o.kind, &value);
    if let Some((_, name)) = o.attributes.iter().find(|(key, _)| key == "value" && o.kind == Kind::Registry) {
        shown = format!("{shown} → {}", words::line(name));
    }
    let browser = o.kind == Kind::UserAgent
        && value.starts_with("Mozilla/")
        && ["Chrome/", "Firefox/", "MSIE ", "Safari/", "Trident/"].iter().any(|name| value.contains(name));
    let caution = match o.warnings.as_slice() {
        [] if browser => "usual browsers send such words".to_owned(),
        [] => String::new(),
        lists => words::line(&lists.join(", ")),
    };
    Item { value, shown, node: NodeRef::Observable(index as u32), caution }
}

/// The name that a command gives a task (`schtasks /create /tn`) or a service (`sc create`).
fn named_in(kind: &str, command: &str) -> Option<String> {
    let lower = command.to_ascii_lowercase();
    let at = match kind {
        "task" if lower.contains("/create") => lower.find("/tn ")? + 4,
        "service" => {
            let at = lower.find("sc create ").or_else(|| lower.find("sc.exe create "))?;
            at + lower.get(at..)?.find("create ")? + 7
        }
        _ => return None,
    };
    let rest = command.get(at..)?.trim_start();
    let name = match rest.chars().next()? {
        quote @ ('"' | '\'') => rest.get(1..)?.split(quote).next()?,
        _ => rest.split_whitespace().next()?,
    };
    let name = words::line(name.trim_matches(['"', '\'']));
    let plain = name.chars().count() <= 80
        && name.chars().any(char::is_alphanumeric)
        && !name.contains(['%', '$', '<']);
    plain.then_some(name)
}

/// Whether the library may ask for values of this kind.
#[cfg(test)]
pub(crate) fn is_kind(kind: &str) -> bool {
    const NARROW: [&str; 15] = [
        "cve-exploited",
        "autostart",
        "registry-any",
        "registry-changed",
        "startup-file",
        "unix-start",
        "web-file",
        "driver",
        "attachment",
        "office-file",
        "malicious-path",
        "powershell-command",
        "task",
        "service",
        "arn",
    ];
    Kind::parse(kind).is_some() || entity_kind(kind).is_some() || NARROW.contains(&kind)
}

fn entity_kind(kind: &str) -> Option<EntityKind> {
    Some(match kind {
        "malware" => EntityKind::Malware,
        "tool" | "remote-tool" | "exfil-tool" => EntityKind::Tool,
        "affected-product" => EntityKind::Product,
        "victim" => EntityKind::Sector,
        _ => return None,
    })
}

/// Parts of registry paths from which Windows starts programs (ATT&CK T1547, T1546, T1574; Microsoft, "Run and RunOnce
/// Registry Keys").
const AUTOSTART: [&str; 16] = [
    "\\currentversion\\run\\",
    "\\currentversion\\runonce",
    "\\currentversion\\runservices",
    "\\policies\\explorer\\run",
    "\\winlogon\\shell",
    "\\winlogon\\userinit",
    "\\winlogon\\notify",
    "\\image file execution options\\",
    "\\silentprocessexit\\",
    "\\session manager\\bootexecute",
    "\\appinit_dlls",
    "\\active setup\\installed components",
    "\\userinitmprlogonscript",
    "\\control panel\\desktop\\scrnsave",
    "\\print\\monitors\\",
    "\\control\\lsa\\",
];

/// Where Unix systems start programs from or let somebody in (ATT&CK T1053.003, T1543, T1037, T1098.004, T1574.006).
const UNIX_START: [&str; 13] = [
    "/etc/cron",
    "/var/spool/cron",
    "/etc/systemd/system",
    "/lib/systemd/system",
    "/etc/init.d/",
    "/etc/rc",
    "/.bashrc",
    "/.bash_profile",
    "/.profile",
    "/authorized_keys",
    "/launchagents",
    "/launchdaemons",
    "/etc/ld.so.preload",
];

const WEB: [&str; 9] = [".php", ".asp", ".aspx", ".ashx", ".asmx", ".jsp", ".jspx", ".cfm", ".war"];
const OFFICE: [&str; 13] = [
    ".doc", ".docx", ".docm", ".dotm", ".xls", ".xlsx", ".xlsm", ".xlsb", ".xll", ".ppt", ".pptx", ".pptm",
    ".rtf",
];
const ATTACHMENT: [&str; 28] = [
    ".doc", ".docx", ".docm", ".dotm", ".xls", ".xlsx", ".xlsm", ".xlsb", ".xll", ".ppt", ".pptx", ".pptm",
    ".rtf", ".pdf", ".zip", ".rar", ".7z", ".iso", ".img", ".vhd", ".lnk", ".htm", ".html", ".hta", ".eml",
    ".msg", ".one", ".chm",
];
/// Words that say somebody uses a vulnerability.
const EXPLOITED: [&str; 6] = ["exploit", "leverag", "weaponi", "abus", "in the wild", "took advantage"];
/// Remote access that administrators use too, as ATT&CK T1219 gives examples.
const REMOTE: [&str; 18] = [
    "anydesk",
    "teamviewer",
    "screenconnect",
    "connectwise",
    "connectwise control",
    "atera",
    "splashtop",
    "rustdesk",
    "netsupport",
    "netsupport manager",
    "logmein",
    "meshagent",
    "ngrok",
    "chisel",
    "psexec",
    "remoteutilities",
    "ammyy admin",
    "plink",
];
/// Programs that come with the system: ATT&CK lists them as tools, and every host runs them.
const BUILT_IN: [&str; 30] = [
    "arp",
    "at",
    "bitsadmin",
    "certutil",
    "cmd",
    "dsquery",
    "esentutl",
    "forfiles",
    "ftp",
    "ifconfig",
    "ipconfig",
    "nbtstat",
    "net",
    "netsh",
    "netstat",
    "nltest",
    "ping",
    "powershell",
    "reg",
    "route",
    "rundll32",
    "schtasks",
    "systeminfo",
    "tasklist",
    "wevtutil",
    "whoami",
    "wmic",
    "xcopy",
    "curl",
    "taskkill",
];
/// Tools that move data out, as ATT&CK T1048 and T1567 give examples.
const UPLOAD: [&str; 8] =
    ["rclone", "megasync", "mega", "winscp", "filezilla", "stealbit", "exmatter", "restic"];

/// Keys that every system has and everything reads: their name alone says nothing.
fn is_common_key(value: &str) -> bool {
    const COMMON: [&str; 9] = [
        "\\run",
        "\\runonce",
        "\\currentversion",
        "\\winlogon",
        "\\microsoft",
        "\\windows",
        "\\office",
        "\\software",
        "\\environment",
    ];
    value.matches('\\').count() < 3 || COMMON.iter().any(|end| value.trim_end_matches('\\').ends_with(end))
}

/// Programs of the system that intruders call and nobody may delete.
fn is_system_file(value: &str) -> bool {
    const FILES: [&str; 22] = [
        "rundll32.exe",
        "powershell.exe",
        "cmd.exe",
        "regsvr32.exe",
        "mshta.exe",
        "wscript.exe",
        "cscript.exe",
        "svchost.exe",
        "explorer.exe",
        "schtasks.exe",
        "wmic.exe",
        "certutil.exe",
        "msiexec.exe",
        "net.exe",
        "reg.exe",
        "lsass.exe",
        "winword.exe",
        "excel.exe",
        "taskkill.exe",
        "vssadmin.exe",
        "ntdsutil.exe",
        "bitsadmin.exe",
    ];
    let name = value.rsplit(['\\', '/']).next().unwrap_or_default();
    let unix = ["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/dev/", "/proc/"]
        .iter()
        .any(|p| value.starts_with(p));
    unix || FILES.contains(&name) || !name.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_gives_the_name_of_its_task_or_service() {
        for (kind, command, name) in [
            (
                "task",
                r#"schtasks /Create /SC MINUTE /MO 1 /TN "Realtek Updater" /TR x.exe"#,
                Some("Realtek Updater"),
            ),
            ("task", "schtasks.exe /create /tn Update /tr a", Some("Update")),
            ("task", "schtasks /delete /tn Update", None),
            ("task", "schtasks /create /tn %name% /tr a", None),
            ("task", "schtasks /create /tn \"", None),
            ("service", "sc create WinUpd binPath= c:\\a.exe", Some("WinUpd")),
            ("service", "sc.exe create \"Win Upd\" binPath= c:\\a.exe", Some("Win Upd")),
            ("service", "sc stop WinDefend", None),
        ] {
            assert_eq!(named_in(kind, command).as_deref(), name, "{command}");
        }
    }

    #[test]
    fn files_of_the_system_are_not_to_be_deleted() {
        for path in ["c:\\windows\\system32\\rundll32.exe", "/bin/busybox", "%appdata%\\media"] {
            assert!(is_system_file(path), "{path}");
        }
        assert!(!is_system_file("c:\\windows\\temp\\2fd.dll"));
    }
}
