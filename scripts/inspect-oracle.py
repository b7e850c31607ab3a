"""Logs by inspect_ai with its mock model, and what Inspect's own reader says of them beside what bartizan-inspect says.

    inspect-oracle.py make FOLDER               produces the logs
    inspect-oracle.py check PROGRAM LOG...      compares: every value of the JSON, what is typed, every metric to 1e-9
    inspect-oracle.py fixtures FOLDER TARGET    copies small logs, without paths of this machine

PROGRAM is the example `inspect_log` of bartizan-inspect. Run through scripts/inspect-oracle.sh, which installs the pinned inspect_ai.
"""

import json
import math
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import anyio
import tiktoken


class Words:
    """In place of an encoder: the mock model counts tokens with one that is fetched from the network."""

    def encode(self, text, **_):
        return text.split()

    encode_ordinary = encode


tiktoken.get_encoding = lambda _: Words()
tiktoken.encoding_for_model = lambda _: Words()

from inspect_ai import Epochs, Task, eval as run_eval  # noqa: E402
from inspect_ai.dataset import Sample  # noqa: E402
from inspect_ai.log import (  # noqa: E402
    MetadataEdit,
    ProvenanceData,
    TagsEdit,
    edit_eval_log,
    edit_score,
    invalidate_samples,
    read_eval_log,
    recompute_metrics,
    transcript,
    write_eval_log,
)
from inspect_ai.model import ModelOutput, get_model  # noqa: E402
from inspect_ai.scorer import (  # noqa: E402
    Score,
    ScoreEdit,
    accuracy,
    aggregate,
    bootstrap_stderr,
    ci,
    ci_wilson,
    frequency,
    grouped,
    includes,
    krippendorff_alpha,
    match,
    mean,
    metric,
    scorer,
    std,
    stderr,
    var,
)
from inspect_ai.solver import generate, solver, use_tools  # noqa: E402
from inspect_ai.tool import ToolError, tool  # noqa: E402


def number(state, most=7):
    """A number that depends on sample, epoch and nothing else."""
    return (int(state.sample_id) * 31 + state.epoch * 17 + int(state.sample_id) * state.epoch * 5) % most


@metric
def twice():
    return lambda scores: 2.0 * len(scores)


PLAIN = [accuracy(), mean(), std(), var(), stderr(), stderr(cluster="group"), ci(), ci(level=0.9, cluster="group"), ci_wilson(level=0.99)]


@scorer(metrics=PLAIN + [ci_wilson(cluster="group"), bootstrap_stderr(), grouped(mean(), "group"), grouped(stderr(), "level", all=False), twice()])
def letters():
    async def score(state, target):
        return Score(value="CIPN"[number(state) % 4], answer=str(number(state)), explanation="by number")

    return score


@scorer(metrics=[mean(), stderr(), grouped(mean(), "level", all="groups", name_template="level {group_name}"), frequency()])
def numbers():
    async def score(state, target):
        n = number(state)
        return Score(value=float("nan") if n == 3 else [0, 1, 0.25, 0, True, "0.5", "yes"][n])

    return score


@scorer(metrics=[frequency(categories=["yes", "no", "perhaps"]), frequency(normalize=False)])
def words():
    async def score(state, target):
        return Score(value=["yes", "no", "unsure"][number(state) % 3])

    return score


@scorer(metrics={"a*": [mean(), stderr()], "*b": [accuracy(), std(), ci()], "c": [frequency()]})
def members():
    async def score(state, target):
        n = number(state)
        if n == 6:
            return Score.unscored(reason="no_response")
        return Score(value={"ab": n / 6, "a": "C" if n % 2 else "I", "c": n % 2 == 0, "b": float("nan") if n == 2 else n})

    return score


@scorer(metrics=[aggregate("x", mean()), aggregate("y", stderr(), on_missing="zero"), {"x": [mean()]}])
def picked():
    async def score(state, target):
        n = number(state)
        return Score(value={"x": n, "y": None if n == 5 else n * 0.1})

    return score


@scorer(metrics=[krippendorff_alpha(), krippendorff_alpha(level="interval")])
def judges():
    async def score(state, target):
        n = number(state)
        return Score(value=[n % 3, (n + int(state.sample_id)) % 3, n % 2])

    return score


SCORERS = [letters, numbers, words, members, picked, judges]


