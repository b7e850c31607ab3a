//! Filters and paging (sections 3.4 and 3.5).

use bartizan_clearinghouse::{time, token};
use bartizan_store::{Filter, VersionWanted};

use super::problem::Problem;

/// The most identifiers and versions of the specification in one request.
const MOST: usize = 500;
/// The most types: each is a walk of its own.
const MOST_TYPES: usize = 40;
/// The most versions.
const MOST_VERSIONS: usize = 40;
/// Objects on a page when nobody says how many.
const USUAL: usize = 1000;

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) filter: Filter,
    pub(super) limit: usize,
    /// Of the filter and the collection: what a `next` is bound to.
    check: String,
}

impl Wanted {
    /// From the query of a request about a collection. `max` is the most on a page.
    pub(crate) fn parse(query: &str, collection: &str, max: usize) -> Result<Self, Problem> {
        let mut wanted = Self { filter: Filter::default(), limit: USUAL.min(max), check: String::new() };
        let mut next = None;
        let mut bound: Vec<String> = vec![collection.to_owned()];
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "added_after" => {
                    let text = "added_after is an RFC 3339 time such as 2026-01-31T12:00:00.000000Z";
                    let after = time::parse(&value).ok_or_else(|| Problem::bad(text))?;
                    wanted.filter.after = wanted.filter.after.max(Some(after));
                }
                "limit" => {
                    let limit: usize = value
                        .parse()
                        .ok()
                        .filter(|n| *n > 0)
                        .ok_or_else(|| Problem::bad("limit is a whole number from 1"))?;
                    wanted.limit = limit.min(max);
                }
                "next" => next = Some(value.into_owned()),
                "match[id]" => list(&mut wanted.filter.ids, &value)?,
                "match[type]" => list(&mut wanted.filter.types, &value)?,
                "match[spec_version]" => list(&mut wanted.filter.specs, &value)?,
                "match[version]" => {
                    let mut texts = Vec::new();
                    list(&mut texts, &value)?;
                    for text in &texts {
                        wanted.filter.versions.push(version(text)?);
                    }
                    bound.push(format!("v={texts:?}"));
                }
                // Section 3.4.3: filters that are not known are ignored.
                _ => {}
            }
        }
        wanted.filter.versions.sort();
        wanted.filter.versions.dedup();
        for list in [&mut wanted.filter.ids, &mut wanted.filter.types, &mut wanted.filter.specs] {
            list.sort();
            list.dedup();
            bound.push(format!("{list:?}"));
        }
        for (count, most, what) in [
            (wanted.filter.types.len(), MOST_TYPES, "types"),
            (wanted.filter.versions.len(), MOST_VERSIONS, "versions"),
        ] {
            if count > most {
                return Err(Problem::bad(format!("a request names at most {most} {what}")));
            }
        }
        wanted.check = token::digest(&bound.join("\n"))[..12].to_owned();
        if let Some(next) = next {
            let after = wanted
                .place(&next)
                .ok_or_else(|| Problem::bad("next is not one that this request's filters were given"))?;
            wanted.filter.after = wanted.filter.after.max(Some(after));
        }
        Ok(wanted)
    }

    /// The `next` that goes on after an object: the same whenever it is asked for, and as often.
    pub(crate) fn next(&self, added: i64) -> String {
        format!("{added:x}-{}", self.check)
    }

    fn place(&self, next: &str) -> Option<i64> {
        let (place, check) = next.split_once('-')?;
        (check == self.check).then(|| i64::from_str_radix(place, 16).ok())?.filter(|n| *n >= 0)
    }
}

fn list(into: &mut Vec<String>, value: &str) -> Result<(), Problem> {
    if value.contains(char::is_control) {
        return Err(Problem::bad("a filter has no control characters"));
    }
    into.extend(value.split(',').map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned));
    if into.len() > MOST {
        return Err(Problem::bad(format!("a filter has at most {MOST} values")));
    }
    Ok(())
}

fn version(text: &str) -> Result<VersionWanted, Problem> {
    Ok(match text {
        "first" => VersionWanted::First,
        "last" => VersionWanted::Last,
        "all" => VersionWanted::All,
        _ => VersionWanted::At(
            time::parse(text)
                .ok_or_else(|| Problem::bad("match[version] is first, last, all or an RFC 3339 time"))?,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_belongs_to_its_filters_and_its_collection() {
        let wanted = Wanted::parse("match[type]=malware,tool&limit=5", "c1", 100).expect("a query");
        assert_eq!(wanted.limit, 5);
        let next = wanted.next(1_700_000_000_000_001);
        let again = Wanted::parse(&format!("match%5Btype%5D=tool%2Cmalware&next={next}"), "c1", 100);
        assert_eq!(again.expect("the same filters").filter.after, Some(1_700_000_000_000_001));
        for other in [format!("next={next}"), format!("match[type]=tool&next={next}")] {
            assert!(Wanted::parse(&other, "c1", 100).is_err(), "{other}");
        }
        let elsewhere = format!("match[type]=malware,tool&next={next}");
        assert!(Wanted::parse(&elsewhere, "c2", 100).is_err());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for query in [
            "limit=0",
            "limit=-5",
            "limit=abc",
            "limit=",
            "added_after=yesterday",
            "match[version]=soon",
            "next=made-up",
            "next=-",
            "next=",
            "match[id]=%00",
        ] {
            assert!(Wanted::parse(query, "c", 100).is_err(), "{query}");
        }
        assert!(Wanted::parse("unknown=1&match[x]=2&%zz=%", "c", 100).is_ok());
        assert_eq!(Wanted::parse("limit=100000", "c", 100).expect("bounded").limit, 100);
    }
}
