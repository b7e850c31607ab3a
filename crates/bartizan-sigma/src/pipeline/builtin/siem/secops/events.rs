//! Windows events: where a field is depends on the event's id.
//!
//! Source: Google SecOps, "Collect Microsoft Windows Event data" (label `WINEVTLOG`), "Field mapping reference: device
//! event field to UDM field by EventID". What it puts among free labels, by keys that it does not name, is left out.

use super::{
    special,
    tables::{
        Place::{self, AnyOf, Field, Made},
        Table,
    },
};

/// Of every event.
pub(super) const COMMON: &Table = &[
    ("EventID", Field("metadata.product_event_type")),
    ("Provider_Name", Field("metadata.product_name")),
    ("Source", Field("metadata.product_name")),
    ("Computer", Field("principal.hostname")),
];

const SUBJECT: &Table = &[
    ("SubjectUserName", Field("principal.user.userid")),
    ("SubjectUserSid", Field("principal.user.windows_sid")),
    ("SubjectDomainName", Field("principal.administrative_domain")),
];

const TARGET: &Table = &[
    ("TargetUserName", Field("target.user.userid")),
    ("TargetUserSid", Field("target.user.windows_sid")),
    ("TargetSid", Field("target.user.windows_sid")),
    ("TargetDomainName", Field("target.administrative_domain")),
];

const REMOTE: &Table = &[("IpAddress", Field("principal.ip")), ("IpPort", Field("principal.port"))];

const LOGON: &Table = &[
    ("LogonType", Made(special::logon)),
    ("ProcessName", Field("principal.process.command_line")),
    ("LogonProcessName", Field("target.process.file.full_path")),
    ("AuthenticationPackageName", Field("security_result.about.resource.name")),
    ("TargetOutboundUserName", Field("target.user.user_display_name")),
];

const EXPLICIT: &Table = &[
    ("ProcessName", Field("principal.process.command_line")),
    ("TargetServerName", Field("target.hostname")),
];

/// The place of a name depends on the object's type; a name is in one of them.
const OBJECT: &Table = &[
    ("ProcessName", Field("principal.process.file.full_path")),
    (
        "ObjectName",
        AnyOf(&[
            "target.file.full_path",
            "target.registry.registry_key",
            "target.process.file.full_path",
            "target.process.command_line",
            "target.resource.name",
        ]),
    ),
    ("ObjectType", Field("target.resource.resource_subtype")),
    ("AccessList", Field("target.resource.attribute.permissions.name")),
    ("AccessMask", Made(special::mask)),
];

const VALUE: &Table = &[
    ("ObjectValueName", Field("target.registry.registry_value_name")),
    ("NewValue", Field("target.registry.registry_value_data")),
];

const PROCESS_NAME: &Table = &[("ProcessName", Field("principal.process.file.full_path"))];

const ACCOUNTS: &Table = &[
    (
        "ObjectName",
        AnyOf(&[
            "target.group.group_display_name",
            "target.user.userid",
            "target.administrative_domain",
            "target.hostname",
        ]),
    ),
    ("AccessList", Field("target.resource.attribute.permissions.name")),
];

const DIRECTORY: &Table = &[
    ("ObjectType", Field("target.resource.resource_subtype")),
    ("ObjectName", Field("target.resource.name")),
    ("Properties", Field("security_result.detection_fields.value")),
    ("AccessList", Field("target.resource.attribute.permissions.name")),
    ("AccessMask", Made(special::mask)),
];

const PRIVILEGED: &Table = &[
    ("SubjectUserName", Field("target.user.userid")),
    ("SubjectUserSid", Field("target.user.windows_sid")),
    ("SubjectDomainName", Field("target.administrative_domain")),
    ("PrivilegeList", Field("target.user.attribute.permissions.name")),
];

const PRIVILEGE: &Table = &[
    ("Service", Field("target.application")),
    ("ProcessName", Field("target.process.command_line")),
    ("PrivilegeList", Field("target.resource.attribute.permissions.name")),
];

const OPERATION: &Table =
    &[("ProcessName", Field("target.process.command_line")), ("ObjectName", Field("target.resource.name"))];

/// The command line is mapped to the principal; published rules ask the target.
const PROCESS: &Table = &[
    ("NewProcessName", Field("target.process.file.full_path")),
    ("ParentProcessName", Field("principal.process.file.full_path")),
    ("CommandLine", AnyOf(&["target.process.command_line", "principal.process.command_line"])),
];

