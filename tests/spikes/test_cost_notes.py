"""Why costs raise no alert, in words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sextet.core.forecast import Forecast
from sextet.core.quantiles import LEVELS
from sextet.spikes.alert_policy import AlertPolicy, Costs, choose_policy
from sextet.spikes.cost_notes import asked_note, silence_note

POLICY = AlertPolicy(threshold=0.3, events=7, curve=((0.1, 4, 40), (0.004, 5, 8), (0.3, 7, 1)))


def forecast(probability: float | None) -> Forecast:
    stamps = np.arange(3).astype("datetime64[h]").astype("datetime64[ns]")
    return Forecast(
        ids=("a",),
        cutoff=stamps[:1],
        stamps=stamps[None, 1:],
        levels=LEVELS,
        quantiles=np.zeros((1, 2, len(LEVELS))),
        spike_probability=None if probability is None else np.array([[math.nan, probability]]),
    )


def test_silence_is_told_with_what_it_and_the_cheapest_alerts_cost() -> None:
    note = silence_note(POLICY.at_cost(Costs(miss=50, false_alarm=20)))
    assert "a missed spike costs 50 and a false alarm 20, silence was cheapest" in note
    assert "Its 7 missed spikes would have cost 350" in note
    assert "from 30% on, 370 for 7 missed and 1 false" in note
    small = silence_note(POLICY.at_cost(Costs(miss=90, false_alarm=25)))  # 630; 5 * 90 + 8 * 25 = 650
    assert "cost 630" in small and "from 0.4% on, 650 for 5 missed and 8 false" in small


def test_nothing_is_told_where_alerts_pay_or_no_costs_were_given() -> None:
    assert silence_note(POLICY.at_cost(Costs(miss=500, false_alarm=20))) == ""
    assert silence_note(POLICY) == silence_note(AlertPolicy.silent()) == ""


@pytest.mark.parametrize("seed", range(3))
def test_what_is_told_is_never_dearer_than_the_alerts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    label = (rng.random((300, 8)) < 0.01).astype(np.int8)
    policy = choose_policy(rng.uniform(0.005, 0.02, label.shape), label, costs=Costs(miss=1, false_alarm=10))
    said = silence_note(policy)
    silence, alerts = (float(said.split(mark)[1].split()[0].strip(";").replace(",", "")) for mark in ("cost ", "on, "))
    assert silence == policy.events and silence < alerts


def test_costs_without_an_alert_say_at_how_much_alerts_start() -> None:
    policy = AlertPolicy(threshold=0.3, events=2).at_cost(Costs(miss=50, false_alarm=20))
    assert asked_note(policy, forecast(0.12)) == (
        "At these costs alerts start at 29%; the highest probability of a spike in this forecast is 12%."
    )
    assert asked_note(policy, forecast(0.3)) == ""
    assert asked_note(POLICY.at_cost(Costs(miss=50, false_alarm=20)), forecast(0.12)) == ""  # silence is said instead
    assert "no member of this run warns" in asked_note(AlertPolicy.silent(), forecast(None))
