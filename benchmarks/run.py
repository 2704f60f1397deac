"""Runs every benchmark, one process after the other, and says at the end which ended well.

    python benchmarks/run.py [NAME ...] [--etth1 ETTh1.csv]

Without names: all of them. ETTh1 needs the public file ETTh1.csv of ETDataset; it is looked for in
`../shared/data/ett` too, and left out where it is not found. Exit code 1 where one fails or misses its bar.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
NAMES = ("glucose", "etth1", "spike_ablation", "cold_start", "ten_million_rows")
ETTH1 = HERE.parents[1] / "shared" / "data" / "ett" / "ETTh1.csv"


def main() -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)}")
    parser.add_argument("--etth1", type=Path, default=ETTH1, metavar="FILE", help="ETTh1.csv")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(NAMES)):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    outcome = {}
    for name in options.names or NAMES:
        arguments = ["--data", str(options.etth1)] if name == "etth1" else []
        if name == "etth1" and not options.etth1.is_file():
            outcome[name] = f"left out: there is no file {options.etth1}"
            continue
        print(f"== {name}", flush=True)
        start = time.perf_counter()
        code = subprocess.run([sys.executable, str(HERE / f"{name}.py"), *arguments], check=False).returncode
        outcome[name] = (
            f"{'ended well' if code == 0 else f'failed, exit code {code}'}, {time.perf_counter() - start:,.0f} s"
        )
    print("== summary")
    for name, text in outcome.items():
        print(f"{name:<20}{text}")
    return 1 if any("failed" in text for text in outcome.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
