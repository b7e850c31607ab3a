//! An analysis with what later stages made of it, in its written forms.

use bartizan::Analysis;
use bartizan::exchange::{self, navigator, stix};
use bartizan_detection::{Detections, Queries};
use bartizan_knowledge::Pack;
use bartizan_page::Parts;
use bartizan_response::{Assessment, markdown, package, wire};

use crate::args::FormatArg;
use crate::args_history::DiffFormat;
use crate::commands::diff;
use crate::history::{Keep, Past};
use crate::package::PackageFile;

/// Stages that the wanted forms need.
#[derive(Clone, Copy, Debug)]
pub struct Stages {
    /// Rules from the analysis.
    pub detections: bool,
    /// Judgement and plan.
    pub assessment: bool,
}

impl Stages {
    /// `wanted` says whether a form is.
    pub fn of(wanted: &dyn Fn(FormatArg) -> bool) -> Self {
        use FormatArg as F;
        let assessment = [F::Html, F::Json, F::Stix, F::Markdown].into_iter().any(wanted);
        // Hunts of the plan are the rules; the Navigator layer shows what they cover.
        Self { detections: assessment || wanted(F::Sigma) || wanted(F::Navigator), assessment }
    }
}

/// Everything about one report.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a> {
    pub analysis: &'a Analysis,
    pub pack: &'static Pack,
    pub found: Option<&'a Detections>,
    /// What detects each technique.
    pub detected: &'a [navigator::Detected],
    pub queries: &'a [Queries],
    pub assessment: Option<&'a Assessment>,
    pub past: &'a Past,
}

impl Whole<'_> {
    /// One form as a file.
    pub fn render(&self, format: FormatArg) -> Vec<u8> {
        match (format, wire(format)) {
            (_, None) => {
                let parts =
                    Parts { detections: self.found, queries: self.queries, assessment: self.assessment };
                bartizan_page::report(self.analysis, self.pack, &parts).into_bytes()
            }
            (FormatArg::Json, _) => pretty(&wire::document(self.analysis, self.assessment)),
            (FormatArg::Stix, _) => pretty(&self.bundle()),
            (FormatArg::Markdown, _) => {
                let more = self.assessment.map(|a| markdown::sections(self.analysis, a)).unwrap_or_default();
                exchange::markdown::report_with(self.analysis, self.pack, &more).into_bytes()
            }
            (FormatArg::Navigator, _) => pretty(&self.layer()),
            (_, Some(form)) => exchange::render(form, self.analysis, self.pack),
        }
    }

    /// A JSON form on one line.
    pub fn line(&self, format: FormatArg) -> Option<Vec<u8>> {
        match format {
            FormatArg::Json => Some(line(&wire::document(self.analysis, self.assessment))),
            FormatArg::Stix => Some(line(&self.bundle())),
            FormatArg::Navigator => Some(line(&self.layer())),
            _ => exchange::render_line(wire(format)?, self.analysis, self.pack),
        }
    }

    /// All files of a package but the detections.
    pub fn files(&self, formats: &[FormatArg]) -> Vec<PackageFile> {
        let named = |(name, bytes)| PackageFile { name, bytes };
        let mut files: Vec<PackageFile> =
            formats.iter().filter_map(|&f| Some(named((file_name(f)?.to_owned(), self.render(f))))).collect();
        if formats.contains(&FormatArg::Navigator) {
            files.extend(
                exchange::extra_files(self.analysis, self.pack, self.detected).into_iter().map(named),
            );
        }
        // Files of the assessment go with its main form.
        if let Some(assessment) = self.assessment.filter(|_| formats.contains(&FormatArg::Json)) {
            files.extend(package::files(self.analysis, self.pack, assessment).into_iter().map(named));
        }
        if let Some(changes) = self.past.changes.as_ref().filter(|_| formats.contains(&FormatArg::Json)) {
            let forms = [DiffFormat::Json, DiffFormat::Markdown, DiffFormat::Html];
            let names = ["changes.json", "changes.md", "changes.html"];
            let forms = names.into_iter().zip(forms);
            files.extend(forms.map(|(name, form)| named((name.to_owned(), diff::render(changes, form)))));
        }
        files
    }

    /// What a library keeps.
    pub fn keep(&self) -> Keep {
        Keep { body: self.render(FormatArg::Json), bundle: self.render(FormatArg::Stix) }
    }

    fn layer(&self) -> navigator::Layer {
        navigator::layer_with(self.analysis, self.pack, self.detected)
    }

    fn bundle(&self) -> stix::Bundle {
        let actions = self.assessment.map(package::stix).unwrap_or_default();
        let rules = self.found.map(bartizan_detection::report::stix).unwrap_or_default();
        stix::bundle_with(
            self.analysis,
            self.pack,
            &stix::Extra { rules, actions },
            self.past.lineage.as_ref(),
        )
    }
}

/// Whether several of these can stand on standard output, one line each.
pub fn one_line(format: FormatArg) -> bool {
    matches!(format, FormatArg::Json | FormatArg::Stix | FormatArg::Navigator)
}

/// The name in a package; none for the forms that only go to standard output.
fn file_name(format: FormatArg) -> Option<&'static str> {
    match (format, wire(format)) {
        (FormatArg::Sigma, _) => None,
        (_, None) => Some("report.html"),
        (_, Some(form)) => form.file_name(),
    }
}

/// The library's name for a form; the page has its own renderer.
fn wire(format: FormatArg) -> Option<exchange::Format> {
    match format {
        FormatArg::Html | FormatArg::Sigma => None,
        FormatArg::Json => Some(exchange::Format::Json),
        FormatArg::Stix => Some(exchange::Format::Stix),
        FormatArg::Navigator => Some(exchange::Format::Navigator),
        FormatArg::Csv => Some(exchange::Format::Csv),
        FormatArg::Markdown => Some(exchange::Format::Markdown),
        FormatArg::Patterns => Some(exchange::Format::Patterns),
        FormatArg::List => Some(exchange::Format::List),
    }
}

/// JSON on one line with its line end.
fn line(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// JSON for people, with a final line end. Our wire types have string keys only, so this cannot fail.
fn pretty(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
