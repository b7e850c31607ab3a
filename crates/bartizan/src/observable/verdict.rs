//! Indicator, observable or reference: what the text makes of a value.
//!
//! Each place of a value is judged by itself; the value takes the strongest judgement, unless it is known to be
//! harmless. The confidences are per-class rates that the judgement is right, rounded, on the developer set of
//! `ACCURACY.md`; a class whose rate was not measured there gets the rate of its nearest kin.

use super::everywhere;
use super::known::reserved_v4;
use super::needles::Needles;
use super::scan::{Found, Role};
use super::sections::{Section, Sections, region};
use super::sites::{SHARES, is_benign_list, is_cited, is_example_name, is_rented_range, is_tenant, under};
use crate::{Document, ObservableKind as Kind, Region, Span, Verdict};
use bartizan_knowledge::Pack;
use std::net::IpAddr;

/// A judgement with its reason.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Judgement {
    pub verdict: Verdict,
    pub reason: &'static str,
    pub confidence: f32,
}

fn judge(verdict: Verdict, reason: &'static str, confidence: f32) -> Judgement {
    Judgement { verdict, reason, confidence }
}

/// What is known of one document before its values are judged.
pub(super) struct Judge<'d> {
    document: &'d Document,
    pack: &'static Pack,
    sections: Sections,
    /// Hosts of the publisher.
    own: Vec<String>,
    /// Whether the author defangs.
    defangs: bool,
    /// Whether the report is little more than a list of values.
    list: bool,
    /// Starts of the hashes, in order.
    hashes: Vec<usize>,
}

/// Host of a URL value.
pub(super) fn host_part(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, r)| r);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    if host.starts_with('[') { host } else { host.split(':').next().unwrap_or("") }
}

fn registrable(host: &str) -> String {
    bartizan_suffix::registrable(host).unwrap_or(host).to_owned()
}

impl<'d> Judge<'d> {
    pub fn new(document: &'d Document, pack: &'static Pack, found: &[Found]) -> Self {
        let mut own = Vec::new();
        for url in document.metadata.source_url.iter() {
            own.push(registrable(host_part(url)));
        }
        let network =
            |f: &&Found| matches!(f.kind, Kind::Domain | Kind::Url | Kind::Ipv4 | Kind::Ipv6 | Kind::Email);
        let defangs = found.iter().filter(network).any(|f| f.defanged);
        // Bytes that belong to whole-token values against all bytes of the text.
        let mut covered = 0;
        let mut end = 0;
        for f in found.iter().filter(|f| is_listable(f.kind)) {
            covered += f.end.saturating_sub(f.start.max(end));
            end = end.max(f.end);
        }
        let list = covered * 3 >= document.text.len() && found.len() >= 5;
        let hashes = found.iter().filter(|f| is_hash(f.kind)).map(|f| f.start).collect();
        Self { document, pack, sections: Sections::of(document), own, defangs, list, hashes }
    }

