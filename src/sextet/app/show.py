"""Summarise a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sextet.core.panel import Panel
from sextet.data.local_stamps import iso_texts
from sextet.runtime.run import Run
from sextet.runtime.run_folder import MANIFEST, RunFolder
from sextet.runtime.standing import standing
from sextet.runtime.unfinished import Unfinished

_SERIES_TOLD = 5


def summary(run: Path) -> dict[str, Any]:
    """Return what a run is and how it did, as plain values; of a training that has not ended, how far it has come.

    Raises:
        RunError: the run is damaged; every file is checked.
    """
    unfinished = Unfinished.at(run)
    if not (run / MANIFEST).is_file() and unfinished.exists:
        return standing(unfinished)
    folder = RunFolder(run)
    folder.check()
    loaded = Run.load(run)
    metrics, training, where = (folder.json(f"{name}.json") for name in ("metrics", "training", "environment"))
    weights = metrics["weights"]
    mean = loaded.combination.weights.table.mean(axis=(0, 1, 2))
    members = [
        {
            "name": name,
            "weight": float(mean[m]),
            "select": training["members"][name]["select"],
            "seconds": training["members"][name]["seconds"],
            "parameters": training["members"][name]["parameters"],
        }
        for m, name in enumerate(loaded.combination.weights.names)
    ]
    history = loaded.history
    return {
        "run": str(run),
        "source": loaded.settings["source"],
        "horizon": loaded.config.horizon,
        "lookback": loaded.crew.shape.lookback,
        "transform": loaded.scaler.transform,
        "frequency": history.frequency.name,
        "series": len(loaded.scaler.ids),
        "last": _last_known(history),
        "members": members,
        "leaderboard": metrics["rows"],
        "test_windows": metrics["windows"],
        "spikes": metrics["spikes"],
        "chosen": loaded.settings.get("why", {}),  # a run of an earlier version does not say
        "split": loaded.settings["split"],
        "seconds": training["seconds"],
        "environment": where,
        "notes": [*weights["notes"], *_beside(unfinished)],
        "files": {name: known["bytes"] for name, known in folder.manifest["files"].items()},
    }


def _last_known(history: Panel) -> dict[str, str]:
    """The last known stamp of the first few series, by name, in the zone of the data."""
    count = min(_SERIES_TOLD, history.series)
    last = history.frequency.stamps((history.first + history.known)[:count] - 1)
    return dict(zip(history.ids, iso_texts(last, history.tz), strict=False))


def _beside(unfinished: Unfinished) -> list[str]:
    """Say that a new training of the run has not ended."""
    if not unfinished.exists:
        return []
    if unfinished.worker() is not None:
        return [f"A new run is being trained to take the place of this one: sextet show {unfinished.path}"]
    return [
        f"A training that was to take the place of this run was stopped: sextet show {unfinished.path} tells how far "
        f"it had come; sextet train --resume {unfinished.out} goes on with it."
    ]
