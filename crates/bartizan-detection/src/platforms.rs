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

/// The system that the text speaks of most; Windows where it speaks of none, and of two that it speaks of alike.
pub(crate) fn most(text: &str) -> &'static str {
    let lower = text.to_lowercase();
    let count = |product: &str| {
        let words = WORDS.iter().find(|(name, _)| *name == product).map_or(&[][..], |(_, words)| *words);
        words.iter().map(|word| places(&lower, word).count()).sum::<usize>()
    };
    // The last of equals.
    ["macos", "linux", "windows"].into_iter().max_by_key(|product| count(product)).unwrap_or("windows")
}

fn has(text: &str, word: &str) -> bool {
    places(text, word).next().is_some()
}

fn places<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let bytes = text.as_bytes();
    let free = move |at: Option<usize>, edge: bool| {
        !edge || at.and_then(|i| bytes.get(i)).is_none_or(|b| !b.is_ascii_alphanumeric())
    };
    let starts = word.starts_with(|c: char| c.is_ascii_alphanumeric());
    let ends = word.ends_with(|c: char| c.is_ascii_alphanumeric());
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| free(at.checked_sub(1), starts) && free(Some(at + word.len()), ends))
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
        assert_eq!(most("Windows, a DLL, evil.dll and c:\\x; a build for Linux exists"), "windows");
        assert_eq!(most("an ELF file for Linux, spread from Windows"), "linux");
        assert_eq!(most("nothing is said"), "windows");
        let both = of("its macOS part writes /tmp/store");
        assert!(both.contains("macos") && !both.contains("linux"));
    }
}
