//! Words that announce a name, a command or a rule.
//!
//! A table over three bytes says where a cue may begin; few places are left, and there the whole word decides.
//! A cue starts a word. Four kinds may also end one (`ServiceName`, `superuser agent`).

use super::{DIGIT, at, caseless, class, exactly, literal, walk, width};

/// What is announced; of two at one place the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Cue {
    Mutex,
    Pipe,
    Service,
    Task,
    Agent,
    Browser,
    Command,
    Yara,
    Sigma,
    Telegram,
    Handle,
    Install,
    Package,
    Android,
    Tracking,
    Serial,
    Quoted,
}

/// Calls `take` for each match; it returns where the walk goes on.
pub(in super::super) fn run(text: &str, take: impl FnMut(Cue, usize, usize) -> usize) {
    let bytes = text.as_bytes();
    walk(text, |at| next(bytes, at), take);
}

/// Programs, sorted, whose name with something behind it may open a command line.
const COMMANDS: &[&str] = &[
    "7z",
    "adfind",
    "appcmd",
    "attrib",
    "auditctl",
    "auditpol",
    "aws",
    "base64",
    "bash",
    "bcdedit",
    "bitsadmin",
    "certreq",
    "certutil",
    "chattr",
    "chisel",
    "chmod",
    "cipher",
    "cmd",
    "cmdkey",
    "cmstp",
    "crackmapexec",
    "crontab",
    "cscript",
    "csrutil",
    "csvde",
    "curl",
    "devcon",
    "diskshadow",
    "dism",
    "docker",
    "driverquery",
    "dscl",
    "dsquery",
    "echo",
    "esentutl",
    "esxcli",
    "extrac32",
    "find",
    "findstr",
    "fltmc",
    "fodhelper",
    "forfiles",
    "fsutil",
    "gpresult",
    "hdiutil",
    "icacls",
    "iex",
    "ifconfig",
    "insmod",
    "installutil",
    "ipconfig",
    "iptables",
    "klist",
    "ksetup",
    "kubectl",
    "launchctl",
    "ld_preload",
    "ldifde",
    "logman",
    "lsmod",
    "makecab",
    "mimikatz",
    "mkfifo",
    "modprobe",
    "mofcomp",
    "mountvol",
    "msbuild",
    "msdt",
    "mshta",
    "msiexec",
    "nbtstat",
    "ncat",
    "net",
    "net1",
    "netcat",
    "netsh",
    "netstat",
    "networksetup",
    "ngrok",
    "nltest",
    "nohup",
    "nslookup",
    "ntdsutil",
    "nxc",
    "odbcconf",
    "openssl",
    "osascript",
    "pcalua",
    "perl",
    "php",
    "ping",
    "plink",
    "plutil",
    "pnputil",
    "powershell",
    "procdump",
    "psexec",
    "pwsh",
    "python",
    "python3",
    "quser",
    "rar",
    "rclone",
    "reagentc",
    "reg",
    "regasm",
    "regini",
    "regsvr32",
    "robocopy",
    "rundll32",
    "sc",
    "schtasks",
    "scp",
    "screencapture",
    "sdbinst",
    "sdelete",
    "secedit",
    "setfacl",
    "setspn",
    "sh",
    "socat",
    "spctl",
    "sqlcmd",
    "sqlite3",
    "ssh",
    "start-process",
    "sudo",
    "swapoff",
    "sysctl",
    "systemctl",
    "systeminfo",
    "takeown",
    "tar",
    "taskkill",
    "tasklist",
    "tcpdump",
    "useradd",
    "usermod",
    "vaultcmd",
    "verclsid",
    "vim-cmd",
    "vssadmin",
    "w32tm",
    "wbadmin",
    "wevtutil",
    "wget",
    "whoami",
    "winget",
    "winrm",
    "winrs",
    "winscp",
    "wmic",
    "wscript",
    "wusa",
    "xattr",
    "xcopy",
];
/// How the other cues begin that only start a word.
const OPENINGS: &[&str] = &[
    "aw-",
    "br.",
    "ca-pub",
    "cn.",
    "com.",
    "createmutex",
    "curl/",
    "de.",
    "discord",
    "event object",
    "global",
    "go-http",
    "gtm-",
    "icq",
    "in.",
    "invoke-",
    "io.",
    "ir.",
    "jabber",
    "kr.",
    "mozilla",
    "mutex",
    "named",
    "net.",
    "node",
    "npm",
    "npx",
    "okhttp",
    "opera",
    "org.",
    "pip",
    "pnpm",
    "private",
    "pub-",
    "pypi",
    "python",
    "qq",
    "qq:",
    "qqa",
    "qqh",
    "qqi",
    "qqu",
    "ru.",
    "rule",
    "serial",
    "session",
    "skype",
    "t.m",
    "t[.",
    "telegram",
    "thumbprint",
    "title",
    "tox",
    "twitter",
    "ua-",
    "wget/",
    "wickr",
    "xmpp",
    "yarn",
];
/// How cues begin that may stand anywhere.
const ANYWHERE: &[&str] =
    &["named", "sc", "scheduled", "service", "systemd", "task", "user", "\u{2018}", "\u{201C}", "\nti"];

