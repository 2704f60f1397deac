"""Stamps of a whole column, for where its first rows do not tell the day from the month."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sextet.data.arrow_arrays import from_numpy, from_texts
from sextet.data.source import Source
from sextet.data.stamp_order import ORDERS
from sextet.data.stamp_text import parse_stamps
from sextet.data.values import plain

_ENOUGH = 100_000  # different stamps


def ambiguous_stamps(source: Source, column: str) -> pa.Array:
    """The different stamps of a column of text, in order of appearance: all, or as far as is needed to tell.

    Where some can be read in one order of day and month alone, these are the ones; they come to one batch of rows.
    """
    kept = from_texts(())
    for batch in source.batches((column,)):
        texts = pc.unique(plain(batch.column(column)).drop_null())
        good = {order: parse_stamps(texts, order).ok for order in ORDERS}
        first, second = (good[order] & ~good[other] for order, other in (ORDERS, ORDERS[::-1]))
        if first.any() != second.any():
            return _of(texts, first if first.any() else second)
        kept = pc.unique(pa.concat_arrays([kept, _of(texts, good[ORDERS[0]] & good[ORDERS[1]])]))
        if len(kept) >= _ENOUGH:
            break
    return kept


def _of(texts: pa.Array, wanted: NDArray[np.bool_]) -> pa.Array:
    return texts.take(from_numpy(np.flatnonzero(wanted)))
