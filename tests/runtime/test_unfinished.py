"""The folder of a training that has not ended: what it keeps, what it refuses, what it leaves."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from sextet.core.errors import ConfigError, RunError
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.runtime.run_folder import MANIFEST, RunFolder, building
from sextet.runtime.unfinished import Unfinished
from sextet.samples import synthetic


def whole(path: Path, value: float = 1.0) -> None:
    """Put a run at `path`."""
    with building(path) as folder:
        fill(folder, value)


def fill(folder: RunFolder, value: float) -> None:
    folder.write_json("config.json", {"value": value})
    folder.seal(["config.json"], folder.write_state({"w": np.full(2, value)}))


def trained(unfinished: Unfinished) -> None:
    """Let a member be finished."""
    (unfinished.training / "members").mkdir(parents=True, exist_ok=True)
    (unfinished.training / "members" / "gru.training.json").write_text("{}")


def test_data_come_back_as_they_were_read(tmp_path: Path) -> None:
    panel = read_panel(synthetic(series=2, rows=90, freq="h", seed=1), DataOptions(past=("spike_label",)), horizon=3)
    unfinished = Unfinished(tmp_path / "run")
    with unfinished.held():
        unfinished.begin({"question": 1})
        assert unfinished.panel() is None
        unfinished.store(panel)
        trained(unfinished)
    again = Unfinished(tmp_path / "run").panel()
    assert again is not None
    assert (again.ids, again.frequency, again.tz, again.notes) == (panel.ids, panel.frequency, panel.tz, panel.notes)
    for name in ("y", "past", "future", "static", "offsets", "first", "known"):
        np.testing.assert_array_equal(getattr(again, name), getattr(panel, name))
    assert unfinished.request()["question"] == 1  # type: ignore[index]
    content = bytearray((unfinished.path / "data.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (unfinished.path / "data.npz").write_bytes(content)
    with pytest.raises(RunError, match=r"data\.npz is not what was written.*--fresh"):
        unfinished.panel()


def test_what_fails_before_anything_was_trained_leaves_nothing(tmp_path: Path) -> None:
    unfinished = Unfinished(tmp_path / "run")
    with pytest.raises(ZeroDivisionError), unfinished.held():
        unfinished.begin({})
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_what_fails_later_is_kept_and_the_old_run_stays(tmp_path: Path, error: type[BaseException]) -> None:
    whole(tmp_path / "run")
    unfinished = Unfinished(tmp_path / "run")
    with pytest.raises(error), unfinished.held():
        unfinished.begin({})
        trained(unfinished)
        fill(unfinished.new_run(), 2.0)
        raise error
    assert unfinished.exists and unfinished.begun
    assert RunFolder(tmp_path / "run").json("config.json") == {"value": 1.0}


def test_a_finished_one_takes_the_place_of_the_old_run(tmp_path: Path) -> None:
    whole(tmp_path / "run")
    unfinished = Unfinished(tmp_path / "run")
    with unfinished.held():
        unfinished.begin({})
        fill(unfinished.new_run(), 2.0)
        unfinished.finish()
    assert RunFolder(tmp_path / "run").json("config.json") == {"value": 2.0}
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    unfinished = Unfinished(tmp_path / "run")
    with unfinished.held():
        assert unfinished.worker() == os.getpid()
        with pytest.raises(ConfigError, match=f"{os.getpid()}.* is training the run"), unfinished.held():
            pass
        assert unfinished.path.is_dir()
        trained(unfinished)
    assert unfinished.worker() is None


def test_it_is_found_by_its_run_and_by_itself(tmp_path: Path) -> None:
    for path in (tmp_path / "run", tmp_path / "run.unfinished"):
        assert Unfinished.at(path).path == tmp_path / "run.unfinished"
        assert Unfinished.at(path).out == tmp_path / "run"
    whole(tmp_path / "odd.unfinished")
    assert Unfinished.at(tmp_path / "odd.unfinished").out == tmp_path / "odd.unfinished"


def test_a_kill_while_tidying_up_leaves_no_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unfinished = Unfinished(tmp_path / "run")
    with unfinished.held():
        unfinished.begin({})
        fill(unfinished.new_run(), 2.0)
        monkeypatch.setattr(shutil, "rmtree", lambda *args, **options: None)
        unfinished.finish()
        monkeypatch.undo()
    assert unfinished.path.is_dir() and not unfinished.exists
    with unfinished.held():  # a new training begins from nothing
        assert unfinished.request() is None


def test_a_kill_between_two_runs_brings_the_old_one_back(tmp_path: Path) -> None:
    whole(tmp_path / "run")
    (tmp_path / ".run.old-x7").mkdir()
    (tmp_path / "run").rename(tmp_path / ".run.old-x7" / "run")
    unfinished = Unfinished(tmp_path / "run")
    with unfinished.held():
        assert RunFolder(tmp_path / "run").json("config.json") == {"value": 1.0}
        assert not (tmp_path / ".run.old-x7").exists()


def test_something_else_at_the_place_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigError, match="not a run"), Unfinished(tmp_path / "run").held():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_commands_that_need_a_run_say_how_to_go_on(tmp_path: Path) -> None:
    unfinished = Unfinished(tmp_path / "run")
    unfinished.path.mkdir()
    with pytest.raises(RunError, match="its training has not ended.*--resume"):
        RunFolder(tmp_path / "run").check()


def test_a_damaged_request_is_refused_by_name(tmp_path: Path) -> None:
    unfinished = Unfinished(tmp_path / "run")
    unfinished.path.mkdir()
    (unfinished.path / "request.json").write_text("{")
    with pytest.raises(RunError, match=r"request\.json cannot be read"):
        unfinished.request()


def test_the_seal_is_of_this_run(tmp_path: Path) -> None:
    whole(tmp_path / "run")
    unfinished = Unfinished(tmp_path / "run")
    unfinished.path.mkdir()
    (unfinished.path / "sealed").write_text("of another")
    assert unfinished.exists
    assert json.loads((tmp_path / "run" / MANIFEST).read_text())["schema"] == 1