/// For the first two bytes of a cue, the third bytes that it may have, one bit for each value of their low five bits.
/// Letters of either case fall together; so do other bytes, which only costs a look.
struct Heads([u32; 2048]);

impl Heads {
    const fn key(first: u8, second: u8) -> usize {
        ((first & 0x1F | (first & 0x40) >> 1) as usize) << 5 | (second & 0x1F) as usize
    }

    const fn with(mut self, words: &[&str]) -> Self {
        let mut i = 0;
        while i < words.len() {
            let word = words[i].as_bytes();
            self.0[Self::key(word[0], word[1])] |= match word.len() {
                // A command of two letters goes on with a blank, a dot or a quote; so does what else is as short.
                2 => 1 << (b' ' & 31) | 1 << (b'.' & 31) | 1 << (b'"' & 31) | 1 << (b'\'' & 31),
                _ => 1 << (word[2] & 31),
            };
            i += 1;
        }
        self
    }

    /// Anything may follow `first`.
    const fn with_any(mut self, first: u8) -> Self {
        let mut second = 0;
        while second < 32 {
            self.0[Self::key(first, second)] = u32::MAX;
            second += 1;
        }
        self
    }

    /// A dash and then anything may follow `first`.
    const fn with_dash(mut self, first: u8) -> Self {
        self.0[Self::key(first, b'-')] = u32::MAX;
        self
    }

    fn may(&self, first: u8, second: u8, third: u8) -> bool {
        self.0[Self::key(first, second)] >> (third & 31) & 1 == 1
    }
}

/// Cues that start a word.
static STARTS: Heads = Heads([0; 2048]).with(COMMANDS).with(OPENINGS).with_dash(b'g');
/// Cues that may stand anywhere.
static INSIDE: Heads = Heads([0; 2048]).with(ANYWHERE).with_any(b'"').with_any(b'`').with_any(b'|');

fn next(bytes: &[u8], from: usize) -> Option<(Cue, usize, usize)> {
    for i in from..bytes.len() {
        let (first, second, third) = (bytes[i], at(bytes, i + 1), at(bytes, i + 2));
        let word = |i: usize| bytes[i].is_ascii_alphanumeric() || bytes[i] == b'_';
        let found = if INSIDE.may(first, second, third) {
            if i > 0 && word(i - 1) { inside(bytes, i) } else { here(bytes, i) }
        } else if STARTS.may(first, second, third) && (i == 0 || !word(i - 1)) {
            here(bytes, i)
        } else {
            None
        };
        if let Some((cue, end)) = found {
            return Some((cue, i, end));
        }
    }
    None
}

/// The cue that starts at `i`, inside a word.
fn inside(bytes: &[u8], i: usize) -> Option<(Cue, usize)> {
    let found = |cue, end: Option<usize>| end.map(|end| (cue, end));
    match bytes[i] {
        b'"' | b'`' | b'|' => Some((Cue::Quoted, i + 1)),
        0xE2 => found(Cue::Quoted, quote(bytes, i)),
        b'\n' => found(Cue::Sigma, title(bytes, i + 1)),
        _ => found(Cue::Agent, agent(bytes, i))
            .or_else(|| found(Cue::Pipe, pipe(bytes, i)))
            .or_else(|| found(Cue::Service, service(bytes, i)))
            .or_else(|| found(Cue::Task, task(bytes, i))),
    }
}