    /// Warning lists the value stands on.
    pub fn warnings(&self, kind: Kind, value: &str) -> Vec<&'static str> {
        match kind {
            Kind::Domain | Kind::Onion => self.pack.domain_warnings(value),
            Kind::Url => match host_part(value).parse::<IpAddr>() {
                Ok(ip) => self.pack.ip_warnings(ip),
                Err(_) => self.pack.domain_warnings(host_part(value)),
            },
            Kind::Email => {
                let mut all = self.pack.email_warnings(value);
                all.extend(self.pack.domain_warnings(value.rsplit('@').next().unwrap_or("")));
                all
            }
            Kind::Ipv4 | Kind::Ipv6 => {
                value.parse().map_or_else(|_| Vec::new(), |ip| self.pack.ip_warnings(ip))
            }
            Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 => self.pack.hash_warnings(value),
            _ => Vec::new(),
        }
    }

    /// The judgement on one place of a value.
    pub fn judge(&self, found: &Found, warnings: &[&str]) -> Judgement {
        use Kind::*;
        let place = self.place(found);
        match found.kind {
            Cve | Cwe | Capec | Cpe | Ghsa | AttackId | AtlasId | D3fend => {
                if place.cited {
                    judge(Verdict::Reference, "named in the references", 0.95)
                } else {
                    judge(Verdict::Observable, "id of a catalogue, not an indicator", 0.99)
                }
            }
            _ if place.section == Section::Harmless && !matches!(found.kind, YaraRule | SigmaRule) => {
                judge(Verdict::Observable, "under a heading that calls it harmless", 0.85)
            }
            FileName | FilePath | Registry | Service | AndroidPackage | Domain
                if place.section == Section::Targets && !found.defanged =>
            {
                judge(Verdict::Observable, "in a list of what the malware looks for or acts upon", 0.85)
            }
            Ipv4 | Ipv6 | Cidr | Domain | Url | Email | Onion => self.network(found, &place, warnings),
            _ if is_hash(found.kind) => self.hash(found, &place, warnings),
            YaraRule | SigmaRule => {
                judge(Verdict::Observable, "a detection rule that the report gives", 0.99)
            }
            Guid | Asn | Mac | Arn | AndroidPackage | TrackingId => {
                if place.cited {
                    judge(Verdict::Reference, "named in the references", 0.9)
                } else if place.section == Section::Indicators && !matches!(found.kind, Asn | Guid) {
                    judge(Verdict::Indicator, "in a list of indicators", 0.8)
                } else {
                    judge(Verdict::Observable, "named, not presented as malicious", 0.8)
                }
            }
            _ => self.artefact(found, &place),
        }
    }

    fn place(&self, found: &Found) -> Place {
        let region = region(self.document, found.start);
        let section = self.sections.at(found.start);
        let sentence = self.document.sentence_of(Span::new(found.start, found.end));
        let words = window(&self.document.text, sentence, found);
        let benign = BENIGN.any_in(&words);
        let malicious = MALICIOUS.any_in(&words) && !(benign && only_denied(&words));
        Place {
            section,
            cited: matches!(region, Region::Furniture | Region::References) || section == Section::References,
            malicious,
            benign,
            words,
        }
    }

    fn network(&self, found: &Found, place: &Place, warnings: &[&str]) -> Judgement {
        use Verdict::{Indicator, Observable, Reference};
        let host = match found.kind {
            Kind::Url => host_part(&found.value).to_owned(),
            Kind::Email => found.value.rsplit('@').next().unwrap_or("").to_owned(),
            _ => found.value.split('/').next().unwrap_or("").to_owned(),
        };
        if let Ok(ip) = host.parse::<IpAddr>() {
            let reserved = match ip {
                IpAddr::V4(v4) => reserved_v4(v4),
                IpAddr::V6(v6) if v6.is_loopback() => Some("loopback address"),
                IpAddr::V6(v6) if v6.segments()[0] & 0xffc0 == 0xfe80 => Some("link-local address"),
                IpAddr::V6(v6) if v6.segments()[0] & 0xfe00 == 0xfc00 => {
                    Some("unique local address (RFC 4193)")
                }
                IpAddr::V6(v6) if v6.segments()[..2] == [0x2001, 0xdb8] => {
                    Some("documentation address (RFC 3849)")
                }
                IpAddr::V6(_) => None,
            };
            if let Some(reason) = reserved {
                return judge(Observable, reason, 0.99);
            }
        }
        if is_example_name(&host) {
            return judge(
                Observable,
                "name reserved for examples and local networks (RFC 2606, RFC 6761)",
                0.97,
            );
        }
        let is_own = self.own.iter().any(|o| under(&host, o));
        // A provider of mail says nothing about an account there.
        let judged = found.kind != Kind::Email && !is_tenant(&host);
        let rented = host.parse::<IpAddr>().is_ok();
        let benign_listed =
            judged && warnings.iter().any(|w| is_benign_list(w) && !(rented && is_rented_range(w)));
        let bare = found.kind != Kind::Url && found.kind != Kind::Email;
        if found.defanged {
            if place.benign && !place.malicious {
                return judge(Observable, "defanged, but the sentence calls it legitimate", 0.7);
            }
            if benign_listed && bare && found.role != Role::Plain {
                return judge(Observable, "host of a malicious URL, itself a well-known service", 0.9);
            }
            if benign_listed && bare && !place.malicious {
                return judge(Observable, "defanged, but a well-known harmless name", 0.75);
            }
            return judge(Indicator, "defanged by the author", 0.99);
        }
        if is_own {
            return judge(Reference, "the publisher's own site", 0.97);
        }
        if found.role == Role::LinkTarget {
            return judge(Reference, "target of a link", 0.95);
        }
        if place.cited {
            return judge(Reference, "in the references or outside the main text", 0.95);
        }
        if found.kind == Kind::Url
            && (place.section == Section::Indicators || self.list)
            && !self.defangs
            && !place.benign
            && SHARES.iter().any(|s| under(&host, s))
            && self.is_item(found)
        {
            return judge(Indicator, "an item in a list of indicators", 0.85);
        }
        let cited_site = is_cited(&host);
        if cited_site && !(place.malicious && found.kind == Kind::Url && place.section == Section::Indicators)
        {
            return judge(Reference, "a site that reports cite", 0.93);
        }
        if benign_listed {
            return judge(
                if found.kind == Kind::Url { Reference } else { Observable },
                "a well-known harmless name",
                0.85,
            );
        }
        if place.benign && !place.malicious {
            return judge(Observable, "the sentence calls it legitimate", 0.75);
        }
        let address = matches!(found.kind, Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr);
        if place.section == Section::Indicators || self.list {
            if self.defangs && !address && !self.list && found.kind != Kind::Email {
                return judge(Observable, "not defanged, though the author defangs others", 0.75);
            }
            return judge(Indicator, "in a list of indicators", 0.93);
        }
        if self.defangs && !address {
            return judge(
                if found.kind == Kind::Url { Reference } else { Observable },
                "not defanged, though the author defangs others",
                0.85,
            );
        }
        if place.malicious {
            return judge(Indicator, "the sentence presents it as malicious", 0.8);
        }
        if self.hash_near(found) {
            return judge(Indicator, "beside a hash", 0.8);
        }
        judge(Observable, "named, not presented as malicious", 0.6)
    }

    fn hash(&self, _found: &Found, place: &Place, warnings: &[&str]) -> Judgement {
        if !warnings.is_empty() {
            return judge(
                Verdict::Observable,
                "hash of a known harmless file (empty file, test file …)",
                0.99,
            );
        }
        if place.benign && !place.malicious {
            return judge(Verdict::Observable, "the text calls the file legitimate", 0.75);
        }
        if place.cited && !self.list {
            return judge(Verdict::Observable, "in the references or outside the main text", 0.7);
        }
        if place.section == Section::Indicators || self.list {
            return judge(Verdict::Indicator, "in a list of indicators", 0.98);
        }
        judge(Verdict::Indicator, "hash given by the report", 0.95)
    }

    fn artefact(&self, found: &Found, place: &Place) -> Judgement {
        use Verdict::{Indicator, Observable, Reference};
        if place.cited {
            return judge(Reference, "in the references or outside the main text", 0.85);
        }
        if matches!(found.kind, Kind::FileName | Kind::FilePath) && is_system_file(&found.value) {
            return judge(Observable, "name of a file of the operating system or a common program", 0.85);
        }
        if let Some(reason) = everywhere::reason(found, &self.document.text) {
            return judge(Observable, reason, 0.85);
        }
        if place.benign && !place.malicious {
            return judge(Observable, "the sentence calls it legitimate", 0.7);
        }
        if found.defanged {
            return judge(Indicator, "defanged by the author", 0.95);
        }
        if self.hash_near(found) && matches!(found.kind, Kind::FileName | Kind::FilePath) {
            return judge(Indicator, "beside a hash", 0.9);
        }
        if place.section == Section::Indicators || self.list {
            return judge(Indicator, "in a list of indicators", 0.85);
        }
        if matches!(found.kind, Kind::Mutex | Kind::Pipe) {
            return judge(Indicator, "named object of the malware", 0.75);
        }
        if place.malicious || ARTEFACT.any_in(&place.words) {
            return judge(Indicator, "the sentence presents it as malicious", 0.7);
        }
        judge(Observable, "named, not presented as malicious", 0.6)
    }

    /// Whether the value with a path of its own fills its line, list marks and quotes aside.
    fn is_item(&self, found: &Found) -> bool {
        let text = &self.document.text;
        let low = super::scan::floor(text, found.start.saturating_sub(64));
        let high = super::scan::floor(text, (found.end + 64).min(text.len()));
        let before = text.get(low..found.start).unwrap_or("").rsplit('\n').next().unwrap_or("");
        let after = text.get(found.end..high).unwrap_or("").split('\n').next().unwrap_or("");
        let path = found.value.split_once("://").map_or("", |(_, rest)| rest).trim_end_matches('/');
        let mark = |c: char| !c.is_alphanumeric();
        path.matches('/').count() >= 2 && before.chars().all(mark) && after.chars().all(mark)
    }

    /// Whether a hash stands on the same line.
    fn hash_near(&self, found: &Found) -> bool {
        let text = self.document.text.as_bytes();
        let low = found.start.saturating_sub(240);
        let high = (found.end + 240).min(text.len());
        let start = memchr::memrchr(b'\n', &text[low..found.start]).map_or(low, |i| low + i);
        let end = memchr::memchr(b'\n', &text[found.end..high]).map_or(high, |i| found.end + i);
        let i = self.hashes.partition_point(|h| *h < start);
        self.hashes.get(i).is_some_and(|h| *h < end)
    }
}

