"""Every sample counts once: a member trained on one, two or three devices is the same member."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.members.registry import member_of
from sextet.training.catch_up import read_weights

from . import members

COUNTS = (1, 2, 3)
MEMBERS = ("lstm", "gru", "cnn-lstm", "patchtst", "spike-detector")
Found = Mapping[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs leave what they found."""
    return tmp_path_factory.mktemp("devices")


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[int, Found]:
    """What came of the members on so many devices, each in a process of its own, all at once."""
    out = {count: folder / str(count) for count in COUNTS}
    for path in out.values():
        path.mkdir()
    running = {
        count: subprocess.Popen([sys.executable, members.__file__, str(count), str(path)], stderr=subprocess.PIPE)
        for count, path in out.items()
    }
    for count, process in running.items():
        _, told = process.communicate(timeout=1800)
        assert process.returncode == 0, f"{count}: {told.decode()[-4000:]}"
    return {count: np.load(path / f"{count}.npz") for count, path in out.items()}


@pytest.mark.parametrize("name", MEMBERS)
def test_loss_and_weights_are_the_same_on_one_two_and_three_devices(found: dict[int, Found], name: str) -> None:
    assert [int(found[count]["replicas"]) for count in COUNTS] == [1, 2, 3]
    for count in (2, 3):
        np.testing.assert_allclose(found[count][f"{name}.loss"], found[1][f"{name}.loss"], rtol=0, atol=1e-5)
        np.testing.assert_allclose(found[count][f"{name}.weights"], found[1][f"{name}.weights"], rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["patchtst", "spike-detector"])
def test_trained_on_three_it_answers_on_three_on_one_and_elsewhere(
    found: dict[int, Found], folder: Path, name: str
) -> None:
    alone = found[3][f"{name}.alone"]
    np.testing.assert_allclose(found[3][f"{name}.everywhere"], alone, rtol=0, atol=1e-5)
    # this process has never divided its CPU
    setting = members.SHARED.build_setting()
    inputs = members.network_inputs(members.sample(setting), setting.shape)
    network = member_of(members.specs()[name]).build(setting.shape)
    network.set_weights(read_weights(folder / "3" / f"{name}.weights.npz"))
    here = np.asarray(network.predict_on_batch(inputs)["quantiles"])
    np.testing.assert_allclose(here, alone, rtol=0, atol=1e-5)
    session = onnxruntime.InferenceSession(str(folder / "3" / f"{name}.onnx"), providers=["CPUExecutionProvider"])
    graph = session.run(["quantiles"], {item.name: inputs[item.name] for item in session.get_inputs()})[0]
    np.testing.assert_allclose(graph, alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["patchtst", "spike-detector"])
def test_clipping_averages_and_adam_see_the_gradient_of_the_whole_batch(found: dict[int, Found], name: str) -> None:
    np.testing.assert_allclose(found[3][f"{name}.alone"], found[1][f"{name}.alone"], rtol=0, atol=1e-4)


def test_a_member_goes_the_whole_way_on_three_devices(found: dict[int, Found]) -> None:
    history = found[3]["whole.history"]
    assert len(history) == 2 and np.isfinite(history).all()
    assert found[3]["whole.select"] == pytest.approx(history.min())
