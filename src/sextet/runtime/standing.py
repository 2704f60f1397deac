"""How far a training that has not ended has come, read from its folder without TensorFlow, also while it goes on."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from sextet.core.errors import RunError
from sextet.runtime.unfinished import Unfinished

BEGUN_ANEW = "the command that began it, again: it was stopped before it was written down what was asked"


def standing(unfinished: Unfinished) -> dict[str, Any]:
    """Return what is done of a training and how it goes on, as plain values; what is damaged is said, not raised."""
    try:
        request, damage = unfinished.request(), None
    except RunError as error:
        request, damage = None, str(error)
    worker = unfinished.worker()
    found: dict[str, Any] = {
        "run": str(unfinished.out),
        "state": "unfinished" if worker is None else "in training",
        "process": worker,
        "folder": str(unfinished.path),
        "damage": damage,
    }
    if request is None:
        return {**found, "go_on": None if worker is not None else BEGUN_ANEW}
    config, data = request["config"], request.get("data")
    found |= {
        "source": request["name"],
        "horizon": config["horizon"],
        "data": "read" if data else "not read yet",
        "members": [_member(unfinished.training, spec, config["train"]["epochs"]) for spec in config["members"]],
    }
    if worker is None:
        found["go_on"] = f"sextet train --resume {unfinished.out}"
    return found


def _member(training: Path, spec: dict[str, Any], of_round: int) -> dict[str, Any]:
    name = spec["name"] if spec["member"] == "custom" else spec["member"]
    row: dict[str, Any] = {"name": name, "state": "not begun", "epochs": 0, "select": None, "checkpoint": None}
    told = _last_line(training / "log" / f"{name}.jsonl")
    row |= {"epochs": told["epoch"], "select": told["select"]} if told else {}
    if (training / "members" / f"{name}.training.json").is_file():
        record = json.loads((training / "members" / f"{name}.training.json").read_text(encoding="utf-8"))["training"]
        return {**row, "state": "finished", "select": record["select"]}
    ages = [time.time() - path.stat().st_mtime for path in _checkpoints(training / "checkpoints" / name)]
    if ages:
        minutes = min(ages) / 60
        row["checkpoint"] = f"{minutes:.0f} min ago" if minutes < 90 else f"{minutes / 60:.0f} h ago"
    if not told and not ages:
        return row
    return {**row, "state": _epoch(row["epochs"], of_round)}


def _epoch(done: int, of_round: int) -> str:
    """Return how far a training is; after a round whether another follows is not known yet."""
    if done and done % of_round == 0:
        return f"{done} epochs done"
    return f"epoch {done + 1} of {(done // of_round + 1) * of_round}"


def _checkpoints(folder: Path) -> list[Path]:
    return [path for path in folder.glob("[0-9]*.checkpoint") if path.is_file()]


def _last_line(log: Path) -> dict[str, Any] | None:
    if not log.is_file():
        return None
    whole, _, _ = log.read_text(encoding="utf-8").rpartition("\n")
    lines = whole.splitlines()
    return dict(json.loads(lines[-1])) if lines else None
