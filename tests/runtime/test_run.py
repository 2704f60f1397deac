"""What a run says in the unit of the target."""

from __future__ import annotations

import numpy as np

from sextet.core.answer import Answer
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.data.scale import Scaler
from sextet.runtime.run import Run


def test_the_size_of_a_spike_is_counted_from_the_level_also_on_a_log_scale() -> None:
    scaler = Scaler(transform="log1p", lambdas=np.ones(1), location=np.zeros(1), scale=np.ones(1), ids=("a",))
    level, size, probability = np.log1p(10.0), np.log1p(30.0) - np.log1p(10.0), 0.8
    median = np.full((1, 1, len(LEVELS)), level + probability * size, dtype=np.float32)
    chance, height = (np.full((1, 1), value, dtype=np.float32) for value in (probability, size))
    answers = {"spike-detector": Answer(quantiles=median, spike_probability=chance, spike_size=height)}
    index = WindowIndex(series=np.zeros(1, np.int32), row=np.zeros(1, np.int64))
    np.testing.assert_allclose(Run._size_in_unit(scaler, answers, height, index), [[20.0]], rtol=1e-5)
