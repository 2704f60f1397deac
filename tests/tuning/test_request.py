"""The use case over a search whose trainings cost nothing: files in, a file of settings out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sextet.app.configuration import config_of
from sextet.app.requests import TrainRequest, TuneRequest
from sextet.app.tune import tune
from sextet.core.errors import ConfigError, ResourceError
from sextet.core.progress import Silent
from sextet.tuning.workers import Alone

from .conftest import HORIZON, Formula


def _request(frame: pd.DataFrame, folder: Path) -> TuneRequest:
    return TuneRequest(
        source=frame, horizon=HORIZON, out=folder / "best.json", members="gru,rule-based", trials=9, nonnegative=True
    )


def test_the_file_is_what_train_takes(frame: pd.DataFrame, tmp_path: Path, formula: Formula) -> None:
    result = tune(_request(frame, tmp_path))
    asked = TrainRequest(source=frame, horizon=HORIZON, out=tmp_path / "run", config=result.out)
    config = config_of(asked)
    assert config.nonnegative and config.members[0].skip and config.seed == 0  # type: ignore[union-attr]
    assert result.config["members"][0]["skip"] is True
    assert [row["name"] for row in result.findings] == ["gru", "rule-based", "training"]
    assert result.findings[0]["verdict"] == "found" and (tmp_path / "best.search" / "journal.log").is_file()


def test_gpus_that_are_not_there_are_told(frame: pd.DataFrame, tmp_path: Path, formula: Formula) -> None:
    class Notes(Silent):
        told: list[str] = []

        def note(self, text: str) -> None:
            self.told.append(text)

    tune(replace(_request(frame, tmp_path), device="cpu", gpus=2, trials=1), Notes())
    assert "--gpus 2 was asked for: the processor trains. --device cpu leaves GPUs out." in Notes.told


def test_a_lookback_that_is_given_stays(frame: pd.DataFrame, tmp_path: Path, formula: Formula) -> None:
    tune(replace(_request(frame, tmp_path), lookback=30))
    assert {spec.lookback for _, spec, _ in formula.trained} == {30}


def test_a_search_starts_from_the_file_that_it_is_given(frame: pd.DataFrame, tmp_path: Path, formula: Formula) -> None:
    (tmp_path / "start.json").write_text('{"members": [{"member": "gru", "width": 24, "lookback": 40}]}')
    tune(replace(_request(frame, tmp_path), config=tmp_path / "start.json", members=None, trials=1))
    (trained,) = {spec for _, spec, _ in formula.trained}
    assert (trained.width, trained.lookback) == (24, 40)


def test_an_interrupt_writes_the_best_so_far(frame: pd.DataFrame, tmp_path: Path, formula: Formula) -> None:
    formula.stop_after = 11
    with pytest.raises(KeyboardInterrupt):
        tune(_request(frame, tmp_path))
    config = config_of(TrainRequest(source=frame, horizon=HORIZON, out=tmp_path / "run", config=tmp_path / "best.json"))
    assert [spec.name for spec in config.members] == ["gru", "rule-based"]


def test_a_file_that_no_search_wrote_stays(frame: pd.DataFrame, tmp_path: Path, formula: Formula) -> None:
    (tmp_path / "best.json").write_text('{"mine": 1}')
    with pytest.raises(ConfigError, match="no search beside it .best.search. that wrote it"):
        tune(_request(frame, tmp_path))
    assert (tmp_path / "best.json").read_text() == '{"mine": 1}' and not formula.trained
    tune(replace(_request(frame, tmp_path), out=tmp_path / "other.json", trials=1))
    tune(replace(_request(frame, tmp_path), out=tmp_path / "other.json", trials=1))  # its own


def test_nothing_to_search_is_said(frame: pd.DataFrame, tmp_path: Path, formula: Formula) -> None:
    result = tune(replace(_request(frame, tmp_path), members="rule-based"))
    assert result.notes == ("None of these members has settings to search: the file holds what was given.",)


def test_a_worker_that_is_gone_keeps_what_was_done(
    frame: pd.DataFrame, tmp_path: Path, formula: Formula, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Alone.results

    def broken(workers: Alone) -> object:
        if len(formula.trained) == 3:
            raise ResourceError("gone")
        return honest(workers)

    monkeypatch.setattr(Alone, "results", broken)
    with pytest.raises(ResourceError):
        tune(_request(frame, tmp_path))
    monkeypatch.setattr(Alone, "results", honest)
    formula.trained.clear()
    assert tune(_request(frame, tmp_path)).findings[0]["trials"] == 9
    assert 6 <= len(formula.trained)


@pytest.mark.parametrize("name", ["budget", "trials", "workers"])
def test_limits_are_above_zero(frame: pd.DataFrame, tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=f"--{name} must be above 0"):
        tune(replace(_request(frame, tmp_path), **{name: 0}))
