"""Fits a run from data: members, weights, calibration, examination, and everything written to its folder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sextet.core.panel import Panel
from sextet.core.progress import Progress
from sextet.ensemble.baselines import fit_baselines
from sextet.ensemble.combining import learn
from sextet.ensemble.environment import environment
from sextet.ensemble.examining import Examination, examine
from sextet.ensemble.ground import Ground, lay_ground, situation_of
from sextet.ensemble.recruiting import Recruits, member_file, recruit
from sextet.ensemble.view import report_view
from sextet.ensemble.warning import Policies, choose_policies, spike_test, warning_scores
from sextet.metrics.leaderboard import Row
from sextet.rules.user_rules import UserRules, parse_rules
from sextet.runtime.combination import Combination
from sextet.runtime.run import CONFIG, RULES, SCALER, SPIKES, Run
from sextet.runtime.run_folder import RunFolder
from sextet.runtime.state import state_arrays
from sextet.runtime.stored_panel import tail
from sextet.specs.codec import to_plain
from sextet.specs.run_config import RunConfig

METRICS, TRAINING, ENVIRONMENT, VIEW = "metrics.json", "training.json", "environment.json", "view.json"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the data came from, for the run's records.

    Attributes:
        name: of the file, or "a data frame".
        options: the reading options as plain values.
        rules: text of the user's rules, or empty.
        unit: unit of the target, or empty.
    """

    name: str = "a data frame"
    options: Mapping[str, Any] = field(default_factory=dict)
    rules: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What a fit made, besides the files.

    Attributes:
        run: ready to forecast.
        leaderboard: best first; empty without a test part.
        notes: what the user should know.
        seconds: wall time by stage.
    """

    run: Run
    leaderboard: tuple[Row, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]


@dataclass
class _Watch:
    """Wall time by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def fit_run(panel: Panel, config: RunConfig, folder: RunFolder, source: Source, progress: Progress) -> Fit:
    """Train, combine, examine and write a run.

    Raises:
        DataError: the data do not suit what was asked.
        TrainingError: a member did not learn or could not be exported.
    """
    watch = _Watch()
    rules = parse_rules(source.rules, source=RULES)
    with watch.stage("prepare"):
        progress.stage("preparing the data")
        ground = lay_ground(panel, config)
    with watch.stage("train"):
        recruits = recruit(ground, folder.path, progress)
    with watch.stage("combine"):
        progress.stage("learning weights and calibration")
        weigh, calibrate = ground.scored_windows("weigh"), ground.scored_windows("calibrate")
        combination, heard = learn(recruits.crew, ground.prepared, weigh, calibrate)
        policies = choose_policies(heard, combination, ground.spikes, ground.prepared)
    exam = None
    with watch.stage("test"):
        index = ground.scored_windows("test")
        if len(index):
            progress.stage("examining on the test part")
            baselines = fit_baselines(ground)
            train_rows = ground.split.train
            exam = examine(recruits.crew, combination, baselines, ground.prepared, index, train_rows)
            combination = replace(combination, online=exam.state)
    with watch.stage("write"):
        progress.stage("writing the run")
        run = _run(ground, recruits, combination.settled(), policies, rules, source)
        _write(run, ground, recruits, exam, policies, folder, source, watch.seconds)
    notes = (*ground.panel.notes, *combination.weights.notes, *combination.calibration.notes)
    notes += tuple(note for training in recruits.trainings.values() for note in training.notes)
    return Fit(run=run, leaderboard=tuple(exam.rows) if exam else (), notes=notes, seconds=watch.seconds)


def _run(
    ground: Ground,
    recruits: Recruits,
    combination: Combination,
    policies: Policies,
    rules: UserRules,
    source: Source,
) -> Run:
    panel, config = ground.panel, replace(ground.config, members=ground.specs, lookback=ground.shape.lookback)
    run = Run(
        config=config,
        crew=recruits.crew,
        combination=combination,
        scaler=ground.prepared.scaler,
        covariates=ground.prepared.covariates,
        spikes=ground.spikes,
        policy=policies.own,
        rules=rules,
        history=panel,
        settings={
            "run": json.loads(config.to_json()),
            "shape": to_plain(ground.shape),
            "members": {spec.name: member_file(spec) for spec in ground.specs},
            "situation": to_plain(situation_of(panel, ground.split, config.horizon)),
            "data": dict(source.options),
            "source": source.name,
            "unit": source.unit,
            # where training ended, as grid ordinals, so that an update never learns weights from what trained
            "trained_until": [int(v) for v in panel.first + ground.split.select],
            "split": {part: [int(v) for v in getattr(ground.split, part)] for part in to_plain(ground.split)},
        },
    )
    return replace(run, history=tail(panel, run.reach))


def _write(
    run: Run,
    ground: Ground,
    recruits: Recruits,
    exam: Examination | None,
    policies: Policies,
    folder: RunFolder,
    source: Source,
    seconds: Mapping[str, float],
) -> None:
    folder.write_json(CONFIG, dict(run.settings))
    scalers = {"target": run.scaler.to_arrays(), "covariates": run.covariates.to_arrays()}
    folder.write_arrays(SCALER, {f"{part}.{k}": v for part, arrays in scalers.items() for k, v in arrays.items()})
    folder.write_arrays(SPIKES, run.spikes.to_arrays())
    written = [CONFIG, SCALER, SPIKES, METRICS, TRAINING, ENVIRONMENT, VIEW, *recruits.files]
    if source.rules:
        from sextet.core.files import write_text

        write_text(folder.path / RULES, source.rules)
        written.append(RULES)
    tested = spike_test(exam, policies, run.spikes, ground.prepared) if exam else None
    rows = {"rows": exam.rows, "scaled_rows": exam.scaled_rows} if exam else {"rows": [], "scaled_rows": []}
    metrics = {
        **rows,
        "windows": len(exam.index) if exam else 0,
        "step": ground.step("test"),
        "weights": run.combination.weights.report(),
        "spikes": warning_scores(tested),
    }
    folder.write_json(METRICS, _plain(metrics))
    trainings = {name: to_plain(training) for name, training in recruits.trainings.items()}
    folder.write_json(TRAINING, _plain({"members": trainings, "seconds": dict(seconds)}))
    folder.write_json(ENVIRONMENT, environment())
    folder.write_json(VIEW, report_view(run, ground, exam, tested, trainings, sum(seconds.values())))
    state = folder.write_state(state_arrays(run))
    folder.seal(written, state)


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
