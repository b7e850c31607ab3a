#!/usr/bin/env python3
"""Writes the tables of crates/bartizan-advisory/data from published registries. A chore; its output is committed.

usage: advisory-tables.py --cwe DIR --scancode FILE --subtags DIR --ssvc DIR

  --cwe       the folder `assets/cwe` of the crate csaf-rs 0.6.1 (CWE 1.0 to 4.18, one file a version, named by version and date)
  --scancode  `index.json` of ScanCode LicenseDB, as in `assets/scancode-licensedb.json` of the same crate
  --subtags   `data/json` of the npm package language-subtag-registry 0.4.2 (IANA's registry of 2025-08-25)
  --ssvc      `data/json/decision_points` of CERTCC/SSVC

All are facts: numbers, names, states, dates. Descriptions are left out.
"""

import argparse
import glob
import json
import os
import re

parser = argparse.ArgumentParser()
for name in ("cwe", "scancode", "subtags", "ssvc"):
    parser.add_argument("--" + name, required=True)
arguments = parser.parse_args()
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../crates/bartizan-advisory/data")


def write(name, lines):
    with open(os.path.join(out, name), "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n")


def numbers(version):
    return tuple(int(part) for part in version.split("."))


# CWE: one line for each run of versions in which a weakness has the same name, state and usage.
versions = []
for path in glob.glob(os.path.join(arguments.cwe, "cwe_*.csv")):
    _, version, date = os.path.basename(path)[:-4].split("_")
    versions.append((numbers(version), version, date or "2008-09-09", path))
versions.sort()
runs = {}
for position, (_, _, _, path) in enumerate(versions):
    with open(path, encoding="utf-8") as file:
        for line in file:
            number, state, name, kind_known, usage = line.rstrip("\n").split("\t")
            key = (int(number), name, "deprecated" if state == "Deprecated" else "", usage)
            spans = runs.setdefault(key, [])
            if spans and spans[-1][1] == position - 1:
                spans[-1][1] = position
            else:
                spans.append([position, position])
lines = ["# version\tday of its release"]
lines += [f"{version}\t{date}" for _, version, date, _ in versions]
write("cwe-versions.tsv", lines)
lines = ["# number\tfirst version\tlast version (as lines of cwe-versions.tsv, from 0)\tdeprecated\tusage for mapping\tname"]
rows = []
for (number, name, state, usage), spans in runs.items():
    for first, last in spans:
        rows.append((number, first, last, state, usage, name))
lines += ["\t".join(str(cell) for cell in row) for row in sorted(rows)]
write("cwe.tsv", lines)

# Language subtags.
with open(os.path.join(arguments.subtags, "registry.json"), encoding="utf-8") as file:
    registry = json.load(file)
lines = ["# kind\tsubtags or whole tags, in lower case"]
for kind in ("language", "extlang", "script", "region", "variant", "grandfathered"):
    tags = sorted((row.get("Subtag") or row.get("Tag")).lower() for row in registry if row["Type"] == kind)
    lines.append(kind + "\t" + " ".join(tag for tag in tags if ".." not in tag))
write("subtags.tsv", lines)

# ScanCode LicenseDB: the identifiers of its own.
with open(arguments.scancode, encoding="utf-8") as file:
    licences = json.load(file)
known = {}
for row in licences:
    for key in [row["spdx_license_key"] or ""] + row["other_spdx_license_keys"]:
        if key.startswith("LicenseRef-scancode-"):
            known[key[len("LicenseRef-scancode-"):]] = row["is_deprecated"]
    # The database's own key names the entry too.
    known.setdefault(row["license_key"], row["is_deprecated"])
write("scancode.tsv", ["# key\tdeprecated"] + [key + ("\tdeprecated" if known[key] else "") for key in sorted(known)])

# SSVC decision points.
lines = ["# namespace\tkey\tversion\tname\tvalues in order, each key=name"]
rows = []
for path in glob.glob(os.path.join(arguments.ssvc, "*", "*.json")):
    with open(path, encoding="utf-8") as file:
        point = json.load(file)
    values = "\t".join(value["key"] + "=" + value["name"] for value in point["values"])
    rows.append((point["namespace"], point["key"], point["version"], point["name"], values))
lines += ["\t".join(row) for row in sorted(rows)]
write("ssvc.tsv", lines)
