"""Members trained in processes of their own: the same as in turn, also where a process dies."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("tensorflow", reason="training needs the extra train")
pytest.importorskip("psutil", reason="looks for processes")

import psutil

from sextet.core.errors import ConfigError, ResourceError, TrainingError
from sextet.core.progress import Tick
from sextet.data.read import read_panel
from sextet.ensemble.apart import Apart, portable
from sextet.ensemble.ground import Ground, lay_ground
from sextet.ensemble.placing import Placed
from sextet.ensemble.recruiting import IN_TURN, recruit
from sextet.ensemble.slot import processor_slots
from sextet.hardware.site import Site
from sextet.planner.timing.step_times import STEPS, StepTimes
from sextet.specs.custom import CustomSpec
from sextet.specs.presets import parse_members
from sextet.specs.run_config import RunConfig
from sextet.specs.train_config import TrainConfig

from .conftest import HORIZON, Listener

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="kills processes")]
TRAIN = TrainConfig(epochs=2, steps=3, batch=16, select_windows=64, seed=3)
SITE = Site(cores=2)


@pytest.fixture(scope="module")
def ground(frame: pd.DataFrame) -> Ground:
    """Two networks and the member without one."""
    config = RunConfig(
        horizon=HORIZON, lookback=24, members=parse_members("gru,spike-detector,rule-based"), train=TRAIN
    )
    return lay_ground(read_panel(frame), config)


def _workers() -> list[psutil.Process]:
    """Processes of this one that train; one that has ended and is not waited for yet is none."""
    found = []
    for one in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # ended meanwhile, or a zombie
            if "spawn_main" in " ".join(one.cmdline()):
                found.append(one)
    return found


class Killer(Listener):
    """Kills the first process that says how a member is doing, once."""

    def __init__(self) -> None:
        super().__init__()
        self.killed = 0

    def tick(self, tick: Tick) -> None:
        super().tick(tick)
        if not self.killed:
            workers = _workers()
            os.kill(max(workers, key=lambda one: sum(one.cpu_times()[:2])).pid, signal.SIGKILL)
            self.killed = 1


def test_apart_is_as_in_turn_although_a_process_was_killed(ground: Ground, tmp_path: Path) -> None:
    killer = Killer()
    times = StepTimes(tmp_path / "cache.json")
    placed = Placed(SITE, "member", times)
    apart = recruit(ground, tmp_path / "apart", killer, placed)
    turn = recruit(ground, tmp_path / "turn", Listener(), IN_TURN)
    assert any("signal 9" in note and "once more" in note for note in killer.notes)
    assert sorted(killer.done) == ["gru", "spike-detector"]
    index = ground.scored_windows("weigh")
    ours, theirs = apart.crew.answers(ground.prepared, index), turn.crew.answers(ground.prepared, index)
    for name, answer in theirs.items():
        np.testing.assert_array_equal(ours[name].quantiles, answer.quantiles, err_msg=name)
    # what steps took is in the run and in the user's file, by the threads that a process had
    rows = json.loads((tmp_path / "apart" / STEPS).read_text())["rows"]
    assert {row["member"] for row in rows} == {"gru", "spike-detector"}
    assert {row["device"] for row in rows} == {"processor, 1 thread"}
    assert len(times.rows) == 2 and all(row.step > 0 for row in times.rows)
    assert not _workers()
    # what is there is not trained again, and no process is started for it
    again = Apart(processor_slots(2, 2))
    assert again.train(ground, tmp_path / "apart", Listener()).keys() == apart.trainings.keys() and not again.used


def test_a_member_that_only_this_process_knows_is_refused(ground: Ground, tmp_path: Path) -> None:
    from dataclasses import replace

    own = replace(ground, specs=(CustomSpec(name="mine", build=lambda shape: None),))
    with pytest.raises(ConfigError, match=r"file\.py:function"):
        Apart(processor_slots(2, 2)).train(own, tmp_path, Listener())


def test_errors_cross_to_the_parent() -> None:
    assert isinstance(portable(TrainingError("gru: NaN"), "gru"), TrainingError)
    assert isinstance(portable(MemoryError(), "gru"), ResourceError)
    exhausted = type("ResourceExhaustedError", (Exception,), {})
    assert "--batch" in str(portable(exhausted("OOM when allocating"), "gru"))
    assert portable(OSError(28, "No space left on device"), "gru").errno == 28  # type: ignore[attr-defined]
    assert "gru: ZeroDivisionError: no" in str(portable(ZeroDivisionError("no"), "gru"))
