"""The programs that run in processes of their own, run so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from sextet.doctor import deep
from sextet.doctor.frameworks import MARK, PROGRAM, framework
from sextet.hardware.host import Ran, ThisHost
from sextet.planner.kernel import KINDS
from sextet.planner.profile import NEEDED, read_profile
from sextet.planner.this_machine import this_machine
from sextet.planner.timing.prediction import predict_time
from sextet.probes import framework as probe
from sextet.probes import kernels, trial


def _run(program: object, *arguments: str) -> Ran:
    return ThisHost().run((sys.executable, "-P", str(program), *arguments), 300)


def test_a_framework_that_is_not_there_is_an_answer(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["framework.py", "jax"])
    monkeypatch.setitem(sys.modules, "jax", None)
    assert probe.main() == 0
    answer = framework("jax", Ran(code=0, out=capsys.readouterr().out))
    assert answer.failure == "refused" and "jax" in answer.failure_text


def test_a_framework_of_which_nobody_knows_ends_with_an_error():
    assert _run(PROGRAM, "mxnet").code == 1


def test_no_cudnn_is_loaded_here_and_a_path_that_is_none_gives_none():
    assert probe.cudnn(["/usr/lib/libcudart.so.12"]) == 0
    assert probe.cudnn(["/no/such/libcudnn.so.9"]) == 0
    assert all("/lib" in path for path in probe.loaded())


def test_kernels_are_measured_under_the_limits_of_training(monkeypatch):
    for name in ("TF_CUDNN_WORKSPACE_LIMIT_IN_MB", "CUDA_VISIBLE_DEVICES", "KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL"):
        monkeypatch.setenv(name, "")  # so that it is put back as it was
        monkeypatch.delenv(name)
    none = SimpleNamespace(config=SimpleNamespace(list_physical_devices=lambda kind: []))
    monkeypatch.setitem(sys.modules, "tensorflow", none)
    assert kernels.prepare("gpu") is none
    assert os.environ["TF_CUDNN_WORKSPACE_LIMIT_IN_MB"] == "256"


@pytest.mark.slow
def test_tensorflow_says_what_it_is():
    ran = _run(PROGRAM, "tensorflow")
    answer = framework("tensorflow", ran)
    assert answer.failure == "" and answer.version is not None and answer.version.major == 2
    assert ran.out.count(MARK) == 1


@pytest.mark.slow
def test_every_operation_agrees_between_two_cpus():
    trials = list(deep.trials_on(ThisHost(), "CPU:1", (*deep.ON_EACH, deep.OVER_ALL), 300))
    assert [one.operation for one in trials] == [*trial.OPERATIONS]
    for one in trials:
        assert one.error == "" and one.difference is not None, one
        assert deep._judged(one) is None


@pytest.mark.slow
def test_cudnn_asked_of_a_cpu_is_an_error_that_is_told():
    program = (
        "import sys; sys.argv[1:] = ['CPU:1', 'lstm']; from sextet.probes import trial; "
        "trial.OPERATIONS['lstm'] = lambda tf, device: trial._layer(tf, device, "
        "lambda on_gpu: tf.keras.layers.LSTM(4, use_cudnn=True)); trial.main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    lines = [json.loads(line.removeprefix(trial.MARK)) for line in done.stdout.splitlines() if trial.MARK in line]
    assert lines[0] == {"operation": "lstm", "begins": True}
    assert "use_cudnn=True" in lines[1]["error"]


@pytest.mark.slow
def test_this_processor_is_measured_in_a_short_time_and_predicts_itself(tmp_path):
    """The command itself, for real: every class is measured, and each kernel comes out near what it took."""
    out = tmp_path / "profile.toml"
    program = "from sextet.cli.main import main; main()"
    options = ["calibrate", "--device", "cpu", "--seconds", "5", "--json", "--out", str(out)]
    done = subprocess.run([sys.executable, "-c", program, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    profile = read_profile(out)
    assert told["profile"]["machine"]["device"] == "cpu" and told["failed"] == []
    assert {one.kernel.kind for one in profile.kernels} == set(KINDS)
    assert {*NEEDED, "random", "gather", "floor"} <= set(profile.figures)
    here = this_machine(profile)
    for one in profile.kernels:
        if not one.kernel.around:
            found = sum(predict_time(part, here, profile=profile).value for part in one.kernel.operations)
            assert found == pytest.approx(one.time.value, rel=0.5), one.kernel
