"""Forecasts every window of a fold with every model and adds up how each did, in memory that no test outgrows.

Windows come in chunks: several whole series together, or a part of a long one. Of a chunk the quantiles of all
windows are held at once, since the online calibration of a series goes through its windows in order of time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.backtesting.fold_fit import FoldFit
from sextet.backtesting.fold_scores import FoldScores, merge
from sextet.backtesting.forecast_file import ForecastFile
from sextet.baselines.history import targets as scaled_targets
from sextet.combine.online import OnlineCalibration
from sextet.core.progress import Progress
from sextet.core.quantiles import MEDIAN, interval, read_quantiles
from sextet.core.window import WindowIndex
from sextet.data.scale import Scaler
from sextet.data.windows import ordinals_of, targets
from sextet.ensemble.baselines import failures_of
from sextet.ensemble.examining import ENSEMBLE, ONLINE, PERCENTS
from sextet.ensemble.ruling import Left, joined, ruling_of
from sextet.ensemble.warning import ALONE, RIVAL
from sextet.ensemble.warning import ENSEMBLE as BLENDED
from sextet.metrics.alarms import AlarmTally
from sextet.metrics.breakdown import Places, breakdown, places
from sextet.metrics.exceedance import mass_of
from sextet.metrics.lead_time import LeadEvidence
from sextet.metrics.leaderboard import tally
from sextet.rules.user_rules import UserRules
from sextet.runtime.crew import BATCH, spike_probability
from sextet.spikes.alert_policy import AlertPolicy, alert_steps

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]

CHUNK_VALUES = 8_000_000  # quantile values of one model that are held at once: 32 MB
_TOLD_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class Yardstick:
    """What scores are measured by; the same for all folds.

    Attributes:
        standard: mean and standard deviation of each series' first training part.
        mase: `[S]` denominators of MASE, of the same rows.
        rules: the user's rules that act on the ensemble's answer.
    """

    standard: Scaler
    mase: Reals
    rules: UserRules


class FoldScoring:
    """Scores windows with what was fitted for their fold.

    Attributes:
        scores: so far.
    """

    def __init__(self, fit: FoldFit, yardstick: Yardstick, file: ForecastFile | None) -> None:
        """Score with `fit`; forecasts also go to `file`, where there is one."""
        self._fit, self._yardstick, self._file = fit, yardstick, file
        self._prepared, self._panel = fit.ground.prepared, fit.ground.panel
        self._ruling = ruling_of(fit.ground, yardstick.rules, fit.policies)
        self._silent = not np.isfinite(fit.policies.own.threshold)
        self.scores = FoldScores(truth=np.zeros(self._panel.series), fit_seconds=dict(fit.seconds), notes=fit.notes)

    def run(self, index: WindowIndex, progress: Progress) -> FoldScores:
        """Forecast and score the windows `index`, in order of series and time."""
        shape = self._fit.crew.shape
        size = max(BATCH, CHUNK_VALUES // (shape.horizon * len(shape.levels)))
        online, last, told = self._fit.combination.online, -1, time.monotonic()
        for part in chunks(index.series, size):
            some = index.take(part)
            own = np.unique(some.series)
            if last != own[0]:
                online = self._fit.combination.online.only(own)
            online, last = self._chunk(some, online), int(own[-1]) if len(own) == 1 else -1
            if time.monotonic() - told > _TOLD_SECONDS and part.stop < len(index):
                told = time.monotonic()
                progress.stage(f"forecast {part.stop:,} of {len(index):,} windows")
        self.scores.windows += len(index)
        self.scores.notes = (*self.scores.notes, *failures_of(self._fit.baselines))
        return self.scores

    def _chunk(self, index: WindowIndex, online: OnlineCalibration) -> OnlineCalibration:
        horizon = self._fit.crew.shape.horizon
        here = _Chunk(
            index=index,
            target=scaled_targets(self._prepared, index, horizon),
            truth=targets(self._panel, index, horizon)[0],
            where=places(self._panel, index, horizon),
            spike=self._spiked(index, horizon),
        )
        raw, warned, columns = self._members(here)
        here = replace(here, warned=warned)
        start = time.perf_counter()
        static = self._fit.combination.calibration.apply(raw)
        self._took(ENSEMBLE, start)
        start = time.perf_counter()
        number = np.searchsorted(np.unique(index.series), index.series)
        adapted, online = online.advance(raw, here.target, number, ordinals_of(self._panel, index))
        self._took(ONLINE, start)
        del raw
        intervals: dict[str, Floats] = {}
        seen = warned if self._ruling.rules.final else None  # by rules; the alarms are those of what is shipped
        for name, z, chance in ((ENSEMBLE, static, seen), (ONLINE, adapted, warned)):
            left = self._judged(name, z, here, chance)
            intervals |= _columns(name, left.quantiles)
        if warned is not None and left.score is not None and left.probability is not None:
            columns["spike_probability"] = self._alarms(warned, left.score, left.probability, here)
        standard = self._yardstick.standard.to_z(here.truth, index.series)
        self.scores.truth += np.bincount(
            index.series, weights=np.nansum(np.abs(standard), axis=1), minlength=self._panel.series
        )
        if self._file is not None:
            self._file.add(index, here.truth, intervals | columns)
        return online

    def _members(self, here: _Chunk) -> tuple[Floats, Floats | None, dict[str, Floats]]:
        """The weighted quantiles, the spike probability, and each model's median; members and baselines are judged."""
        fit, seconds = self._fit, self.scores.answer_seconds
        shape, count = fit.crew.shape, len(here.index)
        raw = np.empty((count, shape.horizon, len(shape.levels)), dtype=np.float32)
        warned = None if self._silent else np.empty((count, shape.horizon), dtype=np.float32)
        names = (*fit.crew.names, *fit.baselines)
        medians = {name: np.empty((count, shape.horizon), dtype=np.float32) for name in names}
        for part, answers in fit.crew.batches(self._prepared, here.index, seconds=seconds):
            some = here.take(part)
            start = time.perf_counter()
            raw[part] = fit.combination.raw(answers, some.index.series)
            self._took(ENSEMBLE, start)
            probability = spike_probability(answers)
            if warned is not None and probability is not None:
                warned[part] = probability
            said = {name: answer.quantiles for name, answer in answers.items()}
            for name, baseline in fit.baselines.items():
                start = time.perf_counter()
                said[name] = baseline.answer(self._prepared, some.index).quantiles
                self._took(name, start)
            for name, z in said.items():
                medians[name][part] = self._add(name, z, some)[..., MEDIAN]
        return raw, warned, medians

    def _judged(self, name: str, z: Floats, here: _Chunk, warned: Floats | None) -> Left:
        """Judge what rules leave of the ensemble's scaled quantiles `[W, H, Q]` batch by batch, and return it."""
        parts = []
        for low in range(0, len(z), BATCH):
            part = slice(low, low + BATCH)
            some = here.take(part)
            left = self._ruling.left(z[part], some.index, None if warned is None else warned[part])
            self._score(name, left.quantiles, some)
            parts.append(replace(left, quantiles=left.quantiles.astype(np.float32)))
        return joined(parts)

    def _add(self, name: str, z: Floats, some: _Chunk) -> Reals:
        """Add the scores of scaled quantiles; return them in the unit of the target."""
        quantiles = self._prepared.scaler.from_z(z, some.index.series)
        self._score(name, quantiles, some)
        return quantiles

    def _score(self, name: str, quantiles: NDArray[np.floating], some: _Chunk) -> None:
        scale = self._yardstick.mase[some.index.series]
        merge(self.scores.models, {name: breakdown(some.where, some.truth, quantiles, scale=scale, percents=PERCENTS)})
        if some.spike.any():
            found = tally(some.truth[some.spike][None], quantiles[some.spike][None], percents=PERCENTS)
            merge(self.scores.spikes, {name: found})

    def _spiked(self, index: WindowIndex, horizon: int) -> NDArray[np.bool_]:
        rows = index.row[:, None] + np.arange(horizon)
        label = self._panel.label
        return np.zeros(rows.shape, dtype=bool) if label is None else (label[rows] > 0) & self._prepared.observed[rows]

    def _alarms(
        self, warned: Floats, score: NDArray[np.floating], blended: NDArray[np.floating], here: _Chunk
    ) -> Floats:
        """Score the warnings as they are shipped, the upper quantile as an alarm, and the member that warns alone."""
        policies = self._fit.policies
        alarms: dict[str, tuple[NDArray[np.floating], float]] = {
            BLENDED: (blended, policies.own.threshold),
            RIVAL: (mass_of(score), policies.rivals[RIVAL].threshold),
            ALONE: (warned, policies.rivals[ALONE].threshold),
        }
        valid = np.isfinite(here.truth)
        for name, (chance, threshold) in alarms.items():
            merge(self.scores.alarms, {name: AlarmTally.of(chance, here.spike, valid, threshold)})
            covered = alert_steps(chance, AlertPolicy(threshold=threshold))
            leads = LeadEvidence.of(covered, here.spike, here.index.series, here.index.row)
            merge(self.scores.leads, {name: leads})
        return np.asarray(blended, dtype=np.float32)

    def _took(self, name: str, start: float) -> None:
        seconds = self.scores.answer_seconds
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start


