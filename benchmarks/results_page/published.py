"""Figures that others published, with their sources: facts, kept in `benchmarks/published.csv`."""

from __future__ import annotations

import csv
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path

FILE = Path(__file__).parents[1] / "published.csv"
_METRICS = {"rMAE (vs weekly naive)": "rMAE", **{name: name for name in ("MSE", "MAE", "RMSE", "sMAPE", "MASE", "OWA")}}
_SAID_OF_ALL = ("ETT 12/4/4", "z-score on train", "metric on scaled data", "M4 official")
_DAY_AHEAD = "day-ahead 24 h"


@dataclass(frozen=True, kw_only=True)
class Published:
    """One published figure.

    Attributes:
        cell: the cell it belongs to.
        model: its name, as in the source.
        metric: as among the cell's scores.
        value: the figure.
        note: what of its protocol differs between models.
        source: where it stands.
    """

    cell: str
    model: str
    metric: str
    value: float
    note: str
    source: str


def read(path: Path = FILE) -> tuple[Published, ...]:
    """Read the figures that are kept."""
    with open(path, newline="", encoding="utf-8") as file:
        return tuple(
            Published(
                cell=row["cell"],
                model=row["model"],
                metric=row["metric"],
                value=float(row["value"]),
                note=row["note"],
                source=row["source"],
            )
            for row in csv.DictReader(file)
        )


def write(figures: tuple[Published, ...], path: Path = FILE) -> None:
    """Keep figures."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [field.name for field in fields(Published)], lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(figure) for figure in figures)


def collected(path: Path) -> tuple[Published, ...]:
    """Take the figures of our cells out of a table with dataset, protocol, horizon, model, metric, value, source."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = [dict(row) for row in csv.DictReader(file)]
    found = []
    for row in rows:
        name, metric = _cell(row), _METRICS.get(row["metric"])
        if (
            name is None
            or metric is None
            or row["model"] == "seasonal-naive"
            or not re.fullmatch(r"[\d.]+", row["value"])
        ):
            continue  # another set, or a baseline that the benchmark computes itself
        found.append(
            Published(
                cell=name,
                model=re.sub(r"^\d+ ", "", row["model"]).replace(" (ours)", ""),
                metric=metric,
                value=float(row["value"]),
                note=_note(row["protocol"]),
                source=_source(row["source"]),
            )
        )
    return tuple(found)


def _cell(row: dict[str, str]) -> str | None:
    name = row["dataset"]
    if name in ("ETTh1", "ETTm1") and row["horizon"].isdigit():
        return f"{name}-{row['horizon']}"
    if name in ("EPF-NP", "EPF-DE") and row["protocol"].startswith(_DAY_AHEAD):
        return name  # the others are scaled, on another split
    return "M4-Hourly" if name in ("M4-Hourly", "m4_hourly") else None


def _note(protocol: str) -> str:
    if protocol.startswith("last horizon of each series"):
        return "pretrained on many sets, this one among them"
    if protocol.startswith(_DAY_AHEAD):
        return "daily recalibration"
    parts = [part.strip() for part in protocol.split(";")]
    kept = [part for part in parts if not part.startswith(_SAID_OF_ALL) and "MASE m=" not in part]
    text = re.sub(r" ?\(sd [\d.]+\)| ?\((?:ILI|verified|data_factory|batch)[^)]*\)", "", "; ".join(kept))
    return text.replace("OWA relative to Naive2", "").strip("; ")


def _source(text: str) -> str:
    computed = re.match(r"computed here from (github:\S+)", text)
    return f"{computed[1]}, forecasts of Lago et al. 2021; MAE computed from them" if computed else text
