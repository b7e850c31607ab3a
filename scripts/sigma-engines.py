"""Runs converted Sigma rules for real and compares what they find.

    scripts/sigma-engines.sh --rules DIR... --events PATH... [--engines a,b] [--show N] [--json FILE]

Each rule is converted by `bartizan sigma convert` for SQLite, DuckDB, ClickHouse (chdb), PostgreSQL (a cluster of its own
in a temporary folder) and EQL (Elastic's engine in Python), and run over the events; `bartizan sigma run` says what the
evaluator finds. KQL is parsed by duckdb-kql, Lucene by luqum, Panther's Python by Python.

An event in a file `RULE-ID.json` is that rule's own: the rule must fire on it. Differences are listed; any makes the exit
status 1, except those that --known FILE explains: {engine: {rule: reason}}.
"""

import argparse
import contextlib
import io
import itertools
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings

WINDOWS = {"Event", "Event.System", "Event.EventData", "Event.UserData"}


def flat_name(outer, key):
    """The name of `key` inside `outer`, as the evaluator has it (crates/bartizan-sigma/src/eval/event.rs)."""
    path = f"{outer}.{key}" if outer else key
    if path in WINDOWS or outer == "Event.UserData":
        return path
    if outer in WINDOWS:
        return key
    if outer.startswith("Event.UserData."):
        inner = outer[len("Event.UserData."):]
        return f"{inner}.{key}" if "." in inner else key
    return {"Provider.#attributes.Name": "Provider_Name", "EventID.#text": "EventID"}.get(path, path)


