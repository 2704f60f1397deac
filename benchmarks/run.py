"""Runs every benchmark, one process after the other, and says at the end which ended well.

    python benchmarks/run.py [NAME ...] [--data DIR] [--only ETTh1-96,EPF-NP] [--seed 0]

Without names: all of them. The protocol benchmarks read public files below DIR (see cells.py) and leave out what is
not there; glucose needs none. Exit code 1 where one fails or misses its bar.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = {
    "protocols": "cells.py",
    "ablations": "ablations.py",
    "spike_warnings": "spike_warnings.py",
    "cold_start": "cold_start.py",
    "ten_million_rows": "ten_million_rows.py",
    "kill": "kill.py",
    "doctor_time": "doctor_time.py",
    "dry_run_time": "dry_run_time.py",
    "doctor_suggest": "doctor_suggest.py",
    "rules_speed": "rules_speed.py",
}
ON_DATA = ("protocols", "ablations", "spike_warnings")
"""Those that read public files."""
DATA = HERE.parents[1] / "shared" / "data"


def main() -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(SCRIPTS)}")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="folder of the public files")
    parser.add_argument("--only", metavar="CELLS", help="protocols, ablations: cells; spike_warnings alone: tasks")
    parser.add_argument("--seed", type=int, default=0, help="of everything random in those that read public files")
    options, passed_on = parser.parse_known_args()
    if unknown := sorted(set(options.names) - set(SCRIPTS)):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(SCRIPTS)}")
    if passed_on and options.names not in [[name] for name in ON_DATA]:
        parser.error(f"options for one benchmark alone: {' '.join(passed_on)}")
    outcome = {}
    for name in options.names or SCRIPTS:
        arguments = []
        if name in ON_DATA:
            arguments = ["--data", str(options.data), "--seed", str(options.seed), *passed_on]
            # spikes have tasks of their own: cells that are named for others say nothing of them
            only = options.only if name != "spike_warnings" or options.names == [name] else None
            arguments += ["--only", only] if only else []
        print(f"== {name}", flush=True)
        start = time.perf_counter()
        code = subprocess.run([sys.executable, str(HERE / SCRIPTS[name]), *arguments], check=False).returncode
        outcome[name] = (
            f"{'ended well' if code == 0 else f'failed, exit code {code}'}, {time.perf_counter() - start:,.0f} s"
        )
    print("== summary")
    for name, text in outcome.items():
        print(f"{name:<20}{text}")
    return 1 if any("failed" in text for text in outcome.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
