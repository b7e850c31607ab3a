#!/usr/bin/env python3
"""Speed of the whole analysis beside a named peer, in one run, on one core. Prints the table of BENCHMARKS.md.

    scripts/bench.py [--shared DIR] [--peer PYTHON] [--rounds N]

Needs a release build (cargo build --release -p bartizan-cli -p xtask) and, for the peer's column, a Python that has
iocsearcher 3.1.0:  python3 -m venv .venv/peer && .venv/peer/bin/pip install iocsearcher==3.1.0
Times are CPU seconds (user + system) of a process pinned to one core; the peer's do not count its start and imports.
"""

import argparse
import gzip
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "target/release/bartizan"
BENCH = ROOT / "target/release/xtask"

PEER = r"""
import gzip, json, resource, sys, time
from iocsearcher.searcher import Searcher
texts = [json.loads(line)["text"] for line in gzip.open(sys.argv[1], "rt", encoding="utf-8")]
searcher = Searcher()
start = time.process_time()
for text in texts:
    searcher.search_data(text)
print(json.dumps({"seconds": time.process_time() - start,
                  "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def run(arguments, **kwargs):
    """Runs pinned to one core; returns (cpu seconds, wall seconds, peak KiB) of that child alone."""
    start = time.monotonic()
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))}),
        **kwargs,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{arguments} failed")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", default=os.environ.get("BARTIZAN_SHARED", ROOT.parent / "shared"))
    parser.add_argument("--peer", default=ROOT / ".venv/peer/bin/python", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    documents = pathlib.Path(options.shared) / "data/ioc/dev_docs.jsonl.gz"

    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        inputs = scratch / "in"
        inputs.mkdir()
        texts = [json.loads(line)["text"] for line in gzip.open(documents, "rt", encoding="utf-8")]
        for number, text in enumerate(texts):
            (inputs / f"{number:04}.txt").write_text(text, encoding="utf-8", newline="")
        size = sum(len(text.encode()) for text in texts) / 1e6
        tiny = scratch / "tiny.txt"
        tiny.write_text("The loader contacted bad-host[.]top.")
        large = scratch / "large.txt"
        block = "\n\n".join(texts)
        large.write_text((block * (int(20e6 / len(block)) + 1))[:20_000_000], encoding="utf-8")

        common = [PROGRAM, "analyze", "--quiet", "--jobs", "1"]
        best = lambda arguments: min((run(arguments) for _ in range(options.rounds)), key=lambda r: r[0])
        analysis = best([*common, "--stdout", "--format", "json", inputs])
        package = best([*common, "-o", scratch / "out", inputs])
        cold = min(run([*common, "--stdout", tiny])[1] for _ in range(20))
        inside = json.loads(subprocess.run(
            [BENCH, "bench", "--whole", "--shared", options.shared], check=True, capture_output=True, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))}),
        ).stdout)["seconds"]
        big = run([*common, "--stdout", "--timeout", "600", large])

        rows = [
            ("whole analysis in one process, objects", f"{size / inside:.2f} MB/s", f"{len(texts) / inside:.0f} documents/s"),
            ("whole analysis, analysis.json", f"{size / analysis[0]:.2f} MB/s", f"{len(texts) / analysis[0]:.0f} documents/s"),
            ("whole package, six files each", f"{size / package[0]:.2f} MB/s", f"{len(texts) / package[0]:.0f} documents/s"),
            ("peak memory over the set", f"{analysis[2] / 1024:.0f} MiB", ""),
            ("cold start, one sentence", f"{cold * 1000:.0f} ms", "wall, best of 20"),
            ("a 20 MB text", f"{20 / big[0]:.2f} MB/s", f"peak {big[2] / 1024:.0f} MiB"),
        ]
        if options.peer.exists():
            answer = subprocess.run(
                [options.peer, "-c", PEER, documents], check=True, capture_output=True, text=True,
                preexec_fn=lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))}),
            )
            peer = json.loads(answer.stdout)
            rows.append(("iocsearcher 3.1.0, search_data", f"{size / peer['seconds']:.2f} MB/s",
                         f"peak {peer['memory'] / 1024:.0f} MiB"))
            rows.append(("ratio, whole analysis", f"{peer['seconds'] / inside:.1f} x", "like with like: no start, no output"))
            rows.append(("ratio, whole analysis, program and JSON", f"{peer['seconds'] / analysis[0]:.1f} x",
                         "start and output counted on our side only"))
            rows.append(("ratio, whole package", f"{peer['seconds'] / package[0]:.1f} x", ""))
        print(f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {os.cpu_count()} cores, "
              f"{len(texts)} documents, {size:.2f} MB\n")
        print("| what | figure | |\n|---|---|---|")
        for row in rows:
            print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
