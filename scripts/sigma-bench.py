#!/usr/bin/env python3
"""Times bartizan's Sigma engine beside pySigma, in turns on one core, over a folder of rules.

    scripts/sigma-bench.py RULES [--rounds 3] [--bartizan target/release/bartizan]

Needs pySigma with the backends named in PEERS in the Python that runs it. CPU seconds; pySigma's start and imports do not
count. The program reads and converts in one run: converting is what a run with a label given twice costs more than with
the label once (output included), reading is the rest (start included). Prints one Markdown table.
"""

import argparse
import pathlib
import resource
import statistics
import subprocess
import time

PEERS = {
    "splunk": ("sigma.backends.splunk", "SplunkBackend", "sigma.pipelines.splunk", "splunk_windows_pipeline"),
    "elastic-lucene": ("sigma.backends.elasticsearch", "LuceneBackend", "sigma.pipelines.elasticsearch", "ecs_windows"),
    "elastic-eql": ("sigma.backends.elasticsearch", "EqlBackend", "sigma.pipelines.elasticsearch", "ecs_windows"),
    "elastic-esql": ("sigma.backends.elasticsearch", "ESQLBackend", "sigma.pipelines.elasticsearch", "ecs_windows"),
    "kusto-xdr": ("sigma.backends.kusto", "KustoBackend", "sigma.pipelines.microsoftxdr", "microsoft_xdr_pipeline"),
    "kusto-asim": ("sigma.backends.kusto", "KustoBackend", "sigma.pipelines.sentinelasim", "sentinel_asim_pipeline"),
    "crowdstrike-logscale-fdr": ("sigma.backends.crowdstrike", "LogScaleBackend", "sigma.pipelines.crowdstrike", "crowdstrike_fdr_pipeline"),
}


def ours(program, label, rules):
    """CPU seconds of the program, and the lines it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run(
        ["taskset", "-c", "0", program, "sigma", "convert", "--jsonl", "--label", label, rules],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
    ).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, out.count(b"\n")


def parts(program, label, rules, rounds=5):
    """CPU seconds of reading and of converting, medians."""
    once = statistics.median(ours(program, label, rules)[0] for _ in range(rounds))
    twice = statistics.median(ours(program, f"{label},{label}", rules)[0] for _ in range(rounds))
    return 2 * once - twice, twice - once


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("rules")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--bartizan", default="target/release/bartizan")
    args = arguments.parse_args()

    import importlib

    from sigma.collection import SigmaCollection

    loads, parses = [], []
    for _ in range(args.rounds):
        start = time.process_time()
        collection = SigmaCollection.load_ruleset([pathlib.Path(args.rules)], collect_errors=True)
        loads.append(time.process_time() - start)
        parses.append(parts(args.bartizan, "splunk", args.rules)[0])
    print(f"| what | pySigma, CPU s | bartizan, CPU s | ratio |\n|---|---|---|---|")
    load, parse = statistics.median(loads), statistics.median(parses)
    print(f"| read {len(collection.rules)} rules | {load:.2f} | {parse:.3f} | {load / parse:.0f} x |")
    ratios = []
    for label, (module, backend, pipelines, pipeline) in PEERS.items():
        try:
            make = getattr(importlib.import_module(module), backend)
            resolved = getattr(importlib.import_module(pipelines), pipeline)
        except (ImportError, AttributeError) as error:
            print(f"| {label} | not there: {error} | | |")
            continue
        theirs, mine = [], []
        for _ in range(args.rounds):
            converter = make(processing_pipeline=resolved() if callable(resolved) else resolved)
            start = time.process_time()
            for rule in collection.rules:
                try:
                    converter.convert_rule(rule)
                except Exception:  # noqa: BLE001  a refusal, as ours has them
                    pass
            theirs.append(time.process_time() - start)
            mine.append(parts(args.bartizan, label, args.rules)[1])
            collection = SigmaCollection.load_ruleset([pathlib.Path(args.rules)], collect_errors=True)
        one, two = statistics.median(theirs), statistics.median(mine)
        ratios.append(one / two)
        print(f"| {label} | {one:.2f} | {two:.3f} | {one / two:.0f} x |")
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    _, lines = ours(args.bartizan, "all", args.rules)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
    print(f"| all labels, {lines} lines | – | {total:.1f} | – |")
    if ratios:
        print(f"\nmedian ratio of the labels: {statistics.median(ratios):.0f} x")


if __name__ == "__main__":
    main()
