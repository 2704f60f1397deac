"""Summarise a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sextet.runtime.run import Run
from sextet.runtime.run_folder import RunFolder


def summary(run: Path) -> dict[str, Any]:
    """Return what a run is and how it did, as plain values.

    Raises:
        RunError: the run is damaged; every file is checked.
    """
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
        "frequency": history.frequency.name,
        "series": len(loaded.scaler.ids),
        "last": [str(history.stamps(s)[int(history.known[s]) - 1])[:19] for s in range(min(5, history.series))],
        "members": members,
        "leaderboard": metrics["rows"],
        "test_windows": metrics["windows"],
        "spikes": metrics["spikes"],
        "split": loaded.settings["split"],
        "seconds": training["seconds"],
        "environment": where,
        "notes": weights["notes"],
        "files": {name: known["bytes"] for name, known in folder.manifest["files"].items()},
    }
