"""Weights and calibration together on ETTh1 with members that need no training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sextet.combine.conformal import Calibration
from sextet.combine.online import OnlineCalibration
from sextet.combine.weights import fit_weights
from sextet.core.quantiles import LEVELS, MEDIAN

HORIZON = 96
PARTS = {"select": (8640, 10080), "weigh": (10080, 10800), "calibrate": (10800, 11520), "test": (11520, 14400)}


def pinball(quantiles: np.ndarray, target: np.ndarray) -> float:
    residual, levels = target[..., None] - quantiles, np.array(LEVELS)
    return float(np.maximum(levels * residual, (levels - 1) * residual).mean())


def medians(z: np.ndarray, series: np.ndarray, row: np.ndarray) -> list[np.ndarray]:
    """Same hour yesterday, mean of that hour over a week, last value."""
    steps, owner = row[:, None] + np.arange(HORIZON), series[:, None]
    day = steps - 24 * (1 + np.arange(HORIZON) // 24)
    week = np.mean([z[day - 24 * back, owner] for back in range(7)], axis=0)
    return [z[day, owner], week, np.repeat(z[row - 1, series][:, None], HORIZON, axis=1)]


@pytest.mark.shared_data
def test_weights_beat_members_and_online_calibration_covers(shared_data: Path) -> None:
    table = np.genfromtxt(shared_data / "ett" / "ETTh1.csv", delimiter=",", skip_header=1, usecols=range(1, 8))[:14400]
    z = (table - table[:8640].mean(axis=0)) / table[:8640].std(axis=0)
    series, row, target, said = {}, {}, {}, {}
    for part, (start, end) in PARTS.items():
        cutoffs = np.arange(start, end - HORIZON + 1)
        series[part], row[part] = np.repeat(np.arange(7), len(cutoffs)), np.tile(cutoffs, 7)
        target[part] = z[row[part][:, None] + np.arange(HORIZON), series[part][:, None]]
        said[part] = medians(z, series[part], row[part])
    errors = [np.quantile(target["select"] - m, LEVELS, axis=0).T for m in said["select"]]
    errors = [e - e[:, MEDIAN, None] for e in errors]
    answers = {
        part: np.stack([m[..., None] + e for m, e in zip(said[part], errors, strict=True)]).astype(np.float32)
        for part in PARTS
    }
    names = ("yesterday", "week", "last")
    weights = fit_weights(answers["weigh"], target["weigh"], series["weigh"], LEVELS, names, row=row["weigh"])
    combined = {part: weights.apply(answers[part], series[part]) for part in ("calibrate", "test")}
    score = pinball(combined["test"], target["test"])
    assert score < min(pinball(a, target["test"]) for a in answers["test"])
    assert score < 0.97 * pinball(answers["test"].mean(axis=0), target["test"])

    calibration = Calibration.fit(combined["calibrate"], target["calibrate"], LEVELS)
    online = OnlineCalibration.start(calibration, LEVELS, HORIZON, 7)
    _, online = online.advance(combined["calibrate"], target["calibrate"], series["calibrate"], row["calibrate"])
    adapted = online.run(combined["test"], target["test"], series["test"], row["test"])
    inside = (target["test"] >= adapted[..., 2]) & (target["test"] <= adapted[..., 10])
    assert 0.77 <= inside.mean() <= 0.83
    assert pinball(adapted, target["test"]) < score
