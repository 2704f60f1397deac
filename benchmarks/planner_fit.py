"""Fits the planner's time model and writes its coefficients into the package.

    python benchmarks/planner_fit.py --data DIR

DIR holds the files that its README describes: deepbench_kernels.csv, neusight_kernels.csv, gpus.csv. Takes about
five minutes on one core. `planner_errors.py` says how good the model is on what was left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from planner_intervals import spread_of
from planner_model import Coefficients, corrected, fit, leave_out, values
from planner_rows import Table, tables
from sextet.planner.timing.correction import Correction
from sextet.planner.timing.fitted import Spread

FOLDER = Path(__file__).parents[1] / "src" / "sextet" / "planner" / "timing"


def _line(key: str, value: object) -> str:
    numbers = [float(f"{number:.5g}") for number in np.atleast_1d(np.asarray(value, dtype=float))]
    return f"{key} = {numbers if isinstance(value, np.ndarray) else numbers[0]}"


def _text(found: dict[str, tuple[Coefficients, Spread]]) -> str:
    lines = [
        "# Coefficients of the planner's time model, made by `python benchmarks/planner_fit.py --data DIR` from",
        "# DeepBench (github.com/baidu-research/DeepBench) and NeuSight (github.com/sitar-lab/NeuSight). What each",
        "# means: src/sextet/planner/timing/kernels.py. Lists go over CAPABILITIES, LIBRARIES or FRAMEWORKS there.",
    ]
    for name, (coefficients, spread) in found.items():
        lines += ["", f"[{name}]", *(_line(key, value) for key, value in coefficients.items())]
        lines += ["", f"[{name}.spread]", *(_line(key, value) for key, value in vars(spread).items())]
    return "\n".join(lines) + "\n"


def fit_class(name: str, table: Table) -> tuple[Coefficients, Correction, Spread]:
    """Coefficients, correction and errors on what was left out."""
    everything = np.arange(len(table.rows))
    found = values(name, fit(name, table, everything))
    left = [leave_out(name, table, table.of(group)) for group in ("card", "family")]
    return found, corrected(name, table, everything, found), spread_of(table, left)


def main() -> None:
    """Fit every class and write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    found: dict[str, tuple[Coefficients, Spread]] = {}
    arrays: dict[str, np.ndarray] = {}
    for name, table in tables(parser.parse_args().data).items():
        coefficients, correction, spread = fit_class(name, table)
        found[name] = coefficients, spread
        arrays |= {f"{name}_{part}": getattr(correction, part) for part in ("centres", "architecture", "weights")}
        print(f"{name}: {len(table.rows)} rows, {spread}", flush=True)
    (FOLDER / "coefficients.toml").write_text(_text(found), encoding="utf-8")
    np.savez_compressed(FOLDER / "corrections.npz", **arrays)


if __name__ == "__main__":
    main()
