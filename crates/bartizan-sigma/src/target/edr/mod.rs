//! CrowdStrike LogScale, Carbon Black, Cortex XDR, SentinelOne.

mod carbonblack;
mod carbonblack_wide;
mod cortex;
mod cortex_wide;
mod crowdstrike;
mod sentinelone;
mod sentinelone_wide;

use super::{Context, Dialect, Label, Piece, Target};
use crate::{
    expr::{Expr, Match},
    rule::{Cidr, Part, Value},
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

/// A network as the beginnings of its addresses: these languages know `*` only.
fn network(dialect: &dyn Dialect, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
    let values: Vec<Value> = crate::target::network::patterns(cidr)
        .into_iter()
        .map(|text| {
            let loose = text.parts().iter().position(|part| *part == Part::One);
            let text = loose.map_or_else(|| text.clone(), |at| text.slice(0, at).close());
            Value::Text { text, cased: false }
        })
        .collect();
    let one = |value| Expr::Match(Match { field: Some(field), value });
    match values.as_slice() {
        [value] => dialect.expr(context, &one(value)),
        values => dialect.or(context, &values.iter().map(one).collect::<Vec<_>>()),
    }
}
