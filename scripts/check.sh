#!/usr/bin/env bash
# The second command of the README: formatting, lints, every test. `.ci/run` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo fmt --all -- --check
cargo clippy --workspace --all-targets --quiet -- -D warnings
cargo test --workspace --quiet

# Our files before the reference tools; on a sample of the labelled reports too, where those are at hand.
reports="${BARTIZAN_SHARED:-../shared}/data/ioc/dev_docs.jsonl.gz"
if [ -f "$reports" ]; then
  scripts/oracles.sh --documents "$reports" --every 40
else
  scripts/oracles.sh
fi
