"""How many observations a second `sextet watch` judges on one core without a run, and whether its memory stays flat.

Usage: python benchmarks/watch_speed.py [--rows 10000000] [--out FILE]

The real command reads generated lines (a five-minute series with a daily wave, noise, spikes, a change of level and
of noise every 500,000 rows) from a pipe. Its resident memory and CPU time are read after every tenth of the rows.
Rates are by the CPU time of the watching process: what one core does that is its own. Writes a JSON file with --out.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psutil

_BLOCK = 10_000
_STEP = timedelta(minutes=5)


def blocks(rows: int) -> Iterator[str]:
    """Lines of text, `_BLOCK` at a time."""
    draw = random.Random(0)
    stamp = datetime(1970, 1, 1)
    for low in range(0, rows, _BLOCK):
        era = low // 500_000
        level, noise = 50.0 + 20.0 * (era % 5), 1.0 + era % 3
        lines = []
        for row in range(low, min(low + _BLOCK, rows)):
            spike = 15.0 * noise if draw.random() < 0.0005 else 0.0
            value = level + 10.0 * math.sin(2 * math.pi * row / 288) + noise * draw.gauss(0.0, 1.0) + spike
            lines.append(f"{stamp.isoformat(sep=' ')},{value:.4f}\n")
            stamp += _STEP
        yield "".join(lines)


def measure(rows: int) -> dict[str, object]:
    """Feed the command and watch it from outside."""
    command = [sys.executable, "-m", "sextet.cli.main", "watch", "--data", "-"]
    began = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:  # fmt: skip
        watched = psutil.Process(process.pid)
        assert process.stdin is not None and process.stderr is not None
        process.stdin.write("ds,y\n")
        samples = []
        for number, block in enumerate(blocks(rows), 1):
            process.stdin.write(block)
            if number % max(rows // _BLOCK // 10, 1) == 0:
                process.stdin.flush()
                cpu, resident = sum(watched.cpu_times()[:2]), watched.memory_info().rss
                samples.append(
                    {"rows": number * _BLOCK, "cpu_s": round(cpu, 2), "resident_mb": round(resident / 1e6, 2)}
                )
                print(samples[-1], f"{number * _BLOCK / cpu:,.0f} a second", file=sys.stderr, flush=True)
        process.stdin.close()
        said = process.stderr.read().strip()
    assert process.returncode == 0, said
    last = samples[-1]
    return {
        "rows": rows,
        "per_second_of_cpu": round(last["rows"] / last["cpu_s"]),
        "wall_s": round(time.monotonic() - began, 1),
        "samples": samples,
        "said": said,
        "python": platform.python_version(),
        "machine": f"{platform.processor() or platform.machine()}, {psutil.cpu_count()} cores",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    found = measure(options.rows)
    text = json.dumps(found, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
