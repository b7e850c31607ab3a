//! CVSS vectors beside the properties of CVSS's JSON schemas: what each metric is called there, and what a vector scores.

use std::str::FromStr;

/// A metric: as the vector writes it, as the JSON schema names it, and its values in both.
pub(crate) struct MetricName {
    pub(crate) short: &'static str,
    pub(crate) property: &'static str,
    values: &'static str,
}

const fn metric(short: &'static str, property: &'static str, values: &'static str) -> MetricName {
    MetricName { short, property, values }
}

const V2_IMPACT: &str = "N=NONE P=PARTIAL C=COMPLETE";
const V2_REQUIREMENT: &str = "L=LOW M=MEDIUM H=HIGH ND=NOT_DEFINED";
/// The metrics of CVSS 2.0 (cvss-v2.0.json).
pub(crate) const V2: &[MetricName] = &[
    metric("AV", "accessVector", "N=NETWORK A=ADJACENT_NETWORK L=LOCAL"),
    metric("AC", "accessComplexity", "H=HIGH M=MEDIUM L=LOW"),
    metric("Au", "authentication", "M=MULTIPLE S=SINGLE N=NONE"),
    metric("C", "confidentialityImpact", V2_IMPACT),
    metric("I", "integrityImpact", V2_IMPACT),
    metric("A", "availabilityImpact", V2_IMPACT),
    metric("E", "exploitability", "U=UNPROVEN POC=PROOF_OF_CONCEPT F=FUNCTIONAL H=HIGH ND=NOT_DEFINED"),
    metric(
        "RL",
        "remediationLevel",
        "OF=OFFICIAL_FIX TF=TEMPORARY_FIX W=WORKAROUND U=UNAVAILABLE ND=NOT_DEFINED",
    ),
    metric("RC", "reportConfidence", "UC=UNCONFIRMED UR=UNCORROBORATED C=CONFIRMED ND=NOT_DEFINED"),
    metric(
        "CDP",
        "collateralDamagePotential",
        "N=NONE L=LOW LM=LOW_MEDIUM MH=MEDIUM_HIGH H=HIGH ND=NOT_DEFINED",
    ),
    metric("TD", "targetDistribution", "N=NONE L=LOW M=MEDIUM H=HIGH ND=NOT_DEFINED"),
    metric("CR", "confidentialityRequirement", V2_REQUIREMENT),
    metric("IR", "integrityRequirement", V2_REQUIREMENT),
    metric("AR", "availabilityRequirement", V2_REQUIREMENT),
];

const IMPACT: &str = "N=NONE L=LOW H=HIGH X=NOT_DEFINED";
const REQUIREMENT: &str = "L=LOW M=MEDIUM H=HIGH X=NOT_DEFINED";
const COMPLEXITY: &str = "H=HIGH L=LOW X=NOT_DEFINED";
const V3_VECTOR: &str = "N=NETWORK A=ADJACENT_NETWORK L=LOCAL P=PHYSICAL X=NOT_DEFINED";
const V3_INTERACTION: &str = "N=NONE R=REQUIRED X=NOT_DEFINED";
const V3_SCOPE: &str = "U=UNCHANGED C=CHANGED X=NOT_DEFINED";
/// The metrics of CVSS 3.0 and 3.1 (cvss-v3.1.json).
pub(crate) const V3: &[MetricName] = &[
    metric("AV", "attackVector", V3_VECTOR),
    metric("AC", "attackComplexity", COMPLEXITY),
    metric("PR", "privilegesRequired", IMPACT),
    metric("UI", "userInteraction", V3_INTERACTION),
    metric("S", "scope", V3_SCOPE),
    metric("C", "confidentialityImpact", IMPACT),
    metric("I", "integrityImpact", IMPACT),
    metric("A", "availabilityImpact", IMPACT),
    metric("E", "exploitCodeMaturity", "U=UNPROVEN P=PROOF_OF_CONCEPT F=FUNCTIONAL H=HIGH X=NOT_DEFINED"),
    metric(
        "RL",
        "remediationLevel",
        "O=OFFICIAL_FIX T=TEMPORARY_FIX W=WORKAROUND U=UNAVAILABLE X=NOT_DEFINED",
    ),
    metric("RC", "reportConfidence", "U=UNKNOWN R=REASONABLE C=CONFIRMED X=NOT_DEFINED"),
    metric("CR", "confidentialityRequirement", REQUIREMENT),
    metric("IR", "integrityRequirement", REQUIREMENT),
    metric("AR", "availabilityRequirement", REQUIREMENT),
    metric("MAV", "modifiedAttackVector", V3_VECTOR),
    metric("MAC", "modifiedAttackComplexity", COMPLEXITY),
    metric("MPR", "modifiedPrivilegesRequired", IMPACT),
    metric("MUI", "modifiedUserInteraction", V3_INTERACTION),
    metric("MS", "modifiedScope", V3_SCOPE),
    metric("MC", "modifiedConfidentialityImpact", IMPACT),
    metric("MI", "modifiedIntegrityImpact", IMPACT),
    metric("MA", "modifiedAvailabilityImpact", IMPACT),
];

