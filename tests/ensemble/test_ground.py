"""Which windows weights and calibration are learned from: within the part, and at the phase of the test's cutoffs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sextet.data.read import read_panel
from sextet.data.split import SplitConfig
from sextet.ensemble.ground import PHASE_WINDOWS, Ground, lay_ground
from sextet.specs.presets import parse_members
from sextet.specs.run_config import RunConfig

HORIZON = 24


def ground(days: int, *, step: int, series: int = 1) -> Ground:
    rng = np.random.default_rng(0)
    stamps = pd.date_range("2024-01-01", periods=24 * days + 7, freq="h")
    frames = [
        pd.DataFrame({"unique_id": f"s{k}", "ds": stamps, "y": rng.normal(size=len(stamps))}) for k in range(series)
    ]
    split = SplitConfig(test=0.1, step=step)
    config = RunConfig(horizon=HORIZON, members=parse_members("rule-based"), split=split, transform="none")
    return lay_ground(read_panel(pd.concat(frames)), config)


def phases(ground: Ground, part: str) -> set[int]:
    index = ground.scored_windows(part)  # type: ignore[arg-type]
    return set(((index.row - ground.panel.offsets[index.series]) % 24).tolist())


def test_cutoffs_a_day_apart_are_weighed_by_cutoffs_of_their_hour() -> None:
    many = ground(24 * PHASE_WINDOWS, step=24)
    assert many.one_phase
    assert phases(many, "test") == phases(many, "weigh") == phases(many, "calibrate")
    assert len(phases(many, "weigh")) == 1
    for part in ("weigh", "calibrate"):
        first, last = many.split.bounds(part)
        index = many.scored_windows(part)
        assert first[0] <= index.row.min() and index.row.max() + HORIZON <= last[0]
        assert len(index) >= PHASE_WINDOWS - 1


@pytest.mark.parametrize("step", [1, 25])
def test_cutoffs_at_any_hour_are_weighed_by_cutoffs_at_any_hour(step: int) -> None:
    some = ground(24 * PHASE_WINDOWS, step=step)
    assert not some.one_phase and len(phases(some, "weigh")) == 24


def test_with_few_cutoffs_of_the_hour_all_are_heard() -> None:
    assert not ground(100, step=24).one_phase
    assert len(phases(ground(100, step=24), "weigh")) == 24
    shared = ground(100, step=24, series=20)  # the same days, in many series
    assert shared.one_phase and len(phases(shared, "weigh")) == 1
