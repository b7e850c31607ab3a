//! The expressions that the walks in [`super::spot`] stand for, as an oracle for their tests. Each family is one
//! multi-pattern expression; the order of its patterns is their priority. Patterns only find the *start* of a thing
//! and its cheap shape; hand-written validators in the family modules decide, so that no pattern needs look-around,
//! counting or back-tracking.

use super::spot::cues::Cue;
use super::spot::ids::Id;
use super::spot::net::Net;
use super::spot::places::Place;
use regex_automata::Input;
use regex_automata::meta::Regex;

/// A dot, plain or defanged. See [`super::defang`] for what each form means.
const DOT: &str = r"(?:\.|[ ]?(?:\\?[\[({<])+[ ]?\\?(?:\.|,|[dD][oO0][tT])[ ]?(?:\\?[\])}>])+[ ]?|\[\.|\.\]|[ ]\.[ ]\]|\\\.|[ ]DOT[ ])";

/// A character of a host label: ASCII letters and digits, `_`, and letters of other scripts; not the
/// punctuation block U+2000–U+2BFF.
const LABEL_CHAR: &str = r"[A-Za-z0-9_\u{C0}-\u{1FFF}\u{2C00}-\u{2DFF}\u{3040}-\u{D7FF}]";

/// Patterns of the pass over addresses.
pub(super) fn net() -> Vec<(Net, String)> {
    let label = format!(r"{LABEL_CHAR}(?:{LABEL_CHAR}|-|\\[_-])*");
    vec![
        (
            Net::Scheme,
            concat!(
                r"(?:[hH](?:[xXtT*_][xXtT*_]|[xX!]|[xX][xX][xX]|[tT][tT][xX])[pP][sS5]?|[sS]?[fF][tTxX*][pP][sS]?|[wW][sS][sS]?|ldaps?|smb|tcp|udp|ssh|telnet|ircs?|gopher|dav|webdav|search-ms|stratum\+tcp)",
                r"(?:\[\]|\(\)|\{\})?[ ]?[\[({]?:[\])}]?[ ]?[\[({]?(?:\\?[/\\]|\[/\])[ ]?(?:\\?[/\\]|\[/\])/?[\])}]?[ ]?",
                r"|[hH](?:[xXtT*_][xXtT*_]|[xX!])[pP][sS5]?(?:\[\]|\(\))//"
            )
            .to_owned(),
        ),
        (Net::Token, format!("{label}(?:{DOT}{label})+")),
        (Net::Ipv6, r"[0-9A-Fa-f]{0,4}(?:(?:\[:\]|:)[0-9A-Fa-f]{0,4}){2,8}(?:(?:\[\.\]|\.)[0-9]{1,3}){0,3}".to_owned()),
        (Net::MailWord, r"[A-Za-z0-9_-]+[ ]AT[ ][A-Za-z0-9_-]+[ ]DOT[ ][A-Za-z]+".to_owned()),
        (Net::Unc, r"\\\\[A-Za-z0-9_.-]+@(?:SSL@)?[0-9]+\\".to_owned()),
    ]
}

/// One multi-pattern automaton with the meaning of each pattern.
pub(super) struct Pass<K> {
    regex: Regex,
    kinds: Vec<K>,
}

impl<K: Copy> Pass<K> {
    pub fn new(patterns: &[(K, String)]) -> Self {
        let strings: Vec<&str> = patterns.iter().map(|(_, p)| p.as_str()).collect();
        let regex = Regex::builder()
            .configure(Regex::config().hybrid_cache_capacity(16 << 20).nfa_size_limit(Some(16 << 20)))
            .build_many(&strings)
            .expect("a constant of this module");
        Self { regex, kinds: patterns.iter().map(|(k, _)| *k).collect() }
    }