/// Whether all that speaks for malice is a denial of it.
fn only_denied(words: &str) -> bool {
    let mut left = words.to_owned();
    for denial in ["non-malicious", "not malicious", "not inherently malicious", "not itself malicious"] {
        left = left.replace(denial, " ");
    }
    left.len() < words.len() && !MALICIOUS.any_in(&left)
}

/// What surrounds a value.
struct Place {
    section: Section,
    cited: bool,
    malicious: bool,
    benign: bool,
    words: String,
}

/// The sentence in lower case, at most 160 bytes to either side of the value, without the value.
fn window(text: &str, sentence: Span, found: &Found) -> String {
    let low = super::scan::floor(text, found.start.saturating_sub(160))
        .max(sentence.start as usize)
        .min(found.start);
    let high =
        super::scan::floor(text, (found.end + 160).min(text.len())).min(sentence.end as usize).max(found.end);
    let before = text.get(low..found.start).unwrap_or("");
    let after = text.get(found.end..high).unwrap_or("");
    // Only the lines next to the value: a list is one sentence to a splitter at times.
    let before = before.rsplit("\n\n").next().unwrap_or("");
    let after = after.split("\n\n").next().unwrap_or("");
    let mut words = before.to_ascii_lowercase();
    words.push(' ');
    words.push_str(&after.to_ascii_lowercase());
    words
}

