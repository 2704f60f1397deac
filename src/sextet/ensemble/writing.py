"""Writes a fitted run to its folder and seals it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sextet.core.files import write_text
from sextet.ensemble.environment import environment
from sextet.ensemble.outcome import Outcome
from sextet.ensemble.view import report_view
from sextet.ensemble.warning import spike_test, warning_scores
from sextet.planner.timing.step_times import STEPS
from sextet.runtime.run import CONFIG, RULES, SCALER, SPIKES, Run
from sextet.runtime.run_folder import RunFolder
from sextet.runtime.state import state_arrays
from sextet.specs.codec import to_plain

METRICS, TRAINING, ENVIRONMENT, VIEW = "metrics.json", "training.json", "environment.json", "view.json"
LOG = "log.jsonl"


def write_run(run: Run, outcome: Outcome, folder: RunFolder, seconds: Mapping[str, float]) -> None:
    """Write every file of the run; the manifest comes last.

    Args:
        run: ready to forecast.
        outcome: what it was made of.
        folder: being built; the members are there already.
        seconds: wall time by stage.
    """
    exam, recruits = outcome.exam, outcome.recruits
    tested = spike_test(exam, outcome.policies, outcome.ground.prepared) if exam else None
    trainings = {name: to_plain(training) for name, training in recruits.trainings.items()}
    folder.write_json(CONFIG, dict(run.settings))
    scalers = {"target": run.scaler.to_arrays(), "covariates": run.covariates.to_arrays()}
    folder.write_arrays(SCALER, {f"{part}.{k}": v for part, arrays in scalers.items() for k, v in arrays.items()})
    folder.write_arrays(SPIKES, run.spikes.to_arrays())
    metrics = {
        "rows": exam.rows if exam else [],
        "scaled_rows": exam.scaled_rows if exam else [],
        "windows": len(exam.index) if exam else 0,
        "step": outcome.ground.step("test"),
        "weights": run.combination.weights.report(),
        "spikes": warning_scores(tested, exam.index if exam else None),
    }
    folder.write_json(METRICS, _plain(metrics))
    folder.write_json(TRAINING, _plain({"members": trainings, "seconds": dict(seconds)}))
    folder.write_json(ENVIRONMENT, environment())
    folder.write_json(VIEW, report_view(run, outcome, tested, trainings, sum(seconds.values())))
    written = [CONFIG, SCALER, SPIKES, METRICS, TRAINING, ENVIRONMENT, VIEW, *recruits.files]
    written += [name for name in (LOG, STEPS) if (folder.path / name).is_file()]
    if outcome.source.rules:
        write_text(folder.path / RULES, outcome.source.rules)
        written.append(RULES)
    folder.seal(written, folder.write_state(state_arrays(run)))


def write_log(path: Path, logs: Sequence[Path]) -> None:
    """Write the metrics of every epoch of every member to one file, from one file a member; without any, nothing."""
    if lines := "".join(log.read_text(encoding="utf-8") for log in logs if log.is_file()):
        write_text(path, lines)


def _plain(value: Any) -> Any:
    """Return numbers as JSON has them: NaN and infinity become null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    return value
