"""The demonstration: glucose readings of one person, an hour ahead."""

from __future__ import annotations

from pathlib import Path

from sextet.app.requests import TrainRequest, TrainResult
from sextet.app.train import train
from sextet.core.progress import Progress, Silent

SILENT = Silent()


def demo(out: Path, progress: Progress = SILENT, quick: bool = True) -> TrainResult:
    """Train all six members on the glucose sample and write the run to `out`.

    Raises:
        DependencyError: the sample data or TensorFlow is not installed.
    """
    from sextet.samples import glucose

    request = TrainRequest(
        source=glucose(),
        horizon=12,
        out=out,
        quick=quick,
        test=0.2,
        step=12,
        unit="mg/dL",
        title="Glucose of one person, an hour ahead",
    )
    return train(request, progress)
