"""Said probabilities against what came."""

import numpy as np
import pytest

from sextet.report.evaluation import SpikeTest
from sextet.report.reliability import reliability


def test_exact_probabilities_lie_on_the_line() -> None:
    rng = np.random.default_rng(0)
    said = rng.random((4000, 5))
    label = (rng.random(said.shape) < said).astype(np.float32)
    found = reliability(SpikeTest(probability=said, label=label, threshold=0.5))
    assert found is not None
    assert sum(found["steps"]) == said.size
    for mean, share in zip(found["said"], found["seen"], strict=True):
        assert share == pytest.approx(mean, abs=0.04)


def test_too_few_steps_say_nothing() -> None:
    said = np.array([[0.1, 0.2, 0.9]])
    assert reliability(SpikeTest(probability=said, label=said * 0, threshold=0.5)) is None
    unknown = np.full((100, 3), np.nan)
    assert reliability(SpikeTest(probability=unknown * 0, label=unknown, threshold=0.5)) is None
