"""How each series is cut in time, and the windows that belong to a part.

A window belongs to a part only if all its targets do; its history may reach back into earlier parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError, DataError
from sextet.core.kinds import settle_fields
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.data.bounds import Bound, as_bound, end_rows
from sextet.data.split_refusal import too_short, without_targets, without_window
from sextet.data.windows import draw_windows, windows

Rows = NDArray[np.int64]
Part = Literal["train", "select", "weigh", "calibrate", "test"]
PARTS: tuple[Part, ...] = ("train", "select", "weigh", "calibrate", "test")
BOUNDS = ("train_end", "validation_end", "test_end")


@dataclass(frozen=True, kw_only=True)
class SplitConfig:
    """How each series is cut, in time, into train | select | weigh | calibrate | test.

    Attributes:
        validation: share of a series' rows for `select + weigh + calibrate`, when `test` and bounds are not given.
        test: share of a series' rows for the test; 0 keeps none, for a run meant for use.
        windows: cutoffs of the test, counted from the end of each series, `step` rows apart; overrides `test`, and
            `validation` is then a share of what lies before.
        shares: how validation is divided into select, weigh and calibrate.
        train_end, validation_end, test_end: override the shares: rows of each series (counts from its start), or the
            last date or stamp of the part, see `data.bounds`; all three of one kind.
        step: rows between the cutoffs of consecutive windows of the test.
        said: how messages call a field that was not given as an option, by its name: "split.test_end (in best.json)".
            No part of what is compared or written.
    """

    validation: float = 0.2
    test: float = 0.1
    windows: int | None = None
    shares: tuple[float, float, float] = (0.5, 0.25, 0.25)
    train_end: Bound | None = None
    validation_end: Bound | None = None
    test_end: Bound | None = None
    step: int = 1
    said: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False, metadata={"plain": False})

    def __post_init__(self) -> None:
        """Refuse shares that leave nothing to train on."""
        settle_fields(self, "The split", skip=BOUNDS)
        if not (0 < self.validation < 1 and 0 <= self.test < 1 and self.validation + self.test < 1):
            raise ConfigError(
                "Expected shares with 0 < validation, 0 <= test and validation + test < 1; got "
                f"validation={self.validation:g}, test={self.test:g}."
            )
        if min(self.shares) <= 0 or self.step < 1:
            raise ConfigError(
                f"Expected three shares above 0 and a step of at least 1; got {self.shares}, {self.step}."
            )
        for name in BOUNDS:
            object.__setattr__(self, name, as_bound(getattr(self, name)))
        bounds = list(self.bounds().values())
        rows = [bound for bound in bounds if isinstance(bound, int)]
        if rows and len(rows) < len(bounds):
            raise ConfigError(f"Expected the ends of the parts all as rows or all as dates; got {self._listed()}.")
        if rows != sorted(set(rows)) or (rows and rows[0] < 1):
            raise ConfigError(f"Expected 0 < train_end < validation_end < test_end; got {self._listed()}.")
        if self.windows is not None and self.windows < 1:
            raise ConfigError(f"Expected at least 1 window to test on; got {self.windows}.")
        if self.windows is not None and self.validation_end is not None:
            which = f" ({self.called('windows')} and {self.called('validation_end')})" if self.said else ""
            raise ConfigError(
                f"Both a number of windows and the end of validation{which} say where the test begins; give one of the "
                "two."
            )

    @property
    def tests(self) -> bool:
        """Whether there is a test part."""
        return self.test > 0 or self.windows is not None or self.test_end is not None

    def bounds(self) -> dict[str, Bound]:
        """The ends of parts that are given, by name, in order of time."""
        return {name: bound for name in BOUNDS if (bound := getattr(self, name)) is not None}

    def called(self, name: str) -> str:
        """How messages call a field: as the option of its name, or as a key of the file that says it."""
        return self.said.get(name, f"--{name.replace('_', '-')}")

    def _listed(self) -> str:
        """The ends that are given; where a file says one of them, with what says each."""
        return ", ".join(f"{self.called(name)} {end}" if self.said else f"{end}" for name, end in self.bounds().items())

    def test_rows(self, horizon: int) -> int:
        """Fewest rows of the test part: all its windows where they are counted, else one."""
        if not self.tests:
            return 0
        return horizon + ((self.windows or 1) - 1) * self.step


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
    """Fewest history rows with which every part of a series holds a window; bounds that are dates are not counted."""
    if isinstance(config.test_end, int):
        return config.test_end
    test = config.test_rows(horizon)
    if isinstance(config.validation_end, int):
        return config.validation_end + test
    validation = 3 * horizon
    if isinstance(config.train_end, int):
        return config.train_end + validation + test
    return 2 * horizon + validation + test


def make_split(panel: Panel, config: SplitConfig, horizon: int, lookback: int = 1) -> Split:
    """Cut every series; a part is never shorter than the horizon, so that it holds a window.

    Args:
        panel: the data; only its history is cut.
        config: shares or bounds.
        horizon: steps forecast.
        lookback: steps of history; windows are padded, so a series may be shorter than it.

    Raises:
        DataError: a series is too short, none is left, or train or select hold no target.
        ConfigError: explicit bounds leave a part without a window.
    """
    if not panel.series:
        raise DataError("Expected at least one series; the data holds none.")
    need = required_rows(config, horizon)
    if (panel.known < need).any():
        raise DataError(too_short(panel, config, horizon, need))
    split = _cut(panel, config, horizon)
    for part in PARTS if config.tests else PARTS[:4]:
        first, last = split.bounds(part)
        if (last - first < horizon + (part == "train")).any():
            raise ConfigError(without_window(panel, config, part, last - first, horizon))
    for part in PARTS[:2]:
        if not _has_targets(panel, *split.bounds(part)):
            raise DataError(without_targets(panel, part, split))
    return split


def _has_targets(panel: Panel, first: Rows, last: Rows) -> bool:
    """Tell whether any series has a target between its row `first` and before its row `last`."""
    starts = panel.offsets[: panel.series]
    return any(
        bool(np.isfinite(panel.y[low:high]).any())
        for low, high in zip((starts + first).tolist(), (starts + last).tolist(), strict=True)
    )


def fitting_series(panel: Panel, config: SplitConfig, horizon: int) -> NDArray[np.bool_]:
    """Return which series, `[S]`, can be cut so that every part holds a window."""
    fits = panel.known >= required_rows(config, horizon)
    split = _cut(panel, config, horizon)
    for part in PARTS if config.tests else PARTS[:4]:
        first, last = split.bounds(part)
        fits &= last - first >= horizon + (part == "train")
    return np.asarray(fits)


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


def _cut(panel: Panel, config: SplitConfig, horizon: int) -> Split:
    """Cut every series, whether or not its parts then hold a window."""
    end = panel.known.astype(np.int64)
    if config.test_end is not None:
        rows = end_rows(panel, config.test_end, config.called("test_end"))
        end = rows if isinstance(config.test_end, int) else np.minimum(rows, end)  # a series may end before a date
    calibrate = _validation_end(panel, config, end, horizon)
    if config.train_end is not None:
        train = end_rows(panel, config.train_end, config.called("train_end"))
    else:
        base = end if config.windows is None else calibrate
        train = calibrate - np.maximum(np.floor(base * config.validation).astype(np.int64), 3 * horizon)
    select, weigh = _divide(config, train, calibrate, horizon)
    return Split(train=train, select=select, weigh=weigh, calibrate=calibrate, test=end)


def _validation_end(panel: Panel, config: SplitConfig, end: Rows, horizon: int) -> Rows:
    if config.validation_end is not None:
        rows = end_rows(panel, config.validation_end, config.called("validation_end"))
        last = not config.tests and not isinstance(config.validation_end, int)
        return np.minimum(rows, end) if last else rows  # the last part may end after a series does
    if config.windows is not None:
        return end - config.test_rows(horizon)
    if not config.tests:
        return end.copy()
    out: Rows = end - np.maximum(np.floor(end * config.test).astype(np.int64), horizon)
    return out


def _divide(config: SplitConfig, train: Rows, calibrate: Rows, horizon: int) -> tuple[Rows, Rows]:
    total, rows = sum(config.shares), calibrate - train
    last = np.maximum(np.floor(rows * (config.shares[2] / total)).astype(np.int64), horizon)
    middle = np.maximum(np.floor(rows * (config.shares[1] / total)).astype(np.int64), horizon)
    return calibrate - last - middle, calibrate - last
