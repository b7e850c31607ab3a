//! Domain objects, relationships and definitions (STIX 2.1 sections 3 to 5 and 7).

use crate::{Id, Tlp};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// A domain or relationship object or an extension definition, with the common properties of section 3.2.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Object<E> {
    r#type: &'static str,
    spec_version: &'static str,
    /// Identifier.
    pub id: Id,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by_ref: Option<Id>,
    /// RFC 3339, UTC, milliseconds.
    pub created: String,
    /// Likewise; not before `created`.
    pub modified: String,
    /// What it says.
    #[serde(flatten)]
    pub body: Body,
    /// 0–100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// Free labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// References to the outside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_references: Vec<ExternalReference>,
    /// Markings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub object_marking_refs: Vec<Id>,
    /// At most one extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Extension<E>>,
}

impl<E> Object<E> {
    /// An object with the required common properties.
    pub fn new(id: Id, created: impl Into<String>, modified: impl Into<String>, body: Body) -> Self {
        Self {
            r#type: body.object_type(),
            spec_version: "2.1",
            id,
            created_by_ref: None,
            created: created.into(),
            modified: modified.into(),
            body,
            confidence: None,
            labels: Vec::new(),
            external_references: Vec::new(),
            object_marking_refs: Vec::new(),
            extensions: None,
        }
    }

    /// The object type.
    pub fn object_type(&self) -> &'static str {
        self.r#type
    }
}

/// An extension of an object, keyed by its definition (section 7.3). The content must hold `extension_type`.
#[derive(Clone, Debug, PartialEq)]
pub struct Extension<E> {
    /// The extension definition.
    pub definition: Id,
    /// The content.
    pub content: E,
}

impl<E: Serialize> Serialize for Extension<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&self.definition, &self.content)?;
        map.end()
    }
}

/// What an [`Object`] says, by type. Optional properties that are empty are left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs, reason = "the properties are those of the cited section")]
pub enum Body {
    /// Section 4.1.
    AttackPattern {
        name: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        kill_chain_phases: Vec<KillChainPhase>,
    },
    /// Section 4.2.
    Campaign {
        name: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        aliases: Vec<String>,
    },
    /// Section 4.3.
    CourseOfAction {
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
    /// Section 4.5.
    Identity {
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        roles: Vec<String>,
        identity_class: &'static str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        sectors: Vec<&'static str>,
    },
    /// Section 4.7.
    Indicator {
        name: String,
        description: String,
        indicator_types: Vec<&'static str>,
        pattern: String,
        pattern_type: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pattern_version: Option<&'static str>,
        valid_from: String,
    },
    /// Section 4.9.
    IntrusionSet {
        name: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        aliases: Vec<String>,
    },
    /// Section 4.10.
    Location {
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        region: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        country: Option<String>,
    },
    /// Section 4.11.
    Malware {
        name: String,
        is_family: bool,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        aliases: Vec<String>,
    },
    /// Section 4.14.
    ObservedData { first_observed: String, last_observed: String, number_observed: u32, object_refs: Vec<Id> },
    /// Section 4.16.
    Report {
        name: String,
        description: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        report_types: Vec<&'static str>,
        published: String,
        object_refs: Vec<Id>,
    },
    /// Section 4.18.
    Tool {
        name: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        aliases: Vec<String>,
    },
    /// Section 4.19.
    Vulnerability { name: String },
    /// Section 5.1.
    Relationship { relationship_type: &'static str, source_ref: Id, target_ref: Id },
    /// Section 7.3.
    ExtensionDefinition {
        name: String,
        description: String,
        schema: String,
        version: String,
        extension_types: Vec<&'static str>,
    },
}

impl Body {
    /// The object type, e.g. `attack-pattern`.
    pub fn object_type(&self) -> &'static str {
        match self {
            Self::AttackPattern { .. } => "attack-pattern",
            Self::Campaign { .. } => "campaign",
            Self::CourseOfAction { .. } => "course-of-action",
            Self::Identity { .. } => "identity",
            Self::Indicator { .. } => "indicator",
            Self::IntrusionSet { .. } => "intrusion-set",
            Self::Location { .. } => "location",
            Self::Malware { .. } => "malware",
            Self::ObservedData { .. } => "observed-data",
            Self::Report { .. } => "report",
            Self::Tool { .. } => "tool",
            Self::Vulnerability { .. } => "vulnerability",
            Self::Relationship { .. } => "relationship",
            Self::ExtensionDefinition { .. } => "extension-definition",
        }
    }
}

/// A phase of a kill chain (section 2.11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KillChainPhase {
    /// E.g. `mitre-attack`.
    pub kill_chain_name: &'static str,
    /// E.g. `command-and-control`.
    pub phase_name: String,
}

/// A reference to something outside STIX (section 2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExternalReference {
    /// E.g. `mitre-attack`, `cve`.
    pub source_name: String,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// RFC 3986 URI; only together with hashes of what was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Hashes of the content behind the URL.
    #[serde(skip_serializing_if = "crate::Hashes::is_empty")]
    pub hashes: crate::Hashes,
    /// Id in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}

/// A TLP 2.0 marking definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkingDefinition {
    r#type: &'static str,
    spec_version: &'static str,
    id: Id,
    created: &'static str,
    name: &'static str,
    extensions: TlpExtensions,
}

impl MarkingDefinition {
    /// Its identifier.
    pub fn id(&self) -> &Id {
        &self.id
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct TlpExtensions {
    #[serde(rename = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d")]
    tlp: TlpExtension,
}

/// Content of OASIS's TLP 2.0 extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TlpExtension {
    extension_type: &'static str,
    tlp_2_0: &'static str,
}

/// The marking definition of a label, exactly as OASIS published it for TLP 2.0 (October 2022).
pub fn tlp_definition(tlp: Tlp) -> MarkingDefinition {
    MarkingDefinition {
        r#type: "marking-definition",
        spec_version: "2.1",
        id: tlp.marking_id(),
        created: "2022-10-01T00:00:00.000Z",
        name: tlp.as_str(),
        extensions: TlpExtensions {
            tlp: TlpExtension { extension_type: "property-extension", tlp_2_0: tlp.extension_value() },
        },
    }
}
