//! One report, the whole package, nothing else: what `bartizan worker` does.

use bartizan::{Analyzer, Input, Options};
use bartizan_detection::Queries;
use bartizan_knowledge::Pack;

use super::whole::Whole;
use crate::exit::Failure;
use crate::history::Past;
use crate::package::PackageFile;
use crate::resolve::Plan;

/// The stages, in order.
pub const STAGES: [&str; 5] = ["reading", "analysis", "detections", "assessment", "writing"];

/// What of a [`Plan`] counts here; it can go to another thread.
#[derive(Clone, Debug)]
pub struct Wanted {
    formats: Vec<crate::args::FormatArg>,
    platforms: Vec<&'static bartizan_detection::Platform>,
    assess: bartizan_response::Options,
}

impl Wanted {
    /// What `analyze` with the same arguments would make.
    pub fn of(plan: &Plan) -> Self {
        let Plan { formats, platforms, assess, .. } = plan;
        Self { formats: formats.clone(), platforms: platforms.clone(), assess: assess.clone() }
    }
}

/// The files that `analyze` writes, with a word before each stage but the first.
pub fn package(
    analyzer: &Analyzer,
    pack: &'static Pack,
    wanted: &Wanted,
    (input, options): (&Input, &Options),
    tell: impl Fn(&'static str),
) -> Result<Vec<PackageFile>, Failure> {
    tell(STAGES[1]);
    let analysis = analyzer.analyze(input, options)?;
    tell(STAGES[2]);
    let found = bartizan_detection::detect(&analysis, pack, &super::rule_options(&analysis));
    let queries: Vec<Queries> = wanted.platforms.iter().map(|p| Queries::of(p, &found)).collect();
    tell(STAGES[3]);
    let assessment = bartizan_response::assess(&analysis, pack, Some(&found), &wanted.assess);
    tell(STAGES[4]);
    let whole = Whole {
        analysis: &analysis,
        pack,
        found: Some(&found),
        detected: &bartizan_detection::report::detected(&found, None),
        queries: &queries,
        assessment: Some(&assessment),
        past: &Past::default(),
    };
    let mut files = whole.files(&wanted.formats);
    files.extend(super::detection_files(&analysis, &found, &queries, None));
    Ok(files)
}
