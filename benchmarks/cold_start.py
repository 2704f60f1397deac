"""Bar 5: how fast and how light `sextet forecast RUN --out f.csv` starts, and whether a seed repeats its forecast.

    python benchmarks/cold_start.py                  trains a small run twice with one seed, then measures it
    python benchmarks/cold_start.py runs/glucose     measures that run

Each measurement is a fresh process. Its peak memory is what the system counted for it; this script imports
only the standard library, so that its own size does not show there. Exit code 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import calendar
import csv
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

SECONDS, MEGABYTES = 1.5, 300.0
HEAVY = ("tensorflow", "keras", "tf2onnx", "jax", "torch")
WATCHED = (*HEAVY, "numpy", "onnxruntime", "pyarrow", "pandas", "scipy", "narwhals", "rich")
COMMAND = [sys.executable, "-m", "sextet.cli.main"]

# Runs the command inside this interpreter, then says which of the watched packages it has loaded.
_LOADED = """
import sys
from sextet.cli.main import main
watched, sys.argv = sys.argv[1].split(","), ["sextet", *sys.argv[2:]]
try:
    main()
except SystemExit as end:
    if end.code:
        raise
print("LOADED", *(name for name in watched if name in sys.modules))
"""


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?", type=Path, help="folder of a run; without it a small one is trained")
    parser.add_argument("--times", type=int, default=9, help="fresh processes to measure (default 9)")
    parser.add_argument("--imports", type=int, default=0, metavar="N", help="also show the N slowest imports")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sextet-cold-start-") as name:
        folder = Path(name)
        figures: dict[str, Any] = {}
        run = chosen.run
        if run is None:
            run, figures["same_seed_same_forecast"] = trained_twice(folder)
        figures |= measured(run, folder, chosen.times)
        slowest = import_times(run, folder)[: chosen.imports]
    figures["passed"] = passed(figures)
    if chosen.json:
        print(json.dumps(figures, indent=2))
    else:
        show(figures, slowest)
    return 0 if figures["passed"] else 1


def trained_twice(folder: Path) -> tuple[Path, bool]:
    """Train a small run twice with one seed; return it, and whether both forecast the same to the last digit."""
    data = folder / "data.csv"
    write_data(data)
    forecasts = []
    for name in ("first", "second"):
        budget = ["--quick", "--epochs", "1", "--step", "12", "--seed", "7"]
        train = ["train", str(data), "--horizon", "12", "--out", str(folder / name), *budget, "--quiet"]
        subprocess.run([*COMMAND, *train], check=True)
        out = folder / f"{name}.csv"
        subprocess.run([*COMMAND, "forecast", str(folder / name), "--out", str(out), "--quiet"], check=True)
        forecasts.append(out.read_bytes())
    return folder / "first", forecasts[0] == forecasts[1]


def write_data(path: Path, rows: int = 1200, series: int = 3) -> None:
    """Write hourly series with a daily course, noise and a few spikes."""
    chance = random.Random(5)
    start = calendar.timegm((2024, 1, 1, 0, 0, 0, 0, 1, 0))
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["unique_id", "ds", "y"])
        for number in range(series):
            for row in range(rows):
                stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(start + 3600 * row))
                spike = 30 if chance.random() < 0.01 else 0
                value = 100 + 10 * number + 20 * math.sin(2 * math.pi * row / 24) + chance.gauss(0, 3) + spike
                table.writerow([f"series {number}", stamp, f"{value:.3f}"])


def measured(run: Path, folder: Path, times: int) -> dict[str, Any]:
    """Return the figures of `times` fresh processes, after one that warms the disk cache."""
    walls, peaks, texts = [], [], set()
    for number in range(times + 1):
        out = folder / f"forecast-{number}.csv"
        wall, peak = one_process([*COMMAND, "forecast", str(run), "--out", str(out), "--quiet"])
        walls.append(wall)
        peaks.append(peak)
        texts.add(out.read_bytes())
    loaded = loaded_packages(run, folder / "loaded.csv")
    return {
        "processes": times,
        "seconds_first": walls[0],
        "seconds_median": statistics.median(walls[1:]),
        "seconds_slowest": max(walls[1:]),
        "megabytes_peak": max(peaks),
        "loaded": loaded,
        "tensorflow_or_keras_imported": any(name in HEAVY for name in loaded),
        "same_run_same_forecast": len(texts) == 1,
    }


def one_process(command: list[str]) -> tuple[float, float]:
    """Run a command; return its wall seconds and its peak resident memory in MB (2**20 bytes)."""
    start = time.perf_counter()
    if hasattr(os, "wait4"):
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        wall, code = time.perf_counter() - start, os.waitstatus_to_exitcode(status)
        process.returncode = code
        unit = 1 if sys.platform == "darwin" else 1024
        peak = usage.ru_maxrss * unit / 2**20
    else:  # Windows keeps the peak itself; psutil reads it while the process lives
        wall, peak, code = _watched_by_psutil(command, start)
    if code:
        sys.exit(f"{' '.join(command)} ended with code {code}")
    return wall, peak


def _watched_by_psutil(command: list[str], start: float) -> tuple[float, float, int]:
    import psutil

    process = psutil.Popen(command)
    peak = [0]

    def watch() -> None:
        while process.poll() is None:
            try:
                peak[0] = max(peak[0], process.memory_info().peak_wset)
            except psutil.Error:
                return
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    watcher.join()
    return time.perf_counter() - start, peak[0] / 2**20, code


def loaded_packages(run: Path, out: Path) -> list[str]:
    """Return which of the watched packages the command has loaded when it ends."""
    forecast = ["forecast", str(run), "--out", str(out), "--quiet"]
    command = [sys.executable, "-c", _LOADED, ",".join(WATCHED), *forecast]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    (line,) = [line for line in said.splitlines() if line.startswith("LOADED")]
    return line.split()[1:]


def import_times(run: Path, folder: Path) -> list[tuple[float, str]]:
    """Return the modules the command imports with the milliseconds each costs by itself, slowest first."""
    forecast = [*COMMAND[1:], "forecast", str(run), "--out", str(folder / "imports.csv"), "--quiet"]
    command = [sys.executable, "-X", "importtime", *forecast]
    said = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True).stderr
    rows = [line.removeprefix("import time:").split("|") for line in said.splitlines() if line.count("|") == 2]
    return sorted(((int(own) / 1000, name.strip()) for own, _, name in rows if own.strip().isdigit()), reverse=True)


def passed(figures: dict[str, Any]) -> bool:
    """Whether every part of the bar holds."""
    return bool(
        figures["seconds_median"] < SECONDS
        and figures["megabytes_peak"] < MEGABYTES
        and not figures["tensorflow_or_keras_imported"]
        and figures["same_run_same_forecast"]
        and figures.get("same_seed_same_forecast", True)
    )


def show(figures: dict[str, Any], slowest: list[tuple[float, str]]) -> None:
    """Print the figures for people."""
    seed = figures.get("same_seed_same_forecast")
    lines = [
        f"wall, median of {figures['processes']:<3}       {figures['seconds_median']:.2f} s   (bar {SECONDS} s; "
        f"slowest {figures['seconds_slowest']:.2f} s, first {figures['seconds_first']:.2f} s)",
        f"peak resident memory     {figures['megabytes_peak']:.0f} MB  (bar {MEGABYTES:.0f} MB)",
        f"TensorFlow or Keras      {'imported' if figures['tensorflow_or_keras_imported'] else 'not imported'}",
        f"packages loaded          {', '.join(figures['loaded'])}",
        f"same run, same forecast  {'yes' if figures['same_run_same_forecast'] else 'NO'}",
        f"same seed, same forecast {'not asked' if seed is None else 'yes' if seed else 'NO'}",
        f"bar 5                    {'met' if figures['passed'] else 'MISSED'}",
    ]
    print("\n".join(lines))
    for milliseconds, name in slowest:
        print(f"  {milliseconds:8.1f} ms  {name}")


if __name__ == "__main__":
    sys.exit(main())
