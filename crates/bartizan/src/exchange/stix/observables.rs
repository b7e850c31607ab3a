//! Which cyber-observables and which pattern stand for an observable.

use super::values;
use crate::observable::everywhere;
use crate::{Observable, ObservableKind as K};
use bartizan_stix::{Comparison, Hashes, Pattern, RegistryValue, Sco, WindowsService};

/// The STIX forms of one observable.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// The object for it.
    pub sco: Option<Sco>,
    /// A directory that `sco`, a file, stands in.
    pub directory: Option<Sco>,
    /// `stix`, `yara` or `sigma`, and the pattern.
    pub pattern: Option<(&'static str, String)>,
    /// Name of a vulnerability instead of an observable.
    pub vulnerability: Option<String>,
}

/// The forms that STIX 2.1 has for an observable, without custom types: possibly none.
pub(super) fn forms(observable: &Observable) -> Forms {
    let value = observable.value.as_str();
    match observable.kind {
        K::Ipv4 | K::Ipv6 | K::Cidr => address(value),
        K::Domain | K::Onion => Forms {
            sco: values::domain(value).map(|value| Sco::DomainName { value }),
            ..equals("domain-name:value", value)
        },
        K::Url => {
            let uri = values::uri(value);
            Forms {
                pattern: stix("url:value", uri.as_deref().unwrap_or(value)),
                ..sco(uri.map(|value| Sco::Url { value }))
            }
        }
        K::Email => {
            let value = values::email(value);
            Forms {
                pattern: value.as_deref().and_then(|v| stix("email-addr:value", v)),
                ..sco(value.filter(|v| values::is_plain_email(v)).map(|value| Sco::EmailAddr { value }))
            }
        }
        K::Md5 => whole(observable, "MD5", "file:hashes.MD5", 32),
        // The extractor gives a certificate's thumbprint under both names.
        K::Sha1 if attribute(observable, "of") == Some("certificate") => {
            thumbprint("SHA-1", "x509-certificate:hashes.'SHA-1'", value)
        }
        K::Sha1 => whole(observable, "SHA-1", "file:hashes.'SHA-1'", 40),
        K::Sha256 => whole(observable, "SHA-256", "file:hashes.'SHA-256'", 64),
        K::Sha512 => whole(observable, "SHA-512", "file:hashes.'SHA-512'", 128),
        K::Ssdeep => {
            let fits = value.len() <= 128
                && !value.is_empty()
                && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+' | b':' | b'.'));
            fuzzy("SSDEEP", "file:hashes.SSDEEP", value, fits)
        }
        K::Tlsh => {
            // The version mark `T1` is not part of the digest that the specification describes.
            let digest = if value.len() == 72 { value.get(2..).unwrap_or(value) } else { value };
            fuzzy("TLSH", "file:hashes.TLSH", digest, is_hex(digest, 70))
        }
        // Only inside an extension that demands facts the report does not give: a pattern, no object.
        K::Imphash if is_hex(value, 32) => equals("file:extensions.'windows-pebinary-ext'.imphash", value),
        K::Authentihash if is_hex(value, value.len()) => equals("file:hashes.AUTHENTIHASH", value),
        K::UserAgent => {
            equals("network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'", value)
        }
        K::FileName => Forms {
            sco: Some(Sco::File {
                hashes: Hashes::new(),
                name: Some(value.to_owned()),
                parent_directory_ref: None,
            }),
            ..equals("file:name", value)
        },
        K::FilePath if attribute(observable, "is") == Some("folder") || everywhere::is_folder(value) => {
            directory(value)
        }
        K::FilePath => path(value),
        K::Registry => registry(observable),
        K::Mutex => Forms { sco: Some(Sco::Mutex { name: value.to_owned() }), ..equals("mutex:name", value) },
        K::Service if !is_systemd(value) => Forms {
            sco: Some(Sco::Process { command_line: None, extensions: Some(WindowsService::named(value)) }),
            ..equals("process:extensions.'windows-service-ext'.service_name", value)
        },
        K::CommandLine => Forms {
            sco: Some(Sco::Process { command_line: Some(value.to_owned()), extensions: None }),
            ..equals("process:command_line", value)
        },
        K::Cve => Forms { vulnerability: Some(value.to_ascii_uppercase()), ..Forms::default() },
        K::Ghsa => Forms { vulnerability: Some(value.to_owned()), ..Forms::default() },
        K::Cpe => sco(values::cpe(value).map(|[cpe, vendor, product, version]| Sco::Software {
            name: product,
            cpe: Some(cpe),
            vendor: Some(vendor).filter(|v| !matches!(v.as_str(), "*" | "-")),
            version: Some(version).filter(|v| !matches!(v.as_str(), "*" | "-")),
        })),
        K::Asn => asn(value),
        K::Mac => match values::mac(value) {
            Some(mac) => {
                Forms { pattern: stix("mac-addr:value", &mac), ..sco(Some(Sco::MacAddr { value: mac })) }
            }
            None => Forms::default(),
        },
        K::Telegram => account(value, "telegram"),
        K::Handle => account(value, attribute(observable, "network").unwrap_or("unknown")),
        // The package URL names ecosystem and package without doubt (purl-spec).
        K::Npm => software(format!("pkg:npm/{}", value.replacen('@', "%40", 1))),
        K::Pypi => software(format!("pkg:pypi/{}", value.to_ascii_lowercase().replace('_', "-"))),
        K::YaraRule => Forms { pattern: Some(("yara", value.to_owned())), ..Forms::default() },
        K::SigmaRule => Forms { pattern: Some(("sigma", value.to_owned())), ..Forms::default() },
        K::CertSerial => Forms {
            sco: Some(Sco::X509Certificate { hashes: Hashes::new(), serial_number: Some(value.to_owned()) }),
            ..equals("x509-certificate:serial_number", value)
        },
        K::CertThumbprint => match value.len() {
            32 => thumbprint("MD5", "x509-certificate:hashes.MD5", value),
            40 => thumbprint("SHA-1", "x509-certificate:hashes.'SHA-1'", value),
            64 => thumbprint("SHA-256", "x509-certificate:hashes.'SHA-256'", value),
            _ => Forms::default(),
        },
        K::Imphash
        | K::Authentihash
        | K::Ja3
        | K::Ja4
        | K::Pipe
        | K::Service
        | K::Task
        | K::Cwe
        | K::AttackId
        | K::AtlasId
        | K::Capec
        | K::D3fend
        | K::Btc
        | K::Eth
        | K::Xmr
        | K::Wallet
        | K::Guid
        | K::Sha224
        | K::Sha384
        | K::AndroidPackage
        | K::TrackingId
        | K::Arn => Forms::default(),
    }
}

