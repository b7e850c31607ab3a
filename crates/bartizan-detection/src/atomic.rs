//! Atomic indicators into few list rules, one for each log source.

use bartizan::{Analysis, Observable, ObservableKind as Kind, Verdict};
use serde_json::{Value, json};

use crate::{
    draft::{Draft, Field, Kind as RuleKind, Level, LogSource, Sample, Selection},
    link, write,
};

/// Most values of one rule; platforms refuse longer lists.
const MOST: usize = 1000;
/// Of so many values of a list near misses are tried.
const TRIED: usize = 25;

/// The form of a value in a field; none where it has no place there.
type Form = fn(&Observable) -> Option<String>;

/// A list: which values, in which log source and field, how they are compared.
struct List {
    kinds: &'static [Kind],
    log_source: LogSource,
    /// Fields with their modifiers, and the form of a value in each.
    fields: &'static [(&'static str, Form)],
    title: &'static str,
    about: &'static str,
    level: Level,
    level_reason: &'static str,
    false_positive: &'static str,
    /// An event with this value.
    event: fn(&str) -> Value,
    /// A value that is not this one, but near.
    near: fn(&str) -> String,
    /// Of the value as reported to that of the event.
    seen: Form,
}

const ADDRESS: &str = "Other services on the same address: hosting is shared and addresses change hands";
const DOMAIN: &str = "Legitimate sites that were misused, after they are clean again";
const HASH: &str = "Unlikely";

