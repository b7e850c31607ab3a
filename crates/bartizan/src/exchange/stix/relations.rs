//! Relation kinds as relationship types that STIX 2.1 suggests for a pair of types.

use crate::RelationKind as R;

/// The relationship type for a relation between two object types, and whether source and target change places.
///
/// From the summary table of STIX 2.1 appendix B. What the table has no word for is `related-to`, and the
/// evidence extension keeps the precise kind.
pub(super) fn relationship(kind: R, source: &str, target: &str) -> &'static str {
    let who = matches!(source, "campaign" | "intrusion-set");
    let target_of_actors = matches!(target, "identity" | "location" | "vulnerability");
    let suggested = match kind {
        R::Uses => match source {
            "campaign" | "intrusion-set" | "malware" => {
                matches!(target, "attack-pattern" | "malware" | "tool")
            }
            "attack-pattern" => matches!(target, "malware" | "tool"),
            _ => false,
        },
        R::Targets => match source {
            "malware" => matches!(target, "identity" | "location"),
            _ => (who || matches!(source, "tool" | "attack-pattern")) && target_of_actors,
        },
        R::Exploits => {
            if who && target == "vulnerability" {
                // Actors and campaigns have no `exploits`; the specification's word for it is `targets`.
                return "targets";
            }
            source == "malware" && target == "vulnerability"
        }
        R::AttributedTo => source == "campaign" && target == "intrusion-set",
        R::CommunicatesWith => {
            source == "malware" && matches!(target, "domain-name" | "ipv4-addr" | "ipv6-addr" | "url")
        }
        R::Drops => match source {
            "malware" => matches!(target, "file" | "malware" | "tool"),
            "tool" => target == "malware",
            _ => false,
        },
        R::OriginatesFrom => (who || source == "malware") && target == "location",
        R::AliasOf => {
            if source == target
                && matches!(source, "intrusion-set" | "malware" | "tool" | "campaign" | "identity")
            {
                return "duplicate-of";
            }
            false
        }
        R::ResolvesTo => {
            source == "domain-name" && matches!(target, "domain-name" | "ipv4-addr" | "ipv6-addr")
        }
        R::Mitigates => {
            source == "course-of-action"
                && matches!(target, "attack-pattern" | "malware" | "tool" | "vulnerability")
        }
        R::SampleOf | R::RelatedTo => false,
    };
    if suggested { kind.as_str() } else { "related-to" }
}

/// Whether a relation says that what an observable detects is this target or comes from it, so that an
/// indicator of the observable `indicates` the other side.
pub(super) fn indicates(kind: R, other: &str) -> bool {
    let detected = matches!(other, "attack-pattern" | "campaign" | "intrusion-set" | "malware" | "tool");
    detected && matches!(kind, R::SampleOf | R::CommunicatesWith | R::Drops | R::Uses)
}
