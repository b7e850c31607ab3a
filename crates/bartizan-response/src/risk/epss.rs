//! EPSS: how likely each known vulnerability is to be exploited in the next 30 days, from the daily file of FIRST
//! (`epss_scores-YYYY-MM-DD.csv`). The caller reads the file and unpacks it; a hostile one costs bounded memory.

use jiff::civil::Date;

/// Largest file, unpacked, in bytes. A real one has some 10 MB.
pub const MOST_BYTES: usize = 128 << 20;
/// Most rows; a real file has some 300,000.
pub const MOST_ROWS: usize = 2_000_000;
/// Days after its own that an estimate speaks of.
pub const DAYS: i64 = 30;

/// A day's estimates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Epss {
    /// Version of the model, as the file says it; empty if it does not.
    pub model: String,
    /// Day of the estimates; none if the file does not say it.
    pub date: Option<Date>,
    /// By CVE, each once.
    rows: Vec<Row>,
    /// What is wrong with the file. Nothing of it is fatal.
    pub faults: Vec<Fault>,
}

/// An estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Probability of exploitation activity within [`DAYS`] days of the date, 0–1.
    pub probability: f32,
    /// Share of all vulnerabilities that are at most as likely, 0–1.
    pub percentile: f32,
}

/// A row; its members are in an order that wastes no memory.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    number: u64,
    estimate: Estimate,
    line: u32,
    year: u16,
}

impl Row {
    fn key(&self) -> (u16, u64) {
        (self.year, self.number)
    }
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// A row is no CVE with a probability and a percentile of 0 to 1. It is left out.
    Row,
    /// A CVE stands there twice. The higher probability counts.
    Duplicate,
    /// The file has more than [`MOST_ROWS`] rows. The rest is left out.
    Rows,
    /// The file does not say its day, so nobody can tell whether it still holds.
    Undated,
}

impl Code {
    /// All codes.
    pub const ALL: [Self; 4] = [Self::Row, Self::Duplicate, Self::Rows, Self::Undated];

    /// The stable text, `epss.row`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Row => "epss.row",
            Self::Duplicate => "epss.duplicate",
            Self::Rows => "epss.rows",
            Self::Undated => "epss.undated",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Row => "no CVE with a probability and a percentile of 0 to 1; left out",
            Self::Duplicate => "a CVE that stands there twice; the higher probability counts",
            Self::Rows => "beyond the most rows that are read; left out",
            Self::Undated => "no day of the estimates",
        }
    }
}

/// Something wrong with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub code: Code,
    /// Line on which it is first, from 1.
    pub line: usize,
    /// On how many lines it is.
    pub count: usize,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.code.words())?;
        if self.count > 1 {
            write!(f, " ({} lines)", self.count)?;
        }
        Ok(())
    }
}

/// Reads a day's file, unpacked.
///
/// # Errors
/// If the file is larger than [`MOST_BYTES`], has no heading `cve,epss,percentile`, or no row that can be read.
pub fn parse(bytes: &[u8]) -> Result<Epss, String> {
    parse_rows(bytes, MOST_ROWS)
}

fn parse_rows(bytes: &[u8], most: usize) -> Result<Epss, String> {
    if bytes.len() > MOST_BYTES {
        return Err(format!("an EPSS file has at most {} MiB", MOST_BYTES >> 20));
    }
    let mut epss = Epss::default();
    let mut faults = Faults::default();
    let mut headed = false;
    for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
        let number = index + 1;
        let line = line.trim_ascii();
        let text = std::str::from_utf8(line).unwrap_or("?");
        match text.strip_prefix('#') {
            _ if text.is_empty() => {}
            Some(about) if !headed => epss.about(about),
            _ if !headed => {
                if !text.eq_ignore_ascii_case("cve,epss,percentile") {
                    return Err(format!("line {number}: no EPSS file: its heading is cve,epss,percentile"));
                }
                headed = true;
            }
            _ if epss.rows.len() == most => faults.add(Code::Rows, number),
            _ => match row(text, number) {
                Some(row) => epss.rows.push(row),
                None => faults.add(Code::Row, number),
            },
        }
    }
    if epss.rows.is_empty() {
        return Err("no EPSS file: it has no row of cve,epss,percentile that can be read".to_owned());
    }
    if epss.date.is_none() {
        faults.add(Code::Undated, 1);
    }
    epss.join(&mut faults);
    epss.faults = faults.0;
    Ok(epss)
}

