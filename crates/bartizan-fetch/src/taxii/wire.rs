//! What TAXII servers answer, as far as it is read. Unknown members are passed over.

use serde::Deserialize;
use serde_json::value::RawValue;

/// What a server says of itself (section 4.1).
#[derive(Clone, Debug, Deserialize)]
pub struct Discovery {
    /// Name.
    pub title: String,
    /// What it is.
    pub description: Option<String>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// The API root to take when nobody says.
    pub default: Option<String>,
    /// All API roots, absolute or relative.
    #[serde(default)]
    pub api_roots: Vec<String>,
}

/// An API root (section 4.2).
#[derive(Clone, Debug, Deserialize)]
pub struct ApiRoot {
    /// Name.
    pub title: String,
    /// What it is.
    pub description: Option<String>,
    /// Media types of the versions it speaks.
    pub versions: Vec<String>,
    /// Most bytes of a request.
    pub max_content_length: u64,
}

/// A collection (section 5.2).
#[derive(Clone, Debug, Deserialize)]
pub struct Collection {
    /// Identifier.
    pub id: String,
    /// Name.
    pub title: String,
    /// What it is.
    pub description: Option<String>,
    /// Name for addresses.
    pub alias: Option<String>,
    /// Whether objects may be read.
    pub can_read: bool,
    /// Whether objects may be added.
    pub can_write: bool,
}

#[derive(Deserialize)]
pub(super) struct Collections {
    #[serde(default)]
    pub(super) collections: Vec<Collection>,
}

/// An object as the manifest tells of it (section 5.3).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ManifestEntry {
    /// Identifier.
    pub id: String,
    /// When the server took it in.
    pub date_added: String,
    /// `modified`, or what stands for it.
    pub version: String,
    /// Media type with its version.
    pub media_type: Option<String>,
}

/// One page of something.
pub(super) trait Paged {
    fn more(&self) -> bool;
    fn next(&self) -> Option<&str>;
    fn len(&self) -> usize;
    /// The last time stamp, where the items tell themselves.
    fn last(&self) -> Option<&str> {
        None
    }
}

/// A page of objects (section 3.7).
#[derive(Deserialize)]
pub(super) struct Envelope {
    #[serde(default)]
    pub(super) more: bool,
    pub(super) next: Option<String>,
    #[serde(default)]
    pub(super) objects: Vec<Box<RawValue>>,
}

/// A page of the manifest.
#[derive(Deserialize)]
pub(super) struct Manifest {
    #[serde(default)]
    more: bool,
    next: Option<String>,
    #[serde(default)]
    pub(super) objects: Vec<ManifestEntry>,
}

impl Paged for Envelope {
    fn more(&self) -> bool {
        self.more
    }
    fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }
    fn len(&self) -> usize {
        self.objects.len()
    }
}

impl Paged for Manifest {
    fn more(&self) -> bool {
        self.more
    }
    fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }
    fn len(&self) -> usize {
        self.objects.len()
    }
    fn last(&self) -> Option<&str> {
        self.objects.last().map(|o| o.date_added.as_str())
    }
}

/// How far adding has come (section 4.3).
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Status {
    pub(super) id: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) success_count: u64,
    #[serde(default)]
    pub(super) failure_count: u64,
    #[serde(default)]
    pub(super) pending_count: u64,
    #[serde(default)]
    pub(super) failures: Vec<StatusDetail>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct StatusDetail {
    pub(super) id: String,
    pub(super) message: Option<String>,
}

/// What a server says went wrong (section 3.6.1).
#[derive(Deserialize)]
pub(super) struct Problem {
    pub(super) title: String,
    pub(super) description: Option<String>,
}
