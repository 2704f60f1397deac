"""Step times that were measured, kept and found again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sextet.planner.timing.step_times import MOST, Measured, StepTimes, user_file

ROW = Measured(device="Tesla P40", member="gru", precision="float32", batch=256, yardstick=0.02, step=0.03, start=12.0)


def test_the_same_step_is_found_and_another_is_scaled(tmp_path: Path) -> None:
    StepTimes(tmp_path / "steps.json").add([ROW])
    times = StepTimes(tmp_path / "steps.json")
    same = times.expected("Tesla P40", "gru", "float32", 0.02)
    assert same is not None and (same.step, same.start, same.same) == (0.03, 12.0, True)
    twice = times.expected("Tesla P40", "gru", "float32", 0.04)
    assert twice is not None and twice.step == pytest.approx(0.06) and not twice.same


def test_only_the_member_the_device_and_the_precision_count(tmp_path: Path) -> None:
    times = StepTimes(tmp_path / "steps.json")
    times.add([ROW])
    for device, member, precision in (
        ("Tesla P100", "gru", "float32"),
        ("Tesla P40", "lstm", "float32"),
        ("Tesla P40", "gru", "float16"),
    ):
        assert times.expected(device, member, precision, 0.02) is None


def test_the_nearest_one_counts_and_the_newest_of_equals(tmp_path: Path) -> None:
    times = StepTimes(tmp_path / "steps.json")
    far = replace(ROW, yardstick=0.2, step=0.5)
    times.add([far, ROW])
    times.add([replace(ROW, step=0.035)])
    assert len(times.rows) == 2
    near = times.expected("Tesla P40", "gru", "float32", 0.021)
    assert near is not None and near.step == pytest.approx(0.035 * 1.05)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 9, "rows": []}', '{"version": 1, "rows": [{"a": 1}]}'])
def test_a_damaged_file_holds_none_and_is_mended(tmp_path: Path, text: str) -> None:
    path = tmp_path / "steps.json"
    path.write_text(text)
    times = StepTimes(path)
    assert times.rows == []
    times.add([ROW])
    assert StepTimes(path).rows == [ROW]


def test_a_file_in_which_compiling_counted_as_steps_holds_none(tmp_path: Path) -> None:
    path = tmp_path / "steps.json"
    StepTimes(path).add([ROW])
    known = json.loads(path.read_text())
    path.write_text(json.dumps({**known, "version": 1}))
    assert StepTimes(path).rows == []


def test_the_file_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "steps.json"
    StepTimes(path).add([replace(ROW, yardstick=0.02 + number) for number in range(MOST + 30)])
    assert len(json.loads(path.read_text())["rows"]) == MOST


def test_a_folder_that_cannot_be_written_to_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SEXTET_CACHE", str(tmp_path / "file"))
    times = StepTimes()
    assert times.path == user_file()
    times.add([ROW])
    assert times.expected("Tesla P40", "gru", "float32", 0.02) is not None
