#!/usr/bin/env python3
"""Judges the files of `cargo xtask oracles` with the reference tools. Called by scripts/oracles.sh.

usage: oracle_check.py DIR [--processes N]

- every bundle:   stix2-validator as `stix2_validator --strict --enforce-refs --version 2.1` runs it, no code
                  disabled; Python stix2 parses it and computes the same identifiers for its observables
- every pattern:  stix2-patterns, version 2.1
- observables:    identifiers equal to Python stix2's
- every layer:    mitreattack-python loads it
- analysis.json:  text[start:end] == quote for every piece of evidence

Exits with 1 if anything fails, after saying what.
"""

import argparse
import glob
import json
import multiprocessing
import os
import sys


def bundle(path):
    """Failures of one bundle."""
    from stix2validator import ValidationOptions, validate_file
    import stix2

    failures = []
    options = ValidationOptions(strict=True, enforce_refs=True, version="2.1")
    result = validate_file(path, options)
    if not result.is_valid:
        for found in result.object_results or []:
            failures += [str(e) for e in list(found.errors) + list(found.warnings)]
        if result.fatal:
            failures.append(str(result.fatal))
        if not failures:
            failures.append("not valid")
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    ids = 0
    for thing in data["objects"]:
        if "created" in thing or thing["type"] in ("process", "marking-definition"):
            continue
        without = {k: v for k, v in thing.items() if k != "id"}
        theirs = stix2.parse(without, version="2.1")["id"]
        ids += 1
        if theirs != thing["id"]:
            failures.append(f"{thing['id']} is {theirs} in stix2")
    try:
        stix2.parse(data, version="2.1", allow_custom=False)
    except Exception as error:  # whatever it is, the reference library refused the bundle
        failures.append(f"stix2.parse: {error}")
    return path, len(data["objects"]), ids, failures


def patterns(path):
    """Failures of one list of patterns."""
    from stix2patterns.validator import run_validator

    failures, count = [], 0
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file.read().split("\n"):
            if line:
                count += 1
                failures += [f"{line[:200]}: {e}" for e in run_validator(line, stix_version="2.1")]
    return path, count, 0, failures


def layer(path):
    """Failures of one layer."""
    from mitreattack.navlayers import Layer

    failures = []
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    loaded = Layer()
    try:
        # Strict: an unknown or wrongly typed member raises.
        loaded.from_file(path)
        kept = loaded.to_dict() or {}
        ours = sorted(t["techniqueID"] for t in data["techniques"])
        theirs = sorted(t["techniqueID"] for t in kept.get("techniques", []))
        if ours != theirs:
            failures.append(f"{len(theirs)} of {len(ours)} techniques survive loading")
        if kept.get("versions", {}).get("layer") != "4.5":
            failures.append(f"layer version {kept.get('versions')}")
    except Exception as error:  # as above
        failures.append(f"{type(error).__name__}: {error}")
    return path, len(data["techniques"]), 0, failures


def analysis(path):
    """Failures of one analysis.json."""
    failures, count = [], 0
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    text = data["document"]["text"]
    for part in ("techniques", "observables", "entities", "relations", "events", "mitigations"):
        for claim in data[part]:
            if not claim["evidence"]:
                failures.append(f"{part}: a claim without evidence: {str(claim)[:120]}")
            for place in claim["evidence"]:
                count += 1
                if text[place["start"] : place["end"]] != place["quote"]:
                    failures.append(f"{part}: {place['quote']!r} is not at {place['start']}")
    return path, count, 0, failures


def observables(path):
    """Failures among the random observables."""
    import stix2

    failures, count = [], 0
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file:
            thing = json.loads(line)
            without = {k: v for k, v in thing.items() if k != "id"}
            theirs = stix2.parse(without, version="2.1")["id"]
            count += 1
            if theirs != thing["id"]:
                failures.append(f"{thing['id']} is {theirs} in stix2: {line[:200]}")
    return path, count, 0, failures


def judge(task):
    kind, path = task
    return kind, globals()[kind](path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    arguments = parser.parse_args()
    tasks = []
    for kind, form in (
        ("observables", "observables.jsonl"),
        ("bundle", "*.bundle.json"),
        ("patterns", "*.patterns.txt"),
        ("layer", "*.layer.json"),
        ("analysis", "*.analysis.json"),
    ):
        paths = sorted(glob.glob(os.path.join(glob.escape(arguments.directory), form)), key=os.path.getsize, reverse=True)
        if not paths:
            sys.exit(f"no {form} in {arguments.directory}")
        tasks += [(kind, path) for path in paths]
    totals = {}
    bad = 0
    with multiprocessing.Pool(arguments.processes) as pool:
        for kind, (path, count, ids, failures) in pool.imap_unordered(judge, tasks):
            files, good, things, checked = totals.get(kind, (0, 0, 0, 0))
            totals[kind] = (files + 1, good + (not failures), things + count, checked + ids)
            if failures:
                bad += 1
                print(f"FAIL {os.path.basename(path)}: {len(failures)} findings")
                for failure in failures[:8]:
                    print(f"     {failure[:400]}")
    words = {
        "observables": "random observables with the identifiers of stix2",
        "bundle": "objects in bundles that are strictly valid",
        "patterns": "patterns accepted",
        "layer": "techniques in layers that load",
        "analysis": "quotations at their offsets",
    }
    for kind, (files, good, things, checked) in sorted(totals.items()):
        more = f", {checked} observables with the identifiers of stix2" if kind == "bundle" else ""
        print(f"{kind}: {good} of {files} files pass; {things} {words[kind]}{more}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
