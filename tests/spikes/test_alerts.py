"""Alerts: raised where the policy says, merged, graded, and explained."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sextet.core.forecast import Forecast
from sextet.metrics.events import detection
from sextet.spikes.alert_policy import AlertPolicy, choose_policy
from sextet.spikes.alerts import find_alerts, score_warnings, severity

STAMPS = np.datetime64("2024-01-01T00:00", "ns") + np.arange(6) * np.timedelta64(1, "h")


def warning(probability: list[list[float]]) -> Forecast:
    p = np.array(probability)
    return Forecast(
        ids=tuple(f"s{k}" for k in range(len(p))),
        cutoff=np.full(len(p), STAMPS[0] - np.timedelta64(1, "h")),
        stamps=np.tile(STAMPS[: p.shape[1]], (len(p), 1)),
        levels=(0.5,),
        quantiles=np.zeros((*p.shape, 1)),
        spike_probability=p,
        spike_size=10.0 + p,
    )


def test_policy_is_the_best_f1_on_calibrate() -> None:
    rng = np.random.default_rng(0)
    label = rng.random((200, 6)) < 0.1
    probability = np.clip(label * 0.3 + rng.normal(0.2, 0.1, label.shape), 0, 1)
    policy = choose_policy(probability, label)
    assert policy.spikes == label.sum()
    for cut in (0.2, 0.3, 0.4, 0.5):
        assert policy.f1 >= detection(probability, label, cut).f1
    assert policy.f1 == pytest.approx(detection(probability, label, policy.threshold).f1)


def test_without_enough_spikes_the_threshold_is_a_half() -> None:
    label = np.zeros((50, 4))
    assert choose_policy(np.full((50, 4), 0.01), label).threshold == 0.5
    label[:4, 0] = 1
    policy = choose_policy(np.where(label, 0.02, 0.01), label)
    assert (policy.threshold, policy.spikes) == (0.5, 4)
    label[4, 0] = 1
    assert choose_policy(np.where(label, 0.02, 0.01), label).threshold == 0.02


def test_warnings_that_are_chance_do_not_alert() -> None:
    rng = np.random.default_rng(1)
    label = rng.random((500, 6)) < 0.02
    policy = choose_policy(rng.uniform(0.01, 0.04, label.shape), label)
    assert (policy.threshold, policy.spikes) == (0.5, label.sum())


def test_spikes_at_missing_targets_do_not_count() -> None:
    label = np.ones((10, 4))
    assert choose_policy(np.full((10, 4), 0.3), label, np.zeros((10, 4), bool)).spikes == 0


def test_policy_travels_as_arrays(tmp_path) -> None:
    for policy in (AlertPolicy.silent(), AlertPolicy(threshold=0.2, spikes=9, precision=0.5, recall=1.0, f1=2 / 3)):
        np.savez(tmp_path / "policy.npz", **policy.to_arrays())
        with np.load(tmp_path / "policy.npz", allow_pickle=False) as arrays:
            again = AlertPolicy.from_arrays(dict(arrays))
        np.testing.assert_equal(vars(again), vars(policy))


def test_a_silent_policy_and_a_forecast_without_probabilities_raise_nothing() -> None:
    loud = warning([[1.0, 1.0]])
    assert find_alerts(loud, AlertPolicy.silent()) == ()
    assert find_alerts(replace(loud, spike_probability=None), AlertPolicy(threshold=0.1)) == ()


def test_typical_size_grades_and_a_missing_size_is_left_out_of_the_reason() -> None:
    forecast, policy = warning([[0.55]]), AlertPolicy(threshold=0.5)
    assert find_alerts(forecast, policy)[0].severity == "watch"
    assert find_alerts(forecast, policy, typical={"s0": 5.0})[0].severity == "warning"
    unsized = find_alerts(replace(forecast, spike_size=None), policy)[0]
    assert "above the level" not in unsized.reason and math.isnan(unsized.size)


def test_neighbouring_steps_are_one_alert_with_its_peak() -> None:
    found = find_alerts(warning([[0.1, 0.6, 0.2, 0.9, 0.1, 0.1]]), AlertPolicy(threshold=0.5))
    assert len(found) == 1
    assert (found[0].start, found[0].end) == (STAMPS[1], STAMPS[3])
    assert found[0].probability == 0.9 and found[0].size == pytest.approx(10.9)
    assert "from 2024-01-01 01:00 to 2024-01-01 03:00" in found[0].reason
    assert "90%" in found[0].reason and "50%" in found[0].reason and "10.9" in found[0].reason
    apart = find_alerts(warning([[0.1, 0.6, 0.2, 0.9, 0.1, 0.1]]), AlertPolicy(threshold=0.5), gap=0)
    assert [(alert.start, alert.end) for alert in apart] == [(STAMPS[1], STAMPS[1]), (STAMPS[3], STAMPS[3])]
    assert "at 2024-01-01 01:00" in apart[0].reason


def test_alerts_are_in_order_of_time_and_nan_raises_none() -> None:
    found = find_alerts(
        warning([[0.0, 0.0, 0.9], [0.9, 0.0, np.nan], [np.nan, np.nan, np.nan]]), AlertPolicy(threshold=0.5)
    )
    assert [(alert.series, alert.start) for alert in found] == [("s1", STAMPS[0]), ("s0", STAMPS[2])]
    assert all(alert.raised_by == "spike-detector" for alert in found)


@pytest.mark.parametrize(
    ("probability", "size", "typical", "expected"),
    [
        (0.55, 10, 10, "watch"),
        (0.55, 16, 10, "warning"),
        (0.70, 10, 10, "warning"),
        (0.70, 20, 10, "critical"),
        (0.90, 10, 10, "critical"),
        (0.90, 5, 10, "warning"),
        (0.90, 5, math.nan, "critical"),
        (0.90, 5, math.inf, "critical"),
    ],
)
def test_severity(probability: float, size: float, typical: float, expected: str) -> None:
    assert severity(probability, size, 0.5, typical) == expected


def test_a_certain_threshold_does_not_divide_by_zero() -> None:
    assert severity(1.0, 1.0, 1.0) == "critical"


def test_scores_of_warning() -> None:
    label = np.array([[1, 0, 0, 1]])
    scores = score_warnings(np.array([[0.9, 0.2, 0.8, 0.7]]), label, 0.75)
    assert (scores["hits"], scores["false_alarms"], scores["misses"]) == (1, 1, 1)
    assert scores["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert scores["brier"] == pytest.approx((0.01 + 0.04 + 0.64 + 0.09) / 4)
