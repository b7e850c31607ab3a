//! Which knowledge pack is in use.

use bartizan_knowledge::Pack;

use crate::args::Global;
use crate::exit::{Exit, Failure};

/// The pack of `--pack`, else the built-in one.
pub fn open(global: &Global) -> Result<&'static Pack, Failure> {
    let Some(path) = &global.pack else { return Ok(Pack::built_in()) };
    let path_text = path.display();
    let bytes = std::fs::read(path).map_err(|e| {
        Failure::new(Exit::Config, "pack.unreadable", format!("cannot read {path_text}: {e}"))
    })?;
    Pack::open(bytes).map_err(|e| Failure::new(Exit::Config, "pack.invalid", format!("{path_text}: {e}")))
}
