//! The rules that tests may name.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use bartizan_sigma::Member;
use bartizan_sigma::rule::{Document, Rule};

use crate::commands::sigma::rules;
use crate::commands::sigma::set::Set;
use crate::exit::Failure;

/// Code and message.
pub type Refusal = (String, String);

/// The files that hold them, each once.
#[derive(Default)]
pub struct Files {
    files: Vec<PathBuf>,
    seen: HashSet<PathBuf>,
}

impl Files {
    /// Takes a file.
    pub fn add(&mut self, file: &Path) {
        if self.seen.insert(file.to_owned()) {
            self.files.push(file.to_owned());
        }
    }
}

/// Rules with their filters applied and correlations, by id, name, title and file.
pub struct Rules {
    /// All of them together.
    pub set: Set,
    by_name: HashMap<String, Result<Vec<Member>, Refusal>>,
}

impl Rules {
    /// Reads the files.
    pub fn read(files: &Files) -> Result<Self, Failure> {
        let mut this = Self { set: Set::read(&files.files)?, by_name: HashMap::new() };
        let rules = (0..this.set.collection.rules.len()).map(Member::Rule);
        let correlations = (0..this.set.collection.correlations.len()).map(Member::Correlation);
        for member in rules.chain(correlations) {
            this.name(member);
        }
        for (number, file) in files.files.iter().enumerate() {
            this.file(number, file);
        }
        Ok(this)
    }

    /// The rules or correlations of this id, name, title or file.
    pub fn find(&self, name: &str) -> Result<&[Member], Refusal> {
        match self.by_name.get(name) {
            Some(found) => found.as_deref().map_err(Clone::clone),
            None => Err((
                "sigma.no-rule".into(),
                format!("no rule `{name}` is there; name its file with --rules"),
            )),
        }
    }

    fn name(&mut self, member: Member) {
        let Some(about) = self.set.about(member) else { return };
        let (id, names) = (about.id.clone(), names(about));
        // Documents of one id are one rule in parts; the first of a name keeps it.
        if let Some(Ok(members)) = id.and_then(|id| self.by_name.get_mut(&id)) {
            members.push(member);
        }
        for name in names {
            self.by_name.entry(name).or_insert_with(|| Ok(vec![member]));
        }
    }

    fn file(&mut self, number: usize, file: &Path) {
        let mut found = None;
        for item in self.set.items(number) {
            if let Err(refusal) = &item.members {
                self.by_name.entry(item.id.clone()).or_insert_with(|| Err(refusal.clone()));
            }
            found.get_or_insert_with(|| item.members.clone());
        }
        // Rules that only correlations ask for are no items of their file.
        let found = found.or_else(|| self.by_name.get(&first(file)?).cloned());
        if let Some(found) = found {
            self.by_name.entry(file.display().to_string()).or_insert(found);
        }
    }
}

fn names(about: &Rule) -> Vec<String> {
    let all = [about.id.clone(), about.name.clone(), Some(about.title.clone())];
    all.into_iter().flatten().filter(|name| !name.is_empty()).collect()
}

/// A name of the first rule of a file.
fn first(file: &Path) -> Option<String> {
    rules::documents(file).ok()?.into_iter().find_map(|document| match document {
        Document::Rule(rule) => names(&rule).into_iter().next(),
        _ => None,
    })
}
