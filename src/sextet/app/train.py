"""Train a run: data in, a folder out."""

from __future__ import annotations

from pathlib import Path

from sextet.app.configuration import config_of
from sextet.app.device import settle, verify
from sextet.app.requests import TrainRequest, TrainResult
from sextet.core.errors import ConfigError
from sextet.core.progress import Progress, Silent
from sextet.data.fitting import read_to_fit
from sextet.report.html import write_report
from sextet.runtime.reading import plain_options
from sextet.runtime.run_folder import building

SILENT = Silent()
REPORT = "report.html"


def train(request: TrainRequest, progress: Progress = SILENT) -> TrainResult:
    """Train a run and put it at `request.out`; a run that was there is replaced only when the new one is whole.

    Raises:
        DataError, ConfigError: the data or an option cannot be used.
        DependencyError: TensorFlow is not installed.
        HardwareError: a GPU is there, or was asked for, and would be left unused.
        TrainingError: a member did not learn.
    """
    from sextet.ensemble.fit import fit_run
    from sextet.ensemble.outcome import Source
    from sextet.ensemble.writing import VIEW

    config = config_of(request)
    rules = rules_text(request.rules)
    on_gpu = settle(request.device)
    progress.stage("reading the data")
    panel = read_to_fit(request.source, request.data, config.split, request.horizon)
    for note in panel.notes:
        progress.note(note)
    source = Source(
        name=request.title or source_name(request.source),
        options=plain_options(request.data, panel),
        rules=rules,
        unit=request.unit,
    )
    if on_gpu:
        verify()
    with building(request.out) as folder:
        fitted = fit_run(panel, config, folder, source, progress)
        progress.stage("writing the report")
        write_report(folder.json(VIEW), folder.path / REPORT)
    return TrainResult(
        run=request.out,
        report=request.out / REPORT,
        leaderboard=tuple(dict(row) for row in fitted.leaderboard),
        notes=fitted.notes,
        seconds=fitted.seconds,
    )


def source_name(source: object) -> str:
    """Return how the source is called in the report."""
    return Path(source).name if isinstance(source, str | Path) else "a data frame"


def rules_text(path: Path | None, option: str = "--rules ") -> str:
    """Return the text of a rules file, empty without one; `option` is how messages call it.

    Raises:
        ConfigError: there is no such file, or it is not text.
    """
    if path is None:
        return ""
    if not path.is_file():
        raise ConfigError(f"{option}{path}: there is no such file.")
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors mark the start
    except UnicodeDecodeError as error:
        raise ConfigError(f"{option}{path}: expected UTF-8 text; {error}.") from error
