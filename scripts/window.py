#!/usr/bin/env python3
"""A whole window of model testing, offline: from submission to closure, with real signatures, Inspect and the separate verifier.

  window.py PROGRAM VERIFIER INSPECT [--database FILE_OR_URL]

PROGRAM is `bartizan` with its server, VERIFIER `bartizan-custody`, INSPECT the `inspect` of a virtual environment with inspect_ai and
openai. Two suites run through the broker against a model's endpoint of this script, one on Inspect's own mock model. Prints what was
seen, step by step; anything unexpected ends it with 1."""
import argparse, glob, hashlib, http.server, json, os, pathlib, shutil, subprocess, sys, tempfile, threading, time, urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from model_testing import Node, Refused, Window

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEY = "sk-of-the-developer-and-nobody-else"
SOURCE = """---
title: Falcon, tested before its release
unmarked: public
lab: [[developer: Falconry Ltd => a developer]]
---

# What was measured

The model answered [[classified: 29 of 32 => most]] questions.

::: developer
The filter was got around by writing the request as [[classified: a sonnet]].
:::

::: partner
Its answers name techniques well enough to [[developer: plan detections]].
:::
"""


def told(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class Model(http.server.BaseHTTPRequestHandler):
    """Answers the questions of the smoke suites, the first of each wrongly."""
    protocol_version = "HTTP/1.1"
    answers, calls = {}, 0

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Model.calls += 1
        assert self.headers["Authorization"] == f"Bearer {KEY}" and asked["model"] == "internal-falcon", asked
        text = json.dumps(asked["messages"])
        found = [answer for question, answer in Model.answers.items() if json.dumps(question)[1:-1][:60] in text]
        body = json.dumps({
            "id": "c", "object": "chat.completion", "created": 0, "model": "internal-falcon",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": found[0] if found else "I do not know."}}],
            "usage": {"prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 55},
        }).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def questions():
    for suite in ("smoke-knowledge", "smoke-reading", "smoke-mapping"):
        for number, line in enumerate(open(ROOT / f"crates/bartizan-programme/data/suites/{suite}.jsonl")):
            one = json.loads(line)
            right = f"ANSWER: {one['target']}" if "choices" in one else one["target"]
            Model.answers[one["input"]] = right if number else "ANSWER: D" if "choices" in one else "nothing"


def call(node, credential, words="hello"):
    body = json.dumps({"model": "falcon-7", "messages": [{"role": "user", "content": words}]}).encode()
    request = urllib.request.Request(f"http://{node.place}/broker/v1/chat/completions", body)
    request.add_header("Authorization", f"Bearer {credential}")
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def inspect(program, plan, folder, model, credential, base):
    """Runs a plan with Inspect and gives the bytes of its log."""
    scoring = plan["parameters"]["scoring"]
    shutil.copy(ROOT / "crates/bartizan-programme/data/inspect_task.py", folder)
    shutil.copy(ROOT / f"crates/bartizan-programme/data/suites/{plan['suite']}.jsonl", f"{folder}/dataset.jsonl")
    logs = f"{folder}/logs-{plan['id']}"
    env = {"PATH": os.environ["PATH"], "HOME": folder, "INSPECT_DISPLAY": "none", "BARTIZAN_API_KEY": credential, "BARTIZAN_BASE_URL": base}
    command = [
        program, "eval", "inspect_task.py@suite", "-T", f"dataset={folder}/dataset.jsonl", "-T", f"scoring={scoring}", "--model", model,
        "--log-dir", logs, "--temperature", "0", "--max-tokens", str(plan["elicitation"]["max_tokens"]), "--seed", str(min(plan["seeds"])),
    ]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    found = glob.glob(f"{logs}/*.eval")
    if done.returncode or len(found) != 1:
        raise SystemExit(f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    data = open(found[0], "rb").read()
    assert credential.encode() not in data and KEY.encode() not in data, "a key stands in a log"
    return data


def runs(window, node, program, credential):
    catalogue = {one["id"]: one for one in window.get("toni", "/catalogue")["items"]}
    environment = window.file("tess", "environment.json", "environment", json.dumps({"python": sys.version.split()[0]}).encode())
    base = f"http://{node.place}/broker/v1"
    for suite, model in (("smoke-knowledge", "broker"), ("smoke-reading", "broker"), ("smoke-mapping", "mock")):
        plan = catalogue[suite]
        window.say("toni", {"do": "plan", "plan": suite, "body": plan["body"]})
        run = f"run-{suite}"
        window.say("tess", {"do": "begin-run", "run": run, "plan": suite, "grant": "grant-1", "environment": environment})
        name = "openai-api/bartizan/falcon-7" if model == "broker" else "mockllm/model"
        log = inspect(program, plan["body"], window.folder, name, credential, base)
        window.node.ask("tess", "POST", window.at(f"/runs/{run}/end?role=tester"), log)
        seen = window.get("eva", f"/runs/{run}")
        score = seen["scores"][0]
        assert seen["status"] == "success" and seen["samples"] == seen["expected"] and seen["same_as_inspect"], seen
        told(f"{suite} on {model}: {score['estimate']:.3f} ({score['lower']:.3f} to {score['upper']:.3f}), {score['decision']}; anomalies: "
             f"{[one['code'] for one in seen['anomalies']]}")
        window.say("eva", {"do": "judge-run", "run": run, "judgement": "valid", "anomalies": [one["code"] for one in seen["anomalies"]], "words": "Looked at."})
    found = window.get("tess", "/runs/run-smoke-reading/samples?search=203.0.113.77")["items"]
    assert len(found) == 1 and any("203.0.113.77" in message["text"] for message in found[0]["messages"]), found


def findings(window, node):
    body = {
        "kind": "safeguard-bypass", "title": "A filter is got around", "summary": "By rhyme.", "severity": "high", "runs": ["run-smoke-reading"],
        "checkpoint": "falcon-7", "atlas": ["AML.T0051.000"], "attack": [], "reproduction": {"reproduced": "always", "steps": "Write it in verse."},
    }
    window.say("tess", {"do": "find", "finding": "f-1", "body": body})
    talk = lambda who, **step: window.say(who, {"do": "talk", "finding": "f-1", "step": step})
    talk("toni", step="send", words="See the steps.")
    talk("lin", step="accept", words="We look into it.")
    digest = hashlib.sha256(b"8").hexdigest()[::-1]
    window.say("lin", {"do": "add-checkpoint", "name": "falcon-8", "checkpoint": {"digest": digest, "safeguards": "on"}}, "mo")
    talk("lin", step="mend", checkpoint="falcon-8", words="A filter for verse.")
    window.endpoint("falcon-8", window.model, KEY, "internal-falcon")
    window.grant("grant-2", checkpoint="falcon-8")
    environment = window.file("tess", "environment.json", "environment", json.dumps({"python": sys.version.split()[0]}).encode())
    window.say("tess", {"do": "begin-run", "run": "retest", "plan": "smoke-reading", "grant": "grant-2", "environment": environment})
    log = open(glob.glob(f"{window.folder}/logs-smoke-reading/*.eval")[0], "rb").read()
    node.ask("tess", "POST", window.at("/runs/retest/end?role=tester"), log)
    talk("tess", step="retest", run="retest", seen="gone", words="Not seen again.")
    assert window.get("lin", "")["findings"][0]["state"] == "resolved"
    third = {
        "software": "libexample", "purl": "pkg:generic/libexample", "versions": ["1.2.3"], "weakness": "CWE-787", "finders": ["Tess of the firm"],
        "description": "An index that is not checked lets a header write behind its table.", "reproduction": "Open the attached file.",
    }
    window.say("tess", {"do": "find", "finding": "f-2", "body": dict(body, kind="third-party-vulnerability", third_party=third, title="libexample writes behind its table")})
    node.tool("desk", "open", "Institute", "--title", "Desk")
    desk = node.tool("desk", "list")["desks"][0]["uuid"]
    node.ask("toni", "POST", window.at("/findings/f-2/hand-over"), {"role": "test-lead", "desk": desk})
    assert [one["name"] for one in window.get("lin", "")["findings"]] == ["f-1"]


def editions(window, node):
    node.ask("pat", "PUT", window.at("/source"), {"before": 0, "body": SOURCE.replace("# What was measured", "# What was measured: 29")})
    try:
        node.ask("pat", "POST", window.at("/editions/public"), {"role": "programme-officer"})
        raise SystemExit("an edition left with a sealed number in it")
    except Refused as refused:
        told(f"refused: {refused.answer['detail'][:120]}")
    node.ask("pat", "PUT", window.at("/source"), {"before": 1, "body": SOURCE})
    for audience in ("classified", "developer", "partner", "public"):
        window.agree("mo", node.ask("pat", "POST", window.at(f"/editions/{audience}"), {"role": "programme-officer"}))
    read = lambda who: {one["audience"]: one["id"] for one in node.ask(who, "GET", "/editions")["items"]}
    assert sorted(read("tess")) == ["partner", "public"] and sorted(read("lin")) == ["developer", "partner", "public"], (read("tess"), read("lin"))
    public = node.ask("tess", "GET", f"/editions/{read('tess')['public']}")
    assert "answered most questions" in public["markdown"] and not any(word in json.dumps(public) for word in ("29 of", "sonnet", "Falconry", "detections"))


def verified(verifier, window, folder):
    response, data = window.get("aud", "/custody", raw=True)
    path = f"{folder}/window.tar"
    open(path, "wb").write(data)
    key = response.headers["Bartizan-Custody-Key"]
    done = subprocess.run([verifier, "verify", path, "--key", key], capture_output=True, text=True)
    told(done.stdout.strip().splitlines()[0])
    assert done.returncode == 0 and response.headers["Bartizan-Custody-Head"] in done.stdout, done
    # One byte of a log, anywhere: it no longer holds.
    place = data.index(b"PK\x03\x04") + 100
    open(path, "wb").write(data[:place] + bytes([data[place] ^ 1]) + data[place + 1:])
    assert subprocess.run([verifier, "verify", path, "--key", key], capture_output=True).returncode == 1
    return len(data)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("program"), p.add_argument("verifier"), p.add_argument("inspect")
    p.add_argument("--database")
    a = p.parse_args()
    questions()
    model = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=model.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        node = Node(a.program, folder, a.database or f"{folder}/node.db")
        node.start()
        try:
            window = Window(node, (ROOT / "crates/bartizan-programme/data/thirty-day.toml").read_bytes())
            window.model = f"http://127.0.0.1:{model.server_port}/v1"
            window.endpoint("falcon-7", window.model, KEY, "internal-falcon")
            told("submitted")
            window.accept()
            try:
                window.grant("grant-0")
                raise SystemExit("a grant without agreements")
            except Refused as refused:
                assert refused.codes == ["grant.agreement"] * 5, refused.codes
            window.sign()
            told("accepted; five agreements, signed by ssh-keygen")
            credential, lost = window.grant("grant-1"), window.grant("grant-lost")
            assert call(node, lost)[0] == 200
            window.say("ove", {"do": "revoke", "grant": "grant-lost", "words": "Found in a public place."})
            began = time.monotonic()
            while call(node, lost)[0] == 200:
                assert time.monotonic() - began < 1, "a call a second after revocation"
            status, answer = call(node, lost)
            assert (status, answer["error"]["code"]) == (403, "broker.revoked")
            told(f"revoked; refused after {time.monotonic() - began:.3f} s; {window.get('aud', '/grants/grant-lost/proof')['entry']} proven")
            runs(window, node, str(pathlib.Path(a.inspect).absolute()), credential)
            told(f"{Model.calls} calls reached the model")
            findings(window, node)
            told("two findings: one talked about, mended and tested again, one at the clearinghouse")
            # Across a restart nothing is forgotten.
            node.stop()
            node.start()
            assert call(node, lost)[1]["error"]["code"] == "broker.revoked" and call(node, credential)[0] == 200
            window.say("pat", {"do": "end", "words": "All was seen."}, "mo")
            time.sleep(1)
            assert call(node, credential)[1]["error"]["code"] == "broker.window-closed"
            window.say("eva", {"do": "determine", "determination": window.get("eva", "/determination")["determination"]}, "mo")
            told(f"determined: {window.get('lin', '')['determination']['overall']}")
            editions(window, node)
            told("four editions left")
            certificate = window.file("toni", "destruction.txt", "certificate", b"All of it is destroyed.\n")
            assert window.refused("pat", {"do": "close", "words": "Done."}) == "window.certificate-missing"
            window.say("toni", {"do": "certify", "organisation": window.organisation["Firm"], "certificate": certificate, "words": "All of it."})
            window.say("pat", {"do": "close", "words": "Thank you."}, "mo")
            size = verified(a.verifier, window, folder)
            assert node.tool("audit", "verify")
            told(f"closed; an archive of {size:,} bytes that holds, and no longer with one bit changed")
        finally:
            node.stop()


if __name__ == "__main__":
    main()
