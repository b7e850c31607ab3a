//! Splunk: SPL and SPL2.

mod data_model;
mod spl;
mod spl2;

use super::{Label, Target};

pub(super) const TARGETS: &[Target] = &[
    Target {
        name: "splunk",
        about: "Splunk SPL",
        formats: &["default", "savedsearches", "data_model"],
        own: &[],
        dialect: &spl::Spl,
    },
    Target {
        name: "splunk_spl2",
        about: "Splunk SPL2",
        formats: &["default"],
        own: &[],
        dialect: &spl2::Spl2,
    },
];

pub(super) const LABELS: &[Label] = &[
    Label { name: "splunk", target: "splunk", pipelines: &["splunk_windows"], format: "default" },
    Label { name: "splunk-plain", target: "splunk", pipelines: &[], format: "default" },
    Label {
        name: "splunk-savedsearches",
        target: "splunk",
        pipelines: &["splunk_windows"],
        format: "savedsearches",
    },
    Label { name: "splunk-datamodel", target: "splunk", pipelines: &["splunk_cim"], format: "data_model" },
    Label { name: "splunk-spl2", target: "splunk_spl2", pipelines: &["splunk_windows"], format: "default" },
];
