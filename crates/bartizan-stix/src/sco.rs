//! Cyber-observable objects (STIX 2.1 section 6) with deterministic identifiers (section 2.9).

use crate::{Id, canonical_json};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Hashes by algorithm name of `hash-algorithm-ov`, e.g. `SHA-256`.
pub type Hashes = BTreeMap<&'static str, String>;

/// The properties of a cyber-observable, without its identifier and markings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Sco {
    /// Section 6.2.
    AutonomousSystem {
        /// The number.
        number: u32,
    },
    /// Section 6.3.
    Directory {
        /// The path as written.
        path: String,
    },
    /// Section 6.4.
    DomainName {
        /// The name, ASCII form.
        value: String,
    },
    /// Section 6.5.
    EmailAddr {
        /// The address.
        value: String,
    },
    /// Section 6.7.
    File {
        /// Hashes; may be empty if there is a name.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        hashes: Hashes,
        /// File name without path.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The directory it stands in.
        #[serde(skip_serializing_if = "Option::is_none")]
        parent_directory_ref: Option<Id>,
    },
    /// Section 6.8.
    Ipv4Addr {
        /// Address or CIDR block.
        value: String,
    },
    /// Section 6.9.
    Ipv6Addr {
        /// Address or CIDR block.
        value: String,
    },
    /// Section 6.10.
    MacAddr {
        /// Lower-case, colons.
        value: String,
    },
    /// Section 6.11.
    Mutex {
        /// Name.
        name: String,
    },
    /// Section 6.13. It has no identifying properties: see [`MarkedSco::process`].
    Process {
        /// Whole command line.
        #[serde(skip_serializing_if = "Option::is_none")]
        command_line: Option<String>,
        /// Windows service.
        #[serde(skip_serializing_if = "Option::is_none")]
        extensions: Option<WindowsService>,
    },
    /// Section 6.14.
    Software {
        /// Name.
        name: String,
        /// CPE 2.3 name.
        #[serde(skip_serializing_if = "Option::is_none")]
        cpe: Option<String>,
        /// Vendor.
        #[serde(skip_serializing_if = "Option::is_none")]
        vendor: Option<String>,
        /// Version.
        #[serde(skip_serializing_if = "Option::is_none")]
        version: Option<String>,
    },
    /// Section 6.15.
    Url {
        /// RFC 3986 URI.
        value: String,
    },
    /// Section 6.16.
    UserAccount {
        /// Identifier within the system.
        #[serde(skip_serializing_if = "Option::is_none")]
        user_id: Option<String>,
        /// What a person types to log in.
        #[serde(skip_serializing_if = "Option::is_none")]
        account_login: Option<String>,
        /// Of `account-type-ov`.
        #[serde(skip_serializing_if = "Option::is_none")]
        account_type: Option<&'static str>,
    },
    /// Section 6.17.
    WindowsRegistryKey {
        /// Full key; hive names are not abbreviated.
        key: String,
        /// Values.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        values: Vec<RegistryValue>,
    },
    /// Section 6.18.
    X509Certificate {
        /// Thumbprints.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        hashes: Hashes,
        /// Serial number.
        #[serde(skip_serializing_if = "Option::is_none")]
        serial_number: Option<String>,
    },
}

/// A value of a Windows registry key (section 6.17.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegistryValue {
    /// Name.
    pub name: String,
}

/// The predefined Windows service extension of a process (section 6.13.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WindowsService {
    /// The extension.
    #[serde(rename = "windows-service-ext")]
    pub service: ServiceName,
}

impl WindowsService {
    /// A service known by name only.
    pub fn named(name: impl Into<String>) -> Self {
        Self { service: ServiceName { service_name: name.into() } }
    }
}

/// Name of a Windows service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceName {
    /// Name.
    pub service_name: String,
}

