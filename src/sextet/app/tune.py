"""Search settings: data in, a config file for `train` out."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from sextet.app.configuration import config_of
from sextet.app.hiring import hiring
from sextet.app.requests import TuneRequest, TuneResult
from sextet.core.errors import ConfigError
from sextet.core.files import place_for, write_text
from sextet.core.progress import Progress, Silent
from sextet.data.fitting import read_to_fit
from sextet.ensemble.device import settle, verify
from sextet.tuning.found import Found
from sextet.tuning.plan import Limits
from sextet.tuning.search import Search

SILENT = Silent()
HALF_AN_HOUR = 1800.0


def tune(request: TuneRequest, progress: Progress = SILENT) -> TuneResult:
    """Search within the budget and write the settings to `request.out`; the same request goes on where it ended.

    On an interrupt (Ctrl-C) the best so far is written before KeyboardInterrupt goes on.

    Raises:
        DataError, ConfigError: the data or an option cannot be used, the search beside `out` is about others, or `out`
            is a file that no search wrote.
        DependencyError: Optuna or TensorFlow is not installed.
        HardwareError: a GPU is there, or was asked for, and would be left unused.
        ResourceError: a worker process ran out of memory; what was finished is kept.
    """
    place_for(request.out, "the settings")
    _refuse_other(request.out)
    limits = _limits(request)
    config = config_of(request)
    on_gpu = settle(request.device, members=config.members)
    progress.stage("reading the data")
    panel = read_to_fit(request.source, request.data, config.split, request.horizon)
    if on_gpu:
        verify()
    for note in panel.notes:
        progress.note(note)
    with hiring(request.device, request.ray, progress, config.compute.gpus) as hire:
        search = Search(panel, config, search_folder(request.out), limits, progress, hire)
        try:
            search.run()
            found = search.found()
        except KeyboardInterrupt:
            _write(request.out, search.found(whole=False))
            raise
    _write(request.out, found)
    return TuneResult(
        out=request.out,
        config=json.loads(found.config.to_json()),
        findings=tuple(asdict(finding) for finding in found.findings),
        weigh=dict(found.weigh),
        notes=found.notes,
        seconds=found.seconds,
    )


def search_folder(out: Path) -> Path:
    """Return the folder beside a file of settings that its search is kept in."""
    return out.with_name(f"{out.stem}.search")


def _refuse_other(out: Path) -> None:
    """Refuse to write over a file that no search wrote.

    Raises:
        ConfigError: it is such a file.
    """
    if out.exists() and not search_folder(out).is_dir():
        raise ConfigError(
            f"--out {out}: there is a file of that name, and no search beside it ({search_folder(out).name}) that "
            "wrote it. Give another --out, or move it away."
        )


def _limits(request: TuneRequest) -> Limits:
    for name, value in (("--budget", request.budget), ("--trials", request.trials), ("--workers", request.workers)):
        if value is not None and not value > 0:
            raise ConfigError(f"{name} must be above 0; got {value!r}.")
    seconds = request.budget
    if seconds is None and request.trials is None:
        seconds = HALF_AN_HOUR
    return Limits(seconds=seconds, trials=request.trials, workers=request.workers)


def _write(out: Path, found: Found) -> None:
    write_text(out, found.config.to_json() + "\n")
