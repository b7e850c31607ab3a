#!/usr/bin/env bash
# Opens report.html of the samples, of a page full of hostile text, and the pages of the server's gallery, in headless
# Chromium. `scripts/check.sh` calls it. Needs Node 20 and Chromium; installs Chromium where apt-get can.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v node >/dev/null; then
  echo "browser tests: Node 20 or newer is needed (Debian: apt-get install nodejs npm)" >&2
  exit 1
fi
if [ ! -x /usr/bin/chromium ] && [ ! -x /usr/bin/chromium-browser ] && [ ! -x /usr/bin/google-chrome ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium) >/dev/null
  else
    echo "browser tests: no Chromium found; install it (Debian: apt-get install chromium)" >&2
    exit 1
  fi
fi
for folder in ui tests/browser; do
  [ -d "$folder/node_modules" ] || npm ci --prefix "$folder" --silent
done
npm run --prefix ui --silent check
out=target/browser
mkdir -p "$out"
cargo build --quiet --workspace --all-targets
pages=""
for input in fixture samples/*.html samples/*.pdf samples/*.md; do
  page="$PWD/$out/$(basename "$input").report.html"
  target/debug/examples/report "$input" "$page"
  pages="$pages:$page"
done
rm -rf "$out/gallery"
target/debug/examples/gallery "$out/gallery"
BARTIZAN_PROGRAM="$PWD/target/debug/bartizan" BARTIZAN_GALLERY="$PWD/$out/gallery" BARTIZAN_PAGES="${pages#:}" npm test --prefix tests/browser --silent
