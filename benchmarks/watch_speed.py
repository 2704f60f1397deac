"""How many observations a second `sextet watch` judges on one core without a run, and whether its memory stays flat.

Usage: python benchmarks/watch_speed.py [--rows 10000000] [--out FILE] [--page docs/watch.md]

The real command reads generated lines (a five-minute series with a daily wave, noise, spikes, a change of level and
of noise every 500,000 rows) from a pipe. Its resident memory and CPU time are read after every tenth of the rows.
Rates are by the CPU time of the watching process: what one core does that is its own. Writes a JSON file with
--out, and with --page the table between the marks of that page.
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
from typing import Any

import psutil

from marked_page import fill

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


def measure(rows: int) -> dict[str, Any]:
    """Feed the command and watch it from outside."""
    command = [sys.executable, "-m", "sextet.cli.main", "watch", "--data", "-"]
    began = time.monotonic()
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe, text=True) as process:
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


def block(found: dict[str, Any]) -> str:
    """What the page says."""
    resident = [sample["resident_mb"] for sample in found["samples"]]
    lines = ["| rows judged | CPU seconds | resident memory, MB |", "| --- | --- | --- |"]
    lines += [f"| {s['rows']:,} | {s['cpu_s']:.0f} | {s['resident_mb']:.1f} |" for s in found["samples"]]
    return "\n".join(
        [
            *lines,
            "",
            f"{found['per_second_of_cpu']:,} observations a second of one core's time, reading lines from a pipe "
            f"included; resident memory between {min(resident):.1f} and {max(resident):.1f} MB. Python "
            f"{found['python']}, {found['machine']}.",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--kept", type=Path, help="what an earlier --out wrote, in place of measuring")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    found = json.loads(options.kept.read_text(encoding="utf-8")) if options.kept else measure(options.rows)
    print(json.dumps(found, indent=1))
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if options.page:
        fill(options.page, {"watch-speed": block(found)})


if __name__ == "__main__":
    main()
