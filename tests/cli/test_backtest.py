"""`sextet backtest`: each option reaches the request, and what was found is told."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from sextet.app.requests import BacktestRequest, BacktestResult
from sextet.core.errors import ConfigError
from sextet.data.options import DataOptions

from .test_train import ALONE
from .test_train import OPTIONS as TRAIN

OWN = {
    "--windows": ("12", "windows", 12),
    "--step": ("7", "step", 7),
    "--refit": ("4", "refit", 4),
    "--scaled": (None, "scaled", True),
    "--baselines": ("ridge, naive", "baselines", ("ridge", "naive")),
    "--no-forecasts": (None, "forecasts", False),
    "--fresh": (None, "fresh", True),
    "--val-end": ("2016-11", "validation_end", "2016-11"),
}
NOT_HERE = ("--validation-end", "--checkpoint-minutes", "--tensorboard")
OPTIONS = {**{flag: told for flag, told in TRAIN.items() if flag not in NOT_HERE}, **OWN}


def at(request: BacktestRequest, path: str) -> object:
    value: object = request
    for name in path.split("."):
        value = getattr(value, name)
    return value


@pytest.fixture
def found(tmp_path: Path, leaderboard) -> BacktestResult:
    """What a backtest gives."""
    nan = float("nan")
    differences = (
        {"model": "GRU", "against": "sextet", "loss": "mae", "difference_percent": 16.7, "p_value": 0.01},
        {"model": "GRU", "against": "sextet", "loss": "pinball", "difference_percent": 99.0, "p_value": 0.01},
        {"model": "SeasonalNaive", "against": "sextet", "loss": "mae", "difference_percent": 33.3, "p_value": nan},
    )
    told = {"fit_seconds": 61.25, "answer_seconds": 2.5, "spike_mae": 9.75, "spike_n": 1012}
    rows = tuple({**row, **told} for row in leaderboard)
    return BacktestResult(
        folder=tmp_path / "out",
        report=tmp_path / "out" / "report.html",
        leaderboard=rows,
        scaled_rows=tuple({**row, "mse": 0.3525} for row in leaderboard),
        comparison=differences,
        cutoffs=557,
        series=5,
        windows=2785,
        points=1200,
        notes=tuple(f"Note {number}." for number in range(11)),
        seconds={"fit": 245.0},
    )


def test_every_option_reaches_the_request(sextet, use_case, found):
    backtest = use_case("sextet.app.backtest", "backtest", found)
    arguments = [part for flag, (text, _, _) in OPTIONS.items() for part in (flag, text) if part is not None]
    result = sextet("backtest", "sales.csv", "--horizon", 28, "--out", "runs/b", *arguments)
    assert result.exit_code == 0, result.stderr
    (request,) = backtest.args
    assert (request.source, request.horizon, request.out) == (Path("sales.csv"), 28, Path("runs/b"))
    assert {flag: at(request, path) for flag, (_, path, _) in OPTIONS.items()} == {
        flag: value for flag, (_, _, value) in OPTIONS.items()
    }


def test_without_options_it_is_the_request_as_it_is(sextet, use_case, found):
    backtest = use_case("sextet.app.backtest", "backtest", found)
    sextet("backtest", "a.csv", "--horizon", 2)
    assert backtest.args[0] == BacktestRequest(source=Path("a.csv"), horizon=2, out=Path("runs/backtest"))


def test_the_request_has_no_field_that_the_command_line_cannot_set():
    reached = {path for _, path, _ in [*OPTIONS.values(), *ALONE.values()]} | {"source", "horizon", "out", "data"}
    fields = {field.name for field in dataclasses.fields(BacktestRequest)}
    fields |= {f"data.{field.name}" for field in dataclasses.fields(DataOptions)}
    assert fields == reached


def test_the_result_for_people(sextet, use_case, found, monkeypatch):
    monkeypatch.setenv("COLUMNS", "220")
    use_case("sextet.app.backtest", "backtest", found)
    result = sextet("backtest", "a.csv", "--horizon", 2)
    told, beside = result.stdout, result.stderr
    assert "Leaderboard of 2,785 windows (557 cutoffs x 5 series), best MAE first" in told
    assert "MAE on spikes is of the 1,012 points that are spikes." in told.splitlines()
    assert "+16.7 %  " in next(line for line in told.splitlines() if "GRU" in line)
    assert "+33.3 % ~" in next(line for line in told.splitlines() if "Seasonal naive" in line)
    assert "99.0" not in told  # a difference of the pinball is not one of the MAE
    assert "~ the difference may be chance" in told
    assert "61.2" in told and "9.750" in told
    assert "standardised" in told and "0.3525" in told
    assert "note: Note 7." in beside and "Note 8." not in beside and "3 more notes" in beside and "note" not in told
    assert f"report    {found.report}" in told.splitlines()


def test_nothing_is_said_of_what_was_not_asked(sextet, use_case, found):
    rows = tuple({key: value for key, value in row.items() if not key.startswith("spike")} for row in found.leaderboard)
    bare = dataclasses.replace(found, leaderboard=rows, scaled_rows=(), comparison=(), cutoffs=1, series=3000)
    use_case("sextet.app.backtest", "backtest", bare)
    told = sextet("backtest", "a.csv", "--horizon", 2).stdout
    assert "standardised" not in told and "may be chance" not in told and "spikes" not in told
    assert "2,785 windows (at most 1 cutoff x 3,000 series)" in told  # some series have no cutoff


def test_json_is_the_whole_of_standard_output(sextet, use_case, found):
    use_case("sextet.app.backtest", "backtest", found)
    value = json.loads(sextet("backtest", "a.csv", "--horizon", 2, "--json").stdout)
    assert (value["windows"], value["points"], value["folder"]) == (2785, 1200, str(found.folder))
    assert value["comparison"][2]["p_value"] is None and len(value["notes"]) == 11


def test_interrupted_says_that_it_goes_on(sextet, use_case, tmp_path):
    use_case("sextet.app.backtest", "backtest", KeyboardInterrupt())
    result = sextet("backtest", "a.csv", "--horizon", 2, "--out", tmp_path)
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")
    (tmp_path / "backtest.json").write_text("{}")
    result = sextet("backtest", "a.csv", "--horizon", 2, "--out", tmp_path)
    assert (
        result.stderr == f"Interrupted. What was finished is kept at {tmp_path}; the same command goes on from there.\n"
    )


def test_what_is_wrong_exits_2(sextet, use_case):
    use_case("sextet.app.backtest", "backtest", ConfigError("There is no baseline 'x'."))
    result = sextet("backtest", "a.csv", "--horizon", 2, "--baselines", "x")
    assert (result.exit_code, result.stderr) == (2, "Error: There is no baseline 'x'.\n")
    for wrong in (["--windows", "0"], ["--refit", "-1"], ["--step", "0"], ["--horizon", "two"]):
        assert sextet("backtest", "a.csv", "--horizon", 2, *wrong).exit_code == 2
