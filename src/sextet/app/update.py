"""Re-estimate a run's weights and calibration on new data, without retraining."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sextet.core.progress import Progress, Silent
from sextet.data.options import DataOptions
from sextet.runtime.reading import fresh_panel
from sextet.runtime.run import Run
from sextet.runtime.run_folder import RunFolder
from sextet.runtime.state import state_arrays

SILENT = Silent()


@dataclass(frozen=True, kw_only=True)
class UpdateResult:
    """What an update changed.

    Attributes:
        before, after: scores on the newest data, in scaled space, of what the run held and of what it holds now; for
            this its weights and calibration were fitted on older data alone.
        rejected: the same of new weights that were not taken since they did worse; None where they were taken.
        weights: those that the run holds now, averaged over steps, by member.
        notes: one sentence each.
    """

    before: dict[str, float]
    after: dict[str, float]
    rejected: dict[str, float] | None
    weights: dict[str, float]
    notes: tuple[str, ...]


def update(run: Path, *, data: Any, options: DataOptions | None = None, progress: Progress = SILENT) -> UpdateResult:
    """Learn weights and calibration anew and put them into the run, all at once or not at all.

    Raises:
        RunError: the run is damaged.
        DataError: too little data came after the run's training.
    """
    from sextet.ensemble.update import update_run

    loaded = Run.load(run)
    progress.stage("reading the data")
    done = update_run(loaded, fresh_panel(loaded, data, options=options), progress)
    folder = RunFolder(run)
    names = [name for name in folder.manifest["files"] if name != folder.state]
    folder.seal(names, folder.write_state(state_arrays(done.run)))
    mean = done.run.combination.weights.table.mean(axis=(0, 1, 2))
    return UpdateResult(
        before=done.before,
        after=done.after,
        rejected=done.rejected,
        weights={name: float(w) for name, w in zip(done.run.crew.names, mean, strict=True)},
        notes=done.notes,
    )
