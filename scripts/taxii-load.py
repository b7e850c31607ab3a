#!/usr/bin/env python3
"""Load on the TAXII server beside medallion 3.0.0, in one run, on one machine.

  cargo build --release -p bartizan-cli && cargo build --release -p bartizan-server --example load
  scripts/taxii-load.py --bundle enterprise-attack-18.1.json [--postgres postgres://postgres@127.0.0.1:5432] [--fill 1000000]
      [--medallion target/taxii-oracle]      the virtual environment of scripts/taxii-client-oracle.sh

Each server gets a fresh database. medallion keeps everything in memory and gets the first --few objects only, and 20 seconds
for each part: with all of them it does not end. Prints one line of JSON a server, with the server's memory."""
import argparse, json, os, pathlib, socket, subprocess, sys, tempfile, time

PASSWORD = "correct horse battery staple"


def memory(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: int(line.split()[1]) // 1024 for line in lines for name in ("VmHWM", "VmRSS") if line.startswith(name)}


def load(client, root, collection, user, password, bundle, *options):
    done = subprocess.run([client, root, collection, user, password, bundle, *options], capture_output=True, text=True)
    if done.returncode:
        return {"error": done.stderr.strip()[-300:]}
    return json.loads(done.stdout)


def bartizan(a, name, database, bundle, fill):
    env = dict(os.environ, BARTIZAN_DATABASE=database, BARTIZAN_PASSWORD=PASSWORD, BARTIZAN_RATE_LIMIT="0")
    tool = lambda *w: json.loads(subprocess.run([a.program, "--json", *w], env=env, capture_output=True, text=True, check=True).stdout)
    tool("organisation", "add", "First")
    tool("user", "add", "ada", "--organisation", "First", "--roles", "analyst")
    collection = tool("collection", "add", "Load", "--owner", "First")["collections"][0]["id"]
    server = subprocess.Popen([a.program, "--json", "--quiet", "serve", "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.PIPE, text=True)
    text = ""
    while "}" not in text:
        text += server.stdout.readline()
    url = json.loads(text)["url"]
    options = [f"fill={fill}", f"search={url}/api/v1/objects"]
    found = load(a.client, url + "/taxii2/root/", collection, "ada", PASSWORD, bundle, *options)
    found["memory_mb"] = memory(server.pid)
    server.terminate()
    server.wait()
    if "://" not in database:
        found["file_mb"] = os.path.getsize(database) // 1_000_000
    print(json.dumps({"server": name, "fill": fill, **found}), flush=True)


def medallion(a, bundle, folder):
    objects = json.load(open(bundle))["objects"][: a.few]
    few = folder / "few.json"
    few.write_text(json.dumps({"type": "bundle", "objects": objects}))
    cid = "365fed99-08fa-fdcd-a1b3-fb247eb41d01"
    media = "application/taxii+json;version=2.1"
    data = {"/discovery": {"title": "Reference", "default": "/api1/", "api_roots": ["/api1/"]},
            "api1": {"information": {"title": "One", "description": "x", "versions": [media], "max_content_length": 20000000},
                     "status": [], "collections": [{"id": cid, "title": "Load", "description": "x", "can_read": True, "can_write": True,
                                                    "media_types": ["application/stix+json;version=2.1"], "objects": [], "manifest": []}]}}
    (folder / "data.json").write_text(json.dumps(data))
    (folder / "config.json").write_text(json.dumps({
        "backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": str(folder / "data.json"), "interop_requirements": False},
        "users": {"ada": PASSWORD}, "taxii": {"max_page_size": 1000}}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([f"{a.medallion}/bin/medallion", "--port", str(port), str(folder / "config.json")],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    found = load(a.client, f"http://127.0.0.1:{port}/api1/", cid, "ada", PASSWORD, str(few), "seconds=20")
    print(json.dumps({"server": "medallion", "objects": len(objects), **found, "memory_mb": memory(server.pid)}), flush=True)
    server.kill()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bundle", required=True)
    p.add_argument("--program", default="target/release/bartizan")
    p.add_argument("--client", default="target/release/examples/load")
    p.add_argument("--postgres")
    p.add_argument("--fill", type=int, default=0)
    p.add_argument("--medallion")
    p.add_argument("--few", type=int, default=500)
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for fill in sorted({0, a.fill}):
            bartizan(a, "bartizan, SQLite", str(folder / f"load{fill}.db"), a.bundle, fill)
            if a.postgres:
                database = f"bartizan_load_{os.getpid()}"
                admin = f"{a.postgres}/postgres"
                subprocess.run(["psql", "-w", "-q", admin, "-c", f"CREATE DATABASE {database}"], check=True)
                try:
                    bartizan(a, "bartizan, PostgreSQL", f"{a.postgres}/{database}", a.bundle, fill)
                finally:
                    subprocess.run(["psql", "-w", "-q", admin, "-c", f"DROP DATABASE {database} WITH (FORCE)"])
        if a.medallion:
            medallion(a, a.bundle, folder)


if __name__ == "__main__":
    sys.exit(main())
