"""How long the end of a fit keeps a training waiting, with TensorFlow's tuner of data sets and as members are fed.

    python benchmarks/fit_end.py [--seconds 5 15 45]

A data set of numbers goes through Keras' fit loop for so long, its steps doing nothing but wait; told are the seconds
from the end of the last epoch until `fit` has returned and what it held is let go. The tuner's thread sleeps 10 ms,
then twice as long each time, up to a minute, and the end of the data set waits for it to wake. `Feeder.dataset` leaves
it out.
"""

from __future__ import annotations

import argparse
import gc
import os
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from sextet.members.backend import keras, tf
from sextet.training.feeder import Feeder

STEP = 0.005
"""Seconds a step."""


class Idle(keras.Model):  # type: ignore[misc]
    """A model whose steps take a number each, and time."""

    def __init__(self) -> None:
        """Build nothing: there is nothing to train."""
        super().__init__()
        self.built = True

    def make_train_function(self, force: bool = False) -> None:
        """Make the step that Keras' fit loop calls."""

        def step(numbers: Any) -> dict[str, float]:
            next(numbers)
            time.sleep(STEP)
            return {"loss": 0.0}

        self.train_function = step


def waited(dataset: Any, seconds: float) -> float:
    """Return the seconds from the end of the last epoch until what `fit` held is let go."""
    ended: list[float] = []
    end = keras.callbacks.LambdaCallback(on_train_end=lambda logs: ended.append(time.perf_counter()))
    model = Idle()
    model.compile(optimizer="sgd", loss="mse")
    model.fit(dataset, epochs=1, steps_per_epoch=round(seconds / STEP), callbacks=[end], shuffle=False, verbose=0)
    del model, dataset
    gc.collect()
    return time.perf_counter() - ended[0]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, nargs="+", default=[5.0, 15.0, 45.0], help="of training")
    feeder = Feeder.__new__(Feeder)  # its numbers depend on nothing
    forms: dict[str, Callable[[], Any]] = {"tuned": lambda: tf.data.Dataset.counter(0), "as fed": feeder.dataset}
    for seconds in parser.parse_args().seconds:
        found = {name: waited(make(), seconds) for name, make in forms.items()}
        print(f"{seconds:g} s of training, then " + ", ".join(f"{one:.2f} s {name}" for name, one in found.items()))


if __name__ == "__main__":
    main()
