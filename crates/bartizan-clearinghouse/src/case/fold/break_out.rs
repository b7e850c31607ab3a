//! What got out, and what is decided about it.

use super::{Case, MOST_TERMS};
use crate::case::breaks::{Course, Exposure, Incident, plan};
use crate::case::fault::{Code, Refusal, need};
use crate::case::name::{Name, Words};

impl Case {
    pub(super) fn break_out(&mut self, name: &Name, incident: Incident) -> Result<(), Refusal> {
        need(self.incidents.len() < MOST_TERMS, Code::TooMany)?;
        need(!self.incidents.contains_key(name), Code::NameTaken)?;
        self.incidents.insert(name.clone(), incident);
        Ok(())
    }

    pub(super) fn decide(
        &mut self,
        by: &Name,
        at: i64,
        name: &Name,
        course: Course,
        reason: Option<&Words>,
    ) -> Result<(), Refusal> {
        self.coordinates(by)?;
        let incident =
            self.incidents.get_mut(name).filter(|i| i.decided.is_none()).ok_or(Code::UnknownBreak)?;
        let usual = plan(incident.exposure, incident.origin).course;
        need(incident.exposure != Exposure::Full || course == Course::Accelerate, Code::BreakFull)?;
        need(course == usual || reason.is_some(), Code::ReasonNeeded)?;
        incident.decided = Some((course, at, reason.cloned()));
        Ok(())
    }
}
