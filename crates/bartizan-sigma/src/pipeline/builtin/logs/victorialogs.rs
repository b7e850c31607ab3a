//! Windows events in VictoriaLogs.
//!
//! Source: VictoriaLogs documentation, "Filebeat and Winlogbeat setup"; Winlogbeat, exported fields (`winlog.*`).

use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Rename, Work, builtin::channels::CHANNELS, lookup},
    rule::{Detection, Value},
};

static FIELDS: &Fields = &[
    ("Channel", "winlog.channel"),
    ("ComputerName", "winlog.computer_name"),
    ("EventID", "winlog.event_id"),
    ("Keywords", "winlog.keywords"),
    ("Level", "winlog.level"),
    ("Provider_Name", "winlog.provider_name"),
];

pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    if !work.rule.log_source.product("windows") {
        return Ok(());
    }
    let name = |field: &str| match lookup(FIELDS, field) {
        Some(to) => to.to_owned(),
        None => format!("winlog.event_data.{field}"),
    };
    // The reference leaves both fields of a reference as they are.
    let kept = |values: &[Value]| values.iter().any(|value| matches!(value, Value::FieldRef { .. }));
    let wide = work.reach == Reach::Wide;
    if wide {
        work.rename_fields(|field| Rename::To(name(field)));
    } else {
        work.each_item(|item| {
            if !kept(&item.values) {
                item.field = item.field.as_deref().map(name);
            }
        });
    }
    let service = work.rule.log_source.service.clone().unwrap_or_default();
    if let Some((_, channels)) = CHANNELS.iter().find(|(name, _)| *name == service) {
        let values = channels.iter().map(|channel| Value::plain(channel)).collect();
        work.require(Detection::item("winlog.channel", values));
    }
    Ok(())
}