const V4_VECTOR: &str = "N=NETWORK A=ADJACENT L=LOCAL P=PHYSICAL X=NOT_DEFINED";
const V4_REQUIREMENTS: &str = "N=NONE P=PRESENT X=NOT_DEFINED";
const V4_INTERACTION: &str = "N=NONE P=PASSIVE A=ACTIVE X=NOT_DEFINED";
const V4_MODIFIED_SUB: &str = "N=NEGLIGIBLE L=LOW H=HIGH S=SAFETY X=NOT_DEFINED";
/// The metrics of CVSS 4.0 (cvss-v4.0.json).
pub(crate) const V4: &[MetricName] = &[
    metric("AV", "attackVector", V4_VECTOR),
    metric("AC", "attackComplexity", COMPLEXITY),
    metric("AT", "attackRequirements", V4_REQUIREMENTS),
    metric("PR", "privilegesRequired", IMPACT),
    metric("UI", "userInteraction", V4_INTERACTION),
    metric("VC", "vulnConfidentialityImpact", IMPACT),
    metric("VI", "vulnIntegrityImpact", IMPACT),
    metric("VA", "vulnAvailabilityImpact", IMPACT),
    metric("SC", "subConfidentialityImpact", IMPACT),
    metric("SI", "subIntegrityImpact", IMPACT),
    metric("SA", "subAvailabilityImpact", IMPACT),
    metric("E", "exploitMaturity", "U=UNREPORTED P=PROOF_OF_CONCEPT A=ATTACKED X=NOT_DEFINED"),
    metric("CR", "confidentialityRequirement", REQUIREMENT),
    metric("IR", "integrityRequirement", REQUIREMENT),
    metric("AR", "availabilityRequirement", REQUIREMENT),
    metric("MAV", "modifiedAttackVector", V4_VECTOR),
    metric("MAC", "modifiedAttackComplexity", COMPLEXITY),
    metric("MAT", "modifiedAttackRequirements", V4_REQUIREMENTS),
    metric("MPR", "modifiedPrivilegesRequired", IMPACT),
    metric("MUI", "modifiedUserInteraction", V4_INTERACTION),
    metric("MVC", "modifiedVulnConfidentialityImpact", IMPACT),
    metric("MVI", "modifiedVulnIntegrityImpact", IMPACT),
    metric("MVA", "modifiedVulnAvailabilityImpact", IMPACT),
    metric("MSC", "modifiedSubConfidentialityImpact", V4_MODIFIED_SUB),
    metric("MSI", "modifiedSubIntegrityImpact", V4_MODIFIED_SUB),
    metric("MSA", "modifiedSubAvailabilityImpact", V4_MODIFIED_SUB),
    metric("S", "Safety", "N=NEGLIGIBLE P=PRESENT X=NOT_DEFINED"),
    metric("AU", "Automatable", "N=NO Y=YES X=NOT_DEFINED"),
    metric("R", "Recovery", "A=AUTOMATIC U=USER I=IRRECOVERABLE X=NOT_DEFINED"),
    metric("V", "valueDensity", "D=DIFFUSE C=CONCENTRATED X=NOT_DEFINED"),
    metric("RE", "vulnerabilityResponseEffort", "L=LOW M=MODERATE H=HIGH X=NOT_DEFINED"),
    metric("U", "providerUrgency", "Clear=CLEAR Green=GREEN Amber=AMBER Red=RED X=NOT_DEFINED"),
];

impl MetricName {
    /// The word for a value of the vector.
    pub(crate) fn word(&self, value: &str) -> Option<&'static str> {
        self.values
            .split(' ')
            .find_map(|pair| pair.split_once('=').filter(|(short, _)| *short == value).map(|(_, word)| word))
    }
}

