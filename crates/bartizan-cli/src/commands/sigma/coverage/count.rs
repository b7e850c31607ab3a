//! Rules counted by technique.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bartizan_knowledge::{Domain, Pack, Resolution, Tactic, Technique};
use bartizan_sigma::rule::Rule;

use crate::commands::sigma::fields;

/// Products of log sources and the platforms of ATT&CK that they are.
const PLATFORMS: &[(&str, &[&str])] = &[
    ("windows", &["Windows"]),
    ("linux", &["Linux"]),
    ("macos", &["macOS"]),
    ("aws", &["IaaS"]),
    ("gcp", &["IaaS"]),
    ("azure", &["IaaS", "Identity Provider"]),
    ("m365", &["Office Suite", "SaaS"]),
    ("google_workspace", &["Office Suite", "SaaS"]),
    ("okta", &["Identity Provider", "SaaS"]),
    ("onelogin", &["Identity Provider"]),
    ("github", &["SaaS"]),
    ("bitbucket", &["SaaS"]),
    ("kubernetes", &["Containers"]),
    ("docker", &["Containers"]),
    ("cisco", &["Network Devices"]),
    ("juniper", &["Network Devices"]),
    ("huawei", &["Network Devices"]),
    ("fortios", &["Network Devices"]),
    ("esxi", &["ESXi"]),
    ("vmware", &["ESXi"]),
];

/// A technique with its rules.
pub struct Counted {
    pub technique: &'static Technique<'static>,
    pub rules: u32,
    /// By log source.
    pub sources: BTreeMap<String, u32>,
    platforms: BTreeSet<&'static str>,
}

/// What a rule set covers.
pub struct Coverage {
    pub pack: &'static Pack,
    pub rules: u64,
    pub unreadable: u64,
    /// Rules that name no technique.
    pub untagged: u64,
    pub techniques: BTreeMap<&'static str, Counted>,
    /// Ids that the rules use and others have replaced.
    pub moved: BTreeMap<String, (&'static str, u64)>,
    /// Ids that are withdrawn, or were never there.
    pub unknown: BTreeMap<String, u64>,
    /// Techniques by their names, written as tags are.
    names: HashMap<String, &'static str>,
}

/// A tactic with its techniques.
pub struct TacticRow {
    pub tactic: &'static Tactic<'static>,
    pub all: Vec<&'static Technique<'static>>,
    pub covered: Vec<&'static str>,
}

/// A platform with the number of its techniques.
pub struct PlatformRow {
    pub name: &'static str,
    pub all: u32,
    /// Those with any rule.
    pub any: u32,
    /// Those with a rule for a log source of the platform.
    pub own: u32,
}

impl Coverage {
    pub fn new(pack: &'static Pack) -> Self {
        let mut names: HashMap<String, &'static str> = HashMap::new();
        let mut twice = BTreeSet::new();
        for technique in pack.techniques() {
            let name = tag_name(technique.name);
            if names.insert(name.clone(), technique.id).is_some() {
                twice.insert(name);
            }
        }
        // A name that several techniques have says nothing.
        names.retain(|name, _| !twice.contains(name));
        Self {
            pack,
            rules: 0,
            unreadable: 0,
            untagged: 0,
            techniques: BTreeMap::new(),
            moved: BTreeMap::new(),
            unknown: BTreeMap::new(),
            names,
        }
    }

    /// Counts a rule for each technique that its tags name.
    pub fn add(&mut self, rule: &Rule) {
        self.rules += 1;
        let found: BTreeSet<&'static str> = rule.tags.iter().filter_map(|tag| self.technique(tag)).collect();
        if found.is_empty() {
            self.untagged += 1;
        }
        let source = fields::name(&rule.log_source);
        let product = rule.log_source.product.as_deref().unwrap_or_default();
        let platforms = PLATFORMS.iter().find(|(name, _)| *name == product).map_or(&[][..], |(_, p)| p);
        for id in found {
            let Some(technique) = self.pack.technique(id) else { continue };
            let counted = self.techniques.entry(id).or_insert_with(|| Counted {
                technique,
                rules: 0,
                sources: BTreeMap::new(),
                platforms: BTreeSet::new(),
            });
            counted.rules += 1;
            *counted.sources.entry(source.clone()).or_default() += 1;
            counted.platforms.extend(platforms);
        }
    }

    /// The live technique of a tag: by its id, moved forward where it was revoked, or by its name.
    fn technique(&mut self, tag: &str) -> Option<&'static str> {
        let name = tag.to_ascii_lowercase();
        let name = name.strip_prefix("attack.").or_else(|| name.strip_prefix("atlas."))?;
        if !is_id(name) {
            return self.names.get(&tag_name(name)).copied();
        }
        let id = name.to_ascii_uppercase();
        match self.pack.resolve(&id) {
            Resolution::Current => self.pack.technique(&id).map(|t| t.id),
            Resolution::Replaced(now) => {
                self.moved.entry(id).or_insert((now, 0)).1 += 1;
                self.pack.technique(now).map(|t| t.id)
            }
            Resolution::Deprecated | Resolution::Unknown => {
                *self.unknown.entry(tag.to_owned()).or_default() += 1;
                None
            }
        }
    }

    /// Rules of a technique itself.
    pub fn rules_of(&self, id: &str) -> u32 {
        self.techniques.get(id).map_or(0, |counted| counted.rules)
    }

    /// The tactics of the matrices that have a rule, in their order; of Enterprise always.
    pub fn tactics(&self) -> Vec<TacticRow> {
        let mut rows = Vec::new();
        for domain in Domain::ALL {
            if domain != Domain::Enterprise && !self.techniques.values().any(|t| t.technique.domain == domain)
            {
                continue;
            }
            for tactic in self.pack.tactics(domain) {
                let techniques = self.pack.techniques().iter();
                let all: Vec<_> = techniques
                    .filter(|t| t.domain == domain && t.tactics.contains(&tactic.short_name))
                    .collect();
                let covered = all.iter().map(|t| t.id).filter(|id| self.rules_of(id) > 0).collect();
                rows.push(TacticRow { tactic, all, covered });
            }
        }
        rows
    }

    /// The platforms of Enterprise, by their names.
    pub fn platforms(&self) -> Vec<PlatformRow> {
        let mut rows: BTreeMap<&'static str, PlatformRow> = BTreeMap::new();
        for technique in self.pack.techniques().iter().filter(|t| t.domain == Domain::Enterprise) {
            let counted = self.techniques.get(technique.id);
            for name in technique.platforms.iter().copied() {
                let row = rows.entry(name).or_insert(PlatformRow { name, all: 0, any: 0, own: 0 });
                row.all += 1;
                row.any += u32::from(counted.is_some());
                row.own += u32::from(counted.is_some_and(|c| c.platforms.contains(name)));
            }
        }
        rows.into_values().collect()
    }

    /// Techniques of Enterprise without a rule of their own.
    pub fn uncovered(&self) -> impl Iterator<Item = &'static Technique<'static>> + '_ {
        let all = self.pack.techniques().iter().filter(|t| t.domain == Domain::Enterprise);
        all.filter(|t| !self.techniques.contains_key(t.id))
    }
}

/// `t1059.001` or `aml.t0051`.
fn is_id(name: &str) -> bool {
    let id = name.strip_prefix("aml.").unwrap_or(name);
    id.strip_prefix('t')
        .is_some_and(|rest| rest.len() >= 4 && rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// A name as tags write it.
fn tag_name(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}
