"""``python -m tests.faults``: end the driver at every write boundary and see what comes of it."""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path

from tests.faults.disk import all_limits
from tests.faults.inject import KINDS, NEED_NO_SPACE
from tests.faults.runner import Case, Fault, boxes, in_parallel, places, warm_up
from tests.faults.scenarios import SCENARIOS


def main() -> int:
    """Run what was asked for; return 1 if anything is wrong."""
    options = _options()
    began = time.monotonic()
    warm_up()
    with boxes(options.jobs) as made:
        seen, cases = {}, []
        for name in options.scenario:
            made[0].prepare(SCENARIOS[name])
            case, seen[name] = places(made[0], name)
            cases.append(case)
            print(f"{name}: {len(seen[name])} boundaries: {_kinds(seen[name])}")
            if case.violations:
                print(case)
        if options.list:
            _list(seen)
            return 0
        if options.limits:
            for case in all_limits(made[0], tuple(options.scenario), options.every):
                cases.append(case)
                _tell(case, options.verbose)
            return _end(cases, options, began)
        faults = list(_faults(options, seen))
        print(f"{len(faults)} cases, seed {options.seed}", flush=True)
        for number, case in enumerate(in_parallel(faults, made, seen), start=1):
            cases.append(case)
            _tell(case, options.verbose)
            if number % 50 == 0:
                print(f"{number} of {len(faults)} cases after {time.monotonic() - began:.0f} s", flush=True)
    return _end(cases, options, began)


def _end(cases: list[Case], options: argparse.Namespace, began: float) -> int:
    if options.output:
        options.output.write_text(json.dumps([asdict(case) for case in cases], indent=1))
    print(summary(cases))
    print(f"{len(cases)} cases in {time.monotonic() - began:.0f} s")
    return int(any(case.violations for case in cases))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="repeatable; all by default")
    parser.add_argument("--kind", action="append", choices=KINDS, help="repeatable; all by default")
    parser.add_argument("--every", type=int, default=1, help="every n-th boundary, from a seeded one on")
    parser.add_argument("--from", dest="first", type=int, default=0, help="number of the first boundary")
    parser.add_argument("--to", type=int, default=10**9, help="number of the last boundary")
    parser.add_argument("--lasting", choices=("both", "yes", "no"), default="both", help="whether errors last")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--list", action="store_true", help="list the boundaries and their places only")
    parser.add_argument("--limits", action="store_true", help="full disks and limits of processes, for real")
    parser.add_argument("--verbose", action="store_true", help="show every case, not only those with something wrong")
    parser.add_argument("--output", type=Path, help="a JSON file for all cases")
    options = parser.parse_args()
    options.scenario = options.scenario or list(SCENARIOS)
    options.kind = options.kind or list(KINDS)
    return options


def _faults(options: argparse.Namespace, seen: dict[str, list[list[str]]]):
    draw = random.Random(options.seed)
    for name in options.scenario:
        for kind in options.kind:
            lasting = {"both": (False, True), "yes": (True,), "no": (False,)}[options.lasting]
            for lasts in (False,) if kind == "kill" else lasting:
                first = options.first or draw.randint(1, options.every)
                for at in range(first, min(options.to, len(seen[name])) + 1, options.every):
                    if kind != "enospc" or seen[name][at - 1][0] not in NEED_NO_SPACE:
                        yield Fault(name, kind, at, lasts)


def _tell(case: Case, verbose: bool) -> None:
    if case.violations or verbose:
        print(case, flush=True)


def _kinds(seen: list[list[str]]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in Counter(kind for kind, _, _ in seen).most_common())


def _list(seen: dict[str, list[list[str]]]) -> None:
    for name, boundaries in seen.items():
        for number, (kind, what, place) in enumerate(boundaries, start=1):
            print(f"{name} {number} {kind} {what} {place}")


def summary(cases: list[Case]) -> str:
    """Return a table of scenario and fault against outcome, and the violations by their wording."""
    rows: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    wrong: Counter[tuple[str, str]] = Counter()
    texts: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        key = case.fault.scenario, f"{case.fault.kind}{' lasting' if case.fault.lasting else ''}"
        if case.fault.at == 0 and case.fault.kind == "kill":
            key = case.fault.scenario, "none"
        rows[key][case.outcome] += 1
        wrong[key] += bool(case.violations)
        for text in {_wording(text) for text in case.violations}:
            texts[text].append(case)
    lines = ["", f"{'scenario':<14}{'fault':<16}{'cases':>6}{'wrong':>7}  outcomes"]
    for key, outcomes in rows.items():
        shown = ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common())
        lines.append(f"{key[0]:<14}{key[1]:<16}{sum(outcomes.values()):>6}{wrong[key]:>7}  {shown}")
    if texts:
        lines.append("\nviolations by wording:")
    for text, found in sorted(texts.items(), key=lambda item: -len(item[1])):
        lines.append(f"{len(found):>5} x {text}")
        at = Counter(f"{c.fault.scenario} {c.fault.kind} at {c.kind} {c.place}" for c in found)
        lines += [f"            {count} x {place}" for place, count in at.most_common(4)]
    return "\n".join(lines)


def _wording(text: str) -> str:
    """Return a violation without what differs from case to case."""
    text = re.sub(r"m-[0-9a-f]{32}|[0-9a-f]{32}", "ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d.\d\d.\d\d", "WHEN", text)
    text = re.sub(r"/\S*/box/", "", text)
    text = re.sub(r"uploading\.\w+", "uploading.X", text)
    text = re.sub(r"\btmp/\w+", "tmp/X", text)
    return re.sub(r"#\d+", "#N", re.sub(r"trial \d+", "trial N", text))[:240]


if __name__ == "__main__":
    sys.exit(main())
