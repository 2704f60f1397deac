from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.errors import ConfigError
from sextet.training.devices.batches import whole


@given(count=st.integers(1, 40), batch=st.integers(1, 50))
def test_batches_are_whole_and_every_sample_counts_once(count: int, batch: int) -> None:
    x, y, weight = whole(np.arange(count), np.arange(count) * 2.0, batch)
    assert len(x) % batch == 0 and count <= len(x) < count + batch
    assert len(x) == len(y) == len(weight)
    np.testing.assert_array_equal(np.bincount(x, weights=weight, minlength=count), np.ones(count))
    np.testing.assert_array_equal(y, 2.0 * x)


def test_weights_and_named_arrays_are_kept() -> None:
    x, y, weight = whole({"a": np.arange(3), "b": np.ones((3, 2))}, [np.arange(3)], 2, [1.0, 0.5, 2.0])
    assert x["b"].shape == (4, 2) and list(x["a"]) == [0, 1, 2, 0] and list(y[0]) == [0, 1, 2, 0]
    np.testing.assert_array_equal(weight, np.array([1.0, 0.5, 2.0, 0.0], dtype=np.float32))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ConfigError, match="got 2, 3 samples"):
        whole(np.zeros(3), np.zeros(2), 4)
    with pytest.raises(ConfigError, match="a batch of 0"):
        whole(np.zeros(3), np.zeros(3), 0)
    with pytest.raises(ConfigError, match="one weight for each of 3"):
        whole(np.zeros(3), np.zeros(3), 2, np.ones(4))
