"""Measure what docs/method-tables.md shows.

    python -m benchmarks.validity [--studies 2000] [--workers 2] [--only spreads --only topups]

Each table is written to ``benchmarks/results/validity.json`` as soon as it is there, beside what
``benchmarks/results/validity_before.json`` says of the code before (``--before`` writes that).
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor

from benchmarks.validity.cells import TABLES, Cell, cells
from benchmarks.validity.counting import Counts, simulate
from benchmarks.validity.kept import BEFORE, NOW, keep, read, results, tabulate
from benchmarks.validity.tables import above
from harness.stats import LEVEL

_PART = 250
"""Studies that one process carries out at a time."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=2000, help="of each kind; slow kinds get 40 %% of them")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", action="append", choices=list(TABLES), help="one table; repeatable")
    parser.add_argument("--before", action="store_true", help="keep the figures as those of the code before")
    parser.add_argument("--tables", action="store_true", help="write the tables anew, and simulate nothing")
    options = parser.parse_args()
    if not options.tables:
        with ProcessPoolExecutor(options.workers) as pool:
            tables = options.only or list(TABLES)
            asked = {table: {cell: _submit(pool, cell, options.studies) for cell in cells(table)} for table in tables}
            for table, futures in asked.items():
                started = time.perf_counter()
                found = {cell: sum((part.result() for part in parts), Counts()) for cell, parts in futures.items()}
                keep(BEFORE if options.before else NOW, table, found)
                print(f"{table}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    tabulate()
    for table, one in read(NOW).items():
        print(f"\n{table}\n", *one["table"], sep="\n")
        for cell in above(results(read(NOW), table)):
            print(f"wholly above {100 * LEVEL:g} %: {cell.name}")


def _submit(pool: ProcessPoolExecutor, cell: Cell, studies: int) -> list[Future[Counts]]:
    n = max(1, round(cell.weight * studies))
    return [pool.submit(simulate, cell, range(start, min(n, start + _PART))) for start in range(0, n, _PART)]


if __name__ == "__main__":
    main()
