//! Decision tables: for each combination of values of some decision points, one outcome (SSVC).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::fault::{Code, Fault};

/// Most values of a decision point.
const MOST_VALUES: usize = 16;
/// Most decision points of a table.
const MOST_POINTS: usize = 16;
/// Most rows of a table.
const MOST_ROWS: usize = 4096;

/// One of the values of a decision point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its key, e.g. `N`.
    pub key: String,
    /// Its name, e.g. `No`.
    pub name: String,
}

/// A question with a closed set of answers; also what a table decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Namespace, key and version, e.g. `ssvc:A:2.0.0`.
    pub id: String,
    /// Its name, e.g. `Automatable`.
    pub name: String,
    /// Its values, as published: of outcomes the least severe first.
    pub values: Vec<Value>,
}

impl Point {
    /// The value of a key.
    pub fn value(&self, key: &str) -> Option<u8> {
        self.values.iter().position(|value| value.key == key).and_then(|at| u8::try_from(at).ok())
    }

    /// The values of some keys.
    pub fn values_of<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Result<Values, Fault> {
        let mut set = Values::NONE;
        for key in keys {
            let value = self.value(key).ok_or_else(|| {
                Fault::new(Code::NoSuchValue, format!("{} has no value {:.20?}", self.id, key))
            })?;
            set = set.with(value);
        }
        Ok(set)
    }

    /// All values: nothing is known.
    pub fn all(&self) -> Values {
        (0..self.values.len()).fold(Values::NONE, |set, value| set.with(value as u8))
    }
}

/// A set of values of one decision point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Values(u16);

impl Values {
    /// No value.
    pub const NONE: Self = Self(0);

    /// One value.
    pub const fn one(value: u8) -> Self {
        Self::NONE.with(value)
    }

    /// With one value more.
    #[must_use]
    pub const fn with(self, value: u8) -> Self {
        Self(self.0 | (1 << (value & 15)))
    }

    /// Whether a value is in it.
    pub const fn has(self, value: u8) -> bool {
        value < 16 && self.0 & (1 << value) != 0
    }

    /// The values of both sets.
    #[must_use]
    pub const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The values of either set.
    #[must_use]
    pub const fn either(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// How many.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The values, in order.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..16).filter(move |&value| self.has(value))
    }
}

/// A row: a value of each decision point, and the outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Value of each point, in the order of the table's points.
    pub values: Vec<u8>,
    /// Value of the outcome.
    pub outcome: u8,
}

/// A decision table. Every combination of values has exactly one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Namespace, key and version, e.g. `cisa:DT_BOD2604:1.0.0`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What is asked.
    pub points: Vec<Point>,
    /// What is decided.
    pub outcome: Point,
    /// The rows, numbered from 0 as published.
    pub rows: Vec<Row>,
}

impl Table {
    /// Reads a table. Lines have fields separated by tabs: first `table`, its id and name; then for each decision point `point`, its
    /// id, name and values as `key=name`; then the same with `outcome`; then for each row `row` and the keys.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let (mut head, mut points, mut outcome, mut rows) = (None, Vec::new(), None, Vec::new());
        for (number, line) in text.lines().enumerate() {
            let wrong = |code, what: &str| Fault::new(code, format!("line {}: {what}", number + 1));
            let fields: Vec<&str> = line.split('\t').take(MOST_VALUES.max(MOST_POINTS) + 4).collect();
            match fields.as_slice() {
                ["table", id, name] if head.is_none() => head = Some(((*id).to_owned(), (*name).to_owned())),
                ["point" | "outcome", id, name, values @ ..] if !values.is_empty() && outcome.is_none() => {
                    if values.len() > MOST_VALUES || points.len() == MOST_POINTS {
                        return Err(wrong(Code::TooLarge, "too many"));
                    }
                    let point =
                        point(id, name, values).ok_or_else(|| wrong(Code::Malformed, "no decision point"))?;
                    if fields[0] == "point" { points.push(point) } else { outcome = Some(point) }
                }
                ["row", keys @ .., last] => {
                    let Some(outcome) = &outcome else {
                        return Err(wrong(Code::Malformed, "a row without outcome"));
                    };
                    if keys.len() != points.len() {
                        return Err(wrong(Code::Malformed, "not one value for each decision point"));
                    }
                    if rows.len() == MOST_ROWS {
                        return Err(wrong(Code::TooLarge, "too many rows"));
                    }
                    let values: Option<Vec<u8>> = keys.iter().zip(&points).map(|(k, p)| p.value(k)).collect();
                    let (Some(values), Some(outcome)) = (values, outcome.value(last)) else {
                        return Err(wrong(Code::UnknownValue, "no such value"));
                    };
                    rows.push(Row { values, outcome });
                }
                _ => return Err(wrong(Code::Malformed, "no such line here")),
            }
        }
        let (Some((id, name)), Some(outcome)) = (head, outcome) else {
            return Err(Fault::new(Code::Malformed, "no table"));
        };
        let different: BTreeSet<&Vec<u8>> = rows.iter().map(|row| &row.values).collect();
        if different.len() < rows.len() {
            return Err(Fault::new(Code::RowTwice, "two rows for the same values"));
        }
        let all = points.iter().try_fold(1usize, |all, point| all.checked_mul(point.values.len()));
        if all != Some(rows.len()) {
            return Err(Fault::new(Code::RowMissing, "not every combination of values has a row"));
        }
        Ok(Self { id, name, points, outcome, rows })
    }
}