@dataclass(frozen=True, kw_only=True)
class _Chunk:
    """Windows and what came true.

    Attributes:
        index: the windows.
        target, truth: `[W, H]`, scaled and in its unit; NaN where missing.
        where: the windows' places.
        spike: `[W, H]` whether the target is a spike.
        warned: `[W, H]` probability of a spike that a member gives, or None where none does.
    """

    index: WindowIndex
    target: Reals
    truth: Reals
    where: Places
    spike: NDArray[np.bool_]
    warned: Floats | None = None

    def take(self, part: slice) -> _Chunk:
        return replace(
            self,
            index=self.index.take(part),
            target=self.target[part],
            truth=self.truth[part],
            where=self.where.take(part),
            spike=self.spike[part],
            warned=None if self.warned is None else self.warned[part],
        )


def chunks(series: NDArray[np.integer], size: int) -> Iterator[slice]:
    """Cut windows, ordered by `series [W]`, into slices of at most `size`: whole series, or parts of one longer."""
    ends = np.append(np.flatnonzero(np.diff(series)) + 1, len(series)).tolist() if len(series) else []
    first = last = 0
    for end in ends:
        if end - first > size and last > first:
            yield slice(first, last)
            first = last
        if end - first > size:  # one long series
            for low in range(first, end, size):
                yield slice(low, min(low + size, end))
            first = end
        last = end
    if last > first:
        yield slice(first, last)


def _columns(name: str, quantiles: Floats) -> Mapping[str, Floats]:
    """The columns of the ensemble: its median, where not adapted, and its intervals."""
    out = {ENSEMBLE: quantiles[..., MEDIAN]} if name == ENSEMBLE else {}
    for percent in PERCENTS:
        bounds = read_quantiles(quantiles, interval(percent))
        out[f"{name}-lo-{percent:g}"] = bounds[..., 0].astype(np.float32)
        out[f"{name}-hi-{percent:g}"] = bounds[..., 1].astype(np.float32)
    return out
