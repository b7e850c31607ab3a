"""`bartizan taxii` against medallion. Called by taxii-client-oracle.sh with the path of the program."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import uuid

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
COLLECTION = "365fed99-08fa-fdcd-a1b3-fb247eb41d01"
USER, PASSWORD = "us", "open sesame"
OBJECTS = 250
checks = []


def check(what, ok, more=""):
    checks.append(ok)
    print(f"{'ok  ' if ok else 'FAIL'} {what} {more if not ok else ''}".rstrip())


def configuration():
    collection = {"id": COLLECTION, "title": "Shared", "alias": "shared", "description": "x", "can_read": True, "can_write": True,
                  "media_types": ["application/stix+json;version=2.1"], "objects": [], "manifest": []}
    data = {
        "/discovery": {"title": "Reference", "default": "/api1/", "api_roots": ["/api1/"]},
        "api1": {
            "information": {"title": "One", "description": "x", "versions": ["application/taxii+json;version=2.1"],
                            "max_content_length": 20000},
            "status": [], "collections": [collection],
        },
    }
    return data


def objects(start, count):
    moment = "2024-01-01T00:00:00.000Z"
    return [{"type": "indicator", "spec_version": "2.1", "id": f"indicator--{uuid.UUID(int=n + 1, version=4)}", "created": moment,
             "modified": moment, "name": f"n{n} é", "description": "d" * 50, "pattern": f"[domain-name:value = 'd{n}.example']",
             "pattern_type": "stix", "valid_from": moment} for n in range(start, start + count)]


def bundle(path, items):
    path.write_text(json.dumps({"type": "bundle", "id": f"bundle--{uuid.uuid4()}", "objects": items}, ensure_ascii=False))


def run(*arguments, password=PASSWORD):
    environment = {**os.environ, "BARTIZAN_TAXII_PASSWORD": password}
    done = subprocess.run([PROGRAM, "taxii", *arguments, "--user", USER, "--allow-net", "127.0.0.0/8", "--json"],
                          capture_output=True, env=environment, cwd=folder)
    return done.returncode, json.loads(done.stdout or b"{}"), done.stderr.decode()


def pulled(where):
    found = {}
    for path in (folder / where).glob("*.json"):
        for item in json.loads(path.read_text()).get("objects", []):
            found[item["id"]] = item
    return found


def node_story():
    """A node pulls the reference server and pushes to it, by itself."""
    def node(*arguments, secret=None):
        environment = {**os.environ, "BARTIZAN_DATABASE": str(folder / "node.db"), "BARTIZAN_ALLOW_NET": "127.0.0.0/8"}
        if secret:
            environment["BARTIZAN_SOURCE_PASSWORD"] = secret
        done = subprocess.run([PROGRAM, *arguments, "--json"], capture_output=True, env=environment, cwd=folder)
        return json.loads(done.stdout or b"{}") if done.returncode == 0 else {"error": done.stderr.decode()}

    for organisation in ["First", "Second"]:
        node("organisation", "add", organisation)
    node("user", "add", "ada", "--organisation", "First", "--roles", "analyst,coordinator")
    for collection in ["in", "out"]:
        node("collection", "add", collection, "--owner", "First", "--alias", "it-" + collection, "--marking", "green")
    node("collection", "grant", "it-out", "Second", "--rights", "read")
    token = node("token", "create", "ada", "--label", "x", "--scopes", "read,write")
    token = token["tokens"][0]["token"]
    common = ["--address", f"{url}/api1/", "--remote", COLLECTION, "--for", "ada", "--user", USER]
    node("source", "add", "In", "--kind", "taxii", "--collection", "it-in", *common, secret=PASSWORD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    served = subprocess.Popen([PROGRAM, "serve", "--quiet", "--listen", place, "--database", "node.db", "--allow-net", "127.0.0.0/8"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)

    def ended(title):
        for _ in range(150):
            rows = {row["title"]: row for row in node("source", "list").get("sources", [])}
            if rows.get(title, {}).get("state") in ("done", "failed", "dead"):
                return rows[title]
            time.sleep(0.2)
        return {"state": "never"}

    def here(where, collection):
        environment = {**os.environ, "NODE_TOKEN": token}
        subprocess.run([PROGRAM, "taxii", "pull", f"http://{place}", collection, "-o", where, "--token-env", "NODE_TOKEN",
                        "--allow-net", "127.0.0.0/8"], capture_output=True, env=environment, cwd=folder)
        return pulled(where)

    try:
        row = ended("In")
        check("a node pulls it", row["state"] == "done" and row.get("taken") == OBJECTS + 30, str(row))
        check("objects came whole", here("node-in", "it-in") == {**pulled("out"), **pulled("new")})
        ours = objects(2000, 120)
        bundle(folder / "ours.json", ours)
        environment = {**os.environ, "NODE_TOKEN": token}
        subprocess.run([PROGRAM, "taxii", "push", f"http://{place}", "it-out", "ours.json", "--token-env", "NODE_TOKEN", "--allow-net",
                        "127.0.0.0/8"], capture_output=True, env=environment, cwd=folder)
        made = node("source", "add", "Out", "--kind", "push", "--collection", "it-out", "--organisation", "Second", *common, secret=PASSWORD)
        row = ended("Out")
        check("a node pushes to it", row["state"] == "done" and row.get("taken") == 120, f"{made} {row}")
        run("pull", url, COLLECTION, "-o", "pushed", "--state", "state.json")
        check("what was pushed is there", pulled("pushed") == {o["id"]: o for o in ours})
    finally:
        served.terminate()
        served.wait()


folder = pathlib.Path(tempfile.mkdtemp())
(folder / "data.json").write_text(json.dumps(configuration()))
(folder / "config.json").write_text(json.dumps({
    "backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": str(folder / "data.json"), "interop_requirements": False},
    "users": {USER: PASSWORD}, "taxii": {"max_page_size": 40}}))
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
url = f"http://127.0.0.1:{port}"
server = subprocess.Popen([str(pathlib.Path(sys.executable).parent / "medallion"), "--port", str(port), str(folder / "config.json")],
                          stdout=subprocess.DEVNULL, stderr=open(folder / "server.log", "w"))
try:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    code, listed, error = run("collections", url)
    check("collections", code == 0 and [c["id"] for c in listed["collections"]] == [COLLECTION], error)
    check("wrong password is exit 69", run("collections", url, password="x")[0] == 69)
    check("unknown collection is exit 69", run("pull", url, "none", "-o", "none")[0] == 69)
    first = objects(0, OBJECTS)
    bundle(folder / "first.json", first)
    code, pushed, error = run("push", url, "shared", "first.json")
    check("push", code == 0 and pushed["taken"] == OBJECTS, f"{code} {pushed} {error}")
    code, got, error = run("pull", url, COLLECTION, "-o", "out", "--state", "state.json", "--limit", "40")
    check("pull in pages", code == 0 and got["objects"] == OBJECTS, f"{code} {got} {error}")
    check("several pages", len(got.get("files", [])) > 5)
    check("objects are what was added", pulled("out") == {o["id"]: o for o in first})
    code, got, error = run("pull", url, COLLECTION, "-o", "again", "--state", "state.json")
    check("nothing new", code == 0 and got["objects"] == 0, f"{code} {got} {error}")
    more = objects(OBJECTS, 30)
    bundle(folder / "more.json", more)
    check("push more", run("push", f"{url}/api1/", COLLECTION, "more.json")[0] == 0)
    code, got, error = run("pull", url, COLLECTION, "-o", "new", "--state", "state.json", "--limit", "7")
    check("only what is new", code == 0 and pulled("new") == {o["id"]: o for o in more}, f"{code} {got} {error}")
    large = objects(900, 1)
    large[0]["description"] = "d" * 30000
    bundle(folder / "large.json", large)
    code, pushed, error = run("push", url, "shared", "large.json")
    check("too large is exit 1 and named", code == 1 and pushed["refusals"][0]["id"] == large[0]["id"], f"{code} {pushed} {error}")
    node_story()
finally:
    server.terminate()
    server.wait()
print(f"{sum(checks)} of {len(checks)} against medallion")
sys.exit(0 if all(checks) else 1)
