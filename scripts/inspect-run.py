"""Runs of `bartizan benchmark run` with a real Inspect: see inspect-run.sh.

  inspect-run.py PROGRAM INSPECT"""
import glob, hashlib, http.server, json, os, pathlib, signal, subprocess, sys, tempfile, threading, time

PROGRAM, INSPECT = (str(pathlib.Path(word).absolute()) for word in sys.argv[1:3])
SUITES = pathlib.Path(__file__).resolve().parent.parent / "crates/bartizan-programme/data/suites"
CREDENTIAL = "bzg_0123456789abcdefghijklmnopqrstuv"
OWN_TASK = """
import os, pathlib
from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import includes
from inspect_ai.solver import generate

@task
def mine(dataset: str, seeds: str = "", epochs: int = 1):
    pathlib.Path("seen.txt").write_text("\\n".join(sorted(os.environ)))
    return Task(dataset=json_dataset(dataset), solver=[generate()], scorer=includes(), epochs=epochs)
"""


class Model(http.server.BaseHTTPRequestHandler):
    """Answers questions of the smoke suites: all but the first of each rightly."""
    protocol_version = "HTTP/1.1"
    answers, asked, lock = {}, [], threading.Lock()
    echo, delay, fail_after = False, 0, None

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with Model.lock:
            Model.asked.append((self.path, self.headers["Authorization"], body))
            broken = Model.fail_after is not None and len(Model.asked) > Model.fail_after
        time.sleep(Model.delay)
        text = json.dumps(body["messages"])
        said = next((answer for question, answer in Model.answers.items() if json.dumps(question)[1:-1][:60] in text), "?")
        said += f"\n{self.headers['Authorization']}" if Model.echo else ""
        answer = {"error": {"message": "broken", "type": "x"}} if broken else {
            "id": "c", "object": "chat.completion", "created": 0, "model": body["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}],
            "usage": {"prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 55},
        }
        data = json.dumps(answer).encode()
        try:
            self.send_response(400 if broken else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            pass  # Whoever asked was stopped.

    def log_message(self, *_):
        pass

    @staticmethod
    def reset(**what):
        Model.asked, Model.echo, Model.delay, Model.fail_after = [], False, 0, None
        for name, value in what.items():
            setattr(Model, name, value)


def told(text):
    print(text, flush=True)


def check(holds, *seen):
    if not holds:
        raise SystemExit(f"not as it should be: {seen}")


def run(folder, *words, interrupt=None, plan="smoke-knowledge", server=True):
    """The exit code, the last JSON document, and all of them."""
    command = [PROGRAM, "--json", "benchmark", "run", "--dir", folder, "--inspect", INSPECT, *([plan] if plan else [])]
    command += ["--model-name", "falcon-7", "--base-url", BASE, "--credential-env", "FALCON"] if server else ["--model-name", "mockllm/model"]
    command += words
    check(CREDENTIAL not in command)
    env = dict(os.environ, FALCON=CREDENTIAL, SECRET_OF_THE_USER="hush", INSPECT_EVAL_MODEL="openai/wrong")
    child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if interrupt:
        while len(Model.asked) < interrupt:
            check(child.poll() is None, "it ended before")
            time.sleep(0.05)
        time.sleep(1)
        child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=300)
    check(CREDENTIAL not in out + err, "the credential was printed")
    try:
        lines = [json.loads(line) for line in out.splitlines()]
    except ValueError:
        lines = [json.loads(out)]
    return child.returncode, lines[-1] if lines else None, lines


def log_of(found):
    return found["run"]["read"]["log"]


def main(folder):
    at = lambda name: f"{folder}/{name}"
    for suite in ("smoke-knowledge", "smoke-reading", "smoke-mapping"):
        for number, line in enumerate(open(SUITES / f"{suite}.jsonl")):
            one = json.loads(line)
            right = f"ANSWER: {one['target']}" if "choices" in one else one["target"]
            Model.answers[one["input"]] = right if number else "ANSWER: Z" if "choices" in one else "nothing"
    # A file above the folders that must not be read.
    pathlib.Path(at(".env")).write_text("INSPECT_EVAL_MAX_TOKENS=7\nBARTIZAN_API_KEY=wrong\n")

    code, found, _ = run(at("mock"), server=False)
    one = found["run"]
    check(code == 0 and one["fine"] and one["outcome"] == "finished" and one["read"]["samples"] == 12, code, found)
    check(one["log_sha256"] == hashlib.sha256(open(log_of(found), "rb").read()).hexdigest())
    environment = open(f"{one['folder']}/environment.json", "rb").read()
    check(one["environment_sha256"] == hashlib.sha256(environment).hexdigest() and b"0.3.285" in environment, environment)
    check(run(at("again"), "--prepare", server=False)[1]["prepared"]["environment_sha256"] == one["environment_sha256"])
    check(run(at("mock"), server=False)[0] == 73, "a second run in the folder of a first")
    told("mock model: 12 samples, exit 0; the environment has the same digest in another folder")

    Model.reset()
    code, found, lines = run(at("one"), "--threshold", "0.5")
    score = found["run"]["read"]["scores"][0]
    check(code == 0 and abs(score["estimate"] - 11 / 12) < 1e-12 and score["decision"]["is"] == "at-or-above", code, found)
    check(len(Model.asked) == 12 and all(key == f"Bearer {CREDENTIAL}" for _, key, _ in Model.asked))
    path, _, body = Model.asked[0]
    wanted = {"model": "falcon-7", "temperature": 0, "max_tokens": 1024, "seed": 1}
    check(path == "/v1/chat/completions" and {name: body.get(name) for name in wanted} == wanted, path, body)
    told(f"endpoint: 11 of 12 right, as it answered; {len(lines) - 1} lines of progress")

    Model.reset()
    code, found, _ = run(at("elicited"), plan="smoke-knowledge-elicited")
    check(code == 0 and found["run"]["read"]["samples"] == 72 and len(Model.asked) == 72, code, found)
    seeds = sorted(body["seed"] for _, _, body in Model.asked)
    check(seeds == [1] * 24 + [2] * 24 + [3] * 24, seeds)
    first = Model.asked[0][2]
    check(first["messages"][0]["role"] == "system" and first["temperature"] == 0.7 and first["top_p"] == 0.95, first)
    check(first.get("reasoning_effort") == "high" and first["max_tokens"] == 8192, first)
    told("elicited: 12 questions, 3 seeds, 2 epochs, system message, effort: as the plan says")

    Model.reset(echo=True)
    code, found, _ = run(at("echo"), plan="smoke-reading")
    check(code == 1 and len(found["run"]["credential_in"]) == 1 and found["run"]["credential_in"][0].endswith(".eval"), code, found)
    told("an answer with the credential in it: exit 1, and the log is named")

    Model.reset(fail_after=5)
    code, found, _ = run(at("broken"), "--connections", "1")
    one = found["run"]
    check(code == 1 and one["outcome"] == "failed" and one["read"]["error"] and not one["credential_in"], code, found)
    asked = len(Model.asked)
    Model.reset()
    code, found, _ = run(at("broken"), "--resume", log_of(found))
    check(code == 0 and found["run"]["read"]["samples"] == 12 and len(Model.asked) < 12, code, found, len(Model.asked))
    told(f"an endpoint that broke after 5 answers: exit 1; gone on with {len(Model.asked)} of 12 questions ({asked} were asked before): exit 0")
    code, found, _ = run(at("broken"), "--resume", log_of(found), plan="smoke-reading")
    check(code == 65 and found["error"]["code"] == "benchmark.resume", code, found)

    Model.reset(delay=2)
    began = time.monotonic()
    code, found, _ = run(at("stopped"), "--connections", "2", interrupt=5)
    check(code == 1 and found["run"]["outcome"] == "cancelled", code, found)
    took = time.monotonic() - began
    kept = found["run"]["read"]["samples"]
    Model.reset()
    code, found, _ = run(at("stopped"), "--resume", log_of(found))
    check(code == 0 and found["run"]["read"]["samples"] == 12, code, found)
    told(f"Ctrl-C: exit 1 after {took:.0f} s with {kept} samples in the log; gone on: 12 samples, exit 0")

    Model.reset(delay=5)
    began = time.monotonic()
    code, found, _ = run(at("late"), "--connections", "1", "--time-limit", "12")
    check(code == 75 and found["run"]["outcome"] == "cancelled" and time.monotonic() - began < 40, code, found)
    told("time limit: exit 75, the log is kept")

    plans = json.loads(subprocess.check_output([PROGRAM, "--json", "benchmark", "plans"]))["plans"]
    plan = next(one["plan"] for one in plans if one["plan"]["id"] == "smoke-reading") | {"id": "own", "task": "mine.py@mine", "parameters": {}}
    pathlib.Path(at("plan.json")).write_text(json.dumps(plan))
    pathlib.Path(at("mine-1.py")).write_text(OWN_TASK)
    Model.reset()
    code, found, _ = run(at("own"), "--plan-file", at("plan.json"), "--task-file", at("mine-1.py"), plan=None)
    check(code == 0, code, found)
    seen = set(open(f"{found['run']['folder']}/seen.txt").read().split("\n"))
    allowed = {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_DATA_HOME", "PYTHONUNBUFFERED", "BARTIZAN_TOKENS", "BARTIZAN_API_KEY"}
    ours = {name for name in seen if name in ("SECRET_OF_THE_USER", "FALCON") or name.startswith("INSPECT_EVAL_M")}
    check(not ours, seen)
    told(f"a task of one's own; variables beside the {len(allowed)} that go along, made by Inspect itself: {sorted(seen - allowed)}")
    said = subprocess.run(["grep", "-r", "--binary-files=text", "-l", CREDENTIAL, folder], capture_output=True, text=True).stdout.split()
    check(said == [], said)
    told("the credential stands in no file as it is")


SERVER = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=SERVER.serve_forever, daemon=True).start()
BASE = f"http://127.0.0.1:{SERVER.server_port}/v1"
with tempfile.TemporaryDirectory() as root:
    main(root)
