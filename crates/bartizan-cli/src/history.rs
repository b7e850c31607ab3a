//! Earlier analyses beside a new one: what it shares with them, and what is new in it.

use std::io::Read;
use std::path::{Path, PathBuf};

use bartizan::exchange::stix::Lineage;
use bartizan::{Analysis, exchange};
use bartizan_knowledge::Pack;
use bartizan_library::{Added, Library};
use bartizan_response::history::{Changes, Record, changes, links};
use bartizan_response::{Assessment, wire};
use bartizan_stix::Tlp;

use crate::args_history::HistoryArgs;
use crate::exit::{Exit, Failure};

/// Largest analysis or bundle read back, in bytes.
const MOST: u64 = 512 << 20;

/// What to compare with.
#[derive(Debug, Default)]
pub struct History {
    library: Option<Library>,
    previous: Option<Package>,
}

/// An earlier analysis with its bundle.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its `analysis.json`.
    pub body: Vec<u8>,
    /// What of it is compared.
    pub record: Record,
    bundle: Option<Vec<u8>>,
    /// What the bundle continues; none if it is of another document or under another marking.
    lineage: Option<Lineage>,
}

/// What the earlier analyses have to say about a new one.
#[derive(Debug, Default)]
pub struct Past {
    /// The earlier bundle of the same report.
    pub lineage: Option<Lineage>,
    /// What differs from the earlier analysis of the same report; none if there is none, or nothing differs.
    pub changes: Option<Changes>,
    /// What to tell the user and nobody else.
    pub note: Option<String>,
}

/// Files of an analysis to keep.
#[derive(Debug)]
pub struct Keep {
    /// `analysis.json`.
    pub body: Vec<u8>,
    /// `bundle.json`.
    pub bundle: Vec<u8>,
}

/// Opens what the user named; none if nothing is compared with.
pub fn resolve(args: &HistoryArgs, inputs: &[String]) -> Result<Option<History>, Failure> {
    if args.previous.is_some() && inputs.len() > 1 {
        return Err(Failure::new(
            Exit::Usage,
            "usage",
            "--previous belongs to one report; --library finds the earlier analysis of each",
        ));
    }
    let library = args.library.as_deref().map(Library::open_or_create).transpose().map_err(failure)?;
    if let Some(library) = &library {
        library.freeze().map_err(failure)?;
    }
    let previous = args.previous.as_deref().map(Package::read).transpose()?;
    Ok((library.is_some() || previous.is_some()).then_some(History { library, previous }))
}

/// The library of `--library`, else of the environment.
pub fn library(path: Option<&Path>) -> Result<Library, Failure> {
    Library::open(&library_path(path)?).map_err(failure)
}

/// Where the library is.
pub fn library_path(path: Option<&Path>) -> Result<PathBuf, Failure> {
    let named = path.map(Path::to_owned).or_else(|| std::env::var_os("BARTIZAN_LIBRARY").map(PathBuf::from));
    named.filter(|p| !p.as_os_str().is_empty()).ok_or_else(|| {
        Failure::new(Exit::Usage, "usage", "which library? Give --library FILE, or set BARTIZAN_LIBRARY")
    })
}

/// A library's error in the program's terms.
pub fn failure(error: bartizan_library::Error) -> Failure {
    let (exit, code) = match () {
        () if error.is_missing() => (Exit::NoInput, "library.missing"),
        () if error.is_foreign() => (Exit::BadData, "library.invalid"),
        () if error.is_input() => (Exit::BadData, "analysis.invalid"),
        () if error.is_busy() => (Exit::Timeout, "library.busy"),
        () => (Exit::Io, "library.unusable"),
    };
    Failure::new(exit, code, error.to_string())
}

impl History {
    /// Whether analyses are kept.
    pub fn keeps(&self) -> bool {
        self.library.is_some()
    }

