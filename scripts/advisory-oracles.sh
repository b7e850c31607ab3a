#!/usr/bin/env bash
# Judges what the emitters of bartizan-advisory write, and what a server of the tests released (from the folder BARTIZAN_RELEASED, or
# from a run of those tests): CSAF 2.0 and 2.1 by the npm package @secvisogram/csaf-validator-lib (strict
# schema and mandatory tests), OSV and OpenVEX by their JSON schemas (from the folder BARTIZAN_SHARED, if it is there). The package
# lands in target/advisory-oracles. The server's provider metadata goes through the schema of CSAF 2.0, its signature through gpg, its
# hashes through sha256sum and sha512sum.
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

echo "released by a server:"
released=${BARTIZAN_RELEASED:-$work/released}
if [ ! -d "$released" ]; then
  BARTIZAN_RELEASED=$released cargo test --quiet --workspace --test it what_is_released_is_read_by_tier_on_sqlite >/dev/null
fi
node $tools/advisory-oracles.mjs "$released" "${schemas[@]}"
if [ -f "$data/csaf-tests.tar.zst" ] && command -v zstd >/dev/null; then
  zstd -dc "$data/csaf-tests.tar.zst" | tar x -C "$work" csaf_2.0/json_schema
  schema=$work/csaf_2.0/json_schema
  node $tools/advisory-oracles.mjs --schema "$schema/provider_json_schema.json" "$released/provider/provider-metadata.json" "$schema/csaf_json_schema.json"
else
  echo "no schema of provider metadata at $data: left out"
fi
(cd "$released/provider" && sha256sum --check --strict ./*.sha256 && sha512sum --check --strict ./*.sha512)
if command -v gpg >/dev/null; then
  mkdir -m 700 "$work/gnupg"
  gpg --homedir "$work/gnupg" --batch --quiet --import "$released/provider/openpgp-key.asc"
  for signature in "$released"/provider/*.json.asc; do
    gpg --homedir "$work/gnupg" --batch --status-fd 1 --verify "$signature" "${signature%.asc}" 2>/dev/null | grep -q "VALIDSIG"
    echo "$(basename "$signature"): good signature"
  done
else
  echo "no gpg: signatures are left out"
fi
