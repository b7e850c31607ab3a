//! What the language can say.

use crate::{error::Failure, expr::Expr, target::Context};

pub(super) fn query(_context: &Context<'_>, _expr: &Expr<'_>) -> Result<String, Failure> {
    Err(Failure::expression("later"))
}
