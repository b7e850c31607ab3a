#!/usr/bin/env bash
# Prints the address of a PostgreSQL for the tests: the one of BARTIZAN_TEST_PG_URL; else one that listens on 127.0.0.1:5432 and
# lets `postgres` in; else one of our own, started in target/postgres (installed first where apt-get can).
#
#   export BARTIZAN_TEST_PG_URL="$(scripts/postgres.sh)"
#   scripts/postgres.sh stop        ends the one of our own
set -euo pipefail
cd "$(dirname "$0")/.."
data=$PWD/target/postgres
port=54329

tools() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
# PostgreSQL refuses to run as root.
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

if [ "${1:-}" = stop ]; then
  [ -d "$data" ] && as "$(tools)/pg_ctl" -D "$data" -m immediate stop >/dev/null 2>&1 || true
  exit 0
fi
if [ -n "${BARTIZAN_TEST_PG_URL:-}" ]; then
  echo "$BARTIZAN_TEST_PG_URL"
  exit 0
fi
if [ -z "$(tools)" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing PostgreSQL" >&2
    { apt-get update -qq && apt-get install -qq -y postgresql; } >/dev/null
  else
    echo "the tests need PostgreSQL 15 or newer (Debian: apt-get install postgresql), or BARTIZAN_TEST_PG_URL" >&2
    exit 1
  fi
fi
usual=postgres://postgres@127.0.0.1:5432/postgres
if command -v psql >/dev/null && psql -w -Atqc 'SELECT 1' "$usual" >/dev/null 2>&1; then
  echo "$usual"
  exit 0
fi
own=postgres://postgres@127.0.0.1:$port/postgres
if ! psql -w -Atqc 'SELECT 1' "$own" >/dev/null 2>&1; then
  echo "starting a PostgreSQL for the tests on port $port" >&2
  if [ ! -f "$data/PG_VERSION" ]; then
    mkdir -p "$data"
    if [ "$(id -u)" = 0 ]; then
      # The folders above have to let it through.
      chown postgres "$data"
      runuser -u postgres -- test -x "$data" || { data=/tmp/bartizan-postgres; mkdir -p "$data"; chown postgres "$data"; }
    fi
    as "$(tools)/initdb" -D "$data" -U postgres -A trust -E UTF8 >/dev/null
  fi
  as "$(tools)/pg_ctl" -D "$data" -w -l "$data/log" -o "-p $port -k $data -c listen_addresses=127.0.0.1 -c max_connections=300" start >/dev/null
fi
echo "$own"
