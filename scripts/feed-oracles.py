"""What the feed readers and writers make, beside what others make of it: misp-stix, PyMISP, stix2-validator, feedparser.

Called by feed-oracles.sh with the path of the example `feed` of bartizan-clearinghouse."""

import importlib.resources
import json
import re
import subprocess
import sys
import tempfile
import uuid

import feedparser
from misp_stix_converter import MISPtoSTIX21Parser
from pymisp import MISPEvent
from stix2validator import ValidationOptions, validate_file

TOOL = sys.argv[1]
NAMESPACE = uuid.UUID("55f6ea65-aa10-4c5a-bf01-4f84950d210f")
HEX = "0123456789abcdef" * 8
HASHES = {
    "md5": HEX[:32], "sha1": HEX[:40], "sha256": HEX[:64], "sha224": HEX[:56], "sha384": HEX[:96], "sha512": HEX[:128],
    "sha512/224": HEX[:56], "sha512/256": HEX[:64], "sha3-224": HEX[:56], "sha3-256": HEX[:64], "sha3-384": HEX[:96],
    "sha3-512": HEX[:128], "ssdeep": "96:xyz:abc", "imphash": HEX[:32], "authentihash": HEX[:64], "tlsh": "T1" + HEX[:70],
    "vhash": "115056655d15151138z66hz1021z55z66z3", "pehash": HEX[:40], "impfuzzy": "3:a:b", "cdhash": HEX[:40],
}
VALUES = {
    "filename": "it's\\a.exe", "ip-src": "198.51.100.7", "ip-dst": "2001:db8::7", "hostname": "a.example.com",
    "domain": "example.com", "domain|ip": "example.com|198.51.100.7", "email": "a@example.com", "email-src": "a@example.com",
    "email-dst": "b@example.com", "email-subject": "Hello", "email-attachment": "a.doc", "email-body": "text",
    "url": "http://example.com/x", "uri": "http://example.com/y", "link": "https://example.org/report",
    "regkey": "HKEY_LOCAL_MACHINE\\Software\\x", "regkey|value": "HKEY_LOCAL_MACHINE\\Software\\x|v", "AS": "AS64500",
    "mutex": "Global\\x", "port": "443", "ip-dst|port": "198.51.100.7|443", "ip-src|port": "198.51.100.7|443",
    "hostname|port": "a.example.com|443", "mac-address": "00:11:22:33:44:55", "user-agent": "Mozilla",
    "vulnerability": "CVE-2021-44228", "yara": "rule x { condition: true }", "sigma": "title: x",
    "snort": 'alert tcp any any -> any any (msg:"x";)', "suricata": 'alert tcp any any -> any any (msg:"x";)',
    "stix2-pattern": "[file:name = 'x']", "x509-fingerprint-md5": HEX[:32], "x509-fingerprint-sha1": HEX[:40],
    "x509-fingerprint-sha256": HEX[:64], "size-in-bytes": "35", "github-username": "x", "campaign-name": "Camp",
    "email-message-id": "<1@example.com>", "email-reply-to": "c@example.com", "email-x-mailer": "X", "threat-actor": "APT1",
    "text": "words", "comment": "more words",
}
VALUES.update(HASHES)
VALUES.update({"filename|" + kind: "a.exe|" + value for kind, value in HASHES.items()})

# Where misp-stix differs on purpose of ours, and why.
DIFFERENT = {
    "hostname|port": "one object of traffic; misp-stix asks two objects in one comparison expression",
    "regkey|value": "a path into a list needs an index",
    "sha512/224": "misp-stix calls it SHA-224, which is another algorithm",
    "sha512/256": "misp-stix calls it SHA-256, which is another algorithm",
    "filename|sha512/224": "as above",
    "filename|sha512/256": "as above",
    "stix2-pattern": "misp-stix has no indicator for it",
    "snort": "misp-stix writes brackets around rules",
    "suricata": "as above",
    "yara": "as above",
    "sigma": "as above",
    "tlsh": "misp-stix has a note instead",
    "filename|tlsh": "as above",
    "filename|impfuzzy": "as above",
}
# What comes back under another type: names of hosts as domains, links as addresses, what nobody can detect unflagged.
OTHERWISE = {
    "AS", "campaign-name", "comment", "github-username", "hostname", "link", "stix2-pattern", "text", "threat-actor", "uri",
    "vulnerability",
}
failures = []


def tool(what, text):
    done = subprocess.run([TOOL, what], input=text.encode(), capture_output=True)
    if done.returncode:
        failures.append(f"{what}: {done.stderr.decode()[-300:]}")
        return "{}", ""
    return done.stdout.decode(), done.stderr.decode()


def event(attributes, tags=(), galaxies=()):
    found = []
    for kind, value, ids in attributes:
        found.append({"type": kind, "value": value, "to_ids": ids, "timestamp": "1704153600",
                      "category": SANE[kind]["default_category"], "uuid": str(uuid.uuid5(NAMESPACE, f"{kind} {ids}"))})
        # Version 4, as MISP makes them.
        found[-1]["uuid"] = str(uuid.UUID(int=uuid.UUID(found[-1]["uuid"]).int, version=4))
    return {"Event": {"info": "All types", "date": "2024-01-01", "timestamp": "1704240000", "published": True,
                      "publish_timestamp": "1704240000", "uuid": "a6ef17d6-91cb-4a05-b10b-2f045daf874c",
                      "Orgc": {"name": "Example", "uuid": str(NAMESPACE)}, "Tag": [{"name": t} for t in tags],
                      "Attribute": found, "Galaxy": list(galaxies)}}


