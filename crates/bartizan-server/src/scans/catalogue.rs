//! The coordinator's catalogue.

use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::scan::catalogue::{self, Names};
use bartizan_store::{DeskEntry, Listed, ScanUnits};

use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// Adds projects to the catalogue of the own desk, one a line with all its names.
pub(crate) async fn list(app: &App, acting: &Acting<'_>, lines: &[&str]) -> Result<ScanUnits, Wrong> {
    let desk = own_desk(acting)?;
    let lines = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    let mut projects: Vec<Names> = Vec::new();
    for (n, line) in lines.enumerate() {
        let wrong = |reason: String| Wrong::Unfit(format!("Line {}: {reason}.", n + 1));
        if n >= catalogue::MOST {
            return Err(Wrong::Unfit(format!("At most {} at once.", catalogue::MOST)));
        }
        projects.push(catalogue::names(line, "things").map_err(|fault| wrong(fault.reason))?);
    }
    let mut secret = [0; 32];
    app.around.fill(&mut secret);
    let rules = &app.config.scan;
    match app.store.add_units(&acting.by(), desk.organisation, &projects, rules, &secret).await? {
        Listed::Done(units) => Ok(units),
        Listed::Full => Err(Wrong::Unfit("The catalogue would have more than it may.".into())),
        Listed::Clash(clash) => {
            let text = format!("Nothing was added: {clash}. Remove one of them first; see what that means.");
            Err(Wrong::Late(text))
        }
    }
}

/// Removes a project, by one of its names, from the catalogue of the own desk.
pub(crate) async fn unlist(app: &App, acting: &Acting<'_>, name: &str) -> Result<(), Wrong> {
    let desk = own_desk(acting)?;
    let wrong = |reason: String| Wrong::Unfit(format!("{reason}."));
    let names = catalogue::names(name, "thing").map_err(|fault| wrong(fault.reason))?;
    let (Some(name), 1) = (names.first(), names.len()) else {
        return Err(wrong("A project is removed by one of its names".into()));
    };
    let removed = app.store.remove_unit(&acting.by(), desk.organisation, name).await?;
    if removed { Ok(()) } else { Err(Wrong::NotThere) }
}

/// The desk of the own organisation, for who coordinates there.
fn own_desk<'a>(acting: &Acting<'a>) -> Result<&'a DeskEntry, Wrong> {
    let (own, _) = acting.known()?;
    let desk = acting.directory.desks.get(&own).ok_or(Wrong::NotThere)?;
    acting.must(
        Verb::Manage,
        &Thing::Desk(own, !desk.closed),
        "Only a coordinator of the desk's organisation keeps its catalogue, with a token for managing.",
    )?;
    Ok(desk)
}
