"""The sizes of a training before it: members and windows as `lay_ground` would choose them.

Nothing is fitted, so that it takes a moment: where `lay_ground` tries whether past covariates help, they are taken to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowShape
from sextet.data.calendar import repeated_cycles
from sextet.data.split import make_split
from sextet.ensemble.budget import rules_time
from sextet.ensemble.ground import TRAIN_WINDOWS, situation_of
from sextet.specs.defaults import longest_lookback, resolved
from sextet.specs.presets import MemberSpec
from sextet.specs.run_config import RunConfig

ROW_BYTES = 8 + 4 + 1
"""Of a row: the target as read and as scaled, and whether it was observed."""


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What is to be trained.

    Attributes:
        specs: the members with every open field chosen.
        shape: of the windows.
        windows: that members learn from, gaps counted in.
        data: bytes that a process holds.
        rules: seconds of the Rule-Based member.
    """

    specs: tuple[MemberSpec, ...]
    shape: WindowShape
    windows: int
    data: int
    rules: float

    def of_part(self, share: float) -> Sketch:
        """Return what it is of the whole, where only a share of the data was looked at."""
        return replace(self, windows=int(self.windows / share), data=int(self.data / share), rules=self.rules / share)


def sketch(panel: Panel, config: RunConfig) -> Sketch:
    """Return the sizes of a training.

    Raises:
        DataError: a series is too short.
        ConfigError: a spec does not suit the data, or the parts hold no window.
    """
    split = make_split(panel, config.split, config.horizon)
    situation = situation_of(panel, split, config.horizon)
    specs = tuple(resolved(spec, situation, config.lookback) for spec in config.members)
    lookback = longest_lookback(specs, config.lookback, situation)
    span = int((panel.first + split.train).max() - panel.first.min())
    ahead = len(panel.future_names) + 2 * len(repeated_cycles(panel.frequency, span))
    history = min(lookback, max(1, int(split.train.min()) // 2))
    windows = int(np.maximum(split.train - config.horizon - history + 1, 0).sum())
    covariates = len(panel.past_names) + len(panel.future_names)
    return Sketch(
        specs=specs,
        shape=WindowShape(
            lookback=lookback,
            horizon=config.horizon,
            past_channels=2 + len(panel.past_names) + ahead,
            future_channels=ahead,
            static_features=len(panel.static_names),
            levels=LEVELS,
        ),
        windows=min(windows, TRAIN_WINDOWS),
        data=len(panel.y) * (ROW_BYTES + 4 * 2 * covariates),
        rules=rules_time(panel, config.horizon, int(split.train.sum()), min(windows, TRAIN_WINDOWS)),
    )