    /// Calls `take` for each match; it returns where scanning goes on.
    pub fn run(&self, text: &str, mut take: impl FnMut(K, usize, usize) -> usize) {
        let mut at = 0;
        while at < text.len() {
            let Some(found) = self.regex.search(&Input::new(text).range(at..)) else { return };
            let kind = self.kinds[found.pattern().as_usize()];
            at = take(kind, found.start(), found.end()).max(found.start() + 1);
            while !text.is_char_boundary(at) {
                at += 1;
            }
        }
    }
}

/// Patterns of the pass over ids. `(?-u:\b)` only where the neighbours are ASCII by construction; validators
/// look at the neighbours otherwise.
pub(super) fn ids() -> Vec<(Id, String)> {
    // Any of the hyphens that word processors put in: ASCII, U+2010–U+2015, U+2212.
    const DASH: &str = r"(?:-|[\u{2010}-\u{2015}\u{2212}])";
    let hex12 = "[0-9a-fA-F]{12}";
    vec![
        (Id::Ssdeep, r"[0-9]{1,8}:[A-Za-z0-9/+]{3,64}:[A-Za-z0-9/+]{3,64}".to_owned()),
        (Id::Tlsh, r"T1[0-9A-Fa-f]{70}".to_owned()),
        (Id::EthLike, r"0[xX][0-9A-Fa-f]{40,}".to_owned()),
        (Id::Ja4, r"[tqd][0-9s][0-9d][di0-9][0-9]{2,4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}".to_owned()),
        (Id::Guid, format!(r"[0-9a-fA-F]{{8}}-[0-9a-fA-F]{{4}}-[0-9a-fA-F]{{4}}-[0-9a-fA-F]{{4}}-{hex12}")),
        (Id::HexColons, r"[0-9A-Fa-f]{2}(?:[: ][0-9A-Fa-f]{2}){7,63}".to_owned()),
        (Id::Hex, r"[0-9A-Fa-f]{32,}".to_owned()),
        (Id::Mac, r"[0-9A-Fa-f]{2}(?:(?:[:][0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})".to_owned()),
        (Id::MacDots, r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}".to_owned()),
        (Id::Cve, format!(r"[cC][vV][eE](?:{DASH}|[ _:])[ ]?[0-9]{{4}}(?:{DASH}|[ _])[0-9]{{4,7}}")),
        (Id::Cwe, format!(r"CWE(?:{DASH}|[ ]|: ?)[0-9]{{1,4}}")),
        (Id::Capec, format!(r"CAPEC(?:{DASH}|[ ])[0-9]{{1,3}}")),
        (Id::Ghsa, r"[gG][hH][sS][aA]-[23456789cfghjmpqrvwxCFGHJMPQRVWX]{4}-[23456789cfghjmpqrvwxCFGHJMPQRVWX]{4}-[23456789cfghjmpqrvwxCFGHJMPQRVWX]{4}".to_owned()),
        (Id::Cpe, r#"cpe:(?:2\.3:|/)[aho*-]?(?::[^\x00-\x20:"<>|`]{1,64}){1,11}"#.to_owned()),
        (Id::Atlas, r"AML\.(?:TA|T|M|CS)[0-9]{4}(?:\.[0-9]{3})?".to_owned()),
        (Id::D3fend, r"D3-[A-Z]{2,7}".to_owned()),
        (Id::Attack, r"(?:TA[0-9]{4}|T[0-9]{4}(?:[./][0-9]{3})?|[GSMC][0-9]{4}|DS[0-9]{4}|DET[0-9]{4})".to_owned()),
        (Id::Asn, r"[aA][sS][nN]?[ :#-]{0,2}[0-9]{1,10}".to_owned()),
        (Id::Arn, r#"arn:aws[a-z-]{0,10}:[a-z0-9-]{2,40}:[a-z0-9*-]{0,24}:[0-9*]{0,12}:[^\x00-\x20"'<>|`,;]{1,}"#.to_owned()),
        (Id::CashAddr, r"(?:bitcoincash:)?[qp][023456789acdefghjklmnpqrstuvwxyz]{41}".to_owned()),
        (Id::Bech32, r"(?:bc1|tb1|ltc1|addr1|cosmos1|stake1|zs1|osmo1|kaspa:|bnb1|thor1)[023456789acdefghjklmnpqrstuvwxyz]{20,110}".to_owned()),
        (Id::Base58, r"[1-9A-HJ-NP-Za-km-z]{26,110}".to_owned()),
    ]
}

/// Patterns of the pass over paths.
pub(super) fn places() -> Vec<(Place, String)> {
    vec![
        (
            Place::Hive,
            concat!(
                r"(?:HKEY|hkey|Hkey)(?:\\?_)(?:LOCAL|local|Local|CURRENT|current|Current|CLASSES|classes|Classes|USERS|users|Users)(?:\\?_(?:MACHINE|machine|Machine|USER|user|User|CONFIG|config|Config|ROOT|root|Root))?[>]?:?[\\/]",
                r"|(?:HKLM|hklm|HKCU|hkcu|HKCR|hkcr|HKU|hku|HKCC|hkcc)(?:64|32)?[>]?:?[\\/]",
                r"|\\[Rr][Ee][Gg][Ii][Ss][Tt][Rr][Yy]\\(?:[Mm][Aa][Cc][Hh][Ii][Nn][Ee]|[Uu][Ss][Ee][Rr])\\"
            )
            .to_owned(),
        ),
        (
            Place::HivelessKey,
            r"(?:(?:SOFTWARE|Software|software)\\{1,2}(?:Microsoft|MICROSOFT|microsoft|Classes|CLASSES|Policies|WOW6432Node|Wow6432Node|WOW6432NODE)|(?:SYSTEM|System|system)\\{1,2}(?:CurrentControlSet|ControlSet00[0-9]|CURRENTCONTROLSET))\\".to_owned(),
        ),
        (Place::Drive, r"[A-Za-z]:(?:\\|/)".to_owned()),
        (
            Place::Variable,
            concat!(
                r"%[A-Za-z_][A-Za-z0-9_()~ ]{1,30}%?[\\/]",
                r"|\$(?:env|Env|ENV):[A-Za-z_]{2,24}[\\/]",
                r"|\$\{?(?:HOME|TMPDIR|PWD|XDG_CONFIG_HOME)\}?/",
                r"|(?:<|\[|\{)(?i-u:CSIDL_[A-Z_]{3,30}|system|system32|windows|temp|appdata|local appdata|userprofile|programdata|program files|drive|user|username|startup)(?:>|\]|\})(?:\\|/)",
                r"|CSIDL_[A-Z_]{3,30}\\"
            )
            .to_owned(),
        ),
        (Place::Share, r"\\\\(?:[.?]\\)?[A-Za-z0-9_.$%@-]{1,64}\\".to_owned()),
        (
            Place::Unix,
            concat!(
                r"/(?:etc|usr|bin|sbin|tmp|var|home|opt|root|dev|proc|mnt|media|lib|lib64|boot|srv|run|sys|data|sdcard|storage|system|private|cores|jffs|overlay)/",
                r"|/(?:Library|Users|Applications|System|Volumes|Network)/"
            )
            .to_owned(),
        ),
        (Place::Home, r"~/|\./".to_owned()),
    ]
}

/// Patterns of the pass over cue words.
pub(super) fn cues() -> Vec<(Cue, String)> {
    vec![
        (Cue::Browser, r"(?:[Mm]ozilla|[Oo]pera|[Cc]url|[Ww]get|python-requests|Go-http-client|okhttp)/[0-9]".to_owned()),
        (Cue::Agent, r"(?i-u:user[- ]?agent)".to_owned()),
        (Cue::Mutex, r"(?i-u:mutex(?:es|ant)?|named event|CreateMutex[AW]?|event object)".to_owned()),
        (Cue::Pipe, r"(?i-u:named pipes?)".to_owned()),
        (Cue::Service, r"(?i-u:services?[ ]+(?:is[ ]+)?(?:named?|called|name:|with the name)|service[ ]?name|sc(?:\.exe)?[ ]+create|systemd (?:unit|service))".to_owned()),
        (Cue::Task, r"(?i-u:(?:scheduled )?tasks?[ ]+(?:is[ ]+)?(?:named?|called|name:|with the name)|scheduled tasks?|task[ ]?name)".to_owned()),
        (
            Cue::Command,
            concat!(
                r"(?i-u:powershell|pwsh|cmd|rundll32|regsvr32|mshta|wscript|cscript|schtasks|vssadmin|wbadmin|bcdedit|wevtutil|certutil|bitsadmin|msiexec|wmic|nltest|net1?|sc|reg|curl|wget|bash|sh|python3?|perl|php|chmod|crontab|netsh|icacls|attrib|taskkill|whoami|systeminfo|iptables|nohup|tar|rclone|psexec|procdump|ntdsutil|esentutl|fsutil|cipher|openssl|ssh|scp|base64|echo|sudo|docker|kubectl|aws|launchctl|osascript|xattr|forfiles|installutil|regasm|msbuild|start-process|invoke-[a-z]+|iex|adfind|dsquery|ipconfig|tasklist|ping|nslookup|find|crontab|systemctl|useradd|insmod|ld_preload|7z|appcmd|auditctl|auditpol|certreq|chattr|chisel|cmdkey|cmstp|crackmapexec|csrutil|csvde|devcon|diskshadow|dism|driverquery|dscl|esxcli|extrac32|findstr|fltmc|fodhelper|gpresult|hdiutil|ifconfig|klist|ksetup|ldifde|logman|lsmod|makecab|mimikatz|mkfifo|modprobe|mofcomp|mountvol|msdt|nbtstat|ncat|netcat|netstat|networksetup|ngrok|nxc|odbcconf|pcalua|plink|plutil|pnputil|quser|rar|reagentc|regini|robocopy|screencapture|sdbinst|sdelete|secedit|setfacl|setspn|socat|spctl|sqlcmd|sqlite3|swapoff|sysctl|takeown|tcpdump|usermod|vaultcmd|verclsid|vim-cmd|w32tm|winget|winrm|winrs|winscp|wusa|xcopy)",
                r"(?:\.exe)?[\x22']?[ ]+[^\n]"
            )
            .to_owned(),
        ),
        (Cue::Yara, r"(?:private[ ]+|global[ ]+)*rule[ ]+[A-Za-z_][A-Za-z0-9_]*[ \t]*(?::[^\n{]{1,120})?[ \t\r\n]*\{".to_owned()),
        (Cue::Sigma, r"(?:^|\n)title:[ ][^\n]+\n".to_owned()),
        (Cue::Telegram, r"(?i-u:telegram)|(?:[tT](?:\.|\[\.\])me|telegram(?:\.|\[\.\])me)/".to_owned()),
        (Cue::Handle, r"(?i-u:twitter|discord|jabber|xmpp|tox id|tox|icq|wickr|session id|skype|qq)[ ]?(?i-u:handle|account|id|user|:)".to_owned()),
        (Cue::Install, r"(?i-u:(?:npm (?:install|i|add)|yarn add|pnpm add|pip3? install|npx)[ ])".to_owned()),
        (Cue::Package, r"(?i-u:(?:npm|node(?:\.js)?|pypi|python)[ ]+(?:packages?|modules?|library|libraries))".to_owned()),
        (Cue::Android, r"(?:com|org|net|io|ru|cn|de|br|ir|kr|in)\.[a-z][a-z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+".to_owned()),
        (Cue::Tracking, r"(?:UA-[0-9]{4,10}(?:-[0-9]{1,4})?|G-[A-Z0-9]{10}|GTM-[A-Z0-9]{4,8}|(?:ca-)?pub-[0-9]{16}|AW-[0-9]{9,11})".to_owned()),
        (Cue::Serial, r"(?i-u:serial(?: number| no\.?)?|serial:|thumbprint)".to_owned()),
        (Cue::Quoted, r#"["`|\u{201C}\u{2018}]"#.to_owned()),
    ]
}