@tool
def adder():
    async def execute(a: int, b: int):
        """Adds.

        Args:
            a: first
            b: second
        """
        transcript().info({"a": a, "nan": float("nan"), "much": 1e300, "big": 2**70}, source="adder")
        if a < 0:
            raise ToolError("negative numbers are not added " + "here " * 40)
        return str(a + b) + " " + "and a long result " * 20

    return execute


@solver
def trouble():
    async def solve(state, generate):
        if int(state.sample_id) == 3:
            raise RuntimeError("sample three always fails")
        return state

    return solve


@solver
def slow():
    async def solve(state, generate):
        await anyio.sleep(0.2 if int(state.sample_id) <= 4 else 60)
        return state

    return solve


def samples(count):
    odd = {"nan": float("nan"), "text": "Zürich \u2028 \"quoted\" \\ \x07", "list": [1, 1.0, True, None, {"a": [[]]}]}
    return [
        Sample(
            id=n, input=f"How much is {n} + {n}?", target=[str(2 * n), "?"],
            metadata={"group": f"g{n % 3}", "level": n % 2, **(odd if n == 1 else {})},
        )
        for n in range(1, count + 1)
    ]


def mock(calls=False):
    def answer(input, tools, tool_choice, config):
        last = input[-1]
        if calls and tools and last.role == "user":
            n = int(last.text.split()[3]) if last.text.split()[3].isdigit() else 1
            return ModelOutput.for_tool_call("mockllm", "adder", {"a": -n if n == 2 else n, "b": n})
        return ModelOutput.from_content("mockllm", f"I say {last.text[:20]} ANSWER: 2")

    return get_model("mockllm/model", custom_outputs=answer, memoize=False)


def evaluate(name, folder, form, task, **more):
    model = more.pop("model", None) or mock()
    log = run_eval(task, model=model, log_dir=str(folder / "raw"), log_format=form, display="none", score_display=False, **more)[0]
    Path(log.location).rename(folder / f"{name}.{form}")
    print(f"{name}.{form}: {log.status}")
    return folder / f"{name}.{form}"


def make(folder):
    folder.mkdir(parents=True, exist_ok=True)
    plain = lambda: Task(name="plain", dataset=samples(5), solver=generate(), scorer=includes())  # noqa: E731
    evaluate("plain", folder, "eval", plain(), tags=["smoke"], metadata={"who": "us"})
    evaluate("plain", folder, "json", plain())
    every = [one() for one in SCORERS]
    views = ["mean", "median", "mode", "max", "at_least_2", "pass_at_2", "pass_k_2"]
    several = lambda epochs: Task(name="several", dataset=samples(11), solver=generate(), scorer=every, epochs=epochs)  # noqa: E731
    for form in ["eval", "json"]:
        evaluate("one-epoch", folder, form, several(1))
        evaluate("four-epochs", folder, form, several(4))
        evaluate("reducers", folder, form, Task(name="reducers", dataset=samples(7), solver=generate(), scorer=[letters(), numbers(), members()], epochs=Epochs(4, views)))
    evaluate("majority", folder, "eval", Task(name="majority", dataset=samples(7), solver=generate(), scorer=[numbers(), includes()], epochs=Epochs(5, "majority")))
    evaluate("unreduced", folder, "eval", Task(name="unreduced", dataset=samples(6), solver=generate(), scorer=[letters(), numbers()], epochs=Epochs(3, [])))
    evaluate("collected", folder, "eval", Task(name="collected", dataset=samples(6), solver=generate(), scorer=[agreement()], epochs=Epochs(4, "collect")))
    evaluate("task-metrics", folder, "eval", Task(name="task-metrics", dataset=samples(4), solver=generate(), scorer=[match(), letters()], metrics=[mean(), var()], epochs=2))
    small = lambda: Task(name="small", dataset=samples(3), solver=generate(), scorer=[letters(), members()], epochs=2)  # noqa: E731
    evaluate("views", folder, "eval", Task(name="views", dataset=samples(2), solver=generate(), scorer=[numbers(), members()], epochs=Epochs(3, ["mean", "at_least_2", "pass_at_2"])))
    evaluate("tiny", folder, "json", Task(name="tiny", dataset=samples(2), solver=generate(), scorer=[words(), numbers()]))
    for form in ["eval", "json"]:
        evaluate("small", folder, form, small())
        tools = Task(name="tools", dataset=samples(4), solver=[use_tools(adder()), trouble(), generate()], scorer=includes())
        evaluate("tools", folder, form, tools, model=mock(calls=True), fail_on_error=False)
        limits = Task(name="limits", dataset=samples(4), solver=[use_tools(adder()), generate()], scorer=includes(), message_limit=3)
        evaluate("limits", folder, form, limits, model=mock(calls=True))
        failed = Task(name="failed", dataset=samples(5), solver=[trouble(), generate()], scorer=letters())
        evaluate("failed", folder, form, failed, retry_on_error=1, max_samples=1)
        edited(folder, form)
    evaluate("no-samples", folder, "eval", plain(), log_samples=False)
    first(folder)
    chunked(folder)
    killed(folder)
    cut(folder)


