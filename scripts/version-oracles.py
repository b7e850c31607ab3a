#!/usr/bin/env python3
"""Holds the order of versions against the ecosystems' own programs, on random versions of their form.

Usage: scripts/version-oracles.py [PAIRS]. What is not installed is left out, loudly: dpkg, Python's packaging, npm's
semver, Perl, Maven (MAVEN_ARTIFACT names its jar).
"""
import json
import os
import random
import shutil
import subprocess
import sys

PAIRS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
RANDOM = random.Random(2026)
pick = RANDOM.choice


def number():
    return pick(["0", "1", "2", "3", "9", "10", "11", "01", "20240101"])


def dots(least, most):
    return ".".join(number() for _ in range(RANDOM.randint(least, most)))


def deb():
    epoch = pick(["", "", "", "0:", "1:"])
    upstream = dots(1, 3) + pick(["", "", "~rc1", "~beta", "+dfsg", "a", "b2", "+git1", ".z"])
    return epoch + upstream + pick(["", "-1", "-2", "-1ubuntu1", "-1~deb12u1", "-0.1", "-1+b1"])


def pypi():
    return (pick(["", "", "1!"]) + dots(1, 3) + pick(["", "", "a1", "b2", "rc1", ".alpha", "-pre3", "c1"])
            + pick(["", "", ".post1", "-1", ".rev2"]) + pick(["", "", ".dev0", ".dev3"]) + pick(["", "", "+abc.1", "+2"]))


def npm():
    n = lambda: pick(["0", "1", "2", "10"])
    pre = pick(["", "", "-alpha", "-alpha.1", "-alpha.beta", "-1", "-1.2", "-rc.10", "-rc.9", "-0a"])
    return f"{n()}.{n()}.{n()}{pre}{pick(['', '', '+build.1'])}"


def maven():
    words = ["alpha", "beta-1", "rc1", "RC2", "SNAPSHOT", "final", "GA", "sp", "1", "m3", "foo", "a1", "Beta2"]
    return dots(1, 4) + "".join(pick(["-", ".", ""]) + pick(words) for _ in range(RANDOM.randint(0, 2)))


def cpan():
    return pick([dots(3, 4), "v" + dots(2, 3), f"{number()}.{pick(['1', '10', '001', '0100', '123456'])}", number()])


def perl(pairs):
    script = "use version; while(<STDIN>){chomp; my($a,$b)=split /\\t/; my $c=version->parse($a)<=>version->parse($b);"
    text = "\n".join("\t".join(p) for p in pairs)
    out = subprocess.run(["perl", "-e", script + "print $c,qq(\\n)}"], input=text, capture_output=True, text=True, check=True)
    return [{"-1": "<", "0": "=", "1": ">"}[line] for line in out.stdout.split()]


def dpkg(pairs):
    def one(a, b):
        return lambda sign: subprocess.run(["dpkg", "--compare-versions", a, sign, b], stderr=subprocess.DEVNULL).returncode == 0
    return ["<" if one(a, b)("lt") else ">" if one(a, b)("gt") else "=" for a, b in pairs]


def packaging(pairs):
    from packaging.version import Version
    return ["<" if Version(a) < Version(b) else ">" if Version(a) > Version(b) else "=" for a, b in pairs]


def semver(pairs):
    root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True).stdout.strip()
    script = ("const s=require(process.argv[1]);const p=JSON.parse(require('fs').readFileSync(0));"
              "console.log(JSON.stringify(p.map(([a,b])=>'<=>'[s.compare(a,b)+1])))")
    out = subprocess.run(["node", "-e", script, root + "/npm/node_modules/semver"], input=json.dumps(pairs), capture_output=True,
                         text=True, check=True)
    return json.loads(out.stdout)


def comparable_version(pairs):
    arguments = [version for pair in pairs for version in pair]
    name = "org.apache.maven.artifact.versioning.ComparableVersion"
    path = os.environ["MAVEN_ARTIFACT"] + ":/usr/share/java/commons-lang3.jar"
    out = subprocess.run(["java", "-cp", path, name, *arguments], capture_output=True, text=True, check=True).stdout
    signs = [line.split()[1] for line in out.splitlines() if line.startswith("   ")]
    return [sign.replace("==", "=") for sign in signs[::2]]


def have_packaging():
    try:
        import packaging.version  # noqa: F401
        return True
    except ImportError:
        return False


ORACLES = [("deb", deb, dpkg, shutil.which("dpkg")), ("pypi", pypi, packaging, have_packaging()),
           ("npm", npm, semver, shutil.which("npm")), ("cpan", cpan, perl, shutil.which("perl")),
           ("maven", maven, comparable_version, shutil.which("java") and "MAVEN_ARTIFACT" in os.environ)]
wrong = 0
for scheme, make, oracle, there in ORACLES:
    if not there:
        print(f"skipped: no oracle for {scheme}")
        continue
    pairs = [(make(), make()) for _ in range(PAIRS)]
    text = "\n".join(f"{scheme}\t{a}\t{b}" for a, b in pairs) + "\n"
    command = ["cargo", "run", "-q", "--release", "-p", "bartizan-product", "--example", "compare_versions"]
    ours = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.split()
    theirs = oracle(pairs)
    differ = [(a, o, t, b) for (a, b), o, t in zip(pairs, ours, theirs) if o != t]
    print(f"{scheme}: {len(pairs) - len(differ)} of {len(pairs)} as {oracle.__name__}")
    for a, o, t, b in differ[:5]:
        print(f"  {a} {b}: ours {o}, theirs {t}")
    wrong += len(differ)
sys.exit(wrong > 0)
