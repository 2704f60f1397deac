"""An array that grows at its end without ever being held twice."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class GrowingArray:
    """Collects pieces of a column in one block of memory, which the system extends in place where it can.

    Joining a list of pieces would hold a column twice for a moment, and leave the pieces' memory in the pool of
    whoever made them.
    """

    def __init__(self, dtype: DTypeLike, expected: int | None) -> None:
        """Make room for `expected` values, or for a first piece where the number is not known."""
        self._values: NDArray[Any] = np.empty(expected or 0, dtype=dtype)
        self._count = 0

    def add(self, piece: NDArray[Any]) -> None:
        """Copy a piece to the end."""
        need = self._count + len(piece)
        if need > len(self._values):
            self._values.resize(max(need, len(self._values) * 5 // 4), refcheck=False)
        self._values[self._count : need] = piece
        self._count = need

    def take(self) -> NDArray[Any]:
        """Return the array, cut to its length, and let go of it."""
        values, self._values = self._values, np.empty(0, dtype=self._values.dtype)
        if len(values) != self._count:
            values.resize(self._count, refcheck=False)
        return values