/// `CVE-1999-0001,0.00383,0.69949`
fn row(text: &str, line: usize) -> Option<Row> {
    let mut cells = text.split(',');
    let (cve, probability, percentile) = (cells.next()?, cells.next()?, cells.next()?);
    let share = |cell: &str| cell.trim().parse().ok().filter(|x| (0.0..=1.0).contains(x));
    let estimate = Estimate { probability: share(probability)?, percentile: share(percentile)? };
    let (year, number) = key(cve.trim())?;
    let line = u32::try_from(line).unwrap_or(u32::MAX);
    cells.next().is_none().then_some(Row { number, estimate, line, year })
}

/// Of `CVE-2024-3400`. The rule for CVE ids allows numbers of up to 19 digits.
fn key(cve: &str) -> Option<(u16, u64)> {
    let (year, number) = cve.get(4..)?.split_once('-')?;
    let prefix = cve.get(..4)?.eq_ignore_ascii_case("CVE-");
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let whole = prefix && year.len() == 4 && digits(year) && digits(number);
    whole.then_some((year.parse().ok()?, number.parse().ok()?))
}

impl Epss {
    /// `model_version:v2025.03.14,score_date:2025-05-01T12:55:00Z`
    fn about(&mut self, text: &str) {
        for part in text.split(',') {
            match part.split_once(':') {
                Some(("model_version", value)) => {
                    self.model = value.chars().filter(|c| c.is_ascii_graphic()).take(40).collect();
                }
                Some(("score_date", value)) => {
                    self.date = value.get(..10).and_then(|day| day.parse().ok());
                }
                _ => {}
            }
        }
    }

    /// Sorts, and makes one of rows of the same CVE.
    fn join(&mut self, faults: &mut Faults) {
        // The highest probability of a CVE comes first, and stays.
        self.rows.sort_by(|a, b| {
            let (one, other) = (a.estimate, b.estimate);
            a.key()
                .cmp(&b.key())
                .then(other.probability.total_cmp(&one.probability))
                .then(other.percentile.total_cmp(&one.percentile))
        });
        let mut twice = Fault { code: Code::Duplicate, line: usize::MAX, count: 0 };
        self.rows.dedup_by(|next, kept| {
            let same = next.key() == kept.key();
            if same {
                twice.count += 1;
                twice.line = twice.line.min(next.line.max(kept.line) as usize);
                // The earliest stays for comparison: a repetition is the later line of two.
                kept.line = kept.line.min(next.line);
            }
            same
        });
        if twice.count > 0 {
            faults.0.push(twice);
        }
    }

    /// The estimate for `CVE-…`, if there is one.
    pub fn of(&self, cve: &str) -> Option<Estimate> {
        let key = key(cve)?;
        let index = self.rows.binary_search_by_key(&key, Row::key).ok()?;
        self.rows.get(index).map(|row| row.estimate)
    }

    /// How many vulnerabilities have an estimate.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Whether the estimates still speak of the day `now`: at most [`DAYS`] days old.
    pub fn holds(&self, now: Date) -> bool {
        let days = |date: Date| (now - date).get_days();
        self.date.is_some_and(|date| i64::from(days(date)) <= DAYS)
    }
}

#[derive(Debug, Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, code: Code, line: usize) {
        match self.0.iter_mut().find(|f| f.code == code) {
            Some(known) => known.count += 1,
            None => self.0.push(Fault { code, line, count: 1 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_bounded() {
        let text =
            "cve,epss,percentile\nCVE-2020-0001,0.1,0.5\nCVE-2020-0002,0.1,0.5\nCVE-2020-0003,0.1,0.5\n";
        let epss = parse_rows(text.as_bytes(), 2).expect("readable");
        assert_eq!(epss.count(), 2);
        assert_eq!(epss.faults[0], Fault { code: Code::Rows, line: 4, count: 1 });
    }
}
