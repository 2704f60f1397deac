"""A few rows decades away from the rest of their series: a slip in a year, which would fill the time with gaps."""

from __future__ import annotations

import numpy as np

from sextet.core.errors import DataError
from sextet.data.grid import Spans
from sextet.data.rows import Rows

_FEW = 3  # rows at an end of a series that a slip may have sent there
_REST = 20  # rows of the rest, from which its span tells anything
_LEAST = 1_000  # usual steps of a gap that no pause of a shop or a sensor explains


def refuse_stray(rows: Rows, spans: Spans) -> None:
    """Refuse a series whose first or last few rows lie further from the rest than the rest is long.

    Args:
        rows: sorted.
        spans: which of them make the series.

    Raises:
        DataError: one has such rows; the first is named.
    """
    for few in range(1, _FEW + 1):
        which = np.flatnonzero(spans.ends - spans.starts >= few + _REST)
        starts, ends = spans.starts[which], spans.ends[which]
        for stray, edge, nearest, far in (
            (starts, starts + few - 1, starts + few, ends - 1),
            (ends - few, ends - few, ends - few - 1, starts),
        ):
            gap, rest = np.abs(rows.ns[nearest] - rows.ns[edge]), np.abs(rows.ns[far] - rows.ns[nearest])
            wide = np.flatnonzero(gap > np.maximum(rest, _LEAST * (rest // (ends - starts - few))))
            if len(wide):
                one = int(wide[0])
                raise _refusal(rows, spans.ids[which[one]], int(stray[one]), few, int(nearest[one]), int(far[one]))


def _refusal(rows: Rows, name: str, at: int, few: int, nearest: int, far: int) -> DataError:
    rest = sorted((nearest, far))
    more = f" and {few - 1} more beside it" if few > 1 else ""
    return DataError(
        f"{rows.place(at)}, column {rows.time!r}: {rows.stamp(at)}{more} lies further from the other times of series "
        f"{name!r}, {rows.stamp(rest[0])} to {rows.stamp(rest[1])}, than these from each other, as with a slip in the "
        f"year. Correct {'them' if few > 1 else 'it'}, or leave the {'rows' if few > 1 else 'row'} out."
    )
