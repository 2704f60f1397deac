"""A batch that does not fit into memory is cut, and teaches what it would have taught at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.errors import ResourceError
from sextet.core.progress import Silent
from sextet.members.backend import keras, tf
from sextet.specs.custom import CustomSpec
from sextet.specs.run_config import RunConfig
from sextet.specs.train_config import TrainConfig
from sextet.training import trainee
from sextet.training.catch_up import catch_up
from sextet.training.conditions import Conditions
from sextet.training.fit import fit_member
from sextet.training.step import out_of_memory


class Listener(Silent):
    """Records notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


class Narrow(keras.layers.Layer):  # type: ignore[misc]
    """Passes values through; memory runs out where there are more than `most` windows at once."""

    def __init__(self, most: int, seen: list[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.saw = most, seen.append  # Keras would keep a copy of the list

    def call(self, inputs: Any) -> Any:
        def check(values: Any) -> Any:
            if len(values) > self.most:
                raise MemoryError(f"no room for {len(values)} windows")
            self.saw(len(values))
            return values

        @tf.custom_gradient  # type: ignore[misc,untyped-decorator]
        def through(values: Any) -> Any:
            checked = tf.numpy_function(check, [values], values.dtype)  # a MemoryError comes out as ResourceExhausted
            checked.set_shape(values.shape)
            return checked, lambda upstream: upstream

        return through(inputs)


def spec(name: str, most: int, seen: list[int] | None = None) -> CustomSpec:
    """A linear model with room for `most` windows."""

    def build(shape: Any) -> Any:
        past = keras.Input((shape.lookback, 1), name="past")
        hidden = keras.layers.Dense(5, activation="tanh")(Narrow(most, [] if seen is None else seen)(past[..., 0]))
        return keras.Model(past, keras.layers.Dense(shape.horizon)(hidden))

    return CustomSpec(name=name, build=build)


def fit(setting: Any, spec: Any, listener: Any = None, **changes: Any) -> Any:
    config = replace(TrainConfig(epochs=2, steps=3, batch=24, ema=0.9, clip=0.05, seed=1, select_windows=32), **changes)
    parts = setting.prepared, setting.train, setting.select, setting.shape
    return fit_member(spec, *parts, config, Conditions(progress=listener or Silent()))


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What fitted into memory is remembered for the process: not from test to test."""
    trainee._FITTING.clear()
    yield
    trainee._FITTING.clear()


def test_a_cut_batch_teaches_the_same(setting: Any) -> None:
    seen: list[int] = []
    listener = Listener()
    whole, cut = fit(setting, spec("roomy", 10**6)), fit(setting, spec("roomy", 7, seen), listener)
    assert max(seen) <= 7
    assert whole.notes == ()
    (note,) = cut.notes
    assert "roomy" in note and "24 windows" in note and "cut into 4 parts" in note
    assert [one for one in listener.notes if "cut into" in one][-1] == note
    for one, other in zip(whole.model.get_weights(), cut.model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert [row["loss"] for row in whole.history] == pytest.approx([row["loss"] for row in cut.history], abs=1e-5)
    assert whole.select == pytest.approx(cut.select, abs=1e-5)


def test_a_batch_that_does_not_divide_is_cut_into_uneven_parts(setting: Any) -> None:
    seen: list[int] = []
    whole, cut = fit(setting, spec("odd", 10**6), batch=23), fit(setting, spec("odd", 9, seen), batch=23)
    assert {5, 6} <= set(seen)
    for one, other in zip(whole.model.get_weights(), cut.model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_what_fitted_is_remembered_when_the_member_is_trained_on(setting: Any) -> None:
    seen: list[int] = []
    member = spec("known", 12, seen)
    fitted = fit(setting, member)
    del seen[:]
    train = TrainConfig(steps=2, batch=24, catch_up=1)
    config = RunConfig(horizon=setting.shape.horizon, members=(member,), train=train)
    catch_up(member, fitted.model.get_weights(), setting.prepared, setting.train, setting.shape, config)
    assert seen == [12] * 4


def test_not_even_one_window_fits(setting: Any) -> None:
    with pytest.raises(ResourceError, match="tight was trained on one window") as raised:
        fit(setting, spec("tight", 0))
    assert raised.value.exit_code == 3


def test_other_failures_are_not_taken_for_it() -> None:
    assert out_of_memory(tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor"))
    assert out_of_memory(tf.errors.InternalError(None, None, "Dst tensor is not initialized."))
    assert not out_of_memory(tf.errors.InternalError(None, None, "cuDNN launch failure"))
    assert not out_of_memory(tf.errors.InvalidArgumentError(None, None, "out of memory"))
    assert not out_of_memory(MemoryError())
