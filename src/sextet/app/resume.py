"""Go on with a training that was stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sextet.app.configuration import with_means
from sextet.app.hiring import hired
from sextet.app.requests import TrainResult
from sextet.app.train import told
from sextet.core.progress import Progress, Silent
from sextet.ensemble.device import settle, verify
from sextet.runtime.unfinished import Unfinished

SILENT = Silent()


def resume(
    run: Path, progress: Progress = SILENT, *, device: str | None = None, ray: str | None = None, **means: Any
) -> TrainResult:
    """Go on with the training of `run` that was stopped, until the run is whole and at its place.

    Args:
        run: folder of the run to be, or the folder of the unfinished training itself.
        progress: told how it goes.
        device: on what it goes on; None: as was asked.
        ray: address of a Ray cluster whose nodes go on with it; None: this machine.
        means: fields of `ComputeConfig`, likewise.

    Raises:
        RunError: there is no such training, or it is damaged.
        ConfigError: another process is going on with it.
        HardwareError, TrainingError, DependencyError: as of `app.train.train`.
    """
    from sextet.ensemble.keeping import asked_before, resume_at

    unfinished = Unfinished.at(run)
    asked = asked_before(unfinished)
    said = {name: value for name, value in means.items() if value is not None}
    compute = with_means(asked.config.compute, **said)
    asked = replace(asked, device=device or asked.device, config=replace(asked.config, compute=compute))
    if settle(asked.device, members=asked.config.members):
        verify()
    with hired(asked.device, ray, progress, compute.gpus) as hands:
        return told(unfinished.out, resume_at(unfinished, asked, progress, hands))