static LISTS: &[List] = &[
    List {
        kinds: &[Kind::Domain],
        log_source: LogSource::of("dns_query", "windows"),
        fields: &[("QueryName", same), ("QueryName|endswith", below)],
        title: "DNS Query To Reported Domain",
        about: "Detects DNS queries for domains that a report names as malicious, and for names below them.",
        level: Level::High,
        level_reason: "names that the report presents as malicious",
        false_positive: DOMAIN,
        event: |v| json!({ "Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 22, "QueryName": v, "Image": "C:\\Program Files\\App\\app.exe" }),
        near: |v| format!("not{v}"),
        seen: same,
    },
    List {
        kinds: &[Kind::Domain, Kind::Onion],
        log_source: LogSource::category("proxy"),
        fields: &[("cs-host", same), ("cs-host|endswith", below)],
        title: "Web Request To Reported Domain",
        about: "Detects web requests to domains that a report names as malicious, and to names below them.",
        level: Level::High,
        level_reason: "names that the report presents as malicious",
        false_positive: DOMAIN,
        event: |v| json!({ "cs-host": v, "cs-method": "GET", "c-uri": format!("https://{v}/") }),
        near: |v| format!("{v}.example.org"),
        seen: same,
    },
    List {
        kinds: &[Kind::Url],
        log_source: LogSource::category("proxy"),
        fields: &[("c-uri|contains", without_scheme)],
        title: "Web Request To Reported URL",
        about: "Detects web requests to addresses that a report names as malicious.",
        level: Level::High,
        level_reason: "addresses that the report presents as malicious",
        false_positive: DOMAIN,
        event: |v| json!({ "c-uri": v, "cs-method": "GET" }),
        near: |v| format!("https://www.example.org/?seen={}", v.len()),
        seen: same,
    },
    List {
        kinds: &[Kind::Ipv4, Kind::Ipv6],
        log_source: LogSource::category("network_connection"),
        fields: &[("DestinationIp", same)],
        title: "Network Connection To Reported Address",
        about: "Detects network connections of programs to addresses that a report names as malicious.",
        level: Level::Medium,
        level_reason: "addresses change hands sooner than names do",
        false_positive: ADDRESS,
        event: |v| json!({ "Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 3, "DestinationIp": v, "Initiated": "true" }),
        near: neighbour,
        seen: same,
    },
    List {
        kinds: &[Kind::Ipv4, Kind::Ipv6],
        log_source: LogSource::category("firewall"),
        fields: &[("dst_ip", same)],
        title: "Firewall Traffic To Reported Address",
        about: "Detects traffic through a firewall to addresses that a report names as malicious.",
        level: Level::Medium,
        level_reason: "addresses change hands sooner than names do",
        false_positive: ADDRESS,
        event: |v| json!({ "dst_ip": v, "action": "allow" }),
        near: neighbour,
        seen: same,
    },
    List {
        kinds: &[Kind::Cidr],
        log_source: LogSource::category("firewall"),
        fields: &[("dst_ip|cidr", same)],
        title: "Firewall Traffic To Reported Network",
        about: "Detects traffic through a firewall to networks that a report names as malicious.",
        level: Level::Low,
        level_reason: "a whole network has many tenants",
        false_positive: ADDRESS,
        event: |v| json!({ "dst_ip": v, "action": "allow" }),
        near: |_| "192.0.2.1".to_owned(),
        seen: |o| o.value.split('/').next().map(str::to_owned),
    },
    List {
        kinds: &[Kind::Md5, Kind::Sha1, Kind::Sha256, Kind::Imphash],
        log_source: LogSource::of("process_creation", "windows"),
        fields: &[("Hashes|contains", hash)],
        title: "Execution Of Reported File Hash",
        about: "Detects the execution of files whose hashes a report names as malicious.",
        level: Level::High,
        level_reason: "a hash belongs to one file",
        false_positive: HASH,
        event: |v| json!({ "Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Image": "C:\\Users\\jdoe\\Downloads\\setup.exe", "CommandLine": "setup.exe", "Hashes": v }),
        near: other_digit,
        seen: hash,
    },
    List {
        kinds: &[Kind::Md5, Kind::Sha1, Kind::Sha256, Kind::Imphash],
        log_source: LogSource::of("image_load", "windows"),
        fields: &[("Hashes|contains", hash)],
        title: "Load Of Reported File Hash",
        about: "Detects libraries and drivers whose hashes a report names as malicious.",
        level: Level::High,
        level_reason: "a hash belongs to one file",
        false_positive: HASH,
        event: |v| json!({ "Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 7, "ImageLoaded": "C:\\Users\\jdoe\\Downloads\\helper.dll", "Hashes": v }),
        near: other_digit,
        seen: hash,
    },
    List {
        kinds: &[Kind::UserAgent],
        log_source: LogSource::category("proxy"),
        fields: &[("c-useragent", same)],
        title: "Web Request With Reported User Agent",
        about: "Detects web requests with user agents that a report names.",
        level: Level::Medium,
        level_reason: "a user agent may be copied from a common program",
        false_positive: "Programs that send the same user agent",
        event: |v| json!({ "c-useragent": v, "cs-method": "GET" }),
        near: |v| format!("{v}x"),
        seen: same,
    },
    List {
        kinds: &[Kind::Ja3],
        log_source: LogSource::service("zeek", "ssl"),
        fields: &[("ja3", same)],
        title: "TLS Connection With Reported JA3 Fingerprint",
        about: "Detects TLS connections with client fingerprints that a report names.",
        level: Level::Low,
        level_reason: "programs that use the same library have the same fingerprint",
        false_positive: "Other programs with the same TLS library and settings",
        event: |v| json!({ "ja3": v, "service": "ssl" }),
        near: other_digit,
        seen: same,
    },
    List {
        kinds: &[Kind::Pipe],
        log_source: LogSource::of("pipe_created", "windows"),
        fields: &[("PipeName|endswith", pipe)],
        title: "Creation Of Reported Named Pipe",
        about: "Detects named pipes that a report names.",
        level: Level::High,
        level_reason: "the name of a pipe is part of the malware",
        false_positive: "Other programs with a pipe of the same name",
        event: |v| json!({ "Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 17, "PipeName": v }),
        near: |v| format!("{v}1"),
        seen: pipe,
    },
    List {
        kinds: &[Kind::Task],
        log_source: LogSource::service("windows", "security"),
        fields: &[("TaskName|endswith", task)],
        title: "Creation Of Reported Scheduled Task",
        about: "Detects scheduled tasks that a report names.",
        level: Level::Medium,
        level_reason: "a task of the report's name",
        false_positive: "Other scheduled tasks of the same name",
        event: |v| json!({ "Channel": "Security", "EventID": 4698, "TaskName": v }),
        near: |v| format!("{v}1"),
        seen: task,
    },
    List {
        kinds: &[Kind::Service],
        log_source: LogSource::service("windows", "system"),
        fields: &[("ServiceName", same)],
        title: "Installation Of Reported Service",
        about: "Detects services that a report names when they are installed.",
        level: Level::Medium,
        level_reason: "a service of the report's name",
        false_positive: "Other services of the same name",
        event: |v| json!({ "Channel": "System", "EventID": 7045, "Provider_Name": "Service Control Manager", "ServiceName": v }),
        near: |v| format!("{v}1"),
        seen: same,
    },
];

/// What else must hold in a log source of many kinds of events.
fn further(log_source: &LogSource) -> Vec<Field> {
    match log_source.service.as_deref() {
        Some("security") => vec![Field::new("EventID", ["4698"])],
        Some("system") => {
            vec![Field::new("Provider_Name", ["Service Control Manager"]), Field::new("EventID", ["7045"])]
        }
        _ => Vec::new(),
    }
}

/// The list rules of an analysis.
pub(crate) fn drafts(analysis: &Analysis, out: &mut Vec<Draft>) {
    for list in LISTS {
        let members: Vec<usize> = analysis
            .observables
            .iter()
            .enumerate()
            .filter(|(_, o)| list.kinds.contains(&o.kind) && o.verdict == Verdict::Indicator)
            .filter(|(_, o)| (list.seen)(o).is_some() && !is_shared(o))
            .map(|(index, _)| index)
            .collect();
        for chunk in members.chunks(MOST) {
            out.push(list.draft(analysis, chunk));
        }
    }
}

/// A name that many use, by the pack's warning lists: a rule on it fires on everyone. Addresses below it still count.
pub(crate) fn is_shared(observable: &Observable) -> bool {
    observable.kind == Kind::Domain && !observable.warnings.is_empty()
}

/// Whether a list rule is made of this kind.
pub(crate) fn has(kind: Kind) -> bool {
    LISTS.iter().any(|list| list.kinds.contains(&kind))
}

impl List {
    fn draft(&self, analysis: &Analysis, members: &[usize]) -> Draft {
        let observables: Vec<&Observable> = members.iter().map(|i| &analysis.observables[*i]).collect();
        let fields = self.fields.iter().map(|(key, form)| {
            let mut values: Vec<String> = observables.iter().filter_map(|o| form(o)).collect();
            values.sort();
            values.dedup();
            Field::new(key, values)
        });
        let mut selections = vec![match self.fields.len() {
            1 => Selection::all("selection", fields.collect()),
            _ => Selection::any("selection", fields.collect()),
        }];
        let further = further(&self.log_source);
        let condition = if further.is_empty() {
            "selection".to_owned()
        } else {
            selections[0].name = "selection_name".to_owned();
            selections.insert(0, Selection::all("selection_event", further));
            "all of selection_*".to_owned()
        };
        let evidence: Vec<_> = observables.iter().flat_map(|o| o.evidence.iter().copied()).collect();
        Draft {
            kind: RuleKind::Indicators,
            body: write::body(&self.log_source, &selections, &condition),
            log_source: self.log_source.clone(),
            title: self.title.to_owned(),
            about: self.about.to_owned(),
            level: self.level,
            level_reason: self.level_reason.to_owned(),
            false_positives: vec![self.false_positive.to_owned()],
            techniques: link::techniques(analysis, &evidence),
            evidence,
            observables: members.to_vec(),
            positives: self.positives(&observables),
            negatives: self.negatives(&observables),
        }
    }

    fn positives(&self, observables: &[&Observable]) -> Vec<Sample> {
        let mut out = Vec::new();
        for observable in observables {
            let Some(seen) = (self.seen)(observable) else { continue };
            out.push(Sample::new(format!("{} as reported", observable.value), (self.event)(&seen)));
        }
        if let (2, Some(first)) = (self.fields.len(), observables.first()) {
            out.push(Sample::new(
                format!("a name below {}", first.value),
                (self.event)(&format!("cdn.{}", first.value)),
            ));
        }
        out
    }

    /// Whether a value is in the list, or below a name of it.
    fn covers(&self, all: &[String], value: &str) -> bool {
        let below = |listed: &String| {
            self.fields.len() > 1
                && value.strip_suffix(listed.as_str()).is_some_and(|head| head.ends_with('.'))
        };
        all.iter().any(|listed| listed == value || below(listed))
    }

    fn negatives(&self, observables: &[&Observable]) -> Vec<Sample> {
        let all: Vec<String> = observables.iter().filter_map(|o| (self.seen)(o)).collect();
        let tried = all.iter().take(TRIED).map(|v| (self.near)(v)).filter(|near| !self.covers(&all, near));
        let mut out: Vec<Sample> =
            tried.map(|near| Sample::new(format!("`{near}`, which is near"), (self.event)(&near))).collect();
        out.push(Sample::new("another value", (self.event)("localhost")));
        out
    }
}

#[allow(clippy::unnecessary_wraps)]
fn same(observable: &Observable) -> Option<String> {
    Some(observable.value.clone())
}

#[allow(clippy::unnecessary_wraps)]
fn below(observable: &Observable) -> Option<String> {
    Some(format!(".{}", observable.value))
}

/// Proxies write the address with scheme or without it.
fn without_scheme(observable: &Observable) -> Option<String> {
    let rest = observable.value.split_once("://").map_or(observable.value.as_str(), |(_, rest)| rest);
    (rest.len() > 3).then(|| rest.to_owned())
}

fn hash(observable: &Observable) -> Option<String> {
    let name = match observable.kind {
        Kind::Md5 => "MD5",
        Kind::Sha1 => "SHA1",
        Kind::Sha256 => "SHA256",
        Kind::Imphash => "IMPHASH",
        _ => return None,
    };
    Some(format!("{name}={}", observable.value.to_uppercase()))
}

fn last(value: &str) -> Option<&str> {
    value.rsplit('\\').next().filter(|name| name.chars().count() > 1)
}

fn pipe(observable: &Observable) -> Option<String> {
    last(&observable.value).map(|name| format!("\\{name}"))
}

fn task(observable: &Observable) -> Option<String> {
    last(&observable.value).map(|name| format!("\\{name}"))
}

/// The address beside this one.
fn neighbour(value: &str) -> String {
    match value.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(v4)) => std::net::Ipv4Addr::from(u32::from(v4) ^ 1).to_string(),
        Ok(std::net::IpAddr::V6(v6)) => std::net::Ipv6Addr::from(u128::from(v6) ^ 1).to_string(),
        Err(_) => "192.0.2.1".to_owned(),
    }
}

/// The last digit of a hash changed.
fn other_digit(value: &str) -> String {
    let mut out = value.to_owned();
    let last = out.pop();
    out.push(if last == Some('0') { '1' } else { '0' });
    out
}