impl Sco {
    /// The object type, e.g. `ipv4-addr`.
    pub fn object_type(&self) -> &'static str {
        match self {
            Self::AutonomousSystem { .. } => "autonomous-system",
            Self::Directory { .. } => "directory",
            Self::DomainName { .. } => "domain-name",
            Self::EmailAddr { .. } => "email-addr",
            Self::File { .. } => "file",
            Self::Ipv4Addr { .. } => "ipv4-addr",
            Self::Ipv6Addr { .. } => "ipv6-addr",
            Self::MacAddr { .. } => "mac-addr",
            Self::Mutex { .. } => "mutex",
            Self::Process { .. } => "process",
            Self::Software { .. } => "software",
            Self::Url { .. } => "url",
            Self::UserAccount { .. } => "user-account",
            Self::WindowsRegistryKey { .. } => "windows-registry-key",
            Self::X509Certificate { .. } => "x509-certificate",
        }
    }

    /// The deterministic identifier, from the identifying properties that are present; none for types or values
    /// that have no such property.
    pub fn id(&self) -> Option<Id> {
        let properties = self.identifying();
        if properties.is_empty() {
            return None;
        }
        Some(Id::observable(self.object_type(), &canonical_json(&Value::Object(properties))))
    }

    /// "ID Contributing Properties" of each type in section 6.
    fn identifying(&self) -> Map<String, Value> {
        let mut out = Map::new();
        let mut put = |key: &str, value: Value| {
            out.insert(key.to_owned(), value);
        };
        match self {
            Self::AutonomousSystem { number } => put("number", json!(number)),
            Self::Directory { path } => put("path", json!(path)),
            Self::DomainName { value }
            | Self::EmailAddr { value }
            | Self::Ipv4Addr { value }
            | Self::Ipv6Addr { value }
            | Self::MacAddr { value }
            | Self::Url { value } => put("value", json!(value)),
            Self::File { hashes, name, parent_directory_ref } => {
                if let Some(hash) = one_hash(hashes) {
                    put("hashes", hash);
                }
                if let Some(name) = name {
                    put("name", json!(name));
                }
                if let Some(parent) = parent_directory_ref {
                    put("parent_directory_ref", json!(parent));
                }
            }
            Self::Mutex { name } => put("name", json!(name)),
            Self::Process { .. } => {}
            Self::Software { name, cpe, vendor, version } => {
                put("name", json!(name));
                for (key, value) in [("cpe", cpe), ("vendor", vendor), ("version", version)] {
                    if let Some(value) = value {
                        put(key, json!(value));
                    }
                }
            }
            Self::UserAccount { user_id, account_login, account_type } => {
                for (key, value) in [
                    ("user_id", user_id.as_deref()),
                    ("account_login", account_login.as_deref()),
                    ("account_type", *account_type),
                ] {
                    if let Some(value) = value {
                        put(key, json!(value));
                    }
                }
            }
            Self::WindowsRegistryKey { key, values } => {
                put("key", json!(key));
                if !values.is_empty() {
                    put("values", Value::Array(values.iter().map(|v| json!({ "name": v.name })).collect()));
                }
            }
            Self::X509Certificate { hashes, serial_number } => {
                if let Some(hash) = one_hash(hashes) {
                    put("hashes", hash);
                }
                if let Some(serial) = serial_number {
                    put("serial_number", json!(serial));
                }
            }
        }
        out
    }
}

/// Section 2.9: of several hashes only the first present of MD5, SHA-1, SHA-256, SHA-512 counts, else the first.
fn one_hash(hashes: &Hashes) -> Option<Value> {
    let (name, value) = ["MD5", "SHA-1", "SHA-256", "SHA-512"]
        .iter()
        .find_map(|n| hashes.get_key_value(n))
        .or_else(|| hashes.first_key_value())?;
    let mut one = Map::new();
    one.insert((*name).to_owned(), json!(value));
    Some(Value::Object(one))
}

/// A cyber-observable as it stands in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkedSco {
    r#type: &'static str,
    spec_version: &'static str,
    id: Id,
    #[serde(flatten)]
    sco: Sco,
    object_marking_refs: Vec<Id>,
}

impl MarkedSco {
    /// With its deterministic identifier; none if it has none (a process).
    pub fn new(sco: Sco, marking: Id) -> Option<Self> {
        let id = sco.id()?;
        Some(Self {
            r#type: sco.object_type(),
            spec_version: "2.1",
            id,
            sco,
            object_marking_refs: vec![marking],
        })
    }

    /// A process, whose identifier STIX leaves random: derived from the parts instead ([`Id::derived`]).
    pub fn process(sco: Sco, parts: &[&str], marking: Id) -> Self {
        let id = sco.id().unwrap_or_else(|| Id::derived(sco.object_type(), parts));
        Self { r#type: sco.object_type(), spec_version: "2.1", id, sco, object_marking_refs: vec![marking] }
    }

    /// Its identifier.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// Its properties.
    pub fn sco(&self) -> &Sco {
        &self.sco
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expectations made with Python stix2 3.0.2; `scripts/oracle_check.py` compares thousands more.
    #[test]
    fn identifiers_are_those_of_the_reference_implementation() {
        let hashes = Hashes::from([
            ("SHA-256", "6db12788c37247f2316052e142f42f4b259d6561751e5f401a1ae2a6df9c674b".to_owned()),
            ("MD5", "79054025255fb1a26e4bc422aef54eb4".to_owned()),
        ]);
        let cases = [
            (
                Sco::Ipv4Addr { value: "198.51.100.3".into() },
                "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
            ),
            (
                Sco::File { hashes, name: Some("a.exe".into()), parent_directory_ref: None },
                "file--2fba9742-a220-5fc7-a8f7-ea813e8b724e",
            ),
        ];
        for (sco, id) in cases {
            assert_eq!(sco.id().unwrap().as_str(), id);
        }
        assert_eq!(Sco::Process { command_line: Some("x".into()), extensions: None }.id(), None);
    }
}
