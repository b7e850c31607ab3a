#!/usr/bin/env bash
# The first command of the README: build the program, analyse the three sample reports, say where the result is.
#
#   BARTIZAN_PROFILE=dev scripts/quickstart.sh     the same with the development build, which the tests have made already
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v cargo >/dev/null; then
  echo "Rust is missing. Install it from https://rustup.rs and run this again." >&2
  exit 69
fi

echo "Building bartizan (a few minutes the first time) …"
profile=${BARTIZAN_PROFILE:-release}
# shellcheck disable=SC2086
cargo build --profile "$profile" --locked ${BARTIZAN_PACKAGES:--p bartizan-cli --no-default-features}
program="target/${profile/#dev/debug}/bartizan"

out=out/samples
"./$program" analyze samples/ransomware-intrusion.html samples/gateway-advisory.pdf \
  samples/package-stealer.md -o "$out"
echo
echo "Open $PWD/$out/ransomware-intrusion/report.html in a browser."
echo "The program is $PWD/$program; try: $program analyze --help"
