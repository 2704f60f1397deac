"""How each series is cut in time, and the windows that belong to a part.

A window belongs to a part only if all its targets do; its history may reach back into earlier parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError, DataError
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.data.windows import draw_windows, windows

Rows = NDArray[np.int64]
Part = Literal["train", "select", "weigh", "calibrate", "test"]
PARTS: tuple[Part, ...] = ("train", "select", "weigh", "calibrate", "test")


@dataclass(frozen=True, kw_only=True)
class SplitConfig:
    """How each series is cut, in time, into train | select | weigh | calibrate | test.

    Attributes:
        validation: share of a series' rows for `select + weigh + calibrate`, when `test` and bounds are not given.
        test: share of a series' rows for the test; 0 keeps none, for a run meant for use.
        shares: how validation is divided into select, weigh and calibrate.
        train_end, validation_end, test_end: rows of each series (counts from its start) that override the shares.
        step: rows between the cutoffs of consecutive windows in weigh, calibrate and test.
    """

    validation: float = 0.2
    test: float = 0.1
    shares: tuple[float, float, float] = (0.5, 0.25, 0.25)
    train_end: int | None = None
    validation_end: int | None = None
    test_end: int | None = None
    step: int = 1

    def __post_init__(self) -> None:
        """Refuse shares that leave nothing to train on."""
        if not (0 < self.validation < 1 and 0 <= self.test < 1 and self.validation + self.test < 1):
            raise ConfigError(
                "Expected shares with 0 < validation, 0 <= test and validation + test < 1; got "
                f"validation={self.validation:g}, test={self.test:g}."
            )
        if min(self.shares) <= 0 or self.step < 1:
            raise ConfigError(
                f"Expected three shares above 0 and a step of at least 1; got {self.shares}, {self.step}."
            )
        bounds = [b for b in (self.train_end, self.validation_end, self.test_end) if b is not None]
        if bounds != sorted(bounds) or len(set(bounds)) != len(bounds) or (bounds and bounds[0] < 1):
            raise ConfigError(f"Expected 0 < train_end < validation_end < test_end; got {bounds}.")


@dataclass(frozen=True, kw_only=True)
class Split:
    """The end row of each part of each series, `[S]` int64, counted from the series' start."""

    train: Rows
    select: Rows
    weigh: Rows
    calibrate: Rows
    test: Rows

    def bounds(self, part: Part) -> tuple[Rows, Rows]:
        """First target row and end row `[S]` of a part."""
        at = PARTS.index(part)
        start = getattr(self, PARTS[at - 1]) if at else np.zeros_like(self.train)
        return start, getattr(self, part)


def required_rows(config: SplitConfig, horizon: int) -> int:
    """Fewest history rows with which every part of a series holds a window."""
    if config.test_end is not None:
        return config.test_end
    if config.validation_end is not None:
        return config.validation_end + (horizon if config.test > 0 else 0)
    validation = 3 * horizon
    if config.train_end is not None:
        return config.train_end + validation + (horizon if config.test > 0 else 0)
    return 2 * horizon + validation + (horizon if config.test > 0 else 0)


def make_split(panel: Panel, config: SplitConfig, horizon: int, lookback: int = 1) -> Split:
    """Cut every series; a part is never shorter than the horizon, so that it holds a window.

    Args:
        panel: the data; only its history is cut.
        config: shares or bounds.
        horizon: steps forecast.
        lookback: steps of history; windows are padded, so a series may be shorter than it.

    Raises:
        DataError: a series is too short, or none is left.
        ConfigError: explicit bounds leave a part without a window.
    """
    if not panel.series:
        raise DataError("Expected at least one series; the data holds none.")
    need = required_rows(config, horizon)
    short = np.flatnonzero(panel.known < need)
    if len(short):
        s = int(short[0])
        more = f" ({len(short)} series are too short)" if len(short) > 1 else ""
        raise DataError(
            f"Series {panel.ids[s]!r} has {int(panel.known[s])} rows of history; a horizon of {horizon} needs at least "
            f"{need} to train, choose, weigh, calibrate and test{more}. Give a longer history or a shorter horizon, "
            "or leave such series out with --skip-short."
        )
    end = panel.known if config.test_end is None else np.full(panel.series, config.test_end, dtype=np.int64)
    calibrate = _validation_end(config, end, horizon)
    train = _train_end(config, end, calibrate, horizon)
    select, weigh = _divide(config, train, calibrate, horizon)
    split = Split(train=train, select=select, weigh=weigh, calibrate=calibrate, test=end.astype(np.int64))
    for part in PARTS[: 4 if config.test == 0 and config.test_end is None else 5]:
        first, last = split.bounds(part)
        if int((last - first).min()) < horizon + (part == "train"):
            raise ConfigError(
                f"The part {part!r} gets {int((last - first).min())} rows, which hold no window of horizon {horizon}. "
                "Move train_end, validation_end or test_end apart."
            )
    return split


def part_windows(
    panel: Panel,
    split: Split,
    part: Part,
    horizon: int,
    step: int = 1,
    *,
    most: int | None = None,
    seed: int = 0,
) -> WindowIndex:
    """The windows all of whose targets lie in `part`, every `step` rows from the part's first row.

    `most` draws that many at random (by `seed`) without listing all; see `draw_windows`.
    """
    start, end = split.bounds(part)
    if most is not None:
        return draw_windows(panel, start, end, horizon, step=step, most=most, seed=seed)
    return windows(panel, start, end, horizon, step=step)


def _validation_end(config: SplitConfig, end: Rows, horizon: int) -> Rows:
    if config.validation_end is not None:
        return np.full_like(end, config.validation_end)
    if config.test == 0 and config.test_end is None:
        return end.copy()
    out: Rows = end - np.maximum(np.floor(end * config.test).astype(np.int64), horizon)
    return out


def _train_end(config: SplitConfig, end: Rows, calibrate: Rows, horizon: int) -> Rows:
    if config.train_end is not None:
        return np.full_like(end, config.train_end)
    out: Rows = calibrate - np.maximum(np.floor(end * config.validation).astype(np.int64), 3 * horizon)
    return out


def _divide(config: SplitConfig, train: Rows, calibrate: Rows, horizon: int) -> tuple[Rows, Rows]:
    total, rows = sum(config.shares), calibrate - train
    last = np.maximum(np.floor(rows * (config.shares[2] / total)).astype(np.int64), horizon)
    middle = np.maximum(np.floor(rows * (config.shares[1] / total)).astype(np.int64), horizon)
    return calibrate - last - middle, calibrate - last
