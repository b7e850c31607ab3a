//! One statement of an advisory against one component.

use super::answer::{Answer, ReasonCode, Verdict};
use super::{Affected, Product, Versions, events};
use crate::cpe::Inside;
use crate::inventory::Component;
use crate::purl::Purl;
use crate::vers::{Range, Scheme};

/// The answer, or `None` if the component is another product.
pub(super) fn evaluate(affected: &Affected, component: &Component) -> Option<Answer> {
    match &affected.product {
        Product::Purl(purl) => by_purl(affected, purl, component),
        Product::Cpe(range) => {
            let answers = component.cpes.iter().filter_map(|cpe| by_cpe(affected, range, cpe, component));
            answers.max_by_key(|a| a.verdict).or_else(|| by_name(affected, component))
        }
        Product::Name { .. } => by_name(affected, component),
    }
}

fn by_purl(affected: &Affected, purl: &Purl, component: &Component) -> Option<Answer> {
    let Some(own) = &component.purl else { return by_name(affected, component) };
    if own.kind() != purl.kind() || own.namespace() != purl.namespace() || own.name() != purl.name() {
        return by_name(affected, component);
    }
    let mut open = None;
    for (key, value) in purl.qualifiers() {
        // Where a package is fetched from, and its epoch, which is part of the version, do not make it another one.
        if matches!(
            key.as_str(),
            "repository_url" | "download_url" | "vcs_url" | "checksum" | "file_name" | "epoch"
        ) {
            continue;
        }
        match own.qualifiers().get(key) {
            Some(own) if own == value => {}
            // The source of a package stands for all that is built from it.
            _ if key == "arch" && value == "source" => {}
            Some(_) => return None,
            None => open = Some(format!("the inventory does not say {key}, the advisory says {value}")),
        }
    }
    let mut stated = affected.versions.clone();
    if let Some(version) = purl.comparable_version() {
        stated.push(Versions::Listed(Scheme::named(purl.kind()), vec![version]));
    }
    let answer = by_versions(&stated, component.comparable_version().as_deref());
    Some(match open {
        Some(open) if answer.verdict == Verdict::Affected => Answer::new(
            Verdict::Unknown,
            ReasonCode::LeftOpen,
            answer.reason.version.as_deref(),
            answer.reason.range,
            open,
        ),
        _ => answer,
    })
}

fn by_cpe(
    affected: &Affected,
    range: &crate::cpe::CpeRange,
    cpe: &crate::cpe::Cpe,
    component: &Component,
) -> Option<Answer> {
    // A component may state its version beside a CPE name that leaves it open.
    let mut cpe = cpe.clone();
    let version = component.version.as_deref();
    let open = !matches!(cpe.get(crate::cpe::Attribute::Version), crate::cpe::Value::Text(_));
    if let Some(version) = version.filter(|_| open) {
        cpe = cpe.with(crate::cpe::Attribute::Version, crate::cpe::Value::literal(version));
    }
    let written = range.to_string();
    let stated = cpe.plain(crate::cpe::Attribute::Version);
    let named =
        |verdict, code, why: &str| Some(Answer::new(verdict, code, stated.as_deref(), written.clone(), why));
    let answer = match range.matches(&cpe) {
        Inside::OtherProduct => return None,
        Inside::Yes => named(Verdict::Affected, ReasonCode::InRange, "by the order of generic versions"),
        Inside::No => named(Verdict::NotAffected, ReasonCode::OutOfRange, "by the order of generic versions"),
        Inside::Perhaps(why) if why.starts_with("Version") => {
            named(Verdict::Unknown, ReasonCode::NoVersion, "the inventory states no version")
        }
        Inside::Perhaps(why) if why == "the version has no number" => {
            named(Verdict::Unknown, ReasonCode::ForeignVersion, &why)
        }
        Inside::Perhaps(why) => named(Verdict::Unknown, ReasonCode::LeftOpen, &why),
    }?;
    // Further lists of the advisory hold where the name itself leaves every version in.
    if affected.versions.is_empty() || answer.verdict == Verdict::NotAffected {
        return Some(answer);
    }
    Some(by_versions(&affected.versions, component.comparable_version().or(stated).as_deref()))
}

/// Only for components that no identifier tells apart; never more than "perhaps".
fn by_name(affected: &Affected, component: &Component) -> Option<Answer> {
    if identified(component) {
        return None;
    }
    let product = match &affected.product {
        Product::Purl(purl) => purl.name().to_lowercase(),
        Product::Cpe(range) => range.name.as_ref()?.plain(crate::cpe::Attribute::Product)?,
        Product::Name { product, .. } => product.to_lowercase(),
    };
    let own = simple_name(component);
    (own == product || own == product.replace('_', " ")).then(|| {
        let why = "only the names agree; no package URL or CPE name is given";
        Answer::new(Verdict::Unknown, ReasonCode::NameOnly, component.version.as_deref(), product, why)
    })
}

/// Has an identifier that says which product it is: package URLs of types without a registry do not.
pub(super) fn identified(component: &Component) -> bool {
    !component.cpes.is_empty()
        || component.purl.as_ref().is_some_and(|p| !matches!(p.kind(), "generic" | "swid"))
}

/// The name without its group, in lower case.
pub(super) fn simple_name(component: &Component) -> String {
    component.name.rsplit('/').next().unwrap_or_default().trim().to_lowercase()
}

