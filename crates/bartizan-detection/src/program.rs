//! Programs that come with systems, and names that common software has: facts from `data/programs.tsv`, `data/software.txt`.

/// Where a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    Windows,
    Linux,
    MacOs,
    Esxi,
    /// Windows or Unix: the program runs on both and nothing tells which.
    Either,
}

impl Platform {
    /// `product` of the log source.
    pub(crate) fn product(self) -> Option<&'static str> {
        match self {
            Self::Windows => Some("windows"),
            Self::Linux | Self::Esxi => Some("linux"),
            Self::MacOs => Some("macos"),
            Self::Either => None,
        }
    }
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub name: &'static str,
    platforms: &'static str,
    /// `OriginalFileName` of its version resource.
    pub original: Option<&'static str>,
    /// What it does, after "which".
    pub does: &'static str,
}

static TABLE: &str = include_str!("../data/programs.tsv");

static SOFTWARE: &str = include_str!("../data/software.txt");

/// Whether software in wide use has files of this name, or a system has a library of it, in any case.
pub(crate) fn is_common(name: &str) -> bool {
    SOFTWARE.lines().any(|line| line.eq_ignore_ascii_case(name))
}

/// The program of this name, extension or not, in any case.
pub(crate) fn known(name: &str) -> Option<Program> {
    let name = bare(name);
    rows().find(|row| row.name.eq_ignore_ascii_case(&name))
}

fn rows() -> impl Iterator<Item = Program> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        let name = cells.next()?;
        let platforms = cells.next()?;
        let original = cells.next().filter(|cell| !cell.is_empty());
        let does = cells.next().unwrap_or_default();
        Some(Program { name, platforms, original, does })
    })
}

impl Program {
    /// Whether it runs there.
    pub(crate) fn on(&self, platform: Platform) -> bool {
        self.platforms.contains(match platform {
            Platform::Windows => 'w',
            Platform::Linux => 'l',
            Platform::MacOs => 'm',
            Platform::Esxi => 'e',
            Platform::Either => return self.on(Platform::Windows) && self.on(Platform::Linux),
        })
    }
}

/// A name without `.exe` and the like, lower case.
pub(crate) fn bare(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    for ending in [".exe", ".com"] {
        if let Some(stem) = lower.strip_suffix(ending) {
            return stem.to_owned();
        }
    }
    lower
}
