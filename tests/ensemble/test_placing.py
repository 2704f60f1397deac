"""What the epochs of a training tell of its steps."""

from __future__ import annotations

import pytest

from sextet.ensemble.member_training import Training
from sextet.ensemble.placing import step_seconds


def _of(*epochs: dict[str, float]) -> float | None:
    return step_seconds(Training(history=epochs), steps=33)


def test_compiling_is_in_the_first_epoch_only() -> None:
    first = {"epoch": 1, "seconds": 14.3, "step_seconds": 0.019}
    later = [{"epoch": 2, "seconds": 0.66}, {"epoch": 3, "seconds": 0.99}, {"epoch": 4, "seconds": 0.66}]
    assert _of(first, *later) == pytest.approx(0.02)
    assert _of(first) == 0.019


def test_one_epoch_of_few_steps_and_none_tell_nothing() -> None:
    assert _of({"epoch": 1, "seconds": 14.3}) is None
    assert _of() is None