fn point(id: &str, name: &str, values: &[&str]) -> Option<Point> {
    let value = |text: &&str| {
        let (key, name) = text.split_once('=').filter(|(key, _)| !key.is_empty())?;
        Some(Value { key: key.to_owned(), name: name.to_owned() })
    };
    let values: Vec<Value> = values.iter().map(value).collect::<Option<_>>()?;
    let keys: BTreeSet<&str> = values.iter().map(|value| value.key.as_str()).collect();
    (keys.len() == values.len()).then(|| Point { id: id.to_owned(), name: name.to_owned(), values })
}

macro_rules! built_in {
    ($($(#[$doc:meta])* $name:ident = $file:literal,)+) => {
        /// A table that comes with the crate: of CERT/CC's SSVC repository, as published.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum BuiltIn { $($(#[$doc])* $name,)+ }
        impl BuiltIn {
            /// All.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// Name of its file here and in the SSVC repository, without the ending.
            pub const fn file(self) -> &'static str { match self { $(Self::$name => $file),+ } }
            const fn text(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("../../data/ssvc/", $file, ".tsv"))),+ }
            }
        }
    };
}

built_in! {
    /// CISA Binding Operational Directive 26-04: days to remediate.
    Bod2604 = "cisa_bod_26_04_1_0_0",
    /// CISA: track, track*, attend, act.
    CisaCoordinator = "cisa_coordinator_2_0_3",
    /// Whether a coordinator publishes.
    CoordinatorPublish = "coordinator_publish_decision_table_1_0_0",
    /// Whether a coordinator takes a case.
    CoordinatorTriage = "coordinator_triage_1_0_0",
    /// How soon a deployer applies a patch.
    Deployer = "deployer_patch_application_priority_1_0_0",
    /// Human impact, of safety and mission.
    HumanImpact = "human_impact_1_0_0",
    /// Public safety impact, of safety.
    PublicSafetyImpact = "public_safety_impact_1_0_0",
    /// How soon a supplier makes a patch.
    Supplier = "supplier_patch_development_priority_1_0_0",
    /// Utility to an adversary, of automatable and value density.
    Utility = "utility_1_0_0",
    /// CVSS 4.0: severity of equivalence sets.
    CvssSeverity = "cvss_v4_0_qualitative_severity_ratings_4_0_0",
    /// CVSS 4.0: equivalence set 1.
    CvssSet1 = "cvss_v4_equivalence_set_1_1_0_0",
    /// CVSS 4.0: equivalence set 2.
    CvssSet2 = "cvss_v4_equivalence_set_2_1_0_0",
    /// CVSS 4.0: equivalence set 3.
    CvssSet3 = "cvss_v4_equivalence_set_3_1_0_0",
    /// CVSS 4.0: equivalence set 4.
    CvssSet4 = "cvss_v4_equivalence_set_4_1_0_0",
    /// CVSS 4.0: equivalence set 5.
    CvssSet5 = "cvss_v4_equivalence_set_5_1_0_0",
    /// CVSS 4.0: equivalence set 6.
    CvssSet6 = "cvss_v4_equivalence_set_6_1_0_0",
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    // Our own files, each read by a test.
    BuiltIn::ALL.iter().map(|t| Table::parse(t.text()).expect("a table of the crate")).collect()
});

impl BuiltIn {
    /// The table.
    pub fn table(self) -> &'static Table {
        &TABLES[self as usize]
    }

    /// The table that decides a point of another, if one does: human impact, public safety impact, utility. The equivalence sets of
    /// CVSS are left out: two of them ask the same questions, and sets of values that were derived apart would allow more than
    /// there is.
    pub(super) fn of_outcome(point: &str) -> Option<&'static Table> {
        let tables = [Self::HumanImpact, Self::PublicSafetyImpact, Self::Utility];
        tables.into_iter().map(Self::table).find(|table| table.outcome.id == point)
    }

    /// A point that any table asks for.
    pub fn point(id: &str) -> Option<&'static Point> {
        Self::ALL.iter().flat_map(|table| &table.table().points).find(|point| point.id == id)
    }
}
