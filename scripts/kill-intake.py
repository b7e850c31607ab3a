#!/usr/bin/env python3
"""Reports of vulnerabilities handed in to a server: killed with -9 at random moments, or as fast as it takes them.

Whatever was answered with 202 has to be there afterwards, once, with its receipt and its file; nothing may be there twice; the chain of
the audit log holds.

  kill-intake.py PROGRAM --database FILE_OR_URL [--kills 200] [--seed 1]
  kill-intake.py PROGRAM --database FILE_OR_URL --load SECONDS [--clients 8]    how many reports a second

Needs Python 3.10 and nothing else. A PostgreSQL database has to be empty."""
import argparse, http.client, json, os, random, signal, subprocess, sys, threading, time, urllib.parse

PASSWORD = "correct horse battery staple"


class Node:
    def __init__(self, program, database):
        self.program = program
        self.env = dict(os.environ, BARTIZAN_DATABASE=database, BARTIZAN_PASSWORD=PASSWORD, BARTIZAN_RATE_LIMIT="0")
        for name in ("Desk", "Lab"):
            self.tool("organisation", "add", name)
        self.tool("desk", "open", "Desk", "--title", "Desk")
        self.tool("user", "add", "cora", "--organisation", "Desk", "--roles", "coordinator")
        self.tool("user", "add", "fin", "--organisation", "Lab", "--roles", "analyst")
        self.desk = self.tool("desk", "list")[1]["desks"][0]["uuid"]
        token = lambda who: self.tool("token", "create", who, "--label", "k", "--scopes", "read,write")[1]["tokens"][0]["token"]
        self.finder, self.coordinator = token("fin"), token("cora")

    def tool(self, *words):
        done = subprocess.run([self.program, "--json", *words], env=self.env, capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout or "{}")

    def start(self):
        command = [self.program, "--json", "--quiet", "serve", "--listen", "127.0.0.1:0"]
        server = subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, text=True)
        text = ""
        while "}" not in text:
            line = server.stdout.readline()
            if not line:
                raise SystemExit(f"the server ended with {server.wait()}")
            text += line
        return server, urllib.parse.urlsplit(json.loads(text)["url"]).netloc


class Caller:
    """One connection that is kept."""

    def __init__(self, place, token):
        self.connection = http.client.HTTPConnection(place, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method, path, body=None):
        self.connection.request(method, f"/api/v1{path}", body, self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def report(number, seed):
    return {
        "title": f"Report {seed}-{number}", "purl": f"pkg:npm/lib-{number % 97}@1.0.{number % 13}", "finders": [f"Finder {number}"],
        "description": f"Case {number} of run {seed}: parse_{number % 31}() in src/part{number % 17}.c reads past its buffer.",
        "attachments": [{"filename": "poc.txt", "content_type": "text/plain", "type": "exploit-proof-of-concept", "data": f"proof {seed}-{number} " * 8}],
    }


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("program")
    p.add_argument("--database", required=True)
    p.add_argument("--kills", type=int, default=200)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--load", type=float)
    p.add_argument("--clients", type=int, default=8)
    a = p.parse_args()
    rng, node = random.Random(a.seed), Node(a.program, a.database)
    lock, count, sent, taken = threading.Lock(), [0], {}, {}

    def feed(place, stop):
        caller = Caller(place, node.finder)
        while not stop.is_set():
            with lock:
                count[0] += 1
                number = count[0]
                sent[f"Report {a.seed}-{number}"] = number
            body = json.dumps(report(number, a.seed))
            try:
                status, answer = caller.ask("POST", f"/desks/{node.desk}/reports", body)
                # Somebody who is not sure sends it again.
                if status == 202 and number % 5 == 0:
                    again = caller.ask("POST", f"/desks/{node.desk}/reports", body)[1]
                    assert again == answer, (again, answer)
            except (OSError, http.client.HTTPException):
                continue
            if status == 202:
                with lock:
                    taken[f"Report {a.seed}-{number}"] = json.loads(answer)

    def run(place, seconds, clients):
        stop = threading.Event()
        threads = [threading.Thread(target=feed, args=(place, stop)) for _ in range(clients)]
        for t in threads:
            t.start()
        time.sleep(seconds)
        return stop, threads

    started = time.time()
    if a.load:
        server, place = node.start()
        began = time.time()
        stop, threads = run(place, a.load, a.clients)
        stop.set()
        for t in threads:
            t.join()
        rate = round(len(taken) / (time.time() - began), 1)
        with open(f"/proc/{server.pid}/status") as status:
            memory = next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))
    else:
        for _ in range(a.kills):
            server, place = node.start()
            stop, threads = run(place, rng.uniform(0.0, 0.6), 2)
            server.send_signal(signal.SIGKILL)
            server.wait()
            stop.set()
            for t in threads:
                t.join()
        server, place = node.start()
    caller, there, after = Caller(place, node.coordinator), [], ""
    while True:
        page = json.loads(caller.ask("GET", f"/vulnerability-reports?box=taken&limit=500{after}")[1])
        there += page["items"]
        if not page["next"]:
            break
        after = f"&next={urllib.parse.quote(page['next'])}"
    kept = {item["title"]: item["id"] for item in there}
    wrong = [title for title, answer in taken.items() if kept.get(title) != answer["id"]]
    looked = rng.sample(sorted(kept), min(200, len(kept)))
    for title in looked:
        status, proof = caller.ask("GET", f"/vulnerability-reports/{kept[title]}/files/0")
        if status != 200 or proof.decode() != f"proof {a.seed}-{sent[title]} " * 8:
            wrong.append(title)
    server.send_signal(signal.SIGTERM)
    stopped = server.wait()
    code, audit = node.tool("audit", "verify")
    found = {
        "kills": 0 if a.load else a.kills, "sent": len(sent), "acknowledged": len(taken), "stored": len(there),
        "lost": len([t for t in taken if t not in kept]), "doubled": len(there) - len(kept), "wrong": len(wrong), "files_opened": len(looked),
        "foreign": len(set(kept) - set(sent)), "audit_broken": audit.get("broken"), "graceful_exit": stopped,
        "seconds": round(time.time() - started),
    }
    if a.load:
        found.update(reports_per_second=rate, clients=a.clients, memory_mb=memory)
    print(json.dumps(found))
    bad = found["lost"] or found["doubled"] or wrong or found["foreign"] or code or stopped or not taken
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
