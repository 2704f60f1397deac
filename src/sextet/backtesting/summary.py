"""What a backtest tells: the leaderboards, scores by group, warnings, time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.backtesting.fold_fit import COMBINING
from sextet.backtesting.fold_scores import FoldScores
from sextet.ensemble.baselines import NAIVE
from sextet.ensemble.examining import ENSEMBLE, ONLINE
from sextet.metrics.breakdown import Breakdown, to_plain
from sextet.metrics.leaderboard import Row, Tally, leaderboard

_FIRST = 7  # the sums of a tally before those of intervals, see `metrics.leaderboard.point_sums`


def leaderboard_rows(scores: FoldScores, members: tuple[str, ...]) -> list[Row]:
    """Return one row a model, best MAE first, on the original scale, with scores on spikes and the time spent."""
    rows = leaderboard({name: one.total() for name, one in scores.models.items()}, reference=NAIVE)
    return [
        {**row, **_on_spikes(scores, str(row["model"])), **_time(scores, str(row["model"]), members)} for row in rows
    ]


def scaled_rows(scores: FoldScores, scale: NDArray[np.float64]) -> list[Row]:
    """Return the leaderboard on series standardised by the first training part, with `mse`.

    Args:
        scores: of all folds.
        scale: `[S]` standard deviation of each series there.
    """
    tallies = {name: _standardised(one, scale, scores.truth) for name, one in scores.models.items()}
    return [{**row, "mse": float(row["rmse"]) ** 2} for row in leaderboard(tallies, reference=NAIVE)]


def by_group(scores: FoldScores, ids: tuple[str, ...]) -> dict[str, Any]:
    """Return the scores by series, step, hour and weekday as plain columns."""
    return to_plain(scores.models, ids)


def warning_rows(scores: FoldScores) -> dict[str, dict[str, float]]:
    """Return the scores of the warnings by name, lead times among them; empty without a member that warns."""
    leads = {name: one.times().summary() for name, one in scores.leads.items()}
    return {name: {**one.scores(), **leads.get(name, {})} for name, one in scores.alarms.items()}


def plain(value: Any) -> Any:
    """Return values as JSON has them: NaN and infinity become null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def _standardised(one: Breakdown, scale: NDArray[np.float64], truth: NDArray[np.float64]) -> Tally:
    """Sums on the standardised scale: errors and widths of a series divide by its standard deviation."""
    groups, intervals = one.groups["series"], len(one.percents)
    by = 1.0 / scale[groups.keys][:, None]
    sums = groups.sums.copy()
    sums[:, [1, 3]] *= by
    sums[:, [2]] *= by**2
    sums[:, 4] = truth[groups.keys]
    sums[:, _FIRST + intervals :] *= by
    return Tally.of(sums.sum(axis=0), one.percents)


def _on_spikes(scores: FoldScores, name: str) -> Row:
    found = scores.spikes.get(name)
    if found is None:
        return {}
    told = found.scores()
    return {"spike_mae": told["mae"], "spike_pinball": told["pinball"], "spike_n": found.points}


def _time(scores: FoldScores, name: str, members: tuple[str, ...]) -> Row:
    """Seconds to fit a model and to answer with it; the ensemble needs its members first."""
    fit, answer = scores.fit_seconds, scores.answer_seconds
    if name not in (ENSEMBLE, ONLINE):
        return {"fit_seconds": fit.get(name, 0.0), "answer_seconds": answer.get(name, 0.0)}
    own = answer.get(ENSEMBLE, 0.0) + (answer.get(ONLINE, 0.0) if name == ONLINE else 0.0)
    return {
        "fit_seconds": fit.get(COMBINING, 0.0) + sum(fit.get(member, 0.0) for member in members),
        "answer_seconds": own + sum(answer.get(member, 0.0) for member in members),
    }
