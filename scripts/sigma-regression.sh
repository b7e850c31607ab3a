#!/usr/bin/env bash
# The events of SigmaHQ's regression data, each quoted alone as a report would; the rules that come of it over all events.
# Prints the table of ACCURACY.md with every miss and its class.
#
#     scripts/sigma-regression.sh [DIR|ARCHIVE]     default: sigma-regression-data.tar.xz of $BARTIZAN_SHARED/data/sigma
set -euo pipefail
cd "$(dirname "$0")/.."
data="${1:-${BARTIZAN_SHARED:-$PWD/../shared}/data/sigma/sigma-regression-data.tar.xz}"
if [ -f "$data" ]; then
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  tar -C "$work" -xf "$data"
  data="$work"
fi
cargo run --locked --quiet -p bartizan-detection --example regression -- "$data"