def text(value):
    """A value as a column of text holds it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def flatten(event):
    out = {}

    def lay(name, value, depth):
        if isinstance(value, dict) and depth < 16:
            for key, inner in value.items():
                lay(flat_name(name, key), inner, depth + 1)
        elif name:
            if " " in name:
                out.setdefault(name.replace(" ", ""), text(value))
            out.setdefault(name, text(value))

    lay("", event, 0)
    return {name: value for name, value in out.items() if value is not None}


def documents(path):
    """The events of a file: a list, or one object after the other."""
    source = path.read_text(encoding="utf-8")
    decoder, at = json.JSONDecoder(), 0
    while True:
        while at < len(source) and source[at].isspace():
            at += 1
        if at >= len(source):
            return
        value, at = decoder.raw_decode(source, at)
        yield from value if isinstance(value, list) else [value]


def files(paths, ends):
    for path in map(pathlib.Path, paths):
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (f for f in found if f.is_file() and f.suffix in ends)


# A row's name is one character that no rule and no event holds, so that a search of all columns never finds it.
FIRST_ROW = 0x100000


def row(number):
    return chr(FIRST_ROW + number)


class Sql:
    """A database with one table of text columns."""

    quote = '"'
    literal = r"'(?:[^']|'')*'"
    folds = False  # whether names that differ in case only are one column

    def __init__(self, events, queries):
        events = list(map(self.before, events))
        name = re.compile(rf"{self.literal}|{self.quote}((?:[^{self.quote}]|{self.quote * 2})*){self.quote}")
        names = dict.fromkeys(itertools.chain.from_iterable(events))
        for query in queries:
            for found in name.finditer(query):
                if found[1] is not None:
                    names.setdefault(found[1].replace(self.quote * 2, self.quote))
        self.columns = {}
        for column in names:
            self.columns.setdefault(column.lower() if self.folds else column, column)
        self.rows = []
        for number, event in enumerate(events):
            line = {}
            for column, value in event.items():
                line.setdefault(column.lower() if self.folds else column, value)
            self.rows.append([row(number)] + [line.get(key) for key in self.columns])
        self.open()

    def before(self, event):
        return event

    def quoted(self, name):
        return self.quote + name.replace(self.quote, self.quote * 2) + self.quote

    def definition(self, kind):
        columns = ", ".join(f"{self.quoted(c)} {kind}" for c in self.columns.values())
        return f"CREATE TABLE logs ({self.quoted('row of logs')} {kind}, {columns})"

    def run(self, query):
        query = query.replace("SELECT * FROM logs", f"SELECT {self.quoted('row of logs')} FROM logs", 1)
        return {ord(found) - FIRST_ROW for found in self.rows_of(query)}

    def close(self):
        pass


class Sqlite(Sql):
    target, quote, folds = "sqlite", "`", True

    def before(self, event):
        """Keywords are looked for in one column that holds all values."""
        return event | {"full_log": "\x1f".join(event.values())}

    def open(self):
        self.db = sqlite3.connect(":memory:")
        compiled = {}

        def regexp(pattern, value):
            if value is None:
                return None
            if pattern not in compiled:
                compiled[pattern] = re.compile(pattern.replace(r"\z", r"\Z"))
            return compiled[pattern].search(value) is not None

        self.db.create_function("regexp", 2, regexp, deterministic=True)
        self.db.execute(self.definition("TEXT"))
        marks = ", ".join("?" * (len(self.columns) + 1))
        self.db.executemany(f"INSERT INTO logs VALUES ({marks})", self.rows)

    def rows_of(self, query):
        return [found for (found,) in self.db.execute(query)]


class DuckDb(Sql):
    target, folds = "duckdb", True

    def open(self):
        import duckdb

        self.db = duckdb.connect()
        self.db.execute(self.definition("VARCHAR"))
        marks = ", ".join("?" * (len(self.columns) + 1))
        self.db.executemany(f"INSERT INTO logs VALUES ({marks})", self.rows)

    def rows_of(self, query):
        return [found for (found,) in self.db.execute(query).fetchall()]


class ClickHouse(Sql):
    target, quote = "clickhouse", "`"
    literal = r"'(?:[^'\\]|''|\\.)*'"

    def quoted(self, name):
        return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"

    def open(self):
        from chdb import session

        self.db = session.Session()
        self.db.query(self.definition("Nullable(String)") + " ENGINE = Memory")
        lines = []
        for line in self.rows:
            named = dict(zip(["row of logs", *self.columns.values()], line))
            lines.append(json.dumps({k: v for k, v in named.items() if v is not None}))
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write("\n".join(lines))
            file.flush()
            self.db.query(f"INSERT INTO logs SELECT * FROM file('{file.name}', JSONEachRow, "
                          f"{self.structure()})")

    def structure(self):
        columns = ", ".join(f"{self.quoted(c)} Nullable(String)" for c in ["row of logs", *self.columns.values()])
        return "'" + columns.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def rows_of(self, query):
        found = str(self.db.query(query, "JSONCompactEachRow"))
        return [json.loads(line)[0] for line in found.splitlines()]

    def together(self, queries):
        """Planning a query over a thousand columns takes longer than running it, so conditions are asked by the dozen."""
        head = "SELECT * FROM logs WHERE "
        columns = ", ".join(f"coalesce(({query.removeprefix(head)}), false)" for query in queries)
        answer = str(self.db.query(f"SELECT {self.quoted('row of logs')}, {columns} FROM logs", "JSONCompactEachRow"))
        found = [set() for _ in queries]
        for line in answer.splitlines():
            name, *holds = json.loads(line)
            for place, yes in zip(found, holds):
                if yes:
                    place.add(ord(name) - FIRST_ROW)
        return found

    def close(self):
        self.db.close()


class Postgres(Sql):
    target = "postgresql"

    def open(self):
        import psycopg

        tools = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        tools = str(tools[-1]) + "/" if tools else ""
        self.home = tempfile.mkdtemp(prefix="sigma-engines-")
        # The server refuses to run as root.
        self.user = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"] if os.getuid() == 0 else []
        if self.user:
            shutil.chown(self.home, "nobody", "nogroup")
        data = f"{self.home}/data"
        quiet = {"stdout": subprocess.DEVNULL, "check": True, "cwd": self.home}
        subprocess.run([*self.user, f"{tools}initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                        "--locale", "C.UTF-8", "--no-sync"], **quiet)
        self.stop = [*self.user, f"{tools}pg_ctl", "-D", data, "-m", "immediate", "stop"]
        options = f"-c listen_addresses='' -c unix_socket_directories={self.home} -c fsync=off -c jit=off"
        subprocess.run([*self.user, f"{tools}pg_ctl", "-D", data, "-w", "-l", f"{self.home}/log", "-o", options,
                        "start"], **quiet)
        self.db = psycopg.connect(host=self.home, user="postgres", dbname="postgres", autocommit=True)
        self.db.execute(self.definition("text"))
        marks = ", ".join(["%s"] * (len(self.columns) + 1))
        with self.db.cursor() as cursor:
            cursor.executemany(f"INSERT INTO logs VALUES ({marks})", self.rows)

    def rows_of(self, query):
        return [found for (found,) in self.db.execute(query.encode()).fetchall()]

    def close(self):
        self.db.close()
        subprocess.run(self.stop, stdout=subprocess.DEVNULL, check=False, cwd=self.home)
        shutil.rmtree(self.home, ignore_errors=True)


class Eql:
    """Elastic's engine in Python: documents are nested as an index has them. It knows no case: expressions that do are told
    so in their own words, and rules that ask for strings of one case (`like` and `==` with letters, which Elasticsearch
    documents as case-sensitive) are left out."""

    target = "eql"
    cased = re.compile(r""" (?:like|==) (?:"(?:[^"\\]|\\.)*"|\()""")
    expression = re.compile(r""" regex "((?:[^"\\]|\\.)*)\"""")
    number = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

    def leaves_out(self, query):
        """Why a query cannot be asked here, if it cannot."""
        asked = (found[0] for found in self.cased.finditer(query))
        if any(one.endswith("(") or re.search(r"[^\W\d_]", one.split(" ", 2)[2]) for one in asked):
            return "letter case, which the engine does not know"

    def __init__(self, events, _queries):
        import eql
        from eql.functions import CidrMatch, Match

        self.eql = eql
        # An index would not take what is no address for a field of addresses; here the function must say no itself.
        whole = CidrMatch.get_callback

        def addresses(*arguments):
            asked = whole(*arguments)

            def callback(source, *rest):
                with contextlib.suppress(ValueError):
                    return asked(source, *rest)
                return False

            return callback

        CidrMatch.get_callback = staticmethod(addresses)

        # Elasticsearch: an expression must match the whole value; here the beginning is enough.
        def callback(_ast, *expressions):
            compiled = re.compile("|".join(e.value for e in expressions), eql.functions.regex_flags())
            return lambda source, *_: compiled.fullmatch(source) is not None if isinstance(source, str) else None

        Match.get_callback = staticmethod(callback)

        # An index has numbers under a numeric mapping; here they are text, which the engine puts in no order with one.
        typed = eql.PythonEngine.check_types.__func__

        def check_types(cls, compare):
            checked = typed(cls, compare)

            def compared(one, other):
                if isinstance(one, str) and isinstance(other, (int, float)):
                    # What is no number would not be in the index.
                    return self.number.fullmatch(one) is not None and checked(float(one), other)
                return checked(one, other)

            return compared

        eql.PythonEngine.check_types = classmethod(check_types)
        self.events = []
        for number, event in enumerate(events):
            nested = {}
            for name, value in event.items():
                *outer, last = name.split(".")
                place = nested
                for part in outer:
                    place = place.setdefault(part, {})
                    if not isinstance(place, dict):
                        break
                if isinstance(place, dict):
                    place.setdefault(last, value)
            self.events.append(eql.Event("any", number, nested))

    def run(self, query):
        query = self.expression.sub(lambda found: f' regex "(?-i:{found[1]})"', query)
        with self.eql.parser.elasticsearch_syntax:
            parsed = self.eql.parse_query(query, implied_any=True)
        found = set()
        engine = self.eql.PythonEngine()
        engine.add_query(parsed)
        engine.add_output_hook(lambda output: found.update(event.time for event in output.events))
        engine.stream_events(self.events)
        return found

    def close(self):
        pass


