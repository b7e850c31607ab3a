#!/usr/bin/env python3
"""Judges the files of `cargo xtask oracles` with the reference tools. Called by scripts/oracles.sh.

usage: oracle_check.py DIR [--processes N]

- every bundle:   stix2-validator as `stix2_validator --strict --enforce-refs --version 2.1` runs it, no code
                  disabled; Python stix2 parses it and computes the same identifiers for its observables
- every pattern:  stix2-patterns, version 2.1
- observables:    identifiers equal to Python stix2's
- every layer:    mitreattack-python loads it
- analysis.json:  text[start:end] == quote for every piece of evidence
- every playbook: jsonschema (draft-07) against OASIS' CACAO 2.0 schemas, if BARTIZAN_CACAO_SCHEMAS names their folder
- every flow:     jsonschema (2020-12) against the Attack Flow 2.0.0 schema, if BARTIZAN_ATTACK_FLOW names the folder `stix` of
                  its repository; references resolve, nothing leads back to itself, everything is reached from a start
- every playbook for Cortex XSOAR: pykwalify against demisto-sdk's schema, if BARTIZAN_XSOAR_SCHEMA names the file

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


_CACAO = []


def playbook(path):
    """Failures of one CACAO playbook."""
    import jsonschema
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT7

    if not _CACAO:
        files = glob.glob(os.path.join(os.environ["BARTIZAN_CACAO_SCHEMAS"], "**", "*.json"), recursive=True)
        schemas = [json.load(open(file, encoding="utf-8")) for file in files]
        held = [(schema["$id"], Resource.from_contents(schema, DRAFT7)) for schema in schemas]
        base = next(s["$id"] for s in schemas if s["$id"].endswith("/schemas/playbook.json"))
        _CACAO.append((Registry().with_resources(held), base.rsplit("/", 1)[0]))
    registry, base = _CACAO[0]
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    # The schema of an action refers to the common part of its commands only.
    parts = [("playbook", data)]
    parts += [
        (f"commands/{command['type']}", command)
        for step in data["workflow"].values()
        for command in step.get("commands", [])
    ]
    failures = []
    for name, part in parts:
        validator = jsonschema.Draft7Validator({"$ref": f"{base}/{name}.json"}, registry=registry)
        failures += [f"{error.json_path}: {error.message}" for error in validator.iter_errors(part)]
    return path, len(data["workflow"]), 0, failures


_FLOW = []


def flow(path):
    """Failures of one Attack Flow bundle."""
    import jsonschema
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT202012

    folder = os.environ["BARTIZAN_ATTACK_FLOW"]
    if not _FLOW:
        with open(os.path.join(folder, "attack-flow-schema-2.0.0.json"), encoding="utf-8") as file:
            schema = json.load(file)

        def retrieve(uri):
            # The schema refers to OASIS' schemas by their addresses; the folder has copies.
            local = os.path.join(folder, "oasis-open", *uri.split("/schemas/", 1)[1].split("/"))
            with open(local, encoding="utf-8") as file:
                return Resource.from_contents(json.load(file), default_specification=DRAFT202012)

        _FLOW.append(jsonschema.Draft202012Validator(schema, registry=Registry(retrieve=retrieve)))
    with open(path, encoding="utf-8") as file:
        objects = json.load(file)["objects"]
    failures, count = [], 0
    by_id = {thing["id"]: thing for thing in objects}
    if len(by_id) != len(objects):
        failures.append("an id is used twice")
    for thing in objects:
        if thing["type"].startswith("attack-") and thing["type"] != "attack-pattern":
            count += 1
            failures += [f"{thing['type']}: {e.json_path}: {e.message}" for e in _FLOW[0].iter_errors(thing)]
        for key, value in thing.items():
            if key.endswith(("_ref", "_refs")):
                failures += [f"{ref} is not here" for ref in ([value] if isinstance(value, str) else value) if ref not in by_id]
    flows = [thing for thing in objects if thing["type"] == "attack-flow"]
    if len(flows) != 1:
        return path, count, 0, failures + [f"{len(flows)} attack-flow objects"]
    seen, open_ = set(), list(flows[0]["start_refs"])
    led = {i: [r for key in ("effect_refs", "on_true_refs", "on_false_refs") for r in by_id[i].get(key, [])] for i in by_id}
    while open_:
        at = open_.pop()
        if at not in seen:
            seen.add(at)
            open_ += led[at]
    steps = {i for i in by_id if i.startswith(("attack-action--", "attack-condition--", "attack-operator--"))}
    failures += [f"no start leads to {i}" for i in sorted(steps - seen)]
    used = {r for thing in objects for r in thing.get("asset_refs", [])}
    failures += [f"{i} is nobody's asset" for i in sorted(by_id) if i.startswith("attack-asset--") and i not in used]
    left = {i: set(led[i]) for i in steps}
    while left:
        ends = [i for i, to in left.items() if not to & set(left)]
        if not ends:
            failures.append("the flow leads back to itself")
            break
        for i in ends:
            del left[i]
    return path, count, 0, failures


def xsoar(path):
    """Failures of one playbook for Cortex XSOAR."""
    import logging
    import yaml
    from pykwalify.core import Core

    logging.disable(logging.CRITICAL)
    with open(path, encoding="utf-8") as file:
        data = yaml.safe_load(file)
    with open(os.environ["BARTIZAN_XSOAR_SCHEMA"], encoding="utf-8") as file:
        schema = yaml.safe_load(file)
    failures = []
    try:
        Core(source_data=data, schema_data=schema).validate(raise_exception=True)
    except Exception as error:
        failures.append(str(error))
    tasks = data["tasks"]
    named = {number for task in tasks.values() for all in task.get("nexttasks", {}).values() for number in all}
    failures += [f"task {number} does not exist" for number in named - set(tasks)]
    failures += [f"nothing leads to task {number}" for number in set(tasks) - named - {data["starttaskid"]}]
    return path, len(tasks), 0, failures


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
    forms = [
        ("observables", "observables.jsonl"),
        ("bundle", "*.bundle.json"),
        ("patterns", "*.patterns.txt"),
        ("layer", "*.layer.json"),
        ("analysis", "*.analysis.json"),
    ]
    for kind, form, wanted in (
        ("playbook", "*.playbook.cacao.json", "BARTIZAN_CACAO_SCHEMAS"),
        ("xsoar", "*.xsoar-playbook.yml", "BARTIZAN_XSOAR_SCHEMA"),
        ("flow", "*.attack-flow.json", "BARTIZAN_ATTACK_FLOW"),
    ):
        if os.environ.get(wanted):
            forms.append((kind, form))
        else:
            print(f"{kind}: not judged: {wanted} names no schema")
    for kind, form in forms:
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
        "playbook": "steps of playbooks that OASIS' schemas accept",
        "flow": "objects of attack flows that their schema accepts",
        "xsoar": "tasks of playbooks that demisto-sdk's schema accepts",
    }
    for kind, (files, good, things, checked) in sorted(totals.items()):
        more = f", {checked} observables with the identifiers of stix2" if kind == "bundle" else ""
        print(f"{kind}: {good} of {files} files pass; {things} {words[kind]}{more}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
