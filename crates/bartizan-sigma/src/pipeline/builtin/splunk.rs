//! Pipelines of the targets in `target/splunk.rs`.
//!
//! Source: Splunk Add-on for Microsoft Windows: `source` is the channel with `WinEventLog:` before it, the event's id
//! is `EventCode`.

use super::{Builtin, channels::CHANNELS};
use crate::{
    error::Failure,
    pipeline::Work,
    rule::{Detection, Value},
};

pub(super) const PIPELINES: &[Builtin] = &[Builtin {
    name: "splunk_windows",
    about: "Windows event logs as the Splunk add-on writes them",
    apply: windows,
}];

fn windows(work: &mut Work) -> Result<(), Failure> {
    let windows = work.rule.log_source.product("windows");
    let service = work.rule.log_source.service.clone().filter(|_| windows).unwrap_or_default();
    if let Some((_, channels)) = CHANNELS.iter().find(|(name, _)| *name == service) {
        let values = channels.iter().map(|channel| Value::plain(&format!("WinEventLog:{channel}")));
        work.require(Detection::item("source", values.collect()));
    }
    work.rename_by(&[("EventID", "EventCode")]);
    Ok(())
}
