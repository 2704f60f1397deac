"""Use cases replaced by recorders, so that a test sees what a command asks and decides what it gets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from sextet.app.requests import TrainResult
from sextet.cli import interrupt
from sextet.cli.main import app

ROW = {
    "mae": 1.5,
    "rmse": 2.5,
    "wape": 0.125,
    "accuracy_percent": 87.5,
    "mase": 0.75,
    "pinball": 0.5,
    "coverage_80": 0.81,
    "width_80": 4.0,
    "coverage_95": 0.94,
    "width_95": 6.0,
    "n": 1200,
    "skill": 0.25,
}
LEADERBOARD = (
    {"model": "sextet (online)", **ROW, "mae": 1.25},
    {"model": "sextet", **ROW},
    {"model": "GRU", **ROW, "mae": 1.75, "skill": float("nan")},
    {"model": "SeasonalNaive", **ROW, "mae": 2.0, "skill": 0.0},
)


class Recorder:
    """A use case that remembers its arguments and gives, or raises, what the test says."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.args: tuple[Any, ...] = ()
        self.kwargs: dict[str, Any] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.args, self.kwargs = args, kwargs
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer(*args, **kwargs) if callable(self.answer) else self.answer


@pytest.fixture
def use_case(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Recorder]:
    """Replace the function `name` of the module `module` by a recorder."""

    def replace(module: str, name: str, answer: Any) -> Recorder:
        recorder = Recorder(answer)
        fake = sys.modules.get(module)
        if not isinstance(fake, FakeModule):
            fake = FakeModule(module)
            monkeypatch.setitem(sys.modules, module, fake)
        setattr(fake, name, recorder)
        return recorder

    return replace


class FakeModule(ModuleType):
    """A module of recorders."""


@pytest.fixture
def leaderboard() -> tuple[dict[str, Any], ...]:
    """Rows of a leaderboard, the ensemble first."""
    return LEADERBOARD


@pytest.fixture
def trained(tmp_path: Path) -> TrainResult:
    """What a training gives."""
    return TrainResult(
        run=tmp_path / "run",
        report=tmp_path / "run" / "report.html",
        leaderboard=LEADERBOARD,
        notes=("Two gaps.",),
        seconds={"reading": 0.5},
    )


@pytest.fixture
def sextet(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run the command line in this process, on a terminal of known width."""
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("SEXTET_DEBUG", raising=False)
    monkeypatch.setattr(interrupt, "_pressed", False)

    def run(*arguments: object) -> Any:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run
