#!/usr/bin/env bash
# Carries plans out with the pinned inspect_ai: on its mock model, and against an OpenAI-compatible server of the script, with answers
# that are right, wrong, slow, broken, or hold the credential. Also what is done with a run that breaks off: Ctrl-C, a time limit, and
# going on. The package is that of scripts/inspect-oracle.sh.
#
# Without Python or a package index there is nothing to run: that is said, and is no failure, unless BARTIZAN_ORACLES=required.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
  echo "inspect run: skipped: $1" >&2
  [ "${BARTIZAN_ORACLES:-}" = required ] && exit 1
  exit 0
}

venv=target/inspect-oracle
pins=$(sed -n 's/^pins="\(.*\)"$/\1/p' scripts/inspect-oracle.sh)
if [ "$(cat $venv/pins 2>/dev/null)" != "$pins" ]; then
  command -v python3 >/dev/null || missing "no python3"
  python3 -m venv $venv 2>/dev/null || missing "python3 cannot make a virtual environment (Debian: python3-venv)"
  # shellcheck disable=SC2086
  $venv/bin/pip install --quiet --disable-pip-version-check $pins || missing "the reference tools cannot be installed"
  echo "$pins" > $venv/pins
fi

program=${BARTIZAN:-${CARGO_TARGET_DIR:-$PWD/target}/debug/bartizan}
[ -x "$program" ] || cargo build --quiet --package bartizan-cli --no-default-features
$venv/bin/python scripts/inspect-run.py "$program" "$PWD/$venv/bin/inspect"