static MALICIOUS: Needles = Needles::new(&[
    "malicious",
    "malware",
    "c2",
    "c&c",
    "cnc ",
    "command and control",
    "command-and-control",
    "command & control",
    "beacon",
    "exfiltrat",
    "phish",
    "attacker",
    "threat actor",
    "adversar",
    "backdoor",
    "trojan",
    "ransom",
    "payload",
    "dropper",
    "downloads",
    "downloaded from",
    "botnet",
    "stealer",
    "implant",
    "exploit",
    "compromised",
    "fraudulent",
    "impersonat",
    "typosquat",
    "infected",
    "loader",
    "spam",
    "victims to",
    "hosted on",
    "callback",
    "contacts ",
    "connects to",
    "contacted",
    "communicates with",
    "drops ",
    "dropped",
    "webshell",
    "web shell",
    "scam",
]);

static BENIGN: Needles = Needles::new(&[
    "legitimate",
    "benign",
    "non-malicious",
    "not malicious",
    "not inherently malicious",
    "not itself malicious",
    "harmless",
    "clean file",
    "decoy document from",
    "official website",
    "official site",
    "false positive",
    "whitelist",
    "allowlist",
    "sinkhole",
]);

static ARTEFACT: Needles = Needles::new(&[
    "creates",
    "created",
    "writes",
    "written",
    "copies itself",
    "persist",
    "executes",
    "executed",
    "installs",
    "autostart",
    "injects",
    "loads ",
    "run key",
    "saved as",
    "stored in",
    "stores",
    "deletes",
    "side-load",
    "sideload",
    "encrypts",
    "appends",
    "encrypted",
]);

/// Kinds that fill lists of indicators.
fn is_listable(kind: Kind) -> bool {
    is_hash(kind)
        || matches!(
            kind,
            Kind::Ipv4
                | Kind::Ipv6
                | Kind::Domain
                | Kind::Url
                | Kind::Email
                | Kind::Onion
                | Kind::FileName
                | Kind::FilePath
        )
}

