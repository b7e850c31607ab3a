#!/usr/bin/env python3
"""Kills a server with -9 at random moments while objects are added over TAXII, and looks what is there afterwards.

Nothing that was acknowledged (202, complete) may be missing, nothing may be there twice, what was not acknowledged is there whole
or not at all, and the audit log's chain holds.

  kill-ingest.py PROGRAM --database FILE_OR_URL [--kills 200] [--seed 1]

Needs Python 3.10 and nothing else. A PostgreSQL database has to be empty."""
import argparse, base64, json, os, random, signal, subprocess, sys, threading, time, urllib.request, uuid

MEDIA = "application/taxii+json;version=2.1"
PASSWORD = "correct horse battery staple"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("program")
    p.add_argument("--database", required=True)
    p.add_argument("--kills", type=int, default=200)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    rng = random.Random(a.seed)
    env = dict(os.environ, BARTIZAN_DATABASE=a.database, BARTIZAN_PASSWORD=PASSWORD, BARTIZAN_RATE_LIMIT="0")

    def tool(*words):
        done = subprocess.run([a.program, "--json", *words], env=env, capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout or "{}")

    tool("organisation", "add", "First")
    tool("user", "add", "ada", "--organisation", "First", "--roles", "analyst")
    _, made = tool("collection", "add", "Kill", "--owner", "First")
    collection = made["collections"][0]["id"]
    _, made = tool("token", "create", "ada", "--label", "kill", "--scopes", "read,write")
    token = made["tokens"][0]["token"]

    def start():
        server = subprocess.Popen([a.program, "--json", "--quiet", "serve", "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.PIPE, text=True)
        text = ""
        while "}" not in text:
            line = server.stdout.readline()
            if not line:
                raise SystemExit(f"the server ended with {server.wait()}")
            text += line
        return server, json.loads(text)["url"]

    def ask(base, path, body=None):
        headers = {"Accept": MEDIA, "Authorization": f"Bearer {token}"}
        if body is not None:
            headers["Content-Type"] = MEDIA
        request = urllib.request.Request(f"{base}/taxii2/root/collections/{collection}/{path}", data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    acknowledged, sent, envelopes = set(), set(), []
    lock = threading.Lock()

    def feed(base, stop):
        while not stop.is_set():
            ids = [f"malware--{uuid.UUID(int=rng.getrandbits(128), version=4)}" for _ in range(rng.choice([1, 7, 40, 200]))]
            objects = [{"type": "malware", "spec_version": "2.1", "id": i, "created": "2024-01-01T00:00:00Z", "modified": "2024-01-01T00:00:00Z"} for i in ids]
            with lock:
                sent.update(ids)
                envelopes.append(ids)
            try:
                status = ask(base, "objects/", json.dumps({"objects": objects}).encode())
            except Exception:
                continue
            if status.get("success_count") == len(ids):
                with lock:
                    acknowledged.update(ids)

    started = time.time()
    for kill in range(a.kills):
        server, base = start()
        stop = threading.Event()
        threads = [threading.Thread(target=feed, args=(base, stop)) for _ in range(2)]
        for t in threads:
            t.start()
        time.sleep(rng.uniform(0.0, 0.6))
        server.send_signal(signal.SIGKILL)
        server.wait()
        stop.set()
        for t in threads:
            t.join()

    server, base = start()
    there, after = [], None
    while True:
        page = ask(base, "manifest/?limit=5000&match[version]=all" + (f"&next={after}" if after else ""))
        there += [o["id"] for o in page.get("objects", [])]
        if not page.get("more"):
            break
        after = page["next"]
    server.send_signal(signal.SIGTERM)
    stopped = server.wait()
    kept = set(there)
    code, audit = tool("audit", "verify")
    halves = sum(1 for ids in envelopes if 0 < len(kept & set(ids)) < len(ids))
    found = {
        "kills": a.kills, "sent": len(sent), "acknowledged": len(acknowledged), "stored": len(kept),
        "lost": len(acknowledged - kept), "doubled": len(there) - len(kept), "half_envelopes": halves,
        "foreign": len(kept - sent), "audit_entries": audit.get("entries"), "audit_broken": audit.get("broken"),
        "graceful_exit": stopped, "seconds": round(time.time() - started),
    }
    print(json.dumps(found))
    bad = found["lost"] or found["doubled"] or halves or found["foreign"] or code or stopped or len(acknowledged) < a.kills
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
