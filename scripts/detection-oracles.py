#!/usr/bin/env python3
"""Rules of many reports before other tools: pySigma with the SigmaHQ validators, ids, events.

    cargo run -p bartizan-detection --example corpus -- write OUT REPORTS.jsonl
    bartizan sigma lint OUT
    scripts/detection-oracles.py OUT [--config sigma_cli_conf.yml]

OUT has a folder for each report. Needs Python packages pysigma 1.5.1 and pysigma-validators-sigmahq 0.21.0. The rules of a report
are validated together, as `sigma check` does with a folder: titles and ids must be unique in a package, not among all reports of
the world. `--config` takes the configuration that SigmaHQ uses for itself (`tests/sigma_cli_conf.yml` of its repository).
Validators that fetch their data from the network at run time are left out and named. Prints counts; ends with 1 on any issue,
any id twice in a report, one id for two detections, or a rule without a positive and a negative event that passed.
"""

import argparse
import collections
import json
import pathlib
import re
import sys

import yaml
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError
from sigma.plugins import InstalledSigmaPlugins
from sigma.validation import SigmaValidator

NETWORK = ["attacktag", "d3_fendtag", "sigmahq_tags_techniques_without_tactics", "sigmahq_invalid_fieldname", "sigmahq_redundant_field",
           "sigmahq_unknown_field", "sigmahq_fieldname_cast", "sigmahq_filename_prefix", "sigmahq_logsource_unknown",
           "sigmahq_category_event_id", "sigmahq_category_windows_provider_name"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--config", type=pathlib.Path)
    arguments = parser.parse_args()
    known = InstalledSigmaPlugins.autodiscover().validators
    config = {"validators": ["all"]}
    if arguments.config:
        config["validators"] = yaml.safe_load(arguments.config.read_text())["validators"]
    left_out = [name for name in NETWORK if name in known]
    config["validators"] += ["-" + name for name in left_out if "-" + name not in config["validators"]]
    print(f"{len(known)} validators; left out by the configuration or for want of a network: "
          + ", ".join(v[1:] for v in config["validators"] if v.startswith("-")))

    issues, texts, rules, twice, untried = collections.Counter(), collections.defaultdict(set), 0, 0, 0
    for report in sorted(path for path in arguments.out.iterdir() if path.is_dir()):
        files = sorted(report.rglob("*.yml"))
        seen = set()
        for file in files:
            text = file.read_text()
            rule_id = re.search(r"^id: (\S+)", text, re.M)[1]
            twice += rule_id in seen
            seen.add(rule_id)
            texts[rule_id].add(text[text.index("logsource:"):].split("falsepositives:")[0])
        rules += len(files)
        verdicts = json.loads((report / "verdicts.json").read_text())["rules"]
        untried += len(files) != len(verdicts)
        untried += sum(not (v["positives"] and v["negatives"] and v["holds"]) for v in verdicts)
        if not files:
            continue
        try:
            collection = SigmaCollection.load_ruleset(files, collect_errors=True)
        except SigmaError as error:
            issues["not read: " + str(error)[:80]] += 1
            continue
        for rule in collection:
            for error in rule.errors:
                issues["error: " + type(error).__name__] += 1
        for issue in SigmaValidator.from_dict(config, known).validate_rules(collection):
            issues[type(issue).__name__] += 1
            print(issue, file=sys.stderr)
    two = sum(len(bodies) > 1 for bodies in texts.values())
    print(f"{rules} rules, {len(texts)} ids; {sum(issues.values())} issues {dict(issues)}; {twice} ids twice in a report; "
          f"{two} ids of two detections; {untried} rules without events that passed")
    sys.exit(bool(issues or twice or two or untried))


if __name__ == "__main__":
    main()
