"""How long `sextet doctor` takes besides asking the frameworks, and what it loads into its own process.

    python benchmarks/doctor_time.py [--times 9] [--json]

Each measurement is a fresh process. With frameworks, the time they took is what the doctor says it waited beyond its
own look. Exit code 1 where the bar is missed: 2 seconds, no framework loaded.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from typing import Any

from fresh_process import loaded

BAR = 2.0  # seconds
HEAVY = ("tensorflow", "keras", "jax", "torch")
COMMAND = [sys.executable, "-m", "sextet.cli.main", "doctor", "--json"]


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=9, help="fresh processes to measure (default 9)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    chosen = parser.parse_args()
    alone = [timed("--no-frameworks")[0] for _ in range(chosen.times + 1)][1:]
    wall, told = timed()
    waited = max(told.get("frameworks", 0.0) - told["looking"], 0.0)
    figures = {
        "processes": chosen.times,
        "seconds_median": statistics.median(alone),
        "seconds_slowest": max(alone),
        "seconds_with_frameworks": wall,
        "seconds_besides_frameworks": wall - waited,
        "loaded": loaded(["doctor", "--json"], HEAVY),
    }
    figures["passed"] = (
        figures["seconds_median"] < BAR and figures["seconds_besides_frameworks"] < BAR and not figures["loaded"]
    )
    print(json.dumps(figures, indent=2) if chosen.json else "\n".join(lines(figures)))
    return 0 if figures["passed"] else 1


def timed(*options: str) -> tuple[float, dict[str, float]]:
    """Run the doctor once; return its wall seconds and the seconds it tells."""
    start = time.perf_counter()
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, check=False)
    wall = time.perf_counter() - start
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(COMMAND)} ended with code {done.returncode}: {done.stderr}")
    return wall, json.loads(done.stdout)["seconds"]


def lines(figures: dict[str, Any]) -> list[str]:
    """Say the figures for people."""
    return [
        f"without frameworks, median of {figures['processes']:<3} {figures['seconds_median']:.2f} s  "
        f"(bar {BAR:.0f} s; slowest {figures['seconds_slowest']:.2f} s)",
        f"with frameworks                  {figures['seconds_with_frameworks']:.2f} s, "
        f"{figures['seconds_besides_frameworks']:.2f} s besides them  (bar {BAR:.0f} s)",
        f"loaded into its own process      {', '.join(figures['loaded']) or 'no framework'}",
        f"bar                              {'met' if figures['passed'] else 'MISSED'}",
    ]


if __name__ == "__main__":
    sys.exit(main())
