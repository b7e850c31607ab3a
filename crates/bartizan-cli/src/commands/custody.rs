//! `bartizan custody`.

use bartizan_custody::{Trusted, Verdict, verify};
use bartizan_verify::open;

use crate::args::Global;
use crate::args_benchmark::{CustodyCommand, VerifyArgs};
use crate::exit::{Exit, Failure};
use crate::out;

/// Runs one of its commands.
pub fn run(global: &Global, command: &CustodyCommand) -> Result<Exit, Failure> {
    match command {
        CustodyCommand::Verify(args) => check(global, args),
    }
}

fn check(global: &Global, args: &VerifyArgs) -> Result<Exit, Failure> {
    let wrong =
        || Failure::new(Exit::Usage, "custody.key", "a key is 64 hexadecimal digits in small letters");
    let trusted = Trusted::parse(args.key.iter().map(String::as_str)).ok_or_else(wrong)?;
    let unreadable = |error: std::io::Error| {
        Failure::new(Exit::NoInput, "input.unreadable", format!("{}: {error}", args.evidence.display()))
    };
    let (manifest, mut files) = open(&args.evidence).map_err(unreadable)?;
    let verdict = verify(&manifest, &mut *files, &trusted);
    tell(global, &verdict)?;
    Ok(if verdict.holds() { Exit::Ok } else { Exit::Findings })
}

fn tell(global: &Global, verdict: &Verdict) -> Result<(), Failure> {
    if global.json {
        return out::json(&bartizan_verify::report(verdict));
    }
    out::text(&bartizan_verify::text(verdict))
}