@scorer(metrics=[krippendorff_alpha(), krippendorff_alpha(level="ordinal")])
def agreement():
    async def score(state, target):
        return Score(value=number(state) % 3)

    return score


def edited(folder, form):
    """A log that was edited after its run: tags, a score, samples invalidated."""
    path = evaluate("edited", folder, form, Task(name="edited", dataset=samples(5), solver=generate(), scorer=letters(), tags=["before", "gone"]))
    log = read_eval_log(str(path))
    who = ProvenanceData(author="a reviewer", reason="checked by hand")
    edit_score(log, 2, "letters", ScoreEdit(value="C", explanation="it is right", provenance=who))
    log = edit_eval_log(log, [TagsEdit(tags_add=["after"], tags_remove=["gone"]), MetadataEdit(metadata_set={"checked": True})], who)
    log = invalidate_samples(log, [log.samples[3].uuid], who)
    write_eval_log(log, str(path))


def first(folder):
    """A log of version 1: one score of a sample, without a name; a transcript instead of events; metrics beside the scorer."""
    log = json.loads((folder / "plain.json").read_text())
    log["version"] = 1
    only = log["results"].pop("scores")[0]
    log["results"].update(scorer={"name": only["name"], "params": only["params"]}, metrics=only["metrics"], sample_reductions=log.pop("reductions"))
    log["eval"]["sandbox"] = ["docker", "compose.yaml"]
    log["eval"]["config"]["max_messages"] = 7
    for name in ["scorers", "metrics"]:
        log["eval"].pop(name, None)
    for sample in log["samples"]:
        sample["score"] = next(iter(sample.pop("scores").values()))
        events = [event for event in sample.pop("events") if event["event"] != "model"]
        text = json.dumps(events).replace("attachment://", "tc://")
        sample["transcript"] = {"events": json.loads(text), "content": sample.pop("attachments")}
        sample.pop("events_data", None)
    (folder / "version-1.json").write_text(json.dumps(log))
    print("version-1.json: written anew")


def chunked(folder):
    """Samples in parts: no command writes them yet, the package can."""
    try:
        from inspect_ai.log._recorders.chunked import convert_eval_logs_to_chunked
        from inspect_ai.log._recorders.chunked.convert import _convert_log_file
    except ImportError:
        print("no chunked samples in this version")
        return
    for name in ["limits", "tools", "four-epochs"]:
        import asyncio

        asyncio.run(_convert_log_file(str(folder / f"{name}.eval"), str(folder / f"chunked-{name}.eval"), 3, 600))
        print(f"chunked-{name}.eval: converted")
    assert convert_eval_logs_to_chunked


def killed(folder):
    """A run that is killed once some of its samples are written."""
    raw = folder / "killed"
    child = subprocess.Popen([sys.executable, __file__, "endless", str(raw)])
    found = None
    for _ in range(600):
        time.sleep(0.1)
        found = next(iter(raw.glob("*.eval")), None)
        if found and sum(name.startswith("samples/") for name in names(found)) >= 3:
            break
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    found.rename(folder / "killed.eval")
    print("killed.eval: killed")


def names(path):
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return []


def endless(folder):
    task = Task(name="endless", dataset=samples(8), solver=[slow(), generate()], scorer=letters())
    run_eval(task, model=mock(), log_dir=str(folder), display="none", score_display=False, log_buffer=1, max_samples=2)


