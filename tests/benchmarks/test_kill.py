"""SIGKILL at three of the random moments of benchmarks/kill.py: each training goes on and ends as the undisturbed one.

What is killed is a process of its own; what goes on is here, which saves loading TensorFlow each time.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kill import COMMAND, EVERY_STEP, differing, goes_on, killed, moments, run, show, without_times, write_data
from sextet.app.resume import resume

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")]
pytest.importorskip("tensorflow", reason="training needs the extra train")

FLAGS = (
    *("--horizon", "6", "--members", "gru,rule-based", "--lookback", "24", "--quick", "--epochs", "2"),
    *("--batch", "32", "--catch-up", "1", "--seed", "3", "--device", "cpu"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data and the run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("kill")
    data = write_data(folder / "data.csv")
    run(*COMMAND, "train", str(data), *FLAGS, *EVERY_STEP, "--out", str(folder / "whole"))
    return folder


@pytest.mark.parametrize("stage", ["training", "checkpoint", "combine"])
def test_killed_and_resumed_equals_undisturbed(folder: Path, stage: str) -> None:
    moment = next(moment for moment in moments(seed=1) if moment.stage == stage)
    out = folder / stage
    command = [*COMMAND, "train", str(folder / "data.csv"), *FLAGS, *EVERY_STEP, "--out", str(out)]
    assert killed(command, out, moment)
    assert show(out) == 0
    if goes_on(out):
        resume(out)
    assert differing(folder / "whole", out) == []
    assert not goes_on(out)


def test_the_comparison_sees_what_matters() -> None:
    assert without_times({"seconds": 1, "loss": 2, "a.json": {"sha256": "x"}}) == {"loss": 2}
    assert without_times([{"created": 1}, 3]) == [{}, 3]
    assert without_times("2 epochs, 58 s") == without_times("2 epochs, 1.5 s") != without_times("3 epochs, 58 s")


def test_the_moments_follow_from_the_seed_and_lie_in_every_stage() -> None:
    assert moments(1) == moments(1) != moments(2)
    assert {moment.stage for moment in moments(1)} == {"data", "training", "checkpoint", "combine"}
    assert len(moments(1)) == 20
