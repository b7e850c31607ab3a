#!/usr/bin/env python3
"""Reduces the CycloneDX schemas to what decides validity: crates/bartizan-product/data/cyclonedx/.

Usage: scripts/cyclonedx-schemas.py FOLDER, where FOLDER is `schema/` of github.com/CycloneDX/specification
(e02a34ae42a48239f54e04f75280b9000b29f1fb). Titles, descriptions, examples, annotations and comments go; nothing else does.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as ET

SOURCE = pathlib.Path(sys.argv[1])
TARGET = pathlib.Path(__file__).parent.parent / "crates/bartizan-product/data/cyclonedx"
WORDS = {"title", "description", "examples", "$comment", "meta:enum", "default", "deprecated"}
NAMED = {"properties", "definitions", "$defs", "patternProperties"}
XS = "{http://www.w3.org/2001/XMLSchema}"
JSON = ["bom-1.2-strict", "bom-1.3-strict", "bom-1.4", "bom-1.5", "bom-1.6", "bom-1.7", "spdx", "jsf-0.82",
        "cryptography-defs"]
XSD = ["bom-1.0", "bom-1.1", "bom-1.2", "bom-1.3", "bom-1.4", "bom-1.5", "bom-1.6", "bom-1.7", "spdx"]


def reduced(value, names=False):
    """`names`: the members are named by the document, not by JSON Schema."""
    if isinstance(value, dict):
        return {k: v if k in ("enum", "const") and not names else reduced(v, k in NAMED and not names)
                for k, v in value.items() if names or k not in WORDS}
    if isinstance(value, list):
        return [reduced(v) for v in value]
    return value


def strip(element):
    for child in list(element):
        if child.tag == XS + "annotation":
            element.remove(child)
        else:
            strip(child)
    element.text = element.tail = None


TARGET.mkdir(parents=True, exist_ok=True)
for name in JSON:
    document = reduced(json.loads((SOURCE / f"{name}.schema.json").read_text()))
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    (TARGET / f"{name}.schema.json").write_text(text + "\n")
for name in XSD:
    text = (SOURCE / f"{name}.xsd").read_text()
    for _, (prefix, uri) in ET.iterparse(SOURCE / f"{name}.xsd", events=["start-ns"]):
        ET.register_namespace(prefix, uri)
    root = ET.fromstring(text)
    strip(root)
    (TARGET / f"{name}.xsd").write_text(ET.tostring(root, encoding="unicode") + "\n")
