#!/usr/bin/env bash
# Produces logs with the pinned inspect_ai and its mock model, and compares what Inspect's own reader gives with what
# bartizan-inspect gives: counts, every value, scores to 1e-9. Also the logs of the folder BARTIZAN_SHARED, if it is there, and logs
# given as arguments. The package lands in target/inspect-oracle.
#
# Without Python or a package index there is nothing to judge with: that is said, and is no failure, unless
# BARTIZAN_ORACLES=required.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
  echo "inspect oracle: skipped: $1" >&2
  [ "${BARTIZAN_ORACLES:-}" = required ] && exit 1
  exit 0
}

venv=target/inspect-oracle
pins="inspect_ai==0.3.285 numpy==2.4.6 scipy==1.17.1 openai==3.57.0"
if [ "$(cat $venv/pins 2>/dev/null)" != "$pins" ]; then
  command -v python3 >/dev/null || missing "no python3"
  python3 -m venv $venv 2>/dev/null || missing "python3 cannot make a virtual environment (Debian: python3-venv)"
  # shellcheck disable=SC2086
  $venv/bin/pip install --quiet --disable-pip-version-check $pins || missing "the reference tools cannot be installed"
  echo "$pins" > $venv/pins
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=${CARGO_TARGET_DIR:-$PWD/target}/debug/examples/inspect_log
[ -x "$program" ] || cargo build --quiet --package bartizan-inspect --example inspect_log
python=$PWD/$venv/bin/python
script=$PWD/scripts/inspect-oracle.py

# In a folder of its own: a log names where it was made.
(cd "$work" && "$python" "$script" make logs)
logs=("$work"/logs/*.eval "$work"/logs/*.json "$@")
data=${BARTIZAN_SHARED:-../shared}/data/model-testing/inspect-log-fixtures.tar.zst
if [ -f "$data" ] && command -v zstd >/dev/null; then
  mkdir "$work/shared"
  zstd -dc "$data" | tar x -C "$work/shared"
  while IFS= read -r log; do logs+=("$log"); done < <(find "$work/shared" -name '*.eval' -o -name '*.json')
else
  echo "no logs at $data: left out"
fi
"$python" "$script" check "$program" "${logs[@]}"
"$python" scripts/inspect-statistics.py --check crates/bartizan-inspect/tests/statistics.tsv
