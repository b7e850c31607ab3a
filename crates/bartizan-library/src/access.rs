//! What of a library may be shown where.

use bartizan_stix::Tlp;

/// Rank of a marking in the database: 0 `TLP:CLEAR` to 4 `TLP:RED`.
pub(crate) fn rank(marking: Tlp) -> i64 {
    Tlp::ALL.iter().position(|t| *t == marking).unwrap_or(Tlp::ALL.len()) as i64
}

/// The marking of a rank; what is no rank is the strictest.
pub(crate) fn marking(rank: i64) -> Tlp {
    usize::try_from(rank).ok().and_then(|i| Tlp::ALL.get(i)).copied().unwrap_or(Tlp::Red)
}

/// The highest rank that may be shown in something marked so: a package may not tell of an analysis that its own readers may
/// not see, not even that it exists. Every statement that reads for a package takes it.
pub(crate) fn ceiling(shown_in: Tlp) -> i64 {
    rank(shown_in)
}

/// Condition on a row `a` of `analysis`: it may be shown below a ceiling, and is the newest edition of its line that may. An
/// edition that may not be shown hides none that may. Two parameters, both the ceiling.
pub(crate) const NEWEST_SHOWN: [&str; 2] = [
    "a.marking <= ",
    " AND NOT EXISTS (SELECT 1 FROM analysis AS later
        WHERE later.line = a.line AND later.number > a.number AND later.marking <= ",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_follow_the_order_of_restriction_and_unknown_ones_are_strict() {
        for (i, tlp) in Tlp::ALL.into_iter().enumerate() {
            assert_eq!(rank(tlp), i as i64);
            assert_eq!(marking(rank(tlp)), tlp);
        }
        assert_eq!(marking(-1), Tlp::Red);
        assert_eq!(marking(17), Tlp::Red);
    }
}
