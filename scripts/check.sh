#!/usr/bin/env bash
# The second command of the README: formatting, lints, every test, the reference tools and a real browser.
# `.ci/run` calls it. What it needs and is missing it installs where it can (apt-get as root, pip, npm), else it says so.
set -euo pipefail
cd "$(dirname "$0")/.."
export BARTIZAN_SHARED="${BARTIZAN_SHARED:-$PWD/../shared}"

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }

step "format and lints"
cargo fmt --all -- --check
cargo clippy --locked --workspace --all-targets --quiet -- -D warnings

# What the first command builds: the program without the server.
cargo check --locked --package bartizan-cli --no-default-features --quiet

step "tests"
# The store's tests run on SQLite and on a real PostgreSQL, which is started, or installed and started, if there is none.
BARTIZAN_TEST_PG_URL=$(scripts/postgres.sh)
export BARTIZAN_TEST_PG_URL
cargo test --locked --workspace --quiet
# One build for all that follows, with the features of the tests: any other selection would compile the dependencies again.
cargo build --locked --workspace --all-targets --quiet
xtask=target/debug/xtask

step "the first command"
# With the build at hand: the release build is the same code and takes five minutes.
BARTIZAN_PROFILE=dev BARTIZAN_PACKAGES="--workspace --all-targets" scripts/quickstart.sh

step "invariants and generated files"
"$xtask" invariants
BARTIZAN=target/debug/bartizan "$xtask" references --check
"$xtask" schema --check
"$xtask" train --check
"$xtask" attack-names --check

step "reference tools: stix2-validator, stix2-patterns, stix2, mitreattack-python, jsonschema, cvss"
export BARTIZAN_XTASK="$xtask" BARTIZAN_CVSS=target/debug/examples/cvss
documents="$BARTIZAN_SHARED/data/ioc/dev_docs.jsonl.gz"
if [ -f "$documents" ]; then
  BARTIZAN_ORACLES=required scripts/oracles.sh --documents "$documents" --every 40
else
  echo "no labelled documents at $documents: the samples only"
  BARTIZAN_ORACLES=required scripts/oracles.sh
fi

step "feeds: misp-stix, PyMISP, stix2-validator, feedparser; TAXII client: medallion"
BARTIZAN_ORACLES=required scripts/feed-oracles.sh
BARTIZAN_ORACLES=required BARTIZAN=target/debug/bartizan scripts/taxii-client-oracle.sh

step "advisories: csaf-validator-lib, the schemas of OSV and OpenVEX"
BARTIZAN_ORACLES=required scripts/advisory-oracles.sh

step "logs of Inspect: inspect_ai with its mock model, scipy"
BARTIZAN_ORACLES=required scripts/inspect-oracle.sh

step "plans carried out by Inspect: its mock model, endpoints that answer, break and dawdle"
BARTIZAN_ORACLES=required BARTIZAN=$PWD/target/debug/bartizan scripts/inspect-run.sh

step "a whole window of model testing by commands: ssh-keygen, Inspect through the broker, the separate verifier"
if ! command -v ssh-keygen >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get install -qq -y openssh-client >/dev/null
fi
python3 scripts/window-cli.py target/debug/bartizan target/debug/bartizan-custody target/inspect-oracle/bin/inspect

step "a running server: TAXII conformance, kill -9"
scripts/server-oracles.sh

step "REST API: schemathesis, examples of docs/api.md"
scripts/api-fuzz.sh

step "converted Sigma rules in SQLite, DuckDB, ClickHouse, PostgreSQL and EQL"
if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get install -qq -y postgresql >/dev/null
fi
# What cannot be installed is left out and said; a difference is a failure.
scripts/sigma-engines.sh

step "interface and report pages in a browser"
scripts/browser-tests.sh

step "done"
