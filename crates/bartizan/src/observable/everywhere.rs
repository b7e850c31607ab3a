//! Folders, devices and registry keys that every machine has. Reports name them to say where something happens; as
//! indicators they would match everything. The lists are data; this file reads what has many names as one.
//!
//! A path counts only as a whole: one name of the malware's own in it, even below `Run`, and it is not of these.

use super::scan::Found;
use crate::ObservableKind as Kind;
use std::collections::HashSet;
use std::sync::OnceLock;

const FOLDERS: &str = include_str!("../../data/system-folders.txt");
const KEYS: &str = include_str!("../../data/windows-keys.txt");

/// Devices, and tables of the kernel, that are no folders.
const DEVICES: &str = "/dev/console /dev/full /dev/kmem /dev/kmsg /dev/mem /dev/null /dev/ptmx /dev/random /dev/sda \
    /dev/stderr /dev/stdin /dev/stdout /dev/tcp /dev/tty /dev/udp /dev/urandom /dev/zero /proc/cmdline /proc/cpuinfo \
    /proc/filesystems /proc/kallsyms /proc/kcore /proc/meminfo /proc/modules /proc/mounts /proc/net/arp /proc/net/dev \
    /proc/net/packet /proc/net/raw /proc/net/route /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 \
    /proc/net/unix /proc/partitions /proc/self/cmdline /proc/self/comm /proc/self/cwd /proc/self/environ \
    /proc/self/exe /proc/self/maps /proc/self/mem /proc/self/mounts /proc/self/root /proc/self/stat \
    /proc/self/status /proc/stat /proc/sysrq-trigger /proc/uptime /proc/version";

/// Namespaces of WMI below `root`.
const NAMESPACES: &str = "cimv2 default directory\\ldap microsoft\\windows\\defender rsop securitycenter \
    securitycenter2 standardcimv2 subscription wmi";

/// Why the value says nothing of its own, if it is one of these. `text` is what it was found in.
pub(super) fn reason(found: &Found, text: &str) -> Option<&'static str> {
    let known = |test: &dyn Fn(&str) -> bool| readings(found, text).iter().any(|path| test(path));
    match found.kind {
        Kind::FilePath if is_device(&found.value) => Some("a device or namespace that every system has"),
        Kind::FilePath if known(&is_folder) => Some("a folder that every system has"),
        Kind::Registry => {
            let value = found.attributes.iter().find(|(name, _)| name == "value").map(|(_, v)| v.as_str());
            known(&|key| is_key(key, value)).then_some("a key that every Windows has")
        }
        _ => None,
    }
}

/// The value, and how it goes on over the next blanks: in a sentence it was cut at the first one, as
/// `…\Image` of `…\Image File Execution Options`.
fn readings(found: &Found, text: &str) -> Vec<String> {
    let mut path = found.value.clone();
    let mut all = vec![path.clone()];
    let end = super::scan::floor(text, (found.end + 64).min(text.len()));
    let after = text.get(found.end..end).and_then(|after| after.lines().next()).unwrap_or("");
    let open = !text.get(..found.end).unwrap_or("").ends_with(['\\', '/']);
    if let Some(words) = after.strip_prefix(' ').filter(|_| open) {
        for word in words.split(' ').take(5) {
            path.push(' ');
            path.push_str(word);
            all.push(path.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != ')').to_owned());
        }
    }
    all
}

/// Whether every system has this folder.
pub(crate) fn is_folder(path: &str) -> bool {
    static SET: OnceLock<HashSet<String>> = OnceLock::new();
    let known = SET.get_or_init(|| read(FOLDERS));
    let unix = path.starts_with(['/', '~']) || path.starts_with("$HOME/") || path.starts_with("${HOME}/");
    if unix {
        let path = tail(path, '/');
        return known.contains(path) || known.contains(&unix_name(path));
    }
    windows_name(path).is_some_and(|name| known.contains(&name))
}

/// Whether every Windows has this key and, if one is named, this value in it.
fn is_key(key: &str, value: Option<&str>) -> bool {
    static SET: OnceLock<HashSet<String>> = OnceLock::new();
    SET.get_or_init(|| read(KEYS)).contains(&key_name(key, value))
}

fn is_device(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    match lower.strip_prefix(r"\\.\").or_else(|| lower.strip_prefix(r"\\localhost\")) {
        Some(name) => match name.strip_prefix(r"root\") {
            Some(namespace) => NAMESPACES.split(' ').any(|n| n == namespace),
            None => name.trim_end_matches(|c: char| c.is_ascii_digit()) == "physicaldrive",
        },
        None => DEVICES.split(' ').any(|d| d == path) || DEVICES.split(' ').any(|d| d == unix_name(path)),
    }
}

