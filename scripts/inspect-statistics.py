"""Expectations for the statistics of bartizan-inspect, by scipy, by inspect_ai's own ci_wilson, and by CPython.

    inspect-statistics.py FILE            writes them
    inspect-statistics.py --check FILE    fails if the file says otherwise (to 1e-12)

A line is: what is asked, its arguments, the answer; separated by tabs.
"""

import math
import random
import sys
from statistics import NormalDist

import numpy as np
from scipy import stats


def rows():
    for p in [1e-300, 1e-20, 1e-6, 0.001, 0.025, 0.05, 0.2, 0.4, 0.5, 0.6, 0.9, 0.95, 0.975, 0.995, 0.9999, 1 - 1e-9]:
        yield "normal", [p], [stats.norm.ppf(p)]
        assert abs(NormalDist().inv_cdf(p) - stats.norm.ppf(p)) <= 1e-12 * max(1, abs(stats.norm.ppf(p)))
    for df in [1, 1.5, 2, 3, 4, 7, 10, 29, 30, 61, 99, 250, 1000, 12345, 1e6, 1e9]:
        for p in [0.005, 0.1, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995, 0.9995]:
            yield "student", [p, df], [stats.t.ppf(p, df)]
    # 8 of 10 is 0.490 to 0.943 in Agresti and Coull 1998; 0 of 10 is 0 to 0.278, 15 of 148 is 0.0624 to 0.1605 in Newcombe 1998
    for k, n in [(0, 1), (1, 1), (0, 10), (8, 10), (10, 10), (1, 29), (15, 148), (81, 263), (20, 20), (500, 1000), (999, 1000)]:
        for level in [0.9, 0.95, 0.99]:
            found = stats.binomtest(k, n).proportion_ci(level, method="wilson")
            yield "wilson", [k, n, level], [found.low, found.high]
    draw = random.Random(1)
    for n in [2, 3, 8, 40, 200]:
        for level in [0.9, 0.95, 0.99]:
            values = [round(draw.gauss(3, 2), 3) for _ in range(n)]
            found = stats.ttest_1samp(values, 0).confidence_interval(level)
            yield "mean", [level, *values], [found.low, found.high]
            other = [round(one + draw.gauss(0.3, 1), 3) for one in values]
            found = stats.ttest_rel(values, other).confidence_interval(level)
            yield "paired", [level, n, *values, *other], [np.mean(np.subtract(values, other)), found.low, found.high]
            baseline = [round(draw.gauss(2.5, 3), 3) for _ in range(n + 2)]
            found = stats.ttest_ind(values, baseline, equal_var=False).confidence_interval(level)
            yield "welch", [level, np.mean(baseline), stats.sem(baseline), len(baseline), *values], [found.low, found.high]
    yield from clustered(draw)


def clustered(draw):
    """Samples with several epochs: 0 or 1 by Inspect's ci_wilson with the sample as cluster, else Student over their means."""
    from inspect_ai.scorer import SampleScore, Score, ci_wilson

    for samples, epochs, level in [(3, 2, 0.95), (10, 4, 0.95), (30, 3, 0.9), (100, 5, 0.99)]:
        share = [draw.random() for _ in range(samples)]
        values = [[float(draw.random() < one) for _ in range(epochs)] for one in share]
        scores = [
            SampleScore(score=Score(value=one), sample_id=number, sample_metadata={"sample": number})
            for number, row in enumerate(values) for one in row
        ]
        found = ci_wilson(level=level, cluster="sample")(scores)
        yield "wilson-epochs", [level, epochs, *sum(values, [])], [found["lower"], found["upper"]]
        values = [[round(draw.gauss(5 * one, 1), 3) for _ in range(epochs)] for one in share]
        found = stats.ttest_1samp([np.mean(row) for row in values], 0).confidence_interval(level)
        yield "mean-epochs", [level, epochs, *sum(values, [])], [found.low, found.high]


def number(text):
    return float(text)


def main():
    made = ["\t".join([what, " ".join(repr(float(one)) for one in arguments), " ".join(repr(float(one)) for one in answer)]) for what, arguments, answer in rows()]
    if sys.argv[1] != "--check":
        with open(sys.argv[1], "w", encoding="utf-8") as file:
            file.write("\n".join(made) + "\n")
        return
    with open(sys.argv[2], encoding="utf-8") as file:
        kept = file.read().splitlines()
    assert len(kept) == len(made), f"{len(kept)} lines, {len(made)} made"
    for old, new in zip(kept, made):
        for a, b in zip(old.split("\t")[1:], new.split("\t")[1:]):
            for x, y in zip(a.split(), b.split(), strict=True):
                assert math.isclose(number(x), number(y), rel_tol=1e-12, abs_tol=1e-12), f"{old[:100]} is not {new[:100]}"
    print(f"{len(made)} expectations of statistics: as scipy and inspect_ai have them")


main()