/// Why nothing stands for an observable of this kind.
pub(super) fn omission(kind: K) -> &'static str {
    match kind {
        K::Cwe | K::Capec => "given as external reference of the report",
        K::AttackId | K::AtlasId | K::D3fend => {
            "given as attack-pattern, intrusion-set or course-of-action, if it is live"
        }
        K::Imphash
        | K::Authentihash
        | K::Ja3
        | K::Ja4
        | K::Pipe
        | K::Service
        | K::Task
        | K::Btc
        | K::Eth
        | K::Xmr
        | K::Wallet
        | K::Guid
        | K::Sha224
        | K::Sha384
        | K::AndroidPackage
        | K::TrackingId
        | K::Arn => "STIX 2.1 has no standard object for this kind",
        _ => "the value does not fit the STIX 2.1 object for this kind",
    }
}

fn stix(path: &'static str, value: &str) -> Option<(&'static str, String)> {
    Some(("stix", Pattern::observation(&[Comparison::equals(path, value)]).into_string()))
}

fn equals(path: &'static str, value: &str) -> Forms {
    Forms { pattern: stix(path, value), ..Forms::default() }
}

fn sco(sco: Option<Sco>) -> Forms {
    Forms { sco, ..Forms::default() }
}

fn attribute<'a>(observable: &'a Observable, name: &str) -> Option<&'a str> {
    observable.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

fn address(value: &str) -> Forms {
    let Some((v4, text)) = values::address(value) else { return Forms::default() };
    let path = if v4 { "ipv4-addr:value" } else { "ipv6-addr:value" };
    let comparison =
        if text.contains('/') { Comparison::is_subset(path, &text) } else { Comparison::equals(path, &text) };
    Forms {
        pattern: Some(("stix", Pattern::observation(&[comparison]).into_string())),
        ..sco(Some(if v4 { Sco::Ipv4Addr { value: text } } else { Sco::Ipv6Addr { value: text } }))
    }
}

fn is_hex(value: &str, length: usize) -> bool {
    value.len() == length && value.bytes().all(|b| b.is_ascii_hexdigit())
}

fn file_hash(name: &'static str, value: &str) -> Sco {
    Sco::File { hashes: Hashes::from([(name, value.to_owned())]), name: None, parent_directory_ref: None }
}

/// A hash of a whole file: the object also has the file's name and its other hashes where the report gives them, so
/// that all hashes of one file share one object. An attribute with two values is left out: the report is not sure.
fn whole(observable: &Observable, name: &'static str, path: &'static str, length: usize) -> Forms {
    let value = observable.value.as_str();
    if !is_hex(value, length) {
        return Forms::default();
    }
    let mut hashes = Hashes::from([(name, value.to_owned())]);
    for (kind, label, length) in
        [("md5", "MD5", 32), ("sha1", "SHA-1", 40), ("sha256", "SHA-256", 64), ("sha512", "SHA-512", 128)]
    {
        if let Some(other) = only(observable, kind).filter(|v| is_hex(v, length)) {
            hashes.entry(label).or_insert_with(|| other.to_owned());
        }
    }
    let file = Sco::File {
        hashes,
        name: only(observable, "file-name").map(str::to_owned),
        parent_directory_ref: None,
    };
    Forms { sco: Some(file), ..equals(path, value) }
}

