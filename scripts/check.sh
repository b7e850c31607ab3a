#!/usr/bin/env bash
# The second command of the README: formatting, lints, every test. `.ci/run` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo fmt --all -- --check
cargo clippy --workspace --all-targets --quiet -- -D warnings
cargo test --workspace --quiet
