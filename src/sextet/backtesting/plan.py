"""Which windows a backtest forecasts, and how time is cut for the fit that forecasts each of them.

A cutoff is a row of a series; cutoff j of each series lies j x step rows after the end of validation. A fold is
`refit` consecutive cutoffs that one fit forecasts. Before each fold the parts move on with it: training grows,
select, weigh and calibrate keep their lengths, and calibrate ends just before the fold's first target.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.data.split import Split, SplitConfig, make_split, part_windows

Rows = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The folds of a backtest.

    Attributes:
        splits: one a fold; its test part holds the fold's windows and no others.
        horizon: steps forecast.
        step: rows between cutoffs.
        cutoffs: most cutoffs that a series has.
    """

    splits: tuple[Split, ...]
    horizon: int
    step: int
    cutoffs: int

    def __len__(self) -> int:
        """Number of folds."""
        return len(self.splits)

    def windows(self, panel: Panel, fold: int) -> WindowIndex:
        """Every window of a fold, in order of series and time."""
        return part_windows(panel, self.splits[fold], "test", self.horizon, step=self.step)

    def count(self, panel: Panel) -> int:
        """Number of windows of all folds."""
        return sum(len(self.windows(panel, fold)) for fold in range(len(self)))


def make_plan(panel: Panel, config: SplitConfig, horizon: int, refit: int = 0) -> Plan:
    """Plan a backtest of every cutoff of the test part, `config.step` rows apart.

    Args:
        panel: the data.
        config: how time is cut.
        horizon: steps forecast.
        refit: cutoffs that a fit forecasts; 0: all, so that members are fitted once.

    Raises:
        ConfigError: there is no test part, or the parts hold no window.
        DataError: a series is too short.
    """
    if not config.tests:
        raise ConfigError("A backtest needs a test part: give windows, or a test share above 0.")
    if refit < 0:
        raise ConfigError(f"Expected refit to be 0 (fit once) or a number of cutoffs; got {refit}.")
    base = make_split(panel, config, horizon)
    cutoffs = int(((base.test - base.calibrate - horizon) // config.step).max()) + 1
    each = refit or cutoffs
    splits = tuple(_moved(base, first, each, horizon, config.step) for first in range(0, cutoffs, each))
    return Plan(splits=splits, horizon=horizon, step=config.step, cutoffs=cutoffs)


def _moved(base: Split, first: int, count: int, horizon: int, step: int) -> Split:
    """The split whose test part holds `count` cutoffs from the one numbered `first` on; a series may have fewer."""
    calibrate = np.minimum(base.calibrate + first * step, base.test)
    last = np.minimum(base.calibrate + (first + count - 1) * step + horizon, base.test)
    on: Rows = calibrate - base.calibrate
    return Split(
        train=base.train + on,
        select=base.select + on,
        weigh=base.weigh + on,
        calibrate=calibrate,
        test=np.maximum(last, calibrate),
    )