def cut(folder):
    """An archive that was cut off in its seventh sample, and one without the last byte."""
    whole = (folder / "one-epoch.eval").read_bytes()
    with zipfile.ZipFile(folder / "one-epoch.eval") as archive:
        seventh = [one for one in archive.infolist() if one.filename.startswith("samples/")][6]
    (folder / "cut.eval").write_bytes(whole[: seventh.header_offset + seventh.compress_size // 2])
    (folder / "cut-end.eval").write_bytes(whole[:-1])
    text = (folder / "one-epoch.json").read_bytes()
    (folder / "cut.json").write_bytes(text[: len(text) * 2 // 3])


# What is compared.


class Told(AssertionError):
    pass


def exact(text):
    """JSON with the text of its numbers, and every key."""
    return json.loads(text, parse_float=lambda one: ("float", one), parse_int=lambda one: ("int", one), parse_constant=lambda one: ("constant", one), object_pairs_hook=lambda pairs: ("object", pairs))


def same(a, b, where):
    if a != b:
        raise Told(f"{where}: {str(a)[:300]} is not {str(b)[:300]}")


def near(a, b, where):
    a, b = float(a), float(b)
    if not (a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))):
        raise Told(f"{where}: {a!r} is not {b!r}")


def read_lines(program, path):
    output = subprocess.run([program, "--lines", str(path)], check=True, capture_output=True).stdout
    found = {}
    for line in output.splitlines():
        kind = json.loads(line)["kind"]
        found.setdefault(kind, []).append((json.loads(line), dict(exact(line)[1])))
    return found


def originals(path):
    """Every document of the log, and its samples, as Python reads them."""
    documents, found = {}, []
    if path.suffix == ".eval":
        with zipfile.ZipFile(path) as archive:
            for name in dict.fromkeys(archive.namelist()):
                text = archive.read(name)
                if name.startswith("samples/"):
                    found.append(exact(text))
                else:
                    documents[name] = exact(text)
    else:
        whole = exact(path.read_bytes())[1]
        documents = {key: value for key, value in whole if key != "samples"}
        found = next((value for key, value in whole if key == "samples"), [])
    return documents, found


def check(program, path):
    found = read_lines(program, path)
    codes = [one["code"] for one, _ in found.get("told", [])]
    if path.stem.startswith("cut"):
        return check_cut(found, path, codes)
    if "error" in found:
        same(found["error"][0][0]["code"], "inspect.not-a-log", "code")
        try:
            read_eval_log(str(path))
        except Exception:
            return "no log, for Inspect neither"
        raise Told("Inspect reads it")
    # every value, with the text of every number
    documents, raw = originals(path)
    for name, json_text in documents.items():
        ours = next((one["json"] for _, one in found["document"] if one["name"] == name), None)
        same(ours, json_text, name)
    same(len(found["document"]), len(documents), "documents")
    parts = path.stem.startswith("chunked")
    if not parts:
        order = lambda one: str([value for key, value in one[1] if key in ("id", "epoch")])  # noqa: E731
        ours = sorted((one["json"] for _, one in found.get("sample", [])), key=order)
        for mine, theirs in zip(ours, sorted(raw, key=order), strict=True):
            same(mine, theirs, "sample")
    # what is typed, beside Inspect's own reader; samples in parts beside the log that they were made of
    log = read_eval_log(str(path.with_name(path.name.removeprefix("chunked-"))), resolve_attachments=True)
    check_header(found["log"][0][0], log, path)
    # the pool of messages of version 3 is not known to Inspect any more
    check_samples([one["typed"] for one, _ in found.get("sample", [])], log.samples or [], found["log"][0][0]["version"] < 3)
    counted = check_metrics(found, log)
    expected = {"killed": ["inspect.unfinished"], "no-samples": ["sample.count"]}.get(path.stem, [])
    if path.stem in ("killed", "edited", "no-samples") or "raw" in str(path) or path.stem in MADE:
        same(sorted(set(codes)), expected, "codes")
    return f"{len(log.samples or [])} samples, {counted} metrics" + (f", told {sorted(set(codes))}" if codes else "")


MADE = ["views", "tiny", "plain", "one-epoch", "four-epochs", "reducers", "majority", "unreduced", "collected", "task-metrics", "small", "tools", "limits", "failed"]


def check_header(ours, log, path):
    version = {"log_message_deduplication": 3, "version-1": 1}.get(path.stem, 2)
    same(ours["version"], version, "version")
    for key, theirs in [
        ("status", log.status), ("task", log.eval.task), ("model", log.eval.model), ("run", log.eval.run_id), ("tags", log.tags),
        ("invalidated", log.invalidated), ("samples", len(log.samples or [])), ("error", log.error.message if log.error else None),
    ]:
        same(ours[key], theirs, key)
    if log.eval.config.epochs is not None:
        same(ours["epochs"], log.eval.config.epochs, "epochs")
    usage = {model: [one.input_tokens, one.output_tokens, one.total_tokens] for model, one in log.stats.model_usage.items()}
    same({one[0]: one[1:] for one in ours["usage"]}, usage, "usage")


def plain_value(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else str(value)
    if isinstance(value, dict):
        return {key: plain_value(one) for key, one in value.items()}
    return [plain_value(one) for one in value] if isinstance(value, list) else value


def content_text(content):
    if isinstance(content, str):
        return content
    return "\n".join(part.text for part in content if part.type == "text")


def check_samples(ours, theirs, pooled=True):
    same([(one["id"], one["epoch"]) for one in ours], [(str(one.id), one.epoch) for one in theirs], "order of samples")
    for mine, sample in zip(ours, theirs):
        where = f"sample {sample.id} epoch {sample.epoch}"
        target = [sample.target] if isinstance(sample.target, str) else sample.target
        same(mine["target"], target, where)
        same(mine["messages"], [[one.role, content_text(one.content), len(getattr(one, "tool_calls", None) or [])] for one in sample.messages], f"{where} messages")
        events = [[one.event, int(one.timestamp.timestamp() * 1000), one.span_id] for one in sample.events]
        same([one[0] for one in mine["events"]], [one[0] for one in events], f"{where} events")
        for a, b in zip(mine["events"], events):
            if abs(a[1] - b[1]) > 1 or a[2] != b[2]:
                raise Told(f"{where} event {a} is not {b}")
        same(mine["given"] if pooled else [], [len(one.input) for one in sample.events if pooled and one.event == "model"], f"{where} input of models")
        tools = [one for one in sample.events if one.event == "tool"]
        if sample.events and not any(getattr(one, "events", None) for one in sample.events):
            same([one[1] for one in mine["tools"]], [one.function for one in tools], f"{where} tools")
            for a, b in zip(mine["tools"], tools):
                same(json.loads(a[2]), json.loads(json.dumps(b.arguments)), f"{where} arguments")
                same(a[3], content_text(b.result) if isinstance(b.result, (str, list)) else json.dumps(b.result), f"{where} result")
        scores = sample.scores or {}
        mine_scores = {name: (value, answer) for name, value, answer, _ in mine["scores"]}
        same({name: value for name, (value, _) in mine_scores.items()}, {name: plain_value(one.value) for name, one in scores.items()}, f"{where} scores")
        same({name: answer for name, (_, answer) in mine_scores.items()}, {name: one.answer for name, one in scores.items()}, f"{where} answers")
        same(mine["tokens"], sum(one.total_tokens for one in sample.model_usage.values()), f"{where} tokens")
        same(mine["error"], sample.error.message if sample.error else None, f"{where} error")
        same(mine["limit"], sample.limit.type if sample.limit else None, f"{where} limit")
        same(mine["retries"], len(sample.error_retries or []), f"{where} retries")
        same(mine["invalidated"], sample.invalidation is not None, f"{where} invalidated")


RANDOM = "it draws at random"


def check_metrics(found, log):
    """Metrics that Inspect stored, and those that it computes anew; ours equal both, or say why there is none."""
    stored = {}
    for score in log.results.scores if log.results else []:
        for key, one in score.metrics.items():
            stored.setdefault((score.scorer, score.name, score.reducer, key), []).append(one.value)
    ours, counted = {}, 0
    for one, _ in found.get("metric", []):
        where = (one["scorer"], one["score"], one["reducer"], one["metric"])
        if one["metric"] in ("scored_samples", "unscored_samples"):
            same(one["verdict"], "equal", str(where))
            continue
        ours.setdefault(where, []).append(one)
    if not stored:
        same([one for ones in ours.values() for one in ones if one["verdict"] == "equal"], [], "metrics of a run without results")
        return 0
    same(sorted(map(str, ours)), sorted(map(str, stored)), "metrics")
    for where, ones in ours.items():
        for one, value in zip(ones, stored[where], strict=True):
            near(one["stored"], value, f"{where} stored")
            if where[3].startswith("bootstrap"):
                same(one["verdict"], RANDOM, str(where))
            elif where[3].split("/")[-1] == "twice":
                same(one["verdict"].endswith("not one of Inspect's own"), True, str(where))
            elif not log.samples or not any(where[0] in (sample.scores or {}) for sample in log.samples):
                same(one["computed"], None, str(where))
            else:
                same(one["verdict"], "equal", str(where))
                near(one["computed"], value, f"{where} computed")
                counted += 1
    for one, _ in found.get("reduction", []):
        if log.samples and one["why"] is None:
            same(one["differs"], 0, f"reduction {one['scorer']} {one['reducer']}")
    if log.samples and log.eval.scorers and any(sample.scores for sample in log.samples):
        try:
            recompute_metrics(log)
        except Exception as error:  # scorers of a task that is not there
            print(f"  Inspect does not recompute: {error}")
            return counted
        for score in log.results.scores:
            for key, one in score.metrics.items():
                for reducer in (score.reducer, None) if score.reducer == "mean" else (score.reducer,):
                    for mine in ours.get((score.scorer, score.name, reducer, key), []):
                        if mine["computed"] is not None and len(stored.get((score.scorer, score.name, reducer, key), [])) == 1:
                            near(mine["computed"], one.value, f"{score.name} {key} anew")
    return counted


def check_cut(found, path, codes):
    """What is whole is read as in the whole log; what is missing is told."""
    if path.name == "cut-end.eval":
        same("archive.truncated" in codes, True, "told")
        wanted = 11
    elif path.suffix == ".eval":
        same([code for code in ("archive.truncated", "archive.cut", "inspect.unfinished") if code not in codes], [], "told")
        wanted = 6
    else:
        same("json.ended" in codes, True, "told")
        wanted = None
    whole = {(one["id"], one["epoch"]): one for one in (json.loads(json.dumps(typed)) for typed in typed_of(path))}
    ours = [one["typed"] for one, _ in found.get("sample", [])]
    for one in ours:
        same(one, whole[(one["id"], one["epoch"])], "sample")
    if wanted is not None:
        same(len(ours), wanted, "samples")
    elif not 0 < len(ours) < 11:
        raise Told(f"{len(ours)} samples")
    return f"{len(ours)} of 11 samples, told {sorted(set(codes))}"


PROGRAM = ""


def typed_of(path):
    found = read_lines(PROGRAM, path.with_name(f"one-epoch{path.suffix}"))
    return [one["typed"] for one, _ in found["sample"]]


def fixtures(folder, target):
    """Small logs without traces: these name files of the machine that made them."""
    target.mkdir(parents=True, exist_ok=True)
    for name in ["plain.eval", "small.eval", "views.eval", "tools.eval", "edited.eval", "killed.eval", "chunked-limits.eval", "tiny.json"]:
        if name.endswith(".json"):
            (target / name).write_text(json.dumps(traceless(json.loads((folder / name).read_text())), indent=1))
            continue
        with zipfile.ZipFile(folder / name) as archive, zipfile.ZipFile(target / name, "w", zipfile.ZIP_ZSTANDARD) as copy:
            for one in archive.namelist():
                copy.writestr(one, json.dumps(traceless(json.loads(archive.read(one)))))
    plain = (target / "plain.eval").read_bytes()
    (target / "cut.eval").write_bytes(plain[: len(plain) * 3 // 5])
    log = json.loads((folder / "version-1.json").read_text())
    log["samples"] = log["samples"][:2]
    log["results"]["sample_reductions"][0]["samples"] = log["results"]["sample_reductions"][0]["samples"][:2]
    (target / "version-1.json").write_text(json.dumps(log))


def traceless(value):
    if isinstance(value, dict):
        return {key: "" if key.startswith("traceback") else traceless(one) for key, one in value.items()}
    if isinstance(value, list):
        return [traceless(one) for one in value]
    return "left out" if isinstance(value, str) and ("site-packages" in value or "Traceback" in value) else value


def main():
    global PROGRAM
    what, *rest = sys.argv[1:]
    if what == "make":
        make(Path(rest[0]).resolve())
    elif what == "endless":
        endless(Path(rest[0]))
    elif what == "fixtures":
        fixtures(Path(rest[0]), Path(rest[1]))
    elif what == "check":
        PROGRAM, wrong = rest[0], 0
        for path in map(Path, rest[1:]):
            try:
                print(f"{path.name}: {check(PROGRAM, path)}")
            except (Told, ValueError) as told:
                wrong += 1
                print(f"{path.name}: WRONG: {told}")
        print(f"{len(rest) - 1} logs, {wrong} wrong")
        sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
