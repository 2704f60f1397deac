"""Re-estimates weights and calibration on new data, without retraining a member."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import DataError
from sextet.core.panel import Panel
from sextet.core.progress import Progress, Silent
from sextet.data.local_stamps import minute_text
from sextet.data.windows import draw_windows, with_observed
from sextet.ensemble.combining import ask, calibrated, evidence_of, learn_weights, refitted
from sextet.ensemble.ground import WEIGH_VALUES
from sextet.metrics.leaderboard import score
from sextet.runtime.combination import Combination
from sextet.runtime.joining import joined, with_absent
from sextet.runtime.run import Run
from sextet.runtime.stored_panel import tail

SILENT = Silent()


@dataclass(frozen=True, kw_only=True)
class Update:
    """What an update changed.

    Attributes:
        run: the run with its new state.
        before, after: scores on the newest half of the new data, in scaled space, of the weights and the calibration
            that the run had and of those that it has; for this both were fitted on older data alone.
        rejected: the same of new weights that were not taken since they did worse; None where they were taken.
        notes: one sentence each.
    """

    run: Run
    before: dict[str, float]
    after: dict[str, float]
    rejected: dict[str, float] | None
    notes: tuple[str, ...]


def update_run(run: Run, panel: Panel, progress: Progress = SILENT) -> Update:
    """Learn weights on the older half of what came after training and calibration on the newer half.

    What is scored is fitted on the older half alone; then calibration is fitted on the newer half, for use. New
    weights that do worse than the old ones there are not taken.

    Raises:
        DataError: fewer rows came after the run's training than two horizons and a step, or all of the data are older
            than what the run has seen.
    """
    behind = _behind(run.history, panel)
    panel = joined(run.history, panel)
    prepared = run.prepared(panel)
    horizon, own = run.config.horizon, run.numbers(panel)
    start, middle, end = _halves(run, panel, own, horizon)
    most = max(64, WEIGH_VALUES // (horizon * len(run.crew.shape.levels)))
    weigh = with_observed(panel, draw_windows(panel, start, middle, horizon, most=most, seed=run.config.seed), horizon)
    judge = with_observed(panel, draw_windows(panel, middle, end, horizon, most=most, seed=run.config.seed), horizon)
    if not len(weigh) or not len(judge):
        raise DataError("The data that came after the run's training has no observed target to learn from.")
    series = len(run.scaler.ids)
    progress.stage("answering the new data")
    weighed, heard = ask(run.crew, prepared, weigh), ask(run.crew, prepared, judge)
    weights = learn_weights(run.crew, weighed, own, series)
    trial = calibrated(weights, run.crew, weighed, panel, own, series)
    numbers = own[judge.series]

    def judged(combination: Combination) -> dict[str, float]:
        return score(heard.target, combination.calibration.apply(combination.raw(heard.answers, numbers)))

    before, after, rejected = judged(run.combination), judged(trial), None
    notes = behind
    if after["pinball"] > before["pinball"] and len(run.crew.names) > 1:  # of one member the weights are the same
        rejected, weights = after, run.combination.weights
        after = judged(calibrated(weights, run.crew, weighed, panel, own, series))
        worse, known = apart(rejected["pinball"], before["pinball"])
        notes = (
            *behind,
            f"New weights did worse on the newest data (mean pinball {worse} against {known}), so the old ones stay; "
            "calibration was learned anew.",
        )
    else:
        told = [evidence_of(run.crew, part, own, series) for part in (weighed, heard)]
        weights = refitted(weights, told[0].with_more(told[1]), series)
    final = calibrated(weights, run.crew, heard, panel, own, series)
    fresh = replace(run, combination=final.settled(), history=with_absent(tail(panel, run.kept), run.history))
    return Update(run=fresh, before=before, after=after, rejected=rejected, notes=notes)


def _behind(history: Panel, panel: Panel) -> tuple[str, ...]:
    """Say which series end before what the run has seen of them: their forecasts will begin there.

    Raises:
        DataError: all do; the newest rows that the run holds would be lost.
    """
    at = {name: s for s, name in enumerate(history.ids)}
    ends, known = panel.first + panel.known, history.first + history.known
    older = [s for s, name in enumerate(panel.ids) if name in at and ends[s] < known[at[name]]]
    if not older:
        return ()
    first = older[0]
    end, seen = (
        minute_text(history.frequency.stamps(np.array([ordinal - 1]))[0], history.tz)
        for ordinal in (ends[first], known[at[panel.ids[first]]])
    )
    if len(older) == panel.series:
        raise DataError(
            f"The data of series {panel.ids[first]!r} end at {end}, before the {seen} that the run has seen. Give data "
            "that go on from there."
        )
    more = f", and {len(older) - 1} more do so" if len(older) > 1 else ""
    return (
        f"The data of series {panel.ids[first]!r} end at {end}, before the {seen} that the run had seen{more}: "
        "forecasts begin there.",
    )


def apart(first: float, second: float) -> tuple[str, str]:
    """Write two numbers with as many digits, four at least, as it takes to tell them apart."""
    for digits in range(4, 17):
        texts = f"{first:.{digits}g}", f"{second:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def _halves(
    run: Run, panel: Panel, own: NDArray[np.int64], horizon: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """First row, middle and end row, `[S]`, of what came after training in each series.

    The first windows have the members' lookback before them, as far as that leaves half of the rows: new data may
    begin where the history that the run keeps was cut, and what members say of a cut window tells little of them.
    """
    until = np.asarray(run.settings["trained_until"], dtype=np.int64)
    start = np.where(own >= 0, np.maximum(until[np.maximum(own, 0)] - panel.first, 0), 0)
    end = panel.known
    room = np.minimum(end // 2, end - (2 * horizon + 1))
    start = np.maximum(start, np.minimum(room, run.crew.shape.lookback))
    if int((end - start).max(initial=0)) < 2 * horizon + 1:
        raise DataError(
            f"An update needs at least {2 * horizon + 1} rows after the run's training in some series; the data "
            f"has {int((end - start).max(initial=0))}. Give more recent data, or train again."
        )
    return start, start + (end - start) // 2, end
