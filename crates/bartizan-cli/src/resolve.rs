//! What the arguments of `analyze` mean.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bartizan::{Limits, OperatingPoint, Options};
use bartizan_detection::Platform;
use bartizan_fetch::{Network, Rules};
use bartizan_stix::Tlp;

use crate::args::{AnalyzeArgs, FormatArg, PointArg};
use crate::assist::Assistant;
use crate::exit::{Exit, Failure};
use crate::history::{self, History};

/// Where results go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// One format to standard output.
    Stdout(FormatArg),
    /// A folder for each report, named after it, under this one (none: the current folder).
    Folder(Option<PathBuf>),
}

/// A resolved `analyze`.
#[derive(Debug)]
pub struct Plan {
    /// Arguments that name inputs.
    pub inputs: Vec<String>,
    /// Formats to write.
    pub formats: Vec<FormatArg>,
    /// Where to.
    pub destination: Destination,
    /// Options of the library.
    pub options: Options,
    /// Time for one report.
    pub timeout: Duration,
    /// Reports at the same time.
    pub jobs: usize,
    /// Rules for URLs.
    pub rules: Rules,
    /// Platforms that rules are converted for.
    pub platforms: Vec<&'static Platform>,
    /// Folders with rules to choose from.
    pub corpus: Vec<PathBuf>,
    /// Files and folders with events to try rules on.
    pub events: Vec<PathBuf>,
    /// What the reader knows beyond the report.
    pub assess: bartizan_response::Options,
    /// Earlier analyses to compare with.
    pub history: Option<std::sync::Arc<History>>,
    /// Whether an input may be the `analysis.json` of an earlier run.
    pub earlier: bool,
    /// The language model to ask, if any.
    pub assistant: Option<Assistant>,
}

/// Every format that has a file, in the order of a package.
pub const FORMATS: [FormatArg; 7] = [
    FormatArg::Html,
    FormatArg::Json,
    FormatArg::Stix,
    FormatArg::Navigator,
    FormatArg::Csv,
    FormatArg::Markdown,
    FormatArg::Sigma,
];

/// Works out what was meant.
pub fn resolve(args: &AnalyzeArgs) -> Result<Plan, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, "usage", message);
    let marking = args
        .tlp
        .as_deref()
        .map(|label| {
            Tlp::parse(label).ok_or_else(|| {
                usage(format!("{label:?} is no TLP 2.0 label; use clear, green, amber, amber+strict or red"))
            })
        })
        .transpose()?;
    let now = now(args.now.as_deref())?;
    let mut formats = args.format.clone();
    formats.sort();
    formats.dedup();
    let destination = if args.stdout {
        match formats.as_slice() {
            [] => Destination::Stdout(FormatArg::Json),
            [one] => Destination::Stdout(*one),
            _ => return Err(usage("--stdout takes one --format".into())),
        }
    } else {
        Destination::Folder(args.output.clone())
    };
    if !args.stdout && formats.iter().any(|f| !FORMATS.contains(f)) {
        return Err(usage("patterns and list have no file in the package; add --stdout".into()));
    }
    if formats.is_empty() {
        formats = FORMATS.to_vec();
    }
    if args.timeout == 0 {
        return Err(usage("--timeout must be at least 1".into()));
    }
    let allowed = args
        .allow_net
        .iter()
        .map(|text| text.parse::<Network>().map_err(usage))
        .collect::<Result<Vec<_>, _>>()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let input_bytes = args.max_size.clamp(1, 2048) << 20;
    let options = Options {
        now,
        marking,
        point: match args.point {
            PointArg::Strict => OperatingPoint::Strict,
            PointArg::Balanced => OperatingPoint::Balanced,
            PointArg::All => OperatingPoint::All,
        },
        limits: Limits { input_bytes, pages: args.max_pages, ..Limits::default() },
        ..Options::default()
    };
    Ok(Plan {
        inputs: args.inputs.clone(),
        formats,
        destination,
        options,
        timeout: Duration::from_secs(args.timeout),
        jobs: args.jobs.unwrap_or(cores).clamp(1, 256),
        rules: Rules { allowed, bytes: input_bytes as u64, ..Rules::default() },
        platforms: platforms(&args.targets)?,
        corpus: args.rules.clone(),
        events: args.events.clone(),
        assess: crate::assess::options(&args.assess)?,
        history: history::resolve(&args.history, &args.inputs)?.map(std::sync::Arc::new),
        earlier: args.earlier,
        assistant: Assistant::resolve(&args.assist)?,
    })
}

/// The platforms of `--targets`.
fn platforms(names: &[String]) -> Result<Vec<&'static Platform>, Failure> {
    let by_name = |name: &str| {
        bartizan_detection::platform(name).ok_or_else(|| {
            let known: Vec<_> = bartizan_detection::PLATFORMS.iter().map(|p| p.name).collect();
            Failure::new(
                Exit::Usage,
                "usage",
                format!("no platform `{name}`; known: {}, none", known.join(", ")),
            )
        })
    };
    match names {
        [] => bartizan_detection::USUAL.iter().copied().map(by_name).collect(),
        [none] if none == "none" => Ok(Vec::new()),
        names => names.iter().map(String::as_str).map(by_name).collect(),
    }
}

/// The time of `--now`, else the default, in seconds since 1970.
pub fn now(typed: Option<&str>) -> Result<i64, Failure> {
    let Some(text) = typed else { return default_now() };
    let time = text.parse::<jiff::Timestamp>().map_err(|e| {
        let message = format!("--now {text:?} is no RFC 3339 time: {e}; write 2026-06-02T00:00:00Z");
        Failure::new(Exit::Usage, "usage", message)
    })?;
    Ok(time.as_second())
}

/// `SOURCE_DATE_EPOCH` (reproducible-builds.org), else the clock.
fn default_now() -> Result<i64, Failure> {
    if let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") {
        return text.to_string_lossy().parse().map_err(|_| {
            Failure::new(
                Exit::Config,
                "config.source-date-epoch",
                format!("SOURCE_DATE_EPOCH={text:?} is no number of seconds"),
            )
        });
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(now.as_secs()).unwrap_or(i64::MAX))
}
