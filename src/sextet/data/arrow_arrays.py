"""Arrow arrays from their buffers, and numpy arrays from Arrow's.

`pyarrow.array` and `to_numpy` import pandas, where it is installed, to see whether an argument is one of pandas' own.
That takes longer than the rest of a forecast; arrays made from buffers need no such look. The same goes for plain
Python values given to a compute function, hence `text_scalar` and the like.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def from_numpy(values: NDArray[Any]) -> pa.Array:
    """Numbers or `datetime64` stamps `[N]` as an Arrow array; NaN stays NaN, and memory is shared where it can be."""
    values = np.ascontiguousarray(values)
    return pa.Array.from_buffers(
        pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values.view("u1"))]
    )


def from_texts(texts: Sequence[str]) -> pa.Array:
    """Texts as an Arrow array of strings."""
    encoded = [text.encode("utf-8") for text in texts]
    ends = np.concatenate([[0], np.cumsum([len(piece) for piece in encoded])]).astype(np.int32)
    return pa.Array.from_buffers(pa.string(), len(encoded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))])


def to_numpy(array: pa.Array) -> NDArray[Any]:
    """Numbers, truth values or stamps without nulls as numpy `[N]`; floats may have nulls, which become NaN.

    Memory is shared where it can be, so the result is not to be written to.
    """
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_boolean(array.type):
        return to_numpy(pc.cast(array, pa.uint8())).view(np.bool_)
    kind = np.dtype(array.type.to_pandas_dtype())
    if pa.types.is_floating(array.type) and array.null_count:
        array = pc.fill_null(array, from_numpy(np.array([np.nan], dtype=kind))[0])
    if array.null_count:
        raise ValueError(f"an array of {array.type} with nulls has no numpy form")
    if not len(array):
        return np.zeros(0, dtype=kind)
    return np.frombuffer(array.buffers()[1], dtype=kind, count=len(array), offset=array.offset * kind.itemsize)


def text_scalar(text: str) -> pa.Scalar:
    """A text as an Arrow scalar."""
    return from_texts((text,))[0]


def whole_scalar(value: int) -> pa.Scalar:
    """A whole number as an Arrow scalar."""
    return from_numpy(np.array([value], dtype=np.int64))[0]


def no_text() -> pa.Scalar:
    """A missing text as an Arrow scalar."""
    return pa.nulls(1, pa.string())[0]
