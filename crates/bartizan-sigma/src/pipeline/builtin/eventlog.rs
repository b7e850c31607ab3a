//! Windows event logs, for products that keep them as they are.

use super::channels::CHANNELS;
use crate::{
    pipeline::Work,
    rule::{Condition, Detection, Link, LogSource, Quantity, matches},
};

/// The log a rule asks.
#[derive(Clone, Debug)]
pub(super) struct Log {
    /// Its channels.
    pub channels: Vec<&'static str>,
    /// The event that Sigma's category stands for.
    pub event: Option<i128>,
}

/// The log of a Windows service, or of a category that PowerShell logs.
///
/// Source: Sigma's log-source taxonomy; Microsoft, "about_Logging_Windows".
pub(super) fn of(source: &LogSource) -> Option<Log> {
    if !source.product("windows") {
        return None;
    }
    let log = |channels: &[&'static str], event| Some(Log { channels: channels.to_vec(), event });
    match (source.category.as_deref(), source.service.as_deref()) {
        (None, Some(service)) => {
            let (_, channels) = CHANNELS.iter().find(|(name, _)| *name == service)?;
            log(channels, None)
        }
        (Some("ps_script"), None) => log(POWERSHELL, Some(4104)),
        (Some("ps_module"), None) => log(POWERSHELL, Some(4103)),
        (Some("ps_classic_start"), None) => log(&["Windows PowerShell"], Some(400)),
        (Some("ps_classic_provider_start"), None) => log(&["Windows PowerShell"], Some(600)),
        _ => None,
    }
}

const POWERSHELL: &[&str] = &["Microsoft-Windows-PowerShell/Operational", "PowerShellCore/Operational"];

/// Who writes to a channel, where that is the channel's own provider and no other.
///
/// Source: Microsoft, "Event channels" of the manifests that Windows comes with.
pub(super) fn provider(channel: &str) -> Option<&str> {
    Some(match channel {
        "Windows PowerShell" => "PowerShell",
        "PowerShellCore/Operational" => "PowerShellCore",
        "Microsoft-Windows-DNS Client Events/Operational" => "Microsoft-Windows-DNS-Client",
        "Microsoft-Windows-AppXDeploymentServer/Operational" => "Microsoft-Windows-AppXDeployment-Server",
        "Microsoft-Windows-AppxPackaging/Operational" => "Microsoft-Windows-AppxPackagingOM",
        "Microsoft-Windows-LSA/Operational" => return None,
        _ => channel.split_once('/').map(|(name, _)| name).filter(|n| n.starts_with("Microsoft-Windows-"))?,
    })
}

/// Whether every match of the rule has been asked for this field.
pub(super) fn always_asks(work: &Work, field: &str) -> bool {
    work.rule.conditions.iter().all(|condition| condition_asks(work, condition, field))
}

fn condition_asks(work: &Work, condition: &Condition, field: &str) -> bool {
    let selection = |name: &str| {
        let found = work.rule.selections.iter().find(|(n, _)| n == name);
        found.is_some_and(|(_, detection)| detection_asks(detection, field))
    };
    match condition {
        Condition::And(parts) => parts.iter().any(|part| condition_asks(work, part, field)),
        Condition::Or(parts) => parts.iter().all(|part| condition_asks(work, part, field)),
        Condition::Not(_) => false,
        Condition::Selection(name) => selection(name),
        Condition::Of(quantity, pattern) => {
            let names =
                work.rule.selections.iter().map(|(name, _)| name).filter(|name| matches(pattern, name));
            let mut asks = names.map(|name| selection(name));
            match quantity {
                Quantity::One => asks.all(|asks| asks),
                Quantity::All => asks.any(|asks| asks),
            }
        }
    }
}

fn detection_asks(detection: &Detection, field: &str) -> bool {
    match detection {
        Detection::Item(item) => item.field.as_deref() == Some(field) && !item.negated,
        Detection::Group { link: Link::And, parts } => parts.iter().any(|part| detection_asks(part, field)),
        Detection::Group { link: Link::Or, parts } => parts.iter().all(|part| detection_asks(part, field)),
    }
}
