"""What rules would have done on past data, against a forecast that needs no run."""

import numpy as np
import pytest

from sextet.core.errors import DataError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.rules.rehearsal import Rehearsal, past_windows, rehearse, simple_forecast, usual_horizon
from sextet.rules.user_rules import parse_rules

DAYS = 60


def shop(days: int = DAYS) -> Panel:
    """A shop: noise around 50 by day, closed, so 0, from 20:00 to 08:00, and on the last fourth of all days at noon."""
    rows = 24 * days
    hour = np.arange(rows) % 24
    y = np.where((hour >= 8) & (hour < 20), 50 + np.random.default_rng(0).normal(0, 5, rows), 0.0)
    y[(hour == 12) & (np.arange(rows) >= rows * 3 // 4)] = 0.0
    frequency = Frequency.parse("h")
    return Panel(
        ids=("shop",),
        frequency=frequency,
        offsets=np.array([0, rows]),
        first=np.array([int(frequency.ordinals(np.datetime64("2025-01-01", "ns")))]),
        known=np.array([rows]),
        y=y,
        past=np.zeros((rows, 0), np.float32),
        future=np.zeros((rows, 0), np.float32),
        static=np.zeros((1, 0), np.float32),
    )


def tried(text: str) -> Rehearsal:
    panel = shop()
    index = past_windows(panel, 24, 300)
    answering, label = simple_forecast(panel, index, 24)
    assert label
    return rehearse(parse_rules(text), panel, index, answering)


def test_a_rule_that_knows_better_lowers_the_error_where_it_acts() -> None:
    noon = "[[rule]]\nname = 'noon'\nwhen = 'hour == 12 and date >= \"2025-02-15\"'\nthen = { set = 0 }"
    wrong = "[[rule]]\nname = 'wrong'\nwhen = 'hour == 10'\nthen = { multiply = 3 }"
    found = tried(f"{noon}\n{wrong}")
    good, bad = found.effects
    assert good.name == "noon" and good.held == good.changed == 15
    assert good.mae_after == 0.0 < good.mae_before and good.pinball_after < good.pinball_before
    assert good.mae_all_after < good.mae_all_before
    assert bad.held == bad.changed == len(found.scene.index) and bad.mae_after > 2 * bad.mae_before
    both = found.together
    assert both.held == both.changed == good.changed + bad.changed
    assert good.mae_all_before == bad.mae_all_before == both.mae_all_before


def test_the_error_without_rules_is_that_of_the_forecast() -> None:
    found = tried("[[rule]]\nname = 'idle'\nwhen = 'hour == 10'\nthen = { floor = -1e6 }")
    (effect,) = found.effects
    assert effect.held > 0 == effect.changed and np.isnan(effect.mae_before) and np.isnan(effect.mae_after)
    panel, index = found.scene.panel, found.scene.index
    truth = panel.y[index.row[:, None] + np.arange(24)]
    median = found.scene.quantiles[..., 6]
    assert effect.mae_all_before == effect.mae_all_after == pytest.approx(np.abs(truth - median).mean())


def test_alerts_and_silence_are_counted() -> None:
    loud = "[[rule]]\nname = 'loud'\nwhen = 'hour in [9, 15]'\nthen = { alert = true }"
    still = "[[rule]]\nname = 'still'\nwhen = 'hour == 9'\nthen = { mute = true }"
    found = tried(f"{loud}\n{still}")
    count = len(found.scene.index)
    assert (found.effects[0].alerts, found.effects[0].muted) == (2 * count, 0)
    assert (found.effects[1].alerts, found.effects[1].muted) == (0, count)
    assert (found.together.alerts, found.together.muted) == (count, count)


def test_windows_lie_after_what_the_forecast_learned_from() -> None:
    panel = shop()
    index = past_windows(panel, 24, 300)
    assert index.row.min() >= 0.6 * 24 * DAYS and index.row.max() + 24 <= 24 * DAYS
    assert len(past_windows(panel, 24, 5)) == 5
    assert usual_horizon(panel) == 24 and usual_horizon(shop(5)) == 12
    with pytest.raises(DataError, match="longest has 48 rows"):
        past_windows(shop(2), 24, 300)
