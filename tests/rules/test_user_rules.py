"""How rules act on a forecast and in the member: where they should, on every quantile, in order, and said in a note."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.answer import Answer
from sextet.core.errors import ConfigError
from sextet.core.forecast import Alert, Forecast
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex
from sextet.data.prepare import prepare
from sextet.data.scale import Scaler
from sextet.rules.action import Action
from sextet.rules.expression import number_of
from sextet.rules.rule import Rule
from sextet.rules.user_rules import Ruled, UserRules, parse_rules

SATURDAY = np.datetime64("2024-01-06T00:00", "ns")
HOUR = np.timedelta64(1, "h")
PAST = 200


def panel_of(ids: tuple[str, ...] = ("NP",), freq: str = "h", tz: str | None = None, start: np.datetime64 = SATURDAY):
    """Series of 200 known rows, the last before `start`: row k of series s holds 1000 s + k + 1."""
    frequency = Frequency.parse(freq)
    first = int(frequency.ordinals(start)) - PAST
    count = len(ids)
    return Panel(
        ids=ids,
        frequency=frequency,
        offsets=np.arange(count + 1) * PAST,
        first=np.full(count, first),
        known=np.full(count, PAST),
        y=(1000.0 * np.arange(count)[:, None] + np.arange(1, PAST + 1)).ravel(),
        past=np.zeros((count * PAST, 1), np.float32) + 7,
        future=np.zeros((count * PAST, 0), np.float32),
        static=np.arange(count, dtype=np.float32)[:, None],
        past_names=("wind",),
        static_names=("area",),
        tz=tz,
    )


def forecast(panel: Panel, horizon: int = 48) -> tuple[Forecast, WindowIndex]:
    """Medians 0, 10, 20 ... of each series."""
    count = panel.series
    index = WindowIndex(series=np.arange(count, dtype=np.int32), row=panel.offsets[:-1] + panel.known)
    ordinals = (panel.first + panel.known)[:, None] + np.arange(-1, horizon)
    stamps = panel.frequency.stamps(ordinals)
    quantiles = np.tile(np.linspace(-60, 60, len(LEVELS)), (count, horizon, 1)) + 10 * np.arange(horizon)[:, None]
    made = Forecast(
        ids=panel.ids,
        cutoff=stamps[:, 0],
        stamps=stamps[:, 1:],
        levels=LEVELS,
        quantiles=quantiles,
        members={"gru": quantiles - 1, "rule-based": quantiles + 1},
        weights={"gru": np.full((count, horizon), 0.8), "rule-based": np.full((count, horizon), 0.2)},
        spike_probability=np.full((count, horizon), 0.4),
        spike_size=np.full((count, horizon), 7.0),
        tz=panel.tz,
    )
    return made, index


def ruled(text: str, panel: Panel | None = None, horizon: int = 48, nonnegative: bool = False) -> Ruled:
    panel = panel or panel_of()
    made, index = forecast(panel, horizon)
    return parse_rules(text).applied(made, panel, index, nonnegative=nonnegative)


def after(text: str, panel: Panel | None = None, horizon: int = 48, nonnegative: bool = False) -> Forecast:
    return ruled(text, panel, horizon, nonnegative).forecast


def before(panel: Panel | None = None, horizon: int = 48) -> Forecast:
    return forecast(panel or panel_of(), horizon)[0]


def test_floor_and_cap_act_on_every_quantile_of_the_ensemble() -> None:
    found = after("[[rule]]\nfloor = 5\n[[rule]]\ncap = 100")
    np.testing.assert_array_equal(found.quantiles, np.clip(before().quantiles, 5, 100))
    for name, quantiles in before().members.items():
        np.testing.assert_array_equal(found.members[name], quantiles)  # the member has had its rules by then


def test_only_final_rules_act_on_the_ensemble() -> None:
    text = '[[rule]]\nname = "x"\nthen = {cap = 100}'
    np.testing.assert_array_equal(after(text).quantiles, before().quantiles)
    found = after(text + "\nfinal = true")
    np.testing.assert_array_equal(found.quantiles, np.minimum(before().quantiles, 100))
    np.testing.assert_array_equal(found.rules["x"], (before().quantiles > 100).any(axis=-1))


def test_closed_hours_over_midnight_belong_to_the_day_they_start_on() -> None:
    found = after('[[rule]]\nname = "night"\nclosed = "22:00-06:00"\ndays = "sat"')
    closed = (found.quantiles == 0).all(axis=-1)[0]
    np.testing.assert_array_equal(np.flatnonzero(closed), np.arange(22, 30))  # Saturday 22:00 to Sunday 05:00
    assert found.spike_probability is not None and found.spike_size is not None
    np.testing.assert_array_equal(found.spike_probability[0] == 0, closed)
    np.testing.assert_array_equal(found.spike_size[0] == 0, closed)
    np.testing.assert_array_equal(found.rules["night"][0], closed)
    assert any("'night'" in note and "8 of 48 steps" in note for note in found.notes)


@pytest.mark.parametrize(
    ("tz", "hour"), [(None, 8), ("UTC", 8), ("Europe/Berlin", 6), ("America/New_York", 12), ("+05:30", 3)]
)
@pytest.mark.parametrize("rule", ['closed = "08:00-09:00"\nvalue = -1', "when = 'hour == 8'\nthen = {set = -1}"])
def test_hours_are_those_of_the_local_clock(tz: str | None, hour: int, rule: str) -> None:
    panel = panel_of(tz=tz, start=np.datetime64("2024-07-06T00:00", "ns"))
    closed = (after(f"[[rule]]\nfinal = true\n{rule}", panel, 24).quantiles == -1).all(axis=-1)[0]
    np.testing.assert_array_equal(np.flatnonzero(closed), [hour])  # 08:30 in the zone of +05:30


def test_an_hour_that_the_clock_shows_twice_is_met_twice_and_one_that_it_leaves_out_never() -> None:
    rule = "[[rule]]\nwhen = 'hour == 2'\nthen = {set = -1}\nfinal = true"
    for start, hours in (("2024-10-26T22:00", [2 + 0, 3]), ("2024-03-30T23:00", [])):
        panel = panel_of(tz="Europe/Berlin", start=np.datetime64(start, "ns"))
        found = (after(rule, panel, 23).quantiles == -1).all(axis=-1)[0]
        np.testing.assert_array_equal(np.flatnonzero(found), hours)


def test_rules_act_in_order_and_alerts_see_the_result() -> None:
    text = '[[rule]]\nalert_above = 50\n[[rule]]\nclosed = "00:00-24:00"\nvalue = 90\n[[rule]]\ncap = 40'
    assert (after(text).quantiles == 40).all() and after(text).alerts == ()


def test_a_higher_priority_acts_later() -> None:
    text = "[[rule]]\ncap = 40\npriority = 2\n[[rule]]\nfloor = 90\npriority = 1\n[[rule]]\nfloor = 95"
    assert (after(text).quantiles == 40).all()


def test_series_by_name_and_by_pattern() -> None:
    panel = panel_of(("NP", "DE-LU", "FR", "odd[1]", "np"))
    for rule in (
        'cap = -1000\nseries = ["NP", "DE*", "odd[1]"]',
        'when = \'series in ["NP", "odd[1]"] or like(series, "DE*")\'\nthen = {cap = -1000}\nfinal = true',
    ):
        found = after(f"[[rule]]\n{rule}", panel)
        np.testing.assert_array_equal((found.quantiles == -1000).all(axis=(1, 2)), [True, True, False, True, False])


def test_a_rule_about_no_series_is_said() -> None:
    found = after('[[rule]]\nname = "x"\ncap = 1\nseries = "SE"')
    assert any("'x'" in note and "SE" in note for note in found.notes)
    np.testing.assert_array_equal(found.quantiles, before().quantiles)


@pytest.mark.parametrize(
    "rule", ['closed = "22:00-06:00"', "when = 'not hours(\"08:00-09:00\")'\nthen = {set = 0}\nfinal = true"]
)
def test_hours_do_not_act_on_daily_data_and_that_is_said(rule: str) -> None:
    daily = panel_of(freq="D")
    found = after(f'[[rule]]\nname = "night"\n{rule}', daily, 7)
    np.testing.assert_array_equal(found.quantiles, before(daily, 7).quantiles)
    assert "steps of a day or more" in found.notes[-1]
    sunday = after('[[rule]]\ncap = -99\ndays = ["sun"]', daily, 7)
    np.testing.assert_array_equal((sunday.quantiles == -99).all(axis=-1)[0], [False, True, *[False] * 5])


def test_alert_above() -> None:
    found = after('[[rule]]\nname = "hot"\nalert_above = 300\nseverity = "critical"')
    assert len(found.alerts) == 1
    alert = found.alerts[0]
    assert (alert.series, alert.severity, alert.raised_by) == ("NP", "critical", "rule 'hot'")
    assert (alert.start, alert.end) == (SATURDAY + 30 * HOUR, SATURDAY + 47 * HOUR)  # medians from 300 on
    assert alert.probability > 0.9 and alert.size == 170
    assert "above 300" in alert.reason and "470" in alert.reason
    np.testing.assert_array_equal(found.quantiles, before().quantiles)


def test_alerts_tell_times_by_the_clock_of_the_data() -> None:
    text = "[[rule]]\nalert_above = 300\n[[rule]]\nwhen = 'step <= 2'\nthen = {alert = 'watch'}"
    held, likely = after(text, panel_of(tz="Europe/Berlin")).alerts
    assert held.tz == likely.tz == "Europe/Berlin"
    assert "from 2024-01-06 01:00 CET to 2024-01-06 02:00 CET" in held.reason
    assert "from 2024-01-07 07:00 CET to 2024-01-08 00:00 CET" in likely.reason


def test_alert_below_and_its_probability() -> None:
    at_half = after("[[rule]]\nalert_below = 35").alerts[0]
    sooner = after("[[rule]]\nalert_below = 35\nprobability = 0.2").alerts[0]
    assert at_half.end == SATURDAY + 3 * HOUR and sooner.end > at_half.end
    assert at_half.start == SATURDAY and at_half.size == 35


def test_alerts_already_there_are_kept_in_order_of_time() -> None:
    at = SATURDAY + 2 * HOUR
    raised = {"probability": 0.5, "size": 1.0, "severity": "watch", "raised_by": "spike-detector", "reason": ""}
    other = Alert(series="NP", start=at, end=at, **raised)  # type: ignore[arg-type]
    panel = panel_of()
    made, index = forecast(panel)
    rules = parse_rules("[[rule]]\nalert_below = 5\n[[rule]]\nalert_above = 400")
    found = rules.applied(replace(made, alerts=(other,)), panel, index).forecast
    assert [alert.raised_by for alert in found.alerts] == ["rule 'rule 1'", "spike-detector", "rule 'rule 2'"]


def test_an_alert_of_a_condition_has_the_name_of_its_rule_and_its_reason() -> None:
    text = (
        "[[rule]]\nname = 'steep'\nwhen = 'forecast > 2 * value'\n"
        "then = { alert = { severity = 'critical', reason = 'It doubles.' } }"
    )
    (alert,) = after(text).alerts
    assert alert.start == SATURDAY + 41 * HOUR and alert.end == SATURDAY + 47 * HOUR  # value is 200
    assert (alert.raised_by, alert.severity, alert.probability) == ("rule 'steep'", "critical", 0.4)
    assert alert.reason.startswith("It doubles, from 2024-01-07 17:00")
    (plain,) = after("[[rule]]\nwhen = 'forecast > 2 * value'\nthen = { alert = true }").alerts
    assert plain.severity == "warning" and "forecast > 2 * value" in plain.reason


def test_mute_silences_alerts_of_its_priority_and_below_and_says_where() -> None:
    alert = "[[rule]]\nname = 'loud'\nwhen = 'step <= 4'\nthen = {alert = 'watch'}\n"
    mute = "[[rule]]\nname = 'still'\nwhen = 'step >= 3'\nthen = {mute = true}\n"
    found = ruled(alert + mute)
    assert [(a.start, a.end) for a in found.forecast.alerts] == [(SATURDAY, SATURDAY + HOUR)]
    np.testing.assert_array_equal(found.muted[0], np.arange(1, 49) >= 3)
    np.testing.assert_array_equal(found.forecast.rules["still"], found.muted)
    np.testing.assert_array_equal(np.flatnonzero(found.forecast.rules["loud"]), [0, 1])
    louder = after(alert + "priority = 1\n" + mute)
    assert [(a.start, a.end) for a in louder.alerts] == [(SATURDAY, SATURDAY + 3 * HOUR)]


def test_nothing_given_is_changed_and_no_rules_do_nothing() -> None:
    panel = panel_of()
    made, index = forecast(panel)
    copy = made.quantiles.copy()
    assert UserRules().applied(made, panel, index).forecast is made
    parse_rules("[[rule]]\nfloor = 5").applied(made, panel, index)
    np.testing.assert_array_equal(made.quantiles, copy)


def test_texts_name_the_rules() -> None:
    assert parse_rules('[[rule]]\nname = "a"\nfloor = 1').texts == ("a: at least 1",)


def test_values_may_be_expressions_and_do_not_act_where_they_are_missing() -> None:
    found = after("[[rule]]\nname = 'as yesterday'\nthen = { set = 'lag(24)' }\nfinal = true")
    np.testing.assert_array_equal(found.quantiles[0, :24, 3], np.arange(PAST - 23, PAST + 1))
    np.testing.assert_array_equal(found.quantiles[:, 24:], before().quantiles[:, 24:])
    np.testing.assert_array_equal(found.rules["as yesterday"][0], np.arange(48) < 24)


@pytest.mark.parametrize(
    ("then", "wanted"),
    [
        ("multiply = 0.5", lambda q: q * 0.5),
        ("add = -3", lambda q: q - 3),
        ("blend = { with = 100, weight = 0.25 }", lambda q: 0.75 * q + 25),
        ("multiply = 2\nthen.add = 1\nthen.cap = 7", lambda q: np.minimum(2 * q + 1, 7)),
        ("multiply = '-1 * step'", lambda q: np.sort(-q * np.arange(1, 49)[:, None], axis=-1)),
    ],
)
def test_what_actions_do(then: str, wanted) -> None:
    text = f"[[rule]]\nfinal = true\nthen.{then}" if "\n" in then else f"[[rule]]\nfinal = true\nthen = {{ {then} }}"
    np.testing.assert_allclose(after(text).quantiles, wanted(before().quantiles))


def test_a_run_that_is_never_below_zero_stays_so() -> None:
    text = "[[rule]]\nthen = { add = -1000 }\nfinal = true"
    assert (after(text, nonnegative=True).quantiles == 0).all()
    assert (after(text).quantiles < 0).any()


def test_validity_in_time() -> None:
    text = "[[rule]]\ncap = -99\nvalid-from = 2024-01-06T06:00:00\nvalid-to = 2024-01-06"
    found = (after(text).quantiles == -99).all(axis=-1)[0]
    np.testing.assert_array_equal(np.flatnonzero(found), np.arange(6, 24))


def member_answer(text: str, panel: Panel, z: float = 0.0) -> tuple[Answer, Scaler, WindowIndex]:
    scaler = Scaler.fit(panel, panel.known)
    prepared = prepare(panel, scaler)
    index = WindowIndex(series=np.arange(panel.series, dtype=np.int32), row=panel.offsets[:-1] + panel.known)
    quantiles = np.full((panel.series, 24, len(LEVELS)), z, np.float32) + np.linspace(-1, 1, len(LEVELS), dtype="f4")
    answer = parse_rules(text).in_member(Answer(quantiles=quantiles), prepared, index, LEVELS, None)
    return answer, scaler, index


def test_rules_act_in_the_member_in_the_unit_of_the_target() -> None:
    panel = panel_of(("NP", "DE"))
    text = "[[rule]]\nname = 'x'\nwhen = 'hour < 6 and series == \"DE\"'\nthen = { cap = 1100 }"
    answer, scaler, index = member_answer(text, panel)
    plain, _, _ = member_answer("", panel)
    y = scaler.from_z(answer.quantiles, index.series)
    np.testing.assert_allclose(
        y[1, :6], np.minimum(scaler.from_z(plain.quantiles, index.series)[1, :6], 1100), rtol=1e-6
    )
    np.testing.assert_array_equal(answer.quantiles[0], plain.quantiles[0])  # not through the scaler and back
    np.testing.assert_array_equal(answer.quantiles[1, 6:], plain.quantiles[1, 6:])
    np.testing.assert_array_equal(answer.rules["x"], [[False] * 24, [True] * 6 + [False] * 18])
    assert answer.quantiles.dtype == np.float32 and plain.rules == {}


def test_what_a_transform_does_not_take_stays_finite() -> None:
    panel = panel_of()
    scaler = Scaler.fit(panel, panel.known, transform="boxcox")
    prepared = prepare(panel, scaler)
    index = WindowIndex(series=np.zeros(1, np.int32), row=panel.known)
    said = Answer(quantiles=np.tile(np.linspace(-1, 1, 13, dtype="f4"), (1, 24, 1)))
    rules = parse_rules("[[rule]]\nthen = { set = 0 }")
    z = rules.in_member(said, prepared, index, LEVELS, None).quantiles
    assert np.isfinite(z).all() and (scaler.from_z(z, index.series) <= 1e-3).all()


def test_what_acted_in_the_member_is_said_with_its_weight() -> None:
    panel = panel_of()
    made, index = forecast(panel)
    made = replace(made, rules={"x": np.arange(48)[None] < 5})
    found = parse_rules("[[rule]]\nname = 'x'\nthen = { cap = 1 }").applied(made, panel, index).forecast
    assert found.notes == (
        "Rule 'x' (at most 1) changed 5 of 48 steps of the Rule-Based member, which weighs 20% on average.",
    )
    alone = replace(made, members={"gru": made.quantiles}, rules={})
    found = parse_rules("[[rule]]\nname = 'x'\nthen = { cap = 1 }").applied(alone, panel, index).forecast
    assert "final = true" in found.notes[0]


def test_columns_that_are_not_there_are_refused_with_the_nearest() -> None:
    rules = parse_rules("[[rule]]\nname = 'x'\nwhen = 'covariate(\"winds\") > 1'\nthen = { cap = 1 }")
    with pytest.raises(ConfigError, match="Rule 'x': the data has no covariate 'winds', did you mean 'wind'"):
        rules.check_names(panel_of())
    rules = parse_rules("[[rule]]\nname = 'x'\nthen = { cap = 'static(\"aria\")' }")
    with pytest.raises(ConfigError, match="Rule 'x': the data has no static attribute 'aria', did you mean 'area'"):
        rules.check_names(panel_of())
    parse_rules("[[rule]]\nwhen = 'covariate(\"wind\") > 1'\nthen = { cap = 'static(\"area\")' }").check_names(
        panel_of()
    )


changes = st.sampled_from(["floor", "cap", "closed", "set", "multiply", "add", "blend", "alert_above", "alert_below"])
some_rules = st.lists(
    st.builds(
        lambda kind, value, **more: Rule(
            name="r", actions=(Action(kind=kind, value=number_of(value), probability=0.3),), final=True, **more
        ),
        kind=changes,
        value=st.floats(-300, 300),
        hours=st.one_of(st.none(), st.tuples(st.integers(0, 719), st.integers(720, 1440)), st.just((1320, 360))),
        days=st.one_of(st.none(), st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple)),
    ),
    max_size=5,
)


@given(some_rules)
def test_whatever_the_rules_quantiles_do_not_cross_and_the_last_one_holds(some: list[Rule]) -> None:
    panel = panel_of(("a", "b"), tz="Europe/Berlin")
    made, index = forecast(panel, 30)
    found = UserRules(rules=tuple(some)).applied(made, panel, index).forecast
    assert (np.diff(found.quantiles, axis=-1) >= 0).all()
    changing = [rule for rule in some if rule.changes]
    if changing and changing[-1].hours is changing[-1].days is None:
        action, median = changing[-1].actions[0], found.quantiles[..., MEDIAN]
        assert action.value is not None and action.value.constant is not None
        value = action.value.constant
        holds = {"floor": median >= value, "cap": median <= value, "closed": median == value, "set": median == value}
        assert np.all(holds.get(action.kind, True))


@pytest.mark.parametrize(("hours", "minutes"), [((480, 1020), 540), ((1320, 360), 480), ((0, 1440), 1440)])
def test_a_day_has_as_many_open_minutes_as_its_hours_say(hours: tuple[int, int], minutes: int) -> None:
    day = SATURDAY + np.arange(1440) * np.timedelta64(1, "m")
    assert Rule(name="r", actions=(), hours=hours).holds_at(day).sum() == minutes
