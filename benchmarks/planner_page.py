"""Writes the tables of docs/planner-model.md from what the planner's benchmarks wrote.

    python benchmarks/planner_page.py

Reads benchmarks/results/planner/{errors,scaling,steps}.json, which `--out` of planner_errors.py, planner_scaling.py and
planner_steps.py write. Text between `<!-- NAME -->` and `<!-- end NAME -->` is theirs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from marked_page import filled

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "planner-model.md"
RESULTS = ROOT / "benchmarks" / "results" / "planner"


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def errors(found: dict[str, Any]) -> str:
    head = ["class", "rows", "card left out", "family left out", "constant", "roofline", "ratio, card", "ratio, family"]
    keys = ["card_left_out", "family_left_out", "constant", "roofline", "card_ratio", "family_ratio"]
    keys += ["coverage", "coverage_families"]
    head += ["coverage, cards", "coverage, families"]
    rows = [[name, f"{row['rows']:,}", *(_share(row[key]) for key in keys)] for name, row in found["classes"].items()]
    return _table(head, rows)


def missed(found: dict[str, Any]) -> str:
    return "Bars missed:\n\n" + "\n".join(f"- {line}" for line in found["missed"])


def cards(found: dict[str, Any]) -> str:
    classes = found["classes"]
    names = sorted({card for row in classes.values() for card in row["by_card"]})
    rows = [
        [card, *(_share(row["by_card"][card]) if card in row["by_card"] else "" for row in classes.values())]
        for card in names
    ]
    return _table(["card", *classes], rows)


def scaling(found: dict[str, Any]) -> str:
    keys = ["mean", "median", "constant_mean", "constant_median"]
    rows = [[name, str(row["rows"]), *(f"{100 * row[key]:.1f}" for key in keys)] for name, row in found.items()]
    return _table(["link", "rows", "mean, points", "median", "constant 93.7 %: mean", "median"], rows)


def steps(found: dict[str, Any]) -> str:
    rows = []
    for name, row in found.items():
        shares = [_share(row[key]) for key in ("error", "constant", "roofline", "coverage")]
        rows.append([name, str(row["rows"]), *shares, f"{row['ratio']:.2f}"])
    return _table(["what", "rows", "error", "constant", "roofline", "coverage", "measured / predicted"], rows)


def page(text: str) -> str:
    """The page with its tables."""
    found = {
        name: json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("errors", "scaling", "steps")
    }
    parts = {
        "errors": errors(found["errors"]),
        "missed": missed(found["errors"]),
        "cards": cards(found["errors"]),
        "scaling": scaling(found["scaling"]),
        "steps": steps(found["steps"]),
    }
    for name, part in parts.items():
        text = filled(text, name, part)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
