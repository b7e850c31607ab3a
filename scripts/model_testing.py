"""A node with the people of a window on it, and the window: what scripts/window.py and scripts/broker-load.py share.

Needs Python 3.10 and ssh-keygen, and nothing else."""
import hashlib, http.client, json, os, subprocess, time, urllib.parse

PASSWORD = "correct horse battery staple"
PEOPLE = {
    "lin": ("Lab", "developer-liaison", "coordinator,analyst"), "ove": ("Lab", "developer-officer", "coordinator,analyst"),
    "mo": ("Institute", "programme-manager", "coordinator,analyst"), "pat": ("Institute", "programme-officer", "coordinator,analyst"),
    "eva": ("Institute", "evaluation-lead", "analyst"), "tess": ("Firm", "tester", "analyst"),
    "toni": ("Firm", "test-lead", "coordinator,analyst"), "aud": ("Court", "auditor", "auditor"),
}
# Kinds of agreements that AL1 needs, and who signs them.
AGREEMENTS = {
    "confidentiality": ("Lab", "Firm"), "intellectual-property": ("Lab", "Firm"), "use-limits": ("Lab", "Firm"),
    "retention": ("Lab", "Firm"), "insider-risk": ("Firm", "Institute"),
}
SIGNER = {"Lab": "ove", "Firm": "toni", "Institute": "mo"}
DAY = 86_400


def instant(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1e6):06}Z"


class Refused(Exception):
    def __init__(self, status, answer):
        super().__init__(f"{status}: {answer}")
        self.status, self.answer = status, answer
        self.codes = [one["code"] for one in answer.get("errors", [])] if isinstance(answer, dict) else []


class Node:
    def __init__(self, program, folder, database):
        self.program, self.folder = program, folder
        self.env = dict(os.environ, BARTIZAN_DATABASE=database, BARTIZAN_PASSWORD=PASSWORD, BARTIZAN_RATE_LIMIT="0")
        for name in ("Lab", "Institute", "Firm", "Court"):
            self.tool("organisation", "add", name)
        self.tokens = {}
        for name, (organisation, _, roles) in PEOPLE.items():
            self.tool("user", "add", name, "--organisation", organisation, "--roles", roles)
            made = self.tool("token", "create", name, "--label", "script", "--scopes", "read,write,manage")
            self.tokens[name] = made["tokens"][0]["token"]
        self.server = None

    def tool(self, *words):
        done = subprocess.run([self.program, "--json", *words], env=self.env, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{words}: {done.stderr}")
        return json.loads(done.stdout or "{}")

    def start(self, listen="127.0.0.1:0"):
        command = [self.program, "--json", "--quiet", "serve", "--listen", listen, "--allow-net", "127.0.0.0/8"]
        self.server = subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, text=True)
        text = ""
        while "}" not in text:
            line = self.server.stdout.readline()
            if not line:
                raise SystemExit(f"the server ended with {self.server.wait()}")
            text += line
        self.place = urllib.parse.urlsplit(json.loads(text)["url"]).netloc

    def stop(self):
        if self.server:
            self.server.terminate()
            self.server.wait()

    def ask(self, who, method, path, body=None, raw=False):
        connection = http.client.HTTPConnection(self.place, timeout=120)
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        if isinstance(body, (dict, list)):
            headers["Content-Type"], body = "application/json", json.dumps(body)
        elif body is not None:
            headers["Content-Type"] = "application/toml" if path == "/programmes" else "application/octet-stream"
        connection.request(method, f"/api/v1{path}", body, headers)
        response = connection.getresponse()
        data = response.read()
        if raw and response.status < 300:
            return response, data
        answer = json.loads(data or b"null")
        if response.status >= 300:
            raise Refused(response.status, answer)
        return answer


