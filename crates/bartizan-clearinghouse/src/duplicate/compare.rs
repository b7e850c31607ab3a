//! Whether two reports may be about the same vulnerability, and how sure that is.

use std::collections::BTreeSet;

use super::normal::{self, Product};
use super::report::Report;
use super::terms::{Terms, contained};
use super::trace::{DISTANCE, Trace};
use crate::set::closed_set;

/// So much of the shorter text in the other is the same text: with another line, a note before or after.
const SAME_WORDS: f64 = 0.8;

closed_set! {
    /// What two reports have in common, the strongest first.
    Tier {
        /// An identifier that others gave, or the commit that fixes it.
        Upstream = "upstream",
        /// The crash.
        Crash = "crash",
        /// Weakness, file and symbol.
        Place = "place",
        /// What the texts speak of.
        Text = "text",
    }
}

/// A report made ready for being compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// Its name.
    pub id: String,
    /// Product.
    pub product: Product,
    /// Identifiers that others gave.
    pub upstream: BTreeSet<String>,
    /// The commit that fixes it.
    pub fixed_by: Option<String>,
    /// Weakness.
    pub cwe: Option<u32>,
    /// Parts of the path.
    pub path: Vec<String>,
    /// Parts of the symbol.
    pub symbol: Vec<String>,
    /// Stack trace.
    pub trace: Trace,
    /// What its text speaks of.
    pub terms: Terms,
    /// Whether there is a text at all, besides the title.
    pub told: bool,
}

/// Two reports that may be about the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Name of the one that sorts first.
    pub first: String,
    /// Name of the other.
    pub second: String,
    /// What they have in common.
    pub tier: Tier,
    /// Whether that is enough to merge them without a person: same root cause and same fix. Otherwise it is proposed to one.
    pub automatic: bool,
    /// How alike they are within the tier, from 0 to 1.
    pub score: f64,
    /// Why, in words.
    pub because: String,
}

impl Prepared {
    /// Makes a report ready.
    pub fn of(report: &Report) -> Self {
        let trace = report.trace.as_deref().map(Trace::parse).unwrap_or_default();
        let product = Product::of(&report.product);
        let path =
            report.path.as_deref().map(|path| normal::path_in(path, product.short())).unwrap_or_default();
        let symbol = report.symbol.as_deref().map(normal::symbol).unwrap_or_default();
        let fields =
            [report.path.as_deref().unwrap_or_default(), report.symbol.as_deref().unwrap_or_default()];
        let mut terms = Terms::of([report.title.as_str(), report.text.as_str(), fields[0]]);
        terms.names.extend(symbol.last().cloned());
        Self {
            id: report.id.clone(),
            product,
            upstream: report.upstream.iter().take(64).filter_map(|id| normal::upstream(id)).collect(),
            fixed_by: report.fixed_by.as_deref().and_then(normal::commit),
            cwe: report.cwe,
            path,
            symbol,
            trace,
            terms,
            told: !report.text.trim().is_empty(),
        }
    }

    /// Words under which a report is looked for: two that share none are not compared.
    pub fn keys(&self) -> BTreeSet<String> {
        let product = self.product.short();
        let mut keys: BTreeSet<String> = self.upstream.iter().map(|id| format!("id {id}")).collect();
        keys.extend(self.fixed_by.iter().map(|commit| format!("commit {commit}")));
        keys.extend(self.trace.fingerprint().map(|hash| format!("crash {hash}")));
        keys.extend(self.trace.0.iter().take(3).map(|frame| format!("frame {product} {}", frame.function)));
        keys.extend(self.symbol.last().map(|symbol| format!("name {product} {symbol}")));
        keys.extend(self.path.last().map(|file| format!("name {product} {file}")));
        keys.extend(self.terms.names.iter().map(|name| format!("name {product} {name}")));
        keys.extend(
            self.terms
                .sequences
                .iter()
                .filter(|hash| *hash % 8 == 0)
                .map(|h| format!("words {product} {h:x}")),
        );
        keys
    }

