#!/usr/bin/env python3
"""What the broker adds to a call at many streams at once: makes a node and a window, and lets scripts/broker-load.rs call.

  broker-load.py PROGRAM [--database FILE_OR_URL] [--streams 50] [--rounds 5]

Prints one line of JSON, times in milliseconds: from a call to its arrival at the model's endpoint, and from a token's leaving there to its
coming; straight, through the node, and the difference of the percentiles. Needs Python 3.10, rustc and ssh-keygen."""
import argparse, pathlib, socket, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from model_testing import Node, Window

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("program")
    p.add_argument("--database")
    p.add_argument("--streams", type=int, default=50)
    p.add_argument("--rounds", type=int, default=5)
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        load = f"{folder}/broker-load"
        subprocess.run(["rustc", "-O", "--edition", "2021", ROOT / "scripts/broker-load.rs", "-o", load], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            place = f"127.0.0.1:{free.getsockname()[1]}"
        model = subprocess.Popen([load, "model", place])
        node = Node(a.program, folder, a.database or f"{folder}/node.db")
        node.start()
        try:
            window = Window(node, (ROOT / "crates/bartizan-programme/data/thirty-day.toml").read_bytes())
            window.accept()
            window.sign()
            window.endpoint("falcon-7", f"http://{place}/v1", "sk", "internal-falcon")
            credential = window.grant("load")
            time.sleep(1)
            subprocess.run([load, "load", place, node.place, credential, "sk", str(a.streams), str(a.rounds)], check=True)
        finally:
            node.stop()
            model.kill()


main()