/// The cue that starts at `i`, at the start of a word.
fn here(bytes: &[u8], i: usize) -> Option<(Cue, usize)> {
    if !bytes[i].is_ascii_alphabetic() {
        return inside(bytes, i);
    }
    let found = |cue, end: Option<usize>| end.map(|end| (cue, end));
    found(Cue::Browser, browser(bytes, i))
        .or_else(|| found(Cue::Agent, agent(bytes, i)))
        .or_else(|| found(Cue::Mutex, mutex(bytes, i)))
        .or_else(|| found(Cue::Pipe, pipe(bytes, i)))
        .or_else(|| found(Cue::Service, service(bytes, i)))
        .or_else(|| found(Cue::Task, task(bytes, i)))
        .or_else(|| found(Cue::Command, command(bytes, i)))
        .or_else(|| found(Cue::Yara, yara(bytes, i)))
        .or_else(|| found(Cue::Sigma, if i == 0 { title(bytes, i) } else { None }))
        .or_else(|| found(Cue::Telegram, telegram(bytes, i)))
        .or_else(|| found(Cue::Handle, handle(bytes, i)))
        .or_else(|| found(Cue::Install, install(bytes, i)))
        .or_else(|| found(Cue::Package, package(bytes, i)))
        .or_else(|| found(Cue::Android, android(bytes, i)))
        .or_else(|| found(Cue::Tracking, tracking(bytes, i)))
        .or_else(|| found(Cue::Serial, serial(bytes, i)))
}

/// End of one blank or more.
fn blanks(bytes: &[u8], i: usize) -> Option<usize> {
    let len = bytes.get(i..)?.iter().take_while(|b| **b == b' ').count();
    (len > 0).then_some(i + len)
}

/// End of the first of `words` (lower case) at `i`, in any case.
fn word_of(bytes: &[u8], i: usize, words: &[&str]) -> Option<usize> {
    words.iter().find_map(|w| caseless(bytes, i, w.as_bytes()))
}

/// End of `words` at `i`, with one more character of `more` if it is there.
fn with_last(bytes: &[u8], end: usize, more: &[u8]) -> usize {
    end + usize::from(end < bytes.len() && more.contains(&bytes[end].to_ascii_lowercase()))
}

fn quote(bytes: &[u8], i: usize) -> Option<usize> {
    (at(bytes, i + 1) == 0x80 && matches!(at(bytes, i + 2), 0x98 | 0x9C)).then_some(i + 3)
}

/// `title: …` and its line end.
fn title(bytes: &[u8], i: usize) -> Option<usize> {
    let start = literal(bytes, i, b"title: ")?;
    let len = memchr::memchr(b'\n', bytes.get(start..)?)?;
    (len > 0).then_some(start + len + 1)
}

fn browser(bytes: &[u8], i: usize) -> Option<usize> {
    let end = match bytes[i] {
        b'm' | b'M' => literal(bytes, i + 1, b"ozilla/"),
        b'c' | b'C' => literal(bytes, i + 1, b"url/"),
        b'w' | b'W' => literal(bytes, i + 1, b"get/"),
        b'o' | b'O' => literal(bytes, i + 1, b"pera/").or_else(|| literal(bytes, i, b"okhttp/")),
        b'p' => literal(bytes, i, b"python-requests/"),
        b'G' => literal(bytes, i, b"Go-http-client/"),
        _ => None,
    }?;
    (class(bytes, end) & DIGIT != 0).then_some(end + 1)
}

fn agent(bytes: &[u8], i: usize) -> Option<usize> {
    let end = caseless(bytes, i, b"user")?;
    caseless(bytes, end + usize::from(matches!(at(bytes, end), b'-' | b' ')), b"agent")
}

fn mutex(bytes: &[u8], i: usize) -> Option<usize> {
    if let Some(end) = caseless(bytes, i, b"mutex") {
        return Some(word_of(bytes, end, &["es", "ant"]).unwrap_or(end));
    }
    if let Some(end) = caseless(bytes, i, b"createmutex") {
        return Some(with_last(bytes, end, b"aw"));
    }
    word_of(bytes, i, &["named event", "event object"])
}

fn pipe(bytes: &[u8], i: usize) -> Option<usize> {
    caseless(bytes, i, b"named pipe").map(|end| with_last(bytes, end, b"s"))
}

