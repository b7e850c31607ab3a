//! Names in no list that the text itself introduces.

use super::mention::Mention;
use super::prose::Prose;

/// Adds mentions of names by their form and by how the text introduces them.
pub(super) fn extend(_prose: &Prose<'_>, _mentions: &mut Vec<Mention>) {}
