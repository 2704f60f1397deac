"""Trials on GPUs that are only described: what fails, what differs, what ends the process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sextet.doctor.deep import MARK, ON_EACH, tried
from sextet.doctor.frameworks import MARK as PROBE_MARK
from sextet.hardware.host import Ran
from sextet.probes import framework as probe
from sextet.probes import trial


def _lines(*told: dict[str, Any]) -> str:
    return "".join(f"{MARK}{json.dumps(one)}\n" for one in told)


class Host:
    """Gives, run after run, what the test says."""

    def __init__(self, *runs: Ran) -> None:
        self.runs = list(runs)
        self.commands: list[tuple[str, ...]] = []

    def run(self, command: Sequence[str], seconds: float) -> Ran:
        self.commands.append(tuple(command[3:]))
        return self.runs.pop(0)


def _all_well() -> Ran:
    return Ran(code=0, out=_lines(*({"operation": name, "difference": 0.0} for name in ON_EACH)))


def test_the_programs_and_the_doctor_speak_one_language():
    assert (trial.MARK, probe.MARK) == (MARK, PROBE_MARK)
    assert set(trial.OPERATIONS) == {*ON_EACH, "all_reduce"}


def test_without_a_gpu_nothing_is_tried():
    host = Host()
    (finding,) = tried(host, 0, 60)
    assert finding.id == "SXT703" and host.commands == []


def test_one_gpu_that_agrees():
    host = Host(_all_well())
    (finding,) = tried(host, 1, 60)
    assert finding.id == "SXT704" and finding.seen == "4 of 4 operations on 1 GPUs agree with the CPU"
    assert host.commands == [("GPU:0", *ON_EACH)]


def test_several_gpus_add_up_over_all():
    host = Host(_all_well(), _all_well(), Ran(code=0, out=_lines({"operation": "all_reduce", "difference": 0.5})))
    wrong, told = tried(host, 2, 60)
    assert (wrong.id, wrong.title) == ("SXT702", "sum over all GPUs computes something else than the CPU")
    assert wrong.seen == "all GPUs: largest relative difference 0.5"
    assert host.commands[-1] == ("ALL", "all_reduce") and told.seen.startswith("8 of 9")


def test_an_error_of_cudnn_brings_its_own_fix():
    failed = {"operation": "lstm", "error": "InternalError: CUDNN_STATUS_EXECUTION_FAILED"}
    rest = [{"operation": name, "difference": 0.0} for name in ON_EACH if name != "lstm"]
    broken, _ = tried(Host(Ran(code=0, out=_lines(failed, *rest))), 1, 60)
    assert (broken.id, broken.title) == ("SXT701", "LSTM with cuDNN fails")
    assert broken.fix == 'pip install "nvidia-cudnn-cu12==9.10.2.21"'


def test_a_process_that_ends_in_one_operation_goes_on_with_the_next():
    first = Ran(code=-11, out=_lines({"operation": "conv1d", "difference": 0.0}, {"operation": "lstm", "begins": True}))
    second = Ran(
        code=0, out=_lines({"operation": "gru", "difference": 0}, {"operation": "mixed_matmul", "difference": 0})
    )
    host = Host(first, second)
    broken, told = tried(host, 1, 60)
    assert broken.seen == "GPU:0: ended by signal 11" and told.seen.startswith("3 of 4")
    assert host.commands == [("GPU:0", *ON_EACH), ("GPU:0", "gru", "mixed_matmul")]


def test_a_process_that_does_not_start_is_not_started_again():
    host = Host(Ran(code=1, err="ImportError: libcudnn.so.9\n"))
    broken, told = tried(host, 1, 60)
    assert "exit code 1; ImportError: libcudnn.so.9" in broken.seen and len(host.commands) == 1
    assert told.seen.startswith("0 of 1")


def test_a_hang_and_a_line_cut_off():
    host = Host(Ran(code=None, late=True, out=_lines({"operation": "conv1d", "begins": True}) + MARK + '{"oper'))
    host.runs.append(Ran(code=0, out=_lines(*({"operation": name, "difference": 0.0} for name in ON_EACH[1:]))))
    broken, _ = tried(host, 1, 60)
    assert broken.seen == "GPU:0: no end in time"


def test_a_result_that_is_no_number_is_wrong():
    rest = [{"operation": name, "difference": 0.0} for name in ON_EACH[1:]]
    wrong, _ = tried(Host(Ran(code=0, out=_lines({"operation": "conv1d", "difference": float("nan")}, *rest))), 1, 60)
    assert wrong.id == "SXT702"