ENGINES = {engine.target: engine for engine in (Sqlite, DuckDb, ClickHouse, Postgres, Eql)}


def parse_kql(query):
    import duckdb_kql

    duckdb_kql.parse(query)


def parse_lucene(query):
    from luqum.parser import parser

    parser.parse(query)


PARSERS = {
    "kusto": ([], parse_kql),
    "lucene": ([], parse_lucene),
    "panther": (["-p", "panther", "--format", "python"], lambda query: compile("\n".join(query["Detection"]), "rule", "exec")),
}


class Bartizan:
    def __init__(self, program):
        self.program = program

    def call(self, *arguments):
        done = subprocess.run([self.program, "sigma", *map(str, arguments)], capture_output=True, text=True)
        if done.returncode not in (0, 1) or not done.stdout:
            sys.exit(f"bartizan sigma {arguments[0]}: {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def convert(self, targets, rules, *options):
        """{target: {rule: [queries]}}, and {target: {rule: why there is none}}."""
        queries, refused = {t: {} for t in targets}, {t: {} for t in targets}
        for line in self.call("convert", "--jsonl", "-t", ",".join(targets), *options, *rules).splitlines():
            record = json.loads(line)
            rule = record["rule_id"]
            if "query" in record:
                query = record["query"]
                queries[record["backend"]][rule] = query if isinstance(query, list) else [query]
            else:
                refused[record["backend"]][rule] = record.get("msg") or record["error"]
        return queries, refused

    def run(self, rules, events):
        found = {}
        for path in rules:
            for match in json.loads(self.call("run", "--all-log-sources", "--json", path, events))["matches"]:
                found.setdefault(match["rule_id"], set()).add(match["event"] - 1)
        return found


def ask(engine, queries):
    """{rule: events found}, {rule: error}."""
    found, errors = {}, {}
    if hasattr(engine, "together"):
        names = list(queries)
        for some in (names[at:at + 60] for at in range(0, len(names), 60)):
            with contextlib.suppress(Exception):  # then one by one, below
                asked = [(rule, query) for rule in some for query in queries[rule]]
                for (rule, _), rows in zip(asked, engine.together([query for _, query in asked])):
                    found.setdefault(rule, set()).update(rows)
    for rule, several in queries.items():
        if rule in found:
            continue
        try:
            found[rule] = set().union(*(engine.run(query) for query in several))
        except Exception as error:  # an engine's own kinds of error
            errors[rule] = f"{type(error).__name__}: {str(error).strip().splitlines()[0][:300]}"
    return found, errors


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bartizan", default="target/debug/bartizan")
    parser.add_argument("--rules", nargs="+", required=True)
    parser.add_argument("--events", nargs="+", required=True)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--parsers", default=",".join(PARSERS))
    parser.add_argument("--show", type=int, default=40)
    parser.add_argument("--known", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    return parser.parse_args()


def main():
    warnings.simplefilter("ignore", FutureWarning)  # Python's, about sets that will mean something one day
    options = arguments()
    bartizan = Bartizan(options.bartizan)
    events, own = [], {}
    for file in files(options.events, {".json", ".jsonl"}):
        for event in documents(file):
            if re.fullmatch(r"[0-9a-f-]{36}", file.stem):
                own.setdefault(file.stem, set()).add(len(events))
            events.append(event)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as lines:
        lines.write("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events))
        lines.flush()
        evaluator = bartizan.run(options.rules, lines.name)
    names = [name for name in options.engines.split(",") if name] or ["sqlite"]
    queries, refused = bartizan.convert(names, options.rules)
    rules = set().union(*(set(q) | set(r) for q, r in zip(queries.values(), refused.values())))
    own = {rule: found for rule, found in own.items() if rule in rules}
    flat = [flatten(event) for event in events]
    print(f"{len(rules)} rules, {len(events)} events, {len(own)} rules with an event of their own")
    fired = sum(1 for rule in own if evaluator.get(rule, set()) & own[rule])
    matches = sum(map(len, evaluator.values()))
    print(f"{'engine':12} {'converted':>9} {'refused':>8} {'errors':>7} {'own event':>10} {'matches':>8} "
          f"{'agreement':>11} {'differ':>7} {'seconds':>8}")
    print(f"{'evaluator':12} {'':9} {'':8} {'':7} {fired:>6}/{len(own):<3} {matches:>8}")
    results, differences, left_out = {"evaluator": evaluator}, [], {}
    for name in names:
        begin = time.monotonic()
        engine = ENGINES[name](flat, itertools.chain.from_iterable(queries[name].values()))
        for rule in [r for r, q in queries[name].items() if any(map(engine.leaves_out, q))] if hasattr(engine, "leaves_out") else []:
            refused[name][rule] = engine.leaves_out(" ".join(queries[name].pop(rule)))
            left_out[name] = left_out.get(name, 0) + 1
        found, errors = ask(engine, queries[name])
        engine.close()
        results[name] = found
        fired = sum(1 for rule in own if found.get(rule, set()) & own[rule])
        differ = 0
        for rule, here in sorted(found.items()):
            there = evaluator.get(rule, set())
            for event in sorted(here ^ there):
                differ += 1
                differences.append({"engine": name, "rule": rule, "event": event,
                                    "found by": name if event in here else "the evaluator"})
        for rule, error in errors.items():
            differences.append({"engine": name, "rule": rule, "error": error})
        pairs = len(found) * len(events)
        agreement = 100 * (1 - differ / pairs) if pairs else 0
        print(f"{name:12} {len(queries[name]):>9} {len(refused[name]):>8} {len(errors):>7} {fired:>6}/{len(own):<3} "
              f"{sum(map(len, found.values())):>8} {agreement:>10.4f}% {differ:>7} {time.monotonic() - begin:>8.1f}")
    for name, count in left_out.items():
        print(f"{name}: {count} of those refused are left out for what the engine does not know (see the script)")
    print("\nagreement of each two, over the rules both have:")
    for one, other in itertools.combinations(names, 2):
        both = results[one].keys() & results[other].keys()
        differ = sum(len(results[one][rule] ^ results[other][rule]) for rule in both)
        pairs = max(1, len(both) * len(events))
        print(f"  {one:12} {other:12} {100 * (1 - differ / pairs):>10.4f}%  {differ} of {pairs}")
    for name in filter(None, options.parsers.split(",")):
        more, parse = PARSERS[name]
        converted, _ = bartizan.convert([name], options.rules, *more)
        broken = {}
        for rule, several in converted[name].items():
            for query in several:
                try:
                    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                        parse(query)
                except Exception as error:  # a parser's own kinds of error
                    broken[rule] = f"{type(error).__name__}: {str(error).strip()[:200]}"
        print(f"{name:12} {len(converted[name])} parsed, {len(broken)} with an error")
        differences.extend({"engine": name, "rule": rule, "error": error} for rule, error in broken.items())
    for rule, found in sorted(own.items()):
        for name, result in results.items():
            if not result.get(rule, set()) & found:
                why = refused.get(name, {}).get(rule, "it runs and finds it not")
                print(f"does not fire on its own event: {name}: {rule}: {why}")
    known = json.loads(options.known.read_text()) if options.known else {}
    explained = {(engine, rule): why for engine, rules in known.items() for rule, why in rules.items()}
    for engine, rule in dict.fromkeys((d["engine"], d["rule"]) for d in differences):
        if (engine, rule) in explained:
            print(f"known: {engine}: {rule}: {explained[engine, rule]}")
    differences = [d for d in differences if (d["engine"], d["rule"]) not in explained]
    for difference in differences[: options.show]:
        print(json.dumps(difference, ensure_ascii=False))
    if len(differences) > options.show:
        print(f"… and {len(differences) - options.show} more")
    if options.json:
        options.json.write_text(json.dumps({"refused": refused, "differences": differences}, indent=1))
    return int(bool(differences))


sys.exit(main())
