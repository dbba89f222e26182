"""How long the commands take that people wait for: help, validate, list.

    python -m benchmarks.cli

Whole processes, in turn; medians. The table goes to standard output and to ``benchmarks/results/cli.json``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.measure import ROOT, save, table, time_in_turn, where_and_when

LIMITS = {"help": 0.3, "validate": 0.6, "list": 1.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    program = str(Path(sys.executable).with_name("harness"))
    commands = {
        "help": [program, "--help"],
        "validate": [program, "validate", str(ROOT / "studies/quickstart.toml")],
        "list": [program, "list", "--store", str(ROOT / "mlruns")],
    }
    timings = time_in_turn(commands, options.rounds, {"PYTHONPATH": str(ROOT)}, quiet=True)
    rows = [
        [f"harness {name if name != 'help' else '--help'}", f"{timing.median:.2f}",
         f"{min(timing.seconds):.2f} to {max(timing.seconds):.2f}", f"{LIMITS[name]:.1f}"]
        for name, timing in timings.items()
    ]  # fmt: skip
    text = table(["command", "median s", "range s", "goal s"], rows)
    print(text)
    seconds = {name: timing.seconds for name, timing in timings.items()}
    path = save("cli", {**where_and_when(("click",)), "seconds": seconds, "table": text.splitlines()})
    print(path.relative_to(ROOT), file=sys.stderr)


if __name__ == "__main__":
    main()
