//! Which platforms a report is about: a behaviour of Linux has no place in a report on Windows.

use std::collections::BTreeSet;

/// Words of the text that speak for a product of log sources. A word counts where no letter or digit stands around it.
const WORDS: &[(&str, &[&str])] = &[
    (
        "windows",
        &[
            "windows",
            "powershell",
            "hklm",
            "hkcu",
            "hkey_local_machine",
            "hkey_current_user",
            "active directory",
            "cmd.exe",
            "rundll32",
            ".exe",
            ".dll",
            "c:\\",
            "appdata",
        ],
    ),
    ("linux", &["linux", "esxi", "ubuntu", "debian", "red hat", "centos", "elf", "systemd", "/dev/shm"]),
    (
        "macos",
        &[
            "macos",
            "mac os",
            "os x",
            "osascript",
            "launchagent",
            "launchagents",
            "launchdaemons",
            "applescript",
            "mach-o",
            "dmg",
        ],
    ),
    ("aws", &["aws", "amazon web services", "cloudtrail", "ec2", "s3 bucket", "s3 buckets"]),
    ("azure", &["azure", "entra", "microsoft 365", "office 365", "m365", "o365"]),
    ("m365", &["microsoft 365", "office 365", "m365", "o365", "exchange online"]),
    ("gcp", &["google cloud", "gcp", "google workspace"]),
    ("okta", &["okta"]),
    ("github", &["github actions", "github repository", "github repositories", "github organization"]),
    ("kubernetes", &["kubernetes", "kubectl", "k8s"]),
];

/// Words of every Unix: they speak for Linux where nothing speaks for macOS.
const UNIX: &[&str] = &["/etc/", "/tmp/", "/usr/bin", "crontab"];

/// The products that the text speaks of. Windows where it speaks of none of the systems.
pub(crate) fn of(text: &str) -> BTreeSet<&'static str> {
    let lower = text.to_lowercase();
    let found = WORDS.iter().filter(|(_, words)| words.iter().any(|word| has(&lower, word)));
    let mut found: BTreeSet<&'static str> = found.map(|(product, _)| *product).collect();
    if !found.contains("macos") && UNIX.iter().any(|word| has(&lower, word)) {
        found.insert("linux");
    }
    if !["windows", "linux", "macos"].iter().any(|system| found.contains(system)) {
        found.insert("windows");
    }
    found
}

fn has(text: &str, word: &str) -> bool {
    let bytes = text.as_bytes();
    let free = |at: Option<usize>, edge: bool| {
        !edge || at.and_then(|i| bytes.get(i)).is_none_or(|b| !b.is_ascii_alphanumeric())
    };
    let starts = word.starts_with(|c: char| c.is_ascii_alphanumeric());
    let ends = word.ends_with(|c: char| c.is_ascii_alphanumeric());
    text.match_indices(word)
        .any(|(at, _)| free(at.checked_sub(1), starts) && free(Some(at + word.len()), ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_not_a_part_of_one() {
        assert!(of("The belfry of Windows users").contains("windows"));
        assert!(!of("itself, a shelf, for Windows").contains("linux"));
        assert!(of("a 64-bit ELF file").contains("linux"));
        assert!(!of("flaws in Linux").contains("aws"));
        assert!(of("it writes /tmp/store").contains("linux"));
        let both = of("its macOS part writes /tmp/store");
        assert!(both.contains("macos") && !both.contains("linux"));
    }
}
