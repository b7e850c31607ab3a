//! The organisation that reads the report, as its `profile.toml` says.

/// Who reads the report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Sectors, as the pack names them.
    pub sectors: Vec<String>,
    /// Countries, ISO 3166 alpha-2.
    pub countries: Vec<String>,
    /// Products and vendors in use.
    pub technologies: Vec<String>,
    /// Platforms in use, as ATT&CK names them.
    pub platforms: Vec<String>,
    /// Duties to report, for the response plan.
    pub duties: Vec<Duty>,
}

/// A duty to tell somebody.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Duty {
    /// Who must be told.
    pub to: String,
    /// When the clock starts, in words.
    pub when: String,
    /// Hours from then.
    pub hours: u32,
    /// The rule it rests on.
    pub basis: String,
}
