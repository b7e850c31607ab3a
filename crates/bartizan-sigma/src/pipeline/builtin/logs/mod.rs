//! Pipelines of the targets in `target/logs`.

mod logpoint;
mod loki;
mod victorialogs;

use super::{Builtin, Work};
use crate::{error::Failure, pipeline::Fields, rule::Value, target::network_heads};

pub(super) const PIPELINES: &[Builtin] = &[
    Builtin { name: "datadog_networks", about: "networks as patterns of addresses", apply: networks },
    Builtin {
        name: "netwitness_windows",
        about: "Windows events by the meta keys of NetWitness",
        apply: netwitness,
    },
    Builtin {
        name: "logpoint_windows",
        about: "Windows events by LogPoint's taxonomy of fields and labels",
        apply: logpoint::apply,
    },
    Builtin { name: "loki_streams", about: "streams of Loki and their parsers", apply: loki::streams },
    Builtin {
        name: "loki_promtail_sysmon",
        about: "Windows events and Sysmon as Promtail sends them to Loki",
        apply: loki::promtail,
    },
    Builtin {
        name: "victorialogs_windows_eventlog",
        about: "Windows events as Winlogbeat sends them to VictoriaLogs",
        apply: victorialogs::apply,
    },
];

/// Sources: NetWitness documentation, "Meta keys"; Microsoft's event 4688 for started processes.
static NETWITNESS: &Fields = &[
    ("Image", "process"),
    ("CommandLine", "param"),
    ("ParentImage", "process.src"),
    ("EventID", "reference.id"),
    ("DestinationIp", "ip.dst"),
    ("DestinationPort", "ip.dstport"),
    ("DestPort", "ip.dstport"),
    ("SourceIp", "ip.src"),
    ("IpAddress", "host.src"),
    ("IpPort", "ip.srcport"),
    ("LogonType", "logon.type"),
    ("LogonProcessName", "process"),
    ("AuthenticationPackageName", "auth.method"),
    ("TargetUserName", "user.dst"),
    ("SubjectUserName", "user.src"),
];

fn netwitness(work: &mut Work) -> Result<(), Failure> {
    if !work.rule.log_source.product("windows") {
        return Ok(());
    }
    work.each_item(|item| {
        if matches!(item.field.as_deref(), Some("EventID" | "LogonType")) {
            for value in &mut item.values {
                if let Value::Number(number) = value {
                    *value = Value::plain(number.text());
                }
            }
        }
    });
    work.rename_by(NETWITNESS);
    if work.rule.log_source.category("process_creation") {
        work.require_value("reference.id", Value::plain("4688"));
    }
    work.require_value("device.type", Value::plain("windows"));
    Ok(())
}

/// Networks before anything else, so that their brackets are those of alternatives.
fn networks(work: &mut Work) -> Result<(), Failure> {
    work.each_item(|item| {
        for value in &mut item.values {
            if let Value::Cidr(cidr) = value {
                let texts = network_heads(cidr).into_iter();
                *value = Value::AnyOf(texts.map(|text| Value::Text { text, cased: false }).collect());
            }
        }
    });
    Ok(())
}
