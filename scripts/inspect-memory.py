"""How much memory a log of a gigabyte takes: makes one in each form, reads it with a release build, and fails above 200 MB.

    cargo build --release -p bartizan-inspect --example inspect_log
    scripts/inspect-memory.py [FOLDER]      needs 2.2 GB there for a minute

Samples are of 1 MB, one in a hundred of 10 MB, one of 60 MB: transcripts of random base64, which hardly packs.
"""

import base64
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

MOST = 200_000_000
PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).parent.parent / "target")) / "release/examples/inspect_log"
HEADER = {
    "version": 2,
    "status": "success",
    "eval": {
        "task": "large", "model": "mockllm/model", "created": "2026-01-01T00:00:00+00:00", "config": {"epochs": 1},
        "scorers": [{"name": "match", "options": {}, "metrics": [{"name": "inspect_ai/accuracy", "options": {}}]}],
    },
    "plan": {"steps": []},
    "stats": {"started_at": "2026-01-01T00:00:00+00:00", "completed_at": "2026-01-01T01:00:00+00:00"},
}


def sample(draw, number):
    megabytes = 60 if number == 500 else 10 if number % 100 == 0 else 1
    pieces = [base64.b64encode(draw.randbytes(6_000)).decode() for _ in range(125 * megabytes)]
    return json.dumps({
        "id": number, "epoch": 1, "input": "q", "target": "a", "scores": {"match": {"value": "C" if number % 3 else "I"}},
        "messages": [{"role": "assistant" if at % 2 else "user", "content": text} for at, text in enumerate(pieces[::2])],
        "events": [
            {"event": "tool", "timestamp": "2026-01-01T00:00:00+00:00", "id": str(at), "function": "f", "arguments": {"n": at}, "result": text}
            for at, text in enumerate(pieces[1::2])
        ],
    })


def read(path, samples):
    before = time.monotonic()
    child = os.fork()
    if child == 0:
        with open(path.with_suffix(".out"), "w", encoding="utf-8") as out:
            done = subprocess.run([PROGRAM, path], stdout=out)
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        path.with_suffix(".most").write_text(str(most))
        os._exit(done.returncode)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    most = int(path.with_suffix(".most").read_text())
    answer = path.with_suffix(".out").read_text()
    print(f"{path.name}: {path.stat().st_size / 1e9:.2f} GB, {most / 1e6:.0f} MB of memory, {time.monotonic() - before:.0f} s")
    assert f"{samples} of {samples} samples read" in answer and "error" not in answer, answer
    assert most < MOST, f"{most} bytes"


def main():
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        count = 900
        path = Path(folder) / "large.json"
        draw = random.Random(1)
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(HEADER)[:-1] + ', "samples": [')
            for number in range(1, count + 1):
                file.write((", " if number > 1 else "") + sample(draw, number))
            file.write("]}")
        assert path.stat().st_size > 1e9
        read(path, count)
        path.unlink()
        # Method 93 where this Python has it, as Inspect writes.
        try:
            import zipfile_zstd  # noqa: F401
        except ImportError:
            pass
        method = getattr(zipfile, "ZIP_ZSTANDARD", zipfile.ZIP_DEFLATED)
        path, draw, count = Path(folder) / "large.eval", random.Random(1), 1_300
        with zipfile.ZipFile(path, "w", method, compresslevel=1) as archive:
            for number in range(1, count + 1):
                archive.writestr(f"samples/{number}_epoch_1.json", sample(draw, number))
            archive.writestr("summaries.json", json.dumps([{"id": n, "epoch": 1, "scores": {"match": {"value": "C" if n % 3 else "I"}}} for n in range(1, count + 1)]))
            archive.writestr("header.json", json.dumps(HEADER))
        assert path.stat().st_size > 1e9, path.stat().st_size
        read(path, count)


main()
