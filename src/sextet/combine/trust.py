"""How far to trust a calibration: by how many separate windows it was learned from.

Windows one row apart share all but one of their targets, and errors keep their size for weeks, so a few windows say
much of the weeks at hand and little of those to come. What was learned from n windows counts by n / (n + 64). Series
of one set err at the same times: S of them that span k windows count as k sqrt(S), between k and k S.

Both were chosen on rows before the tests of six public sets: a linear forecast with the quantiles of its errors,
calibrated on 1 to 64 windows and scored on those that follow. The share with the least pinball was on average 0.1 for
one to three windows, 0.25 for four, 0.4 for eight and more, and 0.6 for one window of 414 series. Over all of them 48
to 96 lost least, and the root of the number of series less than other powers. The share rises on beyond eight windows,
since networks are also too sure of themselves in ways that last, which such a forecast is not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

HALF = 64.0  # windows whose evidence weighs as much as the expectation that nothing need be shifted


def separate_windows(
    target: Floats, series: NDArray[np.integer], row: NDArray[np.integer], count: int
) -> NDArray[np.float64]:
    """Count how many windows' worth of separate targets each series has: `[count]`.

    Args:
        target: `[W, H]`, NaN where missing.
        series: `[W]` series numbers; windows of numbers outside 0 to count - 1 are left out.
        row: `[W]` time of the first target.
        count: number of series.
    """
    horizon = target.shape[1]
    seen = np.isfinite(target)
    heard = np.flatnonzero(seen.any(axis=1) & (series >= 0) & (series < count))
    owner, start = np.asarray(series, dtype=np.int64)[heard], np.asarray(row, dtype=np.int64)[heard]
    begin = start + seen[heard].argmax(axis=1)
    end = start + horizon - seen[heard, ::-1].argmax(axis=1)
    first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(first, owner, begin)
    np.maximum.at(last, owner, end)
    windows = np.bincount(owner, minlength=count).astype(np.float64)
    some = windows > 0
    windows[some] = np.minimum(windows[some], (last[some] - first[some]) / horizon)
    return windows


def trust(windows: Floats) -> NDArray[np.float64]:
    """Return the share `[...]` by which what was learned from so many windows counts."""
    return np.asarray(windows / (windows + HALF), dtype=np.float64)


def trust_in_all(windows: Floats) -> float:
    """Return the share by which what was learned from all series together counts; `windows [S]` as counted."""
    series = np.count_nonzero(windows)
    return float(trust(windows.sum() / np.sqrt(series))) if series else 0.0
