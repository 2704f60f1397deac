"""Fills the report's view from a fitted run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sextet.ensemble.baselines import NAIVE
from sextet.ensemble.environment import environment
from sextet.ensemble.examining import Examination
from sextet.ensemble.outcome import Outcome
from sextet.report.build import build_view
from sextet.report.evaluation import About, Evaluation, SpikeTest
from sextet.report.view import ReportView
from sextet.runtime.run import Run


def report_view(
    run: Run,
    outcome: Outcome,
    tested: SpikeTest | None,
    trainings: Mapping[str, Mapping[str, Any]],
    seconds: float,
) -> ReportView:
    """Return the view of the report: the test, the next forecast, training curves and data quality."""
    where = environment()
    about = About(
        title=str(run.settings["source"]),
        unit=str(run.settings["unit"]),
        created=str(where["created"]),
        horizon=run.config.horizon,
        lookback=run.crew.shape.lookback,
        seed=run.config.seed,
        members=run.crew.names,
        versions=where["versions"],  # type: ignore[arg-type]
        facts={"Time to train, combine and test": f"{seconds:,.0f} s on {where['processors']} processors"},
        notes=(*run.combination.weights.notes, *run.combination.calibration.notes),
    )
    forecast, panel, exam = None, outcome.ground.panel, outcome.exam
    if not panel.future_names or int((panel.lengths - panel.known).min()) >= run.config.horizon:
        forecast = run.forecast()
    return build_view(
        about,
        panel,
        evaluation=None if exam is None else evaluation_of(exam, run, tested),
        forecast=forecast,
        histories={name: _history(training) for name, training in trainings.items() if training["history"]},
    )


def evaluation_of(exam: Examination, run: Run, tested: SpikeTest | None) -> Evaluation:
    """Return what the report draws the test from."""
    weights = run.combination.weights.report()
    return Evaluation(
        index=exam.index,
        target=exam.target,
        levels=run.crew.shape.levels,
        quantiles=exam.quantiles,
        online=exam.online,
        members=exam.members,
        baselines=exam.baselines,
        reference=NAIVE,
        weights=exam.weights,
        spike_weights=weights.get("spike_weights", {}),  # type: ignore[arg-type]
        leaderboard=exam.rows,
        spikes=tested,
    )


def _history(training: Mapping[str, Any]) -> dict[str, list[float]]:
    epochs = training["history"]
    return {
        "loss": [epoch["loss"] for epoch in epochs],
        "select": [epoch["select"] for epoch in epochs],
        "kept": [training["best_epoch"] - 1],
        "seconds": [training["seconds"]],
    }
