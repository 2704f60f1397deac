"""What was measured: the JSON files that benchmarks wrote, kept in `benchmarks/results/`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from results_page import published
from results_page.bars import BARS, MEMBERS, OURS, Bar
from results_page.published import Published

FOLDER = Path(__file__).parents[1] / "results"
KINDS = ("ablations", "competitors", "tuning", "warnings")
NESTED = "competitors"  # writes a folder for each comparison; those of others are of work under way
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Measured:
    """One cell that was run.

    Attributes:
        record: its JSON.
        published: figures of others on it.
    """

    record: Record
    published: tuple[Published, ...]

    @property
    def name(self) -> str:
        """The cell's name."""
        return str(self.record["cell"])

    @property
    def metric(self) -> str:
        """The metric that counts first."""
        return str(self.record["metrics"][0])

    @property
    def bar(self) -> Bar | None:
        """What it is measured against."""
        return BARS.get(self.name)

    @property
    def seconds(self) -> float:
        """Wall time of all stages of the backtest, in seconds."""
        stages = {name: value for name, value in self.record["seconds"].items() if name != "this call"}
        return float(sum(stages.values())) if stages else float(self.record["seconds"]["this call"])

    def score(self, model: str = OURS, metric: str | None = None) -> float | None:
        """A model's figure; None where there is none."""
        value = self.record["scores"].get(model, {}).get(metric or self.metric)
        return None if value is None else float(value)

    def row(self, model: str, scale: str = "rows") -> Record:
        """A model's row of the leaderboard, `rows` in the unit of the data or `scaled_rows`; empty where none."""
        return next((row for row in self.record.get(scale) or () if row["model"] == model), {})

    def best(self, models: tuple[str, ...], metric: str | None = None) -> tuple[str, float] | None:
        """The best of some models by a metric, and its figure."""
        found = {model: value for model in models if (value := self.score(model, metric)) is not None}
        return min(found.items(), key=lambda item: item[1]) if found else None

    @property
    def members(self) -> tuple[str, ...]:
        """Members among the models scored."""
        return tuple(name for name in self.record["scores"] if name in MEMBERS)

    @property
    def baselines(self) -> tuple[str, ...]:
        """Models that are neither the ensemble nor its members."""
        return tuple(name for name in self.record["scores"] if name not in MEMBERS and not name.startswith(OURS))

    def best_published(self, metric: str | None = None) -> Published | None:
        """The best published figure by a metric."""
        own = [one for one in self.published if one.metric == (metric or self.metric)]
        return min(own, key=lambda one: one.value) if own else None


@dataclass(frozen=True)
class Evidence:
    """Everything the page is made of.

    Attributes:
        cells: by name, seed 0, in the order of the catalogue.
        seeds: cells run with other seeds.
        ablations, competitors, tuning, warnings: rows of the other benchmarks.
    """

    cells: Mapping[str, Measured]
    seeds: tuple[Measured, ...]
    ablations: tuple[Record, ...]
    competitors: tuple[Record, ...]
    tuning: tuple[Record, ...]
    warnings: tuple[Record, ...]


def gather(
    folder: Path = FOLDER, figures: tuple[Published, ...] | None = None, names: tuple[str, ...] = ()
) -> Evidence:
    """Read what lies in `folder`: `<cell>.json`, and the folders of `KINDS`.

    Args:
        folder: of the JSON files.
        figures: of others; None reads those that are kept.
        names: order of the cells.
    """
    figures = published.read() if figures is None else figures
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    found = [
        Measured(record, tuple(one for one in figures if one.cell == record["cell"]))
        for record in records
        if not record["quick"]
    ]
    place = {name: position for position, name in enumerate(names)}
    found.sort(key=lambda one: (place.get(one.name, len(place)), one.name, one.record["seed"]))
    others = {kind: tuple(rows_in(folder / kind)) for kind in KINDS}
    others["competitors"] = tuple(map(competitor, others["competitors"]))
    return Evidence(
        cells={one.name: one for one in found if one.record["seed"] == 0},
        seeds=tuple(one for one in found if one.record["seed"] != 0),
        **others,
    )


def rows_in(folder: Path) -> list[Record]:
    """Read every JSON file of a folder: a list of rows, an object with "rows", or one row."""
    rows: list[Record] = []
    for path in sorted(folder.glob("*.json")):
        held = json.loads(path.read_text(encoding="utf-8"))
        held = held.get("rows", [held]) if isinstance(held, Mapping) else held
        rows += [row for row in held if isinstance(row, Mapping)]
    return rows


def competitor(row: Record) -> Record:
    """A result as `competitors/run.py` writes it, as a plain row: set, system, mae, pinball, seconds, notes."""
    if "scores" not in row:
        return row
    over = [f"over its {' and '.join(row['over'])} budget"] if row["over"] else []
    notes = [row["notes"]] if isinstance(row["notes"], str) else row["notes"] or []
    return {
        "set": f"{row['set']}, {row['minutes']:g} minutes on {row['cores']} processors, seed {row['seed']}",
        "system": row["label"],
        **{name: row["scores"].get(name) for name in ("mae", "pinball", "coverage_80")},
        "seconds": row["seconds"]["train"],
        "notes": "; ".join([*over, *map(str, notes)]),
    }


def keep(out: Path, folder: Path = FOLDER) -> list[str]:
    """Copy what benchmarks wrote below `out` into `folder`; names of the files taken. Quick figures stay behind."""
    taken = []
    for source, target in ((out / "results", folder), *((out / kind, folder / kind) for kind in KINDS)):
        deeper = source.glob("*/*.json") if source.name == NESTED else ()
        for path in sorted([*source.glob("*.json"), *deeper]):
            held = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(held, Mapping) and held.get("quick"):
                continue
            name = path.name if path.parent == source else f"{path.parent.name}-{path.name}"
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name)
            taken.append(name)
    return taken