/// ` is named`, ` called`, ` with the name`
fn naming(bytes: &[u8], end: usize) -> Option<usize> {
    const WORDS: &[&str] = &["named", "name", "called", "with the name"];
    let start = blanks(bytes, end)?;
    let behind_is = caseless(bytes, start, b"is").and_then(|end| blanks(bytes, end));
    behind_is.and_then(|i| word_of(bytes, i, WORDS)).or_else(|| word_of(bytes, start, WORDS))
}

fn service(bytes: &[u8], i: usize) -> Option<usize> {
    if !matches!(bytes[i], b's' | b'S') {
        return None;
    }
    if let Some(end) = caseless(bytes, i, b"service") {
        return naming(bytes, with_last(bytes, end, b"s"))
            .or_else(|| word_of(bytes, end, &[" name", "name"]));
    }
    if let Some(end) = caseless(bytes, i, b"sc") {
        let end = caseless(bytes, end, b".exe").unwrap_or(end);
        return caseless(bytes, blanks(bytes, end)?, b"create");
    }
    word_of(bytes, i, &["systemd unit", "systemd service"])
}

fn task(bytes: &[u8], i: usize) -> Option<usize> {
    let scheduled = caseless(bytes, i, b"scheduled ");
    let end = caseless(bytes, scheduled.unwrap_or(i), b"task")?;
    let plural = with_last(bytes, end, b"s");
    naming(bytes, plural).or_else(|| match scheduled {
        Some(_) => Some(plural),
        None => word_of(bytes, end, &[" name", "name"]),
    })
}