/// The value of an attribute that has one value only.
fn only<'o>(observable: &'o Observable, name: &str) -> Option<&'o str> {
    let mut values = observable.attributes.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
    values.next().filter(|_| values.next().is_none())
}

fn fuzzy(name: &'static str, path: &'static str, value: &str, fits: bool) -> Forms {
    if !fits {
        return Forms::default();
    }
    Forms { sco: Some(file_hash(name, value)), ..equals(path, value) }
}

fn thumbprint(name: &'static str, path: &'static str, value: &str) -> Forms {
    if !is_hex(value, value.len()) {
        return Forms::default();
    }
    let hashes = Hashes::from([(name, value.to_owned())]);
    Forms { sco: Some(Sco::X509Certificate { hashes, serial_number: None }), ..equals(path, value) }
}

fn path(value: &str) -> Forms {
    match values::split_path(value) {
        (directory, Some(name)) => {
            let folder = directory.map(|path| Sco::Directory { path: path.to_owned() });
            let mut comparisons = vec![Comparison::equals("file:name", name)];
            comparisons.extend(directory.map(|d| Comparison::equals("file:parent_directory_ref.path", d)));
            Forms {
                sco: Some(Sco::File {
                    hashes: Hashes::new(),
                    name: Some(name.to_owned()),
                    parent_directory_ref: folder.as_ref().and_then(Sco::id),
                }),
                directory: folder,
                pattern: Some(("stix", Pattern::observation(&comparisons).into_string())),
                vulnerability: None,
            }
        }
        (Some(folder), None) => directory(folder),
        (None, None) => Forms::default(),
    }
}

fn directory(path: &str) -> Forms {
    // A root keeps its separator: `/`, `C:\`.
    let short = path.trim_end_matches(['\\', '/']);
    let path = if short.is_empty() || short.ends_with(':') { path } else { short };
    Forms { sco: Some(Sco::Directory { path: path.to_owned() }), ..equals("directory:path", path) }
}

fn registry(observable: &Observable) -> Forms {
    let Some(key) = values::registry_key(&observable.value) else { return Forms::default() };
    let name = attribute(observable, "value").filter(|v| !v.is_empty());
    let mut comparisons = vec![Comparison::equals("windows-registry-key:key", &key)];
    comparisons.extend(name.map(|n| Comparison::equals("windows-registry-key:values[*].name", n)));
    let values = name.map(|n| RegistryValue { name: n.to_owned() }).into_iter().collect();
    Forms {
        pattern: Some(("stix", Pattern::observation(&comparisons).into_string())),
        ..sco(Some(Sco::WindowsRegistryKey { key, values }))
    }
}

fn asn(value: &str) -> Forms {
    let digits = value.trim_start_matches(|c: char| !c.is_ascii_digit());
    let Ok(number) = digits.parse::<u32>() else { return Forms::default() };
    let pattern =
        Pattern::observation(&[Comparison::equals_number("autonomous-system:number", number.into())]);
    Forms { pattern: Some(("stix", pattern.into_string())), ..sco(Some(Sco::AutonomousSystem { number })) }
}

/// An account: by login on the networks that `account-type-ov` knows, else by a user id that names the network.
fn account(value: &str, network: &str) -> Forms {
    let handle = value.trim_start_matches('@');
    if handle.is_empty() {
        return Forms::default();
    }
    let kind = match network.to_ascii_lowercase().as_str() {
        "twitter" | "x" => Some("twitter"),
        "facebook" => Some("facebook"),
        "skype" => Some("skype"),
        _ => None,
    };
    match kind {
        Some(kind) => Forms {
            pattern: Some((
                "stix",
                Pattern::observation(&[
                    Comparison::equals("user-account:account_type", kind),
                    Comparison::equals("user-account:account_login", handle),
                ])
                .into_string(),
            )),
            ..sco(Some(Sco::UserAccount {
                user_id: None,
                account_login: Some(handle.to_owned()),
                account_type: Some(kind),
            }))
        },
        None => {
            let user_id = format!("{}:{handle}", network.to_ascii_lowercase());
            Forms {
                pattern: stix("user-account:user_id", &user_id),
                ..sco(Some(Sco::UserAccount {
                    user_id: Some(user_id),
                    account_login: None,
                    account_type: None,
                }))
            }
        }
    }
}

fn software(name: String) -> Forms {
    Forms {
        pattern: stix("software:name", &name),
        ..sco(Some(Sco::Software { name, cpe: None, vendor: None, version: None }))
    }
}

/// Whether a service name is a systemd unit; the only service extension of STIX is for Windows.
fn is_systemd(value: &str) -> bool {
    [".service", ".timer", ".socket"].iter().any(|s| value.ends_with(s))
}
