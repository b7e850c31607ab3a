//! What exists beyond the report: the caller tells.

use std::collections::BTreeMap;

/// A technique as `analysis.json` writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Technique {
    /// `T1059.001`.
    pub id: String,
    /// `PowerShell`.
    pub name: String,
    /// `enterprise-attack`.
    pub domain: String,
    /// Short names in matrix order.
    pub tactics: Vec<String>,
}

/// The techniques and kinds of values that may be added.
pub trait Vocabulary {
    /// A live technique.
    fn technique(&self, id: &str) -> Option<Technique>;
    /// The value as it may be shown (defanged); none if the kind is unknown or the value has not the kind's canonical form.
    fn display(&self, kind: &str, value: &str) -> Option<String>;
}

/// A vocabulary that is a list: for tests and small tools.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Techniques by id.
    pub techniques: BTreeMap<String, Technique>,
    /// Kinds of values; every value of them is taken.
    pub kinds: Vec<String>,
}

impl Vocabulary for Listed {
    fn technique(&self, id: &str) -> Option<Technique> {
        self.techniques.get(id).cloned()
    }

    fn display(&self, kind: &str, value: &str) -> Option<String> {
        let known = self.kinds.iter().any(|k| k == kind) && !value.trim().is_empty();
        known.then(|| value.replace('.', "[.]"))
    }
}