/// Hashes and fingerprints.
pub(super) fn is_hash(kind: Kind) -> bool {
    use Kind::*;
    matches!(
        kind,
        Md5 | Sha1
            | Sha224
            | Sha256
            | Sha384
            | Sha512
            | Ssdeep
            | Imphash
            | Authentihash
            | Tlsh
            | Ja3
            | Ja4
            | CertSerial
            | CertThumbprint
    )
}

/// Programs of common Unix systems, as they stand in its folders of programs (Filesystem Hierarchy Standard 3.0, 3.4 and 4.4;
/// POSIX.1-2024, Utilities; BusyBox).
const UNIX_PROGRAMS: [&str; 60] = [
    "apt",
    "awk",
    "base64",
    "bash",
    "busybox",
    "cat",
    "chattr",
    "chmod",
    "chown",
    "cp",
    "cron",
    "crontab",
    "curl",
    "dash",
    "date",
    "dd",
    "docker",
    "env",
    "find",
    "gcc",
    "grep",
    "gzip",
    "head",
    "id",
    "ip",
    "iptables",
    "kill",
    "ln",
    "ls",
    "make",
    "mkdir",
    "mount",
    "mv",
    "nc",
    "netstat",
    "nohup",
    "openssl",
    "passwd",
    "perl",
    "php",
    "pkill",
    "ps",
    "python",
    "python3",
    "rm",
    "scp",
    "sed",
    "sh",
    "ssh",
    "sshd",
    "su",
    "sudo",
    "systemctl",
    "tail",
    "tar",
    "touch",
    "uname",
    "wget",
    "xargs",
    "zsh",
];

/// Files that stand on every machine: their name says nothing.
fn is_system_file(value: &str) -> bool {
    if let Some((folder, name)) = value.rsplit_once('/')
        && matches!(folder, "/bin" | "/sbin" | "/usr/bin" | "/usr/sbin" | "/usr/local/bin")
        && UNIX_PROGRAMS.contains(&name)
    {
        return true;
    }
    let name = value.rsplit(['\\', '/']).next().unwrap_or("").to_ascii_lowercase();
    matches!(
        name.as_str(),
        "cmd.exe"
            | "powershell.exe"
            | "rundll32.exe"
            | "regsvr32.exe"
            | "mshta.exe"
            | "wscript.exe"
            | "cscript.exe"
            | "svchost.exe"
            | "explorer.exe"
            | "lsass.exe"
            | "services.exe"
            | "winlogon.exe"
            | "csrss.exe"
            | "smss.exe"
            | "spoolsv.exe"
            | "taskhost.exe"
            | "schtasks.exe"
            | "net.exe"
            | "net1.exe"
            | "sc.exe"
            | "reg.exe"
            | "wmic.exe"
            | "bitsadmin.exe"
            | "certutil.exe"
            | "msiexec.exe"
            | "vssadmin.exe"
            | "bcdedit.exe"
            | "wbadmin.exe"
            | "notepad.exe"
            | "wmplayer.exe"
            | "mspaint.exe"
            | "taskmgr.exe"
            | "control.exe"
            | "werfault.exe"
            | "svchost"
            | "userinit.exe"
            | "dwm.exe"
            | "searchindexer.exe"
            | "mmc.exe"
            | "hh.exe"
            | "wuauclt.exe"
            | "regedit.exe"
            | "cmstp.exe"
            | "odbcconf.exe"
            | "findstr.exe"
            | "calc.exe"
            | "kernel32.dll"
            | "ntdll.dll"
            | "user32.dll"
            | "advapi32.dll"
            | "ws2_32.dll"
            | "wininet.dll"
            | "winhttp.dll"
            | "shell32.dll"
            | "msvcrt.dll"
            | "ole32.dll"
            | "crypt32.dll"
            | "kernelbase.dll"
            | "winword.exe"
            | "excel.exe"
            | "powerpnt.exe"
            | "outlook.exe"
            | "chrome.exe"
            | "firefox.exe"
            | "iexplore.exe"
            | "msedge.exe"
            | "whoami.exe"
            | "ipconfig.exe"
            | "tasklist.exe"
            | "taskkill.exe"
            | "nltest.exe"
            | "ping.exe"
            | "systeminfo.exe"
            | "conhost.exe"
            | "dllhost.exe"
            | "wmiprvse.exe"
            | "regasm.exe"
            | "installutil.exe"
            | "msbuild.exe"
            | "ntds.dit"
            | "bash"
            | "sh"
            | "passwd"
            | "shadow"
    )
}
