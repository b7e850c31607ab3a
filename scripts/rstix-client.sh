#!/usr/bin/env bash
# rstix (the STIX library of rsigma's authors, crates.io) reads and writes a node of ours with its TAXII client. By hand: building
# it takes minutes and an asynchronous TLS stack that the workspace does not have. It is built below target/, apart from the workspace.
set -euo pipefail
cd "$(dirname "$0")/.."
program="${BARTIZAN_PROGRAM:-$PWD/target/debug/bartizan}"
[ -x "$program" ] || cargo build --quiet -p bartizan-cli
place=target/rstix-client
mkdir -p "$place/src"
cp scripts/rstix-client.rs "$place/src/main.rs"
cat >"$place/Cargo.toml" <<'TOML'
[package]
name = "rstix-client"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
rstix = { version = "=0.23.0", features = ["taxii"] }
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }

[workspace]

[profile.dev]
debug = false
TOML
(cd "$place" && cargo build --quiet)
folder="$(mktemp -d)"
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
export BARTIZAN_DATABASE="$folder/node.db" BARTIZAN_PASSWORD="correct horse battery staple"
"$program" organisation add First >/dev/null
"$program" user add ada@first.example --organisation First --roles analyst,coordinator >/dev/null
field() { python3 -c 'import json,re,sys; print(re.search(sys.argv[1], sys.stdin.read()).group(0))' "$1"; }
uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
BARTIZAN_COLLECTION="$("$program" --json collection add Shared --owner First --marking green | field "$uuid")"
BARTIZAN_TOKEN="$("$program" --json token create ada@first.example --label rstix --scopes read,write | field 'bzt_[A-Za-z0-9_-]+')"
"$program" serve --json --listen 127.0.0.1:0 >"$folder/said" &
server=$!
for _ in $(seq 100); do grep -q url "$folder/said" && break; sleep 0.1; done
BARTIZAN_URL="$(field 'http://[0-9.:]+' <"$folder/said")"
export BARTIZAN_URL BARTIZAN_TOKEN BARTIZAN_COLLECTION
"$place/target/debug/rstix-client"
