#!/usr/bin/env bash
# Tries a running server as others would: the TAXII 2.1 conformance checks (the folder BARTIZAN_SHARED, if it is there) and kill -9
# while objects arrive, on SQLite and on PostgreSQL.
#
#   scripts/server-oracles.sh                 six kills each; BARTIZAN_KILLS=200 for the long run
#   BARTIZAN: the program (default: target/debug/bartizan); BARTIZAN_TEST_PG_URL: a PostgreSQL (default: scripts/postgres.sh)
set -euo pipefail
cd "$(dirname "$0")/.."
program=${BARTIZAN:-$PWD/target/debug/bartizan}
postgres=$(scripts/postgres.sh)
work=$(mktemp -d)
databases=()
finish() {
  [ -n "${server:-}" ] && kill "$server" 2>/dev/null || true
  for name in "${databases[@]}"; do psql -w -q "$postgres" -c "DROP DATABASE IF EXISTS $name WITH (FORCE)" || true; done
  rm -rf "$work"
}
trap finish EXIT

# A fresh PostgreSQL database; its address.
fresh() {
  local name="bartizan_$1_$$"
  databases+=("$name")
  psql -w -q "$postgres" -c "CREATE DATABASE $name"
  made="${postgres%/*}/$name"
}

venv=target/server-oracle
if [ ! -x $venv/bin/python ] || ! $venv/bin/python -c 'import requests, taxii2client' 2>/dev/null; then
  python3 -m venv $venv
  $venv/bin/pip install --quiet --disable-pip-version-check requests==2.32.5 taxii2-client==2.3.0
fi

conformance() {
  export BARTIZAN_DATABASE=$1 BARTIZAN_PASSWORD="correct horse battery staple"
  local checks=${BARTIZAN_SHARED:-../shared}/tools/taxii_conformance.py
  if [ ! -f "$checks" ]; then
    echo "no TAXII conformance checks at $checks: left out"
    return
  fi
  for name in First Second; do "$program" --json organisation add $name >/dev/null; done
  "$program" --json user add ada --organisation First --roles analyst >/dev/null
  "$program" --json user add ben --organisation Second --roles analyst >/dev/null
  declare -A id
  for each in shared:First read-only:Second none:Second; do
    alias=${each%:*}
    id[$alias]=$("$program" collection add "$alias" --owner "${each#*:}" --alias "$alias")
  done
  "$program" collection grant read-only First --rights read
  BARTIZAN_RATE_LIMIT=0 "$program" --json serve --quiet --listen 127.0.0.1:0 >"$work/said" &
  server=$!
  for _ in $(seq 100); do grep -q '}' "$work/said" && break; sleep 0.1; done
  url=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["url"])' "$work/said")
  $venv/bin/python "$checks" --discovery "$url/taxii2/" --user ada --password "$BARTIZAN_PASSWORD" \
    --second-user "ben:$BARTIZAN_PASSWORD" --collection "${id[shared]}" --read-only "${id[read-only]}" \
    --no-read "${id[none]}" >"$work/checks" || { grep -v '^ok' "$work/checks"; return 1; }
  tail -1 "$work/checks"
  kill "$server"
  wait "$server"
  server=""
}

echo "TAXII conformance on SQLite"
conformance "$work/conformance.db"
echo "TAXII conformance on PostgreSQL"
fresh conformance
conformance "$made"
echo "kill -9 while objects arrive, on SQLite"
python3 scripts/kill-ingest.py "$program" --database "$work/kill.db" --kills "${BARTIZAN_KILLS:-6}"
echo "kill -9 while objects arrive, on PostgreSQL"
fresh kill
python3 scripts/kill-ingest.py "$program" --database "$made" --kills "${BARTIZAN_KILLS:-6}"
echo "kill -9 while reports of vulnerabilities are handed in, on SQLite"
python3 scripts/kill-intake.py "$program" --database "$work/intake.db" --kills "${BARTIZAN_KILLS:-6}"
echo "kill -9 while reports of vulnerabilities are handed in, on PostgreSQL"
fresh intake
python3 scripts/kill-intake.py "$program" --database "$made" --kills "${BARTIZAN_KILLS:-6}"
