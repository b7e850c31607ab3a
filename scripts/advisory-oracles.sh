#!/usr/bin/env bash
# Judges what the emitters of bartizan-advisory write: CSAF 2.0 and 2.1 by the npm package @secvisogram/csaf-validator-lib (strict
# schema and mandatory tests), OSV and OpenVEX by their JSON schemas (from the folder BARTIZAN_SHARED, if it is there). The package
# lands in target/advisory-oracles.
#
# Without Node or a package index there is nothing to judge with: that is said, and is no failure, unless
# BARTIZAN_ORACLES=required.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
  echo "advisory oracles: skipped: $1" >&2
  [ "${BARTIZAN_ORACLES:-}" = required ] && exit 1
  exit 0
}

tools=target/advisory-oracles
pins="@secvisogram/csaf-validator-lib@2.0.10 ajv@8.17.1 ajv-formats@3.0.1"
if [ "$(cat $tools/pins 2>/dev/null)" != "$pins" ]; then
  command -v npm >/dev/null || missing "no npm"
  mkdir -p $tools
  # shellcheck disable=SC2086
  npm install --silent --no-fund --no-audit --prefix $tools $pins >/dev/null || missing "the reference tools cannot be installed"
  echo "$pins" > $tools/pins
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=${CARGO_TARGET_DIR:-target}/debug/examples/csaf
[ -x "$program" ] || cargo build --quiet --package bartizan-advisory --example csaf
"$program" --emit "$work/files"

schemas=()
data=${BARTIZAN_SHARED:-../shared}/data/clearinghouse
if [ -f "$data/osv-schema.tar.zst" ] && [ -f "$data/openvex-schema.tar.zst" ] && command -v zstd >/dev/null; then
  for name in osv openvex; do
    mkdir "$work/$name"
    zstd -dc "$data/$name-schema.tar.zst" | tar x -C "$work/$name"
  done
  schemas=("$work/osv/validation/schema.json" "$work/openvex/openvex_json_schema.json")
else
  echo "no OSV and OpenVEX schemas at $data: left out"
fi
# Node looks for packages beside the script.
cp scripts/advisory-oracles.mjs $tools/
node $tools/advisory-oracles.mjs "$work/files" "${schemas[@]}"
