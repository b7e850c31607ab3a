//! CrowdStrike LogScale, Carbon Black, Cortex XDR, SentinelOne.

mod carbonblack;
mod cortex;
mod crowdstrike;
mod sentinelone;

use super::{Context, Dialect, Label, Op, Piece, Target};
use crate::{
    expr::{Expr, Match},
    rule::Value,
};

pub(super) const TARGETS: &[Target] = &[
    crowdstrike::TARGET,
    carbonblack::TARGET,
    cortex::TARGET,
    sentinelone::DEEP_VISIBILITY,
    sentinelone::POWER_QUERY,
];

pub(super) const LABELS: &[Label] = &[
    label("crowdstrike-logscale-fdr", "log_scale", &["crowdstrike_fdr"]),
    label("crowdstrike-logscale-falcon", "log_scale", &["crowdstrike_falcon"]),
    label("carbonblack", "carbon_black", &["carbonblack"]),
    label("cortexxdr", "cortex_xdr", &[]),
    label("sentinelone-dv", "sentinel_one", &[]),
    label("sentinelone-pq", "sentinel_one_pq", &[]),
];

const fn label(name: &'static str, target: &'static str, pipelines: &'static [&'static str]) -> Label {
    Label { name, target, pipelines, format: "default" }
}

/// Alternatives made by a modifier, in brackets.
fn alternatives(
    dialect: &dyn Dialect,
    context: &mut Context<'_>,
    field: Option<&str>,
    values: &[Value],
) -> Piece {
    let parts: Vec<Expr<'_>> = values.iter().map(|value| Expr::Match(Match { field, value })).collect();
    let text = dialect.join(context, Op::Or, dialect.grammar().or, &parts)?;
    Ok(text.map(|text| if parts.len() > 1 { dialect.group(text) } else { text }))
}
