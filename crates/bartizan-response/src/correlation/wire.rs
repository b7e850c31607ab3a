//! The JSON form.

use schemars::JsonSchema;
use serde::Serialize;

/// The JSON form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Wire {}
