"""`sextet plan --profile`: the profiled card or machine rests on it and says so, others do not."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sextet.app.plan import plan
from sextet.core.errors import ConfigError
from sextet.planner.clock import HALF_COST
from sextet.planner.kernel import Kernel
from sextet.planner.profile import Profile
from sextet.planner.profile_file import profile_text

from ..planner.made import costs, made_profile

SMALL = {"members": "lstm,gru", "epochs": 1, "steps": 20, "draws": 200}


def _file(folder: Path, profile: Profile) -> Path:
    path = folder / "profile.toml"
    path.write_text(profile_text(profile), encoding="utf-8")
    return path


def _steps(found, rig: str) -> dict[str, dict]:
    (one,) = (one for one in found.as_dict()["rigs"] if one["name"] == rig)
    chosen = next(way for way in one["placements"] if way["placement"] == one["chosen"])
    return {row["member"]: row["step"] for row in chosen["members"]}


def test_this_machine_is_a_rig_and_other_rigs_stay_as_they_were(tmp_path):
    path = _file(tmp_path, made_profile())
    found = plan(["This  Machine", "2x Tesla P40"], profile=path, **SMALL)
    plain = plan(["2x Tesla P40"], **SMALL)
    assert _steps(found, "2x Tesla P40") == _steps(plain, "2x Tesla P40")
    assert "Made Processor" in found.notes[-1] and "All others are predicted" in found.notes[-1]
    (here,) = (one for one in found.rigs if one.name == "this machine")
    assert "Made Processor" in json.dumps(here.notes)


def test_the_profiled_card_takes_what_was_measured_on_it(tmp_path):
    slow = made_profile(lambda kernel: 3 * costs(kernel), device="gpu", card="Tesla P40")
    path = _file(tmp_path, slow)
    rigs = ["1x Tesla P40", "1x Tesla P100 PCIe 16GB"]
    found, plain = plan(rigs, profile=path, **SMALL), plan(rigs, **SMALL)
    assert _steps(found, rigs[1]) == _steps(plain, rigs[1])
    for name, step in _steps(found, rigs[0]).items():
        assert step["value"] > _steps(plain, rigs[0])[name]["value"]
        assert "measured on Tesla P40" in step["source"]
    assert found.notes[-1].startswith("Step times of 1x Tesla P40 on Tesla P40: measured on Tesla P40")


def test_memory_and_gathering_that_were_measured_go_before_the_models(tmp_path):
    profile = made_profile(device="gpu", card="Tesla P40", steps=True)
    rigs = ["1x Tesla P40", "1x Tesla P100 PCIe 16GB"]
    found, plain = plan(rigs, profile=_file(tmp_path, profile), **SMALL), plan(rigs, **SMALL)
    (here, there), (before, other) = found.rigs, plain.rigs
    assert there.placement == other.placement and there.room == other.room
    for stack, model in zip(here.placement.memory, before.placement.memory, strict=True):
        assert stack.peak.source == profile.source and stack.total == stack.peak.value != model.total
    for member, model in zip(here.placement.members, before.placement.members, strict=True):
        assert profile.source in member.input.source and member.input.value != model.input.value
    assert here.room != before.room
    assert "come also memory and the rate of gathering windows" in found.notes[-1]


def test_a_profile_of_no_rig_says_that_nothing_rests_on_it(tmp_path):
    found = plan(["1x Tesla P40"], profile=_file(tmp_path, made_profile()), **SMALL)
    assert found.notes[-1] == "The profile is of this machine; no rig has one, so nothing here rests on it."


def test_a_precision_that_was_not_measured_gains_nothing(tmp_path):
    def single(kernel: Kernel) -> bool:
        return kernel.precision == "float32"

    whole = made_profile()
    path = _file(tmp_path, replace(whole, kernels=tuple(one for one in whole.kernels if single(one.kernel))))
    half, full = (plan(["this machine"], profile=path, precision=one, **SMALL) for one in ("float16", "float32"))
    for name, step in _steps(half, "this machine").items():
        assert step["value"] == pytest.approx(HALF_COST * _steps(full, "this machine")[name]["value"])
        assert "float16 was not measured" in json.dumps(step["notes"])


def test_without_a_profile_this_machine_is_not_known():
    with pytest.raises(ConfigError, match="sextet calibrate --out profile.toml"):
        plan(["this machine"], **SMALL)


def test_a_broken_profile_is_one_message_and_code_2(tmp_path):
    path = tmp_path / "profile.toml"
    path.write_text("schema = 1\n[machine]\ndevice = 3\n", encoding="utf-8")
    program = "from sextet.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "plan", "Tesla P40", "--profile", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and done.stdout == ""
    assert (
        done.stderr.startswith(f"Error: {path} is no profile: machine: device must be")
        and "Traceback" not in done.stderr
    )
