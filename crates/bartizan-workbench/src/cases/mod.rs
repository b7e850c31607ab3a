//! Cases of coordination: the queue, the room of a case, a thread, dates, reports that may be one.

mod act;
mod calendar;
mod pairs;
mod queue;
mod room;
mod talk;

pub use act::{ActForm, Field, FieldKind};
pub use calendar::{Calendar, CalendarDay, CalendarLine};
pub use pairs::{Compare, CompareLine, PairLine, Pairs};
pub use queue::{CaseLine, Cases};
pub use room::{
    Acts, AttemptLine, CaseReportLine, CaseRoom, Clock, Decided, IncidentLine, KnowerLine, Local, MemberLine,
    PointLine, ProductLine, ProposalLine, Step,
};
pub use talk::{CaseThread, MessageLine, Timeline, TimelineLine};
