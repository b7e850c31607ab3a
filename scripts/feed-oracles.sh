#!/usr/bin/env bash
# Compares the feed readers and writers with misp-stix, PyMISP, stix2-validator and feedparser, in a Python environment of its
# own (target/feed-oracles).
#
# Without Python or a package index there is nothing to judge with: that is said, and is no failure, unless
# BARTIZAN_ORACLES=required.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
  echo "feed oracles: skipped: $1" >&2
  [ "${BARTIZAN_ORACLES:-}" = required ] && exit 1
  exit 0
}

venv=target/feed-oracles
pins="feedparser==6.0.14 misp-stix==2026.10.12 pymisp==2.5.34.4 stix2-validator==3.2.0"
if [ "$(cat $venv/pins 2>/dev/null)" != "$pins" ]; then
  command -v python3 >/dev/null || missing "no python3"
  python3 -m venv $venv 2>/dev/null || missing "python3 cannot make a virtual environment (Debian: python3-venv)"
  # shellcheck disable=SC2086
  $venv/bin/pip install --quiet --disable-pip-version-check $pins || missing "the reference tools cannot be installed"
  echo "$pins" > $venv/pins
fi
[ -x target/debug/examples/feed ] || cargo build --quiet --package bartizan-clearinghouse --example feed
$venv/bin/python scripts/feed-oracles.py "${CARGO_TARGET_DIR:-target}/debug/examples/feed"
