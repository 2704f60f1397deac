"""Runs the examples of docs/training.md as they stand there, on so many devices; a program of `test_retrofit`.

python retrofit.py COUNT FOLDER
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
PAGE = Path(__file__).parents[2] / "docs" / "training.md"


def example(heading: str) -> str:
    """The first Python block below a heading of the page."""
    text = PAGE.read_text(encoding="utf-8")
    section = re.split(rf"^#+ {re.escape(heading)}$", text, flags=re.MULTILINE)[1]
    return re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]  # type: ignore[index]


def main() -> None:
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    if count > 1:
        os.environ["SEXTET_LOGICAL_CPUS"] = str(count)
    import keras
    import numpy as np

    rng = np.random.default_rng(0)
    x = rng.normal(size=(250, 6)).astype(np.float32)
    y = (x @ rng.normal(size=(6, 1)) + 0.1).astype(np.float32)

    def build_my_model() -> Any:
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
        return model

    scope: dict[str, Any] = {"build_my_model": build_my_model, "x": x, "y": y}
    exec(example("Your own Keras code"), scope)  # noqa: S102
    model, devices = scope["model"], scope["devices"]
    steps = int(model.optimizer.iterations.numpy())
    loss = model.evaluate(x, y, batch_size=devices.global_batch(32), verbose=0)
    model.save(folder / "model.keras")
    answers = model.predict(x[:40], verbose=0)
    exec(example("Every sample once"), scope)  # noqa: S102
    weights = np.concatenate([np.ravel(one) for one in scope["model"].get_weights()])
    np.savez(
        folder / "found.npz",
        replicas=devices.replicas(),
        batch=devices.global_batch(32),
        steps=steps,
        loss=loss,
        before=float(np.square(y).mean()),
        answers=answers,
        sample=x[:40],
        weights=weights,
    )


if __name__ == "__main__":
    main()
    os._exit(0)  # all is written; threads of TensorFlow may crash while an interpreter is taken down
