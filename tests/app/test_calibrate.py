"""Calibration with programs that are only described: what they tell becomes a profile, what ends them one message."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from sextet.app import calibrate as app
from sextet.app.calibrate import MARK, CalibrateRequest, calibrate
from sextet.core.errors import ConfigError, HardwareError
from sextet.hardware.host import Platform, Ran
from sextet.planner.kernel import kernels_for
from sextet.planner.profile import read_profile
from sextet.planner.standing import member_specs
from sextet.probes import kernels as probe
from sextet.probes import steps as steps_probe

COUNT = len(kernels_for("cpu"))


def _lines(*told: dict[str, Any]) -> str:
    return "".join(f"{MARK}{json.dumps(one)}\n" for one in told)


def _kernels(*, done: bool = True, failed: Sequence[int] = ()) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = [
        {"machine": {"framework": "tensorflow", "version": "2.21.0"}, "before": 1, "floor": 6e8},
        {"figure": "call", "times": 1, "samples": [1e-3, 1e-3, 5e-3]},
        {"figure": "dispatch", "times": 512, "samples": [1e-3 + 512 * 4e-6] * 3},
        {"figure": "random", "times": 1000, "samples": [2e-3] * 3},
        {"figure": "gather", "times": 256, "samples": [0.01] * 3},
        {"figure": "frame", "times": 1, "samples": [0.04] * 3},
    ]
    said += [{"kernel": one, "error": "UnimplementedError: no"} for one in failed]
    said += [{"kernel": one, "times": 2, "samples": [3e-3, 5e-3]} for one in range(COUNT) if one not in failed]
    return [*said, *([{"done": True}] if done else [])]


class Host:
    """A machine without a GPU whose programs give, one after the other, what the test says."""

    environ: Mapping[str, str] = {}
    nvml = None

    def __init__(self, *runs: Ran, files: Mapping[str, str] | None = None) -> None:
        self.runs = list(runs)
        self.files = dict(files or {})
        self.commands: list[tuple[str, ...]] = []

    def platform(self) -> Platform:
        return Platform(python="3.12.1", system="Linux", machine="x86_64")

    def text(self, path: str) -> str | None:
        return self.files.get(path)

    def names(self, folder: str) -> tuple[str, ...]:
        return ()

    def run(self, command: Sequence[str], seconds: float) -> Ran:
        self.commands.append(tuple(command[2:]))
        return self.runs.pop(0)


FILES = {"/proc/cpuinfo": "vendor: x\nmodel name\t: Some CPU\n", "/proc/meminfo": "MemTotal:  1024 kB\n"}


def test_the_programs_and_the_command_speak_one_language():
    assert probe.MARK == steps_probe.MARK == MARK


def test_what_the_program_tells_becomes_a_profile(tmp_path):
    out = tmp_path / "profile.toml"
    host = Host(Ran(code=0, out="noise\n" + _lines(*_kernels(failed=[COUNT - 1]))), files=FILES)
    made = calibrate(CalibrateRequest(out=out, seconds=30), host=host)
    assert read_profile(out) == made.profile and not made.profile.steps
    machine = made.profile.machine
    assert (machine.name, machine.memory, machine.device, machine.card) == ("Some CPU", 1024 * 1024, "cpu", "")
    assert made.profile.figures["dispatch"].value == pytest.approx(4e-6)
    assert made.profile.figures["gather"].value == pytest.approx(25_600)
    assert made.profile.kernels[0].time.value == pytest.approx(1e-3)  # 3 ms less the call, twice in it
    assert made.failed == ((str(kernels_for("cpu")[-1].operation), "UnimplementedError: no"),)
    assert host.commands == [(str(app.PROBES / "kernels.py"), "cpu", "30")]


def test_a_profile_takes_the_place_of_nothing_but_a_profile(tmp_path):
    with pytest.raises(ConfigError, match=r"folder that is there for the profile; .*nosuch is not"):
        calibrate(CalibrateRequest(out=tmp_path / "nosuch" / "p.toml"), host=Host())
    assert not (tmp_path / "nosuch").exists()
    data = tmp_path / "sales.csv"
    data.write_text("ds,y\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="sales.csv is there and is none"):
        calibrate(CalibrateRequest(out=data), host=Host())
    assert data.read_text(encoding="utf-8") == "ds,y\n"
    out = tmp_path / "profile.toml"
    for _ in range(2):  # the second in place of the first
        host = Host(Ran(code=0, out=_lines(*_kernels())), files=FILES)
        made = calibrate(CalibrateRequest(out=out, seconds=30), host=host)
        assert read_profile(out) == made.profile


def test_members_are_timed_together_and_their_memory_one_by_one(tmp_path):
    names = tuple(member_specs())
    timed = [{"step": name, "samples": [0.1, 0.2]} for name in names]
    held = [Ran(code=0, out=_lines({"memory": name, "bytes": 2 * 10**8}, {"done": True})) for name in names]
    host = Host(Ran(code=0, out=_lines(*_kernels())), Ran(code=0, out=_lines(*timed, {"done": True})), *held)
    made = calibrate(CalibrateRequest(out=tmp_path / "p.toml", members=True), host=host)
    assert [(one.spec.name, one.time.value, one.memory) for one in made.profile.steps] == [
        (name, 0.1, 2e8) for name in names
    ]
    assert read_profile(tmp_path / "p.toml") == made.profile


@pytest.mark.parametrize(
    ("ran", "words"),
    [
        (
            Ran(code=1, err="Traceback\nModuleNotFoundError: No module named 'tensorflow'"),
            "before it began: exit code 1;",
        ),
        (Ran(code=-11, out=_lines({"begins": "forward of Gemm"})), "in forward of Gemm: signal 11."),
        (Ran(code=None, late=True, out=_lines({"begins": "both of Recurrent"})), "it did not end in time."),
        (Ran(code=0, out=_lines(*_kernels(done=False))[:-20]), "exit code 0."),
    ],
)
def test_a_program_that_ends_early_is_one_clear_message(tmp_path, ran, words):
    with pytest.raises(HardwareError) as raised:
        calibrate(CalibrateRequest(out=tmp_path / "p.toml"), host=Host(ran))
    assert words in str(raised.value) and not list(tmp_path.iterdir())


def test_where_only_the_members_fail_the_kernels_are_kept(tmp_path):
    host = Host(Ran(code=0, out=_lines(*_kernels())), Ran(code=-9))
    with pytest.raises(HardwareError, match="signal 9"):
        calibrate(CalibrateRequest(out=tmp_path / "p.toml", members=True), host=host)
    assert len(read_profile(tmp_path / "p.toml").kernels) == COUNT


def test_a_device_that_is_none_or_not_there_is_refused(tmp_path):
    request = CalibrateRequest(out=tmp_path / "p.toml")
    with pytest.raises(ConfigError, match="did you mean 'gpu'"):
        calibrate(replace(request, device="gpus"), host=Host())
    with pytest.raises(HardwareError, match="there is no NVIDIA GPU here"):
        calibrate(replace(request, device="gpu"), host=Host())
    with pytest.raises(ConfigError, match="at least 5 seconds"):
        calibrate(replace(request, seconds=1.0), host=Host())
