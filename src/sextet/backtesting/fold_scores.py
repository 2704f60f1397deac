"""How every model did on the windows of a fold: sums that add up over folds, and what it took."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.files import write_bytes
from sextet.metrics.alarms import AlarmTally
from sextet.metrics.breakdown import Breakdown
from sextet.metrics.lead_time import LeadEvidence
from sextet.metrics.leaderboard import Tally

Arrays = dict[str, NDArray[Any]]


@dataclass(kw_only=True)
class FoldScores:
    """Sums over windows; the scores of disjoint windows add up with `add`.

    Attributes:
        windows: number of windows.
        models: name -> sums by series, step, hour, weekday and cutoff, in the unit of the target.
        spikes: name -> sums over the steps that are spikes.
        alarms: name -> sums of warnings; empty without a member that warns.
        leads: name -> the spiked steps and what warned of them, likewise.
        truth: `[S]` sum of |standardised target| of each series.
        fit_seconds, answer_seconds: name -> wall time.
        notes: what the user should know.
    """

    windows: int = 0
    models: dict[str, Breakdown] = field(default_factory=dict)
    spikes: dict[str, Tally] = field(default_factory=dict)
    alarms: dict[str, AlarmTally] = field(default_factory=dict)
    leads: dict[str, LeadEvidence] = field(default_factory=dict)
    truth: NDArray[np.float64]
    fit_seconds: dict[str, float] = field(default_factory=dict)
    answer_seconds: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def add(self, other: FoldScores) -> None:
        """Add the scores of other windows."""
        self.windows += other.windows
        self.truth = self.truth + other.truth
        for name in ("models", "spikes", "alarms", "leads", "fit_seconds", "answer_seconds"):
            merge(getattr(self, name), getattr(other, name))
        self.notes = tuple(dict.fromkeys((*self.notes, *other.notes)))

    def write(self, path: Path) -> None:
        """Write the scores to an npz file, atomically."""
        arrays: Arrays = {"truth": self.truth}
        for number, model in enumerate(self.models.values()):
            arrays |= {f"models.{number}.{key}": value for key, value in model.to_arrays().items()}
        for number, alarm in enumerate(self.alarms.values()):
            arrays |= {f"alarms.{number}.{key}": value for key, value in alarm.to_arrays().items()}
        for number, lead in enumerate(self.leads.values()):
            arrays |= {f"leads.{number}.{key}": value for key, value in lead.to_arrays().items()}
        plain = {
            "windows": self.windows,
            "models": list(self.models),
            "alarms": list(self.alarms),
            "leads": list(self.leads),
            "spikes": {name: vars(one) for name, one in self.spikes.items()},
            "fit_seconds": self.fit_seconds,
            "answer_seconds": self.answer_seconds,
            "notes": self.notes,
        }
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays, plain=np.array(json.dumps(plain)))  # type: ignore[arg-type]
        write_bytes(path, buffer.getvalue())

    @staticmethod
    def told(path: Path) -> dict[str, Any]:
        """Read only what stands beside the sums: `windows`, `fit_seconds`, `answer_seconds`, `notes` ..."""
        with np.load(path, allow_pickle=False) as stored:
            plain: dict[str, Any] = json.loads(str(stored["plain"]))
        return plain

    @classmethod
    def read(cls, path: Path) -> FoldScores:
        """Read what `write` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
        plain = json.loads(str(arrays["plain"]))
        return cls(
            windows=plain["windows"],
            models={
                name: Breakdown.from_arrays(_section(arrays, f"models.{number}."))
                for number, name in enumerate(plain["models"])
            },
            alarms={
                name: AlarmTally.from_arrays(_section(arrays, f"alarms.{number}."))
                for number, name in enumerate(plain["alarms"])
            },
            leads={
                name: LeadEvidence.from_arrays(_section(arrays, f"leads.{number}."))
                for number, name in enumerate(plain.get("leads", ()))  # folds of 0.1 have none
            },
            spikes={name: _tally(values) for name, values in plain["spikes"].items()},
            truth=arrays["truth"],
            fit_seconds=plain["fit_seconds"],
            answer_seconds=plain["answer_seconds"],
            notes=tuple(plain["notes"]),
        )


def merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add values by name."""
    for name, value in more.items():
        into[name] = into[name] + value if name in into else value


def _section(arrays: Mapping[str, NDArray[Any]], start: str) -> Arrays:
    return {key.removeprefix(start): value for key, value in arrays.items() if key.startswith(start)}


def _tally(values: Mapping[str, Any]) -> Tally:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return Tally(**fields)
