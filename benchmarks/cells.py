"""Protocol benchmarks: one cell is one data set at one horizon under its published protocol.

    python benchmarks/cells.py --data DIR [--only ETTh1-96,EPF-NP] [--seed 0] [--prove-only] [--fresh]

DIR holds the public files, or folders with them: ETTh1.csv, ETTm1.csv(.gz), NP.csv, DE.csv (and the published
Forecasts_*_DNN_LEAR_ensembles.csv(.gz), where there), Hourly-train.csv, Hourly-test.csv, appliances_energy.csv(.gz).
A cell whose files are not there is left out; glucose needs none.

Each cell first proves its protocol by figures that are known, then backtests the ensemble and writes
`out/results/<cell>.json`. A cell that is done is skipped, one that was stopped goes on. Exit code 1 where one fails.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from protocols.catalogue import BY_NAME, CELLS
from protocols.cell import Cell, MissingFile, ProtocolError
from protocols.running import Setting, run_cell
from sextet.core.errors import SextetError


def main() -> int:
    """Run what was asked for; the exit code."""
    parser, options = _options()
    names = [name.strip() for name in options.only.split(",")] if options.only else list(BY_NAME)
    if unknown := sorted(set(names) - set(BY_NAME)):
        parser.error(f"there is no cell {', '.join(unknown)}; there are {', '.join(BY_NAME)}")
    setting = Setting(
        data=options.data,
        out=options.out,
        seed=options.seed,
        members=options.members,
        quick=options.quick,
        refit_days=options.refit_days,
    )
    cells = [cell for cell in CELLS if cell.name in names]
    if options.prove_only:
        return max([prove(cell, setting) for cell in cells])
    if len(cells) == 1:
        return run(cells[0], setting, options.fresh)
    # a process each: what a training leaves in memory is given back, and one that fails leaves the others alone
    outcome = {cell.name: _in_process(cell) for cell in cells}
    print("== cells")
    for name, (code, seconds) in outcome.items():
        print(f"{name:<14}{'failed' if code else 'ended well'}, {seconds:,.0f} s")
    return 1 if any(code for code, _ in outcome.values()) else 0


def prove(cell: Cell, setting: Setting) -> int:
    """Print the known figures of a cell and what came out here; the exit code."""
    try:
        proof = cell.load(setting.data).proof
    except MissingFile as error:
        print(f"{cell.name}: left out. {error}")
        return 0
    except (ProtocolError, SextetError) as error:
        print(f"{cell.name}: {error}")
        return 1
    print(f"{cell.name}: {proof.what}")
    for name, value in proof.found.items():
        known = f"   known {proof.known[name]:.8g}" if name in proof.known else ""
        print(f"  {name:<22}{value:>14.8g}{known}")
    try:
        proof.check()
    except ProtocolError as error:
        print(f"  {error}")
        return 1
    return 0


def run(cell: Cell, setting: Setting, fresh: bool) -> int:
    """Run a cell and print its scores; the exit code."""
    from sextet.cli.output import console
    from sextet.cli.progress import Lines

    if setting.result(cell).is_file() and not fresh:
        print(f"{cell.name}: done before, see {setting.result(cell)}; --fresh runs it again")
        return 0
    try:
        found = run_cell(cell, setting, Lines(console(stderr=True)), fresh=fresh)
    except MissingFile as error:
        print(f"{cell.name}: left out. {error}")
        return 0
    except (ProtocolError, SextetError) as error:
        print(f"{cell.name}: {error}", file=sys.stderr)
        return 1
    print(f"\n{cell.name}, {found['windows']:,} windows, {found['points']:,} points, {setting.result(cell)}")
    print(f"{'':22}" + "".join(f"{metric:>10}" for metric in cell.metrics))
    first = cell.metrics[0]
    for model, values in sorted(found["scores"].items(), key=lambda item: item[1][first] or float("inf")):
        print(f"{model:22}" + "".join(f"{values[metric]:>10.4f}" for metric in cell.metrics))
    return 0


def _in_process(cell: Cell) -> tuple[int, float]:
    start = time.perf_counter()
    print(f"== {cell.name}", flush=True)
    # of an option given twice the last one counts
    command = [sys.executable, __file__, *sys.argv[1:], "--only", cell.name]
    return subprocess.run(command, check=False).returncode, time.perf_counter() - start


def _options() -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("."), metavar="DIR", help="folder with the public files")
    parser.add_argument("--only", metavar="CELLS", help=f"comma list of {', '.join(BY_NAME)}; default: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR")
    parser.add_argument("--refit-days", type=int, metavar="N", help="EPF: fit anew every N days (0: once)")
    parser.add_argument("--fresh", action="store_true", help="run cells that are done again, from the start")
    parser.add_argument("--prove-only", action="store_true", help="no training: prove the protocols and end")
    parser.add_argument("--quick", action="store_true", help="a small budget, to try things out")
    parser.add_argument("--members", default="v6")
    return parser, parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
