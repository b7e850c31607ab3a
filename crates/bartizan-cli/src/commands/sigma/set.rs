//! The rules of several files together: correlations and filters name rules of other files.

use std::path::PathBuf;

use bartizan_sigma::rule::{Document, Rule};
use bartizan_sigma::target::Job;
use bartizan_sigma::{Collection, Conversion, Member, convert, convert_correlation};

use super::rules;
use crate::run;

/// A code and a message.
type Refusal = (String, String);

/// The documents of a file, or the id of what cannot be read with the reason.
type Documents = Result<Vec<Document>, (String, Refusal)>;

/// A rule or correlation of a file, or what could not be read or used of it.
pub struct Item {
    /// Its id, where it has one that can be read.
    pub id: String,
    /// The rules it is: several where documents of one file share an id (`action: global`).
    pub members: Result<Vec<Member>, Refusal>,
}

/// The rules of several files.
pub struct Set {
    /// The rules with filters applied, and the correlations over them.
    pub collection: Collection,
    items: Vec<Vec<Item>>,
}

impl Set {
    /// Reads the files. What cannot be read or used is an [`Item`] of its file.
    pub fn read(files: &[PathBuf]) -> Result<Self, crate::exit::Failure> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut read = Vec::with_capacity(files.len());
        let one = |index: usize| files.get(index).map(|file| rules::documents(file));
        run::in_order(files.len(), cores, one, |_, documents| {
            read.extend(documents);
            Ok(())
        })?;
        Ok(Self::of(read))
    }

    fn of(read: Vec<Documents>) -> Self {
        let mut items: Vec<Vec<Item>> = Vec::with_capacity(read.len());
        let (mut documents, mut origin) = (Vec::new(), Vec::new());
        for (file, read) in read.into_iter().enumerate() {
            let mut broken = Vec::new();
            match read {
                Ok(read) => {
                    origin.extend(read.iter().map(|document| (file, kind(document))));
                    documents.extend(read);
                }
                Err((id, refusal)) => broken.push(Item { id, members: Err(refusal) }),
            }
            items.push(broken);
        }
        let (collection, problems) = Collection::new(documents);
        let (mut rules, mut correlations) = (0, 0);
        let mut problems = problems.into_iter().peekable();
        for (number, (file, (kind, id))) in origin.into_iter().enumerate() {
            let mut refused = None;
            while let Some(problem) = problems.next_if(|problem| problem.document == number) {
                let message = format!("{} (line {})", problem.error.message(), problem.error.place().line);
                refused = Some((problem.error.code().to_owned(), message));
            }
            let member = match (kind, &refused) {
                (Kind::Rule, _) => {
                    rules += 1;
                    Some(Member::Rule(rules - 1))
                }
                (Kind::Correlation, None) => {
                    correlations += 1;
                    Some(Member::Correlation(correlations - 1))
                }
                _ => None,
            };
            let Some(items) = items.get_mut(file) else { continue };
            if let Some(refusal) = refused {
                items.push(Item { id: id.clone(), members: Err(refusal) });
            }
            let Some(member) = member.filter(|member| collection.stands_alone(*member)) else { continue };
            match items.last_mut() {
                Some(Item { id: same, members: Ok(members) }) if *same == id && !id.is_empty() => {
                    members.push(member);
                }
                _ => items.push(Item { id, members: Ok(vec![member]) }),
            }
        }
        Self { collection, items }
    }

    /// What is in a file, by its number.
    pub fn items(&self, file: usize) -> &[Item] {
        self.items.get(file).map_or(&[], Vec::as_slice)
    }

    /// What is said about a rule or correlation.
    pub fn about(&self, member: Member) -> Option<&Rule> {
        match member {
            Member::Rule(at) => self.collection.rules.get(at),
            Member::Correlation(at) => self.collection.correlations.get(at).map(|c| &c.about),
        }
    }

    /// The queries of an item.
    pub fn convert(&self, item: &Item, job: &Job) -> Result<Conversion, Refusal> {
        let mut all = Conversion { queries: Vec::new(), notes: Vec::new() };
        for member in item.members.as_ref().map_err(Clone::clone)? {
            let one = match member {
                Member::Rule(at) => self.collection.rules.get(*at).map(|rule| convert(rule, job)),
                Member::Correlation(at) => Some(convert_correlation(&self.collection, *at, job)),
            };
            let one = one.transpose().map_err(|f| (f.reason.code().to_owned(), f.message))?;
            let one = one.into_iter();
            one.for_each(|one| {
                all.queries.extend(one.queries);
                all.notes.extend(one.notes);
            });
        }
        Ok(all)
    }
}

enum Kind {
    Rule,
    Correlation,
    Other,
}

/// What a document is, and its id.
fn kind(document: &Document) -> (Kind, String) {
    let (kind, about) = match document {
        Document::Rule(rule) => (Kind::Rule, Some(&**rule)),
        Document::Correlation(correlation) => (Kind::Correlation, Some(&correlation.about)),
        Document::Filter(filter) => (Kind::Other, Some(&filter.about)),
        Document::Other(_) => (Kind::Other, None),
    };
    (kind, about.and_then(|about| about.id.clone()).unwrap_or_default())
}
