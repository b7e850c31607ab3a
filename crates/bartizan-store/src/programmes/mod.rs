//! Model testing: programmes, windows, grants and the calls of the broker, files, editions. As with cases, the log of a window is what
//! counts; columns beside it are derived from its fold and written in the transaction that adds to it.

mod broker;
mod editions;
mod files;
mod grants;
mod rules;
mod windows;

use bartizan_clearinghouse::access::{OrganisationId, PersonId};

pub use broker::{CallLine, GrantStanding};
pub use editions::{KeptEdition, SourceVersion};
pub use files::TestFile;
pub use grants::{NewTestGrant, TestEndpoint, TestGrant};
pub use rules::{NewProgramme, ProgrammeEntry};
pub use windows::{
    NewWindow, WindowColumns, WindowEffects, WindowEntry, WindowEvent, WindowLog, WindowQuestion,
};

/// Who has which part in a window: a person and the programme's word for the part.
pub type Part = (PersonId, String);

fn window_thing(uuid: &str) -> String {
    format!("test-window/{uuid}")
}

fn programme_thing(uuid: &str) -> String {
    format!("programme/{uuid}")
}

fn organisation(number: i64) -> OrganisationId {
    number.into()
}
