"""How rules act on a forecast: where they should, on every quantile, in order, and said in a note."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.forecast import Alert, Forecast
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.rules.rule import Rule
from sextet.rules.user_rules import UserRules, parse_rules

SATURDAY = np.datetime64("2024-01-06T00:00", "ns")
HOUR = np.timedelta64(1, "h")


def forecast(
    ids: tuple[str, ...] = ("NP",), horizon: int = 48, start: np.datetime64 = SATURDAY, step: np.timedelta64 = HOUR
) -> Forecast:
    quantiles = np.tile(np.linspace(-60, 60, len(LEVELS)), (len(ids), horizon, 1))
    quantiles = quantiles + 10 * np.arange(horizon)[:, None]  # medians 0, 10, 20, ...
    return Forecast(
        ids=ids,
        cutoff=np.full(len(ids), start - step),
        stamps=np.tile(start + np.arange(horizon) * step, (len(ids), 1)),
        levels=LEVELS,
        quantiles=quantiles,
        members={"gru": quantiles - 1, "rule-based": quantiles + 1},
        spike_probability=np.full((len(ids), horizon), 0.4),
        spike_size=np.full((len(ids), horizon), 7.0),
    )


def test_floor_and_cap_act_on_every_quantile_of_ensemble_and_rule_based() -> None:
    before = forecast()
    after = parse_rules("[[rule]]\nfloor = 5\n[[rule]]\ncap = 100").applied(before)
    np.testing.assert_array_equal(after.quantiles, np.clip(before.quantiles, 5, 100))
    np.testing.assert_array_equal(after.members["rule-based"], np.clip(before.members["rule-based"], 5, 100))
    np.testing.assert_array_equal(after.members["gru"], before.members["gru"])


def test_closed_hours_over_midnight_belong_to_the_day_they_start_on() -> None:
    after = parse_rules('[[rule]]\nname = "night"\nclosed = "22:00-06:00"\ndays = "sat"').applied(forecast())
    closed = (after.quantiles == 0).all(axis=-1)[0]
    np.testing.assert_array_equal(np.flatnonzero(closed), np.arange(22, 30))  # Saturday 22:00 to Sunday 05:00
    np.testing.assert_array_equal(after.spike_probability[0] == 0, closed)
    np.testing.assert_array_equal(after.spike_size[0] == 0, closed)
    assert any("'night'" in note and "8 of 48 steps" in note for note in after.notes)


def test_hours_are_those_of_the_local_clock() -> None:
    rules = parse_rules('[[rule]]\nclosed = "08:00-09:00"\nvalue = -1')
    summer = forecast(start=np.datetime64("2024-07-06T00:00", "ns"), horizon=24)
    for tz, hour in ((None, 8), ("UTC", 8), ("Europe/Berlin", 6), ("America/New_York", 12), ("+05:30", 3)):
        closed = (rules.applied(summer, tz).quantiles == -1).all(axis=-1)[0]
        expected = [hour] if tz != "+05:30" else [3]  # 08:30 local
        np.testing.assert_array_equal(np.flatnonzero(closed), expected)


def test_rules_act_in_order_and_alerts_see_the_result() -> None:
    text = '[[rule]]\nalert_above = 50\n[[rule]]\nclosed = "00:00-24:00"\nvalue = 90\n[[rule]]\ncap = 40'
    after = parse_rules(text).applied(forecast())
    assert (after.quantiles == 40).all() and after.alerts == ()


def test_series_by_name_and_by_pattern() -> None:
    rules = parse_rules('[[rule]]\ncap = -1000\nseries = ["NP", "DE*", "odd[1]"]')
    after = rules.applied(forecast(("NP", "DE-LU", "FR", "odd[1]", "np")))
    np.testing.assert_array_equal((after.quantiles == -1000).all(axis=(1, 2)), [True, True, False, True, False])


def test_a_rule_about_no_series_is_said() -> None:
    after = parse_rules('[[rule]]\nname = "x"\ncap = 1\nseries = "SE"').applied(forecast())
    assert any("'x'" in note and "SE" in note for note in after.notes)
    np.testing.assert_array_equal(after.quantiles, forecast().quantiles)


def test_hours_do_not_act_on_daily_data_and_that_is_said() -> None:
    daily = forecast(step=np.timedelta64(1, "D"), horizon=7)
    after = parse_rules('[[rule]]\nname = "night"\nclosed = "22:00-06:00"').applied(daily)
    np.testing.assert_array_equal(after.quantiles, daily.quantiles)
    assert "steps of a day or more" in after.notes[-1]
    sunday = parse_rules('[[rule]]\ncap = -99\ndays = ["sun"]').applied(daily)
    np.testing.assert_array_equal((sunday.quantiles == -99).all(axis=-1)[0], [False, True, *[False] * 5])


def test_alert_above() -> None:
    after = parse_rules('[[rule]]\nname = "hot"\nalert_above = 300\nseverity = "critical"').applied(forecast())
    assert len(after.alerts) == 1
    alert = after.alerts[0]
    assert (alert.series, alert.severity, alert.raised_by) == ("NP", "critical", "rule 'hot'")
    assert (alert.start, alert.end) == (SATURDAY + 30 * HOUR, SATURDAY + 47 * HOUR)  # medians from 300 on
    assert alert.probability > 0.9 and alert.size == 170
    assert "above 300" in alert.reason and "470" in alert.reason
    np.testing.assert_array_equal(after.quantiles, forecast().quantiles)


def test_alert_below_and_its_probability() -> None:
    at_half = parse_rules("[[rule]]\nalert_below = 35").applied(forecast()).alerts[0]
    sooner = parse_rules("[[rule]]\nalert_below = 35\nprobability = 0.2").applied(forecast()).alerts[0]
    assert at_half.end == SATURDAY + 3 * HOUR and sooner.end > at_half.end
    assert at_half.start == SATURDAY and at_half.size == 35


def test_alerts_already_there_are_kept_in_order_of_time() -> None:
    other = Alert(
        series="NP",
        start=SATURDAY + 2 * HOUR,
        end=SATURDAY + 2 * HOUR,
        probability=0.5,
        size=1.0,
        severity="watch",
        raised_by="spike-detector",
        reason="",
    )
    after = parse_rules("[[rule]]\nalert_below = 5\n[[rule]]\nalert_above = 400").applied(
        replace(forecast(), alerts=(other,))
    )
    assert [alert.raised_by for alert in after.alerts] == ["rule 'rule 1'", "spike-detector", "rule 'rule 2'"]


def test_nothing_given_is_changed_and_no_rules_do_nothing() -> None:
    before = forecast()
    copy = before.quantiles.copy()
    assert UserRules().applied(before) is before
    parse_rules("[[rule]]\nfloor = 5").applied(before)
    np.testing.assert_array_equal(before.quantiles, copy)


def test_texts_name_the_rules() -> None:
    assert parse_rules('[[rule]]\nname = "a"\nfloor = 1').texts == ("a: at least 1",)


rules = st.lists(
    st.builds(
        Rule,
        name=st.just("r"),
        action=st.sampled_from(["floor", "cap", "closed", "alert_above", "alert_below"]),
        value=st.floats(-300, 300),
        hours=st.one_of(st.none(), st.tuples(st.integers(0, 719), st.integers(720, 1440)), st.just((1320, 360))),
        days=st.one_of(st.none(), st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple)),
        probability=st.floats(0.01, 0.99),
    ),
    max_size=5,
)


@given(rules)
def test_whatever_the_rules_quantiles_do_not_cross_and_the_last_one_holds(some: list[Rule]) -> None:
    after = UserRules(rules=tuple(some)).applied(forecast(("a", "b"), 30), "Europe/Berlin")
    assert (np.diff(after.quantiles, axis=-1) >= 0).all()
    acting = [rule for rule in some if not rule.alerts and rule.hours is None and rule.days is None]
    if acting and acting[-1] is [rule for rule in some if not rule.alerts][-1]:
        last, median = acting[-1], after.quantiles[..., MEDIAN]
        holds = {"floor": median >= last.value, "cap": median <= last.value, "closed": median == last.value}
        assert holds[last.action].all()


@pytest.mark.parametrize(("hours", "minutes"), [((480, 1020), 540), ((1320, 360), 480), ((0, 1440), 1440)])
def test_a_day_has_as_many_open_minutes_as_its_hours_say(hours: tuple[int, int], minutes: int) -> None:
    day = SATURDAY + np.arange(1440) * np.timedelta64(1, "m")
    assert Rule(name="r", action="cap", value=0.0, hours=hours).holds_at(day).sum() == minutes


def test_the_rules_in_the_documentation_are_valid() -> None:
    text = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    assert [rule.name for rule in parse_rules(example).rules] == [
        "never negative",
        "capacity",
        "closed at night",
        "closed on Sundays",
        "too high",
    ]
