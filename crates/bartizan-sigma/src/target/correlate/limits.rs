//! What platforms say of windows and comparisons: asked of a plan, refused where it does not fit, told where it differs.

use super::{Judged, Part, Plan};
use crate::{
    error::{Failure, Note},
    rule::correlation::{Kind, Sign, Timespan},
};

impl<'c> Plan<'c> {
    /// The one rule of a correlation that counts events.
    ///
    /// # Errors
    /// Where it has several.
    pub fn one_rule(&self) -> Result<(&Part<'c>, &str), Failure> {
        match self.rules()?.as_slice() {
            [(part, _, stream)] => Ok((part, stream)),
            _ => Err(Failure::expression("the events of several rules counted together")),
        }
    }

    /// The comparisons of the measure, as `name sign number`, where the language only has `>` and `>=` for them.
    ///
    /// # Errors
    /// Any other comparison.
    pub fn only_above(&self, name: &str) -> Result<Vec<String>, Failure> {
        let one = |(sign, number): &(Sign, String)| match sign {
            Sign::Greater | Sign::GreaterEqual => Ok(format!("{name} {} {number}", sign.sign("="))),
            _ => Err(Failure::expression("a comparison other than `gt` and `gte` of what is counted")),
        };
        self.checks().unwrap_or_default().iter().map(one).collect()
    }

    /// The window in whole minutes.
    ///
    /// # Errors
    /// Where it has seconds as well.
    pub fn minutes(&self) -> Result<u64, Failure> {
        match self.timespan().seconds() {
            seconds if seconds > 0 && seconds % 60 == 0 => Ok(seconds / 60),
            _ => Err(Failure::expression("a window that is not of whole minutes")),
        }
    }

    /// That windows are looked at in steps here and overlap: where the query is run, or where the platform begins one.
    ///
    /// # Errors
    /// Where fewer events are asked for: a window that is cut anywhere has few by chance.
    pub fn stepped_windows(&self) -> Result<Note, Failure> {
        let kind = self.correlation.kind;
        let mean = matches!(kind, Kind::ValueAvg | Kind::ValueMedian | Kind::ValuePercentile);
        if !kind.is_temporal() && !mean && self.judged() == Judged::AtEnd {
            return Err(Failure::expression("few events or values in windows that overlap"));
        }
        let Timespan { count, unit } = self.timespan();
        Ok(Note {
            code: "correlation.stepped-windows",
            message: format!(
                "windows of {count}{unit} are looked at in steps, each time the query is run or as the platform steps: longer steps than the window leave gaps"
            ),
        })
    }

    /// That windows begin at fixed times here, which the specification lets a converter do with a warning.
    pub fn fixed_windows(&self) -> Note {
        let Timespan { count, unit } = self.timespan();
        Note {
            code: "correlation.fixed-windows",
            message: format!(
                "the windows of {count}{unit} begin at fixed times: events on both sides of a border are not counted together"
            ),
        }
    }
}
