#!/usr/bin/env python3
"""Compares our CVSS scores with those of the `cvss` package of PyPI. Called by scripts/oracles.sh.

usage: cvss-oracle.py COMMAND [--count N] [--seed N] [--fixture FILE [--rows N]]

COMMAND, one argument, reads vectors, one a line, and writes a line `base,temporal,environmental,rating` for each, or an
empty line for what is no vector: `"cargo run -p bartizan-response --example cvss"`.

- N random complete vectors of each version, 10,000 unless told: every required metric; of the others none in a quarter of
  the vectors, else each with one chance in two, "not defined" among their values; a quarter of those of 3.x in a mixed order
- base, temporal and environmental score equal, and the word for the base score; CVSS 4.0 has one score for each set of
  metrics: its three are those without threat and environmental metrics, with threat, with all
- where the package gives no score (2.0 without a temporal or environmental metric), nothing is compared; such are counted

With --fixture the first rows of each version are written with the package's scores, for the tests of the crate. Exits with
1 if anything differs, after saying what.
"""

import argparse
import random
import shlex
import subprocess
import sys

from cvss import CVSS2, CVSS3, CVSS4
from cvss import constants2, constants3, constants4

# Version: prefix, required metrics, values of every metric.
VERSIONS = {
    "2.0": ("", constants2.METRICS_MANDATORY, constants2.METRICS_VALUE_NAMES),
    "3.0": ("CVSS:3.0/", constants3.METRICS_MANDATORY, constants3.METRICS_VALUE_NAMES),
    "3.1": ("CVSS:3.1/", constants3.METRICS_MANDATORY, constants3.METRICS_VALUE_NAMES),
    "4.0": ("CVSS:4.0/", constants4.METRICS_MANDATORY, constants4.METRICS_VALUE_NAMES),
}
SUPPLEMENTAL = ("S", "AU", "R", "V", "RE", "U")


def vector(version, draw):
    """One random complete vector."""
    prefix, required, values = VERSIONS[version]
    bare = draw.random() < 0.25
    metrics = [m for m in values if m in required or (not bare and draw.random() < 0.5)]
    fields = [f"{m}:{draw.choice(list(values[m]))}" for m in metrics]
    # The specification of 4.0 fixes the order; those of 2.0 and 3.x only prefer one.
    if version[0] == "3" and draw.random() < 0.25:
        draw.shuffle(fields)
    return prefix + "/".join(fields)


def without(text, names):
    """The vector without these metrics."""
    return "/".join(f for f in text.split("/") if f.split(":")[0] not in names)


def expected(version, text):
    """Base, temporal, environmental score (None where the package gives none) and the word for the base score."""
    if version == "4.0":
        required = VERSIONS[version][1]
        optional = [m for m in VERSIONS[version][2] if m not in required and m not in SUPPLEMENTAL]
        base = CVSS4(without(text, optional))
        threat = CVSS4(without(text, [m for m in optional if m != "E"]))
        scores = tuple(float(v.scores()[0]) for v in (base, threat, CVSS4(text)))
        return scores, base.severities()[0].lower()
    made = (CVSS2 if version == "2.0" else CVSS3)(text)
    return made.scores(), made.severities()[0].lower()


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("command")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20_261_130)
    parser.add_argument("--fixture")
    parser.add_argument("--rows", type=int, default=200)
    arguments = parser.parse_args()

    draw = random.Random(arguments.seed)
    cases = [(v, vector(v, draw)) for v in VERSIONS for _ in range(arguments.count)]
    text = "".join(f"{case}\n" for _, case in cases)
    run = subprocess.run(shlex.split(arguments.command), input=text, capture_output=True, text=True, check=False)
    lines = run.stdout.split("\n")[:-1]
    if run.returncode != 0 or len(lines) != len(cases):
        sys.exit(f"cvss: {len(lines)} answers to {len(cases)} vectors, exit code {run.returncode}: {run.stderr[-500:]}")

    different, compared, absent, shown = {}, {}, {}, 0
    rows = {v: [] for v in VERSIONS}
    for (version, case), line in zip(cases, lines):
        scores, word = expected(version, case)
        if len(rows[version]) < arguments.rows:
            cells = ["" if s is None else f"{s:.1f}" for s in scores]
            rows[version].append(",".join([case, *cells, word]))
        given = (line.split(",") + [""] * 4)[:4]
        wrong = []
        for name, want, have in zip(("base", "temporal", "environmental"), scores, given):
            if want is None:
                absent[version] = absent.get(version, 0) + 1
                continue
            compared[version] = compared.get(version, 0) + 1
            if have != f"{want:.1f}":
                wrong.append(f"{name} {have or 'none'}, the package {want:.1f}")
        compared[version] = compared.get(version, 0) + 1
        if given[3] != word:
            wrong.append(f"word {given[3] or 'none'}, the package {word}")
        if wrong:
            different[version] = different.get(version, 0) + 1
            if shown < 20:
                print(f"cvss: {case}: {'; '.join(wrong)}", file=sys.stderr)
                shown += 1
    for version in VERSIONS:
        print(
            f"cvss {version}: {arguments.count} vectors, {compared.get(version, 0)} scores and words compared, "
            f"{absent.get(version, 0)} the package does not give, {different.get(version, 0)} vectors differ"
        )
    if arguments.fixture:
        with open(arguments.fixture, "w", encoding="utf-8") as file:
            file.write("vector,base,temporal,environmental,word\n")
            for version in VERSIONS:
                file.writelines(f"{row}\n" for row in rows[version])
    if different:
        sys.exit(1)


if __name__ == "__main__":
    main()
