#!/usr/bin/env python3
"""Indicator or not: verdicts of `bartizan observables --jsonl` against the publishers' own lists of indicators.

usage: observable-verdicts.py DATA PREDICTIONS.jsonl [--errors N] [--json]

DATA is the folder of the developer set (score_iocs.py beside dev_labels.jsonl.gz). Only the sources that are pairs
of a text and its publisher's list count (talos, eset, harfang, strangereal). In a text,

  positive  a value on the publisher's list ("required"),
  negative  a value that is really in the text and not on the list ("accepted"), but
            - not the host of a listed URL or mail address, nor a URL on a listed host: the list says neither, and
            - not of a kind of address or hash of which the list has none: many lists leave whole kinds out.

Values that were not found count in extraction, not here. A list that is a mere excerpt makes indicators look like
negatives, so reports are put in order by how complete their list is, judged by the labels alone: the share of
listed values among its labelled hashes, IPv4 addresses and domains (domains on a warning list of DATA left out).
Printed are all reports that have both sides, and those whose list is at least 0.9 complete.
"""

import argparse
import collections
import glob
import gzip
import json
import os
import sys

PAIRS = ("talos", "eset", "harfang", "strangereal")
WHOLE = ("md5", "sha1", "sha256", "sha512", "ipv4", "ipv6", "cidr", "domain", "email", "filename", "filepath")
JUDGED = ("sha1", "sha256", "ipv4", "domain")


def benign(data):
    """Domains on the warning lists, as a set of names."""
    names = set()
    for path in glob.glob(os.path.join(data, "warninglists", "*.json.gz")):
        with gzip.open(path, "rt", encoding="utf8") as file:
            names.update(str(v).lstrip(".").lower() for v in json.load(file).get("list", []))
    return names


def under(name, names):
    labels = name.split(".")
    return any(".".join(labels[i:]) in names for i in range(len(labels) - 1))


def f1(c):
    total = 2 * c["tp"] + c["fp"] + c["fn"]
    return 2 * c["tp"] / total if total else 1.0


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data")
    arguments.add_argument("predictions")
    arguments.add_argument("--errors", type=int, default=0)
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    sys.path.insert(0, options.data)
    import score_iocs as scorer

    predictions = {}
    with open(options.predictions, encoding="utf8") as lines:
        for line in lines:
            record = json.loads(line)
            predictions[record["doc_id"]] = record["iocs"]
    known = benign(options.data)
    reports, wrong = [], []
    with gzip.open(os.path.join(options.data, "dev_labels.jsonl.gz"), "rt", encoding="utf8") as lines:
        for line in lines:
            label = json.loads(line)
            if label["source"] not in PAIRS:
                continue
            levels = {"required": set(), "accepted": set()}
            for ioc in label["iocs"]:
                levels[ioc.get("level", "required")].add(scorer.norm(ioc["type"], ioc["value"]))
            listed, other = levels["required"], levels["accepted"] - levels["required"]
            kinds = {kind for kind, _ in listed}
            hosts = {scorer.host(v) for k, v in listed if k == "url"}
            hosts |= {v.split("@")[-1] for k, v in listed if k == "email"}
            own = {v for k, v in listed if k in ("domain", "ipv4")}
            other = {
                (k, v) for k, v in other
                if not (k in ("domain", "ipv4") and v in hosts)
                and not (k == "url" and scorer.host(v) in own)
                and (k in kinds or k not in WHOLE)
            }
            judged = [x for x in listed | other if x[0] in JUDGED and not (x[0] == "domain" and under(x[1], known))]
            complete = sum(x in listed for x in judged) / len(judged) if judged else 0.0
            verdicts = {}
            for ioc in predictions.get(label["doc_id"], []):
                key = scorer.norm(ioc["type"], ioc["value"])
                if key in listed or key in other:
                    verdicts[key] = verdicts.get(key, False) or ioc["indicator"]
            count = collections.Counter()
            for key, said in verdicts.items():
                what = ("tp" if said else "fn") if key in listed else ("fp" if said else "tn")
                count[what] += 1
                if what in ("fp", "fn") and complete >= 0.9:
                    wrong.append((what, label["doc_id"], *key))
            if count["tp"] + count["fn"] and count["fp"] + count["tn"]:
                reports.append((complete, label["doc_id"], count))
    result = {}
    for name, least in (("all reports with both", 0.0), ("lists at least 0.9 complete", 0.9)):
        chosen = [count for complete, _, count in reports if complete >= least]
        total = sum(chosen, collections.Counter())
        result[name] = {
            "reports": len(chosen), **{k: total[k] for k in ("tp", "fp", "fn", "tn")},
            "precision": round(total["tp"] / max(1, total["tp"] + total["fp"]), 4),
            "recall": round(total["tp"] / max(1, total["tp"] + total["fn"]), 4),
            "f1": round(f1(total), 4),
            "f1_of_the_others": round(f1({"tp": total["tn"], "fp": total["fn"], "fn": total["fp"]}), 4),
            "mean_f1_of_a_report": round(sum(map(f1, chosen)) / max(1, len(chosen)), 4),
        }
    if options.json:
        print(json.dumps(result))
        return
    for name, row in result.items():
        print(name, row)
    chosen = [r for r in reports if r[0] >= 0.9]
    print("least complete of the chosen:", min((r[0] for r in chosen), default=None))
    for what in ("fp", "fn"):
        some = sorted(w for w in wrong if w[0] == what)
        print("--", what, len(some))
        for w in some[:: max(1, len(some) // options.errors)][: options.errors] if options.errors else []:
            print("  ", *w[1:])


main()
