"""The examples for people's own Keras code work as they are printed, on one device and on several."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

COUNTS = (1, 2, 3)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Where each count of devices left what it found, each in a process of its own."""
    out = {count: tmp_path_factory.mktemp(f"devices{count}") for count in COUNTS}
    program = Path(__file__).parent / "retrofit.py"
    running = [
        subprocess.Popen([sys.executable, str(program), str(count), str(path)], stderr=subprocess.PIPE)
        for count, path in out.items()
    ]
    for process in running:
        _, told = process.communicate(timeout=1800)
        assert process.returncode == 0, told.decode()[-4000:]
    return out


@pytest.fixture(scope="module")
def found(folders: dict[int, Path]) -> dict[int, Any]:
    """What they found."""
    return {count: np.load(path / "found.npz") for count, path in folders.items()}


@pytest.mark.parametrize("count", COUNTS)
def test_three_lines_train_on_all_devices(found: dict[int, Any], count: int) -> None:
    here = found[count]
    assert (int(here["replicas"]), int(here["batch"])) == (count, 32 * count)
    assert int(here["steps"]) == math.ceil(250 / (32 * count))
    assert here["loss"] < here["before"]


def test_a_model_trained_on_three_devices_loads_and_answers_elsewhere(
    found: dict[int, Any], folders: dict[int, Path]
) -> None:
    import keras

    model = keras.saving.load_model(folders[3] / "model.keras")
    np.testing.assert_allclose(model.predict(found[3]["sample"], verbose=0), found[3]["answers"], rtol=0, atol=1e-5)


def test_whole_batches_teach_the_same_on_any_number_of_devices(found: dict[int, Any]) -> None:
    for count in (2, 3):
        np.testing.assert_allclose(found[count]["weights"], found[1]["weights"], rtol=0, atol=1e-5)
