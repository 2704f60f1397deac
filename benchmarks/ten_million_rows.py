"""Bar 6: memory for ten million rows.

Writes a small and a big data set (Parquet and CSV; columns unique_id, ds, y) to a temporary folder, then, each in a
process of its own, reads one, prepares it, cuts it in time and gathers batches of windows, as training does. The
figure is the growth of peak resident memory from the small run to the big one, over the bytes of the id, ds and y
columns in Arrow's memory representation (text ids as dictionary codes: the smaller and stricter way to count them).

    python benchmarks/ten_million_rows.py [--rows 10000000] [--series 1000] [--shuffled] [--train]

With --train each process goes the whole way instead: it trains a quick run of a GRU and the Rule-Based member,
combines, examines and writes it (Parquet, many series).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BAR = 3.0
SMALL_ROWS = 20_000
START = "2020-01-01"


def main() -> int:
    """Run all cases, print a table, and return 1 where one misses the bar."""
    arguments = _arguments()
    if arguments.measure:
        print(json.dumps((train_whole if arguments.train else measure)(arguments.measure)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        results = [
            case(Path(folder), kind, series, arguments)
            for kind in (("parquet",) if arguments.train else ("parquet", "csv"))
            for series in ((arguments.series,) if arguments.train else (arguments.series, 1))
        ]
    print(f"{'case':<24}{'columns MB':>12}{'plain ids MB':>14}{'growth MB':>11}{'ratio':>7}{'seconds':>9}")
    for row in results:
        print(
            f"{row['case']:<24}{row['columns'] / 1e6:>12.0f}{row['plain'] / 1e6:>14.0f}{row['growth'] / 1e6:>11.0f}"
            f"{row['ratio']:>7.2f}{row['seconds']:>9.1f}"
        )
    worst = max(row["ratio"] for row in results)
    print(f"worst ratio {worst:.2f}, bar {BAR:g}: {'met' if worst <= BAR else 'missed'}")
    return 0 if worst <= BAR else 1


def case(folder: Path, kind: str, series: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Write both sizes of one case, measure each in its own process, and compare."""
    runs, sizes = [], []
    for count in (SMALL_ROWS, arguments.rows):
        path = folder / f"rows_{count}_{series}.{kind}"
        # a process of its own writes the data, so that only the measured one's memory counts
        out = _subprocess(
            "--write",
            str(path),
            "--rows",
            str(count),
            "--series",
            str(min(series, count // 100)),
            *(["--shuffled"] if arguments.shuffled else []),
        )
        sizes.append(json.loads(out))
        runs.append(json.loads(_subprocess("--measure", str(path), *(["--train"] if arguments.train else []))))
        path.unlink()
    growth = runs[1]["peak"] - runs[0]["peak"]
    return {
        "case": f"{kind}, {series} series",
        "columns": sizes[1]["columns"],
        "plain": sizes[1]["plain"],
        "growth": growth,
        "ratio": growth / sizes[1]["columns"],
        "seconds": runs[1]["seconds"],
    }


def write(path: Path, rows: int, series: int, shuffled: bool) -> dict[str, int]:
    """Write `rows` rows of `series` series and return the bytes of the columns."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv, parquet

    random = np.random.default_rng(0)
    length = rows // series
    codes = np.repeat(np.arange(series, dtype=np.int32), length)
    ds = np.tile(np.datetime64(START, "s") + np.arange(length) * np.timedelta64(300, "s"), series)
    y = np.round(random.normal(100, 15, size=len(codes)), 3)
    y[random.random(len(y)) < 0.01] = np.nan
    if shuffled:
        order = random.permutation(len(codes))
        codes, ds, y = codes[order], ds[order], y[order]
    ids = pa.DictionaryArray.from_arrays(codes, pa.array([f"series_{k:05d}" for k in range(series)]))
    table = pa.table({"unique_id": ids, "ds": pa.array(ds.astype("datetime64[ns]")), "y": pa.array(y)})
    plain = table.set_column(0, "unique_id", pa.compute.cast(table["unique_id"], pa.string()))
    if path.suffix == ".parquet":
        parquet.write_table(plain, path)
    else:
        text = plain.set_column(1, "ds", pa.compute.cast(table["ds"], pa.timestamp("s")))
        csv.write_csv(text, path)
    return {"columns": table.nbytes, "plain": plain.nbytes}


def measure(path: str) -> dict[str, float]:
    """Read, prepare, split and gather as training does; return peak resident bytes and seconds."""
    import numpy as np

    from sextet.data.prepare import prepare, shape
    from sextet.data.read import read_panel
    from sextet.data.scale import Scaler
    from sextet.data.split import PARTS, SplitConfig, make_split, part_windows
    from sextet.data.windows import batches

    begin = time.perf_counter()
    horizon, lookback = 12, 96
    panel = read_panel(path, horizon=horizon)
    split = make_split(panel, SplitConfig(), horizon, lookback)
    prepared = prepare(panel, Scaler.fit(panel, split.train))
    sizes = shape(prepared, lookback, horizon)
    total = 0.0
    for part in PARTS:
        index = part_windows(panel, split, part, horizon, most=2048, seed=1)
        total += sum(float(np.abs(batch.past).sum()) for batch in batches(prepared, index, sizes, 64))
    if not np.isfinite(total):
        raise SystemExit("windows hold values that are not finite")
    return _used(begin)


def train_whole(path: str) -> dict[str, float]:
    """Train a quick run from the file; return peak resident bytes and seconds."""
    from sextet.app.requests import TrainRequest
    from sextet.app.train import train

    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        train(
            TrainRequest(
                source=path, horizon=12, lookback=96, members="gru,rule-based", quick=True, out=Path(folder) / "run"
            )
        )
    return _used(begin)


def _used(begin: float) -> dict[str, float]:
    seconds = time.perf_counter() - begin
    unit = 1 if sys.platform == "darwin" else 1024
    return {"peak": float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit), "seconds": seconds}


def _subprocess(*arguments: str) -> str:
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--shuffled", action="store_true", help="rows in random order: they must be sorted first")
    parser.add_argument("--train", action="store_true", help="go the whole way: train, combine, examine, write")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--write", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write:
        print(json.dumps(write(Path(arguments.write), arguments.rows, arguments.series, arguments.shuffled)))
        raise SystemExit(0)
    return arguments


if __name__ == "__main__":
    sys.exit(main())
