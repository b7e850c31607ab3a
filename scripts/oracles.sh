#!/usr/bin/env bash
# Judges our wire files with the reference tools, in a Python environment of its own (.venv).
#
#   scripts/oracles.sh                      the samples, an analysis made by hand, 3,000 random observables
#   scripts/oracles.sh --documents FILE     and every report of FILE (JSON lines with doc_id and text, maybe gzip)
#   scripts/oracles.sh --documents FILE --every 40
#
# BARTIZAN_CACAO_SCHEMAS: folder `schemas` of oasis-open/cacao-json-schemas; with it every playbook is judged.
# BARTIZAN_CVSS: the built example `cvss` of bartizan-response; without it cargo builds it.
# BARTIZAN_XSOAR_SCHEMA: `commands/common/schemas/playbook.yml` of demisto-sdk; with it every XSOAR playbook is judged.
# BARTIZAN_ATTACK_FLOW: folder `stix` of center-for-threat-informed-defense/attack-flow; with it every flow is judged.
#
# Without Python or a package index there is nothing to judge with: that is said, and is no failure, unless
# BARTIZAN_ORACLES=required.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
  echo "oracles: skipped: $1" >&2
  [ "${BARTIZAN_ORACLES:-}" = required ] && exit 1
  exit 0
}

pins="stix2-validator==3.2.0 stix2-patterns==2.1.2 stix2==3.0.2 mitreattack-python==6.3.1 jsonschema==4.26.0 pykwalify==1.8.0 cvss==3.6"
if [ "$(cat .venv/pins 2>/dev/null)" != "$pins" ]; then
  command -v python3 >/dev/null || missing "no python3"
  python3 -m venv .venv 2>/dev/null || missing "python3 cannot make a virtual environment (Debian: python3-venv)"
  # shellcheck disable=SC2086
  .venv/bin/pip install --quiet --disable-pip-version-check $pins || missing "the reference tools cannot be installed"
  echo "$pins" > .venv/pins
fi
# The tests have built the development profile already; for all of a large file the release one pays.
if [ $# -gt 0 ] && [[ "$*" != *--every* ]]; then
  cargo xtask oracles "$@"
else
  ${BARTIZAN_XTASK:-cargo run --quiet --package xtask --} oracles "$@"
fi
# CVSS scores of 10,000 random vectors of each version: some seconds.
.venv/bin/python scripts/cvss-oracle.py \
  "${BARTIZAN_CVSS:-cargo run --quiet --package bartizan-response --example cvss}"
exec nice .venv/bin/python scripts/oracle_check.py target/oracles
