"""Train a run: data in, a folder out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sextet.app.configuration import config_of
from sextet.app.hiring import hired
from sextet.app.requests import TrainRequest, TrainResult
from sextet.core.panel import Panel
from sextet.core.progress import Progress, Silent
from sextet.data.fitting import read_to_fit
from sextet.ensemble.device import settle, verify
from sextet.rules.given_rules import given_rules

if TYPE_CHECKING:
    from sextet.ensemble.fit import Fit

SILENT = Silent()
REPORT = "report.html"


def train(request: TrainRequest, progress: Progress = SILENT) -> TrainResult:
    """Train a run and put it at `request.out`; a run that was there is replaced only when the new one is whole.

    Where a training of the same request was stopped, it is gone on with.

    Raises:
        DataError, ConfigError: the data or an option cannot be used, another process is training there, or a training
            of another request was stopped there.
        DependencyError: TensorFlow is not installed.
        HardwareError: a GPU is there, or was asked for, and would be left unused.
        TrainingError: a member did not learn.
    """
    from sextet.ensemble.asked import Asked, path_of
    from sextet.ensemble.keeping import train_at

    asked = Asked(
        config=config_of(request),
        name=request.title or source_name(request.source),
        data=request.data,
        path=path_of(request.source),
        rules=given_rules(request.rules),
        unit=request.unit,
        device=request.device,
    )
    on_gpu = settle(request.device, members=asked.config.members)

    def read() -> Panel:
        panel = read_to_fit(request.source, request.data, asked.config.split, request.horizon)
        if on_gpu:
            verify()
        return panel

    with hired(request.device, request.ray, progress, asked.config.compute.gpus) as hands:
        return told(request.out, train_at(request.out, asked, read, progress, fresh=request.fresh, hands=hands))


def told(out: Path, fitted: Fit) -> TrainResult:
    """Return what a training made."""
    return TrainResult(
        run=out,
        report=out / REPORT,
        leaderboard=tuple(dict(row) for row in fitted.leaderboard),
        notes=fitted.notes,
        seconds=fitted.seconds,
    )


def source_name(source: object) -> str:
    """Return how the source is called in the report."""
    return Path(source).name if isinstance(source, str | Path) else "a data frame"
