#!/usr/bin/env bash
# Runs converted Sigma rules in real engines and compares what they find (scripts/sigma-engines.py).
#
#   scripts/sigma-engines.sh                                   our own small set, for CI
#   scripts/sigma-engines.sh --rules DIR… --events PATH…       any rules and events, as SigmaHQ's regression_data
#   scripts/sigma-engines.sh --random 10000 [--seed N]         random rules and events (cargo xtask sigma-random)
#
# Takes BARTIZAN (default: target/debug/bartizan, built if it is not there). Without Python, a package index or PostgreSQL
# the comparison is left out: that is said, and is no failure, unless BARTIZAN_ENGINES=required.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
  echo "sigma-engines: skipped: $1" >&2
  [ "${BARTIZAN_ENGINES:-}" = required ] && exit 1
  exit 0
}

pins="duckdb==2.0.1 chdb==4.4.0 eql==1.0.1 psycopg[binary]==3.3.9 luqum==1.0.0 duckdb-kql==1.1.2"
venv=.venv/sigma
if [ "$(cat "$venv/pins" 2>/dev/null)" != "$pins" ]; then
  command -v python3 >/dev/null || missing "no python3"
  python3 -m venv "$venv" 2>/dev/null || missing "python3 cannot make a virtual environment (Debian: python3-venv)"
  # shellcheck disable=SC2086
  "$venv/bin/pip" install --quiet --disable-pip-version-check $pins || missing "the engines cannot be installed"
  echo "$pins" > "$venv/pins"
fi
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing "no PostgreSQL server (Debian: postgresql)"

bartizan="${BARTIZAN:-target/debug/bartizan}"
[ -x "$bartizan" ] || cargo build --quiet --package bartizan-cli
own=crates/bartizan-sigma/tests/engines
case "${1:-}" in
  "") set -- --rules "$own/rules" --events "$own/events" --known "$own/known.json" ;;
  --random)
    rules="$2"
    shift 2
    seed=1
    if [ "${1:-}" = --seed ]; then
      seed="$2"
      shift 2
    fi
    made="target/sigma-random/$seed"
    rm -rf "$made"
    cargo run --quiet --package xtask -- sigma-random --seed "$seed" --rules "$rules" --out "$made"
    set -- --rules "$made/rules" --events "$made/events.jsonl" --parsers '' "$@"
    ;;
esac
exec nice "$venv/bin/python" scripts/sigma-engines.py --bartizan "$bartizan" "$@"
