//! Searches over accelerated data models.
//!
//! Source: Splunk Search Reference, `tstats`; the macro `drop_dm_object_name` of the Common Information Model add-on.

use crate::{
    error::{Failure, Reason},
    target::Context,
};

/// A search over the data model that the pipeline has named.
pub(super) fn finish(context: &Context<'_>, query: &str) -> Result<String, Failure> {
    let say = |key: &str| {
        context.state.get(key).ok_or_else(|| {
            Failure::new(
                Reason::LogSource,
                "the format `data_model` needs a data model: use the pipeline `splunk_cim`",
            )
        })
    };
    let (model, set, fields) = (say("data_model")?, say("data_set")?, say("fields")?);
    let mut out = format!(
        "| tstats summariesonly=false allow_old_summaries=true fillnull_value=\"null\" count min(_time) as firstTime max(_time) as lastTime from datamodel={model}.{set} where {query} by {fields}",
    );
    let (extracted, commands): (Vec<&String>, Vec<&String>) =
        context.deferred.iter().partition(|command| command.starts_with("\n| rex "));
    out.extend(extracted.iter().chain(&commands).map(|command| command.replace('\n', " ")));
    if !extracted.is_empty() {
        out.push_str(" | search ");
        out.push_str(query);
    }
    out.push_str(&format!(
        " | `drop_dm_object_name({set})` | convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime(firstTime) | convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime(lastTime) ",
    ));
    Ok(out)
}
