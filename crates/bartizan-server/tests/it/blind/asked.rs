//! Everything that can be looked at, and everything that can be tried on what is not there.

use crate::harness::uuid;
use crate::world::World;

/// A method and a path.
pub type Path = (&'static str, String);

/// What will be there, known by name before it is.
pub struct Coming {
    pub report: String,
    pub collection: String,
    pub group: String,
    pub person: String,
    pub source: String,
    pub peer: String,
    pub webhook: String,
    pub search: String,
    pub object: String,
    pub advisory: String,
    pub scan: String,
    pub range: String,
    pub window: String,
}

pub fn coming() -> Coming {
    Coming {
        report: uuid(),
        collection: uuid(),
        group: uuid(),
        person: uuid(),
        source: uuid(),
        peer: uuid(),
        webhook: uuid(),
        search: uuid(),
        object: format!("malware--{}", uuid()),
        advisory: uuid(),
        scan: uuid(),
        range: uuid(),
        window: uuid(),
    }
}

/// What of a window is looked at.
const WINDOW: [&str; 14] = [
    "",
    "/events",
    "/calendar",
    "/files",
    "/files/none",
    "/catalogue",
    "/custody",
    "/determination",
    "/source",
    "/editions",
    "/editions/public/preview",
    "/grants/none/calls",
    "/runs/none",
    "/runs/none/samples",
];

/// Pages that name nothing of what is coming but by words.
const LOOKED: [&str; 70] = [
    "/nodes",
    "/",
    "/library",
    "/library?q=Tarrask",
    "/library?q=Emotet",
    "/library?q=Secret",
    "/library?kind=incident",
    "/library?kind=odd",
    "/objects",
    "/objects?q=Hiddenword",
    "/objects?q=m",
    "/objects?type=malware",
    "/objects?type=odd",
    "/names/malware/Tarrask",
    "/names/malware/Emotet",
    "/names/malware/Onlyhere",
    "/names/technique/T1053.005",
    "/names/technique/T1059",
    "/names/technique/T1059.001",
    "/names/malware/Tarrask/export/csv",
    "/names/malware/Tarrask/export/stix",
    "/names/malware/Onlyhere/export/csv",
    "/names/malware/Onlyhere/export/stix",
    "/coverage",
    "/coverage?show=all",
    "/coverage/layer.json",
    "/graph",
    "/graph?kind=malware&name=Tarrask",
    "/graph?kind=malware&name=Onlyhere",
    "/graph/around?node=malware:tarrask",
    "/graph/around?node=malware:onlyhere",
    "/rules",
    "/rules?q=Secret",
    "/rules?level=high",
    "/rules/download",
    "/rules/download?q=Secret",
    "/sources",
    "/webhooks",
    "/collections",
    "/admin/groups",
    "/admin/people",
    "/admin/organisations",
    "/account",
    "/account/second-factor",
    "/audit",
    "/submit",
    "/keys",
    "/jobs",
    "/library/searches",
    "/vulnerabilities",
    "/vulnerabilities?state=queued",
    "/advisories",
    "/advisories?state=draft",
    "/advisories/metrics",
    "/advisories/publisher",
    "/inventories",
    "/due",
    "/due?state=closed",
    "/due?verdict=unknown",
    "/due/table",
    "/due.ics",
    "/facts",
    "/cases",
    "/cases?state=any&embargo=none",
    "/embargoes",
    "/embargoes.ics",
    "/duplicates",
    "/scans",
    "/scans/register",
    "/scans/ranges",
];

/// Questions to the API of the same kind.
const CALLED: [&str; 60] = [
    "/me",
    "/organisations",
    "/organisations?limit=2",
    "/people",
    "/people?limit=2",
    "/tokens",
    "/collections",
    "/collections?limit=1",
    "/reports",
    "/reports?q=Emotet",
    "/reports?q=Secret",
    "/reports?kind=incident",
    "/reports?limit=1",
    "/objects?q=Hiddenword",
    "/objects?q=m",
    "/objects?type=malware",
    "/objects?limit=1",
    "/jobs",
    "/jobs?state=queued",
    "/jobs?limit=1",
    "/sources",
    "/peers",
    "/webhooks",
    "/targets",
    "/audit",
    "/audit/verify",
    "/openapi.json",
    "/desks",
    "/vulnerability-reports",
    "/vulnerability-reports?box=taken&limit=1",
    "/inventories",
    "/inventories/log",
    "/due",
    "/due.csv",
    "/due.ics",
    "/due/past",
    "/facts",
    "/cases",
    "/cases?state=open&limit=1",
    "/cases?box=takes-part",
    "/case-dates",
    "/duplicates",
    "/relay-peers",
    "/advisories",
    "/advisories?limit=1",
    "/advisories?box=own",
    "/advisories/metrics",
    "/publishers",
    "/csaf/first/provider-metadata.json",
    "/csaf/first/white/changes.csv",
    "/csaf/first/amber/feed.json",
    "/csaf/first/red/index.txt",
    "/csaf/first/green/index.txt",
    "/programmes",
    "/windows",
    "/windows?limit=1",
    "/editions",
    "/scan-intents",
    "/scan-intents?open=true&limit=1",
    "/scan-ranges",
];

pub fn pages(world: &World, coming: &Coming) -> Vec<Path> {
    let Coming { scan, range, .. } = coming;
    let own = &world.scan;
    let Coming { report, collection, group, person, source, peer, webhook, search, object, advisory, .. } =
        coming;
    let shared = &world.shared.uuid;
    let mut paths: Vec<String> = LOOKED.map(str::to_owned).into();
    let thread = &world.case.second;
    for tail in ["", "/timeline", &format!("/threads/{thread}"), "/threads/none"] {
        paths.push(format!("/cases/{}{tail}", world.case.uuid));
    }
    for tail in ["", "?type=malware", "?type=odd"] {
        paths.push(format!("/collections/{shared}{tail}"));
    }
    for collection in [shared, collection] {
        for name in ["bundle.json", "objects.csv", "feed.atom", "manifest.json"] {
            paths.push(format!("/collections/{collection}/export/{name}"));
        }
        paths.push(format!("/collections/{collection}/objects/{object}"));
    }
    paths.extend([
        format!("/collections/{collection}"),
        format!("/objects?in={collection}"),
        format!("/objects?in={shared}&q=m"),
        format!("/graph?report={report}"),
        format!("/graph/around?node=report:{report}"),
        format!("/rules/{report}/secret-rule"),
        format!("/rules/{report}/secret-rule/query?target=splunk"),
        format!("/sources/{source}"),
        format!("/sources/{peer}"),
        format!("/webhooks/{webhook}"),
        format!("/scans/{scan}"),
        // Second's own: what it is told of others.
        format!("/scans/{own}"),
    ]);
    for tail in [
        "",
        "/full",
        "/full/page",
        "/changes",
        "/review",
        "/labels",
        "/files/analysis.json",
        "/files/package.zip",
    ] {
        paths.push(format!("/reports/{report}{tail}"));
    }
    for tail in ["", "/changes", "/edit", "/files/csaf", "/files/html"] {
        paths.push(format!("/advisories/{advisory}{tail}"));
    }
    for tail in [
        "provider-metadata.json",
        "white/",
        "white/index.txt",
        "white/feed.json",
        "red/index.txt",
        "white/2026/",
    ] {
        paths.push(format!("/csaf/first/{tail}"));
    }
    paths.push("/.well-known/csaf/provider-metadata.json".into());
    let mut all: Vec<_> = paths.into_iter().map(|path| ("GET", path)).collect();
    let mut post = |place: String, tails: &[&str]| {
        all.extend(tails.iter().map(|tail| ("POST", format!("{place}{tail}"))));
    };
    post(
        format!("/reports/{report}"),
        &["/publish", "/withdraw", "/marking", "/decisions", "/decisions/undo"],
    );
    let tails = [
        "/grants",
        "/grants/remove",
        "/public",
        "/embargoes",
        "/recipients",
        "/recipients/remove",
        "/close",
        "/open",
    ];
    post(format!("/collections/{collection}"), &tails);
    post(format!("/admin/people/{person}"), &["/roles", "/invite", "/second-factor", "/disable", "/enable"]);
    post(format!("/admin/groups/{group}"), &["/add", "/remove"]);
    let tails = ["/edit", "/document", "/release", "/withdraw", "/retract", "/receipt"];
    post(format!("/advisories/{advisory}"), &tails);
    post(format!("/webhooks/{webhook}"), &["/test", "/secret", "/enable", "/remove"]);
    post(format!("/library/searches/{search}"), &["/remove"]);
    post(format!("/scans/{scan}"), &["/stop", "/decision", "/message", "/withdraw"]);
    post(format!("/scans/ranges/{range}"), &[""]);
    for channel in [source, peer] {
        post(format!("/sources/{channel}"), &["/run", "/pause", "/change", "/remove"]);
    }
    all
}

pub fn endpoints(world: &World, coming: &Coming) -> Vec<Path> {
    let Coming { report, collection, person, object, source, peer, webhook, advisory, .. } = coming;
    let Coming { scan, range, .. } = coming;
    let (shared, second) = (&world.shared.uuid, &world.second().uuid);
    let mut all: Vec<Path> = CALLED.map(|path| ("GET", path.to_owned())).into();
    for tail in ["", "/events", "/handovers", &format!("/threads/{}", world.case.second)] {
        all.push(("GET", format!("/cases/{}{tail}", world.case.uuid)));
    }
    let tails = [
        "",
        "/objects",
        "/objects?limit=2",
        "/objects?match[version]=all",
        "/objects.csv",
        "/bundle.json",
        "/feed.atom",
        "/feed.rss",
        "/misp/manifest.json",
        "/misp/hashes.csv",
        "/recipients",
        "/embargoes",
        "/advisories.rss",
    ];
    for address in [shared, collection] {
        all.extend(tails.map(|tail| ("GET", format!("/collections/{address}{tail}"))));
        all.push(("GET", format!("/collections/{address}/objects/{object}/origins")));
    }
    all.push(("GET", format!("/collections/{shared}/objects?match[id]={object}")));
    for tail in ["", "/analysis", "/bundle", "/origins", "/publications", "/rules", "/rules/secret-rule"] {
        all.push(("GET", format!("/reports/{report}{tail}")));
    }
    for tail in [
        "",
        "/editions",
        "/editions/1",
        "/changes",
        "/findings",
        "/receipts",
        "/formats/csaf",
        "/formats/osv",
    ] {
        all.push(("GET", format!("/advisories/{advisory}{tail}")));
    }
    all.extend(["/receipts", "/releases"].map(|tail| ("POST", format!("/advisories/{advisory}{tail}"))));
    all.push(("PUT", format!("/advisories/{advisory}/document?after=1")));
    all.push(("DELETE", format!("/advisories/{advisory}/releases/{shared}")));
    all.extend(["GET", "PATCH"].map(|method| (method, format!("/people/{person}"))));
    all.push(("PUT", format!("/collections/{collection}/grants/{second}")));
    all.push(("PUT", format!("/collections/{collection}/recipients/{person}")));
    all.extend(["GET", "DELETE"].map(|method| (method, format!("/webhooks/{webhook}"))));
    all.push(("GET", format!("/webhooks/{webhook}/deliveries")));
    all.extend(["/secret", "/enable", "/test"].map(|tail| ("POST", format!("/webhooks/{webhook}{tail}"))));
    for id in [&coming.window, &world.tested.uuid] {
        all.extend(WINDOW.map(|tail| ("GET", format!("/windows/{id}{tail}"))));
    }
    for id in [scan, &world.scan] {
        all.extend(["", "/stop?wait=0"].map(|tail| ("GET", format!("/scan-intents/{id}{tail}"))));
    }
    all.push(("DELETE", format!("/scan-intents/{scan}")));
    all.extend(
        ["/heartbeat", "/stop", "/decision", "/messages"]
            .map(|t| ("POST", format!("/scan-intents/{scan}{t}"))),
    );
    all.extend(["PATCH", "DELETE"].map(|method| (method, format!("/scan-ranges/{range}"))));
    for (kind, channel, rounds) in [("sources", source, "pulls"), ("peers", peer, "pushes")] {
        all.extend(["GET", "PATCH", "DELETE"].map(|method| (method, format!("/{kind}/{channel}"))));
        all.extend(["GET", "POST"].map(|method| (method, format!("/{kind}/{channel}/{rounds}"))));
    }
    let mut all: Vec<_> = all.into_iter().map(|(method, path)| (method, format!("/api/v1{path}"))).collect();
    for tail in ["", "manifest/", "objects/"] {
        all.push(("GET", format!("/taxii2/root/collections/{collection}/{tail}")));
    }
    for tail in ["", "versions/"] {
        all.push(("GET", format!("/taxii2/root/collections/{shared}/objects/{object}/{tail}")));
    }
    all.push(("DELETE", format!("/taxii2/root/collections/{shared}/objects/{object}/")));
    all
}

/// What can be tried on a job, a token, a report of a vulnerability and a case, whose addresses the node makes up.
pub fn addressed(job: &str, token: &str, report: &str, case: &str) -> [Vec<Path>; 2] {
    let mut pages = vec![("GET", format!("/jobs/{job}")), ("GET", format!("/jobs/{job}/progress"))];
    pages.extend(["cancel", "retry"].map(|what| ("POST", format!("/jobs/{job}/{what}"))));
    pages.push(("POST", format!("/account/tokens/{token}/revoke")));
    for tail in ["", "/files/0"] {
        pages.push(("GET", format!("/vulnerabilities/{report}{tail}")));
    }
    pages.push(("POST", format!("/vulnerabilities/{report}")));
    pages.push(("GET", format!("/duplicates/{report}/{report}")));
    for tail in ["", "/timeline", "/threads/none"] {
        pages.push(("GET", format!("/cases/{case}{tail}")));
    }
    for tail in ["/act", "/describe", "/reports", "/threads/none"] {
        pages.push(("POST", format!("/cases/{case}{tail}")));
    }
    let mut calls = vec![("POST", format!("/api/v1/jobs/{job}/retry"))];
    for tail in ["", "/files/0"] {
        calls.push(("GET", format!("/api/v1/vulnerability-reports/{report}{tail}")));
    }
    calls.push(("PATCH", format!("/api/v1/vulnerability-reports/{report}")));
    for tail in ["", "/events", "/threads/none", "/handovers"] {
        calls.extend(["GET", "POST"].map(|method| (method, format!("/api/v1/cases/{case}{tail}"))));
    }
    calls.push(("PATCH", format!("/api/v1/cases/{case}")));
    for place in [format!("/api/v1/jobs/{job}"), format!("/api/v1/tokens/{token}")] {
        calls.extend(["GET", "DELETE"].map(|method| (method, place.clone())));
    }
    [pages, calls]
}

/// What can be tried on an inventory and on something due: pages, API.
pub fn installed(inventory: &str, due: &str) -> [Vec<Path>; 2] {
    let mut pages: Vec<Path> =
        ["", "/document", "?q=gate"].map(|tail| ("GET", format!("/inventories/{inventory}{tail}"))).into();
    pages.push(("GET", format!("/due/{due}")));
    let tails = ["change", "assets", "remove"];
    pages.extend(tails.map(|tail| ("POST", format!("/inventories/{inventory}/{tail}"))));
    pages.extend(["exceptions", "closures", "answers"].map(|tail| ("POST", format!("/due/{due}/{tail}"))));
    let mut calls: Vec<Path> = ["", "/document", "/components"]
        .map(|tail| ("GET", format!("/api/v1/inventories/{inventory}{tail}")))
        .into();
    calls.extend(
        ["PUT", "PATCH", "DELETE"].map(|method| (method, format!("/api/v1/inventories/{inventory}"))),
    );
    calls.push(("GET", format!("/api/v1/due/{due}")));
    calls.extend(
        ["exceptions", "closures", "answers"].map(|tail| ("POST", format!("/api/v1/due/{due}/{tail}"))),
    );
    [pages, calls]
}
