//! How urgent a case is: what was said in it, and what catalogues say of its vulnerabilities.

use bartizan_clearinghouse::priority::{BuiltIn, Decision, Facts, Kev, decide};

use super::Room;
use crate::app::App;
use crate::due::facts::catalogues;
use crate::sharing::Wrong;

/// The tables that a coordinator looks at.
const TABLES: [BuiltIn; 4] =
    [BuiltIn::CoordinatorTriage, BuiltIn::Bod2604, BuiltIn::CisaCoordinator, BuiltIn::Supplier];

/// What each table says, with its name.
pub(crate) async fn decisions(app: &App, room: &Room, now: i64) -> Result<Vec<(String, Decision)>, Wrong> {
    let mut said = room.case.said.clone();
    if !room.entry.cves.is_empty() {
        let kev = catalogues(app).await?.kev;
        // One that is exploited is enough.
        let added = room.entry.cves.iter().filter_map(|cve| kev.added.get(cve)).min().copied();
        said.extend(Facts { kev: Some(Kev { added, catalogue: kev.dated }), ..Facts::default() }.said(now));
    }
    let decided = TABLES.iter().filter_map(|built_in| {
        let table = built_in.table();
        Some((table.outcome.name.clone(), decide(table, &said).ok()?))
    });
    Ok(decided.collect())
}
