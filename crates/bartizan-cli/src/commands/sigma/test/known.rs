//! The rules that tests may name.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use bartizan_sigma::rule::Rule;

use crate::commands::sigma::rules;

/// A rule, or code and message of why it cannot be read.
type Parsed = Result<Box<Rule>, (String, String)>;

/// Rules by id, name, title and file.
#[derive(Default)]
pub struct Rules {
    rules: Vec<Parsed>,
    by_name: HashMap<String, usize>,
    files: HashSet<PathBuf>,
}

impl Rules {
    /// Reads a file, once.
    pub fn read(&mut self, file: &Path) {
        if !self.files.insert(file.to_owned()) {
            return;
        }
        for read in rules::read(file) {
            let number = self.rules.len();
            let mut names = vec![read.id.clone(), file.display().to_string()];
            if let Ok(rule) = &read.rule {
                names.extend([rule.title.clone(), rule.name.clone().unwrap_or_default()]);
            }
            // The first of a name keeps it: a file of several rules is known by its first.
            for name in names.into_iter().filter(|name| !name.is_empty()) {
                self.by_name.entry(name).or_insert(number);
            }
            self.rules.push(read.rule);
        }
    }

    /// The rule of this id, name, title or file.
    pub fn find(&self, name: &str) -> Result<&Rule, (String, String)> {
        let found = self.by_name.get(name).and_then(|number| self.rules.get(*number));
        match found {
            Some(Ok(rule)) => Ok(rule),
            Some(Err(error)) => Err(error.clone()),
            None => Err((
                "sigma.no-rule".into(),
                format!("no rule `{name}` is there; name its file with --rules"),
            )),
        }
    }
}
