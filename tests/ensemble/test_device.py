"""Where a training runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sextet import Ensemble
from sextet.app.backtest import backtest
from sextet.app.requests import BacktestRequest, TrainRequest, TuneRequest
from sextet.app.train import train
from sextet.app.tune import tune
from sextet.core.errors import ConfigError, HardwareError
from sextet.ensemble import device
from sextet.ensemble.asked import Asked
from sextet.runtime.unfinished import Unfinished
from sextet.samples import synthetic
from sextet.specs.presets import parse_members

from ..doctor.described import DescribedHost, described, whole

BARE = {"like": "p40", "paths": ["/dev/nvidiactl"], "gone": ["nvidia-cudnn-cu12"]}


@pytest.fixture(autouse=True)
def environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `settle` sets is gone after the test."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")


def test_a_gpu_that_will_be_used():
    assert device.settle("auto", described("p40")) is True
    assert device.settle("gpu", described("p40")) is True


def test_no_gpu_and_none_asked_for_costs_nothing():
    assert device.settle("auto", described("laptop")) is False
    program = (
        "import sys; from sextet.ensemble.device import settle; from sextet.hardware.host import ThisHost; "
        "print(settle('auto'), 'pynvml' in sys.modules, 'sextet.doctor.examine' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False False False\n"


def _sees(monkeypatch: pytest.MonkeyPatch, gpus: int) -> None:
    """Put a TensorFlow in place that sees so many GPUs."""
    config = SimpleNamespace(list_physical_devices=lambda kind: ["GPU:0"] * gpus)
    monkeypatch.setitem(sys.modules, "sextet.members.backend", SimpleNamespace(tf=SimpleNamespace(config=config)))


def test_a_gpu_that_would_be_left_unused_stops_with_the_reason_and_the_fix(monkeypatch):
    _sees(monkeypatch, 0)
    with pytest.raises(HardwareError) as raised:
        device.settle("auto", DescribedHost(whole(BARE)))
    text = str(raised.value)
    assert "SXT109 CUDA libraries are missing" in text and "libcudnn.so.9" in text
    assert 'fix: pip install "tensorflow[and-cuda]==2.21.0" "nvidia-cudnn-cu12==9.10.2.21"' in text
    assert "--device cpu" in text and raised.value.exit_code == 1


def test_libraries_that_only_tensorflow_finds_are_found(monkeypatch):
    _sees(monkeypatch, 1)
    assert device.settle("auto", DescribedHost(whole(BARE))) is True


def test_what_is_sure_is_not_left_to_tensorflow(monkeypatch):
    _sees(monkeypatch, 1)
    unfit = DescribedHost(whole({"like": "p40", "packages": {"nvidia-cudnn-cu12": "9.24.0.43"}}))
    with pytest.raises(HardwareError, match="SXT103"):
        device.settle("auto", unfit)


def test_a_gpu_that_is_hidden_is_not_meant():
    hidden = DescribedHost(whole({**BARE, "environ": {"CUDA_VISIBLE_DEVICES": "-1"}}))
    assert device.settle("auto", hidden) is False
    with pytest.raises(HardwareError):
        device.settle("gpu", hidden)


def test_a_container_that_was_given_none_on_purpose():
    container = {**BARE, "environ": {"NVIDIA_VISIBLE_DEVICES": "void"}, "nvml": {"init": 12}}
    assert device.settle("auto", DescribedHost(whole(container))) is False


def test_a_doctor_that_fails_stops_no_training():
    class Broken(DescribedHost):
        def packages(self):
            raise PermissionError("no")

    assert device.settle("auto", Broken(whole(BARE))) is False


def test_a_gpu_that_was_asked_for_and_is_not_there():
    with pytest.raises(HardwareError, match="there is no NVIDIA GPU here"):
        device.settle("gpu", described("laptop"))


def test_an_unknown_device_is_refused():
    with pytest.raises(ConfigError, match="did you mean 'gpu'"):
        device.settle("gpus")


def test_the_cpu_hides_gpus_from_what_is_loaded_later():
    assert device.settle("cpu") is False
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"


def _tensorflow(monkeypatch: pytest.MonkeyPatch, *, initialised: bool, gpus: int) -> list[object]:
    calls: list[object] = []

    def hide(devices: list[object], kind: str) -> None:
        calls.append((devices, kind))
        if initialised:
            raise RuntimeError("Visible devices cannot be modified after being initialized")

    config = SimpleNamespace(
        set_visible_devices=hide,
        list_logical_devices=lambda kind: ["GPU:0"] * gpus,
        list_physical_devices=lambda kind: ["GPU:0"] * gpus,
    )
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=config))
    return calls


def test_the_cpu_hides_gpus_from_a_tensorflow_that_is_loaded(monkeypatch):
    calls = _tensorflow(monkeypatch, initialised=False, gpus=1)
    device.settle("cpu")
    assert calls == [([], "GPU")]


def test_a_tensorflow_that_has_the_gpu_already_cannot_let_it_go(monkeypatch):
    _tensorflow(monkeypatch, initialised=True, gpus=1)
    with pytest.raises(HardwareError, match="Start a new one"):
        device.settle("cpu")


def test_a_tensorflow_without_a_gpu_is_on_the_cpu(monkeypatch):
    _tensorflow(monkeypatch, initialised=True, gpus=0)
    assert device.settle("cpu") is False


@pytest.mark.parametrize("gpus", [0, 1])
def test_tensorflow_has_to_see_the_gpu(monkeypatch, gpus):
    _sees(monkeypatch, gpus)
    if gpus:
        device.verify()
    else:
        with pytest.raises(HardwareError, match="TensorFlow sees no GPU"):
            device.verify()


def _fit(source: Any, out: Path, wanted: str) -> None:
    Ensemble(horizon=2, members="gru").fit(source, out=out, device=wanted)


def _resume(source: Any, out: Path, wanted: str) -> None:
    unfinished = Unfinished(out)
    with unfinished.held():
        unfinished.begin(Asked(config=Ensemble(horizon=2, members="gru").config, path=str(source)).to_plain())
    Ensemble.resume(out, device=wanted)


def _asked(use_case: Callable[..., Any], request: type) -> Callable[[Any, Path, str], object]:
    return lambda source, out, wanted: use_case(
        request(source=source, horizon=2, out=out, members="gru", device=wanted)
    )


WAYS = {
    "train": _asked(train, TrainRequest),
    "backtest": _asked(backtest, BacktestRequest),
    "tune": _asked(tune, TuneRequest),
    "fit": _fit,
}


@pytest.mark.parametrize("way", [*WAYS, "resume"])
@pytest.mark.parametrize(("wanted", "error"), [("gpus", ConfigError), ("gpu", HardwareError)])
def test_whatever_trains_is_stopped_before_its_data_are_read(monkeypatch, tmp_path, way, wanted, error):
    monkeypatch.setattr(device, "ThisHost", lambda: described("laptop"))
    with pytest.raises(error, match="got 'gpus'" if wanted == "gpus" else "no NVIDIA GPU here"):
        {**WAYS, "resume": _resume}[way](tmp_path / "none.csv", tmp_path / "run", wanted)


@pytest.mark.parametrize("way", WAYS)
def test_whatever_trains_stops_where_tensorflow_sees_no_gpu(monkeypatch, tmp_path, way):
    _sees(monkeypatch, 0)
    monkeypatch.setattr(device, "ThisHost", lambda: described("p40"))
    with pytest.raises(HardwareError, match="TensorFlow sees no GPU"):
        WAYS[way](synthetic(series=1, rows=99), tmp_path / "run", "auto")


def test_a_gpu_is_not_missed_where_nothing_has_a_network():
    bare = DescribedHost(whole(BARE))
    assert device.settle("auto", bare, parse_members("rule-based")) is False
    with pytest.raises(HardwareError):
        device.settle("auto", DescribedHost(whole({**BARE, "packages": {}})), parse_members("gru,rule-based"))


@pytest.mark.slow
def test_the_cpu_really_hides_gpus():
    program = (
        "import os; from sextet.ensemble.device import settle; settle('cpu'); from sextet.members.backend import tf; "
        "print(os.environ['CUDA_VISIBLE_DEVICES'], tf.config.list_logical_devices('GPU'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "-1 []\n"
