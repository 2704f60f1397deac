"""What a user's own model may be, and what it is told where it is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.errors import ConfigError
from sextet.core.window import WindowShape
from sextet.members.backend import keras, layers
from sextet.members.custom import Custom
from sextet.specs.custom import CustomSpec

SHAPE = WindowShape(
    lookback=8, horizon=3, past_channels=5, future_channels=2, static_features=0, levels=(0.1, 0.5, 0.9)
)
PAST = np.random.default_rng(0).normal(size=(4, 8, 5)).astype(np.float32)
FUTURE = np.zeros((4, 3, 2), dtype=np.float32)


def built(build: Any, **fields: Any) -> Any:
    return Custom(CustomSpec(name="mine", build=build, **fields)).build(SHAPE)


def answer(network: Any) -> np.ndarray:
    return np.asarray(network.predict_on_batch({"past": PAST, "future": FUTURE})["quantiles"])


def points(past: Any) -> Any:
    return layers.Dense(3)(layers.Flatten()(past))


def flat(length: int = 8, channels: int = 5, outputs: Any = points) -> Callable[[WindowShape], Any]:
    def build(shape: WindowShape) -> Any:
        past = keras.Input((length, channels), name="past")
        return keras.Model(past, outputs(past))

    return build


def test_points_become_quantiles_at_the_point() -> None:
    quantiles = answer(built(flat()))
    assert quantiles.shape == (4, 3, 3)
    np.testing.assert_array_equal(quantiles[..., 0], quantiles[..., 2])


def test_a_column_of_points_is_taken_too() -> None:
    column = answer(built(flat(outputs=lambda past: layers.Reshape((3, 1))(points(past)))))
    assert column.shape == (4, 3, 3)


def test_quantiles_that_cross_are_put_in_order() -> None:
    network = built(flat(outputs=lambda past: layers.Reshape((3, 3))(layers.Dense(9)(layers.Flatten()(past)))))
    assert (np.diff(answer(network), axis=-1) >= 0).all()


def test_fewer_steps_and_channels_are_the_latest_and_the_first() -> None:
    def build(shape: WindowShape) -> Any:
        past = keras.Input((4, 2), name="past")
        return keras.Model(past, layers.Lambda(lambda x: x[:, :3, 0])(past))

    np.testing.assert_array_equal(answer(built(build))[..., 1], PAST[:, 4:7, 0])


def test_build_is_told_the_members_own_lookback() -> None:
    seen = []

    def build(shape: WindowShape) -> Any:
        seen.append(shape.lookback)
        return flat(shape.lookback)(shape)

    built(build, lookback=6)
    built(build, lookback=60)
    assert seen == [6, 8]


def test_inputs_are_matched_by_name() -> None:
    def build(shape: WindowShape) -> Any:
        future = keras.Input((3, 2), name="future")
        past = keras.Input((8, 5), name="past")
        return keras.Model([future, past], future[..., 0] + past[:, -3:, 0])

    np.testing.assert_allclose(answer(built(build))[..., 1], PAST[:, -3:, 0])


def test_a_sequential_model_and_a_subclass_will_do() -> None:
    sequential = keras.Sequential([keras.Input((8, 1)), layers.Flatten(), layers.Dense(3)])
    assert answer(built(sequential)).shape == (4, 3, 3)

    class Own(keras.Model):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs["past"][:, -3:, 0]

    np.testing.assert_allclose(answer(built(lambda shape: Own()))[..., 1], PAST[:, -3:, 0])


def test_a_model_given_ready_made_is_copied_with_its_weights() -> None:
    model = flat()(SHAPE)
    network = built(model)
    np.testing.assert_allclose(answer(network)[..., 1], model.predict_on_batch(PAST), rtol=1e-5)
    before = [weights.copy() for weights in model.get_weights()]
    for variable in network.trainable_variables:
        variable.assign(variable * 0)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def failing(shape: WindowShape) -> Any:
    raise ZeroDivisionError("by nought")


def odd_input(shape: WindowShape) -> Any:
    a, b = keras.Input((8, 5), name="past"), keras.Input((3, 2), name="futur")
    return keras.Model([a, b], layers.Dense(3)(layers.Flatten()(a)) + b[..., 0])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (failing, "failed: ZeroDivisionError: by nought"),
        (lambda shape: 3, "must return a keras.Model; got int"),
        (odd_input, "input 'futur', did you mean 'future'"),
        (flat(length=9), r"input 'past' of the model has the shape \(9, 5\); a window has \(8, 5\)"),
        (flat(channels=6), r"\(8, 6\)"),
        (flat(outputs=lambda past: layers.Dense(4)(layers.Flatten()(past))), r"points \[batch, 3\]; got \[batch, 4\]"),
        (flat(outputs=lambda past: past), r"got \[batch, 8, 5\]"),
        (keras.Sequential([layers.Dense(3)]), "has no input shape yet"),
    ],
)
def test_what_does_not_keep_the_contract_is_told_how(build: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=f"mine: .*{message}"):
        built(build)


def test_a_spec_read_from_a_run_says_that_the_code_is_not_there() -> None:
    with pytest.raises(ConfigError, match="mine: a run keeps a custom member's answers, not its code"):
        built(None)


MODULE = """
import keras

def build(shape):
    past = keras.Input((shape.lookback, 1), name="past")
    return keras.Model(past, keras.layers.Dense(shape.horizon)(keras.layers.Flatten()(past)))

def broken(shape):
    raise ValueError("no")

size = 3
"""


def test_a_function_in_a_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "nets.py"
    path.write_text(MODULE)
    network = built(None, source=f"{path}:build")
    assert answer(network).shape == (4, 3, 3)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{folder}/nets.py:biuld", "has no function 'biuld', did you mean 'build'"),
        ("{folder}/nets.py:size", "is not a function"),
        ("{folder}/nets.py:broken", "failed: ValueError: no"),
        ("{folder}/none.py:build", "There is no file"),
        ("{folder}/wrong.py:build", "wrong.py failed to load: NameError"),
        ("no_such_package.nets:build", "'no_such_package.nets' failed to load: ModuleNotFoundError"),
    ],
)
def test_a_function_that_is_not_there_is_told(tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "nets.py").write_text(MODULE)
    (tmp_path / "wrong.py").write_text("undefined_name\n")
    with pytest.raises(ConfigError, match=message):
        built(None, source=source.format(folder=tmp_path))