const SERVICE: &Table = &[
    ("ServiceName", Field("target.application")),
    ("ServiceFileName", Field("target.process.file.full_path")),
    ("ImagePath", Field("target.process.file.full_path")),
];

const STATE: &Table = &[("param1", Field("target.application"))];

const TASK: &Table = &[("TaskName", Field("target.resource.name"))];

const GROUP: &Table = &[
    ("TargetUserName", Field("target.group.group_display_name")),
    ("TargetSid", Field("target.group.windows_sid")),
    ("TargetDomainName", Field("target.administrative_domain")),
    ("MemberName", Field("target.user.user_display_name")),
    ("MemberSid", Field("target.user.windows_sid")),
];

const CHANGED: &Table = &[
    ("SubjectUserName", Field("principal.user.user_display_name")),
    ("SubjectUserSid", Field("principal.user.windows_sid")),
    ("SubjectDomainName", Field("principal.administrative_domain")),
    ("TargetDomainName", Field("target.administrative_domain")),
];

const ATTRIBUTE: &Table =
    &[("AttributeValue", AnyOf(&["target.user.user_display_name", "target.resource.name"]))];

const SHARE: &Table =
    &[("ShareName", Field("target.resource.name")), ("ShareLocalPath", Field("target.file.full_path"))];

const SHARED: &Table = &[
    ("RelativeTargetName", Field("target.file.names")),
    ("AccessList", Field("target.resource.attribute.permissions.name")),
    ("AccessMask", Made(special::mask)),
];

/// First and last id, and the tables of those events; the first table that names a field counts.
const EVENTS: &[(u32, u32, &[&Table])] = &[
    (4624, 4625, &[LOGON, REMOTE, SUBJECT, TARGET]),
    (4634, 4634, &[LOGON, TARGET]),
    (4647, 4647, &[TARGET]),
    (4648, 4648, &[EXPLICIT, REMOTE, SUBJECT, TARGET]),
    (4656, 4656, &[OBJECT, SUBJECT]),
    (4657, 4657, &[VALUE, OBJECT, SUBJECT]),
    (4658, 4658, &[PROCESS_NAME, SUBJECT]),
    (4660, 4660, &[PROCESS_NAME, SUBJECT]),
    (4661, 4661, &[ACCOUNTS, PROCESS_NAME, SUBJECT]),
    (4662, 4662, &[DIRECTORY, SUBJECT]),
    (4663, 4663, &[OBJECT, SUBJECT]),
    (4670, 4670, &[OBJECT, SUBJECT]),
    (4672, 4672, &[PRIVILEGED]),
    (4673, 4673, &[PRIVILEGE, SUBJECT]),
    (4674, 4674, &[OPERATION, SUBJECT]),
    (4688, 4688, &[PROCESS, SUBJECT, TARGET]),
    (4697, 4697, &[SERVICE, SUBJECT]),
    (4698, 4701, &[TASK, SUBJECT]),
    (4720, 4720, &[SUBJECT, TARGET]),
    (4722, 4726, &[SUBJECT, TARGET]),
    (4727, 4735, &[GROUP, SUBJECT]),
    (4737, 4737, &[GROUP, SUBJECT]),
    (4738, 4738, &[CHANGED]),
    (5136, 5136, &[ATTRIBUTE, SUBJECT]),
    (5140, 5140, &[SHARE, SHARED, REMOTE, SUBJECT]),
    (5142, 5144, &[SHARE, SUBJECT]),
    (5145, 5145, &[SHARE, SHARED, REMOTE, SUBJECT]),
    (7023, 7024, &[STATE]),
    (7034, 7034, &[STATE]),
    (7036, 7036, &[STATE]),
    (7040, 7040, &[STATE]),
    (7045, 7045, &[SERVICE]),
];

/// The place of a field in all of these events, if it is the same.
pub(super) fn place(field: &str, ids: &[u32]) -> Option<&'static Place> {
    if let Some(place) = find(COMMON, field) {
        return Some(place);
    }
    let mut places = ids.iter().map(|id| {
        let (.., tables) = EVENTS.iter().find(|(first, last, _)| (first..=last).contains(&id))?;
        tables.iter().find_map(|table| find(table, field))
    });
    let first = places.next()??;
    places.all(|place| place.is_some_and(|place| place.same(first))).then_some(first)
}

fn find(table: &'static Table, field: &str) -> Option<&'static Place> {
    table.iter().find(|(name, _)| *name == field).map(|(_, place)| place)
}
