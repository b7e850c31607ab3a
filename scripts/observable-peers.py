#!/usr/bin/env python3
"""Runs one peer over labelled texts, for the peer columns of ACCURACY.md.

usage: observable-peers.py {iocsearcher|ioc-finder} DOCS.jsonl[.gz] > predictions.jsonl

DOCS has lines {doc_id, text}; the predictions are in the form of `bartizan observables --jsonl` and score_iocs.py.
Needs the peer in the Python that runs it, in a virtual environment outside the repository:
iocsearcher==3.1.0 or ioc-finder==9.4.1, each with its own defaults. A text that a peer fails on counts as empty
and is told on standard error.
"""

import gzip
import json
import sys

# The peers' names for the scorer's kinds; what is in neither list has no label there.
IOCSEARCHER = {
    "ip4": "ipv4", "ip6": "ipv6", "ip4Net": "cidr", "ip6Net": "cidr", "fqdn": "domain", "url": "url",
    "email": "email", "md5": "md5", "sha1": "sha1", "sha256": "sha256", "cve": "cve", "ttp": "attack_id",
    "registry": "registry", "bitcoin": "btc", "monero": "xmr", "arn": "arn",
}
IOC_FINDER = {
    "ipv4s": "ipv4", "ipv6s": "ipv6", "ipv4_cidrs": "cidr", "domains": "domain", "urls": "url",
    "email_addresses": "email", "md5s": "md5", "sha1s": "sha1", "sha256s": "sha256", "sha512s": "sha512",
    "ssdeeps": "ssdeep", "imphashes": "imphash", "authentihashes": "authentihash", "cves": "cve",
    "registry_key_paths": "registry", "file_paths": "filepath", "asns": "asn", "mac_addresses": "mac",
    "user_agents": "user_agent", "bitcoin_addresses": "btc", "monero_addresses": "xmr",
}


def iocsearcher():
    from iocsearcher.searcher import Searcher

    searcher = Searcher()

    def find(text):
        for ioc in searcher.search_data(text):
            if ioc.name in IOCSEARCHER:
                yield IOCSEARCHER[ioc.name], ioc.value

    return find


def ioc_finder():
    from ioc_finder import find_iocs
    import inspect

    # Every kind it has, not only the ones on by default.
    every = [k for k in IOC_FINDER if k not in ("authentihashes",)]
    parameters = inspect.signature(find_iocs).parameters
    options = {}
    if "included_ioc_types" in parameters:
        options["included_ioc_types"] = every + ["attack_techniques", "attack_tactics", "attack_mitigations"]

    def flat(value):
        if isinstance(value, dict):
            for inner in value.values():
                yield from flat(inner)
        else:
            yield from value

    def find(text):
        for kind, values in find_iocs(text, **options).items():
            if kind.startswith("attack_"):
                name = "attack_id"
            elif kind in IOC_FINDER:
                name = IOC_FINDER[kind]
            else:
                continue
            for value in flat(values):
                yield name, value

    return find


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("iocsearcher", "ioc-finder"):
        sys.exit(__doc__)
    find = iocsearcher() if sys.argv[1] == "iocsearcher" else ioc_finder()
    opener = gzip.open if sys.argv[2].endswith(".gz") else open
    with opener(sys.argv[2], "rt", encoding="utf8") as lines:
        for line in lines:
            record = json.loads(line)
            try:
                iocs = sorted(set(find(record["text"])))
            except Exception as error:  # a peer's fault is a finding about the peer
                print(f"{record['doc_id']}: {type(error).__name__}: {error}"[:200], file=sys.stderr)
                iocs = []
            print(json.dumps({"doc_id": record["doc_id"], "iocs": [{"type": t, "value": v} for t, v in iocs]}))


main()
