//! `bartizan exit-codes`: the list.

use serde_json::json;

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::out;

/// Prints the list.
pub fn run(global: &Global) -> Result<Exit, Failure> {
    if global.json {
        let codes: Vec<_> =
            Exit::ALL.iter().map(|(code, meaning)| json!({ "code": code, "meaning": meaning })).collect();
        out::json(&json!({ "exit_codes": codes }))?;
    } else {
        let lines: String =
            Exit::ALL.iter().map(|(code, meaning)| format!("{code:>3}  {meaning}\n")).collect();
        out::text(&lines)?;
    }
    Ok(Exit::Ok)
}
