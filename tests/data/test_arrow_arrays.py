"""Arrow arrays by their buffers: the same as by the usual way."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.data.arrow_arrays import from_numpy, from_texts, no_text, text_scalar, to_numpy, whole_scalar


@given(texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=12))
def test_texts(texts: list[str]) -> None:
    assert from_texts(texts).equals(pa.array(texts, pa.string()))


@pytest.mark.parametrize("kind", ["f8", "f4", "i8", "i4", "i1", "datetime64[ns]"])
@pytest.mark.parametrize("count", [0, 1, 9])
def test_numbers_both_ways(kind: str, count: int) -> None:
    values = np.arange(count).astype(kind)
    array = from_numpy(values)
    assert array.equals(pa.array(values)) and array.type == pa.array(values).type
    np.testing.assert_array_equal(to_numpy(array), values)
    np.testing.assert_array_equal(to_numpy(array.slice(2)), values[2:])
    np.testing.assert_array_equal(to_numpy(from_numpy(np.repeat(values, 2)[::2])), values)


def test_nulls_chunks_and_truth_values() -> None:
    np.testing.assert_array_equal(to_numpy(pa.array([1.5, None, 2.0])), [1.5, np.nan, 2.0])
    np.testing.assert_array_equal(to_numpy(pa.chunked_array([[1, 2], [3]])), [1, 2, 3])
    np.testing.assert_array_equal(to_numpy(pa.array([True, False, True]).slice(1)), [False, True])
    with pytest.raises(ValueError, match="nulls"):
        to_numpy(pa.array([1, None]))


def test_scalars() -> None:
    assert text_scalar("ü").as_py() == "ü" and whole_scalar(-3).as_py() == -3 and no_text().as_py() is None
