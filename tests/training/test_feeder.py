from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.window import WindowBatch, WindowIndex
from sextet.training.feeder import Feeder, draw, flipped, spread_out


@given(count=st.integers(1, 60), wanted=st.integers(1, 200), seed=st.integers(0, 9), epoch=st.integers(0, 9))
def test_every_window_comes_once_before_any_comes_twice(count: int, wanted: int, seed: int, epoch: int) -> None:
    drawn = draw(count, wanted, seed, epoch)
    assert drawn.shape == (wanted,)
    seen = np.bincount(drawn, minlength=count)
    assert len(seen) == count
    assert seen.max() - seen.min() <= 1
    np.testing.assert_array_equal(drawn, draw(count, wanted, seed, epoch))


def test_epochs_and_seeds_differ() -> None:
    first = draw(1000, 100, 0, 0)
    assert (first != draw(1000, 100, 0, 1)).any()
    assert (first != draw(1000, 100, 1, 0)).any()


def feeder(setting: Any, **changes: int) -> Feeder:
    options = {"steps": 3, "batch": 8, "seed": 4, **changes}
    return Feeder(setting.prepared, setting.train, setting.shape, **options)


def test_batches_are_full_and_of_the_shape(setting: Any) -> None:
    batches = list(feeder(setting).epoch(0))
    assert len(batches) == 3
    for inputs, truth in batches:
        assert inputs["past"].shape == (8, 12, setting.shape.past_channels)
        assert "static" not in inputs
        shapes = {name: values.shape for name, values in truth.items()}
        assert shapes == {**dict.fromkeys(("target", "weight", "label"), (8, 4)), "totals": (8, 3)}
        assert (truth["totals"][:, 0] == truth["weight"].sum()).all()
        assert (truth["target"][truth["weight"] == 0] == 0).all()


def test_steps_run_through_the_epochs_in_order(setting: Any) -> None:
    source = feeder(setting)
    expected = [batch for epoch in (0, 1) for batch in source.epoch(epoch)]
    numbers = [int(one) for one in source.dataset().take(6)]
    for (inputs, truth), (got_inputs, got_truth) in zip(expected, map(source.at, numbers), strict=True):
        np.testing.assert_array_equal(inputs["past"], got_inputs["past"])
        np.testing.assert_array_equal(truth["target"], got_truth["target"])


def test_nothing_tunes_the_numbers_of_the_steps(setting: Any) -> None:
    # a tuner that sleeps would keep the end of each fit waiting, by up to a minute
    assert feeder(setting).dataset().options().autotune.enabled is False


def test_padding_fills_up_to_the_replicas_and_does_not_count(setting: Any) -> None:
    for (inputs, truth), (plain, known) in zip(
        feeder(setting).shared_by(3).epoch(0), feeder(setting).epoch(0), strict=True
    ):
        assert len(inputs["past"]) == len(truth["weight"]) == 9
        np.testing.assert_array_equal(inputs["past"][:8], plain["past"])
        np.testing.assert_array_equal(truth["weight"][:8], known["weight"])
        np.testing.assert_array_equal(truth["real"], [1.0] * 8 + [0.0])
        np.testing.assert_array_equal(inputs["past"][8], plain["past"][0])
        assert (truth["weight"][8:] == 0).all()
        np.testing.assert_array_equal(truth["totals"][8], known["totals"][0])
    assert "real" not in next(feeder(setting).shared_by(4).epoch(0))[1]


@pytest.mark.parametrize("flip", [False, True])
def test_a_later_step_comes_as_if_those_before_had_been_drawn(setting: Any, flip: bool) -> None:
    source = Feeder(setting.prepared, setting.train, setting.shape, steps=3, batch=8, seed=4, flip=flip)
    steps = [batch for epoch in (0, 1, 2) for batch in source.epoch(epoch)]
    for (inputs, truth), (got_inputs, got_truth) in zip(steps[4:7], map(source.at, (4, 5, 6)), strict=True):
        np.testing.assert_array_equal(inputs["past"], got_inputs["past"])
        np.testing.assert_array_equal(truth["target"], got_truth["target"])


def test_any_step_can_be_asked_for_by_its_number(setting: Any) -> None:
    source = feeder(setting)
    steps = [batch for epoch in (0, 1) for batch in source.epoch(epoch)]
    for number in (0, 1, 2, 3, 4, 1, 5):
        inputs, truth = source.at(number)
        np.testing.assert_array_equal(inputs["past"], steps[number][0]["past"])
        np.testing.assert_array_equal(truth["target"], steps[number][1]["target"])
    assert [int(one) for one in source.shared_by(2).dataset(5).take(3)] == [5, 6, 7]


def test_more_windows_may_be_asked_for_than_there_are(setting: Any) -> None:
    count = len(setting.train)
    inputs, _ = next(feeder(setting, steps=1, batch=count + 5).epoch(0))
    assert len(inputs["past"]) == count + 5


def test_spread_out_keeps_first_and_last() -> None:
    index = WindowIndex(series=np.zeros(100, dtype=np.int32), row=np.arange(100))
    assert spread_out(index, 100) is index
    few = spread_out(index, 7)
    assert len(few) == 7
    assert few.row[0] == 0
    assert few.row[-1] == 99
    assert (np.diff(few.row) > 0).all()


def test_a_window_upside_down_has_history_and_target_of_the_other_sign() -> None:
    rng = np.random.default_rng(0)
    past, target = rng.normal(size=(3, 5, 4)).astype(np.float32), rng.normal(size=(3, 2)).astype(np.float32)
    batch = WindowBatch(
        past=past.copy(),
        future=np.zeros((3, 2, 0), dtype=np.float32),
        static=np.zeros((3, 0), dtype=np.float32),
        target=target,
        weight=np.ones((3, 2), dtype=np.float32),
        label=np.zeros((3, 2), dtype=np.float32),
        index=WindowIndex(series=np.zeros(3, dtype=np.int32), row=np.arange(3, dtype=np.int64)),
    )
    turned = flipped(batch, np.array([True, False, True]))
    sign = np.array([-1, 1, -1], dtype=np.float32)
    np.testing.assert_array_equal(turned.past[..., 0], past[..., 0] * sign[:, None])
    np.testing.assert_array_equal(turned.past[..., 1:], past[..., 1:])
    np.testing.assert_array_equal(turned.target, target * sign[:, None])
    np.testing.assert_array_equal(turned.label[:, 0], [-1, 0, -1])
