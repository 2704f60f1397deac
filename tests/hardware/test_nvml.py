"""NVML as drivers answer it, whole and broken."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pynvml
import pytest

from sextet.hardware import nvml
from sextet.hardware.capability import Capability
from sextet.hardware.version import Version

from ..doctor.described import DescribedNvml

CARD = {"name": "Tesla P40", "capability": "6.1", "memory": [24576, 24000], "persistence": 0, "power": [200, 250]}


def _read(*cards: dict[str, Any], **told: Any) -> nvml.Nvml:
    return nvml.read(DescribedNvml({"driver": "580.82.07", "cuda": 13000, "card": list(cards), **told}))


def test_a_healthy_card():
    answer = _read(CARD)
    (gpu,) = answer.gpus
    assert (answer.driver, answer.cuda, answer.failure) == (Version.of("580.82.07"), Version.of("13.0"), "")
    assert (gpu.name, gpu.capability, gpu.persistence) == ("Tesla P40", Capability(6, 1), False)
    assert (gpu.memory_total, gpu.power_limit, gpu.power_default) == (24576 * 2**20, 200.0, 250.0)
    assert gpu.failures == () and not gpu.lost and gpu.title == "GPU 0 (Tesla P40)"


def test_what_a_card_does_not_have_is_none_and_no_failure():
    (gpu,) = _read({"name": "Quadro P400"}).gpus
    assert (gpu.ecc, gpu.mig, gpu.temperature, gpu.processes) == (None, None, None, ())
    assert gpu.failures == ()


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, "LIBRARY_NOT_FOUND"),
        (pynvml.NVML_ERROR_DRIVER_NOT_LOADED, "DRIVER_NOT_LOADED"),
        (pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH, "LIB_RM_VERSION_MISMATCH"),
        (pynvml.NVML_ERROR_UNKNOWN, "UNKNOWN"),
    ],
)
def test_a_driver_that_does_not_start(code, name):
    answer = _read(init=code)
    assert (answer.failure, answer.gpus) == (name, ())
    assert answer.failure_text


def test_a_card_off_the_bus_does_not_hide_the_others():
    lost, other = _read({"handle": pynvml.NVML_ERROR_GPU_IS_LOST}, CARD).gpus
    assert lost.lost and lost.title == "GPU 0"
    assert not other.lost and other.index == 1


def test_a_card_that_falls_off_while_it_is_asked():
    (gpu,) = _read({**CARD, "failures": {"Temperature": pynvml.NVML_ERROR_GPU_IS_LOST}}).gpus
    assert gpu.lost and gpu.name == "Tesla P40"
    assert gpu.failures[0][0] == "Temperature" and gpu.failures[0][1].startswith("GPU_IS_LOST")


def test_a_failing_answer_is_remembered_a_forbidden_one_is_not():
    failures = {"Temperature": pynvml.NVML_ERROR_UNKNOWN, "EccMode": pynvml.NVML_ERROR_NO_PERMISSION}
    (gpu,) = _read({**CARD, "failures": failures}).gpus
    assert [what for what, _ in gpu.failures] == ["Temperature"] and not gpu.lost


def test_mig_instances_are_counted():
    (gpu,) = _read({**CARD, "mig": 1, "instances": 2}).gpus
    assert (gpu.mig, gpu.mig_instances) == (True, 2)


def test_processes_and_throttling():
    slow = pynvml.nvmlClocksThrottleReasonHwThermalSlowdown
    (gpu,) = _read({**CARD, "processes": [[7, 100]], "throttle": slow}).gpus
    assert [(one.pid, one.memory) for one in gpu.processes] == [(7, 100 * 2**20)]
    assert gpu.throttles == ("hardware thermal slowdown",)


def test_a_count_that_fails_leaves_the_driver_known(monkeypatch):
    library = DescribedNvml({"driver": "580.82.07", "cuda": 13000})

    def failing() -> int:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_UNKNOWN)

    monkeypatch.setattr(library, "nvmlDeviceGetCount", failing, raising=False)
    answer = nvml.read(library)
    assert (answer.driver, answer.failure) == (Version.of("580.82.07"), "UNKNOWN")


def test_this_machine_is_asked_without_an_error():
    answer = nvml.read()
    assert answer.failure or answer.driver is not None


def test_answers_newer_than_this_are_none():
    (gpu,) = _read({**CARD, "mode": 9, "capability": "6"}).gpus
    assert (gpu.compute_mode, gpu.capability, gpu.name) == (None, None, "Tesla P40")


def test_a_pynvml_that_lacks_functions():
    class Older(DescribedNvml):
        def __getattr__(self, name: str) -> Any:
            if name == "nvmlDeviceGetMigMode":
                raise AttributeError(name)
            return super().__getattr__(name)

    (gpu,) = nvml.read(Older({"driver": "580.82.07", "cuda": 13000, "card": [CARD]})).gpus
    assert gpu.mig is None and gpu.failures == ()


def test_a_pynvml_that_is_not_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    answer = nvml.read()
    assert answer.failure == "NOT_INSTALLED" and "nvidia-ml-py" in answer.failure_text


def test_a_driver_that_hangs_is_left_behind():
    class Hanging(DescribedNvml):
        def nvmlInit(self) -> None:
            threading.Event().wait(30)

    answer = nvml.read(Hanging({}), patience=0.05)
    assert (answer.failure, answer.failure_text) == (nvml.LATE, "no answer in 0.05 s")


def test_a_fault_of_ours_is_raised_where_it_was_asked():
    class Broken(DescribedNvml):
        def nvmlInit(self) -> None:
            raise ZeroDivisionError("ours")

    with pytest.raises(ZeroDivisionError, match="ours"):
        nvml.read(Broken({}))