class Window:
    """A window of the ready example; time is the machine's."""

    def __init__(self, node, rules):
        self.node, self.folder = node, node.folder
        me = {name: node.ask(name, "GET", "/me") for name in PEOPLE}
        self.person = {name: answer["id"] for name, answer in me.items()}
        self.organisation = {PEOPLE[name][0]: answer["organisation"]["id"] for name, answer in me.items()}
        self.programme = node.ask("mo", "POST", "/programmes", rules)["id"]
        part = lambda name: {"person": self.person[name], "role": PEOPLE[name][1]}
        node.ask("mo", "PUT", f"/programmes/{self.programme}/staff", {"staff": [part(name) for name in ("mo", "pat", "eva", "aud")]})
        digest = lambda text: hashlib.sha256(text.encode()).hexdigest()
        submission = {
            "model": "Falcon", "contacts": [{"name": "Lin", "address": "lin@lab.example", "purpose": "technical"}],
            "checkpoints": {"falcon-7": {"digest": digest("7"), "safeguards": "on"}, "falcon-7-bare": {"digest": digest("8"), "safeguards": "off"}},
        }
        body = {"programme": self.programme, "role": "developer-liaison", "submission": submission, "parts": [part("lin"), part("ove")]}
        self.id = node.ask("lin", "POST", "/windows", body)["id"]

    def at(self, tail):
        return f"/windows/{self.id}{tail}"

    def get(self, who, tail, raw=False):
        return self.node.ask(who, "GET", self.at(tail), raw=raw)

    def say(self, who, action, second=None):
        said = self.node.ask(who, "POST", self.at("/events"), {"role": PEOPLE[who][1], "action": action})
        return self.agree(second, said) if second else said

    def agree(self, who, said):
        assert said["waits"], said
        proposal = self.get(who, "")["waiting"][-1]["proposal"]
        return self.say(who, {"do": "second", "proposal": proposal})

    def refused(self, who, action):
        try:
            self.say(who, action)
        except Refused as refused:
            return refused.codes[0]
        raise SystemExit(f"{who} could {action}")

    def file(self, who, name, kind, data):
        return self.node.ask(who, "PUT", self.at(f"/files/{name}?kind={kind}"), data)["digest"]

    def accept(self):
        for check in ("digests-verified", "safeguards-stated", "contacts-answer", "endpoint-reached", "conflicts-declared", "prior-results"):
            self.say("pat", {"do": "check", "check": check, "result": "passed", "words": "As it should be."})
        self.say("pat", {"do": "accept", "begins": int(time.time() * 1e6), "words": "Welcome."}, "mo")
        for name in ("toni", "tess"):
            part = {"person": self.person[name], "organisation": self.organisation["Firm"], "role": PEOPLE[name][1]}
            self.say("mo", {"do": "assign", "part": part})

    def sign(self):
        """Everything that AL1 needs, with keys of ssh-keygen."""
        for organisation, holder in SIGNER.items():
            key = f"{self.folder}/{organisation}"
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
            public = " ".join(open(f"{key}.pub").read().split()[:2])
            self.say("pat", {"do": "register-key", "party": self.organisation[organisation], "signer": self.person[holder], "key": public}, "mo")
        for kind, parties in AGREEMENTS.items():
            document = self.file("pat", f"{kind}.txt", "agreement", f"The text of {kind}.\n".encode())
            people = [self.person["tess"], self.person["toni"]] if kind == "insider-risk" else []
            now = int(time.time())
            terms = {
                "kind": kind, "document": document, "parties": [self.organisation[party] for party in parties], "people": people,
                "from": (now - 60) * 1_000_000, "until": (now + 80 * DAY) * 1_000_000,
            }
            self.say("pat", {"do": "agree", "agreement": kind, "terms": terms})
            for party in parties:
                signer = SIGNER[party]
                held = next(one for one in self.get(signer, "")["agreements"] if one["name"] == kind)
                done = subprocess.run(
                    ["ssh-keygen", "-q", "-Y", "sign", "-n", "bartizan-agreement", "-f", f"{self.folder}/{party}"],
                    input=held["statement"], capture_output=True, text=True, check=True)
                self.say(signer, {"do": "sign", "agreement": kind, "party": self.organisation[party], "signature": done.stdout})
            assert next(one for one in self.get("lin" if "Lab" in parties else "toni", "")["agreements"] if one["name"] == kind)["lacks"] == []

    def endpoint(self, checkpoint, url, key, model):
        self.node.ask("lin", "PUT", self.at(f"/endpoints/{checkpoint}"), {"url": url, "key": key, "model": model})

    def grant(self, name, **more):
        now = time.time()
        wanted = {
            "role": "programme-officer", "grant": name, "holder": self.person["tess"], "checkpoint": "falcon-7", "level": "AL1",
            "endpoints": ["chat"], "internals": [], "sources": ["127.0.0.0/24"],
            "budget": {"calls": 900_000, "tokens": 1_900_000_000, "money_micros": 0},
            "begins": instant(now), "ends": instant(now + 9 * DAY), **more,
        }
        self.agree("mo", self.node.ask("pat", "POST", self.at("/grants"), wanted))
        return self.node.ask("tess", "POST", self.at(f"/grants/{name}/credential"), {})["credential"]
