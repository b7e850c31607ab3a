#!/usr/bin/env bash
# How loud generated rules are: those of all reports, and the whole library, over benign events.
#
#     scripts/noise.sh DIR REPORTS.jsonl [--packages]
#
# DIR keeps the events (windows.jsonl, linux.jsonl; made by scripts/benign-events.py if they are not there; --packages lets it
# install packages and start a daemon on this machine). Prints the figures of ACCURACY.md and writes
# crates/bartizan-detection/data/noise.tsv, the estimates that rules carry.
set -euo pipefail
events="$(mkdir -p "$1" && cd "$1" && pwd)"
reports="$(realpath "$2")"
cd "$(dirname "$0")/.."
[ -s "$events/windows.jsonl" ] || python3 scripts/benign-events.py windows --events 50000 --seed 1 > "$events/windows.jsonl"
[ -s "$events/linux.jsonl" ] || python3 scripts/benign-events.py linux ${3:-} > "$events/linux.jsonl"
noise() { cargo run --locked --quiet -p bartizan-detection --example noise -- "$1" "$events/windows.jsonl,$events/linux.jsonl" "$reports"; }
noise figures
noise table > "$events/noise.tsv"
cp "$events/noise.tsv" crates/bartizan-detection/data/noise.tsv