/// The entries of a list, and all that is above them.
fn read(list: &str) -> HashSet<String> {
    let mut all = HashSet::new();
    for line in list.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (parent, children) = line.split_once(": ").unwrap_or(("", line));
        let slash = if line.starts_with(['/', '~']) { '/' } else { '\\' };
        for child in children.split(" | ") {
            let mut path =
                if parent.is_empty() { child.to_owned() } else { format!("{parent}{slash}{child}") };
            while all.insert(path.clone()) {
                match path.rfind(slash) {
                    Some(at) if at > 0 => path.truncate(at),
                    _ => break,
                }
            }
        }
    }
    all
}

/// Without what only says "all that is in it": a separator, a star.
fn tail(path: &str, slash: char) -> &str {
    path.trim_end_matches('*').trim_end_matches(slash)
}

/// Whether a name in a path stands for whoever uses the machine: a placeholder, or an account that names nobody.
fn is_anybody(name: &str) -> bool {
    name.starts_with(['<', '[', '{', '(', '%', '$', '*'])
        || matches!(
            name.to_ascii_lowercase().as_str(),
            "user" | "username" | "admin" | "administrator" | "default" | "default user" | "guest"
        )
}

/// A Unix path with the home of whatever user as `~`.
fn unix_name(path: &str) -> String {
    let path = match path.strip_prefix("/private") {
        Some(rest) if ["/tmp", "/var", "/etc"].iter().any(|p| rest.starts_with(p)) => rest,
        _ => path,
    };
    for root in ["$HOME", "${HOME}", "/root"] {
        if let Some(rest) = path.strip_prefix(root).filter(|r| r.is_empty() || r.starts_with('/')) {
            return format!("~{rest}");
        }
    }
    for homes in ["/home/", "/Users/"] {
        let Some(rest) = path.strip_prefix(homes).filter(|r| !r.starts_with("Shared")) else { continue };
        match rest.split_once('/') {
            Some((_, below)) => return format!("~/{below}"),
            None if is_anybody(rest) => return "~".to_owned(),
            None => {}
        }
    }
    match path.strip_prefix("/proc/").and_then(|rest| rest.split_once('/')) {
        Some((process, below)) if is_anybody(process) || process.bytes().all(|b| b.is_ascii_digit()) => {
            format!("/proc/self/{below}")
        }
        _ => path.to_owned(),
    }
}

/// A Windows path as the list of folders writes it; none where it does not start at a drive or a known variable.
fn windows_name(path: &str) -> Option<String> {
    let lower = path.to_ascii_lowercase().replace('/', "\\");
    let path = tail(&lower, '\\');
    let path = path.strip_prefix(r"\\?\").or_else(|| path.strip_prefix(r"\\.\")).unwrap_or(path);
    let shared;
    let path = match path.strip_prefix(r"\\") {
        Some(share) => {
            shared = administrative(share)?;
            &shared
        }
        None => path,
    };
    let (head, rest) = path.split_once('\\').unwrap_or((path, ""));
    let root = match (root_of(head)?, rest.split('\\').next()) {
        // `%APPDATA%\Local`: the author means the folder above.
        (r"<user>\appdata\roaming", Some("local" | "locallow" | "roaming")) => r"<user>\appdata",
        (root, _) => root,
    };
    let name = renamed(joined(root, rest), &MACHINE);
    let home = below(&name, "users").filter(|home| below(home, "public").is_none());
    let name = match home.map(|home| home.split_once('\\').unwrap_or((home, ""))) {
        Some((user, rest)) if !rest.is_empty() || is_anybody(user) => joined("<user>", rest),
        _ => name,
    };
    Some(renamed(name, &HOME))
}

/// Folders of the machine with two names; each line sees what the ones before it made.
const MACHINE: [(&str, &str); 6] = [
    ("winnt", "windows"),
    (r"windows\syswow64", r"windows\system32"),
    (r"windows\sysnative", r"windows\system32"),
    ("program files (x86)", "program files"),
    ("documents and settings", "users"),
    (r"users\all users", "programdata"),
];

/// The same in the home of a user.
const HOME: [(&str, &str); 3] = [
    (r"<user>\application data", r"<user>\appdata\roaming"),
    (r"<user>\local settings\application data", r"<user>\appdata\local"),
    (r"<user>\local settings", r"<user>\appdata\local"),
];

fn renamed(path: String, names: &[(&str, &str)]) -> String {
    names.iter().fold(path, |path, (old, new)| match below(&path, old) {
        Some(rest) => joined(new, rest),
        None => path,
    })
}

/// What is below a folder in a path; nothing for the folder itself.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('\\') }
}

fn joined(parent: &str, rest: &str) -> String {
    match (parent, rest) {
        ("", path) | (path, "") => path.to_owned(),
        _ => format!("{parent}\\{rest}"),
    }
}

