//! Carbon Black Cloud: fields of process search.
//!
//! Source: Carbon Black Cloud, "Platform Search Fields".

use super::{Kind, check, rename};
use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Work, lookup},
    rule::Value,
};

const FIELDS: &Fields = &[
    ("ProcessId", "process_pid"),
    ("Image", "process_name"),
    ("OriginalFileName", "process_original_filename"),
    ("Description", "process_file_description"),
    ("Product", "process_product_name"),
    ("Company", "process_company_name"),
    ("CommandLine", "process_cmdline"),
    ("CurrentDirectory", "process_name"),
    ("User", "process_username"),
    ("IntegrityLevel", "process_integrity_level"),
    ("md5", "process_hash"),
    ("sha256", "process_hash"),
    ("ParentProcessId", "parent_pid"),
    ("ParentImage", "parent_name"),
    ("ParentCommandLine", "parent_cmdline"),
    ("TargetFilename", "filemod_name"),
    ("ImageLoaded", "modload_name"),
    ("TargetObject", "regmod_name"),
    ("DestinationHostname", "netconn_domain"),
    ("DestinationPort", "netconn_port"),
    ("DestinationIp", "netconn_ipv4 netconn_ipv6"),
    ("SourceIp", "netconn_local_ipv4 netconn_local_ipv6"),
    ("SourcePort", "netconn_local_port"),
    ("Protocol", "netconn_protocol"),
    ("dst_ip", "netconn_ipv4 netconn_ipv6"),
    ("src_ip", "netconn_ipv4 netconn_ipv6"),
    ("dst_port", "netconn_port"),
    ("src_port", "netconn_port"),
];

const OS: &Fields = &[("windows", "WINDOWS"), ("linux", "LINUX"), ("macos", "MAC")];

/// Fields of Carbon Black Cloud.
pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    if work.reach == Reach::Wide {
        return super::carbonblack_wide::apply(work);
    }
    check(work, |field| lookup(FIELDS, field).is_some(), "Carbon Black")?;
    let source = work.rule.log_source.clone();
    if Kind::of(&source).is_none() {
        return Err(Failure::log_source("Carbon Black has no events of this log source"));
    }
    work.each_item(|item| {
        if item.field.as_deref() == Some("IntegrityLevel") {
            // Written in capitals.
            for value in &mut item.values {
                if let Some(text) = value.as_text() {
                    *value = Value::Text { text: text.map_plain(str::to_uppercase), cased: false };
                }
            }
        }
    });
    rename(work, FIELDS);
    if let Some(os) = source.product.as_deref().and_then(|product| lookup(OS, product)) {
        work.require_value("device_os", Value::plain(os));
    }
    Ok(())
}
