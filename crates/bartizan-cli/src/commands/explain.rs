//! `bartizan explain`: why a technique is claimed of a report, or why it is not.

use std::time::Duration;

use bartizan::{Input, Limits, Options, document};
use bartizan_fetch::{Fetcher, Network, Rules};
use bartizan_knowledge::{Pack, Resolution};

use crate::args::{ExplainArgs, Global};
use crate::exit::{Exit, Failure};
use crate::{inputs, knowledge, out, run};

mod shown;

/// Explains one technique in one report.
pub fn run(global: &Global, args: &ExplainArgs) -> Result<Exit, Failure> {
    let pack = knowledge::open(global)?;
    let asked = args.technique.trim().to_ascii_uppercase().replace('/', ".");
    let id = current(pack, &asked)?;
    let sources = inputs::expand(std::slice::from_ref(&args.input))?;
    let [source] = sources.as_slice() else {
        return Err(Failure::new(
            Exit::Usage,
            "usage",
            "explain takes one report; name a file, not a folder",
        ));
    };
    let limit = args.max_size.clamp(1, 2048) << 20;
    let allowed = args
        .allow_net
        .iter()
        .map(|text| text.parse::<Network>().map_err(|message| Failure::new(Exit::Usage, "usage", message)))
        .collect::<Result<Vec<_>, _>>()?;
    let fetcher = Fetcher::new(Rules { allowed, bytes: limit as u64, ..Rules::default() });
    let input: Input = inputs::load(source, limit, &fetcher)?;
    let mapper = knowledge::mapper(global, pack)?;
    let options = Options {
        limits: Limits { input_bytes: limit, pages: args.max_pages, ..Limits::default() },
        ..Options::default()
    };
    let timeout = Duration::from_secs(args.timeout);
    let (document, explanation, knowledge) = run::guarded(input, options, timeout, move |input, options| {
        let document = document::read(input, options)?;
        let explanation = mapper.explain(&document, options, id);
        if options.stop.is_stopped() {
            return Err(Failure::new(
                Exit::Timeout,
                "stopped",
                "stopped; raise --timeout or split the report",
            ));
        }
        Ok((document, explanation, mapper.version_line()))
    })?;
    let Some(explanation) = explanation else { return Err(unknown(&asked)) };
    let shown = shown::Shown {
        label: source.label(),
        asked: (asked != id).then_some(asked),
        knowledge,
        document: &document,
        explanation: &explanation,
    };
    if global.json {
        out::json(&shown.json())?;
    } else {
        out::text(&shown.text())?;
    }
    Ok(Exit::Ok)
}

/// The live id behind what was asked for.
fn current(pack: &'static Pack, asked: &str) -> Result<&'static str, Failure> {
    let id = match pack.resolve(asked) {
        Resolution::Current => asked,
        Resolution::Replaced(now) => now,
        Resolution::Deprecated => {
            return Err(Failure::new(
                Exit::Usage,
                "technique.deprecated",
                format!(
                    "{asked} was withdrawn without a successor, so no report is mapped to it; look for one that \
                     fits with bartizan knowledge search WORDS"
                ),
            ));
        }
        Resolution::Unknown => return Err(unknown(asked)),
    };
    pack.technique(id).map(|t| t.id).ok_or_else(|| unknown(asked))
}

fn unknown(asked: &str) -> Failure {
    let asked = crate::terminal::plain(asked);
    Failure::new(
        Exit::Usage,
        "technique.unknown",
        format!(
            "{asked} is no technique of the knowledge pack in use; look its id up with bartizan knowledge search \
             WORDS, or renew the pack with bartizan knowledge update"
        ),
    )
}
