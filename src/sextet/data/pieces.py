"""Long arrays in pieces, so that temporaries stay small beside the data."""

from __future__ import annotations

from collections.abc import Iterator, Sized


def pieces(values: Sized, size: int = 1 << 20) -> Iterator[slice]:
    """Yield slices that cut `values` into pieces of at most `size`, in order."""
    for low in range(0, len(values), size):
        yield slice(low, min(low + size, len(values)))