/// `host\ADMIN$\…` as a path of that host, where the host is none in particular.
fn administrative(share: &str) -> Option<String> {
    let (host, rest) = share.split_once('\\')?;
    let (share, below) = rest.split_once('\\').unwrap_or((rest, ""));
    if !(is_anybody(host) || matches!(host, "localhost" | "127.0.0.1" | ".")) {
        return None;
    }
    match share.strip_suffix('$')? {
        "admin" => Some(format!(r"%windir%\{below}")),
        drive if drive.len() == 1 => Some(format!(r"{drive}:\{below}")),
        _ => None,
    }
}

/// The folder that a drive, a variable or a placeholder at the start of a path is.
fn root_of(head: &str) -> Option<&'static str> {
    if head.len() == 2 && head.ends_with(':') {
        return Some("");
    }
    let name = head.strip_prefix("$env:").or_else(|| head.strip_prefix("csidl_")).or_else(|| {
        head.strip_prefix(['%', '<', '[', '{']).map(|n| n.trim_end_matches(['%', '>', ']', '}']))
    })?;
    let name = name.strip_prefix("csidl_").unwrap_or(name);
    // Trend Micro's word for the root of the drive, one blank away from Windows' variable.
    if name == "system root" {
        return Some("");
    }
    Some(match name.replace(['_', ' '], "").as_str() {
        "systemdrive" | "homedrive" | "drive" | "driveletter" => "",
        "windir" | "systemroot" | "windows" => "windows",
        "system" | "system32" | "sysdir" | "systemx86" | "syswow64" => r"windows\system32",
        "temp" | "tmp" | "usertemp" => r"<user>\appdata\local\temp",
        "appdata" | "applicationdata" | "roamingappdata" => r"<user>\appdata\roaming",
        "localappdata" | "appdatalocal" => r"<user>\appdata\local",
        "userprofile" | "homepath" | "profile" | "username" | "user" => "<user>",
        "programdata" | "allusersprofile" | "commonappdata" => "programdata",
        "programfiles" | "programfiles(x86)" | "programfilesx86" | "programw6432" => "program files",
        "commonprogramfiles" | "commonprogramfiles(x86)" | "programfilescommon" => {
            r"program files\common files"
        }
        "public" => r"users\public",
        "desktop" | "desktopdirectory" => r"<user>\desktop",
        "personal" | "mydocuments" | "documents" => r"<user>\documents",
        "startmenu" => r"<user>\start menu",
        "startup" | "userstartup" => r"<user>\start menu\programs\startup",
        "commonstartup" => r"programdata\start menu\programs\startup",
        _ => return None,
    })
}

/// A registry key as the list of keys writes it, with the value as a last name.
fn key_name(key: &str, value: Option<&str>) -> String {
    let mut names: Vec<String> = tail(key, '\\')
        .split('\\')
        .chain(value)
        .map(|n| n.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase())
        .filter(|n| !n.is_empty() && n != "wow6432node")
        .collect();
    let hive = names.first().map_or("", String::as_str);
    let (gone, instead): (usize, &[&str]) = match hive {
        "hkey_users" | "hku" => {
            let user =
                names.get(1).is_some_and(|n| is_anybody(n) || n == ".default" || n.starts_with("s-1-5-"));
            let classes = names.get(1).is_some_and(|n| n.ends_with("_classes"));
            (1 + usize::from(user), if classes { &["software", "classes"] } else { &[] })
        }
        "hkey_classes_root" | "hkcr" => (1, &["software", "classes"]),
        "hkey_current_config" | "hkcc" => {
            (1, &["system", "currentcontrolset", "hardware profiles", "current"])
        }
        _ if hive.starts_with("hkey_") || matches!(hive, "hklm" | "hkcu") => (1, &[]),
        _ => (0, &[]),
    };
    names.splice(..gone, instead.iter().map(|n| (*n).to_owned()));
    for i in 1..names.len() {
        let digit = names[i].starts_with(|c: char| c.is_ascii_digit());
        if names[i - 1] == "system" && names[i].starts_with("controlset0") {
            names[i] = "currentcontrolset".to_owned();
        } else if names[i - 1] == "office" && (digit || is_anybody(&names[i])) {
            names[i] = "*".to_owned();
        }
    }
    names.join("\\")
}

#[cfg(test)]
mod tests {
    use super::{is_device, is_folder, is_key};

