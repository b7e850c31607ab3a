#!/usr/bin/env python3
"""The story of window.py by commands: every request of its people is one of `bartizan programme` and `bartizan window`, and its plans are
carried out by `bartizan benchmark run`.

  window-cli.py PROGRAM VERIFIER INSPECT [--database FILE_OR_URL]"""
import collections, glob, json, os, pathlib, re, shutil, subprocess, sys, urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import model_testing, window

USED = collections.Counter()


class Answer:
    def __init__(self, headers):
        self.headers = headers


class ByCommand(model_testing.Node):
    """A node whose people use commands."""

    def command(self, who, *words, body=None, env=None):
        USED[" ".join(words[:2])] += 1
        env = dict(self.env, BARTIZAN_SERVER=f"http://{self.place}", BARTIZAN_TOKEN=self.tokens[who], **(env or {}))
        assert not any(secret in word for word in words for secret in self.tokens.values())
        done = subprocess.run([self.program, "--json", *words], env=env, input=body, capture_output=True, timeout=120)
        if done.returncode:
            error = json.loads(done.stdout)["error"]
            codes = re.findall(r"\[([a-z.-]+)\]", error["message"]) or [error["code"]]
            raise model_testing.Refused(done.returncode, {"detail": error["message"], "errors": [{"code": code} for code in codes]})
        return done.stdout

    def kept(self, name, data):
        path = f"{self.folder}/{name}"
        pathlib.Path(path).write_bytes(data)
        return path

    def ask(self, who, method, path, body=None, raw=False):
        place, _, query = path.partition("?")
        parts = [urllib.parse.unquote(part) for part in place.strip("/").split("/")]
        query = dict(urllib.parse.parse_qsl(query))
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        if parts == ["me"]:
            return super().ask(who, method, path, body, raw)
        out = f"{self.folder}/by-command"
        run = lambda *words, **more: json.loads(self.command(who, *words, **more) or b"null")
        if parts[0] == "programmes":
            return run("programme", "staff", parts[1], "-", body=data) if parts[1:] else run("programme", "add", self.kept("programme.toml", data))
        if parts[0] == "editions":
            return run("window", "read", parts[1]) if parts[1:] else run("window", "editions")
        if parts == ["windows"]:
            return run("window", "submit", "-", body=data)
        at, rest = parts[1], parts[2:]
        match (method, *rest):
            case ("GET",): return run("window", "show", at)
            case ("POST", "events"): return self.say(run, at, body)
            case ("GET", "catalogue"): return run("window", "plans", at)
            case ("GET", "determination"): return run("window", "determination", at)
            case ("GET", "runs", name): return run("window", "run", at, name)
            case ("GET", "runs", name, "samples"): return run("window", "samples", at, name, "--search", query["search"])
            case ("POST", "runs", name, "end"): return run("window", "run-end", at, name, self.kept("log.eval", data), "--role", query["role"])
            case ("PUT", "files", name): return run("window", "put-file", at, self.kept("file", data), "--kind", query["kind"], "--name", name)
            case ("PUT", "endpoints", name):
                words = ("--url", body["url"], "--model-name", body["model"], "--key-env", "DEVELOPERS_KEY")
                return run("window", "endpoint", at, name, *words, env={"DEVELOPERS_KEY": body["key"]})
            case ("POST", "grants"): return run("window", "grant", at, "-", body=data)
            case ("POST", "grants", name, "credential"):
                told = run("window", "credential", at, name, "--out", f"{out}-{name}")
                assert told["base_url"] == f"http://{self.place}/broker/v1", told
                return {"credential": open(f"{out}-{name}").read()}
            case ("GET", "grants", name, "proof"): return run("window", "proof", at, name)
            case ("POST", "findings", name, "hand-over"): return run("window", "hand-over", at, body["role"], name, body["desk"])
            case ("PUT", "source"):
                return run("window", "source", at, "--write", "-", "--before", str(body["before"]), body=body["body"].encode())
            case ("POST", "editions", audience):
                assert run("window", "edition", at, audience)["audience"] == audience
                return run("window", "publish", at, body["role"], audience)
            case ("GET", "custody"):
                told = run("window", "custody", at, "--out", f"{out}.tar")
                return Answer({"Bartizan-Custody-Key": told["key"], "Bartizan-Custody-Head": told["head"]}), open(f"{out}.tar", "rb").read()
        raise SystemExit(f"no command for {method} {path}")

    @staticmethod
    def say(run, at, body):
        role, action = body["role"], body["action"]
        match action:
            case {"do": "second", "proposal": number}: return run("window", "agree", at, role, str(number))
            case {"do": "revoke", "grant": grant, "words": words}: return run("window", "revoke", at, role, grant, words)
            case {"do": "find", "finding": name, "body": finding}:
                return run("window", "find", at, role, name, "-", body=json.dumps(finding).encode())
        return run("window", "do", at, role, "-", body=json.dumps(action).encode())


def carried_out(program, plan, folder, model, credential, base):
    """As `window.inspect`, by `bartizan benchmark run`."""
    path = f"{folder}/plan-{plan['id']}.json"
    pathlib.Path(path).write_text(json.dumps(plan))
    words = [sys.argv[1], "--json", "benchmark", "run", "--plan-file", path, "--dir", f"{folder}/runs", "--inspect", program]
    words += ["--model-name", model.split("/")[-1], "--base-url", base, "--credential-env", "TESTERS"] if "bartizan" in model else ["--model-name", model]
    USED["benchmark run"] += 1
    done = subprocess.run(words, env=dict(os.environ, TESTERS=credential), capture_output=True, text=True, timeout=300)
    found = json.loads(done.stdout.splitlines()[-1])
    if done.returncode:
        raise SystemExit(f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    logs = f"{folder}/logs-{plan['id']}"
    os.makedirs(logs)
    shutil.copy(found["run"]["read"]["log"], logs)
    return open(glob.glob(f"{logs}/*.eval")[0], "rb").read()


window.Node, window.inspect = ByCommand, carried_out
window.main()
window.told(f"{sum(USED.values())} commands: " + ", ".join(f"{name} {count}" for name, count in sorted(USED.items())))
