"""Errors of the planner's time model on what was left out of its fit, class by class, beside two baselines.

    python benchmarks/planner_errors.py --data DIR [--out planner_errors.json]

Every card is left out, then every family of shapes; no number comes from a fit that had seen the row. Baselines: a
constant (the median time of the rows kept) and a plain roofline (peak rate and bandwidth of the data sheet). A ratio
compares two cards at the same shape, one of them left out, or the shape left out. Takes
about five minutes on one core. Exit code 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from planner_intervals import coverage
from planner_model import LeftOut, leave_out
from planner_rows import Table, tables

BARS = {"error": 0.20, "ratio": 0.12, "least": 0.75, "most": 0.85}
JUDGED = ("gemm", "convolution", "recurrent")


def error(table: Table, predicted: np.ndarray) -> float:
    """Median absolute error as a share of the measured time."""
    return float(np.median(np.abs(predicted / table.seconds - 1)))


def ratio_error(table: Table, left: LeftOut) -> float:
    """Median absolute error of the ratio of times of two cards that ran the same operation on the same unit.

    Both times come from one fit, which had not seen the first row of the pair: its card, or its family of shapes.
    """
    same = defaultdict(list)
    for place, row in enumerate(table.rows):
        same[row.operation, row.source, row.traits.tensor].append(place)
    cards = table.of("card")
    pairs = np.array([(a, b) for places in same.values() for a in places for b in places if cards[a] != cards[b]])
    found = []
    for out, predicted in left.each:
        wrong = np.log(predicted / table.seconds)
        seen = pairs[out[pairs[:, 0]]]
        found.append(np.abs(wrong[seen[:, 0]] - wrong[seen[:, 1]]))
    return float(np.expm1(np.median(np.concatenate(found))))


def row_of(table: Table, left: dict[str, LeftOut]) -> dict[str, float | dict[str, float]]:
    """All figures of one class."""
    both = list(left.values())
    figures: dict[str, float | dict[str, float]] = {"rows": len(table.rows)}
    for group, one in left.items():
        figures[f"{group}_left_out"] = error(table, one.predicted)
        figures[f"{group}_ratio"] = ratio_error(table, one)
    figures["constant"] = error(table, both[0].constant)
    figures["roofline"] = error(table, both[0].roofline)
    figures["coverage"] = coverage(table, both, table.of("card"))
    figures["coverage_families"] = coverage(table, both, table.of("family"))
    cards = table.of("card")
    inside = np.abs(left["card"].predicted / table.seconds - 1)
    figures["by_card"] = {str(card): float(np.median(inside[cards == card])) for card in np.unique(cards)}
    return figures


def judge(name: str, figures: dict[str, float | dict[str, float]]) -> list[str]:
    """Bars that the class misses."""
    number = {key: value for key, value in figures.items() if isinstance(value, float)}
    missed = []
    for group in ("card", "family"):
        if name in JUDGED and number[f"{group}_left_out"] > BARS["error"]:
            missed.append(f"{name}: {group} left out {number[f'{group}_left_out']:.3f} > {BARS['error']}")
        if number[f"{group}_left_out"] >= min(number["constant"], number["roofline"]):
            missed.append(f"{name}: a baseline is better with each {group} left out")
        if name in JUDGED and number[f"{group}_ratio"] > BARS["ratio"]:
            missed.append(f"{name}: ratio with each {group} left out {number[f'{group}_ratio']:.3f} > {BARS['ratio']}")
    for key in ("coverage", "coverage_families"):
        if not BARS["least"] <= number[key] <= BARS["most"]:
            missed.append(f"{name}: {key} {number[key]:.3f} outside {BARS['least']} to {BARS['most']}")
    return missed


def main() -> int:
    """Print the table and write it as JSON; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    found, missed = {}, []
    keys = ["rows", "card_left_out", "family_left_out", "constant", "roofline"]
    keys += ["card_ratio", "family_ratio", "coverage", "coverage_families"]
    print("| class | " + " | ".join(keys) + " |")
    print("|---" * (len(keys) + 1) + "|")
    for name, table in tables(given.data).items():
        left = {group: leave_out(name, table, table.of(group)) for group in ("card", "family")}
        found[name] = row_of(table, left)
        missed += judge(name, found[name])
        cells = [f"{found[name][key]:.3f}" if key != "rows" else f"{found[name][key]:,}" for key in keys]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    print("\n".join(["", *(f"missed: {line}" for line in missed)]))
    if given.out:
        text = json.dumps({"bars": BARS, "classes": found, "missed": missed}, indent=1)
        given.out.write_text(text + "\n", encoding="utf-8")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