    #[test]
    fn folders_of_every_system_by_whatever_name() {
        for path in [
            r"C:\Windows",
            r"c:\WINDOWS\SysWOW64\",
            r"C:\WINNT\system32\drivers\etc",
            r"C:\Windows\Sysnative",
            r"C:/Windows/Temp/",
            r"\\?\C:\Windows\Temp",
            r"\\127.0.0.1\ADMIN$\Temp",
            r"\\<host>\C$\ProgramData",
            r"C:\Users\[Username]\AppData\Roaming",
            r"C:\Users\<user>",
            r"C:\Users\win7\AppData\Local\Temp",
            r"C:\Users\Public\Public Documents",
            r"C:\Users\All Users\Microsoft",
            r"C:\Documents and Settings\All Users\Application Data",
            r"C:\Documents and Settings\%username%\Local Settings\Application Data\Microsoft",
            r"C:\Documents and Settings\Admin\Application Data",
            r"C:\Program Files (x86)\Common Files",
            r"%APPDATA%\Microsoft",
            r"%APPDATA%\Roaming\Microsoft\Templates",
            r"%AppData%\Microsoft\Windows\Start Menu\Programs\Startup\*",
            r"%System Root%\Windows\System32",
            r"%system32%\com",
            r"$env:TEMP\",
            r"CSIDL_WINDOWS\debug",
            r"[CSIDL_LOCAL_APPDATA]\Microsoft\Windows",
            r"%COMMON_APPDATA%\Microsoft",
            "/usr/bin",
            "/etc/",
            "/tmp/*",
            "/private/tmp",
            "/home/user/.ssh",
            "/Users/<name>/Library/LaunchAgents",
            "~/Library/LaunchAgents/",
            "$HOME/.config/autostart",
            "/proc/<pid>/fd",
            "/etc/cron.d",
            "/Users/Shared",
        ] {
            assert!(is_folder(path), "{path}");
        }
    }

    #[test]
    fn one_name_of_its_own_makes_a_path_its_own() {
        for path in [
            r"C:\Windows\Temp\svch0st.exe",
            r"C:\ProgramData\Winnit",
            r"C:\ProgramData\Windows",
            r"C:\Users\Public\Microsoft",
            r"C:\Users\Public\AppData\Local",
            r"C:\Users\evil",
            r"C:\System32",
            r"C:\profile\desktop",
            r"C:\Windows\Roaming",
            r"%APPDATA%\Windows",
            r"%APPDATA%\Microsoft\UserSetting",
            r"%TEMP%\<random>",
            r"%BaseDir%\Temp",
            r"\\10.1.2.3\ADMIN$\Temp",
            r"\\server\share\Windows",
            r"%programfiles%\windows",
            "/tmp/.X19-unix",
            "/usr/bin/ssd",
            "/Users/Shared/Documents",
            "/home/evil",
            "/TMP",
            "Windows",
            "",
        ] {
            assert!(!is_folder(path), "{path}");
        }
    }

    #[test]
    fn devices() {
        for path in
            [r"\\.\root\cimv2", r"\\.\ROOT\Subscription", r"\\.\PhysicalDrive0", "/dev/null", "/proc/1/maps"]
        {
            assert!(is_device(path), "{path}");
        }
        for path in [r"\\.\root\evil", r"\\.\evildrv", "/dev/event-x", "/proc/evil"] {
            assert!(!is_device(path), "{path}");
        }
    }

    #[test]
    fn keys_of_every_windows_in_whatever_hive() {
        for key in [
            r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Run",
            r"HKEY_USERS\<USER SID>\Software\Microsoft\Windows\CurrentVersion\RunOnce",
            r"HKEY_USERS\.DEFAULT\Software\Microsoft\Windows\CurrentVersion\Run\",
            r"HKEY_USERS\Software\Microsoft\Windows\CurrentVersion\Run",
            r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Run",
            r"Software\Microsoft\Windows NT\CurrentVersion\Winlogon\Userinit",
            r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows  NT\CurrentVersion\Image File Execution Options",
            r"HKLM\SYSTEM\ControlSet001\Services",
            r"HKLM\SYSTEM\CurrentControlSet\Services\*",
            r"HKEY_CLASSES_ROOT\CLSID",
            r"HKCU\Software\Microsoft\Office\16.0\Word\Security",
            r"HKCU\Software\Microsoft\Office\<version>\Excel\Options",
            r"HKLM\SOFTWARE\Microsoft",
        ] {
            assert!(is_key(key, None), "{key}");
        }
        assert!(is_key(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", Some("Shell")));
        for key in [
            r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\UpdaterX",
            r"HKLM\SYSTEM\CurrentControlSet\Services\EvilSvc",
            r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\sethc.exe",
            r"HKCU\Software\Classes\ms-settings\shell\open\command",
            r"HKCU\Software\Microsoft\Office Test\Special\Perf",
            r"HKCU\Software\Evil",
            r"HKCU\Environment\UserInitMprLogonScript",
            "",
        ] {
            assert!(!is_key(key, None), "{key}");
        }
        assert!(!is_key(r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run", Some("UpdaterX")));
    }
}
