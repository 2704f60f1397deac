"""How long `sextet plan` takes for two rigs and for the search over every rig, and what it loads.

    python benchmarks/planner_speed.py [--times 9] [--json]

Each measurement is a fresh process, from its start to its end, with its modules compiled as an installed package has
them. Beside wall time stands the processor time of that
process, which other work on the machine hardly changes. Exit code 1 where a bar is missed by the median wall time:
1 second for two rigs, 5 for the search, no framework loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from typing import Any

from fresh_process import loaded, timed

BARS = {"two rigs": 1.0, "search": 5.0}  # seconds
ASKED = {"two rigs": ["plan", "3x Tesla P40", "2x Tesla V100 32GB"], "search": ["plan", "--search"]}
HEAVY = ("tensorflow", "keras", "jax", "torch")


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=9, help="fresh processes to measure for each (default 9)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    chosen = parser.parse_args()
    figures: dict[str, Any] = {name: measured(command, chosen.times) for name, command in ASKED.items()}
    figures["loaded"] = loaded(ASKED["two rigs"], HEAVY)
    missed = [name for name, bar in BARS.items() if figures[name]["wall_median"] >= bar]
    figures["passed"] = not missed and not figures["loaded"]
    print(json.dumps(figures, indent=2) if chosen.json else "\n".join(lines(figures)))
    return 0 if figures["passed"] else 1


def measured(command: list[str], times: int) -> dict[str, float]:
    """Return wall and processor seconds of a command, the first run (cold files) left out."""
    walls, processor = [], []
    with tempfile.TemporaryDirectory() as cache:
        surroundings = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
        surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(times + 1):
            wall, spent = timed(command, surroundings)
            walls.append(wall)
            processor.append(spent)
    return {
        "processes": times,
        "wall_median": statistics.median(walls[1:]),
        "wall_fastest": min(walls[1:]),
        "processor_median": statistics.median(processor[1:]),
        "processor_fastest": min(processor[1:]),
        "busy": os.getloadavg()[0] / (os.cpu_count() or 1),
    }


def lines(figures: dict[str, Any]) -> list[str]:
    """Say the figures for people."""
    said = []
    for name, bar in BARS.items():
        row = figures[name]
        said.append(
            f"{name:<10} wall {row['wall_median']:.2f} s, fastest {row['wall_fastest']:.2f} s; processor "
            f"{row['processor_median']:.2f} s, fastest {row['processor_fastest']:.2f} s; bar {bar:.0f} s "
            f"({row['processes']} processes, {row['busy']:.1f} tasks a core)"
        )
    said.append(f"loaded     {', '.join(figures['loaded']) or 'no framework'}")
    said.append(f"bars       {'met' if figures['passed'] else 'MISSED'}")
    return said


if __name__ == "__main__":
    sys.exit(main())
