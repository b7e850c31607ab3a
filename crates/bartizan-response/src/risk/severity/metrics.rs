//! The metrics of each version with the values they can have, and a vector taken apart by them.

use super::Version;

/// A metric and its values, parted by spaces.
type Table = [(&'static str, &'static str)];

/// Version 2.0, section 2.4: six base metrics, then temporal and environmental ones.
const V2: &Table = &[
    ("AV", "L A N"),
    ("AC", "H M L"),
    ("Au", "M S N"),
    ("C", "N P C"),
    ("I", "N P C"),
    ("A", "N P C"),
    ("E", "U POC F H ND"),
    ("RL", "OF TF W U ND"),
    ("RC", "UC UR C ND"),
    ("CDP", "N L LM MH H ND"),
    ("TD", "N L M H ND"),
    ("CR", "L M H ND"),
    ("IR", "L M H ND"),
    ("AR", "L M H ND"),
];

/// Versions 3.0 and 3.1, section 6: eight base metrics, then temporal and environmental ones.
const V3: &Table = &[
    ("AV", "N A L P"),
    ("AC", "L H"),
    ("PR", "N L H"),
    ("UI", "N R"),
    ("S", "U C"),
    ("C", "H L N"),
    ("I", "H L N"),
    ("A", "H L N"),
    ("E", "X H F P U"),
    ("RL", "X U W T O"),
    ("RC", "X C R U"),
    ("CR", "X H M L"),
    ("IR", "X H M L"),
    ("AR", "X H M L"),
    ("MAV", "X N A L P"),
    ("MAC", "X L H"),
    ("MPR", "X N L H"),
    ("MUI", "X N R"),
    ("MS", "X U C"),
    ("MC", "X H L N"),
    ("MI", "X H L N"),
    ("MA", "X H L N"),
];

/// Version 4.0, section 7: eleven base metrics, then threat, environmental and supplemental ones.
const V4: &Table = &[
    ("AV", "N A L P"),
    ("AC", "L H"),
    ("AT", "N P"),
    ("PR", "N L H"),
    ("UI", "N P A"),
    ("VC", "H L N"),
    ("VI", "H L N"),
    ("VA", "H L N"),
    ("SC", "H L N"),
    ("SI", "H L N"),
    ("SA", "H L N"),
    ("E", "X A P U"),
    ("CR", "X H M L"),
    ("IR", "X H M L"),
    ("AR", "X H M L"),
    ("MAV", "X N A L P"),
    ("MAC", "X L H"),
    ("MAT", "X N P"),
    ("MPR", "X N L H"),
    ("MUI", "X N P A"),
    ("MVC", "X H L N"),
    ("MVI", "X H L N"),
    ("MVA", "X H L N"),
    ("MSC", "X H L N"),
    ("MSI", "X S H L N"),
    ("MSA", "X S H L N"),
    ("S", "X N P"),
    ("AU", "X N Y"),
    ("R", "X A U I"),
    ("V", "X D C"),
    ("RE", "X L M H"),
    ("U", "X Clear Green Amber Red"),
];

/// A valid vector taken apart.
#[derive(Clone, Debug)]
pub(super) struct Metrics<'v> {
    /// Name and value, in the order of the vector. None of them is "not defined".
    given: Vec<(&'v str, &'v str)>,
}

impl<'v> Metrics<'v> {
    /// Takes a vector apart; none if it is not valid.
    pub fn parse(vector: &'v str) -> Option<(Version, Self)> {
        let (version, rest) = match vector.split_once('/')? {
            ("CVSS:3.0", rest) => (Version::V30, rest),
            ("CVSS:3.1", rest) => (Version::V31, rest),
            ("CVSS:4.0", rest) => (Version::V40, rest),
            _ => (Version::V20, vector),
        };
        let (table, required, absent) = match version {
            Version::V20 => (V2, 6, "ND"),
            Version::V30 | Version::V31 => (V3, 8, "X"),
            Version::V40 => (V4, 11, "X"),
        };
        let mut seen = vec![false; table.len()];
        let mut given = Vec::new();
        for metric in rest.split('/') {
            let (name, value) = metric.split_once(':')?;
            let index = table.iter().position(|(n, _)| *n == name)?;
            let known = table.get(index).is_some_and(|(_, values)| values.split(' ').any(|v| v == value));
            let place = seen.get_mut(index)?;
            if !known || std::mem::replace(place, true) {
                return None;
            }
            if value != absent {
                given.push((name, value));
            }
        }
        seen.iter().take(required).all(|s| *s).then_some((version, Self { given }))
    }

    /// The vector again, without its prefix, with the metrics whose names are to be kept.
    pub fn text(&self, keep: impl Fn(&str) -> bool) -> String {
        let kept = self.given.iter().filter(|(name, _)| keep(name));
        kept.map(|(name, value)| format!("{name}:{value}")).collect::<Vec<_>>().join("/")
    }

    /// The value of a metric; empty if it is not defined.
    pub fn get(&self, name: &str) -> &'v str {
        self.given.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value)
    }

    /// The value of the modified metric `M…`, or of the base metric where that is not defined.
    pub fn modified(&self, name: &str) -> &'v str {
        let modified = self.given.iter().find(|(n, _)| n.strip_prefix('M') == Some(name));
        modified.map_or_else(|| self.get(name), |(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_vector() {
        let base = "AV:N/AC:L/Au:N/C:N/I:N/A:C";
        assert!(Metrics::parse(base).is_some());
        for wrong in [
            "",
            "/",
            "CVSS:3.1",
            "CVSS:3.1/",
            "CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N/",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:X",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N/A:N",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N/Q:N",
            "CVSS:3.1/AV:N /AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N",
            "CVSS:4.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N",
            "AV:N/AC:L/Au:N/C:N/I:N/A:",
        ] {
            assert!(Metrics::parse(wrong).is_none(), "{wrong}");
        }
    }

    /// 3.1 has `MA` beside `MAV` and `MAC`: a prefix is not the metric.
    #[test]
    fn modified_metrics_stand_for_their_base() {
        let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N/MAV:P/MA:H/MAC:X";
        let (_, metrics) = Metrics::parse(vector).expect("valid");
        let found = ["AV", "AC", "A", "C"].map(|m| metrics.modified(m));
        assert_eq!(found, ["P", "L", "H", "N"]);
    }
}
