//! Which rules an event is for: log sources by what the event says of itself.
//!
//! Sources: Microsoft's event channels; Sysmon's event ids
//! (<https://learn.microsoft.com/sysinternals/downloads/sysmon>).

use super::event::Event;
use crate::rule::LogSource;

/// Sysmon's event ids and the Sigma categories they belong to.
const SYSMON: &[(u32, &[&str])] = &[
    (1, &["process_creation"]),
    (2, &["file_change"]),
    (3, &["network_connection"]),
    (4, &["sysmon_status"]),
    (5, &["process_termination"]),
    (6, &["driver_load"]),
    (7, &["image_load"]),
    (8, &["create_remote_thread"]),
    (9, &["raw_access_thread"]),
    (10, &["process_access"]),
    (11, &["file_event", "file_access", "file_rename"]),
    (12, &["registry_add", "registry_delete", "registry_event"]),
    (13, &["registry_set", "registry_event", "registry_delete"]),
    (14, &["registry_rename", "registry_event"]),
    (15, &["create_stream_hash"]),
    (16, &["sysmon_status"]),
    (17, &["pipe_created"]),
    (18, &["pipe_created"]),
    (19, &["wmi_event"]),
    (20, &["wmi_event"]),
    (21, &["wmi_event"]),
    (22, &["dns_query"]),
    (23, &["file_delete"]),
    (24, &["clipboard_capture"]),
    (25, &["process_tampering"]),
    (26, &["file_delete", "file_delete_detected"]),
    (27, &["file_block_executable"]),
    (28, &["file_block_shredding"]),
    (29, &["file_executable_detected"]),
    (255, &["sysmon_error"]),
];

/// Windows channels and the Sigma services and categories they belong to.
const CHANNELS: &[(&str, &str)] = &[
    ("Security", "security"),
    ("System", "system"),
    ("Application", "application"),
    ("Microsoft-Windows-Sysmon/Operational", "sysmon"),
    ("Microsoft-Windows-PowerShell/Operational", "powershell"),
    ("PowerShellCore/Operational", "powershell"),
    ("Windows PowerShell", "powershell-classic"),
    ("Microsoft-Windows-Windows Defender/Operational", "windefend"),
    ("Microsoft-Windows-TaskScheduler/Operational", "taskscheduler"),
    ("Microsoft-Windows-WMI-Activity/Operational", "wmi"),
    ("Microsoft-Windows-Bits-Client/Operational", "bits-client"),
    ("Microsoft-Windows-CodeIntegrity/Operational", "codeintegrity-operational"),
    ("Microsoft-Windows-DNS-Client/Operational", "dns-client"),
    ("Microsoft-Windows-DriverFrameworks-UserMode/Operational", "driver-framework"),
    ("Microsoft-Windows-Windows Firewall With Advanced Security/Firewall", "firewall-as"),
    ("Microsoft-Windows-NTLM/Operational", "ntlm"),
    ("Microsoft-Windows-PrintService/Admin", "printservice-admin"),
    ("Microsoft-Windows-PrintService/Operational", "printservice-operational"),
    ("Microsoft-Windows-SmbClient/Security", "smbclient-security"),
    (
        "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
        "terminalservices-localsessionmanager",
    ),
    ("Microsoft-Windows-AppLocker/EXE and DLL", "applocker"),
    ("Microsoft-Windows-AppLocker/MSI and Script", "applocker"),
    ("Microsoft-Windows-AppXDeploymentServer/Operational", "appxdeployment-server"),
    ("Microsoft-Windows-LDAP-Client/Debug", "ldap"),
    ("OpenSSH/Operational", "openssh"),
    ("MSExchange Management", "msexchange-management"),
    ("DNS Server", "dns-server"),
];

/// What an event says of its source.
#[derive(Debug)]
pub(super) struct Route {
    /// Nothing is known: every rule is for it.
    open: bool,
    services: Vec<&'static str>,
    categories: Vec<&'static str>,
}

impl Route {
    pub(super) fn of(event: &Event) -> Self {
        let mut route = Self { open: true, services: Vec::new(), categories: Vec::new() };
        let Some(channel) = event.text("Channel") else { return route };
        route.open = false;
        route.services =
            CHANNELS.iter().filter(|(name, _)| *name == channel).map(|(_, service)| *service).collect();
        let id = event.text("EventID").and_then(|id| id.parse().ok()).unwrap_or(0);
        if route.services.contains(&"sysmon") {
            let found = SYSMON.iter().find(|(number, _)| *number == id);
            route.categories.extend(found.map(|(_, categories)| *categories).unwrap_or_default());
        }
        match (channel.as_str(), id) {
            ("Security", 4688) => route.categories.push("process_creation"),
            ("Security", 4657) => route.categories.extend(["registry_set", "registry_event"]),
            ("Security", 5156) => route.categories.push("network_connection"),
            (_, 4103) if route.services.contains(&"powershell") => route.categories.push("ps_module"),
            (_, 4104) if route.services.contains(&"powershell") => route.categories.push("ps_script"),
            ("Windows PowerShell", 400) => {
                route.categories.extend(["ps_classic_start", "ps_classic_provider_start"]);
            }
            ("Windows PowerShell", 600) => route.categories.push("ps_classic_provider_start"),
            ("Windows PowerShell", 800) => route.categories.push("ps_classic_script"),
            _ => {}
        }
        route
    }

    pub(super) fn leads_to(&self, source: &LogSource) -> bool {
        if self.open {
            return true;
        }
        if source.product.as_deref().is_some_and(|product| product != "windows") {
            return false;
        }
        let service = source.service.as_deref().is_none_or(|s| self.services.contains(&s));
        let category = source.category.as_deref().is_none_or(|c| {
            self.categories.contains(&c) || c == "antivirus" && self.services.contains(&"windefend")
        });
        service && category
    }
}
