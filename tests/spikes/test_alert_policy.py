"""Thresholds by cost, and the steps that alerts cover."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.spikes.alert_policy import AlertPolicy, Costs, alert_episodes, alert_steps, choose_policy


def told(seed: int = 0, windows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are exact: a step is a spike as often as is said of it."""
    rng = np.random.default_rng(seed)
    probability = rng.beta(0.3, 3.0, (windows, 8))
    return probability, (rng.random(probability.shape) < probability).astype(np.int8)


def spent(policy: AlertPolicy, probability: np.ndarray, label: np.ndarray, costs: Costs) -> float:
    """What alerts by the policy would have cost, counted anew: a miss for each run of spikes that none covers."""
    total = 0.0
    covered = alert_steps(probability, policy)
    for alarm, truth in zip(covered, label > 0, strict=True):
        for mask, other, cost in ((truth, alarm, costs.miss), (alarm, truth, costs.false_alarm)):
            runs = np.split(np.arange(8), np.flatnonzero(np.diff(mask.astype(int))) + 1)
            if cost == costs.false_alarm:  # alerts one step apart are one
                closed = mask.copy()
                closed[1:-1] |= mask[:-2] & mask[2:]
                runs = np.split(np.arange(8), np.flatnonzero(np.diff(closed.astype(int))) + 1)
            total += sum(cost for run in runs if mask[run[0]] and not other[run].any())
    return total


@pytest.mark.parametrize("costs", [Costs(miss=50, false_alarm=1), Costs(miss=3, false_alarm=2)])
def test_the_threshold_costs_least_of_those_tried(costs: Costs) -> None:
    probability, label = told()
    chosen = choose_policy(probability, label, costs=costs)
    least = spent(chosen, probability, label, costs)
    for cut in np.linspace(0.02, 0.9, 23):
        assert least <= 1.02 * spent(AlertPolicy(threshold=float(cut)), probability, label, costs)
    assert (chosen.miss_cost, chosen.false_alarm_cost) == (costs.miss, costs.false_alarm)


def test_dearer_misses_lower_the_threshold() -> None:
    probability, label = told()
    policy = choose_policy(probability, label)
    cuts = [policy.at_cost(Costs(miss=miss, false_alarm=1)).threshold for miss in (0.2, 1, 5, 25, 125)]
    assert cuts == sorted(cuts, reverse=True)
    assert cuts[-1] < 0.5 * min(cuts[0], 1)


def test_where_silence_is_cheapest_no_alert_is_raised() -> None:
    rng = np.random.default_rng(2)
    label = (rng.random((300, 8)) < 0.01).astype(np.int8)
    noise = rng.uniform(0.005, 0.02, label.shape)
    policy = choose_policy(noise, label, costs=Costs(miss=1, false_alarm=10))
    assert policy.threshold == math.inf
    assert not alert_steps(noise, policy).any()


def test_without_spikes_to_judge_by_the_costs_decide() -> None:
    policy = choose_policy(np.full((20, 4), 0.1), np.zeros((20, 4)), costs=Costs(miss=9, false_alarm=1))
    assert policy.threshold == pytest.approx(0.1)
    assert AlertPolicy.silent().at_cost(Costs(miss=9, false_alarm=1)) == AlertPolicy.silent()


@pytest.mark.parametrize(("miss", "false_alarm"), [(0, 1), (-1, 1), (math.inf, 1), (math.nan, 1), (1, True)])
def test_costs_that_are_none_are_refused(miss: float, false_alarm: float) -> None:
    with pytest.raises(ConfigError, match="Expected the cost of a"):
        Costs(miss=miss, false_alarm=false_alarm)


def test_one_cost_alone_is_refused() -> None:
    with pytest.raises(ConfigError, match="miss_cost was given without false_alarm_cost"):
        Costs.of(3.0, None)
    with pytest.raises(ConfigError, match="false_alarm_cost was given without miss_cost"):
        Costs.of(None, 3.0)
    assert Costs.of(None, None) is None


def test_the_policy_comes_back_from_its_arrays_and_from_those_of_older_runs() -> None:
    policy = choose_policy(*told(), costs=Costs(miss=3, false_alarm=2))
    assert AlertPolicy.from_arrays(policy.to_arrays()) == policy
    old = {key: value for key, value in AlertPolicy(threshold=0.3, spikes=4, f1=0.5).to_arrays().items()}
    for key in ("miss_cost", "false_alarm_cost", "events", "curve"):
        old.pop(key)
    again = AlertPolicy.from_arrays(old)
    assert (again.threshold, again.spikes, again.f1, again.curve) == (0.3, 4, 0.5, ())


def test_an_alert_goes_on_at_half_the_odds() -> None:
    policy = AlertPolicy(threshold=0.5)
    assert policy.release == pytest.approx(1 / 3)
    found = alert_episodes(np.array([[0.1, 0.4, 0.6, 0.4, 0.1, 0.1, 0.4, 0.4]]), policy)
    assert found.tolist() == [[0, 1, 3]]


@given(
    chance=st.lists(st.floats(0, 1) | st.just(math.nan), min_size=1, max_size=12),
    threshold=st.floats(0.01, 0.99),
)
def test_every_step_at_the_threshold_is_covered_and_nothing_quiet_alone(chance: list[float], threshold: float) -> None:
    policy = AlertPolicy(threshold=threshold)
    steps = np.nan_to_num(np.array([chance]))
    covered = alert_steps(np.array([chance]), policy)
    assert covered[steps >= threshold].all()
    for window, first, last in alert_episodes(np.array([chance]), policy):
        assert steps[window, first : last + 1].max() >= threshold
        assert min(steps[window, first], steps[window, last]) >= policy.release