    /// Looks; the links go into the assessment.
    pub fn look(
        &self,
        analysis: &Analysis,
        assessment: &mut Assessment,
        pack: &Pack,
    ) -> Result<Past, Failure> {
        let json = serde_json::to_vec(&wire::document(analysis, Some(assessment))).unwrap_or_default();
        let record = Record::read(&json).map_err(|e| Failure::internal(format!("own analysis: {e}")))?;
        let marking = exchange::marking(analysis);
        if let Some(library) = &self.library {
            let shelf = library.shelf(&record, marking).map_err(failure)?;
            assessment.earlier = links(&record, &shelf, pack);
        }
        if let Some(previous) = &self.previous {
            if previous.record.marking > marking {
                return Err(stricter(previous.record.marking, marking));
            }
            let mut past = previous.past(&record, record.keeps(&previous.record));
            if past.note.is_none() && past.lineage.is_none() && previous.bundle.is_some() {
                past.note = Some(
                    "less than half of the earlier analysis is left: bundle.json does not continue it"
                        .to_owned(),
                );
            }
            return Ok(past);
        }
        let Some(library) = &self.library else { return Ok(Past::default()) };
        let found = match library.previous(&record, marking) {
            // Damage in the library is no reason to lose this analysis.
            Err(e) if e.is_foreign() => return Ok(Past { note: Some(e.to_string()), ..Past::default() }),
            found => found.map_err(failure)?,
        };
        // The package may not tell that there is one.
        let stricter = found.stricter.then(|| {
            "the library has an analysis of this report under a stricter marking: nothing of it is written".to_owned()
        });
        let Some(kept) = found.kept else { return Ok(Past { note: stricter, ..Past::default() }) };
        let number = kept.number;
        let previous = Package::new(kept.body, kept.bundle, &format!("number {number} of the library"))?;
        let mut past = previous.past(&record, true);
        let told = past.changes.as_ref().map(|c| {
            let (added, withdrawn, changed) = c.counts();
            format!("against number {number} of the library: {added} new, {withdrawn} withdrawn, {changed} changed")
        });
        past.note = stricter.or(past.note).or(told);
        Ok(past)
    }

    /// Keeps an analysis. `now`: seconds since 1970.
    pub fn keep(&self, keep: &Keep, now: i64) -> Result<Option<Added>, Failure> {
        let Some(library) = &self.library else { return Ok(None) };
        library.add(&keep.body, Some(&keep.bundle), now.saturating_mul(1_000_000)).map(Some).map_err(failure)
    }
}

impl Package {
    /// From a package folder, or its `analysis.json`.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let analysis = if path.is_dir() { path.join("analysis.json") } else { path.to_owned() };
        let body = read(&analysis)?;
        let beside = analysis.with_file_name("bundle.json");
        let bundle = beside.is_file().then(|| read(&beside)).transpose()?;
        Self::new(body, bundle, &analysis.display().to_string())
    }

    fn new(body: Vec<u8>, bundle: Option<Vec<u8>>, name: &str) -> Result<Self, Failure> {
        let record = Record::read(&body)
            .map_err(|e| Failure::new(Exit::BadData, "analysis.invalid", format!("{name}: {e}")))?;
        let parsed = bundle.as_deref().and_then(|b| serde_json::from_slice(b).ok());
        let lineage = parsed.as_ref().and_then(|b| Lineage::read(b, &record.sha256, record.marking));
        Ok(Self { body, record, bundle, lineage })
    }

    /// Its bundle, where there is one and it belongs to the analysis.
    pub fn bundle(&self) -> Option<&[u8]> {
        self.bundle.as_deref().filter(|_| self.lineage.is_some())
    }

    /// `continues`: whether enough is left for the bundle to go on.
    fn past(&self, new: &Record, continues: bool) -> Past {
        let changes = changes(&self.record, new);
        let unfit = self.bundle.is_some() && self.lineage.is_none();
        let note =
            "the earlier bundle.json is of another document or under another marking: it is not continued";
        Past {
            lineage: self.lineage.clone().filter(|_| continues),
            changes: Some(changes).filter(|c| !c.is_empty()),
            note: unfit.then(|| note.to_owned()),
        }
    }
}

fn stricter(old: Tlp, new: Tlp) -> Failure {
    let message = format!(
        "--previous is marked {}, the new analysis {}: its content may not go into this package. Mark this one with --tlp, or leave --previous out",
        old.as_str(),
        new.as_str()
    );
    Failure::new(Exit::Refused, "marking.stricter", message)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let no_input = |e: std::io::Error| {
        Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {}: {e}", path.display()))
    };
    let mut bytes = Vec::new();
    if !path.is_file() {
        return Err(Failure::new(
            Exit::NoInput,
            "input.unreadable",
            format!("{} is no file", path.display()),
        ));
    }
    std::fs::File::open(path).map_err(no_input)?.take(MOST + 1).read_to_end(&mut bytes).map_err(no_input)?;
    if bytes.len() as u64 > MOST {
        let message = format!("{} is larger than {} MiB", path.display(), MOST >> 20);
        return Err(Failure::new(Exit::BadData, "input.too-large", message));
    }
    Ok(bytes)
}

/// A kept analysis by its number.
pub fn kept(library: &Library, number: i64) -> Result<Package, Failure> {
    let kept = library.get(number).map_err(failure)?.ok_or_else(|| none(number))?;
    Package::new(kept.body, kept.bundle, &format!("number {number} of the library"))
}

/// There is no analysis of that number.
pub fn none(number: i64) -> Failure {
    let message = format!("the library has no number {number}; `bartizan library list` shows what it has");
    Failure::new(Exit::NoInput, "library.no-such-number", message)
}
