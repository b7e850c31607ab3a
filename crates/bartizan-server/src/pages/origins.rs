//! Where a report came from, for its history.

use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::{Origin, Report};
use bartizan_workbench::{Deed, Moment};

use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

/// By which sources of the visitor's organisation it came, and when.
pub(super) async fn came(app: &App, visit: &Visit, report: &Report) -> Result<Vec<Deed>, Stop> {
    let found = app.store.report_origins(&report.uuid).await.map_err(|e| visit.stop(&e))?;
    let own = found.into_iter().filter(|o| visit.may(Verb::Read, &Thing::Library(o.organisation)));
    let deed = |o: Origin| Deed {
        at: Moment(o.at),
        who: o.title,
        what: format!("brought it, a source: {}", crate::sources::shown(&o.item)),
    };
    Ok(own.map(deed).collect())
}
