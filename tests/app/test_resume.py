"""A training that was stopped goes on: from the command's view, with the Rule-Based member, which takes a second."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

import sextet
from sextet.app.requests import TrainRequest
from sextet.app.resume import resume
from sextet.app.show import summary
from sextet.app.train import train
from sextet.cli.show import show_summary
from sextet.core.errors import ConfigError, RunError
from sextet.core.progress import Silent
from sextet.data.options import DataOptions
from sextet.ensemble.ensemble import Ensemble
from sextet.runtime.run import Run
from sextet.runtime.unfinished import Unfinished


class Stopper(Silent):
    """Records what it is told, and stops the training at a stage."""

    def __init__(self, at: str = "nowhere") -> None:
        self.at, self.stages, self.notes = at, [], []  # type: ignore[var-annotated]

    def stage(self, text: str) -> None:
        self.stages.append(text)
        if text.startswith(self.at):
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture
def asked(frame: pd.DataFrame, tmp_path: Path) -> TrainRequest:
    """A training from a file."""
    frame.to_csv(tmp_path / "data.csv", index=False)
    return TrainRequest(source=tmp_path / "data.csv", horizon=6, out=tmp_path / "run", members="rule-based", unit="kW")


@pytest.fixture
def stopped(asked: TrainRequest) -> TrainRequest:
    """The same, stopped when its member is finished."""
    with pytest.raises(KeyboardInterrupt):
        train(asked, Stopper("learning"))
    return asked


def same(one: Path, other: Path) -> bool:
    """Whether two runs learned the same, to the last bit."""
    names = ("state-0001.npz", "members/rule-based.npz", "scaler.npz", "metrics.json")
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


@pytest.mark.parametrize("how", ["resume", "folder", "again", "python"])
def test_it_goes_on_and_trains_nothing_twice(stopped: TrainRequest, tmp_path: Path, how: str) -> None:
    told = Stopper()
    if how == "again":
        train(stopped, told)
    else:
        Path(str(stopped.source)).unlink()  # nothing but the run is needed
        if how == "python":
            Ensemble.resume(stopped.out, progress=told)
        else:
            resume(stopped.out if how == "resume" else stopped.out.with_name("run.unfinished"), told)
    assert not any(stage.startswith("training") for stage in told.stages)
    assert any(note.startswith("Going on with the training") for note in told.notes)
    assert summary(stopped.out)["leaderboard"]
    assert not Unfinished(stopped.out).exists
    if how == "again":
        train(replace(stopped, out=tmp_path / "straight"))
        assert same(stopped.out, tmp_path / "straight")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 5}, "--seed was"),
        ({"batch": 9, "catch_up": 1, "test": 0.0}, "--batch, --catch-up, --test was"),
        ({"quick": True}, "--quick was"),
        ({"transform": "none"}, "--transform was"),
        ({"data": DataOptions(target="y")}, "--target was"),
        ({"unit": "W"}, "--unit was"),
        ({"lookback": 9}, "--lookback was"),
        ({"precision": "float32"}, "--precision was"),
    ],
)
def test_another_question_is_refused_unless_fresh(stopped: TrainRequest, change: dict[str, Any], named: str) -> None:
    other = replace(stopped, **change)
    with pytest.raises(ConfigError, match=f"differs in {named}.*--resume.*--fresh"):
        train(other)
    assert Unfinished(stopped.out).begun
    told = Stopper()
    train(replace(other, fresh=True), told)
    assert any(stage.startswith("training") for stage in told.stages)


def test_other_data_are_refused(stopped: TrainRequest, frame: pd.DataFrame) -> None:
    frame.assign(y=frame["y"] + 1).to_csv(str(stopped.source), index=False)
    with pytest.raises(ConfigError, match="differs in the data"):
        train(stopped)
    assert Unfinished(stopped.out).begun


def test_other_means_are_the_same_question(stopped: TrainRequest, tmp_path: Path) -> None:
    train(replace(stopped, checkpoint_minutes=2, tensorboard=tmp_path / "logs", device="cpu"))
    assert not Unfinished(stopped.out).exists


def test_another_version_is_refused(stopped: TrainRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sextet, "__version__", "99.0")
    with pytest.raises(ConfigError, match=r"begun with sextet .* this is 99\.0"):
        resume(stopped.out)


def test_show_tells_why_the_transform_was_chosen(asked: TrainRequest) -> None:
    train(asked)
    found = summary(asked.out)
    assert found["transform"] == Run.load(asked.out).scaler.transform
    assert found["chosen"]["transform"].startswith("Targets are ")
    console = Console(width=300, record=True)
    show_summary(console, found)
    assert f"transform  {found['chosen']['transform']}" in console.export_text()
    train(replace(asked, transform="none"))
    said = summary(asked.out)
    assert (said["transform"], said["chosen"]) == ("none", {})


def test_show_tells_how_far_it_has_come(stopped: TrainRequest) -> None:
    for path in (stopped.out, stopped.out.with_name("run.unfinished")):
        found = summary(path)
        assert found["state"] == "unfinished" and found["data"] == "read"
        assert [(row["name"], row["state"]) for row in found["members"]] == [("rule-based", "finished")]
        assert found["go_on"] == f"sextet train --resume {stopped.out}"


def test_show_of_a_run_with_an_unfinished_one_beside(asked: TrainRequest) -> None:
    train(asked)
    with pytest.raises(KeyboardInterrupt):
        train(replace(asked, seed=1), Stopper("learning"))
    found = summary(asked.out)
    assert found["leaderboard"]
    assert any("--resume" in note for note in found["notes"])


def test_show_of_one_that_was_killed_at_its_very_beginning(tmp_path: Path) -> None:
    (tmp_path / "run.unfinished").mkdir()
    assert "again" in summary(tmp_path / "run")["go_on"]
    (tmp_path / "run.unfinished" / "request.json").write_text("{")
    assert "cannot be read" in summary(tmp_path / "run")["damage"]


def test_there_is_nothing_to_resume(asked: TrainRequest, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="nothing was begun there"):
        resume(tmp_path / "nowhere")
    train(asked)
    with pytest.raises(RunError, match="the run is whole"):
        resume(asked.out)
    (tmp_path / "early.unfinished").mkdir()
    with pytest.raises(RunError, match="begin it again with the same command"):
        resume(tmp_path / "early")


def test_data_are_read_again_where_they_were_not_kept(stopped: TrainRequest, tmp_path: Path) -> None:
    unfinished = Unfinished(stopped.out)
    request = unfinished.request()
    assert request is not None
    with unfinished.held():
        unfinished.begin({name: value for name, value in request.items() if name != "data"})
    resume(stopped.out)
    train(replace(stopped, out=tmp_path / "straight"))
    assert same(stopped.out, tmp_path / "straight")


def test_fit_to_a_folder_goes_on(frame: pd.DataFrame, tmp_path: Path) -> None:
    model = Ensemble(horizon=6, members="rule-based")
    with pytest.raises(KeyboardInterrupt):
        model.fit(frame, out=tmp_path / "run", progress=Stopper("learning"))
    told = Stopper()
    model.fit(frame, out=tmp_path / "run", progress=told)
    assert not any(stage.startswith("training") for stage in told.stages)
    assert len(model.forecast()) == 12
    assert Ensemble.load(tmp_path / "run").forecast().equals(model.forecast())