/// The value of a metric in a vector.
pub(crate) fn value<'v>(vector: &'v str, short: &str) -> Option<&'v str> {
    vector
        .split('/')
        .filter_map(|part| part.split_once(':'))
        .find(|(name, _)| *name == short)
        .map(|(_, value)| value)
}

/// The vector with what only the properties say: the vector counts where both do. The metrics stand in the order of the tables, which
/// is the one that CVSS 4.0 asks for.
pub(crate) fn with_properties(
    vector: &str,
    names: &[MetricName],
    property: impl Fn(&str) -> Option<String>,
) -> String {
    let mut parts: Vec<String> =
        vector.split('/').filter(|part| part.starts_with("CVSS:")).map(str::to_owned).collect();
    for name in names {
        let value = value(vector, name.short).map(str::to_owned).or_else(|| {
            let word = property(name.property)?;
            name.values.split(' ').find_map(|pair| {
                pair.split_once('=').filter(|(_, of)| *of == word).map(|(short, _)| short.to_owned())
            })
        });
        parts.extend(value.map(|value| format!("{}:{value}", name.short)));
    }
    parts.join("/")
}

/// The scores of a vector, from 0.0 to 10.0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scores {
    pub(crate) base: f64,
    pub(crate) temporal: f64,
    pub(crate) environmental: f64,
}

/// The metrics that a vector must have, by the version's prefix.
fn base_metrics(vector: &str) -> &'static [&'static str] {
    if vector.starts_with("CVSS:4") {
        &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"]
    } else if vector.starts_with("CVSS:3") {
        &["AV", "AC", "PR", "UI", "S", "C", "I", "A"]
    } else {
        &["AV", "AC", "Au", "C", "I", "A"]
    }
}

/// Scores a complete vector of CVSS 2.0, 3.0, 3.1 or 4.0. CVSS 4.0 has one score for all metrics that are there: its three are equal.
pub(crate) fn scores(vector: &str) -> Option<Scores> {
    // The reader takes what is missing as no impact.
    if base_metrics(vector).iter().any(|short| value(vector, short).is_none()) {
        return None;
    }
    match cvss::Cvss::from_str(vector).ok()? {
        cvss::Cvss::CvssV20(vector) => Some(Scores {
            base: vector.score().value(),
            temporal: vector.temporal_score().value(),
            environmental: vector.environmental_score().value(),
        }),
        cvss::Cvss::CvssV30(parsed) | cvss::Cvss::CvssV31(parsed) => {
            let base = parsed.base_score().value();
            // CVSS 3.1, section 7.2 and table 16; 3.0 has the same.
            let weight = |short: &str, weights: &[(&str, f64)]| {
                let value = value(vector, short);
                weights.iter().find(|(of, _)| Some(*of) == value).map_or(1.0, |(_, weight)| *weight)
            };
            let product = base
                * weight("E", &[("U", 0.91), ("P", 0.94), ("F", 0.97)])
                * weight("RL", &[("O", 0.95), ("T", 0.96), ("W", 0.97)])
                * weight("RC", &[("U", 0.92), ("R", 0.96)]);
            let temporal = cvss::v3::Score::new(product).roundup_for_version(parsed.minor_version).value();
            Some(Scores { base, temporal, environmental: parsed.environmental_score().value() })
        }
        cvss::Cvss::CvssV40(parsed) => {
            let score = parsed.score().value();
            Some(Scores { base: score, temporal: score, environmental: score })
        }
        _ => None,
    }
}

/// The word for a score, in upper case (CVSS 3.1 table 14, 4.0 table 22).
pub(crate) fn severity(score: f64) -> &'static str {
    match score {
        score if score < 0.05 => "NONE",
        score if score < 3.95 => "LOW",
        score if score < 6.95 => "MEDIUM",
        score if score < 8.95 => "HIGH",
        _ => "CRITICAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked examples of FIRST: CVE-2002-0392 (2.0), and a plain 3.1 and 4.0 vector.
    #[test]
    fn examples() {
        let scores_2 =
            scores("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H").expect("a vector");
        assert_eq!((scores_2.base, scores_2.temporal, scores_2.environmental), (7.8, 6.4, 9.2));
        let scores_3 = scores("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P").expect("a vector");
        assert_eq!((scores_3.base, scores_3.temporal), (9.8, 9.3));
        assert_eq!(value("CVSS:3.1/AV:N/AC:L", "AV").and_then(|value| V3[0].word(value)), Some("NETWORK"));
    }
}
