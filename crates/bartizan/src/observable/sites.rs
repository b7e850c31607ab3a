//! What is known of sites by their names: whom reports cite, where everybody puts things, what stands for an example.

/// Sites that reports cite. Catalogues, vendors and archives; a defanged one is still an indicator.
pub(super) const CITED: &[&str] = &[
    "mitre.org",
    "nist.gov",
    "cisa.gov",
    "us-cert.gov",
    "first.org",
    "cve.org",
    "cert.org",
    "github.com",
    "githubusercontent.com",
    "gitlab.com",
    "virustotal.com",
    "microsoft.com",
    "google.com",
    "twitter.com",
    "x.com",
    "linkedin.com",
    "facebook.com",
    "youtube.com",
    "wikipedia.org",
    "medium.com",
    "reddit.com",
    "any.run",
    "hybrid-analysis.com",
    "joesandbox.com",
    "tria.ge",
    "malpedia.caad.fkie.fraunhofer.de",
    "abuse.ch",
    "urlscan.io",
    "shodan.io",
    "archive.org",
    "web.archive.org",
    "kaspersky.com",
    "securelist.com",
    "eset.com",
    "welivesecurity.com",
    "talosintelligence.com",
    "cisco.com",
    "fireeye.com",
    "mandiant.com",
    "crowdstrike.com",
    "paloaltonetworks.com",
    "symantec.com",
    "broadcom.com",
    "trendmicro.com",
    "sophos.com",
    "mcafee.com",
    "trellix.com",
    "proofpoint.com",
    "zscaler.com",
    "checkpoint.com",
    "bleepingcomputer.com",
    "krebsonsecurity.com",
    "thehackernews.com",
    "securityweek.com",
    "recordedfuture.com",
    "secureworks.com",
    "malwarebytes.com",
    "bitdefender.com",
    "fortinet.com",
    "sentinelone.com",
    "elastic.co",
    "rapid7.com",
    "dragos.com",
    "citizenlab.ca",
    "amnesty.org",
    "justice.gov",
    "fbi.gov",
    "ic3.gov",
    "europa.eu",
    "w3.org",
    "ietf.org",
    "schemas.microsoft.com",
    "openxmlformats.org",
    "apple.com",
    "mozilla.org",
    "apache.org",
    "python.org",
    "adobe.com",
];

/// Whether the host is one that reports cite.
pub(super) fn is_cited(host: &str) -> bool {
    CITED.iter().any(|c| under(host, c))
}

/// Sites with everybody's content: the site is harmless, a page of it alone on a line of a list of indicators is an
/// item of that list.
pub(super) const SHARES: &[&str] = &[
    "github.com",
    "githubusercontent.com",
    "gitlab.com",
    "bitbucket.org",
    "google.com",
    "googleapis.com",
    "amazonaws.com",
    "windows.net",
    "dropbox.com",
    "dropboxusercontent.com",
    "discordapp.com",
    "discord.com",
    "pastebin.com",
    "mediafire.com",
    "mega.nz",
    "transfer.sh",
    "t.me",
    "telegram.org",
];

/// Whether the host is a customer's under a suffix that a service gives out (`a.run.app`, `x.duckdns.org`; the private
/// part of the public suffix list): what is said of the service says nothing about the customer.
pub(super) fn is_tenant(host: &str) -> bool {
    bartizan_suffix::is_below_private_suffix(host)
}

/// Names that stand for anything (RFC 2606, RFC 6761).
pub(super) fn is_example_name(host: &str) -> bool {
    let top = host.rsplit('.').next().unwrap_or("");
    matches!(top, "example" | "test" | "invalid" | "localhost" | "local")
        || ["example.com", "example.org", "example.net"].iter().any(|e| under(host, e))
}

pub(super) fn under(host: &str, parent: &str) -> bool {
    host == parent
        || (host.ends_with(parent) && host.as_bytes().get(host.len() - parent.len() - 1) == Some(&b'.'))
}

/// Warning lists whose entries are harmless themselves; others (dynamic DNS, shorteners …) only say what a
/// service is.
pub(super) fn is_benign_list(name: &str) -> bool {
    ![
        "dynamic",
        "shorten",
        "disposable",
        "sinkhole",
        "parking",
        "link-in-bio",
        "lots",
        "sandbox",
        "malware-analysis",
        "second-level",
        "common-contact",
    ]
    .iter()
    .any(|w| name.contains(w))
}

/// Address ranges that a cloud lends to anybody.
pub(super) fn is_rented_range(list: &str) -> bool {
    [
        "aws",
        "amazon",
        "azure",
        "gcp",
        "google-cloud",
        "cloudflare",
        "fastly",
        "ovh",
        "digitalocean",
        "linode",
        "akamai",
        "vpn",
        "cdn",
        "github",
    ]
    .iter()
    .any(|w| list.contains(w))
}
