#!/usr/bin/env bash
# Runs `bartizan taxii` against medallion 3.0.0, the reference server of OASIS, in a Python environment of its own
# (target/taxii-oracle): lists, adds, fetches in small pages, fetches again, and compares objects.
#
# Without Python or a package index there is nothing to judge with: that is said, and is no failure, unless
# BARTIZAN_ORACLES=required. BARTIZAN: the built program; without it cargo builds it.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
  echo "taxii oracle: skipped: $1" >&2
  [ "${BARTIZAN_ORACLES:-}" = required ] && exit 1
  exit 0
}

venv=target/taxii-oracle
pins="medallion==3.0.0"
if [ "$(cat $venv/pins 2>/dev/null)" != "$pins" ]; then
  command -v python3 >/dev/null || missing "no python3"
  python3 -m venv $venv 2>/dev/null || missing "python3 cannot make a virtual environment (Debian: python3-venv)"
  $venv/bin/pip install --quiet --disable-pip-version-check "$pins" || missing "medallion cannot be installed"
  echo "$pins" > $venv/pins
fi
if [ -z "${BARTIZAN:-}" ]; then
  cargo build --quiet --package bartizan-cli
  BARTIZAN="${CARGO_TARGET_DIR:-target}/debug/bartizan"
fi
$venv/bin/python scripts/taxii-client-oracle.py "$BARTIZAN"
