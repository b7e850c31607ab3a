#!/usr/bin/env python3
"""A case of many vendors: how long its page, its API and its queue take.

  case-load.py PROGRAM [--vendors 121] [--products 3] [--messages 10]

Makes a server on an empty SQLite database, opens a case, adds the vendors with their products, asks them, passes the report on, writes
into every thread, and then asks for everything twenty times. Prints one line of JSON, times in milliseconds (median, worst).
Needs Python 3.10 and nothing else."""
import argparse, http.client, json, os, statistics, subprocess, tempfile, time, urllib.parse

PASSWORD = "correct horse battery staple"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("program")
    p.add_argument("--vendors", type=int, default=121)
    p.add_argument("--products", type=int, default=3)
    p.add_argument("--messages", type=int, default=10)
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, BARTIZAN_DATABASE=f"{folder}/node.db", BARTIZAN_PASSWORD=PASSWORD, BARTIZAN_RATE_LIMIT="0")
        tool = lambda *w: json.loads(subprocess.run([a.program, "--json", *w], env=env, capture_output=True, text=True, check=True).stdout)
        tool("organisation", "add", "CERT")
        tool("user", "add", "cora", "--organisation", "CERT", "--roles", "coordinator")
        token = tool("token", "create", "cora", "--label", "k", "--scopes", "read,write,manage")["tokens"][0]["token"]
        server = subprocess.Popen([a.program, "--json", "--quiet", "serve", "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.PIPE, text=True)
        text = ""
        while "}" not in text:
            text += server.stdout.readline()
        place = urllib.parse.urlsplit(json.loads(text)["url"]).netloc
        connection = http.client.HTTPConnection(place, timeout=60)
        cookie = {}

        def ask(method, path, body=None, wanted=(200, 201), page=False):
            headers = dict(cookie) if page else {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            if page and body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
            assert answer.status in wanted, (method, path, answer.status, data[:300])
            return answer, data

        say = lambda **action: ask("POST", f"/api/v1/cases/{case['id']}/events", json.dumps(action))
        case = json.loads(ask("POST", "/api/v1/cases", json.dumps({"title": "A case of many", "tooling": "private"}))[1])
        me = case["me"]
        say(do="report", participant=me, step="validate")
        say(do="report", participant=me, step="accept")
        began = time.time()
        for n in range(a.vendors):
            products = [f"pkg:generic/vendor-{n}/product-{k}" for k in range(a.products)]
            say(do="add", participant=f"vendor-{n}", roles=["vendor"], products=products, title=f"Vendor {n}", zone="Asia/Tokyo")
        say(do="propose", proposal="e1", until=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 20 * 86400)))
        say(do="answer", participant=me, proposal="e1", accept=True)
        for n in range(a.vendors):
            say(do="report", participant=f"vendor-{n}", step="receive")
            for k in range(a.messages):
                ask("POST", f"/api/v1/cases/{case['id']}/threads/vendor-{n}", json.dumps({"text": f"Message {k} to vendor {n}."}))
        made = time.time() - began
        form = urllib.parse.urlencode({"name": "cora", "password": PASSWORD})
        connection.request("POST", "/sign-in", form, {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{place}"})
        answer = connection.getresponse()
        answer.read()
        cookie["Cookie"] = (answer.getheader("set-cookie") or "").split(";")[0]
        found = {"vendors": a.vendors, "events": 3 + a.vendors * (2 + a.messages) + 2, "made_in_seconds": round(made, 1)}
        for name, path, page in [
            ("page", f"/cases/{case['id']}", True), ("thread", f"/cases/{case['id']}/threads/vendor-7", True), ("queue", "/cases", True),
            ("calendar", "/embargoes", True), ("api", f"/api/v1/cases/{case['id']}", False),
        ]:
            times, size = [], 0
            for _ in range(20):
                start = time.perf_counter()
                size = len(ask("GET", path, page=page)[1])
                times.append((time.perf_counter() - start) * 1000)
            found[name] = {"median_ms": round(statistics.median(times), 1), "worst_ms": round(max(times), 1), "bytes": size}
        server.terminate()
        server.wait()
        print(json.dumps(found))


if __name__ == "__main__":
    main()
