"""How long `sextet train --dry-run` takes where there is no GPU, and what it loads into its process.

    python benchmarks/dry_run_time.py [--times 9] [--data FILE] [--json]

Each measurement is a fresh process that reads the data file; by default one of 3 hourly series of 17,420 rows, written
for it. Exit code 1 where the bar is missed: 2 seconds in the median, no framework loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from fresh_process import loaded, timed

BAR = 2.0  # seconds
HEAVY = ("tensorflow", "keras", "ray", "jax", "torch")


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=9, help="fresh processes to measure (default 9)")
    parser.add_argument("--data", type=Path, help="data file")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = chosen.data or written(Path(folder))
        command = ["train", str(data), "--horizon", "24", "--out", str(Path(folder) / "run"), "--dry-run", "--json"]
        command += ["--device", "cpu"]
        walls = [timed(command) for _ in range(chosen.times + 1)][1:]
        figures: dict[str, Any] = {
            "processes": chosen.times,
            "cores": os.cpu_count(),
            "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
            "bytes": data.stat().st_size,
            "seconds_median": statistics.median(wall for wall, _ in walls),
            "seconds_slowest": max(wall for wall, _ in walls),
            "processor_seconds_median": statistics.median(spent for _, spent in walls),
            "loaded": loaded(command, HEAVY),
        }
    figures["passed"] = figures["seconds_median"] < BAR and not figures["loaded"]
    text = "\n".join(f"{name}: {value}" for name, value in figures.items())
    print(json.dumps(figures, indent=2) if chosen.json else text)
    return 0 if figures["passed"] else 1


def written(folder: Path) -> Path:
    """Write a data file."""
    from sextet.samples import synthetic

    path = folder / "data.csv"
    synthetic(series=3, rows=17_420, freq="h", seed=1).drop(columns="spike_label").to_csv(path, index=False)
    return path


if __name__ == "__main__":
    sys.exit(main())