    /// Compares with another. None if nothing speaks for the same vulnerability.
    pub fn compare(&self, other: &Self) -> Option<Candidate> {
        let agrees = self.product.agrees(&other.product);
        let clash = self.clash(other);
        let found = |tier, automatic, score, because: String| {
            let (first, second) =
                if self.id <= other.id { (&self.id, &other.id) } else { (&other.id, &self.id) };
            // Another product has another fix; what contradicts itself is for a person.
            let automatic = automatic && agrees && clash.is_none();
            let because = match clash {
                Some(clash) => format!("{because}, but {clash}"),
                None if !agrees => format!("{because}, but of different products"),
                None => because,
            };
            Some(Candidate { first: first.clone(), second: second.clone(), tier, automatic, score, because })
        };
        if let Some(id) = self.upstream.intersection(&other.upstream).next() {
            return found(Tier::Upstream, true, 1.0, format!("both are {id}"));
        }
        if let Some(commit) = self.fixed_by.as_ref().filter(|_| self.fixed_by == other.fixed_by) {
            // One commit may fix several things: it has to be the same place too, as far as that is known.
            let place = !self.other_place(other) && self.speaks_alike(other);
            return found(Tier::Upstream, place, 1.0, format!("both are fixed by {commit}"));
        }
        if !self.product.near(&other.product) {
            return None;
        }
        let alike = self.trace.similarity(&other.trace);
        let crash = self.trace.fingerprint().filter(|hash| other.trace.fingerprint().as_ref() == Some(hash));
        if crash.is_some() && !self.other_place(other) {
            return found(Tier::Crash, true, alike, "both crash in the same frames".to_owned());
        }
        let place = normal::same_path(&self.path, &other.path);
        let symbol = normal::same_symbol(&self.symbol, &other.symbol);
        let cwe = self.cwe.is_some() && self.cwe == other.cwe;
        if place && symbol && cwe {
            let spoken = self.speaks_alike(other);
            let because = if spoken {
                "same weakness, file and symbol"
            } else {
                "same weakness, file and symbol in other words"
            };
            return found(Tier::Place, spoken, 1.0, because.to_owned());
        }
        if crash.is_some() || alike > 1.0 - DISTANCE {
            return found(Tier::Crash, false, alike, "the stack traces are alike".to_owned());
        }
        if place && symbol {
            return found(Tier::Place, false, 0.8, "same file and symbol".to_owned());
        }
        // What one of them does not say cannot contradict: two of three, or the symbol alone.
        let agree = u32::from(place) + u32::from(symbol) + u32::from(cwe);
        if !self.other_place(other) && (agree >= 2 || symbol) {
            return found(Tier::Place, false, 0.5, "what both say of the place is the same".to_owned());
        }
        self.text(other).and_then(|(score, because)| found(Tier::Text, false, score, because))
    }

    /// What is said of the place differs.
    fn other_place(&self, other: &Self) -> bool {
        let both = |a: &[String], b: &[String]| !a.is_empty() && !b.is_empty();
        (both(&self.symbol, &other.symbol) && !normal::same_symbol(&self.symbol, &other.symbol))
            || normal::other_path(&self.path, &other.path)
            || (self.cwe.is_some() && other.cwe.is_some() && self.cwe != other.cwe)
    }

    /// What rules out that both are one: other identifiers of the same kind, other fixes.
    pub(super) fn clash(&self, other: &Self) -> Option<&'static str> {
        let cve = |p: &Self| {
            p.upstream.iter().filter(|id| id.starts_with("CVE-")).cloned().collect::<BTreeSet<_>>()
        };
        let (a, b) = (cve(self), cve(other));
        if !a.is_empty() && !b.is_empty() && a.is_disjoint(&b) {
            return Some("with other CVE identifiers");
        }
        let fixes = self.fixed_by.is_some() && other.fixed_by.is_some() && self.fixed_by != other.fixed_by;
        fixes.then_some("fixed by other commits")
    }

    /// Two flaws of one weakness may lie in one function. What is told of them then differs: names of code beyond the place itself. Who
    /// says too little to tell is not merged without a person, unless it is the same words, or the same number beside the same name.
    fn speaks_alike(&self, other: &Self) -> bool {
        let place: BTreeSet<&String> =
            [self, other].into_iter().flat_map(|p| [p.symbol.last(), p.path.last()]).flatten().collect();
        let own = |p: &Self| -> BTreeSet<String> {
            p.terms.names.iter().filter(|name| !place.contains(name)).cloned().collect()
        };
        let (a, b) = (own(self), own(other));
        let common = a.intersection(&b).count();
        let number = self.terms.numbers.intersection(&other.terms.numbers).next().is_some();
        let same_words = contained(&self.terms.sequences, &other.terms.sequences) >= SAME_WORDS;
        let half = contained(&a, &b) >= 0.5;
        // Without a text the place is all there is, and nothing speaks against it.
        !self.told || !other.told || same_words || (half && (common >= 2 || number))
    }

    /// What the texts have in common, if it is enough to show it to a person.
    fn text(&self, other: &Self) -> Option<(f64, String)> {
        let names: Vec<&String> = self.terms.names.intersection(&other.terms.names).collect();
        let by_name = contained(&self.terms.names, &other.terms.names);
        let by_number = contained(&self.terms.numbers, &other.terms.numbers);
        let by_words = contained(&self.terms.sequences, &other.terms.sequences);
        let all_of_few = names.len() == 2 && by_name > 0.99;
        let enough = (names.len() >= 3 && by_name >= 0.5)
            || all_of_few
            || (!names.is_empty() && by_name >= 0.5 && by_number >= 0.5)
            || (by_words >= 0.6 && self.terms.sequences.len().min(other.terms.sequences.len()) >= 8);
        let score = by_name.max(by_words) * 0.8 + by_number * 0.2;
        let shown = names.iter().take(3).map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
        enough.then(|| {
            (
                score.min(1.0),
                format!("both speak of {}", if shown.is_empty() { "it in the same words" } else { &shown }),
            )
        })
    }
}