/// `powershell.exe -`: the name and the first character of what follows.
fn command(bytes: &[u8], i: usize) -> Option<usize> {
    let is = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let mut lower = [0u8; 16];
    let len = bytes.get(i..)?.iter().take(lower.len()).take_while(is).count();
    let name = &mut lower[..len];
    name.copy_from_slice(&bytes[i..i + len]);
    name.make_ascii_lowercase();
    let end = if name.starts_with(b"invoke-") {
        let letters = bytes[i + 7..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
        (letters > 0).then_some(i + 7 + letters)?
    } else {
        COMMANDS.binary_search_by(|c| c.as_bytes().cmp(name)).ok()?;
        i + len
    };
    let end = literal(bytes, end, b".exe").unwrap_or(end);
    let start = end + usize::from(matches!(at(bytes, end), b'"' | b'\''));
    let next = blanks(bytes, start)?;
    match bytes.get(next) {
        Some(b'\n') | None => (next - start >= 2).then_some(next),
        Some(b) => Some(next + width(*b)),
    }
}

/// `private rule NAME : tags {`
pub(in super::super) fn yara(bytes: &[u8], i: usize) -> Option<usize> {
    if !matches!(bytes[i], b'p' | b'g' | b'r') {
        return None;
    }
    let mut at_word = i;
    // Two modifiers are all there are; a longer chain is no rule.
    for _ in 0..2 {
        let modifier = literal(bytes, at_word, b"private").or_else(|| literal(bytes, at_word, b"global"));
        match modifier.and_then(|end| blanks(bytes, end)) {
            Some(next) => at_word = next,
            None => break,
        }
    }
    let name = blanks(bytes, literal(bytes, at_word, b"rule")?)?;
    let first = at(bytes, name);
    if !(first.is_ascii_alphabetic() || first == b'_') {
        return None;
    }
    let skip = |i: usize, is: fn(u8) -> bool| {
        i + bytes.get(i..).unwrap_or_default().iter().take_while(|b| is(**b)).count()
    };
    let end = skip(name, |b| b.is_ascii_alphanumeric() || b == b'_');
    let mut end = skip(end, |b| matches!(b, b' ' | b'\t'));
    if let Some(tags) = literal(bytes, end, b":") {
        let mut stop = tags;
        for _ in 0..120 {
            match at(bytes, stop) {
                b'\n' | b'{' => break,
                _ if stop >= bytes.len() => break,
                b => stop += width(b),
            }
        }
        if stop > tags {
            end = stop;
        }
    }
    literal(bytes, skip(end, |b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')), b"{")
}

fn telegram(bytes: &[u8], i: usize) -> Option<usize> {
    if let Some(end) = caseless(bytes, i, b"telegram") {
        return Some(end);
    }
    if !matches!(bytes[i], b't' | b'T') {
        return None;
    }
    literal(bytes, i + 1, b".me/").or_else(|| literal(bytes, i + 1, b"[.]me/"))
}

fn handle(bytes: &[u8], i: usize) -> Option<usize> {
    const NETWORKS: &[&str] = &[
        "twitter",
        "discord",
        "jabber",
        "xmpp",
        "tox id",
        "tox",
        "icq",
        "wickr",
        "session id",
        "skype",
        "qq",
    ];
    const WHAT: &[&str] = &["handle", "account", "id", "user", ":"];
    NETWORKS.iter().filter_map(|n| caseless(bytes, i, n.as_bytes())).find_map(|end| {
        literal(bytes, end, b" ").and_then(|i| word_of(bytes, i, WHAT)).or_else(|| word_of(bytes, end, WHAT))
    })
}

fn install(bytes: &[u8], i: usize) -> Option<usize> {
    const CALLS: &[&str] = &[
        "npm install ",
        "npm i ",
        "npm add ",
        "yarn add ",
        "pnpm add ",
        "pip3 install ",
        "pip install ",
        "npx ",
    ];
    if matches!(bytes[i] | 0x20, b'n' | b'y' | b'p') { word_of(bytes, i, CALLS) } else { None }
}

fn package(bytes: &[u8], i: usize) -> Option<usize> {
    if !matches!(bytes[i] | 0x20, b'n' | b'p') {
        return None;
    }
    let end = word_of(bytes, i, &["npm", "node.js", "node", "pypi", "python"])?;
    const WHAT: &[&str] = &["packages", "package", "modules", "module", "library", "libraries"];
    word_of(bytes, blanks(bytes, end)?, WHAT)
}

/// `com.example.app`
fn android(bytes: &[u8], i: usize) -> Option<usize> {
    let tops: &[&[u8]] =
        &[b"com.", b"org.", b"net.", b"io.", b"ru.", b"cn.", b"de.", b"br.", b"ir.", b"kr.", b"in."];
    let second = super::one_of(bytes, i, tops)?;
    if !at(bytes, second).is_ascii_lowercase() {
        return None;
    }
    let label = |i: usize, is: fn(u8) -> bool| {
        i + bytes.get(i..).unwrap_or_default().iter().take_while(|b| is(**b)).count()
    };
    let first_end = label(second, |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let mut end = first_end;
    while at(bytes, end) == b'.' && at(bytes, end + 1).is_ascii_alphabetic() {
        end = label(end + 1, |b| b.is_ascii_alphanumeric() || b == b'_');
    }
    (end > first_end).then_some(end)
}

/// `UA-12345-1`, `G-ABCDEFGHIJ`, `GTM-ABCD`, `ca-pub-…`, `AW-…`
fn tracking(bytes: &[u8], i: usize) -> Option<usize> {
    let digits = |i: usize, low: usize, high: usize| {
        let end = super::run(bytes, i, DIGIT, high);
        (end - i >= low).then_some(end)
    };
    let upper = |i: usize, low: usize, high: usize| {
        let is = |b: &&u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let len = bytes.get(i..)?.iter().take(high).take_while(is).count();
        (len >= low).then_some(i + len)
    };
    match bytes[i] {
        b'U' => {
            let end = digits(literal(bytes, i, b"UA-")?, 4, 10)?;
            Some(literal(bytes, end, b"-").and_then(|i| digits(i, 1, 4)).unwrap_or(end))
        }
        b'G' => match literal(bytes, i, b"G-") {
            Some(start) => upper(start, 10, 10),
            None => upper(literal(bytes, i, b"GTM-")?, 4, 8),
        },
        b'A' => digits(literal(bytes, i, b"AW-")?, 9, 11),
        b'c' | b'p' => {
            let start = literal(bytes, i, b"ca-").unwrap_or(i);
            exactly(bytes, literal(bytes, start, b"pub-")?, DIGIT, 16)
        }
        _ => None,
    }
}

fn serial(bytes: &[u8], i: usize) -> Option<usize> {
    let Some(end) = caseless(bytes, i, b"serial") else { return caseless(bytes, i, b"thumbprint") };
    if let Some(end) = caseless(bytes, end, b" number") {
        return Some(end);
    }
    Some(caseless(bytes, end, b" no").map_or(end, |end| with_last(bytes, end, b".")))
}