/// Affected by any of the lists; unknown if any of them cannot be decided; otherwise not.
fn by_versions(versions: &[Versions], version: Option<&str>) -> Answer {
    if versions.is_empty() {
        let why = "the advisory states no versions";
        return Answer::new(Verdict::Unknown, ReasonCode::NothingStated, version, "", why);
    }
    let mut best: Option<Answer> = None;
    for one in versions {
        let answer = by_one(one, version);
        if answer.verdict == Verdict::Affected {
            return answer;
        }
        best = match best {
            Some(best) if best.verdict >= answer.verdict => Some(best),
            _ => Some(answer),
        };
    }
    best.unwrap_or_else(|| Answer::new(Verdict::Unknown, ReasonCode::NothingStated, version, "", ""))
}

fn by_one(versions: &Versions, version: Option<&str>) -> Answer {
    if *versions == Versions::All {
        return Answer::new(
            Verdict::Affected,
            ReasonCode::EveryVersion,
            version,
            "",
            "every version is affected",
        );
    }
    let written = || match versions {
        Versions::All => String::new(),
        Versions::Range(range) => range.to_string(),
        Versions::Events(_, events) => events::written(events),
        Versions::Listed(_, list) => list.join(", "),
    };
    let unknown = |code, why: String| Answer::new(Verdict::Unknown, code, version, written(), why);
    if let Versions::Range(range) = versions
        && range.constraints().is_none()
        && range.kind() != "none"
    {
        return Answer::new(
            Verdict::Affected,
            ReasonCode::EveryVersion,
            version,
            written(),
            "every version is affected",
        );
    }
    let empty = match versions {
        Versions::All => false,
        Versions::Range(range) => range.constraints().is_some_and(<[_]>::is_empty),
        Versions::Events(_, events) => !events.iter().any(|e| matches!(e, super::Event::Introduced(_))),
        Versions::Listed(_, list) => list.is_empty(),
    };
    if empty {
        return unknown(ReasonCode::NothingStated, "the advisory states no affected version".into());
    }
    let Some(own) = version.map(str::trim).filter(|v| !v.is_empty()) else {
        return unknown(ReasonCode::NoVersion, "the inventory states no version".into());
    };
    let scheme = match versions {
        Versions::Range(range) => range.scheme(),
        Versions::Events(scheme, _) | Versions::Listed(scheme, _) => *scheme,
        Versions::All => None,
    };
    if let Versions::Listed(_, list) = versions
        && let Some(listed) = list.iter().find(|l| l.as_str() == own)
    {
        return Answer::new(
            Verdict::Affected,
            ReasonCode::Listed,
            version,
            written(),
            format!("is {listed}"),
        );
    }
    let Some(scheme) = scheme else {
        return unknown(ReasonCode::NoOrder, "the order of these versions is not known".into());
    };
    if !scheme.is_version(own) {
        return unknown(ReasonCode::ForeignVersion, format!("not a version of {}", scheme.as_str()));
    }
    if let Some(foreign) = stated(versions).into_iter().find(|v| !scheme.is_version(v)) {
        let why = format!(
            "the advisory's {} is not a version of {}",
            crate::error::quoted(foreign),
            scheme.as_str()
        );
        return unknown(ReasonCode::ForeignVersion, why);
    }
    let (inside, code, comparison) = match versions {
        Versions::Range(range) => in_range(range, own),
        Versions::Events(_, list) => {
            let (inside, why) = events::affected(scheme, list, own);
            (inside, ReasonCode::InRange, why)
        }
        Versions::Listed(_, list) => {
            let equal = list.iter().find(|l| scheme.compare(l, own).is_eq());
            (
                equal.is_some(),
                ReasonCode::Listed,
                equal.map_or("is not listed".into(), |l| format!("equals {l}")),
            )
        }
        Versions::All => (true, ReasonCode::EveryVersion, String::new()),
    };
    let comparison = format!("{comparison} ({})", scheme.as_str());
    if inside {
        Answer::new(Verdict::Affected, code, version, written(), comparison)
    } else {
        Answer::new(Verdict::NotAffected, ReasonCode::OutOfRange, version, written(), comparison)
    }
}

/// The versions that an advisory compares with; `0` and `*` of OSV's events are none.
fn stated(versions: &Versions) -> Vec<&str> {
    match versions {
        Versions::All => Vec::new(),
        Versions::Range(range) => {
            range.constraints().unwrap_or_default().iter().map(|c| c.version.as_str()).collect()
        }
        Versions::Events(_, events) => {
            events.iter().map(super::Event::version).filter(|v| !matches!(*v, "0" | "*")).collect()
        }
        Versions::Listed(_, list) => list.iter().map(String::as_str).collect(),
    }
}

fn in_range(range: &Range, version: &str) -> (bool, ReasonCode, String) {
    match range.locate(version) {
        Ok((inside, bounds)) => {
            let bounds: Vec<String> = bounds.iter().map(ToString::to_string).collect();
            let sign = if inside { "in" } else { "outside" };
            (inside, ReasonCode::InRange, format!("{sign} {}", bounds.join(" ")))
        }
        // The scheme was found before.
        Err(error) => (false, ReasonCode::NoOrder, error.to_string()),
    }
}
