"""What every member of a run stands on: the split, the scaled data, the spike labels, the chosen specs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.ridge import Ridge, fit_ridge
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex, WindowShape
from sextet.data.covariates import CovariateScaler
from sextet.data.prepare import Prepared, prepare, shape
from sextet.data.scale import Scaler
from sextet.data.split import Part, Split, make_split, part_windows
from sextet.data.windows import draw_windows, windows, with_observed
from sextet.ensemble.probe import choose_transform, past_helps, without_drift
from sextet.specs.defaults import longest_lookback, resolved
from sextet.specs.presets import MemberSpec
from sextet.specs.run_config import RunConfig
from sextet.specs.situation import Situation
from sextet.spikes.labels import SpikeModel, fit_spikes

TRAIN_WINDOWS = 1_000_000  # most windows listed to draw from; more would cost memory and teach nothing
WEIGH_VALUES = 8_000_000  # most quantile values a member answers for `weigh` or `calibrate`
TEST_VALUES = 26_000_000  # the same for `test`
PHASE_WINDOWS = 64  # fewest cutoffs of one phase, over all series, that weights and calibration are learned from
BIG_ROWS = 2_000_000  # above so many rows the two limits are divided by 8: memory is for the data then


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A run's data and choices, ready for members.

    Attributes:
        config: what was asked.
        prepared: the data; its panel carries the spike labels.
        split: the parts of each series.
        spikes: what a spike is, per series.
        specs: the members with every open field chosen.
        shape: of the windows.
        why: name of a setting that was chosen from the data -> a sentence that says why.
    """

    config: RunConfig
    prepared: Prepared
    split: Split
    spikes: SpikeModel
    specs: tuple[MemberSpec, ...]
    shape: WindowShape
    why: Mapping[str, str] = field(default_factory=dict)

    @property
    def panel(self) -> Panel:
        """The data."""
        return self.prepared.panel

    @cached_property
    def ridge(self) -> Ridge:
        """The linear autoregression that both the leaderboard and the Rule-Based member have; fitted when first asked.

        Raises:
            DataError: there is no window with an observed target to fit on.
        """
        return fit_ridge(self.prepared, self.train_windows(), self.select_windows(), self.shape.horizon)

    def train_windows(self) -> WindowIndex:
        """Windows to train on, with at least one observed target; of big data an even draw."""
        return self._windows_until(self.split.train)

    def known_windows(self) -> WindowIndex:
        """All windows whose targets are known before the test part, drawn likewise."""
        return self._windows_until(self.split.calibrate)

    def _windows_until(self, end: NDArray[np.int64]) -> WindowIndex:
        history = min(self.shape.lookback, max(1, int(self.split.train.min()) // 2))
        start = np.zeros_like(end)
        index = draw_windows(
            self.panel,
            np.maximum(start, history),
            end,
            self.shape.horizon,
            most=TRAIN_WINDOWS,
            seed=self.config.seed,
        )
        return with_observed(self.panel, index, self.shape.horizon)

    def select_windows(self) -> WindowIndex:
        """Windows to choose on, with at least one observed target."""
        most = 4 * self.config.train.select_windows
        index = part_windows(self.panel, self.split, "select", self.shape.horizon, most=most, seed=self.config.seed)
        return with_observed(self.panel, index, self.shape.horizon)

    def scored_windows(self, part: Part) -> WindowIndex:
        """Every window of a part, `config.split.step` rows apart; of big data every n-th cutoff.

        Where the test's cutoffs all lie at one phase of the season, and `weigh` and `calibrate` have enough of that
        phase, they are heard of alone: at another hour of the day other members may know more of the next.

        Where `weigh` or `calibrate` has fewer cutoffs than a horizon has steps, windows that begin in the part and
        reach beyond it are among them; `heard_windows` says which of their targets to leave out. A long horizon has
        but a window or two in a short part, which say nothing of which member to trust.
        """
        horizon, step = self.shape.horizon, self.step(part)
        first, last = self.split.bounds(part)
        if part == "test":
            return part_windows(self.panel, self.split, part, horizon, step=step)
        short = int((last - first).min()) < 2 * horizon
        if self.one_phase:
            first = first + (self.split.calibrate - first) % self.panel.frequency.season
        end = np.minimum(last + horizon - 1, self.panel.known) if short else last
        return windows(self.panel, first, end, horizon, step=step)

    def heard_windows(self, part: Part) -> tuple[WindowIndex, NDArray[np.int64]]:
        """Return the windows of a part, and for each the row of its series from which its targets lie beyond it."""
        index = self.scored_windows(part)
        return index, np.asarray(getattr(self.split, part))[index.series]

    @cached_property
    def one_phase(self) -> bool:
        """Whether weights and calibration are learned from cutoffs at the test's phase of the season alone."""
        season = self.panel.frequency.season
        if season == 1 or self.config.split.step % season:
            return False
        parts = (self.split.bounds(part) for part in ("weigh", "calibrate"))
        return min(int(((last - first) // season).sum()) for first, last in parts) >= PHASE_WINDOWS

    def step(self, part: Part) -> int:
        """Rows between the cutoffs of `scored_windows`: as configured, or more where the answers would be too many."""
        first, last = self.split.bounds(part)
        if part == "test":
            step = self.config.split.step
        else:
            step = self.panel.frequency.season if self.one_phase else 1
        windows = int(np.maximum((last - first - self.shape.horizon) // step + 1, 0).sum())
        values = windows * self.shape.horizon * len(self.shape.levels)
        most = TEST_VALUES if part == "test" else WEIGH_VALUES
        most = most if len(self.panel.y) <= BIG_ROWS else most // 8
        return step * max(1, -(-values // most))


def lay_ground(panel: Panel, config: RunConfig, split: Split | None = None) -> Ground:
    """Split, label, scale and choose; nothing is learned of rows after the train part but what `select` judges.

    Args:
        panel: the data.
        config: what was asked.
        split: the parts; None: as `config.split` says.

    Raises:
        DataError: the data cannot be split, transformed or labelled.
        ConfigError: a spec does not suit it.
    """
    split = split or make_split(panel, config.split, config.horizon)
    why: dict[str, str] = {}
    if config.transform == "auto":
        transform, why["transform"] = choose_transform(panel, split, config.horizon, seed=config.seed)
        config, panel = replace(config, transform=transform), panel.with_notes(why["transform"])
    if config.nonnegative and (below := int((panel.y < 0).sum())):
        panel = panel.with_notes(
            f"{below:,} targets are below zero, which forecasts cannot meet: they are kept at 0 or above (nonnegative)."
        )
    scaler = Scaler.fit(panel, split.train, transform=config.transform, nonnegative=config.nonnegative)  # type: ignore[arg-type]
    spikes = fit_spikes(panel, split.train, threshold=config.spike_threshold)
    panel = replace(panel, label=spikes.label(panel))
    prepared = prepare(panel, scaler, CovariateScaler.fit(panel, split.train))
    if config.train.flip is None:
        flip = without_drift(prepared, split, config.horizon, seed=config.seed)
        config = replace(config, train=replace(config.train, flip=flip))
    helps = past_helps(prepared, split, config.horizon, seed=config.seed)
    situation = replace(situation_of(panel, split, config.horizon), past_helps=helps)
    specs = tuple(resolved(spec, situation, config.lookback) for spec in config.members)
    lookback = longest_lookback(specs, config.lookback, situation)
    return Ground(
        config=config,
        prepared=prepared,
        split=split,
        spikes=spikes,
        specs=specs,
        shape=shape(prepared, lookback, config.horizon, LEVELS),
        why=why,
    )


def situation_of(panel: Panel, split: Split, horizon: int) -> Situation:
    """Return the data in the few numbers that defaults are chosen from."""
    return Situation(
        horizon=horizon,
        season=panel.frequency.season,
        seasons=panel.frequency.seasons,
        series=panel.series,
        length=max(1, int(np.median(split.train))),
        rows=int(split.train.sum()),
        covariates=len(panel.past_names) + len(panel.future_names),
    )
