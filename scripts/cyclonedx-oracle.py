#!/usr/bin/env python3
"""Holds the checks of CycloneDX documents against libxml2 (lxml) and Python's jsonschema, on mutated valid documents.

Usage: scripts/cyclonedx-oracle.py FOLDER [MUTANTS [SEED]], where FOLDER is a copy of github.com/CycloneDX/specification.
Needs the Python packages lxml, jsonschema, rfc3339-validator and rfc3987.
"""
import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import jsonschema
from lxml import etree
from referencing import Registry, Resource

FOLDER = pathlib.Path(sys.argv[1])
MUTANTS = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
RANDOM = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 2026)
SCHEMA = FOLDER / "schema"
RESOURCES = FOLDER / "tools/src/test/resources"
VERSIONS = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"]
TEXTS = ["", "x", "-1", "1.5", "true", "2024-01-01T00:00:00Z", "  ", "a b", "https://x y", "library", "MIT"]
VALUES = [*TEXTS, 1, -1, 1.5, True, None, [], {}, ["x"], "2024-01-01", "a@b", "https://x.y/z"]


class Local(etree.Resolver):
    def resolve(self, url, _id, context):
        return self.resolve_filename(str(SCHEMA / "spdx.xsd"), context) if "schema/spdx" in url else None


def xml_schema(version):
    parser = etree.XMLParser()
    parser.resolvers.add(Local())
    return etree.XMLSchema(etree.parse(SCHEMA / f"bom-{version}.xsd", parser))


def json_schemas():
    registry = Registry()
    for file in SCHEMA.glob("*.schema.json"):
        document = json.loads(file.read_text())
        resource = Resource.from_contents(document)
        for name in (document.get("$id", file.name), "http://cyclonedx.org/schema/" + file.name):
            registry = registry.with_resource(name, resource)
    made = {}
    for version in VERSIONS[2:]:
        strict = "-strict" if version in ("1.2", "1.3") else ""
        document = json.loads((SCHEMA / f"bom-{version}{strict}.schema.json").read_text())
        checker = jsonschema.Draft7Validator.FORMAT_CHECKER
        made[version] = jsonschema.Draft7Validator(document, registry=registry, format_checker=checker)
    return made


def mutate_xml(tree):
    elements = [e for e in tree.iter() if isinstance(e.tag, str)]
    one, parent, kind = RANDOM.choice(elements), None, RANDOM.randrange(8)
    parent = one.getparent()
    if kind == 0 and parent is not None:
        parent.remove(one)
    elif kind == 1 and parent is not None:
        parent.insert(parent.index(one), copy.deepcopy(one))
    elif kind == 2 and one.attrib:
        one.attrib.pop(RANDOM.choice(list(one.attrib)))
    elif kind == 3 and one.attrib:
        one.attrib[RANDOM.choice(list(one.attrib))] = RANDOM.choice(TEXTS)
    elif kind == 4:
        one.text = RANDOM.choice(TEXTS)
    elif kind == 5:
        one.tag = RANDOM.choice(elements).tag
    elif kind == 6 and parent is not None:
        parent.remove(one)
        parent.insert(RANDOM.randrange(len(parent) + 1), one)
    elif kind == 7:
        one.set(RANDOM.choice(["bom-ref", "foo", "type", "mime-type", "{urn:x}y"]), RANDOM.choice(TEXTS))


def places(value, found):
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []:
        if key not in ("specVersion", "bomFormat"):
            found.append((value, key))
        places(value[key], found)
    return found


def mutate_json(document):
    found = places(document, [])
    if not found:
        return
    (holder, key), kind = RANDOM.choice(found), RANDOM.randrange(5)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        holder[key] = RANDOM.choice(VALUES)
    elif kind == 2 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    elif kind == 3 and isinstance(holder, dict):
        holder[RANDOM.choice(["foo", "name", "type", "bom-ref"])] = RANDOM.choice(VALUES)
    elif kind == 4:
        holder[key] = copy.deepcopy(RANDOM.choice(found)[0])


def held(label, mutants):
    command = ["cargo", "run", "-q", "--release", "-p", "bartizan-product", "--example", "check_cyclonedx"]
    names = "".join(f"{file}\n" for file, _ in mutants)
    ours = subprocess.run(command, input=names, capture_output=True, text=True, check=True).stdout.splitlines()
    differ = [(file, valid, said) for (file, valid), said in zip(mutants, ours) if said.startswith("ok") != valid]
    print(f"{label}: {len(mutants) - len(differ)} of {len(mutants)} the same ({sum(v for _, v in mutants)} valid)")
    for file, valid, said in differ[:5]:
        print(f"  {file}: theirs {valid}, ours {said}")
    return len(differ)


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    schemas = {v: xml_schema(v) for v in VERSIONS}
    files = [(v, f) for v in schemas for f in sorted((RESOURCES / v).glob("valid*.xml"))]
    mutants = []
    for n in range(MUTANTS):
        version, file = RANDOM.choice(files)
        tree = etree.parse(file)
        for _ in range(RANDOM.randint(1, 2)):
            mutate_xml(tree)
        tree.write(folder / f"{n}.xml")
        mutants.append((folder / f"{n}.xml", schemas[version].validate(etree.parse(folder / f"{n}.xml"))))
    wrong = held("XML", mutants)
    schemas = json_schemas()
    files = [(v, f) for v in schemas for f in sorted((RESOURCES / v).glob("valid*.json"))]
    mutants = []
    for n in range(MUTANTS):
        version, file = RANDOM.choice(files)
        document = json.loads(file.read_text())
        for _ in range(RANDOM.randint(1, 2)):
            mutate_json(document)
        try:
            (folder / f"{n}.json").write_text(json.dumps(document))
        except ValueError:  # it holds itself
            continue
        mutants.append((folder / f"{n}.json", schemas[version].is_valid(document)))
    wrong += held("JSON", mutants)
sys.exit(wrong > 0)
