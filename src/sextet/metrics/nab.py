"""The score of the Numenta Anomaly Benchmark, from its definition.

Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms: the Numenta Anomaly Benchmark" (ICMLA 2015).
An anomaly is a window of rows. The first alarm in a window counts, the more the earlier it comes; a window without
one costs; an alarm outside costs, less where it comes just after a window. How much is

    sigma(y) = 2 / (1 + exp(5 y)) - 1

of the position y relative to the window: -1 its first row, 0 just beyond its last; a window's width after it 1.
The first 15 % of the rows, at most 750, are probationary: nothing there counts. A corpus is scored as one sum,
scaled so that no alarm at all gives 0 and an alarm on the first row of every window, and no other, 100.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import DataError

_PROBATION = 0.15  # of the rows
_PROBATION_ROWS = 5000  # at most: beyond, further rows add nothing to the probation
_FAR = 3.0  # window widths after which an alarm counts as one far from any window
OUTSIDE, PROBATIONARY = -1, -2


@dataclass(frozen=True, kw_only=True)
class NabProfile:
    """What a hit brings and what mistakes cost.

    Attributes:
        hit: of an alarm on the first row of a window.
        false_alarm: of an alarm far from any window.
        miss: of a window without an alarm.
    """

    hit: float = 1.0
    false_alarm: float = 0.11
    miss: float = 1.0


NAB_PROFILES = {
    "standard": NabProfile(),
    "reward_low_FP": NabProfile(false_alarm=0.22),
    "reward_low_FN": NabProfile(miss=2.0),
}
"""The three profiles of the benchmark."""


@dataclass(frozen=True, kw_only=True)
class NabCount:
    """What the alarms in one file, or in several, are worth before a profile weighs them; add up with `+`.

    Attributes:
        windows: windows that have a row after the probation.
        hits: of them, those with an alarm.
        early: sum over the hits of sigma at their first alarm, 1 for the first row of a window.
        false_alarms: alarms outside windows.
        strays: sum over the false alarms of -sigma: 1 for one far from any window.
    """

    windows: int = 0
    hits: int = 0
    early: float = 0.0
    false_alarms: int = 0
    strays: float = 0.0

    def __add__(self, other: NabCount) -> NabCount:
        """Return the count of both."""
        return NabCount(**{name: value + getattr(other, name) for name, value in vars(self).items()})

    def raw(self, profile: NabProfile) -> float:
        """The sum before it is scaled."""
        misses = self.windows - self.hits
        return profile.hit * self.early - profile.miss * misses - profile.false_alarm * self.strays

    def score(self, profile: NabProfile) -> float:
        """The score: 0 without an alarm, 100 at best, below 0 where false alarms cost more than hits bring.

        NaN without a window: then there is nothing to scale by.
        """
        silent = -profile.miss * self.windows
        perfect = profile.hit * self.windows
        return 100.0 * (self.raw(profile) - silent) / (perfect - silent) if self.windows else math.nan


def nab_count(alarms: Iterable[int], windows: Iterable[tuple[int, int]], rows: int) -> NabCount:
    """Count what alarms are worth in one file.

    Args:
        alarms: rows, from 0, at which an alarm was raised; several at one row count once.
        windows: first and last row of each anomaly, the last one included.
        rows: rows of the file.

    Raises:
        DataError: a row lies outside the file, or windows overlap.
    """
    worth, window = nab_positions(windows, rows)
    at = np.unique(np.asarray(list(alarms), dtype=np.int64))
    if len(at) and not (at[0] >= 0 and at[-1] < rows):
        raise DataError(f"Expected alarms at rows 0 to {rows - 1}; got row {int(at[0] if at[0] < 0 else at[-1])}.")
    at = at[window[at] != PROBATIONARY]
    inside = at[window[at] >= 0]
    _, first = np.unique(window[inside], return_index=True)
    stray = at[window[at] == OUTSIDE]
    return NabCount(
        windows=len(np.unique(window[window >= 0])),
        hits=len(first),
        early=float(worth[inside[first]].sum()),
        false_alarms=len(stray),
        strays=float(-worth[stray].sum()),
    )


def nab_score(counts: Iterable[NabCount], profile: NabProfile = NAB_PROFILES["standard"]) -> float:
    """The score of a corpus from the counts of its files; NaN where no file has a window."""
    return sum(counts, NabCount()).score(profile)


def nab_positions(windows: Iterable[tuple[int, int]], rows: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """What an alarm at each row would be worth, and in which window the row lies.

    Returns:
        `[rows]` 1 on the first row of a window, falling towards 0 at its end, below 0 after it, -1 far away; and
        `[rows]` the number of the window in order of time, `OUTSIDE` or `PROBATIONARY`.

    Raises:
        DataError: a window lies outside the file or ends before it starts, or two overlap.
    """
    worth = np.full(rows, -1.0)
    member = np.full(rows, OUTSIDE, dtype=np.int64)
    row = np.arange(rows)
    end = -1
    for number, (first, last) in enumerate(sorted(windows)):
        if not end < first <= last < rows:
            raise DataError(
                f"Expected windows inside rows 0 to {rows - 1} that do not overlap; got rows {first} to {last}."
            )
        width, end = last - first + 1, last
        inside = slice(first, last + 1)
        worth[inside] = _sigma((row[inside] - last - 1) / width) / _sigma(np.array(-1.0))
        member[inside] = number
        past = (row[last + 1 :] - last) / max(width - 1, 1)
        worth[last + 1 :] = np.where(past > _FAR, -1.0, _sigma(past))
    member[: nab_probation(rows)] = PROBATIONARY
    return worth, member


def nab_probation(rows: int) -> int:
    """Rows at the beginning of a file at which nothing counts."""
    return math.ceil(min(math.floor(_PROBATION * rows), _PROBATION * _PROBATION_ROWS))


def _sigma(position: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(2.0 / (1.0 + np.exp(np.minimum(5.0 * position, 700.0))) - 1.0)