def numbers(pattern):
    """misp-stix quotes numbers; the properties are integers."""
    return re.sub(r"((?:port|number|size) = )'(\d+)'", r"\1\2", pattern)


def valid(what, bundle):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(bundle)
        file.flush()
        result = validate_file(file.name, ValidationOptions(strict=True, enforce_refs=True, version="2.1"))
    if not result.is_valid:
        failures.append(f"{what} is not valid: {[str(e) for r in result.object_results for e in r.errors][:5]}")


types = importlib.resources.files("pymisp") / "data" / "describeTypes.json"
SANE = json.loads(types.read_text())["result"]["sane_defaults"]

VALUES = {kind: value for kind, value in VALUES.items() if kind in SANE}

# 1. Patterns type by type, and validity.
same = 0
for kind, value in VALUES.items():
    raw = json.dumps(event([(kind, value, True)]))
    theirs = MISPEvent()
    theirs.from_json(raw)
    parser = MISPtoSTIX21Parser()
    parser.parse_misp_event(theirs)
    expected = {o.pattern for o in parser.stix_objects if o["type"] == "indicator"}
    ours, findings = tool("stix", raw)
    valid(kind, ours)
    found = {o["pattern"] for o in json.loads(ours).get("objects", []) if o["type"] == "indicator"}
    if {numbers(p) for p in expected} == found:
        same += 1
    elif kind not in DIFFERENT:
        failures.append(f"{kind}: misp-stix {expected}, ours {found} {findings}")
print(f"patterns: {same} of {len(VALUES)} types as misp-stix, {len(DIFFERENT)} different on purpose")

# 2. Everything at once: strictly valid, whatever is only observed too.
galaxies = [
    {"type": kind, "name": kind, "GalaxyCluster": [
        {"type": kind, "value": value, "uuid": str(uuid.uuid4()), "meta": meta, "description": "words"}]}
    for kind, value, meta in [
        ("mitre-attack-pattern", "Phishing - T1566", {"external_id": ["T1566"]}),
        ("mitre-intrusion-set", "APT28 - G0007", {"external_id": ["G0007"]}),
        ("mitre-malware", "X-Agent - S0161", {"external_id": ["S0161"]}),
        ("threat-actor", "Sofacy", {"synonyms": ["APT28", "Sofacy"]}),
        ("ransomware", "Xorist", {}), ("tool", "PsExec", {}), ("country", "france", {"ISO": "FR"}), ("sector", "Energy", {}),
    ]
]
whole = event([(k, v, ids) for k, v in VALUES.items() for ids in (True, False)], ["tlp:white", "PAP:AMBER"], galaxies)
bundle, findings = tool("stix", json.dumps(whole))
valid("the whole event", bundle)
objects = json.loads(bundle)["objects"]
print(f"whole event: {len(objects)} objects, strictly valid; left out: {len(findings.splitlines())} kinds")

# 3. The feed we write: PyMISP loads it and hashes as we do.
files = json.loads(tool("misp", bundle)[0])
manifest, hashes = json.loads(files["manifest"]), set(files["hashes"].splitlines())
theirs = set()
for identifier, text in files["events"].items():
    loaded = MISPEvent()
    loaded.from_json(text)
    feed = loaded.to_feed(with_meta=True)["Event"]
    theirs |= {f"{h},{identifier}" for h in feed["_hashes"]}
    if feed["_manifest"][identifier]["info"] != manifest[identifier]["info"]:
        failures.append(f"manifest of {identifier}")
    # What was flagged for detection comes back under its type or as a pattern.
    kinds = {(a.type, a.value) for a in loaded.attributes if a.to_ids}
    lost = {k for k, v in VALUES.items() if (k, v) not in kinds} - OTHERWISE
    if lost:
        failures.append(f"lost on the way back: {lost}")
    exact = sum((k, v) in kinds for k, v in VALUES.items())
    print(f"way back: {exact} of {len(VALUES)} attributes under their own type, {len(loaded.attributes)} in all")
if hashes != theirs:
    failures.append(f"hashes.csv: {len(hashes - theirs)} of ours are not PyMISP's, {len(theirs - hashes)} missing")
print(f"hashes.csv: {len(hashes)} lines, equal to PyMISP's")

# 4. News feeds: feedparser reads ours, and both read the same from others'.
for dialect in ("atom", "rss"):
    written = tool(dialect, bundle)[0]
    parsed = feedparser.parse(written)
    if parsed.bozo or not parsed.entries:
        failures.append(f"{dialect}: {parsed.get('bozo_exception')}")
    ours = json.loads(tool("read", written)[0])
    for a, b in zip(parsed.entries, ours["entries"], strict=True):
        if (a.id, a.title) != (b["id"], b["title"].strip()):
            failures.append(f"{dialect}: {a.id} {a.title!r}, {b}")
    print(f"{dialect}: {len(parsed.entries)} entries read alike")

if failures:
    print("\n".join(failures))
    sys.exit(1)
