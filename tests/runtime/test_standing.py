"""How far a training has come, by what its members left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sextet.runtime.standing import standing
from sextet.runtime.unfinished import Unfinished


@pytest.mark.parametrize(
    ("epochs", "finished", "state"),
    [
        (0, False, "not begun"),
        (2, False, "epoch 3 of 3"),
        (3, False, "3 epochs done"),  # killed before the member was written
        (3, True, "finished"),
        (4, False, "epoch 5 of 6"),  # of the second round
    ],
)
def test_an_epoch_is_never_beyond_the_last(tmp_path: Path, epochs: int, finished: bool, state: str) -> None:
    unfinished = Unfinished(tmp_path / "run")
    for part in ("log", "members"):
        (unfinished.training / part).mkdir(parents=True)
    config = {"horizon": 6, "members": [{"member": "spike-detector"}], "train": {"epochs": 3, "rounds": 4}}
    (unfinished.path / "request.json").write_text(json.dumps({"config": config, "name": "data.csv"}))
    lines = [json.dumps({"epoch": number + 1, "select": 0.5}) + "\n" for number in range(epochs)]
    (unfinished.training / "log" / "spike-detector.jsonl").write_text("".join(lines))
    if finished:
        record = json.dumps({"training": {"select": 0.4}})
        (unfinished.training / "members" / "spike-detector.training.json").write_text(record)
    (row,) = standing(unfinished)["members"]
    assert (row["state"], row["epochs"]) == (state, epochs)
