"""Pieces of long arrays: one after the other so that temporaries stay small, or many runs of rows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Value = TypeVar("Value", bound=np.generic)


def pieces(values: Sized, size: int = 1 << 20) -> Iterator[slice]:
    """Yield slices that cut `values` into pieces of at most `size`, in order."""
    for low in range(0, len(values), size):
        yield slice(low, min(low + size, len(values)))


def run_rows(column: NDArray[Value], first: NDArray[np.integer], length: int) -> NDArray[Value]:
    """Return `[W, length, ...]`: the rows `first` to `first + length` of a column `[N, ...]`, all of them inside.

    One run is copied as a whole, not row by row.
    """
    out = np.empty((len(first), length, *column.shape[1:]), dtype=column.dtype)
    for place, row in enumerate(first.tolist()):
        out[place] = column[row : row + length]
    return out
